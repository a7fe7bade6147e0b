//! The deployment key: made by the first start, kept beside the data.

use std::{io::Write as _, path::Path};

use anyhow::{Context as _, bail};
use base64::Engine as _;

use crate::directory::{chance::Random, vault::Vault};

/// Reads keys as text: one per line, 32 bytes in base64; the first one seals, all of them open.
///
/// # Errors
/// For a line that is no key, and for none at all.
pub fn parse(text: &str) -> anyhow::Result<Vault> {
    let mut keys = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(line)
            .context("a key is 32 bytes in base64, one key a line")?;
        keys.push(<[u8; 32]>::try_from(bytes.as_slice()).context("a key has 32 bytes")?);
    }
    Vault::with_keys(keys).context("there is no key")
}

/// Reads the key file, or makes it, readable by its owner only.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn load_or_create(path: &Path, random: &dyn Random) -> anyhow::Result<Vault> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text).with_context(|| format!("the key file {}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = random.bytes();
            let line = base64::engine::general_purpose::STANDARD.encode(key);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file =
                options.open(path).with_context(|| format!("cannot create the key file {}", path.display()))?;
            writeln!(
                file,
                "# The deployment key of Access Panel. Keep a copy: without it sealed data is lost.\n{line}"
            )?;
            file.sync_all()?;
            Ok(Vault::new(key))
        }
        Err(error) => bail!("cannot read the key file {}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_a_line() {
        let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        assert!(parse(&format!("# comment\n{key}\n{key}\n")).is_ok());
        assert!(parse("").is_err());
        assert!(parse("short").is_err());
    }
}
