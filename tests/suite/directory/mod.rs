//! The directory's operations against real databases.

mod hostile;
mod import;
mod migrations;
mod outbox;
mod passcodes;
mod permissions;
mod queries;
mod races;
mod redemption;
mod sessions;
mod story;
