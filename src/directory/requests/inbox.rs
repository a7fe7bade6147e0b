//! What waits for somebody's decision, and what was decided lately.

use chrono::Duration;
use sea_orm::Value;

use super::{
    super::{Directory, Result, places},
    LISTED, NAMED,
    mine::PAGE,
};
use crate::model::{Caller, Code, requests::RequestList, state::Role};

/// How far back *lately* goes: to requests that were made since.
const LATELY: Duration = Duration::days(90);

/// The requests of what `$1` decides about; a request `r` matches if it is among them. For a group its owners, for an app
/// its approvers, or else its owners: as [`Directory::approvers_of`] says.
pub(in crate::directory) const ADDRESSED: [&str; 3] = [
    "SELECT q.id FROM group_owners o JOIN requests q ON q.group_id = o.group_id WHERE o.user_id = $1",
    "SELECT q.id FROM app_approvers p JOIN requests q ON q.app_id = p.app_id WHERE p.user_id = $1",
    "SELECT q.id FROM app_owners o JOIN requests q ON q.app_id = o.app_id WHERE o.user_id = $1
       AND NOT EXISTS (SELECT 1 FROM app_approvers p JOIN users x ON x.id = p.user_id AND x.deleted_at IS NULL AND x.enabled
                       WHERE p.app_id = o.app_id)",
];

/// The same for administrators: among some open requests `z` those about which nobody else decides.
pub(in crate::directory) const NOBODYS: &str = "
    (SELECT 1 FROM group_owners o JOIN users x ON x.id = o.user_id AND x.deleted_at IS NULL AND x.enabled
     WHERE o.group_id = z.group_id LIMIT 1) IS NULL
    AND (SELECT 1 FROM app_approvers p JOIN users x ON x.id = p.user_id AND x.deleted_at IS NULL AND x.enabled
     WHERE p.app_id = z.app_id LIMIT 1) IS NULL
    AND (SELECT 1 FROM app_owners o JOIN users x ON x.id = o.user_id AND x.deleted_at IS NULL AND x.enabled
     WHERE o.app_id = z.app_id LIMIT 1) IS NULL";

/// Among how many open requests, the next to end first, those are looked for about which nobody else decides.
pub(in crate::directory) const LOOKED_AT: i64 = 2000;

/// What an inbox asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxQuery {
    /// What was decided, rather than what waits.
    pub decided: bool,
    /// Everything that waits in the organization, for administrators and auditors.
    pub everyone: bool,
    /// The [`RequestList::next`] of the page before.
    pub after: Option<String>,
}

impl Directory {
    /// The requests that wait for the caller's decision, the next to end first; or what became lately of those that did.
    /// What people asked who have left or are blocked waits for nobody.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for everyone's requests, unless the caller is an administrator or auditor.
    pub async fn inbox(&self, caller: &Caller, query: &InboxQuery) -> Result<RequestList> {
        if query.everyone && !caller.is_administrator() && !caller.has(Role::Auditor) {
            return Err(Code::Forbidden.into());
        }
        let now = self.now();
        let mut values: Vec<Value> = vec![caller.user_id.into()];
        let live = "u.deleted_at IS NULL AND u.enabled";
        // The list of ids comes first: SQLite keeps the order of a cross join, and looks each of them up.
        let among = |ids: &[String]| format!("({}) w CROSS JOIN requests r", ids.join(" UNION "));
        let (from, only, key, direction) = if query.decided {
            values.push((now - LATELY).into());
            let states = "q.state IN ('approved', 'denied', 'expired') AND q.created_at > $2";
            let ids: Vec<String> = ADDRESSED.iter().map(|part| format!("{part} AND {states}")).collect();
            (among(&ids), "r.id = w.id".to_owned(), "r.state_at", "DESC")
        } else {
            values.push(now.into());
            if query.everyone {
                let only = format!("$1 = $1 AND r.state = 'pending' AND r.expires_at > $2 AND {live}");
                ("requests r".to_owned(), only, "r.expires_at", "ASC")
            } else {
                let open = "q.state = 'pending' AND q.expires_at > $2";
                let mut ids: Vec<String> = ADDRESSED.iter().map(|part| format!("{part} AND {open}")).collect();
                if caller.is_administrator() {
                    ids.push(nobodys());
                }
                (among(&ids), format!("r.id = w.id AND {live}"), "r.expires_at", "ASC")
            }
        };
        let mut after = String::new();
        if let Some((at, id)) = places::dated(query.after.as_deref()) {
            values.extend([at.into(), id.into()]);
            after = format!(" AND ({key}, r.id) {} ($3, $4)", if direction == "ASC" { ">" } else { "<" });
        }
        let sql = format!(
            "{LISTED} FROM {from} {NAMED} WHERE {only}{after} ORDER BY {key} {direction}, r.id {direction} LIMIT {}",
            PAGE + 1
        );
        let mut rows = self.listed_requests(sql, values).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows
                .last()
                .map(|row| places::write_dated(if query.decided { row.state_at } else { row.expires_at }, row.id));
        }
        // Whoever decides about something may know who else did.
        Ok(RequestList { rows: rows.into_iter().map(|row| row.into_view(now, true)).collect(), next })
    }
}

/// The ids of those of [`NOBODYS`], at the moment `$2`.
pub(in crate::directory) fn nobodys() -> String {
    format!(
        "SELECT z.id FROM (SELECT id, group_id, app_id FROM requests WHERE state = 'pending' AND expires_at > $2
                           ORDER BY expires_at LIMIT {LOOKED_AT}) z WHERE {NOBODYS}"
    )
}
