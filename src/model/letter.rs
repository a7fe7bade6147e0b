//! The mails that the directory causes, before they are put into words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who stands behind a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Full name.
    pub name: String,
    /// Address, where answers go.
    pub address: String,
}

/// A mail to be written. Kept sealed in the outbox, because it may hold a ticket or a code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// Asks a guest in.
    Invitation {
        /// The ticket's secret; `None` in a preview, whose button leads nowhere.
        ticket: Option<String>,
        /// Who invites.
        inviter: Sender,
        /// The inviter's own words, possibly empty; plain text.
        message: String,
        /// Names of the groups given.
        groups: Vec<String>,
        /// Names of the apps given, directly and by those groups.
        apps: Vec<String>,
        /// The invited address, as typed.
        address: String,
        /// When the invitation ends.
        expires_at: DateTime<Utc>,
    },
    /// Tells a guest who has accepted before that there is more for them now.
    Added {
        /// Who gave it.
        inviter: Sender,
        /// The inviter's own words, possibly empty; plain text.
        message: String,
        /// Names of the groups given.
        groups: Vec<String>,
        /// Names of the apps given by those groups.
        apps: Vec<String>,
        /// The guest's address, as typed.
        address: String,
    },
    /// Brings a one-time code.
    Passcode {
        /// Eight digits.
        code: String,
        /// How long it is valid, in minutes.
        minutes: u32,
    },
}

/// Shows its kind only: a letter may hold a ticket or a code.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.kind())
    }
}

impl Letter {
    /// The name of its templates.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::Added { .. } => "added",
            Self::Passcode { .. } => "passcode",
        }
    }
}

/// A mail in words, ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Sender>,
}
