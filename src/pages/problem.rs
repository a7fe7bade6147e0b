//! `/sign-in/problem?code=…`: a sign-in that did not work out, by name, with a way on.

use leptos::prelude::*;
use uuid::Uuid;

use super::{message, page, query, status};
use crate::{
    api,
    components::frame::door,
    directory::attempts::Attempt,
    model::{Address, Code, Refusal, text, view::Way},
};

/// Says what happened to a sign-in and how to go on. The address carries a code; every text is ours.
#[component]
pub fn ProblemPage() -> impl IntoView {
    let code = query("code").and_then(|code| code.parse::<Code>().ok()).unwrap_or(Code::AttemptForeign);
    let attempt = query("attempt").and_then(|id| id.parse::<Uuid>().ok());
    page(async move |site| {
        status(code);
        let attempt = match attempt {
            Some(id) => api::sign_in::attempt(id).await.ok(),
            None => None,
        };
        let others = match (code, attempt.as_ref().and_then(|attempt| attempt.address.as_ref())) {
            (Code::OtherWay, Some(address)) => other_ways(address).await?,
            _ => Vec::new(),
        };
        let content =
            view! { {message::words(code)} <div class="actions stack">{others}{ways_on(code, attempt.as_ref())}</div> };
        Ok(door(&site, text::words(code).title, content.into_any()))
    })
}

/// A button for each provider that somebody may have joined by.
async fn other_ways(address: &Address) -> Result<Vec<AnyView>, Refusal> {
    let button = |way: Way| {
        view! {
            <form method="post" action="/api/sign-in/address">
                <input type="hidden" name="address" value=address.typed().to_owned()/>
                <button class="primary wide" name="way" value=way.key>{format!("Use {}", way.name)}</button>
            </form>
        }
        .into_any()
    };
    Ok(api::sign_in::other_ways(address).await?.into_iter().map(button).collect())
}

fn ways_on(code: Code, attempt: Option<&Attempt>) -> AnyView {
    let redeeming = attempt.is_some_and(|attempt| attempt.guest_id.is_some());
    let back = if redeeming {
        view! { <a class="button wide" href="/redeem">"Back to your invitation"</a> }.into_any()
    } else {
        view! { <a class="button wide" href="/sign-in">"Start again"</a> }.into_any()
    };
    let switch = matches!(
        code,
        Code::IdentityOfMember | Code::NotAMember | Code::NotInvited | Code::ProviderRefused | Code::ProviderDown
    );
    let provider = attempt.and_then(|attempt| attempt.provider.clone());
    match (switch, redeeming, provider) {
        (true, true, Some(provider)) => view! {
            <form method="post" action="/api/redemptions/start">
                <input type="hidden" name="way" value=provider/>
                <input type="hidden" name="switch" value="1"/>
                <button class="primary wide">"Use another account"</button>
            </form>
            {back}
        }
        .into_any(),
        (true, false, _) => view! {
            <form method="post" action="/api/sign-in/start">
                <input type="hidden" name="switch" value="1"/>
                <button class="primary wide">"Use another account"</button>
            </form>
            {back}
        }
        .into_any(),
        _ => back,
    }
}
