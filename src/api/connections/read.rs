//! What pages read of how apps sign people in.

use uuid::Uuid;

use super::super::{
    forms,
    here::Here,
    told::{Told, told_once},
};
use crate::{
    access::{forward, oidc},
    model::{
        Code, Refusal,
        connecting::{AppConnection, TestSignIn},
        managed::AppHead,
        state::AppKind,
        view::PersonFound,
    },
};

/// A page of an app; the list of apps for what is no id.
pub(super) fn path(app: &str, page: &str) -> String {
    forms::id(app).map_or_else(|_| "/apps/managed".to_owned(), |id| format!("/apps/{id}{page}"))
}

/// What has to be written down at the app's side: what it is called there, and the value.
pub struct AppSide {
    /// In the words that most apps use.
    pub label: &'static str,
    /// To be copied.
    pub value: String,
    /// Whether few apps ask for it, since they find it by the first one.
    pub found: bool,
}

/// How an app signs people in, and what the app has to know for each way.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_connection`].
pub async fn connection(app: Uuid) -> Result<AppConnection, Refusal> {
    let here = Here::get()?;
    here.directory.app_connection(here.caller()?, app).await.map_err(Into::into)
}

/// What an app that signs people in this way has to know of the panel.
///
/// # Errors
/// Outside of a request.
pub fn app_side(kind: AppKind) -> Result<Vec<AppSide>, Refusal> {
    let here = Here::get()?;
    let at = |path: &str| format!("{}{path}", here.directory.public_url());
    let side = |label, value, found| AppSide { label, value, found };
    Ok(match kind {
        AppKind::Link => Vec::new(),
        AppKind::Oidc => vec![
            side("Issuer", at(""), false),
            side("Discovery document", at(oidc::DISCOVERY), false),
            side("Authorization endpoint", at(oidc::AUTHORIZE), true),
            side("Token endpoint", at(oidc::TOKEN), true),
            side("Userinfo endpoint", at(oidc::USERINFO), true),
            side("Keys (JWKS)", at(oidc::KEYS), true),
            side("Logout endpoint", at(oidc::LOGOUT), true),
        ],
        // A proxy asks inside: what it is answered is nobody else's business.
        AppKind::ForwardAuth => {
            vec![side("Where the proxy asks, at the address that the panel listens on", forward::ASK.to_owned(), false)]
        }
    })
}

/// The secret that was made a moment ago, told once.
///
/// # Errors
/// [`Code::NotFound`] for everybody else, and for whoever looks again.
pub async fn new_secret(app: Uuid, key: Option<&str>) -> Result<(AppConnection, String), Refusal> {
    let connection = connection(app).await?;
    match told_once(key).await {
        Some(Told::Secret { app: of, secret }) if of == app => Ok((connection, secret)),
        _ => Err(Code::NotFound.into()),
    }
}

/// What the page of a test shows.
pub struct Testing {
    /// What every page says of the app.
    pub head: AppHead,
    /// How it signs people in.
    pub kind: AppKind,
    /// Whom it could be about.
    pub found: Vec<PersonFound>,
    /// Why nobody was chosen.
    pub refusal: Option<Refusal>,
    /// What the app would be told.
    pub test: Option<TestSignIn>,
}

/// A test sign-in of whoever was typed, or picked from the list.
///
/// # Errors
/// Those of [`crate::directory::Directory::test_sign_in`], but for a name that fits several, or nobody.
pub async fn test(app: Uuid, typed: &str, picked: &str) -> Result<Testing, Refusal> {
    let here = Here::get()?;
    let (head, kind) = here.directory.app_to_test(here.caller()?, app).await?;
    let mut testing = Testing { head, kind, found: Vec::new(), refusal: None, test: None };
    if typed.trim().is_empty() {
        return Ok(testing);
    }
    let picked = picked.split_once(':').filter(|(_, of)| of.trim() == typed.trim()).map(|(id, _)| id);
    match here.directory.test_sign_in(here.caller()?, app, picked.unwrap_or(typed)).await.map_err(Refusal::from) {
        Ok(test) => testing.test = Some(test),
        Err(refusal) if refusal.code == Code::PersonUnknown => {
            testing.found = super::super::people::find(typed).await?;
            testing.refusal = Some(refusal);
        }
        Err(refusal) => return Err(refusal),
    }
    Ok(testing)
}
