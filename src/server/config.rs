//! The configuration: one TOML file, each key also as `ACCESS_PANEL__SECTION__KEY`. Unknown keys are refused.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use ipnet::IpNet;
use serde::Deserialize;

use super::host::PublicUrl;
use crate::{
    mail::MailConfig,
    model::{
        provider::{MembersRule, Provider},
        state::ProviderKind,
    },
    outgoing,
};

/// Everything that `access-panel.toml` may say. See docs/configuration.md.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the server listens and is reached.
    pub server: Server,
    /// Where the directory is.
    #[serde(default)]
    pub database: Database,
    /// The deployment key.
    #[serde(default)]
    pub secrets: Secrets,
    /// The organization's own identity provider.
    pub members: Option<Members>,
    /// The mail server.
    pub mail: Option<MailConfig>,
    /// What may be reached of what people enter.
    #[serde(default)]
    pub outgoing: OutgoingConfig,
    /// Who may see metrics.
    #[serde(default)]
    pub metrics: MetricsConfig,
    /// How to log.
    #[serde(default)]
    pub log: Log,
}

/// Requests to addresses that people entered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutgoingConfig {
    /// What may be reached besides public addresses: networks, addresses, hosts.
    #[serde(default)]
    pub allow: Vec<outgoing::Allow>,
}

/// Where the server listens and is reached.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// Where people reach it.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 3000))
}

/// Where the directory is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://FILE` or `postgres://…`.
    #[serde(default = "database_url")]
    pub url: String,
    /// How many connections to keep at most.
    #[serde(default = "connections")]
    pub max_connections: u32,
}

/// The URL may hold a password.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

fn database_url() -> String {
    "sqlite://access-panel.db".to_owned()
}

const fn connections() -> u32 {
    8
}

impl Default for Database {
    fn default() -> Self {
        Self { url: database_url(), max_connections: connections() }
    }
}

impl Database {
    /// The SQLite file; `None` for a server.
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite://").or_else(|| self.url.strip_prefix("sqlite:"))?;
        Some(PathBuf::from(path.split('?').next().unwrap_or_default()))
    }

    /// The folder of a SQLite file.
    fn folder(&self) -> Option<PathBuf> {
        let file = self.file()?;
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Some(parent.map_or_else(|| PathBuf::from("."), Path::to_owned))
    }

    /// Reads the URL before the driver does, whose errors would print its password.
    ///
    /// # Errors
    /// What is wrong with it, without showing it.
    pub fn check(&self) -> anyhow::Result<()> {
        let sqlite = self.file().is_some_and(|file| !file.as_os_str().is_empty());
        let postgres = url::Url::parse(&self.url)
            .is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host());
        anyhow::ensure!(sqlite || postgres, "database.url must be sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME");
        Ok(())
    }
}

/// The deployment key.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The file it is in; made by the first start. Beside the database if not given.
    pub key_file: Option<PathBuf>,
    /// The keys themselves, one a line, instead of a file.
    pub keys: Option<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("key_file", &self.key_file).finish_non_exhaustive()
    }
}

/// The organization's own identity provider.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// Its name, for the log and for `doctor`.
    #[serde(default = "members_name")]
    pub name: String,
    /// Its issuer URL.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Our client secret there.
    pub client_secret: Option<String>,
    /// Scopes besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Believe addresses of our own domains when it does not say whether they are verified.
    #[serde(default)]
    pub assume_verified: bool,
    /// Tell apps what it says of how somebody has proven who they are.
    #[serde(default = "yes")]
    pub trust_acr: bool,
    /// Which of its accounts become members.
    #[serde(default)]
    pub require: Require,
}

impl std::fmt::Debug for Members {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Members").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

const fn yes() -> bool {
    true
}

fn members_name() -> String {
    "Your organization".to_owned()
}

fn scopes() -> Vec<String> {
    vec!["email".to_owned(), "profile".to_owned()]
}

/// Which accounts become members.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Require {
    /// A proven address in one of the organization's own domains.
    #[default]
    OwnDomain,
    /// A claim that has, or holds, a value: `{ claim = { name = "groups", value = "staff" } }`.
    Claim {
        /// The claim's name.
        name: String,
        /// The value.
        value: String,
    },
}

/// Who may see metrics.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// `/metrics` answers to `Authorization: Bearer TOKEN`.
    pub token: Option<String>,
    /// A listener of its own that answers `/metrics` to anybody.
    pub listen: Option<SocketAddr>,
}

impl std::fmt::Debug for MetricsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetricsConfig").field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// How to log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// What to log, for example `info` or `access_panel=debug,info`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// Names the file, the key and what would be right.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            path.exists(),
            "there is no configuration at {}; see docs/configuration.md for a sample",
            path.display()
        );
        let mut config: Self = Figment::new()
            .merge(Toml::file_exact(path))
            .merge(Env::prefixed("ACCESS_PANEL__").split("__"))
            .extract()
            .with_context(|| format!("the configuration {}", path.display()))?;
        if let (Some(mail), Some(folder)) = (&mut config.mail, path.parent()) {
            mail.resolve(folder);
        }
        Ok(config)
    }

    /// The public URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn public_url(&self) -> anyhow::Result<PublicUrl> {
        PublicUrl::parse(&self.server.public_url).map_err(anyhow::Error::msg).context("server.public_url")
    }

    /// Where the key file is.
    pub fn key_file(&self) -> PathBuf {
        self.secrets
            .key_file
            .clone()
            .unwrap_or_else(|| self.database.folder().unwrap_or_else(|| PathBuf::from(".")).join("secrets.key"))
    }

    /// What may be reached of what people enter.
    pub fn outgoing(&self) -> outgoing::Policy {
        outgoing::Policy::new(self.outgoing.allow.clone())
    }

    /// The members' provider and its rule.
    pub fn members(&self) -> (Option<Provider>, MembersRule) {
        let Some(members) = &self.members else { return (None, MembersRule::OwnDomain) };
        let rule = match &members.require {
            Require::OwnDomain => MembersRule::OwnDomain,
            Require::Claim { name, value } => MembersRule::Claim { name: name.clone(), value: value.clone() },
        };
        let provider = Provider {
            key: "members".to_owned(),
            name: members.name.clone(),
            kind: ProviderKind::Members,
            issuer: members.issuer.clone(),
            client_id: members.client_id.clone(),
            client_secret: members.client_secret.clone(),
            scopes: members.scopes.clone(),
            domains: Vec::new(),
            assume_verified: members.assume_verified,
            trust_acr: members.trust_acr,
        };
        (Some(provider), rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Box<figment::Error>> {
        Figment::new().merge(Toml::string(text)).extract().map_err(Box::new)
    }

    #[test]
    fn the_least_that_works() {
        let config = read("[server]\npublic_url = \"https://access.example.com\"\n").unwrap();
        assert_eq!(config.server.listen.port(), 3000);
        assert_eq!(config.key_file(), PathBuf::from("./secrets.key"));
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        let error = read("[server]\npublic_url = \"https://a.example\"\nlisten_on = 1\n").unwrap_err().to_string();
        assert!(error.contains("listen_on"), "{error}");
    }

    #[test]
    fn members_by_claim() {
        let config = read(
            "[server]\npublic_url = \"https://a.example\"\n[members]\nissuer = \"https://i.example\"\nclient_id = \"c\"\n\
             require = { claim = { name = \"groups\", value = \"staff\" } }\n",
        )
        .unwrap();
        assert!(matches!(config.members().1, MembersRule::Claim { name, .. } if name == "groups"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = read(
            "[server]\npublic_url = \"https://a.example\"\n[database]\nurl = \"postgres://u:hunter2@h/d\"\n\
             [members]\nissuer = \"https://i.example\"\nclient_id = \"c\"\nclient_secret = \"hunter2\"\n\
             [mail]\nurl = \"smtps://u:hunter2@h\"\nfrom = \"a@b.example\"\n[metrics]\ntoken = \"hunter2\"\n[secrets]\nkeys = \"hunter2\"\n",
        )
        .unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
