//! Signing in to an app's host: a code that leads the panel's session there, good once, and the session behind the cookie
//! of that host. Both hang on the app's session, and so on the panel's.

use chrono::Duration;
use sea_orm::{ConnectionTrait, FromQueryResult};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    Directory, Error, Result,
    audit::Event,
    hosts::HostedApp,
    sessions::{IDLE, TOUCH},
    sign_ins::{Origin, SignIn},
    vault::hash,
};
use crate::model::{
    Caller, Code,
    state::{SignInKind, SignInMethod},
};

/// A code has to come back within this time.
pub const CODE_LIFE: Duration = Duration::minutes(1);
/// For so long after a sign-in another one of the same browser leaves it alone: it may have begun in another tab.
const BESIDE: Duration = Duration::minutes(10);

/// What a code for a host is made for.
#[derive(Clone, Debug)]
pub struct NewHostCode<'a> {
    /// The session of the panel.
    pub session: Uuid,
    /// The app and its host.
    pub app: &'a HostedApp,
    /// The hash of the secret that the browser holds on that host.
    pub bound_to: &'a [u8],
    /// Where to go there: a path.
    pub return_to: &'a str,
}

/// A sign-in on a host that went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// What the cookie of the host holds from now on; `None` if the one it has already is as good.
    pub secret: Option<String>,
    /// Where to go there: a path.
    pub return_to: String,
}

impl Directory {
    /// A code for the caller, by whose session they may use the app at this moment. Writes the sign-in down, or its
    /// refusal.
    ///
    /// # Errors
    /// As [`Self::admit`].
    pub async fn issue_host_code(&self, caller: &Caller, new: &NewHostCode<'_>, origin: &Origin) -> Result<String> {
        let app = new.app.app_id;
        let result = self.try_issue_host_code(caller, new, origin).await;
        if let Err(Error::Refused(refusal)) = &result {
            #[derive(FromQueryResult)]
            struct Proven {
                method: SignInMethod,
                idp: Option<String>,
            }
            let proven = Proven::find_by_statement(self.sql(
                "SELECT method, idp FROM sessions WHERE public_id = $1 AND user_id = $2",
                [new.session.into(), caller.user_id.into()],
            ))
            .one(self.db())
            .await?;
            let sign_in = SignIn {
                kind: SignInKind::Gate,
                user_id: Some(caller.user_id),
                app_id: Some(app),
                method: proven.as_ref().map(|proven| proven.method),
                idp: proven.and_then(|proven| proven.idp),
                refused: Some(refusal.code),
            };
            self.log_refused_sign_in(origin, sign_in).await?;
        }
        self.record_refusal(&caller.into(), Event::new("app.sign_in", "app", app), result).await
    }

    async fn try_issue_host_code(&self, caller: &Caller, new: &NewHostCode<'_>, origin: &Origin) -> Result<String> {
        let tx = self.begin().await?;
        let app = new.app.app_id;
        let admitted = self.admit(&tx, new.session, app).await?;
        if admitted.person.id != caller.user_id {
            return Err(Code::Unauthenticated.into());
        }
        let app_session = self.app_session(&tx, &admitted.session, caller.user_id, app).await?;
        let code = self.new_secret();
        self.change(
            &tx,
            "INSERT INTO host_codes (hash, app_session_id, host, bound_to, return_to, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                hash(&code).into(),
                app_session.into(),
                new.app.host.authority.as_str().into(),
                new.bound_to.into(),
                new.return_to.into(),
                (self.now() + CODE_LIFE).into(),
            ],
        )
        .await?;
        self.log_sign_in(
            &tx,
            origin,
            SignIn {
                kind: SignInKind::Gate,
                user_id: Some(caller.user_id),
                app_id: Some(app),
                method: Some(admitted.session.method),
                idp: admitted.session.idp,
                refused: None,
            },
        )
        .await?;
        self.record(&tx, &caller.into(), Event::new("app.sign_in", "app", app)).await?;
        self.commit(tx).await?;
        Ok(code)
    }

    /// Takes a code on the host it was made for, from the browser that asked for it: `started` is the secret which that
    /// browser holds. A browser that is signed in there by the same session already (`current`) needs none, and gets none
    /// either: its other tabs may have asked at the same time.
    ///
    /// # Errors
    /// [`Code::HandshakeForeign`] for a code of another host or browser, one that was used, and one that is too old;
    /// those of [`Self::admit`] when access has ended meanwhile.
    pub async fn redeem_host_code(
        &self,
        code: &str,
        host: &str,
        started: Option<&str>,
        current: Option<&str>,
    ) -> Result<Entered> {
        #[derive(FromQueryResult)]
        struct Row {
            app_session_id: Uuid,
            bound_to: Vec<u8>,
            return_to: String,
        }
        let tx = self.begin().await?;
        let now = self.now();
        let row = Row::find_by_statement(self.sql(
            "SELECT app_session_id, bound_to, return_to FROM host_codes WHERE hash = $1 AND host = $2 AND expires_at > $3",
            [hash(code).into(), host.into(), now.into()],
        ))
        .one(&tx)
        .await?
        .ok_or(Code::HandshakeForeign)?;
        let asked = started.is_some_and(|started| bool::from(hash(started).ct_eq(&row.bound_to)));
        if !asked && !self.is_entered(&tx, current, host, row.app_session_id).await? {
            return Err(Code::HandshakeForeign.into());
        }
        if self.change(&tx, "DELETE FROM host_codes WHERE hash = $1", [hash(code).into()]).await? == 0 {
            return Err(Code::HandshakeForeign.into());
        }
        let admitted = self.admit_by_app_session(&tx, row.app_session_id, false).await?;
        let app = self.app_of_host_on(&tx, host).await?;
        if app.is_none_or(|app| app.app_id != admitted.app.id) {
            return Err(Code::HandshakeForeign.into());
        }
        let secret = asked.then(|| self.new_secret());
        if let Some(secret) = &secret {
            self.change(
                &tx,
                "DELETE FROM host_sessions WHERE app_session_id = $1 AND host = $2 AND created_at <= $3",
                [row.app_session_id.into(), host.into(), (now - BESIDE).into()],
            )
            .await?;
            self.change(
                &tx,
                "INSERT INTO host_sessions (hash, app_session_id, host, created_at) VALUES ($1, $2, $3, $4)",
                [hash(secret).into(), row.app_session_id.into(), host.into(), now.into()],
            )
            .await?;
        }
        self.commit(tx).await?;
        Ok(Entered { secret, return_to: row.return_to })
    }

    /// Whether a cookie of a host stands for that very session of the app.
    async fn is_entered(
        &self,
        on: &impl ConnectionTrait,
        current: Option<&str>,
        host: &str,
        app_session: Uuid,
    ) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            app_session_id: Uuid,
        }
        let Some(current) = current else { return Ok(false) };
        let row = Row::find_by_statement(self.sql(
            "SELECT app_session_id FROM host_sessions WHERE hash = $1 AND host = $2",
            [hash(current).into(), host.into()],
        ))
        .one(on)
        .await?;
        Ok(row.is_some_and(|row| row.app_session_id == app_session))
    }

    /// Ends what the cookie of a host stands for. Whoever has none ends nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_host_session(&self, secret: &str, host: &str) -> Result<()> {
        let values = [hash(secret).into(), host.into()];
        self.change(self.db(), "DELETE FROM host_sessions WHERE hash = $1 AND host = $2", values).await?;
        Ok(())
    }

    /// Whether an app behind a proxy was used by a session for the first time in a while: time to write that down.
    pub fn is_touch_due(&self, last_seen_at: chrono::DateTime<chrono::Utc>) -> bool {
        self.now() - last_seen_at > TOUCH
    }

    /// Writes down that a session of the panel was used, by way of an app behind a proxy. One that has idled too long is
    /// over, and stays so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_session(&self, session: Uuid) -> Result<()> {
        let now = self.now();
        self.change(
            self.db(),
            "UPDATE sessions SET last_seen_at = $2 WHERE public_id = $1 AND last_seen_at < $3 AND last_seen_at > $4",
            [session.into(), now.into(), (now - TOUCH).into(), (now - IDLE).into()],
        )
        .await?;
        Ok(())
    }

    /// Clears away codes that nobody came back with. A job calls it now and then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_host_codes(&self) -> Result<()> {
        self.change(self.db(), "DELETE FROM host_codes WHERE expires_at <= $1", [self.now().into()]).await?;
        Ok(())
    }
}
