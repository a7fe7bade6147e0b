//! Which domains may be invited from (design 5.2).

use serde::{Deserialize, Serialize};

use super::{
    address::{Address, normalize_domain},
    error::Code,
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

/// An allow list and a deny list. Deny wins; an allow list that is not empty lets only its domains pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainRules {
    /// If not empty, only these pass.
    pub allow: Vec<DomainPattern>,
    /// Never pass.
    pub deny: Vec<DomainPattern>,
}

impl DomainRules {
    /// Whether an address may be invited, and may sign in as a guest.
    ///
    /// # Errors
    /// [`Code::DomainBlocked`] or [`Code::DomainNotAllowed`].
    pub fn check(&self, address: &Address) -> Result<(), Code> {
        let domain = address.domain();
        if self.deny.iter().any(|pattern| pattern.covers(domain)) {
            Err(Code::DomainBlocked)
        } else if !self.allow.is_empty() && !self.allow.iter().any(|pattern| pattern.covers(domain)) {
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
        let list = |items: &[&str]| items.iter().map(|d| DomainPattern::try_from((*d).to_owned()).unwrap()).collect();
        DomainRules { allow: list(allow), deny: list(deny) }
    }

    #[test]
    fn deny_wins_and_allow_closes() {
        let at = |a: &str| Address::parse(a).unwrap();
        assert_eq!(rules(&[], &["gmail.com"]).check(&at("x@gmail.com")), Err(Code::DomainBlocked));
        assert_eq!(rules(&["contoso.com"], &[]).check(&at("x@contoso.com")), Ok(()));
        assert_eq!(rules(&["contoso.com"], &[]).check(&at("x@other.com")), Err(Code::DomainNotAllowed));
        assert_eq!(rules(&["contoso.com"], &["contoso.com"]).check(&at("x@contoso.com")), Err(Code::DomainBlocked));
        assert_eq!(rules(&[], &[]).check(&at("x@anything.example")), Ok(()));
    }

    #[test]
    fn a_leading_dot_covers_subdomains() {
        let at = |a: &str| Address::parse(a).unwrap();
        assert_eq!(rules(&["contoso.com"], &[]).check(&at("x@eu.contoso.com")), Err(Code::DomainNotAllowed));
        assert_eq!(rules(&[".contoso.com"], &[]).check(&at("x@eu.contoso.com")), Ok(()));
        assert_eq!(rules(&[".contoso.com"], &[]).check(&at("x@contoso.com")), Ok(()));
        assert_eq!(rules(&[".contoso.com"], &[]).check(&at("x@evilcontoso.com")), Err(Code::DomainNotAllowed));
        assert_eq!(rules(&["Bücher.example"], &[]).check(&at("x@xn--bcher-kva.example")), Ok(()));
    }
}
