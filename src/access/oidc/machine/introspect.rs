//! Whether a token still holds (RFC 7662): asked anew every time.

use axum::{extract::State, response::Response};
use serde_json::{Value as Json, json};

use super::{
    super::{client_auth::authenticate, error::OAuthError, form::Posted, form::one},
    private,
    userinfo::held,
};
use crate::{
    directory::{claims, clients::Client, tokens::Token},
    model::state::ClientAuth,
    server::state::AppState,
};

/// What a token is worth, for the client that it was made for. About all others it learns nothing.
pub async fn examine(State(state): State<AppState>, posted: Posted) -> Result<Response, OAuthError> {
    let client = authenticate(&state, &posted.headers, &posted.form).await?;
    if client.registration.auth == ClientAuth::None {
        return Err(OAuthError::client("only clients that prove to be themselves may ask"));
    }
    let token = one(&posted.form, "token")?.ok_or(OAuthError::new("invalid_request", "token is missing"))?;
    let known = worth(&state, &client, token).await?;
    Ok(private(known.unwrap_or_else(|| json!({ "active": false }))))
}

async fn worth(state: &AppState, client: &Client, token: &str) -> Result<Option<Json>, OAuthError> {
    // Refresh tokens have no dots.
    let (claims, which) = if token.contains('.') {
        let Some(held) = held(state, token).await? else { return Ok(None) };
        (Some(held.claims), Token::Access(held.family))
    } else {
        (None, Token::Refresh(token))
    };
    let standing = state.directory.token_standing(which, Some(client), false).await;
    let Ok(standing) = standing.map_err(OAuthError::broken)? else { return Ok(None) };
    let admitted = &standing.admitted;
    let mut known = json!({
        "active": true,
        "iss": state.directory.public_url(),
        "client_id": client.registration.client_id,
        "aud": client.registration.client_id,
        "sub": claims::subject(&admitted.app, admitted.person.id),
        "sid": admitted.app_session.to_string(),
        "scope": standing.scope,
        "exp": admitted.session.expires_at.timestamp(),
    });
    if let Some(claims) = claims {
        for name in ["scope", "exp", "iat", "jti"] {
            known[name] = claims.get(name).cloned().unwrap_or_default();
        }
        known["token_type"] = "Bearer".into();
    }
    // The address, to apps that this token tells it: it would undo subjects of their own.
    let scope = known["scope"].as_str().unwrap_or_default();
    if scope.split(' ').any(|one| matches!(one, "profile" | "email")) {
        known["username"] = admitted.person.address.clone().into();
    }
    Ok(Some(known))
}
