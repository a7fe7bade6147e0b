//! An OpenID Connect issuer for partners or for anyone. The secret is sealed.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::state::ProviderKind;

/// An OpenID Connect issuer for partners or for anyone. The secret is sealed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_providers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key: String,
    pub name: String,
    pub kind: ProviderKind,
    pub issuer: String,
    pub client_id: String,
    pub secret_sealed: Option<Vec<u8>>,
    pub secret_hash: Option<Vec<u8>>,
    pub scopes: Json,
    pub domains: Json,
    pub assume_verified: bool,
    pub trust_acr: bool,
    pub position: i32,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
