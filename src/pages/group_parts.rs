//! What the pages of a group have in common: its head, its tabs, and why somebody is in it.

use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    components::{faces::picture, icon::icon},
    model::{
        groups::{GroupHead, MOST_COUNTED, MOST_COUNTED_IN_LISTS},
        state::GrantReason,
        view::{AppName, MemberRow},
    },
};

/// Which of a group's pages it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    People,
    History,
    Settings,
}

/// The way back, the group's name, what can be done with it, and its pages.
pub(super) fn top(head: &GroupHead, tab: Tab, actions: AnyView) -> AnyView {
    view! {
        <a class="back" href="/groups">{icon("back", 16)}"Groups"</a>
        <div class="headline">
            <div class="who">
                {picture(head.id, &head.name, head.picture, "large")}
                <div><h1>{head.name.clone()}</h1><p class="lead">{head.purpose.clone()}</p></div>
            </div>
            {actions}
        </div>
        {tabs(head, tab)}
    }
    .into_any()
}

/// The pages of a group, for those who see more than one.
fn tabs(head: &GroupHead, tab: Tab) -> Option<AnyView> {
    if !head.can_look_back {
        return None;
    }
    let to = |path: String, name: &'static str, own: Tab| {
        view! { <a href=path aria-current=(tab == own).then_some("page")>{name}</a> }
    };
    let id = head.id;
    let settings = head.can_manage.then(|| to(format!("/groups/{id}/settings"), "Settings", Tab::Settings));
    Some(
        view! {
            <nav class="tabs" aria-label="Pages of this group">
                {to(format!("/groups/{id}"), "People", Tab::People)}
                {to(format!("/groups/{id}/history"), "History", Tab::History)}
                {settings}
            </nav>
        }
        .into_any(),
    )
}

/// The way back to a group from a page about something in it.
pub(super) fn back(head: &GroupHead) -> AnyView {
    view! { <a class="back" href=format!("/groups/{}", head.id)>{icon("back", 16)}{head.name.clone()}</a> }.into_any()
}

/// Why somebody is in a group, in words.
pub(super) fn why(row: &MemberRow, me: Uuid) -> String {
    let by = row.granted_by.as_ref().map(|by| (by.id == me, &by.name));
    match (row.reason, by) {
        (GrantReason::Rule, _) => "By rule".to_owned(),
        (GrantReason::Joined, _) if row.user_id == me => "You joined".to_owned(),
        (GrantReason::Joined, _) => "Joined by themselves".to_owned(),
        (GrantReason::Import, _) | (GrantReason::Owner, None) => "Added by an administrator".to_owned(),
        (GrantReason::Owner, Some((true, _))) => "Added by you".to_owned(),
        (GrantReason::Owner, Some((false, name))) => format!("Added by {name}"),
        (GrantReason::Invitation, None) => "Invited".to_owned(),
        (GrantReason::Invitation, Some((true, _))) => "Invited by you".to_owned(),
        (GrantReason::Invitation, Some((false, name))) => format!("Invited by {name}"),
        (GrantReason::Request, None) => "Asked to join".to_owned(),
        (GrantReason::Request, Some((true, _))) => "Request approved by you".to_owned(),
        (GrantReason::Request, Some((false, name))) => format!("Request approved by {name}"),
    }
}

/// How many people are in a group, in digits.
pub(super) fn counted(people: i64) -> String {
    if people > MOST_COUNTED { "10,000+".to_owned() } else { people.to_string() }
}

/// How many people are in a group, in a list of groups.
pub(super) fn people(people: i64) -> String {
    match people {
        1 => "1 person".to_owned(),
        many if many > MOST_COUNTED_IN_LISTS => "1,000+ people".to_owned(),
        many => format!("{many} people"),
    }
}

/// Something that ends or goes.
pub(super) fn bad(text: impl IntoView + 'static) -> AnyView {
    view! { <li class="bad">{icon("cross", 16)}<span>{text}</span></li> }.into_any()
}

/// Something that stays or can be done.
pub(super) fn good(text: impl IntoView + 'static) -> AnyView {
    view! { <li class="good">{icon("check", 16)}<span>{text}</span></li> }.into_any()
}

/// Apps that close, up to a handful by name.
pub(super) fn closing(apps: &[AppName], ends: &'static str) -> AnyView {
    const NAMED: usize = 5;
    let named: Vec<_> = apps.iter().take(NAMED).map(|app| bad(view! { <b>{app.name.clone()}</b>" "{ends} })).collect();
    let more = apps.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| bad(format!("So do {more} more apps.")));
    view! { {named} {more} }.into_any()
}
