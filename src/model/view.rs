//! What pages show: the directory's answers, cut to what the caller may see.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    error::Code,
    language::Language,
    state::{Delivery, GrantReason, SignInMethod, UserType},
};

/// An app on someone's panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppTile {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Why this person has it: given directly, through groups, or both.
    pub reasons: Vec<AppReason>,
}

/// Why someone has an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppReason {
    /// Assigned to them.
    Direct,
    /// Through a group they are in.
    Group {
        /// The group.
        id: Uuid,
        /// Its name.
        name: String,
    },
}

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// How many are in it, invited ones included; `None` where the caller may not know.
    pub people: Option<i64>,
    /// How many apps it gives.
    pub apps: i64,
}

/// My Groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyGroups {
    /// Groups the caller owns.
    pub owned: Vec<GroupRow>,
    /// Groups the caller is in and does not own.
    pub member: Vec<GroupRow>,
}

/// A person, by name only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// The user.
    pub id: Uuid,
    /// Full name.
    pub name: String,
}

/// An app, by name only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppName {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A group, by name only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupName {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A group's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPage {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Whether it takes guests.
    pub accepts_guests: bool,
    /// Whether the caller owns it.
    pub is_owner: bool,
    /// Whether the caller may change its members.
    pub can_manage: bool,
    /// `Ok` if the caller may invite to it, otherwise why not.
    pub can_invite: Result<(), Code>,
    /// Who answers for it.
    pub owners: Vec<PersonName>,
    /// What it gives.
    pub apps: Vec<AppName>,
    /// Who is in it; `None` where the caller may not know.
    pub members: Option<Vec<MemberRow>>,
    /// How many are in it, where the caller may know.
    pub total: Option<i64>,
    /// Where the next page of members begins.
    pub next: Option<String>,
}

/// One person in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The user.
    pub user_id: Uuid,
    /// Full name.
    pub name: String,
    /// Address, where the caller may know it.
    pub address: Option<String>,
    /// Member or guest.
    pub user_type: UserType,
    /// The invitation that is still open, if there is one; shown to those who manage the group.
    pub invitation: Option<OpenInvitation>,
    /// Whether they are still to accept.
    pub pending: bool,
    /// Why they are in the group.
    pub reason: GrantReason,
    /// Who brought them, by name; `None` for an import.
    pub granted_by: Option<PersonName>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// An invitation that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// The invitation.
    pub id: Uuid,
    /// When it was made.
    pub invited_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// What became of its mail.
    pub delivery: Delivery,
    /// Why the mail could not be sent, in the mail server's words.
    pub delivery_error: Option<String>,
}

/// A way to prove who one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The provider's key, or `passcode`.
    pub key: String,
    /// The provider's name; empty for a passcode.
    pub name: String,
}

/// The key of the way by code.
pub const PASSCODE_WAY: &str = "passcode";

/// The page behind an invitation's link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedeemPage {
    /// The guest that the invitations are for.
    pub user_id: Uuid,
    /// Who invites: the newest of them.
    pub inviter: PersonName,
    /// The inviter's address, to ask.
    pub inviter_address: String,
    /// The inviter's own words.
    pub message: String,
    /// Groups that all open invitations of this guest give.
    pub groups: Vec<GroupName>,
    /// Apps given, directly or by those groups.
    pub apps: Vec<AppName>,
    /// The invited address.
    pub address: String,
    /// When the invitation ends.
    pub expires_at: DateTime<Utc>,
    /// Ways to sign in, the first one is what *Get started* takes.
    pub ways: Vec<Way>,
    /// The language of the newest invitation.
    pub language: Language,
    /// When the access of the newest invitation ends by itself.
    pub access_until: Option<DateTime<Utc>>,
}

/// The page behind `/unsubscribe/{token}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsubscribePage {
    /// The address that the mail went to.
    pub address: String,
    /// Whether mails to it are blocked.
    pub blocked: bool,
    /// Who invited, while the mail's invitation is still open.
    pub inviter: Option<PersonName>,
    /// The language of the mail's invitation.
    pub language: Language,
}

/// One of the caller's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Names the session without opening it.
    pub id: Uuid,
    /// The browser, as it called itself.
    pub browser: String,
    /// The network it came from.
    pub network: String,
    /// How it was opened.
    pub method: SignInMethod,
    /// When it was opened.
    pub since: DateTime<Utc>,
    /// When it was last used, to within five minutes.
    pub last_seen: DateTime<Utc>,
    /// Whether it is the one asking.
    pub current: bool,
}
