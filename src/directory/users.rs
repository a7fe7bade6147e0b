//! People: members and guests.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::users,
    invitations::invite::Checked,
};
use crate::model::{
    Address, Caller, Code, Refusal, names,
    provider::Proof,
    state::{CreationType, ExternalState, InvitationState, UserType},
};

/// The version of the statement that a guest consents to when redeeming.
pub const CONSENT_VERSION: i32 = 1;

impl Directory {
    /// The live user with that address. Only redemption and the binding of prepared members may sign in by it.
    pub(super) async fn user_by_address(
        &self,
        on: &impl ConnectionTrait,
        address: &Address,
    ) -> Result<Option<users::Model>> {
        Ok(users::Entity::find()
            .filter(users::Column::AddressNorm.eq(address.normalized()))
            .filter(users::Column::DeletedAt.is_null())
            .one(on)
            .await?)
    }

    /// Id and name of the member with that address, for the demo's seed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member_by_address(&self, address: &Address) -> Result<Option<(Uuid, String)>> {
        let user = self.user_by_address(self.db(), address).await?;
        Ok(user.filter(|user| user.user_type == UserType::Member).map(|user| (user.id, user.display_name)))
    }

    /// The live user who signs in by that identity.
    pub(super) async fn user_by_identity(
        &self,
        on: &impl ConnectionTrait,
        proof: &Proof,
    ) -> Result<Option<users::Model>> {
        use sea_orm::FromQueryResult;
        Ok(users::Model::find_by_statement(self.sql(
            "SELECT u.* FROM identities i JOIN users u ON u.id = i.user_id AND u.deleted_at IS NULL
             WHERE i.issuer = $1 AND i.subject = $2 AND i.deleted_at IS NULL",
            [proof.issuer.as_str().into(), proof.subject.as_str().into()],
        ))
        .one(on)
        .await?)
    }

    /// Locks a user's row until the transaction ends, and reads it.
    pub(super) async fn lock_user(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Option<users::Model>> {
        // Not `FOR UPDATE`, which would also make those wait who only write a row that names this user: two people who
        // are told of each other's deeds would wait for each other. SQLite leaves it out.
        let query = users::Entity::find_by_id(id).filter(users::Column::DeletedAt.is_null());
        Ok(query.lock(LockType::NoKeyUpdate).one(on).await?)
    }

    /// Adds a member. `None` if a live user has the address, perhaps since a moment ago.
    #[expect(clippy::too_many_arguments, reason = "a row of the directory, once, in one place")]
    pub(super) async fn add_member(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        address: &Address,
        name: &str,
        given_name: Option<String>,
        family_name: Option<String>,
        creation_type: CreationType,
        bind_once: bool,
    ) -> Result<Option<Uuid>> {
        let id = self.new_id();
        let user = users::ActiveModel {
            user_type: Set(UserType::Member),
            given_name: Set(given_name),
            family_name: Set(family_name),
            creation_type: Set(creation_type),
            external_state: Set(None),
            bind_once: Set(bind_once),
            ..self.new_user(id, address, name, actor)
        };
        if !self.insert_user(on, user).await? {
            return Ok(None);
        }
        self.record(on, actor, created(id, address, UserType::Member)).await?;
        self.user_changed(on, actor, id).await?;
        Ok(Some(id))
    }

    /// Adds a pending guest, or finds the live user that holds the address already. Two at once get the same user.
    pub(super) async fn find_or_add_guest(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        checked: &Checked,
    ) -> Result<users::Model> {
        let Checked { address, name, .. } = checked;
        if let Some(user) = self.user_by_address(on, address).await?
            && let Some(locked) = self.lock_user(on, user.id).await?
        {
            return Ok(locked);
        }
        // Nobody, or somebody who ended while we waited for the lock.
        let id = self.new_id();
        let placeholder = names::from_address(address.typed());
        let actor = Actor::from(caller);
        let guest = users::ActiveModel {
            user_type: Set(UserType::Guest),
            external_state: Set(Some(ExternalState::Pending)),
            creation_type: Set(CreationType::Invitation),
            sponsor_id: Set(Some(checked.sponsor.unwrap_or(caller.user_id))),
            ..self.new_user(id, address, name.as_deref().unwrap_or(&placeholder), &actor)
        };
        if self.insert_user(on, guest).await? {
            self.record(on, &actor, created(id, address, UserType::Guest)).await?;
            self.user_changed(on, &actor, id).await?;
        }
        // Whoever was first, this is the row now.
        let user = self.user_by_address(on, address).await?.ok_or(Code::Internal)?;
        self.lock_user(on, user.id).await?.ok_or_else(|| Code::NotFound.into())
    }

    /// `false` if a live user has the address.
    async fn insert_user(&self, on: &impl ConnectionTrait, user: users::ActiveModel) -> Result<bool> {
        let added = users::Entity::insert(user)
            .on_conflict(sea_orm::sea_query::OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(on)
            .await;
        match added {
            Ok(rows) => Ok(rows == 1),
            Err(sea_orm::DbErr::RecordNotInserted) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn new_user(&self, id: Uuid, address: &Address, name: &str, actor: &Actor) -> users::ActiveModel {
        users::ActiveModel {
            id: Set(id),
            display_name: Set(name.to_owned()),
            name_folded: Set(names::fold(name)),
            address: Set(address.typed().to_owned()),
            address_norm: Set(address.normalized().to_owned()),
            enabled: Set(true),
            bind_once: Set(false),
            created_at: Set(self.now()),
            created_by: Set(actor.user_id),
            ..Default::default()
        }
    }

    /// Binds an identity to a user. `false` if another live user has it.
    pub(super) async fn bind(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        user: Uuid,
        proof: &Proof,
    ) -> Result<bool> {
        let bound = self
            .change(
                on,
                "INSERT INTO identities (id, user_id, issuer, subject, created_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
                [
                    self.new_id().into(),
                    user.into(),
                    proof.issuer.as_str().into(),
                    proof.subject.as_str().into(),
                    self.now().into(),
                ],
            )
            .await?
            == 1;
        if bound {
            let details = serde_json::json!({ "issuer": proof.issuer, "subject": proof.subject });
            self.record(on, actor, Event::new("identity.bind", "user", user).details(details)).await?;
        }
        Ok(bound)
    }

    /// Fills profile fields that are still empty from what the provider told. A name made up from the address counts as
    /// empty.
    pub(super) async fn fill_profile(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        user: &users::Model,
        proof: &Proof,
    ) -> Result<()> {
        let made_up = user.display_name == names::from_address(&user.address);
        let name = match &proof.name {
            Some(name) if made_up => name.as_str(),
            _ => &user.display_name,
        };
        self.change(
            on,
            "UPDATE users SET display_name = $2, name_folded = $3, given_name = COALESCE(given_name, $4),
                    family_name = COALESCE(family_name, $5) WHERE id = $1",
            [
                user.id.into(),
                name.into(),
                names::fold(name).into(),
                proof.given_name.clone().into(),
                proof.family_name.clone().into(),
            ],
        )
        .await?;
        self.user_changed(on, actor, user.id).await
    }

    /// Soft-deletes a user: sessions, identities and everything granted end at once; the row stays for the audit log.
    pub(super) async fn soft_delete(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        user: Uuid,
        action: &'static str,
    ) -> Result<()> {
        let now = self.now();
        let deleted = self
            .change(
                on,
                "UPDATE users SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL",
                [user.into(), now.into()],
            )
            .await?;
        if deleted == 0 {
            return Ok(());
        }
        self.end_sessions_of(on, user).await?;
        self.change(
            on,
            "UPDATE identities SET deleted_at = $2 WHERE user_id = $1 AND deleted_at IS NULL",
            [user.into(), now.into()],
        )
        .await?;
        self.record(on, actor, Event::new(action, "user", user)).await?;
        self.user_changed(on, actor, user).await
    }

    /// A guest leaves: signed out everywhere, off every group and app, and soft-deleted.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for members: they leave by leaving the organization's provider.
    pub async fn leave(&self, caller: &Caller) -> Result<()> {
        let actor = Actor::from(caller);
        let event = Event::new("user.leave", "user", caller.user_id);
        if !caller.is_guest() {
            return self.record_refusal(&actor, event, Err(Code::Forbidden.into())).await;
        }
        let result = self.leave_and_commit(caller).await;
        self.record_refusal(&actor, event, result).await
    }

    async fn leave_and_commit(&self, caller: &Caller) -> Result<()> {
        let actor = Actor::from(caller);
        let tx = self.begin().await?;
        // Groups before people, as everywhere: removing someone locks in this order, too.
        self.lock_groups_of(&tx, caller.user_id).await?;
        self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
        self.check_not_last_owner(&tx, caller.user_id).await?;
        self.end_open_invitations_of(&tx, &actor, caller.user_id, InvitationState::Declined).await?;
        self.change(&tx, "DELETE FROM memberships WHERE user_id = $1", [caller.user_id.into()]).await?;
        self.change(&tx, "DELETE FROM assignments WHERE user_id = $1", [caller.user_id.into()]).await?;
        self.change(&tx, "DELETE FROM group_owners WHERE user_id = $1", [caller.user_id.into()]).await?;
        self.change(&tx, "DELETE FROM app_owners WHERE user_id = $1", [caller.user_id.into()]).await?;
        self.soft_delete(&tx, &actor, caller.user_id, "user.leave").await?;
        self.commit(tx).await
    }

    /// Locks every group that a user owns, so that two last owners cannot leave at once.
    async fn lock_groups_of(&self, on: &impl ConnectionTrait, user: Uuid) -> Result<()> {
        use super::entities::{group_owners, groups};
        use sea_orm::{QueryOrder, sea_query::LockType};
        let owned = group_owners::Entity::find()
            .filter(group_owners::Column::UserId.eq(user))
            .order_by_asc(group_owners::Column::GroupId)
            .all(on)
            .await?;
        for group in owned {
            groups::Entity::find_by_id(group.group_id).lock(LockType::NoKeyUpdate).one(on).await?;
        }
        Ok(())
    }

    /// Refuses to leave a group behind that nobody answers for. The groups are locked.
    async fn check_not_last_owner(&self, on: &impl ConnectionTrait, user: Uuid) -> Result<()> {
        use sea_orm::FromQueryResult;
        #[derive(FromQueryResult)]
        struct Alone {
            group_id: Uuid,
        }
        let alone = Alone::find_by_statement(self.sql(
            "SELECT o.group_id FROM group_owners o JOIN groups g ON g.id = o.group_id AND g.deleted_at IS NULL
             WHERE o.user_id = $1 AND NOT EXISTS (
                SELECT 1 FROM group_owners p JOIN users u ON u.id = p.user_id AND u.deleted_at IS NULL
                WHERE p.group_id = o.group_id AND p.user_id <> $1)
             ORDER BY o.group_id LIMIT 1",
            [user.into()],
        ))
        .one(on)
        .await?;
        match alone {
            Some(group) => Err(Refusal { target: Some(group.group_id), ..Code::LastOwner.into() }.into()),
            None => Ok(()),
        }
    }
}

fn created(id: Uuid, address: &Address, user_type: UserType) -> Event {
    let details = serde_json::json!({ "address": address.typed(), "userType": user_type });
    Event::new("user.create", "user", id).details(details)
}
