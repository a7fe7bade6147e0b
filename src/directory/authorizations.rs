//! What apps asked for, kept while somebody signs in or pushed beforehand (RFC 9126), and how it is answered. The name of
//! such a request is a secret; only its hash is stored.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{DatabaseTransaction, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Directory, Error, Result,
    audit::{Actor, Event},
    codes::NewCode,
    sessions::IDLE,
    sign_ins::{Origin, SignIn},
    vault::hash,
};
use crate::model::{
    Caller, Code,
    authorization::{Asked, Signed},
    managed::AppClosed,
    state::{AppKind, SignInKind, SignInMethod},
};

/// A request that an app pushed has to be opened within this time.
pub const PUSHED: Duration = Duration::minutes(15);
/// Once a browser has opened it, the person has this time to sign in.
pub const OPENED: Duration = Duration::hours(1);
/// A request that was answered can be answered again within this time, for the same session: pages are reloaded, and tabs
/// are opened twice.
pub const REPEATED: Duration = Duration::minutes(1);

/// A request that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The row; not its secret.
    pub id: Uuid,
    /// The app that asked.
    pub app_id: Uuid,
    /// The app's name.
    pub app: String,
    /// Whether the app is switched on.
    pub enabled: bool,
    /// What the app calls itself.
    pub client_id: String,
    /// What it asked for.
    pub asked: Asked,
    /// When it was asked in somebody's browser: of one that was pushed, when a browser first opened it. If none has,
    /// when it was pushed.
    pub created_at: DateTime<Utc>,
    /// Whether a browser has opened it.
    opened: bool,
    /// When it is over.
    expires_at: DateTime<Utc>,
    /// The session for which it was answered already.
    used_by: Option<Uuid>,
}

/// What is kept of a request.
#[derive(Serialize, Deserialize)]
struct Params {
    asked: Asked,
    #[serde(default)]
    used_by: Option<Uuid>,
}

impl Kept {
    /// Since when somebody has it before them; `None` if no browser has opened it until now. A sign-in before that
    /// moment was for something else, however long ago the app has pushed this.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.opened.then_some(self.created_at)
    }

    /// Whether it was answered already: only the session that got the answer may come again.
    pub fn is_used(&self) -> bool {
        self.used_by.is_some()
    }
}

impl Directory {
    /// Keeps what an app asks for. Its parameters were checked, and `app` proved to be itself if it `pushed` them. The
    /// answer is the secret that names it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_authorization(&self, app: Uuid, asked: &Asked, pushed: bool) -> Result<String> {
        let (secret, now) = (self.new_secret(), self.now());
        // Whoever did not push it has a browser before them already.
        let life = if pushed { PUSHED } else { OPENED };
        self.change(
            self.db(),
            "INSERT INTO authorizations (id, hash, app_id, params, pushed, created_at, opened_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                self.new_id().into(),
                hash(&secret).into(),
                app.into(),
                serde_json::to_value(Params { asked: asked.clone(), used_by: None })?.into(),
                pushed.into(),
                now.into(),
                (!pushed).then_some(now).into(),
                (now + life).into(),
            ],
        )
        .await?;
        Ok(secret)
    }

    /// The request with this secret, unless it is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn authorization(&self, secret: &str) -> Result<Option<Kept>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            app_id: Uuid,
            app: String,
            enabled: bool,
            client_id: String,
            params: sea_orm::JsonValue,
            created_at: DateTime<Utc>,
            opened_at: Option<DateTime<Utc>>,
            expires_at: DateTime<Utc>,
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT z.id, z.app_id, a.name AS app, a.enabled, c.client_id, z.params, z.created_at, z.opened_at, z.expires_at
             FROM authorizations z
             JOIN apps a ON a.id = z.app_id AND a.deleted_at IS NULL AND a.kind = $3
             JOIN oidc_clients c ON c.app_id = a.id
             WHERE z.hash = $1 AND z.expires_at > $2",
            [hash(secret).into(), self.now().into(), AppKind::Oidc.into()],
        ))
        .one(self.db())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let Params { asked, used_by } = serde_json::from_value(row.params)?;
        Ok(Some(Kept {
            id: row.id,
            app_id: row.app_id,
            app: row.app,
            enabled: row.enabled,
            client_id: row.client_id,
            asked,
            created_at: row.opened_at.unwrap_or(row.created_at),
            opened: row.opened_at.is_some(),
            expires_at: row.expires_at,
            used_by,
        }))
    }

    /// A browser has opened a request: from now on the person has time to sign in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_authorization(&self, kept: &Kept) -> Result<()> {
        if kept.opened {
            return Ok(());
        }
        let now = self.now();
        self.change(
            self.db(),
            "UPDATE authorizations SET opened_at = $2, expires_at = $3 WHERE id = $1 AND opened_at IS NULL",
            [kept.id.into(), now.into(), (now + OPENED).into()],
        )
        .await?;
        Ok(())
    }

    /// Who is signed in by the session with this hash, and how they have proven who they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signed(&self, id_hash: &[u8]) -> Result<Option<Signed>> {
        #[derive(FromQueryResult)]
        struct Row {
            public_id: Uuid,
            user_id: Uuid,
            method: SignInMethod,
            idp: Option<String>,
            acr: Option<String>,
            auth_time: Option<DateTime<Utc>>,
            created_at: DateTime<Utc>,
        }
        if id_hash.is_empty() {
            return Ok(None);
        }
        let now = self.now();
        let row = Row::find_by_statement(self.sql(
            "SELECT s.public_id, s.user_id, s.method, s.idp, s.acr, s.auth_time, s.created_at FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.deleted_at IS NULL AND u.enabled
             WHERE s.id_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3",
            [id_hash.into(), now.into(), (now - IDLE).into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map(|row| Signed {
            session: row.public_id,
            user_id: row.user_id,
            method: row.method,
            idp: row.idp,
            acr: row.acr,
            auth_time: row.auth_time,
            opened_at: row.created_at,
        }))
    }

    /// Whether somebody's way to sign in can be asked for a stronger proof: the members' provider can.
    pub fn can_prove_more(&self, signed: &Signed) -> bool {
        self.members_provider().is_some_and(|members| signed.idp.as_ref() == Some(&members.issuer))
    }

    /// Answers what an app asked for: a code for the person who is signed in, if they may use the app at this moment. A
    /// request that was kept is used up by it. A refusal is written down, and uses nothing up.
    ///
    /// # Errors
    /// As [`Self::admit`]; [`Code::AuthorizationEnded`] for a request that was used already, or is over;
    /// [`Code::RateLimited`] after [`super::limits::APP_SIGN_INS_PER_HOUR`] answers to this person, of which nothing is
    /// written down any more.
    pub async fn answer_authorization(
        &self,
        app: Uuid,
        asked: &Asked,
        kept: Option<&Kept>,
        signed: &Signed,
        origin: &Origin,
    ) -> Result<String> {
        let new = NewCode {
            session: signed.session,
            app,
            redirect_uri: asked.redirect_uri.clone(),
            scope: asked.scope.clone(),
            nonce: asked.nonce.clone(),
            challenge: asked.challenge.clone(),
        };
        self.check_app_sign_ins(signed.user_id).await?;
        let result = async {
            let tx = self.begin().await?;
            if let Some(kept) = kept {
                self.use_up(&tx, kept, signed.session).await?;
            }
            let code = self.issue_code_on(&tx, &new, origin).await?;
            self.commit(tx).await?;
            Ok(code)
        };
        match result.await {
            Err(Error::Refused(refusal)) if matches!(refusal.code, Code::NotFound | Code::AppOff) => {
                self.refuse_sign_in_to(app, signed, origin, refusal.code).await?;
                Err(Error::Refused(refusal))
            }
            result => result,
        }
    }

    /// Writes down that somebody was not let into an app.
    ///
    /// # Errors
    /// [`Code::RateLimited`], and nothing is written, after [`super::limits::APP_SIGN_INS_PER_HOUR`].
    pub async fn refuse_sign_in_to(&self, app: Uuid, signed: &Signed, origin: &Origin, code: Code) -> Result<()> {
        let tx = self.begin().await?;
        let event = Event { code: Some(code), ..Event::new("app.sign_in", "app", app) };
        self.record_refused(&tx, &Actor::user(signed.user_id), event).await?;
        let sign_in = SignIn {
            kind: SignInKind::App,
            user_id: Some(signed.user_id),
            app_id: Some(app),
            method: Some(signed.method),
            idp: signed.idp.clone(),
            refused: Some(code),
        };
        self.log_sign_in(&tx, origin, sign_in).await?;
        self.count_app_sign_in(&tx, signed.user_id).await?;
        self.commit(tx).await
    }

    /// Whether somebody who is signed in may use an app, for a request that has no answer yet. Changes nothing.
    ///
    /// # Errors
    /// As [`Self::admit`].
    pub async fn may_sign_in_to(&self, app: Uuid, signed: &Signed) -> Result<()> {
        self.admit(self.db(), signed.session, app).await.map(|_| ())
    }

    /// Uses a request up. The same session may do so again for a short while: nobody who reloads gets an error.
    async fn use_up(&self, tx: &DatabaseTransaction, kept: &Kept, session: Uuid) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Row {
            params: sea_orm::JsonValue,
        }
        let now = self.now();
        let used = Params { asked: kept.asked.clone(), used_by: Some(session) };
        // Whoever was quicker has changed the end of it, so that this changes nothing.
        let first = kept.used_by.is_none()
            && self
                .change(
                    tx,
                    "UPDATE authorizations SET params = $4, expires_at = $5
                     WHERE id = $1 AND expires_at = $2 AND expires_at > $3",
                    [
                        kept.id.into(),
                        kept.expires_at.into(),
                        now.into(),
                        serde_json::to_value(used)?.into(),
                        (now + REPEATED).into(),
                    ],
                )
                .await?
                == 1;
        if first {
            return Ok(());
        }
        let row =
            Row::find_by_statement(self.sql(
                "SELECT params FROM authorizations WHERE id = $1 AND expires_at > $2",
                [kept.id.into(), now.into()],
            ))
            .one(tx)
            .await?
            .ok_or(Code::AuthorizationEnded)?;
        let Params { used_by, .. } = serde_json::from_value(row.params)?;
        if used_by == Some(session) { Ok(()) } else { Err(Code::AuthorizationEnded.into()) }
    }

    /// Why the caller cannot go on to the app that sent them here. Its name is no secret to whoever comes from it, and
    /// members learn whom to ask.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_closed_to(&self, caller: &Caller, kept: &Kept) -> Result<AppClosed> {
        self.closed_to_who_comes(caller, kept.app_id, &kept.app, kept.enabled).await
    }
}
