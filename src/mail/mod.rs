//! Mail: the outbox worker, the templates, and the sending.

pub mod colour;
pub mod config;
pub mod courier;
pub mod render;
pub mod smtp;
pub mod worker;

mod envelope;
#[cfg(test)]
mod samples;
mod tidy;

pub use config::MailConfig;
pub use courier::{Courier, SendError};
pub use render::Writer;
pub use smtp::SmtpCourier;
