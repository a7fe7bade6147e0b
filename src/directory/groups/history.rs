//! What happened in a group, from the audit log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::{Directory, Result, places};
use crate::model::{
    Caller, Code,
    groups::{GroupHistory, HistoryRow},
    view::PersonName,
};

/// How many events a page shows.
const PAGE: usize = 50;

impl Directory {
    /// What happened in a group, the newest first: for its owners, administrators and auditors. Refusals are not told.
    /// `after` is the [`GroupHistory::next`] of the page before.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn group_history(&self, caller: &Caller, id: Uuid, after: Option<&str>) -> Result<GroupHistory> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            at: DateTime<Utc>,
            action: String,
            invitation_id: Option<Uuid>,
            actor_id: Option<Uuid>,
            actor_name: Option<String>,
            person_id: Option<Uuid>,
            person_name: Option<String>,
            details: Option<Json>,
        }
        let group = self.see_group(self.db(), caller, id, false).await?;
        if !group.can_look_back(caller) {
            return Err(Code::Forbidden.into());
        }
        let mut values: Vec<Value> = vec![id.into()];
        let mut only = String::new();
        let place = places::dated(after);
        if let Some((at, last)) = place {
            values.extend([at.into(), last.into()]);
            only.push_str(" AND e.at <= $2 AND (e.at < $2 OR e.id < $3)");
        }
        // An invitation shows by what it granted here.
        let text = format!(
            "SELECT e.id, e.at, e.action, e.invitation_id, a.id AS actor_id, a.display_name AS actor_name,
                    p.id AS person_id, p.display_name AS person_name, d.details
             FROM audit_events e
             LEFT JOIN users a ON a.id = e.actor_id
             LEFT JOIN users p ON p.id = e.target_id AND e.target_kind = 'user'
             LEFT JOIN audit_details d ON d.event_id = e.id
             WHERE e.group_id = $1 AND e.outcome = 'success' AND e.action <> 'invitation.create'{only}
             ORDER BY e.at DESC, e.id DESC LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let mut rows = Row::find_by_statement(statement).all(self.db()).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| places::write_dated(row.at, row.id));
        }
        // A request knows whose it is by its details.
        let asked: Vec<Uuid> = rows.iter().filter_map(|row| asker(row.details.as_ref())).collect();
        let askers = self.names_by_id(&asked).await?;
        let named = |id: Option<Uuid>, name: Option<String>| id.zip(name).map(|(id, name)| PersonName { id, name });
        let rows = rows
            .into_iter()
            .map(|row| HistoryRow {
                id: row.id,
                at: row.at,
                actor: named(row.actor_id, row.actor_name),
                person: named(row.person_id, row.person_name).or_else(|| {
                    let id = asker(row.details.as_ref())?;
                    Some(PersonName { id, name: askers.get(&id)?.clone() })
                }),
                action: row.action,
                by_invitation: row.invitation_id.is_some(),
                details: row.details,
            })
            .collect();
        Ok(GroupHistory { head: group.head(caller), rows, next })
    }

    /// Names of people, whether they are there or gone.
    async fn names_by_id(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let list: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
        let text = format!("SELECT id, display_name AS name FROM users WHERE id IN ({})", list.join(", "));
        let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let rows = Row::find_by_statement(statement).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }
}

/// Whose request an event is about.
fn asker(details: Option<&Json>) -> Option<Uuid> {
    details?.get("user")?.as_str()?.parse().ok()
}
