//! The stand-in's signing key: kept beside the demo's data, so that a continued demo keeps its issuer's keys.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::Path,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{
    Signer, SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::directory::chance::Random;

/// The key's file in the data folder.
const FILE: &str = "demo-idp-key.pem";

/// Bytes as text that is safe in URLs.
pub(super) fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The key kept in the data folder; made there if there is none.
///
/// # Errors
/// If the file cannot be read, written or understood.
pub fn load_or_create_key(data: &Path, random: &dyn Random) -> io::Result<SigningKey> {
    let path = data.join(FILE);
    match fs::read_to_string(&path) {
        Ok(pem) => {
            return SigningKey::from_pkcs8_pem(&pem).map_err(|error| io::Error::new(ErrorKind::InvalidData, error));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let key = SigningKey::from_bytes(&random.bytes());
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
    // Written whole under another name first: a crash must not leave half a key.
    let unfinished = data.join(format!("{FILE}.new"));
    let mut file = super::super::mailbox::private_file().create(true).truncate(true).write(true).open(&unfinished)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, &path)?;
    Ok(key)
}

/// The public half as a JSON web key. Its name is its thumbprint (RFC 7638), so that another key has another name.
pub(super) fn public(key: &SigningKey) -> Value {
    let x = text(key.verifying_key().as_bytes());
    let thumbprint = text(&Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)));
    json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": thumbprint, "x": x })
}

/// Claims as a signed token.
pub(super) fn sign(key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": public(key)["kid"] });
    let signed = format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()));
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", text(&signature.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{demo::tests::Folder, directory::chance::SystemRandom};

    #[test]
    fn the_key_is_kept_and_private() {
        let folder = Folder::new();
        let key = load_or_create_key(folder.path(), &SystemRandom).unwrap();
        assert_eq!(load_or_create_key(folder.path(), &SystemRandom).unwrap().to_bytes(), key.to_bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(folder.path().join(FILE), "not a key").unwrap();
        assert!(load_or_create_key(folder.path(), &SystemRandom).is_err());
    }

    #[test]
    fn the_thumbprint_is_the_standards() {
        // RFC 8037, appendix A.3.
        let x = BASE64_URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_bytes(&x.try_into().unwrap());
        assert_eq!(public(&key)["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(public(&key)["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
