//! Signs mails, so that receivers can tell that they are ours (DKIM: RFC 6376, RFC 8463).

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use lettre::message::{
    Message,
    dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimSigningAlgorithm, DkimSigningKey},
    header::HeaderName,
};
use rsa::{
    RsaPrivateKey,
    pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, LineEnding},
    pkcs8::EncodePublicKey as _,
    traits::PublicKeyParts as _,
};
use serde::Deserialize;

use super::config::ConfigError;

/// The section `mail.dkim` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    /// The domain that answers for the mails: that of `from`.
    pub domain: String,
    /// The name of the key in DNS: the record is at `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// The private key in PEM: RSA with 2048 bits or more, or Ed25519.
    pub key_file: PathBuf,
}

/// What is signed. A name once more than a mail has it is signed as missing, so that nobody can add one: not a
/// `List-Unsubscribe` where there is none, and not a second `From`.
const HEADERS: [&str; 17] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Type",
    "Reply-To",
];

/// Shortest RSA key, in bits: what large receivers ask for.
const SHORTEST: usize = 2048;
/// Longest RSA key, in bits: what receivers have to understand.
const LONGEST: usize = 4096;
/// Longest text within a TXT record, in bytes.
const LONGEST_TEXT: usize = 255;

/// Signs mails with one key.
pub(super) struct Dkim {
    config: lettre::message::dkim::DkimConfig,
    domain: String,
    selector: String,
    record: String,
}

impl Dkim {
    /// Reads the key.
    pub(super) fn new(config: &DkimConfig) -> Result<Self, ConfigError> {
        let wrong = |what: &str| ConfigError::Dkim(what.to_owned());
        let domain = idna::domain_to_ascii_strict(config.domain.trim())
            .ok()
            .filter(|domain| domain.contains('.'))
            .ok_or_else(|| wrong("domain is not a domain"))?;
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !config.selector.split('.').all(is_label) {
            return Err(wrong("selector must be letters, digits and hyphens"));
        }
        let pem = std::fs::read_to_string(&config.key_file)
            .map_err(|error| ConfigError::Dkim(format!("key_file {}: {error}", config.key_file.display())))?;
        let (key, record) = read_key(&pem)?;
        Ok(Self {
            config: lettre::message::dkim::DkimConfig::new(
                config.selector.clone(),
                domain.clone(),
                key,
                HEADERS.map(HeaderName::new_from_ascii_str).to_vec(),
                DkimCanonicalization {
                    header: DkimCanonicalizationType::Relaxed,
                    body: DkimCanonicalizationType::Relaxed,
                },
            ),
            domain,
            selector: config.selector.clone(),
            record,
        })
    }

    /// Adds the signature. The message must not change any more.
    pub(super) fn sign(&self, message: &mut Message) {
        message.sign(&self.config);
    }

    /// The TXT record to publish, as a line of a zone file.
    pub(super) fn record(&self) -> String {
        let texts: Vec<String> = self
            .record
            .as_bytes()
            .chunks(LONGEST_TEXT)
            .map(|chunk| format!("\"{}\"", String::from_utf8_lossy(chunk)))
            .collect();
        format!("{}._domainkey.{}. IN TXT ( {} )", self.selector, self.domain, texts.join(" "))
    }

    /// Whether DMARC takes the signature for one of the sender's: the same domain, or one that contains it.
    pub(super) fn is_aligned_with(&self, sender: &str) -> bool {
        let (sender, domain) = (sender.to_ascii_lowercase(), self.domain.to_ascii_lowercase());
        let contains = |inner: &str, outer: &str| inner == outer || inner.ends_with(&format!(".{outer}"));
        contains(&sender, &domain) || contains(&domain, &sender)
    }
}

/// Reads a private key, and makes the record of its public one.
fn read_key(pem: &str) -> Result<(DkimSigningKey, String), ConfigError> {
    let wrong = |what: String| ConfigError::Dkim(what);
    if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(pem) {
        let public = STANDARD.encode(key.verifying_key().as_bytes());
        let signing = DkimSigningKey::new(&STANDARD.encode(key.to_bytes()), DkimSigningAlgorithm::Ed25519)
            .map_err(|error| wrong(error.to_string()))?;
        return Ok((signing, format!("v=DKIM1; k=ed25519; p={public}")));
    }
    let key = RsaPrivateKey::from_pkcs8_pem(pem).ok().or_else(|| RsaPrivateKey::from_pkcs1_pem(pem).ok());
    let key = key
        .ok_or_else(|| wrong("key_file holds no private key in PEM, RSA or Ed25519, without a password".to_owned()))?;
    let bits = key.n().bits();
    if !(SHORTEST..=LONGEST).contains(&bits) {
        return Err(wrong(format!("the key in key_file has {bits} bits; make one with {SHORTEST} to {LONGEST}")));
    }
    let public = key.to_public_key().to_public_key_der().map_err(|error| wrong(error.to_string()))?;
    let private = key.to_pkcs1_pem(LineEnding::LF).map_err(|error| wrong(error.to_string()))?;
    let signing = DkimSigningKey::new(&private, DkimSigningAlgorithm::Rsa).map_err(|error| wrong(error.to_string()))?;
    Ok((signing, format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_bytes()))))
}

#[cfg(test)]
mod tests;
