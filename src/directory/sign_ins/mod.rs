//! The log of sign-ins: who, to which app, how proven, from where, with which result.

mod read;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Directory, Result};
use crate::model::{
    Code,
    state::{Outcome, SignInKind, SignInMethod},
};

/// From where somebody comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network.
    pub network: String,
    /// The browser or program, as it calls itself.
    pub browser: String,
}

/// A sign-in that happened, or was refused.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// What to.
    pub kind: SignInKind,
    /// Who, if that is known.
    pub user_id: Option<Uuid>,
    /// The app.
    pub app_id: Option<Uuid>,
    /// How they proved who they are.
    pub method: Option<SignInMethod>,
    /// The issuer of the identity.
    pub idp: Option<String>,
    /// Why it was refused; `None` if it was not.
    pub refused: Option<Code>,
}

/// The longest name of a browser that is kept, in characters.
const LONGEST_BROWSER: usize = 300;

impl Directory {
    /// Writes a sign-in down, in the transaction of its change.
    pub(super) async fn log_sign_in(&self, on: &impl ConnectionTrait, origin: &Origin, sign_in: SignIn) -> Result<()> {
        let outcome = if sign_in.refused.is_some() { Outcome::Refused } else { Outcome::Success };
        self.change(
            on,
            "INSERT INTO sign_ins (id, at, user_id, app_id, kind, method, idp, network, browser, outcome, code)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                self.new_id().into(),
                self.now().into(),
                sign_in.user_id.into(),
                sign_in.app_id.into(),
                sign_in.kind.into(),
                sign_in.method.into(),
                sign_in.idp.into(),
                origin.network.as_str().into(),
                origin.browser.chars().take(LONGEST_BROWSER).collect::<String>().into(),
                outcome.into(),
                sign_in.refused.map(|code| code.as_str().to_owned()).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Writes a refused sign-in down, in a transaction of its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_refused_sign_in(&self, origin: &Origin, sign_in: SignIn) -> Result<()> {
        self.log_sign_in(self.db(), origin, sign_in).await
    }
}
