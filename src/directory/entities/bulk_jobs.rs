//! A file by which many are invited.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::bulk::BulkState;

/// A file by which many are invited.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub owner_id: Uuid,
    pub file_name: String,
    pub state: BulkState,
    pub options: String,
    pub header: Option<String>,
    pub total: i32,
    pub checked: i32,
    pub done: i32,
    pub plan_new: i32,
    pub plan_known: i32,
    pub plan_invited: i32,
    pub plan_has_all: i32,
    pub plan_no_mail: i32,
    pub plan_refused: i32,
    pub invited: i32,
    pub added: i32,
    pub unchanged: i32,
    pub failed: i32,
    pub stumbles: i32,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub turn_at: Time,
    pub leased_until: Option<Time>,
    pub wait_until: Option<Time>,
    pub erased_at: Option<Time>,
    pub deleted_at: Option<Time>,
    pub error: Option<String>,
    pub redo_of: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
