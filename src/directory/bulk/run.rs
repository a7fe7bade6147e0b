//! Inviting, some rows at a time.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        audit::{Actor, Event},
        entities::{apps, bulk_jobs, bulk_rows, groups, users},
        invitations::{Ask, InviteOutcome, Invited, invite::refused_event},
    },
    by_file,
    check::{wish_of, wish_with_targets},
    lease::{Lease, MOST_STUMBLES},
    names::NotAsked,
};
use crate::model::{
    Caller, Code,
    bulk::{BulkRowState, BulkState},
    settings::Settings,
};

/// How many rows are looked at by one turn of a check.
const CHECKED_AT_ONCE: u64 = 300;
/// A chunk ends early when it has taken so long: on SQLite nobody else can write meanwhile.
const LONGEST_CHUNK: std::time::Duration = std::time::Duration::from_millis(100);

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Something was done; there may be more.
    Worked,
    /// There is nothing to do now, but perhaps at this moment.
    Idle(Option<DateTime<Utc>>),
}

/// What became of one row.
struct Handled {
    number: i32,
    state: BulkRowState,
    code: Option<Code>,
    detail: Option<String>,
    user: Option<Uuid>,
    invitation: Option<Uuid>,
}

impl Handled {
    fn failed(number: i32, code: Code, detail: Option<String>) -> Self {
        Self { number, state: BulkRowState::Failed, code: Some(code), detail, user: None, invitation: None }
    }

    fn invited(number: i32, invited: &Invited) -> Self {
        let state = match invited.outcome {
            InviteOutcome::Invited => BulkRowState::Invited,
            InviteOutcome::Added => BulkRowState::Added,
            InviteOutcome::AlreadyInvited => BulkRowState::Unchanged,
        };
        let (user, invitation) = (Some(invited.user_id), invited.invitation_id);
        Self { number, state, code: None, detail: None, user, invitation }
    }
}

/// What a chunk came to.
enum Chunk {
    /// Committed.
    Done,
    /// A limit is reached; so many seconds are left of it.
    Wait(u32),
    /// Somebody else was quicker; nothing was written.
    Again,
}

impl Directory {
    /// Gives the next job its turn: up to `limit` of its rows are checked or invited, in one transaction. What was
    /// committed is done for good; what was not has not happened. To be called again and again, by any number of
    /// processes.
    ///
    /// # Errors
    /// When the database fails; the job is tried again later.
    pub async fn bulk_turn(&self, limit: u64) -> Result<Turn> {
        let Some(job) = self.next_bulk_job().await? else {
            return Ok(Turn::Idle(self.next_bulk_moment().await?));
        };
        self.run_bulk(job, limit).await?;
        Ok(Turn::Worked)
    }

    /// One turn of one job. `false` if it does not move, waits, or is in other hands.
    ///
    /// # Errors
    /// As [`Self::bulk_turn`].
    pub async fn run_bulk(&self, job: Uuid, limit: u64) -> Result<bool> {
        let Some(lease) = self.lease_bulk_job(job).await? else { return Ok(false) };
        let Some(row) = bulk_jobs::Entity::find_by_id(job).one(self.db()).await? else { return Ok(false) };
        // After a failure of ours the rows go one by one, so that one that cannot be done does not stop the others.
        let limit = if row.stumbles > 0 { 1 } else { limit.max(1) };
        let result = match row.state {
            BulkState::Checking if row.stumbles > 0 => self.check_chunk(&lease, 1).await.map(|_| Chunk::Done),
            BulkState::Checking => self.check_chunk(&lease, CHECKED_AT_ONCE).await.map(|_| Chunk::Done),
            BulkState::Running => self.run_chunk(&lease, limit).await,
            _ => Ok(Chunk::Again),
        };
        match result {
            Ok(Chunk::Done) => Ok(true),
            Ok(Chunk::Again) => {
                self.release_lease(&lease).await?;
                Ok(true)
            }
            Ok(Chunk::Wait(seconds)) => {
                let until = self.now() + Duration::seconds(i64::from(seconds));
                let sql =
                    "UPDATE bulk_jobs SET wait_until = $3, leased_until = NULL WHERE id = $1 AND leased_until = $2";
                self.change(self.db(), sql, [job.into(), lease.until.into(), until.into()]).await?;
                Ok(true)
            }
            Err(error) => {
                tracing::warn!(%job, %error, "a chunk of a bulk job failed");
                if row.stumbles >= MOST_STUMBLES {
                    self.give_up_row(&lease).await?;
                } else {
                    self.stumble(&lease, row.stumbles).await?;
                }
                Err(error)
            }
        }
    }

    async fn run_chunk(&self, lease: &Lease, limit: u64) -> Result<Chunk> {
        let Some(job) = bulk_jobs::Entity::find_by_id(lease.job).one(self.db()).await? else { return Ok(Chunk::Again) };
        // Asked before the transaction: a query on the pool inside of one could wait for it for ever.
        let left = match self.bulk_owner(self.db(), &job).await? {
            Some(owner) => self.invitations_left(&owner).await?,
            None => None,
        };
        let tx = self.begin().await?;
        let Some(job) = self.lock_leased(&tx, lease, BulkState::Running).await? else { return Ok(Chunk::Again) };
        let settings = self.settings_on(&tx).await?;
        let owner = self.bulk_owner(&tx, &job).await?;
        let owner =
            match owner.ok_or_else(|| Code::AccountBlocked.into()).and_then(|o| by_file(&o, &settings).map(|()| o)) {
                Ok(owner) => owner,
                Err(Error::Refused(refusal)) => {
                    self.fail_bulk_job(&tx, job.id, refusal.code).await?;
                    self.record_bulk(&tx, &Actor::default(), "bulk.fail", &job).await?;
                    self.commit(tx).await?;
                    return Ok(Chunk::Done);
                }
                Err(broken) => return Err(broken),
            };
        // At least one row, so that it is the counters that say how long to wait.
        let limit = left.map_or(limit, |left| limit.min(u64::from(left).max(1)));
        let rows = self.rows_in_state(&tx, job.id, BulkRowState::Ready, limit).await?;
        let handled = self.handle_rows(&tx, &owner, &settings, &job, rows).await?;
        let acted =
            handled.iter().filter(|row| matches!(row.state, BulkRowState::Invited | BulkRowState::Added)).count();
        self.write_outcomes(&tx, &job, &handled).await?;
        // Last, because the counters that everybody shares stay locked until the commit.
        match self.count_invitations(&tx, &owner, &settings, u32::try_from(acted).unwrap_or(u32::MAX)).await {
            Ok(()) => {
                self.commit(tx).await?;
                Ok(Chunk::Done)
            }
            Err(Error::Refused(refusal)) if refusal.code == Code::RateLimited => {
                tx.rollback().await?;
                // Nothing is left, or others have taken it since: then a smaller chunk may still fit.
                let none_left = left.is_none_or(|left| left == 0) || acted <= 1;
                Ok(if none_left { Chunk::Wait(refusal.retry_after.unwrap_or(60)) } else { Chunk::Again })
            }
            Err(error) => Err(error),
        }
    }

    async fn handle_rows(
        &self,
        tx: &DatabaseTransaction,
        owner: &Caller,
        settings: &Settings,
        job: &bulk_jobs::Model,
        mut rows: Vec<bulk_rows::Model>,
    ) -> Result<Vec<Handled>> {
        let began = Instant::now();
        let (header, options) = (job.read_header()?, job.read_options()?);
        // In one order, so that two jobs with the same addresses do not wait for each other.
        rows.sort_by(|a, b| (&a.address, a.number).cmp(&(&b.address, b.number)));
        let mut asks = Vec::with_capacity(rows.len());
        for row in rows {
            let wish = wish_of(&header, &row, &options, self.now())?;
            asks.push((row, wish));
        }
        let names = self.resolve_names(tx, owner, asks.iter().filter_map(|(_, wish)| wish.as_ref().ok())).await?;
        let asks: Vec<(bulk_rows::Model, Result<Ask, NotAsked>)> = asks
            .into_iter()
            .map(|(row, wish)| {
                let targets = wish_with_targets(&wish, &names, &options);
                let ask = match (targets, wish) {
                    (Err(refused), _) => Err(refused),
                    (_, Err(refusal)) => Err((refusal, None)),
                    (Ok((groups, apps)), Ok(wish)) => {
                        let address = wish.address.typed().to_owned();
                        Ok(Ask { groups, apps, address, name: wish.name, terms: wish.terms })
                    }
                };
                (row, ask)
            })
            .collect();
        self.lock_ahead(tx, asks.iter().filter_map(|(row, ask)| Some((row.address.as_deref(), ask.as_ref().ok()?))))
            .await?;
        let mut handled = Vec::with_capacity(asks.len());
        for (row, ask) in asks {
            handled.push(self.handle_row(tx, owner, settings, &row, ask).await?);
            if began.elapsed() >= LONGEST_CHUNK {
                break;
            }
        }
        Ok(handled)
    }

    async fn handle_row(
        &self,
        tx: &DatabaseTransaction,
        owner: &Caller,
        settings: &Settings,
        row: &bulk_rows::Model,
        ask: Result<Ask, NotAsked>,
    ) -> Result<Handled> {
        let ask = match ask {
            Ok(ask) => ask,
            Err((refusal, detail)) => return Ok(Handled::failed(row.number, refusal.code, detail)),
        };
        // The check has seen the whole file, so it alone knows.
        if row.code.as_deref() == Some(Code::DuplicateRow.as_str()) {
            return Ok(Handled::failed(row.number, Code::DuplicateRow, row.detail.clone()));
        }
        match self.invite_in(tx, owner, &ask, settings).await {
            Ok(invited) => Ok(Handled::invited(row.number, &invited)),
            Err(Error::Refused(refusal)) => {
                let event = Event { code: Some(refusal.code), ..refused_event(&ask) };
                self.record_refused(tx, &owner.into(), event).await?;
                if refusal.code == Code::AlreadyInGroup {
                    let state = BulkRowState::Unchanged;
                    return Ok(Handled {
                        state,
                        user: refusal.target,
                        ..Handled::failed(row.number, refusal.code, None)
                    });
                }
                Ok(Handled::failed(row.number, refusal.code, None))
            }
            Err(broken) => Err(broken),
        }
    }

    /// Locks everything that a chunk will lock, groups before apps before people and each in the order of ids: taken row
    /// by row, two chunks could wait for each other.
    async fn lock_ahead<'a>(
        &self,
        tx: &DatabaseTransaction,
        asks: impl Iterator<Item = (Option<&'a str>, &'a Ask)>,
    ) -> Result<()> {
        if self.backend() != sea_orm::DbBackend::Postgres {
            return Ok(());
        }
        let (mut in_groups, mut in_apps, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
        for (address, ask) in asks {
            in_groups.extend_from_slice(&ask.groups);
            in_apps.extend_from_slice(&ask.apps);
            addresses.extend(address);
        }
        groups::Entity::find()
            .filter(groups::Column::Id.is_in(in_groups))
            .order_by_asc(groups::Column::Id)
            .lock(sea_orm::sea_query::LockType::NoKeyUpdate)
            .all(tx)
            .await?;
        apps::Entity::find()
            .filter(apps::Column::Id.is_in(in_apps))
            .order_by_asc(apps::Column::Id)
            .lock(sea_orm::sea_query::LockType::NoKeyUpdate)
            .all(tx)
            .await?;
        users::Entity::find()
            .filter(users::Column::AddressNorm.is_in(addresses))
            .filter(users::Column::DeletedAt.is_null())
            .order_by_asc(users::Column::Id)
            .lock(sea_orm::sea_query::LockType::NoKeyUpdate)
            .all(tx)
            .await?;
        Ok(())
    }

    /// Writes what became of each row, and the job's counters with it; the last row ends the job.
    async fn write_outcomes(
        &self,
        tx: &DatabaseTransaction,
        job: &bulk_jobs::Model,
        handled: &[Handled],
    ) -> Result<()> {
        for row in handled {
            let changed = self
                .change(
                    tx,
                    "UPDATE bulk_rows SET state = $3, code = $4, detail = $5, user_id = $6, invitation_id = $7
                     WHERE job_id = $1 AND number = $2 AND state = 'ready'",
                    [
                        job.id.into(),
                        row.number.into(),
                        row.state.into(),
                        row.code.into(),
                        row.detail.clone().into(),
                        row.user.into(),
                        row.invitation.into(),
                    ],
                )
                .await?;
            if changed != 1 {
                // Nobody else can have it: the job is locked. Rather nothing than twice.
                return Err(Code::Internal.into());
            }
        }
        let of = |state: BulkRowState| {
            i32::try_from(handled.iter().filter(|row| row.state == state).count()).unwrap_or(i32::MAX)
        };
        let done = i32::try_from(handled.len()).unwrap_or(i32::MAX);
        let over = job.done + done >= job.total || handled.is_empty();
        self.change(
            tx,
            "UPDATE bulk_jobs SET done = done + $2, invited = invited + $3, added = added + $4, unchanged = unchanged + $5,
                    failed = failed + $6, stumbles = 0, leased_until = NULL, wait_until = NULL WHERE id = $1",
            [
                job.id.into(),
                done.into(),
                of(BulkRowState::Invited).into(),
                of(BulkRowState::Added).into(),
                of(BulkRowState::Unchanged).into(),
                of(BulkRowState::Failed).into(),
            ],
        )
        .await?;
        if over {
            self.change(
                tx,
                "UPDATE bulk_jobs SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'running'",
                [job.id.into(), self.now().into()],
            )
            .await?;
            self.record_bulk(tx, &Actor::default(), "bulk.finish", job).await?;
        }
        Ok(())
    }

    /// A row at which the job has stumbled again and again, alone: it is given up, and the others go on.
    async fn give_up_row(&self, lease: &Lease) -> Result<()> {
        let tx = self.begin().await?;
        let job = self.lock_bulk_job(&tx, lease.job).await?.filter(|job| job.leased_until == Some(lease.until));
        let Some(job) = job else { return Ok(()) };
        if job.state == BulkState::Running {
            let row = self.rows_in_state(&tx, job.id, BulkRowState::Ready, 1).await?;
            let given_up = row.iter().map(|row| Handled::failed(row.number, Code::Internal, None)).collect::<Vec<_>>();
            self.write_outcomes(&tx, &job, &given_up).await?;
        } else {
            self.fail_bulk_job(&tx, job.id, Code::Internal).await?;
        }
        self.commit(tx).await
    }
}
