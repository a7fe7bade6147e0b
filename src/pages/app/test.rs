//! `/apps/{id}/test`: what an app would be told of somebody, and why they have it or not.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::{
    super::{id_in_path, page, query},
    back,
};
use crate::{
    api::{self, connections::Testing},
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, exact, moment},
        notice,
        people_picker::Picker,
    },
    model::{
        connecting::TestSignIn,
        managed::{AppHead, AppWay},
        state::{AppKind, ExternalState, GrantReason, UserType},
    },
};

/// The page: the form, and what came of it.
#[component]
pub fn TestSignInPage() -> impl IntoView {
    let id = id_in_path("id");
    let (typed, picked) = (query("person").unwrap_or_default(), query("person_chosen").unwrap_or_default());
    page(async move |site| {
        let testing = api::connections::test(id?, &typed, &picked).await?;
        let Testing { head, kind, found, refusal, test } = &testing;
        let picker = Picker {
            name: "person",
            label: "Person",
            hint: "By name or address; a whole address also finds somebody who is blocked",
            // Once somebody is found, the field waits for the next one.
            typed: if test.is_some() { "" } else { &typed },
            found,
            refusal: refusal.as_ref(),
        };
        let refused = refusal.as_ref().filter(|_| found.is_empty());
        let title = format!("Test sign-in: {}", head.name);
        let title = if refused.is_some() { format!("Error: {title}") } else { title };
        let content = view! {
            {refused.map(|refusal| notice::refused(refusal, Some("person")))}
            {back(head, "/sign-in")}
            <div class="headline">
                <div class="text">
                    <h1>"Test sign-in"</h1>
                    <p class="lead">"Whom the app would let in, and what it would be told of them. Nobody is signed in by this. That you looked stands in the app's history."</p>
                </div>
            </div>
            <section class="panel" aria-label="Whose sign-in">
                <form class="body" method="get">
                    {picker.view()}
                    <div class="actions"><button class="primary">"Test"</button></div>
                </form>
            </section>
            {test.as_ref().map(|test| result(&site, head, *kind, test))}
        };
        Ok(inside(&site, &title, Place::Apps, true, content.into_any()))
    })
}

fn result(site: &Site, head: &AppHead, kind: AppKind, test: &TestSignIn) -> AnyView {
    let guest = test.user_type == UserType::Guest;
    let ways: Vec<_> = test.ways.iter().map(|way| row(site, way)).collect();
    let ways = (!ways.is_empty()).then(|| view! { <ul class="rows tight ways">{ways}</ul> });
    view! {
        <section class="panel" aria-labelledby="verdict">
            <header>
                <div class="who">
                    {face(test.user_id, &test.name, guest, "")}
                    <div><h2 id="verdict">{test.name.clone()}</h2><small>{test.address.clone()}</small></div>
                </div>
                {verdict(head, test)}
            </header>
            <div class="body"><p>{reason(site, head, test)}</p></div>
            {ways}
        </section>
        {told(kind, test)}
    }
    .into_any()
}

fn verdict(head: &AppHead, test: &TestSignIn) -> AnyView {
    match (test.has(), head.enabled) {
        (true, true) => view! { <span class="chip good">"Let in"</span> }.into_any(),
        (true, false) => view! { <span class="chip wait">"Not while it is off"</span> }.into_any(),
        (false, _) => view! { <span class="chip bad">"Not let in"</span> }.into_any(),
    }
}

/// Why, in a sentence.
fn reason(site: &Site, head: &AppHead, test: &TestSignIn) -> AnyView {
    if test.blocked {
        return "They are blocked: they cannot sign in at all, whatever they have.".into_any();
    }
    if !test.ways.is_empty() {
        return match head.enabled {
            true => "They have the app by each of these ways:".into_any(),
            false => "The app is switched off, so nobody is let in. They have it by each of these ways:".into_any(),
        };
    }
    if test.external_state == Some(ExternalState::Pending) {
        return "They have not accepted their invitation yet. Whatever it gives, it gives then.".into_any();
    }
    match test.ended {
        Some(ended) => {
            view! { "They had the app. That ended "<span title=exact(ended)>{moment(ended, site.now)}</span>"." }
                .into_any()
        }
        None => "They do not have the app: nobody gave it to them, and no group that they are in gives it.".into_any(),
    }
}

fn row(site: &Site, way: &AppWay) -> AnyView {
    let title = match &way.group {
        Some(group) => view! { "Through the group "<b>{group.name.clone()}</b> }.into_any(),
        None => view! { <b>"Given directly"</b> }.into_any(),
    };
    let by = match (way.reason, &way.granted_by) {
        (GrantReason::Invitation, Some(by)) => format!("Invited by {}", by.name),
        (GrantReason::Request, Some(by)) => format!("Asked for it; approved by {}", by.name),
        (GrantReason::Joined, _) => "By themselves".to_owned(),
        (GrantReason::Rule, _) => "By the group's rule".to_owned(),
        (_, Some(by)) => format!("By {}", by.name),
        (_, None) => "By an administrator".to_owned(),
    };
    let until = way.until.map(|until| view! { <small>"Ends on "{day(until)}</small> });
    view! {
        <li>
            <span class="sign small">{icon(if way.group.is_some() { "people" } else { "person" }, 16)}</span>
            <div class="way"><span>{title}</span><small>{by}" "{moment(way.since, site.now)}</small>{until}</div>
        </li>
    }
    .into_any()
}

/// What the app would be told, as a table and as the app gets it.
fn told(kind: AppKind, test: &TestSignIn) -> AnyView {
    let body = match &test.claims {
        Some(json) => {
            let claims: serde_json::Map<String, Json> = serde_json::from_str(json).unwrap_or_default();
            let rows: Vec<_> = claims
                .iter()
                .map(|(name, value)| view! { <div><dt><code>{name.clone()}</code></dt><dd>{shown(value)}</dd></div> })
                .collect();
            let besides = match kind {
                AppKind::Oidc => {
                    "The app gets those that fit the scopes it asks for. Besides, a token says who made it, for whom, until when, and how the person signed in."
                }
                _ => "The proxy gets them as headers, and signed in one of them.",
            };
            view! {
                <dl class="facts claims">{rows}</dl>
                <div class="body">
                    <p class="lead">{besides}</p>
                    <details><summary>"As JSON"</summary><pre tabindex="0">{json.clone()}</pre></details>
                </div>
            }
            .into_any()
        }
        None => {
            let words = match kind {
                AppKind::Link => "Nothing: the panel only leads to this app.",
                _ => "Nothing, since they would not be let in.",
            };
            view! { <div class="body"><p class="lead">{words}</p></div> }.into_any()
        }
    };
    view! {
        <section class="panel" aria-labelledby="told">
            <header><h2 id="told">"What the app is told"</h2></header>
            {body}
        </section>
    }
    .into_any()
}

fn shown(value: &Json) -> AnyView {
    match value {
        Json::String(text) => text.clone().into_any(),
        Json::Array(all) if all.is_empty() => view! { <span class="lead">"None"</span> }.into_any(),
        Json::Array(all) => {
            let rows: Vec<_> = all
                .iter()
                .map(|one| view! { <li>{one.as_str().map_or_else(|| one.to_string(), str::to_owned)}</li> })
                .collect();
            view! { <ul class="plainly">{rows}</ul> }.into_any()
        }
        other => view! { <code>{other.to_string()}</code> }.into_any(),
    }
}
