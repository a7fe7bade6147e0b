//! End points that programs call.

mod discovery;
mod introspect;
mod minted;
mod revoke;
mod token;
mod userinfo;

use axum::{
    Router,
    http::header,
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{DISCOVERY, INTROSPECT, KEYS, REVOKE, TOKEN, USERINFO, open_to_all_sites};
use crate::server::state::AppState;

/// Where other programs look for the same description (RFC 8414).
const METADATA: &str = "/.well-known/oauth-authorization-server";

pub(super) fn routes() -> Router<AppState> {
    let open = Router::new()
        .route(DISCOVERY, get(discovery::describe))
        .route(METADATA, get(discovery::describe))
        .route(KEYS, get(discovery::keys))
        .route(TOKEN, post(token::grant))
        .route(USERINFO, get(userinfo::tell).post(userinfo::tell))
        .route(REVOKE, post(revoke::take_back))
        .route_layer(middleware::from_fn(open_to_all_sites));
    // Only servers have what it takes to ask here.
    open.merge(Router::new().route(INTROSPECT, post(introspect::examine)))
}

/// An answer that holds something secret or personal.
fn private(body: serde_json::Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (headers, axum::Json(body)).into_response()
}
