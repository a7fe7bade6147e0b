//! Users in groups.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

mod add;
mod ending;
mod leave;
mod remove;
mod until;

pub use remove::{Removal, Removals};

use super::{
    Directory, Result,
    audit::Actor,
    grants::{Grant, Target},
};
use crate::model::state::GrantReason;

impl Directory {
    /// Puts a user into a group. `false` if they were in it.
    pub(super) async fn put_membership(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        group: Uuid,
        user: Uuid,
        reason: GrantReason,
    ) -> Result<bool> {
        let target = Target::Group(group);
        let grant = Grant { target, user, reason, invitation: None, until: None, may_extend: false };
        self.grant(on, actor, grant).await
    }
}
