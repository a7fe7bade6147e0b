//! What programs send: forms (`application/x-www-form-urlencoded`), read strictly and refused in words.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};

use super::error::OAuthError;
use crate::{directory::sign_ins::Origin, model::authorization, sign_in::network::Network};

/// Parameters of a form, in the order in which they came. A name that comes twice is refused by whoever reads it.
pub type Form = Vec<(String, String)>;

/// The value of a parameter, as it is read where browsers bring it.
///
/// # Errors
/// `invalid_request` when it comes twice.
pub fn one<'a>(form: &'a Form, name: &str) -> Result<Option<&'a str>, OAuthError> {
    authorization::one(form, name).map_err(|wrong| OAuthError::new(wrong.code, wrong.description))
}

/// What a program posted, and from where.
#[derive(Debug)]
pub struct Posted {
    /// Its headers.
    pub headers: HeaderMap,
    /// The parameters of the body. Those of the address count for nothing: secrets do not belong there.
    pub form: Form,
    /// For the log of sign-ins.
    pub origin: Origin,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        let headers = request.headers().clone();
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::new("invalid_request", "send a form: application/x-www-form-urlencoded"));
        }
        let network = request.extensions().get::<Network>().map(|network| network.0.clone()).unwrap_or_default();
        let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let origin = Origin { network, browser: browser.to_owned() };
        let body = Bytes::from_request(request, state).await.map_err(|rejection| OAuthError {
            status: match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            },
            ..OAuthError::new("invalid_request", "the body cannot be read, or is too large")
        })?;
        Ok(Self { headers, form: url::form_urlencoded::parse(&body).into_owned().collect(), origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_comes_once_and_says_something() {
        let form: Form = url::form_urlencoded::parse(b"a=1&b=&c=1&c=1&e=&e=1").into_owned().collect();
        assert_eq!(one(&form, "a"), Ok(Some("1")));
        assert_eq!((one(&form, "b"), one(&form, "d")), (Ok(None), Ok(None)));
        for twice in ["c", "e"] {
            assert_eq!(one(&form, twice).map_err(|error| error.code), Err("invalid_request"), "{twice}");
        }
    }
}
