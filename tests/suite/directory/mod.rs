//! The directory's operations against real databases.

mod bulk;
mod domains;
mod guests_at_scale;
mod hostile;
mod import;
mod limits;
mod migrations;
mod news;
mod outbox;
mod passcodes;
mod people;
mod permissions;
mod queries;
mod races;
mod redeeming;
mod redemption;
mod rules;
mod sessions;
mod states;
mod steering;
mod story;
