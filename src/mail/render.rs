//! Puts letters into words.

use std::path::Path;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};

use super::{
    overrides::{Overrides, Problem},
    phrases::{Phrases, Twin},
    tidy,
    words::{Words, inviter, reply_to, unsubscribe, words},
};
use crate::model::{
    letter::{Letter, Mail, Post},
    names,
    settings::Settings,
    state::InvitationState,
};

/// Every template: its name, which decides about escaping, and its text.
const TEMPLATES: &[(&str, &str)] = &[
    ("shared/layout.html", include_str!("templates/shared/layout.html")),
    ("shared/parts.html", include_str!("templates/shared/parts.html")),
    ("shared/parts.txt", include_str!("templates/shared/parts.txt")),
    ("invitation/subject.txt", include_str!("templates/invitation/subject.txt")),
    ("invitation/body.txt", include_str!("templates/invitation/body.txt")),
    ("invitation/body.html", include_str!("templates/invitation/body.html")),
    ("reminder/subject.txt", include_str!("templates/reminder/subject.txt")),
    ("reminder/body.txt", include_str!("templates/reminder/body.txt")),
    ("reminder/body.html", include_str!("templates/reminder/body.html")),
    ("copy/subject.txt", include_str!("templates/copy/subject.txt")),
    ("copy/body.txt", include_str!("templates/copy/body.txt")),
    ("copy/body.html", include_str!("templates/copy/body.html")),
    ("digest/subject.txt", include_str!("templates/digest/subject.txt")),
    ("digest/body.txt", include_str!("templates/digest/body.txt")),
    ("digest/body.html", include_str!("templates/digest/body.html")),
    ("asked/subject.txt", include_str!("templates/asked/subject.txt")),
    ("asked/body.txt", include_str!("templates/asked/body.txt")),
    ("asked/body.html", include_str!("templates/asked/body.html")),
    ("added/subject.txt", include_str!("templates/added/subject.txt")),
    ("added/body.txt", include_str!("templates/added/body.txt")),
    ("added/body.html", include_str!("templates/added/body.html")),
    ("passcode/subject.txt", include_str!("templates/passcode/subject.txt")),
    ("passcode/body.txt", include_str!("templates/passcode/body.txt")),
    ("passcode/body.html", include_str!("templates/passcode/body.html")),
    ("notice/subject.txt", include_str!("templates/notice/subject.txt")),
    ("notice/body.txt", include_str!("templates/notice/body.txt")),
    ("notice/body.html", include_str!("templates/notice/body.html")),
];

/// The files of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    /// The name of its file.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Subject => "subject.txt",
            Self::Text => "body.txt",
            Self::Html => "body.html",
        }
    }

    /// Which twin's words it is made of.
    pub(super) const fn twin(self) -> Twin {
        match self {
            Self::Subject | Self::Text => Twin::Text,
            Self::Html => Twin::Html,
        }
    }
}

/// Writes mails, from the templates in this program and, where there are, from the organization's own.
#[derive(Debug)]
pub struct Writer {
    templates: Environment<'static>,
    phrases: Phrases,
    overrides: Option<Overrides>,
}

impl Writer {
    /// Compiles our templates, and uses no others.
    ///
    /// # Errors
    /// A template does not compile, which a test rules out.
    pub fn new() -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_trim_blocks(true);
        templates.set_lstrip_blocks(true);
        templates.set_auto_escape_callback(
            |name| {
                if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
            },
        );
        for (name, text) in TEMPLATES {
            templates.add_template(name, text)?;
        }
        let phrases = Phrases::add_to(&mut templates)?;
        Ok(Self { templates, phrases, overrides: None })
    }

    /// As [`Self::new`], and the organization's own templates in `folder` replace ours. One with a mistake replaces
    /// nothing: see [`Self::problems`]. A folder that is not there is such a mistake, too.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_overrides(folder: &Path) -> Result<Self, Error> {
        let mut writer = Self::new()?;
        writer.overrides = Some(Overrides::read(folder, &writer));
        Ok(writer)
    }

    /// What is wrong with the organization's own templates.
    pub fn problems(&self) -> &[Problem] {
        self.overrides.as_ref().map_or(&[], Overrides::problems)
    }

    /// How many of the organization's own templates are in use.
    pub fn replaced(&self) -> usize {
        self.overrides.as_ref().map_or(0, Overrides::count)
    }

    /// Puts a letter into words, in the organization's colours. `public_url` has no slash at its end. Where a template of
    /// the organization's fails, ours stands in, and the log says so.
    ///
    /// # Errors
    /// `public_url` is not a URL, or a template of ours asks for what the letter does not have (which tests rule out).
    pub fn write(&self, post: &Post, settings: &Settings, public_url: &str) -> Result<Mail, Error> {
        let text = self.spoken(post, settings, public_url, Twin::Text)?;
        let html = self.spoken(post, settings, public_url, Twin::Html)?;
        let part = |part: Part| self.part(post, part, if part.twin() == Twin::Html { &html } else { &text });
        Ok(Mail {
            subject: names::one_line(&part(Part::Subject)?).unwrap_or_default(),
            text: tidy::paragraphs(&part(Part::Text)?),
            html: part(Part::Html)?,
            reply_to: inviter(&post.letter).map(reply_to),
            unsubscribe: unsubscribe(post, public_url)?.map(String::from),
        })
    }

    fn part(&self, post: &Post, part: Part, words: &Words) -> Result<String, Error> {
        let kind = post.letter.kind();
        if let Some(overrides) = &self.overrides
            && let Some(name) = overrides.name(kind, post.language, part)
        {
            match overrides.render(&name, part, words) {
                Ok(text) => return Ok(text),
                // Its kind and place, never a value: those are a person's.
                Err(error) => {
                    tracing::error!(
                        template = name,
                        line = error.line,
                        why = error.kind,
                        "a template of the organization's fails; ours stands in"
                    );
                }
            }
        }
        self.templates.get_template(&format!("{kind}/{}", part.file()))?.render(&words.context)
    }

    pub(super) const fn templates(&self) -> &Environment<'static> {
        &self.templates
    }

    /// The words of a twin, its phrases among them.
    pub(super) fn spoken(
        &self,
        post: &Post,
        settings: &Settings,
        public_url: &str,
        twin: Twin,
    ) -> Result<Words, Error> {
        let kind = post.letter.kind();
        let mut words = words(post, settings, public_url, twin)?;
        if let Letter::Digest { news, more } = &post.letter {
            words.context = self.told(post, news.iter().map(|item| item.state), *more, twin, words.context)?;
        }
        if let Letter::Notice { kind: what, .. } = &post.letter {
            // One sentence for each kind of notice, named like it.
            let phrase = what.as_str().replace('.', "_");
            let subject = Phrases::one(&self.templates, post.language, (kind, &phrase), twin, &words.context)?;
            words.context = context! { subject, ..words.context };
        }
        let say = self.phrases.say(&self.templates, post.language, kind, words.shared, twin, &words.context)?;
        words.context = context! { say, ..words.context };
        Ok(words)
    }

    /// A digest's subject, which names a single guest, and what each line says.
    fn told(
        &self,
        post: &Post,
        states: impl Iterator<Item = InvitationState>,
        more: u32,
        twin: Twin,
        words: Value,
    ) -> Result<Value, Error> {
        let one =
            |phrase: &str, words: &Value| Phrases::one(&self.templates, post.language, ("digest", phrase), twin, words);
        let states: Vec<_> = states.collect();
        let mut news = Vec::new();
        for (item, state) in words.get_attr("news")?.try_iter()?.zip(&states) {
            let said = one(outcome(*state), &item)?;
            news.push(context! { words => said, ..item });
        }
        let subject = match states.as_slice() {
            [state] if more == 0 => one(&format!("one_{}", outcome(*state)), &words)?,
            _ => one("title", &words)?,
        };
        Ok(context! { subject, news, ..words })
    }
}

/// The name of the phrase about what became of an invitation. One that is open again was not accepted, so far.
const fn outcome(state: InvitationState) -> &'static str {
    match state {
        InvitationState::Accepted => "accepted",
        InvitationState::Declined => "declined",
        InvitationState::Expired => "expired",
        InvitationState::Revoked | InvitationState::Pending => "revoked",
    }
}

#[cfg(test)]
mod tests;
