//! The OpenID provider. Its issuer is the public URL.

mod assertion;
mod browser;
pub mod client_auth;
pub mod error;
pub mod form;
mod machine;
mod par;

use axum::Router;

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
    machine::routes().merge(par::routes())
}
