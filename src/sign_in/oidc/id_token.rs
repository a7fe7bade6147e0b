//! Reading an ID token: first its signature, which is the library's work, then its claims, which are ours, because
//! the library's typed claims refuse shapes that real providers send (OpenID Connect Core 1.0, 3.1.3.7).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::{
    JsonWebKey,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: f64 = 60.0;
/// How old a token may be that we have just been given, in seconds.
const OLDEST: f64 = 3600.0;
/// Longest subject (OpenID Connect Core 1.0, 2).
const LONGEST_SUBJECT: usize = 255;

/// The claims of a token.
pub(super) type Payload = Map<String, Value>;

/// Why a token's signature was not believed.
#[derive(Debug)]
pub(super) enum Unsigned {
    /// No key of ours explains it; a newer one might.
    Key(String),
    /// Nothing can mend it.
    Wrong(String),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<Value>,
    crit: Option<Value>,
}

/// The claims of a token whose signature one of the keys explains.
///
/// # Errors
/// Every [`Unsigned`].
pub(super) fn signed(
    token: &str,
    keys: &CoreJsonWebKeySet,
    accepted: &[CoreJwsSigningAlgorithm],
) -> Result<Payload, Unsigned> {
    let wrong = |text: &str| Unsigned::Wrong(format!("the ID token {text}"));
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err(wrong("is not a signed JSON web token"));
    };
    let signed = &token[..header.len() + 1 + payload.len()];
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| wrong("is not in base64url"));

    let header: Header =
        serde_json::from_slice(&decode(header)?).map_err(|_| wrong("has a header that cannot be read"))?;
    if header.crit.is_some() || header.cty.is_some() {
        return Err(wrong("asks for extensions that we do not know"));
    }
    // Other kinds of signed tokens (access tokens, log-out tokens) must not pass for one.
    let kind = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
    if !matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "jose") {
        return Err(wrong("says that it is something else"));
    }
    let algorithm = serde_json::from_value::<CoreJwsSigningAlgorithm>(Value::String(header.alg.clone()))
        .ok()
        .filter(|algorithm| accepted.contains(algorithm))
        .ok_or_else(|| {
            wrong(&format!("is signed with {:?}, which its provider does not announce or we do not accept", header.alg))
        })?;

    let signature = decode(signature)?;
    // A token that names its key is checked against that key only; `verify_signature` refuses keys of another kind.
    let explains = |key: &&CoreJsonWebKey| {
        header.kid.as_ref().is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid))
            && key.verify_signature(&algorithm, signed.as_bytes(), &signature).is_ok()
    };
    if keys.keys().iter().find(explains).is_none() {
        return Err(Unsigned::Key("no key of the provider explains the ID token's signature".to_owned()));
    }
    match serde_json::from_slice(&decode(payload)?) {
        Ok(Value::Object(claims)) => Ok(claims),
        _ => Err(wrong("holds no claims")),
    }
}

/// Whom a signed token is about, once it is known to be for us, from them, now and in answer to our question.
///
/// # Errors
/// What is wrong, in words for the log.
pub(super) fn subject(
    claims: &Payload,
    issuer: &str,
    client_id: &str,
    nonce: &str,
    now: DateTime<Utc>,
) -> Result<String, String> {
    match text(claims, "iss") {
        Some(iss) if iss == issuer => {}
        Some(iss) => return Err(format!("the ID token is from {iss:?}, not from {issuer:?}")),
        None => return Err("the ID token does not say who it is from".to_owned()),
    }
    audience(claims, client_id)?;

    let answered = text(claims, "nonce").unwrap_or_default();
    if nonce.is_empty() || !bool::from(answered.as_bytes().ct_eq(nonce.as_bytes())) {
        return Err("the ID token does not answer our question: the nonce differs".to_owned());
    }

    let now = now.timestamp() as f64;
    let expires = seconds(claims, "exp").ok_or("the ID token does not say when it ends")?;
    if now >= expires + LEEWAY {
        return Err(format!("the ID token ended {} seconds ago", now - expires));
    }
    let issued = seconds(claims, "iat").ok_or("the ID token does not say when it was made")?;
    if issued > now + LEEWAY {
        return Err(format!("the ID token will be made in {} seconds: check the clocks", issued - now));
    }
    if issued < now - OLDEST {
        return Err(format!("the ID token was made {} seconds ago: check the clocks", now - issued));
    }
    if seconds(claims, "nbf").is_some_and(|begins| begins > now + LEEWAY) {
        return Err("the ID token does not hold yet: check the clocks".to_owned());
    }

    match text(claims, "sub") {
        Some(subject) if subject.trim().is_empty() => Err("the ID token's subject is empty".to_owned()),
        Some(subject) if subject.len() > LONGEST_SUBJECT => Err("the ID token's subject is too long".to_owned()),
        Some(subject) => Ok(subject.to_owned()),
        None => Err("the ID token does not say whom it is about".to_owned()),
    }
}

/// Whether a token is meant for us.
fn audience(claims: &Payload, client_id: &str) -> Result<(), String> {
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) if several.is_empty() => {
            return Err("the ID token's audience is an empty list: the provider has to be set up to name our client \
                        id in it"
                .to_owned());
        }
        Some(Value::Array(several)) => several
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or("the ID token's audience is not a list of texts")?,
        _ => return Err("the ID token does not say whom it is for".to_owned()),
    };
    if !audience.contains(&client_id) {
        return Err(format!("the ID token is for {audience:?}, not for {client_id:?}"));
    }
    // Among several, `azp` tells who asked; another client's token must not open our door.
    match claims.get("azp") {
        Some(Value::String(party)) if party == client_id => Ok(()),
        None if audience.iter().all(|one| *one == client_id) => Ok(()),
        None => Err(format!("the ID token is for {audience:?} and does not say who asked for it")),
        Some(party) => Err(format!("the ID token was made for {party}")),
    }
}

fn text<'a>(claims: &'a Payload, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// A moment in seconds; some providers send fractions.
fn seconds(claims: &Payload, name: &str) -> Option<f64> {
    claims.get(name).and_then(Value::as_f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn check(change: Value) -> Result<String, String> {
        let mut claims = json!({
            "iss": "https://id.example", "aud": "panel", "sub": "s1", "nonce": "n1", "iat": NOW, "exp": NOW + 300,
        });
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        subject(claims.as_object().unwrap(), "https://id.example", "panel", "n1", now)
    }

    #[test]
    fn shapes_of_real_providers_pass() {
        for change in [
            json!({}),
            json!({ "aud": ["panel"] }),
            json!({ "aud": ["account", "panel"], "azp": "panel" }),
            json!({ "auth_time": 1_799_999_999.5, "exp": NOW as f64 + 0.5, "iat": NOW as f64 }),
            json!({ "exp": NOW - 59 }),
            json!({ "iat": NOW + 59 }),
            json!({ "updated_at": "2026-01-01T00:00:00Z", "locale": 7, "address": "somewhere", "amr": "pwd" }),
        ] {
            assert_eq!(check(change.clone()), Ok("s1".to_owned()), "{change}");
        }
    }

    #[test]
    fn what_is_not_for_us_is_refused() {
        for (change, why) in [
            (json!({ "iss": "https://id.example/" }), "is from"),
            (json!({ "iss": null }), "who it is from"),
            (json!({ "aud": "other" }), "is for"),
            (json!({ "aud": [] }), "empty list"),
            (json!({ "aud": null }), "whom it is for"),
            (json!({ "aud": [7, "panel"] }), "not a list of texts"),
            (json!({ "aud": ["panel", "other"] }), "who asked"),
            (json!({ "aud": ["panel", "other"], "azp": "other" }), "made for"),
            (json!({ "azp": "other" }), "made for"),
            (json!({ "nonce": "n2" }), "nonce"),
            (json!({ "nonce": null }), "nonce"),
            (json!({ "nonce": "" }), "nonce"),
            (json!({ "exp": NOW - 60 }), "ended"),
            (json!({ "exp": null }), "when it ends"),
            (json!({ "exp": "soon" }), "when it ends"),
            (json!({ "iat": NOW + 61 }), "clocks"),
            (json!({ "iat": NOW - 3601 }), "clocks"),
            (json!({ "iat": null }), "when it was made"),
            (json!({ "nbf": NOW + 61 }), "clocks"),
            (json!({ "sub": "" }), "empty"),
            (json!({ "sub": "  " }), "empty"),
            (json!({ "sub": 7 }), "whom"),
            (json!({ "sub": null }), "whom"),
            (json!({ "sub": "x".repeat(256) }), "too long"),
        ] {
            let error = check(change.clone()).expect_err(&change.to_string());
            assert!(error.contains(why), "{change}: {error}");
        }
    }

    #[test]
    fn unsigned_and_strange_tokens_are_refused() {
        let keys = CoreJsonWebKeySet::new(vec![]);
        let accepted = [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256];
        let token = |header: Value| {
            let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.c2ln", part(header), part(json!({})))
        };
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "HS256" }),
            json!({ "alg": "ES256" }),
            json!({ "alg": "RS256", "crit": ["x"] }),
            json!({ "alg": "RS256", "typ": "at+jwt" }),
            json!({ "kid": "x" }),
        ] {
            let refused = signed(&token(header.clone()), &keys, &accepted);
            assert!(matches!(refused, Err(Unsigned::Wrong(_))), "{header}");
        }
        for token in ["", "a.b", "a.b.c.d.e", "ä.b.c"] {
            assert!(matches!(signed(token, &keys, &accepted), Err(Unsigned::Wrong(_))), "{token}");
        }
        assert!(matches!(signed(&token(json!({ "alg": "RS256" })), &keys, &accepted), Err(Unsigned::Key(_))));
    }
}
