//! Authorization codes: what an app gets when somebody has signed in, good once and for a minute.

use chrono::Duration;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    sign_ins::{Origin, SignIn},
    vault::hash,
};
use crate::model::state::SignInKind;

/// A code has to be redeemed within this time.
pub const LIFE: Duration = Duration::minutes(1);

/// What a code is made for.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// The session of the panel.
    pub session: Uuid,
    /// The app.
    pub app: Uuid,
    /// Where it is sent; the app has to name the same again.
    pub redirect_uri: String,
    /// Scopes that are granted, apart by spaces.
    pub scope: String,
    /// Comes back in the ID token.
    pub nonce: Option<String>,
    /// The PKCE challenge, by S256.
    pub challenge: Option<String>,
}

impl Directory {
    /// A code for the holder of a session, who may use the app at this moment. Writes the sign-in down.
    ///
    /// # Errors
    /// As [`Self::admit`]; whoever calls writes a refusal down. [`Code::RateLimited`](crate::model::Code)
    /// after [`super::limits::APP_SIGN_INS_PER_HOUR`] for one person.
    pub async fn issue_code(&self, new: &NewCode, origin: &Origin) -> Result<String> {
        let tx = self.begin().await?;
        let code = self.issue_code_on(&tx, new, origin).await?;
        self.commit(tx).await?;
        Ok(code)
    }

    /// As [`Self::issue_code`], within the change that it is part of; last before its commit.
    pub(super) async fn issue_code_on(
        &self,
        tx: &DatabaseTransaction,
        new: &NewCode,
        origin: &Origin,
    ) -> Result<String> {
        let admitted = self.admit(tx, new.session, new.app).await?;
        let app_session = self.app_session(tx, &admitted.session, admitted.person.id, new.app).await?;
        let (code, now) = (self.new_secret(), self.now());
        self.change(
            tx,
            "INSERT INTO token_families (id, app_session_id, code_hash, redirect_uri, scope, nonce, challenge, created_at, code_expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                self.new_id().into(),
                app_session.into(),
                hash(&code).into(),
                new.redirect_uri.as_str().into(),
                new.scope.as_str().into(),
                new.nonce.clone().into(),
                new.challenge.clone().into(),
                now.into(),
                (now + LIFE).into(),
            ],
        )
        .await?;
        let user = admitted.person.id;
        self.log_sign_in(
            tx,
            origin,
            SignIn {
                kind: SignInKind::App,
                user_id: Some(user),
                app_id: Some(new.app),
                method: Some(admitted.session.method),
                idp: admitted.session.idp,
                refused: None,
            },
        )
        .await?;
        self.record(tx, &Actor::user(user), Event::new("app.sign_in", "app", new.app)).await?;
        self.count_app_sign_in(tx, user).await?;
        Ok(code)
    }
}
