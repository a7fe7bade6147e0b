//! What the pages of bulk jobs show.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BulkPlan, BulkProgress, BulkRowState, Format};
use crate::model::{Code, state::text_enum, view::PersonName};

text_enum! {
    /// What can be done with a bulk job.
    BulkAction {
        /// Start inviting.
        Start = "start",
        /// Stop for the moment.
        Pause = "pause",
        /// Go on.
        Resume = "resume",
        /// Stop for good.
        Cancel = "cancel",
        /// Erase the file and what became of it.
        Delete = "delete",
        /// Make a new job of what failed.
        Redo = "redo",
    }
}

/// Which rows of a job are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BulkFilter {
    /// All of them.
    #[default]
    All,
    /// Those of which this would become.
    Plan(BulkPlan),
    /// Those of which this has become.
    State(BulkRowState),
}

/// A job in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkSummary {
    /// The job.
    pub id: Uuid,
    /// The name of its file.
    pub file_name: String,
    /// Whose it is, if it is not the caller's.
    pub owner: Option<PersonName>,
    /// When the file came.
    pub created_at: DateTime<Utc>,
    /// How far it has come.
    pub progress: BulkProgress,
}

/// How many rows have each plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkPlans {
    /// Would get an invitation.
    pub new: u32,
    /// Are guests already and would be added at once.
    pub known: u32,
    /// Have an open invitation to all of it.
    pub invited: u32,
    /// Have all of it.
    pub has_all: u32,
    /// Would be invited, but want no mail.
    pub no_mail: u32,
    /// Cannot be invited.
    pub refused: u32,
}

impl BulkPlans {
    /// How many people would be invited or added.
    pub const fn acts(self) -> u32 {
        self.new + self.known + self.no_mail
    }
}

/// A job's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkPage {
    /// The job.
    pub id: Uuid,
    /// The name of its file.
    pub file_name: String,
    /// Whose it is.
    pub owner: PersonName,
    /// Whether the caller owns it: only the owner can start it.
    pub mine: bool,
    /// When the file came.
    pub created_at: DateTime<Utc>,
    /// When inviting began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How far it has come.
    pub progress: BulkProgress,
    /// What the check has found.
    pub plans: BulkPlans,
    /// The layout of the file.
    pub format: Option<Format>,
    /// Headings that say nothing to us.
    pub unused: Vec<String>,
    /// Why we stopped it.
    pub error: Option<Code>,
    /// How many people the owner can invite at this moment; `None` without a limit.
    pub left: Option<u32>,
    /// Whether its rows were erased.
    pub erased: bool,
    /// How many rows a new try would have.
    pub redoable: u32,
    /// The job of which this one takes up the failures.
    pub redo_of: Option<Uuid>,
    /// The rows that the filter lets through, one page of them.
    pub rows: Vec<BulkRow>,
    /// After which row the next page begins.
    pub next: Option<u32>,
}

/// A row of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRow {
    /// The line of the file.
    pub number: u32,
    /// What stands in the column of addresses.
    pub address: String,
    /// The name, if the row has one.
    pub name: String,
    /// What would become of it.
    pub plan: Option<BulkPlan>,
    /// How far it has come.
    pub state: BulkRowState,
    /// Why it could not be done.
    pub code: Option<Code>,
    /// What the code is about: a name that nobody knows, the line of the same address.
    pub detail: Option<String>,
}
