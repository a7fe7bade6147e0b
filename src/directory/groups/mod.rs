//! Groups: who sees them, what they show, and how people run them.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

mod create;
mod delete;
mod edit;
mod history;
mod mine;
mod owners;
mod page;
mod purge;

use super::{Directory, Result, entities::groups};
pub use owners::OwnerRemoval;
pub(super) use page::word_patterns;

use crate::model::{
    Caller, Code,
    groups::GroupHead,
    policy,
    settings::Settings,
    state::{GroupKind, JoinPolicy, Role},
};

/// A group that the caller may see, and what they are to it. Only [`Directory::see_group`] makes one.
pub(super) struct SeenGroup {
    pub row: groups::Model,
    pub is_owner: bool,
    pub is_member: bool,
}

impl SeenGroup {
    /// Whether the caller may change the group and its members.
    pub fn can_manage(&self, caller: &Caller) -> bool {
        self.is_owner || caller.is_administrator()
    }

    /// Whether the caller has to do with it, rather than having found it in the catalogue.
    pub fn belongs(&self, caller: &Caller) -> bool {
        self.is_member || self.can_look_back(caller)
    }

    /// Whether the caller may read what happened in it.
    pub fn can_look_back(&self, caller: &Caller) -> bool {
        self.can_manage(caller) || caller.has(Role::Auditor)
    }

    /// Whether the caller may know who is in it.
    pub fn shows_members(&self, caller: &Caller, settings: &Settings) -> bool {
        let shown = !caller.is_guest()
            || self.is_owner
            || settings.guests.visibility.shows_members(self.row.guests_see_members);
        shown && self.belongs(caller)
    }

    /// How the caller can join it, if there is a way. Who may find it in the catalogue is decided by whoever sees it.
    pub fn joins(&self, caller: &Caller) -> Option<JoinPolicy> {
        let open =
            self.row.listed && self.row.kind == GroupKind::Assigned && self.row.join_policy != JoinPolicy::Closed;
        let taken = self.row.accepts_guests || !caller.is_guest();
        (open && taken && !self.is_member).then_some(self.row.join_policy)
    }

    /// What every page of it shows.
    pub fn head(&self, caller: &Caller) -> GroupHead {
        GroupHead {
            id: self.row.id,
            name: self.row.name.clone(),
            purpose: self.row.purpose.clone(),
            picture: self.row.picture_id,
            dynamic: self.row.kind == GroupKind::Dynamic,
            member_days: self.row.member_days,
            is_owner: self.is_owner,
            is_member: self.is_member,
            can_manage: self.can_manage(caller),
            can_look_back: self.can_look_back(caller),
        }
    }
}

/// Proof that the caller may change a group, whose row is locked. Only [`Directory::manage_group`] makes one.
pub(super) struct ManagedGroup(SeenGroup);

impl ManagedGroup {
    /// Its row.
    pub const fn row(&self) -> &groups::Model {
        &self.0.row
    }

    /// Its row, if people are put into it by hand.
    pub fn assigned(&self) -> Result<&groups::Model> {
        match self.0.row.kind {
            GroupKind::Assigned => Ok(&self.0.row),
            GroupKind::Dynamic => Err(Code::DynamicGroup.into()),
        }
    }
}

impl Directory {
    /// The group, if the caller may see it: its owners, those who are in it, administrators and auditors, and whoever finds
    /// it in the catalogue. With `lock` the row is locked until the transaction ends.
    pub(super) async fn see_group(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
        lock: bool,
    ) -> Result<SeenGroup> {
        #[derive(FromQueryResult)]
        struct Ties {
            owns: i64,
            is_in: i64,
        }
        let mut query = groups::Entity::find_by_id(id);
        if lock {
            // Not against those who are put into it meanwhile: rules do that for people whom they have locked.
            query = query.lock(LockType::NoKeyUpdate);
        }
        let row = query.one(on).await?.filter(|row| row.deleted_at.is_none()).ok_or(Code::NotFound)?;
        let ties = Ties::find_by_statement(self.sql(
            "SELECT (SELECT COUNT(*) FROM group_owners WHERE group_id = $1 AND user_id = $2) AS owns,
                    (SELECT COUNT(*) FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                     WHERE m.group_id = $1 AND m.user_id = $2 AND (m.until IS NULL OR m.until > $3)
                       AND (m.invitation_id IS NULL OR i.state = 'accepted')) AS is_in",
            [id.into(), caller.user_id.into(), self.now().into()],
        ))
        .one(on)
        .await?
        .ok_or(Code::Internal)?;
        let group = SeenGroup { row, is_owner: ties.owns > 0, is_member: ties.is_in > 0 };
        let visible = group.belongs(caller) || self.may_find_group(on, caller, &group.row).await?;
        if visible { Ok(group) } else { Err(Code::NotFound.into()) }
    }

    /// Whether the catalogue shows it to the caller.
    async fn may_find_group(&self, on: &impl ConnectionTrait, caller: &Caller, row: &groups::Model) -> Result<bool> {
        if !row.listed || !caller.is_guest() {
            return Ok(row.listed);
        }
        let visibility = self.settings_on(on).await?.guests.visibility;
        Ok(policy::may_find(true, visibility, row.listed, row.accepts_guests))
    }

    /// The group, locked, if the caller owns it or is an administrator.
    pub(super) async fn manage_group(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
    ) -> Result<ManagedGroup> {
        let group = self.see_group(on, caller, id, true).await?;
        if group.can_manage(caller) { Ok(ManagedGroup(group)) } else { Err(Code::Forbidden.into()) }
    }

    /// The group, if the caller owns it or is an administrator, for a page that asks before something is done.
    pub(super) async fn managed_page(&self, caller: &Caller, id: Uuid) -> Result<SeenGroup> {
        let group = self.see_group(self.db(), caller, id, false).await?;
        if group.can_manage(caller) { Ok(group) } else { Err(Code::Forbidden.into()) }
    }

    /// What every page of a group shows at its top, for whoever sees the group.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn group_head(&self, caller: &Caller, id: Uuid) -> Result<GroupHead> {
        Ok(self.see_group(self.db(), caller, id, false).await?.head(caller))
    }

    /// The group with a key of the import file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn group_by_key(&self, key: &str) -> Result<Option<Uuid>> {
        let group = groups::Entity::find()
            .filter(groups::Column::Key.eq(key))
            .filter(groups::Column::DeletedAt.is_null())
            .one(self.db())
            .await?;
        Ok(group.map(|group| group.id))
    }
}
