//! What a proxy tells of a request that it asks about.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::ON_HOST;
use crate::model::hosts::{is_https, named};

/// A request to an app's host. None of it is believed: the host has to be registered, the path is only led back to.
pub(super) struct Asked<'a> {
    /// The host, as it would be registered.
    pub host: String,
    /// The method.
    pub method: &'a str,
    /// The path and the query.
    pub path: &'a str,
    /// The headers, cookies among them.
    pub headers: &'a HeaderMap,
    /// Whether the proxy cannot pass a redirect on, and wants 401 instead.
    pub only_401: bool,
}

impl<'a> Asked<'a> {
    /// As a proxy asks: the request is told in `X-Forwarded-*`.
    #[expect(clippy::result_large_err, reason = "the answer is what the handler returns")]
    pub fn by_proxy(request: &'a Request) -> Result<Self, Response> {
        let headers = request.headers();
        let path = last(headers, "x-forwarded-uri").filter(|path| path.starts_with('/')).unwrap_or("/");
        let only_401 =
            request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "unauthorized=401"));
        let method = last(headers, "x-forwarded-method").unwrap_or("GET");
        Ok(Self { host: told_host(headers, None)?, method, path, headers, only_401 })
    }

    /// As a browser asks, through a proxy that only passes on what is ours.
    #[expect(clippy::result_large_err, reason = "the answer is what the handler returns")]
    pub fn directly(request: &'a Request) -> Result<Self, Response> {
        let headers = request.headers();
        let authority = request.uri().authority().map(|authority| authority.as_str());
        let own = headers.get(header::HOST).and_then(|host| host.to_str().ok()).or(authority);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let method = request.method().as_str();
        Ok(Self { host: told_host(headers, own)?, method, path, headers, only_401: false })
    }

    /// What of ours on the app's host this asks for, without its query.
    pub fn ours(&self) -> Option<(&'a str, &'a str)> {
        let (path, query) = self.path.split_once('?').unwrap_or((self.path, ""));
        Some((path.strip_prefix(ON_HOST)?, query))
    }

    /// Whether the host is reached over TLS.
    pub fn is_https(&self) -> bool {
        is_https(&self.host, last(self.headers, "x-forwarded-proto"))
    }

    pub fn reads(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// Whether a person waits for a page, whom a redirect leads on. A script would follow it to nowhere.
    pub fn wants_page(&self) -> bool {
        let has = |name: &str, fits: fn(&[u8]) -> bool| self.headers.get(name).map(|value| fits(value.as_bytes()));
        self.reads()
            && has("accept", |value| value.windows(9).any(|part| part.eq_ignore_ascii_case(b"text/html"))) == Some(true)
            && has("sec-fetch-mode", |value| value == b"navigate") != Some(false)
            && has("x-requested-with", |value| value.eq_ignore_ascii_case(b"xmlhttprequest")) != Some(true)
    }

    /// A cookie. Those beside it may hold anything: they are the app's.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
            .find_map(|pair| pair.trim_ascii_start().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
            .and_then(|value| str::from_utf8(value).ok())
            .filter(|value| (1..=200).contains(&value.len()))
    }
}

fn last<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(name).iter().next_back().and_then(|value| value.to_str().ok())
}

/// The host that is asked for. Were there two, one could be the client's: whoever may use one app would be let in to
/// another. So a proxy that does not replace what clients send is told so.
#[expect(clippy::result_large_err, reason = "the answer is what the handler returns")]
fn told_host(headers: &HeaderMap, own: Option<&str>) -> Result<String, Response> {
    let mut told = headers.get_all("x-forwarded-host").iter();
    let host = match (told.next().map(HeaderValue::to_str), told.next()) {
        (None, _) => match own {
            Some(own) => own,
            None => return Err(plain("The proxy has to name the browser's host in X-Forwarded-Host.")),
        },
        (Some(Ok(host)), None) if !host.contains(',') => host,
        _ => return Err(plain("There is more than one X-Forwarded-Host: the proxy has to replace what clients send.")),
    };
    let proto = last(headers, "x-forwarded-proto");
    named(host.trim(), proto).ok_or_else(|| plain("X-Forwarded-Host does not hold a host."))
}

/// A text for whoever runs the proxy.
fn plain(told: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, format!("access panel: {told}\n")).into_response()
}
