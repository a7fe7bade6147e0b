//! Who did what to what, when, and what came of it. Ids and codes only.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::Outcome;

/// Who did what to what, when, and what came of it. Ids and codes only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: Time,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub outcome: Outcome,
    pub code: Option<String>,
    pub target_kind: Option<String>,
    pub target_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    pub invitation_id: Option<Uuid>,
    pub request_id: Option<String>,
    pub details_hash: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
