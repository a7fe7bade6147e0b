//! Files to download: the template, and what became of each row.

use super::header::{Header, UNDERSTOOD};

/// The template's file name.
pub const TEMPLATE_NAME: &str = "invite-template.csv";
/// Without it Excel takes UTF-8 for something else.
const MARK: char = '\u{feff}';

/// The template: our headings and an example row, which is never taken for a guest.
pub fn template() -> String {
    let example = [
        "Example: sam@partner.example",
        "Sam Oogle",
        "Aurora partners | Design reviewers",
        "",
        "Welcome, Sam.",
        "en",
        "2027-03-31",
        "30",
        "",
        "",
        "",
        "yes",
    ];
    format!("{MARK}{}{}", line(UNDERSTOOD.iter().copied(), ','), line(example.into_iter(), ','))
}

/// One line of a file, with what ends it (RFC 4180).
pub fn line<'a>(fields: impl Iterator<Item = &'a str>, delimiter: char) -> String {
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    // Writing into memory cannot fail, and what was written is UTF-8.
    let written = writer.write_record(fields.map(str::as_bytes)).is_ok();
    let bytes = writer.into_inner().unwrap_or_default();
    debug_assert!(written);
    String::from_utf8(bytes).unwrap_or_default()
}

/// The first line of a result file: the headings as they came, and ours.
pub fn result_heading(header: &Header) -> String {
    let ours = ["status", "code", "detail"];
    let headings = header.headings.iter().map(String::as_str).chain(ours);
    format!("{MARK}{}", line(headings, header.delimiter))
}

/// A line of a result file: the row as it came, and what became of it. The input is left alone, so that the file can be
/// used again; what we add never begins like a formula, and for anybody but the one whose file it was (`own`) nothing does.
pub fn result_row(header: &Header, input: &[String], own: bool, status: &str, code: &str, detail: &str) -> String {
    let ours = [status, code, detail].map(harmless);
    // Each row has as many fields as there are headings, so that ours stand below their headings.
    let filled = input.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1);
    let wide = header.headings.len().max(filled);
    let input: Vec<String> = input.iter().map(|field| if own { field.clone() } else { harmless(field) }).collect();
    let padded = input.iter().map(String::as_str).chain(std::iter::repeat("")).take(wide);
    line(padded.chain(ours.iter().map(String::as_str)), header.delimiter)
}

/// The name of a result file for a file of that name: letters, digits and a few signs only.
pub fn result_name(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let safe = stem.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' });
    let safe: String = safe.take(60).collect();
    let safe = safe.trim_matches('-');
    if safe.is_empty() { "result.csv".to_owned() } else { format!("{safe}-result.csv") }
}

/// A spreadsheet would run what begins like this.
fn harmless(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{text}"),
        _ => text.to_owned(),
    }
}
