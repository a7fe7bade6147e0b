//! Reading a file as it arrives.

use super::{
    Decoder, LARGEST_FILE, MOST_ROWS,
    header::{Dialect, Header},
    tokens::Tokens,
};
use crate::model::{Code, Refusal};

/// How much of a file is looked at to find out how it is written, in bytes of UTF-8. All headings must be in it.
const HEAD: usize = 16 * 1024;

/// One row as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRow {
    /// The line of the file in which it begins, from 1.
    pub number: u32,
    /// Its fields, without their quotes.
    pub fields: Vec<String>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is no text: a workbook, or something else.
    #[error("the file is no text")]
    NotText,
    /// No heading names a column of addresses.
    #[error("no column of addresses among {headings:?}")]
    NoAddress {
        /// The headings that were found instead, the first few.
        headings: Vec<String>,
    },
    /// There are headings, but no rows below them.
    #[error("no rows below the headings")]
    NoRows,
    /// More than [`LARGEST_FILE`].
    #[error("the file is too large")]
    TooLarge,
    /// More than [`MOST_ROWS`].
    #[error("the file has too many rows")]
    TooManyRows,
    /// A row longer than [`super::LONGEST_ROW`], or with more than [`super::MOST_COLUMNS`] columns.
    #[error("the row in line {line} is too long")]
    RowTooLong {
        /// Where it begins.
        line: u32,
    },
    /// A quote that begins a field and is never closed.
    #[error("a quote in line {line} is never closed")]
    QuoteOpen {
        /// Where its row begins.
        line: u32,
    },
}

impl FileError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Empty => Code::FileEmpty,
            Self::NotText => Code::FileNotText,
            Self::NoAddress { .. } => Code::NoAddressColumn,
            Self::NoRows => Code::NoRows,
            Self::TooLarge => Code::FileTooLarge,
            Self::TooManyRows => Code::TooManyRows,
            Self::RowTooLong { .. } => Code::RowTooLong,
            Self::QuoteOpen { .. } => Code::QuoteOpen,
        }
    }

    /// What helps to find the place: a line, or the headings that were found.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::RowTooLong { line } | Self::QuoteOpen { line } => Some(line.to_string()),
            Self::NoAddress { headings } => Some(headings.join(", ")),
            _ => None,
        }
    }
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        Self::at(error.code(), "file")
    }
}

/// Reads a file as it arrives: bytes in, rows out. Holds no more than the head of the file and one row.
#[derive(Default)]
pub struct Reader {
    decoder: Decoder,
    /// Letters that wait: the head, until the dialect is known.
    text: String,
    body: Option<(Tokens, Header)>,
    bytes: usize,
    rows: u32,
}

impl Reader {
    /// A reader before the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the file is written and what its columns are; known before the first row comes out.
    pub fn header(&self) -> Option<&Header> {
        self.body.as_ref().map(|(_, header)| header)
    }

    /// Takes the next bytes and appends the rows that they complete.
    ///
    /// # Errors
    /// Any [`FileError`]; nothing may be pushed after one.
    pub fn push(&mut self, bytes: &[u8], rows: &mut Vec<RawRow>) -> Result<(), FileError> {
        // In parts, so that the decoded letters of a large piece do not all stand in memory at once.
        for part in bytes.chunks(HEAD) {
            self.bytes += part.len();
            if self.bytes > LARGEST_FILE {
                return Err(FileError::TooLarge);
            }
            self.decoder.push(part, false, &mut self.text);
            self.advance(false, rows)?;
        }
        Ok(())
    }

    /// The file has ended. Appends the last rows.
    ///
    /// # Errors
    /// Any [`FileError`].
    pub fn finish(mut self, rows: &mut Vec<RawRow>) -> Result<Header, FileError> {
        self.decoder.push(&[], true, &mut self.text);
        self.advance(true, rows)?;
        let (mut tokens, header) = self.body.ok_or(FileError::Empty)?;
        let before = rows.len();
        tokens.finish(rows)?;
        match self.rows.saturating_add(u32::try_from(rows.len() - before).unwrap_or(u32::MAX)) {
            0 => Err(FileError::NoRows),
            count if count > MOST_ROWS => Err(FileError::TooManyRows),
            _ => Ok(header),
        }
    }

    fn advance(&mut self, last: bool, rows: &mut Vec<RawRow>) -> Result<(), FileError> {
        if self.body.is_none() {
            if self.text.len() < HEAD && !last {
                return Ok(());
            }
            let (dialect, header) = Header::find(&self.text, last)?;
            let Dialect { delimiter, skip_bytes, skip_lines } = dialect;
            self.text.drain(..skip_bytes);
            self.body = Some((Tokens::new(delimiter, skip_lines + 1), header));
        }
        if let Some((tokens, _)) = &mut self.body {
            let before = rows.len();
            tokens.push(&self.text, rows)?;
            self.text.clear();
            self.rows = self.rows.saturating_add(u32::try_from(rows.len() - before).unwrap_or(u32::MAX));
            if self.rows > MOST_ROWS {
                return Err(FileError::TooManyRows);
            }
        }
        Ok(())
    }
}
