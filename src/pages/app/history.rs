//! `/apps/{id}/history`: what was done to an app, by whom.

use leptos::prelude::*;

use super::{
    super::{id_in_path, page, query},
    Tab, top, with_query,
};
use crate::{
    api,
    components::{
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, moment},
    },
    model::managed::AppEvent,
};

/// The history.
#[component]
pub fn AppHistoryPage() -> impl IntoView {
    let id = id_in_path("id");
    let after = query("after");
    page(async move |site| {
        let history = api::apps::history(id?, after.as_deref()).await?;
        let title = format!("History: {}", history.head.name);
        let body = if history.rows.is_empty() {
            view! {
                <div class="empty slim">
                    <span class="sign">{icon("clock", 22)}</span>
                    <h2>"Nothing yet"</h2>
                    <p>"Whatever is changed on this app, or given and taken away, stands here with who did it."</p>
                </div>
            }
            .into_any()
        } else {
            let rows: Vec<_> = history.rows.iter().map(|event| row(&site, event)).collect();
            view! { <ol class="rows tight done" aria-label="What was done, the newest first">{rows}</ol> }.into_any()
        };
        let next = history.next.as_ref().map(|next| {
            view! { <a class="button" href=with_query(&[("after", next)])>"Earlier"</a> }
        });
        let first = after.is_some().then(|| view! { <a class="button quiet" href="?">"The newest"</a> });
        let pager = (next.is_some() || first.is_some())
            .then(|| view! { <div class="body"><div class="actions">{first}{next}</div></div> });
        let content = view! {
            {top(&history.head, Tab::History, ().into_any())}
            <section class="panel" aria-label="History">{body}{pager}</section>
        };
        Ok(inside(&site, &title, Place::Apps, false, content.into_any()))
    })
}

fn row(site: &Site, event: &AppEvent) -> AnyView {
    let who = event.actor.as_ref().map_or_else(|| "The import".to_owned(), |actor| actor.name.clone());
    let who = view! { <b>{who}</b> };
    let to = event.subject.clone().unwrap_or_else(|| "somebody who is gone".to_owned());
    let to = view! { <b>{to}</b> };
    let until = event.until.map(day);
    let told = match (event.action.as_str(), event.is_group) {
        ("app.create", _) => view! { {who}" made this app." }.into_any(),
        ("app.change", _) if event.fields.is_empty() => view! { {who}" changed the settings." }.into_any(),
        ("app.change", _) => view! { {who}" changed "{fields(&event.fields)}"." }.into_any(),
        ("app.enable", _) => view! { {who}" switched the app on." }.into_any(),
        ("app.disable", _) => view! { {who}" switched the app off." }.into_any(),
        ("app.connect", _) => view! { {who}" changed how the app signs people in, or what it is told." }.into_any(),
        ("app.secret.create", _) => view! { {who}" made a secret." }.into_any(),
        ("app.secret.delete", _) => view! { {who}" deleted a secret." }.into_any(),
        ("app.test", _) => view! { {who}" looked at what the app is told of "{to}"." }.into_any(),
        ("app.picture", _) => view! { {who}" changed the picture." }.into_any(),
        ("assignment.grant", true) => view! { {who}" gave the app to everybody in "{to}"." }.into_any(),
        ("assignment.grant", false) if same(event) => view! { {who}" got the app." }.into_any(),
        ("assignment.grant", false) => view! { {who}" gave the app to "{to}"." }.into_any(),
        ("assignment.remove", true) => view! { {who}" took the app away from the group "{to}"." }.into_any(),
        ("assignment.remove", false) => view! { {who}" took the app away from "{to}"." }.into_any(),
        ("assignment.end", _) => view! { "The time of "{to}" was over." }.into_any(),
        ("assignment.extend", _) => view! { {who}" let "{to}" have the app for longer." }.into_any(),
        ("assignment.until", _) => match until {
            Some(until) => view! { {who}" let "{to}" have the app until "{until}"." }.into_any(),
            None => view! { {who}" let "{to}" have the app without an end." }.into_any(),
        },
        ("owner.grant", _) => view! { {who}" made "{to}" an owner." }.into_any(),
        ("owner.revoke", _) => view! { {who}" removed "{to}" as an owner." }.into_any(),
        ("approver.grant", _) => view! { {who}" made "{to}" an approver." }.into_any(),
        ("approver.revoke", _) => view! { {who}" removed "{to}" as an approver." }.into_any(),
        ("request.create", _) => view! { {who}" asked for the app." }.into_any(),
        ("request.approve", _) => view! { {who}" approved the request of "{to}"." }.into_any(),
        ("request.deny", _) => view! { {who}" denied the request of "{to}"." }.into_any(),
        ("request.withdraw", _) => view! { {who}" withdrew their request." }.into_any(),
        ("request.expire", _) => view! { "The request of "{to}" ended without a decision." }.into_any(),
        // What later versions write is shown as the audit log has it.
        (other, _) => view! { {who}" did "<code>{other.to_owned()}</code>"." }.into_any(),
    };
    view! { <li><span>{told}</span><small>{moment(event.at, site.now)}</small></li> }.into_any()
}

/// Whether somebody did it for themselves.
fn same(event: &AppEvent) -> bool {
    event.actor.as_ref().map(|actor| actor.name.as_str()) == event.subject.as_deref()
}

/// What was changed, in the words of the form.
fn fields(names: &[String]) -> String {
    let words: Vec<&str> = names
        .iter()
        .map(|name| match name.as_str() {
            "name" => "the name",
            "description" => "the description",
            "url" => "the address",
            "accepts_guests" => "whether guests can be invited",
            "domains" => "the domains of guests",
            "requestable" => "whether people can ask for it",
            "needs_approval" => "whether somebody has to approve",
            "join_group" => "what those get who are approved",
            "hidden" => "whether it stands on the panels",
            _ => "a setting",
        })
        .collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
