//! A group's page: its people, who answers for it, and what it gives.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        people::{end_of, typed_words},
        places,
    },
    SeenGroup,
};
use crate::model::{
    Caller,
    groups::MOST_COUNTED,
    settings::Settings,
    state::{Delivery, ExternalState, GrantReason, GuestVisibility, InvitationState, UserType},
    view::{AppName, GroupPage, MemberRow, OpenInvitation, PersonName},
};

/// How many people a page of a group shows.
const PAGE: usize = 50;
/// Words that fewer people than this have lead to them; for others, the group is gone through in order.
const FEW: i64 = 2000;

/// The columns of a [`PersonInGroup`], of a membership `m`, and where they come from.
const COLUMNS: &str = "u.id AS user_id, u.display_name, m.sort_name, u.address, u.user_type, u.external_state,
    m.reason, m.granted_at, m.until, b.id AS by_id, b.display_name AS by_name,
    i.id AS invitation_id, i.state AS invitation_state, i.created_at AS invited_at, i.expires_at,
    i.delivery, i.delivery_error";
const JOINS: &str = "JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL
    LEFT JOIN users b ON b.id = m.granted_by
    LEFT JOIN invitations i ON i.id = m.invitation_id";

impl Directory {
    /// A group's page, cut to what the caller may see. `after` is the [`GroupPage::next`] of the page before, `search` a
    /// prefix of any word of a name or of an address.
    ///
    /// # Errors
    /// [`crate::model::Code::NotFound`].
    pub async fn group_page(&self, caller: &Caller, id: Uuid, search: &str, after: Option<&str>) -> Result<GroupPage> {
        let group = self.see_group(self.db(), caller, id, false).await?;
        let settings = self.settings().await?;
        let owners =
            if shows_owners(caller, &group, &settings) { self.group_owner_names(id).await? } else { Vec::new() };
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
                next = rows.last().map(|row| format!("{}.{}", row.user_id, row.sort_name));
            }
            total = Some(self.count_members(id).await?);
            members = Some(rows.into_iter().map(|row| row.into_view(manages, addresses)).collect());
        }
        Ok(GroupPage {
            id,
            picture: group.row.picture_id,
            kind: group.row.kind,
            join_policy: group.row.join_policy,
            listed: group.row.listed,
            member_days: group.row.member_days,
            is_owner: group.is_owner,
            is_member: group.is_member,
            can_manage: group.can_manage(caller),
            can_look_back: group.can_look_back(caller),
            joins: group.joins(caller),
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

    /// Who answers for a group, by name.
    pub(super) async fn group_owner_names(&self, id: Uuid) -> Result<Vec<PersonName>> {
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

    /// What a group gives, by name.
    pub(in crate::directory) async fn group_apps(&self, id: Uuid) -> Result<Vec<AppName>> {
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

    /// How many are in a group, counted as far as [`MOST_COUNTED`] and one more.
    pub(super) async fn count_members(&self, id: Uuid) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Counted {
            people: i64,
        }
        let text = format!(
            "SELECT COUNT(*) AS people FROM (SELECT 1 AS one FROM memberships
             WHERE group_id = $1 AND (until IS NULL OR until > $2) LIMIT {}) c",
            MOST_COUNTED + 1
        );
        let row = Counted::find_by_statement(self.sql(&text, [id.into(), self.now().into()])).one(self.db()).await?;
        Ok(row.map_or(0, |row| row.people))
    }

    /// One person's place in a group, as those see it who manage it.
    pub(in crate::directory) async fn member_row(&self, group: Uuid, user: Uuid) -> Result<Option<MemberRow>> {
        let text = format!(
            "SELECT {COLUMNS} FROM memberships m {JOINS}
             WHERE m.group_id = $1 AND m.user_id = $2 AND (m.until IS NULL OR m.until > $3)"
        );
        let values = [group.into(), user.into(), self.now().into()];
        let row = PersonInGroup::find_by_statement(self.sql(&text, values)).one(self.db()).await?;
        Ok(row.map(|row| row.into_view(true, true)))
    }

    /// One more than a page of members, in order of their folded names.
    async fn group_members(
        &self,
        id: Uuid,
        search: &str,
        by_address: bool,
        after: Option<&str>,
    ) -> Result<Vec<PersonInGroup>> {
        let (after_id, after_name) = places::named(after);
        let mut values: Vec<Value> = vec![id.into(), self.now().into(), after_name.into(), after_id.into()];
        let words = typed_words(search);
        let address = if by_address { "" } else { " AND w.word NOT LIKE '%@%'" };
        let rarest = self.rarest_of(&words).await?;
        let mut only = String::new();
        let mut from = "memberships m".to_owned();
        for (place, word) in words.iter().enumerate() {
            let (first, end) = (values.len() + 1, values.len() + 2);
            values.extend([word.as_str().into(), end_of(word).into()]);
            let like = format!("w.word >= ${first} AND w.word < ${end}{address}");
            if rarest == Some(place) {
                // Spelled so that no engine begins at the group.
                from =
                    format!("(SELECT DISTINCT w.user_id FROM people_words w WHERE {like}) f CROSS JOIN memberships m");
                only.push_str(" AND m.user_id = f.user_id");
            } else {
                only.push_str(&format!(
                    " AND (SELECT 1 FROM people_words w WHERE w.user_id = m.user_id AND {like} LIMIT 1) IS NOT NULL"
                ));
            }
        }
        let text = format!(
            "SELECT {COLUMNS} FROM {from} {JOINS}
             WHERE m.group_id = $1 AND (m.until IS NULL OR m.until > $2)
               AND m.sort_name >= $3 AND (m.sort_name > $3 OR m.user_id > $4){only}
             ORDER BY m.sort_name, m.user_id LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(PersonInGroup::find_by_statement(statement).all(self.db()).await?)
    }

    /// Which of some typed words fewest people have, if those are few.
    async fn rarest_of(&self, words: &[String]) -> Result<Option<usize>> {
        #[derive(FromQueryResult)]
        struct Counted {
            place: i64,
            people: i64,
        }
        if words.is_empty() {
            return Ok(None);
        }
        let mut values: Vec<Value> = Vec::new();
        let mut counts = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let n = values.len();
            counts.push(format!(
                "SELECT {place} AS place, COUNT(*) AS people FROM
                    (SELECT 1 AS one FROM people_words w WHERE w.word >= ${} AND w.word < ${} LIMIT {FEW}) c{place}",
                n + 1,
                n + 2
            ));
            values.extend([Value::from(word.as_str()), end_of(word).into()]);
        }
        let text = format!("SELECT CAST(place AS bigint) AS place, people FROM ({}) c", counts.join(" UNION ALL "));
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let rarest =
            Counted::find_by_statement(statement).all(self.db()).await?.into_iter().min_by_key(|row| row.people);
        Ok(rarest.filter(|row| row.people < FEW).and_then(|row| usize::try_from(row.place).ok()))
    }
}

/// Whether the caller may know who answers for it: guests see the owners of their own groups, unless they see nothing but
/// themselves (design 5.6).
fn shows_owners(caller: &Caller, group: &SeenGroup, settings: &Settings) -> bool {
    if !caller.is_guest() || group.is_owner {
        return true;
    }
    match settings.guests.visibility {
        GuestVisibility::SameAsMembers => true,
        GuestVisibility::Limited => group.is_member,
        GuestVisibility::Restricted => false,
    }
}

/// For each of up to five typed words the three patterns of "a word of it begins like that": at the start, after a
/// space, and after a hyphen.
pub(in crate::directory) fn word_patterns(search: &str) -> Vec<[String; 3]> {
    let folded: String = crate::model::names::fold(search).chars().filter(|c| !c.is_control()).take(100).collect();
    let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    escaped.split_whitespace().take(5).map(|w| [format!("{w}%"), format!("% {w}%"), format!("%-{w}%")]).collect()
}

#[derive(FromQueryResult)]
struct PersonInGroup {
    user_id: Uuid,
    display_name: String,
    sort_name: String,
    address: String,
    user_type: UserType,
    external_state: Option<ExternalState>,
    reason: GrantReason,
    granted_at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    by_id: Option<Uuid>,
    by_name: Option<String>,
    invitation_id: Option<Uuid>,
    invitation_state: Option<InvitationState>,
    invited_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    delivery: Option<Delivery>,
    delivery_error: Option<String>,
}

impl PersonInGroup {
    /// What the page shows: invitations and ends for those who manage the group, addresses for those who may know them.
    fn into_view(self, manages: bool, addresses: bool) -> MemberRow {
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
