//! An app proves to be itself: `client_secret_basic`, `client_secret_post`, `private_key_jwt`, or not at all.

use axum::http::{HeaderMap, header};
use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{assertion, error::OAuthError, form::one};
use crate::{
    directory::{Directory, clients::Client},
    model::state::ClientAuth,
    server::state::AppState,
};

pub use super::form::Form;

/// The one answer to every failed proof, so that it does not tell which clients exist.
pub(super) const REFUSED: OAuthError =
    OAuthError::client("the client is unknown, or did not prove to be itself in the way it is registered for");

/// How a request proves who sends it.
#[derive(Debug, PartialEq, Eq)]
enum Proof {
    /// An id and a secret, as they may be read. Some programs form-encode both before they go into the header, as
    /// RFC 6749 says, and some do not.
    Secret(Vec<(String, String)>),
    /// A token that the app signed itself.
    Assertion { token: String, client_id: Option<String> },
    /// Only an id.
    Nothing(String),
}

/// The client that sends this, if it proves to be itself in the way it registered.
///
/// # Errors
/// `invalid_client`; `invalid_request` for two proofs at once.
pub async fn authenticate(state: &AppState, headers: &HeaderMap, form: &Form) -> Result<Client, OAuthError> {
    let directory = &state.directory;
    match proof(headers, form)? {
        Proof::Secret(readings) => {
            for (id, secret) in readings {
                let client = client(directory, &id).await?;
                let app = client.as_ref().map(|client| client.app_id);
                let fits = directory.app_secret_fits(app, &secret).await.map_err(OAuthError::broken)?;
                if let Some(client) = client.filter(|client| fits && client.registration.auth == ClientAuth::Secret) {
                    return Ok(client);
                }
            }
            Err(REFUSED)
        }
        Proof::Assertion { token, client_id } => {
            let id = assertion::issuer(&token).ok_or(REFUSED)?;
            if client_id.is_some_and(|named| named != id) {
                return Err(OAuthError::new(
                    "invalid_request",
                    "client_id and client_assertion name different clients",
                ));
            }
            let client = client(directory, &id).await?;
            let client = client.filter(|client| client.registration.auth == ClientAuth::PrivateKey).ok_or(REFUSED)?;
            assertion::check(directory, &client, &token).await?;
            Ok(client)
        }
        Proof::Nothing(id) => {
            let client = client(directory, &id).await?;
            client.filter(|client| client.registration.auth == ClientAuth::None).ok_or(REFUSED)
        }
    }
}

async fn client(directory: &Directory, id: &str) -> Result<Option<Client>, OAuthError> {
    directory.client(id).await.map_err(OAuthError::broken)
}

/// What a request brings to prove who sends it: exactly one thing.
fn proof(headers: &HeaderMap, form: &Form) -> Result<Proof, OAuthError> {
    let twice = || OAuthError::new("invalid_request", "use one way of client authentication, not two");
    let id = one(form, "client_id")?;
    let secret = one(form, "client_secret")?;
    let assertion = one(form, "client_assertion")?;
    let kind = one(form, "client_assertion_type")?;
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next();
    if lines.next().is_some() {
        return Err(twice());
    }
    if let Some(line) = line {
        if secret.is_some() || assertion.is_some() {
            return Err(twice());
        }
        let readings = line.to_str().ok().and_then(basic).ok_or(REFUSED)?;
        if id.is_some_and(|id| readings.iter().all(|(named, _)| named != id)) {
            return Err(OAuthError::new("invalid_request", "client_id is not the one in the header"));
        }
        return Ok(Proof::Secret(readings));
    }
    match (id, secret, assertion) {
        (_, Some(_), Some(_)) => Err(twice()),
        (Some(id), Some(secret), None) => Ok(Proof::Secret(vec![(id.to_owned(), secret.to_owned())])),
        (id, None, Some(token)) if kind == Some(assertion::KIND) => {
            Ok(Proof::Assertion { token: token.to_owned(), client_id: id.map(str::to_owned) })
        }
        (_, None, Some(_)) => Err(OAuthError::new("invalid_request", "client_assertion_type is not known")),
        (Some(id), None, None) => Ok(Proof::Nothing(id.to_owned())),
        (None, _, None) => Err(OAuthError::client("say which client you are, and prove it")),
    }
}

/// Id and secret of a header, in every way that they may be meant; `None` if it holds none.
fn basic(line: &str) -> Option<Vec<(String, String)>> {
    const BASE64: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let (scheme, text) = line.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(text.trim()).ok()?).ok()?;
    // Ids may hold colons. Secrets of ours do not, and in encoded ones there is none.
    let (id, secret) = text.rsplit_once(':')?;
    let raw = (id.to_owned(), secret.to_owned());
    let decoded = (form_decoded(id), form_decoded(secret));
    Some(if decoded == raw { vec![raw] } else { vec![decoded, raw] })
}

fn form_decoded(text: &str) -> String {
    // As the value of a form without a name. What cannot stand in one is left as it is.
    if text.contains(['&', '=']) {
        return text.to_owned();
    }
    url::form_urlencoded::parse(format!("={text}").as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::BASE64_STANDARD;

    fn headers(lines: &[String]) -> HeaderMap {
        lines.iter().map(|line| (header::AUTHORIZATION, line.parse().unwrap())).collect()
    }

    fn of(text: &str) -> Vec<String> {
        vec![format!("Basic {}", BASE64_STANDARD.encode(text))]
    }

    fn pair(id: &str, secret: &str) -> (String, String) {
        (id.to_owned(), secret.to_owned())
    }

    #[test]
    fn a_header_is_read_decoded_and_raw() {
        let read = |text: &str| proof(&headers(&of(text)), &Vec::new()).unwrap();
        assert_eq!(read("app:s3cret"), Proof::Secret(vec![pair("app", "s3cret")]));
        assert_eq!(read("urn:app:s3cret"), Proof::Secret(vec![pair("urn:app", "s3cret")]));
        assert_eq!(read("urn%3Aapp:a%2Bb"), Proof::Secret(vec![pair("urn:app", "a+b"), pair("urn%3Aapp", "a%2Bb")]));
        assert_eq!(read("app:a+b"), Proof::Secret(vec![pair("app", "a b"), pair("app", "a+b")]));
        assert_eq!(read("app:"), Proof::Secret(vec![pair("app", "")]));
    }

    #[test]
    fn there_is_one_proof() {
        let form = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Form>();
        let assertion =
            "client_assertion=t&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        for (lines, text, code) in [
            (of("app:s"), "client_secret=s".to_owned(), "invalid_request"),
            (of("app:s"), "client_id=other".to_owned(), "invalid_request"),
            (of("app:s"), assertion.to_owned(), "invalid_request"),
            ([of("app:s"), of("app:s")].concat(), String::new(), "invalid_request"),
            (Vec::new(), format!("client_id=a&client_secret=s&{assertion}"), "invalid_request"),
            (Vec::new(), "client_id=a&client_id=a".to_owned(), "invalid_request"),
            (Vec::new(), "client_id=a&client_assertion=t".to_owned(), "invalid_request"),
            (Vec::new(), String::new(), "invalid_client"),
            (Vec::new(), "client_secret=s".to_owned(), "invalid_client"),
            (vec!["Bearer x".to_owned()], "client_id=a".to_owned(), "invalid_client"),
            (vec!["Basic".to_owned()], String::new(), "invalid_client"),
            (vec!["Basic !".to_owned()], String::new(), "invalid_client"),
            (of("no colon"), String::new(), "invalid_client"),
        ] {
            assert_eq!(
                proof(&headers(&lines), &form(&text)).map_err(|error| error.code),
                Err(code),
                "{lines:?} {text}"
            );
        }
        assert_eq!(proof(&HeaderMap::new(), &form("client_id=a")), Ok(Proof::Nothing("a".to_owned())));
        // An empty secret is none.
        assert_eq!(proof(&HeaderMap::new(), &form("client_id=a&client_secret=")), Ok(Proof::Nothing("a".to_owned())));
        let both = Proof::Assertion { token: "t".to_owned(), client_id: Some("a".to_owned()) };
        assert_eq!(proof(&HeaderMap::new(), &form(&format!("client_id=a&{assertion}"))), Ok(both));
    }
}
