//! The mails that the directory causes, before they are put into words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{language::Language, state::NoticeKind};

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
        /// When the access that it gives ends by itself.
        #[serde(default)]
        access_until: Option<DateTime<Utc>>,
    },
    /// Reminds a guest of an invitation that is about to expire. Sent once.
    Reminder {
        /// The ticket's secret.
        ticket: Option<String>,
        /// Who invited.
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
    /// Tells someone whom the inviter wants to know (`cc`) that a guest was invited. Holds no ticket.
    Copy {
        /// Who invited.
        inviter: Sender,
        /// The inviter's own words, possibly empty; plain text.
        message: String,
        /// Names of the groups given.
        groups: Vec<String>,
        /// Names of the apps given, directly and by those groups.
        apps: Vec<String>,
        /// The invited address, as typed.
        address: String,
    },
    /// Tells an inviter what became of their invitations since the last such mail.
    Digest {
        /// What happened, newest first.
        news: Vec<News>,
        /// How many more there are than `news` names.
        more: u32,
    },
    /// Tells an inviter that a guest, whose invitation has ended, asks for a new one.
    Asked {
        /// The guest's name.
        guest: String,
        /// The invited address, as typed.
        address: String,
        /// Whom to look at: the path of the guest's page, `/guests/{id}`.
        path: String,
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
        /// When this access ends by itself.
        #[serde(default)]
        access_until: Option<DateTime<Utc>>,
    },
    /// Brings a one-time code.
    Passcode {
        /// Eight digits.
        code: String,
        /// How long it is valid, in minutes.
        minutes: u32,
    },
    /// Tells somebody what concerns them in the panel.
    Notice {
        /// What happened.
        kind: NoticeKind,
        /// Whom it happened to, if not the reader: full name.
        person: Option<String>,
        /// The name of the group or app.
        target: String,
        /// Who did it, where the reader may know: full name.
        actor: Option<String>,
        /// Why, in the words of who asks or who denies; possibly empty, plain text.
        words: String,
        /// Until when something lasts from now on.
        until: Option<DateTime<Utc>>,
        /// Where to go: a path of ours.
        path: String,
        /// The request that it is about.
        request: Option<Uuid>,
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
            Self::Reminder { .. } => "reminder",
            Self::Copy { .. } => "copy",
            Self::Digest { .. } => "digest",
            Self::Asked { .. } => "asked",
            Self::Added { .. } => "added",
            Self::Passcode { .. } => "passcode",
            Self::Notice { .. } => "notice",
        }
    }
}

/// One line of a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The guest's name.
    pub guest: String,
    /// The invited address, as typed.
    pub address: String,
    /// What became of the invitation: accepted, declined or expired.
    pub state: super::state::InvitationState,
    /// When.
    pub at: DateTime<Utc>,
}

/// A letter with what its reader needs besides: what the outbox keeps, sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// What to write.
    #[serde(flatten)]
    pub letter: Letter,
    /// In which language.
    #[serde(default)]
    pub language: Language,
    /// The token of `/unsubscribe/{token}`, in mails that the reader did not ask for. Never a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<String>,
}

/// In the default language, without a link to unsubscribe: for mails that the reader asked for.
impl From<Letter> for Post {
    fn from(letter: Letter) -> Self {
        Self { letter, language: Language::default(), unsubscribe: None }
    }
}

/// Shows its kind only, as [`Letter`] does.
impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Post({})", self.letter.kind())
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
    /// The address behind `List-Unsubscribe` (RFC 2369) and `List-Unsubscribe-Post` (RFC 8058), if the reader can block
    /// such mails.
    pub unsubscribe: Option<String>,
}
