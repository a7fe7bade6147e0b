//! `/unsubscribe/{token}`: what the reader of a mail can say about such mails, without signing in. Opening it changes
//! nothing: mail scanners follow links. Its forms post to the same address (`server::unsubscribe`).

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{message, page, query};
use crate::{
    api,
    components::{
        frame::{Site, door},
        languages, notice,
        sentence::strong,
    },
    model::{Code, text::mail_blocks, view::UnsubscribePage},
};

/// Two choices, or the way back from one.
#[component]
pub fn UnsubscribePageView() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token"));
    let done = query("done").unwrap_or_default();
    page(async move |site| {
        let token = token.ok_or(Code::TicketUnknown)?;
        let mail = api::mail_blocks::page(&token).await?;
        let site = site.showing(mail.language);
        let content = if mail.blocked { blocked(&site, &mail) } else { choices(&site, &mail) };
        // What was done shows only while it is so.
        let flash = match &*done {
            "declined" if mail.inviter.is_none() => Some(mail_blocks::declined(site.language).to_owned()),
            "unblocked" if !mail.blocked => Some(mail_blocks::unblocked(site.language, &site.name()).to_string()),
            _ => None,
        };
        let content = view! { {flash.map(notice::done)} {content} };
        Ok(door(&site, mail_blocks::title(site.language), content.into_any()))
    })
}

fn choices(site: &Site, mail: &UnsubscribePage) -> AnyView {
    let (language, name) = (site.language, site.name());
    let not_for_me = mail.inviter.as_ref().map(|inviter| {
        let means = mail_blocks::not_for_me_means(language, &inviter.name).to_string();
        choice(site, "not-for-me", mail_blocks::not_for_me(language).to_owned(), Some(means))
    });
    let block = mail_blocks::block(language, &name).to_string();
    view! {
        <div class="intro">
            <h1>{mail_blocks::heading(language, &name).to_string()}</h1>
            <p class="lead">{strong(mail_blocks::lead(language, &mail.address), "address")}</p>
        </div>
        {not_for_me}
        {choice(site, "block", block, Some(mail_blocks::block_means(language).to_owned()))}
    }
    .into_any()
}

fn blocked(site: &Site, mail: &UnsubscribePage) -> AnyView {
    let language = site.language;
    view! {
        {message::sign(Code::TicketUsed)}
        <div class="intro">
            <h1>{mail_blocks::blocked(language)}</h1>
            <p>{strong(mail_blocks::blocked_means(language, &site.name(), &mail.address), "address")}</p>
        </div>
        {choice(site, "unblock", mail_blocks::undo(language).to_owned(), None)}
    }
    .into_any()
}

/// One button, and what it does. The form posts to the page's own address, so the token stands in no further place.
fn choice(site: &Site, action: &'static str, label: String, means: Option<String>) -> AnyView {
    view! {
        <form class="choice" method="post">
            {languages::field(site.language)}
            <button class="wide" name="action" value=action>{label}</button>
            {means.map(|means| view! { <p class="fine">{means}</p> })}
        </form>
    }
    .into_any()
}
