//! Who did what to what, when, with which result: written with the change itself.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Directory, Result,
    entities::{audit_details, audit_events},
    error::Error,
};
use crate::model::{
    Caller, Code,
    state::{Outcome, Role},
};

/// Who acts: a person, or the panel itself.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// The user; `None` for strangers and for the panel's own jobs.
    pub user_id: Option<Uuid>,
    /// Names the request in the logs.
    pub request_id: Option<String>,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self { user_id: Some(caller.user_id), request_id: caller.request_id.clone() }
    }
}

impl Actor {
    /// A known user outside of a session, for example at sign-in.
    pub fn user(user_id: Uuid) -> Self {
        Self { user_id: Some(user_id), request_id: None }
    }
}

/// What happened. Ids and codes; personal values go into `details`, which erasure can empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Event {
    pub action: &'static str,
    pub target: Option<(&'static str, Uuid)>,
    pub group_id: Option<Uuid>,
    pub invitation_id: Option<Uuid>,
    pub code: Option<Code>,
    pub details: Option<Json>,
}

impl Event {
    pub fn new(action: &'static str, kind: &'static str, id: Uuid) -> Self {
        Self { action, target: Some((kind, id)), ..Default::default() }
    }

    pub fn in_group(self, id: Uuid) -> Self {
        Self { group_id: Some(id), ..self }
    }

    /// Of an app: the same column, so that the history of either is one index away. Launches are not part of it: they are
    /// many, and counted elsewhere.
    pub fn in_app(self, id: Uuid) -> Self {
        Self { group_id: Some(id), ..self }
    }

    pub fn by_invitation(self, id: Option<Uuid>) -> Self {
        Self { invitation_id: id, ..self }
    }

    pub fn details(self, details: Json) -> Self {
        Self { details: Some(details), ..self }
    }
}

/// An audit event, as it is read.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct AuditRow {
    /// The event.
    pub id: Uuid,
    /// When it happened.
    pub at: chrono::DateTime<chrono::Utc>,
    /// Who acted.
    pub actor_id: Option<Uuid>,
    /// What was done, for example `membership.remove`.
    pub action: String,
    /// Whether it was done or refused.
    pub outcome: Outcome,
    /// Why it was refused.
    pub code: Option<String>,
    /// What it was done to.
    pub target_id: Option<Uuid>,
    /// The group or app it happened in.
    pub group_id: Option<Uuid>,
    /// The personal values.
    pub details: Option<Json>,
}

impl Directory {
    /// Writes an event into the transaction of its change.
    pub(super) async fn record(&self, on: &impl ConnectionTrait, actor: &Actor, event: Event) -> Result<()> {
        self.write_event(on, actor, event, Outcome::Success).await
    }

    /// Writes many events that have no details, at once.
    pub(super) async fn record_many(&self, on: &impl ConnectionTrait, actor: &Actor, events: Vec<Event>) -> Result<()> {
        let rows = events.into_iter().map(|event| self.event_row(actor, &event, Outcome::Success));
        audit_events::Entity::insert_many(rows).exec_without_returning(on).await?;
        Ok(())
    }

    /// Writes a refusal into a transaction that goes on: one of many at once.
    pub(super) async fn record_refused(&self, on: &impl ConnectionTrait, actor: &Actor, event: Event) -> Result<()> {
        self.write_event(on, actor, event, Outcome::Refused).await
    }

    /// Writes a refusal, in a transaction of its own. Anything but a refusal is not an event.
    pub(super) async fn record_refusal<T>(&self, actor: &Actor, event: Event, result: Result<T>) -> Result<T> {
        if let Err(Error::Refused(refusal)) = &result {
            let event = Event { code: Some(refusal.code), ..event };
            let tx = self.begin().await?;
            self.write_event(&tx, actor, event, Outcome::Refused).await?;
            tx.commit().await?;
        }
        result
    }

    async fn write_event(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        event: Event,
        outcome: Outcome,
    ) -> Result<()> {
        let row = self.event_row(actor, &event, outcome);
        let id = *row.id.as_ref();
        audit_events::Entity::insert(row).exec_without_returning(on).await?;
        if let Some(details) = event.details {
            audit_details::Entity::insert(audit_details::ActiveModel { event_id: Set(id), details: Set(details) })
                .exec_without_returning(on)
                .await?;
        }
        Ok(())
    }

    fn event_row(&self, actor: &Actor, event: &Event, outcome: Outcome) -> audit_events::ActiveModel {
        let text = event.details.as_ref().map(Json::to_string);
        audit_events::ActiveModel {
            id: Set(self.new_id()),
            at: Set(self.now()),
            actor_id: Set(actor.user_id),
            action: Set(event.action.to_owned()),
            outcome: Set(outcome),
            code: Set(event.code.map(|code| code.as_str().to_owned())),
            target_kind: Set(event.target.map(|(kind, _)| kind.to_owned())),
            target_id: Set(event.target.map(|(_, id)| id)),
            group_id: Set(event.group_id),
            invitation_id: Set(event.invitation_id),
            request_id: Set(actor.request_id.clone()),
            details_hash: Set(text.map(|text| Sha256::digest(text).to_vec())),
        }
    }

    /// The newest audit events about an object or in a group or app, newest first, at most `limit` (up to 500).
    /// For administrators and auditors.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for others.
    pub async fn audit_log(&self, caller: &Caller, about: Option<Uuid>, limit: u64) -> Result<Vec<AuditRow>> {
        if !caller.is_administrator() && !caller.has(Role::Auditor) {
            let event = Event { action: "audit.read", ..Default::default() };
            return self.record_refusal(&caller.into(), event, Err(Code::Forbidden.into())).await;
        }
        let columns = "SELECT e.id, e.at, e.actor_id, e.action, e.outcome, e.code, e.target_id, e.group_id, d.details
            FROM audit_events e LEFT JOIN audit_details d ON d.event_id = e.id";
        let limit = i64::try_from(limit.min(500)).unwrap_or(500);
        let statement = match about {
            Some(id) => self.sql(
                &format!("{columns} WHERE e.target_id = $1 OR e.group_id = $1 ORDER BY e.at DESC, e.id DESC LIMIT $2"),
                [id.into(), limit.into()],
            ),
            None => self.sql(&format!("{columns} ORDER BY e.at DESC, e.id DESC LIMIT $1"), [limit.into()]),
        };
        Ok(AuditRow::find_by_statement(statement).all(self.db()).await?)
    }
}
