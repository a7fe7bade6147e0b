//! An order made by hand. Without JavaScript the buttons of each row send their form.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod browser;

/// Wraps lists whose rows (`li[data-id]`, each with the buttons of [`super::steps`] in a form) can be moved: dragged by
/// their handle, also with a finger, and by the buttons without loading the page. A list with `data-part` is only a part of
/// what is ordered, so the buttons that lead out of it are left to the form.
#[island]
pub fn ArrangeApps(children: Children) -> impl IntoView {
    Effect::new(move |_| wake());
    view! { <div class="arranged">{children()}</div> }
}

#[cfg(not(feature = "hydrate"))]
fn wake() {}

#[cfg(feature = "hydrate")]
fn wake() {
    browser::wake();
}
