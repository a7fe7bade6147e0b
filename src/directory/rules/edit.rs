//! Giving a group a rule, changing it, and taking it away. Administrators do that; owners see to everything else.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        entities::{group_owners, groups},
        groups::SeenGroup,
    },
    typed_rule,
};
use crate::model::{
    Caller, Code, Refusal, names,
    rules::RulePage,
    settings::LONGEST_TEXT,
    state::{GroupKind, JoinPolicy},
};

/// What an administrator says of a new dynamic group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewDynamicGroup {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Its rule.
    pub rule: String,
}

impl Directory {
    /// Whether the caller may look at rules at all, and try some.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for all but administrators.
    pub(super) fn may_rule(&self, caller: &Caller) -> Result<()> {
        if caller.is_administrator() { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// The group, locked, if the caller may change its rule.
    async fn ruled_group(&self, on: &impl ConnectionTrait, caller: &Caller, group: Uuid) -> Result<SeenGroup> {
        let seen = self.see_group(on, caller, group, true).await?;
        self.may_rule(caller)?;
        Ok(seen)
    }

    /// Creates a dynamic group, which the caller owns. A job puts people into it.
    ///
    /// # Errors
    /// [`Code::Forbidden`], [`Code::NameEmpty`], [`Code::TooLong`], [`Code::RuleInvalid`].
    pub async fn create_dynamic_group(&self, caller: &Caller, new: &NewDynamicGroup) -> Result<Uuid> {
        let event = Event { action: "group.create", ..Default::default() };
        let result = self.create_and_commit(caller, new).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn create_and_commit(&self, caller: &Caller, new: &NewDynamicGroup) -> Result<Uuid> {
        self.may_rule(caller)?;
        if new.name.trim().chars().count() > names::LONGEST {
            return Err(Refusal::at(Code::TooLong, "name").into());
        }
        let name = names::one_line(&new.name).ok_or_else(|| Refusal::at(Code::NameEmpty, "name"))?;
        let purpose = new.purpose.trim();
        if purpose.chars().count() > LONGEST_TEXT {
            return Err(Refusal::at(Code::TooLong, "purpose").into());
        }
        let purpose: String = purpose.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        typed_rule(&new.rule)?;
        let (id, now) = (self.new_id(), self.now());
        let actor = Actor::from(caller);
        let tx = self.begin().await?;
        groups::Entity::insert(groups::ActiveModel {
            id: Set(id),
            name_folded: Set(names::fold(&name)),
            name: Set(name.clone()),
            purpose: Set(purpose),
            kind: Set(GroupKind::Dynamic),
            join_policy: Set(JoinPolicy::Closed),
            listed: Set(false),
            accepts_guests: Set(false),
            members_may_invite: Set(false),
            guests_see_members: Set(false),
            other_address: Set(false),
            created_at: Set(now),
            created_by: Set(Some(caller.user_id)),
            rule: Set(Some(new.rule.trim().to_owned())),
            rule_since: Set(Some(now)),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
        group_owners::Entity::insert(group_owners::ActiveModel {
            group_id: Set(id),
            user_id: Set(caller.user_id),
            granted_by: Set(Some(caller.user_id)),
            granted_at: Set(now),
        })
        .exec_without_returning(&tx)
        .await?;
        let told = serde_json::json!({ "name": name, "rule": new.rule.trim() });
        self.record(&tx, &actor, Event::new("group.create", "group", id).in_group(id).details(told)).await?;
        self.record(&tx, &actor, Event::new("owner.grant", "user", caller.user_id).in_group(id)).await?;
        self.commit(tx).await?;
        self.0.rules_wakeup.notify_one();
        Ok(id)
    }

    /// Gives a group a rule, or another one; a job then looks at everybody. Of an assigned group those stay whom the rule
    /// means, and all others go, so that has to be `confirmed` if there is anybody.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`], [`Code::RuleInvalid`]; [`Code::WrongState`] for an assigned group with
    /// people in it, if that was not confirmed.
    pub async fn set_rule(&self, caller: &Caller, group: Uuid, rule: &str, confirmed: bool) -> Result<()> {
        let event = Event::new("group.rule", "group", group).in_group(group);
        let result = self.set_and_commit(caller, group, rule.trim(), confirmed).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn set_and_commit(&self, caller: &Caller, group: Uuid, rule: &str, confirmed: bool) -> Result<()> {
        let tx = self.begin().await?;
        let SeenGroup { row, .. } = self.ruled_group(&tx, caller, group).await?;
        typed_rule(rule)?;
        if row.kind == GroupKind::Dynamic && row.rule.as_deref() == Some(rule) {
            return Ok(());
        }
        if row.kind == GroupKind::Assigned && !confirmed && self.people_by(&tx, group).await?.by_hand > 0 {
            return Err(Code::WrongState.into());
        }
        self.write_rule(&tx, &Actor::from(caller), &row, Some(rule)).await?;
        self.commit(tx).await?;
        self.0.rules_wakeup.notify_one();
        Ok(())
    }

    /// Makes a dynamic group an assigned one. Everybody who is in it stays, as if an owner had put them there.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; [`Code::WrongState`] for a group without a rule.
    pub async fn end_rule(&self, caller: &Caller, group: Uuid) -> Result<()> {
        let event = Event::new("group.rule", "group", group).in_group(group);
        let result = self.end_and_commit(caller, group).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn end_and_commit(&self, caller: &Caller, group: Uuid) -> Result<()> {
        let tx = self.begin().await?;
        let SeenGroup { row, .. } = self.ruled_group(&tx, caller, group).await?;
        if row.kind != GroupKind::Dynamic {
            return Err(Code::WrongState.into());
        }
        self.write_rule(&tx, &Actor::from(caller), &row, None).await?;
        self.commit(tx).await?;
        self.0.rules_wakeup.notify_one();
        Ok(())
    }

    /// Writes a rule that was read, or that there is none from now on. The group is locked. Whoever commits this should
    /// wake the job.
    pub(in crate::directory) async fn write_rule(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        group: &groups::Model,
        rule: Option<&str>,
    ) -> Result<()> {
        let kind = if rule.is_some() { GroupKind::Dynamic } else { GroupKind::Assigned };
        // Nobody joins a dynamic group.
        let join = if rule.is_some() { JoinPolicy::Closed } else { group.join_policy };
        self.change(
            tx,
            "UPDATE groups SET kind = $2, rule = $3, rule_since = $4, rule_cursor = NULL, join_policy = $5 WHERE id = $1",
            [group.id.into(), kind.into(), rule.into(), self.anew(group.rule_since).into(), join.into()],
        )
        .await?;
        let told = serde_json::json!({ "old": group.rule, "new": rule });
        self.record(tx, actor, Event::new("group.rule", "group", group.id).in_group(group.id).details(told)).await
    }

    /// A moment that no earlier change has, even if the clock stands still: by it the job knows one change from another.
    fn anew(&self, before: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let now = self.now();
        before.map_or(now, |before| now.max(before + Duration::microseconds(1)))
    }

    /// A group for the page of its rule.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`] for all but administrators.
    pub async fn rule_page(&self, caller: &Caller, group: Uuid) -> Result<RulePage> {
        let seen = self.see_group(self.db(), caller, group, false).await?;
        self.may_rule(caller)?;
        let people = self.people_by(self.db(), group).await?;
        Ok(RulePage {
            id: group,
            name: seen.row.name,
            rule: seen.row.rule.filter(|_| seen.row.kind == GroupKind::Dynamic),
            recalculating_since: seen.row.rule_since,
            by_rule: people.by_rule,
            by_hand: people.by_hand,
        })
    }

    /// How many are in a group by rule, and how many for another reason.
    async fn people_by(&self, on: &impl ConnectionTrait, group: Uuid) -> Result<People> {
        let row = People::find_by_statement(self.sql(
            "SELECT COUNT(CASE WHEN reason = 'rule' THEN 1 END) AS by_rule,
                    COUNT(CASE WHEN reason <> 'rule' THEN 1 END) AS by_hand
             FROM memberships WHERE group_id = $1",
            [group.into()],
        ))
        .one(on)
        .await?;
        Ok(row.unwrap_or_default())
    }
}

#[derive(Default, FromQueryResult)]
struct People {
    by_rule: i64,
    by_hand: i64,
}
