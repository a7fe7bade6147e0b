//! Signed tokens (JWS, compact) taken apart, before anybody believes them.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// Longest token that is read at all, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// What a header says. Extensions that would have to be understood (`crit`) make a token unreadable.
#[derive(Debug, Deserialize)]
pub struct Header {
    /// What it claims to be signed by.
    pub alg: String,
    /// Which key.
    pub kid: Option<String>,
    /// What kind of token it is.
    pub typ: Option<String>,
    crit: Option<Json>,
    b64: Option<Json>,
}

/// A token whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct Unproven<'a> {
    /// Its header.
    pub header: Header,
    /// What is signed.
    pub signed: &'a str,
    /// By what, in base64url.
    pub signature: &'a str,
    payload: &'a str,
}

impl<'a> Unproven<'a> {
    /// Takes a token apart; `None` if it is none.
    pub fn read(token: &'a str) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        if payload.contains('.') || signature.is_empty() {
            return None;
        }
        let header: Header = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.crit.is_some() || header.b64.is_some() {
            return None;
        }
        Some(Self { header, signed, signature, payload })
    }

    /// What it says; nothing of it is to be believed before the signature was verified.
    pub fn claims(&self) -> Option<Map<String, Json>> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(self.payload).ok()?).ok()
    }
}

/// The part before the signature.
pub fn to_sign(header: &Json, claims: &Map<String, Json>) -> Option<String> {
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(header).ok()?);
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims).ok()?, &mut text);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_three_parts_with_a_plain_header_are_a_token() {
        let claims = Map::from_iter([("sub".to_owned(), json!("x"))]);
        let token = |header: Json| format!("{}.c2ln", to_sign(&header, &claims).unwrap());
        let good = token(json!({ "alg": "RS256", "typ": "JWT" }));
        assert_eq!(Unproven::read(&good).and_then(|token| token.claims()), Some(claims.clone()));
        for bad in [
            token(json!({ "alg": "RS256", "crit": ["exp"] })),
            token(json!({ "alg": "RS256", "b64": false })),
            token(json!({ "typ": "JWT" })),
            format!("{good}.more"),
            good.replace(".c2ln", "."),
            good.replace('.', ""),
            "a.b.c".to_owned(),
            format!("{good}{}", "A".repeat(LONGEST)),
        ] {
            assert!(Unproven::read(&bad).is_none(), "{bad}");
        }
    }
}
