//! Joining an open group.

use uuid::Uuid;

use super::{Directory, Result, audit::Event, grants::Target};
use crate::model::{
    Caller, Code,
    state::{GrantReason, JoinPolicy},
};

impl Directory {
    /// Puts the caller into an open group, for as long as a membership of it usually lasts. Its owners are told.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group that they can neither find in the catalogue nor have to do with;
    /// [`Code::JoinClosed`] if it is not open; [`Code::DynamicGroup`]; [`Code::AlreadyHas`]; for guests
    /// [`Code::GuestsNotAccepted`] and those of the rules for domains; [`Code::RateLimited`] with the requests of a day.
    pub async fn join_group(&self, caller: &Caller, group: Uuid) -> Result<()> {
        let result = self.join_and_commit(caller, group).await;
        let event = Event::new("membership.join", "user", caller.user_id).in_group(group);
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn join_and_commit(&self, caller: &Caller, group: Uuid) -> Result<()> {
        let tx = self.begin().await?;
        let settings = self.settings_on(&tx).await?;
        let seen = self.see_offer(&tx, caller, &settings, Target::Group(group), true).await?;
        if seen.offered.policy()? != JoinPolicy::Open {
            return Err(Code::JoinClosed.into());
        }
        self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
        // Its row is locked: nobody puts them in meanwhile.
        if seen.ties.has {
            return Err(Code::AlreadyHas.into());
        }
        seen.offered.may_have(&settings, caller.user_type, &caller.address)?;
        self.give_offer(&tx, &caller.into(), &seen.offered, caller.user_id, GrantReason::Joined, None).await?;
        self.tell_of_joining(&tx, caller, &seen.offered).await?;
        self.count_requests(&tx, caller).await?;
        self.commit(tx).await
    }
}
