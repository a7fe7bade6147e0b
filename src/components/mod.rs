//! Reused parts of pages. Islands exist on both sides; everything else is made on the server only.

pub mod address_chips;
pub mod app_search;
pub mod bulk_live;
pub mod choose_all;
pub mod copy_button;
pub mod live_preview;
pub mod people_picker;
pub mod pick_search;

#[cfg(feature = "ssr")]
pub mod faces;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod guest_state;
#[cfg(feature = "ssr")]
pub mod icon;
#[cfg(feature = "ssr")]
pub mod languages;
#[cfg(feature = "ssr")]
pub mod moment;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod sentence;
#[cfg(feature = "ssr")]
pub mod standings;
#[cfg(feature = "ssr")]
pub mod targets;
#[cfg(feature = "ssr")]
pub mod terms_fields;
#[cfg(feature = "ssr")]
pub mod text_area;
