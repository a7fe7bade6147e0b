//! Apps: who has them and why, who runs them, and opening one.

mod approvers;
mod assign;
mod connection;
mod edit;
mod given;
mod history;
mod launch;
mod list;
mod new;
mod page;
mod people;
mod secrets;
mod test_sign_in;
mod ways;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Directory, Result, entities::apps};
use crate::model::{
    Caller, Code,
    managed::AppHead,
    policy,
    settings::Settings,
    state::{GuestVisibility, Role},
};

pub use approvers::AppRole;
pub use launch::Launch;
pub(in crate::directory) use secrets::hint as hint_of;
pub(in crate::directory) use ways::{WAYS, has_way};

/// An app that the caller may see, and what they are to it. Only [`Directory::see_app`] makes one.
pub(super) struct SeenApp {
    pub row: apps::Model,
    /// Whether they answer for it.
    pub is_owner: bool,
    /// Whether they decide who gets it.
    pub is_approver: bool,
    /// Whether they have it at this moment.
    pub has: bool,
    /// Whether they may find it among what can be asked for.
    pub finds: bool,
}

impl SeenApp {
    /// Whether the caller may change who has it, and what it says.
    pub fn can_manage(&self, caller: &Caller) -> bool {
        self.is_owner || caller.is_administrator()
    }

    /// Whether the caller may see who has it, and what was done.
    pub fn can_look(&self, caller: &Caller) -> bool {
        self.can_manage(caller) || caller.has(Role::Auditor)
    }

    /// What every page says of it.
    fn head(&self, caller: &Caller, settings: &Settings) -> AppHead {
        AppHead {
            id: self.row.id,
            name: self.row.name.clone(),
            description: self.row.description.clone(),
            picture_id: self.row.picture_id,
            enabled: self.row.enabled,
            accepts_guests: self.row.accepts_guests,
            is_owner: self.is_owner,
            can_manage: self.can_manage(caller),
            can_look: self.can_look(caller),
            can_invite: self.may_invite(caller, settings),
        }
    }
}

/// Proof that the caller may run an app, whose row is locked. Only [`Directory::manage_app`] makes one.
pub(super) struct ManagedApp(pub SeenApp);

impl Directory {
    /// The app, if the caller may see it: its owners and approvers, those who have it, those who may ask for it,
    /// administrators and auditors. With `lock` the row is locked until the transaction ends.
    pub(super) async fn see_app(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
        lock: bool,
    ) -> Result<SeenApp> {
        #[derive(FromQueryResult)]
        struct Ties {
            owns: i64,
            approves: i64,
            ways: i64,
        }
        let mut query = apps::Entity::find_by_id(id);
        if lock {
            query = query.lock_exclusive();
        }
        let row = query.one(on).await?.filter(|row| row.deleted_at.is_none()).ok_or(Code::NotFound)?;
        let ties = Ties::find_by_statement(self.sql(
            &format!(
                "SELECT (SELECT COUNT(*) FROM app_owners WHERE app_id = $3 AND user_id = $1) AS owns,
                        (SELECT COUNT(*) FROM app_approvers WHERE app_id = $3 AND user_id = $1) AS approves,
                        (SELECT COUNT(*) FROM ({WAYS}) w WHERE w.app_id = $3) AS ways"
            ),
            [caller.user_id.into(), self.now().into(), id.into()],
        ))
        .one(on)
        .await?
        .ok_or(Code::Internal)?;
        let visibility = if caller.is_guest() {
            self.settings_on(on).await?.guests.visibility
        } else {
            GuestVisibility::SameAsMembers
        };
        let offered = row.requestable && row.enabled;
        let app = SeenApp {
            is_owner: ties.owns > 0,
            is_approver: ties.approves > 0,
            has: ties.ways > 0,
            finds: policy::may_find(caller.is_guest(), visibility, offered, row.accepts_guests),
            row,
        };
        let visible = app.has || app.is_approver || app.finds || app.can_look(caller);
        if visible { Ok(app) } else { Err(Code::NotFound.into()) }
    }

    /// The app, locked, if the caller owns it or is an administrator.
    async fn manage_app(&self, on: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<ManagedApp> {
        let app = self.see_app(on, caller, id, true).await?;
        if app.can_manage(caller) { Ok(ManagedApp(app)) } else { Err(Code::Forbidden.into()) }
    }

    /// The app and the settings in force, for a page that shows who has it.
    pub(super) async fn look_at_app(&self, caller: &Caller, id: Uuid) -> Result<(SeenApp, AppHead)> {
        let app = self.see_app(self.db(), caller, id, false).await?;
        if !app.can_look(caller) {
            return Err(Code::Forbidden.into());
        }
        let head = app.head(caller, &self.settings().await?);
        Ok((app, head))
    }

    /// The app with a key of the import file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_key(&self, key: &str) -> Result<Option<Uuid>> {
        // No key has control characters, and PostgreSQL refuses to look for one of them.
        if key.chars().any(char::is_control) {
            return Ok(None);
        }
        Ok(apps::Entity::find()
            .filter(apps::Column::Key.eq(key))
            .filter(apps::Column::DeletedAt.is_null())
            .one(self.db())
            .await?
            .map(|app| app.id))
    }
}
