//! A file arrives.

use sea_orm::{ActiveValue::Set, EntityTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        audit::{Actor, Event},
        entities::{bulk_jobs, bulk_rows},
    },
    MOST_JOBS, by_file,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    bulk::{BulkOptions, BulkRowState, BulkState, Column, FileError, Header, RawRow, Reader},
    names,
};

/// How many rows are written at once.
const CHUNK: usize = 500;

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A rule says no, or something broke.
    #[error(transparent)]
    Directory(#[from] Error),
}

/// The refusal that others may see.
impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::File(error) => error.into(),
            UploadError::Directory(error) => error.into(),
        }
    }
}

/// A file on its way in. Rows are written as they come; no transaction waits for the network. What is neither finished
/// nor abandoned is cleared away by a job.
pub struct Upload {
    directory: Directory,
    job: Uuid,
    caller: Caller,
    reader: Reader,
    rows: Vec<RawRow>,
}

impl Directory {
    /// Begins a job: its file is about to arrive.
    ///
    /// # Errors
    /// Those of [`Self::may_invite_by_file`], and [`Code::TooManyJobs`].
    pub async fn begin_upload(&self, caller: &Caller, file_name: &str) -> Result<Upload> {
        let event = Event { action: "bulk.create", ..Default::default() };
        let result = self.begin_and_commit(caller, file_name).await;
        let job = self.record_refusal(&caller.into(), event, result).await?;
        Ok(Upload { directory: self.clone(), job, caller: caller.clone(), reader: Reader::new(), rows: Vec::new() })
    }

    async fn begin_and_commit(&self, caller: &Caller, file_name: &str) -> Result<Uuid> {
        let tx = self.begin().await?;
        by_file(caller, &self.settings_on(&tx).await?)?;
        self.may_have_one_more(&tx, caller).await?;
        let job = self.new_bulk_job(caller, file_name);
        let id = job.id;
        self.insert_bulk_job(&tx, job).await?;
        self.commit(tx).await?;
        Ok(id)
    }

    pub(super) fn new_bulk_job(&self, caller: &Caller, file_name: &str) -> bulk_jobs::Model {
        let now = self.now();
        bulk_jobs::Model {
            id: self.new_id(),
            owner_id: caller.user_id,
            file_name: names::one_line(file_name).unwrap_or_else(|| "guests.csv".to_owned()),
            state: BulkState::Reading,
            options: "{}".to_owned(),
            header: None,
            total: 0,
            checked: 0,
            done: 0,
            plan_new: 0,
            plan_known: 0,
            plan_invited: 0,
            plan_has_all: 0,
            plan_no_mail: 0,
            plan_refused: 0,
            invited: 0,
            added: 0,
            unchanged: 0,
            failed: 0,
            stumbles: 0,
            created_at: now,
            started_at: None,
            ended_at: None,
            turn_at: now,
            leased_until: None,
            wait_until: None,
            erased_at: None,
            deleted_at: None,
            error: None,
            redo_of: None,
        }
    }

    pub(super) async fn insert_bulk_job(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        job: bulk_jobs::Model,
    ) -> Result<()> {
        use sea_orm::{ActiveModelTrait, IntoActiveModel};
        let row = job.into_active_model().reset_all();
        bulk_jobs::Entity::insert(row).exec_without_returning(on).await?;
        Ok(())
    }

    /// Refuses more unfinished jobs than one person may have. Locks the person, so that two uploads at once are counted.
    pub(super) async fn may_have_one_more(&self, on: &impl sea_orm::ConnectionTrait, caller: &Caller) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Row {
            open: i64,
        }
        self.lock_user(on, caller.user_id).await?.ok_or(Code::NotFound)?;
        let row = Row::find_by_statement(self.sql(
            "SELECT COUNT(*) AS open FROM bulk_jobs
             WHERE owner_id = $1 AND deleted_at IS NULL AND state NOT IN ('cancelled', 'done', 'failed')",
            [caller.user_id.into()],
        ))
        .one(on)
        .await?;
        if row.is_some_and(|row| row.open >= MOST_JOBS) { Err(Code::TooManyJobs.into()) } else { Ok(()) }
    }
}

impl Upload {
    /// The job that it becomes.
    pub fn job(&self) -> Uuid {
        self.job
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What is wrong with the file; [`Code::WrongState`] if the job was cancelled meanwhile.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.reader.push(bytes, &mut self.rows)?;
        while self.rows.len() >= CHUNK {
            let rest = self.rows.split_off(CHUNK);
            let rows = std::mem::replace(&mut self.rows, rest);
            self.write(rows).await?;
        }
        Ok(())
    }

    /// The file has ended: its rows are about to be checked. Answers with the job.
    ///
    /// # Errors
    /// As [`Self::push`]; those of the policy for the groups and apps of the options, and [`Code::NotFound`] for those
    /// that the caller may not see.
    pub async fn finish(&mut self, options: &BulkOptions) -> Result<Uuid, UploadError> {
        let reader = std::mem::take(&mut self.reader);
        let header = reader.finish(&mut self.rows)?;
        let mut rows = std::mem::take(&mut self.rows);
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(CHUNK));
            self.write_with(&header, rows).await?;
            rows = rest;
        }
        let event = Event::new("bulk.create", "bulk", self.job);
        let result = self.hand_over(&header, options).await;
        self.directory.record_refusal(&Actor::from(&self.caller), event, result).await?;
        self.directory.bulk_wakeup().notify_one();
        Ok(self.job)
    }

    async fn hand_over(&self, header: &Header, options: &BulkOptions) -> Result<()> {
        let directory = &self.directory;
        let tx = directory.begin().await?;
        let targets = directory.see_targets(&tx, &self.caller, &options.groups, &options.apps, false).await?;
        if !options.groups.is_empty() || !options.apps.is_empty() {
            targets.may_invite(&self.caller, &directory.settings_on(&tx).await?)?;
        }
        let changed = directory
            .change(
                &tx,
                "UPDATE bulk_jobs SET state = 'checking', header = $2, options = $3
                 WHERE id = $1 AND state = 'reading' AND deleted_at IS NULL",
                [self.job.into(), serde_json::to_string(header)?.into(), serde_json::to_string(options)?.into()],
            )
            .await?;
        let job = directory.lock_bulk_job(&tx, self.job).await?.filter(|_| changed == 1).ok_or(Code::WrongState)?;
        directory.record_bulk(&tx, &Actor::from(&self.caller), "bulk.create", &job).await?;
        directory.commit(tx).await
    }

    /// The file could not be read, or stopped arriving: the job goes.
    ///
    /// # Errors
    /// When the database fails; then a job clears it away later.
    pub async fn abandon(self) -> Result<()> {
        let now = self.directory.now();
        let sql = "UPDATE bulk_jobs SET deleted_at = $2 WHERE id = $1 AND state = 'reading'";
        self.directory.change(self.directory.db(), sql, [self.job.into(), now.into()]).await?;
        Ok(())
    }

    async fn write(&self, rows: Vec<RawRow>) -> Result<(), UploadError> {
        // Rows come out only once the headings are known.
        let header = self.reader.header().ok_or(FileError::Empty)?;
        Ok(self.write_with(header, rows).await?)
    }

    async fn write_with(&self, header: &Header, rows: Vec<RawRow>) -> Result<()> {
        let directory = &self.directory;
        let how_many = i32::try_from(rows.len()).unwrap_or(i32::MAX);
        let mut models = Vec::with_capacity(rows.len());
        for row in rows {
            // Rows that are wrong in themselves stand for nobody.
            let typed = header.read_row(&row.fields).ok();
            let address = typed.and_then(|_| Address::parse(header.field(&row.fields, Column::Address)).ok());
            models.push(bulk_rows::ActiveModel {
                job_id: Set(self.job),
                number: Set(i32::try_from(row.number).unwrap_or(i32::MAX)),
                input: Set(serde_json::to_string(&row.fields)?),
                address: Set(address.map(|address| address.normalized().to_owned())),
                state: Set(BulkRowState::Unchecked),
                ..Default::default()
            });
        }
        let tx = directory.begin().await?;
        let open = directory
            .change(
                &tx,
                "UPDATE bulk_jobs SET total = total + $2 WHERE id = $1 AND state = 'reading' AND deleted_at IS NULL",
                [self.job.into(), how_many.into()],
            )
            .await?;
        if open == 0 {
            return Err(Code::WrongState.into());
        }
        bulk_rows::Entity::insert_many(models).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
