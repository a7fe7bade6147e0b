//! `/collections` and `/admin/collections`: lists of collections, and a form for another one.

use leptos::prelude::*;
use uuid::Uuid;

use super::{page, query};
use crate::{
    api,
    components::{
        arrange::ArrangeApps,
        field,
        frame::{Place, inside},
        icon::icon,
        notice,
        steps::{Moved, handle, status, steps},
    },
    directory::saved_forms::SavedForm,
    model::{names, panel::CollectionRow, settings::LONGEST_TEXT},
};

/// What has just been done to a list.
fn flash(done: Option<&str>) -> Option<AnyView> {
    let text = match done? {
        "deleted" => "The collection is deleted. The apps that stood in it are where they were.",
        "hidden" => "The collection is hidden from your apps. The apps in it are not.",
        "shown" => "The collection is shown above your apps again.",
        _ => return None,
    };
    Some(notice::done(text))
}

/// The caller's own, and what they see of the organization's.
#[component]
pub fn CollectionsPage() -> impl IntoView {
    let moved = Moved::read(query("moved"), query("to"));
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let mine = api::collections::mine().await?;
        let saved = api::forms::again("collection", again.as_deref()).await;
        let refused = api::forms::again("collections", again.as_deref()).await;
        let admin = site.visitor.as_ref().is_some_and(|me| me.is_administrator());
        let manage = admin.then(|| {
            view! { <a class="button" href="/admin/collections">"The organization’s collections"</a> }
        });
        let shared_moved = mine.shared.iter().any(|row| Some(row.id) == moved.item);
        let rows = if shared_moved { &mine.shared } else { &mine.own };
        let told = status(moved, &named(rows), 0, rows.len());
        let own = if mine.own.is_empty() {
            view! {
                <section class="empty slim">
                    <h3>"You have no collection of your own"</h3>
                    <p>"A collection is a tab above your apps with those that you choose: for a project, or for every Monday."</p>
                </section>
            }
            .into_any()
        } else {
            list(&mine.own, moved, Kind::Own)
        };
        let shared = (!mine.shared.is_empty()).then(|| {
            view! {
                <section class="part" aria-labelledby="shared">
                    <h2 id="shared">"From the organization"</h2>
                    {list(&mine.shared, moved, Kind::Shown)}
                </section>
            }
        });
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {flash(done.as_deref())}
            <a class="back" href="/">{icon("back", 16)}"Apps"</a>
            <div class="headline">
                <div class="text">
                    <h1>"Collections"</h1>
                    <p class="lead">"Tabs above your apps. A collection only sorts: it gives nobody an app, and takes none away."</p>
                </div>
                {manage}
            </div>
            {told}
            <ArrangeApps>
                <section class="part" aria-labelledby="own"><h2 id="own">"Your own"</h2>{own}</section>
                {shared}
            </ArrangeApps>
            {form(saved.as_ref(), false)}
        };
        Ok(inside(&site, "Collections", Place::Apps, false, content.into_any()))
    })
}

/// The organization's, for administrators.
#[component]
pub fn SharedCollectionsPage() -> impl IntoView {
    let moved = Moved::read(query("moved"), query("to"));
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let rows = api::collections::shared().await?;
        let saved = api::forms::again("collection", again.as_deref()).await;
        let refused = api::forms::again("collections", again.as_deref()).await;
        let told = status(moved, &named(&rows), 0, rows.len());
        let body = if rows.is_empty() {
            view! {
                <section class="empty slim">
                    <h2>"The organization has no collections"</h2>
                    <p>"Add one to give everybody, or the people of some groups, a tab above their apps."</p>
                </section>
            }
            .into_any()
        } else {
            view! { <ArrangeApps>{list(&rows, moved, Kind::Shared)}</ArrangeApps> }.into_any()
        };
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {flash(done.as_deref())}
            <a class="back" href="/collections">{icon("back", 16)}"Collections"</a>
            <div class="headline">
                <div class="text">
                    <h1>"The organization’s collections"</h1>
                    <p class="lead">"Everybody sees them in this order, each with the apps in it that they have. A collection gives nobody an app; whoever has none of its apps does not see it."</p>
                </div>
            </div>
            {told}
            {body}
            {form(saved.as_ref(), true)}
        };
        Ok(inside(&site, "The organization’s collections", Place::Apps, false, content.into_any()))
    })
}

/// Whose collections a list shows, and what can be done with them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    /// The organization's, for somebody who sees them.
    Shown,
    /// The organization's, for administrators.
    Shared,
}

fn named(rows: &[CollectionRow]) -> Vec<(Uuid, &str)> {
    rows.iter().map(|row| (row.id, &*row.name)).collect()
}

fn list(rows: &[CollectionRow], moved: Moved, kind: Kind) -> AnyView {
    let rows: Vec<_> = rows.iter().map(|row| item(row, moved, kind)).collect();
    view! { <ol class="rows sorted panel">{rows}</ol> }.into_any()
}

fn item(row: &CollectionRow, moved: Moved, kind: Kind) -> AnyView {
    let apps = match row.apps {
        1 => "1 app".to_owned(),
        count => format!("{count} apps"),
    };
    let audience = (kind == Kind::Shared).then(|| match row.groups {
        0 => "Everybody".to_owned(),
        1 => "One group".to_owned(),
        count => format!("{count} groups"),
    });
    let path = match kind {
        Kind::Own => format!("/collections/{}", row.id),
        Kind::Shown => format!("/?collection={}", row.id),
        Kind::Shared => format!("/admin/collections/{}", row.id),
    };
    let hide = (kind == Kind::Shown).then(|| {
        let (press, word, label) = if row.hidden {
            ("show", "Show", format!("Show {} again", row.name))
        } else {
            ("hide", "Hide", format!("Hide {}", row.name))
        };
        view! {
            <form class="plain" method="post" action="/api/collections/hide">
                <button class="quiet" name=press value=row.id.to_string() aria-label=label>{word}</button>
            </form>
        }
    });
    let name = if kind == Kind::Shown && row.hidden {
        view! { <b dir="auto">{row.name.clone()}</b> }.into_any()
    } else {
        view! { <a href=path dir="auto">{row.name.clone()}</a> }.into_any()
    };
    let hidden = row.hidden.then(|| view! { <span class="chip plain">"Hidden"</span> });
    view! {
        <li data-id=row.id.to_string() data-name=row.name.clone() data-moved=(moved.item == Some(row.id)).then_some("")>
            {handle()}
            <div class="who"><div>{name}<small dir="auto">{row.description.clone()}</small></div></div>
            <span class="counts">{hidden} <span>{apps}</span> {audience.map(|text| view! { <span>{text}</span> })}</span>
            // The first form of a row is the one that moves it.
            <form class="steps" method="post" action="/api/collections/order">
                <input type="hidden" name="collection" value=row.id.to_string()/>
                {(kind == Kind::Shared).then(|| view! { <input type="hidden" name="shared" value="1"/> })}
                {steps(row.id, &row.name, moved)}
            </form>
            {hide}
        </li>
    }
    .into_any()
}

fn form(saved: Option<&SavedForm>, shared: bool) -> AnyView {
    let value = |name| saved.and_then(|saved| saved.value(name)).unwrap_or_default().to_owned();
    let refusal = saved.map(|saved| &saved.refusal);
    // What is no field's fault stands above.
    let general = refusal.filter(|refusal| refusal.field.is_none()).map(|refusal| notice::refused(refusal, None));
    let heading = if shared { "Another collection for the organization" } else { "Another collection" };
    view! {
        <form class="panel" method="post" action="/api/collections/create">
            <header><h2>{heading}</h2></header>
            <div class="body">
                {general}
                {shared.then(|| view! { <input type="hidden" name="shared" value="1"/> })}
                {fields(&value("name"), &value("description"), refusal)}
                <div class="actions"><button class="primary">"Create collection"</button></div>
            </div>
        </form>
    }
    .into_any()
}

/// Name and description.
pub(super) fn fields(name: &str, description: &str, refusal: Option<&crate::model::Refusal>) -> AnyView {
    let described = |name: &str, id: &'static str| field::is_refused(refusal, name).then_some(id);
    let invalid = |name: &str| field::is_refused(refusal, name).then_some("true");
    view! {
        <div class="field">
            <label for="name">"Name"</label>
            {field::error(refusal, "name", "name-error")}
            <input
                id="name"
                name="name"
                required
                maxlength=names::LONGEST
                value=name.to_owned()
                autocomplete="off"
                dir="auto"
                aria-invalid=invalid("name")
                aria-describedby=described("name", "name-error")
            />
        </div>
        <div class="field">
            <label for="description">"Description"</label>
            {field::error(refusal, "description", "description-error")}
            <input
                id="description"
                name="description"
                maxlength=LONGEST_TEXT
                value=description.to_owned()
                autocomplete="off"
                dir="auto"
                aria-invalid=invalid("description")
                aria-describedby=described("description", "description-error")
            />
        </div>
    }
    .into_any()
}
