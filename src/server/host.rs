//! Requests for another host than the public one: a wrong link, a wrong proxy, or a rebound name.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

/// The public URL, taken apart once.
#[derive(Clone, Debug)]
pub struct PublicUrl {
    url: Arc<str>,
    authority: Arc<str>,
}

impl PublicUrl {
    /// Reads a public URL: an origin without path.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = url::Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        let host = url.host_str().ok_or_else(|| format!("{text:?} names no host"))?;
        let loopback = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if !matches!(url.scheme(), "https" | "http") || url.path() != "/" || url.query().is_some() {
            return Err(format!("{text:?} must be like https://access.example.com, without a path"));
        }
        if url.scheme() == "http" && !loopback {
            return Err(format!("{text:?} must begin with https://: without TLS, browsers keep no session"));
        }
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        // As browsers write it: lower case, without a default port.
        let origin = url.origin().ascii_serialization();
        Ok(Self { url: origin.into(), authority: authority.into() })
    }

    /// The URL, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether it is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }
}

/// Lets through what is for us; leads a page elsewhere back to the public URL, and answers 421 to the rest.
pub async fn only_ours(State(public): State<PublicUrl>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if host.is_some_and(|host| host.eq_ignore_ascii_case(&public.authority)) {
        return next.run(request).await;
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Redirect::temporary(&format!("{}{path}", public.url)).into_response();
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn a_public_url_is_an_origin() {
        for good in [
            "https://access.example.com",
            "https://access.example.com:8443/",
            "http://localhost:3000",
            "http://127.0.0.1:1",
        ] {
            assert!(PublicUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "access.example.com",
            "http://access.example.com",
            "https://access.example.com/panel",
            "ftp://localhost",
            "https://a.example/?x",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
