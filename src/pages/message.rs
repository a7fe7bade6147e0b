//! The pages that say that something did not work out: what happened, and what to do next.

use leptos::prelude::*;
use leptos_meta::{Html, Title};

use super::{page, status};
use crate::{
    api::here::Here,
    components::{
        frame::{Place, Site, door, inside},
        icon::icon,
    },
    model::{
        Code, Language,
        text::{self, doors},
    },
};

/// The icon and tone for a code.
pub(super) fn sign(code: Code) -> AnyView {
    let (tone, name) = match code {
        Code::NotFound | Code::TicketUnknown => ("", "map"),
        Code::Forbidden | Code::AccountBlocked | Code::NotAMember | Code::NotInvited | Code::AppOff => ("bad", "lock"),
        Code::TicketUsed => ("good", "good"),
        Code::TicketExpired | Code::AttemptExpired | Code::CodeTooSoon | Code::RateLimited => ("wait", "clock"),
        Code::WrongAccount | Code::IdentityOfMember | Code::AttemptForeign | Code::OtherWay => ("wait", "swap"),
        Code::ProviderDown | Code::ProviderAnswer | Code::ProviderRefused => ("wait", "plug"),
        _ => ("bad", "bad"),
    };
    view! { <span class=format!("sign {tone}")>{icon(name, 22)}</span> }.into_any()
}

/// What a code says, as the content of a door.
pub(super) fn at_door(code: Code, language: Language) -> AnyView {
    let words = text::words_at_door(code, language);
    view! {
        {sign(code)}
        <div class="intro"><h1>{words.title}</h1><p>{words.happened}</p></div>
        <p class="lead">{words.remedy}</p>
    }
    .into_any()
}

/// Writes to the organization, where it has named somebody.
pub(super) fn help(site: &Site) -> Option<AnyView> {
    let (contact, label) = (site.settings.organization.contact.clone()?, doors::ask_for_help(site.language));
    Some(view! { <a class="button wide" href=format!("mailto:{contact}")>{icon("mail", 16)}{label}</a> }.into_any())
}

/// A page that was refused.
pub(super) fn refused(site: &Site, code: Code) -> AnyView {
    status(code);
    if site.visitor.is_some() {
        let content = view! { <section class="empty">{sign(code)}<h1>{text::words(code).title}</h1><p>{text::words(code).happened}" "{text::words(code).remedy}</p><div class="actions"><a class="button" href="/">"Go to your apps"</a></div></section> };
        inside(site, text::words(code).title, Place::Elsewhere, true, content.into_any())
    } else {
        let language = site.language;
        let again =
            view! { <a class="button primary wide" href=site.path("/sign-in")>{doors::start_again(language)}</a> };
        let content = view! { {at_door(code, language)} <div class="actions stack">{again}</div> };
        door(site, text::words_at_door(code, language).title, content.into_any())
    }
}

/// An app that is not, or no longer, theirs. Whether it exists shows in nothing.
pub(super) fn no_access(site: &Site) -> AnyView {
    status(Code::NotFound);
    let content = view! {
        <section class="empty">
            <span class="sign bad">{icon("lock", 22)}</span>
            <h1>"You have no access to this app"</h1>
            <p>"It was never given to you, or your access has ended. If you need it, ask the person who worked with you on it."</p>
            <div class="actions"><a class="button" href="/">"Go to your apps"</a></div>
        </section>
    };
    inside(site, "You have no access to this app", Place::Apps, true, content.into_any())
}

/// When not even the organization's name can be had.
pub(super) fn bare(code: Code) -> AnyView {
    status(code);
    // Nor its language: only the browser's.
    let wanted = Here::get().map(|here| here.wanted).unwrap_or_default();
    let language = wanted.choose(None, None, Language::default());
    view! {
        <Html attr:lang=language.as_str()/>
        <Title text="Access Panel"/>
        <main id="main" class="door">{at_door(code, language)}</main>
    }
    .into_any()
}

/// Every address that is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    page(async move |site| Ok(refused(&site, Code::NotFound)))
}
