//! `id_token_hint`: an ID token of ours by which an app says whom it means (OpenID Connect Core 1.0, 3.1.2.1).

use serde_json::{Map, Value as Json};

use crate::{
    directory::clients::Client,
    model::{
        Code,
        authorization::{Asked, LOGIN_REQUIRED, Wrong, one},
    },
    server::state::AppState,
};

const SERVER_ERROR: Wrong = Wrong { code: "server_error", description: "try again later" };

/// The claims of an ID token of ours, be it run out; `None` for anything else.
///
/// # Errors
/// [`Code::Internal`] when the directory fails.
pub(super) async fn claims(state: &AppState, token: &str) -> Result<Option<Map<String, Json>>, Code> {
    let claims = state.access.keys.verify(token, "JWT").await?;
    Ok(claims.filter(|claims| claims.get("iss").and_then(Json::as_str) == Some(state.directory.public_url())))
}

/// Adds to a request whom the app means, if it says so. The token may have run out. One that cannot be believed says
/// nothing; but who asks that nothing be shown learns that it takes a sign-in.
///
/// # Errors
/// [`Wrong`], for the app.
pub(super) async fn read(
    state: &AppState,
    client: &Client,
    form: &[(String, String)],
    mut asked: Asked,
) -> Result<Asked, Wrong> {
    let Some(token) = one(form, "id_token_hint")? else { return Ok(asked) };
    let claims = claims(state, token).await.map_err(|_| SERVER_ERROR)?;
    let text = |name| claims.as_ref().and_then(|claims| claims.get(name)).and_then(Json::as_str);
    let is_theirs = text("aud") == Some(&client.registration.client_id);
    if let Some(sid) = text("sid").filter(|_| is_theirs).and_then(|sid| sid.parse().ok()) {
        asked.meant = state.directory.user_of_app_session(client.app_id, sid).await.map_err(|error| {
            tracing::error!(%error, "looking up whom an app means");
            SERVER_ERROR
        })?;
    }
    if asked.meant.is_none() && asked.prompt.none { Err(LOGIN_REQUIRED) } else { Ok(asked) }
}
