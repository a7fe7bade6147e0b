//! Who answers for a group.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    grants::Target,
    notices::Notice,
};
use crate::model::{
    Caller, Code, Refusal,
    settings::MOST_OWNERS,
    state::{NoticeKind, UserType},
    view::{GroupName, PersonName},
};

/// What taking an owner away would do, for the page that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRemoval {
    /// The group.
    pub group: GroupName,
    /// Who would no longer own it.
    pub person: PersonName,
    /// Whether that is the only one.
    pub last: bool,
}

impl Directory {
    /// Makes somebody an owner of a group. Whoever is one already stays it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; at `person` [`Code::PersonUnknown`], [`Code::GuestsNotAccepted`] for a
    /// guest where the group takes none, and [`Code::TooManyOwners`].
    pub async fn add_owner(&self, caller: &Caller, group: Uuid, person: Uuid) -> Result<()> {
        let event = Event::new("owner.grant", "user", person).in_group(group);
        let result = self.add_owner_and_commit(caller, group, person).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn add_owner_and_commit(&self, caller: &Caller, group: Uuid, person: Uuid) -> Result<()> {
        self.managed_page(caller, group).await?;
        let person = self.person_chosen(caller, &person.to_string()).await?;
        let refuse = |code| Err(Refusal::at(code, "person").into());
        let tx = self.begin().await?;
        let managed = self.manage_group(&tx, caller, group).await?;
        let Some(user) = self.lock_user(&tx, person).await?.filter(|user| user.enabled) else {
            return refuse(Code::PersonUnknown);
        };
        if user.user_type == UserType::Guest && !managed.row().accepts_guests {
            return refuse(Code::GuestsNotAccepted);
        }
        if self.live_owners(&tx, group, None).await? >= i64::try_from(MOST_OWNERS).unwrap_or(i64::MAX) {
            return refuse(Code::TooManyOwners);
        }
        let actor = Actor::from(caller);
        if self.insert_owner(&tx, &actor, group, person).await? {
            let notice = Notice::new(person, NoticeKind::OwnerAdded, Target::Group(group));
            self.notify(&tx, notice.by(actor.user_id)).await?;
        }
        self.commit(tx).await
    }

    /// `false` if they own it already. The group is locked or new.
    pub(super) async fn insert_owner(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        group: Uuid,
        person: Uuid,
    ) -> Result<bool> {
        let sql = "INSERT INTO group_owners (group_id, user_id, granted_by, granted_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT DO NOTHING";
        let values = [group.into(), person.into(), actor.user_id.into(), self.now().into()];
        let added = self.change(on, sql, values).await? == 1;
        if added {
            self.record(on, actor, Event::new("owner.grant", "user", person).in_group(group)).await?;
        }
        Ok(added)
    }

    /// Takes an owner away; owners take themselves away, too. Somebody else has to be left.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group that the caller may not see or a person who does not own it, [`Code::Forbidden`],
    /// [`Code::LastOwner`].
    pub async fn remove_owner(&self, caller: &Caller, group: Uuid, person: Uuid) -> Result<()> {
        let event = Event::new("owner.revoke", "user", person).in_group(group);
        let result = async {
            let tx = self.begin().await?;
            // The group stays locked, so that two last owners do not leave at once.
            self.manage_group(&tx, caller, group).await?;
            self.lock_user(&tx, person).await?;
            let sql = "DELETE FROM group_owners WHERE group_id = $1 AND user_id = $2";
            if self.change(&tx, sql, [group.into(), person.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            if self.live_owners(&tx, group, Some(person)).await? == 0 {
                return Err(Refusal { target: Some(group), ..Code::LastOwner.into() }.into());
            }
            let actor = Actor::from(caller);
            self.record(&tx, &actor, Event::new("owner.revoke", "user", person).in_group(group)).await?;
            let notice = Notice::new(person, NoticeKind::OwnerRemoved, Target::Group(group));
            self.notify(&tx, notice.by(actor.user_id)).await?;
            self.delete_if_nothing_left(&tx, &actor, person).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event, result).await
    }

    /// Who would no longer own which group, for the page that asks.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn owner_removal(&self, caller: &Caller, group: Uuid, person: Uuid) -> Result<OwnerRemoval> {
        let seen = self.managed_page(caller, group).await?;
        let person = self.group_owner_names(group).await?.into_iter().find(|owner| owner.id == person);
        let person = person.ok_or(Code::NotFound)?;
        let last = self.live_owners(self.db(), group, Some(person.id)).await? == 0;
        Ok(OwnerRemoval { group: GroupName { id: group, name: seen.row.name }, person, last })
    }

    /// How many people own a group who are there, but for one.
    pub(super) async fn live_owners(&self, on: &impl ConnectionTrait, group: Uuid, but: Option<Uuid>) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Counted {
            owners: i64,
        }
        let row = Counted::find_by_statement(self.sql(
            "SELECT COUNT(*) AS owners FROM group_owners o JOIN users u ON u.id = o.user_id AND u.deleted_at IS NULL
             WHERE o.group_id = $1 AND o.user_id <> $2",
            [group.into(), but.unwrap_or_default().into()],
        ))
        .one(on)
        .await?;
        Ok(row.map_or(0, |row| row.owners))
    }

    /// The owners of a group who are there, by id, but for one.
    pub(in crate::directory) async fn owner_ids(
        &self,
        on: &impl ConnectionTrait,
        group: Uuid,
        but: Option<Uuid>,
    ) -> Result<Vec<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            user_id: Uuid,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT o.user_id FROM group_owners o JOIN users u ON u.id = o.user_id AND u.deleted_at IS NULL
             WHERE o.group_id = $1 AND o.user_id <> $2 ORDER BY o.user_id",
            [group.into(), but.unwrap_or_default().into()],
        ))
        .all(on)
        .await?;
        Ok(rows.into_iter().map(|row| row.user_id).collect())
    }
}
