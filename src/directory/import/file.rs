//! The import file: its shape, and mistakes in it with line and field.

use serde::Deserialize;
use toml::Spanned;

use super::{
    connections::{OidcEntry, ToldEntry},
    sections::Named,
};
use crate::model::{
    Address,
    domains::{DomainPattern, DomainRules},
    names, origin,
    rule::Rule,
    settings::{
        Guests, Invitations, LONGEST_MEMBERSHIP, MOST_APPROVERS, Organization, Passcodes, SelfService, Settings,
    },
    state::{AppKind, JoinPolicy, ProviderKind, Role},
    text,
};

/// Why a group has no `members` in the file.
pub(super) const MEMBERS_BY_RULE: &str = "a group with a rule has nobody else in it; leave members out";

/// Something in the file is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field}: {why}")]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The key it is about.
    pub field: String,
    /// What is wrong, and what would be right.
    pub why: String,
}

/// A file as read, with the text to find lines in.
pub struct File {
    text: String,
    contents: Contents,
    /// Which keys of which sections it names.
    pub(super) named: Named,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    // Sections of settings: what the file does not name in them has its default here, and is not looked at.
    #[serde(default)]
    organization: Organization,
    #[serde(default)]
    invitations: Invitations,
    #[serde(default)]
    domains: DomainRules,
    #[serde(default)]
    guests: Guests,
    #[serde(default)]
    passcodes: Passcodes,
    #[serde(default)]
    self_service: SelfService,
    #[serde(default)]
    people: Vec<PersonEntry>,
    #[serde(default)]
    identity_providers: Vec<ProviderEntry>,
    #[serde(default)]
    groups: Vec<GroupEntry>,
    #[serde(default)]
    apps: Vec<AppEntry>,
}

/// A member of the organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonEntry {
    /// The address by which their first sign-in binds them.
    pub address: Spanned<String>,
    /// Full name.
    pub name: String,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Where they work; if absent, it stays as it is. So do the next two.
    pub department: Option<String>,
    /// What they do.
    pub job_title: Option<String>,
    /// Whom they work for.
    pub company: Option<String>,
    /// Exactly these roles; if absent, roles stay as they are.
    pub roles: Option<Vec<Role>>,
}

/// An OpenID Connect provider for partners or for anyone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    /// A short stable name.
    pub key: Spanned<String>,
    /// What the button says.
    pub name: String,
    /// `partner` or `social`.
    pub kind: ProviderKind,
    /// The issuer URL.
    pub issuer: Spanned<String>,
    /// Our client id there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: Option<String>,
    /// Scopes besides `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// Domains it is an authority for.
    #[serde(default)]
    pub domains: Vec<DomainPattern>,
    /// Believe addresses of its domains when it does not say whether they are verified.
    #[serde(default)]
    pub assume_verified: bool,
    /// Tell apps what it says of how somebody has proven who they are.
    #[serde(default)]
    pub trust_acr: bool,
}

fn usual_scopes() -> Vec<String> {
    vec!["email".to_owned(), "profile".to_owned()]
}

/// A group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupEntry {
    /// A short stable name.
    pub key: Spanned<String>,
    /// The name that people see.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// How people can join by themselves.
    #[serde(default = "closed")]
    pub join_policy: JoinPolicy,
    /// Whether it shows in the catalogue.
    #[serde(default)]
    pub listed: bool,
    /// Whether it takes guests.
    #[serde(default)]
    pub accepts_guests: bool,
    /// Whether its members may invite too.
    #[serde(default)]
    pub members_may_invite: bool,
    /// Whether guests in it see the names of the others.
    #[serde(default)]
    pub guests_see_members: bool,
    /// Which domains its guests may come from, narrower than the organization's rules.
    #[serde(default)]
    pub domains: DomainRules,
    /// Whether an invitation to it may be redeemed by another address than the invited one.
    #[serde(default)]
    pub other_address: bool,
    /// How many days a membership lasts unless said otherwise.
    pub member_days: Option<i32>,
    /// The rule that says who is in it; an empty one makes it an assigned group. If absent, that stays as it is.
    pub rule: Option<Spanned<String>>,
    /// Who answers for it: at least one.
    pub owners: Vec<Spanned<String>>,
    /// Who is in it.
    #[serde(default)]
    pub members: Vec<Spanned<String>>,
}

const fn closed() -> JoinPolicy {
    JoinPolicy::Closed
}

/// An app.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppEntry {
    /// A short stable name.
    pub key: Spanned<String>,
    /// The name that people see.
    pub name: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// Where it is.
    pub url: Spanned<String>,
    /// Whether it can be opened.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether guests may be invited to it.
    #[serde(default)]
    pub accepts_guests: bool,
    /// Which domains its guests may come from, narrower than the organization's rules.
    #[serde(default)]
    pub domains: DomainRules,
    /// Whether people can ask for it.
    #[serde(default)]
    pub requestable: bool,
    /// Whether somebody has to approve that.
    #[serde(default = "yes")]
    pub needs_approval: bool,
    /// Who approves, up to ten; its owners if nobody is named.
    #[serde(default)]
    pub approvers: Vec<Spanned<String>>,
    /// Key of the group that those join who were approved; without one they have the app directly.
    pub join_group: Option<Spanned<String>>,
    /// Whether it is left off everybody's panel.
    #[serde(default)]
    pub hidden: bool,
    /// Who answers for it.
    #[serde(default)]
    pub owners: Vec<Spanned<String>>,
    /// Who has it directly.
    #[serde(default)]
    pub people: Vec<Spanned<String>>,
    /// Keys of groups whose members have it.
    #[serde(default)]
    pub groups: Vec<Spanned<String>>,
    /// How it signs people in; if absent, that stays as it is. So does all that follows.
    pub kind: Option<AppKind>,
    /// What it registered for OpenID Connect.
    pub oidc: Option<Spanned<OidcEntry>>,
    /// The origins of an app behind a proxy.
    pub hosts: Option<Spanned<Vec<String>>>,
    /// What it is told.
    pub told: Option<ToldEntry>,
}

const fn yes() -> bool {
    true
}

impl File {
    /// Reads and checks everything that can be checked without the directory.
    ///
    /// # Errors
    /// The first mistake, by line.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let contents: Contents = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = line_at(text, start);
            let in_line = || text.lines().nth(line - 1).and_then(|l| l.split('=').next()).unwrap_or_default().trim();
            let field = super::sections::key_at(text, start).unwrap_or_else(|| in_line().to_owned());
            Mistake { line, field, why: error.message().trim().replace('\n', " ") }
        })?;
        let file = Self { text: text.to_owned(), contents, named: Named::read(text) };
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), Mistake> {
        let mut seen = std::collections::HashSet::new();
        let groups = self.contents.groups.iter().map(|group| ("group", &group.key, &group.name));
        let apps = self.contents.apps.iter().map(|app| ("app", &app.key, &app.name));
        let providers = self.contents.identity_providers.iter().map(|p| ("provider", &p.key, &p.name));
        for (kind, key, name) in groups.chain(apps).chain(providers) {
            let valid = !key.as_ref().is_empty()
                && key.as_ref().len() <= 64
                && key.as_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !valid {
                return Err(self.mistake(key, "key", "a key is 1 to 64 of a-z, 0-9 and hyphen"));
            }
            if !seen.insert((kind, key.as_ref().as_str())) {
                return Err(self.mistake(key, "key", "this key is used twice"));
            }
            if names::one_line(name).as_deref() != Some(name.as_str()) {
                return Err(self.mistake(key, "name", "a name is one line of 1 to 120 characters"));
            }
        }
        let mut addresses = std::collections::HashSet::new();
        for person in &self.contents.people {
            if !addresses.insert(self.address(&person.address, "address")?.normalized().to_owned()) {
                return Err(self.mistake(&person.address, "address", "this address is used twice"));
            }
            if names::one_line(&person.name).as_deref() != Some(person.name.as_str()) {
                return Err(self.mistake(&person.address, "name", "a name is one line of 1 to 120 characters"));
            }
        }
        for group in &self.contents.groups {
            if group.owners.is_empty() {
                return Err(self.mistake(&group.key, "owners", "every group needs an owner"));
            }
            if group.member_days.is_some_and(|days| !(1..=LONGEST_MEMBERSHIP).contains(&days)) {
                return Err(self.mistake(&group.key, "member_days", "must be 1 to 3650 days"));
            }
            self.rule(group)?;
        }
        for app in &self.contents.apps {
            self.web_address(&app.url, "url")?;
            if app.approvers.len() > MOST_APPROVERS {
                return Err(self.mistake(&app.key, "approvers", "an app has at most ten approvers"));
            }
            self.check_connection(app)?;
        }
        for provider in &self.contents.identity_providers {
            self.web_address(&provider.issuer, "issuer")?;
            if provider.kind == ProviderKind::Members {
                let why = "the members' provider belongs into access-panel.toml, section [members]; here write partner or social";
                return Err(self.mistake(&provider.key, "kind", why));
            }
            if provider.kind == ProviderKind::Partner && provider.domains.is_empty() {
                return Err(self.mistake(&provider.key, "domains", "a partner's provider claims at least one domain"));
            }
            if provider.key.as_ref() == crate::model::view::PASSCODE_WAY || provider.key.as_ref() == "members" {
                return Err(self.mistake(&provider.key, "key", "this key is taken by the panel itself"));
            }
        }
        Ok(())
    }

    /// The sections of the file, with defaults where it says nothing.
    pub(super) fn sections(&self) -> Settings {
        let Contents { organization, invitations, domains, guests, passcodes, self_service, .. } = &self.contents;
        Settings {
            organization: organization.clone(),
            invitations: invitations.clone(),
            domains: domains.clone(),
            guests: guests.clone(),
            passcodes: passcodes.clone(),
            self_service: self_service.clone(),
        }
    }

    /// Members of the organization.
    pub fn people(&self) -> &[PersonEntry] {
        &self.contents.people
    }

    pub(super) fn identity_providers(&self) -> &[ProviderEntry] {
        &self.contents.identity_providers
    }

    pub(super) fn groups(&self) -> &[GroupEntry] {
        &self.contents.groups
    }

    pub(super) fn apps(&self) -> &[AppEntry] {
        &self.contents.apps
    }

    /// An address in the file.
    pub(super) fn address(&self, text: &Spanned<String>, field: &str) -> Result<Address, Mistake> {
        Address::parse(text.as_ref()).map_err(|code| {
            let words = text::words(code);
            self.mistake(text, field, &format!("{}. {}", words.title, words.remedy))
        })
    }

    /// The rule of a group can be read, and nobody is put into the group besides it.
    fn rule(&self, group: &GroupEntry) -> Result<(), Mistake> {
        let Some(rule) = group.rule.as_ref().filter(|rule| !rule.as_ref().trim().is_empty()) else { return Ok(()) };
        if let Err(error) = Rule::parse(rule.as_ref()) {
            let hint = error.mistake.hint().unwrap_or_default();
            let why =
                format!("at line {}, column {} of the rule: {} {hint}", error.line, error.column, error.mistake.told());
            // The text of several lines begins after its quotation marks, mostly on the next line.
            let start = &self.text[rule.span().start..];
            let opens = ["\"\"\"", "'''"].iter().any(|marks| {
                start.strip_prefix(*marks).is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
            });
            let mut mistake = self.mistake(rule, "rule", why.trim());
            mistake.line += error.line - 1 + usize::from(opens);
            return Err(mistake);
        }
        match group.members.first() {
            Some(member) => Err(self.mistake(member, "members", MEMBERS_BY_RULE)),
            None => Ok(()),
        }
    }

    fn web_address(&self, url: &Spanned<String>, field: &str) -> Result<(), Mistake> {
        if origin::is_web_address(url.as_ref()) {
            Ok(())
        } else {
            Err(self.mistake(url, field, "must be a whole https:// or http:// address"))
        }
    }

    /// A mistake at a value of the file.
    pub(super) fn mistake<T>(&self, at: &Spanned<T>, field: &str, why: &str) -> Mistake {
        Mistake { line: line_at(&self.text, at.span().start), field: field.to_owned(), why: why.to_owned() }
    }

    /// A mistake in a section of settings: at the key, or at the section if the file does not name the key.
    pub(super) fn mistake_in(&self, section: &str, key: &str, why: &str) -> Mistake {
        let line = line_at(&self.text, self.named.offset(section, key));
        Mistake { line, field: key.to_owned(), why: why.to_owned() }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
