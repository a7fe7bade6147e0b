//! The directory's operations against real databases.

mod bulk;
mod domains;
mod hostile;
mod import;
mod limits;
mod migrations;
mod outbox;
mod passcodes;
mod permissions;
mod queries;
mod races;
mod redemption;
mod sessions;
mod story;
