//! A row of such a file.

use sea_orm::entity::prelude::*;

use crate::model::bulk::{BulkPlan, BulkRowState};

/// A row of such a file.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_rows")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub input: String,
    pub address: Option<String>,
    pub plan: Option<BulkPlan>,
    pub state: BulkRowState,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub user_id: Option<Uuid>,
    pub invitation_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
