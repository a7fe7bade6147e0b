//! Search as one types. Without JavaScript the same form asks the server.

use leptos::prelude::*;

/// The search field above the tiles. Tiles carry their words in `data-words` (see [`crate::model::search::words_of`]); those
/// that do not fit are hidden, parts of the page with none left (`.shelf`) as well, and `#nothing` shows when there are none
/// at all. What is marked `data-unsearched` is hidden while something is typed; `#beyond`, there if this page has not all
/// apps, shows.
#[island]
pub fn AppSearch(
    /// What was searched for, when the page came from the server that way.
    query: String,
) -> impl IntoView {
    view! {
        <form class="search" id="search" role="search" method="get" action="/">
            <svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" aria-hidden="true">
                <circle cx="11" cy="11" r="7"></circle>
                <path d="m20 20-3.5-3.5"></path>
            </svg>
            <input
                type="search"
                name="q"
                aria-label="Search your apps"
                placeholder="Search your apps"
                autocomplete="off"
                maxlength="200"
                value=query
                on:input=move |event| filter(&event_target_value(&event))
            />
        </form>
    }
}

#[cfg(not(feature = "hydrate"))]
fn filter(_: &str) {}

/// Shows the tiles that fit the text; those that fit only by a slip of the finger where nothing else does.
#[cfg(feature = "hydrate")]
fn filter(text: &str) {
    use crate::model::{names, search};

    let wanted = names::fold(text);
    let tiles: Vec<_> = all(".tiles > [data-words]")
        .into_iter()
        .map(|tile| {
            let fit = search::fit(&tile.get_attribute("data-words").unwrap_or_default(), &wanted);
            (tile, fit)
        })
        .collect();
    let exact = tiles.iter().any(|(_, fit)| fit.is_some_and(|fit| !fit.is_slip()));
    let mut shown = 0;
    for (tile, fit) in tiles {
        let fits = fit.is_some_and(|fit| !exact || !fit.is_slip());
        shown += u32::from(fits);
        hide(&tile, !fits);
    }
    for shelf in all(".shelf") {
        let left = shelf.query_selector(".tiles > [data-words]:not([hidden])").is_ok_and(|found| found.is_some());
        hide(&shelf, !left);
    }
    for part in all("[data-unsearched]") {
        hide(&part, !wanted.is_empty());
    }
    for beyond in all("#beyond") {
        hide(&beyond, wanted.is_empty());
    }
    for nothing in all("#nothing") {
        hide(&nothing, shown > 0);
    }
}

#[cfg(feature = "hydrate")]
fn hide(element: &web_sys::Element, hidden: bool) {
    let _ = element.toggle_attribute_with_force("hidden", hidden);
}

#[cfg(feature = "hydrate")]
fn all(selector: &str) -> Vec<web_sys::Element> {
    use wasm_bindgen::JsCast as _;

    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}
