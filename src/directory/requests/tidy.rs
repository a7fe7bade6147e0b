//! How requests end without anybody's decision: in time, with what they were for, or because they came true otherwise.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    super::{Directory, Result, audit::Actor, grants::Target, notices::Notice},
    Row,
};
use crate::model::{
    state::{NoticeKind, RequestState},
    view::PersonName,
};

/// How many requests end in the transaction that ends what they were for. A job tells the others.
const AT_ONCE: i64 = 100;

impl Directory {
    /// Ends requests that nobody decided in time, up to `limit`, and tells those who asked. Says how many. Nothing waits for
    /// this: every check looks at the time itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_requests(&self, limit: u64) -> Result<u64> {
        let due = Row::find_by_statement(self.sql(
            "SELECT id, user_id, group_id, app_id, state, expires_at, decided_by FROM requests
             WHERE state = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
            [self.now().into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
        ))
        .all(self.db())
        .await?;
        let mut expired = 0;
        for row in due {
            let tx = self.begin().await?;
            let approvers = self.approvers_of(&tx, row.target()?).await?;
            expired += u64::from(self.expire_request(&tx, &Actor::default(), &row, &approvers).await?);
            self.commit(tx).await?;
        }
        Ok(expired)
    }

    /// Ends every open request for a group that is deleted, or for an app that is, or that can no longer be asked for. To be
    /// called in that transaction, with the row of the group or app locked. Those who asked are told, the first hundred at
    /// once and the others by [`Self::expire_requests`].
    pub(in crate::directory) async fn end_requests_for(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        target: Target,
    ) -> Result<()> {
        let (_, column) = target.table();
        let now = self.now();
        let over = self
            .change(
                on,
                &format!(
                    "UPDATE requests SET expires_at = $2 WHERE {column} = $1 AND state = 'pending' AND expires_at > $2"
                ),
                [target.id().into(), now.into()],
            )
            .await?;
        if over == 0 {
            return Ok(());
        }
        let approvers = self.approvers_of(on, target).await?;
        let rows = Row::find_by_statement(self.sql(
            &format!(
                "SELECT id, user_id, group_id, app_id, state, expires_at, decided_by FROM requests
                 WHERE {column} = $1 AND state = 'pending' AND expires_at <= $2 ORDER BY created_at LIMIT $3"
            ),
            [target.id().into(), now.into(), AT_ONCE.into()],
        ))
        .all(on)
        .await?;
        for row in rows {
            self.expire_request(on, actor, &row, &approvers).await?;
        }
        Ok(())
    }

    /// Ends one open request without a decision and tells whoever asked. `false` if it was not open any more.
    pub(super) async fn expire_request(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        row: &Row,
        approvers: &[PersonName],
    ) -> Result<bool> {
        let expired = self
            .change(
                on,
                "UPDATE requests SET state = $2, state_at = $3 WHERE id = $1 AND state = 'pending'",
                [row.id.into(), RequestState::Expired.into(), self.now().into()],
            )
            .await?;
        if expired == 0 {
            return Ok(false);
        }
        self.record(on, actor, row.event("request.expire")).await?;
        // Nobody in particular: whoever stands behind the end of a group says so in a notice of its own.
        let notice = Notice::new(row.user_id, NoticeKind::RequestExpired, row.target()?).in_request(row.id);
        self.notify(on, notice).await?;
        self.settle_notices(on, row.id, approvers).await?;
        Ok(true)
    }

    /// Closes the open request of somebody who was given what they asked for in another way, as approved by whoever gave
    /// it. They are told of it there.
    pub(in crate::directory) async fn close_request_given(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        target: Target,
        user: Uuid,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Open {
            id: Uuid,
        }
        let (_, column) = target.table();
        let now = self.now();
        let sql = format!(
            "SELECT id FROM requests WHERE user_id = $1 AND {column} = $2 AND state = 'pending' AND expires_at > $3"
        );
        let values = [user.into(), target.id().into(), now.into()];
        let Some(open) = Open::find_by_statement(self.sql(&sql, values)).one(on).await? else { return Ok(()) };
        let closed = self
            .change(
                on,
                "UPDATE requests SET state = $2, state_at = $3, decided_by = $4
                 WHERE id = $1 AND state = 'pending' AND expires_at > $3",
                [open.id.into(), RequestState::Approved.into(), now.into(), actor.user_id.into()],
            )
            .await?;
        if closed == 1 {
            self.record(on, actor, super::event("request.approve", open.id, user, Some(target))).await?;
            let approvers = self.approvers_of(on, target).await?;
            self.settle_notices(on, open.id, &approvers).await?;
        }
        Ok(())
    }

    /// Nobody needs to read any more that a request waits for them: it does not.
    pub(super) async fn settle_notices(
        &self,
        on: &impl ConnectionTrait,
        request: Uuid,
        approvers: &[PersonName],
    ) -> Result<()> {
        if approvers.is_empty() {
            return Ok(());
        }
        let mut values: Vec<Value> = vec![request.into(), self.now().into()];
        let places: Vec<String> = approvers
            .iter()
            .map(|one| {
                values.push(one.id.into());
                format!("${}", values.len())
            })
            .collect();
        let sql = format!(
            "UPDATE notices SET read_at = $2 WHERE read_at IS NULL AND request_id = $1
               AND kind IN ('request.made', 'request.reminded') AND user_id IN ({})",
            places.join(", ")
        );
        on.execute_raw(Statement::from_sql_and_values(self.backend(), sql, values)).await?;
        Ok(())
    }
}
