//! Guests, as those see them who have to do with them: inviters, sponsors, owners, administrators.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{Directory, Error, Result, entities::users, groups::word_patterns, invitations::invite::state_at};
use crate::model::{
    Caller, Code, Language,
    state::{Delivery, ExternalState, GrantReason, GuestFilter, GuestSort, InvitationState, Role, UserType},
    view::{
        AccessRow, AppName, GroupName, GuestInvitation, GuestList, GuestPage, GuestRow, PersonName, SteerableInvitation,
    },
};

/// How many guests a page shows.
const PAGE: usize = 50;
/// Whoever has to do with fewer people gets them sorted; for more, the guests of the directory are gone through in order.
const FEW: i64 = 2000;
/// How many groups, and how many apps, a list can be narrowed to.
const NARROW: i64 = 200;
/// How many names of groups and apps a row shows.
const NAMES: usize = 3;

/// What a page of guests asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestQuery {
    /// Which ones.
    pub filter: GuestFilter,
    /// In which order. What has ended is always shown newest first.
    pub sort: GuestSort,
    /// Prefixes of words of a name, or of an address.
    pub search: String,
    /// Only those in one group, or on one app, that the caller manages.
    pub within: Option<Uuid>,
    /// Everyone's guests, for administrators and auditors.
    pub everyone: bool,
    /// The [`GuestList::next`] of the page before.
    pub after: Option<String>,
}

impl Default for GuestQuery {
    fn default() -> Self {
        Self {
            filter: GuestFilter::Current,
            sort: GuestSort::Newest,
            search: String::new(),
            within: None,
            everyone: false,
            after: None,
        }
    }
}

/// Whose guests: decides which rows are looked at.
enum Scope {
    /// Everyone's.
    All,
    /// The caller's own, few enough to be sorted.
    Few,
    /// The caller's own, among all guests.
    Many,
    /// Those in a group or on an app, few enough to be sorted.
    FewWithin(Uuid),
    /// Those in a group or on an app, among all guests.
    ManyWithin(Uuid),
}

/// `$1` is the caller in all of these. A user has to do with the caller if one of them is true.
///
/// Each looks for one row, as a value: of an `EXISTS` PostgreSQL would make a list of all that the caller has, for every
/// page anew.
const TIES: &str = "(u.sponsor_id = $1
    OR (SELECT 1 FROM invitations t WHERE t.user_id = u.id AND t.inviter_id = $1 LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM memberships t JOIN group_owners o ON o.group_id = t.group_id AND o.user_id = $1
        JOIN groups g ON g.id = t.group_id AND g.deleted_at IS NULL WHERE t.user_id = u.id LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM assignments t JOIN app_owners o ON o.app_id = t.app_id AND o.user_id = $1
        WHERE t.user_id = u.id LIMIT 1) IS NOT NULL)";

/// Of a guest `u`, the caller may know of an invitation `x` if one of these is true: see [`Directory::see_invitation`].
const KNOWN: &str = " AND (x.inviter_id = $1 OR u.sponsor_id = $1
    OR (SELECT 1 FROM invitation_grants n JOIN group_owners o ON o.group_id = n.group_id AND o.user_id = $1
        JOIN groups g ON g.id = n.group_id AND g.deleted_at IS NULL WHERE n.invitation_id = x.id LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM invitation_grants n JOIN app_owners o ON o.app_id = n.app_id AND o.user_id = $1
        WHERE n.invitation_id = x.id LIMIT 1) IS NOT NULL)";

/// The same as [`TIES`], from the caller's side.
const TIED: [&str; 4] = [
    "SELECT t.id AS user_id FROM users t WHERE t.sponsor_id = $1",
    "SELECT t.user_id FROM invitations t WHERE t.inviter_id = $1",
    "SELECT t.user_id FROM group_owners o JOIN groups g ON g.id = o.group_id AND g.deleted_at IS NULL
     JOIN memberships t ON t.group_id = o.group_id WHERE o.user_id = $1",
    "SELECT t.user_id FROM app_owners o JOIN assignments t ON t.app_id = o.app_id
     WHERE o.user_id = $1 AND t.user_id IS NOT NULL",
];

impl Directory {
    /// A guest, live or ended, if the caller has to do with them; for administrators and auditors any.
    pub(super) async fn see_guest(&self, on: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<users::Model> {
        #[derive(FromQueryResult)]
        struct Tied {
            tied: i64,
        }
        let user = users::Entity::find_by_id(id).one(on).await?;
        let user = user.filter(|user| user.user_type == UserType::Guest).ok_or(Code::NotFound)?;
        if caller.is_administrator() || caller.has(Role::Auditor) {
            return Ok(user);
        }
        // An owner also has to do with somebody whose invitation to the group has ended.
        let sql = format!(
            "SELECT COUNT(*) AS tied FROM users u WHERE u.id = $2 AND ({TIES}
                OR EXISTS (SELECT 1 FROM invitations t JOIN invitation_grants n ON n.invitation_id = t.id
                           JOIN group_owners o ON o.group_id = n.group_id AND o.user_id = $1
                           JOIN groups g ON g.id = n.group_id AND g.deleted_at IS NULL WHERE t.user_id = u.id)
                OR EXISTS (SELECT 1 FROM invitations t JOIN invitation_grants n ON n.invitation_id = t.id
                           JOIN app_owners o ON o.app_id = n.app_id AND o.user_id = $1 WHERE t.user_id = u.id))"
        );
        let row = Tied::find_by_statement(self.sql(&sql, [caller.user_id.into(), id.into()])).one(on).await?;
        if row.is_some_and(|row| row.tied > 0) { Ok(user) } else { Err(Code::NotFound.into()) }
    }

    /// A page of the caller's guests: everyone they invited or sponsor, and everyone in groups and on apps they own.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group or app that the caller may not see, [`Code::Forbidden`] for one that they see and do
    /// not manage, and for everyone's guests.
    pub async fn guests(&self, caller: &Caller, query: &GuestQuery) -> Result<GuestList> {
        let may_see_all = caller.is_administrator() || caller.has(Role::Auditor);
        let scope = match (query.within, query.everyone) {
            (Some(id), _) => {
                self.manages(caller, id).await?;
                if self.has_few_within(id).await? { Scope::FewWithin(id) } else { Scope::ManyWithin(id) }
            }
            (None, true) if may_see_all => Scope::All,
            (None, true) => return Err(Code::Forbidden.into()),
            (None, false) if self.has_few(caller).await? => Scope::Few,
            (None, false) => Scope::Many,
        };
        let mut rows = match query.filter {
            GuestFilter::Ended => self.ended_rows(caller, query, &scope).await?,
            _ => self.current_rows(caller, query, &scope).await?,
        };
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| row.cursor(query));
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
        let access = self.access_names(caller, &ids, query.everyone).await?;
        let blocks = self.blocking(rows.iter().map(|row| row.address_norm.as_str())).await?;
        let now = self.now();
        let mut rows: Vec<GuestRow> = rows.into_iter().map(|row| row.into_view(now, &access, &blocks)).collect();
        if caller.is_guest() {
            rows.iter_mut().for_each(cut_for_guests);
        }
        let (groups, apps) = self.owned_names(caller).await?;
        let may_invite = !self.invite_targets(caller).await?.is_empty();
        Ok(GuestList { rows, next, groups, apps, may_see_all, may_invite })
    }

    /// Whether the caller has to do with few people, counted only as far as needed.
    async fn has_few(&self, caller: &Caller) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            people: i64,
        }
        let sql =
            format!("SELECT COUNT(*) AS people FROM (SELECT * FROM ({}) t LIMIT {FEW}) t", TIED.join(" UNION ALL "));
        let row = Counted::find_by_statement(self.sql(&sql, [caller.user_id.into()])).one(self.db()).await?;
        Ok(row.is_none_or(|row| row.people < FEW))
    }

    /// The same of a group or app.
    async fn has_few_within(&self, id: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            people: i64,
        }
        let sql = format!(
            "SELECT COUNT(*) AS people FROM (SELECT * FROM (
                SELECT user_id FROM memberships WHERE group_id = $1
                UNION ALL SELECT user_id FROM assignments WHERE app_id = $1 AND user_id IS NOT NULL) t LIMIT {FEW}) t"
        );
        let row = Counted::find_by_statement(self.sql(&sql, [id.into()])).one(self.db()).await?;
        Ok(row.is_none_or(|row| row.people < FEW))
    }

    /// Whether the caller manages a group or app.
    async fn manages(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let allowed = |manages: bool| if manages { Ok(()) } else { Err(Error::from(Code::Forbidden)) };
        let auditor = caller.has(Role::Auditor);
        match self.see_group(self.db(), caller, id, false).await {
            Ok(group) => allowed(group.can_manage(caller) || auditor),
            Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => {
                let app = self.see_app(self.db(), caller, id, false).await?;
                allowed(app.can_manage(caller) || auditor)
            }
            Err(error) => Err(error),
        }
    }

    async fn current_rows(&self, caller: &Caller, query: &GuestQuery, scope: &Scope) -> Result<Vec<Row>> {
        let mut values: Vec<Value> = vec![caller.user_id.into(), self.now().into()];
        // Own invitations before those of others that the caller may know of; the newest.
        let known = if caller.is_administrator() || caller.has(Role::Auditor) { "" } else { KNOWN };
        let newest = format!(
            "i.id = (SELECT x.id FROM invitations x WHERE x.user_id = u.id{known}
                ORDER BY CASE WHEN x.inviter_id = $1 THEN 0 ELSE 1 END, x.created_at DESC, x.id DESC LIMIT 1)"
        );
        let mut only = String::from("u.user_type = 'guest' AND u.deleted_at IS NULL");
        let few = match scope {
            Scope::Few => Some(format!("(SELECT DISTINCT user_id FROM ({}) t)", TIED.join(" UNION ALL "))),
            Scope::FewWithin(id) => {
                values.push((*id).into());
                Some(
                    "(SELECT user_id FROM memberships WHERE group_id = $3
                      UNION SELECT user_id FROM assignments WHERE app_id = $3 AND user_id IS NOT NULL)"
                        .to_owned(),
                )
            }
            Scope::ManyWithin(id) => {
                values.push((*id).into());
                only.push_str(
                    " AND ((SELECT 1 FROM memberships t WHERE t.user_id = u.id AND t.group_id = $3 LIMIT 1) IS NOT NULL
                        OR (SELECT 1 FROM assignments t WHERE t.user_id = u.id AND t.app_id = $3 LIMIT 1) IS NOT NULL)",
                );
                None
            }
            Scope::Many => {
                only.push_str(&format!(" AND {TIES}"));
                None
            }
            Scope::All => None,
        };
        let by_invitation = query.sort == GuestSort::Expiry || query.filter == GuestFilter::Undelivered;
        let from = match few {
            Some(few) => format!("{few} t JOIN users u ON u.id = t.user_id LEFT JOIN invitations i ON {newest}"),
            None if by_invitation => {
                // In order of what is open, rather than of the guests. The planner shall not take the equality for a rare
                // thing: it holds for nearly all.
                only.push_str(&format!(" AND COALESCE({newest}, 1 = 0)"));
                "invitations i JOIN users u ON u.id = i.user_id".to_owned()
            }
            None => format!("users u LEFT JOIN invitations i ON {newest}"),
        };
        match query.filter {
            GuestFilter::Waiting => only.push_str(" AND u.external_state = 'PendingAcceptance'"),
            GuestFilter::Accepted => only.push_str(" AND u.external_state = 'Accepted'"),
            GuestFilter::Undelivered => {
                only.push_str(
                    " AND u.external_state = 'PendingAcceptance' AND i.state = 'pending' AND i.delivery = 'failed'",
                );
            }
            GuestFilter::Current | GuestFilter::Ended => {}
        }
        let order = match query.sort {
            GuestSort::Newest => ("u.created_at", "DESC"),
            GuestSort::Name => ("u.name_folded", "ASC"),
            GuestSort::Seen => {
                only.push_str(" AND u.last_sign_in_at IS NOT NULL");
                ("u.last_sign_in_at", "ASC")
            }
            GuestSort::Expiry => {
                only.push_str(" AND u.external_state = 'PendingAcceptance' AND i.state = 'pending'");
                ("i.expires_at", "ASC")
            }
        };
        only.push_str(&search(&query.search, &mut values));
        only.push_str(&after(query, order.0, order.1, "u.id", &mut values));
        self.rows(&from, &only, order, "u.id", values).await
    }

    /// Invitations that have ended, the newest first, unless the address was invited again since.
    async fn ended_rows(&self, caller: &Caller, query: &GuestQuery, scope: &Scope) -> Result<Vec<Row>> {
        let mut values: Vec<Value> = vec![caller.user_id.into(), self.now().into()];
        let mut only = String::from(
            "i.state IN ('declined', 'revoked', 'expired') AND NOT EXISTS (
                SELECT 1 FROM invitations y WHERE y.address_norm = i.address_norm AND y.created_at > i.created_at)
             AND NOT (u.deleted_at IS NULL AND u.external_state = 'Accepted')",
        );
        match scope {
            Scope::All => {}
            Scope::Few | Scope::Many => only.push_str(" AND i.inviter_id = $1"),
            Scope::FewWithin(id) | Scope::ManyWithin(id) => {
                values.push((*id).into());
                only.push_str(
                    " AND EXISTS (SELECT 1 FROM invitation_grants n WHERE n.invitation_id = i.id AND (n.group_id = $3 OR n.app_id = $3))",
                );
            }
        }
        only.push_str(&search(&query.search, &mut values));
        only.push_str(&after(query, "i.state_at", "DESC", "i.id", &mut values));
        let from = "invitations i JOIN users u ON u.id = i.user_id";
        self.rows(from, &only, ("i.state_at", "DESC"), "i.id", values).await
    }

    async fn rows(
        &self,
        from: &str,
        only: &str,
        (key, direction): (&str, &str),
        id: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let text = format!(
            "SELECT u.id AS user_id, u.display_name, u.name_folded, u.address, u.address_norm, u.external_state,
                    u.created_at AS user_created_at, u.last_sign_in_at, u.deleted_at,
                    i.id AS invitation_id, i.state AS invitation_state, i.state_at, i.created_at AS invited_at,
                    i.expires_at, i.delivery, i.delivery_error, i.sent_at, i.reminded_at, i.asked_at
             FROM {from}
             WHERE ($2 = $2) AND {only} ORDER BY {key} {direction}, {id} {direction} LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(Row::find_by_statement(statement).all(self.db()).await?)
    }

    /// Names of groups and apps of some guests: those the caller manages, or has invited them to.
    async fn access_names(
        &self,
        caller: &Caller,
        guests: &[Uuid],
        everything: bool,
    ) -> Result<HashMap<Uuid, Vec<String>>> {
        #[derive(FromQueryResult)]
        struct Named {
            user_id: Uuid,
            name: String,
        }
        let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
        if guests.is_empty() {
            return Ok(names);
        }
        let list: Vec<String> = (3..3 + guests.len()).map(|n| format!("${n}")).collect();
        let list = list.join(", ");
        let (of_group, of_app) = if everything || caller.is_administrator() || caller.has(Role::Auditor) {
            ("1 = 1", "1 = 1")
        } else {
            (
                "(EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = m.group_id AND o.user_id = $1) OR m.granted_by = $1)",
                "(EXISTS (SELECT 1 FROM app_owners o WHERE o.app_id = m.app_id AND o.user_id = $1) OR m.granted_by = $1)",
            )
        };
        let text = format!(
            "SELECT m.user_id, g.name, g.name_folded FROM memberships m JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
             WHERE ($1 = $1) AND (m.until IS NULL OR m.until > $2) AND m.user_id IN ({list}) AND {of_group}
             UNION ALL
             SELECT m.user_id, a.name, a.name_folded FROM assignments m JOIN apps a ON a.id = m.app_id AND a.deleted_at IS NULL
             WHERE (m.until IS NULL OR m.until > $2) AND m.user_id IN ({list}) AND {of_app}
             ORDER BY 3, 2"
        );
        let values = [Value::from(caller.user_id), self.now().into()];
        let values = values.into_iter().chain(guests.iter().map(|id| Value::from(*id)));
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        for row in Named::find_by_statement(statement).all(self.db()).await? {
            names.entry(row.user_id).or_default().push(row.name);
        }
        Ok(names)
    }

    /// Which of some addresses want no mail.
    async fn blocking<'a>(&self, addresses: impl Iterator<Item = &'a str>) -> Result<Vec<String>> {
        #[derive(FromQueryResult)]
        struct Blocked {
            address_norm: String,
        }
        let values: Vec<Value> = addresses.map(Value::from).collect();
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
        let text = format!("SELECT address_norm FROM mail_blocks WHERE address_norm IN ({})", list.join(", "));
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let rows = Blocked::find_by_statement(statement).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| row.address_norm).collect())
    }

    /// Groups and apps that the caller owns, by name.
    async fn owned_names(&self, caller: &Caller) -> Result<(Vec<GroupName>, Vec<AppName>)> {
        #[derive(FromQueryResult)]
        struct Named {
            id: Uuid,
            name: String,
        }
        let groups = format!(
            "SELECT g.id, g.name FROM group_owners o JOIN groups g ON g.id = o.group_id AND g.deleted_at IS NULL
             WHERE o.user_id = $1 ORDER BY g.name_folded, g.id LIMIT {NARROW}"
        );
        let apps = format!(
            "SELECT a.id, a.name FROM app_owners o JOIN apps a ON a.id = o.app_id AND a.deleted_at IS NULL
             WHERE o.user_id = $1 ORDER BY a.name_folded, a.id LIMIT {NARROW}"
        );
        let groups = Named::find_by_statement(self.sql(&groups, [caller.user_id.into()])).all(self.db()).await?;
        let apps = Named::find_by_statement(self.sql(&apps, [caller.user_id.into()])).all(self.db()).await?;
        Ok((
            groups.into_iter().map(|row| GroupName { id: row.id, name: row.name }).collect(),
            apps.into_iter().map(|row| AppName { id: row.id, name: row.name }).collect(),
        ))
    }

    /// A guest's page, cut to what the caller may know: their own invitations and groups, everything for administrators.
    ///
    /// # Errors
    /// [`Code::NotFound`] for whoever has nothing to do with them.
    pub async fn guest_page(&self, caller: &Caller, id: Uuid) -> Result<GuestPage> {
        let user = self.see_guest(self.db(), caller, id).await?;
        let invitations = self.steerable_invitations(caller, id).await?;
        let access = self.access_rows(caller, id).await?;
        let sponsor = match user.sponsor_id {
            Some(id) => users::Entity::find_by_id(id).one(self.db()).await?,
            None => None,
        };
        let live = user.deleted_at.is_none();
        // A guest learns of others only what they have to do with themselves (design 5.6).
        let sponsor = sponsor.filter(|sponsor| !caller.is_guest() || sponsor.id == caller.user_id);
        let newest = invitations.first().map(|steerable| steerable.invitation.state);
        let own_open = invitations
            .iter()
            .any(|steerable| steerable.invitation.state == InvitationState::Pending && steerable.can_revoke);
        Ok(GuestPage {
            user_id: id,
            state: state_of(user.external_state, live, newest),
            live,
            blocked: !user.enabled,
            blocks_mail: !caller.is_guest()
                && !self.blocking(std::iter::once(user.address_norm.as_str())).await?.is_empty(),
            sponsor: sponsor.map(|sponsor| PersonName { id: sponsor.id, name: sponsor.display_name }),
            since: user.created_at,
            accepted_at: user.accepted_at,
            last_sign_in: user.last_sign_in_at.filter(|_| !caller.is_guest()),
            can_withdraw: live && (access.iter().any(|row| row.managed) || own_open),
            name: user.display_name,
            address: user.address,
            invitations,
            access,
        })
    }

    async fn steerable_invitations(&self, caller: &Caller, guest: Uuid) -> Result<Vec<SteerableInvitation>> {
        #[derive(FromQueryResult)]
        struct Made {
            id: Uuid,
            message: String,
            language: Language,
            access_until: Option<DateTime<Utc>>,
            inviter_id: Uuid,
            inviter: String,
        }
        let settings = self.settings().await?;
        let rows = Made::find_by_statement(self.sql(
            "SELECT i.id, i.message, i.language, i.access_until, u.id AS inviter_id, u.display_name AS inviter
             FROM invitations i JOIN users u ON u.id = i.inviter_id
             WHERE i.user_id = $1 ORDER BY i.created_at DESC, i.id DESC LIMIT 20",
            [guest.into()],
        ))
        .all(self.db())
        .await?;
        let mut steerable = Vec::new();
        for row in rows {
            let seen = match self.see_invitation(self.db(), caller, row.id).await {
                Ok(seen) => seen,
                Err(Error::Refused(_)) => continue,
                Err(broken) => return Err(broken),
            };
            let can_send = match self.may_send(self.db(), caller, &seen, &settings, false).await {
                Ok(()) => Ok(()),
                Err(Error::Refused(refusal)) => Err(refusal.code),
                Err(broken) => return Err(broken),
            };
            let given = self.given_by(self.db(), row.id).await?;
            let state = state_at(seen.row.state, seen.row.expires_at, self.now());
            steerable.push(SteerableInvitation {
                can_revoke: seen.may_revoke() && state == InvitationState::Pending,
                invitation: GuestInvitation {
                    id: row.id,
                    state,
                    state_at: seen.row.state_at,
                    invited_at: seen.row.created_at,
                    expires_at: seen.row.expires_at,
                    delivery: if caller.is_guest() { told_to_guests(seen.row.delivery) } else { seen.row.delivery },
                    delivery_error: seen.row.delivery_error,
                    sent_at: seen.row.sent_at,
                    reminded_at: seen.row.reminded_at,
                    asked_at: seen.row.asked_at,
                },
                inviter: PersonName { id: row.inviter_id, name: row.inviter },
                message: row.message,
                language: row.language,
                access_until: row.access_until,
                grants: given.groups.into_iter().chain(given.apps).collect(),
                can_send,
            });
        }
        Ok(steerable)
    }

    async fn access_rows(&self, caller: &Caller, guest: Uuid) -> Result<Vec<AccessRow>> {
        #[derive(FromQueryResult)]
        struct Held {
            id: Uuid,
            name: String,
            is_app: bool,
            owned: bool,
            granted_at: DateTime<Utc>,
            until: Option<DateTime<Utc>>,
            reason: GrantReason,
            by_id: Option<Uuid>,
            by_name: Option<String>,
            state: Option<InvitationState>,
        }
        let rows = Held::find_by_statement(self.sql(
            "SELECT g.id, g.name, (1 = 0) AS is_app, m.granted_at, m.until, m.reason, b.id AS by_id, b.display_name AS by_name, i.state,
                    EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = g.id AND o.user_id = $2) AS owned
             FROM memberships m JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
             LEFT JOIN users b ON b.id = m.granted_by LEFT JOIN invitations i ON i.id = m.invitation_id
             WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $3)
             UNION ALL
             SELECT a.id, a.name, (1 = 1) AS is_app, m.granted_at, m.until, m.reason, b.id AS by_id, b.display_name AS by_name, i.state,
                    EXISTS (SELECT 1 FROM app_owners o WHERE o.app_id = a.id AND o.user_id = $2) AS owned
             FROM assignments m JOIN apps a ON a.id = m.app_id AND a.deleted_at IS NULL
             LEFT JOIN users b ON b.id = m.granted_by LEFT JOIN invitations i ON i.id = m.invitation_id
             WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $3)",
            [guest.into(), caller.user_id.into(), self.now().into()],
        ))
        .all(self.db())
        .await?;
        let administrator = caller.is_administrator();
        let sees_all = administrator || caller.has(Role::Auditor);
        let mut access: Vec<AccessRow> = rows
            .into_iter()
            .filter(|row| sees_all || row.owned || row.by_id == Some(caller.user_id))
            .map(|row| AccessRow {
                managed: administrator || row.owned,
                id: row.id,
                name: row.name,
                is_app: row.is_app,
                since: row.granted_at,
                until: row.until,
                reason: row.reason,
                granted_by: row.by_id.zip(row.by_name).map(|(id, name)| PersonName { id, name }),
                waiting: row.state == Some(InvitationState::Pending),
            })
            .collect();
        access.sort_by(|a, b| (a.is_app, &a.name, a.id).cmp(&(b.is_app, &b.name, b.id)));
        Ok(access)
    }
}

/// A guest who invites learns nothing of an addressee whom they may not know: neither that they want no mail, nor when
/// they were here.
fn cut_for_guests(row: &mut GuestRow) {
    row.blocks_mail = false;
    row.last_sign_in = None;
    if let Some(invitation) = &mut row.invitation {
        invitation.delivery = told_to_guests(invitation.delivery);
    }
}

/// Guests always ask for a mail, so that none was sent would tell of a block.
const fn told_to_guests(delivery: Delivery) -> Delivery {
    match delivery {
        Delivery::None => Delivery::Queued,
        delivery => delivery,
    }
}

/// How far a guest has come, in one word.
fn state_of(external: Option<ExternalState>, live: bool, newest: Option<InvitationState>) -> InvitationState {
    match (external, newest) {
        (Some(ExternalState::Accepted), _) if live => InvitationState::Accepted,
        (_, Some(state)) => state,
        (Some(ExternalState::Accepted), None) => InvitationState::Accepted,
        (_, None) => InvitationState::Pending,
    }
}

/// Each typed word begins a word of the name, or the address.
fn search(typed: &str, values: &mut Vec<Value>) -> String {
    let mut text = String::new();
    for [starts, inside, joined] in word_patterns(typed) {
        let n = values.len();
        text.push_str(&format!(
            " AND (u.name_folded LIKE ${} ESCAPE '\\' OR u.name_folded LIKE ${} ESCAPE '\\'
               OR u.name_folded LIKE ${} ESCAPE '\\' OR u.address_norm LIKE ${} ESCAPE '\\')",
            n + 1,
            n + 2,
            n + 3,
            n + 1,
        ));
        values.extend([starts.into(), inside.into(), joined.into()]);
    }
    text
}

/// Where the page begins: after the key and id of the row before. What is no such place begins at the start.
fn after(query: &GuestQuery, key: &str, direction: &str, id: &str, values: &mut Vec<Value>) -> String {
    let place = query.after.as_deref().filter(|after| !after.chars().any(char::is_control));
    let Some((last, at)) = place.and_then(|after| after.split_once('.')) else { return String::new() };
    let Ok(last) = last.parse::<Uuid>() else { return String::new() };
    let at: Value = if key == "u.name_folded" {
        at.to_owned().into()
    } else {
        match at.parse::<i64>().ok().and_then(DateTime::from_timestamp_micros) {
            Some(moment) => moment.into(),
            None => return String::new(),
        }
    };
    let than = if direction == "ASC" { ">" } else { "<" };
    let (a, b) = (values.len() + 1, values.len() + 2);
    values.extend([at, last.into()]);
    format!(" AND ({key} {than} ${a} OR ({key} = ${a} AND {id} {than} ${b}))")
}

#[derive(FromQueryResult)]
struct Row {
    user_id: Uuid,
    display_name: String,
    name_folded: String,
    address: String,
    address_norm: String,
    external_state: Option<ExternalState>,
    user_created_at: DateTime<Utc>,
    last_sign_in_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    invitation_id: Option<Uuid>,
    invitation_state: Option<InvitationState>,
    state_at: Option<DateTime<Utc>>,
    invited_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    delivery: Option<Delivery>,
    delivery_error: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    reminded_at: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Where the page after this row begins.
    fn cursor(&self, query: &GuestQuery) -> String {
        let moment = |at: Option<DateTime<Utc>>| at.map_or(0, |at| at.timestamp_micros()).to_string();
        let (id, key) = match (query.filter, query.sort) {
            (GuestFilter::Ended, _) => (self.invitation_id.unwrap_or_default(), moment(self.state_at)),
            (_, GuestSort::Newest) => (self.user_id, moment(Some(self.user_created_at))),
            (_, GuestSort::Name) => (self.user_id, self.name_folded.clone()),
            (_, GuestSort::Expiry) => (self.user_id, moment(self.expires_at)),
            (_, GuestSort::Seen) => (self.user_id, moment(self.last_sign_in_at)),
        };
        format!("{id}.{key}")
    }

    fn invitation(&self, now: DateTime<Utc>) -> Option<GuestInvitation> {
        let (state, expires_at) = (self.invitation_state?, self.expires_at?);
        Some(GuestInvitation {
            id: self.invitation_id?,
            state: state_at(state, expires_at, now),
            state_at: self.state_at?,
            invited_at: self.invited_at?,
            expires_at,
            delivery: self.delivery?,
            delivery_error: self.delivery_error.clone(),
            sent_at: self.sent_at,
            reminded_at: self.reminded_at,
            asked_at: self.asked_at,
        })
    }

    fn into_view(self, now: DateTime<Utc>, access: &HashMap<Uuid, Vec<String>>, blocks: &[String]) -> GuestRow {
        let invitation = self.invitation(now);
        let newest = invitation.as_ref().map(|invitation| invitation.state);
        let names = access.get(&self.user_id).map(Vec::as_slice).unwrap_or_default();
        GuestRow {
            user_id: self.user_id,
            state: state_of(self.external_state, self.deleted_at.is_none(), newest),
            invitation,
            last_sign_in: self.last_sign_in_at,
            blocks_mail: blocks.contains(&self.address_norm),
            access: names.iter().take(NAMES).cloned().collect(),
            more_access: u32::try_from(names.len().saturating_sub(NAMES)).unwrap_or(u32::MAX),
            name: self.display_name,
            address: self.address,
        }
    }
}
