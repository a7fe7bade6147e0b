//! The caller's own sessions.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/sessions/end`: ends one of the caller's sessions, or with `all` every one.
#[server(prefix = "/api", endpoint = "sessions/end")]
pub async fn end_session(#[server(default)] session: String, #[server(default)] all: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        if all.is_empty() {
            let id = forms::id(&session)?;
            here.directory.end_my_session(caller, id).await?;
            Ok("/profile?done=session-ended".to_owned())
        } else {
            here.directory.end_my_sessions(caller).await?;
            Ok("/sign-in?signed_out=1".to_owned())
        }
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("session", "/profile"), result).await
}

/// The caller's sessions.
///
/// # Errors
/// When nobody is signed in.
#[cfg(feature = "ssr")]
pub async fn mine() -> Result<Vec<crate::model::view::SessionRow>, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    let sessions = here.directory.my_sessions(here.caller()?, &here.session_hash).await;
    sessions.map_err(Into::into)
}
