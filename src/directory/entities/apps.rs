//! Something a person opens.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::{AppKind, GroupsAs, GroupsSent};

/// Something a person opens.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key: Option<String>,
    pub name: String,
    pub name_folded: String,
    pub description: String,
    pub url: String,
    pub enabled: bool,
    pub accepts_guests: bool,
    pub requestable: bool,
    pub created_at: Time,
    pub deleted_at: Option<Time>,
    pub domains: Option<Json>,
    pub picture_id: Option<Uuid>,
    pub needs_approval: bool,
    pub join_group_id: Option<Uuid>,
    pub hidden: bool,
    pub kind: AppKind,
    pub groups_sent: GroupsSent,
    pub groups_as: GroupsAs,
    pub pairwise: bool,
    pub pairwise_salt: Option<Vec<u8>>,
    pub claims: Option<Json>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
