//! `/apps/{id}/launch`: opens an app, checked at that moment.

use leptos::prelude::*;

use super::{id_in_path, message, page};
use crate::{
    api,
    components::frame::{Place, inside},
    model::Code,
};

/// Leads on to the app, or says why not.
#[component]
pub fn LaunchPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| match api::apps::launch(id?).await {
        Ok(launch) => {
            leptos_axum::redirect(&launch.url);
            let link = view! { <p><a href=launch.url>{launch.app.name.clone()}</a></p> };
            Ok(inside(&site, &launch.app.name, Place::Apps, true, link.into_any()))
        }
        Err(refusal) if refusal.code == Code::NotFound => Ok(message::no_access(&site)),
        Err(refusal) => Err(refusal),
    })
}
