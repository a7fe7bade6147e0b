//! What taking an app away, or a role on it, or switching it off will do, before it is done.

use leptos::prelude::*;

use super::{
    super::{id_in_path, page},
    back,
    people::people_of,
};
use crate::{
    api,
    components::{
        faces::{face, picture},
        frame::{Place, Site, inside},
        icon::icon,
    },
    model::{Code, managed::AppHead, state::UserType},
};

/// `/apps/{id}/people/{user}/remove`.
#[component]
pub fn AppRemovePersonPage() -> impl IntoView {
    let (id, user) = (id_in_path("id"), id_in_path("user"));
    page(async move |site| {
        let of = api::apps::person(id?, user?).await?;
        manages(&of.head)?;
        let guest = of.person.user_type == UserType::Guest;
        let mut effects = Vec::new();
        let through: Vec<_> = of.through.iter().map(|group| group.name.clone()).collect();
        match through.as_slice() {
            [] => effects
                .push((false, "It closes for them with the very next click, unless a group gives it, too.".to_owned())),
            names => effects.push((true, format!("They keep it through {}.", names.join(", ")))),
        }
        if of.person.invitation.is_some() {
            effects.push((false, "Their invitation no longer gives it.".to_owned()));
        }
        effects.push((true, "You can give it to them again at any time.".to_owned()));
        let question = Question {
            title: format!("Remove {} from {}?", of.person.name, of.head.name),
            who: view! { {face(of.person.user_id, &of.person.name, guest, "")}<div><b>{of.person.name.clone()}</b><small>{of.person.address.clone()}</small></div> }.into_any(),
            effects,
            action: "/api/apps/remove",
            fields: vec![("user", of.person.user_id.to_string())],
            button: "Remove",
            path: "/people",
        };
        Ok(ask(&site, &of.head, question))
    })
}

/// `/apps/{id}/groups/{group}/remove`.
#[component]
pub fn AppRemoveGroupPage() -> impl IntoView {
    let (id, group) = (id_in_path("id"), id_in_path("group"));
    page(async move |site| {
        let of = api::apps::group(id?, group?).await?;
        let mut effects = vec![(
            false,
            "It closes with the very next click for everybody who has it through this group only.".to_owned(),
        )];
        if of.group.joined {
            effects.push((
                false,
                "People whose request is approved no longer join this group; they are given the app directly."
                    .to_owned(),
            ));
        }
        effects.push((true, "The group and everybody in it stay as they are.".to_owned()));
        effects.push((true, "Whoever owns both can give it to the group again.".to_owned()));
        let question = Question {
            title: format!("Take {} away from {}?", of.head.name, of.group.name),
            who: view! { {picture(of.group.id, &of.group.name, of.group.picture_id, "small")}<div><b>{of.group.name.clone()}</b><small>{people_of(&of.group)}</small></div> }.into_any(),
            effects,
            action: "/api/apps/group",
            fields: vec![("group", of.group.id.to_string()), ("action", "remove".to_owned())],
            button: "Remove",
            path: "/people",
        };
        Ok(ask(&site, &of.head, question))
    })
}

/// `/apps/{id}/owners/{user}/remove`.
#[component]
pub fn AppRemoveOwnerPage() -> impl IntoView {
    let (id, user) = (id_in_path("id"), id_in_path("user"));
    page(async move |site| {
        let (of, user) = (api::apps::settings(id?).await?, user?);
        let owner = of.owners.iter().find(|owner| owner.id == user).ok_or(Code::NotFound)?;
        let me = site.visitor.as_ref().is_some_and(|me| me.user_id == user);
        let mut effects = vec![(
            false,
            match me {
                true => "You no longer run this app: not its people, and not its settings.".to_owned(),
                false => "They no longer run this app: not its people, and not its settings.".to_owned(),
            },
        )];
        if of.owners.len() == 1 {
            effects.push((
                false,
                "Nobody owns it then. Administrators run it, until they make somebody its owner.".to_owned(),
            ));
        }
        effects.push((true, "Whoever has the app keeps it.".to_owned()));
        let question = Question {
            title: if me {
                format!("Stop owning {}?", of.head.name)
            } else {
                format!("Remove {} as an owner of {}?", owner.name, of.head.name)
            },
            who: view! { {face(owner.id, &owner.name, false, "")}<div><b>{owner.name.clone()}</b></div> }.into_any(),
            effects,
            action: "/api/apps/owner",
            fields: vec![("user", user.to_string()), ("action", "remove".to_owned())],
            button: "Remove",
            path: "/settings",
        };
        Ok(ask(&site, &of.head, question))
    })
}

/// `/apps/{id}/approvers/{user}/remove`.
#[component]
pub fn AppRemoveApproverPage() -> impl IntoView {
    let (id, user) = (id_in_path("id"), id_in_path("user"));
    page(async move |site| {
        let (of, user) = (api::apps::settings(id?).await?, user?);
        let approver = of.approvers.iter().find(|approver| approver.id == user).ok_or(Code::NotFound)?;
        let mut effects = vec![(false, "They no longer decide who gets this app.".to_owned())];
        if of.approvers.len() == 1 {
            effects.push((false, "Its owners decide then.".to_owned()));
        }
        effects.push((true, "What they have decided stays.".to_owned()));
        let question = Question {
            title: format!("Remove {} as an approver of {}?", approver.name, of.head.name),
            who: view! { {face(approver.id, &approver.name, false, "")}<div><b>{approver.name.clone()}</b></div> }
                .into_any(),
            effects,
            action: "/api/apps/approver",
            fields: vec![("user", user.to_string()), ("action", "remove".to_owned())],
            button: "Remove",
            path: "/settings",
        };
        Ok(ask(&site, &of.head, question))
    })
}

/// `/apps/{id}/off`.
#[component]
pub fn AppOffPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let of = api::apps::settings(id?).await?;
        let head = &of.head;
        let question = Question {
            title: format!("Switch {} off?", head.name),
            who:
                view! { {picture(head.id, &head.name, head.picture_id, "small")}<div><b>{head.name.clone()}</b></div> }
                    .into_any(),
            effects: vec![
                (false, "It opens for nobody, and disappears from everybody's panel.".to_owned()),
                (false, "Nobody can ask for it meanwhile.".to_owned()),
                (true, "Everybody keeps it, and it is as it was when you switch it on again.".to_owned()),
            ],
            action: "/api/apps/switch",
            fields: Vec::new(),
            button: "Switch off",
            path: "/settings",
        };
        Ok(ask(&site, head, question))
    })
}

fn manages(head: &AppHead) -> Result<(), Code> {
    if head.can_manage { Ok(()) } else { Err(Code::Forbidden) }
}

/// What is asked; an effect is good or bad.
pub(super) struct Question {
    pub title: String,
    pub who: AnyView,
    pub effects: Vec<(bool, String)>,
    pub action: &'static str,
    pub fields: Vec<(&'static str, String)>,
    pub button: &'static str,
    pub path: &'static str,
}

pub(super) fn ask(site: &Site, head: &AppHead, question: Question) -> AnyView {
    let Question { title, who, effects, action, fields, button, path } = question;
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    let effects: Vec<_> = effects
        .into_iter()
        .map(|(good, text)| {
            let (class, sign) = if good { ("good", "check") } else { ("bad", "cross") };
            view! { <li class=class>{icon(sign, 16)}<span>{text}</span></li> }
        })
        .collect();
    let content = view! {
        {back(head, path)}
        <form class="panel" method="post" action=action>
            <input type="hidden" name="app" value=head.id.to_string()/>
            {fields}
            <div class="body">
                <div class="who">{who}</div>
                <h1>{title.clone()}</h1>
                <ul class="effects">{effects}</ul>
                <div class="actions">
                    <button class="primary danger">{button}</button>
                    <a class="button" href=format!("/apps/{}{path}", head.id)>"Cancel"</a>
                </div>
            </div>
        </form>
    };
    inside(site, &title, Place::Apps, true, content.into_any())
}
