//! Taking people out of a group.

use std::collections::BTreeSet;

use sea_orm::{DatabaseTransaction, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    grants::Target,
    notices::Notice,
};
use crate::model::{
    Caller, Code,
    state::{NoticeKind, UserType},
    view::PersonName,
};

/// How many people are removed at once.
const MOST: usize = 200;

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

/// What removing several people would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removals {
    /// The group.
    pub group_id: Uuid,
    /// Its name.
    pub group: String,
    /// Who would go, by name, and whether they are guests.
    pub people: Vec<(PersonName, bool)>,
    /// Apps that the group gives.
    pub apps: Vec<String>,
}

impl Directory {
    /// Takes a user out of a group: access through it ends with their next request. Open invitations no longer grant it.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group the caller may not see or a user who is not in it, [`Code::Forbidden`],
    /// [`Code::DynamicGroup`].
    pub async fn remove_member(&self, caller: &Caller, group: Uuid, user: Uuid) -> Result<()> {
        let event = Event::new("membership.remove", "user", user).in_group(group);
        let result = async {
            let tx = self.begin().await?;
            self.manage_group(&tx, caller, group).await?.assigned()?;
            if !self.remove_in(&tx, caller, group, user).await? {
                return Err(Code::NotFound.into());
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event, result).await
    }

    /// The same with several, up to 200, all at once. Whoever is not in it any more is left out. Says how many it was.
    ///
    /// # Errors
    /// As [`Self::remove_member`]; [`Code::NobodyChosen`], [`Code::TooManyAddresses`].
    pub async fn remove_members(&self, caller: &Caller, group: Uuid, users: &[Uuid]) -> Result<u32> {
        let event = Event::new("membership.remove", "group", group).in_group(group);
        let result = async {
            let tx = self.begin().await?;
            self.manage_group(&tx, caller, group).await?.assigned()?;
            let mut removed = 0;
            // In the order of ids, as people are locked everywhere.
            for user in chosen(users)? {
                removed += u32::from(self.remove_in(&tx, caller, group, user).await?);
            }
            self.commit(tx).await?;
            Ok(removed)
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event, result).await
    }

    /// Removes one person from a group that is locked. `false` if they are not in it.
    async fn remove_in(&self, tx: &DatabaseTransaction, caller: &Caller, group: Uuid, user: Uuid) -> Result<bool> {
        let (actor, target) = (Actor::from(caller), Target::Group(group));
        // Locks the user before their rows, as acceptance does, so that the two never wait for each other.
        self.lock_user(tx, user).await?;
        if !self.take_back(tx, &actor, target, user).await? {
            return Ok(false);
        }
        self.notify(tx, Notice::new(user, NoticeKind::MemberRemoved, target).by(actor.user_id)).await?;
        self.withdraw_from_invitations(tx, &actor, user, target).await?;
        self.delete_if_nothing_left(tx, &actor, user).await?;
        Ok(true)
    }

    /// Who would be removed from which group, for the page that asks *Remove?*.
    ///
    /// # Errors
    /// As [`Self::remove_member`].
    pub async fn removal(&self, caller: &Caller, group: Uuid, user: Uuid) -> Result<Removal> {
        let Removals { group_id, group, people, apps } = self.removals(caller, group, &[user]).await?;
        let (person, _) = people.into_iter().next().ok_or(Code::NotFound)?;
        Ok(Removal { group_id, group, person, apps })
    }

    /// The same for several.
    ///
    /// # Errors
    /// As [`Self::remove_members`]; [`Code::NotFound`] if none of them is in it.
    pub async fn removals(&self, caller: &Caller, group: Uuid, users: &[Uuid]) -> Result<Removals> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            user_type: UserType,
        }
        let seen = self.managed_page(caller, group).await?;
        if seen.row.kind == crate::model::state::GroupKind::Dynamic {
            return Err(Code::DynamicGroup.into());
        }
        let users = chosen(users)?;
        let list: Vec<String> = (2..2 + users.len()).map(|n| format!("${n}")).collect();
        let text = format!(
            "SELECT u.id, u.display_name AS name, u.user_type FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.group_id = $1 AND m.user_id IN ({}) ORDER BY m.sort_name, m.user_id",
            list.join(", ")
        );
        let values = [Value::from(group)].into_iter().chain(users.into_iter().map(Value::from));
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let rows = Row::find_by_statement(statement).all(self.db()).await?;
        if rows.is_empty() {
            return Err(Code::NotFound.into());
        }
        let person = |row: Row| (PersonName { id: row.id, name: row.name }, row.user_type == UserType::Guest);
        Ok(Removals {
            group_id: group,
            group: seen.row.name,
            people: rows.into_iter().map(person).collect(),
            apps: self.app_names_of_group(self.db(), group).await?,
        })
    }
}

/// Those who were chosen, once each, in order.
fn chosen(users: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let users: BTreeSet<Uuid> = users.iter().copied().collect();
    match users.len() {
        0 => Err(Code::NobodyChosen.into()),
        many if many > MOST => Err(Code::TooManyAddresses.into()),
        _ => Ok(users),
    }
}
