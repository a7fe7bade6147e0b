//! `/sign-out`: asks before an app signs somebody out who cannot be known to want that.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    components::{frame::door, icon::icon},
    model::text::signing_in,
};

/// Asks, and goes on to where the app wants to lead.
#[component]
pub fn SignOutPage() -> impl IntoView {
    let fields = ["client_id", "post_logout_redirect_uri", "state"].map(|name| (name, query(name)));
    page(async move |site| {
        let language = site.language;
        let heading = signing_in::sign_out_heading(language, &site.name()).to_string();
        let fields: Vec<_> = fields
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| view! { <input type="hidden" name=name value=value/> }))
            .collect();
        let content = view! {
            <span class="sign wait">{icon("out", 22)}</span>
            <div class="intro"><h1>{heading.clone()}</h1><p class="lead">{signing_in::sign_out_does(language)}</p></div>
            <div class="actions stack">
                <form method="post" action="/oauth2/v2.0/logout/confirm">
                    {fields}
                    <button class="primary wide">{signing_in::sign_out(language)}</button>
                </form>
                <a class="button wide" href="/">{signing_in::stay(language)}</a>
            </div>
        };
        Ok(door(&site, &heading, content.into_any()))
    })
}
