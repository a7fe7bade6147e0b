//! Reads what mail servers send back: which mail of ours could not be delivered, and why (RFC 3464, and what is common
//! besides).
//!
//! Whoever knows an address for bounces can send anything to it, so nothing here is believed but the Message-ID, which
//! only the receiver of that mail and the servers on its way know.

use std::panic::catch_unwind;

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};
use uuid::Uuid;

use super::tidy;

/// How much of a message is read, in bytes. Our own mails are a tenth of it.
pub const LONGEST: usize = 1 << 20;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 300;
/// How often a message may have this word in it, by which one within another begins.
const MOST_MARKS: usize = 1000;

/// How many parts of a message are looked at, and how deep within each other.
const MOST_PARTS: usize = 50;
const DEEPEST: usize = 4;

/// A mail of ours that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Why, in one line.
    pub reason: String,
}

/// Reads a message. `None` if it is no bounce, is not final, or is about no mail that could be ours. Never panics.
pub fn read(message: &[u8]) -> Option<Bounce> {
    let message = &message[..message.len().min(LONGEST)];
    // Parsers of hostile input have had their faults.
    catch_unwind(|| understand(message)).ok().flatten()
}

/// Whether more messages could lie within each other than any server that returns one makes of them. Taking such a message
/// apart goes as deep as it does, and ends the process where the stack ends.
fn too_deep(bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"message";
    bytes.windows(MARK.len()).filter(|window| window.eq_ignore_ascii_case(MARK)).nth(MOST_MARKS).is_some()
}

fn understand(bytes: &[u8]) -> Option<Bounce> {
    if too_deep(bytes) {
        return None;
    }
    let message = MessageParser::default().parse(bytes)?;
    let reason = match standard(&message) {
        Report::Failed(reason) => reason,
        Report::NotFinal => return None,
        Report::None => informal(&message)?,
    };
    let mut found = None;
    returned(&message, 0, &mut found);
    // Some servers return nothing of the mail, but name it as what they answer.
    let message_id = found.or_else(|| {
        [HeaderName::InReplyTo, HeaderName::References].into_iter().find_map(|name| match message.header(name)? {
            HeaderValue::Text(id) => ours(id),
            HeaderValue::TextList(ids) => ids.iter().rev().find_map(|id| ours(id)),
            _ => None,
        })
    })?;
    Some(Bounce { message_id, reason })
}

/// What a report in the standard's form says.
enum Report {
    /// There is none.
    None,
    /// Delayed, delivered, relayed.
    NotFinal,
    /// It failed, for this reason.
    Failed(String),
}

fn standard(message: &Message<'_>) -> Report {
    let mut report = Report::None;
    for part in message
        .parts
        .iter()
        .take(MOST_PARTS)
        .filter(|part| is(part, "message", &["delivery-status", "global-delivery-status"]))
    {
        report = Report::NotFinal;
        let text = String::from_utf8_lossy(part.contents()).replace("\r\n", "\n");
        // The first group is about the message, each further one about a receiver.
        for group in text.split("\n\n") {
            let fields = fields(group);
            let field =
                |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| &**value);
            if field("Action").is_some_and(|action| action.eq_ignore_ascii_case("failed")) {
                let diagnostic =
                    field("Diagnostic-Code").map(|code| code.split_once(';').map_or(code, |(_, text)| text));
                let reason = diagnostic.map(|text| tidy::line(text, LONGEST_REASON)).filter(|text| !text.is_empty());
                let status = || {
                    tidy::line(&format!("{} The mail came back.", field("Status").unwrap_or_default()), LONGEST_REASON)
                };
                return Report::Failed(reason.unwrap_or_else(status));
            }
        }
    }
    report
}

/// The fields of a header, unfolded.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().take(500) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

/// The reason in a bounce without a report: qmail's, older Exim's, some gateways'.
fn informal(message: &Message<'_>) -> Option<String> {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let from =
        message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default().to_lowercase();
    let by_machine = ["mailer-daemon@", "postmaster@"].iter().any(|name| from.starts_with(name));
    let failed = [
        "undeliver",
        "failure notice",
        "delivery failed",
        "delivery failure",
        "returned mail",
        "returned to sender",
        "delivery status notification (failure)",
    ];
    let waiting = ["delayed", "warning", "still being retried"];
    let by_exim = message.header("X-Failed-Recipients").is_some();
    if waiting.iter().any(|word| subject.contains(word))
        || !by_machine
        || !(by_exim || failed.iter().any(|word| subject.contains(word)))
    {
        return None;
    }
    let text = message.body_text(0).unwrap_or_default();
    let said = text.lines().take(200).map(|line| tidy::line(line, LONGEST_REASON)).find(|line| has_final_code(line));
    Some(said.unwrap_or_else(|| "The mail came back.".to_owned()))
}

/// Whether a line holds an answer of SMTP that is final: `550 …`, `5.1.1`.
fn has_final_code(line: &str) -> bool {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).any(|word| {
        let word = word.trim_end_matches('.');
        word.starts_with('5')
            && ((word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()))
                || (word.starts_with("5.")
                    && word.split('.').count() == 3
                    && word.split('.').all(|part| part.parse::<u16>().is_ok())))
    })
}

/// Looks for our Message-ID in what was returned of the mail.
fn returned(message: &Message<'_>, depth: usize, found: &mut Option<String>) {
    for part in message.parts.iter().skip(usize::from(depth == 0)).take(MOST_PARTS) {
        if found.is_some() {
            return;
        }
        match &part.body {
            PartType::Message(inner) => {
                *found = inner.message_id().and_then(ours);
                if found.is_none() && depth < DEEPEST {
                    returned(inner, depth + 1, found);
                }
            }
            _ => *found = in_text(&String::from_utf8_lossy(part.contents())),
        }
    }
    // A bounce of one piece quotes the mail in its text.
    if found.is_none() && depth == 0 && message.parts.len() == 1 {
        *found = message.body_text(0).and_then(|text| in_text(&text));
    }
}

/// A Message-ID of ours in a quoted header.
fn in_text(text: &str) -> Option<String> {
    let mut lines = text.lines().map(|line| line.trim_start_matches(['>', ' ', '\t'])).peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.trim().eq_ignore_ascii_case("message-id") {
            // Long ones stand on a line of their own.
            let value = if value.trim().is_empty() { lines.peek().copied().unwrap_or_default() } else { value };
            if let Some(id) = ours(value) {
                return Some(id);
            }
        }
    }
    None
}

/// A Message-ID, if it has the form of ours: a UUID, at a host.
fn ours(id: &str) -> Option<String> {
    let id = id.trim().trim_start_matches('<').split('>').next()?.trim();
    let (name, host) = id.split_once('@')?;
    let is_host = !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'[' | b']' | b':'));
    let uuid = Uuid::parse_str(name).ok()?;
    (is_host && uuid.hyphenated().to_string() == name).then(|| id.to_owned())
}

fn is(part: &MessagePart<'_>, kind: &str, subtypes: &[&str]) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind)
            && found.subtype().is_some_and(|found| subtypes.iter().any(|wanted| found.eq_ignore_ascii_case(wanted)))
    })
}

#[cfg(test)]
mod tests;
