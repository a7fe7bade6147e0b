//! The organization's roles.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
};
use crate::model::{
    Address, names,
    state::{CreationType, Role},
};

impl Directory {
    /// Makes the person with this address an administrator, for `access-panel admin grant`. Someone who is not in the
    /// directory yet is added as a member, to be bound by the first sign-in with that proven address.
    /// Says whether anything changed.
    ///
    /// # Errors
    /// [`crate::model::Code::Forbidden`] if the address is a guest's.
    pub async fn grant_administrator(&self, address: &Address) -> Result<bool> {
        let actor = Actor::default();
        let tx = self.begin().await?;
        let user = match self.user_by_address(&tx, address).await? {
            Some(user) if user.user_type == crate::model::state::UserType::Guest => {
                return Err(crate::model::Code::Forbidden.into());
            }
            Some(user) => user.id,
            None => {
                let name = names::from_address(address.typed());
                self.add_member(&tx, &actor, address, &name, None, None, CreationType::Import, true)
                    .await?
                    .ok_or(crate::model::Code::Internal)?
            }
        };
        let granted = self.grant_role(&tx, &actor, user, Role::Administrator).await?;
        self.commit(tx).await?;
        Ok(granted)
    }

    pub(super) async fn grant_role(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        user: Uuid,
        role: Role,
    ) -> Result<bool> {
        let granted = self
            .change(
                on,
                "INSERT INTO roles (user_id, role, granted_by, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                [user.into(), role.into(), actor.user_id.into(), self.now().into()],
            )
            .await?
            == 1;
        if granted {
            // What a session may do has changed, so its id is not to live on (design 5.7).
            self.end_sessions_of(on, user).await?;
            self.record(on, actor, Event::new("role.grant", "user", user).details(serde_json::json!({ "role": role })))
                .await?;
        }
        Ok(granted)
    }

    pub(super) async fn revoke_role(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        user: Uuid,
        role: Role,
    ) -> Result<bool> {
        let revoked =
            self.change(on, "DELETE FROM roles WHERE user_id = $1 AND role = $2", [user.into(), role.into()]).await?
                == 1;
        if revoked {
            self.record(
                on,
                actor,
                Event::new("role.revoke", "user", user).details(serde_json::json!({ "role": role })),
            )
            .await?;
        }
        Ok(revoked)
    }
}
