//! What was typed into a refused form, kept for a quarter of an hour.

use sea_orm::entity::prelude::*;

use super::Time;

/// What was typed into a refused form, kept for a quarter of an hour.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_forms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: Vec<u8>,
    pub bound_to: Vec<u8>,
    pub form: String,
    pub fields: Json,
    pub expires_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
