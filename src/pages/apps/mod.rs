//! `/`: my apps, as I want them.

mod arrange;
mod empty;
mod hidden;
mod tabs;
mod tile;

use leptos::prelude::*;
use uuid::Uuid;

use super::{page, query};
use crate::{
    api::{self, my_apps},
    components::{
        app_search::AppSearch,
        faces::picture,
        frame::{Place, Site, inside},
        icon::icon,
        notice,
        steps::Moved,
    },
    directory::panel::PanelQuery,
    model::{
        panel::{AppFace, PAGE, Panel, PanelView},
        state::AppsView,
    },
};

/// The caller's apps: to open, to put in order, or those that are hidden.
#[component]
pub fn AppsPage() -> impl IntoView {
    let asked = my_apps::read(&full_query());
    let moved = Moved::read(query("moved"), query("to"));
    let (again, done, app) = (query("again"), query("done"), query("app"));
    page(async move |site| {
        let panel = my_apps::panel(&asked).await?;
        let refused = api::forms::again("panel", again.as_deref()).await;
        let refused = refused.map(|saved| notice::refused(&saved.refusal, None));
        let told = flash(done.as_deref(), app.and_then(|app| app.parse().ok()), &asked);
        let content = match asked.view {
            PanelView::Arrange => arrange::page(&panel, &asked, moved),
            PanelView::Hidden => hidden::page(&panel, &asked),
            PanelView::Shown => shown(&site, &panel, &asked),
        };
        let title = match asked.view {
            PanelView::Arrange => "Arrange apps",
            PanelView::Hidden => "Hidden apps",
            PanelView::Shown => "Apps",
        };
        Ok(inside(&site, title, Place::Apps, false, view! { {refused} {told} {content} }.into_any()))
    })
}

fn full_query() -> String {
    use_context::<http::request::Parts>().and_then(|parts| parts.uri.query().map(str::to_owned)).unwrap_or_default()
}

/// What has just been done, and how to take it back.
fn flash(done: Option<&str>, app: Option<Uuid>, asked: &PanelQuery) -> Option<AnyView> {
    match done? {
        "hidden" => Some(
            view! {
                <div class="notice good" role="status">
                    {icon("good", 18)}
                    <div><p>"The app is hidden here. You have it all the same."</p></div>
                    <form class="actions" method="post" action="/api/panel/hide">
                        <input type="hidden" name="list" value=my_apps::write(asked)/>
                        <button name="show" value=app?.to_string()>"Undo"</button>
                    </form>
                </div>
            }
            .into_any(),
        ),
        "shown" => Some(notice::done("The app is shown among your apps again.")),
        "reset" => Some(notice::done("Your apps stand by name again.")),
        _ => None,
    }
}

fn shown(site: &Site, panel: &Panel, asked: &PanelQuery) -> AnyView {
    let plain = asked.search.is_empty() && panel.chosen.is_none();
    let runs = panel.runs_apps.then(|| view! { <a class="button quiet" href="/apps/managed">"Apps you run"</a> });
    let nothing_at_all = panel.total == 0 && panel.hidden == 0;
    let search = (!nothing_at_all).then(|| view! { <AppSearch query=asked.search.clone()/> });
    let more = view! { <a class="button" href="/catalogue?kind=apps">{icon("plus", 16)}"Find more apps"</a> };
    let headline = view! {
        <div class="headline">
            <h1>"Apps"</h1>
            <div class="actions">{runs} {(!nothing_at_all).then_some(more)} {search}</div>
        </div>
    };
    if nothing_at_all {
        return view! { {headline} {empty::nothing_yet()} }.into_any();
    }
    let bar = tabs::bar(panel, asked);
    if panel.apps.is_empty() && panel.favourites.is_empty() {
        let why = if !asked.search.is_empty() {
            empty::nothing_found(panel, asked, false)
        } else if let Some(chosen) = &panel.chosen {
            empty::nothing_in(chosen)
        } else {
            empty::all_hidden()
        };
        return view! { {headline} {bar} {why} {foot(panel)} }.into_any();
    }
    let class = if panel.view == AppsView::List { "tiles list" } else { "tiles" };
    let tiles = |apps: &[_]| apps.iter().map(|app| tile::tile(site, app)).collect::<Vec<_>>();
    let favourites = (!panel.favourites.is_empty()).then(|| {
        view! {
            <section class="shelf" aria-labelledby="favourites">
                <h2 id="favourites">"Favourites"</h2>
                <ul class=class>{tiles(&panel.favourites)}</ul>
            </section>
        }
    });
    // The heading is seen where something stands above the apps; it is there for those who hear the page in any case.
    let above = favourites.is_some() || !panel.recent.is_empty() || !plain;
    let rest = (!panel.apps.is_empty()).then(|| {
        view! {
            <section class="shelf" aria-labelledby="apps">
                <h2 id="apps" class=(!above).then_some("spoken")>{heading(panel, asked)}</h2>
                {panel.chosen.as_ref().filter(|chosen| !chosen.description.is_empty()).map(|chosen| {
                    view! { <p class="lead" dir="auto">{chosen.description.clone()}</p> }
                })}
                <ul class=class>{tiles(&panel.apps)}</ul>
            </section>
        }
    });
    // Typing looks through what is on this page.
    let part = !plain || panel.next.is_some() || panel.before > 0;
    let beyond = part.then(|| {
        view! {
            <p id="beyond" class="foot" hidden>
                "Typing looks through the apps on this page. "
                <button class="link" form="search">"Search all your apps"</button>
            </p>
        }
    });
    view! {
        {headline}
        {bar}
        <form class="board" method="post" action="/api/panel/favourite">
            <input type="hidden" name="list" value=my_apps::write(asked)/>
            {favourites}
            {recent(&panel.recent)}
            {rest}
        </form>
        {beyond}
        {pager(panel, asked)}
        {empty::nothing_found(panel, asked, true)}
        {foot(panel)}
    }
    .into_any()
}

fn heading(panel: &Panel, asked: &PanelQuery) -> AnyView {
    if !asked.search.is_empty() {
        let found = match panel.of {
            1 => "One app fits".to_owned(),
            count => format!("{count} apps fit"),
        };
        return view! { {found} " " <a class="aside" href="/">"Show all apps"</a> }.into_any();
    }
    match &panel.chosen {
        Some(chosen) => {
            let change = chosen.own.then(|| {
                view! { " " <a class="aside" href=format!("/collections/{}", chosen.id)>"Change this collection"</a> }
            });
            view! { <span dir="auto">{chosen.name.clone()}</span> {change} }.into_any()
        }
        None if panel.favourites.is_empty() => "All apps".into_any(),
        None => "All other apps".into_any(),
    }
}

/// What was opened last: smaller than tiles, because the apps stand below as well.
fn recent(apps: &[AppFace]) -> Option<AnyView> {
    if apps.is_empty() {
        return None;
    }
    let links: Vec<_> = apps
        .iter()
        .map(|app| {
            view! {
                <li>
                    <a href=format!("/apps/{}/launch", app.id)>
                        {picture(app.id, &app.name, app.picture_id, "tiny")}<span dir="auto">{app.name.clone()}</span>
                    </a>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section aria-labelledby="recent" data-unsearched>
                <h2 id="recent">"Recently used"</h2>
                <ul class="recent">{links}</ul>
            </section>
        }
        .into_any(),
    )
}

/// The way on, where there are more apps than fit on a page.
fn pager(panel: &Panel, asked: &PanelQuery) -> Option<AnyView> {
    if panel.next.is_none() && panel.before == 0 {
        return None;
    }
    let more = panel.next.clone().map(|next| {
        let there = PanelQuery { after: Some(next), around: None, ..asked.clone() };
        view! { <a class="button" href=my_apps::path(&there)>"More apps"</a> }
    });
    let first = (panel.before > 0).then(|| {
        let there = PanelQuery { after: None, around: None, ..asked.clone() };
        view! { <a class="button quiet" href=my_apps::path(&there)>"Back to the first"</a> }
    });
    let last = (panel.before + PAGE).min(panel.of);
    Some(
        view! {
            <nav class="pager" aria-label="Pages of apps">
                <p>{format!("{} to {last} of {}", panel.before + 1, panel.of)}</p>
                <div class="actions">{first} {more}</div>
            </nav>
        }
        .into_any(),
    )
}

fn foot(panel: &Panel) -> Option<AnyView> {
    let text = match panel.hidden {
        0 => return None,
        1 => "You have hidden one app.".to_owned(),
        count => format!("You have hidden {count} apps."),
    };
    Some(view! { <p class="foot">{text}" "<a href="/?show=hidden">"Show hidden apps"</a></p> }.into_any())
}
