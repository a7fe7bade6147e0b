//! Inviting by file: the jobs, and the rows of their files.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Every step is additive, so one transaction is safe on both engines.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(jobs()).await?;
        manager.create_table(rows()).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["bulk_rows", "bulk_jobs"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn jobs() -> TableCreateStatement {
    let moment = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().to_owned();
    let count = |name: &'static str| ColumnDef::new(name).integer().not_null().default(0).to_owned();
    Table::create()
        .table("bulk_jobs")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("owner_id").uuid().not_null())
        .col(ColumnDef::new("file_name").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        // JSON as text: a file may hold characters that PostgreSQL's JSON refuses.
        .col(ColumnDef::new("options").text().not_null())
        .col(ColumnDef::new("header").text())
        .col(count("total"))
        .col(count("checked"))
        .col(count("done"))
        // How many rows have each plan, and each outcome.
        .col(count("plan_new"))
        .col(count("plan_known"))
        .col(count("plan_invited"))
        .col(count("plan_has_all"))
        .col(count("plan_no_mail"))
        .col(count("plan_refused"))
        .col(count("invited"))
        .col(count("added"))
        .col(count("unchanged"))
        .col(count("failed"))
        // Failures in a row that are ours, not a row's.
        .col(count("stumbles"))
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(moment("started_at"))
        .col(moment("ended_at"))
        // When it last had its turn.
        .col(ColumnDef::new("turn_at").timestamp_with_time_zone().not_null())
        .col(moment("leased_until"))
        .col(moment("wait_until"))
        // When its rows were erased.
        .col(moment("erased_at"))
        .col(moment("deleted_at"))
        .col(ColumnDef::new("error").text())
        .col(ColumnDef::new("redo_of").uuid())
        .primary_key(Index::create().col("id"))
        .foreign_key(ForeignKey::create().name("bulk_jobs_owner_id").from("bulk_jobs", "owner_id").to("users", "id"))
        .to_owned()
}

fn rows() -> TableCreateStatement {
    Table::create()
        .table("bulk_rows")
        .col(ColumnDef::new("job_id").uuid().not_null())
        // The line of the file.
        .col(ColumnDef::new("number").integer().not_null())
        .col(ColumnDef::new("input").text().not_null())
        .col(ColumnDef::new("address").text())
        .col(ColumnDef::new("plan").text())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("code").text())
        .col(ColumnDef::new("detail").text())
        .col(ColumnDef::new("user_id").uuid())
        .col(ColumnDef::new("invitation_id").uuid())
        .primary_key(Index::create().col("job_id").col("number"))
        .foreign_key(ForeignKey::create().name("bulk_rows_job_id").from("bulk_rows", "job_id").to("bulk_jobs", "id"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX bulk_jobs_owner ON bulk_jobs (owner_id, created_at)",
    // Whose turn it is.
    "CREATE INDEX bulk_jobs_moving ON bulk_jobs (turn_at) WHERE state IN ('checking', 'running')",
    "CREATE INDEX bulk_jobs_ended ON bulk_jobs (ended_at) WHERE erased_at IS NULL",
    // What is next, and what a page shows.
    "CREATE INDEX bulk_rows_state ON bulk_rows (job_id, state, number)",
    "CREATE INDEX bulk_rows_plan ON bulk_rows (job_id, plan, number)",
    // The same address twice in one file.
    "CREATE INDEX bulk_rows_address ON bulk_rows (job_id, address, number)",
];
