//! `/groups`: groups I own, and groups I am in.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        faces::logo,
        frame::{Place, inside},
        icon::icon,
        notice,
    },
    model::view::GroupRow,
};

/// My groups.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let again = query("again");
    page(async move |site| {
        let groups = api::groups::mine().await?;
        let refused = api::forms::again("invite", again.as_deref()).await;
        let refused = refused.map(|saved| notice::refused(&saved.refusal, None));
        let content = if groups.owned.is_empty() && groups.member.is_empty() {
            empty()
        } else {
            view! {
                <div class="headline"><h1>"Groups"</h1></div>
                {section("own", "Groups you own", groups.owned)}
                {section("in", "Groups you are in", groups.member)}
            }
            .into_any()
        };
        let content = view! { {refused} {content} }.into_any();
        Ok(inside(&site, "Groups", Place::Groups, false, content))
    })
}

fn section(id: &'static str, title: &'static str, rows: Vec<GroupRow>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    Some(
        view! {
            <section class="part" aria-labelledby=id>
                <h2 id=id>{title}</h2>
                <ul class="panel rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(group: GroupRow) -> impl IntoView {
    let people = group.people.map(|count| {
        let text = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
        view! { <span>{icon("people", 15)}{text}</span> }
    });
    let apps = if group.apps == 1 { "1 app".to_owned() } else { format!("{} apps", group.apps) };
    view! {
        <li>
            <div class="who">
                {logo(group.id, &group.name, "")}
                <div><a href=format!("/groups/{}", group.id)>{group.name}</a><small>{group.purpose}</small></div>
            </div>
            <div class="counts">{people}<span>{icon("apps", 15)}{apps}</span></div>
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
}

fn empty() -> AnyView {
    view! {
        <div class="headline"><h1>"Groups"</h1></div>
        <section class="empty">
            <span class="sign">{icon("people", 22)}</span>
            <h2>"You are in no group yet"</h2>
            <p>"Groups bring people and apps together. When someone adds you to one, or makes you its owner, it appears here."</p>
            <div class="actions"><a class="button" href="/">"See your apps"</a></div>
        </section>
    }
    .into_any()
}
