//! The keys that tokens are signed with: made here, sealed by the deployment key, shared by every process.
//!
//! A key has three times. It is published from `created_at`, so that apps know it before they meet it. It signs from
//! `signs_from`, until a newer one does. It is served until `gone_at`, which is known as soon as it has a successor.

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Value as Json, json};

use super::{
    Directory, Result,
    audit::{Actor, Event},
    error::Error,
    sessions,
};
use crate::model::{Code, state::SigningAlg};

/// A new key is published for so long before it signs: longer than a process or an app keeps the set of keys.
pub const PUBLISHED_BEFORE: Duration = Duration::minutes(15);
/// A key signs for about so long.
pub const LIFE: Duration = Duration::days(90);
/// A key is served for so long after it has signed last. Tokens end after minutes, but an app may hand back an ID token
/// as a hint when it signs somebody out, for as long as sessions last; and a day on top.
pub const SERVED_AFTER: Duration = sessions::ABSOLUTE.checked_add(&Duration::days(1)).expect("two short times");

/// What is sealed.
const PURPOSE: &str = "signing key";
/// What processes wait for, so that one of them makes keys.
const LOCK: &str = "signing keys";

/// A key that is served.
#[derive(Clone)]
pub struct SigningKey {
    /// Its id: the thumbprint of the public key (RFC 7638).
    pub id: String,
    /// What it signs by.
    pub alg: SigningAlg,
    /// The key pair, as PKCS#8. `None` if it was sealed by a deployment key that we do not have (any more): what it has
    /// signed can still be verified, and a new one signs.
    pub private: Option<Vec<u8>>,
    /// The public key, as a JSON Web Key.
    pub public: Json,
    /// When it was made, and published.
    pub created_at: DateTime<Utc>,
    /// When it begins to sign.
    pub signs_from: DateTime<Utc>,
    /// When it leaves the set, once it has a successor.
    pub gone_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).field("alg", &self.alg).finish_non_exhaustive()
    }
}

/// How keys are to be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// The new keys sign at once; otherwise after [`PUBLISHED_BEFORE`].
    pub at_once: bool,
    /// All others leave the set at once, and with them every token that they signed. The new keys sign at once.
    pub revoke: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    alg: SigningAlg,
    private_sealed: Vec<u8>,
    public_jwk: Json,
    created_at: DateTime<Utc>,
    signs_from: DateTime<Utc>,
    gone_at: Option<DateTime<Utc>>,
}

/// A key pair that is not stored yet.
struct Made {
    id: String,
    alg: SigningAlg,
    private: Vec<u8>,
    public: Json,
}

impl Directory {
    /// The keys that are served now, the newest first. The first call of all makes one of each kind.
    ///
    /// # Errors
    /// When the database fails, or a key cannot be made.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>> {
        let keys = self.served_keys(self.db()).await?;
        if self.lacks(&keys).is_empty() {
            return Ok(keys);
        }
        // Made before the transaction: it takes a while, and nobody else should wait for it.
        let mut made = self.make_keys().await?;
        let tx = self.begin().await?;
        self.lock_name(&tx, LOCK).await?;
        let missing = self.lacks(&self.served_keys(&tx).await?);
        made.retain(|key| missing.contains(&key.alg));
        for key in &made {
            self.keep_key(&tx, key, self.now()).await?;
        }
        self.commit(tx).await?;
        self.served_keys(self.db()).await
    }

    /// The keys that are served now, the newest first, without making any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn present_signing_keys(&self) -> Result<Vec<SigningKey>> {
        self.served_keys(self.db()).await
    }

    /// Makes successors for keys that have signed for [`LIFE`], and forgets those that are gone. A job calls it now and
    /// then. Answers how many were made.
    ///
    /// # Errors
    /// When the database fails, or a key cannot be made.
    pub async fn rotate_keys(&self) -> Result<u64> {
        let now = self.now();
        self.change(self.db(), "DELETE FROM signing_keys WHERE gone_at <= $1", [now.into()]).await?;
        if self.due(&self.served_keys(self.db()).await?).is_empty() {
            return Ok(0);
        }
        let mut made = self.make_keys().await?;
        let tx = self.begin().await?;
        self.lock_name(&tx, LOCK).await?;
        let due = self.due(&self.served_keys(&tx).await?);
        made.retain(|key| due.contains(&key.alg));
        for key in &made {
            self.replace_keys(&tx, key, now + PUBLISHED_BEFORE, now + PUBLISHED_BEFORE + SERVED_AFTER).await?;
        }
        self.commit(tx).await?;
        Ok(made.len() as u64)
    }

    /// Replaces all keys because whoever runs the panel says so, from the command line.
    ///
    /// # Errors
    /// When the database fails, or a key cannot be made.
    pub async fn replace_signing_keys(&self, how: Rotation) -> Result<Vec<SigningKey>> {
        let made = self.make_keys().await?;
        let tx = self.begin().await?;
        self.lock_name(&tx, LOCK).await?;
        let now = self.now();
        let lacks = self.lacks(&self.served_keys(&tx).await?);
        for key in &made {
            let at_once = how.at_once || how.revoke || lacks.contains(&key.alg);
            let signs_from = if at_once { now } else { now + PUBLISHED_BEFORE };
            let gone_at = if how.revoke { now } else { signs_from + SERVED_AFTER };
            self.replace_keys(&tx, key, signs_from, gone_at).await?;
        }
        if how.revoke {
            // Those too that had a successor before, and were served for a while yet.
            self.change(&tx, "UPDATE signing_keys SET gone_at = $1 WHERE gone_at > $1", [now.into()]).await?;
            let event = Event { action: "signing_key.revoke", ..Default::default() };
            self.record(&tx, &Actor::default(), event).await?;
        }
        self.commit(tx).await?;
        self.served_keys(self.db()).await
    }

    async fn served_keys(&self, on: &impl ConnectionTrait) -> Result<Vec<SigningKey>> {
        let rows = Row::find_by_statement(self.sql(
            "SELECT id, alg, private_sealed, public_jwk, created_at, signs_from, gone_at FROM signing_keys
             WHERE gone_at IS NULL OR gone_at > $1
             ORDER BY signs_from DESC, CASE WHEN gone_at IS NULL THEN 0 ELSE 1 END, id",
            [self.now().into()],
        ))
        .all(on)
        .await?;
        let keys = rows.into_iter().map(|row| {
            let private = self.vault().open(PURPOSE, &row.private_sealed).ok();
            if private.is_none() {
                tracing::warn!(key = row.id, "a signing key was sealed with another deployment key");
            }
            SigningKey {
                private,
                id: row.id,
                alg: row.alg,
                public: row.public_jwk,
                created_at: row.created_at,
                signs_from: row.signs_from,
                gone_at: row.gone_at,
            }
        });
        Ok(keys.collect())
    }

    /// What nothing can be signed by at this moment.
    fn lacks(&self, keys: &[SigningKey]) -> Vec<SigningAlg> {
        let now = self.now();
        let signs = |alg| keys.iter().any(|key| key.alg == alg && key.signs_from <= now && key.private.is_some());
        SigningAlg::ALL.iter().copied().filter(|alg| !signs(*alg)).collect()
    }

    /// What needs a successor: its newest key is old. What has no key at all gets one when it is needed.
    fn due(&self, keys: &[SigningKey]) -> Vec<SigningAlg> {
        let before = self.now() - LIFE;
        let old = |alg| keys.iter().find(|key| key.alg == alg).is_some_and(|newest| newest.created_at <= before);
        SigningAlg::ALL.iter().copied().filter(|alg| old(*alg)).collect()
    }

    async fn keep_key(&self, on: &impl ConnectionTrait, key: &Made, signs_from: DateTime<Utc>) -> Result<()> {
        self.change(
            on,
            "INSERT INTO signing_keys (id, alg, private_sealed, public_jwk, created_at, signs_from)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                key.id.as_str().into(),
                key.alg.into(),
                self.vault().seal(PURPOSE, &key.private, self.random()).into(),
                key.public.clone().into(),
                self.now().into(),
                signs_from.into(),
            ],
        )
        .await?;
        let event = Event { action: "signing_key.make", ..Default::default() };
        self.record(on, &Actor::default(), event.details(json!({ "kid": key.id, "alg": key.alg }))).await
    }

    /// Keeps a key, and says when those before it leave the set.
    async fn replace_keys(
        &self,
        on: &impl ConnectionTrait,
        key: &Made,
        signs_from: DateTime<Utc>,
        gone_at: DateTime<Utc>,
    ) -> Result<()> {
        self.change(
            on,
            "UPDATE signing_keys SET gone_at = $2 WHERE alg = $1 AND gone_at IS NULL",
            [key.alg.into(), gone_at.into()],
        )
        .await?;
        self.keep_key(on, key, signs_from).await
    }

    /// One key pair of each kind, made aside: an RSA key takes up to a second.
    async fn make_keys(&self) -> Result<Vec<Made>> {
        let made = tokio::task::spawn_blocking(|| SigningAlg::ALL.iter().map(|alg| make(*alg)).collect());
        let made: Option<Vec<Made>> = made.await.unwrap_or_default();
        made.ok_or_else(|| {
            tracing::error!("no signing key could be made");
            Error::from(Code::Internal)
        })
    }
}

/// Keys as the command line shows them, one a line.
pub fn listed(keys: &[SigningKey], now: DateTime<Utc>) -> String {
    let at = |moment: DateTime<Utc>| moment.format("%Y-%m-%d %H:%M UTC");
    let mut signing: Vec<SigningAlg> = Vec::new();
    let lines = keys.iter().map(|key| {
        let does = if key.private.is_none() {
            "was sealed with another deployment key, so it only verifies".to_owned()
        } else if key.signs_from > now {
            format!("signs from {}", at(key.signs_from))
        } else if signing.contains(&key.alg) {
            key.gone_at.map_or_else(|| "is served".to_owned(), |gone| format!("is served until {}", at(gone)))
        } else {
            signing.push(key.alg);
            "signs".to_owned()
        };
        format!("{}  {}  made {}  {does}\n", key.id, key.alg, at(key.created_at))
    });
    lines.collect()
}

/// A key pair. Its randomness is the library's own: it takes none from outside.
fn make(alg: SigningAlg) -> Option<Made> {
    let (private, public) = match alg {
        SigningAlg::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let public = DecodingKey::from_rsa_der(pair.public_key().as_ref());
            let private: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().ok()?;
            (private.as_ref().to_vec(), Jwk::from_decoding_key(&public, Some(Algorithm::RS256)).ok()?)
        }
        SigningAlg::Es256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
            let public = DecodingKey::from_ec_der(pair.public_key().as_ref());
            let private = pair.to_pkcs8v1().ok()?;
            (private.as_ref().to_vec(), Jwk::from_decoding_key(&public, Some(Algorithm::ES256)).ok()?)
        }
    };
    let mut public = public;
    let id = public.thumbprint(ThumbprintHash::SHA256).ok()?;
    public.common.key_id = Some(id.clone());
    public.common.public_key_use = Some(PublicKeyUse::Signature);
    Some(Made { id, alg, private, public: serde_json::to_value(public).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_keys_say_what_they_are_and_nothing_private() {
        for alg in SigningAlg::ALL {
            let made = make(*alg).unwrap();
            let names: Vec<&str> = made.public.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(made.public["kid"], made.id.as_str());
            assert_eq!((&made.public["alg"], &made.public["use"]), (&json!(alg), &json!("sig")));
            let mut expected = match alg {
                SigningAlg::Rs256 => vec!["kty", "n", "e"],
                SigningAlg::Es256 => vec!["kty", "crv", "x", "y"],
            };
            expected.extend(["kid", "alg", "use"]);
            expected.sort_unstable();
            let mut names = names;
            names.sort_unstable();
            assert_eq!(names, expected);
            assert_eq!(made.id.len(), 43);
        }
    }
}
