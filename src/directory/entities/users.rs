//! A person in the directory.

use sea_orm::entity::prelude::*;

use super::Time;
use crate::model::{
    Language,
    state::{AppsView, CreationType, ExternalState, NoticeMail, UserType},
};

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_type: UserType,
    pub display_name: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub address: String,
    pub address_norm: String,
    pub name_folded: String,
    pub enabled: bool,
    pub external_state: Option<ExternalState>,
    pub creation_type: CreationType,
    pub sponsor_id: Option<Uuid>,
    pub bind_once: bool,
    pub created_at: Time,
    pub created_by: Option<Uuid>,
    pub accepted_at: Option<Time>,
    pub last_sign_in_at: Option<Time>,
    pub consent_version: Option<i32>,
    pub deleted_at: Option<Time>,
    pub preferred_language: Option<Language>,
    pub department: Option<String>,
    pub job_title: Option<String>,
    pub company: Option<String>,
    pub notice_mail: NoticeMail,
    pub apps_view: AppsView,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
