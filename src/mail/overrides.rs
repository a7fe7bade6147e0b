//! The organization's own templates: files that replace ours, mail by mail and language by language.
//!
//! Whoever writes them is trusted, but not to be without mistakes, and what they render comes from strangers. So every
//! file is checked before it is used, by reading it and by rendering it with sample letters; what is found is reported
//! by `doctor`, and a file with a mistake is not used.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use minijinja::{Environment, Error, ErrorKind};

use super::{
    render::{Part, Writer},
    samples,
    words::Words,
};
use crate::model::{Language, letter::Post};

mod check;
mod markup;
mod source;
#[cfg(test)]
mod tests;

/// How many instructions a template may run: enough for a thousand apps, too few to hold up the outbox.
const FUEL: u64 = 500_000;
/// Longest file, in bytes.
const LONGEST_FILE: u64 = 100_000;
/// Longest mail part, in bytes.
const LONGEST_PART: usize = 1_000_000;

/// A mistake in the organization's own templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub file: PathBuf,
    /// Its line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong, in words for an administrator.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file.display(), self.what),
            None => write!(f, "{}: {}", self.file.display(), self.what),
        }
    }
}

/// Why a template that passed every check fails with a real letter. Holds no value of the letter.
pub(super) struct Failure {
    pub(super) kind: String,
    pub(super) line: Option<usize>,
}

/// The templates in use, and what is wrong with the others.
#[derive(Debug)]
pub(super) struct Overrides {
    templates: Environment<'static>,
    /// The file of each template in use.
    files: BTreeMap<String, PathBuf>,
    problems: Vec<Problem>,
}

impl Overrides {
    /// Reads and checks a folder. `writer` puts the sample letters into words.
    pub(super) fn read(folder: &Path, writer: &Writer) -> Self {
        let mut overrides = Self { templates: writer.sandbox(), files: BTreeMap::new(), problems: Vec::new() };
        if !folder.is_dir() {
            overrides.problem(folder, None, "there is no such folder (mail.templates)");
            return overrides;
        }
        for kind in samples::KINDS {
            for language in std::iter::once(None).chain(Language::ALL.iter().copied().map(Some)) {
                for part in Part::ALL {
                    overrides.read_file(folder, kind, language, part, writer);
                }
            }
        }
        overrides.look_for_strays(folder, folder);
        overrides
    }

    fn read_file(&mut self, folder: &Path, kind: &str, language: Option<Language>, part: Part, writer: &Writer) {
        let name = name(kind, language, part);
        let file = folder.join(&name);
        let text = match read_text(&file) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(what) => return self.problem(&file, None, what),
        };
        // Ours have other names, so a file can replace no part that ours are made of.
        let template = own(&name);
        if let Err(error) = self.templates.add_template_owned(template.clone(), text.clone()) {
            return self.problem(&file, error.line(), check::reason(&error));
        }
        let found = check::check(&self.templates, &template, &text, writer, kind, language, part);
        if found.is_empty() {
            self.files.insert(template, file);
        } else {
            self.templates.remove_template(&template);
            for (line, what) in found {
                self.problem(&file, line, what);
            }
        }
    }

    /// A file under a name that nothing asks for was meant to do something, and does nothing.
    fn look_for_strays(&mut self, folder: &Path, root: &Path) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let plain = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if plain.starts_with('.') || plain.ends_with('~') || plain.starts_with("README") {
                continue;
            }
            let known = is_known(path.strip_prefix(root).unwrap_or(&path), path.is_dir());
            if !known {
                self.problem(&path, None, "no mail uses this; see the table of mails and languages in docs/mail.md");
            } else if path.is_dir() {
                self.look_for_strays(&path, root);
            }
        }
    }

    fn problem(&mut self, file: &Path, line: Option<usize>, what: impl Into<String>) {
        self.problems.push(Problem { file: file.to_owned(), line, what: what.into() });
    }

    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(super) fn count(&self) -> usize {
        self.files.len()
    }

    /// The template to use for a part: that of the language, else that of all languages. `None`: ours.
    pub(super) fn name(&self, kind: &str, language: Language, part: Part) -> Option<String> {
        [Some(language), None]
            .into_iter()
            .map(|language| own(&name(kind, language, part)))
            .find(|template| self.files.contains_key(template))
    }

    /// Renders a template in use.
    pub(super) fn render(&self, template: &str, part: Part, words: &Words) -> Result<String, Failure> {
        let text = render(&self.templates, template, words)
            .map_err(|error| Failure { kind: error.kind().to_string(), line: error.line() })?;
        match check::missing(&text, part, words) {
            None => Ok(text),
            Some(name) => Err(Failure { kind: format!("{name} is missing"), line: None }),
        }
    }
}

impl Writer {
    /// An environment for templates of others: with our shared parts, without what could break escaping, and with
    /// limits. It loads nothing by itself.
    fn sandbox(&self) -> Environment<'static> {
        let mut templates = self.templates().clone();
        templates.set_fuel(Some(FUEL));
        templates.set_recursion_limit(50);
        templates.remove_filter("safe");
        templates.remove_global("debug");
        templates
    }
}

/// Renders, but not without end.
fn render(templates: &Environment<'_>, template: &str, words: &Words) -> Result<String, Error> {
    struct Limited(Vec<u8>);
    impl io::Write for Limited {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.len() + bytes.len() > LONGEST_PART {
                return Err(io::Error::other("the mail is too long"));
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut out = Limited(Vec::new());
    templates.get_template(template)?.render_captured_to(&words.context, &mut out)?;
    String::from_utf8(out.0).map_err(|_| Error::new(ErrorKind::InvalidOperation, "not UTF-8"))
}

/// The file's text; `None` if there is no file.
fn read_text(file: &Path) -> Result<Option<String>, String> {
    let size = match std::fs::metadata(file) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Err("this is not a file".to_owned()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    if size > LONGEST_FILE {
        return Err(format!("it is longer than {LONGEST_FILE} bytes"));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("it cannot be read: {error}"))?;
    // Some editors leave a mark of the encoding at the beginning.
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(Some(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned)))
}

/// The path of a template below the folder.
fn name(kind: &str, language: Option<Language>, part: Part) -> String {
    match language {
        Some(language) => format!("{kind}/{language}/{}", part.file()),
        None => format!("{kind}/{}", part.file()),
    }
}

fn own(name: &str) -> String {
    format!("own/{name}")
}

/// Whether a path below the folder is one that is asked for.
fn is_known(path: &Path, is_folder: bool) -> bool {
    let steps: Vec<_> = path.iter().map(|step| step.to_str().unwrap_or_default()).collect();
    let is_part = |step: &str| !is_folder && Part::ALL.iter().any(|part| part.file() == step);
    let is_language = |step: &str| step.parse::<Language>().is_ok();
    match steps.as_slice() {
        [kind] => is_folder && samples::KINDS.contains(kind),
        [_, step] => is_part(step) || (is_folder && is_language(step)),
        [_, _, step] => is_part(step),
        _ => false,
    }
}

/// The sample letters of a mail in a language.
fn posts(letters: Vec<crate::model::letter::Letter>, kind: &str, language: Language, with_link: bool) -> Vec<Post> {
    let letters = letters.into_iter().filter(|letter| letter.kind() == kind);
    letters.map(|letter| samples::post(letter, language, with_link)).collect()
}
