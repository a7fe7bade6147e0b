//! Progress as it happens. Without JavaScript the page has a link to reload it.

use leptos::prelude::*;

/// Wraps the progress of a bulk job: a `<progress>` and numbers in `data-count`. Listens to `events` and keeps them up to
/// date; when nothing moves any more, the page is loaded anew.
#[island]
pub fn BulkLive(
    /// Where the events come from: a path of ours.
    events: String,
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| listen(&events));
    view! { <div class="live">{children()}</div> }
}

#[cfg(not(feature = "hydrate"))]
fn listen(_: &str) {}

#[cfg(feature = "hydrate")]
fn listen(path: &str) {
    use wasm_bindgen::{JsCast as _, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    let Ok(source) = EventSource::new(path) else { return };
    let on_progress = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Ok(progress) = serde_json::from_str(&text) {
            show(&progress);
        }
    });
    let ended = source.clone();
    let on_end = Closure::<dyn FnMut(MessageEvent)>::new(move |_: MessageEvent| {
        ended.close();
        let _ = window().location().reload();
    });
    let _ = source.add_event_listener_with_callback("progress", on_progress.as_ref().unchecked_ref());
    let _ = source.add_event_listener_with_callback("end", on_end.as_ref().unchecked_ref());
    // They live as long as the page does.
    on_progress.forget();
    on_end.forget();
}

#[cfg(feature = "hydrate")]
fn show(progress: &crate::model::bulk::BulkProgress) {
    let checking = progress.state != crate::model::bulk::BulkState::Running;
    let value = if checking { progress.checked } else { progress.done };
    let document = document();
    if let Ok(Some(bar)) = document.query_selector("progress") {
        let _ = bar.set_attribute("max", &progress.total.max(1).to_string());
        let _ = bar.set_attribute("value", &value.to_string());
    }
    for (name, count) in [
        ("value", value),
        ("total", progress.total),
        ("invited", progress.invited),
        ("added", progress.added),
        ("unchanged", progress.unchanged),
        ("failed", progress.failed),
    ] {
        if let Ok(Some(number)) = document.query_selector(&format!("[data-count={name}]")) {
            number.set_text_content(Some(&crate::model::bulk::grouped(count)));
        }
    }
    if let Ok(Some(waits)) = document.query_selector("[data-waits]") {
        let _ = waits.toggle_attribute_with_force("hidden", progress.waits_until.is_none());
    }
}
