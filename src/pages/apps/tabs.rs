//! Above the apps: collections, and how to look at them.

use leptos::prelude::*;

use crate::{
    api::my_apps,
    components::icon::icon,
    directory::panel::PanelQuery,
    model::{panel::Panel, state::AppsView},
};

/// The bar between the headline and the apps.
pub fn bar(panel: &Panel, asked: &PanelQuery) -> AnyView {
    let all = panel.chosen.is_none();
    let tabs: Vec<_> = panel
        .tabs
        .iter()
        .map(|tab| {
            let here = panel.chosen.as_ref().is_some_and(|chosen| chosen.id == tab.id);
            view! {
                <a href=format!("/?collection={}", tab.id) aria-current=here.then_some("page") dir="auto">
                    {tab.name.clone()}
                </a>
            }
        })
        .collect();
    let view = |view: AppsView, name: &'static str, drawn: &'static str| {
        view! {
            <button
                class="quiet icon"
                name="view"
                value=view.as_str()
                aria-label=name
                title=name
                aria-pressed=if panel.view == view { "true" } else { "false" }
            >
                {icon(drawn, 18)}
            </button>
        }
    };
    view! {
        <div class="bar">
            <nav class="tabs" aria-label="Collections">
                <a href="/" aria-current=(all && asked.search.is_empty()).then_some("page")>"All apps"</a>
                {tabs}
            </nav>
            <div class="looks">
                <a class="button quiet" href="/collections">"Collections"</a>
                <a class="button quiet" href="/?arrange=1">{icon("sort", 16)}"Arrange"</a>
                <form class="switch" method="post" action="/api/panel/view" aria-label="How apps are shown">
                    <input type="hidden" name="list" value=my_apps::write(asked)/>
                    {view(AppsView::Grid, "Show as a grid", "apps")}
                    {view(AppsView::List, "Show as a list", "list")}
                </form>
            </div>
        </div>
    }
    .into_any()
}
