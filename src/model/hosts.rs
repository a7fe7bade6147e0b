//! Hosts of apps behind a proxy: how they are written, and how one that a proxy names is found again.

use url::Url;

use super::{Code, origin};

/// Longest host with its port, in characters.
pub const LONGEST: usize = 260;

/// Where an app behind a proxy is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppHost {
    /// The host as browsers name it: lower case, with its port unless that is the scheme's usual one.
    pub authority: String,
    /// Whether it is reached over TLS. Without it only on this machine: browsers keep no session otherwise.
    pub https: bool,
}

impl AppHost {
    /// Reads an origin such as `https://wiki.example.com`.
    ///
    /// # Errors
    /// [`Code::HostInvalid`] for anything with a path, a name or a password, for `http` elsewhere than on this machine, and
    /// for what browsers would write differently.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let bare =
            Url::parse(text).is_ok_and(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
        let origin = origin::of(text).filter(|_| bare).ok_or(Code::HostInvalid)?;
        let (scheme, authority) = origin.split_once("://").ok_or(Code::HostInvalid)?;
        if authority.len() > LONGEST {
            return Err(Code::HostInvalid);
        }
        Ok(Self { authority: authority.to_owned(), https: scheme == "https" })
    }

    /// The origin, as browsers write it.
    pub fn origin(&self) -> String {
        format!("{}{}", if self.https { "https://" } else { "http://" }, self.authority)
    }

    /// The host without its port: what cookies belong to.
    pub fn name(&self) -> &str {
        without_port(&self.authority)
    }
}

/// The host of a public URL, without its port.
pub fn name_of(public_url: &str) -> &str {
    without_port(public_url.split_once("://").map_or(public_url, |(_, rest)| rest))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// A host that a proxy names, as it would be registered: `None` for what can be none. `proto` is the scheme that the
/// proxy was asked by.
pub fn named(host: &str, proto: Option<&str>) -> Option<String> {
    if host.is_empty() || host.len() > LONGEST || !host.bytes().all(|byte| is_of_host(byte.to_ascii_lowercase())) {
        return None;
    }
    let mut host = host.to_ascii_lowercase();
    // Browsers leave the usual port out; some proxies put it back.
    for (usual, other) in [(":443", "http"), (":80", "https")] {
        if host.ends_with(usual) && !proto.is_some_and(|proto| proto.eq_ignore_ascii_case(other)) {
            host.truncate(host.len() - usual.len());
        }
    }
    Some(host)
}

/// Whether a host, as it would be registered, is reached over TLS: all are, but those on this machine, which may do
/// without.
pub fn is_https(authority: &str, proto: Option<&str>) -> bool {
    let name = without_port(authority);
    let here = name == "localhost"
        || name.ends_with(".localhost")
        || name == "[::1]"
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    !here || proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

fn is_of_host(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b':' | b'[' | b']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_write_them() {
        for (text, authority, https) in [
            ("https://wiki.example.com", "wiki.example.com", true),
            (" https://Wiki.Example.com/ ", "wiki.example.com", true),
            ("https://wiki.example.com:443", "wiki.example.com", true),
            ("https://wiki.example.com:8443", "wiki.example.com:8443", true),
            ("https://bücher.example", "xn--bcher-kva.example", true),
            ("http://localhost:8080", "localhost:8080", false),
            ("http://wiki.localhost", "wiki.localhost", false),
            ("http://127.0.0.2:80", "127.0.0.2", false),
            ("http://[::1]:81", "[::1]:81", false),
        ] {
            let host = AppHost::parse(text).unwrap();
            assert_eq!((host.authority.as_str(), host.https), (authority, https), "{text}");
            assert_eq!(AppHost::parse(&host.origin()), Ok(host));
        }
        for bad in [
            "",
            "wiki.example.com",
            "http://wiki.example.com",
            "https://wiki.example.com/path",
            "https://wiki.example.com?x",
            "https://wiki.example.com#x",
            "https://user@wiki.example.com",
            "https://wiki.example.com\\@evil.example",
            "https://*.example.com",
            "https://wiki.example.com.",
            "ftp://wiki.example.com",
            "javascript:alert(1)",
            "https://",
        ] {
            assert_eq!(AppHost::parse(bad), Err(Code::HostInvalid), "{bad:?}");
        }
    }

    #[test]
    fn what_proxies_name_is_found_again() {
        for (host, proto, found) in [
            ("wiki.example.com", Some("https"), Some("wiki.example.com")),
            ("WIKI.example.com", None, Some("wiki.example.com")),
            ("wiki.example.com:443", Some("https"), Some("wiki.example.com")),
            ("wiki.example.com:443", Some("http"), Some("wiki.example.com:443")),
            ("wiki.example.com:80", Some("http"), Some("wiki.example.com")),
            ("wiki.example.com:80", Some("https"), Some("wiki.example.com:80")),
            ("[::1]:81", Some("http"), Some("[::1]:81")),
            ("", None, None),
            ("a, b", None, None),
            ("wiki.example.com/", None, None),
            ("evil.example@wiki.example.com", None, None),
            ("bücher.example", None, None),
            ("a\0b", None, None),
        ] {
            assert_eq!(named(host, proto).as_deref(), found, "{host:?} {proto:?}");
        }
        assert_eq!(named(&"a".repeat(LONGEST + 1), None), None);
    }

    #[test]
    fn only_this_machine_does_without_tls() {
        assert!(is_https("wiki.example.com", Some("http")) && is_https("wiki.example.com", None));
        for here in ["localhost:81", "wiki.localhost", "127.0.0.3:81", "[::1]:81"] {
            assert!(!is_https(here, Some("http")) && !is_https(here, None) && is_https(here, Some("https")), "{here}");
        }
    }

    #[test]
    fn names_stand_without_their_port() {
        for (url, name) in [
            ("https://panel.example.com", "panel.example.com"),
            ("http://localhost:3000", "localhost"),
            ("http://[::1]:3000", "[::1]"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(name_of(url), name);
        }
        assert_eq!(AppHost::parse("http://localhost:1").unwrap().name(), "localhost");
    }
}
