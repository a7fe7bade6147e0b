//! Paths of our own, so that nobody is led elsewhere.

/// The path if it is one of ours: a single slash at its start, nothing that a browser could read as another host.
pub fn own(path: &str) -> Option<&str> {
    let mut chars = path.chars();
    let ours = chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && path.len() <= 2000
        && !path.chars().any(|c| c.is_control() || c == '\\');
    ours.then_some(path)
}

/// The path if it is one of ours, the start page otherwise.
pub fn own_or_start(path: &str) -> &str {
    own(path).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own() {
        for path in ["/", "/groups", "/groups/1?after=x#people", "/redeem?ticket=a%2Fb"] {
            assert_eq!(own(path), Some(path));
        }
        for path in [
            "",
            "groups",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x",
            "/a\\b",
        ] {
            assert_eq!(own(path), None, "{path:?}");
        }
    }
}
