//! Keeping somebody out at once, and letting them in again.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
};
use crate::model::{Address, Caller, Code};

/// Who runs the panel: whoever has the machine, or an administrator who is signed in.
#[derive(Clone, Copy, Debug)]
pub enum Operator<'a> {
    /// The command line: whoever reads the deployment key may do anything.
    CommandLine,
    /// Somebody signed in, who has to be an administrator.
    Person(&'a Caller),
}

impl Operator<'_> {
    /// # Errors
    /// [`Code::Forbidden`] for anybody but an administrator.
    pub(super) fn actor(self) -> Result<Actor> {
        match self {
            Self::CommandLine => Ok(Actor::default()),
            Self::Person(caller) if caller.is_administrator() => Ok(caller.into()),
            Self::Person(_) => Err(Code::Forbidden.into()),
        }
    }
}

impl Directory {
    /// Blocks the person with that address: every session ends, what hangs on them with the next request, and no sign-in
    /// works. What they own, and what they are in, stays. `false` if they were blocked already.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for anybody but an operator; [`Code::NotFound`] if nobody has the address.
    pub async fn block_user(&self, operator: Operator<'_>, address: &Address) -> Result<bool> {
        self.set_enabled(operator, address, false).await
    }

    /// Lets the person with that address in again. `false` if they were not blocked.
    ///
    /// # Errors
    /// As [`Self::block_user`].
    pub async fn unblock_user(&self, operator: Operator<'_>, address: &Address) -> Result<bool> {
        self.set_enabled(operator, address, true).await
    }

    /// Ends every session of the person with that address, here and at the apps. `false` if there was none.
    ///
    /// # Errors
    /// As [`Self::block_user`].
    pub async fn end_sessions(&self, operator: Operator<'_>, address: &Address) -> Result<bool> {
        let actor = operator.actor()?;
        let tx = self.begin().await?;
        let user = self.user_by_address(&tx, address).await?.ok_or(Code::NotFound)?.id;
        let ended = self.end_sessions_of(&tx, user).await?;
        if ended > 0 {
            let event = Event::new("session.end_all", "user", user).details(serde_json::json!({ "sessions": ended }));
            self.record(&tx, &actor, event).await?;
        }
        self.commit(tx).await?;
        Ok(ended > 0)
    }

    async fn set_enabled(&self, operator: Operator<'_>, address: &Address, enabled: bool) -> Result<bool> {
        let actor = operator.actor()?;
        let tx = self.begin().await?;
        let user = self.user_by_address(&tx, address).await?.ok_or(Code::NotFound)?.id;
        let changed = self.enable_on(&tx, &actor, user, enabled).await?;
        self.commit(tx).await?;
        Ok(changed)
    }

    async fn enable_on(&self, on: &impl ConnectionTrait, actor: &Actor, user: Uuid, enabled: bool) -> Result<bool> {
        let sql = "UPDATE users SET enabled = $2 WHERE id = $1 AND deleted_at IS NULL AND enabled <> $2";
        if self.change(on, sql, [user.into(), enabled.into()]).await? == 0 {
            return Ok(false);
        }
        if !enabled {
            self.end_sessions_of(on, user).await?;
        }
        let action = if enabled { "user.unblock" } else { "user.block" };
        self.record(on, actor, Event::new(action, "user", user)).await?;
        // A rule may ask whether somebody is enabled.
        self.user_changed(on, actor, user).await?;
        Ok(true)
    }
}
