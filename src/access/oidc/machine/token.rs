//! The token end point (RFC 6749, 3.2).

use axum::{extract::State, response::Response};

use super::{
    super::{client_auth::authenticate, error::OAuthError, form::Posted, form::one},
    minted, private,
};
use crate::{
    directory::tokens::{CodeAsked, Denied},
    server::state::AppState,
};

/// Tokens for a code, or for a refresh token.
pub async fn grant(State(state): State<AppState>, posted: Posted) -> Result<Response, OAuthError> {
    let Posted { headers, form, origin } = posted;
    let client = authenticate(&state, &headers, &form).await?;
    let missing = |what| OAuthError::new("invalid_request", what);
    let answer = match one(&form, "grant_type")? {
        Some("authorization_code") => {
            let asked = CodeAsked {
                code: one(&form, "code")?.ok_or(missing("code is missing"))?,
                redirect_uri: one(&form, "redirect_uri")?.ok_or(missing("redirect_uri is missing"))?,
                verifier: one(&form, "code_verifier")?,
            };
            state.directory.exchange_code(&client, asked, &origin).await
        }
        Some("refresh_token") => {
            let token = one(&form, "refresh_token")?.ok_or(missing("refresh_token is missing"))?;
            state.directory.renew_tokens(&client, token, one(&form, "scope")?, &origin).await
        }
        Some(_) => {
            return Err(OAuthError::new(
                "unsupported_grant_type",
                "grant_type must be authorization_code or refresh_token",
            ));
        }
        None => return Err(missing("grant_type is missing")),
    };
    let granted = answer.map_err(OAuthError::broken)?.map_err(explained)?;
    minted::answer(&state, &client, granted).await.map(private)
}

fn explained(denied: Denied) -> OAuthError {
    match denied {
        Denied::Unknown => OAuthError::new("invalid_grant", "it is not known, not this client's, or its time is over"),
        Denied::Reused => {
            OAuthError::new("invalid_grant", "it was used before, so all tokens of this sign-in have ended")
        }
        Denied::Ended => OAuthError::new("invalid_grant", "all tokens of this sign-in have ended"),
        Denied::Redirect => OAuthError::new("invalid_grant", "redirect_uri is not the one that the code was sent to"),
        Denied::Verifier => OAuthError::new("invalid_grant", "code_verifier and code_challenge do not go together"),
        Denied::Scope => OAuthError::new("invalid_scope", "scope names more than was granted"),
        Denied::NoAccess => {
            OAuthError::new("invalid_grant", "the person is signed out, or may not use this app any more")
        }
    }
}
