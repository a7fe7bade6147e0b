//! Words of others, made safe to stand in a mail: what they say is kept, what steers the page is dropped.

/// One line of any length up to `longest` characters: no control or direction characters, no runs of spaces.
/// (`names::one_line` does the same for names, but an address or a server's answer may be longer than a name.)
pub(super) fn line(text: &str, longest: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !steers(*c)).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(longest).collect()
}

/// The lines of a person's message, without control and direction characters, and without empty lines around it.
/// No lines at all if nothing was said.
pub(super) fn lines(text: &str) -> Vec<String> {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}', '\u{85}'], "\n");
    unified
        .trim()
        .split('\n')
        .map(|line| {
            let spaced: String =
                line.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !steers(*c)).collect();
            spaced.trim_end().to_owned()
        })
        .skip_while(String::is_empty)
        .collect()
}

/// The text twin of a mail: paragraphs with one empty line between, none around, and a line's end.
pub(super) fn paragraphs(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}

/// Whether a character turns the direction of what follows, and could so make our own words read as others.
const fn steers(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("550 5.1.1\r\nno\tsuch\u{202e} user", 300), "550 5.1.1 no such user");
        assert_eq!(line("abcdef", 3), "abc");
        assert_eq!(line("a\u{2028}b", 9), "a b");
    }

    #[test]
    fn paragraphs_are_one_line_apart() {
        assert_eq!(paragraphs("\n\na \nb\r\n\n\n \nc\n\n"), "a\nb\n\nc\n");
    }

    #[test]
    fn lines_of_a_message_are_kept() {
        assert_eq!(
            lines("\r\n Hi Sam,\r\n\r\nall the best\rJohn \u{202e}\n\n"),
            ["Hi Sam,", "", "all the best", "John"]
        );
        assert!(lines(" \n\u{202e}\n ").is_empty());
        assert_eq!(lines("a\0b"), ["a b"]);
    }
}
