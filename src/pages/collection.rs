//! `/collections/{id}` and `/admin/collections/{id}`: one collection, to be changed; and `/collections/{id}/delete`.

use leptos::prelude::*;

use super::{collections::fields, id_in_path, page, query};
use crate::{
    api,
    components::{
        arrange::ArrangeApps,
        faces::picture,
        frame::{Place, inside},
        icon::icon,
        notice,
        steps::{Moved, handle, status, steps},
    },
    directory::saved_forms::SavedForm,
    model::{
        Code,
        panel::{AppFace, CollectionPage},
    },
};

/// A collection of the caller's own.
#[component]
pub fn CollectionPageView() -> impl IntoView {
    show(false)
}

/// A collection of the organization's.
#[component]
pub fn SharedCollectionPage() -> impl IntoView {
    show(true)
}

fn show(shared: bool) -> impl IntoView {
    let id = id_in_path("id");
    let moved = Moved::read(query("moved"), query("to"));
    let (again, done) = (query("again"), query("done"));
    let (find, find_group) = (query("find").unwrap_or_default(), query("group").unwrap_or_default());
    page(async move |site| {
        let kept = api::collections::kept(id?, &find, &find_group).await?;
        if kept.shared != shared {
            return Err(Code::NotFound.into());
        }
        let saved = api::forms::again("collection", again.as_deref()).await;
        let mut refused = None;
        for form in ["fill", "audience", "collections"] {
            refused = refused.or(api::forms::again(form, again.as_deref()).await);
        }
        let (list, name) = if shared {
            ("/admin/collections", "The organization’s collections")
        } else {
            ("/collections", "Collections")
        };
        let says = if shared {
            "People see those of these apps that they have. Standing here gives nobody an app."
        } else {
            "A tab above your apps, for you alone. Standing here changes nothing about an app."
        };
        let rows: Vec<_> = kept.apps.iter().map(|app| (app.id, &*app.name)).collect();
        let told = status(moved, &rows, 0, rows.len());
        let title = kept.name.clone();
        let open = (!shared)
            .then(|| view! { <a class="button" href=format!("/?collection={}", kept.id)>"See it above your apps"</a> });
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {flash(done.as_deref())}
            <a class="back" href=list>{icon("back", 16)}{name}</a>
            <div class="headline">
                <div class="text"><h1 dir="auto">{kept.name.clone()}</h1><p class="lead">{says}</p></div>
                {open}
            </div>
            {told}
            <div class="sides">
                <div class="stack">{apps(&kept, moved)} {offered(&kept, &find)}</div>
                <aside aria-label="About this collection">
                    {about(&kept, saved.as_ref())}
                    {shared.then(|| audience(&kept, &find_group))}
                    <section class="panel danger">
                        <div class="body">
                            <p>"Deleting it takes no app from anybody."</p>
                            <a class="button danger" href=format!("/collections/{}/delete", kept.id)>"Delete collection"</a>
                        </div>
                    </section>
                </aside>
            </div>
        };
        Ok(inside(&site, &title, Place::Apps, false, content.into_any()))
    })
}

fn flash(done: Option<&str>) -> Option<AnyView> {
    let text = match done? {
        "created" => "The collection is there. Now choose its apps.",
        "changed" => "Saved.",
        "filled" => "Added.",
        "taken" => "Taken out. Whoever has the app keeps it.",
        "audience" => "Saved. It counts from the next page that people open.",
        _ => return None,
    };
    Some(notice::done(text))
}

/// What every form on the page sends along.
fn hidden(kept: &CollectionPage) -> AnyView {
    let shared = kept.shared.then(|| view! { <input type="hidden" name="shared" value="1"/> });
    view! { <input type="hidden" name="collection" value=kept.id.to_string()/> {shared} }.into_any()
}

fn apps(kept: &CollectionPage, moved: Moved) -> AnyView {
    if kept.apps.is_empty() {
        return view! {
            <section class="panel" aria-labelledby="inside">
                <header><h2 id="inside">"Apps in it"</h2></header>
                <div class="empty slim"><p>"None yet. Choose some below."</p></div>
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = kept
        .apps
        .iter()
        .map(|app| {
            view! {
                <li
                    data-id=app.id.to_string()
                    data-name=app.name.clone()
                    data-moved=(moved.item == Some(app.id)).then_some("")
                >
                    {handle()}
                    {face(app)}
                    <form class="steps" method="post" action="/api/collections/order">
                        {hidden(kept)}
                        <input type="hidden" name="app" value=app.id.to_string()/>
                        {steps(app.id, &app.name, moved)}
                    </form>
                    <form class="plain" method="post" action="/api/collections/take">
                        {hidden(kept)}
                        <button class="quiet icon" name="app" value=app.id.to_string() title="Take out" aria-label=format!("Take {} out", app.name)>
                            {icon("cross", 16)}
                        </button>
                    </form>
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="inside">
            <header><h2 id="inside">"Apps in it"<small>{kept.apps.len()}</small></h2></header>
            <ArrangeApps><ol class="rows sorted">{rows}</ol></ArrangeApps>
        </section>
    }
    .into_any()
}

fn face(app: &AppFace) -> AnyView {
    view! {
        <div class="who">{picture(app.id, &app.name, app.picture_id, "small")}<b dir="auto">{app.name.clone()}</b></div>
    }
    .into_any()
}

/// Apps that can be put in. The search is a form of its own, because it changes nothing.
fn offered(kept: &CollectionPage, find: &str) -> AnyView {
    let boxes: Vec<_> = kept
        .found
        .iter()
        .map(|app| {
            view! {
                <li>
                    <label class="pick">
                        <input type="checkbox" name="apps[]" value=app.id.to_string()/>
                        {picture(app.id, &app.name, app.picture_id, "tiny")}
                        <span dir="auto">{app.name.clone()}</span>
                    </label>
                </li>
            }
        })
        .collect();
    let none = match (boxes.is_empty(), find.is_empty()) {
        (false, _) => None,
        (true, true) if kept.shared => Some("Every app stands here already."),
        (true, true) => Some("All of your apps stand here already."),
        (true, false) => Some("No other app fits."),
    };
    let list = match none {
        Some(none) => view! { <p class="lead">{none}</p> }.into_any(),
        None => {
            let more = kept.more_found.then(|| view! { <p class="lead">"There are more. Search to see them."</p> });
            view! {
                <form method="post" action="/api/collections/fill">
                    {hidden(kept)}
                    <fieldset class="picks-list">
                        <legend class="spoken">"Apps to add"</legend>
                        <div class="scroll"><ul>{boxes}</ul></div>
                    </fieldset>
                    {more}
                    <div class="actions"><button class="primary">"Add apps"</button></div>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <section class="panel" aria-labelledby="add">
            <header><h2 id="add">"Add apps"</h2></header>
            <div class="body">
                <form class="narrow" role="search" method="get" aria-label="Apps">
                    <div class="search">
                        {icon("search", 16)}
                        <input type="search" name="find" value=find.to_owned() maxlength="200" aria-label="Search apps to add" placeholder="Search apps"/>
                    </div>
                    <button>"Search"</button>
                </form>
                {list}
            </div>
        </section>
    }
    .into_any()
}

fn about(kept: &CollectionPage, saved: Option<&SavedForm>) -> AnyView {
    let value = |name: &str, had: &str| saved.and_then(|saved| saved.value(name)).unwrap_or(had).to_owned();
    let refusal = saved.map(|saved| &saved.refusal);
    view! {
        <form class="panel" method="post" action="/api/collections/change">
            <header><h2>"About it"</h2></header>
            <div class="body">
                {hidden(kept)}
                {fields(&value("name", &kept.name), &value("description", &kept.description), refusal)}
                <div class="actions"><button>"Save"</button></div>
            </div>
        </form>
    }
    .into_any()
}

/// Who sees it: everybody, or the people of some groups.
fn audience(kept: &CollectionPage, find: &str) -> AnyView {
    let says = if kept.groups.is_empty() {
        "Everybody sees it. Choose groups to show it to their people only."
    } else {
        "Only people of these groups see it. Without any, everybody would."
    };
    let rows: Vec<_> = kept
        .groups
        .iter()
        .map(|group| {
            view! {
                <li>
                    <b dir="auto">{group.name.clone()}</b>
                    <button class="quiet icon" name="remove" value=group.id.to_string() aria-label=format!("No longer show it to {}", group.name)>
                        {icon("cross", 16)}
                    </button>
                </li>
            }
        })
        .collect();
    let found: Vec<_> = kept
        .groups_found
        .iter()
        .map(|group| {
            view! {
                <li>
                    <span dir="auto">{group.name.clone()}</span>
                    <button class="quiet" name="add" value=group.id.to_string() aria-label=format!("Show it to {}", group.name)>
                        "Add"
                    </button>
                </li>
            }
        })
        .collect();
    let none = (!find.is_empty() && found.is_empty())
        .then(|| view! { <p class="lead">"No other group has a name that begins like this."</p> });
    view! {
        <section class="panel" aria-labelledby="audience">
            <header><h2 id="audience">"Who sees it"</h2></header>
            <div class="body">
                <p class="lead">{says}</p>
                <form method="post" action="/api/collections/audience">
                    {hidden(kept)}
                    {(!rows.is_empty()).then(|| view! { <ul class="pairs">{rows}</ul> })}
                    {(!found.is_empty()).then(|| view! { <h3>"Add a group"</h3><ul class="pairs">{found}</ul> })}
                </form>
                {none}
                <form class="narrow" role="search" method="get" aria-label="Groups">
                    <div class="search">
                        {icon("search", 16)}
                        <input type="search" name="group" value=find.to_owned() maxlength="100" aria-label="Search groups by the beginning of their name" placeholder="Name of a group"/>
                    </div>
                    <button>"Search"</button>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// `/collections/{id}/delete`: what deleting will do, before it is done.
#[component]
pub fn DeleteCollectionPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let kept = api::collections::kept(id?, "", "").await?;
        let (back, seen) = if kept.shared {
            (format!("/admin/collections/{}", kept.id), "Nobody sees this tab above their apps any more.")
        } else {
            (format!("/collections/{}", kept.id), "The tab above your apps goes, and the order in it.")
        };
        let title = format!("Delete {}?", kept.name);
        let content = view! {
            <a class="back" href=back.clone()>{icon("back", 16)}"Back"</a>
            <form class="panel" method="post" action="/api/collections/delete">
                <input type="hidden" name="collection" value=kept.id.to_string()/>
                <div class="body">
                    <h1 dir="auto">{title.clone()}</h1>
                    <ul class="effects">
                        <li class="bad">{icon("cross", 16)}<span>{seen}</span></li>
                        <li class="good">{icon("check", 16)}<span>"Everybody keeps the apps that stand in it."</span></li>
                        <li class="bad">{icon("cross", 16)}<span>"It cannot be brought back. A new one is quickly made."</span></li>
                    </ul>
                    <div class="actions">
                        <button class="primary danger">"Delete"</button>
                        <a class="button" href=back>"Cancel"</a>
                    </div>
                </div>
            </form>
        };
        Ok(inside(&site, &title, Place::Apps, true, content.into_any()))
    })
}
