//! Choosing a person by name or address.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
mod form;

#[cfg(feature = "ssr")]
pub use form::{Picker, picks};

/// Wraps the field and the list under it: looks for people a moment after the last key. Without JavaScript a form with a
/// name that fits several comes back with the list.
#[island]
pub fn PeoplePicker(children: Children) -> impl IntoView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let typed = move |event| {
        if let Some(Some(handle)) = waiting.try_get_value() {
            handle.clear();
        }
        let Some(look) = look_for(&event) else { return };
        waiting.set_value(set_timeout_with_handle(look, std::time::Duration::from_millis(200)).ok());
    };
    view! { <div class="people-picker" on:input=typed>{children()}</div> }
}

#[cfg(not(feature = "hydrate"))]
fn look_for(_: &leptos::ev::Event) -> Option<fn()> {
    None
}

#[cfg(feature = "hydrate")]
fn look_for(event: &leptos::ev::Event) -> Option<impl FnOnce() + 'static> {
    browser::look_for(event)
}
