//! What of ours is on an app's host: beginning a sign-in, coming back from it, and signing out. Nothing here answers 2xx,
//! because a proxy that asks about these paths as well would let the request through to the app.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use base64::Engine as _;

use super::{COOKIE, LONGEST_PATH, LONGEST_SIGN_IN, ON_HOST, SIGN_IN, STARTED, ask, asked::Asked, pages, refused};
use crate::{
    access::oidc,
    directory::{Directory, hosts::HostedApp, vault::hash},
    model::{Code, paths},
    sign_in::cookies,
};

/// Answers for an app's host.
pub(super) async fn answer(directory: &Directory, asked: &Asked<'_>) -> Response {
    let app = match directory.app_of_host(&asked.host).await {
        Ok(Some(app)) => app,
        Ok(None) => return pages::unknown(&asked.host),
        Err(error) => return refused(error).map_or_else(|broken| broken, |code| ask::status(code).into_response()),
    };
    let (path, query) = asked.ours().unwrap_or_default();
    match (path, asked.reads()) {
        ("start", true) => start(directory, &app, asked, query),
        ("callback", true) => callback(directory, &app, asked, query).await,
        ("closed", true) => closed(directory, &app, asked).await,
        ("sign-out", true) => to_sign_out(directory, None),
        ("sign-out", false) if asked.method == "POST" => sign_out(directory, asked).await,
        ("start" | "callback" | "closed" | "sign-out", _) => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A parameter, if it is there once.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut found = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let value = found.next()?.1.into_owned();
    found.next().is_none().then_some(value)
}

/// A path of the app that somebody may be led to: not ours, which would go round in circles.
pub(super) fn path_of_app(path: &str) -> &str {
    paths::own(path).filter(|path| path.len() <= LONGEST_PATH && !path.starts_with(ON_HOST)).unwrap_or("/")
}

/// `start?to=`: marks this browser, and goes on to the panel, which learns the mark's hash only.
fn start(directory: &Directory, app: &HostedApp, asked: &Asked<'_>, query: &str) -> Response {
    let to = parameter(query, "to").unwrap_or_default();
    // Several tabs that begin at the same time share the mark.
    let kept = asked.cookie(STARTED).filter(|mark| mark.len() == 43 && mark.bytes().all(is_of_secret));
    let mark = kept.map_or_else(|| directory.new_secret(), str::to_owned);
    let bound = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash(&mark));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("host", &app.host.authority)
        .append_pair("to", path_of_app(&to))
        .append_pair("bound", &bound)
        .finish();
    lead(&format!("{}{SIGN_IN}?{query}", directory.public_url()), [cookies::set(STARTED, &mark, LONGEST_SIGN_IN)])
}

fn is_of_secret(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// `callback?code=`: opens the host's own session, if the code is for this host and this browser.
async fn callback(directory: &Directory, app: &HostedApp, asked: &Asked<'_>, query: &str) -> Response {
    let code = parameter(query, "code").unwrap_or_default();
    let (started, current) = (asked.cookie(STARTED), asked.cookie(COOKIE));
    let origin = app.host.origin();
    let error = match directory.redeem_host_code(&code, &app.host.authority, started, current).await {
        Ok(entered) => {
            let place = format!("{origin}{}", in_ascii(path_of_app(&entered.return_to)));
            let Some(secret) = entered.secret else { return lead(&place, []) };
            return lead(&place, [cookies::set_for_session(COOKIE, &secret), cookies::set(STARTED, "", 0)]);
        }
        Err(error) => error,
    };
    match refused(error) {
        Err(broken) => broken,
        Ok(code @ (Code::NotFound | Code::AppOff)) => pages::closed(directory, app, code, asked).await,
        // The way back in the browser's history leads here again, and is no mistake.
        Ok(_) if is_in(directory, asked).await => lead(&format!("{origin}/"), []),
        Ok(_) => pages::foreign(directory, app, asked).await,
    }
}

/// `closed`: says again what the proxy was told, for one that cannot pass a page on.
async fn closed(directory: &Directory, app: &HostedApp, asked: &Asked<'_>) -> Response {
    let code = match asked.cookie(COOKIE) {
        None => Code::Unauthenticated,
        Some(secret) => match directory.admit_by_host(&hash(secret), &asked.host).await {
            Ok(_) => Code::Unauthenticated,
            Err(error) => match refused(error) {
                Ok(code) => code,
                Err(broken) => return broken,
            },
        },
    };
    match code {
        // Nothing is closed: not yet signed in, or let in meanwhile.
        Code::Unauthenticated => lead(&format!("{}/", app.host.origin()), []),
        code => pages::closed(directory, app, code, asked).await,
    }
}

/// Whether this browser is signed in on this host, and may be.
async fn is_in(directory: &Directory, asked: &Asked<'_>) -> bool {
    match asked.cookie(COOKIE) {
        Some(secret) => directory.admit_by_host(&hash(secret), &asked.host).await.is_ok(),
        None => false,
    }
}

/// `POST sign-out`: ends the session of this host. A form of another site comes without the cookie, and ends nothing.
async fn sign_out(directory: &Directory, asked: &Asked<'_>) -> Response {
    // Clearing a cookie that did not come would let that form sign people out all the same.
    let Some(secret) = asked.cookie(COOKIE) else { return to_sign_out(directory, None) };
    if let Err(error) = directory.end_host_session(secret, &asked.host).await {
        return refused(error).map_or_else(|broken| broken, |code| ask::status(code).into_response());
    }
    to_sign_out(directory, cookies::set(COOKIE, "", 0))
}

/// The panel's own page for signing out: as long as somebody is signed in there, the next click would sign them in here.
fn to_sign_out(directory: &Directory, cookie: Option<HeaderValue>) -> Response {
    lead(&format!("{}{}", directory.public_url(), oidc::LOGOUT), [cookie])
}

/// Leads on, to an address that is whole.
fn lead<const N: usize>(place: &str, cookies: [Option<HeaderValue>; N]) -> Response {
    let Ok(place) = HeaderValue::from_str(place) else { return StatusCode::BAD_REQUEST.into_response() };
    let cookies =
        AppendHeaders(cookies.into_iter().flatten().map(|cookie| (header::SET_COOKIE, cookie)).collect::<Vec<_>>());
    // What this address held was a secret for a moment.
    let referrer = (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place), referrer], cookies).into_response()
}

/// A path as it stands in an address.
fn in_ascii(path: &str) -> String {
    use std::fmt::Write as _;
    path.bytes().fold(String::with_capacity(path.len()), |mut text, byte| {
        if byte.is_ascii_graphic() {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
