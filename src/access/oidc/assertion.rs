//! `private_key_jwt`: an app proves to be itself by a token that it signed (RFC 7523; OpenID Connect Core, 9).

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde_json::{Map, Value as Json};

use super::{PAR, TOKEN, client_auth::REFUSED, error::OAuthError};
use crate::{
    access::jws::Unproven,
    directory::{Directory, clients::Client},
};

/// The kind of assertion that is taken.
pub const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// By what an assertion may be signed. Nothing symmetric: there the public key would be the secret.
pub const ALGORITHMS: &[(&str, Algorithm)] =
    &[("RS256", Algorithm::RS256), ("ES256", Algorithm::ES256), ("PS256", Algorithm::PS256)];

/// How far an app's clock may be from ours.
const LEEWAY: Duration = Duration::minutes(1);
/// An assertion ends within this time: for so long we remember that it was used.
const LONGEST_LIFE: Duration = Duration::hours(1);
/// Longest id of an assertion, in bytes.
const LONGEST_ID: usize = 500;

/// Whom an assertion claims to be from. Nothing is proven yet.
pub(super) fn issuer(token: &str) -> Option<String> {
    Some(Unproven::read(token)?.claims()?.get("iss")?.as_str()?.to_owned())
}

/// Whether a client's assertion holds, now and for the first time.
///
/// # Errors
/// `invalid_client`: [`REFUSED`] until a signature was verified, for anybody can claim to be a client, and would learn
/// that it exists. What is wrong then is told to the client itself.
pub(super) async fn check(directory: &Directory, client: &Client, token: &str) -> Result<(), OAuthError> {
    let keys = client.registration.keys.as_deref().unwrap_or_default();
    let proven = Unproven::read(token).filter(|token| is_signed(token, keys)).ok_or(REFUSED)?;
    let refused = OAuthError::client;
    let claims = proven.claims().ok_or(refused("the client assertion cannot be read"))?;
    let used =
        read(&claims, &client.registration.client_id, directory.public_url(), directory.now()).map_err(refused)?;
    // Last, so that nobody but the app itself can use one up.
    let fresh = directory.use_assertion(client.app_id, used.id, used.forget_at).await.map_err(OAuthError::broken)?;
    if fresh { Ok(()) } else { Err(refused("the client assertion was used before")) }
}

/// What has to be remembered of an assertion.
#[derive(Debug, PartialEq, Eq)]
struct Used<'a> {
    id: &'a str,
    forget_at: DateTime<Utc>,
}

/// The claims, apart from the signature; or what is wrong with them.
fn read<'a>(
    claims: &'a Map<String, Json>,
    client_id: &str,
    issuer: &str,
    now: DateTime<Utc>,
) -> Result<Used<'a>, &'static str> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let moment = |name: &str| claims.get(name).and_then(Json::as_f64);
    if text("iss") != Some(client_id) || text("sub") != Some(client_id) {
        return Err("the client assertion must name the client as iss and as sub");
    }
    // Every reader that it is meant for must be us: one that is meant for others, too, could be sent on by them.
    let ours = |reader: &Json| {
        let reader = reader.as_str().unwrap_or_default();
        reader == issuer || reader.strip_prefix(issuer).is_some_and(|path| matches!(path, TOKEN | PAR))
    };
    let for_us = match claims.get("aud") {
        Some(Json::Array(readers)) => !readers.is_empty() && readers.iter().all(ours),
        Some(reader) => ours(reader),
        None => false,
    };
    if !for_us {
        return Err("the client assertion must have the issuer or the token end point as aud");
    }
    let seconds = |at: DateTime<Utc>| at.timestamp() as f64;
    let exp = moment("exp").ok_or("the client assertion has no exp")?;
    if exp <= seconds(now - LEEWAY) {
        return Err("the client assertion has expired");
    }
    if exp > seconds(now + LONGEST_LIFE + LEEWAY) {
        return Err("the client assertion must end within an hour");
    }
    if ["nbf", "iat"].iter().any(|name| moment(name).is_some_and(|from| from > seconds(now + LEEWAY))) {
        return Err("the client assertion is not valid yet");
    }
    let id = text("jti").filter(|id| !id.is_empty() && id.len() <= LONGEST_ID);
    let id = id.ok_or("the client assertion has no jti, or one that is too long")?;
    Ok(Used { id, forget_at: now + LONGEST_LIFE + LEEWAY + LEEWAY })
}

/// Whether one of the client's keys explains the signature, by an algorithm that fits the key.
fn is_signed(token: &Unproven<'_>, keys: &str) -> bool {
    let Some((_, alg)) = ALGORITHMS.iter().find(|(name, _)| *name == token.header.alg) else { return false };
    let keys: Json = serde_json::from_str(keys).unwrap_or_default();
    let keys = keys.get("keys").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    // A key that cannot be read is no reason not to try the others.
    keys.iter().filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok()).any(|key| {
        let common = &key.common;
        let meant = match (&token.header.kid, &common.key_id) {
            (Some(named), Some(id)) => named == id,
            _ => true,
        };
        let usable = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
            && common.key_algorithm.is_none_or(|own| own.to_string() == token.header.alg);
        let kind = match &key.algorithm {
            AlgorithmParameters::RSA(_) => matches!(alg, Algorithm::RS256 | Algorithm::PS256),
            AlgorithmParameters::EllipticCurve(curve) => {
                matches!(alg, Algorithm::ES256) && curve.curve == EllipticCurve::P256
            }
            _ => false,
        };
        meant
            && usable
            && kind
            && DecodingKey::from_jwk(&key).is_ok_and(|key| {
                let fits = jsonwebtoken::crypto::verify(token.signature, token.signed.as_bytes(), &key, *alg);
                matches!(fits, Ok(true))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PANEL: &str = "https://panel.example";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    #[test]
    fn claims_say_who_for_whom_and_until_when() {
        let at = |seconds: i64| now().timestamp() + seconds;
        let good = json!({ "iss": "app", "sub": "app", "aud": PANEL, "exp": at(60), "iat": at(0), "jti": "1" });
        let with = |name: &str, value: Json| {
            let mut claims = good.as_object().unwrap().clone();
            claims.insert(name.to_owned(), value);
            claims
        };
        let fine = |claims: &Map<String, Json>| read(claims, "app", PANEL, now()).is_ok();
        for (name, value) in [
            ("aud", json!(PANEL)),
            ("aud", json!([PANEL])),
            ("aud", json!(format!("{PANEL}{TOKEN}"))),
            ("aud", json!(format!("{PANEL}{PAR}"))),
            ("exp", json!(at(-59))),
            ("exp", json!(at(3600) as f64 + 0.5)),
            ("nbf", json!(at(59))),
        ] {
            assert!(fine(&with(name, value.clone())), "{name} {value}");
        }
        for (name, value) in [
            ("iss", json!("other")),
            ("sub", json!("other")),
            ("sub", Json::Null),
            ("aud", json!("https://panel.example.evil")),
            ("aud", json!(format!("{PANEL}/"))),
            ("aud", json!([PANEL, "https://evil.example"])),
            ("aud", json!([])),
            ("aud", Json::Null),
            ("exp", json!(at(-60))),
            ("exp", json!(at(4000))),
            ("exp", json!("soon")),
            ("exp", Json::Null),
            ("nbf", json!(at(120))),
            ("iat", json!(at(120))),
            ("jti", json!("")),
            ("jti", Json::Null),
            ("jti", json!("x".repeat(501))),
        ] {
            assert!(!fine(&with(name, value.clone())), "{name} {value}");
        }
    }
}
