//! The HTTP client that speaks to providers: no redirects, little patience, small answers, nothing in the clear
//! beyond this machine.

use std::{future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::{Host, Url};

use super::SignInError;

/// Largest answer that is read, in bytes. Real key sets and discovery documents stay under 50 KB.
const LARGEST: usize = 1024 * 1024;

/// A client for all providers.
///
/// # Errors
/// If the machine has no usable TLS.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        // A redirect during discovery or a token call would take our trust, and our secret, to another host.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(10))
        // `HTTP_PROXY` in the environment must not decide who sees client secrets.
        .no_proxy()
        .user_agent(concat!("access-panel/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Whether a URL names this very machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The client, bound to what one issuer's end points may be.
#[derive(Clone)]
pub(super) struct Reach {
    http: reqwest::Client,
    /// The issuer itself is on this machine, so its end points may be spoken to in the clear.
    loopback: bool,
}

impl Reach {
    /// For one issuer.
    ///
    /// # Errors
    /// [`SignInError::Answer`] if the issuer is neither `https:` nor on this machine.
    pub(super) fn new(http: &reqwest::Client, issuer: &Url) -> Result<Self, SignInError> {
        let reach = Self { http: http.clone(), loopback: issuer.scheme() == "http" && is_loopback(issuer) };
        reach.check(issuer).map_err(|error| SignInError::Answer(format!("the issuer: {error}")))?;
        Ok(reach)
    }

    /// Whether an end point is safe to speak to, or to send a browser to.
    ///
    /// # Errors
    /// [`HttpError::Unsafe`].
    pub(super) fn check(&self, url: &Url) -> Result<(), HttpError> {
        let safe = match url.scheme() {
            "https" => url.host().is_some(),
            "http" => self.loopback && is_loopback(url),
            _ => false,
        };
        if safe { Ok(()) } else { Err(HttpError::Unsafe(url.origin().ascii_serialization())) }
    }

    /// Sends one request and reads a bounded answer.
    ///
    /// # Errors
    /// Every [`HttpError`].
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(HttpError::of)?;
        self.check(request.url())?;
        let mut response = self.http.execute(request).await.map_err(HttpError::of)?;
        let status = response.status();
        if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
            return Err(HttpError::Busy(status.as_u16()));
        }
        if response.content_length().is_some_and(|length| length > LARGEST as u64) {
            return Err(HttpError::TooLarge);
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(HttpError::of)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Reach {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// The provider's own documents point to a place that we do not speak to.
    #[error("{0} is not safe to use: it must be https")]
    Unsafe(String),
    /// The network, or TLS.
    #[error("{0}")]
    Failed(String),
    /// The provider has trouble of its own.
    #[error("it answered with HTTP status {0}")]
    Busy(u16),
    /// More than we are ready to read.
    #[error("its answer is larger than 1 MiB")]
    TooLarge,
}

impl HttpError {
    /// Keeps the whole chain of causes, for "error sending request" alone helps nobody, and drops the URL.
    fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            text.push_str(": ");
            text.push_str(&next.to_string());
            cause = next.source();
        }
        Self::Failed(text)
    }

    /// What it means for a sign-in. `what` says what was asked.
    pub(super) fn asking(&self, what: &str) -> SignInError {
        match self {
            Self::Failed(_) | Self::Busy(_) => SignInError::Down(format!("{what}: {self}")),
            Self::Unsafe(_) | Self::TooLarge => SignInError::Answer(format!("{what}: {self}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(issuer: &str) -> Result<Reach, SignInError> {
        Reach::new(&client().unwrap(), &Url::parse(issuer).unwrap())
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for issuer in ["https://id.example", "http://localhost:3000/x", "http://127.0.0.9", "http://[::1]:8080"] {
            assert!(reach(issuer).is_ok(), "{issuer}");
        }
        for issuer in [
            "http://id.example",
            "http://localhost.example",
            "http://10.0.0.1",
            "ftp://localhost",
            "file:///etc/passwd",
        ] {
            assert!(reach(issuer).is_err(), "{issuer}");
        }
    }

    #[test]
    fn end_points_are_no_weaker_than_their_issuer() {
        let far = reach("https://id.example").unwrap();
        assert!(far.check(&Url::parse("https://keys.example/jwks").unwrap()).is_ok());
        assert!(far.check(&Url::parse("http://127.0.0.1/jwks").unwrap()).is_err());
        assert!(far.check(&Url::parse("javascript:alert(1)").unwrap()).is_err());
        let near = reach("http://localhost:1/a").unwrap();
        assert!(near.check(&Url::parse("http://127.0.0.1:2/jwks").unwrap()).is_ok());
        assert!(near.check(&Url::parse("http://elsewhere.example/jwks").unwrap()).is_err());
    }
}
