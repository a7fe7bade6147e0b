//! Groups: who sees them, and what they show.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{Directory, Result, entities::groups};
use crate::model::{
    Caller, Code,
    settings::Settings,
    state::{Delivery, ExternalState, GrantReason, GuestVisibility, Role, UserType},
    view::{AppName, GroupPage, GroupRow, MemberRow, MyGroups, OpenInvitation, PersonName},
};

/// How many people a page of a group shows.
const PAGE: usize = 50;

/// A group that the caller may see, and what they are to it. Only [`Directory::see_group`] makes one.
pub(super) struct SeenGroup {
    pub row: groups::Model,
    pub is_owner: bool,
    pub is_member: bool,
}

impl SeenGroup {
    /// Whether the caller may change the group's members.
    pub fn can_manage(&self, caller: &Caller) -> bool {
        self.is_owner || caller.is_administrator()
    }

    /// Whether the caller may know who is in it.
    pub fn shows_members(&self, caller: &Caller, settings: &Settings) -> bool {
        !caller.is_guest() || self.is_owner || settings.guests.visibility.shows_members(self.row.guests_see_members)
    }
}

impl Directory {
    /// The group, if the caller may see it: its owners, those who are in it, administrators and auditors. With `lock` the
    /// row is locked until the transaction ends.
    pub(super) async fn see_group(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
        lock: bool,
    ) -> Result<SeenGroup> {
        #[derive(FromQueryResult)]
        struct Ties {
            owns: i64,
            is_in: i64,
        }
        let mut query = groups::Entity::find_by_id(id);
        if lock {
            query = query.lock_exclusive();
        }
        let row = query.one(on).await?.filter(|row| row.deleted_at.is_none()).ok_or(Code::NotFound)?;
        let ties = Ties::find_by_statement(self.sql(
            "SELECT (SELECT COUNT(*) FROM group_owners WHERE group_id = $1 AND user_id = $2) AS owns,
                    (SELECT COUNT(*) FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                     WHERE m.group_id = $1 AND m.user_id = $2 AND (m.until IS NULL OR m.until > $3)
                       AND (m.invitation_id IS NULL OR i.state = 'accepted')) AS is_in",
            [id.into(), caller.user_id.into(), self.now().into()],
        ))
        .one(on)
        .await?
        .ok_or(Code::Internal)?;
        let group = SeenGroup { row, is_owner: ties.owns > 0, is_member: ties.is_in > 0 };
        let visible = group.is_owner || group.is_member || caller.is_administrator() || caller.has(Role::Auditor);
        if visible { Ok(group) } else { Err(Code::NotFound.into()) }
    }

    /// The caller's groups: owned, and joined.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_groups(&self, caller: &Caller) -> Result<MyGroups> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            purpose: String,
            guests_see_members: bool,
            owns: bool,
            people: i64,
            apps: i64,
        }
        let settings = self.settings().await?;
        let rows = Row::find_by_statement(self.sql(
            "SELECT g.id, g.name, g.purpose, g.guests_see_members,
                    EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = g.id AND o.user_id = $1) AS owns,
                    (SELECT COUNT(*) FROM memberships m WHERE m.group_id = g.id
                       AND (m.until IS NULL OR m.until > $2)) AS people,
                    (SELECT COUNT(*) FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
                     WHERE s.group_id = g.id AND (s.until IS NULL OR s.until > $2)) AS apps
             FROM groups g
             WHERE g.deleted_at IS NULL AND g.id IN (
                SELECT o.group_id FROM group_owners o WHERE o.user_id = $1
                UNION
                SELECT m.group_id FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
                  AND (m.invitation_id IS NULL OR i.state = 'accepted'))
             ORDER BY g.name_folded, g.id",
            [caller.user_id.into(), self.now().into()],
        ))
        .all(self.db())
        .await?;
        let mut mine = MyGroups::default();
        for row in rows {
            let counted =
                !caller.is_guest() || row.owns || settings.guests.visibility.shows_members(row.guests_see_members);
            let list = if row.owns { &mut mine.owned } else { &mut mine.member };
            list.push(GroupRow {
                id: row.id,
                name: row.name,
                purpose: row.purpose,
                people: counted.then_some(row.people),
                apps: row.apps,
            });
        }
        Ok(mine)
    }

    /// A group's page, cut to what the caller may see. `after` is the [`GroupPage::next`] of the page before, `search` a
    /// prefix of any word of a name or of an address.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn group_page(&self, caller: &Caller, id: Uuid, search: &str, after: Option<&str>) -> Result<GroupPage> {
        let group = self.see_group(self.db(), caller, id, false).await?;
        let settings = self.settings().await?;
        let owners =
            if caller.is_guest() && !group.is_owner && settings.guests.visibility == GuestVisibility::Restricted {
                Vec::new()
            } else {
                self.group_owners(id).await?
            };
        let apps = self.group_apps(id).await?;
        let mut members = None;
        let mut total = None;
        let mut next = None;
        if group.shows_members(caller, &settings) {
            let manages = group.can_manage(caller);
            let addresses = !caller.is_guest() || manages;
            let mut rows = self.group_members(id, search, addresses, after).await?;
            if rows.len() > PAGE {
                rows.truncate(PAGE);
                next = rows.last().map(|row| format!("{}.{}", row.user_id, row.name_folded));
            }
            total = Some(self.count_members(id).await?);
            members = Some(rows.into_iter().map(|row| row.into_view(manages, addresses)).collect());
        }
        Ok(GroupPage {
            id,
            is_owner: group.is_owner,
            can_manage: group.can_manage(caller),
            can_invite: group.may_invite(caller, &settings),
            accepts_guests: group.row.accepts_guests,
            name: group.row.name,
            purpose: group.row.purpose,
            owners,
            apps,
            members,
            total,
            next,
        })
    }

    /// The group with a key of the import file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn group_by_key(&self, key: &str) -> Result<Option<Uuid>> {
        let group = groups::Entity::find()
            .filter(groups::Column::Key.eq(key))
            .filter(groups::Column::DeletedAt.is_null())
            .one(self.db())
            .await?;
        Ok(group.map(|group| group.id))
    }

    async fn group_owners(&self, id: Uuid) -> Result<Vec<PersonName>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT u.id, u.display_name AS name FROM group_owners o
             JOIN users u ON u.id = o.user_id AND u.deleted_at IS NULL
             WHERE o.group_id = $1 ORDER BY u.name_folded, u.id LIMIT 100",
            [id.into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(|row| PersonName { id: row.id, name: row.name }).collect())
    }

    async fn group_apps(&self, id: Uuid) -> Result<Vec<AppName>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT a.id, a.name FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
             WHERE s.group_id = $1 AND (s.until IS NULL OR s.until > $2) ORDER BY a.name_folded, a.id",
            [id.into(), self.now().into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(|row| AppName { id: row.id, name: row.name }).collect())
    }

    async fn count_members(&self, id: Uuid) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Counted {
            people: i64,
        }
        let row = Counted::find_by_statement(self.sql(
            "SELECT COUNT(*) AS people FROM memberships WHERE group_id = $1 AND (until IS NULL OR until > $2)",
            [id.into(), self.now().into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map_or(0, |row| row.people))
    }

    /// One more than a page of members, in order of their folded names.
    async fn group_members(
        &self,
        id: Uuid,
        search: &str,
        by_address: bool,
        after: Option<&str>,
    ) -> Result<Vec<PersonInGroup>> {
        let (after_id, after_name) = after
            .filter(|after| !after.chars().any(char::is_control))
            .and_then(|after| after.split_once('.'))
            .and_then(|(id, name)| Some((id.parse::<Uuid>().ok()?, name.to_owned())))
            .unwrap_or((Uuid::nil(), String::new()));
        let limit = i64::try_from(PAGE + 1).unwrap_or(51);
        let mut values: Vec<Value> =
            vec![id.into(), self.now().into(), after_name.into(), after_id.into(), limit.into()];
        let mut words = String::new();
        for [starts, inside, joined] in word_patterns(search) {
            let n = values.len();
            let address =
                if by_address { format!(" OR u.address_norm LIKE ${} ESCAPE '\\'", n + 1) } else { String::new() };
            words.push_str(&format!(
                " AND (u.name_folded LIKE ${a} ESCAPE '\\' OR u.name_folded LIKE ${b} ESCAPE '\\'
                   OR u.name_folded LIKE ${c} ESCAPE '\\'{address})",
                a = n + 1,
                b = n + 2,
                c = n + 3,
            ));
            values.extend([starts.into(), inside.into(), joined.into()]);
        }
        let text = format!(
            "SELECT u.id AS user_id, u.display_name, u.name_folded, u.address, u.user_type, u.external_state,
                    m.reason, m.granted_at, m.until, b.id AS by_id, b.display_name AS by_name,
                    i.id AS invitation_id, i.state AS invitation_state, i.created_at AS invited_at, i.expires_at,
                    i.delivery, i.delivery_error
             FROM memberships m
             JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL
             LEFT JOIN users b ON b.id = m.granted_by
             LEFT JOIN invitations i ON i.id = m.invitation_id
             WHERE m.group_id = $1 AND (m.until IS NULL OR m.until > $2)
               AND (u.name_folded > $3 OR (u.name_folded = $3 AND u.id > $4)){words}
             ORDER BY u.name_folded, u.id LIMIT $5"
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(PersonInGroup::find_by_statement(statement).all(self.db()).await?)
    }
}

/// For each of up to five typed words the three patterns of "a word of it begins like that": at the start, after a
/// space, and after a hyphen.
pub(super) fn word_patterns(search: &str) -> Vec<[String; 3]> {
    let folded: String = crate::model::names::fold(search).chars().filter(|c| !c.is_control()).take(100).collect();
    let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    escaped.split_whitespace().take(5).map(|w| [format!("{w}%"), format!("% {w}%"), format!("%-{w}%")]).collect()
}

#[derive(FromQueryResult)]
struct PersonInGroup {
    user_id: Uuid,
    display_name: String,
    name_folded: String,
    address: String,
    user_type: UserType,
    external_state: Option<ExternalState>,
    reason: GrantReason,
    granted_at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    by_id: Option<Uuid>,
    by_name: Option<String>,
    invitation_id: Option<Uuid>,
    invitation_state: Option<crate::model::state::InvitationState>,
    invited_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    delivery: Option<Delivery>,
    delivery_error: Option<String>,
}

impl PersonInGroup {
    /// What the page shows: invitations and ends for those who manage the group, addresses for those who may know them.
    fn into_view(self, manages: bool, addresses: bool) -> MemberRow {
        use crate::model::state::InvitationState;
        let open = self.invitation_state == Some(InvitationState::Pending);
        let invitation = match (self.invitation_id, self.invited_at, self.expires_at, self.delivery) {
            (Some(id), Some(invited_at), Some(expires_at), Some(delivery)) if open && manages => {
                Some(OpenInvitation { id, invited_at, expires_at, delivery, delivery_error: self.delivery_error })
            }
            _ => None,
        };
        MemberRow {
            user_id: self.user_id,
            name: self.display_name,
            address: addresses.then_some(self.address),
            user_type: self.user_type,
            invitation,
            pending: self.external_state == Some(ExternalState::Pending) || open,
            reason: self.reason,
            granted_by: self.by_id.zip(self.by_name).map(|(id, name)| PersonName { id, name }),
            since: self.granted_at,
            until: self.until.filter(|_| manages),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_is_a_prefix_of_any_word_and_knows_no_wildcards() {
        let pattern = |typed: &str| word_patterns(typed).into_iter().map(|[starts, ..]| starts).collect::<Vec<_>>();
        assert_eq!(word_patterns("Kovač"), [["kovac%", "% kovac%", "%-kovac%"].map(str::to_owned)]);
        assert_eq!(pattern("mira  kov"), ["mira%", "kov%"]);
        assert_eq!(pattern("50%_\\"), ["50\\%\\_\\\\%"]);
        assert!(pattern("  ").is_empty());
    }
}
