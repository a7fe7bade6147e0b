//! The keys that tokens are signed with: made, rotated and shared by way of the directory, and kept here for a minute.

use std::sync::Arc;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair as RsaKeyPair,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::{Map, Value as Json, json};
use tokio::sync::{Mutex, RwLock};

use super::jws::{Unproven, to_sign};
use crate::{
    directory::{Directory, signing_keys::SigningKey},
    model::{Code, Refusal, state::SigningAlg},
};

/// Keys are read anew after this time: so late other processes know of a key that was revoked.
pub const KEPT: Duration = Duration::minutes(1);

/// Signs and verifies. Clones share what was read from the directory.
#[derive(Clone)]
pub struct Keys {
    directory: Directory,
    known: Arc<RwLock<Option<Arc<Known>>>>,
    /// Whoever holds it reads; the others wait for what they will have read.
    reading: Arc<Mutex<()>>,
}

/// What was read.
struct Known {
    read_at: DateTime<Utc>,
    /// The newest first.
    keys: Vec<Arc<Key>>,
}

/// A key, parsed once.
struct Key {
    id: String,
    alg: SigningAlg,
    /// `None` for a key that only verifies.
    pair: Option<Pair>,
    public: Json,
    verifies: DecodingKey,
    signs_from: DateTime<Utc>,
    gone_at: Option<DateTime<Utc>>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl Keys {
    /// The keys of this directory.
    pub fn new(directory: Directory) -> Self {
        Self { directory, known: Arc::default(), reading: Arc::default() }
    }

    /// A signed token (JWS, compact). `typ` is the header's: `JWT`, `at+jwt`, `logout+jwt`.
    ///
    /// # Errors
    /// [`Code::Internal`] when no key can be read or made.
    pub async fn sign(&self, alg: SigningAlg, typ: &str, claims: &Map<String, Json>) -> Result<String, Code> {
        let known = self.known().await?;
        let now = self.directory.now();
        // The newest that is due: there is always one, for the directory makes it.
        let mut pairs = known.keys.iter().filter(|key| key.alg == alg && key.signs_from <= now);
        let (key, pair) = pairs.find_map(|key| Some((key, key.pair.as_ref()?))).ok_or_else(broken)?;
        let header = json!({ "alg": alg, "kid": key.id, "typ": typ });
        let mut token = to_sign(&header, claims).ok_or_else(broken)?;
        let signature = pair.sign(token.as_bytes()).ok_or_else(broken)?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The claims of a token that we signed ourselves, with that very `typ`, whatever its time: the caller looks at `exp`.
    ///
    /// # Errors
    /// [`Code::Internal`] when the directory fails. A token that is not ours is `None`.
    pub async fn verify(&self, token: &str, typ: &str) -> Result<Option<Map<String, Json>>, Code> {
        let Some(unproven) = Unproven::read(token) else { return Ok(None) };
        let Some(kid) = unproven.header.kid.as_deref() else { return Ok(None) };
        if unproven.header.typ.as_deref() != Some(typ) {
            return Ok(None);
        }
        let mut known = self.known().await?;
        if known.key(kid).is_none() && looks_like_ours(kid) {
            // Another process may have made it a moment ago.
            known = self.read(&known).await?;
        }
        let now = self.directory.now();
        let Some(key) = known.key(kid).filter(|key| key.gone_at.is_none_or(|at| at > now)) else { return Ok(None) };
        // The key says by what it verifies, never the token.
        if unproven.header.alg != key.alg.as_str() {
            return Ok(None);
        }
        let alg = match key.alg {
            SigningAlg::Rs256 => Algorithm::RS256,
            SigningAlg::Es256 => Algorithm::ES256,
        };
        let fits = jsonwebtoken::crypto::verify(unproven.signature, unproven.signed.as_bytes(), &key.verifies, alg);
        Ok(if matches!(fits, Ok(true)) { unproven.claims() } else { None })
    }

    /// The public keys as apps read them (RFC 7517): those that sign, and those whose tokens may still be about.
    ///
    /// # Errors
    /// [`Code::Internal`] when no key can be read or made.
    pub async fn public(&self) -> Result<Json, Code> {
        let now = self.directory.now();
        let known = self.known().await?;
        let served = known.keys.iter().filter(|key| key.gone_at.is_none_or(|at| at > now));
        Ok(json!({ "keys": served.map(|key| key.public.clone()).collect::<Vec<_>>() }))
    }

    /// What is known, unless it is too old.
    async fn known(&self) -> Result<Arc<Known>, Code> {
        let known = self.known.read().await.clone();
        match known {
            Some(known) if known.read_at + KEPT > self.directory.now() => Ok(known),
            Some(old) => self.read(&old).await,
            None => self.read(&Known { read_at: DateTime::UNIX_EPOCH, keys: Vec::new() }).await,
        }
    }

    /// Reads the keys, unless somebody else has read them since.
    async fn read(&self, old: &Known) -> Result<Arc<Known>, Code> {
        let began = self.directory.now();
        let _turn = self.reading.lock().await;
        if let Some(known) = &*self.known.read().await
            && known.read_at > old.read_at
            && known.read_at >= began
        {
            return Ok(known.clone());
        }
        let read_at = self.directory.now();
        let stored = self.directory.signing_keys().await.map_err(|error| Refusal::from(error).code)?;
        let keys = stored.iter().map(|stored| {
            // What was parsed before is the same key, but for its end.
            match old.key(&stored.id) {
                Some(known) if known.gone_at == stored.gone_at => Ok(known.clone()),
                _ => Key::parse(stored).map(Arc::new).ok_or_else(broken),
            }
        });
        let known = Arc::new(Known { read_at, keys: keys.collect::<Result<_, Code>>()? });
        *self.known.write().await = Some(known.clone());
        Ok(known)
    }
}

impl Known {
    fn key(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl Key {
    fn parse(stored: &SigningKey) -> Option<Self> {
        let pair = match &stored.private {
            Some(private) => Some(Pair::parse(stored.alg, private)?),
            None => None,
        };
        let public: Jwk = serde_json::from_value(stored.public.clone()).ok()?;
        Some(Self {
            id: stored.id.clone(),
            alg: stored.alg,
            pair,
            verifies: DecodingKey::from_jwk(&public).ok()?,
            public: stored.public.clone(),
            signs_from: stored.signs_from,
            gone_at: stored.gone_at,
        })
    }
}

impl Pair {
    fn parse(alg: SigningAlg, private: &[u8]) -> Option<Self> {
        Some(match alg {
            SigningAlg::Rs256 => Self::Rsa(RsaKeyPair::from_pkcs8(private).ok()?),
            SigningAlg::Es256 => Self::Ec(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private).ok()?),
        })
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Self::Ec(pair) => pair.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
        }
    }
}

/// Whether a key id has the form of ours, a SHA-256 in base64url. For others nothing is read.
fn looks_like_ours(kid: &str) -> bool {
    kid.len() == 43 && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn broken() -> Code {
    tracing::error!("a token could not be signed");
    Code::Internal
}
