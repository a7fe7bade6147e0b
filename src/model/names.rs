//! How names are shown, sorted and searched.

use uuid::Uuid;

/// Longest name of a person, group or app, in characters.
pub const LONGEST: usize = 120;

/// The form of a name by which both databases sort and search: lower case, without the accents of Latin letters,
/// single spaces. Made here so that every engine gives the same order.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => folded.push_str(letters),
            // Combining marks.
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None => folded.push(c),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether some word of a folded name begins with each word of a folded query.
pub fn matches(folded_name: &str, folded_query: &str) -> bool {
    folded_query
        .split_whitespace()
        .all(|wanted| folded_name.split([' ', '-', '.', '@', '(']).any(|word| word.starts_with(wanted)))
}

/// The plain letters of a lower-case Latin letter with an accent.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ß' => "ss",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// Up to two initials for a face without a picture.
pub fn initials(name: &str) -> String {
    let letters: Vec<char> =
        name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric())).collect();
    match letters.as_slice() {
        [] => "?".to_owned(),
        [one] => one.to_uppercase().collect(),
        [first, .., last] => first.to_uppercase().chain(last.to_uppercase()).collect(),
    }
}

/// One of 24 hues (15 degrees each) for a face or a logo, always the same for the same object.
pub fn hue(id: Uuid) -> u8 {
    // The last bytes of a UUIDv7 are random; the first are time and would colour a batch alike.
    let bytes = id.as_bytes();
    ((u16::from(bytes[14]) << 8 | u16::from(bytes[15])) % 24) as u8
}

/// A name for someone we know only by address: `sam.oogle@…` becomes `Sam Oogle`.
pub fn from_address(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    let local = local.split('+').next().unwrap_or_default();
    let words: Vec<String> = local
        .split(['.', '_', '-'])
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        })
        .collect();
    if words.is_empty() { address.to_owned() } else { words.join(" ") }
}

/// A person's or thing's name made safe to show in one line: no control or direction characters, no runs of
/// spaces, at most [`LONGEST`] characters. `None` if nothing is left.
pub fn one_line(text: &str) -> Option<String> {
    let cleaned: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(
            |c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}'),
        )
        .collect();
    let line: String = cleaned.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgives_case_and_accents() {
        assert_eq!(fold("  Mira  KOVAČ "), "mira kovac");
        assert_eq!(fold("Jürgen Weiß"), "jurgen weiss");
        assert_eq!(fold("Zo\u{65}\u{308}"), "zoe");
        assert_eq!(fold("東京"), "東京");
    }

    #[test]
    fn a_search_matches_the_beginnings_of_words() {
        assert!(matches("design review", "rev"));
        assert!(matches("design review", "rev des"));
        assert!(!matches("design review", "view"));
        assert!(matches("anything", ""));
    }

    #[test]
    fn initials_are_first_and_last() {
        assert_eq!(initials("John Doe"), "JD");
        assert_eq!(initials("Ana de la Cruz"), "AC");
        assert_eq!(initials("sam"), "S");
        assert_eq!(initials("  "), "?");
    }

    #[test]
    fn names_come_from_addresses() {
        assert_eq!(from_address("mira.kovac+news@studio.example"), "Mira Kovac");
        assert_eq!(from_address("gsamoogle@gmail.com"), "Gsamoogle");
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\r\nb\u{202e}c").as_deref(), Some("a bc"));
        assert_eq!(one_line(" \n "), None);
        assert_eq!(one_line(&"x".repeat(500)).map(|s| s.len()), Some(LONGEST));
    }
}
