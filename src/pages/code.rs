//! `/sign-in/code?attempt=…`: proving an address by a code.

use leptos::prelude::*;
use uuid::Uuid;

use super::{message, page, query};
use crate::{
    api,
    components::{field, frame::door, notice},
    directory::attempts::Attempt,
    model::{Code, text},
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
        let refused = refusal.filter(|refusal| refusal.field.is_none()).map(|refusal| notice::refused(refusal, None));
        let content = if sent {
            let invalid = field::is_refused(refusal, "code");
            view! {
                {refused}
                <div class="intro">
                    <h1>"Enter your code"</h1>
                    <p class="lead">
                        "If "<b>{address}</b>" is known here, a mail with eight digits has just left. Nothing there? Look into the spam folder."
                    </p>
                </div>
                <form method="post" action="/api/passcodes/enter">
                    <input type="hidden" name="attempt" value=id.to_string()/>
                    <div class="field">
                        <label for="code">"Code"</label>
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
                        {field::error(refusal, "code", "code-error")}
                        <p class="hint" id="code-hint">"Eight digits. Use the newest mail."</p>
                    </div>
                    <button class="primary wide">"Continue"</button>
                </form>
                <div class="ways">
                    <form method="post" action="/api/passcodes/send">
                        <input type="hidden" name="attempt" value=id.to_string()/>
                        <button class="link">"Send another"</button>
                    </form>
                    {other_way(&attempt)}
                </div>
            }
            .into_any()
        } else {
            view! { {refused} {why(&attempt, &address)} {send(&attempt, &address)} }.into_any()
        };
        Ok(door(&site, "Code by e-mail", content))
    })
}

/// Why a code is needed: the account chosen was another one, or does not prove the address.
fn why(attempt: &Attempt, address: &str) -> AnyView {
    let Some(proof) = &attempt.proof else {
        return view! {
            <div class="intro">
                <h1>"Get a code by e-mail"</h1>
                <p class="lead">"We send eight digits to "<b>{address.to_owned()}</b>". They are good for 15 minutes."</p>
            </div>
        }
        .into_any();
    };
    let chosen =
        proof.address.as_ref().map_or_else(|| "an account without an address".to_owned(), |a| a.typed().to_owned());
    let code = if proof.address.as_ref().is_some_and(|a| a.typed() != address) {
        Code::WrongAccount
    } else {
        Code::AddressUnproven
    };
    let words = text::words(code);
    view! {
        {message::sign(Code::WrongAccount)}
        <div class="intro"><h1>{words.title}</h1><p>{words.happened}</p></div>
        <dl class="pair">
            <div><dt>"Invited"</dt><dd>{address.to_owned()}</dd></div>
            <div><dt>"You chose"</dt><dd>{chosen}</dd></div>
        </dl>
        <p class="lead">{words.remedy}" Then the account you chose is bound to the invitation."</p>
    }
    .into_any()
}

fn send(attempt: &Attempt, address: &str) -> AnyView {
    let switch = attempt.proof.as_ref().and(attempt.provider.clone()).map(|provider| {
        view! {
            <form method="post" action="/api/redemptions/start">
                <input type="hidden" name="way" value=provider/>
                <input type="hidden" name="switch" value="1"/>
                <button class="wide">"Use another account"</button>
            </form>
        }
    });
    let label = attempt
        .proof
        .is_some()
        .then(|| view! { <p class="fine">"The code goes to "<b>{address.to_owned()}</b>"."</p> });
    view! {
        <div class="actions stack">
            <form method="post" action="/api/passcodes/send">
                <input type="hidden" name="attempt" value=attempt.id.to_string()/>
                <button class="primary wide">"Send code"</button>
            </form>
            {switch}
        </div>
        {label}
        <div class="ways">{other_way(attempt)}</div>
    }
    .into_any()
}

fn other_way(attempt: &Attempt) -> AnyView {
    let back = if attempt.guest_id.is_some() { "/redeem" } else { "/sign-in" };
    view! { <a class="button link" href=back>"Use another way"</a> }.into_any()
}
