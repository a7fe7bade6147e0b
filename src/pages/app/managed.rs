//! `/apps/managed`: the apps that somebody runs.

use leptos::prelude::*;

use super::{
    super::{page, query},
    thousands, with_query,
};
use crate::{
    api,
    components::{
        faces::picture,
        frame::{Place, inside},
        icon::icon,
        notice,
    },
    model::managed::{ManagedApp, ManagedApps},
};

/// The list.
#[component]
pub fn ManagedAppsPage() -> impl IntoView {
    let (search, after, done) = (query("q").unwrap_or_default(), query("after"), query("done"));
    page(async move |site| {
        let list = api::apps::managed(&search, after.as_deref()).await?;
        let flash = (done.as_deref() == Some("left")).then(|| notice::done("You no longer own that app."));
        let lead = if list.everyone { "Every app of the organization." } else { "The apps that you own." };
        let many = list.rows.len() > 8 || list.next.is_some() || after.is_some() || !search.is_empty();
        let searching = many.then(|| {
            view! {
                <form class="search" role="search" method="get">
                    {icon("search", 16)}
                    <input type="search" name="q" value=search.clone() aria-label="Search apps" placeholder="Search apps"/>
                </form>
            }
        });
        let body = if list.rows.is_empty() {
            empty(&search)
        } else {
            let rows: Vec<_> = list.rows.iter().map(row).collect();
            view! { <ul class="panel rows">{rows}</ul> }.into_any()
        };
        let log = list.everyone.then(|| view! { <a class="button" href="/admin/sign-ins">"Sign-in log"</a> });
        let may_make = site.visitor.as_ref().is_some_and(|me| me.is_administrator());
        let new = may_make.then(|| {
            view! { <a class="button primary" href="/apps/new">{icon("plus", 16)}"New app"</a> }
        });
        let content = view! {
            {flash}
            <a class="back" href="/">{icon("back", 16)}"Apps"</a>
            <div class="headline">
                <div class="text"><h1>"Apps you run"</h1><p class="lead">{lead}</p></div>
                <div class="actions">{searching}{log}{new}</div>
            </div>
            {body}
            {pager(&list, &search, after.is_some())}
        };
        Ok(inside(&site, "Apps you run", Place::Apps, false, content.into_any()))
    })
}

fn row(app: &ManagedApp) -> AnyView {
    let opened = match app.opened {
        0 => "Not opened lately".to_owned(),
        1 => "Opened once".to_owned(),
        times => format!("Opened {} times", thousands(times)),
    };
    let off = (!app.enabled).then(|| view! { <span class="chip bad">"Switched off"</span> });
    let nobody = app.ownerless.then(|| view! { <span class="chip wait">"No owner"</span> });
    view! {
        <li>
            <div class="who">
                {picture(app.id, &app.name, app.picture_id, "")}
                <div><a href=format!("/apps/{}", app.id)>{app.name.clone()}</a><small>{app.description.clone()}</small></div>
            </div>
            <div class="counts">{off}{nobody}<span title="In the last 30 days">{opened}</span></div>
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
    .into_any()
}

fn pager(list: &ManagedApps, search: &str, later: bool) -> Option<AnyView> {
    let next = list.next.as_ref().map(|next| {
        view! { <a class="button" href=with_query(&[("q", search), ("after", next)])>"Next page"</a> }
    });
    let first = later.then(|| view! { <a class="button quiet" href=with_query(&[("q", search)])>"First page"</a> });
    (next.is_some() || first.is_some()).then(|| view! { <div class="actions">{first}{next}</div> }.into_any())
}

fn empty(search: &str) -> AnyView {
    let (title, advice) = if search.is_empty() {
        (
            "You run no apps",
            "Whoever owns an app decides who has it. An administrator makes you the owner of one, and it appears here.",
        )
    } else {
        ("Nothing matches", "No app here has a word that begins like this.")
    };
    view! {
        <section class="empty">
            <span class="sign">{icon("apps", 22)}</span>
            <h2>{title}</h2>
            <p>{advice}</p>
            <div class="actions"><a class="button" href="/">"Go to your apps"</a></div>
        </section>
    }
    .into_any()
}
