//! The server: configuration, router, layers, background jobs, health.

pub mod assets;
pub mod bulk;
pub mod bulk_runner;
pub mod config;
pub mod doctor;
pub mod headers;
pub mod health;
pub mod host;
pub mod jobs;
pub mod keys;
pub mod people;
pub mod pictures;
pub mod preview;
pub mod router;
pub mod rules_runner;
pub mod run;
pub mod state;
pub mod unsubscribe;
