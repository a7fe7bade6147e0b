//! Sessions of apps end when what they hang on has ended. Nothing waits for this: every use asks anew. It is what tells
//! the apps themselves, and clears away.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::super::{Directory, Result, apps::has_way};
use crate::model::state::AppSessionEnd;

/// An app that cannot be reached is told for so long.
const TOLD_FOR: Duration = Duration::days(1);
/// Sessions that have ended stay for so long: tokens that come back after that are as unknown as any.
const KEPT: Duration = Duration::days(2);
/// How many sessions are looked at in one transaction.
const BATCH: i64 = 500;
/// How many notes are read at a time.
const NOTES: i64 = 200;

/// What somebody noted that may have ended access.
#[derive(FromQueryResult)]
struct Change {
    id: i64,
    user_id: Option<Uuid>,
    group_id: Option<Uuid>,
    app_id: Option<Uuid>,
    session_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Which sessions a change may touch, by `$1`, of those after `$2`, at most `$3`.
impl Change {
    fn touched(&self) -> (&'static str, Value) {
        let by = |id: &Option<Uuid>| Value::from(id.unwrap_or_default());
        if self.session_id.is_some() {
            ("x.session_id = $1", by(&self.session_id))
        } else if self.user_id.is_some() {
            ("x.user_id = $1", by(&self.user_id))
        } else if self.app_id.is_some() {
            ("x.app_id = $1", by(&self.app_id))
        } else {
            ("x.app_id IN (SELECT s.app_id FROM assignments s WHERE s.group_id = $1)", by(&self.group_id))
        }
    }
}

impl Directory {
    /// Ends the sessions of apps that have lost what they hang on: the panel's session, the person, or their access. Each
    /// app that wants to know is told by a row in `logouts`, in the same transaction. Says how many have ended.
    ///
    /// # Errors
    /// When the database fails; what was not looked at is looked at the next time.
    pub async fn end_app_sessions(&self) -> Result<u64> {
        let mut ended = self.end_expired_app_sessions().await?;
        loop {
            let changes = Change::find_by_statement(self.sql(
                "SELECT id, user_id, group_id, app_id, session_id FROM access_changes ORDER BY id LIMIT $1",
                [NOTES.into()],
            ))
            .all(self.db())
            .await?;
            for change in &changes {
                ended += self.look_at(change).await?;
                // Only now: who dies before begins again, and what has ended already ends only once.
                self.change(self.db(), "DELETE FROM access_changes WHERE id = $1", [change.id.into()]).await?;
            }
            if changes.len() < usize::try_from(NOTES).unwrap_or_default() {
                return Ok(ended);
            }
        }
    }

    async fn look_at(&self, change: &Change) -> Result<u64> {
        let (touched, by) = change.touched();
        let (mut after, mut ended) = (Uuid::nil(), 0);
        loop {
            let some = Id::find_by_statement(self.sql(
                &format!(
                    "SELECT x.id FROM app_sessions x WHERE {touched} AND x.ended_at IS NULL AND x.id > $2 ORDER BY x.id LIMIT $3"
                ),
                [by.clone(), after.into(), BATCH.into()],
            ))
            .all(self.db())
            .await?;
            let Some(last) = some.last().map(|row| row.id) else { return Ok(ended) };
            let which = format!("{touched} AND x.id > $2 AND x.id <= $3");
            ended += self.end_those(&which, [by.clone(), after.into(), last.into()]).await?;
            after = last;
        }
    }

    async fn end_expired_app_sessions(&self) -> Result<u64> {
        let due = Id::find_by_statement(self.sql(
            "SELECT id FROM app_sessions WHERE ended_at IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
            [self.now().into(), BATCH.into()],
        ))
        .all(self.db())
        .await?;
        let mut ended = 0;
        for Id { id } in due {
            ended += self.end_those("x.id = $1 AND x.id = $2 AND x.id = $3", [id.into(), id.into(), id.into()]).await?;
        }
        Ok(ended)
    }

    /// Ends those of some sessions that hang on nothing any more, and has their apps told.
    async fn end_those(&self, which: &str, values: [Value; 3]) -> Result<u64> {
        let (now, [one, two, three]) = (self.now(), values);
        let session_lives = "EXISTS (SELECT 1 FROM sessions b JOIN users u ON u.id = b.user_id
                AND u.deleted_at IS NULL AND u.enabled
             WHERE b.public_id = x.session_id AND b.user_id = x.user_id AND b.expires_at > $4)";
        let has_access = format!(
            "EXISTS (SELECT 1 FROM apps a WHERE a.id = x.app_id AND a.deleted_at IS NULL AND a.enabled AND a.kind <> 'link')
             AND {}",
            has_way("x.user_id", "x.app_id", "$4")
        );
        let tx = self.begin().await?;
        let ended = Id::find_by_statement(self.sql(
            &format!(
                "UPDATE app_sessions AS x SET ended_at = $4, ended_by = CASE WHEN {session_lives} THEN $5 ELSE $6 END
                 WHERE x.ended_at IS NULL AND {which} AND NOT ({session_lives} AND {has_access}) RETURNING id"
            ),
            [
                one,
                two,
                three,
                now.into(),
                AppSessionEnd::Access.as_str().into(),
                AppSessionEnd::Session.as_str().into(),
            ],
        ))
        .all(&tx)
        .await?;
        for Id { id } in &ended {
            self.tell_app(&tx, *id, now).await?;
        }
        self.commit(tx).await?;
        Ok(u64::try_from(ended.len()).unwrap_or_default())
    }

    /// Notes that an app is to be told that a session of it has ended, if it wants to know.
    async fn tell_app(&self, on: &impl ConnectionTrait, app_session: Uuid, now: DateTime<Utc>) -> Result<()> {
        self.change(
            on,
            "INSERT INTO logouts (id, app_session_id, state, tries, due_at, not_after, created_at)
             SELECT $1, x.id, 'queued', 0, $3, $4, $3 FROM app_sessions x
             JOIN oidc_clients c ON c.app_id = x.app_id AND c.backchannel_logout_uri IS NOT NULL
             WHERE x.id = $2",
            [self.new_id().into(), app_session.into(), now.into(), (now + TOLD_FOR).into()],
        )
        .await?;
        Ok(())
    }

    /// Deletes sessions of apps that ended long ago, up to `limit`, with their codes and tokens. A job calls it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_app_sessions(&self, limit: u64) -> Result<u64> {
        self.change(
            self.db(),
            "DELETE FROM app_sessions WHERE id IN (
                SELECT id FROM app_sessions WHERE ended_at IS NOT NULL AND ended_at <= $1 ORDER BY ended_at LIMIT $2)",
            [(self.now() - KEPT).into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
        )
        .await
    }
}
