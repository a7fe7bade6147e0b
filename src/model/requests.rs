//! Finding groups and apps, asking for them, and deciding: what the pages show.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    error::Code,
    state::{JoinPolicy, RequestState, text_enum},
    view::{AppName, PersonName},
};

text_enum! {
    /// What somebody looks for in the catalogue.
    CatalogueKind { All = "all", Groups = "groups", Apps = "apps" }
}

text_enum! {
    /// The parts of the page of requests.
    RequestTab {
        /// What waits for the reader's decision.
        Waiting = "waiting",
        /// What the reader asked for.
        Mine = "mine",
        /// What was decided lately of what is the reader's to decide.
        Decided = "decided",
    }
}

/// A group or an app, by name and picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thing {
    /// The group or app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it is an app rather than a group.
    pub is_app: bool,
    /// Its picture, if it has one.
    pub picture_id: Option<Uuid>,
}

impl Thing {
    /// The page on which somebody joins or asks for it.
    pub fn asking_path(&self) -> String {
        if self.is_app { format!("/apps/{}/request", self.id) } else { format!("/groups/{}/join", self.id) }
    }
}

/// What somebody is to a group or an app that they found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// They have it.
    Has,
    /// This request of theirs waits for a decision.
    Asked(Uuid),
    /// They can have it at once.
    CanJoin,
    /// They can ask for it.
    CanAsk,
    /// They can do neither, and why.
    Closed(Code),
}

/// One of those that can be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueRow {
    /// The group or app.
    pub thing: Thing,
    /// What it is for.
    pub about: String,
    /// How one comes to have it.
    pub policy: JoinPolicy,
    /// What the caller is to it.
    pub standing: Standing,
}

/// A page of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The rows, in order of names; those that begin with what was searched for come first.
    pub rows: Vec<CatalogueRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Whether the search stopped before it had looked at everything; it goes on at `next`.
    pub partial: bool,
}

/// The page on which somebody joins a group, or asks for a group or an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskPage {
    /// The group or app.
    pub thing: Thing,
    /// What it is for.
    pub about: String,
    /// The apps that the group gives; at most 100.
    pub gives: Vec<AppName>,
    /// The group that those join who get the app.
    pub joins: Option<String>,
    /// Who decides, by name; empty where the caller may not know.
    pub deciders: Vec<PersonName>,
    /// What the caller is to it.
    pub standing: Standing,
    /// How many days it lasts unless said otherwise; for good if `None`.
    pub days: Option<i32>,
    /// How many days a request waits for a decision.
    pub request_days: u16,
}

/// A request, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The request.
    pub id: Uuid,
    /// What for.
    pub thing: Thing,
    /// Who asks.
    pub person: PersonName,
    /// Whether that is a guest.
    pub is_guest: bool,
    /// Why, in their own words.
    pub reason: String,
    /// Its state at this moment.
    pub state: RequestState,
    /// Since when.
    pub state_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends without a decision.
    pub expires_at: DateTime<Utc>,
    /// When whoever decides was reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// Who decided, where the caller may know.
    pub decided_by: Option<PersonName>,
    /// Until when it was approved.
    pub until: Option<DateTime<Utc>>,
    /// What was said to a denial.
    pub answer: String,
}

/// A page of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestList {
    /// The rows.
    pub rows: Vec<RequestRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A request's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPage {
    /// What lists show of it, too.
    pub row: RequestRow,
    /// The address of who asks, where the caller may know it.
    pub address: Option<String>,
    /// What the group or app is for.
    pub about: String,
    /// The apps that an approval opens, by name; at most 100.
    pub gives: Vec<String>,
    /// The group that they join by it, if an app was asked for.
    pub joins: Option<String>,
    /// Who can decide, by name; empty where the caller may not know.
    pub deciders: Vec<PersonName>,
    /// Whether it is the caller's own.
    pub is_own: bool,
    /// `Ok` if the caller may decide it, otherwise why not.
    pub may_decide: Result<(), Code>,
    /// When what is approved now ends unless said otherwise.
    pub usual_end: Option<DateTime<Utc>>,
}

/// What somebody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They get it.
    Approve {
        /// Until when, instead of the usual end.
        until: Option<DateTime<Utc>>,
    },
    /// They do not get it.
    Deny {
        /// Why: plain text.
        reason: String,
    },
}

/// What asking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// This request waits for a decision.
    Waits(Uuid),
    /// Nobody has to decide: it is theirs.
    Given,
}
