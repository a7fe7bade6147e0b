//! What a changed rule asks for: a look at everybody, a batch at a time.
//!
//! A batch is one transaction. It locks the group, so that no other process and no further change of the rule comes in
//! between, finds out who would change, locks those people, looks at them again, and notes how far it has come. Whoever
//! dies in it has done nothing, and the next one begins where the last one ended.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, QuerySelect, Statement, Value,
    sea_query::LockType,
};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        entities::groups,
        grants::Target,
    },
    LOCK,
    apply::{PERSON, PersonRow},
};
use crate::model::{
    rule::{Property, Rule},
    state::{GrantReason, GroupKind},
};

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesTurn {
    /// It did something, and changed that many memberships; there may be more.
    Worked(u64),
    /// There is nothing to do.
    Idle,
}

/// Where the walk over everybody is at its end.
const END: Uuid = Uuid::max();

#[derive(FromQueryResult)]
struct Standing {
    membership: Option<Uuid>,
    reason: Option<GrantReason>,
}

impl Standing {
    /// What is to be done for somebody, by whether the rule means them.
    fn wants(&self, matches: bool) -> Option<Step> {
        match (matches, self.membership, self.reason) {
            (true, None, _) => Some(Step::Add),
            (true, Some(_), Some(GrantReason::Rule)) | (false, None, _) => None,
            (true, Some(_), _) => Some(Step::Keep),
            (false, Some(_), reason) => Some(Step::Remove { by_hand: reason != Some(GrantReason::Rule) }),
        }
    }
}

#[derive(Clone, Copy)]
enum Step {
    Add,
    /// They were in it for another reason, and stay.
    Keep,
    Remove {
        by_hand: bool,
    },
}

impl Directory {
    /// Works on everything that changed rules ask for, until nothing is left, and says how many memberships changed.
    ///
    /// # Errors
    /// When the database fails. What was done until then stays.
    pub async fn recalculate_rules(&self, batch: u64) -> Result<u64> {
        let mut changed = 0;
        while let RulesTurn::Worked(more) = self.rules_turn(batch).await? {
            changed += more;
        }
        Ok(changed)
    }

    /// Works on the rule that has waited longest, for one batch of up to `batch` people.
    ///
    /// # Errors
    /// When the database fails. Then the batch has changed nothing.
    pub async fn rules_turn(&self, batch: u64) -> Result<RulesTurn> {
        #[derive(FromQueryResult)]
        struct Due {
            id: Uuid,
            rule_since: DateTime<Utc>,
            rule_cursor: Option<Uuid>,
        }
        let due = Due::find_by_statement(self.sql(
            "SELECT id, rule_since, rule_cursor FROM groups WHERE rule_since IS NOT NULL AND deleted_at IS NULL
             ORDER BY rule_since, id LIMIT 1",
            [],
        ))
        .one(self.db())
        .await?;
        let Some(due) = due else { return Ok(RulesTurn::Idle) };
        if due.rule_cursor.is_none() {
            self.await_old_rules().await?;
        }
        let tx = self.begin().await?;
        let group = groups::Entity::find_by_id(due.id).lock(LockType::NoKeyUpdate).one(&tx).await?;
        // Changed again, or done by another process while we waited: the next turn sees.
        let Some(group) = group.filter(|group| group.rule_since == Some(due.rule_since) && group.deleted_at.is_none())
        else {
            return Ok(RulesTurn::Worked(0));
        };
        let limit = i64::try_from(batch.clamp(1, 5000)).unwrap_or(5000);
        let rule = group.rule.as_deref().filter(|_| group.kind == GroupKind::Dynamic);
        let changed = match rule.map(|text| self.stored_rule(group.id, text)) {
            Some(Some(rule)) if group.rule_cursor != Some(END) => self.walk(&tx, &group, &rule, limit).await?,
            Some(Some(_)) => self.clear_out(&tx, &group, limit).await?,
            // A rule that cannot be read means nobody anew. The log has it.
            Some(None) => {
                self.rule_is_done(&tx, group.id).await?;
                0
            }
            None => self.leave_by_hand(&tx, &group, limit).await?,
        };
        self.commit(tx).await?;
        Ok(RulesTurn::Worked(changed))
    }

    /// Waits until everybody has committed who may have read the rules as they were.
    async fn await_old_rules(&self) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            let tx = self.begin().await?;
            self.lock_name(&tx, LOCK).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn rule_is_done(&self, tx: &DatabaseTransaction, group: Uuid) -> Result<()> {
        let sql = "UPDATE groups SET rule_since = NULL, rule_cursor = NULL WHERE id = $1";
        self.change(tx, sql, [group.into()]).await?;
        Ok(())
    }

    /// Looks at the next people.
    async fn walk(&self, tx: &DatabaseTransaction, group: &groups::Model, rule: &Rule, limit: i64) -> Result<u64> {
        let organization = match rule.asks_for(Property::UserPrincipalName) {
            true => self.own_domain(tx).await?,
            false => String::new(),
        };
        let after = group.rule_cursor.unwrap_or(Uuid::nil());
        let people = self
            .standings_in(
                tx,
                group.id,
                "u.id > $2 AND u.deleted_at IS NULL ORDER BY u.id LIMIT $3",
                vec![after.into(), limit.into()],
            )
            .await?;
        let complete = i64::try_from(people.len()).unwrap_or(limit) < limit;
        let last = people.last().map_or(END, |(row, _)| row.id);
        let wanting = |people: Vec<(PersonRow, Standing)>| -> Vec<(Uuid, Step)> {
            let step = |(row, standing): (PersonRow, Standing)| {
                let id = row.id;
                Some((id, standing.wants(rule.matches(&row.person(&organization)))?))
            };
            people.into_iter().filter_map(step).collect()
        };
        let mut steps = wanting(people);
        if !steps.is_empty() && self.backend() == DbBackend::Postgres {
            // Nobody is locked for a look. Those who would change are, and then looked at once more: somebody may have
            // changed them, and applied this very rule, in between.
            let ids: Vec<Uuid> = steps.iter().map(|(id, _)| *id).collect();
            let those =
                |first: usize| (first..first + ids.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
            let lock = format!("SELECT id FROM users WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE", those(1));
            tx.query_all_raw(Statement::from_sql_and_values(self.backend(), lock, values.clone())).await?;
            let which = format!("u.id IN ({}) AND u.deleted_at IS NULL ORDER BY u.id", those(2));
            steps = wanting(self.standings_in(tx, group.id, &which, values).await?);
        }
        let changed = u64::try_from(steps.len()).unwrap_or_default();
        self.take_steps(tx, group.id, steps).await?;
        let cursor = if complete { END } else { last };
        self.change(tx, "UPDATE groups SET rule_cursor = $2 WHERE id = $1", [group.id.into(), cursor.into()]).await?;
        Ok(changed)
    }

    /// People, and how each of them is in the group now. `which` is the condition and what follows it; its values begin
    /// with `$2`.
    async fn standings_in(
        &self,
        tx: &DatabaseTransaction,
        group: Uuid,
        which: &str,
        more: Vec<Value>,
    ) -> Result<Vec<(PersonRow, Standing)>> {
        let text = format!(
            "SELECT {PERSON}, m.id AS membership, m.reason FROM users u
             LEFT JOIN memberships m ON m.group_id = $1 AND m.user_id = u.id WHERE {which}"
        );
        let mut values: Vec<Value> = vec![group.into()];
        values.extend(more);
        let rows = tx.query_all_raw(Statement::from_sql_and_values(self.backend(), text, values)).await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok((PersonRow::from_query_result(row, "")?, Standing::from_query_result(row, "")?))
        };
        Ok(rows.iter().map(read).collect::<std::result::Result<_, sea_orm::DbErr>>()?)
    }

    /// Does what was found out, for people who are locked.
    async fn take_steps(&self, tx: &DatabaseTransaction, group: Uuid, steps: Vec<(Uuid, Step)>) -> Result<()> {
        let (actor, target) = (Actor::default(), Target::Group(group));
        let mut added = Vec::new();
        for (user, step) in steps {
            match step {
                Step::Add => added.push(user),
                Step::Keep => {
                    let sql =
                        "UPDATE memberships SET reason = 'rule', granted_by = NULL, invitation_id = NULL, until = NULL
                               WHERE group_id = $1 AND user_id = $2";
                    self.change(tx, sql, [group.into(), user.into()]).await?;
                    let event = Event::new("membership.grant", "user", user).in_group(group);
                    self.record(tx, &actor, event).await?;
                }
                Step::Remove { by_hand } => {
                    self.take_back(tx, &actor, target, user).await?;
                    if by_hand {
                        self.withdraw_from_invitations(tx, &actor, user, target).await?;
                        self.delete_if_nothing_left(tx, &actor, user).await?;
                    }
                }
            }
        }
        for users in added.chunks(500) {
            self.add_by_rule(tx, group, users).await?;
        }
        Ok(())
    }

    /// Puts people into a group who are not in it, many at once.
    async fn add_by_rule(&self, tx: &DatabaseTransaction, group: Uuid, users: &[Uuid]) -> Result<()> {
        let mut values: Vec<Value> = vec![group.into(), self.now().into()];
        let mut rows = Vec::new();
        for user in users {
            let n = values.len();
            rows.push(format!(
                "(${a}, $1, ${b}, 'rule', $2, COALESCE((SELECT name_folded FROM users WHERE id = ${b}), ''))",
                a = n + 1,
                b = n + 2
            ));
            values.extend([self.new_id().into(), (*user).into()]);
        }
        let text = format!(
            "INSERT INTO memberships (id, group_id, user_id, reason, granted_at, sort_name) VALUES {}",
            rows.join(", ")
        );
        tx.execute_raw(Statement::from_sql_and_values(self.backend(), text, values)).await?;
        let events = users.iter().map(|user| Event::new("membership.grant", "user", *user).in_group(group));
        self.record_many(tx, &Actor::default(), events.collect()).await
    }

    /// After everybody was looked at: those who are gone are in no dynamic group.
    async fn clear_out(&self, tx: &DatabaseTransaction, group: &groups::Model, limit: i64) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Gone {
            user_id: Uuid,
        }
        let gone = Gone::find_by_statement(self.sql(
            "SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.group_id = $1 AND u.deleted_at IS NOT NULL ORDER BY m.user_id LIMIT $2",
            [group.id.into(), limit.into()],
        ))
        .all(tx)
        .await?;
        for row in &gone {
            self.take_back(tx, &Actor::default(), Target::Group(group.id), row.user_id).await?;
        }
        let count = u64::try_from(gone.len()).unwrap_or_default();
        if i64::try_from(gone.len()).unwrap_or(limit) < limit {
            self.rule_is_done(tx, group.id).await?;
        }
        Ok(count)
    }

    /// The rule is gone: whom it had brought in stays, as if an owner had.
    async fn leave_by_hand(&self, tx: &DatabaseTransaction, group: &groups::Model, limit: i64) -> Result<u64> {
        let changed = self
            .change(
                tx,
                "UPDATE memberships SET reason = 'owner' WHERE id IN
                    (SELECT id FROM memberships WHERE group_id = $1 AND reason = 'rule' LIMIT $2)",
                [group.id.into(), limit.into()],
            )
            .await?;
        if i64::try_from(changed).unwrap_or(limit) < limit {
            self.rule_is_done(tx, group.id).await?;
        } else {
            // Nobody goes by the old rule any more: the next turn need not wait for them again.
            let sql = "UPDATE groups SET rule_cursor = $2 WHERE id = $1";
            self.change(tx, sql, [group.id.into(), END.into()]).await?;
        }
        Ok(changed)
    }
}
