//! One callback for each identity provider, whose word on the strength of a sign-in apps are told, and hosts that apps
//! gave up lately.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// Where people sign in already, their provider knows the callback without a key, and goes on with it until an
    /// administrator says that the new one is registered. Only the members' provider: with two, answers could be mixed up.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let value = if postgres { "CAST('\"members\"' AS jsonb)" } else { "'\"members\"'" };
        let sql = format!(
            "INSERT INTO settings (key, value, changed_at)
             SELECT '_callback', {value}, MAX(created_at) FROM identities HAVING COUNT(*) > 0"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
        let mut column = ColumnDef::new("trust_acr");
        column.boolean().not_null().default(false);
        manager.alter_table(Table::alter().table("identity_providers").add_column(&mut column).to_owned()).await?;
        let released = Table::create()
            .table("released_hosts")
            .col(ColumnDef::new("name").text().not_null().primary_key())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("released_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(released).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DELETE FROM settings WHERE key = '_callback'").await?;
        manager.drop_table(Table::drop().table("released_hosts").to_owned()).await?;
        manager.alter_table(Table::alter().table("identity_providers").drop_column("trust_acr").to_owned()).await
    }
}
