//! One file per table. Joins are written out where they are needed, so no relations are declared here.

pub mod app_owners;
pub mod apps;
pub mod assignments;
pub mod attempts;
pub mod audit_details;
pub mod audit_events;
pub mod bulk_jobs;
pub mod bulk_rows;
pub mod collections;
pub mod group_owners;
pub mod groups;
pub mod identities;
pub mod identity_providers;
pub mod invitation_grants;
pub mod invitations;
pub mod memberships;
pub mod outbox;
pub mod passcodes;
pub mod roles;
pub mod saved_forms;
pub mod sessions;
pub mod settings;
pub mod tickets;
pub mod users;

/// A moment, cut to microseconds by the clock.
pub type Time = chrono::DateTime<chrono::Utc>;
