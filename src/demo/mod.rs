//! The demo organization, its stand-in identity provider, mailbox and apps. Only ever started by `demo`.

pub mod apps;
pub mod gate;
pub mod idp;
pub mod library;
mod lived_in;
pub mod mailbox;
pub mod organization;
mod page;
pub mod run;
mod seed;

#[cfg(test)]
mod tests;
