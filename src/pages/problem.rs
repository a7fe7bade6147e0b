//! `/sign-in/problem?code=…`: a sign-in that did not work out, by name, with a way on.

use leptos::prelude::*;
use uuid::Uuid;

use super::{message, page, query, status};
use crate::{
    api,
    components::{
        frame::{Site, door},
        languages,
    },
    directory::attempts::Attempt,
    model::{
        Address, Code, Language, Refusal,
        text::{self, doors, redeeming},
        view::Way,
    },
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
            (Code::OtherWay, Some(address)) => other_ways(address, site.language).await?,
            _ => Vec::new(),
        };
        let help = matches!(code, Code::AccountBlocked | Code::DomainBlocked | Code::DomainNotAllowed)
            .then(|| message::help(&site));
        let content = view! {
            {message::at_door(code, site.language)}
            {invited(attempt.as_ref(), site.language)}
            <div class="actions stack">{others}{ways_on(&site, code, attempt.as_ref())}{help}</div>
        };
        Ok(door(&site, text::words_at_door(code, site.language).title, content.into_any()))
    })
}

/// For whom the invitation is that somebody was about to accept, with the account they chose, where that is known.
pub(super) fn invited(attempt: Option<&Attempt>, language: Language) -> Option<AnyView> {
    let attempt = attempt.filter(|attempt| attempt.guest_id.is_some())?;
    let address = attempt.address.as_ref()?.typed().to_owned();
    let chosen = attempt.proof.as_ref().map(|proof| {
        let chosen = proof.address.as_ref().map(|chosen| chosen.typed().to_owned());
        let chosen = chosen.unwrap_or_else(|| redeeming::no_address(language).to_owned());
        view! { <div><dt>{redeeming::chosen(language)}</dt><dd>{chosen}</dd></div> }
    });
    let pair = view! {
        <dl class="pair"><div><dt>{redeeming::invited(language)}</dt><dd>{address}</dd></div>{chosen}</dl>
    };
    Some(pair.into_any())
}

/// A button for each provider that somebody may have joined by.
async fn other_ways(address: &Address, language: Language) -> Result<Vec<AnyView>, Refusal> {
    let button = |way: Way| {
        view! {
            <form method="post" action="/api/sign-in/address">
                <input type="hidden" name="address" value=address.typed().to_owned()/>
                {languages::field(language)}
                <button class="primary wide" name="way" value=way.key>
                    {doors::by_provider(language, &way.name).to_string()}
                </button>
            </form>
        }
        .into_any()
    };
    Ok(api::sign_in::other_ways(address).await?.into_iter().map(button).collect())
}

/// The front door once more, with the way on that somebody had before: an app may wait for them.
pub(super) fn door_again(site: &Site, attempt: Option<&Attempt>) -> String {
    match attempt.map(|attempt| &*attempt.return_to).filter(|path| *path != "/") {
        Some(path) => {
            let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            site.path(&format!("/sign-in?return_to={path}"))
        }
        None => site.path("/sign-in"),
    }
}

fn ways_on(site: &Site, code: Code, attempt: Option<&Attempt>) -> AnyView {
    let language = site.language;
    let redeeming = attempt.is_some_and(|attempt| attempt.guest_id.is_some());
    // There is nothing to start again here: it was an app that began.
    if matches!(code, Code::AppUnknown | Code::RedirectUnknown | Code::AuthorizationEnded) {
        let (path, label) = match &site.visitor {
            Some(_) => ("/".to_owned(), doors::apps(language)),
            None => (site.path("/sign-in"), doors::start_page(language)),
        };
        return view! { <a class="button wide" href=path>{label}</a> }.into_any();
    }
    let back = if redeeming {
        view! { <a class="button wide" href=site.path("/redeem")>{redeeming::back(language)}</a> }.into_any()
    } else {
        view! { <a class="button wide" href=door_again(site, attempt)>{doors::start_again(language)}</a> }.into_any()
    };
    let switch = matches!(
        code,
        Code::IdentityOfMember
            | Code::NotAMember
            | Code::NotInvited
            | Code::ProviderRefused
            | Code::ProviderDown
            | Code::AccountBlocked
            | Code::DomainBlocked
            | Code::DomainNotAllowed
    );
    let provider = attempt.and_then(|attempt| attempt.provider.clone());
    match (switch, redeeming, provider) {
        (true, true, Some(provider)) => {
            view! { {other_account(language, Some(provider), None, "primary wide")} {back} }.into_any()
        }
        (true, false, _) => {
            let return_to = attempt.map(|attempt| attempt.return_to.clone());
            view! { {other_account(language, None, return_to, "primary wide")} {back} }.into_any()
        }
        _ => back,
    }
}

/// Lets the person choose another account: at the provider of a redemption, or at the members' one.
pub(super) fn other_account(
    language: Language,
    way: Option<String>,
    return_to: Option<String>,
    class: &'static str,
) -> AnyView {
    let action = if way.is_some() { "/api/redemptions/start" } else { "/api/sign-in/start" };
    view! {
        <form method="post" action=action>
            {way.map(|way| view! { <input type="hidden" name="way" value=way/> })}
            {return_to.map(|path| view! { <input type="hidden" name="return_to" value=path/> })}
            <input type="hidden" name="switch" value="1"/>
            {languages::field(language)}
            <button class=class>{doors::other_account(language)}</button>
        </form>
    }
    .into_any()
}
