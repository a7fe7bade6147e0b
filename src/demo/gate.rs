//! One of the demo's apps stands behind the gate, on a host of its own. The demo's server plays both the proxy, which asks
//! the panel before each request just as nginx would, and the app, which believes what the proxy adds.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use minijinja::context;
use url::Url;

use super::{apps, organization::app_name, page::page};
use crate::{
    access::forward::{ASK, ON_HOST},
    directory::Directory,
    model::{hosts::AppHost, view::AppName},
};

/// The app's key in the import file.
pub(super) const KEY: &str = "site-diary";

/// What the browser says that the panel has to know: who, and whether a page is wanted.
const ASKED: [&str; 6] = ["cookie", "accept", "accept-language", "sec-fetch-mode", "x-requested-with", "user-agent"];
/// What comes back to the browser when the panel does not say 200.
const RELAYED: [&str; 7] = [
    "location",
    "set-cookie",
    "content-type",
    "content-security-policy",
    "referrer-policy",
    "x-content-type-options",
    "cache-control",
];
/// What the app is told.
const TOLD: [(&str, &str); 7] = [
    ("remote-user", "Remote-User"),
    ("remote-name", "Remote-Name"),
    ("remote-email", "Remote-Email"),
    ("remote-groups", "Remote-Groups"),
    ("remote-type", "Remote-Type"),
    ("remote-id", "Remote-Id"),
    ("x-access-panel-jwt", "X-Access-Panel-Jwt"),
];

/// The app's host, beside a demo that is reached as `localhost`: browsers find its subdomains without being told.
pub fn host(public_url: &str) -> Option<AppHost> {
    let url = Url::parse(public_url).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    (url.host_str() == Some("localhost"))
        .then(|| AppHost { authority: format!("{KEY}.localhost{port}"), https: url.scheme() == "https" })
}

/// The proxy, and the app behind it.
pub struct Gate {
    host: AppHost,
    app: AppName,
    panel: String,
    ask: String,
    http: reqwest::Client,
}

impl Gate {
    /// Stands before the app, which the organization's file connects. `None` if the demo is reached by another name, where
    /// the app's host would be found by nobody: there it is a page like the others. `listen` is where this server is asked.
    ///
    /// # Errors
    /// When the directory fails.
    pub async fn of(directory: &Directory, listen: SocketAddr) -> anyhow::Result<Option<Self>> {
        let (Some(host), Some(id)) = (host(directory.public_url()), directory.app_by_key(KEY).await?) else {
            return Ok(None);
        };
        let port = listen.port();
        let here = match listen {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("127.0.0.1:{port}"),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("[::1]:{port}"),
            listen => listen.to_string(),
        };
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Ok(Some(Self {
            host,
            app: AppName { id, name: app_name(KEY).unwrap_or_else(|| KEY.to_owned()) },
            panel: directory.public_url().to_owned(),
            ask: format!("http://{here}{ASK}"),
            http: http.timeout(std::time::Duration::from_secs(10)).build()?,
        }))
    }

    /// Stands before a server: what is for the app's host comes here first.
    pub fn before(self, server: Router, style_href: String) -> Router {
        server.layer(middleware::from_fn_with_state(Arc::new((self, style_href)), pass))
    }

    /// Asks the panel about a request, as proxies do.
    async fn ask(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<reqwest::Response, reqwest::Error> {
        let mut asked = HeaderMap::new();
        for name in ASKED {
            for value in headers.get_all(name) {
                asked.append(name, value.clone());
            }
        }
        let scheme = if self.host.https { "https" } else { "http" };
        self.http
            .get(&self.ask)
            .headers(asked)
            .header("x-forwarded-host", &self.host.authority)
            .header("x-forwarded-proto", scheme)
            .header("x-forwarded-method", method.as_str())
            .header("x-forwarded-uri", path)
            .send()
            .await
    }

    /// The app's page. What the client itself sent under these names plays no part.
    fn page(&self, style_href: &str, told: &HeaderMap) -> Response {
        let value = |name: &str| {
            told.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
        };
        let rows: Vec<_> = TOLD
            .iter()
            .filter(|(key, _)| told.contains_key(*key))
            .map(|(key, name)| (*name, shortened(value(key))))
            .collect();
        let values = apps::values(KEY, &self.app, &value("remote-name"), value("remote-type") == "guest");
        let values = context! {
            home => "/",
            panel => self.panel,
            sign_out => format!("{ON_HOST}sign-out"),
            by => "by its proxy, which asks the panel on every request and adds these headers:",
            told => rows,
            ..values
        };
        page(StatusCode::OK, "app.html", style_href, values)
    }
}

/// A long value, such as the signed token, cut for the page.
fn shortened(value: String) -> String {
    match value.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}

async fn pass(State(state): State<Arc<(Gate, String)>>, mut request: Request, next: Next) -> Response {
    let (gate, style_href) = &*state;
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| host.eq_ignore_ascii_case(&gate.host.authority)) {
        return next.run(request).await;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    if path.starts_with(ON_HOST) {
        for name in ["x-forwarded-host", "x-forwarded-proto"] {
            request.headers_mut().remove(name);
        }
        return next.run(request).await;
    }
    // Its looks are the panel's; anybody may have those files.
    if is_file(request.uri().path()) {
        let authority = gate.panel.split_once("://").map_or("", |(_, authority)| authority);
        if let Ok(authority) = HeaderValue::from_str(authority) {
            request.headers_mut().insert(header::HOST, authority);
        }
        return next.run(request).await;
    }
    let answer = match gate.ask(request.method(), &path, request.headers()).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "asking the panel about a request to the app behind the gate");
            return StatusCode::BAD_GATEWAY.into_response();
        }
    };
    if answer.status() == StatusCode::OK {
        return gate.page(style_href, answer.headers());
    }
    relay(answer).await
}

fn is_file(path: &str) -> bool {
    path.starts_with("/pkg/")
        || path.starts_with("/fonts/")
        || matches!(path, "/brand.css" | "/favicon.svg" | "/favicon.ico")
}

async fn relay(answer: reqwest::Response) -> Response {
    let status = answer.status();
    let mut headers = HeaderMap::new();
    for name in RELAYED {
        for value in answer.headers().get_all(name) {
            headers.append(name, value.clone());
        }
    }
    match answer.bytes().await {
        Ok(body) => (status, headers, body).into_response(),
        Err(error) => {
            tracing::error!(%error, "the panel's answer about a request to the app behind the gate");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_follows_the_panel() {
        assert_eq!(host("http://localhost:3000").unwrap().origin(), "http://site-diary.localhost:3000");
        assert_eq!(host("http://127.0.0.1:3000"), None);
        assert_eq!(host("https://demo.example.com"), None);
    }
}
