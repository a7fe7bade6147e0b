//! Looking at rows beside the directory.

use access_panel::{
    directory::audit::AuditRow,
    model::{Caller, state::Outcome},
};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use super::World;

impl World {
    fn statement<const N: usize>(&self, sql: &str, values: [Value; N]) -> Statement {
        Statement::from_sql_and_values(self.db.get_database_backend(), sql, values)
    }

    /// One number.
    pub async fn number<const N: usize>(&self, sql: &str, values: [Value; N]) -> i64 {
        let row = self.db.query_one_raw(self.statement(sql, values)).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        let row = row.unwrap_or_else(|| panic!("{sql}: no row"));
        row.try_get_by_index(0).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// A column of texts.
    pub async fn texts<const N: usize>(&self, sql: &str, values: [Value; N]) -> Vec<String> {
        let rows = self.db.query_all_raw(self.statement(sql, values)).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        rows.iter().map(|row| row.try_get_by_index(0).unwrap_or_else(|error| panic!("{sql}: {error}"))).collect()
    }

    /// Changes rows in a way that no operation offers yet. Says how many.
    pub async fn change<const N: usize>(&self, sql: &str, values: [Value; N]) -> u64 {
        let done = self.db.execute_raw(self.statement(sql, values)).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM {table}"), []).await
    }

    /// How many live users have an address.
    pub async fn live_users(&self, address: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM users WHERE address_norm = $1 AND deleted_at IS NULL";
        self.number(sql, [address.into()]).await
    }

    pub async fn memberships_of(&self, user: Uuid) -> i64 {
        self.number("SELECT COUNT(*) FROM memberships WHERE user_id = $1", [user.into()]).await
    }

    /// The states of all invitations of a user, oldest first.
    pub async fn invitation_states(&self, user: Uuid) -> Vec<String> {
        let sql = "SELECT state FROM invitations WHERE user_id = $1 ORDER BY created_at, id";
        self.texts(sql, [user.into()]).await
    }

    /// Names of the apps that someone may open now.
    pub async fn apps_of(&self, caller: &Caller) -> Vec<String> {
        let tiles = self.directory.my_apps(caller).await.expect("apps are read");
        tiles.into_iter().map(|tile| tile.name).collect()
    }

    /// Names of the groups that someone sees as theirs: owned, then joined.
    pub async fn groups_of(&self, caller: &Caller) -> Vec<String> {
        let mine = self.directory.my_groups(caller, None).await.expect("groups are read");
        mine.owned.into_iter().chain(mine.member).map(|group| group.name).collect()
    }

    /// The audit log as the administrator reads it, newest first.
    pub async fn audit(&self) -> Vec<AuditRow> {
        let ada = self.caller("ada.admin").await;
        self.directory.audit_log(&ada, None, 500).await.expect("the audit log is read")
    }

    /// How many events of a kind there are, with that outcome.
    pub async fn events(&self, action: &str, outcome: Outcome) -> usize {
        self.audit().await.iter().filter(|row| row.action == action && row.outcome == outcome).count()
    }

    /// Whether the refusal of an action of someone stands in the log with that code.
    pub async fn refusal_is_logged(&self, action: &str, actor: Option<Uuid>, code: &str) -> bool {
        self.audit().await.iter().any(|row| {
            row.action == action
                && row.outcome == Outcome::Refused
                && row.actor_id == actor
                && row.code.as_deref() == Some(code)
        })
    }
}

impl World {
    /// A column of bytes.
    pub async fn blobs(&self, sql: &str) -> Vec<Vec<u8>> {
        let rows = self.db.query_all_raw(self.statement(sql, [])).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        rows.iter().map(|row| row.try_get_by_index(0).unwrap_or_else(|error| panic!("{sql}: {error}"))).collect()
    }
}
