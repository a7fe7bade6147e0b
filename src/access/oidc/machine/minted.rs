//! Tokens made of what was granted.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::super::error::OAuthError;
use crate::{
    directory::{
        claims::{self, Scopes},
        clients::Client,
        tokens::Granted,
    },
    server::state::AppState,
};

/// Access tokens and ID tokens live for so long: for so long an app that asks nobody may let somebody in who has lost
/// their access.
pub const LIFE: Duration = Duration::minutes(5);
/// The kind of an access token (RFC 9068).
pub const ACCESS: &str = "at+jwt";
/// The kind of an ID token.
pub const ID: &str = "JWT";

/// The answer to a grant: tokens, and what there is to know of them (RFC 6749, 5.1).
pub async fn answer(state: &AppState, client: &Client, granted: Granted) -> Result<Json, OAuthError> {
    let now = state.directory.now();
    // Nothing outlives the session that it hangs on.
    let ends = (now + LIFE).min(granted.admitted.session.expires_at);
    let common = Map::from_iter([
        ("iss".to_owned(), state.directory.public_url().into()),
        ("sub".to_owned(), claims::subject(&granted.admitted.app, granted.admitted.person.id).into()),
        ("aud".to_owned(), client.registration.client_id.as_str().into()),
        ("iat".to_owned(), now.timestamp().into()),
        ("exp".to_owned(), ends.timestamp().into()),
    ]);
    let sign = async |kind, claims: &Map<String, Json>| {
        let signed = state.access.keys.sign(client.registration.signing, kind, claims).await;
        signed.map_err(|_| OAuthError::server())
    };

    let mut access = common.clone();
    access.extend([
        ("client_id".to_owned(), client.registration.client_id.as_str().into()),
        ("scope".to_owned(), granted.scope.as_str().into()),
        ("sid".to_owned(), granted.admitted.app_session.to_string().into()),
        ("fam".to_owned(), granted.family.to_string().into()),
        ("jti".to_owned(), state.directory.new_id().to_string().into()),
    ]);
    let access = sign(ACCESS, &access).await?;
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": (ends - now).num_seconds(),
        "scope": granted.scope,
    });
    if granted.scope.split(' ').any(|scope| scope == "openid") {
        let mut id = claims::of_id_token(&granted.admitted, Scopes::of(&granted.scope));
        if granted.proven_anew {
            id.retain(|name, _| !matches!(&**name, "auth_time" | "amr" | "acr"));
        }
        id.extend(common);
        id.insert("at_hash".to_owned(), half_hash(&access).into());
        if let Some(nonce) = granted.nonce {
            id.insert("nonce".to_owned(), nonce.into());
        }
        body["id_token"] = sign(ID, &id).await?.into();
    }
    if let Some(refresh) = granted.refresh {
        body["refresh_token"] = refresh.into();
    }
    body["access_token"] = access.into();
    Ok(body)
}

/// What ties an ID token to the access token that came with it: both of our algorithms go with SHA-256.
fn half_hash(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16])
}

#[cfg(test)]
mod tests {
    use super::half_hash;

    #[test]
    fn the_example_of_openid_connect() {
        // OpenID Connect Core 1.0, A.3.
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
