//! Apps, as those see them who have them, and those who run them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    domains::DomainRules,
    error::Code,
    state::{GrantReason, UserType},
    view::{GroupName, OpenInvitation, PersonName},
};

/// Long lists are counted up to here.
pub const COUNTED: i64 = 10_000;
/// The people of a group that has an app are counted up to here.
pub const GROUP_COUNTED: i64 = 1000;

/// What every page of an app says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppHead {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its picture, if it has one.
    pub picture_id: Option<Uuid>,
    /// Whether it can be opened.
    pub enabled: bool,
    /// Whether guests can be invited to it.
    pub accepts_guests: bool,
    /// Whether the caller owns it.
    pub is_owner: bool,
    /// Whether the caller may change who has it, and what it says.
    pub can_manage: bool,
    /// Whether the caller may see who has it, and what was done.
    pub can_look: bool,
    /// `Ok` if the caller may invite to it, otherwise why not.
    pub can_invite: Result<(), Code>,
}

/// An app's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPage {
    /// What every page says.
    pub head: AppHead,
    /// Where it is; for those who can open or manage it.
    pub url: Option<String>,
    /// Whether the caller decides who gets it.
    pub is_approver: bool,
    /// Whether people can ask for it.
    pub requestable: bool,
    /// Whether somebody has to approve that.
    pub needs_approval: bool,
    /// Whether the caller has it at this moment.
    pub has: bool,
    /// Whether the caller can ask for it.
    pub can_ask: bool,
    /// The open request of the caller for it.
    pub asked: Option<Uuid>,
    /// Who answers for it, where the caller may know.
    pub owners: Vec<PersonName>,
    /// Every way by which the caller has it.
    pub ways: Vec<AppWay>,
    /// How it is used; for those who manage it.
    pub used: Option<AppUse>,
}

/// One way by which somebody has an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppWay {
    /// The group that gives it; directly without one.
    pub group: Option<GroupName>,
    /// Why they have it, or are in the group.
    pub reason: GrantReason,
    /// Who gave it, where the caller may know.
    pub granted_by: Option<PersonName>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
}

/// How an app was used in the last 30 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppUse {
    /// How often it was opened.
    pub opened: i64,
    /// By how many people; one more than [`COUNTED`] stands for more than that.
    pub people: i64,
    /// How many groups give it; counted like that, too.
    pub groups: i64,
    /// How many have it directly; counted like that, too.
    pub direct: i64,
}

/// Why somebody cannot open an app, as far as they may know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppClosed {
    /// Its name, if they see the app or had it once.
    pub name: Option<String>,
    /// Whether they see it at this moment, although they cannot open it.
    pub seen: bool,
    /// When their access ended, if they had it and that is known.
    pub ended: Option<DateTime<Utc>>,
    /// Whether it is switched off.
    pub off: bool,
    /// Whether they can ask for it.
    pub can_ask: bool,
    /// Their open request for it.
    pub asked: Option<Uuid>,
    /// Who answers for it, where they may know.
    pub owners: Vec<PersonName>,
}

/// Who has an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPeople {
    /// What every page says.
    pub head: AppHead,
    /// Those who have it directly, a page of them.
    pub rows: Vec<AppPerson>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Whether more match than are shown, and only a longer search shows them.
    pub cut: bool,
    /// How many have it directly; one more than [`COUNTED`] stands for more than that.
    pub total: i64,
    /// Groups that give it, a page of them.
    pub groups: Vec<AppGroup>,
    /// Where the next page of groups begins.
    pub next_groups: Option<Uuid>,
}

/// Somebody who has an app directly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPerson {
    /// The user.
    pub user_id: Uuid,
    /// Full name.
    pub name: String,
    /// The address.
    pub address: String,
    /// Member or guest.
    pub user_type: UserType,
    /// The invitation that is still open, if there is one.
    pub invitation: Option<OpenInvitation>,
    /// Whether they are still to accept.
    pub pending: bool,
    /// Why they have it.
    pub reason: GrantReason,
    /// Who gave it; `None` for an import.
    pub granted_by: Option<PersonName>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
}

/// A group that gives an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppGroup {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its picture, if it has one.
    pub picture_id: Option<Uuid>,
    /// Whether a rule decides who is in it.
    pub dynamic: bool,
    /// Whether the caller may open its page.
    pub seen: bool,
    /// How many are in it; one more than [`GROUP_COUNTED`] stands for more than that.
    pub people: i64,
    /// Who gave it the app; `None` for an import.
    pub granted_by: Option<PersonName>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether people whose request is approved are put into it.
    pub joined: bool,
}

/// One person who has an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPersonPage {
    /// What every page says.
    pub head: AppHead,
    /// The person.
    pub person: AppPerson,
    /// Groups that give them the app as well, of those that the caller may see.
    pub through: Vec<GroupName>,
}

/// Taking an app away from a group, before it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppGroupPage {
    /// What every page says.
    pub head: AppHead,
    /// The group.
    pub group: AppGroup,
}

/// What those who run an app can change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSettings {
    /// What every page says.
    pub head: AppHead,
    /// What can be written into the form.
    pub form: AppForm,
    /// Groups to choose from as the one that people join: those of the caller, and those that give the app already.
    pub groups: Vec<GroupName>,
    /// Who approves requests; the owners if nobody is named.
    pub approvers: Vec<PersonName>,
    /// Who answers for it; administrators if nobody is named.
    pub owners: Vec<PersonName>,
}

/// What a form says of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppForm {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it is.
    pub url: String,
    /// Whether guests can be invited to it.
    pub accepts_guests: bool,
    /// Which domains its guests may come from, narrower than the organization's rules.
    pub domains: DomainRules,
    /// Whether people can ask for it.
    pub requestable: bool,
    /// Whether somebody has to approve that.
    pub needs_approval: bool,
    /// The group that those join who were approved; without one they have the app directly.
    pub join_group: Option<Uuid>,
    /// Whether it is left off everybody's panel.
    pub hidden: bool,
}

/// Apps that somebody runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedApps {
    /// The rows.
    pub rows: Vec<ManagedApp>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Whether these are everybody's: for administrators and auditors.
    pub everyone: bool,
}

/// An app in the list of those who run it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedApp {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its picture, if it has one.
    pub picture_id: Option<Uuid>,
    /// Whether it can be opened.
    pub enabled: bool,
    /// Whether people can ask for it.
    pub requestable: bool,
    /// Whether nobody owns it, so that administrators run it.
    pub ownerless: bool,
    /// How often it was opened in the last 30 days.
    pub opened: i64,
}

/// What was done to an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppHistory {
    /// What every page says.
    pub head: AppHead,
    /// A page of it, the newest first.
    pub rows: Vec<AppEvent>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; `None` for the panel itself and the import.
    pub actor: Option<PersonName>,
    /// What, for example `assignment.grant`.
    pub action: String,
    /// The name of the person or group that it was done to.
    pub subject: Option<String>,
    /// Whether that is a group.
    pub is_group: bool,
    /// Until when something lasts from then on, if it was about that.
    pub until: Option<DateTime<Utc>>,
    /// What was changed, by the names of the fields.
    pub fields: Vec<String>,
}
