//! Writes samples of mails to files, so that an administrator can look at them.

use std::path::{Path, PathBuf};

use super::{
    render::{Part, Writer},
    samples,
};
use crate::model::{Language, settings::Settings};

/// The mails by name, as [`write_samples`] knows them.
pub const KINDS: &[&str] = &samples::KINDS;

/// Writes the samples of one mail or of all, in one language or in all, as `FOLDER/MAIL/LANGUAGE/subject.txt`,
/// `body.txt` and `body.html`. Returns the files. Without settings they are those of a sample organization.
///
/// # Errors
/// When a file cannot be written, or a template of ours is broken.
pub fn write_samples(
    writer: &Writer,
    settings: Option<&Settings>,
    public_url: &str,
    kind: Option<&str>,
    language: Option<Language>,
    folder: &Path,
) -> anyhow::Result<Vec<PathBuf>> {
    let sample = samples::settings();
    let settings = settings.unwrap_or(&sample);
    let mut files = Vec::new();
    for letter in samples::full().into_iter().filter(|letter| kind.is_none_or(|kind| kind == letter.kind())) {
        for spoken in Language::ALL.iter().copied().filter(|other| language.is_none_or(|wanted| wanted == *other)) {
            let mail = writer.write(&samples::post(letter.clone(), spoken, true), settings, public_url)?;
            let place = folder.join(letter.kind()).join(spoken.as_str());
            std::fs::create_dir_all(&place)?;
            for (part, text) in Part::ALL.into_iter().zip([mail.subject + "\n", mail.text, mail.html]) {
                let file = place.join(part.file());
                std::fs::write(&file, text)?;
                files.push(file);
            }
        }
    }
    Ok(files)
}
