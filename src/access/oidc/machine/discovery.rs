//! What we are and can do (OpenID Connect Discovery, RFC 8414), and the public keys.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::super::{
    AUTHORIZE, INTROSPECT, KEYS, LOGOUT, PAR, REVOKE, TOKEN, USERINFO, assertion::ALGORITHMS, error::OAuthError,
};
use crate::{
    model::{Language, state::SigningAlg},
    server::state::AppState,
};

/// Apps may keep this for five minutes: less than a new key is published before it signs.
const KEPT: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];

/// The description.
pub async fn describe(State(state): State<AppState>) -> Response {
    (KEPT, Json(description(state.directory.public_url()))).into_response()
}

/// The public keys.
pub async fn keys(State(state): State<AppState>) -> Result<Response, OAuthError> {
    let keys = state.access.keys.public().await.map_err(|_| OAuthError::server())?;
    Ok((KEPT, Json(keys)).into_response())
}

fn description(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let signed_by: Vec<&str> = SigningAlg::ALL.iter().map(|alg| alg.as_str()).collect();
    let assertions_by: Vec<&str> = ALGORITHMS.iter().map(|(name, _)| *name).collect();
    let languages: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
    let proofs = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USERINFO),
        "jwks_uri": at(KEYS),
        "introspection_endpoint": at(INTROSPECT),
        "revocation_endpoint": at(REVOKE),
        "pushed_authorization_request_endpoint": at(PAR),
        "end_session_endpoint": at(LOGOUT),
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": signed_by,
        "token_endpoint_auth_methods_supported": proofs,
        "token_endpoint_auth_signing_alg_values_supported": assertions_by,
        "introspection_endpoint_auth_methods_supported": &proofs[..3],
        "introspection_endpoint_auth_signing_alg_values_supported": assertions_by,
        "revocation_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_signing_alg_values_supported": assertions_by,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "nonce", "at_hash", "auth_time", "acr", "amr", "sid", "name", "given_name",
            "family_name", "preferred_username", "email", "email_verified", "acct", "idp", "groups", "groups_overage",
        ],
        "ui_locales_supported": languages,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": false,
        "require_pushed_authorization_requests": false,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}
