//! End points that programs call.

mod discovery;
mod introspect;
mod minted;
mod revoke;
mod token;
mod userinfo;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{DISCOVERY, INTROSPECT, KEYS, REVOKE, TOKEN, USERINFO};
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

/// Apps that run in browsers call from their own sites (CORS). No cookie is read here, so any site may.
async fn open_to_all_sites(request: Request, next: Next) -> Response {
    let mut answer = if request.method() == Method::OPTIONS {
        let mut answer = StatusCode::NO_CONTENT.into_response();
        let headers = answer.headers_mut();
        put(headers, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
        put(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type");
        put(headers, header::ACCESS_CONTROL_MAX_AGE, "7200");
        answer
    } else {
        next.run(request).await
    };
    let headers = answer.headers_mut();
    put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    put(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, "www-authenticate");
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    answer
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// An answer that holds something secret or personal.
fn private(body: serde_json::Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (headers, axum::Json(body)).into_response()
}
