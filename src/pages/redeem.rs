//! `/redeem?ticket=…`: the one page between the mail and the apps. Opening it changes nothing.

use leptos::prelude::*;

use super::{message, page, query, status};
use crate::{
    api,
    components::{
        faces::{face, logo},
        frame::{Site, door},
        icon::icon,
        languages,
        moment::about_day,
        notice,
        sentence::strong,
    },
    model::{
        Code, Language, Refusal, address,
        text::{self, doors, redeeming},
        view::{PASSCODE_WAY, RedeemPage, Way},
    },
};

/// An invitation, from the guest's side.
#[component]
pub fn RedeemPageView() -> impl IntoView {
    let (ticket, again) = (query("ticket"), query("again"));
    page(async move |site| {
        let refused = api::forms::again("redeem", again.as_deref()).await.map(|saved| saved.refusal);
        match api::redemptions::page(ticket.as_deref()).await {
            Ok(invitation) => {
                let site = site.showing(invitation.language);
                let refused = refused.map(|refusal| notice::refused_at_door(&refusal, site.language));
                let title = redeeming::title(site.language);
                let content = view! { {refused} {invitation_door(&site, invitation, ticket)} };
                Ok(door(&site, title, content.into_any()))
            }
            // Whoever is in already has nothing left to accept.
            Err(refusal) if refusal.code == Code::TicketUsed && site.visitor.is_some() => {
                leptos_axum::redirect("/");
                Ok(door(&site, redeeming::title(site.language), ().into_any()))
            }
            Err(refusal) => Ok(not_open(&site, refusal.code, ticket, refused)),
        }
    })
}

fn invitation_door(site: &Site, page: RedeemPage, ticket: Option<String>) -> AnyView {
    let (name, language) = (site.name(), site.language);
    let title = redeeming::heading(language, &page.inviter.name, &name).to_string();
    let message = (!page.message.is_empty()).then(|| {
        let lines: Vec<_> = page.message.split('\n').map(|line| view! { {line.to_owned()}<br/> }).collect();
        view! { <p>{lines}</p> }
    });
    let first = page.ways.first().cloned();
    let proof = match &first {
        Some(way) if way.key == PASSCODE_WAY => redeeming::next_code(language, &page.address),
        Some(way) => redeeming::next_provider(language, &way.name, &page.address),
        None => redeeming::no_way(language, &page.address),
    };
    let ending = page.access_until.map(|until| {
        view! { <p class="until">{icon("clock", 16)}<span>{about_day(until, language, redeeming::access_until)}</span></p> }
    });
    let privacy = match site.settings.organization.privacy_url.clone() {
        Some(url) => view! { <a href=url>{redeeming::privacy(language, &name).to_string()}</a> }.into_any(),
        None => redeeming::no_privacy(language, &name).to_string().into_any(),
    };
    let others: Vec<_> =
        page.ways.iter().skip(1).map(|way| other_way(site, way, ticket.as_deref().unwrap_or_default())).collect();
    let decline = ticket.as_deref().map(|ticket| {
        let path = site.path(&with_ticket("/redeem/decline", ticket));
        view! { <a class="button link" href=path>{redeeming::decline(language)}</a> }
    });
    view! {
        <h1>{title}</h1>
        <blockquote>
            {message}
            <footer class="who">
                {face(page.inviter.id, &page.inviter.name, false, "")}
                <div>
                    <b>{page.inviter.name.clone()}</b>
                    <small><a href=address::mailto(&page.inviter_address)>{page.inviter_address.clone()}</a></small>
                </div>
            </footer>
        </blockquote>
        {grants(site, &page)}
        {ending}
        <form method="post" action="/api/redemptions/start">
            <input type="hidden" name="ticket" value=ticket.clone().unwrap_or_default()/>
            {languages::field(language)}
            <button class="primary wide" disabled=first.is_none()>{redeeming::get_started(language)}</button>
        </form>
        <div class="intro">
            <p class="fine">{strong(proof, "address")}</p>
            <p class="fine">{redeeming::consent(language, &name).to_string()} " " {privacy}</p>
            <p class="fine">{about_day(page.expires_at, language, redeeming::open_until)}</p>
            <div class="ways">{others}{decline}</div>
        </div>
    }
    .into_any()
}

/// Everything that the live invitations give.
fn grants(site: &Site, page: &RedeemPage) -> AnyView {
    let language = site.language;
    let list = |title: &'static str, items: Vec<AnyView>| {
        (!items.is_empty())
            .then(|| view! { <section class="shared"><h2>{title}</h2><ul class="plainlist">{items}</ul></section> })
    };
    if page.apps.is_empty() && page.groups.is_empty() {
        let place = redeeming::directory_only(language, &site.name()).to_string();
        return view! { <p>{place}</p> }.into_any();
    }
    let (apps, groups) = items(page);
    view! { {list(redeeming::apps(language), apps)} {list(redeeming::groups(language), groups)} }.into_any()
}

/// The apps and the groups that the live invitations give, as items of a list.
pub(super) fn items(page: &RedeemPage) -> (Vec<AnyView>, Vec<AnyView>) {
    let item = |id, name: &str| {
        view! { <li class="who">{logo(id, name, "small")}<div><b>{name.to_owned()}</b></div></li> }.into_any()
    };
    let apps = page.apps.iter().map(|app| item(app.id, &app.name)).collect();
    let groups = page.groups.iter().map(|group| item(group.id, &group.name)).collect();
    (apps, groups)
}

fn other_way(site: &Site, way: &Way, ticket: &str) -> AnyView {
    let text = if way.key == PASSCODE_WAY {
        redeeming::code_instead(site.language).to_owned()
    } else {
        redeeming::provider_instead(site.language, &way.name).to_string()
    };
    view! {
        <form method="post" action="/api/redemptions/start">
            <input type="hidden" name="ticket" value=ticket.to_owned()/>
            {languages::field(site.language)}
            <button class="link" name="way" value=way.key.clone()>{text}</button>
        </form>
    }
    .into_any()
}

/// An invitation that cannot be accepted: each reason by its name, with a way on.
pub(super) fn not_open(site: &Site, code: Code, ticket: Option<String>, refused: Option<Refusal>) -> AnyView {
    status(code);
    let language = site.language;
    let start = |class: &'static str| {
        view! { <a class=class href=site.path("/sign-in")>{doors::start_page(language)}</a> }.into_any()
    };
    let on = match (code, ticket) {
        (Code::TicketUsed, _) => {
            view! { <a class="button primary wide" href=site.path("/sign-in")>{doors::sign_in(language)}</a> }
                .into_any()
        }
        (Code::TicketExpired | Code::TicketRevoked | Code::TicketDeclined, Some(ticket)) => {
            view! { {ask_for_new(language, ticket, "primary wide")} {start("button wide")} }.into_any()
        }
        _ => start("button primary wide"),
    };
    // What the page says anyway needs no notice.
    let refused =
        refused.filter(|refusal| refusal.code != code).map(|refusal| notice::refused_at_door(&refusal, language));
    let content = view! {
        {refused}
        {message::at_door(code, language)}
        <div class="actions stack">{on}{message::help(site)}</div>
    };
    door(site, text::words_at_door(code, language).title, content.into_any())
}

/// Asks the inviter for a new invitation, in one click.
pub(super) fn ask_for_new(language: Language, ticket: String, class: &'static str) -> AnyView {
    view! {
        <form method="post" action="/api/redemptions/ask">
            <input type="hidden" name="ticket" value=ticket/>
            {languages::field(language)}
            <button class=class>{redeeming::ask(language)}</button>
        </form>
    }
    .into_any()
}

/// A page about a ticket.
pub(super) fn with_ticket(path: &str, ticket: &str) -> String {
    let ticket: String = url::form_urlencoded::byte_serialize(ticket.as_bytes()).collect();
    format!("{path}?ticket={ticket}")
}
