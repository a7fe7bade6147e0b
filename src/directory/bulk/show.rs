//! What people see of a job.

use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        entities::{bulk_jobs, bulk_rows, users},
    },
    count,
};
use crate::model::{
    Caller, Code,
    bulk::{
        BulkProgress, BulkRowState, Column, Header, result_heading, result_row,
        view::{BulkFilter, BulkPage, BulkPlans, BulkRow, BulkSummary},
    },
    text,
    view::PersonName,
};

/// How many rows a page shows.
const PAGE: u64 = 50;
/// How many jobs a list shows.
const JOBS: i64 = 50;

/// A piece of a result file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkResults {
    /// The name of the file that came.
    pub file_name: String,
    /// The lines of this piece.
    pub text: String,
    /// After which row the next piece begins; `None` at the end.
    pub next: Option<u32>,
}

impl Directory {
    /// The newest jobs of the caller; of everybody, for administrators.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bulk_jobs(&self, caller: &Caller) -> Result<Vec<BulkSummary>> {
        #[derive(FromQueryResult)]
        struct Owner {
            id: Uuid,
            owner: String,
        }
        let mut query = bulk_jobs::Entity::find().filter(bulk_jobs::Column::DeletedAt.is_null());
        if !caller.is_administrator() {
            query = query.filter(bulk_jobs::Column::OwnerId.eq(caller.user_id));
        }
        let limit = u64::try_from(JOBS).unwrap_or_default();
        let jobs = query
            .order_by_desc(bulk_jobs::Column::CreatedAt)
            .order_by_desc(bulk_jobs::Column::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        let others = jobs.iter().any(|job| job.owner_id != caller.user_id);
        let owners = if others {
            Owner::find_by_statement(self.sql(
                "SELECT DISTINCT u.id, u.display_name AS owner FROM bulk_jobs b JOIN users u ON u.id = b.owner_id
                 WHERE b.deleted_at IS NULL LIMIT 1000",
                [],
            ))
            .all(self.db())
            .await?
        } else {
            Vec::new()
        };
        let owner_of = |job: &bulk_jobs::Model| {
            let owner = owners.iter().find(|owner| owner.id == job.owner_id && owner.id != caller.user_id)?;
            Some(PersonName { id: owner.id, name: owner.owner.clone() })
        };
        let summary = |job: bulk_jobs::Model| BulkSummary {
            owner: owner_of(&job),
            progress: job.progress(),
            id: job.id,
            created_at: job.created_at,
            file_name: job.file_name,
        };
        Ok(jobs.into_iter().map(summary).collect())
    }

    /// How far a job has come.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn bulk_progress(&self, caller: &Caller, job: Uuid) -> Result<BulkProgress> {
        Ok(self.see_bulk_job(self.db(), caller, job).await?.progress())
    }

    /// A job's page, with the rows that a filter lets through, from the row after `after`.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn bulk_page(&self, caller: &Caller, job: Uuid, filter: BulkFilter, after: u32) -> Result<BulkPage> {
        let job = self.see_bulk_job(self.db(), caller, job).await?;
        let header = job.header.as_ref().map(|_| job.read_header()).transpose()?;
        let mut query = bulk_rows::Entity::find()
            .filter(bulk_rows::Column::JobId.eq(job.id))
            .filter(bulk_rows::Column::Number.gt(i32::try_from(after).unwrap_or(i32::MAX)));
        match filter {
            BulkFilter::All => {}
            BulkFilter::Plan(plan) => query = query.filter(bulk_rows::Column::Plan.eq(plan)),
            BulkFilter::State(state) => query = query.filter(bulk_rows::Column::State.eq(state)),
        }
        let mut rows = match &header {
            Some(_) => query.order_by_asc(bulk_rows::Column::Number).limit(PAGE + 1).all(self.db()).await?,
            None => Vec::new(),
        };
        let more = rows.len() > usize::try_from(PAGE).unwrap_or_default();
        rows.truncate(usize::try_from(PAGE).unwrap_or_default());
        let next = rows.last().filter(|_| more).map(|row| count(row.number));
        let owner = users::Entity::find_by_id(job.owner_id).one(self.db()).await?;
        let mine = job.owner_id == caller.user_id;
        let left = if mine && !job.state.is_over() { self.invitations_left(caller).await? } else { None };
        let redoable = self.redoable(&job).await?;
        Ok(BulkPage {
            id: job.id,
            owner: PersonName { id: job.owner_id, name: owner.map(|owner| owner.display_name).unwrap_or_default() },
            mine,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            progress: job.progress(),
            plans: BulkPlans {
                new: count(job.plan_new),
                known: count(job.plan_known),
                invited: count(job.plan_invited),
                has_all: count(job.plan_has_all),
                no_mail: count(job.plan_no_mail),
                refused: count(job.plan_refused),
            },
            format: header.as_ref().map(|header| header.format),
            unused: header.iter().flat_map(Header::unused).map(str::to_owned).collect(),
            error: job.error.as_deref().and_then(|code| code.parse().ok()),
            left,
            erased: job.erased_at.is_some(),
            redoable,
            redo_of: job.redo_of,
            rows: match &header {
                Some(header) => rows.into_iter().map(|row| shown(header, row)).collect::<Result<_>>()?,
                None => Vec::new(),
            },
            next,
            file_name: job.file_name,
        })
    }

    /// The next lines of a job's result file, from the row after `after`; the first piece begins with the headings.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::WrongState`] before the rows are there, and after they were erased.
    pub async fn bulk_results(
        &self,
        caller: &Caller,
        job: Uuid,
        after: Option<u32>,
        limit: u64,
    ) -> Result<BulkResults> {
        let job = self.see_bulk_job(self.db(), caller, job).await?;
        if job.header.is_none() || job.erased_at.is_some() {
            return Err(Code::WrongState.into());
        }
        let header = job.read_header()?;
        let own = job.owner_id == caller.user_id;
        let from = after.map_or(0, |after| i32::try_from(after).unwrap_or(i32::MAX));
        let rows = bulk_rows::Entity::find()
            .filter(bulk_rows::Column::JobId.eq(job.id))
            .filter(bulk_rows::Column::Number.gt(from))
            .order_by_asc(bulk_rows::Column::Number)
            .limit(limit)
            .all(self.db())
            .await?;
        let mut written = if after.is_none() { result_heading(&header) } else { String::new() };
        let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|row| count(row.number));
        for row in rows {
            let input: Vec<String> = serde_json::from_str(&row.input)?;
            let status = match row.state {
                BulkRowState::Unchecked | BulkRowState::Ready => "not done",
                done => done.as_str(),
            };
            let code = row.code.unwrap_or_default();
            let detail = detail(code.parse().ok(), row.detail.as_deref());
            written += &result_row(&header, &input, own, status, &code, &detail);
        }
        Ok(BulkResults { file_name: job.file_name, text: written, next })
    }
}

/// The words for a code, and what it is about.
fn detail(code: Option<Code>, about: Option<&str>) -> String {
    let words = code.map(|code| text::words(code).title);
    match (words, about) {
        (Some(words), Some(about)) => format!("{words}: {about}"),
        (Some(words), None) => words.to_owned(),
        (None, about) => about.unwrap_or_default().to_owned(),
    }
}

fn shown(header: &Header, row: bulk_rows::Model) -> Result<BulkRow> {
    let fields: Vec<String> = serde_json::from_str(&row.input)?;
    let short = |column| header.field(&fields, column).chars().take(120).collect::<String>();
    Ok(BulkRow {
        number: count(row.number),
        address: short(Column::Address),
        name: short(Column::Name),
        plan: row.plan,
        state: row.state,
        code: row.code.as_deref().and_then(|code| code.parse().ok()),
        detail: row.detail,
    })
}
