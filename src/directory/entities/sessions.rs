//! A signed-in browser; the key is a hash of the id in its cookie.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::SignInMethod;

/// A signed-in browser; the key is a hash of the id in its cookie.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id_hash: Vec<u8>,
    pub public_id: Uuid,
    pub user_id: Uuid,
    pub data: Json,
    pub method: SignInMethod,
    pub browser: String,
    pub network: String,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub expires_at: Time,
    pub idp: Option<String>,
    pub acr: Option<String>,
    pub amr: Option<Json>,
    pub auth_time: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
