//! Texts with something put into them: an address, a name, a date. What is put in stays apart from the words, so that a
//! page can set it in bold, and nothing in it can pass for words of ours.

use std::fmt;

/// A text, in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(Vec<Piece>);

/// One piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Ours.
    Words(&'static str),
    /// What was put in.
    Given {
        /// Its name in the catalogue.
        name: &'static str,
        /// What is shown.
        value: String,
    },
}

impl Sentence {
    /// Puts what is given into a pattern, at `{name}`.
    pub(super) fn fill(pattern: &'static str, given: &[(&'static str, &str)]) -> Self {
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while let Some((words, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            if !words.is_empty() {
                pieces.push(Piece::Words(words));
            }
            if let Some((name, value)) = given.iter().find(|(known, _)| *known == name) {
                pieces.push(Piece::Given { name, value: (*value).to_owned() });
            }
            rest = tail;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest));
        }
        Self(pieces)
    }

    /// Its pieces, in order.
    pub fn pieces(self) -> Vec<Piece> {
        self.0
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Given { value, .. } => f.write_str(value),
        })
    }
}

/// A text as the tests look at it.
#[cfg(test)]
pub(super) struct Listed {
    /// `label` (a heading, a button, a name) or `sentence` (one or more whole sentences).
    pub kind: &'static str,
    pub name: &'static str,
    pub given: &'static [&'static str],
    pub patterns: [(super::Language, &'static str); 5],
}

/// Defines texts, each as a function of the language and of what is put in. Without anything to put in, the answer is a
/// `&'static str`; otherwise a [`Sentence`].
macro_rules! texts {
    (@one $(#[$doc:meta])* $name:ident() $en:literal $de:literal $fr:literal $es:literal $ja:literal) => {
        $(#[$doc])*
        pub const fn $name(language: Language) -> &'static str {
            match language {
                Language::English => $en,
                Language::German => $de,
                Language::French => $fr,
                Language::Spanish => $es,
                Language::Japanese => $ja,
            }
        }
    };
    (@one $(#[$doc:meta])* $name:ident($($given:ident),+) $en:literal $de:literal $fr:literal $es:literal $ja:literal) => {
        $(#[$doc])*
        pub fn $name(language: Language, $($given: &str),+) -> Sentence {
            let pattern = match language {
                Language::English => $en,
                Language::German => $de,
                Language::French => $fr,
                Language::Spanish => $es,
                Language::Japanese => $ja,
            };
            Sentence::fill(pattern, &[$((stringify!($given), $given)),+])
        }
    };
    ($($(#[$doc:meta])* $kind:ident $name:ident($($given:ident),*) {
        en: $en:literal, de: $de:literal, fr: $fr:literal, es: $es:literal, ja: $ja:literal $(,)?
    })+) => {
        $($crate::model::text::sentence::texts!(@one $(#[$doc])* $name($($given),*) $en $de $fr $es $ja);)+

        #[cfg(test)]
        pub(super) const ALL: &[$crate::model::text::sentence::Listed] = &[$($crate::model::text::sentence::Listed {
            kind: stringify!($kind),
            name: stringify!($name),
            given: &[$(stringify!($given)),*],
            patterns: [
                (Language::English, $en),
                (Language::German, $de),
                (Language::French, $fr),
                (Language::Spanish, $es),
                (Language::Japanese, $ja),
            ],
        }),+];
    };
}
pub(super) use texts;
