//! `/redeem/asked`: the inviter was asked for a new invitation. The same page for everybody; it knows nothing.

use leptos::prelude::*;

use super::{message, page};
use crate::{
    components::frame::door,
    model::{Code, text::redeeming},
};

/// Says what happens now.
#[component]
pub fn AskedPage() -> impl IntoView {
    page(async move |site| {
        let language = site.language;
        let content = view! {
            {message::sign(Code::TicketUsed)}
            <div class="intro"><h1>{redeeming::asked(language)}</h1><p>{redeeming::asked_means(language)}</p></div>
            <p class="lead">{redeeming::asked_next(language)}</p>
        };
        Ok(door(&site, redeeming::asked(language), content.into_any()))
    })
}
