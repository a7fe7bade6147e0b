//! The import file: its shape, and mistakes in it with line and field.

use serde::Deserialize;
use toml::Spanned;

use crate::model::{
    Address,
    domains::{DomainPattern, DomainRules},
    names,
    settings::{Guests, Invitations, Organization, Passcodes, Settings},
    state::{JoinPolicy, ProviderKind, Role},
    text,
};

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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    organization: Option<Spanned<Organization>>,
    invitations: Option<Spanned<Invitations>>,
    domains: Option<DomainRules>,
    guests: Option<Guests>,
    passcodes: Option<Passcodes>,
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
    /// Who answers for it.
    #[serde(default)]
    pub owners: Vec<Spanned<String>>,
    /// Who has it directly.
    #[serde(default)]
    pub people: Vec<Spanned<String>>,
    /// Keys of groups whose members have it.
    #[serde(default)]
    pub groups: Vec<Spanned<String>>,
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
            let field = text.lines().nth(line - 1).and_then(|l| l.split('=').next()).unwrap_or_default().trim();
            Mistake { line, field: field.to_owned(), why: error.message().trim().replace('\n', " ") }
        })?;
        let file = Self { text: text.to_owned(), contents };
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
        }
        for app in &self.contents.apps {
            self.web_address(&app.url, "url")?;
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

    /// The settings of the file, laid over those in force: sections that the file does not have stay.
    pub(super) fn settings(&self, current: &Settings) -> Result<Settings, Mistake> {
        let contents = &self.contents;
        if let Some(organization) = &contents.organization {
            let o = organization.as_ref();
            let at = |field: &str, why: &str| self.mistake_at("[organization]", field, why);
            if names::one_line(&o.name).as_deref() != Some(o.name.as_str()) {
                return Err(at("name", "a name is one line of 1 to 120 characters"));
            }
            if o.domains.is_empty() {
                return Err(at("domains", "name at least one domain of your own: its people are members"));
            }
            if o.hue > 359 {
                return Err(at("hue", "a hue is 0 to 359 degrees"));
            }
            if o.chroma > 150 {
                return Err(at("chroma", "a chroma is 0 to 150 thousandths"));
            }
            if o.privacy_url.as_deref().is_some_and(|url| !is_web_address(url)) {
                return Err(at("privacy_url", "must begin with https:// or http://"));
            }
            if let Some(contact) = &o.contact
                && let Err(code) = Address::parse(contact)
            {
                return Err(at("contact", text::words(code).title));
            }
        }
        if contents.invitations.as_ref().is_some_and(|i| !(1..=365).contains(&i.as_ref().valid_days)) {
            return Err(self.mistake_at("[invitations]", "valid_days", "must be 1 to 365 days"));
        }
        Ok(Settings {
            organization: contents
                .organization
                .as_ref()
                .map_or_else(|| current.organization.clone(), |o| o.as_ref().clone()),
            invitations: contents
                .invitations
                .as_ref()
                .map_or_else(|| current.invitations.clone(), |i| i.as_ref().clone()),
            domains: contents.domains.clone().unwrap_or_else(|| current.domains.clone()),
            guests: contents.guests.clone().unwrap_or_else(|| current.guests.clone()),
            passcodes: contents.passcodes.clone().unwrap_or_else(|| current.passcodes.clone()),
        })
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

    fn web_address(&self, url: &Spanned<String>, field: &str) -> Result<(), Mistake> {
        if is_web_address(url.as_ref()) {
            Ok(())
        } else {
            Err(self.mistake(url, field, "must be a whole https:// or http:// address"))
        }
    }

    /// A mistake at a value of the file.
    pub(super) fn mistake<T>(&self, at: &Spanned<T>, field: &str, why: &str) -> Mistake {
        Mistake { line: line_at(&self.text, at.span().start), field: field.to_owned(), why: why.to_owned() }
    }

    /// A mistake at a key of a section, found by its text.
    pub(super) fn mistake_at(&self, section: &str, field: &str, why: &str) -> Mistake {
        let in_section = self.text.lines().enumerate().skip_while(|(_, line)| line.trim() != section);
        let line = in_section
            .clone()
            .find(|(_, line)| line.split('=').next().is_some_and(|key| key.trim() == field))
            .or_else(|| in_section.clone().next())
            .map_or(1, |(index, _)| index + 1);
        Mistake { line, field: field.to_owned(), why: why.to_owned() }
    }
}

/// Only `http` and `https`, with a host: anything else in a link would run as script.
fn is_web_address(text: &str) -> bool {
    // What URL parsers drop in silence would break a header later.
    !text.chars().any(|c| c.is_control() || c.is_whitespace())
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> Mistake {
        File::read(text).and_then(|file| file.settings(&Settings::default()).map(|_| ())).unwrap_err()
    }

    #[test]
    fn mistakes_name_line_and_field() {
        for (text, line, field) in [
            ("[organization]\nname = \"X\"\ncolour = 1\n", 3, "colour"),
            ("[organization]\nname = \"X\"\ndomains = [\"x.example\"]\nhue = 400\n", 4, "hue"),
            ("[organization]\nname = \"X\"\n", 1, "domains"),
            ("[invitations]\nvalid_days = 0\n", 2, "valid_days"),
            ("[invitations]\npolicy = \"nobody\"\n", 2, "policy"),
            ("[domains]\ndeny = [\"not a domain\"]\n", 2, "deny"),
            ("[[people]]\naddress = \"nobody\"\nname = \"N\"\n", 2, "address"),
            ("[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"javascript:alert(1)\"\n", 4, "url"),
            ("[[apps]]\nkey = \"A b\"\nname = \"A\"\nurl = \"https://a.example\"\n", 2, "key"),
            ("[[groups]]\nkey = \"g\"\nname = \"G\"\nowners = []\n", 2, "owners"),
            ("[organization\n", 1, "[organization"),
        ] {
            let mistake = mistake(text);
            assert_eq!((mistake.line, mistake.field.as_str()), (line, field), "{text}: {mistake}");
        }
    }

    #[test]
    fn absent_sections_stay_as_they_are() {
        let mut current = Settings::default();
        current.invitations.valid_days = 7;
        let wanted = File::read("[organization]\nname = \"New\"\ndomains = [\"x.example\"]\n")
            .unwrap()
            .settings(&current)
            .unwrap();
        assert_eq!(wanted.invitations.valid_days, 7);
        assert_eq!(wanted.organization.name, "New");
    }
}
