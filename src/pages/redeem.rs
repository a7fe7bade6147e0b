//! `/redeem?ticket=…`: the one page between the mail and the apps. Opening it changes nothing.

use leptos::prelude::*;

use super::{message, page, query, status};
use crate::{
    api,
    components::{
        faces::{face, logo},
        frame::{Site, door},
        icon::icon,
        moment::day,
        notice,
    },
    model::{
        Code, text,
        view::{PASSCODE_WAY, RedeemPage, Way},
    },
};

/// An invitation, from the guest's side.
#[component]
pub fn RedeemPageView() -> impl IntoView {
    let (ticket, again) = (query("ticket"), query("again"));
    page(async move |site| {
        let refused = api::forms::again("redeem", again.as_deref()).await;
        match api::redemptions::page(ticket.as_deref()).await {
            Ok(invitation) => {
                let refused = refused.map(|saved| notice::refused(&saved.refusal, None));
                let content = view! { {refused} {invitation_door(&site, invitation, ticket)} };
                Ok(door(&site, "Invitation", content.into_any()))
            }
            Err(refusal) => Ok(not_open(&site, refusal.code)),
        }
    })
}

fn invitation_door(site: &Site, page: RedeemPage, ticket: Option<String>) -> AnyView {
    let name = site.name();
    let title = format!("{} invites you to work with {name}", page.inviter.name);
    let ticket = ticket.unwrap_or_default();
    let message = (!page.message.is_empty()).then(|| {
        let lines: Vec<_> = page.message.split('\n').map(|line| view! { {line.to_owned()}<br/> }).collect();
        view! { <p>{lines}</p> }
    });
    let apps: Vec<AnyView> = page
        .apps
        .iter()
        .map(|app| {
            view! { <li class="who">{logo(app.id, &app.name, "small")}<div><b>{app.name.clone()}</b></div></li> }
                .into_any()
        })
        .collect();
    let groups: Vec<AnyView> = page
        .groups
        .iter()
        .map(|group| {
            view! { <li class="who">{logo(group.id, &group.name, "small")}<div><b>{group.name.clone()}</b></div></li> }
                .into_any()
        })
        .collect();
    let list = |title: &'static str, items: Vec<AnyView>| {
        (!items.is_empty())
            .then(|| view! { <section class="shared"><h2>{title}</h2><ul class="plainlist">{items}</ul></section> })
    };
    let shared = view! { {list("You will be able to open", apps)} {list("As a guest of", groups)} };
    let first = page.ways.first().cloned();
    let proof = match &first {
        Some(way) if way.key == PASSCODE_WAY => {
            view! { "Next, a code by e-mail shows that you are "<b>{page.address.clone()}</b>"." }.into_any()
        }
        Some(way) => view! { "Next, you show with "{way.name.clone()}" that you are "<b>{page.address.clone()}</b>"." }
            .into_any(),
        None => {
            view! { "At the moment there is no way to prove that you are "<b>{page.address.clone()}</b>"." }.into_any()
        }
    };
    let others: Vec<_> = page.ways.iter().skip(1).map(|way| other_way(way, &ticket)).collect();
    view! {
        <h1>{title}</h1>
        <blockquote>
            {message}
            <footer class="who">
                {face(page.inviter.id, &page.inviter.name, false, "")}
                <div><b>{page.inviter.name.clone()}</b><small>{page.inviter_address.clone()}</small></div>
            </footer>
        </blockquote>
        {shared}
        <form method="post" action="/api/redemptions/start">
            <input type="hidden" name="ticket" value=ticket/>
            <button class="primary wide" disabled=first.is_none()>"Get started"</button>
        </form>
        <div class="intro">
            <p class="fine">
                {proof}" By going on you agree that "{name}" sees your name and e-mail address, and how you sign in. "
                "The invitation is open until "{day(page.expires_at)}"."
            </p>
            <div class="ways">{others}</div>
        </div>
    }
    .into_any()
}

fn other_way(way: &Way, ticket: &str) -> AnyView {
    let text = if way.key == PASSCODE_WAY {
        "Use a code sent by e-mail instead".to_owned()
    } else {
        format!("Use {} instead", way.name)
    };
    view! {
        <form method="post" action="/api/redemptions/start">
            <input type="hidden" name="ticket" value=ticket.to_owned()/>
            <button class="link" name="way" value=way.key.clone()>{text}</button>
        </form>
    }
    .into_any()
}

/// An invitation that cannot be accepted: each reason by its name, with a way on.
fn not_open(site: &Site, code: Code) -> AnyView {
    status(code);
    let on = if matches!(code, Code::TicketUsed) {
        view! { <a class="button primary wide" href="/">"Open your apps"</a> }.into_any()
    } else {
        let help = site.settings.organization.contact.clone().map(|contact| {
            view! { <a class="button wide" href=format!("mailto:{contact}")>{icon("mail", 16)}"Ask for help"</a> }
        });
        view! { <a class="button primary wide" href="/sign-in">"Go to the start page"</a>{help} }.into_any()
    };
    let content = view! { {message::words(code)} <div class="actions stack">{on}</div> };
    door(site, text::words(code).title, content.into_any())
}
