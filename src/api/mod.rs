//! Server functions, one file per noun: who is calling, one call into the directory, the answer. The browser's only door.
//!
//! What changes something is a server function with a fixed path, `/api/{noun}/{verb}`, that a plain form can post to.
//! What pages read is a plain function: pages are made on the server, so reading needs no door at all.

pub mod apps;
pub mod bulk;
pub mod collections;
pub mod connections;
pub mod error;
pub mod groups;
pub mod guests;
pub mod invitations;
pub mod memberships;
pub mod notices;
pub mod panel;
pub mod passcodes;
pub mod redemptions;
pub mod requests;
pub mod rules;
pub mod sessions;
pub mod sign_in;
pub mod users;

#[cfg(feature = "ssr")]
pub mod compose;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod group_form;
#[cfg(feature = "ssr")]
pub mod group_pages;
#[cfg(feature = "ssr")]
pub mod guest_list;
#[cfg(feature = "ssr")]
pub mod here;
#[cfg(feature = "ssr")]
pub mod mail_blocks;
#[cfg(feature = "ssr")]
pub mod my_apps;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod sign_ins;
#[cfg(feature = "ssr")]
pub mod told;
