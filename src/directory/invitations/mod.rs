//! Inviting guests, and what becomes of invitations.
//!
//! One file per subject: [`targets`] who may invite to what, [`invite`] one invitation, [`list`] several at once,
//! [`send`] its mails and links, [`steer`] what inviters do with it, [`end`] how it ends, [`news`] reminders and digests,
//! [`reset`] how a guest is
//! redeemed anew, [`waiting`] what the guest does with it inside the panel.

use uuid::Uuid;

pub mod end;
pub mod invite;
pub mod list;
pub mod news;
pub mod reset;
pub mod send;
pub mod steer;
pub mod targets;
pub mod waiting;

pub use crate::model::ask::{Ask, LONGEST_MESSAGE, Terms};
pub use list::InvitedEntry;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteOutcome {
    /// A new invitation; its mail is queued.
    Invited,
    /// A guest who has accepted before: has it at once, with a notice.
    Added,
    /// There is an open invitation to all of it already; it stays as it is and no second mail leaves.
    AlreadyInvited,
}

/// The answer to an inviter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The guest.
    pub user_id: Uuid,
    /// The invitation, if one is open.
    pub invitation_id: Option<Uuid>,
    /// What happened.
    pub outcome: InviteOutcome,
    /// The link to hand over, if no mail was sent.
    pub link: Option<String>,
}
