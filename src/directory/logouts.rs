//! Apps that are to be told that somebody is signed out (OpenID Connect Back-Channel Logout): decided with the change
//! that ended the session, carried away one by one, and tried again.

use chrono::{DateTime, Duration, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    claims::subject_of,
};
use crate::model::state::SigningAlg;

/// How long one telling is in one worker's hands before another may take it.
const LEASE: Duration = Duration::seconds(30);
/// The first wait after a failure; it doubles with each try.
const FIRST_WAIT: Duration = Duration::seconds(2);
const LONGEST_WAIT: Duration = Duration::minutes(30);
/// How many rows are looked at to take one: others may be quicker with some of them.
const CANDIDATES: i64 = 16;

/// What is due at `$1`, and in nobody's hands. An app's rows are found in the order of the index, past those of others.
const DUE: &str = "FROM logouts l
    JOIN app_sessions x ON x.id = l.app_session_id
    JOIN apps a ON a.id = x.app_id
    JOIN oidc_clients c ON c.app_id = x.app_id AND c.backchannel_logout_uri IS NOT NULL
    WHERE l.state = 'queued' AND l.due_at <= $1 AND (l.leased_until IS NULL OR l.leased_until <= $1)";

/// An app that is due to be told.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AppToTell {
    /// The app.
    pub app_id: Uuid,
    /// Of how many sessions that have ended.
    pub waiting: i64,
}

/// An app to be told, in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// The row; also names the token, so that the app knows a second try.
    pub id: Uuid,
    /// Where the app wants to be told.
    pub uri: String,
    /// What the app calls itself.
    pub client_id: String,
    /// How its tokens are signed.
    pub signing: SigningAlg,
    /// The person, as the app knows them.
    pub subject: String,
    /// The app's session that has ended: `sid` in its tokens.
    pub app_session: Uuid,
    /// How often it was tried, this time included.
    pub tries: i32,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    app_session_id: Uuid,
    user_id: Uuid,
    uri: String,
    client_id: String,
    signing: SigningAlg,
    salt: Option<Vec<u8>>,
    tries: i32,
}

impl Directory {
    /// The apps that are told of sign-outs, by name, and where.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told_of_sign_outs(&self) -> Result<Vec<(String, String)>> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
            uri: String,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT a.name, c.backchannel_logout_uri AS uri FROM oidc_clients c
             JOIN apps a ON a.id = c.app_id AND a.deleted_at IS NULL AND a.enabled
             WHERE c.backchannel_logout_uri IS NOT NULL ORDER BY a.name, a.id",
            [],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(|row| (row.name, row.uri)).collect())
    }

    /// The apps that are due to be told, and not in anybody's hands: who has waited longest comes first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn apps_to_tell(&self) -> Result<Vec<AppToTell>> {
        let text = format!("SELECT x.app_id, COUNT(*) AS waiting {DUE} GROUP BY x.app_id ORDER BY MIN(l.due_at)");
        Ok(AppToTell::find_by_statement(self.sql(&text, [self.now().into()])).all(self.db()).await?)
    }

    /// Takes one of the sessions that an app is due to be told of, by one conditional update. `None` if there is none
    /// left for us.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_logout(&self, app: Uuid) -> Result<Option<Logout>> {
        let now = self.now();
        let due = Row::find_by_statement(self.sql(
            &format!(
                "SELECT l.id, l.app_session_id, x.user_id, c.backchannel_logout_uri AS uri, c.client_id, c.signing,
                        CASE WHEN a.pairwise THEN a.pairwise_salt END AS salt, l.tries
                 {DUE} AND x.app_id = $2 ORDER BY l.due_at LIMIT $3"
            ),
            [now.into(), app.into(), CANDIDATES.into()],
        ))
        .all(self.db())
        .await?;
        for row in due {
            // Only as it was read: somebody else may have tried in vain since, and put it off.
            let taken = self
                .change(
                    self.db(),
                    "UPDATE logouts SET leased_until = $2, tries = tries + 1
                     WHERE id = $1 AND state = 'queued' AND tries = $4
                       AND (leased_until IS NULL OR leased_until <= $3)",
                    [row.id.into(), (now + LEASE).into(), now.into(), row.tries.into()],
                )
                .await?;
            if taken == 1 {
                return Ok(Some(Logout {
                    id: row.id,
                    uri: row.uri,
                    client_id: row.client_id,
                    signing: row.signing,
                    subject: subject_of(row.salt.as_deref(), row.user_id),
                    app_session: row.app_session_id,
                    tries: row.tries + 1,
                }));
            }
        }
        Ok(None)
    }

    /// The app has been told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logout_told(&self, id: Uuid) -> Result<()> {
        self.change(
            self.db(),
            "UPDATE logouts SET state = 'sent', leased_until = NULL, last_error = NULL, ended_at = $2
             WHERE id = $1 AND state = 'queued'",
            [id.into(), self.now().into()],
        )
        .await?;
        Ok(())
    }

    /// The app could not be told: later again, until it is given up, which the audit log says. `tries` is that of the lease,
    /// `reason` what is wrong, without anything secret.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logout_failed(&self, id: Uuid, tries: i32, reason: &str) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Failed {
            not_after: DateTime<Utc>,
            app_id: Uuid,
        }
        let row = Failed::find_by_statement(self.sql(
            "SELECT l.not_after, x.app_id FROM logouts l JOIN app_sessions x ON x.id = l.app_session_id
             WHERE l.id = $1 AND l.state = 'queued' AND l.tries = $2",
            [id.into(), tries.into()],
        ))
        .one(self.db())
        .await?;
        let Some(row) = row else { return Ok(()) };
        let doublings = u32::try_from(tries.clamp(1, 12) - 1).unwrap_or_default();
        let due_at = self.now() + (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
        let reason: String = reason.chars().take(300).collect();
        if due_at <= row.not_after {
            self.change(
                self.db(),
                "UPDATE logouts SET due_at = $2, leased_until = NULL, last_error = $3
                 WHERE id = $1 AND state = 'queued' AND tries = $4",
                [id.into(), due_at.into(), reason.into(), tries.into()],
            )
            .await?;
            return Ok(());
        }
        let tx = self.begin().await?;
        let given_up = self
            .change(
                &tx,
                "UPDATE logouts SET state = 'dead', leased_until = NULL, last_error = $2, ended_at = $3
                 WHERE id = $1 AND state = 'queued'",
                [id.into(), reason.as_str().into(), self.now().into()],
            )
            .await?;
        if given_up == 1 {
            let event = Event::new("app.logout_failed", "app", row.app_id).in_app(row.app_id);
            self.record(&tx, &Actor::default(), event.details(serde_json::json!({ "reason": reason }))).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// How many apps are still to be told, for metrics.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logouts_waiting(&self) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Counted {
            waiting: i64,
        }
        let row =
            Counted::find_by_statement(self.sql("SELECT COUNT(*) AS waiting FROM logouts WHERE state = 'queued'", []))
                .one(self.db())
                .await?;
        Ok(row.map_or(0, |row| u64::try_from(row.waiting).unwrap_or_default()))
    }

    /// Rings whenever something was committed that may have ended somebody's access.
    pub fn access_wakeup(&self) -> &tokio::sync::Notify {
        &self.0.access_wakeup
    }
}
