//! Sessions (design 5.7). They live here so that blocking or removing a user ends them in the same transaction.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    sign_ins::{Origin, SignIn},
};
use crate::model::{
    Caller, Code,
    how::How,
    state::{Role, SignInKind, SignInMethod, UserType},
    view::SessionRow,
};

/// A session unused for so long is over.
pub const IDLE: Duration = Duration::hours(12);
/// A session ends after so long in any case.
pub const ABSOLUTE: Duration = Duration::days(7);
/// A session opened by a passcode ends after so long in any case: the mailbox has to be proven again.
pub const PASSCODE: Duration = Duration::hours(24);
/// Last use is written down at most this often.
pub(super) const TOUCH: Duration = Duration::minutes(5);

/// Sessions `s` of which there is something to end, at `$2`: those used since `$3`, and idle ones that an app may get
/// tokens by. Behind the gate nothing goes on while they idle.
const TO_END: &str = "s.expires_at > $2 AND (s.last_seen_at > $3 OR EXISTS (
     SELECT 1 FROM app_sessions x JOIN apps a ON a.id = x.app_id AND a.kind = 'oidc'
     WHERE x.session_id = s.public_id AND x.ended_at IS NULL))";

/// What a new session is made of.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The hash of the id in the cookie.
    pub id_hash: Vec<u8>,
    /// Whose it is.
    pub user_id: Uuid,
    /// What the session layer keeps.
    pub data: Json,
    /// How it was opened.
    pub method: SignInMethod,
    /// The browser, as it called itself.
    pub browser: String,
    /// The network it comes from.
    pub network: String,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// The issuer of the identity that signed in.
    pub idp: Option<String>,
    /// How and when they proved who they are.
    pub how: How,
    /// The session that this browser has had until now, by the hash of its id: the same person's goes on under the new
    /// id, so that apps stay signed in; anybody else's ends.
    pub replaces: Option<Vec<u8>>,
}

#[derive(FromQueryResult)]
struct CallerRow {
    user_id: Uuid,
    user_type: UserType,
    display_name: String,
    address: String,
    last_seen_at: DateTime<Utc>,
    role: Option<Role>,
}

impl Directory {
    /// Who holds this session: one query that joins it to a user who is still active.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn caller_of_session(&self, id_hash: &[u8], request_id: Option<String>) -> Result<Option<Caller>> {
        let now = self.now();
        let rows = CallerRow::find_by_statement(self.sql(
            "SELECT u.id AS user_id, u.user_type, u.display_name, u.address, s.last_seen_at, r.role
             FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.deleted_at IS NULL AND u.enabled
             LEFT JOIN roles r ON r.user_id = u.id
             WHERE s.id_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3",
            [id_hash.into(), now.into(), (now - IDLE).into()],
        ))
        .all(self.db())
        .await?;
        let roles = rows.iter().filter_map(|row| row.role).collect();
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        if now - row.last_seen_at > TOUCH {
            self.change(
                self.db(),
                "UPDATE sessions SET last_seen_at = $2 WHERE id_hash = $1 AND last_seen_at < $2",
                [id_hash.into(), now.into()],
            )
            .await?;
        }
        Ok(Some(Caller {
            user_id: row.user_id,
            user_type: row.user_type,
            name: row.display_name,
            address: row.address,
            roles,
            request_id,
        }))
    }

    /// What names the session with this hash, without being its secret.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`] when it has ended.
    pub async fn session_id(&self, id_hash: &[u8]) -> Result<Uuid> {
        #[derive(FromQueryResult)]
        struct Row {
            public_id: Uuid,
        }
        let now = self.now();
        let row = Row::find_by_statement(self.sql(
            "SELECT public_id FROM sessions WHERE id_hash = $1 AND expires_at > $2 AND last_seen_at > $3",
            [id_hash.into(), now.into(), (now - IDLE).into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.ok_or(Code::Unauthenticated)?.public_id)
    }

    /// What names the session with this hash, for whoever wants to sign out: one that has idled, too, as long as an app
    /// may get tokens by it. It lets nobody in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_to_end(&self, id_hash: &[u8]) -> Result<Option<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            public_id: Uuid,
        }
        if id_hash.is_empty() {
            return Ok(None);
        }
        let now = self.now();
        let row = Row::find_by_statement(self.sql(
            &format!("SELECT s.public_id FROM sessions s WHERE s.id_hash = $1 AND {TO_END}"),
            [id_hash.into(), now.into(), (now - IDLE).into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map(|row| row.public_id))
    }

    /// Opens a session, or goes on with the one that it replaces. `false` if the id is taken, or the user is not active
    /// any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_session(&self, new: NewSession) -> Result<bool> {
        let now = self.now();
        let tx = self.begin().await?;
        // The user first, as in every lock order: whoever is being blocked waits, or opens nothing.
        let active = self
            .change(
                &tx,
                "UPDATE users SET last_sign_in_at = $2 WHERE id = $1 AND deleted_at IS NULL AND enabled",
                [new.user_id.into(), now.into()],
            )
            .await?;
        if active == 0 || !(self.renew_session(&tx, &new).await? || self.insert_session(&tx, &new).await?) {
            return Ok(false);
        }
        let event = Event::new("session.open", "user", new.user_id)
            .details(serde_json::json!({ "method": new.method.as_str() }));
        self.record(&tx, &Actor::user(new.user_id), event).await?;
        let sign_in = SignIn {
            kind: SignInKind::Panel,
            user_id: Some(new.user_id),
            app_id: None,
            method: Some(new.method),
            idp: new.idp,
            refused: None,
        };
        self.log_sign_in(&tx, &Origin { network: new.network, browser: new.browser }, sign_in).await?;
        self.commit(tx).await?;
        Ok(true)
    }

    /// Gives the session that this one replaces the new id, if it is the same person's; ends it otherwise. What hangs on
    /// it lasts as long as it does, from now on.
    async fn renew_session(&self, tx: &DatabaseTransaction, new: &NewSession) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            public_id: Uuid,
        }
        let Some(old) = &new.replaces else { return Ok(false) };
        let renewed = Row::find_by_statement(self.sql(
            "UPDATE sessions SET id_hash = $3, data = $4, method = $5, browser = $6, network = $7, created_at = $8,
                    last_seen_at = $8, expires_at = $9, idp = $10, acr = $11, amr = $12, auth_time = $13
             WHERE id_hash = $1 AND user_id = $2 AND expires_at > $8
               AND NOT EXISTS (SELECT 1 FROM sessions t WHERE t.id_hash = $3)
             RETURNING public_id",
            [
                old.as_slice().into(),
                new.user_id.into(),
                new.id_hash.as_slice().into(),
                new.data.clone().into(),
                new.method.into(),
                new.browser.as_str().into(),
                new.network.as_str().into(),
                self.now().into(),
                new.expires_at.into(),
                new.idp.clone().into(),
                new.how.acr.clone().into(),
                serde_json::json!(new.how.amr).into(),
                new.how.at.into(),
            ],
        ))
        .one(tx)
        .await?;
        let Some(Row { public_id }) = renewed else {
            self.change(tx, "DELETE FROM sessions WHERE id_hash = $1", [old.as_slice().into()]).await?;
            return Ok(false);
        };
        self.change(
            tx,
            "UPDATE app_sessions SET expires_at = $2 WHERE session_id = $1 AND ended_at IS NULL",
            [public_id.into(), new.expires_at.into()],
        )
        .await?;
        Ok(true)
    }

    async fn insert_session(&self, tx: &DatabaseTransaction, new: &NewSession) -> Result<bool> {
        let opened = self
            .change(
                tx,
                "INSERT INTO sessions (id_hash, public_id, user_id, data, method, browser, network, created_at, last_seen_at,
                                       expires_at, idp, acr, amr, auth_time)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13)
                 ON CONFLICT DO NOTHING",
                [
                    new.id_hash.as_slice().into(),
                    self.new_id().into(),
                    new.user_id.into(),
                    new.data.clone().into(),
                    new.method.into(),
                    new.browser.as_str().into(),
                    new.network.as_str().into(),
                    self.now().into(),
                    new.expires_at.into(),
                    new.idp.clone().into(),
                    new.how.acr.clone().into(),
                    serde_json::json!(new.how.amr).into(),
                    new.how.at.into(),
                ],
            )
            .await?;
        Ok(opened == 1)
    }

    /// What the session layer kept, if the session is still there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_data(&self, id_hash: &[u8]) -> Result<Option<(Json, DateTime<Utc>)>> {
        #[derive(FromQueryResult)]
        struct Row {
            data: Json,
            expires_at: DateTime<Utc>,
        }
        let now = self.now();
        let row = Row::find_by_statement(self.sql(
            "SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2 AND last_seen_at > $3",
            [id_hash.into(), now.into(), (now - IDLE).into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map(|row| (row.data, row.expires_at)))
    }

    /// Keeps what the session layer wants to keep. `false` if the session was ended meanwhile: it is never revived.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_session(&self, id_hash: &[u8], data: Json) -> Result<bool> {
        let changed =
            self.change(self.db(), "UPDATE sessions SET data = $2 WHERE id_hash = $1", [id_hash.into(), data.into()]);
        Ok(changed.await? == 1)
    }

    /// Ends the session with this id, as sign-out does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id_hash: &[u8]) -> Result<()> {
        self.change(self.db(), "DELETE FROM sessions WHERE id_hash = $1", [id_hash.into()]).await?;
        Ok(())
    }

    /// Ends the session of whoever has its secret. There is no caller if it has idled; what hangs on it ends all the
    /// same. `false` if there was nothing to end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, caller: Option<&Caller>, id_hash: &[u8]) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            user_id: Uuid,
        }
        if id_hash.is_empty() {
            return Ok(false);
        }
        let tx = self.begin().await?;
        let statement = self.sql("DELETE FROM sessions WHERE id_hash = $1 RETURNING user_id", [id_hash.into()]);
        let Some(Row { user_id }) = Row::find_by_statement(statement).one(&tx).await? else {
            tx.rollback().await?;
            return Ok(false);
        };
        let actor = caller.map_or_else(|| Actor::user(user_id), Actor::from);
        self.record(&tx, &actor, Event::new("session.end", "user", user_id)).await?;
        self.commit(tx).await?;
        Ok(true)
    }

    /// The caller's own sessions, the newest use first. One that has idled is among them as long as an app may get tokens
    /// by it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_sessions(&self, caller: &Caller, current: &[u8]) -> Result<Vec<SessionRow>> {
        #[derive(FromQueryResult)]
        struct Row {
            id_hash: Vec<u8>,
            public_id: Uuid,
            browser: String,
            network: String,
            method: SignInMethod,
            created_at: DateTime<Utc>,
            last_seen_at: DateTime<Utc>,
        }
        let now = self.now();
        let rows = Row::find_by_statement(self.sql(
            &format!(
                "SELECT s.id_hash, s.public_id, s.browser, s.network, s.method, s.created_at, s.last_seen_at
                 FROM sessions s WHERE s.user_id = $1 AND {TO_END}
                 ORDER BY s.last_seen_at DESC, s.public_id DESC LIMIT 100"
            ),
            [caller.user_id.into(), now.into(), (now - IDLE).into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| SessionRow {
                id: row.public_id,
                browser: row.browser,
                network: row.network,
                method: row.method,
                since: row.created_at,
                last_seen: row.last_seen_at,
                current: row.id_hash == current,
            })
            .collect())
    }

    /// Ends one of the caller's own sessions; others are as if they did not exist.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn end_my_session(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let tx = self.begin().await?;
        let ended = self
            .change(
                &tx,
                "DELETE FROM sessions WHERE public_id = $1 AND user_id = $2",
                [id.into(), caller.user_id.into()],
            )
            .await?;
        let event = Event::new("session.end", "user", caller.user_id);
        if ended == 0 {
            tx.rollback().await?;
            return self.record_refusal(&caller.into(), event, Err(Code::NotFound.into())).await;
        }
        self.record(&tx, &caller.into(), event).await?;
        self.commit(tx).await
    }

    /// Signs the caller out everywhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_my_sessions(&self, caller: &Caller) -> Result<()> {
        let tx = self.begin().await?;
        self.end_sessions_of(&tx, caller.user_id).await?;
        self.record(&tx, &caller.into(), Event::new("session.end_all", "user", caller.user_id)).await?;
        self.commit(tx).await
    }

    /// Ends every session of a user, within the change that makes it necessary.
    pub(super) async fn end_sessions_of(&self, on: &impl ConnectionTrait, user_id: Uuid) -> Result<u64> {
        self.change(on, "DELETE FROM sessions WHERE user_id = $1", [user_id.into()]).await
    }

    /// Clears away what has run out: sessions, attempts, saved forms, what apps asked for. A job calls it now and then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_expired(&self) -> Result<()> {
        let now = self.now();
        self.change(self.db(), "DELETE FROM sessions WHERE expires_at <= $1", [now.into()]).await?;
        self.change(self.db(), "DELETE FROM saved_forms WHERE expires_at <= $1", [now.into()]).await?;
        // Attempts stay a day longer: their passcodes are what send limits count.
        let yesterday = now - Duration::days(1);
        self.change(self.db(), "DELETE FROM attempts WHERE expires_at <= $1", [yesterday.into()]).await?;
        self.change(self.db(), "DELETE FROM authorizations WHERE expires_at <= $1", [now.into()]).await?;
        let rested = now - super::hosts::RESTS;
        self.change(self.db(), "DELETE FROM released_hosts WHERE released_at <= $1", [rested.into()]).await?;
        Ok(())
    }
}
