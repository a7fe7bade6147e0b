//! What the router's parts share.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use tokio_util::sync::CancellationToken;

use crate::{access::Access, directory::Directory, mail::Writer, outgoing::Outgoing, sign_in::oidc::Oidc};

/// What pages have to know of the server: file names with hashes, and whether it is a demo.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Whether this is the demo.
    pub demo: bool,
    /// The stylesheet.
    pub style_href: String,
    /// The organization's colours.
    pub brand_href: String,
    /// The script that wakes islands.
    pub boot_href: String,
}

/// Shared by all handlers.
#[derive(Clone)]
pub struct AppState {
    /// The directory.
    pub directory: Directory,
    /// The client of identity providers.
    pub oidc: Arc<Oidc>,
    /// What apps sign people in by.
    pub access: Access,
    /// Sends what people aim.
    pub outgoing: Outgoing,
    /// Puts letters into words.
    pub writer: Arc<Writer>,
    /// What pages know of the server.
    pub facts: Facts,
    /// What Leptos wants to know.
    pub leptos: LeptosOptions,
    /// Ends answers that would go on for long when the process is asked to stop.
    pub stop: CancellationToken,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Directory {
    fn from_ref(state: &AppState) -> Self {
        state.directory.clone()
    }
}
