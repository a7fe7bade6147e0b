//! `/?show=hidden`: apps that are left off the panel.

use leptos::prelude::*;

use super::pager;
use crate::{
    api::my_apps,
    components::{faces::picture, icon::icon},
    directory::panel::PanelQuery,
    model::panel::Panel,
};

pub fn page(panel: &Panel, asked: &PanelQuery) -> AnyView {
    let rows: Vec<_> = panel
        .apps
        .iter()
        .map(|app| {
            view! {
                <li>
                    <div class="who">
                        {picture(app.id, &app.name, app.picture_id, "small")}
                        <div><b dir="auto">{app.name.clone()}</b><small dir="auto">{app.description.clone()}</small></div>
                    </div>
                    <a class="button quiet" href=format!("/apps/{}/launch", app.id) aria-label=format!("Open {}", app.name)>
                        "Open"
                    </a>
                    <button name="show" value=app.id.to_string() aria-label=format!("Show {} again", app.name)>
                        "Show again"
                    </button>
                </li>
            }
        })
        .collect();
    let list = if rows.is_empty() {
        view! {
            <section class="empty">
                <span class="sign">{icon("good", 22)}</span>
                <h2>{if asked.search.is_empty() { "Nothing is hidden" } else { "No hidden app fits" }}</h2>
                <p>"To hide an app, open “Why do I have this?” on its tile and press “Hide”."</p>
                <div class="actions"><a class="button" href="/">"Go to your apps"</a></div>
            </section>
        }
        .into_any()
    } else {
        view! {
            <form class="panel" method="post" action="/api/panel/hide">
                <input type="hidden" name="list" value=my_apps::write(asked)/>
                <ul class="rows sorted">{rows}</ul>
            </form>
        }
        .into_any()
    };
    view! {
        <a class="back" href="/">{icon("back", 16)}"Apps"</a>
        <div class="headline">
            <div class="text">
                <h1>"Hidden apps"</h1>
                <p class="lead">"They are left off your panel. You have them all the same, and nobody else sees what you hide."</p>
            </div>
        </div>
        {list}
        {pager(panel, asked)}
    }
    .into_any()
}
