//! `/groups/new`: creating a group.

use leptos::prelude::*;

use super::{
    group_fields::{fields, refused_field},
    page, query,
};
use crate::{
    api,
    components::{
        frame::{Place, inside},
        icon::icon,
        notice,
    },
    model::{
        Code,
        groups::{GroupForm, may_create_groups},
    },
};

/// The form for a new group.
#[component]
pub fn NewGroupPage() -> impl IntoView {
    let again = query("again");
    page(async move |site| {
        let me = site.visitor.clone().ok_or(Code::Unauthenticated)?;
        may_create_groups(&me, site.settings.self_service.group_creation)?;
        let saved = api::forms::again("group", again.as_deref()).await;
        let refused = saved.as_ref().map(|saved| notice::refused(&saved.refusal, refused_field(&saved.refusal)));
        let title = if saved.is_some() { "Error: Create a group" } else { "Create a group" };
        let by_rule = me.is_administrator().then(|| {
            view! { <a class="button quiet" href="/groups/new/dynamic">"Create one by rule"</a> }
        });
        let content = view! {
            {refused}
            <a class="back" href="/groups">{icon("back", 16)}"Groups"</a>
            <div class="headline">
                <div class="text">
                    <h1>"Create a group"</h1>
                    <p class="lead">"You own it, and can add other owners. A group holds people; groups cannot contain groups."</p>
                </div>
                {by_rule}
            </div>
            <form class="panel" method="post" action="/api/groups/create">
                <div class="body">
                    {fields(&GroupForm::default(), saved.as_ref(), false)}
                    <div class="actions">
                        <button class="primary">"Create group"</button>
                        <a class="button quiet" href="/groups">"Cancel"</a>
                    </div>
                </div>
            </form>
        };
        Ok(inside(&site, title, Place::Groups, true, content.into_any()))
    })
}
