//! Invitations that did not arrive are few among many, and asked for by themselves.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEX: &str =
    "CREATE INDEX invitations_failed ON invitations (created_at) WHERE state = 'pending' AND delivery = 'failed'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// One step, safe in a transaction on both engines.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEX).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX invitations_failed").await.map(drop)
    }
}
