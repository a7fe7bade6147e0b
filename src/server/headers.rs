//! Security headers, with a content security policy that allows no inline script or style.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::directory::Directory;

/// The nonce of one answer.
#[derive(Clone, Debug)]
pub struct PageNonce(pub Arc<str>);

/// What the policy needs to know.
#[derive(Clone)]
pub struct Policy {
    /// Gives nonces.
    pub directory: Directory,
    /// Origins without TLS that forms may lead to: loopback issuers.
    pub form_targets: Arc<str>,
    /// Whether browsers may be told to use TLS only.
    pub https: bool,
}

/// Puts a nonce with the request and the headers on the answer. An answer with a policy of its own keeps it.
pub async fn secure(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let nonce: Arc<str> = policy.directory.new_secret().into();
    request.extensions_mut().insert(PageNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // `form-action` names https: because a form of ours may lead to any provider by a redirect.
    let csp = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self' https:{}; base-uri 'none'; \
         frame-ancestors 'none'",
        policy.form_targets
    );
    put(headers, header::CONTENT_SECURITY_POLICY, &csp);
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "same-origin");
    put(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(headers, HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    if policy.https {
        put(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.entry(name).or_insert(value);
    }
}
