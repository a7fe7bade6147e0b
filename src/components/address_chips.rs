//! Turns a field of addresses into chips, each checked as it comes. Without JavaScript the field is a text area that takes
//! the same list.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod browser;

/// Wraps the text area `#address`. Beside it, on the page: `ul#chips` for the chips, `#address-status` for what is said,
/// and `#chip-words` with an item for each standing (`data-is`), all of it written by the server.
#[island]
pub fn AddressChips(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| browser::wake());
    view! { <div class="tokens">{children()}</div> }
}
