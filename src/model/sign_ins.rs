//! The log of sign-ins, as it is read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    managed::AppHead,
    state::{Outcome, SignInKind, SignInMethod},
    view::AppName,
};

/// How long sign-ins are kept, in days.
pub const KEPT_DAYS: i64 = 90;

/// One sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRow {
    /// When.
    pub at: DateTime<Utc>,
    /// What somebody signed in to.
    pub kind: SignInKind,
    /// Who, if that is known and they still exist.
    pub person: Option<SignInPerson>,
    /// The app, if it was one.
    pub app: Option<AppName>,
    /// How they proved who they are.
    pub method: Option<SignInMethod>,
    /// The issuer of the identity: a provider's, or `mail`.
    pub idp: Option<String>,
    /// The network.
    pub network: String,
    /// The browser or program, as it calls itself.
    pub browser: String,
    /// Whether it was done or refused.
    pub outcome: Outcome,
    /// Why it was refused.
    pub code: Option<String>,
}

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPerson {
    /// The user.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub address: String,
    /// Whether they are a guest.
    pub guest: bool,
}

/// A page of the log, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIns {
    /// The rows.
    pub rows: Vec<SignInRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// The log of one app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSignIns {
    /// What every page says.
    pub head: AppHead,
    /// A page of it.
    pub log: SignIns,
}

/// What is looked for in everybody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInFilter {
    /// One person's only.
    pub person: Option<Uuid>,
    /// One app's only.
    pub app: Option<Uuid>,
    /// Only those that were refused.
    pub refused: bool,
}

/// Everybody's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllSignIns {
    /// A page of it.
    pub log: SignIns,
    /// Whose only, by name.
    pub person: Option<SignInPerson>,
    /// Of which app only.
    pub app: Option<AppName>,
}
