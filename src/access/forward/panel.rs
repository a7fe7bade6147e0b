//! The panel's part of signing in to an app's host: who is signed in here, gets a code for there.

use axum::{
    Extension,
    extract::Query,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::Engine as _;
use serde::Deserialize;

use super::{handshake::path_of_app, pages, refused};
use crate::{
    directory::{Directory, host_sessions::NewHostCode, hosts::HostedApp, sign_ins::Origin},
    model::{Caller, Code},
    server::state::Facts,
    sign_in::{
        callback::problem_path,
        caller::{SessionHash, Visitor},
        network::Network,
    },
};

/// What the app's host says of a sign-in that began there.
#[derive(Default, Deserialize)]
pub(super) struct Began {
    #[serde(default)]
    host: String,
    #[serde(default)]
    to: String,
    /// The hash of the browser's mark, in base64.
    #[serde(default)]
    bound: String,
}

/// `GET /forward-auth/sign-in`. Whoever is not signed in was led to the sign-in before this, and comes back.
pub(super) async fn sign_in(
    Extension(directory): Extension<Directory>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    Extension(SessionHash(session)): Extension<SessionHash>,
    Extension(Network(network)): Extension<Network>,
    Extension(facts): Extension<Facts>,
    headers: HeaderMap,
    began: Result<Query<Began>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let began = began.map(|Query(began)| began).unwrap_or_default();
    let Some(caller) = visitor else { return problem(Code::Unauthenticated) };
    let browser = headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    let origin = Origin { network, browser: browser.unwrap_or_default() };
    let app = match directory.app_of_host(&began.host).await {
        Ok(Some(app)) => app,
        Ok(None) => return problem(Code::AppUnknown),
        Err(error) => return refused(error).map_or_else(|broken| broken, problem),
    };
    let code = match issue(&directory, &caller, &session, &app, &began, &origin).await {
        Ok(code) => code,
        Err(error) => {
            return match refused(error) {
                // That page knows why, whom to ask, and where to ask for it.
                Ok(Code::NotFound | Code::AppOff) => Redirect::to(&no_access_path(&app)).into_response(),
                Ok(code) => problem(code),
                Err(broken) => broken,
            };
        }
    };
    let place = format!("{}/.access-panel/callback?code={code}", app.host.origin());
    if app.host.https {
        Redirect::to(&place).into_response()
    } else {
        // Chromium holds whole chains of redirects to the `form-action` of the sign-in form, which names https: only.
        pages::opening(&facts, &app.name, &place)
    }
}

async fn issue(
    directory: &Directory,
    caller: &Caller,
    session: &[u8],
    app: &HostedApp,
    began: &Began,
    origin: &Origin,
) -> crate::directory::Result<String> {
    let bound = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&began.bound).unwrap_or_default();
    if bound.len() != 32 {
        return Err(Code::HandshakeForeign.into());
    }
    let session = directory.session_id(session).await?;
    let new = NewHostCode { session, app, bound_to: &bound, return_to: path_of_app(&began.to) };
    directory.issue_host_code(caller, &new, origin).await
}

/// The page for who may not use the app. Its host shows there that they come from it, and did not guess an id.
fn no_access_path(app: &HostedApp) -> String {
    let host: String = url::form_urlencoded::byte_serialize(app.host.authority.as_bytes()).collect();
    format!("/apps/{}/no-access?host={host}", app.app_id)
}

/// The page that says what happened.
fn problem(code: Code) -> Response {
    let place = HeaderValue::from_str(&problem_path(code, None));
    place.map_or_else(
        |_| http::StatusCode::BAD_REQUEST.into_response(),
        |place| (http::StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
    )
}
