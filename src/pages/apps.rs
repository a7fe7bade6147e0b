//! `/`: my apps.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        app_search::AppSearch,
        faces::logo,
        frame::{Place, inside},
        icon::icon,
    },
    model::{
        names,
        view::{AppReason, AppTile},
    },
};

/// The apps the caller may open, searched as one types.
#[component]
pub fn AppsPage() -> impl IntoView {
    let search = query("q").unwrap_or_default();
    page(async move |site| {
        let apps = api::apps::mine().await?;
        let content = if apps.is_empty() {
            empty()
        } else {
            let wanted = names::fold(&search);
            let tiles: Vec<_> = apps.into_iter().map(|app| tile(app, &wanted)).collect();
            let nothing = tiles.iter().all(|(_, shown)| !shown);
            let tiles: Vec<_> = tiles.into_iter().map(|(view, _)| view).collect();
            view! {
                <div class="headline"><h1>"Apps"</h1><AppSearch query=search/></div>
                <ul class="tiles">{tiles}</ul>
                <section id="nothing" class="empty" role="status" hidden=!nothing>
                    <span class="sign">{icon("search", 22)}</span>
                    <h2>"Nothing matches"</h2>
                    <p>"None of your apps has a word that begins like this. "<a href="/">"Show all apps"</a></p>
                </section>
            }
            .into_any()
        };
        Ok(inside(&site, "Apps", Place::Apps, false, content))
    })
}

fn tile(app: AppTile, wanted: &str) -> (AnyView, bool) {
    let words = names::fold(&format!("{} {}", app.name, app.description));
    let shown = names::matches(&words, wanted);
    let view = view! {
        <li class="tile" data-words=words hidden=!shown>
            {logo(app.id, &app.name, "")}
            <a href=format!("/apps/{}/launch", app.id)>{app.name}</a>
            <p>{app.description}</p>
            <span class="why">{icon("people", 14)}{why(&app.reasons)}</span>
        </li>
    };
    (view.into_any(), shown)
}

/// Why someone has an app: whole sentences for one and for several reasons.
fn why(reasons: &[AppReason]) -> String {
    match reasons {
        [] | [AppReason::Direct] => "Given to you".to_owned(),
        [AppReason::Group { name, .. }] => format!("Through {name}"),
        [AppReason::Direct, AppReason::Group { name, .. }] => format!("Given to you, and through {name}"),
        [AppReason::Group { name, .. }, AppReason::Group { name: other, .. }] => format!("Through {name} and {other}"),
        [AppReason::Group { name, .. }, rest @ ..] => format!("Through {name} and {} more", rest.len()),
        [AppReason::Direct, rest @ ..] => format!("Given to you, and through {} groups", rest.len()),
    }
}

fn empty() -> AnyView {
    view! {
        <div class="headline"><h1>"Apps"</h1></div>
        <section class="empty">
            <span class="sign">{icon("apps", 22)}</span>
            <h2>"No apps yet"</h2>
            <p>
                "Apps appear here as soon as someone gives you one, or adds you to a group that has some. \
                If you expected one today, ask the person who invited you."
            </p>
            <div class="actions"><a class="button" href="/groups">"See your groups"</a></div>
        </section>
    }
    .into_any()
}
