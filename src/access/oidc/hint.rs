//! `id_token_hint`: an ID token of ours by which an app says whom it means (OpenID Connect Core 1.0, 3.1.2.1).

use serde_json::Value as Json;

use crate::{
    directory::clients::Client,
    model::authorization::{Asked, LOGIN_REQUIRED, Wrong, one},
    server::state::AppState,
};

const SERVER_ERROR: Wrong = Wrong { code: "server_error", description: "try again later" };

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
    let claims = state.access.keys.verify(token, "JWT").await.map_err(|_| SERVER_ERROR)?;
    let text = |name| claims.as_ref().and_then(|claims| claims.get(name)).and_then(Json::as_str);
    let for_them =
        text("iss") == Some(state.directory.public_url()) && text("aud") == Some(&client.registration.client_id);
    if let Some(sid) = text("sid").filter(|_| for_them).and_then(|sid| sid.parse().ok()) {
        asked.meant = state.directory.user_of_app_session(client.app_id, sid).await.map_err(|error| {
            tracing::error!(%error, "looking up whom an app means");
            SERVER_ERROR
        })?;
    }
    if asked.meant.is_none() && asked.prompt.none { Err(LOGIN_REQUIRED) } else { Ok(asked) }
}
