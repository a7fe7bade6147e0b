//! Addresses that an app registers to get people back at, and how one that it asks for is compared with them.

use url::{Host, Url};

/// Longest address, in characters.
pub const LONGEST: usize = 2000;

/// Whether an app may register this address to get people back at: `https`, `http` on this machine only, or a scheme of
/// its own with a dot in it (RFC 8252, 7.1). A fragment, a name or a password in it, and anything that two readers could
/// take for different things are refused.
pub fn is_allowed(uri: &str) -> bool {
    let plain = uri.len() <= LONGEST
        && uri.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'<' | b'>' | b'"' | b'*'));
    let Some(url) = plain.then(|| Url::parse(uri).ok()).flatten() else { return false };
    match url.scheme() {
        "https" => is_site(uri, &url),
        "http" => is_site(uri, &url) && is_loopback(&url),
        scheme => scheme.contains('.') && uri.starts_with(scheme),
    }
}

/// The authority is written as it is read: no user, no other spelling of the host.
fn is_site(uri: &str, url: &Url) -> bool {
    let authority = uri.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    !host.is_empty() && authority == format!("{host}{port}")
}

/// Whether an address is on the machine of whoever opens it.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether the address that an app asks for is the registered one: letter by letter. The port is free where a loopback
/// address is registered without one, for programs that listen where there is room (RFC 8252, 7.3).
pub fn is_same(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    ["http://127.0.0.1", "http://[::1]"].iter().any(|host| {
        let (Some(path), Some(rest)) = (registered.strip_prefix(host), asked.strip_prefix(host)) else { return false };
        let Some(rest) = rest.strip_prefix(':') else { return false };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let port = &rest[..digits];
        !path.starts_with(':') && !port.starts_with('0') && port.parse::<u16>().is_ok() && &rest[digits..] == path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_registered() {
        for good in [
            "https://app.example/cb",
            "https://app.example:8443/cb?x=1",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:8080/cb",
            "http://[::1]/cb",
            "http://localhost:3000/cb",
            "http://app.localhost/cb",
            "com.example.app:/cb",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "http://app.example/cb",
            "https://app.example/cb#x",
            "https://user@app.example/cb",
            "https://app.example\\@evil.example/",
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://*.example/cb",
            "https:app.example/cb",
            "https:///app.example",
            "https://app.example/a b",
            "https://bücher.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp:/cb",
            "https://app.example/\r\nX: y",
        ] {
            assert!(!is_allowed(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_the_registered_address_will_do() {
        let registered = "https://app.example/cb";
        assert!(is_same(registered, registered));
        for trick in [
            "https://app.example/CB",
            "https://APP.example/cb",
            "https://app.example/cb/",
            "https://app.example/cb/../evil",
            "https://app.example/cb?x=1",
            "https://app.example/cb#x",
            "https://app.example/%63b",
            "https://app.example:443/cb",
            "https://app.example@evil.example/cb",
            "https://app.example.evil.example/cb",
            "http://app.example/cb",
            "https://app.example/cb ",
            "",
        ] {
            assert!(!is_same(registered, trick), "{trick:?}");
        }
    }

    #[test]
    fn ports_are_free_on_loopback_only() {
        assert!(is_same("http://127.0.0.1/cb", "http://127.0.0.1:53682/cb"));
        assert!(is_same("http://[::1]/cb", "http://[::1]:1/cb"));
        for (registered, asked) in [
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1:8081/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:53682/other"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example:80/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1:80/cb"),
            ("http://localhost/cb", "http://localhost:3000/cb"),
            ("https://app.example/cb", "https://app.example:444/cb"),
        ] {
            assert!(!is_same(registered, asked), "{asked}");
        }
    }
}
