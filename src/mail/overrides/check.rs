//! Checks a template of the organization's: by reading it, and by rendering it with sample letters.

use minijinja::{Environment, Error, ErrorKind, Value};

use super::{
    super::{
        render::{Part, Writer},
        samples,
        words::Words,
    },
    markup::{END, EXPRESSION, Markup, markup},
    posts, render,
    source::{Piece, filters, pieces, roots},
};
use crate::model::{Language, names};

/// What was found: where, and what.
type Found = Vec<(Option<usize>, String)>;

/// The statements that a mail needs. Others could switch escaping off, or hide what a name stands for.
const STATEMENTS: [&str; 13] =
    ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw", "extends", "block", "endblock", "import", "from"];

/// Variables that hold no word of an inviter or a guest, and are safe wherever they stand.
const OURS: [&str; 9] =
    ["link", "unsubscribe", "colour", "organization", "language", "minutes", "total", "more", "more_number"];

/// Elements that no mail program shows, or that do what a mail must not.
const FORBIDDEN: [&str; 22] = [
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button", "textarea",
    "select", "base", "link", "svg", "math", "audio", "video", "template", "noscript", "portal", "xmp",
];

/// Attributes that hold an address.
const ADDRESSES: [&str; 8] = ["href", "src", "action", "formaction", "background", "poster", "data", "xlink:href"];

/// How addresses in a mail may begin.
const SCHEMES: [&str; 7] = ["https:", "http:", "mailto:", "tel:", "cid:", "data:image/", "#"];

/// Everything that is wrong with a template.
pub(super) fn check(
    templates: &Environment<'_>,
    template: &str,
    source: &str,
    writer: &Writer,
    kind: &str,
    language: Option<Language>,
    part: Part,
) -> Found {
    let pieces = pieces(source);
    let mut found = statements(&pieces);
    if part == Part::Html {
        found.extend(html_source(&pieces));
    }
    // One for all languages is rendered in the one with the longest words.
    let language = language.unwrap_or(Language::German);
    match by_rendering(templates, template, source, writer, kind, language, part) {
        Ok(more) => found.extend(more),
        Err(error) => found.push((error.line(), reason(&error))),
    }
    found.sort();
    found.dedup();
    found
}

/// An error of a template in one line.
pub(super) fn reason(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "it runs for too long".to_owned(),
        (ErrorKind::WriteFailure, _) => "it becomes too long".to_owned(),
        (ErrorKind::TemplateNotFound, Some(detail)) => {
            format!("{detail}; only shared/layout.html, shared/parts.html and shared/parts.txt can be used")
        }
        (ErrorKind::UnknownFilter, Some(detail)) if detail.contains("safe") => UNSAFE.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}

const UNSAFE: &str = "the filter safe would let strangers write HTML; leave it out";

/// Which of the words that a mail is worth nothing without does not stand in it.
pub(super) fn missing(text: &str, part: Part, words: &Words) -> Option<&'static str> {
    if part == Part::Subject {
        return None;
    }
    let lacks = |needed: &Value| needed.as_str().is_some_and(|needed| !text.contains(needed));
    words.needs.iter().find(|(_, needed)| lacks(needed)).map(|(name, _)| *name)
}

/// Statements and filters that have no place in a mail.
fn statements(pieces: &[(usize, Piece)]) -> Found {
    let mut found = Found::new();
    for (line, piece) in pieces {
        let (Piece::Statement(inner) | Piece::Expression(inner)) = piece else { continue };
        if filters(inner).iter().any(|filter| filter == "safe") {
            found.push((Some(*line), UNSAFE.to_owned()));
        }
        let Piece::Statement(inner) = piece else { continue };
        let word = inner.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if !STATEMENTS.contains(&word) {
            let why = if word == "autoescape" { "would let strangers write HTML" } else { "is not for mails" };
            found.push((Some(*line), format!("{{% {word} %}} {why}; leave it out")));
        }
        let targets = match word {
            "for" => inner.split(" in ").next().unwrap_or_default(),
            "import" | "from" => inner.split_once(" as ").map_or("", |(_, target)| target),
            _ => "",
        };
        for target in roots(targets).iter().filter(|target| OURS.contains(&target.as_str())) {
            found.push((Some(*line), format!("{target} is the name of a variable of ours; take another one")));
        }
    }
    found
}

/// What the HTML of a template says, and where it puts the words of others.
fn html_source(pieces: &[(usize, Piece)]) -> Found {
    let mut html = String::new();
    let mut expressions = Vec::new();
    for (line, piece) in pieces {
        // Lines have to be where they were.
        while html.matches('\n').count() + 1 < *line {
            html.push('\n');
        }
        match piece {
            Piece::Text(text) => html.push_str(text),
            Piece::Expression(inner) => {
                html.push_str(&format!("{EXPRESSION}{}{END}", expressions.len()));
                expressions.push(inner.as_str());
            }
            Piece::Statement(_) | Piece::Comment(_) => {}
        }
    }
    let mut found = Found::new();
    for piece in markup(&html) {
        found.extend(improper(&piece).map(|what| (Some(piece.line), what)));
        for marked in piece.whole.split(EXPRESSION).skip(1) {
            let number = marked.split(END).next().and_then(|number| number.parse::<usize>().ok());
            let Some(inner) = number.and_then(|number| expressions.get(number)) else { continue };
            if roots(inner).iter().any(|root| !OURS.contains(&root.as_str())) {
                found.push((
                    Some(piece.line),
                    format!(
                        "{{{{ {inner} }}}} holds the words of others: it must not stand in a tag, style or comment"
                    ),
                ));
            }
        }
    }
    found
}

/// What has no place in a mail.
fn improper(piece: &Markup) -> Option<String> {
    let Markup { element, attributes, .. } = piece;
    if element.starts_with(EXPRESSION) {
        return Some("the name of an element must be written out".to_owned());
    }
    if FORBIDDEN.contains(&element.as_str()) {
        return Some(format!("<{element}> has no place in a mail"));
    }
    for (name, value) in attributes {
        let value = value.trim().to_ascii_lowercase();
        if name.starts_with("on") {
            return Some(format!("{name} would run script"));
        }
        if element == "meta" && name == "http-equiv" && value != "content-type" {
            return Some("<meta http-equiv> has no place in a mail".to_owned());
        }
        let allowed =
            value.is_empty() || value.starts_with(EXPRESSION) || SCHEMES.iter().any(|scheme| value.starts_with(scheme));
        if ADDRESSES.contains(&name.as_str()) && !allowed {
            return Some(format!("{name} must begin with https: or mailto:, or be a variable like {{{{ link }}}}"));
        }
    }
    None
}

fn by_rendering(
    templates: &Environment<'_>,
    template: &str,
    source: &str,
    writer: &Writer,
    kind: &str,
    language: Language,
    part: Part,
) -> Result<Found, Error> {
    let mut found = Found::new();
    let twin = part.twin();
    let mut known = None;
    let variants = [
        (samples::full(), true, samples::settings()),
        (samples::least(), false, samples::bare_settings()),
        (samples::marked(), true, samples::settings()),
    ];
    for (letters, with_link, settings) in variants {
        for post in posts(letters, kind, language, with_link) {
            let words = writer.spoken(&post, &settings, samples::PUBLIC_URL, twin)?;
            if known.is_none() {
                found.extend(unknown(templates, template, source, &words.context)?);
                known = Some(());
                // Rendering would only say so once more, and in other words.
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            let text = match render(templates, template, &words) {
                Ok(text) => text,
                Err(error) => {
                    found.push((error.line(), reason(&error)));
                    continue;
                }
            };
            if let Some(name) = missing(&text, part, &words) {
                found.push((None, format!("{{{{ {name} }}}} is missing: without it the mail is worth nothing")));
            }
            if part == Part::Subject && names::one_line(&text).is_none() {
                found.push((None, "the subject is empty".to_owned()));
            }
            if part == Part::Html {
                for piece in markup(&text) {
                    found.extend(improper(&piece).map(|what| (None, what)));
                    if piece.whole.contains(samples::MARK) {
                        let what = "words of others stand in a tag, style or comment";
                        found.push((None, what.to_owned()));
                    }
                }
            }
        }
    }
    // What reading has found, with its line, need not be said again.
    Ok(found)
}

/// Variables that this mail does not have.
fn unknown(templates: &Environment<'_>, template: &str, source: &str, context: &Value) -> Result<Found, Error> {
    const FUNCTIONS: [&str; 6] = ["super", "loop", "range", "dict", "namespace", "self"];
    let mut found = Found::new();
    let mut asked: Vec<_> = templates.get_template(template)?.undeclared_variables(true).into_iter().collect();
    asked.sort();
    for name in asked {
        let mut steps = name.split('.');
        if steps.clone().next().is_some_and(|root| FUNCTIONS.contains(&root)) {
            continue;
        }
        let mut value = Some(context.clone());
        if steps.any(|step| {
            value = value.as_ref().and_then(|value| value.get_attr(step).ok());
            value.as_ref().is_none_or(Value::is_undefined)
        }) {
            let mut there: Vec<_> = context.try_iter()?.filter_map(|name| name.as_str().map(str::to_owned)).collect();
            there.retain(|name| !matches!(&**name, "say" | "strong" | "colour" | "language"));
            there.sort();
            let line = source.lines().position(|line| mentions(line, &name)).map(|line| line + 1);
            found.push((line, format!("there is no variable {name} in this mail; there are {}", there.join(", "))));
        }
    }
    Ok(found)
}

/// Whether a line names a variable, and not only one whose name begins or ends alike.
fn mentions(line: &str, name: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    line.match_indices(name).any(|(at, _)| {
        !line[..at].ends_with(part_of_name)
            && !line[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}
