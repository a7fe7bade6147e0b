//! Dynamic groups: who is in them follows from a rule.
//!
//! Two hands keep them right. Whoever changes a person applies all rules to that person, in the same transaction
//! ([`Directory::apply_rules`]). Whoever changes a rule only notes that, and a job looks at everybody ([`job`]).
//!
//! On PostgreSQL the two meet like this: a transaction that applies rules holds the name `rules` in common with others
//! until it ends. Before the job looks at anybody, it waits until it had that name for itself once: whoever still went by
//! the old rule has committed by then, and the job sees what they did; whoever comes later reads the new rule. SQLite has
//! one writer at a time, and needs none of this.

mod apply;
mod edit;
mod job;
mod preview;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Directory, Result, entities::groups};
use crate::model::{Caller, Code, Refusal, rule::Rule, rules::RuleStatus, state::GroupKind};

pub use edit::NewDynamicGroup;
pub use job::RulesTurn;

/// The name that rules are locked by.
const LOCK: &str = "rules";

/// Rules that were read before, by the group they belong to, each with its text.
#[derive(Default)]
pub(super) struct RuleCache(Mutex<HashMap<Uuid, (String, Arc<Rule>)>>);

impl Directory {
    /// A stored rule. `None` if it cannot be read: then nobody's membership changes, and the log says so.
    fn stored_rule(&self, group: Uuid, text: &str) -> Option<Arc<Rule>> {
        // Nothing panics while the lock is held, and a rule is right or not there whoever held it.
        let mut known = self.0.rules.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((as_read, rule)) = known.get(&group)
            && as_read == text
        {
            return Some(rule.clone());
        }
        match Rule::parse(text) {
            Ok(rule) => {
                let rule = Arc::new(rule);
                known.insert(group, (text.to_owned(), rule.clone()));
                Some(rule)
            }
            Err(error) => {
                tracing::error!(%group, %error, "a stored rule cannot be read");
                None
            }
        }
    }

    /// Holds rules together with others who apply them, until the transaction ends.
    async fn share_rules(&self, on: &impl ConnectionTrait) -> Result<()> {
        if self.backend() == sea_orm::DbBackend::Postgres {
            let sql = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))";
            on.execute_raw(self.sql(sql, [LOCK.into()])).await?;
        }
        Ok(())
    }

    /// Whether a group has a rule, which one, and whether everybody has been looked at. For owners of the group,
    /// administrators and auditors.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn rule_status(&self, caller: &Caller, group: Uuid) -> Result<Option<RuleStatus>> {
        let seen = self.see_group(self.db(), caller, group, false).await?;
        if !seen.can_manage(caller) && !caller.has(crate::model::state::Role::Auditor) {
            return Err(Code::Forbidden.into());
        }
        Ok(status_of(&seen.row))
    }

    /// Told whenever somebody changes a rule.
    pub fn rules_wakeup(&self) -> &tokio::sync::Notify {
        &self.0.rules_wakeup
    }
}

/// The same for those who have the group's row already, and may know.
pub(super) fn status_of(group: &groups::Model) -> Option<RuleStatus> {
    let rule = group.rule.clone().filter(|_| group.kind == GroupKind::Dynamic)?;
    Some(RuleStatus { rule, recalculating_since: group.rule_since })
}

/// Reads a rule that somebody typed.
pub(super) fn typed_rule(text: &str) -> Result<Rule> {
    Rule::parse(text).map_err(|_| Refusal::at(Code::RuleInvalid, "rule").into())
}
