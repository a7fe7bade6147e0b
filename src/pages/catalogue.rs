//! `/catalogue`: groups and apps to join or to ask for.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        faces::picture,
        frame::{Place, inside},
        icon::icon,
    },
    directory::catalogue::CatalogueQuery,
    model::{
        Code,
        requests::{Catalogue, CatalogueKind, CatalogueRow, Standing},
        text,
    },
};

/// Longest text that is searched for.
const LONGEST_SEARCH: usize = 200;

/// What can be found.
#[component]
pub fn CataloguePage() -> impl IntoView {
    let asked = CatalogueQuery {
        search: query("q").unwrap_or_default().chars().take(LONGEST_SEARCH).collect(),
        kind: query("kind").and_then(|kind| kind.parse().ok()).unwrap_or(CatalogueKind::All),
        after: query("after"),
    };
    page(async move |site| {
        let found = api::requests::catalogue(&asked).await?;
        let whole = asked == CatalogueQuery::default();
        let list = if found.rows.is_empty() {
            empty(&asked, found.partial)
        } else {
            let rows: Vec<_> = found.rows.iter().map(row).collect();
            view! { <ul class="panel rows catalogue" aria-label="Groups and apps">{rows}</ul> }.into_any()
        };
        let tools = (!whole || !found.rows.is_empty()).then(|| search(&asked));
        let content = view! {
            <div class="headline">
                <div class="text">
                    <h1>"Find groups and apps"</h1>
                    <p class="lead">"Groups that you can join, and apps that you can ask for."</p>
                </div>
                <a class="button" href="/requests?tab=mine">"Your requests"</a>
            </div>
            {tools}
            {list}
            {pager(&found, &asked)}
        };
        Ok(inside(&site, "Find groups and apps", Place::Requests, false, content.into_any()))
    })
}

fn search(asked: &CatalogueQuery) -> AnyView {
    let kinds: Vec<_> = [
        (CatalogueKind::All, "Groups and apps"),
        (CatalogueKind::Groups, "Only groups"),
        (CatalogueKind::Apps, "Only apps"),
    ]
    .into_iter()
    .map(|(kind, name)| view! { <option value=kind.as_str() selected=asked.kind == kind>{name}</option> })
    .collect();
    view! {
        <form class="narrow" role="search" method="get" action="/catalogue">
            <div class="search">
                {icon("search", 16)}
                <input
                    type="search"
                    name="q"
                    value=asked.search.clone()
                    aria-label="Search groups and apps"
                    placeholder="Search by name"
                    maxlength=LONGEST_SEARCH
                />
            </div>
            <select name="kind" aria-label="Which kind">{kinds}</select>
            <button>"Search"</button>
        </form>
    }
    .into_any()
}

fn row(found: &CatalogueRow) -> AnyView {
    let thing = &found.thing;
    // Who has it goes where it is; everybody else to the page that says how to get it.
    let path = match found.standing {
        Standing::Has if !thing.is_app => format!("/groups/{}", thing.id),
        Standing::Asked(request) => format!("/requests/{request}"),
        _ => thing.asking_path(),
    };
    let kind = if thing.is_app { "App" } else { "Group" };
    view! {
        <li>
            <div class="who">
                {picture(thing.id, &thing.name, thing.picture_id, "")}
                <div><a href=path>{thing.name.clone()}</a><small class="about">{found.about.clone()}</small></div>
            </div>
            <div class="marks"><span class="chip plain">{kind}</span>{standing(found.standing)}</div>
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
    .into_any()
}

/// What somebody is to it, in a word or two.
fn standing(standing: Standing) -> AnyView {
    let (tone, word) = match standing {
        Standing::Has => ("good", "You have it"),
        Standing::Asked(_) => ("wait", "Asked for"),
        Standing::CanJoin => ("plain open", "Open to you"),
        Standing::CanAsk => ("plain open", "On request"),
        Standing::Closed(Code::DynamicGroup) => ("plain", "By a rule"),
        Standing::Closed(Code::JoinClosed | Code::NotRequestable) => ("plain", "By its owners"),
        Standing::Closed(code) => ("plain", text::words(code).title),
    };
    view! { <span class=format!("chip {tone}")>{word}</span> }.into_any()
}

fn pager(found: &Catalogue, asked: &CatalogueQuery) -> Option<AnyView> {
    let next = found.next.as_ref()?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &asked.search)
        .append_pair("kind", asked.kind.as_str())
        .append_pair("after", next)
        .finish();
    let (note, name) = if found.partial {
        (Some("There are more names than one page searches."), "Search further")
    } else {
        (None, "Next page")
    };
    Some(
        view! {
            <div class="actions">
                <a class="button" href=format!("/catalogue?{query}")>{name}</a>
                {note.map(|note| view! { <small>{note}</small> })}
            </div>
        }
        .into_any(),
    )
}

fn empty(asked: &CatalogueQuery, partial: bool) -> AnyView {
    let (title, advice) = match (asked.search.trim().is_empty(), partial) {
        (_, true) => ("Nothing so far", "Nothing that was looked at matches. The search can go on from here."),
        (false, false) => (
            "Nothing matches",
            "No group or app that you can find has a name with words that begin like this. Try another word, or fewer.",
        ),
        (true, false) => (
            "There is nothing to find yet",
            "Groups appear here when their owners list them, and apps when one can ask for them. If you need something, ask \
             the person you work with.",
        ),
    };
    let all = (!asked.search.trim().is_empty() || asked.after.is_some() || asked.kind != CatalogueKind::All)
        .then(|| view! { <div class="actions"><a class="button" href="/catalogue">"Show everything"</a></div> });
    view! {
        <section class="empty">
            <span class="sign">{icon("search", 22)}</span>
            <h2>{title}</h2>
            <p>{advice}</p>
            {all}
        </section>
    }
    .into_any()
}
