//! E-mail addresses, as design 5.3 says: kept as typed, compared in one normalized form.

use serde::{Deserialize, Serialize};

use super::error::Code;

/// Longest mailbox that SMTP can carry (RFC 5321, 4.5.3.1.3, less the angle brackets), in bytes.
pub const LONGEST: usize = 254;
/// Longest local part (RFC 5321, 4.5.3.1.1), in bytes.
pub const LONGEST_LOCAL: usize = 64;

/// A valid mailbox: what was typed, and the form by which it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    typed: String,
    normalized: String,
}

impl Address {
    /// Reads what a person typed. Spaces around it are dropped, and so is a display name
    /// (`Sam Oogle <sam@example.com>`).
    ///
    /// # Errors
    /// [`Code::AddressEmpty`], [`Code::AddressTooLong`] or [`Code::AddressInvalid`].
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let typed = match (text.rfind('<'), text.ends_with('>')) {
            (Some(start), true) => text[start + 1..text.len() - 1].trim(),
            _ => text,
        };
        if typed.is_empty() {
            return Err(Code::AddressEmpty);
        }
        if typed.len() > LONGEST {
            return Err(Code::AddressTooLong);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(Code::AddressInvalid)?;
        if local.len() > LONGEST_LOCAL {
            return Err(Code::AddressTooLong);
        }
        if !valid_local(local) {
            return Err(Code::AddressInvalid);
        }
        let domain = normalize_domain(domain).ok_or(Code::AddressInvalid)?;
        let local = lower(local).ok_or(Code::AddressInvalid)?;
        Ok(Self { typed: typed.to_owned(), normalized: format!("{local}@{domain}") })
    }

    /// As it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// As it is compared: local part in lower case, domain as a lower-case A-label.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The domain, normalized.
    pub fn domain(&self) -> &str {
        self.normalized.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.typed)
    }
}

/// A local part in lower case. `None` for letters that only look like one of ASCII in lower case (the Kelvin sign is
/// one): two mailboxes would become one.
fn lower(local: &str) -> Option<String> {
    let mut lower = String::with_capacity(local.len());
    for c in local.chars() {
        let before = lower.len();
        lower.extend(c.to_lowercase());
        if !c.is_ascii() && lower[before..].bytes().any(|byte| byte.is_ascii()) {
            return None;
        }
    }
    Some(lower)
}

/// A dot-atom of RFC 5322 (with the letters of RFC 6531). Quoted local parts are legal and unknown in practice;
/// we refuse them, as every large provider does.
fn valid_local(local: &str) -> bool {
    !local.is_empty()
        && local.split('.').all(|atom| {
            !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

/// A domain in its one normalized form: lower-case A-labels, no root dot.
///
/// `None` if it is not a name of at least two labels, each of 1 to 63 letters, digits and inner hyphens.
pub fn normalize_domain(domain: &str) -> Option<String> {
    let domain = domain.trim();
    let ascii = idna_ascii(domain)?;
    let valid = ascii.len() <= 253
        && ascii.contains('.')
        && ascii.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
        // A last label of digits only would be an IPv4 address or a typing mistake.
        && !ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    valid.then_some(ascii)
}

/// A link that writes to an address (RFC 6068). What stands before the `@` may hold `?` and `&`, which would add headers.
pub fn mailto(address: &str) -> String {
    let mut link = "mailto:".to_owned();
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@' | b'+') {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    link
}

#[cfg(feature = "ssr")]
fn idna_ascii(domain: &str) -> Option<String> {
    idna::domain_to_ascii_strict(domain).ok()
}

/// The browser only compares what it shows; the server decides, so the tables of IDNA stay out of the download.
#[cfg(not(feature = "ssr"))]
fn idna_ascii(domain: &str) -> Option<String> {
    Some(domain.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_an_address_has_no_headers() {
        assert_eq!(mailto("sam.o+x@example.com"), "mailto:sam.o+x@example.com");
        assert_eq!(mailto("x?bcc=y@z.example&a=b"), "mailto:x%3Fbcc%3Dy@z.example%26a%3Db");
        assert_eq!(mailto("jörg@example.com"), "mailto:j%C3%B6rg@example.com");
    }

    #[test]
    fn accepts_what_people_have() {
        for (typed, normalized) in [
            ("gsamoogle@gmail.com", "gsamoogle@gmail.com"),
            ("  Sam.Oogle@Gmail.COM ", "sam.oogle@gmail.com"),
            ("Sam Oogle <Sam@Example.com>", "sam@example.com"),
            ("a+b@x.com", "a+b@x.com"),
            ("_a_@x.com", "_a_@x.com"),
            ("o'neil@x.co.uk", "o'neil@x.co.uk"),
            ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
        ] {
            let address = Address::parse(typed).unwrap_or_else(|code| panic!("{typed}: {code}"));
            assert_eq!(address.normalized(), normalized);
        }
    }

    #[test]
    fn refuses_what_no_mail_reaches() {
        for (typed, code) in [
            ("", Code::AddressEmpty),
            ("   ", Code::AddressEmpty),
            ("not an address", Code::AddressInvalid),
            ("a@b@c.com", Code::AddressInvalid),
            (".a@x.com", Code::AddressInvalid),
            ("a..b@x.com", Code::AddressInvalid),
            ("a@x", Code::AddressInvalid),
            ("a@-x.com", Code::AddressInvalid),
            ("a@x-.com", Code::AddressInvalid),
            ("a@10.0.0.1", Code::AddressInvalid),
            ("a\r\nBcc: x@y.zz@x.com", Code::AddressInvalid),
            ("a@x.com\r\nBcc: z@y.com", Code::AddressInvalid),
            ("<script>@x.com", Code::AddressInvalid),
            ("@x.com", Code::AddressInvalid),
            ("tom.ba\u{212a}er@x.com", Code::AddressInvalid),
            ("a\0b@x.com", Code::AddressInvalid),
        ] {
            assert_eq!(Address::parse(typed), Err(code), "{typed:?}");
        }
        assert_eq!(Address::parse(&format!("{}@x.com", "a".repeat(65))), Err(Code::AddressTooLong));
        assert_eq!(Address::parse(&format!("a@{}.com", "x.".repeat(200))), Err(Code::AddressTooLong));
    }

    #[test]
    fn the_typed_form_is_kept() {
        let address = Address::parse("Sam <Sam.Oogle@Gmail.com>").unwrap();
        assert_eq!(address.typed(), "Sam.Oogle@Gmail.com");
        assert_eq!(address.domain(), "gmail.com");
    }

    /// Reference 15, "Email", with Microsoft's answer and ours. Design 5.3 takes RFC 5321's mailboxes: plus addresses, and
    /// hyphens wherever they stand, are real mailboxes of real partners.
    #[test]
    fn the_vectors_of_the_reference() {
        for (typed, microsoft, ours) in [
            ("a+b@x.com", false, true),
            (".a@x.com", false, false),
            ("a-@x.com", false, true),
            ("_a_@x.com", true, true),
        ] {
            assert_eq!(Address::parse(typed).is_ok(), ours, "{typed}, which Microsoft takes: {microsoft}");
        }
    }
}
