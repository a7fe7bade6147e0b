//! Invitations in full: their options, the addresses that want no mail, limits, and what pages of guests ask for.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Every step is additive, so one transaction is safe on both engines.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            let sql = r#"ALTER TABLE "mail_blocks" ALTER COLUMN "address_norm" TYPE text COLLATE "C""#;
            manager.get_connection().execute_unprepared(sql).await?;
        }
        // What ended before there were such mails is no news.
        let told = "UPDATE invitations SET told_at = state_at WHERE state <> 'pending'";
        manager.get_connection().execute_unprepared(told).await?;
        let sent = "UPDATE invitations SET sent_at = created_at WHERE delivery = 'sent'";
        manager.get_connection().execute_unprepared(sent).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in INDEXES {
            let name = index.split_whitespace().nth(2).unwrap_or_default();
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        for name in ["rate_counters", "mail_blocks"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> Vec<(&'static str, ColumnDef)> {
    let text = |name: &'static str| ColumnDef::new(name).text().to_owned();
    let moment = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().to_owned();
    vec![
        // The language that a person reads, if we know.
        ("users", text("preferred_language")),
        // Rules of a group's or an app's own, narrower than the organization's; none if null.
        ("groups", ColumnDef::new("domains").json_binary().to_owned()),
        ("apps", ColumnDef::new("domains").json_binary().to_owned()),
        // Whether an invitation may be redeemed by another address than the invited one.
        ("groups", ColumnDef::new("other_address").boolean().not_null().default(false).to_owned()),
        ("invitations", text("landing")),
        ("invitations", moment("access_until")),
        ("invitations", moment("sent_at")),
        ("invitations", moment("reminded_at")),
        // When the inviter was told what became of it.
        ("invitations", moment("told_at")),
        // When the guest asked for a new one.
        ("invitations", moment("asked_at")),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("mail_blocks")
            .col(ColumnDef::new("address_norm").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("address_norm"))
            .to_owned(),
        Table::create()
            .table("rate_counters")
            .col(ColumnDef::new("key").text().not_null())
            .col(ColumnDef::new("begins_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("used").big_integer().not_null())
            .primary_key(Index::create().col("key").col("begins_at"))
            .to_owned(),
    ]
}

const INDEXES: &[&str] = &[
    // Pages of guests: by name, by last sign-in, the newest first.
    "CREATE INDEX users_guests_name ON users (name_folded, id) WHERE user_type = 'guest' AND deleted_at IS NULL",
    "CREATE INDEX users_guests_seen ON users (last_sign_in_at, id) WHERE user_type = 'guest' AND deleted_at IS NULL",
    "CREATE INDEX users_guests_newest ON users (created_at, id) WHERE user_type = 'guest' AND deleted_at IS NULL",
    // What has ended, the newest first.
    "CREATE INDEX invitations_ended ON invitations (inviter_id, state_at, id) WHERE state IN ('declined', 'revoked', 'expired')",
    "CREATE INDEX invitations_all_ended ON invitations (state_at, id) WHERE state IN ('declined', 'revoked', 'expired')",
    // Whether somebody was invited again since.
    "CREATE INDEX invitations_address ON invitations (address_norm, created_at)",
    // Whom to remind, whom to tell.
    "CREATE INDEX invitations_untold ON invitations (inviter_id, state_at) WHERE told_at IS NULL AND state IN ('accepted', 'declined', 'expired')",
    "CREATE INDEX invitations_unreminded ON invitations (expires_at) WHERE state = 'pending' AND reminded_at IS NULL AND delivery = 'sent'",
    "CREATE INDEX invitation_grants_of_app ON invitation_grants (app_id) WHERE app_id IS NOT NULL",
    // Access that ends by its date.
    "CREATE INDEX memberships_until ON memberships (until) WHERE until IS NOT NULL",
    "CREATE INDEX assignments_until ON assignments (until) WHERE until IS NOT NULL",
    "CREATE INDEX rate_counters_age ON rate_counters (begins_at)",
];
