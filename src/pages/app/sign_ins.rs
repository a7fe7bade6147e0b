//! `/apps/{id}/sign-ins`: who signed in to an app, or tried to.

use leptos::prelude::*;

use super::{
    super::{
        id_in_path, page, query,
        sign_ins::{Shown, list},
    },
    Tab, top,
};
use crate::{
    api,
    components::frame::{Place, inside},
};

/// The log of one app.
#[component]
pub fn AppSignInsPage() -> impl IntoView {
    let (id, after) = (id_in_path("id"), query("after"));
    page(async move |site| {
        let of = api::sign_ins::of_app(id?, after.as_deref()).await?;
        let title = format!("Sign-in log: {}", of.head.name);
        let shown = Shown {
            label: "Sign-ins to this app",
            empty: "Nobody has signed in to it through the panel in the last 90 days. An app that is only a link signs people in by itself, and nothing of it stands here.",
            person: true,
            app: false,
            filters: &[],
            lead_on: false,
        };
        let content = view! {
            {top(&of.head, Tab::Log, ().into_any())}
            {list(&site, &of.log, after.as_deref(), &shown)}
        };
        Ok(inside(&site, &title, Place::Apps, false, content.into_any()))
    })
}
