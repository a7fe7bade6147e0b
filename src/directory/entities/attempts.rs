//! A sign-in that has begun in one browser.

use sea_orm::entity::prelude::*;

use super::Time;

/// A sign-in that has begun in one browser.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub browser_hash: Vec<u8>,
    pub provider: Option<String>,
    pub state_hash: Option<Vec<u8>>,
    pub nonce: Option<String>,
    pub pkce_verifier: Option<Vec<u8>>,
    pub guest_id: Option<Uuid>,
    pub address: Option<String>,
    pub proof: Option<Vec<u8>>,
    pub return_to: String,
    pub created_at: Time,
    pub expires_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
