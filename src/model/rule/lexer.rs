//! Letters to tokens.

use super::error::{Mistake, RuleError};

/// A token and its place, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub at: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    /// A property, an operator or a value without quotation marks.
    Word,
    /// What stands between quotation marks, without escapes.
    Text(String),
}

/// Hyphens as keyboards and word processors make them.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2014}' | '\u{2212}')
}

fn goes_on(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_')
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, RuleError> {
    let mut tokens = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let mut end = at + c.len_utf8();
        let kind = match c {
            // A no-break space comes along from documents; the mark at the start of a file, too.
            _ if c.is_whitespace() || c == '\u{feff}' => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            '[' => Kind::OpenList,
            ']' => Kind::CloseList,
            ',' => Kind::Comma,
            '"' | '\'' => {
                let mut inside = String::new();
                loop {
                    let Some((place, next)) = letters.next() else {
                        return Err(RuleError::new(text, Mistake::Unclosed, at, end));
                    };
                    let after = letters.peek().map(|(_, after)| *after);
                    match next {
                        '\n' | '\r' => return Err(RuleError::new(text, Mistake::Unclosed, at, end)),
                        '`' if matches!(after, Some('"' | '\'' | '`')) => {
                            inside.extend(after);
                            letters.next();
                        }
                        _ if next == c && after == Some(c) => {
                            inside.push(c);
                            letters.next();
                        }
                        _ if next == c => {
                            end = place + 1;
                            break;
                        }
                        _ if next.is_control() => {
                            let end = place + next.len_utf8();
                            return Err(RuleError::new(text, Mistake::Character(next), place, end));
                        }
                        _ => inside.push(next),
                    }
                }
                Kind::Text(inside)
            }
            _ if is_hyphen(c) || goes_on(c) => {
                while let Some((place, next)) = letters.next_if(|(_, next)| goes_on(*next)) {
                    end = place + next.len_utf8();
                }
                Kind::Word
            }
            _ => return Err(RuleError::new(text, Mistake::Character(c), at, end)),
        };
        tokens.push(Token { kind, at, end });
    }
    Ok(tokens)
}
