//! What is wrong with a rule, and where.

use super::{DEEPEST, LONGEST, MOST_TESTS, Operator, Property};
use crate::model::rules::RuleMistake;

/// Something that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// There is no rule.
    Empty,
    /// More than [`LONGEST`] characters.
    TooLong,
    /// More than [`MOST_TESTS`] comparisons.
    TooMany,
    /// Nested deeper than [`DEEPEST`].
    TooDeep,
    /// A character that means nothing here.
    Character(char),
    /// A quotation mark that is never closed on its line.
    Unclosed,
    /// A parenthesis that is never closed.
    OpenParenthesis,
    /// Something else was expected: what was found, or the end.
    Expected(Expected, Option<String>),
    /// No such property.
    Property(String),
    /// No such operator.
    Operator(String),
    /// A word where a text was expected: it has no quotation marks.
    Bare(String),
    /// This property is compared with something else.
    Value(Property, Operator, Wanted),
    /// A regular expression that cannot be read, and why.
    Pattern(String),
}

/// What was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A property, `not` or a parenthesis.
    Test,
    /// An operator.
    Operator,
    /// Something to compare with.
    Value,
    /// A text in a list.
    Text,
    /// A comma or the end of a list.
    CommaOrBracket,
    /// `and`, `or` or the end.
    Joint,
}

/// What a property can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `true` or `false`, with `-eq` or `-ne`.
    Flag,
    /// A text in quotation marks.
    Text,
    /// A text, or `null`.
    TextOrNull,
    /// A list of texts.
    List,
}

/// A mistake and its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {}", .mistake.told())]
pub struct RuleError {
    /// What is wrong.
    pub mistake: Mistake,
    /// Where it begins, in bytes.
    pub at: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its first character in that line, from 1.
    pub column: usize,
}

/// How much of a long line is shown on each side of a mistake, in characters.
const AROUND: usize = 48;

impl RuleError {
    pub(super) fn new(text: &str, mistake: Mistake, at: usize, end: usize) -> Self {
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { mistake, at, end, line, column }
    }

    /// For people, with the line that it is in. `text` is what was read.
    pub fn view(&self, text: &str) -> RuleMistake {
        let line: Vec<char> = text.lines().nth(self.line - 1).unwrap_or_default().chars().collect();
        let first = (self.column - 1).min(line.len());
        let width = text.get(self.at..self.end).unwrap_or_default().lines().next().unwrap_or_default().chars().count();
        let (from, to) = (first.saturating_sub(AROUND), (first + AROUND).min(line.len()));
        let (cut_before, cut_after) = (if from > 0 { "… " } else { "" }, if to < line.len() { " …" } else { "" });
        let shown: String = line[from..to].iter().collect();
        let blank = |c: &char| if *c == '\t' { '\t' } else { ' ' };
        let indent: String = cut_before.chars().map(|_| ' ').chain(line[from..first].iter().map(blank)).collect();
        RuleMistake {
            line: self.line,
            column: self.column,
            message: self.mistake.told(),
            hint: self.mistake.hint(),
            marked: format!(
                "{cut_before}{shown}{cut_after}\n{indent}{}",
                "^".repeat(width.clamp(1, to.max(first + 1) - first))
            ),
        }
    }
}

impl Mistake {
    /// One sentence: what is wrong.
    pub fn told(&self) -> String {
        match self {
            Self::Empty => "There is no rule yet.".to_owned(),
            Self::TooLong => format!("A rule has at most {LONGEST} characters."),
            Self::TooMany => format!("A rule has at most {MOST_TESTS} comparisons."),
            Self::TooDeep => format!("Parentheses and not are nested at most {DEEPEST} deep."),
            Self::Character(c) => format!("The character {c:?} has no meaning here."),
            Self::Unclosed => "This text is not closed: its second quotation mark is missing on this line.".to_owned(),
            Self::OpenParenthesis => "This parenthesis is never closed.".to_owned(),
            Self::Expected(expected, None) => match expected {
                Expected::Test => "The rule ends where a property such as user.department was expected.".to_owned(),
                Expected::Operator => "The rule ends where an operator such as -eq was expected.".to_owned(),
                Expected::Value => "The rule ends where a value was expected.".to_owned(),
                Expected::Text => "The rule ends where a text in quotation marks was expected.".to_owned(),
                Expected::CommaOrBracket => "The rule ends where a comma or ] was expected.".to_owned(),
                Expected::Joint => "The rule ends where and, or or ) was expected.".to_owned(),
            },
            Self::Expected(expected, Some(found)) => match expected {
                Expected::Test => format!("Found {found}; a property such as user.department was expected."),
                Expected::Operator => format!("Found {found}; an operator such as -eq was expected."),
                Expected::Value => format!("Found {found}; a value was expected."),
                Expected::Text => format!("Found {found}; a text in quotation marks was expected."),
                Expected::CommaOrBracket => format!("Found {found}; a comma or ] was expected."),
                Expected::Joint => format!("Found {found}; and, or or the end was expected."),
            },
            Self::Property(found) => format!("There is no property {found}."),
            Self::Operator(found) => format!("There is no operator {found}."),
            Self::Bare(found) => format!("The text {found} needs quotation marks."),
            Self::Value(property, operator, wanted) => match wanted {
                Wanted::Flag => format!("{property} is compared by -eq or -ne with true or false."),
                Wanted::Text => format!("{operator} compares {property} with a text in quotation marks."),
                Wanted::TextOrNull => {
                    format!("{operator} compares {property} with a text in quotation marks, or with null.")
                }
                Wanted::List => format!("{operator} compares {property} with a list in square brackets."),
            },
            Self::Pattern(why) => format!("This regular expression cannot be read: {why}."),
        }
    }

    /// One sentence: what would be right, where that can be guessed.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Empty => "Everybody is: user.objectId -ne null".to_owned(),
            Self::Character('“' | '”' | '„' | '‘' | '’' | '«' | '»') => {
                "Use straight quotation marks: \"…\" or '…'.".to_owned()
            }
            Self::Character('{' | '}') => "Lists have square brackets: [\"a\", \"b\"].".to_owned(),
            Self::Character('=' | '!' | '<' | '>' | '&' | '|') => {
                "Operators are words: -eq, -ne, -contains, and, or, not.".to_owned()
            }
            Self::Character('$') => "Write null and true without a dollar sign.".to_owned(),
            Self::Property(found) => {
                let bare = found.to_lowercase();
                let bare = bare.strip_prefix("user.").unwrap_or(&bare);
                let known =
                    nearest(bare, Property::ALL.iter().map(|one| (&one.as_str()["user.".len()..], one.as_str())));
                format!("Did you mean {}?", known?)
            }
            Self::Operator(found) => {
                let bare = found.to_lowercase();
                let bare = bare.trim_start_matches(super::lexer::is_hyphen);
                let known = nearest(bare, Operator::ALL.iter().map(|one| (&one.as_str()[1..], one.as_str())));
                format!("Did you mean {}?", known?)
            }
            Self::Bare(found) => format!("Write \"{found}\"."),
            Self::Value(_, _, Wanted::List) => "For example [\"Sales\", \"Marketing\"].".to_owned(),
            Self::Value(_, Operator::In | Operator::NotIn, _) | Self::Expected(Expected::Text, _) => {
                "For example [\"Sales\", \"Marketing\"].".to_owned()
            }
            Self::Expected(Expected::Test, Some(found)) if found.starts_with('"') => {
                "The property comes first: user.department -eq \"Sales\"".to_owned()
            }
            _ => return None,
        })
    }
}

/// The known name that is written most alike, if one is.
fn nearest<'a>(found: &str, known: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    // More than this is no slip of the fingers, and no name is that long.
    if found.chars().count() > 30 {
        return None;
    }
    let alike = |(bare, whole): (&str, &'a str)| {
        let bare = bare.to_lowercase();
        // `equals` is an `eq` written out.
        let longer = found.starts_with(&bare) && bare.len() * 3 >= found.len();
        (if longer { 0 } else { distance(found, &bare) }, whole)
    };
    known
        .map(alike)
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 1 + found.chars().count() / 3)
        .map(|(_, whole)| whole)
}

/// How many letters have to be added, left out, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    rows[a.len()][b.len()]
}
