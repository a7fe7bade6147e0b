//! What the owner does with a job.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        entities::bulk_jobs,
    },
    by_file,
};
use crate::model::{
    Caller, Code,
    bulk::{BulkState, view::BulkAction},
};

impl Directory {
    /// Starts, pauses, resumes or cancels a job, deletes it, or makes a new one of its failures. Answers with the job to
    /// look at; `None` if there is none any more.
    ///
    /// Administrators may pause, cancel and delete the jobs of others; only the owner invites in their own name.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`]; [`Code::WrongState`]; to start, resume or redo also those of
    /// [`Self::may_invite_by_file`], and [`Code::TooManyJobs`].
    pub async fn steer_bulk(&self, caller: &Caller, job: Uuid, action: BulkAction) -> Result<Option<Uuid>> {
        let event = Event::new(event_of(action), "bulk", job);
        let result = self.steer_and_commit(caller, job, action).await;
        let result = self.record_refusal(&caller.into(), event, result).await?;
        self.bulk_wakeup().notify_one();
        Ok(result)
    }

    async fn steer_and_commit(&self, caller: &Caller, id: Uuid, action: BulkAction) -> Result<Option<Uuid>> {
        let tx = self.begin().await?;
        self.see_bulk_job(&tx, caller, id).await?;
        if matches!(action, BulkAction::Redo) {
            // People before jobs, as for an upload.
            self.may_have_one_more(&tx, caller).await?;
        }
        let job = self.lock_bulk_job(&tx, id).await?.ok_or(Code::NotFound)?;
        let inviting = matches!(action, BulkAction::Start | BulkAction::Resume | BulkAction::Redo);
        if inviting {
            if job.owner_id != caller.user_id {
                return Err(Code::Forbidden.into());
            }
            by_file(caller, &self.settings_on(&tx).await?)?;
        }
        let now = self.now();
        let changed = match action {
            BulkAction::Start => {
                let sql = "UPDATE bulk_jobs SET state = 'running', started_at = $2, turn_at = $2 WHERE id = $1 AND state = 'ready'";
                self.change(&tx, sql, [id.into(), now.into()]).await?
            }
            BulkAction::Pause => {
                let sql = "UPDATE bulk_jobs SET state = 'paused' WHERE id = $1 AND state = 'running'";
                self.change(&tx, sql, [id.into()]).await?
            }
            BulkAction::Resume => {
                let sql = "UPDATE bulk_jobs SET state = 'running', turn_at = $2 WHERE id = $1 AND state = 'paused'";
                self.change(&tx, sql, [id.into(), now.into()]).await?
            }
            BulkAction::Cancel => {
                let sql =
                    "UPDATE bulk_jobs SET state = 'cancelled', ended_at = $2, leased_until = NULL, wait_until = NULL
                           WHERE id = $1 AND state IN ('reading', 'checking', 'ready', 'running', 'paused')";
                self.change(&tx, sql, [id.into(), now.into()]).await?
            }
            BulkAction::Delete => {
                let sql = "UPDATE bulk_jobs SET deleted_at = $2
                           WHERE id = $1 AND state IN ('ready', 'paused', 'cancelled', 'done', 'failed')";
                self.change(&tx, sql, [id.into(), now.into()]).await?
            }
            BulkAction::Redo => {
                let again = self.redo(&tx, caller, &job).await?;
                self.commit(tx).await?;
                return Ok(Some(again));
            }
        };
        if changed == 0 {
            return Err(Code::WrongState.into());
        }
        self.record_bulk(&tx, &Actor::from(caller), event_of(action), &job).await?;
        self.commit(tx).await?;
        Ok((action != BulkAction::Delete).then_some(id))
    }

    /// A new job of the rows that failed; of those that were never handled, too, if the job was stopped. Rows that came
    /// with the template stand for nobody and stay behind.
    async fn redo(&self, tx: &sea_orm::DatabaseTransaction, caller: &Caller, job: &bulk_jobs::Model) -> Result<Uuid> {
        if !job.state.is_over() || job.erased_at.is_some() || job.header.is_none() {
            return Err(Code::WrongState.into());
        }
        let mut again = bulk_jobs::Model {
            state: BulkState::Checking,
            options: job.options.clone(),
            header: job.header.clone(),
            redo_of: Some(job.id),
            ..self.new_bulk_job(caller, &job.file_name)
        };
        self.insert_bulk_job(tx, again.clone()).await?;
        let copied = self
            .change(
                tx,
                &format!(
                    "INSERT INTO bulk_rows (job_id, number, input, address, state)
                     SELECT $2, number, input, address, 'unchecked' FROM bulk_rows WHERE job_id = $1 AND {REDOABLE}"
                ),
                [job.id.into(), again.id.into()],
            )
            .await?;
        if copied == 0 {
            return Err(Code::WrongState.into());
        }
        again.total = i32::try_from(copied).unwrap_or(i32::MAX);
        self.change(tx, "UPDATE bulk_jobs SET total = $2 WHERE id = $1", [again.id.into(), again.total.into()]).await?;
        self.record_bulk(tx, &Actor::from(caller), "bulk.create", &again).await?;
        Ok(again.id)
    }

    /// How many rows a new try would have.
    pub(super) async fn redoable(&self, job: &bulk_jobs::Model) -> Result<u32> {
        #[derive(FromQueryResult)]
        struct Row {
            rows: i64,
        }
        if !job.state.is_over() || job.erased_at.is_some() {
            return Ok(0);
        }
        let sql = format!("SELECT COUNT(*) AS rows FROM bulk_rows WHERE job_id = $1 AND {REDOABLE}");
        let row = Row::find_by_statement(self.sql(&sql, [job.id.into()])).one(self.db()).await?;
        Ok(row.and_then(|row| u32::try_from(row.rows).ok()).unwrap_or_default())
    }
}

/// The rows of an ended job that are worth another try. In one that ended by itself nothing is left but failures.
const REDOABLE: &str = "state IN ('failed', 'ready', 'unchecked') AND (code IS NULL OR code <> 'sampleRow')";

fn event_of(action: BulkAction) -> &'static str {
    match action {
        BulkAction::Start => "bulk.start",
        BulkAction::Pause => "bulk.pause",
        BulkAction::Resume => "bulk.resume",
        BulkAction::Cancel => "bulk.cancel",
        BulkAction::Delete => "bulk.delete",
        BulkAction::Redo => "bulk.redo",
    }
}
