//! Forward authentication: a proxy asks before each request to an app that speaks nothing. `ask` answers it, anew each
//! time; `handshake` gives each app's host a cookie of its own, by way of `panel`.

mod ask;
mod asked;
mod handshake;
mod identity;
mod pages;
mod panel;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};

use crate::{directory::Error, model::Code, server::state::AppState};

/// Where proxies ask.
pub const ASK: &str = "/forward-auth";
/// Where the browser comes to, from an app's host, to sign in.
pub const SIGN_IN: &str = "/forward-auth/sign-in";
/// What on an app's host is ours: its proxy leads everything below it to the panel.
pub const ON_HOST: &str = "/.access-panel/";

/// The cookie of an app's host: who is signed in there.
const COOKIE: &str = "__Host-access-panel";
/// The cookie of an app's host that a sign-in began in this browser.
const STARTED: &str = "__Host-access-panel-start";
/// A sign-in may take so long, in seconds.
const LONGEST_SIGN_IN: u32 = 10 * 60;
/// A longer path is not kept while somebody signs in: they begin at the start. It has to fit into an address, twice
/// encoded.
const LONGEST_PATH: usize = 600;

/// What is asked in the name of an app's host: answered on every host.
pub fn gate_routes() -> Router<AppState> {
    let gate = Arc::new(ask::Gate::default());
    Router::new()
        .route(
            ASK,
            any(async move |State(state): State<AppState>, request: Request| {
                let answer = match asked::Asked::by_proxy(&request) {
                    Ok(asked) => ask::answer(&state, &gate, &asked).await,
                    Err(told) => told,
                };
                unkept(answer)
            }),
        )
        .route(
            "/.access-panel/{*rest}",
            any(async |State(state): State<AppState>, request: Request| {
                let answer = match asked::Asked::directly(&request) {
                    Ok(asked) => handshake::answer(&state.directory, &asked).await,
                    Err(told) => told,
                };
                unkept(answer)
            }),
        )
}

/// What the browser opens at the panel itself.
pub fn panel_routes() -> Router<AppState> {
    Router::new().route(SIGN_IN, get(panel::sign_in))
}

/// Answers are for this moment.
fn unkept(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The code of a refusal; an answer of its own for what broke.
#[expect(clippy::result_large_err, reason = "the answer is what the handler returns")]
fn refused(error: Error) -> Result<Code, Response> {
    match error.into_refusal().code {
        Code::Internal => Err(http::StatusCode::SERVICE_UNAVAILABLE.into_response()),
        code => Ok(code),
    }
}
