//! Keeps a mail's preview up to date while somebody writes. Without JavaScript the *Preview* button does the same.

use leptos::prelude::*;

/// Wraps a form that has a button with `formtarget="preview"`, and presses it a moment after the last key.
#[island]
pub fn LivePreview(children: Children) -> impl IntoView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let typed = move |_| {
        if let Some(Some(handle)) = waiting.try_get_value() {
            handle.clear();
        }
        waiting.set_value(set_timeout_with_handle(press, std::time::Duration::from_millis(400)).ok());
    };
    view! { <div class="live" on:input=typed>{children()}</div> }
}

#[cfg(not(feature = "hydrate"))]
fn press() {}

#[cfg(feature = "hydrate")]
fn press() {
    use wasm_bindgen::JsCast as _;

    let button = document().query_selector("button[formtarget=preview]").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        button.click();
    }
}
