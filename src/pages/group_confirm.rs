//! What leaving or deleting a group, removing several people, or taking an owner away will do, before it is done.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    group_parts::{back, bad, closing, counted, good},
    id_in_path, page, queries,
};
use crate::{
    api,
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
    },
    model::settings::RESTORE_DAYS,
};

/// `/groups/{id}/leave`.
#[component]
pub fn LeaveGroupPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let leaving = api::groups::leaving(id?).await?;
        let guest = site.visitor.as_ref().is_some_and(|me| me.is_guest());
        let owner = leaving.head.is_owner.then(|| good("You still own the group. Step down in its settings."));
        let stays = guest.then(|| {
            good(view! { "You stay a guest of "{site.name()}", even with nothing left. To leave it altogether, "<a href="/profile/leave">"leave the organization"</a>"." })
        });
        let question = Question {
            title: format!("Leave {}?", leaving.head.name),
            people: Vec::new(),
            effects: view! {
                {closing(&leaving.apps, "closes with your very next click, unless you have it some other way.")}
                {leaving.apps.is_empty().then(|| bad("You no longer see who is in it."))}
                {owner}
                {stays}
                {good("What you have from elsewhere stays.")}
            }
            .into_any(),
            action: "/api/memberships/leave",
            fields: vec![("group", leaving.head.id.to_string())],
            button: "Leave group",
            cancel: format!("/groups/{}", leaving.head.id),
            back: back(&leaving.head),
        };
        Ok(ask(&site, question))
    })
}

/// `/groups/{id}/delete`.
#[component]
pub fn DeleteGroupPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let deletion = api::groups::deletion(id?).await?;
        let people = match deletion.people {
            0 => "Nobody is in it.".to_owned(),
            1 => "One person loses what it gives.".to_owned(),
            many => format!("{} people lose what it gives.", counted(many)),
        };
        let question = Question {
            title: format!("Delete {}?", deletion.head.name),
            people: Vec::new(),
            effects: view! {
                {bad(people)}
                {closing(&deletion.apps, "closes for them with their very next click, unless they have it some other way.")}
                {bad("Invitations to it and requests to join lead nowhere.")}
                {good(format!("For {RESTORE_DAYS} days its owners and administrators can restore it, with everybody who was in it."))}
            }
            .into_any(),
            action: "/api/groups/delete",
            fields: vec![("group", deletion.head.id.to_string())],
            button: "Delete group",
            cancel: format!("/groups/{}/settings", deletion.head.id),
            back: back(&deletion.head),
        };
        Ok(ask(&site, question))
    })
}

/// `/groups/{id}/members/remove?users[]=…`: those who were ticked.
#[component]
pub fn RemoveSeveralPage() -> impl IntoView {
    let id = id_in_path("id");
    let users: Vec<Uuid> = queries("users[]").iter().filter_map(|id| id.parse().ok()).collect();
    page(async move |site| {
        let removals = api::groups::removals(id?, &users).await?;
        let title = match removals.people.as_slice() {
            [(one, _)] => format!("Remove {} from {}?", one.name, removals.group),
            many => format!("Remove {} people from {}?", many.len(), removals.group),
        };
        let mut fields = vec![("group", removals.group_id.to_string())];
        fields.extend(removals.people.iter().map(|(person, _)| ("users[]", person.id.to_string())));
        let apps: Vec<_> = removals
            .apps
            .iter()
            .map(|app| bad(view! { <b>{app.clone()}</b>" closes with their very next click, unless they have it some other way." }))
            .collect();
        let path = format!("/groups/{}", removals.group_id);
        let question = Question {
            title,
            people: removals.people.iter().map(|(person, guest)| (person.id, person.name.clone(), *guest)).collect(),
            effects: view! {
                {apps}
                {bad("Invitations to this group that are still open stop working.")}
                {good("You can add or invite them again at any time.")}
            }
            .into_any(),
            action: "/api/memberships/remove-several",
            fields,
            button: "Remove",
            back: view! { <a class="back" href=path.clone()>{icon("back", 16)}{removals.group.clone()}</a> }.into_any(),
            cancel: path,
        };
        Ok(ask(&site, question))
    })
}

/// `/groups/{id}/owners/{user}/remove`.
#[component]
pub fn RemoveOwnerPage() -> impl IntoView {
    let (id, user) = (id_in_path("id"), id_in_path("user"));
    page(async move |site| {
        let removal = api::groups::owner_removal(id?, user?).await?;
        if removal.last {
            return Err(crate::model::Code::LastOwner.into());
        }
        let me = site.visitor.as_ref().is_some_and(|me| me.user_id == removal.person.id);
        let (title, effect, button) = if me {
            let title = format!("Step down as an owner of {}?", removal.group.name);
            (title, "You can no longer change who is in it.", "Step down")
        } else {
            let title = format!("Take {} from the owners of {}?", removal.person.name, removal.group.name);
            (title, "They can no longer change who is in it.", "Remove")
        };
        let path = format!("/groups/{}/settings", removal.group.id);
        let question = Question {
            title,
            people: vec![(removal.person.id, removal.person.name.clone(), false)],
            effects: view! {
                {bad(effect)}
                {good("Whoever is in the group stays in it.")}
                {good("Another owner can undo this at any time.")}
            }
            .into_any(),
            action: "/api/owners/remove",
            fields: vec![("group", removal.group.id.to_string()), ("user", removal.person.id.to_string())],
            button,
            back: view! { <a class="back" href=path.clone()>{icon("back", 16)}"Settings of "{removal.group.name.clone()}</a> }.into_any(),
            cancel: path,
        };
        Ok(ask(&site, question))
    })
}

struct Question {
    title: String,
    people: Vec<(Uuid, String, bool)>,
    effects: AnyView,
    action: &'static str,
    fields: Vec<(&'static str, String)>,
    button: &'static str,
    back: AnyView,
    cancel: String,
}

fn ask(site: &Site, question: Question) -> AnyView {
    let Question { title, people, effects, action, fields, button, back, cancel } = question;
    let people: Vec<_> = people
        .into_iter()
        .map(|(id, name, guest)| view! { <li class="who">{face(id, &name, guest, "")}<b>{name.clone()}</b></li> })
        .collect();
    let people = (!people.is_empty()).then(|| view! { <ul class="persons">{people}</ul> });
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    let content = view! {
        {back}
        <form class="panel" method="post" action=action>
            {fields}
            <div class="body">
                <h1>{title.clone()}</h1>
                {people}
                <ul class="effects">{effects}</ul>
                <div class="actions">
                    <button class="primary danger">{button}</button>
                    <a class="button" href=cancel>"Cancel"</a>
                </div>
            </div>
        </form>
    };
    inside(site, &title, Place::Groups, true, content.into_any())
}
