//! The browser's half: the list comes from the server as it would be on the page.

use leptos::{ev::Event, prelude::window};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlInputElement, Response};

/// What is to be done a moment after a key in the field; nothing for a key elsewhere.
pub(super) fn look_for(event: &Event) -> Option<impl FnOnce() + 'static> {
    let field: HtmlInputElement = event.target()?.dyn_into().ok()?;
    if !field.has_attribute("data-people") {
        return None;
    }
    let list = field.closest(".people-picker").ok()??.query_selector(".found").ok()??;
    Some(move || leptos::task::spawn_local(async move { show(&field, &list).await }))
}

async fn show(field: &HtmlInputElement, list: &Element) {
    let text = field.value();
    if text.trim().is_empty() {
        list.set_inner_html("");
        return;
    }
    // An answer to what is no longer there is not shown, nor one that came from elsewhere: a sign-in, an error.
    if let Some(html) = ask(field, &text).await
        && field.value() == text
    {
        list.set_inner_html(&html);
    }
}

async fn ask(field: &HtmlInputElement, text: &str) -> Option<String> {
    let query = String::from(js_sys::encode_uri_component(text));
    let url = format!("/people/found?field={}&q={query}", field.name());
    let answer: Response = JsFuture::from(window().fetch_with_str(&url)).await.ok()?.dyn_into().ok()?;
    if !answer.ok() || answer.redirected() {
        return None;
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
