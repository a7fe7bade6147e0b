//! Keeps a mail's preview up to date while somebody writes. Without JavaScript the *Preview* button does the same.

use leptos::{ev::SubmitEvent, prelude::*};

/// Wraps a form that has a button with `formtarget="preview"`, and presses it a moment after the last key.
#[island]
pub fn LivePreview(children: Children) -> impl IntoView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let leaving = StoredValue::new(false);
    let stop = move || {
        if let Some(Some(handle)) = waiting.try_get_value() {
            handle.clear();
        }
    };
    let typed = move |_| {
        stop();
        if !leaving.get_value() {
            waiting.set_value(set_timeout_with_handle(press, std::time::Duration::from_millis(400)).ok());
        }
    };
    // A form that is sent twice is sent once: the preview must not take the place of what was pressed a moment before.
    let sent = move |event: SubmitEvent| {
        if !is_preview(&event) {
            stop();
            leaving.set_value(true);
        }
    };
    view! { <div class="live" on:input=typed on:submit=sent>{children()}</div> }
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

#[cfg(not(feature = "hydrate"))]
fn is_preview(_: &SubmitEvent) -> bool {
    false
}

/// Whether the preview's own button was pressed.
#[cfg(feature = "hydrate")]
fn is_preview(event: &SubmitEvent) -> bool {
    event.submitter().is_some_and(|button| button.get_attribute("formtarget").as_deref() == Some("preview"))
}
