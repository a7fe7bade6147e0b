//! `/groups`: groups I own, and groups I am in.

use leptos::prelude::*;

use super::{group_parts::people, page, query};
use crate::{
    api,
    components::{
        faces::picture,
        frame::{Place, inside},
        icon::icon,
        notice,
    },
    model::view::{GroupRow, MyGroups},
};

/// My groups.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let (again, done, after) = (query("again"), query("done"), query("after"));
    page(async move |site| {
        let groups = api::groups::mine(after.as_deref()).await?;
        let refused = api::forms::again("invite", again.as_deref()).await;
        let refused = refused.map(|saved| notice::refused(&saved.refusal, None));
        let done = match done.as_deref() {
            Some("left") => Some(notice::done("You have left the group.")),
            Some("stepped-down") => Some(notice::done("You no longer own the group.")),
            _ => None,
        };
        let headline = headline(&groups);
        let lists = if groups.owned.is_empty() && groups.member.is_empty() && after.is_none() {
            empty(&groups)
        } else {
            let next = groups.next.as_ref().map(|next| {
                let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("after", next).finish();
                view! { <div class="actions"><a class="button" href=format!("?{query}")>"Next page"</a></div> }
            });
            view! {
                {section("own", "Groups you own", groups.owned)}
                {section("in", "Groups you are in", groups.member)}
                {next}
            }
            .into_any()
        };
        let content = view! { {refused} {done} {headline} {lists} }.into_any();
        Ok(inside(&site, "Groups", Place::Groups, false, content))
    })
}

fn headline(groups: &MyGroups) -> AnyView {
    let deleted = groups.deleted.then(|| view! { <a class="button quiet" href="/groups/deleted">"Deleted groups"</a> });
    let create = groups
        .may_create
        .then(|| view! { <a class="button primary" href="/groups/new">{icon("plus", 16)}"Create a group"</a> });
    view! {
        <div class="headline">
            <h1>"Groups"</h1>
            <div class="actions">
                {deleted}
                <a class="button" href="/catalogue?kind=groups">{icon("search", 16)}"Find a group"</a>
                {create}
            </div>
        </div>
    }
    .into_any()
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
    let people = group.people.map(|count| view! { <span>{icon("people", 15)}{people(count)}</span> });
    let apps = if group.apps == 1 { "1 app".to_owned() } else { format!("{} apps", group.apps) };
    view! {
        <li>
            <div class="who">
                {picture(group.id, &group.name, group.picture, "")}
                <div><a href=format!("/groups/{}", group.id)>{group.name}</a><small class="purpose">{group.purpose}</small></div>
            </div>
            <div class="counts">{people}<span>{icon("apps", 15)}{apps}</span></div>
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
}

fn empty(groups: &MyGroups) -> AnyView {
    let advice = if groups.may_create {
        "Groups bring people and apps together. Create one of your own, or find one to join. When someone adds you to one, it appears here."
    } else {
        "Groups bring people and apps together. When someone adds you to one, or makes you its owner, it appears here."
    };
    view! {
        <section class="empty">
            <span class="sign">{icon("people", 22)}</span>
            <h2>"You are in no group yet"</h2>
            <p>{advice}</p>
            <div class="actions"><a class="button" href="/">"See your apps"</a></div>
        </section>
    }
    .into_any()
}
