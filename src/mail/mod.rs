//! Mail: the outbox worker, the templates, and the sending.

pub mod bounce;
pub mod colour;
pub mod config;
pub mod courier;
pub mod dkim;
pub mod preview;
pub mod render;
pub mod smtp;
pub mod worker;

mod envelope;
mod moments;
mod overrides;
mod phrases;
mod samples;
mod tidy;
mod words;

pub use config::MailConfig;
pub use courier::{Courier, SendError};
pub use overrides::Problem;
pub use render::Writer;
pub use smtp::SmtpCourier;
