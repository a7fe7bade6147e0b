//! Whoever carries mails away.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::model::letter::Mail;

/// Carries mails: over SMTP in a deployment, into the mailbox of the demo.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends one mail. Delivery is at least once: the same `message_id` (without angle brackets) names the same mail.
    ///
    /// # Errors
    /// [`SendError`], which says whether trying again makes sense.
    async fn send(&self, to: &str, message_id: &str, mail: &Mail, now: DateTime<Utc>) -> Result<(), SendError>;

    /// Whether mails could leave now, without sending one.
    ///
    /// # Errors
    /// What is wrong, in one line for an administrator.
    async fn check(&self) -> Result<(), String>;
}

/// Why a mail did not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// One line, the server's own words where it had any. It may name the receiver, so it belongs beside the mail and
    /// not into a log. Never a secret.
    pub reason: String,
    /// Whether the same mail would fail again.
    pub permanent: bool,
}

/// Longest reason, in characters.
const LONGEST_REASON: usize = 300;

impl SendError {
    /// A failure that will stay.
    pub fn permanent(reason: &str) -> Self {
        Self { reason: super::tidy::line(reason, LONGEST_REASON), permanent: true }
    }

    /// A failure that may pass.
    pub fn transient(reason: &str) -> Self {
        Self { reason: super::tidy::line(reason, LONGEST_REASON), permanent: false }
    }
}
