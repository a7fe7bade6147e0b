//! `/guests/bulk/{id}`: what would happen to each row of a file; then what happens, as it happens; then what became of it.

use leptos::prelude::*;

use super::{
    bulk::{how_far, state_chip},
    id_in_path, page, query,
};
use crate::{
    api,
    components::{
        bulk_live::BulkLive,
        frame::{Place, Site, inside},
        icon::icon,
        moment::{exact, moment},
        notice,
    },
    model::{
        Code,
        bulk::{
            BulkPlan, BulkRowState, BulkState, Format, grouped,
            view::{BulkAction, BulkFilter, BulkPage, BulkRow},
        },
        text,
    },
};

/// A bulk job.
#[component]
pub fn BulkJobPage() -> impl IntoView {
    let id = id_in_path("id");
    let (plan, state, after, again) = (query("plan"), query("outcome"), query("after"), query("again"));
    let filter = match (plan.and_then(|plan| plan.parse().ok()), state.and_then(|state| state.parse().ok())) {
        (Some(plan), _) => BulkFilter::Plan(plan),
        (None, Some(state)) => BulkFilter::State(state),
        (None, None) => BulkFilter::All,
    };
    let after = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    page(async move |site| {
        let job = api::bulk::page(id?, filter, after).await?;
        let refused = api::forms::again("bulk-steer", again.as_deref()).await;
        let title = job.file_name.clone();
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            <a class="back" href="/guests/bulk">{icon("back", 16)}"Invite by file"</a>
            {headline(&site, &job)}
            {notices(&job)}
            {progress(&site, &job)}
            {rows(&job, filter)}
        };
        Ok(inside(&site, &title, Place::Guests, false, content.into_any()))
    })
}

fn headline(site: &Site, job: &BulkPage) -> AnyView {
    let format = job.format.map(|format| match format {
        Format::Portal => "The Azure portal’s layout",
        Format::PowerShell => "The layout of the PowerShell examples",
        Format::Portal2016 => "The Azure portal’s layout of 2016",
        Format::Plain => "Our own layout",
    });
    let format = format.map(|format| view! { <li class="chip plain">{format}</li> });
    let owner = (!job.mine).then(|| view! { <li class="chip plain">{job.owner.name.clone()}</li> });
    view! {
        <div class="headline">
            <div class="text">
                <h1>{job.file_name.clone()}</h1>
                <p class="lead">{moment(job.created_at, site.now)}" · "{how_far(&job.progress)}</p>
            </div>
        </div>
        <ul class="chips" aria-label="About this file"><li>{state_chip(job.progress.state)}</li>{format}{owner}</ul>
    }
    .into_any()
}

fn notices(job: &BulkPage) -> AnyView {
    let unused = (!job.unused.is_empty()).then(|| {
        let headings: Vec<_> = job.unused.iter().map(|heading| view! { <code>{heading.clone()}</code>" " }).collect();
        view! {
            <div class="notice">
                {icon("bad", 18)}
                <div><p>"These columns say nothing to us and are left alone: "{headings}</p></div>
            </div>
        }
    });
    let waiting = job.plans.acts();
    let over = job.left.filter(|left| *left < waiting && job.progress.state == BulkState::Ready).map(|left| {
        view! {
            <div class="notice wait">
                {icon("clock", 18)}
                <div>
                    <h2>"This is more than you may invite at once"</h2>
                    <p>
                        {format!("{} of {} now. ", grouped(left), grouped(waiting))}
                        "The job waits for the rest by itself, and goes on as soon as it may."
                    </p>
                </div>
            </div>
        }
    });
    let failed = job.error.map(|code| {
        let words = text::words(code);
        view! {
            <div class="notice bad" role="alert">
                {icon("bad", 18)}
                <div><h2>"We had to stop"</h2><p>{words.title}". "{words.happened}</p></div>
            </div>
        }
    });
    let erased = job.erased.then(|| {
        view! {
            <div class="notice">
                {icon("clock", 18)} <div><p>"The rows were erased 30 days after the job had ended. What was done stays done."</p></div>
            </div>
        }
    });
    let redo = job.redo_of.map(|first| {
        view! { <p class="lead">"A new try of "<a href=format!("/guests/bulk/{first}")>"an earlier file"</a>"."</p> }
    });
    view! { {redo} {failed} {erased} {over} {unused} }.into_any()
}

/// What moves, or what can be done next.
fn progress(site: &Site, job: &BulkPage) -> AnyView {
    let state = job.progress.state;
    match state {
        BulkState::Reading | BulkState::Checking => moving(job, "Rows checked", job.progress.checked),
        BulkState::Running | BulkState::Paused => moving(job, "Rows done", job.progress.done),
        BulkState::Ready => ready(job),
        BulkState::Cancelled | BulkState::Done | BulkState::Failed => over(site, job),
    }
}

/// A button that does one thing with the job.
fn button(job: &BulkPage, action: BulkAction, class: &'static str, label: &'static str) -> AnyView {
    view! {
        <form method="post" action="/api/bulk/steer">
            <input type="hidden" name="job" value=job.id.to_string()/>
            <input type="hidden" name="action" value=action.as_str()/>
            <button class=class>{label}</button>
        </form>
    }
    .into_any()
}

fn moving(job: &BulkPage, label: &'static str, value: u32) -> AnyView {
    let progress = &job.progress;
    let state = progress.state;
    let number = |name: &'static str, label: &'static str, count: u32| {
        view! { <div><dt>{label}</dt><dd data-count=name>{grouped(count)}</dd></div> }
    };
    let counts = (state != BulkState::Checking && state != BulkState::Reading).then(|| {
        view! {
            <dl class="tally">
                {number("invited", "Invited", progress.invited)} {number("added", "Added at once", progress.added)}
                {number("unchanged", "Nothing to do", progress.unchanged)} {number("failed", "Failed", progress.failed)}
            </dl>
        }
    });
    // Always there, so that it can appear while somebody watches.
    let waits = (state == BulkState::Running).then(|| {
        view! {
            <p class="why" data-waits="" hidden=progress.waits_until.is_none()>
                {icon("clock", 15)}"A limit is reached. The job goes on by itself as soon as it may."
            </p>
        }
    });
    let until = progress.waits_until.and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    let until = until.map(|at| view! { <p class="why">"Next at "{exact(at)}</p> });
    let actions = match state {
        BulkState::Running => view! { {button(job, BulkAction::Pause, "", "Pause")} {button(job, BulkAction::Cancel, "danger", "Cancel")} }.into_any(),
        BulkState::Paused => {
            let resume = job.mine.then(|| button(job, BulkAction::Resume, "primary", "Resume"));
            view! { {resume} {button(job, BulkAction::Cancel, "danger", "Cancel")} }.into_any()
        }
        _ => button(job, BulkAction::Cancel, "danger", "Cancel"),
    };
    let reload = state.is_moving().then(|| {
        let path = format!("/guests/bulk/{}", job.id);
        view! { <noscript><a class="button" href=path>"Reload"</a></noscript> }
    });
    let bar = view! {
        <div class="body">
            <div class="field">
                <label for="progress">
                    {label}": "<span data-count="value">{grouped(value)}</span>" of "
                    <span data-count="total">{grouped(progress.total)}</span>
                </label>
                <progress id="progress" max=progress.total.max(1) value=value></progress>
            </div>
            {counts} {waits} {until}
        </div>
    };
    let bar = if state.is_moving() {
        let events = format!("/guests/bulk/{}/events", job.id);
        view! { <BulkLive events=events>{bar}</BulkLive> }.into_any()
    } else {
        bar.into_any()
    };
    view! {
        <section class="panel" aria-label="Progress">
            {bar}
            <div class="body"><div class="actions">{reload}{actions}</div></div>
        </section>
    }
    .into_any()
}

fn ready(job: &BulkPage) -> AnyView {
    let plans = job.plans;
    let line = |tone: &'static str, sign: &'static str, count: u32, one: &'static str, many: &'static str| {
        let words = if count == 1 { one } else { many };
        (count > 0)
            .then(|| view! { <li class=tone>{icon(sign, 16)}<span><b>{grouped(count)}</b>" "{words}</span></li> })
    };
    let acts = plans.acts();
    let start = (job.mine && acts > 0).then(|| button(job, BulkAction::Start, "primary", "Start inviting"));
    let nothing = (acts == 0).then(|| {
        view! { <p class="lead">"There is nobody in this file to invite. Mend the rows below in your file, and upload it again."</p> }
    });
    let not_mine = (!job.mine).then(|| view! { <p class="lead">"Only its owner can start it."</p> });
    view! {
        <section class="panel" aria-labelledby="dry-run">
            <header><h2 id="dry-run">"What would happen"</h2></header>
            <div class="body">
                <ul class="effects">
                    {line("good", "check", plans.new, "would get an invitation", "would get an invitation")}
                    {line(
                        "good",
                        "check",
                        plans.known,
                        "is a guest already and would be added at once",
                        "are guests already and would be added at once",
                    )}
                    {line(
                        "good",
                        "check",
                        plans.no_mail,
                        "would be invited, but wants no mail from us",
                        "would be invited, but want no mail from us",
                    )}
                    {line(
                        "",
                        "clock",
                        plans.invited,
                        "has an open invitation to all of it",
                        "have an open invitation to all of it",
                    )}
                    {line("", "check", plans.has_all, "has all of it already", "have all of it already")}
                    {line("bad", "cross", plans.refused, "cannot be invited", "cannot be invited")}
                </ul>
                {nothing} {not_mine}
                <div class="actions">
                    {start}
                    <a class="button" href=format!("/guests/bulk/{}/result.csv", job.id) download>"Download this check"</a>
                    {button(job, BulkAction::Cancel, "quiet danger", "Cancel")}
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn over(site: &Site, job: &BulkPage) -> AnyView {
    let progress = &job.progress;
    let left = progress.total.saturating_sub(progress.done);
    let number = |label: &'static str, count: u32| view! { <div><dt>{label}</dt><dd>{grouped(count)}</dd></div> };
    let not_done = (left > 0).then(|| number("Not done", left));
    let ended = job.ended_at.map(|at| view! { <p class="why">"Ended "{moment(at, site.now)}</p> });
    let redo = (job.mine && job.redoable > 0).then(|| {
        let label = if left > 0 { "Try the rest again" } else { "Try the failures again" };
        button(job, BulkAction::Redo, "", label)
    });
    // Asked once more, without a page of its own: what is erased does not come back.
    let delete = view! {
        <details class="confirm">
            <summary class="button quiet danger">"Delete this file"</summary>
            <p>"The rows and what became of them are erased, and the result file with them. Invitations stay as they are."</p>
            {button(job, BulkAction::Delete, "danger", "Delete")}
        </details>
    };
    let results = (!job.erased && job.format.is_some()).then(|| {
        view! { <a class="button primary" href=format!("/guests/bulk/{}/result.csv", job.id) download>"Download the result"</a> }
    });
    view! {
        <section class="panel" aria-labelledby="outcome">
            <header><h2 id="outcome">"What became of it"</h2>{ended}</header>
            <div class="body">
                <dl class="tally">
                    {number("Invited", progress.invited)} {number("Added at once", progress.added)}
                    {number("Nothing to do", progress.unchanged)} {number("Failed", progress.failed)} {not_done}
                </dl>
                <div class="actions">{results} {redo} {delete}</div>
            </div>
        </section>
    }
    .into_any()
}

/// The rows, with tabs for each outcome that there is.
fn rows(job: &BulkPage, filter: BulkFilter) -> Option<AnyView> {
    // While it moves, rows would be out of date before they are read.
    if job.progress.state.is_moving() || job.erased || job.format.is_none() {
        return None;
    }
    let path = format!("/guests/bulk/{}", job.id);
    let tab = |query: String, own: BulkFilter, label: &'static str, count: u32| {
        let href = format!("{path}{query}#rows");
        (count > 0 || own == filter).then(|| {
            view! {
                <a href=href aria-current=(own == filter).then_some("page")>{label}" "<small>{grouped(count)}</small></a>
            }
        })
    };
    let planned = |plan: BulkPlan, label, count| tab(format!("?plan={plan}"), BulkFilter::Plan(plan), label, count);
    let became =
        |state: BulkRowState, label, count| tab(format!("?outcome={state}"), BulkFilter::State(state), label, count);
    let (plans, progress) = (job.plans, &job.progress);
    let started = job.started_at.is_some();
    let tabs = if started {
        let waiting = progress.total.saturating_sub(progress.done);
        vec![
            became(BulkRowState::Failed, "Failed", progress.failed),
            became(BulkRowState::Invited, "Invited", progress.invited),
            became(BulkRowState::Added, "Added", progress.added),
            became(BulkRowState::Unchanged, "Nothing to do", progress.unchanged),
            became(BulkRowState::Ready, "Not done", waiting),
        ]
    } else {
        vec![
            planned(BulkPlan::Refused, "Cannot be invited", plans.refused),
            planned(BulkPlan::New, "New", plans.new),
            planned(BulkPlan::Known, "Guests already", plans.known),
            planned(BulkPlan::NoMail, "Want no mail", plans.no_mail),
            planned(BulkPlan::Invited, "Invited already", plans.invited),
            planned(BulkPlan::HasAll, "Have it all", plans.has_all),
        ]
    };
    let all = tab(String::new(), BulkFilter::All, "All", progress.total);
    let own = match filter {
        BulkFilter::All => String::new(),
        BulkFilter::Plan(plan) => format!("plan={plan}&"),
        BulkFilter::State(state) => format!("outcome={state}&"),
    };
    let next = job.next.map(|next| {
        view! { <div class="actions"><a class="button" href=format!("{path}?{own}after={next}#rows")>"More rows"{icon("go", 16)}</a></div> }
    });
    let body = if job.rows.is_empty() {
        view! { <section class="empty slim"><h3>"There are no such rows"</h3></section> }.into_any()
    } else {
        let rows: Vec<_> = job.rows.iter().map(|one| row(one, started)).collect();
        view! {
            <div class="panel">
                <table class="outcomes">
                    <thead><tr><th scope="col">"Guest"</th><th scope="col">"Line"</th><th scope="col">{if started { "What became of it" } else { "What would happen" }}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    Some(
        view! {
            <section class="part" id="rows" aria-labelledby="rows-title">
                <h2 id="rows-title">"Rows"</h2>
                <nav class="tabs" aria-label="Rows">{all}{tabs}</nav>
                {body}
                {next}
            </section>
        }
        .into_any(),
    )
}

fn row(row: &BulkRow, started: bool) -> AnyView {
    let address = if row.address.is_empty() { "No address".to_owned() } else { row.address.clone() };
    let name = (!row.name.is_empty()).then(|| view! { <small>{row.name.clone()}</small> });
    let (tone, word) = if started { became(row.state) } else { planned(row.plan) };
    let reason = row.code.map(|code| {
        let words = text::words(code);
        let about = row.detail.clone().map(|detail| {
            let label = if code == Code::DuplicateRow { "Line " } else { "" };
            view! { " "<code>{label}{detail}</code> }
        });
        view! { <small class="reason">{words.title}". "{words.remedy}{about}</small> }
    });
    view! {
        <tr>
            <td><b>{address}</b>{name}</td>
            <td data-label="Line">{row.number}</td>
            <td><span class=tone>{word}</span>{reason}</td>
        </tr>
    }
    .into_any()
}

fn planned(plan: Option<BulkPlan>) -> (&'static str, &'static str) {
    match plan {
        None => ("chip", "Not checked"),
        Some(BulkPlan::New) => ("chip good", "Would be invited"),
        Some(BulkPlan::Known) => ("chip good", "Would be added at once"),
        Some(BulkPlan::NoMail) => ("chip wait", "Would be invited without a mail"),
        Some(BulkPlan::Invited) => ("chip", "Invited already"),
        Some(BulkPlan::HasAll) => ("chip", "Has it all"),
        Some(BulkPlan::Refused) => ("chip bad", "Cannot be invited"),
    }
}

fn became(state: BulkRowState) -> (&'static str, &'static str) {
    match state {
        BulkRowState::Unchecked | BulkRowState::Ready => ("chip", "Not done"),
        BulkRowState::Invited => ("chip good", "Invited"),
        BulkRowState::Added => ("chip good", "Added at once"),
        BulkRowState::Unchanged => ("chip", "Nothing to do"),
        BulkRowState::Failed => ("chip bad", "Failed"),
    }
}
