//! `/profile/leave`: a guest leaves, after being told what that means.

use leptos::prelude::*;

use super::page;
use crate::{
    components::{
        frame::{Place, inside},
        icon::icon,
    },
    model::Code,
};

/// Asks whether the guest really wants to leave.
#[component]
pub fn LeavePage() -> impl IntoView {
    page(async move |site| {
        let me = site.visitor.clone().ok_or(Code::Unauthenticated)?;
        if !me.is_guest() {
            return Err(Code::Forbidden.into());
        }
        let title = format!("Leave {}?", site.name());
        let content = view! {
            <a class="back" href="/profile">{icon("back", 16)}"Profile"</a>
            <form class="panel" method="post" action="/api/users/leave">
                <div class="body">
                    <h1>{title.clone()}</h1>
                    <ul class="effects">
                        <li class="bad">{icon("cross", 16)}<span>"All your apps and groups here close at once."</span></li>
                        <li class="bad">{icon("cross", 16)}<span>"You are signed out on every device."</span></li>
                        <li class="good">{icon("check", 16)}<span>"Someone can invite you again at any time."</span></li>
                    </ul>
                    <div class="actions">
                        <button class="primary danger">"Leave organization"</button>
                        <a class="button" href="/profile">"Cancel"</a>
                    </div>
                </div>
            </form>
        };
        Ok(inside(&site, &title, Place::Elsewhere, true, content.into_any()))
    })
}
