//! Dynamic groups: who is in them follows from a rule.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Directory, Result, audit::Actor};

impl Directory {
    /// Brings a user's memberships by rule up to date, in the transaction that changed them.
    pub(super) async fn apply_rules(&self, _on: &impl ConnectionTrait, _actor: &Actor, _user: Uuid) -> Result<()> {
        Ok(())
    }
}
