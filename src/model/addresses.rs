//! Several addresses, pasted in any usual form.

use super::{Address, Code, names};

/// How many addresses a form takes at once; more come by file.
pub const MOST: usize = 100;

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it was typed, without its separators.
    pub text: String,
    /// The name beside the address: `Sam Oogle <sam@example.com>`.
    pub name: Option<String>,
    /// The address, or why it is none.
    pub address: Result<Address, Code>,
}

/// Reads a list: addresses apart by commas, semicolons, lines or spaces, with or without names
/// (`Sam Oogle <sam@example.com>`, `"Oogle, Sam" <sam@example.com>`, `Oogle, Sam <sam@example.com>`), `mailto:` before
/// them or not. An address that comes twice is kept once.
pub fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for piece in text.split(['\n', '\r']).flat_map(pieces) {
        let entry = entry(&piece);
        let twice = entries.iter().any(|known| match (&known.address, &entry.address) {
            (Ok(known), Ok(new)) => known.normalized() == new.normalized(),
            _ => known.text == entry.text,
        });
        if !twice {
            entries.push(entry);
        }
    }
    entries
}

/// The entries of one line.
fn pieces(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    // What stands before an address in angle brackets is its name, with commas or without.
    let mut waiting = String::new();
    for (part, separator) in split(line) {
        let ends_name = separator != Some(',');
        if part.contains('<') || waiting.is_empty() && part.contains('@') {
            let whole = if waiting.is_empty() { part } else { format!("{waiting}, {part}") };
            waiting.clear();
            if whole.contains('<') {
                found.extend(bracketed(&whole));
            } else {
                found.extend(whole.split_whitespace().map(str::to_owned));
            }
        } else if part.contains('@') {
            // A name that no brackets follow was no name.
            found.push(std::mem::take(&mut waiting));
            found.extend(part.split_whitespace().map(str::to_owned));
        } else if !part.is_empty() {
            if !waiting.is_empty() {
                waiting.push_str(", ");
            }
            waiting.push_str(&part);
        }
        if ends_name && !waiting.is_empty() {
            found.push(std::mem::take(&mut waiting));
        }
    }
    if !waiting.is_empty() {
        found.push(waiting);
    }
    found
}

/// Splits at commas, semicolons and tabs outside of quotes and angle brackets; each part with what ended it.
fn split(line: &str) -> Vec<(String, Option<char>)> {
    let mut parts = Vec::new();
    let mut part = String::new();
    // An odd quote is a letter like any other: an apostrophe for inches must not swallow the line.
    let mut quotes = line.matches('"').count() / 2 * 2;
    let (mut quoted, mut bracketed) = (false, false);
    for c in line.chars() {
        match c {
            '"' if quotes > 0 => {
                quotes -= 1;
                quoted = !quoted;
            }
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        // Addresses have none of these inside, so a bracket that was never closed ends here.
        if matches!(c, ',' | ';' | '\t') && !quoted && (!bracketed || c != ',') {
            bracketed = false;
            parts.push((part.trim().to_owned(), Some(c)));
            part.clear();
        } else {
            part.push(c);
        }
    }
    parts.push((part.trim().to_owned(), None));
    parts
}

/// `A <a@x.com> B <b@x.com>`: a closing bracket ends an entry.
fn bracketed(text: &str) -> Vec<String> {
    text.split_inclusive('>').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn entry(text: &str) -> Entry {
    let (name, bare) = match text.rsplit_once('<') {
        Some((name, rest)) => (name.trim().trim_matches(['"', '\'']), rest.trim_end_matches('>')),
        None => ("", text),
    };
    let bare = bare.trim();
    let bare = bare.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map_or(bare, |_| &bare[7..]);
    // A name that repeats the address, as some programs write it, is none.
    let name = names::one_line(name).filter(|name| !name.contains('@'));
    Entry { text: text.to_owned(), name, address: Address::parse(bare) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Option<String>, String)> {
        parse(text)
            .into_iter()
            .map(|entry| {
                (entry.name, entry.address.map_or_else(|code| format!("{code}: {}", entry.text), |a| a.to_string()))
            })
            .collect()
    }

    #[test]
    fn lists_as_people_paste_them() {
        let sam = || (None, "sam@example.com".to_owned());
        let kim = || (None, "kim@example.org".to_owned());
        for text in [
            "sam@example.com, kim@example.org",
            "sam@example.com;kim@example.org;",
            "sam@example.com\r\nkim@example.org\r\n",
            " sam@example.com\tkim@example.org ",
            "sam@example.com kim@example.org",
            "<sam@example.com>,<kim@example.org>",
            "mailto:sam@example.com, MAILTO:kim@example.org",
            "sam@example.com,, ;kim@example.org, Sam@Example.com",
        ] {
            assert_eq!(read(text), [sam(), kim()], "{text:?}");
        }
        let named = |name: &str, address: &str| (Some(name.to_owned()), address.to_owned());
        for (text, expected) in [
            ("Sam Oogle <sam@example.com>", vec![named("Sam Oogle", "sam@example.com")]),
            (
                "\"Oogle, Sam\" <sam@example.com>, Kim <kim@example.org>",
                vec![named("Oogle, Sam", "sam@example.com"), named("Kim", "kim@example.org")],
            ),
            (
                "Oogle, Sam <sam@example.com>; Berg, Kim <kim@example.org>",
                vec![named("Oogle, Sam", "sam@example.com"), named("Berg, Kim", "kim@example.org")],
            ),
            (
                "Sam <sam@example.com> Kim <kim@example.org>",
                vec![named("Sam", "sam@example.com"), named("Kim", "kim@example.org")],
            ),
            ("'sam@example.com' <sam@example.com>", vec![sam()]),
            ("kim@example.org, Sam <sam@example.com>", vec![kim(), named("Sam", "sam@example.com")]),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        let no = |text: &str| (None, format!("invalidEmail: {text}"));
        assert_eq!(read("sam, kim@example.org"), [no("sam"), (None, "kim@example.org".to_owned())]);
        assert_eq!(read("sam@, kim@example.org"), [no("sam@"), (None, "kim@example.org".to_owned())]);
        assert_eq!(read("nobody"), [no("nobody")]);
        assert_eq!(read("Sam <sam@example"), [(Some("Sam".to_owned()), "invalidEmail: Sam <sam@example".to_owned())]);
        assert_eq!(read("6\" Sam <sam@example.com>, kim@example.org").len(), 2);
        assert_eq!(read(" ,;\n\t"), []);
    }

    #[test]
    fn any_text_is_read_without_harm() {
        for text in [
            "<<<>>>",
            "\"",
            "\"\"\"",
            "<",
            ">",
            "a<b@c.de>f@g.hi,<",
            "\u{0}\u{202e}",
            "mailto:",
            "ünï",
            "日本語、a@b.cd",
        ] {
            for entry in parse(text) {
                assert!(!entry.text.is_empty(), "{text:?}");
            }
        }
    }
}
