//! The deployment key: seals secrets at rest, and makes the MACs of codes.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::chance::Random;

/// Holds the deployment key and those before it. Never printed.
#[derive(Clone)]
pub struct Vault {
    /// The first one seals; all of them open.
    keys: Vec<[u8; 32]>,
}

/// What was sealed cannot be opened with any key we have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed with another deployment key, or damaged")]
pub struct CannotOpen;

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault with one key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { keys: vec![key] }
    }

    /// A vault whose first key seals and whose others only open, so that a key can be rotated.
    /// `None` if there is no key at all.
    pub fn with_keys(keys: Vec<[u8; 32]>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// Seals a text for one purpose; it opens only for the same purpose.
    pub fn seal(&self, purpose: &str, plain: &[u8], random: &dyn Random) -> Vec<u8> {
        let nonce: [u8; 24] = std::array::from_fn({
            let bytes = random.bytes();
            move |i| bytes[i]
        });
        let cipher = XChaCha20Poly1305::new((&self.keys[0]).into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: purpose.as_bytes() })
            // Fails only for texts of more than 256 GiB.
            .unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Self::seal`] made.
    ///
    /// # Errors
    /// [`CannotOpen`] for another key, another purpose, or a changed byte.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (nonce, text) = sealed.split_at_checked(24).ok_or(CannotOpen)?;
        self.keys
            .iter()
            .find_map(|key| {
                XChaCha20Poly1305::new(key.into())
                    .decrypt(XNonce::from_slice(nonce), Payload { msg: text, aad: purpose.as_bytes() })
                    .ok()
            })
            .ok_or(CannotOpen)
    }

    /// A keyed hash for one purpose, under the newest key.
    pub fn mac(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        Self::mac_with(&self.keys[0], purpose, text)
    }

    /// Whether a keyed hash fits, under any key we have; takes the same time either way.
    pub fn mac_fits(&self, purpose: &str, text: &[u8], mac: &[u8]) -> bool {
        self.keys.iter().fold(false, |fits, key| {
            let own = Self::mac_with(key, purpose, text);
            fits | bool::from(own.as_slice().ct_eq(mac))
        })
    }

    fn mac_with(key: &[u8; 32], purpose: &str, text: &[u8]) -> [u8; 32] {
        // Two keys from one: the sealing key never serves as a MAC key.
        let derived = Sha256::new().chain_update(b"access-panel mac\0").chain_update(key).finalize();
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(&derived).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

/// The hash under which a random secret (ticket, session id, browser id) is kept. No salt is needed for 256 random bits.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::chance::SystemRandom;

    #[test]
    fn opens_only_what_it_sealed_for_the_same_purpose() {
        let vault = Vault::new([1; 32]);
        let sealed = vault.seal("outbox", b"secret", &SystemRandom);
        assert_eq!(vault.open("outbox", &sealed).as_deref(), Ok(b"secret".as_slice()));
        assert_eq!(vault.open("provider", &sealed), Err(CannotOpen));
        assert_eq!(Vault::new([2; 32]).open("outbox", &sealed), Err(CannotOpen));
        assert_eq!(vault.open("outbox", b"short"), Err(CannotOpen));
        assert_ne!(vault.seal("outbox", b"secret", &SystemRandom), sealed);
    }

    #[test]
    fn an_old_key_still_opens_and_fits() {
        let old = Vault::new([1; 32]);
        let rotated = Vault::with_keys(vec![[2; 32], [1; 32]]).unwrap();
        assert_eq!(rotated.open("x", &old.seal("x", b"y", &SystemRandom)).as_deref(), Ok(b"y".as_slice()));
        assert!(rotated.mac_fits("code", b"12345678", &old.mac("code", b"12345678")));
        assert!(!rotated.mac_fits("code", b"12345679", &old.mac("code", b"12345678")));
        assert!(!old.mac_fits("code", b"12345678", &rotated.mac("code", b"12345678")));
    }
}
