//! What mails say, in each language: one catalogue per language, each phrase a template of its own.

use std::collections::BTreeMap;

use minijinja::{Environment, Error, ErrorKind, Value};

use crate::model::Language;

/// Phrases by group and name.
type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

/// The catalogue's text.
const fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("phrases/en.toml"),
        Language::German => include_str!("phrases/de.toml"),
        Language::French => include_str!("phrases/fr.toml"),
        Language::Spanish => include_str!("phrases/es.toml"),
        Language::Japanese => include_str!("phrases/ja.toml"),
    }
}

/// Groups of phrases besides the mail's own, which need no more than their name says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    /// The organization is known.
    Organization,
    /// The inviter too.
    Inviter,
}

impl Shared {
    const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Organization => &["shared"],
            Self::Inviter => &["shared", "inviter"],
        }
    }
}

/// Which twin of a mail a phrase stands in; decides about escaping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    Text,
    Html,
}

impl Twin {
    /// How names of templates end.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Html => "html",
        }
    }
}

/// The names of the phrases of a language.
#[derive(Debug)]
pub(super) struct Phrases(BTreeMap<Language, BTreeMap<String, Vec<String>>>);

impl Phrases {
    /// Compiles every phrase of every language, once for each twin.
    pub(super) fn add_to(templates: &mut Environment<'static>) -> Result<Self, Error> {
        let mut names = BTreeMap::new();
        for language in Language::ALL.iter().copied() {
            let mut groups = BTreeMap::new();
            for (group, phrases) in catalogue(language)? {
                for (phrase, text) in &phrases {
                    for twin in [Twin::Text, Twin::Html] {
                        templates.add_template_owned(name(language, &group, phrase, twin), text.clone())?;
                    }
                }
                groups.insert(group, phrases.into_keys().collect());
            }
            names.insert(language, groups);
        }
        Ok(Self(names))
    }

    /// The phrases of a mail, put into words: by name, escaped for their twin.
    pub(super) fn say(
        &self,
        templates: &Environment<'_>,
        language: Language,
        kind: &str,
        shared: Shared,
        twin: Twin,
        words: &Value,
    ) -> Result<BTreeMap<String, Value>, Error> {
        let mut said = BTreeMap::new();
        for group in shared.groups().iter().chain([&kind]) {
            for phrase in self.0.get(&language).and_then(|groups| groups.get(*group)).into_iter().flatten() {
                let text = templates.get_template(&name(language, group, phrase, twin))?.render(words)?;
                said.insert(
                    phrase.clone(),
                    match twin {
                        Twin::Text => Value::from(text),
                        Twin::Html => Value::from_safe_string(text),
                    },
                );
            }
        }
        Ok(said)
    }

    /// One phrase, with words of its own besides.
    pub(super) fn one(
        templates: &Environment<'_>,
        language: Language,
        (kind, phrase): (&str, &str),
        twin: Twin,
        words: &Value,
    ) -> Result<Value, Error> {
        let text = templates.get_template(&name(language, kind, phrase, twin))?.render(words)?;
        Ok(match twin {
            Twin::Text => Value::from(text),
            Twin::Html => Value::from_safe_string(text),
        })
    }
}

fn catalogue(language: Language) -> Result<Catalogue, Error> {
    toml::from_str(source(language))
        .map_err(|error| Error::new(ErrorKind::SyntaxError, format!("the phrases of {language:?}")).with_source(error))
}

fn name(language: Language, group: &str, phrase: &str, twin: Twin) -> String {
    format!("phrases/{}/{group}/{phrase}.{}", language.as_str(), twin.ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every language has every phrase, about the same things, and none is left in English.
    #[test]
    fn the_catalogues_are_complete() {
        let variables = |text: &str| {
            let templates = Environment::new();
            let mut found: Vec<_> =
                templates.template_from_str(text).unwrap().undeclared_variables(true).into_iter().collect();
            // A language may have no plural, and a number that is shown is there for all.
            found.retain(|variable| !matches!(&**variable, "apps" | "groups" | "more"));
            found.sort();
            found
        };
        let english = catalogue(Language::English).unwrap();
        for language in Language::ALL.iter().copied().filter(|language| *language != Language::English) {
            let other = catalogue(language).unwrap();
            assert_eq!(english.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{language:?}");
            for (group, phrases) in &english {
                let theirs = &other[group];
                assert_eq!(
                    phrases.keys().collect::<Vec<_>>(),
                    theirs.keys().collect::<Vec<_>>(),
                    "{language:?} {group}"
                );
                for (phrase, text) in phrases {
                    assert_ne!(text, &theirs[phrase], "{language:?} {group}.{phrase}");
                    assert_eq!(variables(text), variables(&theirs[phrase]), "{language:?} {group}.{phrase}");
                }
            }
        }
    }

    /// French sets its double signs apart, by a space that does not break.
    #[test]
    fn french_signs_do_not_break() {
        for (group, phrases) in catalogue(Language::French).unwrap() {
            for (phrase, text) in phrases {
                let plain = text.split("{").next().unwrap_or_default().to_owned()
                    + &text
                        .split("}}")
                        .skip(1)
                        .map(|rest| rest.split("{{").next().unwrap_or_default())
                        .collect::<String>();
                for sign in [':', '?', '!', ';'] {
                    for (at, _) in plain.match_indices(sign) {
                        let before = plain[..at].chars().next_back();
                        assert_eq!(before, Some('\u{a0}'), "{group}.{phrase}: {plain}");
                    }
                }
            }
        }
    }
}
