//! Leaving a group.

use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::groups,
    grants::Target,
};
use crate::model::{Caller, Code, groups::Deletion, state::GroupKind};

impl Directory {
    /// Takes the caller out of a group. Whoever owns it still owns it.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group that the caller is not in, [`Code::DynamicGroup`].
    pub async fn leave_group(&self, caller: &Caller, group: Uuid) -> Result<()> {
        let event = Event::new("membership.remove", "user", caller.user_id).in_group(group);
        let result = async {
            let tx = self.begin().await?;
            let seen = self.see_group(&tx, caller, group, true).await?;
            may_leave(seen.is_member, &seen.row)?;
            self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
            let (actor, target) = (Actor::from(caller), Target::Group(group));
            if !self.take_back(&tx, &actor, target, caller.user_id).await? {
                return Err(Code::NotFound.into());
            }
            self.withdraw_from_invitations(&tx, &actor, caller.user_id, target).await?;
            self.delete_if_nothing_left(&tx, &actor, caller.user_id).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event, result).await
    }

    /// What leaving would end, for the page that asks. How many others are in the group is not told.
    ///
    /// # Errors
    /// As [`Self::leave_group`].
    pub async fn leaving(&self, caller: &Caller, group: Uuid) -> Result<Deletion> {
        let seen = self.see_group(self.db(), caller, group, false).await?;
        may_leave(seen.is_member, &seen.row)?;
        Ok(Deletion { head: seen.head(caller), people: 0, apps: self.group_apps(group).await? })
    }
}

fn may_leave(is_member: bool, group: &groups::Model) -> Result<()> {
    match group.kind {
        _ if !is_member => Err(Code::NotFound.into()),
        GroupKind::Dynamic => Err(Code::DynamicGroup.into()),
        GroupKind::Assigned => Ok(()),
    }
}
