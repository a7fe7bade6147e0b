//! A collection of apps: the organization's, or somebody's own. It sorts apps and gives none.

use sea_orm::entity::prelude::*;

use super::Time;

/// A collection of apps.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is; the organization's if nobody's.
    pub owner_id: Option<Uuid>,
    pub name: String,
    pub name_folded: String,
    pub description: String,
    pub position: i32,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
