//! The headings of a file: which of the known layouts it has, and which column is which.

use csv_core::ReadRecordResult;
use serde::{Deserialize, Serialize};

use super::{LONGEST_ROW, MOST_COLUMNS, reader::FileError};
use crate::model::state::text_enum;

text_enum! {
    /// The layouts that we read.
    Format {
        /// The Azure portal's: a line `version:v1.0`, then headings like `Name [property] Required`.
        Portal = "portal",
        /// The one of the PowerShell examples: `Name,InvitedUserEmailAddress`.
        PowerShell = "powerShell",
        /// The Azure portal's of 2015 and 2016: `Email`, `DisplayName`, `InvitationText`, …
        Portal2016 = "portal2016",
        /// Our own.
        Plain = "plain",
    }
}

text_enum! {
    /// What a column can hold.
    Column {
        Address = "address",
        Name = "name",
        Groups = "groups",
        Apps = "apps",
        Message = "message",
        Language = "language",
        AccessUntil = "until",
        ValidDays = "days",
        Cc = "cc",
        Sponsor = "sponsor",
        Landing = "landing",
        SendMail = "sendMail",
    }
}

/// The headings of our own layout, in the order of the template.
pub const UNDERSTOOD: &[&str] = &[
    "email",
    "name",
    "groups",
    "apps",
    "message",
    "language",
    "access until",
    "valid days",
    "cc",
    "sponsor",
    "landing",
    "send mail",
];

/// Headings that we understand, in small letters and digits only; of several for one column the first counts.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Address,
        &[
            "inviteeemail",
            "inviteduseremailaddress",
            "email",
            "emailaddress",
            "emailaddresstoinvite",
            "mail",
            "mailaddress",
            "address",
        ],
    ),
    (Column::Name, &["inviteename", "inviteduserdisplayname", "name", "displayname", "fullname", "nameofinvitee"]),
    (Column::Groups, &["groups", "group", "invitedtogroups"]),
    (Column::Apps, &["apps", "app", "applications", "application", "invitedtoapplications"]),
    (Column::Message, &["message", "invitationtext", "customizedmessagebody", "customizedinvitationmessage"]),
    (Column::Language, &["language", "lang", "messagelanguage"]),
    (Column::AccessUntil, &["accessuntil", "until"]),
    (Column::ValidDays, &["validdays", "days", "valid"]),
    (Column::Cc, &["cc", "ccemailaddress", "copyto"]),
    (Column::Sponsor, &["sponsor"]),
    (Column::Landing, &["landing", "inviteredirecturl", "redirectionurl"]),
    (Column::SendMail, &["sendmail", "sendemail", "sendinvitationmessage"]),
];

/// What the headings of a file say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The layout.
    pub format: Format,
    /// What separates fields.
    pub delimiter: char,
    /// The headings as they came.
    pub headings: Vec<String>,
    /// What each column holds, as far as we know.
    pub columns: Vec<Option<Column>>,
}

/// How a file is written, and where its rows begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What separates fields: one byte of ASCII.
    pub delimiter: u8,
    /// How many bytes of UTF-8 come before the rows.
    pub skip_bytes: usize,
    /// How many lines that are.
    pub skip_lines: u32,
}

impl Header {
    /// Finds the headings in the head of a file. `whole` says that nothing follows it.
    pub(super) fn find(head: &str, whole: bool) -> Result<(Dialect, Self), FileError> {
        if head.contains('\0') || head.starts_with("PK\u{3}\u{4}") || head.starts_with("%PDF-") {
            return Err(FileError::NotText);
        }
        let mut rest = head.trim_start_matches(['\r', '\n', ' ']);
        let mut named = None;
        // What Excel writes and reads to name the separator.
        if let Some(separator) = first_line(rest).trim_matches('"').strip_prefix("sep=").map(str::as_bytes)
            && let [separator @ (b',' | b';' | b'\t')] = separator
        {
            named = Some(*separator);
            rest = after_first_line(rest);
        }
        let version = first_line(rest).trim_start_matches(['"', ' ']).to_ascii_lowercase().starts_with("version:");
        if version {
            rest = after_first_line(rest);
        }
        rest = rest.trim_start_matches(['\r', '\n']);
        if rest.trim().is_empty() {
            return Err(if whole { FileError::Empty } else { FileError::RowTooLong { line: 1 } });
        }
        let before = head.len() - rest.len();
        let candidates = named.map_or_else(|| vec![b',', b';', b'\t'], |one| vec![one]);
        let mut best: Option<(usize, u8, Vec<String>, usize)> = None;
        for delimiter in candidates {
            let line = lines(&head[..before]) + 1;
            let (headings, length) = first_record(rest, delimiter, whole).ok_or(FileError::RowTooLong { line })?;
            let known = columns(&headings).iter().flatten().count();
            if best.as_ref().is_none_or(|(most, _, widest, _)| (known, headings.len()) > (*most, widest.len())) {
                best = Some((known, delimiter, headings, length));
            }
        }
        let (_, delimiter, headings, length) = best.ok_or(FileError::Empty)?;
        let columns = columns(&headings);
        if !columns.contains(&Some(Column::Address)) {
            let headings = headings.iter().map(|heading| heading.trim().chars().take(60).collect::<String>());
            let headings = headings.filter(|heading| !heading.is_empty()).take(12).collect();
            return Err(FileError::NoAddress { headings });
        }
        let skip_bytes = before + length;
        let dialect = Dialect { delimiter, skip_bytes, skip_lines: lines(&head[..skip_bytes]) };
        let format = format(version, &headings);
        Ok((dialect, Self { format, delimiter: char::from(delimiter), headings, columns }))
    }

    /// The headings that say nothing to us, for a notice.
    pub fn unused(&self) -> Vec<&str> {
        let unused = self.headings.iter().zip(&self.columns).filter(|(_, column)| column.is_none());
        unused.map(|(heading, _)| heading.trim()).filter(|heading| !heading.is_empty()).collect()
    }

    /// What a row has in a column, without the spaces around it; empty if it has nothing.
    pub fn field<'a>(&self, fields: &'a [String], column: Column) -> &'a str {
        let at = self.columns.iter().position(|known| *known == Some(column));
        at.and_then(|at| fields.get(at)).map_or("", |field| field.trim())
    }
}

fn first_line(text: &str) -> &str {
    text.split(['\r', '\n']).next().unwrap_or_default()
}

fn after_first_line(text: &str) -> &str {
    let rest = &text[first_line(text).len()..];
    rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])).unwrap_or(rest)
}

/// How many ends of lines are in it.
fn lines(text: &str) -> u32 {
    let returns = text.matches('\r').count();
    let bare = text.matches('\n').count() - text.matches("\r\n").count();
    u32::try_from(returns + bare).unwrap_or(u32::MAX)
}

/// The fields of the first row, and how many bytes it has with its end. `None` if it does not end.
fn first_record(text: &str, delimiter: u8, whole: bool) -> Option<(Vec<String>, usize)> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut fields = vec![0; LONGEST_ROW];
    let mut ends = vec![0; MOST_COLUMNS];
    let (mut length, mut ended, mut filled) = (0, 0, 0);
    loop {
        let input = &text.as_bytes()[length..];
        if input.is_empty() && !whole {
            return None;
        }
        let (result, read, written, new) = core.read_record(input, &mut fields[filled..], &mut ends[ended..]);
        (length, filled, ended) = (length + read, filled + written, ended + new);
        match result {
            ReadRecordResult::Record => break,
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull | ReadRecordResult::End => return None,
        }
    }
    if text[..length].ends_with('\r') && text[length..].starts_with('\n') {
        length += 1;
    }
    let mut from = 0;
    let fields = ends[..ended].iter().map(|end| {
        let field = String::from_utf8_lossy(&fields[from..*end]).into_owned();
        from = *end;
        field
    });
    Some((fields.collect(), length))
}

/// A heading as we compare it: the property if there is one in brackets; small letters and digits only.
fn plain(heading: &str) -> String {
    let property = heading.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(property, _)| property);
    let letters = property.unwrap_or(heading).chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn columns(headings: &[String]) -> Vec<Option<Column>> {
    let plain: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
    let mut columns = vec![None; headings.len()];
    for (column, names) in NAMES {
        if let Some(at) = names.iter().find_map(|name| plain.iter().position(|heading| heading == name)) {
            columns[at] = Some(*column);
        }
    }
    columns
}

fn format(version: bool, headings: &[String]) -> Format {
    let plain: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
    let has = |name: &str| plain.iter().any(|heading| heading == name);
    if version || has("inviteeemail") {
        Format::Portal
    } else if has("inviteduseremailaddress") {
        Format::PowerShell
    } else if has("invitationtext") || has("invitedtoapplications") || has("invitedtogroups") || has("displayname") {
        Format::Portal2016
    } else {
        Format::Plain
    }
}
