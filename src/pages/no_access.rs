//! `/apps/{id}/no-access?request=…` or `?host=…`: an app, or the proxy before it, sent somebody here who may not use it.
//! Says so, names whom to ask, and leads back to an app that hears it as well.

use leptos::prelude::*;

use super::{id_in_path, launch::closed_door, message, page, query};
use crate::{
    api,
    components::frame::{Place, inside},
    model::Code,
};

/// Says why the app does not open, and what to do.
#[component]
pub fn NoAccessPage() -> impl IntoView {
    let (id, request) = (id_in_path("id"), query("request").unwrap_or_default());
    let host = query("host").unwrap_or_default();
    page(async move |site| {
        let id = id.clone()?;
        let door = api::apps::no_access(id, &request, &host).await?;
        if let Some(path) = &door.go_on {
            // Given meanwhile: reloading the page was all that was missing.
            leptos_axum::redirect(path);
            let link = view! { <p><a href=path.clone()>{door.closed.name.clone()}</a></p> };
            return Ok(inside(&site, "You have it now", Place::Apps, true, link.into_any()));
        }
        let code = if door.closed.off { Code::AppOff } else { Code::NotFound };
        Ok(match door.closed.name.clone() {
            Some(name) => closed_door(&site, id, &name, &door.closed, code, door.from_app, door.back.as_deref()),
            None => message::no_access(&site),
        })
    })
}
