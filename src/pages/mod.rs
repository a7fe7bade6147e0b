//! One file per page. Pages are made on the server; they know the API and nothing of the ORM.

use std::future::Future;

use leptos::{prelude::*, reactive::computed::ScopedFuture};
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use crate::{
    components::frame::Site,
    model::{Code, Refusal},
};

pub mod app;
pub mod apps;
pub mod ask;
pub mod bulk;
pub mod bulk_job;
pub mod catalogue;
pub mod code;
pub mod collection;
pub mod collections;
pub mod decline;
pub mod group;
pub mod group_add;
pub mod group_confirm;
mod group_fields;
pub mod group_history;
pub mod group_new;
mod group_parts;
pub mod group_settings;
pub mod groups;
pub mod groups_deleted;
pub mod guest;
pub mod guest_confirm;
pub mod guests;
pub mod invite;
pub mod invited;
pub mod join;
pub mod launch;
pub mod leave;
pub mod membership;
pub mod message;
pub mod no_access;
pub mod notices;
pub mod problem;
pub mod profile;
pub mod redeem;
pub mod remove;
pub mod request;
pub mod requests;
pub mod rule;
pub mod rule_confirm;
pub mod sign_in;
pub mod sign_ins;
pub mod sign_out;
pub mod unsubscribe;

/// Makes a page: loads what every page knows, then the page itself; a refusal becomes the page that explains it, with
/// its status.
fn page<F, Content>(content: F) -> impl IntoView
where
    F: FnOnce(Site) -> Content + Send + 'static,
    Content: Future<Output = Result<AnyView, Refusal>> + Send + 'static,
{
    let made = ScopedFuture::new(async move {
        let site = match Site::load().await {
            Ok(site) => site,
            Err(refusal) => return message::bare(refusal.code),
        };
        match content(site.clone()).await {
            Ok(view) => view,
            Err(refusal) => message::refused(&site, refusal.code),
        }
    });
    view! { <Suspense>{Suspend::new(made)}</Suspense> }
}

/// Sets the status of the answer.
fn status(code: Code) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(http::StatusCode::from_u16(code.status()).unwrap_or_default());
    }
}

/// An id in the path; what is no id is not there.
fn id_in_path(name: &str) -> Result<Uuid, Refusal> {
    let text = use_params_map().with_untracked(|params| params.get(name));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Code::NotFound.into())
}

/// A parameter of the query, decoded once: the router's own map would decode it again.
fn query(name: &str) -> Option<String> {
    let parts = use_context::<http::request::Parts>()?;
    url::form_urlencoded::parse(parts.uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty())
}

/// Every value of a parameter of the query.
fn queries(name: &str) -> Vec<String> {
    let Some(parts) = use_context::<http::request::Parts>() else { return Vec::new() };
    url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .filter(|(key, value)| key == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect()
}
