//! The apps that somebody runs.

use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    super::{Directory, Result, groups::word_patterns, places},
    launch::day,
};
use crate::model::{
    Caller,
    managed::{ManagedApp, ManagedApps},
    state::Role,
};

/// How many apps a page shows.
const PAGE: usize = 50;
/// How many days of use are told.
pub(super) const DAYS: i64 = 30;

impl Directory {
    /// The apps that the caller owns, by name; every app for administrators and auditors. `search` is prefixes of words of
    /// a name, `after` the [`ManagedApps::next`] of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn managed_apps(&self, caller: &Caller, search: &str, after: Option<&str>) -> Result<ManagedApps> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            name_folded: String,
            description: String,
            picture_id: Option<Uuid>,
            enabled: bool,
            requestable: bool,
            ownerless: bool,
            opened: i64,
        }
        let everyone = caller.is_administrator() || caller.has(Role::Auditor);
        let (after_id, after_name) = places::named(after);
        let since = day(self.now() - chrono::Duration::days(DAYS - 1));
        let mut values: Vec<Value> = vec![caller.user_id.into(), since.into(), after_name.into(), after_id.into()];
        let mut words = String::new();
        for [starts, inside, joined] in word_patterns(search) {
            let n = values.len();
            words.push_str(&format!(
                " AND (a.name_folded LIKE ${} ESCAPE '\\' OR a.name_folded LIKE ${} ESCAPE '\\'
                   OR a.name_folded LIKE ${} ESCAPE '\\')",
                n + 1,
                n + 2,
                n + 3
            ));
            values.extend([starts.into(), inside.into(), joined.into()]);
        }
        // Few own many apps, so theirs are sorted; all of them are read in order.
        let from = if everyone {
            "apps a WHERE $1 = $1"
        } else {
            "app_owners o JOIN apps a ON a.id = o.app_id WHERE o.user_id = $1"
        };
        let text = format!(
            "SELECT a.id, a.name, a.name_folded, a.description, a.picture_id, a.enabled, a.requestable,
                    NOT EXISTS (SELECT 1 FROM app_owners w JOIN users u ON u.id = w.user_id AND u.deleted_at IS NULL
                                WHERE w.app_id = a.id) AS ownerless,
                    CAST(COALESCE((SELECT SUM(d.opened) FROM app_days d WHERE d.app_id = a.id AND d.day >= $2), 0) AS bigint)
                        AS opened
             FROM {from} AND a.deleted_at IS NULL
               AND (a.name_folded > $3 OR (a.name_folded = $3 AND a.id > $4)){words}
             ORDER BY a.name_folded, a.id LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let mut rows = Row::find_by_statement(statement).all(self.db()).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| format!("{}.{}", row.id, row.name_folded));
        }
        let rows = rows
            .into_iter()
            .map(|row| ManagedApp {
                id: row.id,
                name: row.name,
                description: row.description,
                picture_id: row.picture_id,
                enabled: row.enabled,
                requestable: row.requestable,
                ownerless: row.ownerless,
                opened: row.opened,
            })
            .collect();
        Ok(ManagedApps { rows, next, everyone })
    }
}
