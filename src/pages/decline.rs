//! `/redeem/decline?ticket=…`: names what will end, and asks. Opening it changes nothing; once it is done, it says so.

use leptos::prelude::*;

use super::{message, page, query, redeem};
use crate::{
    api,
    components::{
        frame::{Site, door},
        languages, notice,
    },
    model::{Code, text::redeeming, view::RedeemPage},
};

/// Says no to an invitation.
#[component]
pub fn DeclinePage() -> impl IntoView {
    let (ticket, again) = (query("ticket"), query("again"));
    page(async move |site| {
        let ticket = ticket.ok_or(Code::TicketUnknown)?;
        let refused = api::forms::again("decline", again.as_deref()).await.map(|saved| saved.refusal);
        match api::redemptions::page(Some(&ticket)).await {
            Ok(invitation) => {
                let site = site.showing(invitation.language);
                let refused = refused.map(|refusal| notice::refused_at_door(&refusal, site.language));
                let content = view! { {refused} {ask(&site, &invitation, ticket)} };
                Ok(door(&site, redeeming::decline(site.language), content.into_any()))
            }
            Err(refusal) if refusal.code == Code::TicketDeclined => Ok(done(&site, ticket)),
            Err(refusal) => Ok(redeem::not_open(&site, refusal.code, Some(ticket), refused)),
        }
    })
}

fn ask(site: &Site, page: &RedeemPage, ticket: String) -> AnyView {
    let language = site.language;
    let (apps, groups) = redeem::items(page);
    let ending = if apps.is_empty() && groups.is_empty() {
        let place = redeeming::declined_place(language, &site.name()).to_string();
        view! { <li>{place}</li> }.into_any()
    } else {
        view! { {apps} {groups} }.into_any()
    };
    let back = site.path(&redeem::with_ticket("/redeem", &ticket));
    view! {
        <div class="intro">
            <h1>{redeeming::decline_heading(language)}</h1>
            <p>{redeeming::decline_means(language, &page.inviter.name).to_string()}</p>
        </div>
        <section class="shared">
            <h2>{redeeming::declined_grants(language)}</h2>
            <ul class="plainlist">{ending}</ul>
        </section>
        <div class="actions stack">
            <form method="post" action="/api/redemptions/decline">
                <input type="hidden" name="ticket" value=ticket/>
                {languages::field(language)}
                <button class="danger primary wide">{redeeming::decline(language)}</button>
            </form>
            <a class="button wide" href=back>{redeeming::back(language)}</a>
        </div>
    }
    .into_any()
}

fn done(site: &Site, ticket: String) -> AnyView {
    let language = site.language;
    let content = view! {
        {message::sign(Code::TicketUsed)}
        <div class="intro"><h1>{redeeming::declined(language)}</h1><p>{redeeming::declined_means(language)}</p></div>
        <p class="lead">{redeeming::changed_mind(language)}</p>
        <div class="actions stack">{redeem::ask_for_new(language, ticket, "wide")}</div>
    };
    door(site, redeeming::declined(language), content.into_any())
}
