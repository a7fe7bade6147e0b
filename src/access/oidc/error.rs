//! What the provider answers when it does not do what an app asked for (RFC 6749, 5.2 and 4.1.2.1).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An error of the protocol: a stable code, and a sentence for the app's developers. Never anything secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The code, for example `invalid_grant`.
    pub code: &'static str,
    /// What is wrong, in English.
    pub description: &'static str,
    /// The answer's status, where it is no redirect.
    pub status: StatusCode,
}

impl OAuthError {
    /// An error answered with 400.
    pub const fn new(code: &'static str, description: &'static str) -> Self {
        Self { code, description, status: StatusCode::BAD_REQUEST }
    }

    /// The app did not prove to be itself.
    pub const fn client(description: &'static str) -> Self {
        Self { code: "invalid_client", description, status: StatusCode::UNAUTHORIZED }
    }

    /// Something of ours broke; what, is for the log only.
    pub fn broken(error: crate::directory::Error) -> Self {
        let _logged: crate::model::Refusal = error.into();
        Self::server()
    }

    /// Something of ours broke.
    pub const fn server() -> Self {
        Self { code: "server_error", description: "try again later", status: StatusCode::INTERNAL_SERVER_ERROR }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.code, "error_description": self.description }));
        let mut answer = (self.status, body).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"access panel\""));
        }
        answer
    }
}
