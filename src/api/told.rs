//! What an operation came to, for the one page that tells it. It may hold links, so it never travels in an address: it
//! is kept sealed, for a quarter of an hour and for the session that asked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::here::Here;
use crate::{
    directory::invitations::InviteOutcome,
    model::{Code, Refusal, state::GuestAction, view::Steered},
};

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// What became of an invitation of one or several people.
    Invited(Vec<InvitedTold>),
    /// A link to hand over.
    Link {
        /// The guest it is for.
        guest: Uuid,
        /// Their name.
        name: String,
        /// Their address.
        address: String,
        /// The link.
        link: String,
    },
    /// What became of several guests.
    Steered {
        /// What was to be done.
        action: GuestAction,
        /// What was done.
        steered: Steered,
    },
    /// A rule that is looked at before it is anybody's.
    Rule(RuleTyped),
    /// A new secret of an app.
    Secret {
        /// The app.
        app: Uuid,
        /// The secret.
        secret: String,
    },
}

/// What was typed into the form of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTyped {
    /// Name of the new group.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// The rule.
    pub rule: String,
    /// The person to try it on.
    pub person: String,
    /// The one that was picked from the list of those.
    pub person_chosen: String,
}

/// What became of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedTold {
    /// The address, or what was typed.
    pub address: String,
    /// The guest, where the inviter may know them.
    pub guest: Option<Uuid>,
    /// What happened.
    pub outcome: Outcome,
    /// The link, where no mail was sent.
    pub link: Option<String>,
}

/// What happened to one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Invited: there is a mail or a link.
    Invited,
    /// A guest already: added at once.
    Added,
    /// There was an invitation already.
    AlreadyInvited,
    /// It could not be done.
    Refused(Code),
}

impl From<InviteOutcome> for Outcome {
    fn from(outcome: InviteOutcome) -> Self {
        match outcome {
            InviteOutcome::Invited => Self::Invited,
            InviteOutcome::Added => Self::Added,
            InviteOutcome::AlreadyInvited => Self::AlreadyInvited,
        }
    }
}

impl Here {
    /// Keeps what is to be told. The answer is the key for the address.
    ///
    /// # Errors
    /// When the directory fails.
    pub(super) async fn keep(&self, told: &Told) -> Result<String, Refusal> {
        let text = serde_json::to_string(told).map_err(|_| Code::Internal)?;
        self.directory.keep_note(&self.session_hash, &text).await.map_err(Into::into)
    }
}

/// What was kept under a key for this session; `None` once it is too old, or for anybody else.
pub async fn told(key: Option<&str>) -> Option<Told> {
    let here = Here::get().ok()?;
    let text = here.directory.note(&here.session_hash, key?).await.ok().flatten()?;
    serde_json::from_str(&text).ok()
}

/// As [`told`], and forgotten with that: whoever looks again finds nothing.
pub async fn told_once(key: Option<&str>) -> Option<Told> {
    let here = Here::get().ok()?;
    let text = here.directory.take_note(&here.session_hash, key?).await.ok().flatten()?;
    serde_json::from_str(&text).ok()
}
