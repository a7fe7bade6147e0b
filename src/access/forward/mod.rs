//! Forward authentication: a proxy asks before each request to an app that speaks nothing.

use axum::Router;

use crate::server::state::AppState;

/// Where proxies ask.
pub const ASK: &str = "/forward-auth";
/// Where the browser comes to, from an app's host, to sign in.
pub const SIGN_IN: &str = "/forward-auth/sign-in";
/// What on an app's host is ours: its proxy leads everything below it to the panel.
pub const ON_HOST: &str = "/.access-panel/";

/// What is asked in the name of an app's host: answered on every host.
pub fn gate_routes() -> Router<AppState> {
    Router::new()
}

/// What the browser opens at the panel itself.
pub fn panel_routes() -> Router<AppState> {
    Router::new()
}
