//! Looking at rows before anybody is invited: what would become of each?

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Value};
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        entities::{bulk_jobs, bulk_rows},
        invitations::targets::Targets,
    },
    by_file,
    lease::Lease,
    names::{Asked, Names, NotAsked},
    placeholders,
};
use crate::model::{
    Caller, Code, Refusal,
    addresses::Entry,
    bulk::{BulkOptions, BulkPlan, BulkRowState, BulkState, Header, Wish},
    settings::Settings,
    view::Standing,
};

/// What would become of a row, and why not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Planned {
    pub plan: BulkPlan,
    pub code: Option<Code>,
    pub detail: Option<String>,
}

impl Planned {
    fn refused(refusal: &Refusal, detail: Option<String>) -> Self {
        // The field is told only where the code alone does not say which one it is.
        Self { plan: BulkPlan::Refused, code: Some(refusal.code), detail }
    }
}

impl From<Standing> for Planned {
    fn from(standing: Standing) -> Self {
        let plan = match standing {
            Standing::New => BulkPlan::New,
            Standing::Known => BulkPlan::Known,
            Standing::Invited => BulkPlan::Invited,
            Standing::HasAll => BulkPlan::HasAll,
            Standing::NoMail => BulkPlan::NoMail,
            Standing::Refused(code) => return Self { plan: BulkPlan::Refused, code: Some(code), detail: None },
        };
        Self { plan, code: None, detail: None }
    }
}

/// What a row asks for; or why it asks for nothing.
pub(super) fn wish_of(
    header: &Header,
    row: &bulk_rows::Model,
    options: &BulkOptions,
    now: super::super::entities::Time,
) -> Result<Result<Wish, Refusal>> {
    let fields: Vec<String> = serde_json::from_str(&row.input)?;
    Ok(header.read_row(&fields).and_then(|typed| typed.wish(options, now)))
}

/// Rows that ask for the same groups and apps, by their place among all.
type ByTargets = HashMap<Asked, Vec<usize>>;

impl Directory {
    /// Looks at the next rows of a job. `false` if the job was not there to be checked.
    pub(super) async fn check_chunk(&self, lease: &Lease, limit: u64) -> Result<bool> {
        let Some(job) = bulk_jobs::Entity::find_by_id(lease.job).one(self.db()).await? else { return Ok(false) };
        let rows = self.rows_in_state(self.db(), job.id, BulkRowState::Unchecked, limit).await?;
        let settings = self.settings().await?;
        let owner = self.bulk_owner(self.db(), &job).await?;
        let allowed = match &owner {
            Some(owner) => by_file(owner, &settings),
            None => Err(Code::AccountBlocked.into()),
        };
        let planned = match (allowed, &owner) {
            (Ok(()), Some(owner)) => self.plan_rows(owner, &settings, &job, &rows).await?,
            (Err(Error::Refused(refusal)), _) => {
                let tx = self.begin().await?;
                if self.lock_leased(&tx, lease, BulkState::Checking).await?.is_some() {
                    self.fail_bulk_job(&tx, job.id, refusal.code).await?;
                }
                tx.commit().await?;
                return Ok(true);
            }
            (Err(broken), _) => return Err(broken),
            (Ok(()), None) => return Ok(false),
        };
        self.write_plans(lease, &rows, planned).await
    }

    /// The next rows of a job that are in a state, by their number.
    pub(super) async fn rows_in_state(
        &self,
        on: &impl ConnectionTrait,
        job: Uuid,
        state: BulkRowState,
        limit: u64,
    ) -> Result<Vec<bulk_rows::Model>> {
        use sea_orm::ColumnTrait;
        Ok(bulk_rows::Entity::find()
            .filter(bulk_rows::Column::JobId.eq(job))
            .filter(bulk_rows::Column::State.eq(state))
            .order_by_asc(bulk_rows::Column::Number)
            .limit(limit)
            .all(on)
            .await?)
    }

    /// What would become of some rows, by a number of queries that grows with the different sets of groups and apps in
    /// them, not with the rows.
    async fn plan_rows(
        &self,
        owner: &Caller,
        settings: &Settings,
        job: &bulk_jobs::Model,
        rows: &[bulk_rows::Model],
    ) -> Result<Vec<Planned>> {
        let (header, options) = (job.read_header()?, job.read_options()?);
        let mut wishes = Vec::with_capacity(rows.len());
        for row in rows {
            wishes.push(wish_of(&header, row, &options, self.now())?);
        }
        let names = self.resolve_names(self.db(), owner, wishes.iter().filter_map(|wish| wish.as_ref().ok())).await?;
        let firsts = self.first_rows(job.id, rows).await?;
        let mut planned: Vec<Option<Planned>> = vec![None; rows.len()];
        let mut sets = ByTargets::new();
        for (at, (row, wish)) in rows.iter().zip(&wishes).enumerate() {
            match wish_with_targets(wish, &names, &options) {
                Err((refusal, detail)) => planned[at] = Some(Planned::refused(&refusal, detail)),
                Ok(targets) => match firsts.get(&row.number) {
                    Some(first) => {
                        planned[at] = Some(Planned::refused(&Code::DuplicateRow.into(), Some(first.to_string())));
                    }
                    None => sets.entry(targets).or_default().push(at),
                },
            }
        }
        for ((groups, apps), places) in sets {
            let targets = match self.see_targets(self.db(), owner, &groups, &apps, false).await {
                Ok(targets) => targets.may_invite(owner, settings).map_err(Refusal::from).map(|()| targets),
                Err(Error::Refused(refusal)) => Err(refusal),
                Err(broken) => return Err(broken),
            };
            match targets {
                Err(refusal) => {
                    for at in places {
                        planned[at] = Some(Planned::refused(&refusal, None));
                    }
                }
                Ok(targets) => {
                    for (at, plan) in self.plan_set(owner, settings, &targets, &wishes, places).await? {
                        planned[at] = Some(plan);
                    }
                }
            }
        }
        Ok(planned
            .into_iter()
            .map(|plan| plan.unwrap_or_else(|| Planned::refused(&Code::Internal.into(), None)))
            .collect())
    }

    /// Rows that all ask for the same.
    async fn plan_set(
        &self,
        owner: &Caller,
        settings: &Settings,
        targets: &Targets,
        wishes: &[Result<Wish, Refusal>],
        places: Vec<usize>,
    ) -> Result<Vec<(usize, Planned)>> {
        let mut plans = Vec::with_capacity(places.len());
        let (mut asked, mut entries) = (Vec::new(), Vec::new());
        for at in places {
            let Some(Ok(wish)) = wishes.get(at) else { continue };
            // Terms that depend on the organization are looked at one by one; few rows have them.
            let terms = &wish.terms;
            let plain = terms.sponsor.is_none() && terms.landing.is_none() && terms.cc.is_empty();
            if !plain {
                match self.check_terms(self.db(), owner, terms, settings, targets).await {
                    Ok(_) => {}
                    Err(Error::Refused(refusal)) => {
                        plans.push((at, Planned::refused(&refusal, None)));
                        continue;
                    }
                    Err(broken) => return Err(broken),
                }
            }
            asked.push(at);
            entries.push(Entry {
                text: wish.address.typed().to_owned(),
                name: wish.name.clone(),
                address: Ok(wish.address.clone()),
            });
        }
        let standings = self.standings_of(self.db(), owner, settings, targets, &entries).await?;
        plans.extend(asked.into_iter().zip(standings.into_iter().map(Planned::from)));
        Ok(plans)
    }

    /// For each of these rows whose address stands further up in the file: the line where it does first.
    async fn first_rows(&self, job: Uuid, rows: &[bulk_rows::Model]) -> Result<HashMap<i32, i32>> {
        #[derive(FromQueryResult)]
        struct Row {
            number: i32,
            first: Option<i32>,
        }
        let (Some(from), Some(to)) = (rows.first(), rows.last()) else { return Ok(HashMap::new()) };
        let found = Row::find_by_statement(self.sql(
            "SELECT r.number, (SELECT f.number FROM bulk_rows f
                               WHERE f.job_id = r.job_id AND f.address = r.address AND f.number < r.number
                               ORDER BY f.number LIMIT 1) AS first
             FROM bulk_rows r WHERE r.job_id = $1 AND r.number BETWEEN $2 AND $3 AND r.address IS NOT NULL",
            [job.into(), from.number.into(), to.number.into()],
        ))
        .all(self.db())
        .await?;
        Ok(found.into_iter().filter_map(|row| Some((row.number, row.first?))).collect())
    }

    async fn write_plans(&self, lease: &Lease, rows: &[bulk_rows::Model], planned: Vec<Planned>) -> Result<bool> {
        let tx = self.begin().await?;
        let Some(job) = self.lock_leased(&tx, lease, BulkState::Checking).await? else {
            tx.commit().await?;
            return Ok(false);
        };
        // Most rows share what would become of them.
        let mut by_plan: BTreeMap<Planned, Vec<i32>> = BTreeMap::new();
        for (row, plan) in rows.iter().zip(planned) {
            by_plan.entry(plan).or_default().push(row.number);
        }
        let mut counts: HashMap<BulkPlan, i64> = HashMap::new();
        for (plan, numbers) in by_plan {
            let mut values: Vec<Value> = vec![job.id.into(), plan.plan.into(), plan.code.into(), plan.detail.into()];
            values.extend(numbers.iter().map(|number| Value::from(*number)));
            let text = format!(
                "UPDATE bulk_rows SET plan = $2, code = $3, detail = $4, state = 'ready'
                 WHERE job_id = $1 AND state = 'unchecked' AND number IN ({})",
                placeholders(5, numbers.len())
            );
            let changed = tx.execute_raw(self.listed(&text, values)).await?.rows_affected();
            *counts.entry(plan.plan).or_default() += i64::try_from(changed).unwrap_or_default();
        }
        let of = |plan: BulkPlan| i32::try_from(counts.get(&plan).copied().unwrap_or_default()).unwrap_or(i32::MAX);
        let checked: i64 = counts.values().sum();
        self.change(
            &tx,
            "UPDATE bulk_jobs SET checked = checked + $2, plan_new = plan_new + $3, plan_known = plan_known + $4,
                    plan_invited = plan_invited + $5, plan_has_all = plan_has_all + $6, plan_no_mail = plan_no_mail + $7,
                    plan_refused = plan_refused + $8, stumbles = 0, leased_until = NULL,
                    state = CASE WHEN checked + $2 >= total THEN 'ready' ELSE state END
             WHERE id = $1",
            [
                job.id.into(),
                i32::try_from(checked).unwrap_or(i32::MAX).into(),
                of(BulkPlan::New).into(),
                of(BulkPlan::Known).into(),
                of(BulkPlan::Invited).into(),
                of(BulkPlan::HasAll).into(),
                of(BulkPlan::NoMail).into(),
                of(BulkPlan::Refused).into(),
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// The groups and apps that a row asks for; or why it asks for nothing, and what that is about.
pub(super) fn wish_with_targets(
    wish: &Result<Wish, Refusal>,
    names: &Names,
    options: &BulkOptions,
) -> Result<Asked, NotAsked> {
    let wish = wish.as_ref().map_err(|refusal| (refusal.clone(), None))?;
    names.targets(wish, options)
}
