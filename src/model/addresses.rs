//! Several addresses, pasted in any usual form.

use std::collections::HashSet;

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

/// How many spellings are read for each address that is taken: one that comes twice may be written differently.
const SPELLINGS: usize = 8;

/// A list holds more than is taken. How much more is not known: reading ended there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Reads a list of at most `most` addresses: apart by commas, semicolons, lines or spaces, with or without names
/// (`Sam Oogle <sam@example.com>`, `"Oogle, Sam" <sam@example.com>`, `Oogle, Sam <sam@example.com>`), `mailto:` before
/// them or not. An address that comes twice is kept once. What takes work is in proportion to `most`, not to the text.
///
/// # Errors
/// [`TooMany`].
pub fn parse(text: &str, most: usize) -> Result<Vec<Entry>, TooMany> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut texts, mut known) = (HashSet::new(), HashSet::new());
    for piece in text.split(['\n', '\r']).flat_map(pieces) {
        if !texts.insert(piece.clone()) {
            continue;
        }
        if texts.len() > most * SPELLINGS {
            return Err(TooMany);
        }
        let entry = entry(&piece);
        if let Ok(address) = &entry.address
            && !known.insert(address.normalized().to_owned())
        {
            continue;
        }
        if entries.len() == most {
            return Err(TooMany);
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The first entry of a list.
pub fn first(text: &str) -> Option<Entry> {
    text.split(['\n', '\r']).flat_map(pieces).next().map(|piece| entry(&piece))
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
        parse(text, MOST)
            .unwrap()
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
            for entry in parse(text, MOST).unwrap() {
                assert!(!entry.text.is_empty(), "{text:?}");
            }
        }
    }

    #[test]
    fn reading_ends_where_too_many_are_sure() {
        let distinct = |count: usize| (0..count).map(|n| format!("a{n}@x.example")).collect::<Vec<_>>().join(";");
        assert_eq!(parse(&distinct(MOST), MOST).unwrap().len(), MOST);
        assert_eq!(parse(&distinct(MOST + 1), MOST), Err(TooMany));
        assert_eq!(parse(&distinct(6), 5), Err(TooMany));
        assert_eq!(parse(&"sam@example.com,".repeat(16_000), 1).unwrap().len(), 1);
        // One address in a thousand spellings is no list of a hundred.
        let spelled = |n: u32| (0..10).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect::<String>();
        let spellings: Vec<String> = (0..1000).map(|n| format!("{}@x.example", spelled(n))).collect();
        assert_eq!(parse(&spellings[..700].join(" "), MOST).unwrap().len(), 1);
        assert_eq!(parse(&spellings.join(" "), MOST), Err(TooMany));
        assert_eq!(first(&distinct(2)).unwrap().text, "a0@x.example");
        assert_eq!(first(" \n;"), None);
    }
}
