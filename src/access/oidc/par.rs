//! `POST /oauth2/v2.0/par`: an app says beforehand, and out of the browser's sight, what it will ask for (RFC 9126).

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use super::{PAR, browser::is_registered, client_auth, error::OAuthError, form::Posted, hint};
use crate::{
    directory::{Error, authorizations::PUSHED},
    model::{
        Code,
        authorization::{Asked, URN, Wrong, one},
        state::ClientAuth,
    },
    server::state::AppState,
};

/// Most requests that programs without a secret may push from one network in an hour: anybody can be one, and a whole
/// organization may be behind one address.
const PUBLIC_PER_HOUR: u32 = 10_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(PAR, post(push))
}

async fn push(
    State(state): State<AppState>,
    Posted { headers, mut form, origin }: Posted,
) -> Result<Response, OAuthError> {
    let client = client_auth::authenticate(&state, &headers, &form).await?;
    // What proved the app to be itself is no part of what it asks for.
    form.retain(|(name, _)| !matches!(&**name, "client_secret" | "client_assertion" | "client_assertion_type"));
    let refuse = |wrong: Wrong| OAuthError::new(wrong.code, wrong.description);
    if one(&form, "client_id").map_err(refuse)?.is_some_and(|id| id != client.registration.client_id) {
        return Err(OAuthError::new("invalid_request", "client_id is another app's"));
    }
    let redirect_uri = one(&form, "redirect_uri").map_err(refuse)?;
    let redirect_uri = redirect_uri
        .filter(|uri| is_registered(&client, uri))
        .ok_or_else(|| OAuthError::new("invalid_request", "redirect_uri is not registered"))?
        .to_owned();
    let public = client.registration.auth == ClientAuth::None;
    let asked = Asked::read(&form, &redirect_uri, public).map_err(refuse)?;
    let asked = hint::read(&state, &client, &form, asked).await.map_err(refuse)?;
    let broken = |error: Error| {
        if error.code() == Code::RateLimited {
            let busy = OAuthError::new("temporarily_unavailable", "too many requests: try again later");
            return OAuthError { status: StatusCode::TOO_MANY_REQUESTS, ..busy };
        }
        tracing::error!(%error, "keeping what an app pushed");
        OAuthError::server()
    };
    if public {
        state.directory.limit_network("pushed requests", &origin.network, PUBLIC_PER_HOUR).await.map_err(broken)?;
    }
    let secret = state.directory.keep_authorization(client.app_id, &asked, true).await.map_err(broken)?;
    let body = Json(json!({ "request_uri": format!("{URN}{secret}"), "expires_in": PUSHED.num_seconds() }));
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((StatusCode::CREATED, [no_store], body).into_response())
}
