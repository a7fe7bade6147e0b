//! A one-time code sent by e-mail, as an HMAC.

use sea_orm::entity::prelude::*;

use super::Time;

/// A one-time code sent by e-mail, as an HMAC.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passcodes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub attempt_id: Uuid,
    pub address_norm: String,
    pub network: String,
    pub trusted: bool,
    pub code_hmac: Vec<u8>,
    pub tries: i32,
    pub created_at: Time,
    pub expires_at: Time,
    pub used_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
