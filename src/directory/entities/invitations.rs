//! One address asked in.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::{
    Language,
    state::{Delivery, InvitationState},
};

/// One address asked in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub address: String,
    pub address_norm: String,
    pub inviter_id: Uuid,
    pub message: String,
    pub language: Language,
    pub state: InvitationState,
    pub state_at: Time,
    pub created_at: Time,
    pub expires_at: Time,
    pub delivery: Delivery,
    pub delivery_error: Option<String>,
    pub landing: Option<String>,
    pub access_until: Option<Time>,
    pub sent_at: Option<Time>,
    pub reminded_at: Option<Time>,
    pub told_at: Option<Time>,
    pub asked_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
