//! Requests to addresses that people entered: where an app wants to be told of sign-outs, and whatever they can enter
//! later. Whoever enters one must not reach what only this machine reaches: metadata services, private networks, other
//! programs on loopback ports.
//!
//! A name is looked up once; every address it has is judged, and only those judged well are connected to. No redirect is
//! followed and no proxy of the environment is asked. What an operator configures (identity providers, the mail server)
//! does not go through here.

mod judge;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{
    StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use url::Host;

pub use judge::{Allow, is_public};

/// How long one request may take.
pub const LONGEST: Duration = Duration::from_secs(10);
/// How long a connection may take to come about.
const TO_CONNECT: Duration = Duration::from_secs(5);

/// Which addresses may be reached besides public ones.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allow: Arc<[Allow]>,
}

impl Policy {
    /// Public addresses, and these.
    pub fn new(allow: Vec<Allow>) -> Self {
        Self { allow: allow.into() }
    }

    /// Public addresses and this machine: for the demo, whose apps are here.
    pub fn with_loopback() -> Self {
        Self::new(["127.0.0.0/8", "::1/128"].into_iter().filter_map(|net| net.parse().ok()).map(Allow::Net).collect())
    }

    fn permits(&self, host: &str, address: SocketAddr) -> bool {
        is_public(address.ip()) || self.allow.iter().any(|allow| allow.covers(host, address.ip()))
    }

    /// The addresses of a host that may be connected to.
    async fn judged(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, NotSent> {
        let found: Vec<SocketAddr> = tokio::time::timeout(TO_CONNECT, tokio::net::lookup_host((host, port)))
            .await
            .map_err(|_| NotSent::Unknown(host.to_owned()))?
            .map_err(|_| NotSent::Unknown(host.to_owned()))?
            .collect();
        let good: Vec<SocketAddr> = found.into_iter().filter(|address| self.permits(host, *address)).collect();
        if good.is_empty() { Err(NotSent::Inside(host.to_owned())) } else { Ok(good) }
    }

    /// Whether something could be sent to this address now: for `doctor`.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self, url: &str) -> Result<(), NotSent> {
        let url = Url::parse(url).map_err(|_| NotSent::Unreadable)?;
        let host = bare(&url)?;
        self.judged(&host, url.port_or_known_default().unwrap_or(443)).await.map(drop)
    }
}

/// The host of an address, without the brackets of IPv6.
fn bare(url: &Url) -> Result<String, NotSent> {
    match url.host() {
        Some(Host::Domain(name)) => Ok(name.to_owned()),
        Some(Host::Ipv4(ip)) => Ok(ip.to_string()),
        Some(Host::Ipv6(ip)) => Ok(ip.to_string()),
        None => Err(NotSent::Unreadable),
    }
}

/// Why nothing was sent, or nothing came back. Never holds more of an address than its host: a path may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The address cannot be read.
    #[error("the address cannot be read")]
    Unreadable,
    /// Nobody knows the host.
    #[error("{0} cannot be looked up")]
    Unknown(String),
    /// The host is inside of a network that is not to be reached.
    #[error("{0} is not a public address, and [outgoing] allow in access-panel.toml does not list it")]
    Inside(String),
    /// The network, or TLS.
    #[error("{0}")]
    Failed(String),
    /// It took too long.
    #[error("it did not answer in time")]
    Late,
}

/// Looks names up for the client, by the policy.
struct Judge(Policy);

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let good = policy.judged(name.as_str(), 0).await?;
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

/// Sends.
#[derive(Clone)]
pub struct Outgoing {
    http: reqwest::Client,
    policy: Policy,
}

impl Outgoing {
    /// A client that keeps to the policy.
    ///
    /// # Errors
    /// If the machine has no usable TLS.
    pub fn new(policy: Policy) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(TO_CONNECT)
            .timeout(LONGEST)
            .dns_resolver(Arc::new(Judge(policy.clone())))
            .build()?;
        Ok(Self { http, policy })
    }

    /// Posts a form. Of the answer, only the status counts, and no more of it is read.
    ///
    /// # Errors
    /// [`NotSent`].
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<StatusCode, NotSent> {
        let url = Url::parse(url).map_err(|_| NotSent::Unreadable)?;
        // The client looks up names only: an address that is written out is judged here.
        if !matches!(url.host(), Some(Host::Domain(_))) {
            self.policy.judged(&bare(&url)?, url.port_or_known_default().unwrap_or(443)).await?;
        }
        let sent = tokio::time::timeout(LONGEST, self.http.post(url).form(fields).send()).await;
        match sent {
            Ok(Ok(answer)) => Ok(answer.status()),
            Ok(Err(error)) => Err(why(&error)),
            Err(_) => Err(NotSent::Late),
        }
    }
}

/// What went wrong, without the address.
fn why(error: &reqwest::Error) -> NotSent {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut deepest = String::new();
    while let Some(one) = cause {
        if let Some(ours) = one.downcast_ref::<NotSent>() {
            return ours.clone();
        }
        deepest = one.to_string();
        cause = one.source();
    }
    if error.is_timeout() { NotSent::Late } else { NotSent::Failed(deepest) }
}

#[cfg(test)]
mod tests;
