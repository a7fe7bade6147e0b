//! Identity providers, and what their word is worth (design 5.4 and 5.8).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{address::Address, domains::DomainPattern, how::How, state::ProviderKind};

/// The issuer of guests who prove themselves by a code sent to their address.
pub const MAIL_ISSUER: &str = "mail";

/// The one issuer whose `hd` claim counts.
const GOOGLE: &str = "https://accounts.google.com";

/// An OpenID Connect provider that people may sign in with. The secret is in the clear: never log or serialize it.
#[derive(Clone)]
pub struct Provider {
    /// Its short stable name, used in links and in the import file.
    pub key: String,
    /// What the button says.
    pub name: String,
    /// What it is for.
    pub kind: ProviderKind,
    /// The issuer URL; discovery starts there.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Our client secret there; public clients have none.
    pub client_secret: Option<String>,
    /// Scopes to ask for besides `openid`.
    pub scopes: Vec<String>,
    /// The domains it is an authority for.
    pub domains: Vec<DomainPattern>,
    /// Believe an address of its domains even if the `email_verified` claim is absent (Entra never sends it).
    /// A claim that says `false` is never overruled.
    pub assume_verified: bool,
    /// Pass on to apps what it says of how somebody has proven who they are (`acr` and `amr`).
    pub trust_acr: bool,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("key", &self.key).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// Whether this provider may vouch for addresses of that domain.
    pub fn is_authority_for(&self, address: &Address) -> bool {
        self.domains.iter().any(|pattern| pattern.covers(address.domain()))
    }
}

/// What a provider said of someone, after every check of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who said it.
    pub issuer: String,
    /// Whom it is about, in the issuer's words.
    pub subject: String,
    /// The address it asserted, as sent.
    pub email: Option<String>,
    /// Whether it says that the address is verified; `None` if it did not say.
    pub email_verified: Option<bool>,
    /// Full name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Google's hosted domain: the provider is an authority for it, too.
    pub hosted_domain: Option<String>,
    /// The remaining claims that a members' rule may ask for, each as a list of texts.
    pub other: Vec<(String, Vec<String>)>,
    /// How and when they proved who they are.
    #[serde(default)]
    pub how: How,
}

/// Someone who signed in: an identity, and the address they proved or merely named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The identity's issuer, or [`MAIL_ISSUER`].
    pub issuer: String,
    /// The identity's subject; for [`MAIL_ISSUER`] the normalized address.
    pub subject: String,
    /// The address the provider named.
    pub address: Option<Address>,
    /// Whether that address counts as proven.
    pub proven: bool,
    /// Whether the provider says that it has verified the address, authority or not.
    pub verified: bool,
    /// The address of the account that signs in, where a code has proven another one beside it.
    pub signing_address: Option<Address>,
    /// Profile, as far as the provider told.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// How and when they proved it.
    #[serde(default)]
    pub how: How,
}

impl Proof {
    /// Weighs a provider's word: an address is proven only if it is verified **and** the provider is an authority
    /// for its domain. `own_domains` are those of the organization; only its members' provider vouches for them.
    pub fn of(provider: &Provider, claims: &Claims, own_domains: &[DomainPattern]) -> Self {
        let address = claims.email.as_deref().and_then(|email| Address::parse(email).ok());
        let authority = address.as_ref().is_some_and(|address| {
            let own = own_domains.iter().any(|pattern| pattern.covers(address.domain()));
            match provider.kind {
                ProviderKind::Members => own,
                _ if own => false,
                ProviderKind::Partner => provider.is_authority_for(address),
                ProviderKind::Social => {
                    provider.is_authority_for(address)
                        // Google's own word for "this account is run by that domain"; nobody else's claim means it.
                        || claims.issuer == GOOGLE
                            && claims.hosted_domain.as_deref().is_some_and(|hd| hd.eq_ignore_ascii_case(address.domain()))
                }
            }
        });
        // Silence counts for its own domains alone: elsewhere people may type what they like.
        let verified = claims.email_verified.unwrap_or(provider.assume_verified && authority);
        Self {
            issuer: claims.issuer.clone(),
            subject: claims.subject.clone(),
            proven: verified && authority,
            verified: verified && address.is_some(),
            signing_address: None,
            address,
            name: claims.name.as_deref().and_then(super::names::one_line),
            given_name: claims.given_name.as_deref().and_then(super::names::one_line),
            family_name: claims.family_name.as_deref().and_then(super::names::one_line),
            how: if provider.trust_acr {
                claims.how.clone().without_our_words()
            } else {
                claims.how.clone().only_when()
            },
        }
    }

    /// The proof of a passcode: the mailbox itself is the identity.
    pub fn by_mail(address: Address, now: DateTime<Utc>) -> Self {
        Self {
            issuer: MAIL_ISSUER.to_owned(),
            subject: address.normalized().to_owned(),
            address: Some(address),
            proven: true,
            verified: true,
            signing_address: None,
            name: None,
            given_name: None,
            family_name: None,
            how: How::by_code(now),
        }
    }

    /// Both proofs together: this account, and a mailbox that a code has proven.
    pub fn with_mailbox(self, mailbox: Address) -> Self {
        Self { signing_address: self.address, address: Some(mailbox), proven: true, ..self }
    }

    /// Every address that this proof brings along: domain rules bind them all.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.address.iter().chain(&self.signing_address)
    }

    /// Whether this proves exactly that mailbox.
    pub fn proves(&self, address: &Address) -> bool {
        self.proven && self.address.as_ref().is_some_and(|own| own.normalized() == address.normalized())
    }
}

/// Which accounts of the members' provider become members (`members.require`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembersRule {
    /// A proven address in one of the organization's own domains.
    OwnDomain,
    /// A claim that holds a value, for example `groups` holding `staff`.
    Claim {
        /// The claim's name.
        name: String,
        /// The value it must have, or hold if it is a list.
        value: String,
    },
}

impl MembersRule {
    /// Whether this account becomes a member.
    pub fn admits(&self, proof: &Proof, claims: &Claims) -> bool {
        match self {
            Self::OwnDomain => proof.proven,
            // An address that nobody verified would be found by it later, by an import for example.
            Self::Claim { name, value } => {
                proof.verified && claims.other.iter().any(|(key, values)| key == name && values.contains(value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(kind: ProviderKind, domains: &[&str]) -> Provider {
        Provider {
            key: "p".into(),
            name: "P".into(),
            kind,
            issuer: "https://p.example".into(),
            client_id: "panel".into(),
            client_secret: None,
            scopes: vec![],
            domains: domains.iter().map(|d| DomainPattern::try_from((*d).to_owned()).unwrap()).collect(),
            assume_verified: false,
            trust_acr: false,
        }
    }

    fn claims(email: &str, verified: Option<bool>, hosted_domain: Option<&str>) -> Claims {
        Claims {
            issuer: "https://p.example".into(),
            subject: "1".into(),
            email: Some(email.into()),
            email_verified: verified,
            name: None,
            given_name: None,
            family_name: None,
            hosted_domain: hosted_domain.map(Into::into),
            other: vec![("groups".into(), vec!["staff".into()])],
            how: How::default(),
        }
    }

    fn own() -> Vec<DomainPattern> {
        vec![DomainPattern::try_from("woodgrove.example".to_owned()).unwrap()]
    }

    #[test]
    fn silence_counts_for_its_own_domains_alone() {
        let rule = MembersRule::Claim { name: "groups".into(), value: "staff".into() };
        let silent = Provider { assume_verified: true, ..provider(ProviderKind::Members, &[]) };
        for (email, said, admitted) in [
            ("lena@woodgrove.example", None, true),
            ("ceo@victim.example", None, false),
            ("ceo@victim.example", Some(false), false),
            ("lena@contractor.example", Some(true), true),
        ] {
            let claims = claims(email, said, None);
            let proof = Proof::of(&silent, &claims, &own());
            assert_eq!((proof.verified, rule.admits(&proof, &claims)), (admitted, admitted), "{email} {said:?}");
        }
    }

    #[test]
    fn only_who_is_trusted_tells_apps_how_strong_it_was() {
        let how = How { acr: Some("loa-2".into()), amr: vec!["mfa".into()], at: None };
        let claims = Claims { how: how.clone(), ..claims("sam@p.example", Some(true), None) };
        let partner = provider(ProviderKind::Partner, &["p.example"]);
        assert_eq!(Proof::of(&partner, &claims, &own()).how, How::default());
        let trusted = Provider { trust_acr: true, ..partner };
        assert_eq!(Proof::of(&trusted, &claims, &own()).how, how);
        let ours = Claims { how: How { acr: Some("urn:access-panel:acr:mfa".into()), ..how }, ..claims };
        assert_eq!(Proof::of(&trusted, &ours, &own()).how.acr, None);
    }

    #[test]
    fn an_address_needs_an_authority_and_a_verification() {
        use ProviderKind::*;
        for (kind, domains, email, verified, hd, proven) in [
            (Social, vec!["gmail.com"], "x@gmail.com", Some(true), None, true),
            (Social, vec!["gmail.com"], "x@gmail.com", Some(false), None, false),
            (Social, vec!["gmail.com"], "x@gmail.com", None, None, false),
            (Social, vec!["gmail.com"], "x@contoso.com", Some(true), None, false),
            (Social, vec!["gmail.com"], "x@contoso.com", Some(true), Some("contoso.com"), true),
            (Social, vec!["gmail.com"], "x@contoso.com", Some(true), Some("other.com"), false),
            (Partner, vec!["contoso.com"], "x@contoso.com", Some(true), None, true),
            (Partner, vec!["contoso.com"], "x@contoso.com", Some(true), Some("fabrikam.com"), true),
            (Partner, vec!["contoso.com"], "x@fabrikam.com", Some(true), Some("fabrikam.com"), false),
            (Partner, vec!["contoso.com"], "x@woodgrove.example", Some(true), None, false),
            (Partner, vec!["woodgrove.example"], "x@woodgrove.example", Some(true), None, false),
            (Members, vec![], "x@woodgrove.example", Some(true), None, true),
            (Members, vec!["gmail.com"], "x@gmail.com", Some(true), None, false),
        ] {
            let mut claims = claims(email, verified, hd);
            claims.issuer = GOOGLE.into();
            let proof = Proof::of(&provider(kind, &domains), &claims, &own());
            assert_eq!(proof.proven, proven, "{kind} {domains:?} {email} {verified:?} {hd:?}");
        }
    }

    #[test]
    fn a_hosted_domain_is_googles_word_only() {
        let claims = claims("x@contoso.com", Some(true), Some("contoso.com"));
        assert!(!Proof::of(&provider(ProviderKind::Social, &["gmail.com"]), &claims, &own()).proven);
    }

    #[test]
    fn a_members_claim_needs_a_verified_address() {
        let rule = MembersRule::Claim { name: "groups".into(), value: "staff".into() };
        let claims = claims("boss@woodgrove.example", Some(false), None);
        let proof = Proof::of(&provider(ProviderKind::Members, &[]), &claims, &own());
        assert!(!rule.admits(&proof, &claims));
    }

    #[test]
    fn a_mailbox_beside_an_account_keeps_both_addresses() {
        let claims = claims("me@denied.example", Some(true), None);
        let account = Proof::of(&provider(ProviderKind::Social, &["gmail.com"]), &claims, &own());
        let invited = Address::parse("me@partner.example").unwrap();
        let both = account.with_mailbox(invited.clone());
        assert!(both.proves(&invited));
        let all: Vec<_> = both.addresses().map(Address::normalized).collect();
        assert_eq!(all, ["me@partner.example", "me@denied.example"]);
    }

    #[test]
    fn assumed_verification_never_overrules_a_no() {
        let entra = Provider { assume_verified: true, ..provider(ProviderKind::Members, &[]) };
        assert!(Proof::of(&entra, &claims("x@woodgrove.example", None, None), &own()).proven);
        assert!(!Proof::of(&entra, &claims("x@woodgrove.example", Some(false), None), &own()).proven);
    }

    #[test]
    fn members_by_claim() {
        let rule = MembersRule::Claim { name: "groups".into(), value: "staff".into() };
        let provider = provider(ProviderKind::Members, &[]);
        let claims = claims("x@elsewhere.example", Some(true), None);
        let proof = Proof::of(&provider, &claims, &own());
        assert!(rule.admits(&proof, &claims));
        assert!(!MembersRule::OwnDomain.admits(&proof, &claims));
        assert!(!MembersRule::Claim { name: "groups".into(), value: "boss".into() }.admits(&proof, &claims));
    }
}
