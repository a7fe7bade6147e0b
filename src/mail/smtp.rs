//! Carries mails over SMTP.
//!
//! One connection per mail, with limits of our own around each half of the dialogue. lettre's transport keeps a pool
//! and limits only the TCP connect; a dialogue given up in the middle would go back into that pool, and the answer to
//! the old mail would be taken for the answer to the next.

use std::{error::Error as _, future::Future, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lettre::transport::smtp::{
    Error, authentication::DEFAULT_MECHANISMS, client::AsyncSmtpConnection, commands::Noop, extension::ClientId,
};
use tokio::time::timeout;

pub use super::config::{ConfigError, MailConfig};
use super::{
    config::{Security, Server},
    courier::{Courier, SendError},
    envelope::{self, Letterhead},
};
use crate::model::letter::Mail;

/// To connect, agree on TLS and authenticate.
const TO_OPEN: Duration = Duration::from_secs(20);

/// To hand the mail over. Longer, because servers look for spam before they answer, and giving up while the server
/// takes the mail sends it twice. Both together stay below the two minutes of a lease.
const TO_HAND_OVER: Duration = Duration::from_secs(60);

/// To say goodbye, after everything is done.
const TO_QUIT: Duration = Duration::from_secs(5);

/// Answers that complain about our password or our set-up, not about the mail: they pass once somebody mends that.
const OUR_OWN_FAULT: [&str; 4] = ["530", "534", "535", "538"];

/// Sends by a mail server.
pub struct SmtpCourier {
    server: Server,
    head: Letterhead,
    to_open: Duration,
    to_hand_over: Duration,
}

impl SmtpCourier {
    /// Prepares to send; connects to nothing yet.
    ///
    /// # Errors
    /// [`ConfigError`], which says what to change.
    pub fn new(config: &MailConfig) -> Result<Self, ConfigError> {
        let (server, head) = (config.server()?, config.letterhead()?);
        Ok(Self { server, head, to_open: TO_OPEN, to_hand_over: TO_HAND_OVER })
    }

    /// Opens a connection, private and authenticated as configured.
    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let Server { host, port, security, credentials } = &self.server;
        let hello = ClientId::default();
        within(self.to_open, async {
            let implicit = match security {
                Security::Implicit(tls) => Some(tls.clone()),
                Security::StartTls(_) | Security::Loopback => None,
            };
            let mut connection =
                AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), None, &hello, implicit, None).await?;
            if let Security::StartTls(tls) = security {
                connection.starttls(tls.clone(), &hello).await?;
            }
            if let Some(credentials) = credentials {
                connection.auth(DEFAULT_MECHANISMS, credentials).await?;
            }
            Ok(connection)
        })
        .await
    }
}

#[async_trait]
impl Courier for SmtpCourier {
    async fn send(&self, to: &str, message_id: &str, mail: &Mail, now: DateTime<Utc>) -> Result<(), SendError> {
        let message = envelope::message(&self.head, to, message_id, mail, now)?;
        let mut connection = self.open().await?;
        within(self.to_hand_over, connection.send(message.envelope(), &message.formatted())).await?;
        quit(connection);
        Ok(())
    }

    async fn check(&self) -> Result<(), String> {
        let mut connection = self.open().await.map_err(|error| error.reason)?;
        within(self.to_open, connection.command(Noop)).await.map_err(|error| error.reason)?;
        quit(connection);
        Ok(())
    }
}

/// Says goodbye behind the caller's back: the mail is out, and the sooner that is noted, the better.
fn quit(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        // Whether the server answers makes no difference.
        drop(timeout(TO_QUIT, connection.quit()).await);
    });
}

/// Waits for a part of the dialogue, but not for ever.
async fn within<T>(limit: Duration, part: impl Future<Output = Result<T, Error>>) -> Result<T, SendError> {
    match timeout(limit, part).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(judged(&error)),
        Err(_) => Err(SendError::transient("The mail server did not answer in time.")),
    }
}

/// What an error of SMTP means for the mail.
fn judged(error: &Error) -> SendError {
    let Some(status) = error.status() else {
        // The network, TLS, or an answer that makes no sense. The innermost cause says most.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        return SendError::transient(&format!("The mail server could not be used: {cause}"));
    };
    let status = status.to_string();
    let reason = error.source().map_or_else(|| status.clone(), |words| format!("{status} {words}"));
    if error.is_permanent() && !OUR_OWN_FAULT.contains(&status.as_str()) {
        SendError::permanent(&reason)
    } else {
        SendError::transient(&reason)
    }
}

#[cfg(test)]
pub(super) mod tests;
