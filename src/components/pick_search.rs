//! Narrows a long list of boxes to tick. Without JavaScript the list scrolls.

use leptos::prelude::*;

/// A field that hides the boxes whose words do not begin like what is typed; shown once it works. Ticked ones stay.
#[island]
pub fn PickSearch(
    /// What it is called.
    label: String,
) -> impl IntoView {
    view! {
        <input
            class="awake"
            type="search"
            autocomplete="off"
            aria-label=label.clone()
            placeholder=label
            on:input=move |event| filter(&event_target_value(&event))
            // It narrows the list; it must not send the form.
            on:keydown=move |event| if event.key() == "Enter" { event.prevent_default() }
        />
    }
}

#[cfg(not(feature = "hydrate"))]
fn filter(_: &str) {}

#[cfg(feature = "hydrate")]
fn filter(text: &str) {
    use wasm_bindgen::JsCast as _;

    let wanted = crate::model::names::fold(text);
    let Ok(items) = document().query_selector_all(".picks-list [data-words]") else { return };
    for index in 0..items.length() {
        let Some(item) = items.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { continue };
        let ticked = item.query_selector(":checked").is_ok_and(|found| found.is_some());
        let words = item.get_attribute("data-words").unwrap_or_default();
        let shown = ticked || crate::model::names::matches(&words, &wanted);
        let _ = item.toggle_attribute_with_force("hidden", !shown);
    }
}
