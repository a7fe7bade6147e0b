//! Users in groups.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    grants::{Grant, Target},
    groups::SeenGroup,
};
use crate::model::{Caller, Code, state::GrantReason, view::PersonName};

/// Proof that the caller may change a group's members. Only [`Directory::manage_group`] makes one.
struct ManagedGroup(SeenGroup);

impl Directory {
    /// The group, locked, if the caller owns it or is an administrator.
    async fn manage_group(&self, on: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<ManagedGroup> {
        let group = self.see_group(on, caller, id, true).await?;
        if group.can_manage(caller) { Ok(ManagedGroup(group)) } else { Err(Code::Forbidden.into()) }
    }

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

    /// Takes a user out of a group: access through it ends with their next request. Open invitations no longer grant it.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group the caller may not see or a user who is not in it, [`Code::Forbidden`].
    pub async fn remove_member(&self, caller: &Caller, group: Uuid, user: Uuid) -> Result<()> {
        let event = Event::new("membership.remove", "user", user).in_group(group);
        let result = self.remove_and_commit(caller, group, user).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn remove_and_commit(&self, caller: &Caller, group: Uuid, user: Uuid) -> Result<()> {
        let tx = self.begin().await?;
        let ManagedGroup(group) = self.manage_group(&tx, caller, group).await?;
        let group = group.row.id;
        // Locks the user before their rows, as acceptance does, so that the two never wait for each other.
        self.lock_user(&tx, user).await?;
        let actor = Actor::from(caller);
        if !self.take_back(&tx, &actor, Target::Group(group), user).await? {
            return Err(Code::NotFound.into());
        }
        self.withdraw_from_invitations(&tx, &actor, user, Target::Group(group)).await?;
        self.delete_if_nothing_left(&tx, &actor, user).await?;
        self.commit(tx).await
    }

    /// Who would be removed from which group, for the page that asks *Remove?*.
    ///
    /// # Errors
    /// As [`Self::remove_member`].
    pub async fn removal(&self, caller: &Caller, group: Uuid, user: Uuid) -> Result<Removal> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let seen = self.see_group(self.db(), caller, group, false).await?;
        if !seen.can_manage(caller) {
            return Err(Code::Forbidden.into());
        }
        let person = Row::find_by_statement(self.sql(
            "SELECT u.id, u.display_name AS name FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.group_id = $1 AND m.user_id = $2",
            [group.into(), user.into()],
        ))
        .one(self.db())
        .await?
        .ok_or(Code::NotFound)?;
        Ok(Removal {
            group_id: group,
            group: seen.row.name,
            person: PersonName { id: person.id, name: person.name },
            apps: self.app_names_of_group(self.db(), group).await?,
        })
    }
}

/// What a removal would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The group.
    pub group_id: Uuid,
    /// Its name.
    pub group: String,
    /// Who would go.
    pub person: PersonName,
    /// Apps that the group gives.
    pub apps: Vec<String>,
}
