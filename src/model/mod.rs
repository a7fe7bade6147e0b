//! Plain types and pure rules that the server and the browser both know. No input, no output.

pub mod address;
pub mod addresses;
#[cfg(feature = "ssr")]
pub mod app_form;
#[cfg(feature = "ssr")]
pub mod ask;
pub mod bulk;
pub mod caller;
pub mod connection;
pub mod domains;
pub mod error;
#[cfg(feature = "ssr")]
pub mod groups;
pub mod language;
pub mod letter;
pub mod managed;
pub mod names;
pub mod notices;
pub mod order;
pub mod origin;
pub mod panel;
pub mod paths;
#[cfg(feature = "ssr")]
pub mod picture;
pub mod policy;
pub mod provider;
pub mod public_mail;
pub mod redirects;
pub mod requests;
#[cfg(feature = "ssr")]
pub mod rule;
pub mod rules;
pub mod search;
pub mod settings;
pub mod state;
#[cfg(feature = "ssr")]
pub mod text;
pub mod view;

pub use address::Address;
pub use caller::Caller;
pub use error::{Code, Refusal};
pub use language::Language;
