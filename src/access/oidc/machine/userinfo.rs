//! Who somebody is, for an app that holds an access token (OpenID Connect Core, 5.3; RFC 6750).

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{super::error::OAuthError, minted::ACCESS, private};
use crate::{
    directory::{
        claims::{self, Scopes},
        tokens::Token,
    },
    model::connection::MOST_GROUPS_AT_USERINFO,
    server::state::AppState,
};

/// Why nothing is said, as RFC 6750 has it.
pub enum Refused {
    /// No token.
    Nothing,
    /// A code and a sentence.
    Error(OAuthError),
}

/// The claims of whoever the token was made for, as they are now.
pub async fn tell(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Refused> {
    let token = bearer(&headers)?;
    let invalid = || error(StatusCode::UNAUTHORIZED, "invalid_token", "the token is not one of ours, or has ended");
    let held = held(&state, token).await.map_err(Refused::Error)?.ok_or_else(invalid)?;
    if !held.scope.split(' ').any(|scope| scope == "openid") {
        return Err(error(StatusCode::FORBIDDEN, "insufficient_scope", "the token was made without the scope openid"));
    }
    let standing = state.directory.token_standing(Token::Access(held.family), None, true).await;
    let standing = standing.map_err(|error| Refused::Error(OAuthError::broken(error)))?.map_err(|_| invalid())?;
    let told = claims::about(&standing.admitted, Scopes::of(&held.scope), MOST_GROUPS_AT_USERINFO);
    Ok(private(Json::Object(told)))
}

/// An access token of ours that has not run out. Whether it still holds is another question.
pub struct Held {
    /// What it belongs to.
    pub family: Uuid,
    /// What it was made for.
    pub scope: String,
    /// All that it says.
    pub claims: Map<String, Json>,
}

/// Reads an access token; `None` for everything else, ID tokens among it, and for one that has run out.
pub async fn held(state: &AppState, token: &str) -> Result<Option<Held>, OAuthError> {
    let claims = signed(state, token).await?;
    let now = state.directory.now().timestamp();
    Ok(claims.filter(|held| held.claims.get("exp").and_then(Json::as_i64).is_some_and(|exp| exp > now)))
}

/// As [`held`], but whatever its time.
pub async fn signed(state: &AppState, token: &str) -> Result<Option<Held>, OAuthError> {
    let claims = state.access.keys.verify(token, ACCESS).await.map_err(|_| OAuthError::server())?;
    let Some(claims) = claims else { return Ok(None) };
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let family = text("fam").and_then(|text| Uuid::parse_str(text).ok());
    // Keys are this deployment's; so is the token, unless its address has changed since.
    let ours = text("iss") == Some(state.directory.public_url());
    let Some(family) = family.filter(|_| ours) else { return Ok(None) };
    Ok(Some(Held { family, scope: text("scope").unwrap_or_default().to_owned(), claims }))
}

/// The token, from the header only: addresses are logged, and forms are for other things.
fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next().ok_or(Refused::Nothing)?;
    if lines.next().is_some() {
        return Err(error(StatusCode::BAD_REQUEST, "invalid_request", "there is more than one token"));
    }
    let (scheme, token) = line.to_str().ok().and_then(|line| line.split_once(' ')).ok_or(Refused::Nothing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Refused::Nothing) }
}

fn error(status: StatusCode, code: &'static str, description: &'static str) -> Refused {
    Refused::Error(OAuthError { code, description, status })
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let realm = "Bearer realm=\"access panel\"";
        let (mut answer, challenge) = match self {
            Self::Nothing => {
                let headers = [(header::CACHE_CONTROL, "no-store")];
                ((StatusCode::UNAUTHORIZED, headers).into_response(), realm.to_owned())
            }
            Self::Error(error) if error.status.is_server_error() => return error.into_response(),
            Self::Error(error) => {
                let (code, description) = (error.code, error.description);
                let challenge = format!("{realm}, error=\"{code}\", error_description=\"{description}\"");
                (error.into_response(), challenge)
            }
        };
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
