//! Forward authentication: a proxy asks before each request to an app that speaks nothing. `ask` answers it, anew each
//! time; `handshake` gives each app's host a cookie of its own, by way of `panel`.

mod ask;
mod asked;
mod handshake;
mod identity;
mod pages;
mod panel;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};

use crate::{
    access::keys::Keys,
    directory::{Directory, Error},
    model::{Code, Refusal},
    server::state::AppState,
};

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
pub fn gate_routes(directory: Directory, keys: Keys) -> Router {
    let gate = Arc::new(ask::Gate::new(directory, keys));
    let on_host = gate.clone();
    Router::new()
        .route(
            ASK,
            any(async move |request: Request| {
                let began = Instant::now();
                let answer = match asked::Asked::by_proxy(&request) {
                    Ok(asked) => ask::answer(&gate, &asked).await,
                    Err(told) => told,
                };
                count(answer.status(), began.elapsed());
                unkept(answer)
            }),
        )
        .route(
            "/.access-panel/{*rest}",
            any(async move |request: Request| {
                let answer = match asked::Asked::directly(&request) {
                    Ok(asked) => handshake::answer(&on_host.directory, &asked).await,
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

/// Counts an answer for `/metrics`, under names of its own: the site's are made of labels that cost more than they tell here.
fn count(status: StatusCode, took: Duration) {
    let status = match status.as_u16() {
        200 => "200",
        302 => "302",
        401 => "401",
        403 => "403",
        404 => "404",
        503 => "503",
        _ => "other",
    };
    metrics::counter!("access_panel_gate_answers_total", "status" => status).increment(1);
    metrics::histogram!("access_panel_gate_answer_seconds").record(took);
}

/// Answers are for this moment.
fn unkept(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The code of a refusal; an answer of its own for what broke.
#[expect(clippy::result_large_err, reason = "the answer is what the handler returns")]
fn refused(error: Error) -> Result<Code, Response> {
    match Refusal::from(error).code {
        Code::Internal => Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        code => Ok(code),
    }
}
