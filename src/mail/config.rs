//! How to reach the mail server, as an administrator writes it.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, TlsParameters},
    },
};
use serde::Deserialize;
use url::Url;

use super::{
    dkim::{Dkim, DkimConfig},
    envelope::{self, Letterhead},
};

/// The section `mail` of the configuration.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The server: `smtps://user:password@host:465`, or `smtp://user:password@host:587?tls=required` for STARTTLS.
    /// Unusual characters of user and password are percent-encoded. Without TLS only on this machine.
    pub url: String,
    /// Who the mails are from: `WoodGrove <access@woodgrove.example>`.
    pub from: String,
    /// Certificates to trust beside the system's own, in PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Where mails that cannot be delivered come back to: the sender of the envelope. That of `from` if not given.
    #[serde(default)]
    pub return_path: Option<String>,
    /// Signs the mails.
    #[serde(default)]
    pub dkim: Option<DkimConfig>,
    /// A folder with the organization's own templates.
    #[serde(default)]
    pub templates: Option<PathBuf>,
}

/// Shows neither user nor password.
impl std::fmt::Display for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What cannot be read cannot be masked either: not even a path is shown, it may be the rest of a password.
        match Url::parse(&self.url) {
            Ok(url) => {
                let user = if url.username().is_empty() { "" } else { "***@" };
                let host = url.host_str().unwrap_or("(no host)");
                write!(f, "{}://{user}{host}", url.scheme())?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
            }
            Err(_) => f.write_str("(unreadable URL)")?,
        }
        write!(f, " from {}", self.from)?;
        match &self.ca_file {
            Some(path) => write!(f, ", trusting {}", path.display()),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MailConfig({self})")
    }
}

/// Why the configuration of mail cannot work. None of them shows the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not a URL.
    #[error(
        "mail.url is not a URL ({0}); write smtps://user:password@host:465, and percent-encode unusual characters of the \
         password"
    )]
    Url(#[from] url::ParseError),
    /// Another scheme.
    #[error("mail.url begins with {0:?}; only smtps:// and smtp:// are understood")]
    Scheme(String),
    /// No host.
    #[error("mail.url names no host")]
    Host,
    /// A path or a fragment, most often from a password that is not percent-encoded.
    #[error("mail.url goes on after the host; percent-encode unusual characters of the password")]
    Rest,
    /// A query other than `tls=required`.
    #[error("mail.url has an option that is not understood; the only one is tls=required, for smtp://")]
    Option,
    /// In the open.
    #[error(
        "mail.url would send mails and passwords in the open; use smtps://, or add ?tls=required (without TLS only a \
         server on this machine is allowed)"
    )]
    InTheOpen,
    /// Half of the credentials.
    #[error("mail.url has a user name or a password, but not both")]
    Credentials,
    /// An unusable sender.
    #[error("mail.from is not a mailbox like \"WoodGrove <access@woodgrove.example>\": {0}")]
    From(String),
    /// An unusable address for bounces.
    #[error("mail.return_path is not an address like access-bounces@woodgrove.example: {0}")]
    ReturnPath(String),
    /// Mails cannot be signed.
    #[error("mail.dkim: {0}")]
    Dkim(String),
    /// An unreadable file of certificates.
    #[error("mail.ca_file cannot be read: {0}")]
    CaFile(#[from] std::io::Error),
    /// A file without certificates.
    #[error("mail.ca_file holds no certificate in PEM")]
    NoCertificate,
    /// TLS cannot be set up.
    #[error("TLS for mail.url cannot be set up: {0}")]
    Tls(String),
}

/// The mail server, understood.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
}

/// How the way to the server is kept private.
pub(super) enum Security {
    /// TLS from the first byte.
    Implicit(TlsParameters),
    /// TLS by STARTTLS, or nothing is sent.
    StartTls(TlsParameters),
    /// The way does not leave this machine.
    Loopback,
}

impl MailConfig {
    /// The least that it takes.
    pub fn new(url: &str, from: &str) -> Self {
        Self {
            url: url.to_owned(),
            from: from.to_owned(),
            ca_file: None,
            return_path: None,
            dkim: None,
            templates: None,
        }
    }

    /// Takes the paths of templates and of the key from `folder`, where the configuration is.
    pub fn resolve(&mut self, folder: &Path) {
        for path in self.templates.iter_mut().chain(self.dkim.as_mut().map(|dkim| &mut dkim.key_file)) {
            *path = folder.join(&*path);
        }
    }

    /// The DNS record that receivers check signatures with, as a line of a zone file; and whether DMARC counts them.
    /// `None` if mails are not signed.
    ///
    /// # Errors
    /// [`ConfigError`], which says what to change.
    pub fn dkim_record(&self) -> Result<Option<(String, bool)>, ConfigError> {
        let Some(config) = &self.dkim else { return Ok(None) };
        let (dkim, sender) = (Dkim::new(config)?, self.sender()?);
        Ok(Some((dkim.record(), dkim.is_aligned_with(sender.email.domain()))))
    }

    /// Understands `from`, `return_path` and `dkim`. Reads the key.
    pub(super) fn letterhead(&self) -> Result<Letterhead, ConfigError> {
        Ok(Letterhead {
            from: self.sender()?,
            return_path: self.return_path.as_deref().map(return_path).transpose()?,
            dkim: self.dkim.as_ref().map(Dkim::new).transpose()?,
        })
    }

    /// Understands `url` and `ca_file`. Reads the file.
    pub(super) fn server(&self) -> Result<Server, ConfigError> {
        let url = Url::parse(self.url.trim())?;
        if !matches!(url.scheme(), "smtps" | "smtp") {
            return Err(ConfigError::Scheme(url.scheme().to_owned()));
        }
        // Schemes unknown to the URL standard keep their hosts as text; only IPv6 comes in brackets.
        let host =
            url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() {
            return Err(ConfigError::Host);
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(ConfigError::Rest);
        }
        let mut start_tls = false;
        for (key, value) in url.query_pairs() {
            match (url.scheme(), &*key, &*value) {
                ("smtp", "tls", "required") => start_tls = true,
                _ => return Err(ConfigError::Option),
            }
        }
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some(Credentials::new(decoded(user), decoded(password))),
            _ => return Err(ConfigError::Credentials),
        };
        let (security, usual_port) = match (url.scheme(), start_tls) {
            ("smtps", _) => (Security::Implicit(self.tls(&host)?), 465),
            (_, true) => (Security::StartTls(self.tls(&host)?), 587),
            (_, false) if is_loopback(&host) => (Security::Loopback, 25),
            (_, false) => return Err(ConfigError::InTheOpen),
        };
        Ok(Server { port: url.port().unwrap_or(usual_port), host, security, credentials })
    }

    /// Understands `from`.
    pub(super) fn sender(&self) -> Result<Mailbox, ConfigError> {
        let from = |reason: String| ConfigError::From(reason);
        let mailbox: Mailbox =
            self.from.trim().parse().map_err(|error: lettre::address::AddressError| from(error.to_string()))?;
        envelope::mailbox(mailbox.name.as_deref(), mailbox.email.as_ref()).map_err(|error| from(error.to_string()))
    }

    fn tls(&self, host: &str) -> Result<TlsParameters, ConfigError> {
        let mut builder = TlsParameters::builder(host.to_owned());
        if let Some(path) = &self.ca_file {
            let pem = std::fs::read(path)?;
            // lettre takes an empty file for an empty list, and every connection would fail later.
            if !pem.windows(PEM.len()).any(|window| window == PEM) {
                return Err(ConfigError::NoCertificate);
            }
            builder =
                builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|_| ConfigError::NoCertificate)?);
        }
        builder.build().map_err(|error| ConfigError::Tls(error.to_string()))
    }
}

fn return_path(text: &str) -> Result<Address, ConfigError> {
    let mailbox = envelope::mailbox(None, text).map_err(|error| ConfigError::ReturnPath(error.to_string()))?;
    Ok(mailbox.email)
}

/// What every certificate in PEM begins with.
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Undoes percent-encoding. The reader of forms does that, once its own signs, `+` and `&`, are out of its way.
fn decoded(part: &str) -> String {
    let as_form = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(as_form.as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> MailConfig {
        MailConfig::new(url, "WoodGrove <access@woodgrove.example>")
    }

    #[test]
    fn urls_are_understood() {
        for (url, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, "Implicit"),
            ("smtps://u:p@mail.example:1465/", "mail.example", 1465, "Implicit"),
            ("smtp://mail.example?tls=required", "mail.example", 587, "StartTls"),
            ("smtp://u:p@Mail.Example:25?tls=required", "mail.example", 25, "StartTls"),
            ("smtp://localhost:2525", "localhost", 2525, "Loopback"),
            ("smtp://127.0.0.1", "127.0.0.1", 25, "Loopback"),
            ("smtp://[::1]:2525", "::1", 2525, "Loopback"),
        ] {
            let server = config(url).server().unwrap_or_else(|error| panic!("{url}: {error}"));
            let found = match server.security {
                Security::Implicit(_) => "Implicit",
                Security::StartTls(_) => "StartTls",
                Security::Loopback => "Loopback",
            };
            assert_eq!((&*server.host, server.port, found), (host, port, security), "{url}");
        }
    }

    #[test]
    fn credentials_are_decoded() {
        let server = config("smtps://panel%40woodgrove.example:p%40ss+w&=%C3%BC%25d@mail.example").server().unwrap();
        assert_eq!(
            server.credentials,
            Some(Credentials::new("panel@woodgrove.example".to_owned(), "p@ss+w&=ü%d".to_owned()))
        );
    }

    #[test]
    fn what_cannot_work_is_refused_without_telling_the_password() {
        for url in [
            "smtp://u:S3CRET@mail.example",
            "smtp://u:S3CRET@localhost.example:25",
            "smtp://u:S3CRET@mail.example?tls=opportunistic",
            "smtp://u:S3CRET@mail.example?tls=required&more=1",
            "smtps://u:S3CRET@mail.example?tls=none",
            "http://u:S3CRET@mail.example",
            "smtps://u:S3C/RET@mail.example",
            "smtps://u:S3CRET@mail.example/hello",
            "smtps://u@mail.example",
            "smtps://:S3CRET@mail.example",
            "smtps://",
            "S3CRET",
            "",
        ] {
            let error = config(url).server().err().unwrap_or_else(|| panic!("{url} was taken"));
            for shown in
                [error.to_string(), format!("{error:?}"), config(url).to_string(), format!("{:?}", config(url))]
            {
                assert!(!shown.contains("S3C"), "{url}: {shown}");
            }
        }
        assert_eq!(
            config("smtps://u:S3CRET@mail.example:1465").to_string(),
            "smtps://***@mail.example:1465 from WoodGrove <access@woodgrove.example>"
        );
    }

    #[test]
    fn senders_are_checked() {
        let from = |from: &str| MailConfig { from: from.to_owned(), ..config("smtp://localhost") }.sender();
        assert_eq!(from("access@woodgrove.example").unwrap().to_string(), "access@woodgrove.example");
        assert_eq!(from("Wood <a@bücher.example>").unwrap().email.to_string(), "a@xn--bcher-kva.example");
        assert!(from("nobody").is_err());
        assert!(from("jörg@woodgrove.example").is_err());
    }

    #[test]
    fn addresses_for_bounces_are_checked() {
        let with = |text: &str| MailConfig { return_path: Some(text.to_owned()), ..config("smtp://localhost") };
        let address = with("bounces@Bücher.example").letterhead().unwrap().return_path.unwrap();
        assert_eq!(address.to_string(), "bounces@xn--bcher-kva.example");
        for wrong in ["", "bounces", "B <b@a.example>", "a@b.example\r\nRCPT TO:<c@d.example>"] {
            assert!(matches!(with(wrong).letterhead(), Err(ConfigError::ReturnPath(_))), "{wrong}");
        }
    }

    #[test]
    fn paths_are_beside_the_configuration() {
        let mut config: MailConfig = toml::from_str(
            "url = 'smtp://localhost'\nfrom = 'a@b.example'\ntemplates = 'mails'\n\
             [dkim]\ndomain = 'b.example'\nselector = 's'\nkey_file = '/keys/s.pem'",
        )
        .unwrap();
        config.resolve(Path::new("/etc/access-panel"));
        assert_eq!(config.templates.as_deref(), Some(Path::new("/etc/access-panel/mails")));
        assert_eq!(config.dkim.unwrap().key_file, Path::new("/keys/s.pem"));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let with = |path: &Path| MailConfig { ca_file: Some(path.to_owned()), ..config("smtps://mail.example") };
        let path = std::env::temp_dir().join(format!("access-panel-no-certificate-{}.pem", std::process::id()));
        assert!(matches!(with(&path).server(), Err(ConfigError::CaFile(_))));
        std::fs::write(&path, "nothing").unwrap();
        assert!(matches!(with(&path).server(), Err(ConfigError::NoCertificate)));
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<MailConfig>("url = 'smtp://localhost'\nfrom = 'a@b.example'").is_ok());
        assert!(toml::from_str::<MailConfig>("url = 'smtp://localhost'\nfrom = 'a@b.example'\ntls = true").is_err());
    }
}
