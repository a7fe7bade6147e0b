//! `/sign-in/code?attempt=…`: proving an address by a code.

use leptos::prelude::*;
use uuid::Uuid;

use super::{message, page, problem, query};
use crate::{
    api,
    components::{
        field,
        frame::{Site, door},
        languages, notice,
        sentence::strong,
    },
    directory::attempts::Attempt,
    model::{
        Code, Language, Refusal,
        text::{self, doors, signing_in},
    },
};

/// Sends a code, then takes it.
#[component]
pub fn CodePage() -> impl IntoView {
    let attempt = query("attempt").and_then(|id| id.parse::<Uuid>().ok());
    let (sent, again) = (query("sent").is_some(), query("again"));
    page(async move |site| {
        let id = attempt.ok_or(Code::AttemptForeign)?;
        let attempt = api::sign_in::attempt(id).await?;
        let address = attempt.address.as_ref().map(|address| address.typed().to_owned()).ok_or(Code::AttemptForeign)?;
        let saved = api::forms::again("code", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        // A field's error is at the field; a limit is about sending.
        let refused = refusal
            .filter(|refusal| refusal.field.is_none())
            .map(|refusal| notice::refused_at_door(refusal, site.language));
        let content = if sent {
            enter(&site, &attempt, &address, refusal)
        } else {
            view! { {why(&attempt, &address, site.language)} {send(&site, &attempt, &address)} }.into_any()
        };
        let content = view! { {refused} {content} };
        Ok(door(&site, signing_in::code_title(site.language), content.into_any()))
    })
}

fn enter(site: &Site, attempt: &Attempt, address: &str, refusal: Option<&Refusal>) -> AnyView {
    let (language, invalid) = (site.language, field::is_refused(refusal, "code"));
    view! {
        <div class="intro">
            <h1>{signing_in::enter_code(language)}</h1>
            <p class="lead">{strong(signing_in::code_sent(language, address), "address")}</p>
        </div>
        <form method="post" action="/api/passcodes/enter">
            <input type="hidden" name="attempt" value=attempt.id.to_string()/>
            {languages::field(language)}
            <div class="field">
                <label for="code">{signing_in::code(language)}</label>
                <input
                    class="code"
                    id="code"
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    maxlength="11"
                    required
                    autofocus
                    aria-invalid=invalid.then_some("true")
                    aria-describedby=field::described_by(invalid, "code")
                />
                {field::error_at_door(refusal, "code", "code-error", language)}
                <p class="hint" id="code-hint">{signing_in::code_hint(language)}</p>
            </div>
            <button class="primary wide">{doors::go_on(language)}</button>
        </form>
        <div class="ways">
            <form method="post" action="/api/passcodes/send">
                <input type="hidden" name="attempt" value=attempt.id.to_string()/>
                {languages::field(language)}
                <button class="link">{signing_in::send_another(language)}</button>
            </form>
            {other_way(site, attempt)}
        </div>
    }
    .into_any()
}

/// Why a code is needed: the account chosen was another one, or does not prove the address.
fn why(attempt: &Attempt, address: &str, language: Language) -> AnyView {
    let Some(proof) = &attempt.proof else {
        return view! {
            <div class="intro">
                <h1>{signing_in::get_code(language)}</h1>
                <p class="lead">{strong(signing_in::code_will_go(language, address), "address")}</p>
            </div>
        }
        .into_any();
    };
    let code = if proof.address.as_ref().is_some_and(|a| a.typed() != address) {
        Code::WrongAccount
    } else {
        Code::AddressUnproven
    };
    let words = text::words_at_door(code, language);
    view! {
        {message::sign(Code::WrongAccount)}
        <div class="intro"><h1>{words.title}</h1><p>{words.happened}</p></div>
        {problem::invited(Some(attempt), language)}
        <p class="lead">{doors::after_another(language, words.remedy, signing_in::then_bound(language))}</p>
    }
    .into_any()
}

fn send(site: &Site, attempt: &Attempt, address: &str) -> AnyView {
    let language = site.language;
    let switch = attempt
        .proof
        .as_ref()
        .and(attempt.provider.clone())
        .map(|way| problem::other_account(language, Some(way), None, "wide"));
    let goes_to = attempt
        .proof
        .is_some()
        .then(|| view! { <p class="fine">{strong(signing_in::code_goes_to(language, address), "address")}</p> });
    view! {
        <div class="actions stack">
            <form method="post" action="/api/passcodes/send">
                <input type="hidden" name="attempt" value=attempt.id.to_string()/>
                {languages::field(language)}
                <button class="primary wide">{signing_in::send_code(language)}</button>
            </form>
            {switch}
        </div>
        {goes_to}
        <div class="ways">{other_way(site, attempt)}</div>
    }
    .into_any()
}

fn other_way(site: &Site, attempt: &Attempt) -> AnyView {
    let back = match attempt.guest_id {
        Some(_) => site.path("/redeem"),
        None => problem::door_again(site, Some(attempt)),
    };
    view! { <a class="button link" href=back>{doors::other_way(site.language)}</a> }.into_any()
}
