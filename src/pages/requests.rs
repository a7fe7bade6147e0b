//! `/requests`: what waits for my decision, what I asked for, and what was decided.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        faces::{face, picture},
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, exact, moment},
        notice,
    },
    directory::requests::InboxQuery,
    model::{
        notices::Badges,
        requests::{RequestList, RequestRow, RequestTab},
        state::{RequestState, Role},
    },
};

/// The lists of requests.
#[component]
pub fn RequestsPage() -> impl IntoView {
    let tab = query("tab").and_then(|tab| tab.parse::<RequestTab>().ok());
    let (everyone, after, done) = (query("everyone").is_some(), query("after"), query("done"));
    page(async move |site| {
        // Whoever has nothing to decide came to see their own.
        let first = if site.badges.requests > 0 { RequestTab::Waiting } else { RequestTab::Mine };
        let tab = tab.unwrap_or(first);
        let sees_all = site.visitor.as_ref().is_some_and(|me| me.is_administrator() || me.has(Role::Auditor));
        let everyone = everyone && sees_all && tab == RequestTab::Waiting;
        let list = match tab {
            RequestTab::Mine => api::requests::mine(after.as_deref()).await?,
            _ => {
                let decided = tab == RequestTab::Decided;
                api::requests::inbox(&InboxQuery { decided, everyone, after: after.clone() }).await?
            }
        };
        let body = if list.rows.is_empty() { empty(tab, everyone, after.is_some()) } else { rows(&site, tab, &list) };
        let scope = (sees_all && tab == RequestTab::Waiting).then(|| scope(everyone));
        let content = view! {
            {done.as_deref().and_then(flash)}
            <div class="headline">
                <h1>"Requests"</h1>
                <a class="button" href="/catalogue">{icon("search", 16)}"Find groups and apps"</a>
            </div>
            {tabs(&site, tab)}
            {scope}
            {body}
            {pager(tab, everyone, list.next.as_deref())}
        };
        Ok(inside(&site, "Requests", Place::Requests, false, content.into_any()))
    })
}

/// What has just been done.
fn flash(done: &str) -> Option<AnyView> {
    let text = match done {
        "approved" => "Approved. They have it from now on, and are told.",
        "denied" => "Denied. They are told, with your reason.",
        "withdrawn" => "Withdrawn. Nobody has to decide about it any more.",
        _ => return None,
    };
    Some(notice::done(text))
}

fn tabs(site: &Site, tab: RequestTab) -> AnyView {
    let waiting = site.badges.requests;
    let count = (waiting > 0).then(|| view! { " "<span class="count">{Badges::shown(waiting)}</span> });
    let current = |own: RequestTab| (tab == own).then_some("page");
    view! {
        <nav class="tabs" aria-label="Which requests">
            <a href="/requests?tab=waiting" aria-current=current(RequestTab::Waiting)>"To decide"{count}</a>
            <a href="/requests?tab=mine" aria-current=current(RequestTab::Mine)>"Mine"</a>
            <a href="/requests?tab=decided" aria-current=current(RequestTab::Decided)>"Decided"</a>
        </nav>
    }
    .into_any()
}

fn scope(everyone: bool) -> AnyView {
    if everyone {
        view! { <p class="lead">"Everything that waits in the organization. "<a href="/requests?tab=waiting">"Only what is mine to decide"</a></p> }
            .into_any()
    } else {
        view! { <p class="lead">"What is yours to decide. "<a href="/requests?tab=waiting&everyone=1">"Everyone’s requests"</a></p> }
            .into_any()
    }
}

fn rows(site: &Site, tab: RequestTab, list: &RequestList) -> AnyView {
    let rows: Vec<_> = list
        .rows
        .iter()
        .map(|row| match tab {
            RequestTab::Waiting => waiting(site, row),
            RequestTab::Mine => mine(site, row),
            RequestTab::Decided => decided(site, row),
        })
        .collect();
    view! { <ul class="panel rows asks" aria-label="Requests">{rows}</ul> }.into_any()
}

/// Somebody asks: who, for what, why, and the likeliest answer as a button.
fn waiting(site: &Site, row: &RequestRow) -> AnyView {
    let approve = format!("Approve {} for {}", row.person.name, row.thing.name);
    let own = site.visitor.as_ref().is_some_and(|me| me.user_id == row.person.id);
    let approve = (!own && site.visitor.as_ref().is_some_and(|me| !me.has(Role::Auditor) || me.is_administrator()))
        .then(|| {
            view! {
                <form method="post" action="/api/requests/decide">
                    <input type="hidden" name="request" value=row.id.to_string()/>
                    <button name="action" value="approve" aria-label=approve>"Approve"</button>
                </form>
            }
        });
    view! {
        <li>
            <div class="who">
                {face(row.person.id, &row.person.name, row.is_guest, "")}
                <div>
                    <a href=format!("/requests/{}", row.id)>{format!("{} asks for {}", row.person.name, row.thing.name)}</a>
                    <p class="reason">{row.reason.clone()}</p>
                    <small>
                        {moment(row.created_at, site.now)}
                        <span title=exact(row.expires_at)>" · ends "{moment(row.expires_at, site.now)}</span>
                    </small>
                </div>
            </div>
            {approve}
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
    .into_any()
}

/// What I asked for, and what became of it.
fn mine(site: &Site, row: &RequestRow) -> AnyView {
    let thing = &row.thing;
    let when = if row.state == RequestState::Pending { row.created_at } else { row.state_at };
    view! {
        <li>
            <div class="who">
                {picture(thing.id, &thing.name, thing.picture_id, "")}
                <div>
                    <a href=format!("/requests/{}", row.id)>{thing.name.clone()}</a>
                    <small>{outcome(row)}{moment(when, site.now)}</small>
                </div>
            </div>
            <div class="marks">{chip(row.state)}</div>
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
    .into_any()
}

fn decided(site: &Site, row: &RequestRow) -> AnyView {
    view! {
        <li>
            <div class="who">
                {face(row.person.id, &row.person.name, row.is_guest, "")}
                <div>
                    <a href=format!("/requests/{}", row.id)>{format!("{} for {}", row.person.name, row.thing.name)}</a>
                    <small>{outcome(row)}{moment(row.state_at, site.now)}</small>
                </div>
            </div>
            <div class="marks">{chip(row.state)}</div>
            <span class="go">{icon("go", 16)}</span>
        </li>
    }
    .into_any()
}

/// Who decided, and until when.
fn outcome(row: &RequestRow) -> AnyView {
    let by = row.decided_by.as_ref().map(|by| match row.state {
        RequestState::Approved => format!("Approved by {} · ", by.name),
        RequestState::Denied => format!("Denied by {} · ", by.name),
        _ => String::new(),
    });
    let asked = (row.state == RequestState::Pending).then_some("Asked ");
    let until =
        row.until.filter(|_| row.state == RequestState::Approved).map(|until| view! { "until "{day(until)}" · " });
    view! { {by}{until}{asked} }.into_any()
}

/// The chip of a state.
pub(super) fn chip(state: RequestState) -> AnyView {
    let (tone, word) = match state {
        RequestState::Pending => ("wait", "Waiting"),
        RequestState::Approved => ("good", "Approved"),
        RequestState::Denied => ("bad", "Denied"),
        RequestState::Withdrawn => ("plain", "Withdrawn"),
        RequestState::Expired => ("plain", "Ended"),
    };
    view! { <span class=format!("chip {tone}")>{word}</span> }.into_any()
}

fn pager(tab: RequestTab, everyone: bool, next: Option<&str>) -> Option<AnyView> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("tab", tab.as_str());
    if everyone {
        query.append_pair("everyone", "1");
    }
    let query = query.append_pair("after", next?).finish();
    Some(
        view! { <div class="actions"><a class="button" href=format!("/requests?{query}")>"Next page"</a></div> }
            .into_any(),
    )
}

fn empty(tab: RequestTab, everyone: bool, later: bool) -> AnyView {
    let (sign, title, advice) = match tab {
        _ if later => ("good", "That was all", "There is nothing more behind the page before."),
        RequestTab::Waiting if everyone => {
            ("good", "Nothing waits", "Nobody in the organization waits for a decision.")
        }
        RequestTab::Waiting => (
            "good",
            "Nothing waits for you",
            "When somebody asks for a group or an app of yours, it appears here, and you get a notice.",
        ),
        RequestTab::Mine => (
            "ask",
            "You have asked for nothing yet",
            "Look for a group or an app that you need. What you ask for stays here, with what became of it.",
        ),
        RequestTab::Decided => (
            "clock",
            "Nothing was decided lately",
            "What became of requests for your groups and apps stays here for 90 days.",
        ),
    };
    let find = (tab == RequestTab::Mine).then(|| {
        view! { <div class="actions"><a class="button primary" href="/catalogue">"Find groups and apps"</a></div> }
    });
    view! {
        <section class="empty">
            <span class="sign">{icon(sign, 22)}</span>
            <h2>{title}</h2>
            <p>{advice}</p>
            {find}
        </section>
    }
    .into_any()
}
