//! The OpenID provider. Its issuer is the public URL.

mod assertion;
mod browser;
pub mod client_auth;
pub mod error;
pub mod form;
mod hint;
mod machine;
mod par;

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};

use crate::server::state::AppState;

/// Where a sign-in begins.
pub const AUTHORIZE: &str = crate::model::authorization::PATH;
/// Where codes become tokens.
pub const TOKEN: &str = "/oauth2/v2.0/token";
/// Where an app asks who it is.
pub const USERINFO: &str = "/oauth2/v2.0/userinfo";
/// Where an app asks whether a token still holds.
pub const INTROSPECT: &str = "/oauth2/v2.0/introspect";
/// Where an app gives tokens back.
pub const REVOKE: &str = "/oauth2/v2.0/revoke";
/// Where an app says beforehand what it will ask for (RFC 9126).
pub const PAR: &str = "/oauth2/v2.0/par";
/// Where an app signs people out.
pub const LOGOUT: &str = "/oauth2/v2.0/logout";
/// The public keys.
pub const KEYS: &str = "/oauth2/v2.0/keys";
/// The description of all this.
pub const DISCOVERY: &str = "/.well-known/openid-configuration";

/// What browsers open: with cookies, and the visitor.
pub fn browser_routes() -> Router<AppState> {
    browser::routes()
}

/// What programs call: no cookie is read.
pub fn machine_routes() -> Router<AppState> {
    machine::routes().merge(par::routes().route_layer(middleware::from_fn(open_to_all_sites)))
}

/// Apps that run in browsers push from their own sites (CORS). No cookie is read here, so any site may.
async fn open_to_all_sites(request: Request, next: Next) -> Response {
    let mut answer = if request.method() == Method::OPTIONS {
        let allowed = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ];
        (StatusCode::NO_CONTENT, allowed).into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "www-authenticate"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
