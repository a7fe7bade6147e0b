//! End points that browsers open: signing in to an app, and signing out by it.

mod answer;
mod authorize;
mod logout;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

pub(super) use authorize::is_registered;

use super::{AUTHORIZE, LOGOUT, client_auth::Form};
use crate::{model::Code, server::state::AppState, sign_in::callback::problem_path};

/// Longest request that is taken by a form, in bytes: it goes on in an address.
const LONGEST: usize = 16 * 1024;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(AUTHORIZE, get(authorize::open).post(authorize::by_form).head(only_in_person))
        .route(&format!("{AUTHORIZE}/back"), get(authorize::back))
        .route(LOGOUT, get(logout::open).post(logout::by_form).head(only_in_person))
        .route(&format!("{LOGOUT}/confirm"), post(logout::confirm))
}

/// `HEAD`: whoever only looks at a link signs nobody in or out, and leaves nothing behind.
async fn only_in_person() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

/// The parameters of a query or of a form.
fn parameters(text: &[u8]) -> Form {
    url::form_urlencoded::parse(text).into_owned().collect()
}

/// The same request by GET: what another site posts comes without our cookies.
fn by_get(path: &str, body: &Bytes) -> Response {
    if body.len() > LONGEST {
        return problem(Code::BadRequest);
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters(body)).finish();
    bare(Redirect::to(&format!("{path}?{query}")).into_response())
}

/// A page of our own that says what is wrong: the app cannot be told, or must not be trusted.
fn problem(code: Code) -> Response {
    bare(Redirect::to(&problem_path(code, None)).into_response())
}

/// Nothing of this is kept, and no other site learns the address that it came by.
fn bare(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
