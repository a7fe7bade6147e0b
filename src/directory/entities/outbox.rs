//! A mail that has to leave. The payload is sealed, and erased once the mail was sent or given up.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::OutboxState;

/// A mail that has to leave. The payload is sealed, and erased once the mail was sent or given up.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub recipient: String,
    pub payload: Option<Vec<u8>>,
    pub message_id: String,
    pub invitation_id: Option<Uuid>,
    pub state: OutboxState,
    pub tries: i32,
    pub due_at: Time,
    pub leased_until: Option<Time>,
    pub not_after: Time,
    pub last_error: Option<String>,
    pub created_at: Time,
    pub ended_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
