//! Which domains may be invited from (design 5.2).

use serde::{Deserialize, Serialize};

use super::{
    address::{Address, normalize_domain},
    error::Code,
    public_mail,
    state::text_enum,
};

/// One entry of a list: `example.com` is exact, `.example.com` also covers subdomains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainPattern {
    domain: String,
    with_subdomains: bool,
}

impl DomainPattern {
    /// Whether this entry covers a normalized domain.
    pub fn covers(&self, domain: &str) -> bool {
        domain == self.domain
            || self.with_subdomains && domain.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl TryFrom<String> for DomainPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (with_subdomains, name) = match text.trim().strip_prefix('.') {
            Some(rest) => (true, rest),
            None => (false, text.trim()),
        };
        normalize_domain(name).map(|domain| Self { domain, with_subdomains }).ok_or_else(|| {
            format!("{text:?} is not a domain; write example.com, or .example.com to cover subdomains too")
        })
    }
}

impl From<DomainPattern> for String {
    fn from(pattern: DomainPattern) -> Self {
        if pattern.with_subdomains { format!(".{}", pattern.domain) } else { pattern.domain }
    }
}

text_enum! {
    /// A list of domains that the product knows.
    Preset {
        /// Where anybody gets a mailbox: [`public_mail`].
        PublicMail = "public-mail",
    }
}

impl Preset {
    /// Whether the list holds a normalized domain.
    pub fn covers(self, domain: &str) -> bool {
        match self {
            Self::PublicMail => public_mail::contains(domain),
        }
    }
}

/// What marks a preset in a list.
const PRESET: &str = "preset:";

/// One entry of an allow or deny list: a domain, or all domains of a preset (`preset:public-mail`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DomainEntry {
    /// A domain, perhaps with its subdomains.
    Pattern(DomainPattern),
    /// A list that comes with the product. Kept by its name, so that it grows with new versions.
    Preset(Preset),
}

impl DomainEntry {
    /// Whether this entry covers a normalized domain.
    pub fn covers(&self, domain: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.covers(domain),
            Self::Preset(preset) => preset.covers(domain),
        }
    }
}

impl TryFrom<String> for DomainEntry {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let Some(name) = text.trim().strip_prefix(PRESET) else { return text.try_into().map(Self::Pattern) };
        name.parse().map(Self::Preset).map_err(|_| {
            let known: Vec<_> = Preset::ALL.iter().map(|preset| format!("{PRESET}{preset}")).collect();
            format!("{text:?} is not a preset that we know; there is {}", known.join(", "))
        })
    }
}

impl From<DomainEntry> for String {
    fn from(entry: DomainEntry) -> Self {
        match entry {
            DomainEntry::Pattern(pattern) => pattern.into(),
            DomainEntry::Preset(preset) => format!("{PRESET}{preset}"),
        }
    }
}

/// An allow list and a deny list. Deny wins; an allow list that is not empty lets only its domains pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainRules {
    /// If not empty, only these pass.
    pub allow: Vec<DomainEntry>,
    /// Never pass.
    pub deny: Vec<DomainEntry>,
}

impl DomainRules {
    /// Whether every domain passes.
    pub fn is_open(&self) -> bool {
        self.allow.is_empty() && self.deny.is_empty()
    }

    /// Whether an address may be invited, and may sign in as a guest.
    ///
    /// # Errors
    /// [`Code::DomainBlocked`] or [`Code::DomainNotAllowed`].
    pub fn check(&self, address: &Address) -> Result<(), Code> {
        let domain = address.domain();
        if self.deny.iter().any(|entry| entry.covers(domain)) {
            Err(Code::DomainBlocked)
        } else if !self.allow.is_empty() && !self.allow.iter().any(|entry| entry.covers(domain)) {
            Err(Code::DomainNotAllowed)
        } else {
            Ok(())
        }
    }
}

/// Whether an address passes the organization's rules and those of everything it is invited to. Groups and apps only
/// narrow: what the organization refuses stays refused, and is told first.
///
/// # Errors
/// As [`DomainRules::check`].
pub fn check_all(organization: &DomainRules, narrower: &[DomainRules], address: &Address) -> Result<(), Code> {
    organization.check(address)?;
    narrower.iter().try_for_each(|rules| rules.check(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allow: &[&str], deny: &[&str]) -> DomainRules {
        let list = |items: &[&str]| items.iter().map(|d| DomainEntry::try_from((*d).to_owned()).unwrap()).collect();
        DomainRules { allow: list(allow), deny: list(deny) }
    }

    fn at(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    /// Reference 15, "Domains", the two that are about lists alone. (Those about pending and accepted guests are in the
    /// suite: `directory::domains`.)
    #[test]
    fn the_vectors_of_the_reference() {
        assert_eq!(rules(&[], &["gmail.com"]).check(&at("x@gmail.com")), Err(Code::DomainBlocked));
        assert_eq!(rules(&["contoso.com"], &[]).check(&at("x@contoso.com")), Ok(()));
        assert_eq!(rules(&["contoso.com"], &[]).check(&at("x@other.com")), Err(Code::DomainNotAllowed));
    }

    #[test]
    fn deny_wins_and_allow_closes() {
        assert_eq!(rules(&["contoso.com"], &["contoso.com"]).check(&at("x@contoso.com")), Err(Code::DomainBlocked));
        assert_eq!(
            rules(&[".contoso.com"], &["eu.contoso.com"]).check(&at("x@eu.contoso.com")),
            Err(Code::DomainBlocked)
        );
        assert_eq!(rules(&[".contoso.com"], &["eu.contoso.com"]).check(&at("x@us.contoso.com")), Ok(()));
        assert_eq!(rules(&[], &[]).check(&at("x@anything.example")), Ok(()));
    }

    #[test]
    fn a_leading_dot_covers_subdomains() {
        assert_eq!(rules(&["contoso.com"], &[]).check(&at("x@eu.contoso.com")), Err(Code::DomainNotAllowed));
        assert_eq!(rules(&[".contoso.com"], &[]).check(&at("x@eu.contoso.com")), Ok(()));
        assert_eq!(rules(&[".contoso.com"], &[]).check(&at("x@contoso.com")), Ok(()));
        assert_eq!(rules(&[".contoso.com"], &[]).check(&at("x@evilcontoso.com")), Err(Code::DomainNotAllowed));
        assert_eq!(rules(&["Bücher.example"], &[]).check(&at("x@xn--bcher-kva.example")), Ok(()));
    }

    #[test]
    fn a_preset_stands_in_either_list() {
        let work_only = rules(&[], &["preset:public-mail"]);
        assert_eq!(work_only.check(&at("x@GMail.com")), Err(Code::DomainBlocked));
        assert_eq!(work_only.check(&at("x@fabrikam.example")), Ok(()));
        let private_only = rules(&["preset:public-mail", "fabrikam.example"], &["gmx.de"]);
        assert_eq!(private_only.check(&at("x@gmail.com")), Ok(()));
        assert_eq!(private_only.check(&at("x@fabrikam.example")), Ok(()));
        assert_eq!(private_only.check(&at("x@gmx.de")), Err(Code::DomainBlocked));
        assert_eq!(private_only.check(&at("x@contoso.example")), Err(Code::DomainNotAllowed));
    }

    #[test]
    fn entries_are_written_as_they_are_kept() {
        for (typed, kept) in [
            ("Example.COM", "example.com"),
            (" .Bücher.example ", ".xn--bcher-kva.example"),
            ("preset:public-mail", "preset:public-mail"),
            (" preset:public-mail ", "preset:public-mail"),
        ] {
            assert_eq!(String::from(DomainEntry::try_from(typed.to_owned()).unwrap()), kept);
        }
        for typed in [
            "",
            ".",
            "..example.com",
            "*.example.com",
            "x@example.com",
            "com",
            "https://example.com",
            "preset:",
            "preset:Public-Mail",
            "preset: public-mail",
            "presets:public-mail",
            ".preset:public-mail",
        ] {
            assert!(DomainEntry::try_from(typed.to_owned()).is_err(), "{typed:?}");
        }
        let unknown = DomainEntry::try_from("preset:banks".to_owned()).unwrap_err();
        assert!(unknown.contains("preset:public-mail"), "{unknown}");
        // Our own domains, and those that a provider answers for, are never a preset.
        assert!(DomainPattern::try_from("preset:public-mail".to_owned()).is_err());
    }

    #[test]
    fn groups_and_apps_only_narrow() {
        let organization = rules(&[".contoso.com", "fabrikam.example"], &["eu.contoso.com"]);
        for (narrower, address, expected) in [
            (vec![], "x@contoso.com", Ok(())),
            (vec![rules(&["contoso.com"], &[])], "x@contoso.com", Ok(())),
            (vec![rules(&["contoso.com"], &[])], "x@fabrikam.example", Err(Code::DomainNotAllowed)),
            (vec![rules(&[], &["fabrikam.example"])], "x@fabrikam.example", Err(Code::DomainBlocked)),
            // What the organization refuses, a group's list does not allow.
            (vec![rules(&["eu.contoso.com"], &[])], "x@eu.contoso.com", Err(Code::DomainBlocked)),
            (vec![rules(&["gmail.com"], &[])], "x@gmail.com", Err(Code::DomainNotAllowed)),
            // Every one of several has to agree.
            (
                vec![rules(&["contoso.com"], &[]), rules(&["us.contoso.com"], &[])],
                "x@contoso.com",
                Err(Code::DomainNotAllowed),
            ),
            (vec![rules(&[], &[]), rules(&[".contoso.com"], &[])], "x@us.contoso.com", Ok(())),
        ] {
            assert_eq!(check_all(&organization, &narrower, &at(address)), expected, "{address} by {narrower:?}");
        }
    }
}
