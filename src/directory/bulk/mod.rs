//! Inviting by file. A job is made of an upload ([`upload`]), looked at row by row ([`check`]), steered by its owner
//! ([`steer`]), run in small transactions ([`run`]), shown ([`show`]) and cleared away ([`tidy`]).
//!
//! Each chunk of rows is one transaction: the invitations, what became of each row, and the job's counters commit
//! together. So a process can end at any moment, and whoever goes on finds exactly the rows that are left.

use chrono::Duration;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::{bulk_jobs, users},
};
use crate::model::{
    Caller, Code,
    bulk::{BulkOptions, BulkProgress, Header},
    policy::{self, Inviter},
    settings::Settings,
    state::{Role, UserType},
};

mod check;
mod lease;
mod names;
mod run;
mod show;
mod steer;
mod tidy;
mod upload;

pub use run::Turn;
pub use show::BulkResults;
pub use upload::{Upload, UploadError};

/// How many unfinished jobs one person may have.
pub const MOST_JOBS: i64 = 10;
/// How long a job and its rows are kept after its end.
pub const KEPT: Duration = Duration::days(30);

impl Directory {
    /// Whether someone may invite by file. Guests may not, whatever the policy says: a file of addresses would tell them
    /// who is in the directory.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for guests; [`Code::InvitesDisabled`] and [`Code::InviterNotAllowed`] by the policy.
    pub async fn may_invite_by_file(&self, caller: &Caller) -> Result<()> {
        by_file(caller, &self.settings().await?)
    }

    /// The job, if the caller may see it: its owner and administrators.
    async fn see_bulk_job(&self, on: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<bulk_jobs::Model> {
        let job = bulk_jobs::Entity::find_by_id(id).one(on).await?.filter(|job| job.deleted_at.is_none());
        let job = job.ok_or(Code::NotFound)?;
        if job.owner_id == caller.user_id || caller.is_administrator() { Ok(job) } else { Err(Code::NotFound.into()) }
    }

    /// The same, locked until the transaction ends.
    async fn lock_bulk_job(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Option<bulk_jobs::Model>> {
        let job = bulk_jobs::Entity::find_by_id(id).lock_exclusive().one(on).await?;
        Ok(job.filter(|job| job.deleted_at.is_none()))
    }

    /// The owner of a job as a caller, as the directory knows them now; `None` if they may not invite by file any more
    /// because they are blocked, gone, or no member.
    async fn bulk_owner(&self, on: &impl ConnectionTrait, job: &bulk_jobs::Model) -> Result<Option<Caller>> {
        #[derive(FromQueryResult)]
        struct Row {
            role: Role,
        }
        let user = users::Entity::find_by_id(job.owner_id).one(on).await?;
        let active = |user: &users::Model| user.deleted_at.is_none() && user.enabled;
        let Some(user) = user.filter(|user| active(user) && user.user_type == UserType::Member) else {
            return Ok(None);
        };
        let roles = Row::find_by_statement(self.sql("SELECT role FROM roles WHERE user_id = $1", [user.id.into()]))
            .all(on)
            .await?;
        Ok(Some(Caller {
            user_id: user.id,
            user_type: user.user_type,
            name: user.display_name,
            address: user.address,
            roles: roles.into_iter().map(|row| row.role).collect(),
            // What a job does can be found in the audit log by the job.
            request_id: Some(format!("bulk {}", job.id)),
        }))
    }

    /// Rings whenever a job has something to do.
    pub fn bulk_wakeup(&self) -> &tokio::sync::Notify {
        &self.0.bulk_wakeup
    }

    async fn record_bulk(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        action: &'static str,
        job: &bulk_jobs::Model,
    ) -> Result<()> {
        let details = serde_json::json!({ "file": job.file_name, "rows": job.total });
        self.record(on, actor, Event::new(action, "bulk", job.id).details(details)).await
    }

    /// A statement whose number of values is known only when it runs.
    fn listed(&self, text: &str, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), text, values)
    }
}

/// Whether someone may invite by file under these settings.
fn by_file(caller: &Caller, settings: &Settings) -> Result<()> {
    if caller.is_guest() {
        return Err(Code::Forbidden.into());
    }
    Ok(policy::may_invite_at_all(settings.invitations.policy, Inviter::of(caller))?)
}

/// `$3, $4, $5`: `count` placeholders from the one given.
fn placeholders(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

impl bulk_jobs::Model {
    fn read_options(&self) -> Result<BulkOptions> {
        Ok(serde_json::from_str(&self.options)?)
    }

    /// The headings; a job that has rows has them.
    fn read_header(&self) -> Result<Header> {
        Ok(serde_json::from_str(self.header.as_deref().unwrap_or_default())?)
    }

    fn progress(&self) -> BulkProgress {
        let waits = self.wait_until.filter(|_| self.state == crate::model::bulk::BulkState::Running);
        BulkProgress {
            state: self.state,
            total: count(self.total),
            checked: count(self.checked),
            done: count(self.done),
            invited: count(self.invited),
            added: count(self.added),
            unchanged: count(self.unchanged),
            failed: count(self.failed),
            waits_until: waits.map(|until| until.timestamp()),
        }
    }
}

fn count(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or_default()
}
