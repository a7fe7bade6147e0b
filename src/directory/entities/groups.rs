//! A group of people.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::{GroupKind, JoinPolicy};

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "groups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key: Option<String>,
    pub name: String,
    pub name_folded: String,
    pub purpose: String,
    pub kind: GroupKind,
    pub join_policy: JoinPolicy,
    pub listed: bool,
    pub accepts_guests: bool,
    pub members_may_invite: bool,
    pub guests_see_members: bool,
    pub created_at: Time,
    pub deleted_at: Option<Time>,
    pub domains: Option<Json>,
    pub other_address: bool,
    pub rule: Option<String>,
    pub rule_since: Option<Time>,
    pub rule_cursor: Option<Uuid>,
    pub member_days: Option<i32>,
    pub picture_id: Option<Uuid>,
    pub created_by: Option<Uuid>,
    pub deleted_by: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
