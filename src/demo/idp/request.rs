//! What the stand-in accepts: the authorization request, and who may exchange a code.

use axum::http::{HeaderMap, header};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Longest parameter that is echoed or kept, in bytes.
const LONGEST: usize = 1024;

/// An authorization request, as it came.
#[derive(Deserialize)]
pub(super) struct Asked {
    response_type: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    scope: Option<String>,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
    pub(super) login_hint: Option<String>,
    pub(super) acr_values: Option<String>,
}

/// What is wrong with a request, by who has to hear of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unsound {
    /// The person, on a page: where to send them is itself in doubt.
    Page(&'static str),
    /// The panel, by an error code at its callback.
    Callback(&'static str),
}

impl Asked {
    /// Its parameters by name, to be posted back by the page.
    pub(super) fn fields(&self) -> Vec<(&'static str, &str)> {
        [
            ("response_type", &self.response_type),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
            ("prompt", &self.prompt),
            ("login_hint", &self.login_hint),
            ("acr_values", &self.acr_values),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        .collect()
    }

    /// Checks it. The order matters: nothing is sent to a callback before it is known to be the panel's.
    ///
    /// # Errors
    /// [`Unsound`].
    pub(super) fn check(&self, client_id: &str, callback: &str) -> Result<(), Unsound> {
        if self.client_id.as_deref() != Some(client_id) {
            return Err(Unsound::Page("its client is not the panel"));
        }
        if self.redirect_uri.as_deref() != Some(callback) {
            return Err(Unsound::Page("it wants to go back to somewhere else"));
        }
        if self.fields().iter().any(|(_, value)| value.len() > LONGEST) {
            return Err(Unsound::Page("one of its parameters is too long"));
        }
        if self.response_type.as_deref() != Some("code") {
            return Err(Unsound::Callback("unsupported_response_type"));
        }
        if !words(&self.scope).any(|scope| scope == "openid") {
            return Err(Unsound::Callback("invalid_scope"));
        }
        let challenge = self.code_challenge.as_deref().unwrap_or_default();
        let s256 = self.code_challenge_method.as_deref() == Some("S256");
        if !s256 || BASE64_URL_SAFE_NO_PAD.decode(challenge).map_or(0, |hash| hash.len()) != 32 {
            return Err(Unsound::Callback("invalid_request"));
        }
        // It remembers nobody, so that it cannot answer without asking. Every other prompt is what it does anyway.
        if words(&self.prompt).any(|prompt| prompt == "none") {
            return Err(Unsound::Callback("login_required"));
        }
        Ok(())
    }
}

fn words(text: &Option<String>) -> impl Iterator<Item = &str> {
    text.as_deref().unwrap_or_default().split(' ')
}

/// Whether a verifier is the one behind a challenge (RFC 7636, S256).
pub(super) fn fits(challenge: &str, verifier: &str) -> bool {
    let made = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    (43..=128).contains(&verifier.len()) && bool::from(made.as_bytes().ct_eq(challenge.as_bytes()))
}

/// Whether a call to the token end point comes from the panel: by Basic, or by what it posted; never by both.
pub(super) fn is_client(headers: &HeaderMap, posted: Option<(&str, &str)>, id: &str, secret: &str) -> bool {
    let same = |given: (&str, &str)| {
        bool::from(given.0.as_bytes().ct_eq(id.as_bytes()) & given.1.as_bytes().ct_eq(secret.as_bytes()))
    };
    match (headers.get(header::AUTHORIZATION), posted) {
        (None, Some(posted)) => same(posted),
        (Some(value), None) => value
            .to_str()
            .ok()
            .and_then(|value| BASE64_STANDARD.decode(value.strip_prefix("Basic ")?).ok())
            .and_then(|pair| String::from_utf8(pair).ok())
            // Both are letters and digits, so that percent-encoding (RFC 6749, 2.3.1) leaves them as they are.
            .is_some_and(|pair| pair.split_once(':').is_some_and(same)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        axum::extract::Query::try_from_uri(&format!("http://x/?{query}").parse().unwrap()).unwrap().0
    }

    const SOUND: &str = "response_type=code&client_id=panel&redirect_uri=http://p/cb&scope=openid%20email&state=s\
                         &nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    fn verdict(from: &str, to: &str) -> Result<(), Unsound> {
        assert!(SOUND.contains(from));
        asked(&SOUND.replacen(from, to, 1)).check("panel", "http://p/cb")
    }

    #[test]
    fn requests_are_checked_in_order() {
        assert_eq!(verdict("", ""), Ok(()));
        assert_eq!(verdict("scope=", "prompt=select_account&scope="), Ok(()));
        for (from, to) in [
            ("client_id=panel", "client_id=other"),
            ("client_id=panel&", ""),
            ("http://p/cb", "http://p/cb/"),
            ("http://p/cb", "http://p/cb?x=1"),
            ("http://p/cb", "http://evil/cb"),
        ] {
            assert!(matches!(verdict(from, to), Err(Unsound::Page(_))), "{to}");
        }
        let long = format!("state={}", "x".repeat(2000));
        assert!(matches!(verdict("state=s", &long), Err(Unsound::Page(_))));
        for (from, to, error) in [
            ("response_type=code", "response_type=token", "unsupported_response_type"),
            ("openid", "opened", "invalid_scope"),
            ("S256", "plain", "invalid_request"),
            ("&code_challenge_method=S256", "", "invalid_request"),
            ("E9Melhoa2", "", "invalid_request"),
            ("scope=", "prompt=none&scope=", "login_required"),
        ] {
            assert_eq!(verdict(from, to), Err(Unsound::Callback(error)), "{to}");
        }
    }

    #[test]
    fn a_parameter_comes_once() {
        let twice = format!("http://x/?{SOUND}&client_id=panel").parse().unwrap();
        assert!(axum::extract::Query::<Asked>::try_from_uri(&twice).is_err());
    }

    #[test]
    fn the_challenge_of_the_standard_fits() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(fits(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!fits(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
        assert!(!fits(&BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest("short")), "short"));
    }

    #[test]
    fn clients_show_their_secret_in_one_way() {
        let none = HeaderMap::new();
        let basic = |pair: &str| {
            let value = format!("Basic {}", BASE64_STANDARD.encode(pair)).parse().unwrap();
            HeaderMap::from_iter([(header::AUTHORIZATION, value)])
        };
        let check = |headers: &HeaderMap, posted| is_client(headers, posted, "panel", "secret");
        assert!(check(&basic("panel:secret"), None));
        assert!(check(&none, Some(("panel", "secret"))));
        assert!(!check(&basic("panel:secret"), Some(("panel", "secret"))));
        assert!(!check(&basic("panel:wrong"), None));
        assert!(!check(&basic("panel"), None));
        assert!(!check(&none, Some(("panel", ""))));
        assert!(!check(&none, None));
    }
}
