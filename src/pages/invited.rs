//! `/guests/invited`: what became of each of several invitations, and links to hand over. For a quarter of an hour, and for
//! the session that asked.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api::told::{InvitedTold, Outcome, Told, told},
    components::{
        copy_button::CopyButton,
        frame::{Place, inside},
        icon::icon,
        notice,
    },
    model::{Code, text},
};

/// What became of it.
#[component]
pub fn InvitedPage() -> impl IntoView {
    let key = query("told");
    page(async move |site| {
        let (title, back, body) = match told(key.as_deref()).await {
            Some(Told::Invited(entries)) => (headline(&entries), "/guests".to_owned(), invited(&entries)),
            Some(Told::Link { guest, name, address, link }) => {
                let body = view! {
                    <section class="panel"><div class="body">
                        <div class="who"><div><b>{name.clone()}</b><small>{address}</small></div></div>
                        {hand_over("link-0", &name, &link)}
                    </div></section>
                    {advice()}
                };
                (format!("The link for {name}"), format!("/guests/{guest}"), body.into_any())
            }
            // Too old, somebody else's, or never there: nothing is told about which.
            _ => return Err(Code::NotFound.into()),
        };
        let content = view! {
            <a class="back" href=back.clone()>{icon("back", 16)}"Guests"</a>
            <h1>{title.clone()}</h1>
            {body}
            <div class="actions"><a class="button primary" href=back>"Done"</a></div>
        };
        Ok(inside(&site, &title, Place::Guests, true, content.into_any()))
    })
}

fn headline(entries: &[InvitedTold]) -> String {
    let refused = entries.iter().filter(|entry| matches!(entry.outcome, Outcome::Refused(_))).count();
    match (entries.len(), refused) {
        (1, 0) => "Done".to_owned(),
        (all, 0) => format!("Done for all {all}"),
        (all, refused) => format!("Done for {} of {all}", all - refused),
    }
}

fn invited(entries: &[InvitedTold]) -> AnyView {
    let links = entries.iter().any(|entry| entry.link.is_some());
    let rows: Vec<_> = entries.iter().enumerate().map(|(index, entry)| row(index, entry)).collect();
    let refused = entries.iter().any(|entry| matches!(entry.outcome, Outcome::Refused(_)));
    let notice = (!links && !refused).then(|| notice::done("Every mail is on its way."));
    view! {
        {notice}
        <section class="panel" aria-label="What became of each">
            <ul class="rows outcomes">{rows}</ul>
        </section>
        {links.then(advice)}
    }
    .into_any()
}

fn row(index: usize, entry: &InvitedTold) -> AnyView {
    let (tone, says) = match entry.outcome {
        Outcome::Invited if entry.link.is_some() => ("wait", "Invited, no mail sent"),
        Outcome::Invited => ("wait", "Invited"),
        Outcome::Added => ("good", "Added at once"),
        Outcome::AlreadyInvited => ("plain", "Was invited already"),
        Outcome::Refused(code) => ("bad", text::words(code).title),
    };
    let who = match entry.guest {
        Some(id) => view! { <a href=format!("/guests/{id}")>{entry.address.clone()}</a> }.into_any(),
        None => view! { <b>{entry.address.clone()}</b> }.into_any(),
    };
    let link = entry.link.as_ref().map(|link| hand_over(&format!("link-{index}"), &entry.address, link));
    view! {
        <li>
            <div class="top">{who}<span class=format!("chip {tone}")>{says}</span></div>
            {link}
        </li>
    }
    .into_any()
}

/// A link in a field to select, with a button that copies it.
fn hand_over(id: &str, whose: &str, link: &str) -> AnyView {
    view! {
        <div class="handover">
            <input id=id.to_owned() readonly autocomplete="off" spellcheck="false" aria-label=format!("Link for {whose}") value=link.to_owned()/>
            <CopyButton label="Copy".to_owned() done="Copied".to_owned() field=id.to_owned()/>
        </div>
    }
    .into_any()
}

fn advice() -> AnyView {
    view! {
        <p class="lead">
            "Hand each link to its guest alone. They still have to show that the invited address is theirs. "
            "Links are shown here for 15 minutes; you can make further ones on the guest’s page."
        </p>
    }
    .into_any()
}
