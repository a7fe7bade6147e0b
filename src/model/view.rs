//! What pages show: the directory's answers, cut to what the caller may see.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    error::Code,
    language::Language,
    state::{Delivery, GrantReason, GroupKind, InvitationState, JoinPolicy, SignInMethod, UserType},
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
    /// Its picture.
    pub picture: Option<Uuid>,
    /// How many are in it, invited ones included, counted as far as [`super::groups::MOST_COUNTED_IN_LISTS`]; `None`
    /// where the caller may not know.
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
    /// Where the next page begins.
    pub next: Option<String>,
    /// Whether the caller may create groups.
    pub may_create: bool,
    /// Whether there are deleted groups that the caller can restore.
    pub deleted: bool,
}

/// A person, by name only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// The user.
    pub id: Uuid,
    /// Full name.
    pub name: String,
}

/// Somebody found by name or address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFound {
    /// The user.
    pub id: Uuid,
    /// Full name.
    pub name: String,
    /// Address, where the caller may know it.
    pub address: Option<String>,
    /// Member or guest.
    pub user_type: UserType,
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
    /// Its picture.
    pub picture: Option<Uuid>,
    /// How it gets its members.
    pub kind: GroupKind,
    /// How people can join by themselves.
    pub join_policy: JoinPolicy,
    /// Whether it shows in the catalogue.
    pub listed: bool,
    /// How many days a membership lasts unless said otherwise.
    pub member_days: Option<i32>,
    /// Whether it takes guests.
    pub accepts_guests: bool,
    /// Whether the caller owns it.
    pub is_owner: bool,
    /// Whether the caller is in it.
    pub is_member: bool,
    /// Whether the caller may change its members.
    pub can_manage: bool,
    /// Whether the caller may read its history.
    pub can_look_back: bool,
    /// How the caller can join it now, if they can.
    pub joins: Option<JoinPolicy>,
    /// `Ok` if the caller may invite to it, otherwise why not.
    pub can_invite: Result<(), Code>,
    /// Who answers for it.
    pub owners: Vec<PersonName>,
    /// What it gives.
    pub apps: Vec<AppName>,
    /// Who is in it; `None` where the caller may not know.
    pub members: Option<Vec<MemberRow>>,
    /// How many are in it, counted as far as [`super::groups::MOST_COUNTED`], where the caller may know.
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
    /// Until when, if that was said; shown to those who manage the group.
    pub until: Option<DateTime<Utc>>,
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

/// What somebody may invite to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteTargets {
    /// Groups, by name; at most [`InviteTargets::MOST`].
    pub groups: Vec<GroupName>,
    /// Apps, by name; at most [`InviteTargets::MOST`].
    pub apps: Vec<AppName>,
    /// Whether they may invite to the directory alone.
    pub directory: bool,
    /// Whether there are more groups or apps than are named.
    pub more: bool,
    /// Why they may not invite at all, if so.
    pub refused: Option<Code>,
}

impl InviteTargets {
    /// How many groups, and how many apps, are named at most.
    pub const MOST: usize = 200;

    /// Whether there is nothing to invite to.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.apps.is_empty() && !self.directory
    }
}

/// What would become of one address of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressStanding {
    /// As it was typed.
    pub text: String,
    /// The address alone, if it is one.
    pub address: Option<String>,
    /// What would happen.
    pub standing: Standing,
}

/// What inviting an address would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is", content = "code")]
pub enum Standing {
    /// They would get an invitation.
    New,
    /// They are a guest already and would be added at once.
    Known,
    /// There is an open invitation to all of it; nothing would change.
    Invited,
    /// They have all of it already; nothing would change.
    HasAll,
    /// They would be invited, but want no mail from us: the link has to be handed over.
    NoMail,
    /// They cannot be invited, and why.
    Refused(Code),
}

/// A page of guests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestList {
    /// The rows.
    pub rows: Vec<GuestRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Groups that the list can be narrowed to.
    pub groups: Vec<GroupName>,
    /// Apps that the list can be narrowed to.
    pub apps: Vec<AppName>,
    /// Whether the caller may ask for everyone's guests.
    pub may_see_all: bool,
    /// Whether the caller may invite.
    pub may_invite: bool,
}

/// One guest in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestRow {
    /// The guest.
    pub user_id: Uuid,
    /// Full name.
    pub name: String,
    /// The address.
    pub address: String,
    /// How far they have come.
    pub state: InvitationState,
    /// Their newest invitation that the caller may know of.
    pub invitation: Option<GuestInvitation>,
    /// When they last signed in.
    pub last_sign_in: Option<DateTime<Utc>>,
    /// Whether they want no mail from this organization.
    pub blocks_mail: bool,
    /// Names of groups and apps of theirs that the caller manages or has invited them to, up to three.
    pub access: Vec<String>,
    /// How many more there are.
    pub more_access: u32,
}

/// An invitation, as those see it who may steer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestInvitation {
    /// The invitation.
    pub id: Uuid,
    /// Its state at this moment.
    pub state: InvitationState,
    /// Since when.
    pub state_at: DateTime<Utc>,
    /// When it was made.
    pub invited_at: DateTime<Utc>,
    /// When it ends, or has ended.
    pub expires_at: DateTime<Utc>,
    /// What became of its mail.
    pub delivery: Delivery,
    /// Why the mail could not be sent, in the mail server's words.
    pub delivery_error: Option<String>,
    /// When the mail server took it, the last time.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the guest was reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When the guest asked for a new one.
    pub asked_at: Option<DateTime<Utc>>,
}

/// A guest's own page, as those see it who have to do with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestPage {
    /// The guest.
    pub user_id: Uuid,
    /// Full name.
    pub name: String,
    /// The address.
    pub address: String,
    /// How far they have come: the state of their newest invitation, or accepted.
    pub state: InvitationState,
    /// Whether they are in the directory at this moment.
    pub live: bool,
    /// Whether an administrator has blocked them.
    pub blocked: bool,
    /// Whether they want no mail from this organization.
    pub blocks_mail: bool,
    /// Who answers for them.
    pub sponsor: Option<PersonName>,
    /// When they came into the directory.
    pub since: DateTime<Utc>,
    /// When they accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When they last signed in.
    pub last_sign_in: Option<DateTime<Utc>>,
    /// Their invitations that the caller may steer, the newest first.
    pub invitations: Vec<SteerableInvitation>,
    /// What they have of what the caller may know.
    pub access: Vec<AccessRow>,
    /// Whether the caller manages any of it, so that it can be withdrawn.
    pub can_withdraw: bool,
}

/// An invitation on a guest's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SteerableInvitation {
    /// What lists show of it, too.
    pub invitation: GuestInvitation,
    /// Who invites.
    pub inviter: PersonName,
    /// The inviter's own words.
    pub message: String,
    /// The language of its mail.
    pub language: Language,
    /// When the access that it gives ends by itself.
    pub access_until: Option<DateTime<Utc>>,
    /// Names of the groups and apps it gives.
    pub grants: Vec<String>,
    /// Whether the caller may revoke it.
    pub can_revoke: bool,
    /// Whether the caller may send it again, extend it, and copy its link; otherwise why not.
    pub can_send: Result<(), Code>,
}

/// Something that a guest has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRow {
    /// The group or app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it is an app rather than a group.
    pub is_app: bool,
    /// Whether the caller manages it.
    pub managed: bool,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: GrantReason,
    /// Who gave it, by name.
    pub granted_by: Option<PersonName>,
    /// Whether it waits for the invitation to be accepted.
    pub waiting: bool,
}

/// An invitation that waits for the person who looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingInvitation {
    /// The invitation.
    pub id: Uuid,
    /// Who invites.
    pub inviter: PersonName,
    /// The inviter's own words.
    pub message: String,
    /// Names of the groups and apps it gives.
    pub grants: Vec<String>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When the access that it gives ends by itself.
    pub access_until: Option<DateTime<Utc>>,
}

/// What became of one of several guests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steered {
    /// How many it was done for.
    pub done: u32,
    /// For whom it was not, by name, and why.
    pub refused: Vec<(String, Code)>,
}
