//! What revoking or withdrawing will do, before it is done: for one guest, and for several.

use leptos::prelude::*;
use uuid::Uuid;

use super::{guest::revocable, id_in_path, page, queries, query};
use crate::{
    api::{self, guest_list},
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
    },
    model::{Code, state::GuestAction},
};

/// `/guests/{id}/revoke?invitation=…`.
#[component]
pub fn RevokePage() -> impl IntoView {
    let id = id_in_path("id");
    let invitation = query("invitation").and_then(|text| text.parse::<Uuid>().ok());
    page(async move |site| {
        let guest = api::guests::page(id?).await?;
        let invitation = invitation.ok_or(Code::NotFound)?;
        let grants = revocable(&guest, invitation)?.grants.clone();
        let question = Question {
            title: format!("Revoke the invitation of {}?", guest.name),
            people: vec![(guest.user_id, guest.name.clone())],
            effects: effects(GuestAction::Revoke, &grants),
            action: "/api/invitations/steer",
            fields: vec![
                ("action", "revoke".to_owned()),
                ("invitation", invitation.to_string()),
                ("guest", guest.user_id.to_string()),
            ],
            button: "Revoke",
            back: format!("/guests/{}", guest.user_id),
        };
        Ok(ask(&site, question))
    })
}

/// `/guests/{id}/withdraw`.
#[component]
pub fn WithdrawPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let guest = api::guests::page(id?).await?;
        if !guest.can_withdraw {
            return Err(Code::Forbidden.into());
        }
        let managed: Vec<_> = guest.access.iter().filter(|row| row.managed).map(|row| row.name.clone()).collect();
        let question = Question {
            title: format!("Withdraw the access of {}?", guest.name),
            people: vec![(guest.user_id, guest.name.clone())],
            effects: effects(GuestAction::Withdraw, &managed),
            action: "/api/guests/withdraw",
            fields: vec![("guest", guest.user_id.to_string())],
            button: "Withdraw",
            back: format!("/guests/{}", guest.user_id),
        };
        Ok(ask(&site, question))
    })
}

/// `/guests/confirm?action=…&users[]=…&list=…`: those of a list that were chosen. The list is asked for once more, so that
/// nobody is named whom the caller may not see.
#[component]
pub fn ConfirmManyPage() -> impl IntoView {
    let (action, list) = (query("action"), query("list").unwrap_or_default());
    let chosen: Vec<Uuid> = queries("users[]").iter().filter_map(|id| id.parse().ok()).collect();
    page(async move |site| {
        let action = action.and_then(|action| action.parse().ok()).ok_or(Code::BadRequest)?;
        let asked = guest_list::read(&list);
        let rows = guest_list::page(&asked).await?.rows;
        let people: Vec<_> =
            rows.into_iter().filter(|row| chosen.contains(&row.user_id)).map(|row| (row.user_id, row.name)).collect();
        if people.is_empty() {
            return Err(Code::NobodyChosen.into());
        }
        let title = match (action, people.as_slice()) {
            (GuestAction::Revoke, [(_, name)]) => format!("Revoke the invitation of {name}?"),
            (GuestAction::Revoke, people) => format!("Revoke the invitations of {} guests?", people.len()),
            (GuestAction::Withdraw, [(_, name)]) => format!("Withdraw the access of {name}?"),
            (GuestAction::Withdraw, people) => format!("Withdraw the access of {} guests?", people.len()),
            _ => return Err(Code::BadRequest.into()),
        };
        let mut fields = vec![("action", action.to_string()), ("list", guest_list::write(&asked))];
        fields.extend(people.iter().map(|(id, _)| ("users[]", id.to_string())));
        let question = Question {
            title,
            people,
            effects: effects(action, &[]),
            action: "/api/guests/steer",
            fields,
            button: if action == GuestAction::Revoke { "Revoke" } else { "Withdraw" },
            back: guest_list::path(&asked),
        };
        Ok(ask(&site, question))
    })
}

struct Question {
    title: String,
    people: Vec<(Uuid, String)>,
    effects: AnyView,
    action: &'static str,
    fields: Vec<(&'static str, String)>,
    button: &'static str,
    back: String,
}

fn effects(action: GuestAction, names: &[String]) -> AnyView {
    let bad = |text: AnyView| view! { <li class="bad">{icon("cross", 16)}<span>{text}</span></li> };
    let good = |text: &'static str| view! { <li class="good">{icon("check", 16)}<span>{text}</span></li> };
    let names: Vec<_> = names
        .iter()
        .map(|name| {
            let says = match action {
                GuestAction::Revoke => " will not be given by it any more.",
                _ => " ends with their very next click.",
            };
            bad(view! { <b>{name.clone()}</b>{says} }.into_any())
        })
        .collect();
    if action == GuestAction::Revoke {
        view! {
            <ul class="effects">
                {bad("Every link that was sent or handed over stops working.".into_any())}
                {names}
                {good("What they have from elsewhere stays.")}
                {good("You can invite them again at any time.")}
            </ul>
        }
        .into_any()
    } else {
        let all = names.is_empty().then(|| bad("They leave every group and app that you manage, at once.".into_any()));
        view! {
            <ul class="effects">
                {all}
                {names}
                {bad("Invitations of yours that are still open stop working.".into_any())}
                {good("What others gave them stays.")}
                {good("You can invite them again at any time.")}
            </ul>
        }
        .into_any()
    }
}

fn ask(site: &Site, question: Question) -> AnyView {
    let Question { title, people, effects, action, fields, button, back } = question;
    let people: Vec<_> = people
        .into_iter()
        .map(|(id, name)| view! { <li class="who">{face(id, &name, true, "")}<b>{name.clone()}</b></li> })
        .collect();
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    let content = view! {
        <a class="back" href=back.clone()>{icon("back", 16)}"Back"</a>
        <form class="panel" method="post" action=action>
            {fields}
            <div class="body">
                <h1>{title.clone()}</h1>
                <ul class="persons">{people}</ul>
                {effects}
                <div class="actions">
                    <button class="primary danger">{button}</button>
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </div>
        </form>
    };
    inside(site, &title, Place::Guests, true, content.into_any())
}
