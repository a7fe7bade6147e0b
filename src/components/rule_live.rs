//! Has a rule checked while somebody writes it. Without JavaScript the *Check* button does the same.

use leptos::prelude::*;

/// Wraps the text area `#rule` and, beside it, `#rule-told` with `#rule-message`, `#rule-hint` and `#rule-marked`.
#[island]
pub fn RuleLive(children: Children) -> impl IntoView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let typed = move |_| {
        if let Some(Some(handle)) = waiting.try_get_value() {
            handle.clear();
        }
        waiting.set_value(set_timeout_with_handle(check, std::time::Duration::from_millis(350)).ok());
    };
    view! { <div class="rule" on:input=typed>{children()}</div> }
}

#[cfg(not(feature = "hydrate"))]
fn check() {}

#[cfg(feature = "hydrate")]
fn check() {
    use wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;

    let rule = || {
        let field = document().get_element_by_id("rule")?;
        Some(field.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?.value())
    };
    let text = |json: &JsValue, key: &str| {
        js_sys::Reflect::get(json, &key.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
    };
    let say = |id: &str, text: &str| {
        if let Some(element) = document().get_element_by_id(id) {
            element.set_text_content(Some(text));
            let _ = element.toggle_attribute_with_force("hidden", text.is_empty());
        }
    };
    let ask = async |text: &str| -> Result<JsValue, JsValue> {
        let body = web_sys::UrlSearchParams::new()?;
        body.append("rule", text);
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_body(&body);
        let answer = JsFuture::from(window().fetch_with_str_and_init("/api/rules/check", &init)).await?;
        let answer: web_sys::Response = answer.dyn_into()?;
        if answer.ok() { JsFuture::from(answer.json()?).await } else { Err(JsValue::NULL) }
    };
    let Some(typed) = rule() else { return };
    leptos::task::spawn_local(async move {
        let Ok(answer) = ask(&typed).await else { return };
        // Whoever typed on has another answer on its way.
        if rule().as_deref() != Some(&*typed) {
            return;
        }
        let mistake = js_sys::Reflect::get(&answer, &"mistake".into()).unwrap_or_default();
        let wrong = mistake.is_object();
        say("rule-message", &text(&answer, "told"));
        say("rule-hint", &text(&mistake, "hint"));
        say("rule-marked", &text(&mistake, "marked"));
        if let Some(told) = document().get_element_by_id("rule-told") {
            let _ = told.set_attribute("data-is", if wrong { "wrong" } else { "right" });
        }
        if let Some(field) = document().get_element_by_id("rule") {
            let _ = field.set_attribute("aria-invalid", if wrong { "true" } else { "false" });
        }
    });
}
