//! Whose turn it is, and who has it in hand: of several processes only one works on a job at a time.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{DatabaseTransaction, FromQueryResult};
use uuid::Uuid;

use super::super::{Directory, Result, entities::bulk_jobs};
use crate::model::{Code, bulk::BulkState};

/// How long a chunk may take. A process that dies leaves its job alone for so long.
pub(super) const LEASE: Duration = Duration::seconds(60);
/// After so many failures of ours in a row, a row that fails alone is given up.
pub(super) const MOST_STUMBLES: i32 = 6;

/// A job in hand.
pub(super) struct Lease {
    pub job: Uuid,
    pub until: DateTime<Utc>,
}

impl Directory {
    /// The job whose turn it is; the one that has waited longest for it comes first.
    pub(super) async fn next_bulk_job(&self) -> Result<Option<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT id FROM bulk_jobs
             WHERE state IN ('checking', 'running') AND deleted_at IS NULL
               AND (leased_until IS NULL OR leased_until <= $1) AND (wait_until IS NULL OR wait_until <= $1)
             ORDER BY turn_at, id LIMIT 1",
            [self.now().into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map(|row| row.id))
    }

    /// When the next job can go on that is waiting now.
    pub(super) async fn next_bulk_moment(&self) -> Result<Option<DateTime<Utc>>> {
        #[derive(FromQueryResult)]
        struct Row {
            next: Option<DateTime<Utc>>,
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT MIN(CASE WHEN wait_until IS NULL THEN leased_until
                             WHEN leased_until IS NULL OR leased_until < wait_until THEN wait_until
                             ELSE leased_until END) AS next
             FROM bulk_jobs WHERE state IN ('checking', 'running') AND deleted_at IS NULL",
            [],
        ))
        .one(self.db())
        .await?;
        Ok(row.and_then(|row| row.next))
    }

    /// Takes a job in hand. `None` if somebody else has it, or it does not move.
    pub(super) async fn lease_bulk_job(&self, job: Uuid) -> Result<Option<Lease>> {
        let now = self.now();
        let until = now + LEASE;
        let taken = self
            .change(
                self.db(),
                "UPDATE bulk_jobs SET leased_until = $2, turn_at = $3
                 WHERE id = $1 AND state IN ('checking', 'running') AND deleted_at IS NULL
                   AND (leased_until IS NULL OR leased_until <= $3) AND (wait_until IS NULL OR wait_until <= $3)",
                [job.into(), until.into(), now.into()],
            )
            .await?;
        Ok((taken == 1).then_some(Lease { job, until }))
    }

    /// Locks the job until the transaction ends. `None` if it was paused, cancelled, or taken by somebody else since.
    pub(super) async fn lock_leased(
        &self,
        tx: &DatabaseTransaction,
        lease: &Lease,
        state: BulkState,
    ) -> Result<Option<bulk_jobs::Model>> {
        let job = self.lock_bulk_job(tx, lease.job).await?;
        Ok(job.filter(|job| job.state == state && job.leased_until == Some(lease.until)))
    }

    /// Puts a job down after something of ours broke. It rests for a while, longer each time.
    pub(super) async fn stumble(&self, lease: &Lease, stumbles: i32) -> Result<()> {
        let wait = 2_i64.pow(u32::try_from(stumbles.clamp(0, 5)).unwrap_or_default());
        let until = self.now() + Duration::seconds(wait);
        self.change(
            self.db(),
            "UPDATE bulk_jobs SET stumbles = stumbles + 1, leased_until = $3 WHERE id = $1 AND leased_until = $2",
            [lease.job.into(), lease.until.into(), until.into()],
        )
        .await?;
        Ok(())
    }

    /// Puts a job down without a word.
    pub(super) async fn release_lease(&self, lease: &Lease) -> Result<()> {
        self.change(
            self.db(),
            "UPDATE bulk_jobs SET leased_until = NULL WHERE id = $1 AND leased_until = $2",
            [lease.job.into(), lease.until.into()],
        )
        .await?;
        Ok(())
    }

    /// One process owns a SQLite file: what another had in hand when it died is free, and what it was reading never
    /// comes to an end.
    pub(in crate::directory) async fn release_bulk_jobs(&self) -> Result<()> {
        self.change(self.db(), "UPDATE bulk_jobs SET leased_until = NULL WHERE leased_until IS NOT NULL", []).await?;
        let sql = "UPDATE bulk_jobs SET deleted_at = $1 WHERE state = 'reading' AND deleted_at IS NULL";
        self.change(self.db(), sql, [self.now().into()]).await?;
        Ok(())
    }

    /// Stops a job for good because of something that concerns all of it.
    pub(super) async fn fail_bulk_job(&self, tx: &DatabaseTransaction, job: Uuid, code: Code) -> Result<()> {
        self.change(
            tx,
            "UPDATE bulk_jobs SET state = 'failed', error = $2, ended_at = $3, leased_until = NULL, wait_until = NULL
             WHERE id = $1 AND state IN ('checking', 'running')",
            [job.into(), code.into(), self.now().into()],
        )
        .await?;
        Ok(())
    }
}
