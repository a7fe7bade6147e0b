//! Requests: somebody asks to be in a group or to have an app, and those who decide about it do.
//!
//! One file per part: who decides (`approvers`), asking (`ask`), deciding (`decide`), what waits for whom (`inbox`), one's
//! own (`mine`), and how requests end without anybody's decision (`tidy`).

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::Event,
    domains,
    entities::{apps, groups},
    grants::Target,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    domains::check_all,
    policy::may_find,
    requests::{RequestRow, Standing, Thing},
    settings::Settings,
    state::{GroupKind, JoinPolicy, RequestState, Role, UserType},
    view::PersonName,
};

mod approvers;
mod ask;
mod decide;
pub(super) mod inbox;
mod mine;
mod tidy;

pub use inbox::InboxQuery;

/// Whether `$1` is in the group `t` at the moment `$2`.
pub(super) const GROUP_HAS: &str = "((SELECT 1 FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
    WHERE m.group_id = t.id AND m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
      AND (m.invitation_id IS NULL OR i.state = 'accepted') LIMIT 1) IS NOT NULL)";

/// Whether `$1` has the app `t` at the moment `$2`, directly or through a group.
pub(super) const APP_HAS: &str = "((SELECT 1 FROM assignments s LEFT JOIN invitations i ON i.id = s.invitation_id
    WHERE s.app_id = t.id AND s.user_id = $1 AND (s.until IS NULL OR s.until > $2)
      AND (s.invitation_id IS NULL OR i.state = 'accepted') LIMIT 1) IS NOT NULL
  OR (SELECT 1 FROM assignments s
    JOIN memberships m ON m.group_id = s.group_id AND m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
    JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
    LEFT JOIN invitations i ON i.id = m.invitation_id
    WHERE s.app_id = t.id AND s.group_id IS NOT NULL AND (s.until IS NULL OR s.until > $2)
      AND (m.invitation_id IS NULL OR i.state = 'accepted') LIMIT 1) IS NOT NULL)";

/// A row of the table.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    pub id: Uuid,
    pub user_id: Uuid,
    pub group_id: Option<Uuid>,
    pub app_id: Option<Uuid>,
    pub state: RequestState,
    pub expires_at: DateTime<Utc>,
    pub decided_by: Option<Uuid>,
}

impl Row {
    /// What is asked for.
    pub fn target(&self) -> Result<Target> {
        Ok(self.group_id.map(Target::Group).or(self.app_id.map(Target::App)).ok_or(Code::Internal)?)
    }

    /// Whether it still waits for a decision.
    ///
    /// # Errors
    /// [`Code::RequestDecided`] with who decided, [`Code::RequestEnded`].
    pub fn check_open(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.state {
            RequestState::Pending if self.expires_at > now => Ok(()),
            RequestState::Approved | RequestState::Denied => {
                Err(Refusal { target: self.decided_by, ..Code::RequestDecided.into() })
            }
            RequestState::Pending | RequestState::Withdrawn | RequestState::Expired => Err(Code::RequestEnded.into()),
        }
    }

    /// An event about it.
    fn event(&self, action: &'static str) -> Event {
        event(action, self.id, self.user_id, self.group_id.map(Target::Group).or(self.app_id.map(Target::App)))
    }
}

/// An event about a request.
fn event(action: &'static str, id: Uuid, user: Uuid, target: Option<Target>) -> Event {
    let event = Event::new(action, "request", id);
    match target {
        Some(Target::Group(group)) => event.in_group(group).details(serde_json::json!({ "user": user })),
        Some(Target::App(app)) => event.in_app(app).details(serde_json::json!({ "user": user })),
        None => event,
    }
}

/// A group or app that is there, with what decides about who may have it. Only [`Directory::offered`] makes one.
#[expect(clippy::large_enum_variant, reason = "one at a time, and none is kept")]
pub(super) enum Offered {
    /// A group.
    Group(groups::Model),
    /// An app, and the group that those join who get it.
    App(apps::Model, Option<groups::Model>),
}

impl Offered {
    /// Its name and picture.
    pub fn thing(&self) -> Thing {
        let (id, name, is_app, picture_id) = match self {
            Self::Group(row) => (row.id, &row.name, false, row.picture_id),
            Self::App(row, _) => (row.id, &row.name, true, row.picture_id),
        };
        Thing { id, name: name.clone(), is_app, picture_id }
    }

    /// What it is for.
    pub fn about(&self) -> &str {
        match self {
            Self::Group(row) => &row.purpose,
            Self::App(row, _) => &row.description,
        }
    }

    /// How people come to have it by themselves, or why they do not.
    pub const fn policy(&self) -> Result<JoinPolicy, Code> {
        match self {
            Self::Group(row) => policy_of_group(row.kind, row.join_policy),
            Self::App(row, _) if !row.requestable => Err(Code::NotRequestable),
            Self::App(row, _) if !row.enabled => Err(Code::AppOff),
            Self::App(row, _) => Ok(policy_of_app(row.needs_approval)),
        }
    }

    /// Whether somebody can be in it, whoever lets them in.
    ///
    /// # Errors
    /// [`Code::DynamicGroup`]; for guests [`Code::GuestsNotAccepted`] and those of the rules for domains.
    pub fn may_have(&self, settings: &Settings, user_type: UserType, address: &str) -> Result<()> {
        match self {
            Self::Group(row) if row.kind == GroupKind::Dynamic => Err(Code::DynamicGroup.into()),
            Self::Group(row) => takes(settings, user_type, address, row.accepts_guests, row.domains.as_ref()),
            Self::App(row, join) => {
                takes(settings, user_type, address, row.accepts_guests, row.domains.as_ref())?;
                let Some(join) = join else { return Ok(()) };
                takes(settings, user_type, address, join.accepts_guests, join.domains.as_ref())
            }
        }
    }

    /// Whether somebody finds it in the catalogue.
    fn is_found(&self, settings: &Settings, is_guest: bool) -> bool {
        let (listed, accepts_guests) = match self {
            Self::Group(row) => (row.listed, row.accepts_guests),
            Self::App(row, _) => (row.requestable && row.enabled, row.accepts_guests),
        };
        may_find(is_guest, settings.guests.visibility, listed, accepts_guests)
    }
}

/// How people come into a group by themselves.
pub(super) const fn policy_of_group(kind: GroupKind, policy: JoinPolicy) -> Result<JoinPolicy, Code> {
    match (kind, policy) {
        (GroupKind::Dynamic, _) => Err(Code::DynamicGroup),
        (_, JoinPolicy::Closed) => Err(Code::JoinClosed),
        (_, policy) => Ok(policy),
    }
}

/// How people come to have an app that can be asked for.
pub(super) const fn policy_of_app(needs_approval: bool) -> JoinPolicy {
    if needs_approval { JoinPolicy::OnRequest } else { JoinPolicy::Open }
}

/// Whether a group or app takes this person: members always, guests by its rules and the organization's.
pub(super) fn takes(
    settings: &Settings,
    user_type: UserType,
    address: &str,
    accepts_guests: bool,
    rules: Option<&serde_json::Value>,
) -> Result<()> {
    if user_type == UserType::Member {
        return Ok(());
    }
    if !accepts_guests {
        return Err(Code::GuestsNotAccepted.into());
    }
    Ok(check_all(&settings.domains, &[domains::stored(rules)?], &Address::parse(address)?)?)
}

/// What somebody is to what they found.
pub(super) fn standing(
    has: bool,
    asked: Option<Uuid>,
    policy: Result<JoinPolicy, Code>,
    takes: Result<()>,
) -> Result<Standing> {
    Ok(match (has, asked, policy) {
        (true, ..) => Standing::Has,
        (_, Some(request), _) => Standing::Asked(request),
        (.., Err(code)) => Standing::Closed(code),
        (.., Ok(policy)) => match (takes, policy) {
            (Err(super::Error::Refused(refusal)), _) => Standing::Closed(refusal.code),
            (Err(broken), _) => return Err(broken),
            (Ok(()), JoinPolicy::Open) => Standing::CanJoin,
            (Ok(()), _) => Standing::CanAsk,
        },
    })
}

/// What somebody is to a group or app.
#[derive(FromQueryResult)]
pub(super) struct Ties {
    pub owns: bool,
    pub has: bool,
    pub asked: Option<Uuid>,
}

/// What the caller is to an offer that they may see. Only [`Directory::see_offer`] makes one.
pub(super) struct SeenOffer {
    pub offered: Offered,
    pub ties: Ties,
}

impl Directory {
    /// A group or app that is not deleted; with `lock` its row is locked until the transaction ends, and so is the group
    /// that an app's people join.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::WrongState`] if that group was changed just now.
    pub(super) async fn offered(&self, on: &impl ConnectionTrait, target: Target, lock: bool) -> Result<Offered> {
        match target {
            Target::Group(id) => Ok(Offered::Group(self.live_group(on, id, lock).await?.ok_or(Code::NotFound)?)),
            Target::App(id) => {
                // Groups are locked before apps.
                let before = apps::Entity::find_by_id(id).one(on).await?.ok_or(Code::NotFound)?;
                let join = match before.join_group_id {
                    Some(group) => self.live_group(on, group, lock).await?,
                    None => None,
                };
                let row = if lock {
                    apps::Entity::find_by_id(id).lock_exclusive().one(on).await?.ok_or(Code::NotFound)?
                } else {
                    before.clone()
                };
                if row.deleted_at.is_some() {
                    return Err(Code::NotFound.into());
                }
                if row.join_group_id != before.join_group_id {
                    return Err(Code::WrongState.into());
                }
                // Nobody is put into a group that fills itself.
                Ok(Offered::App(row, join.filter(|group| group.kind == GroupKind::Assigned)))
            }
        }
    }

    async fn live_group(&self, on: &impl ConnectionTrait, id: Uuid, lock: bool) -> Result<Option<groups::Model>> {
        let mut query = groups::Entity::find_by_id(id);
        if lock {
            // As everywhere with groups: not against those who are put into it meanwhile by a rule.
            query = query.lock(LockType::NoKeyUpdate);
        }
        Ok(query.one(on).await?.filter(|row| row.deleted_at.is_none()))
    }

    /// What somebody is to a group or app.
    pub(super) async fn ties(&self, on: &impl ConnectionTrait, user: Uuid, target: Target) -> Result<Ties> {
        let (table, has) = match target {
            Target::Group(_) => ("groups", GROUP_HAS),
            Target::App(_) => ("apps", APP_HAS),
        };
        let (owners, (_, column)) = (target.owners(), target.table());
        let sql = format!(
            "SELECT ((SELECT 1 FROM {owners} o WHERE o.{column} = t.id AND o.user_id = $1 LIMIT 1) IS NOT NULL) AS owns,
                    {has} AS has,
                    (SELECT r.id FROM requests r WHERE r.{column} = t.id AND r.user_id = $1 AND r.state = 'pending'
                       AND r.expires_at > $2 LIMIT 1) AS asked
             FROM {table} t WHERE t.id = $3"
        );
        let values = [user.into(), self.now().into(), target.id().into()];
        Ok(Ties::find_by_statement(self.sql(&sql, values)).one(on).await?.ok_or(Code::NotFound)?)
    }

    /// A group or app that the caller finds in the catalogue, or has to do with already.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub(super) async fn see_offer(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        settings: &Settings,
        target: Target,
        lock: bool,
    ) -> Result<SeenOffer> {
        let offered = self.offered(on, target, lock).await?;
        let ties = self.ties(on, caller.user_id, target).await?;
        let visible = offered.is_found(settings, caller.is_guest())
            || ties.owns
            || ties.has
            || caller.is_administrator()
            || caller.has(Role::Auditor);
        if visible { Ok(SeenOffer { offered, ties }) } else { Err(Code::NotFound.into()) }
    }

    /// A request's row.
    async fn request_row(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Row> {
        let sql = "SELECT id, user_id, group_id, app_id, state, expires_at, decided_by FROM requests WHERE id = $1";
        let row = Row::find_by_statement(self.sql(sql, [id.into()])).one(on).await?;
        Ok(row.ok_or(Code::NotFound)?)
    }
}

/// The columns of [`Listed`], of a request `r`.
const LISTED: &str = "SELECT r.id, r.user_id, u.display_name AS person, u.user_type, r.reason, r.state, r.state_at,
        r.created_at, r.expires_at, r.reminded_at, r.until, r.answer,
        COALESCE(g.id, a.id) AS thing_id, COALESCE(g.name, a.name) AS thing, (a.id IS NOT NULL) AS is_app,
        COALESCE(g.picture_id, a.picture_id) AS picture_id, d.id AS by_id, d.display_name AS by_name";

/// What those columns need besides the request `r`.
const NAMED: &str = "JOIN users u ON u.id = r.user_id
    LEFT JOIN groups g ON g.id = r.group_id LEFT JOIN apps a ON a.id = r.app_id
    LEFT JOIN users d ON d.id = r.decided_by";

/// A request with the names that lists show.
#[derive(FromQueryResult)]
struct Listed {
    id: Uuid,
    user_id: Uuid,
    person: String,
    user_type: UserType,
    reason: String,
    state: RequestState,
    state_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    reminded_at: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    answer: String,
    thing_id: Uuid,
    thing: String,
    is_app: bool,
    picture_id: Option<Uuid>,
    by_id: Option<Uuid>,
    by_name: Option<String>,
}

impl Listed {
    /// As the caller sees it: `names` says whether they may know who decided.
    fn into_view(self, now: DateTime<Utc>, names: bool) -> RequestRow {
        let over = self.state == RequestState::Pending && self.expires_at <= now;
        RequestRow {
            id: self.id,
            thing: Thing { id: self.thing_id, name: self.thing, is_app: self.is_app, picture_id: self.picture_id },
            person: PersonName { id: self.user_id, name: self.person },
            is_guest: self.user_type == UserType::Guest,
            reason: self.reason,
            state: if over { RequestState::Expired } else { self.state },
            state_at: if over { self.expires_at } else { self.state_at },
            created_at: self.created_at,
            expires_at: self.expires_at,
            reminded_at: self.reminded_at,
            decided_by: self.by_id.zip(self.by_name).filter(|_| names).map(|(id, name)| PersonName { id, name }),
            until: self.until,
            answer: self.answer,
        }
    }
}
