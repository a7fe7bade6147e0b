//! An app gives a token back (RFC 7009).

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::{
    super::{client_auth::authenticate, error::OAuthError, form::Posted, form::one},
    userinfo::signed,
};
use crate::{directory::tokens::Token, server::state::AppState};

/// Ends all that came of the sign-in. A token that is nothing to the client gets the same answer: there is nothing left
/// to be done.
pub async fn take_back(State(state): State<AppState>, posted: Posted) -> Result<Response, OAuthError> {
    let client = authenticate(&state, &posted.headers, &posted.form).await?;
    let token = one(&posted.form, "token")?.ok_or(OAuthError::new("invalid_request", "token is missing"))?;
    let which = if token.contains('.') {
        signed(&state, token).await?.map(|held| Token::Access(held.family))
    } else {
        Some(Token::Refresh(token))
    };
    if let Some(which) = which {
        state.directory.give_back(&client, which).await.map_err(OAuthError::broken)?;
    }
    Ok(StatusCode::OK.into_response())
}
