//! What a provider says about itself: its end points and keys, kept for a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as SyncMutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{
    SignInError,
    http::{HttpError, Reach},
};

/// How long a provider's documents are believed.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How long a failure is: enough to spare a provider a crowd, too short for a person to notice.
const FAILED: TimeDelta = TimeDelta::seconds(3);
/// How often unknown keys may make us ask for newer ones; anyone can make up a key id.
const KEYS_EVERY: TimeDelta = TimeDelta::seconds(30);

/// Signatures that we accept. All are public-key ones: a shared secret would let a leaked client secret forge people.
const ACCEPTED: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What we read of a discovery document besides what the library does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Besides {
    /// RFC 9207: each of its answers names the issuer.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for Besides {}

type Metadata = ProviderMetadata<
    Besides,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// A provider, as it described itself.
pub(super) struct Known {
    /// Its end points and abilities.
    pub(super) metadata: Metadata,
    /// Its public keys.
    pub(super) keys: CoreJsonWebKeySet,
    /// The signatures that it uses and we accept.
    pub(super) algorithms: Vec<CoreJwsSigningAlgorithm>,
    /// How to speak to it.
    pub(super) reach: Reach,
}

impl Known {
    /// Whether each of its answers names the issuer.
    pub(super) fn promises_iss(&self) -> bool {
        self.metadata.additional_metadata().authorization_response_iss_parameter_supported
    }
}

/// What is known of each issuer.
#[derive(Clone, Default)]
pub(super) struct Cache {
    issuers: Arc<SyncMutex<HashMap<String, Arc<Mutex<Slot>>>>>,
}

/// What is known of one issuer. Whoever holds its lock may ask; the others wait and share the answer.
#[derive(Default)]
struct Slot {
    answer: Option<Answer>,
    keys_asked: Option<DateTime<Utc>>,
}

struct Answer {
    at: DateTime<Utc>,
    known: Result<Arc<Known>, SignInError>,
}

/// Whether something is still young. A clock that was set back makes it old, not young for ever.
fn within(since: DateTime<Utc>, now: DateTime<Utc>, limit: TimeDelta) -> bool {
    (TimeDelta::zero()..limit).contains(&(now - since))
}

impl Cache {
    fn slot(&self, issuer: &str) -> Arc<Mutex<Slot>> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(issuers.entry(issuer.to_owned()).or_default())
    }

    /// The provider's description, asked for if what we have is missing or old.
    ///
    /// # Errors
    /// [`SignInError::Down`] or [`SignInError::Answer`].
    pub(super) async fn known(
        &self,
        http: &reqwest::Client,
        issuer: &str,
        now: DateTime<Utc>,
    ) -> Result<Arc<Known>, SignInError> {
        let slot = self.slot(issuer);
        let mut slot = slot.lock().await;
        if let Some(answer) = &slot.answer {
            let limit = if answer.known.is_ok() { FRESH } else { FAILED };
            if within(answer.at, now, limit) {
                return answer.known.clone();
            }
        }
        let known = discover(http, issuer).await.map(Arc::new);
        slot.answer = Some(Answer { at: now, known: known.clone() });
        known
    }

    /// Newer keys than those of `old`, after a signature that they do not explain. `None` if we asked a moment ago.
    ///
    /// # Errors
    /// [`SignInError::Down`] or [`SignInError::Answer`].
    pub(super) async fn newer(
        &self,
        issuer: &str,
        old: &Arc<Known>,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Known>>, SignInError> {
        let slot = self.slot(issuer);
        let mut slot = slot.lock().await;
        if let Some(Answer { known: Ok(known), .. }) = &slot.answer
            && !Arc::ptr_eq(known, old)
        {
            return Ok(Some(Arc::clone(known)));
        }
        if slot.keys_asked.is_some_and(|at| within(at, now, KEYS_EVERY)) {
            return Ok(None);
        }
        slot.keys_asked = Some(now);
        let keys = CoreJsonWebKeySet::fetch_async(old.metadata.jwks_uri(), &old.reach)
            .await
            .map_err(|error| words(&error, "asking for newer keys"))?;
        let known = Arc::new(Known {
            metadata: old.metadata.clone(),
            keys,
            algorithms: old.algorithms.clone(),
            reach: old.reach.clone(),
        });
        if let Some(answer) = &mut slot.answer {
            answer.known = Ok(Arc::clone(&known));
        }
        Ok(Some(known))
    }
}

/// Asks a provider to describe itself, and checks that we can work with what it says.
///
/// # Errors
/// [`SignInError::Down`] or [`SignInError::Answer`].
pub(super) async fn discover(http: &reqwest::Client, issuer: &str) -> Result<Known, SignInError> {
    let issuer = IssuerUrl::new(issuer.to_owned())
        .map_err(|error| SignInError::Answer(format!("the issuer is not a URL: {error}")))?;
    let reach = Reach::new(http, issuer.url())?;
    let metadata = Metadata::discover_async(issuer, &reach)
        .await
        .map_err(|error| words(&error, "asking for the discovery document and the keys"))?;

    let token = metadata
        .token_endpoint()
        .ok_or_else(|| SignInError::Answer("the discovery document names no token end point".to_owned()))?;
    for (name, url) in [
        ("authorization end point", Some(metadata.authorization_endpoint().url())),
        ("token end point", Some(token.url())),
        ("userinfo end point", metadata.userinfo_endpoint().map(|userinfo| userinfo.url())),
    ] {
        if let Some(url) = url {
            reach.check(url).map_err(|error| error.asking(&format!("the {name}")))?;
        }
    }

    let offered = metadata.id_token_signing_alg_values_supported();
    let algorithms: Vec<_> = ACCEPTED.into_iter().filter(|algorithm| offered.contains(algorithm)).collect();
    if algorithms.is_empty() {
        return Err(SignInError::Answer(
            "it signs ID tokens with nothing that we accept (RS256, PS256, ES256, ES384 or EdDSA)".to_owned(),
        ));
    }
    Ok(Known { keys: metadata.jwks().clone(), metadata, algorithms, reach })
}

/// An error of discovery in words, without the body of the answer.
fn words(error: &DiscoveryError<HttpError>, what: &str) -> SignInError {
    match error {
        DiscoveryError::Request(error) => error.asking(what),
        DiscoveryError::Response(status, _, _) if status.is_redirection() => {
            SignInError::Answer(format!("{what}: it redirects (HTTP status {status}), which we do not follow"))
        }
        DiscoveryError::Response(_, _, text) => SignInError::Answer(format!("{what}: {text}")),
        DiscoveryError::Parse(error) => {
            SignInError::Answer(format!("{what}: cannot be read at `{}`: {}", error.path(), error.inner()))
        }
        other => SignInError::Answer(format!("{what}: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_judged_with_clocks_that_jump() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        assert!(within(now, now, FAILED));
        assert!(!within(now - FAILED, now, FAILED));
        assert!(!within(now + TimeDelta::days(1), now, FRESH), "a clock set back by a day");
    }
}
