//! Who answers for an app, and who decides about requests for it.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        grants::Target,
        notices::Notice,
    },
    assign::at_person,
};
use crate::model::{
    Caller, Code,
    settings::{MOST_APPROVERS, MOST_OWNERS},
    state::{NoticeKind, UserType},
};

/// One of an app's short lists of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppRole {
    /// Answers for it.
    Owner,
    /// Decides about requests for it.
    Approver,
}

impl AppRole {
    const fn table(self) -> &'static str {
        match self {
            Self::Owner => "app_owners",
            Self::Approver => "app_approvers",
        }
    }

    const fn most(self) -> (u64, Code) {
        match self {
            Self::Owner => (MOST_OWNERS, Code::TooManyOwners),
            Self::Approver => (MOST_APPROVERS as u64, Code::TooManyApprovers),
        }
    }

    const fn granted(self) -> &'static str {
        match self {
            Self::Owner => "owner.grant",
            Self::Approver => "approver.grant",
        }
    }

    const fn revoked(self) -> &'static str {
        match self {
            Self::Owner => "owner.revoke",
            Self::Approver => "approver.revoke",
        }
    }
}

impl Directory {
    /// Makes a member of the organization an owner or an approver of an app. They are told.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; at `person`: [`Code::PersonUnknown`], [`Code::AccountBlocked`],
    /// [`Code::GuestsNotAccepted`] for guests, [`Code::AlreadyHas`], [`Code::TooManyOwners`],
    /// [`Code::TooManyApprovers`].
    pub async fn add_app_role(&self, caller: &Caller, id: Uuid, role: AppRole, user: Uuid) -> Result<()> {
        let result = async {
            self.may_choose(caller, id, user).await?;
            let tx = self.begin().await?;
            // The app's row is locked, so that two at once are counted one after the other.
            self.manage_app(&tx, caller, id).await?;
            let person = self.lock_user(&tx, user).await?.ok_or_else(|| at_person(Code::PersonUnknown))?;
            if !person.enabled {
                return Err(at_person(Code::AccountBlocked));
            }
            if person.user_type == UserType::Guest {
                return Err(at_person(Code::GuestsNotAccepted));
            }
            let actor = Actor::from(caller);
            let sql = format!(
                "INSERT INTO {} (app_id, user_id, granted_by, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                role.table()
            );
            let values = [id.into(), user.into(), actor.user_id.into(), self.now().into()];
            if self.change(&tx, &sql, values).await? == 0 {
                return Err(at_person(Code::AlreadyHas));
            }
            let (most, code) = role.most();
            if self.count_role(&tx, id, role).await? > most {
                return Err(at_person(code));
            }
            self.record(&tx, &actor, Event::new(role.granted(), "user", user).in_app(id)).await?;
            let kind = match role {
                AppRole::Owner => NoticeKind::OwnerAdded,
                AppRole::Approver => NoticeKind::ApproverAdded,
            };
            self.notify(&tx, Notice::new(user, kind, Target::App(id)).by(actor.user_id)).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new(role.granted(), "app", id), result).await
    }

    async fn count_role(&self, on: &impl ConnectionTrait, id: Uuid, role: AppRole) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Counted {
            people: i64,
        }
        let sql = format!(
            "SELECT COUNT(*) AS people FROM {} o JOIN users u ON u.id = o.user_id AND u.deleted_at IS NULL WHERE o.app_id = $1",
            role.table()
        );
        let row = Counted::find_by_statement(self.sql(&sql, [id.into()])).one(on).await?;
        Ok(row.map_or(0, |row| row.people.unsigned_abs()))
    }

    /// Ends that. An app may be left without owners: then administrators run it. One without approvers has its owners
    /// decide. Owners who go are told; approvers find the app no longer among what they decide.
    ///
    /// # Errors
    /// [`Code::NotFound`] also for somebody who is no such one; [`Code::Forbidden`].
    pub async fn remove_app_role(&self, caller: &Caller, id: Uuid, role: AppRole, user: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.manage_app(&tx, caller, id).await?;
            let actor = Actor::from(caller);
            let sql = format!("DELETE FROM {} WHERE app_id = $1 AND user_id = $2", role.table());
            if self.change(&tx, &sql, [id.into(), user.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            self.record(&tx, &actor, Event::new(role.revoked(), "user", user).in_app(id)).await?;
            if role == AppRole::Owner {
                let notice = Notice::new(user, NoticeKind::OwnerRemoved, Target::App(id));
                self.notify(&tx, notice.by(actor.user_id)).await?;
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new(role.revoked(), "app", id), result).await
    }
}
