//! An app proves to be itself: `client_secret_basic`, `client_secret_post`, `private_key_jwt`, or not at all.

use axum::http::HeaderMap;

use super::error::OAuthError;
use crate::{directory::clients::Client, server::state::AppState};

/// Parameters of a form, in the order in which they came. A name that comes twice is refused by whoever reads it.
pub type Form = Vec<(String, String)>;

/// The client that sends this, if it proves to be itself in the way it registered.
///
/// # Errors
/// `invalid_client`; `invalid_request` for two proofs at once.
pub async fn authenticate(state: &AppState, headers: &HeaderMap, form: &Form) -> Result<Client, OAuthError> {
    let _ = (state, headers, form);
    Err(OAuthError::client("not yet"))
}
