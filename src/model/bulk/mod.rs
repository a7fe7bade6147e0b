//! Inviting many at once, by a file: what such a file may look like, and what a row of it asks for.
//!
//! A file is read as it arrives, piece by piece: [`Decoder`] makes letters of bytes, [`Reader`] makes rows of letters,
//! and [`Header`] tells which column is which. [`Header::read_row`] says what a row asks for.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

#[cfg(feature = "ssr")]
mod decode;
#[cfg(feature = "ssr")]
mod header;
#[cfg(feature = "ssr")]
mod reader;
#[cfg(feature = "ssr")]
mod row;
#[cfg(feature = "ssr")]
mod tokens;
#[cfg(feature = "ssr")]
pub mod view;
#[cfg(feature = "ssr")]
mod writer;

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;

#[cfg(feature = "ssr")]
pub use {
    decode::Decoder,
    header::{Column, Dialect, Format, Header, UNDERSTOOD},
    reader::{FileError, RawRow, Reader},
    row::{BulkOptions, TypedRow, Wish},
    writer::{TEMPLATE_NAME, line, result_heading, result_name, result_row, template},
};

/// Most rows of one file.
pub const MOST_ROWS: u32 = 100_000;
/// Largest file, in bytes.
pub const LARGEST_FILE: usize = 32 * 1024 * 1024;
/// Longest row, in bytes of UTF-8. A quote that is never closed ends here, too.
pub const LONGEST_ROW: usize = 64 * 1024;
/// Most columns.
pub const MOST_COLUMNS: usize = 200;
/// Most groups, and most apps, that one row names.
pub const MOST_TARGETS: usize = 20;

text_enum! {
    /// The states of a bulk job.
    BulkState {
        /// The file is arriving.
        Reading = "reading",
        /// Each row is being looked at: what would happen?
        Checking = "checking",
        /// All rows were looked at. Nobody is invited yet.
        Ready = "ready",
        /// People are being invited.
        Running = "running",
        /// Stopped for the moment.
        Paused = "paused",
        /// Stopped for good, before its end.
        Cancelled = "cancelled",
        /// Every row was handled.
        Done = "done",
        /// Stopped by us, before its end: see the job's error.
        Failed = "failed",
    }
}

impl BulkState {
    /// Whether nothing happens to it any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Cancelled | Self::Done | Self::Failed)
    }

    /// Whether something happens to it by itself.
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Reading | Self::Checking | Self::Running)
    }
}

text_enum! {
    /// How far a row of a bulk job has come.
    BulkRowState {
        /// Nobody has looked at it yet.
        Unchecked = "unchecked",
        /// Looked at, and waiting for its turn.
        Ready = "ready",
        /// A new invitation was made.
        Invited = "invited",
        /// A guest who has accepted before was given access at once.
        Added = "added",
        /// There was nothing to do: invited already, or they have all of it.
        Unchanged = "unchanged",
        /// It could not be done: see its code.
        Failed = "failed",
    }
}

text_enum! {
    /// What would become of a row of a bulk job.
    BulkPlan {
        /// They would get an invitation.
        New = "new",
        /// They are a guest already and would be added at once.
        Known = "known",
        /// There is an open invitation to all of it.
        Invited = "invited",
        /// They have all of it already.
        HasAll = "hasAll",
        /// They would be invited, but want no mail from us.
        NoMail = "noMail",
        /// They cannot be invited: see the row's code.
        Refused = "refused",
    }
}

/// How far a bulk job has come, as its page shows it while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkProgress {
    /// Its state.
    pub state: BulkState,
    /// How many rows there are.
    pub total: u32,
    /// How many were looked at.
    pub checked: u32,
    /// How many were handled.
    pub done: u32,
    /// New invitations.
    pub invited: u32,
    /// Guests who were added at once.
    pub added: u32,
    /// Rows with nothing to do.
    pub unchanged: u32,
    /// Rows that could not be done.
    pub failed: u32,
    /// Until when it waits because of a limit, in seconds since 1970.
    pub waits_until: Option<i64>,
}

/// A number as people read it: `100,000`.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
