//! Ticks every row of a list at once. Without JavaScript rows are ticked one by one.

use leptos::prelude::*;

/// A box that ticks all boxes called `users[]`; shown once it works.
#[island]
pub fn ChooseAll(
    /// What it is called.
    label: String,
) -> impl IntoView {
    view! {
        <input
            class="awake"
            type="checkbox"
            autocomplete="off"
            aria-label=label
            on:change=move |event| choose(event_target_checked(&event))
        />
    }
}

#[cfg(not(feature = "hydrate"))]
fn choose(_: bool) {}

#[cfg(feature = "hydrate")]
fn choose(all: bool) {
    use wasm_bindgen::JsCast as _;

    let Ok(boxes) = document().query_selector_all("input[name='users[]'][type=checkbox]") else { return };
    for index in 0..boxes.length() {
        if let Some(one) = boxes.get(index).and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            one.set_checked(all);
        }
    }
}
