//! Copies a link. Without JavaScript the field beside it is there to be selected.

use leptos::prelude::*;

/// A button that copies the text of the field before it; shown once it works.
#[island]
pub fn CopyButton(
    /// What it is called.
    label: String,
    /// What it says when it is done.
    done: String,
    /// The id of the field.
    field: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let press = move |_| copy(&field, copied);
    view! {
        <button type="button" class="awake" on:click=press>{label}</button>
        <span class="copied" role="status">{move || copied.get().then(|| done.clone())}</span>
    }
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: &str, _: RwSignal<bool>) {}

#[cfg(feature = "hydrate")]
fn copy(field: &str, copied: RwSignal<bool>) {
    use wasm_bindgen::JsCast as _;

    let field =
        document().get_element_by_id(field).and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    let Some(field) = field else { return };
    // Selected whatever happens: where copying is not allowed, one key does it.
    field.select();
    if !window().is_secure_context() {
        return;
    }
    let written = window().navigator().clipboard().write_text(&field.value());
    leptos::task::spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(written).await.is_ok() {
            copied.set(true);
        }
    });
}
