//! `/requests/{id}`: who asks for what, why, and what became of it; for those who decide, the decision.

use leptos::prelude::*;

use super::{id_in_path, page, query, requests::chip};
use crate::{
    api,
    components::{
        faces::{face, picture},
        field,
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, exact, moment},
        notice,
        text_area::TextArea,
    },
    directory::saved_forms::SavedForm,
    model::{requests::RequestPage, settings::LONGEST_TEXT, state::RequestState},
};

/// A request's page.
#[component]
pub fn RequestPageView() -> impl IntoView {
    let id = id_in_path("id");
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let request = api::requests::request(id?).await?;
        let saved = api::forms::again("decide", again.as_deref()).await;
        let refused = saved.as_ref().filter(|saved| saved.refusal.field.is_none());
        let title = if request.is_own {
            format!("Your request for {}", request.row.thing.name)
        } else {
            format!("{} asks for {}", request.row.person.name, request.row.thing.name)
        };
        let pending = request.row.state == RequestState::Pending;
        let decision = (pending && request.may_decide.is_ok()).then(|| decision(&request, saved.as_ref()));
        let own = (pending && request.is_own).then(|| own(&site, &request));
        let back = if request.is_own { "/requests?tab=mine" } else { "/requests" };
        let content = view! {
            <a class="back" href=back>{icon("back", 16)}"Requests"</a>
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {done.as_deref().and_then(flash)}
            <div class="headline"><h1>{title.clone()}</h1>{chip(request.row.state)}</div>
            {outcome(&site, &request)}
            <div class="sides">
                <div class="stack">{asked(&site, &request)}{own}{decision}</div>
                <aside aria-label="What it is about">{about(&request)}{deciders(&request)}</aside>
            </div>
        };
        Ok(inside(&site, &title, Place::Requests, false, content.into_any()))
    })
}

/// What has just been done.
fn flash(done: &str) -> Option<AnyView> {
    let text = match done {
        "asked" => "Your request is on its way to those who decide. You are told what became of it.",
        "reminded" => "They were reminded.",
        _ => return None,
    };
    Some(notice::done(text))
}

/// Who decided what, and when.
fn outcome(site: &Site, request: &RequestPage) -> Option<AnyView> {
    let row = &request.row;
    let by = row.decided_by.as_ref().map(|by| by.name.clone());
    let (tone, sign, text) = match (row.state, by) {
        (RequestState::Pending, _) => return None,
        (RequestState::Approved, Some(by)) => ("good", "good", format!("{by} approved this")),
        (RequestState::Approved, None) => ("good", "good", "This was approved".to_owned()),
        (RequestState::Denied, Some(by)) => ("bad", "bad", format!("{by} denied this")),
        (RequestState::Denied, None) => ("bad", "bad", "This was denied".to_owned()),
        (RequestState::Withdrawn, _) => ("", "back", "This was withdrawn".to_owned()),
        (RequestState::Expired, _) => ("", "clock", "This ended without a decision".to_owned()),
    };
    let until = row
        .until
        .filter(|_| row.state == RequestState::Approved)
        .map(|until| view! { <p>"Access lasts until "{day(until)}"."</p> });
    let answer = (!row.answer.is_empty()).then(|| view! { <p class="said">{row.answer.clone()}</p> });
    Some(
        view! {
            <div class=format!("notice {tone}")>
                {icon(sign, 18)}
                <div><p><b>{text}</b>" "{moment(row.state_at, site.now)}"."</p>{until}{answer}</div>
            </div>
        }
        .into_any(),
    )
}

/// Who asks, and why.
fn asked(site: &Site, request: &RequestPage) -> AnyView {
    let row = &request.row;
    let kind = if row.is_guest { "Guest" } else { "Member" };
    let address = request.address.clone().map(|address| view! { <small>{address}</small> });
    let reminded = row.reminded_at.map(|at| view! { <div><dt>"Reminded"</dt><dd>{moment(at, site.now)}</dd></div> });
    let ends = (row.state == RequestState::Pending).then(|| {
        view! { <div><dt>"Ends without a decision"</dt><dd title=exact(row.expires_at)>{moment(row.expires_at, site.now)}</dd></div> }
    });
    view! {
        <section class="panel" aria-labelledby="who">
            <header><h2 id="who">"Who asks, and why"</h2></header>
            <div class="body">
                <div class="who">
                    {face(row.person.id, &row.person.name, row.is_guest, "")}
                    <div><b>{row.person.name.clone()}</b>{address}</div>
                </div>
                <blockquote class="said">{row.reason.clone()}</blockquote>
            </div>
            <dl class="facts">
                <div><dt>"Here as"</dt><dd>{kind}</dd></div>
                <div><dt>"Asked"</dt><dd>{moment(row.created_at, site.now)}</dd></div>
                {reminded}
                {ends}
            </dl>
        </section>
    }
    .into_any()
}

/// What an approval gives.
fn about(request: &RequestPage) -> AnyView {
    let thing = &request.row.thing;
    let kind = if thing.is_app { "App" } else { "Group" };
    let purpose = (!request.about.is_empty()).then(|| view! { <p class="lead">{request.about.clone()}</p> });
    let apps: Vec<_> = request
        .gives
        .iter()
        .map(|app| view! { <li class="good">{icon("check", 16)}<span>{app.clone()}</span></li> })
        .collect();
    let apps = (!apps.is_empty()).then(|| view! { <ul class="effects" aria-label="Apps that it gives">{apps}</ul> });
    let joins = request
        .joins
        .clone()
        .map(|group| view! { <p><small>"Whoever gets it becomes a member of "{group}"."</small></p> });
    view! {
        <section class="panel" aria-labelledby="what">
            <header><h2 id="what">"What it gives"</h2></header>
            <div class="body">
                <div class="who">
                    {picture(thing.id, &thing.name, thing.picture_id, "small")}
                    <div><b>{thing.name.clone()}</b><small>{kind}</small></div>
                </div>
                {purpose} {apps} {joins}
            </div>
        </section>
    }
    .into_any()
}

fn deciders(request: &RequestPage) -> Option<AnyView> {
    if request.deciders.is_empty() {
        return None;
    }
    let people: Vec<_> = request
        .deciders
        .iter()
        .take(10)
        .map(|one| view! { <li class="who">{face(one.id, &one.name, false, "")}<span>{one.name.clone()}</span></li> })
        .collect();
    let more = request.deciders.len().saturating_sub(10);
    let more = (more > 0).then(|| view! { <li><small>{format!("and {more} more")}</small></li> });
    Some(
        view! {
            <section class="panel" aria-labelledby="deciders">
                <header><h2 id="deciders">"Who can decide"</h2></header>
                <div class="body"><ul class="persons" aria-labelledby="deciders">{people}{more}</ul></div>
            </section>
        }
        .into_any(),
    )
}

/// What one can do with a request of one's own.
fn own(site: &Site, request: &RequestPage) -> AnyView {
    let id = request.row.id.to_string();
    let soon = request.row.reminded_at.is_some_and(|at| at > site.now - chrono::Duration::hours(24));
    let remind = if soon {
        view! { <small>"You can remind them again a day after the last time."</small> }.into_any()
    } else {
        view! {
            <form method="post" action="/api/requests/remind">
                <input type="hidden" name="request" value=id.clone()/>
                <button>{icon("bell", 16)}"Remind them"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <div class="actions">
            {remind}
            <form method="post" action="/api/requests/withdraw">
                <input type="hidden" name="request" value=id/>
                <button class="danger">"Withdraw request"</button>
            </form>
        </div>
    }
    .into_any()
}

/// The two answers, each with what it may need.
fn decision(request: &RequestPage, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let typed = |field: &str| saved.and_then(|saved| saved.value(field)).unwrap_or_default().to_owned();
    let (until_refused, reason_refused) = (field::is_refused(refusal, "until"), field::is_refused(refusal, "reason"));
    let usual = match request.usual_end {
        Some(end) => view! { "Empty: until "{day(end)}", as usual." }.into_any(),
        None => "Empty: for good.".into_any(),
    };
    let id = request.row.id.to_string();
    view! {
        <section class="panel" aria-labelledby="decide">
            <header><h2 id="decide">"Your decision"</h2></header>
            <div class="body decision">
                <form method="post" action="/api/requests/decide">
                    <input type="hidden" name="request" value=id.clone()/>
                    <div class="field">
                        <label for="until">"Until"</label>
                        <input
                            id="until"
                            name="until"
                            type="date"
                            value=typed("until")
                            aria-invalid=until_refused.then_some("true")
                            aria-describedby=field::described_by(until_refused, "until")
                        />
                        {field::error(refusal, "until", "until-error")}
                        <p class="hint" id="until-hint">{usual}</p>
                    </div>
                    <div class="actions"><button class="primary" name="action" value="approve">"Approve"</button></div>
                </form>
                <form method="post" action="/api/requests/decide">
                    <input type="hidden" name="request" value=id/>
                    <div class="field">
                        <label for="reason">"Why not"</label>
                        <TextArea
                            name="reason"
                            value=typed("reason")
                            rows=3
                            max=LONGEST_TEXT
                            described_by=field::described_by(reason_refused, "reason")
                            invalid=reason_refused
                        />
                        {field::error(refusal, "reason", "reason-error")}
                        <p class="hint" id="reason-hint">"Needed for a denial. They read it."</p>
                    </div>
                    <div class="actions"><button class="danger" name="action" value="deny">"Deny"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}
