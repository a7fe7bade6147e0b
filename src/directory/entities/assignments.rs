//! A user or a group on an app; exactly one of the two is set.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::GrantReason;

/// A user or a group on an app; exactly one of the two is set.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub app_id: Uuid,
    pub user_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    pub reason: GrantReason,
    pub granted_by: Option<Uuid>,
    pub invitation_id: Option<Uuid>,
    pub granted_at: Time,
    pub until: Option<Time>,
    pub sort_name: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
