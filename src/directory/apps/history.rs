//! What was done to an app, from the audit log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::{Directory, Result, places};
use crate::model::{
    Caller,
    managed::{AppEvent, AppHistory},
    view::PersonName,
};

/// How many events a page shows.
const PAGE: usize = 50;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    action: String,
    target_kind: Option<String>,
    target_id: Option<Uuid>,
    actor_id: Option<Uuid>,
    actor: Option<String>,
    details: Option<Json>,
}

impl Directory {
    /// What was done to an app, the newest first, for those who run it. Opening it is no part of that. `after` is the
    /// [`AppHistory::next`] of the page before.
    ///
    /// # Errors
    /// [`crate::model::Code::NotFound`]; [`crate::model::Code::Forbidden`] for those who see the app and do not run it.
    pub async fn app_history(&self, caller: &Caller, id: Uuid, after: Option<&str>) -> Result<AppHistory> {
        let (_, head) = self.look_at_app(caller, id).await?;
        let mut values: Vec<Value> = vec![id.into()];
        let mut before = "";
        if let Some((at, last)) = places::dated(after) {
            before = " AND (e.at, e.id) < ($2, $3)";
            values.extend([at.into(), last.into()]);
        }
        let text = format!(
            "SELECT e.id, e.at, e.action, e.target_kind, e.target_id, u.id AS actor_id, u.display_name AS actor, d.details
             FROM audit_events e LEFT JOIN users u ON u.id = e.actor_id LEFT JOIN audit_details d ON d.event_id = e.id
             WHERE e.group_id = $1 AND e.outcome = 'success'{before}
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
        let people = self.named_in("users", "display_name", &rows, "user").await?;
        let groups = self.named_in("groups", "name", &rows, "group").await?;
        let rows = rows.into_iter().map(|row| row.into_view(&people, &groups)).collect();
        Ok(AppHistory { head, rows, next })
    }

    /// The names of what some events were done to, or of who asked.
    async fn named_in(&self, table: &str, column: &str, rows: &[Row], kind: &str) -> Result<HashMap<Uuid, String>> {
        #[derive(FromQueryResult)]
        struct Named {
            id: Uuid,
            name: String,
        }
        let ids = rows.iter().filter_map(Row::subject).filter(|(of, _)| *of == kind).map(|(_, id)| id);
        let values: Vec<Value> = ids.map(Value::from).collect();
        if values.is_empty() {
            return Ok(HashMap::new());
        }
        let list: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
        let text = format!("SELECT id, {column} AS name FROM {table} WHERE id IN ({})", list.join(", "));
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let named = Named::find_by_statement(statement).all(self.db()).await?;
        Ok(named.into_iter().map(|row| (row.id, row.name)).collect())
    }
}

impl Row {
    /// What it was done to: a person, a group, or who asked.
    fn subject(&self) -> Option<(&'static str, Uuid)> {
        match self.target_kind.as_deref()? {
            "user" => Some(("user", self.target_id?)),
            "group" => Some(("group", self.target_id?)),
            "request" => Some(("user", self.details.as_ref()?["user"].as_str()?.parse().ok()?)),
            _ => None,
        }
    }

    fn into_view(self, people: &HashMap<Uuid, String>, groups: &HashMap<Uuid, String>) -> AppEvent {
        let subject = self.subject();
        let is_group = subject.is_some_and(|(kind, _)| kind == "group");
        let named = if is_group { groups } else { people };
        let details = self.details.unwrap_or_default();
        let fields = details["new"].as_object().map(|new| new.keys().cloned().collect()).unwrap_or_default();
        AppEvent {
            at: self.at,
            actor: self.actor_id.zip(self.actor).map(|(id, name)| PersonName { id, name }),
            action: self.action,
            subject: subject.and_then(|(_, id)| named.get(&id).cloned()),
            is_group,
            until: details["until"].as_str().and_then(|text| text.parse().ok()),
            fields,
        }
    }
}
