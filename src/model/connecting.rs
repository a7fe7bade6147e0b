//! Connecting an app, as those see it who run the app.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    connection::Connection,
    managed::{AppHead, AppWay},
    state::{ExternalState, UserType},
    view::PersonName,
};

/// How an app signs people in, for those who run it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppConnection {
    /// What every page says.
    pub head: AppHead,
    /// Where the app is.
    pub url: String,
    /// What is in force. What was registered for OpenID Connect is kept, and told, while another kind is chosen.
    pub connection: Connection,
    /// Its secrets, the oldest first.
    pub secrets: Vec<SecretRow>,
    /// Whether the caller may change any of it.
    pub may_connect: bool,
    /// Whether the caller may have the app told of all groups.
    pub may_send_all_groups: bool,
}

/// A secret of an app; what it is nobody knows any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRow {
    /// The secret.
    pub id: Uuid,
    /// Its last four letters; empty where only its hash was brought.
    pub hint: String,
    /// Who made it; `None` for an import.
    pub created_by: Option<PersonName>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What an app would be told of somebody, and whether it would be told at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestSignIn {
    /// Who.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub address: String,
    /// Member or guest.
    pub user_type: UserType,
    /// How far a guest has come.
    pub external_state: Option<ExternalState>,
    /// Whether they may sign in at all.
    pub blocked: bool,
    /// Every way by which they have the app.
    pub ways: Vec<AppWay>,
    /// Since when they have it no longer, if they had it once and that is known.
    pub ended: Option<DateTime<Utc>>,
    /// What the app would be told, as JSON; `None` while they would not be let in.
    pub claims: Option<String>,
}

impl TestSignIn {
    /// Whether they would be let in while the app is switched on.
    pub fn has(&self) -> bool {
        !self.ways.is_empty() && !self.blocked
    }
}
