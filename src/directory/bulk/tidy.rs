//! Clearing away: what was deleted, what never arrived, and the files of jobs that ended long ago.

use chrono::Duration;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    super::{Directory, Result},
    KEPT,
};

/// An upload that takes longer has died.
const LONGEST_UPLOAD: Duration = Duration::hours(1);

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
}

impl Directory {
    /// Erases rows of jobs that were deleted, or ended more than [`KEPT`] ago; up to `limit` rows, each job in a
    /// transaction of its own. Of a job that ended long ago its counters stay, of one that was deleted nothing does. What
    /// nobody started for so long is cancelled. Says how many rows were erased. A job calls it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_bulk(&self, limit: u64) -> Result<u64> {
        let now = self.now();
        let sql =
            "UPDATE bulk_jobs SET deleted_at = $1 WHERE state = 'reading' AND deleted_at IS NULL AND created_at < $2";
        self.change(self.db(), sql, [now.into(), (now - LONGEST_UPLOAD).into()]).await?;
        let sql = "UPDATE bulk_jobs SET state = 'cancelled', ended_at = $1
                   WHERE state IN ('ready', 'paused') AND deleted_at IS NULL AND turn_at < $2";
        self.change(self.db(), sql, [now.into(), (now - KEPT).into()]).await?;
        let mut erased = 0;
        let old = Row::find_by_statement(self.sql(
            "SELECT id FROM bulk_jobs WHERE ended_at <= $1 AND erased_at IS NULL AND deleted_at IS NULL ORDER BY ended_at LIMIT 50",
            [(now - KEPT).into()],
        ))
        .all(self.db())
        .await?;
        for job in old {
            erased += self.erase_rows(job.id, limit.saturating_sub(erased), false).await?;
        }
        let deleted =
            Row::find_by_statement(self.sql("SELECT id FROM bulk_jobs WHERE deleted_at IS NOT NULL LIMIT 50", []))
                .all(self.db())
                .await?;
        for job in deleted {
            erased += self.erase_rows(job.id, limit.saturating_sub(erased), true).await?;
        }
        Ok(erased)
    }

    /// Erases up to `limit` rows of a job; when none is left, the job is marked so, or goes as well.
    async fn erase_rows(&self, job: Uuid, limit: u64, wholly: bool) -> Result<u64> {
        if limit == 0 {
            return Ok(0);
        }
        let tx = self.begin().await?;
        let erased = self
            .change(
                &tx,
                "DELETE FROM bulk_rows WHERE job_id = $1 AND number IN
                    (SELECT number FROM bulk_rows WHERE job_id = $1 ORDER BY number LIMIT $2)",
                [job.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
            )
            .await?;
        if erased < limit {
            if wholly {
                self.change(&tx, "DELETE FROM bulk_jobs WHERE id = $1 AND deleted_at IS NOT NULL", [job.into()])
                    .await?;
            } else {
                let sql = "UPDATE bulk_jobs SET erased_at = $2 WHERE id = $1";
                self.change(&tx, sql, [job.into(), self.now().into()]).await?;
            }
        }
        tx.commit().await?;
        Ok(erased)
    }
}
