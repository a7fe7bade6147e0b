//! Who is let in, as the app's proxy is told: in headers, and in a signed token of the same.

use std::{collections::HashMap, sync::Mutex};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::asked::Asked;
use crate::{
    access::keys::Keys,
    directory::{
        Directory,
        admission::Admitted,
        claims::{Scopes, about},
    },
    model::{connection::MOST_GROUPS, state::SigningAlg},
};

/// What a token's header says that it is.
pub(super) const TYPE: &str = "forward-auth+jwt";
/// A token is good for so long, in seconds.
const LIFE: i64 = 5 * 60;
/// The same claims get the same token for so long, in seconds: signing is the dearest part of an answer.
const KEPT: i64 = 60;
/// So many are kept at most.
const MOST: usize = 10_000;

const USER: HeaderName = HeaderName::from_static("remote-user");
const EMAIL: HeaderName = HeaderName::from_static("remote-email");
const NAME: HeaderName = HeaderName::from_static("remote-name");
const GROUPS: HeaderName = HeaderName::from_static("remote-groups");
const ID: HeaderName = HeaderName::from_static("remote-id");
const KIND: HeaderName = HeaderName::from_static("remote-type");
const TOKEN: HeaderName = HeaderName::from_static("x-access-panel-jwt");

type Digested = [u8; 32];

/// Tokens that were signed a moment ago, by what they say: whoever is told something else gets another one at once.
#[derive(Default)]
pub(super) struct Identities(Mutex<HashMap<Digested, (i64, HeaderValue)>>);

impl Identities {
    /// 200 with who it is.
    pub async fn told(&self, keys: &Keys, directory: &Directory, admitted: &Admitted, asked: &Asked<'_>) -> Response {
        let mut claims = about(admitted, Scopes::ALL, MOST_GROUPS);
        let mut headers = HeaderMap::with_capacity(8);
        let address = value(&admitted.person.address);
        headers.insert(USER, address.clone());
        headers.insert(EMAIL, address);
        headers.insert(NAME, value(&admitted.person.name));
        headers.insert(KIND, HeaderValue::from_static(admitted.person.user_type.as_str()));
        headers.insert(ID, value(claims.get("sub").and_then(Json::as_str).unwrap_or_default()));
        // Each is there, be it empty: where one is missing, some proxies leave the client's own, or a placeholder.
        let groups =
            claims.get("groups").and_then(Json::as_array).map(|groups| list(groups.iter().filter_map(Json::as_str)));
        headers.insert(GROUPS, value(&groups.unwrap_or_default()));
        let audience = if asked.is_https() { "https://" } else { "http://" };
        claims.insert("iss".into(), directory.public_url().into());
        claims.insert("aud".into(), format!("{audience}{}", asked.host).into());
        let now = directory.now().timestamp();
        let digest: Digested = Sha256::digest(serde_json::to_vec(&claims).unwrap_or_default()).into();
        let token = match self.kept(&digest, now) {
            Some(token) => token,
            None => {
                claims.insert("iat".into(), now.into());
                claims.insert("exp".into(), (now + LIFE).into());
                let signed = keys.sign(SigningAlg::Es256, TYPE, &claims).await;
                // An answer is whole or none: an app that believes the token only must not see a request without one.
                let Ok(Ok(token)) = signed.map(|token| HeaderValue::from_str(&token)) else {
                    return StatusCode::SERVICE_UNAVAILABLE.into_response();
                };
                self.keep(digest, now, token.clone());
                token
            }
        };
        headers.insert(TOKEN, token);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        (StatusCode::OK, headers).into_response()
    }

    fn kept(&self, digest: &Digested, now: i64) -> Option<HeaderValue> {
        let kept = self.0.lock().ok()?;
        kept.get(digest).filter(|(since, _)| (*since..*since + KEPT).contains(&now)).map(|(_, token)| token.clone())
    }

    fn keep(&self, digest: Digested, now: i64, token: HeaderValue) {
        let Ok(mut kept) = self.0.lock() else { return };
        if kept.len() >= MOST {
            kept.retain(|_, (since, _)| (*since..*since + KEPT).contains(&now));
        }
        if kept.len() < MOST {
            kept.insert(digest, (now, token));
        }
    }
}

/// A text as the value of a header: UTF-8, without what could begin another line.
pub(super) fn value(text: &str) -> HeaderValue {
    let plain = |text: &str| HeaderValue::from_bytes(text.trim().as_bytes());
    let value = if text.chars().any(char::is_control) {
        plain(&text.chars().filter(|letter| !letter.is_control()).collect::<String>())
    } else {
        plain(text)
    };
    value.unwrap_or(HeaderValue::from_static(""))
}

/// Names with commas between them. One that holds a comma stays one: `,` and `%` are percent-encoded.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::new();
    for (n, name) in names.enumerate() {
        if n > 0 {
            list.push(',');
        }
        for letter in name.chars() {
            match letter {
                ',' => list.push_str("%2C"),
                '%' => list.push_str("%25"),
                letter => list.push(letter),
            }
        }
    }
    list
}
