//! Origins of web addresses: scheme, host and port, as browsers write them.

use url::{Host, Url};

/// The origin of a web address that a person may be sent to: `https`, or `http` on this machine; with a host that is
/// spelled out, and without a user name.
///
/// `None` for everything else, and for what different readers of addresses would read differently.
pub fn of(address: &str) -> Option<String> {
    // What readers of addresses drop or turn around in silence.
    if address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let (whole, loopback) = match url.host()? {
        Host::Domain(name) => (is_name(name), name == "localhost" || name.ends_with(".localhost")),
        Host::Ipv4(ip) => (true, ip.is_loopback()),
        Host::Ipv6(ip) => (true, ip.is_loopback()),
    };
    let safe = match url.scheme() {
        "https" => true,
        "http" => loopback,
        _ => false,
    };
    (whole && safe && url.username().is_empty() && url.password().is_none()).then(|| url.origin().ascii_serialization())
}

/// Whether a text is a whole web address: only `http` and `https`, with a host. Anything else in a link would run as script.
pub fn is_web_address(text: &str) -> bool {
    // What URL parsers drop in silence would break a header later.
    !text.chars().any(|c| c.is_control() || c.is_whitespace())
        && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether a text is an origin and nothing else, written as browsers do: lower case, A-labels, no usual port, no path.
pub fn is_origin(text: &str) -> bool {
    of(text).is_some_and(|origin| origin == text)
}

/// Labels of letters, digits, hyphens and underscores: no wildcard, no root dot.
fn is_name(host: &str) -> bool {
    host.split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_origin() {
        for text in [
            "https://wiki.fabrikam.example",
            "https://wiki.fabrikam.example:8443",
            "https://intranet",
            "https://xn--bcher-kva.example",
            "https://192.0.2.7",
            "https://[2001:db8::1]:8443",
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://[::1]:8080",
        ] {
            assert!(is_origin(text), "{text}");
        }
        for text in [
            "",
            "wiki.fabrikam.example",
            "//wiki.fabrikam.example",
            "https://",
            "https://wiki.fabrikam.example/",
            "https://wiki.fabrikam.example/start",
            "https://wiki.fabrikam.example?x",
            "https://wiki.fabrikam.example#x",
            "https://wiki.fabrikam.example:443",
            "https://Wiki.fabrikam.example",
            "https://bücher.example",
            "https://*.fabrikam.example",
            "https://*",
            "https://wiki.fabrikam.example.",
            "https://user@wiki.fabrikam.example",
            "https://user:word@wiki.fabrikam.example",
            " https://wiki.fabrikam.example",
            "https://wiki.fabrikam.example\n",
            "https:\\\\wiki.fabrikam.example",
            "http://wiki.fabrikam.example",
            "http://localhost.fabrikam.example",
            "http://10.0.0.1",
            "ftp://wiki.fabrikam.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "null",
        ] {
            assert!(!is_origin(text), "{text:?}");
        }
    }

    #[test]
    fn the_origin_of_an_address() {
        for (address, origin) in [
            ("https://Wiki.Fabrikam.example/start?x=1#y", Some("https://wiki.fabrikam.example")),
            ("https://wiki.fabrikam.example:443/", Some("https://wiki.fabrikam.example")),
            ("https://bücher.example/", Some("https://xn--bcher-kva.example")),
            // Names that only begin or end like an allowed one are others.
            ("https://wiki.fabrikam.example.evil.example/", Some("https://wiki.fabrikam.example.evil.example")),
            ("https://wiki.fabrikam.example@evil.example/", None),
            ("https://evil.example\\@wiki.fabrikam.example/", None),
            ("https://wiki.fabrikam.example\t.evil.example/", None),
            ("/start", None),
            ("//evil.example", None),
            ("JavaScript:alert(1)", None),
            ("http://wiki.fabrikam.example/", None),
        ] {
            assert_eq!(of(address).as_deref(), origin, "{address:?}");
        }
    }
}
