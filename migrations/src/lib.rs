//! The directory's schema, step by step. Steps are only ever added.

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

mod m20261121_000001_foundation;
mod m20261121_000002_invitations;
mod m20261121_000003_bulk;
mod m20261121_000004_undelivered;
mod m20261121_000005_self_service;
mod m20261121_000006_app_sign_in;
mod m20261201_000007_doors;

/// Runs the steps.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_foundation::Migration),
            Box::new(m20261121_000002_invitations::Migration),
            Box::new(m20261121_000003_bulk::Migration),
            Box::new(m20261121_000004_undelivered::Migration),
            Box::new(m20261121_000005_self_service::Migration),
            Box::new(m20261121_000006_app_sign_in::Migration),
            Box::new(m20261201_000007_doors::Migration),
        ]
    }
}
