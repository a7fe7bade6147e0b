//! Search as one types. Without JavaScript the same form asks the server.

use leptos::prelude::*;

/// The search field above a list of tiles. Tiles carry their folded words in `data-words`; those that do not match are
/// hidden, and `#nothing` shows when none is left.
#[island]
pub fn AppSearch(
    /// What was searched for, when the page came from the server that way.
    query: String,
) -> impl IntoView {
    view! {
        <form class="search" role="search" method="get" action="/">
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
                value=query
                on:input=move |event| filter(&event_target_value(&event))
            />
        </form>
    }
}

#[cfg(not(feature = "hydrate"))]
fn filter(_: &str) {}

/// Shows the tiles of which some word begins with the text.
#[cfg(feature = "hydrate")]
fn filter(text: &str) {
    use wasm_bindgen::JsCast as _;

    let wanted = crate::model::names::fold(text);
    let document = document();
    let Ok(tiles) = document.query_selector_all(".tiles > [data-words]") else { return };
    let mut shown = 0;
    for index in 0..tiles.length() {
        let Some(tile) = tiles.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { continue };
        let words = tile.get_attribute("data-words").unwrap_or_default();
        let matches = crate::model::names::matches(&words, &wanted);
        shown += u32::from(matches);
        let _ = tile.toggle_attribute_with_force("hidden", !matches);
    }
    if let Some(nothing) = document.get_element_by_id("nothing") {
        let _ = nothing.toggle_attribute_with_force("hidden", shown > 0);
    }
}
