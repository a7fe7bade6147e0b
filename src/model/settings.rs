//! The organization's settings, as administrators write them (in the import file) and as the directory keeps them.

use serde::{Deserialize, Serialize};

use super::{
    domains::{DomainPattern, DomainRules},
    language::Language,
    policy::InvitePolicy,
    state::{AppConnecting, GroupCreation, GuestVisibility},
};

/// Everything an administrator decides once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who we are.
    pub organization: Organization,
    /// How invitations work.
    pub invitations: Invitations,
    /// Which domains guests may come from.
    pub domains: DomainRules,
    /// What guests see.
    pub guests: Guests,
    /// Codes by e-mail.
    pub passcodes: Passcodes,
    /// Groups and apps that people run themselves.
    pub self_service: SelfService,
}

/// Who we are, and how we look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Organization {
    /// The organization's name, shown everywhere.
    pub name: String,
    /// Its own domains. Addresses in them are not invited: their people are members. The first one is shown.
    pub domains: Vec<DomainPattern>,
    /// Where the privacy statement is (`https:`).
    pub privacy_url: Option<String>,
    /// Whom to ask for help: an address, shown where no inviter can help.
    pub contact: Option<String>,
    /// The hue of the organization's colour, 0 to 359 degrees in OKLCH.
    pub hue: u16,
    /// How strong that colour is, 0 to 150 thousandths of OKLCH chroma.
    pub chroma: u16,
    /// The language of mails and of redemption where neither the inviter nor the guest has chosen one.
    pub language: Language,
}

impl Default for Organization {
    fn default() -> Self {
        Self {
            name: "Access Panel".to_owned(),
            domains: Vec::new(),
            privacy_url: None,
            contact: None,
            hue: 158,
            chroma: 95,
            language: Language::English,
        }
    }
}

impl Organization {
    /// The domain to show beside the name.
    pub fn first_domain(&self) -> Option<String> {
        self.domains.first().map(|pattern| String::from(pattern.clone()).trim_start_matches('.').to_owned())
    }
}

/// How invitations work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Invitations {
    /// Who may invite.
    pub policy: InvitePolicy,
    /// How long an invitation is open, in days (1 to 365).
    pub valid_days: u16,
    /// How many days before it expires a guest is reminded, once (0 to 30; 0: never).
    pub reminder_days: u16,
    /// Whether inviters get a mail, at most one an hour, that tells what became of their invitations.
    pub digest: bool,
    /// Origins (`https://host`) where an inviter may let a guest land after redemption, besides the panel and its apps.
    pub landing_origins: Vec<String>,
    /// How many people one inviter may invite in an hour (0: no limit). Administrators and guest inviters have none.
    pub inviter_per_hour: u32,
    /// How many people one inviter may invite in a day (0: no limit). Administrators and guest inviters have none.
    pub inviter_per_day: u32,
    /// How many people everyone together may invite in a day (0: no limit). It binds administrators, too.
    pub organization_per_day: u32,
}

impl Default for Invitations {
    fn default() -> Self {
        Self {
            policy: InvitePolicy::AdminsGuestInvitersAndAllMembers,
            valid_days: 30,
            reminder_days: 3,
            digest: true,
            landing_origins: Vec::new(),
            inviter_per_hour: 100,
            inviter_per_day: 300,
            organization_per_day: 200_000,
        }
    }
}

/// What guests see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guests {
    /// How much of others they see.
    pub visibility: GuestVisibility,
}

impl Default for Guests {
    fn default() -> Self {
        Self { visibility: GuestVisibility::Limited }
    }
}

/// Longest default length of a membership, in days.
pub const LONGEST_MEMBERSHIP: i32 = 3650;
/// Most owners of a group or app.
pub const MOST_OWNERS: u64 = 100;
/// Most people who approve requests for an app.
pub const MOST_APPROVERS: usize = 10;
/// How long a deleted group can be restored, in days.
pub const RESTORE_DAYS: i64 = 30;
/// Longest purpose of a group, description of an app, and reason of a request, in characters.
pub const LONGEST_TEXT: usize = 1000;

/// Groups and apps that people run themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelfService {
    /// Who may create groups. Guests never do.
    pub group_creation: GroupCreation,
    /// How many groups one person may have created at a time (0: no limit). Administrators have none.
    pub groups_per_person: u32,
    /// How many days a request waits for a decision (1 to 365).
    pub request_days: u16,
    /// Who says how an app signs people in: its owners, too, or administrators alone.
    pub connect_apps: AppConnecting,
    /// The hosts that owners may register for their apps, where they connect them: `wiki.example.com` is that one,
    /// `.apps.example.com` also all below it.
    pub owner_hosts: Vec<DomainPattern>,
}

impl Default for SelfService {
    fn default() -> Self {
        Self {
            group_creation: GroupCreation::Members,
            groups_per_person: 250,
            request_days: 30,
            connect_apps: AppConnecting::Administrators,
            owner_hosts: Vec::new(),
        }
    }
}

/// Codes by e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Passcodes {
    /// Whether guests can prove their address by a code. Can be off only while another way exists.
    pub enabled: bool,
}

impl Default for Passcodes {
    fn default() -> Self {
        Self { enabled: true }
    }
}
