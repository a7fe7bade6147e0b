//! `/sign-in?return_to=…`: members by the organization's provider, guests by their address.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{field, frame::door, notice},
    model::paths,
};

/// The front door.
#[component]
pub fn SignInPage() -> impl IntoView {
    let return_to = query("return_to").unwrap_or_default();
    let (again, out, left) = (query("again"), query("signed_out").is_some(), query("left").is_some());
    page(async move |site| {
        let return_to = paths::own_or_start(&return_to).to_owned();
        if site.visitor.is_some() {
            leptos_axum::redirect(&return_to);
        }
        let saved = api::forms::again("sign-in", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let typed = saved.as_ref().and_then(|saved| saved.value("address")).unwrap_or_default().to_owned();
        let at_field = field::is_refused(refusal, "address");
        let flash = match (out, left) {
            (true, _) => Some(notice::done("You are signed out.")),
            (_, true) => Some(notice::done("You have left. Your access has ended.")),
            _ => None,
        };
        let members = api::sign_in::members_provider_name().map(|_| {
            view! {
                <form method="post" action="/api/sign-in/start">
                    <input type="hidden" name="return_to" value=return_to.clone()/>
                    <button class="primary wide">"Sign in"</button>
                </form>
                <p class="or">"or, as a guest"</p>
            }
        });
        let name = site.name();
        let codes = site.settings.passcodes.enabled.then(|| {
            view! { <button class="link" name="way" value="passcode">"Use a code instead"</button> }
        });
        let content = view! {
            {flash}
            {refusal.filter(|_| !at_field).map(|refusal| notice::refused(refusal, None))}
            <div class="intro">
                <h1>"Welcome to "{name}</h1>
                <p class="lead">"Your apps and groups, in one place."</p>
            </div>
            {members}
            <form method="post" action="/api/sign-in/address">
                <input type="hidden" name="return_to" value=return_to/>
                <div class="field">
                    <label for="address">"Email address"</label>
                    <input
                        id="address"
                        name="address"
                        type="text"
                        inputmode="email"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="320"
                        required
                        value=typed
                        aria-invalid=at_field.then_some("true")
                        aria-describedby=field::described_by(at_field, "address")
                    />
                    {field::error(refusal, "address", "address-error")}
                    <p class="hint" id="address-hint">"The one your invitation was sent to."</p>
                </div>
                <div class="actions stack"><button class="wide">"Continue"</button>{codes}</div>
            </form>
        };
        Ok(door(&site, "Welcome", content.into_any()))
    })
}
