//! `/apps/{id}`: what an app is, why I have it, and for those who run it how it is used.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    super::{id_in_path, page},
    Tab, counted, thousands, top,
};
use crate::{
    api,
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, exact, moment},
    },
    model::{
        managed::{AppPage, AppUse, AppWay, COUNTED},
        state::GrantReason,
        view::PersonName,
    },
};

/// An app's own page.
#[component]
pub fn AppPageView() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let app = api::apps::page(id?).await?;
        let me = site.visitor.as_ref().map_or(Uuid::nil(), |me| me.user_id);
        let content = view! {
            {top(&app.head, Tab::About, actions(&app))}
            {chips(&app)}
            <div class="sides">
                <div class="stack">{why(&site, &app, me)} {address(&app)}</div>
                <aside aria-label=format!("About {}", app.head.name)>{used(&app)} {owners(&app, me)}</aside>
            </div>
        };
        Ok(inside(&site, &app.head.name, Place::Apps, false, content.into_any()))
    })
}

fn actions(app: &AppPage) -> AnyView {
    let id = app.head.id;
    let open = (app.has && app.head.enabled).then(|| {
        view! { <a class="button primary" href=format!("/apps/{id}/launch")>"Open"</a> }
    });
    let ask = match (app.asked, app.can_ask) {
        (Some(_), _) => Some(view! { <a class="button" href="/requests">"See your request"</a> }.into_any()),
        (None, true) => {
            Some(view! { <a class="button primary" href=format!("/apps/{id}/request")>"Ask for it"</a> }.into_any())
        }
        _ => None,
    };
    let invite = app.head.can_invite.is_ok().then(|| {
        view! { <a class="button" href=format!("/guests/invite?app={id}")>{icon("plus", 16)}"Invite a guest"</a> }
    });
    view! { <div class="actions">{invite}{ask}{open}</div> }.into_any()
}

fn chips(app: &AppPage) -> AnyView {
    let mine = match (app.head.is_owner, app.head.can_manage, app.is_approver) {
        (true, ..) => Some("You own this app"),
        (_, true, _) => Some("You administer this app"),
        (.., true) => Some("You decide who gets this app"),
        _ => None,
    };
    let guests = if app.head.accepts_guests { "Guests welcome" } else { "No guests" };
    let asking = match (app.requestable, app.needs_approval) {
        (true, true) => "Given on request",
        (true, false) => "Anybody can take it",
        (false, _) => "Given by those who run it",
    };
    let item = |text: &'static str| view! { <li class="chip plain">{text}</li> };
    view! { <ul class="chips" aria-label="About this app">{mine.map(item)}{item(asking)}{item(guests)}</ul> }.into_any()
}

/// Every way by which the reader has it.
fn why(site: &Site, app: &AppPage, me: Uuid) -> AnyView {
    let body = if app.ways.is_empty() {
        let words = match (app.asked, app.can_ask, app.head.can_look) {
            (Some(_), ..) => "You do not have this app yet. Your request for it waits for a decision.",
            (_, true, _) => "You do not have this app. You can ask for it.",
            (.., true) => {
                "You do not have this app yourself. You see this page because you run it, or look after everything."
            }
            _ => "You do not have this app.",
        };
        view! { <div class="body"><p class="lead">{words}</p></div> }.into_any()
    } else {
        let rows: Vec<_> = app.ways.iter().map(|one| way(site, one, me)).collect();
        view! { <ul class="rows tight ways">{rows}</ul> }.into_any()
    };
    let off = (app.has && !app.head.enabled).then(|| {
        view! { <div class="body"><p class="lead">"It is switched off for the moment, and opens for nobody. You keep it."</p></div> }
    });
    view! {
        <section class="panel" aria-labelledby="why">
            <header><h2 id="why">"Why you have it"</h2></header>
            {body}{off}
        </section>
    }
    .into_any()
}

fn way(site: &Site, one: &AppWay, me: Uuid) -> AnyView {
    let title = match &one.group {
        Some(group) => {
            view! { "Through the group "<a href=format!("/groups/{}", group.id)>{group.name.clone()}</a> }.into_any()
        }
        None => view! { <b>"Given to you"</b> }.into_any(),
    };
    let by = by(one.reason, one.granted_by.as_ref(), one.group.is_some(), me);
    let until = one.until.map(|until| view! { <small title=exact(until)>"Ends on "{day(until)}</small> });
    view! {
        <li>
            <span class="sign small">{icon(if one.group.is_some() { "people" } else { "person" }, 16)}</span>
            <div class="way"><span>{title}</span><small>{by}" "{moment(one.since, site.now)}</small>{until}</div>
        </li>
    }
    .into_any()
}

/// Who gave it and how, in a few words before the moment.
fn by(reason: GrantReason, by: Option<&PersonName>, in_group: bool, me: Uuid) -> String {
    let who = by.map(|by| if by.id == me { "you".to_owned() } else { by.name.clone() });
    match (reason, who, in_group) {
        (GrantReason::Invitation, Some(who), _) => format!("Invited by {who}"),
        (GrantReason::Invitation, None, _) => "By an invitation".to_owned(),
        (GrantReason::Request, Some(who), _) => format!("You asked, and {who} approved"),
        (GrantReason::Request, None, _) => "You asked for it".to_owned(),
        (GrantReason::Joined, _, true) => "You joined by yourself".to_owned(),
        (GrantReason::Joined, _, false) => "You took it by yourself".to_owned(),
        (GrantReason::Rule, ..) => "By the group's rule".to_owned(),
        (_, Some(who), true) => format!("You were added by {who}"),
        (_, Some(who), false) => format!("By {who}"),
        (_, None, true) => "You were added by an administrator".to_owned(),
        (_, None, false) => "By an administrator".to_owned(),
    }
}

fn address(app: &AppPage) -> Option<AnyView> {
    let url = app.url.clone()?;
    Some(
        view! {
            <section class="panel" aria-labelledby="where">
                <header><h2 id="where">"Where it is"</h2></header>
                <div class="body"><p><code>{url}</code></p></div>
            </section>
        }
        .into_any(),
    )
}

/// For those who run it.
fn used(app: &AppPage) -> Option<AnyView> {
    let AppUse { opened, people, groups, direct } = app.used?;
    let times = match opened {
        0 => "Not once".to_owned(),
        1 => "Once".to_owned(),
        times => format!("{} times", thousands(times)),
    };
    let by = match (opened, people) {
        (0, _) | (_, 0) => "Nobody".to_owned(),
        (_, 1) => "1 person".to_owned(),
        (_, people) => format!("{} people", counted(people, COUNTED)),
    };
    let has = if direct == 1 { "1 person".to_owned() } else { format!("{} people", counted(direct, COUNTED)) };
    let give = if groups == 1 { "1 group".to_owned() } else { format!("{} groups", counted(groups, COUNTED)) };
    let list = format!("/apps/{}/people", app.head.id);
    Some(
        view! {
            <section class="panel" aria-labelledby="use">
                <header><h2 id="use">"The last 30 days"</h2></header>
                <dl class="facts">
                    <div><dt>"Opened"</dt><dd>{times}</dd></div>
                    <div><dt>"By"</dt><dd>{by}</dd></div>
                    <div><dt>"Given directly to"</dt><dd><a href=list.clone()>{has}</a></dd></div>
                    <div><dt>"Given through"</dt><dd><a href=format!("{list}#groups")>{give}</a></dd></div>
                </dl>
            </section>
        }
        .into_any(),
    )
}

fn owners(app: &AppPage, me: Uuid) -> Option<AnyView> {
    let rows: Vec<_> = app
        .owners
        .iter()
        .map(|owner| {
            let note = (owner.id == me).then(|| view! { <small>"That is you"</small> });
            view! { <li><div class="who">{face(owner.id, &owner.name, false, "")}<div><b>{owner.name.clone()}</b>{note}</div></div></li> }
        })
        .collect();
    let none = rows.is_empty();
    if none && !app.head.can_look {
        return None;
    }
    let body = if none {
        view! { <div class="body"><p class="lead">"Nobody owns this app. Administrators run it."</p></div> }.into_any()
    } else {
        view! { <ul class="rows tight">{rows}</ul> }.into_any()
    };
    Some(
        view! {
            <section class="panel" aria-labelledby="owners">
                <header><h2 id="owners">"Owners"</h2></header>
                {body}
            </section>
        }
        .into_any(),
    )
}
