//! `/sign-in?return_to=…`: members by the organization's provider, guests by their address.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{field, frame::door, languages, notice, sentence::strong},
    model::{
        paths,
        text::{doors, signing_in},
    },
};

/// The front door.
#[component]
pub fn SignInPage() -> impl IntoView {
    let return_to = query("return_to").unwrap_or_default();
    let (again, out, left) = (query("again"), query("signed_out").is_some(), query("left").is_some());
    page(async move |site| {
        let (return_to, language) = (paths::own_or_start(&return_to).to_owned(), site.language);
        let waits = api::sign_in::app_waits(&return_to).await?;
        let again_for_app = site.visitor.is_some() && waits.as_ref().is_some_and(|waits| waits.sign_in);
        if site.visitor.is_some() && !again_for_app {
            leptos_axum::redirect(&return_to);
        }
        let saved = api::forms::again("sign-in", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let typed = saved.as_ref().and_then(|saved| saved.value("address")).map(str::to_owned);
        let typed = typed.or_else(|| waits.as_ref().and_then(|waits| waits.login_hint.clone())).unwrap_or_default();
        let at_field = field::is_refused(refusal, "address");
        let flash = match (out, left) {
            (true, _) => Some(notice::done(signing_in::signed_out(language))),
            (_, true) => Some(notice::done(signing_in::left(language))),
            _ => None,
        };
        let members = api::sign_in::members_provider_name().map(|_| {
            view! {
                <form method="post" action="/api/sign-in/start">
                    <input type="hidden" name="return_to" value=return_to.clone()/>
                    {languages::field(language)}
                    <button class="primary wide">{doors::sign_in(language)}</button>
                </form>
                <p class="or">{signing_in::or_guest(language)}</p>
            }
        });
        let codes = site.settings.passcodes.enabled.then(|| {
            view! { <button class="link" name="way" value="passcode">{signing_in::code_instead(language)}</button> }
        });
        let heading = if again_for_app {
            signing_in::again(language).to_owned()
        } else {
            signing_in::heading(language, &site.name()).to_string()
        };
        let lead = match &waits {
            Some(waits) if again_for_app => strong(signing_in::again_to_go_on(language, &waits.app), "app"),
            Some(waits) => strong(signing_in::to_go_on(language, &waits.app), "app"),
            None => signing_in::lead(language).into_any(),
        };
        let back = waits.as_ref().map(|waits| {
            let label = signing_in::back_to(language, &waits.app).to_string();
            view! { <div class="ways"><a class="button link" href=waits.back.clone()>{label}</a></div> }
        });
        let content = view! {
            {flash}
            {refusal.filter(|_| !at_field).map(|refusal| notice::refused_at_door(refusal, language))}
            <div class="intro">
                <h1>{heading}</h1>
                <p class="lead">{lead}</p>
            </div>
            {members}
            <form method="post" action="/api/sign-in/address">
                <input type="hidden" name="return_to" value=return_to/>
                {languages::field(language)}
                <div class="field">
                    <label for="address">{signing_in::address(language)}</label>
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
                    {field::error_at_door(refusal, "address", "address-error", language)}
                    <p class="hint" id="address-hint">{signing_in::address_hint(language)}</p>
                </div>
                <div class="actions stack"><button class="wide">{doors::go_on(language)}</button>{codes}</div>
            </form>
            {back}
        };
        Ok(door(&site, signing_in::title(language), content.into_any()))
    })
}
