//! `/groups/{id}/members/{user}/remove`: what a removal will do, before it is done.

use leptos::prelude::*;

use super::{id_in_path, page};
use crate::{
    api,
    components::{
        faces::face,
        frame::{Place, inside},
        icon::icon,
    },
};

/// Asks whether someone is to be removed.
#[component]
pub fn RemovePage() -> impl IntoView {
    let (group, user) = (id_in_path("id"), id_in_path("user"));
    page(async move |site| {
        let removal = api::groups::removal(group?, user?).await?;
        let title = format!("Remove {} from {}?", removal.person.name, removal.group);
        let apps: Vec<_> = removal
            .apps
            .iter()
            .map(|app| {
                view! {
                    <li class="bad">
                        {icon("cross", 16)}
                        <span><b>{app.clone()}</b>" closes with the very next click, unless they have it some other way."</span>
                    </li>
                }
            })
            .collect();
        let group_path = format!("/groups/{}", removal.group_id);
        let content = view! {
            <a class="back" href=group_path.clone()>{icon("back", 16)}{removal.group.clone()}</a>
            <form class="panel" method="post" action="/api/memberships/remove">
                <input type="hidden" name="group" value=removal.group_id.to_string()/>
                <input type="hidden" name="user" value=removal.person.id.to_string()/>
                <div class="body">
                    <div class="who">{face(removal.person.id, &removal.person.name, false, "")}<div><b>{removal.person.name.clone()}</b></div></div>
                    <h1>{title.clone()}</h1>
                    <ul class="effects">
                        {apps}
                        <li class="bad">{icon("cross", 16)}<span>"An invitation to this group that is still open stops working."</span></li>
                        <li class="good">{icon("check", 16)}<span>"You can invite or add them again at any time."</span></li>
                    </ul>
                    <div class="actions">
                        <button class="primary danger">"Remove"</button>
                        <a class="button" href=group_path>"Cancel"</a>
                    </div>
                </div>
            </form>
        };
        Ok(inside(&site, &title, Place::Groups, true, content.into_any()))
    })
}
