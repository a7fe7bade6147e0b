//! A user in a group. If an invitation granted it, it gives access only while that invitation is accepted.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::GrantReason;

/// A user in a group. If an invitation granted it, it gives access only while that invitation is accepted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub group_id: Uuid,
    pub user_id: Uuid,
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
