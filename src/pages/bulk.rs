//! `/guests/bulk`: inviting by file, and the files of before.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        field,
        frame::{Place, inside},
        icon::icon,
        moment::moment,
        notice,
        text_area::TextArea,
    },
    directory::{invitations::LONGEST_MESSAGE, saved_forms::SavedForm},
    model::{
        Code, Language,
        bulk::{BulkProgress, BulkState, grouped, view::BulkSummary},
        view::InviteTargets,
    },
    server::bulk::{FORM, TEMPLATE, UPLOAD},
};

/// The form to upload a file.
#[component]
pub fn BulkPageView() -> impl IntoView {
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let (targets, jobs) = api::bulk::start().await?;
        let saved = api::forms::again(FORM, again.as_deref()).await;
        let steered = api::forms::again("bulk-steer", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let title = if refusal.is_some() { "Error: Invite by file" } else { "Invite by file" };
        let notice = saved.as_ref().map(refused);
        let steered = steered.map(|saved| notice::refused(&saved.refusal, None));
        let deleted = (done.as_deref() == Some("deleted"))
            .then(|| notice::done("The file and what became of its rows are gone. Invitations stay as they are."));
        let content = view! {
            {notice} {steered} {deleted}
            <a class="back" href="/guests">{icon("back", 16)}"Guests"</a>
            <div class="headline">
                <div class="text">
                    <h1>"Invite by file"</h1>
                    <p class="lead">
                        "Up to 100,000 guests at once. You see what would happen to each row before anybody is invited."
                    </p>
                </div>
                <a class="button" href=TEMPLATE download>"Download the template"</a>
            </div>
            <div class="sides">
                {form(&targets, saved.as_ref())}
                <aside aria-label="About files">{about()}</aside>
            </div>
            {list(jobs, site.now)}
        };
        Ok(inside(&site, title, Place::Guests, false, content.into_any()))
    })
}

/// A file that was not taken: why, and where in it to look.
fn refused(saved: &SavedForm) -> AnyView {
    let refusal = &saved.refusal;
    let at_file = refusal.field.as_deref() == Some("file");
    let said = notice::refused(refusal, at_file.then_some("file"));
    let detail = saved.value("detail").map(|detail| {
        let label = match refusal.code {
            Code::NoAddressColumn => "Headings that we found",
            _ => "Line of the file",
        };
        view! { <p class="found">{label}": "<code>{detail.to_owned()}</code></p> }
    });
    view! { {said} {detail} }.into_any()
}

fn form(targets: &InviteTargets, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let typed = |name: &str| saved.and_then(|saved| saved.value(name)).unwrap_or_default().to_owned();
    let chosen = |name: &str, id: &str| {
        saved.is_some_and(|saved| saved.fields.iter().any(|(field, value)| field == name && value == id))
    };
    let bad = |name: &str| field::is_refused(refusal, name);
    let error = |name: &'static str, id: &'static str| field::error(refusal, name, id);
    let choices = |name: &'static str, legend: &'static str, rows: Vec<(String, String)>| {
        (!rows.is_empty()).then(|| {
            let rows: Vec<_> = rows
                .into_iter()
                .map(|(id, label)| {
                    let checked = chosen(name, &id);
                    view! {
                        <label class="check"><input type="checkbox" name=name value=id checked=checked/>{label}</label>
                    }
                })
                .collect();
            view! { <fieldset class="choices"><legend>{legend}</legend><div>{rows}</div></fieldset> }
        })
    };
    let groups = targets.groups.iter().map(|group| (group.id.to_string(), group.name.clone())).collect();
    let apps = targets.apps.iter().map(|app| (app.id.to_string(), app.name.clone())).collect();
    let languages: Vec<_> = Language::ALL
        .iter()
        .map(|language| {
            let selected = typed("language") == language.as_str();
            view! { <option value=language.as_str() selected=selected>{language.endonym()}</option> }
        })
        .collect();
    let without_mail = !typed("without_mail").is_empty();
    view! {
        <form class="panel" method="post" action=UPLOAD enctype="multipart/form-data">
            <div class="body upload">
                <div class="field">
                    <label for="file">"File"</label>
                    <input
                        id="file"
                        name="file"
                        type="file"
                        accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
                        required
                        aria-invalid=bad("file").then_some("true")
                        aria-describedby=field::described_by(bad("file"), "file")
                    />
                    {error("file", "file-error")}
                    <p class="hint" id="file-hint">"CSV, up to 32 MiB. Nobody is invited yet."</p>
                </div>
                <section class="part" aria-labelledby="defaults">
                    <h2 id="defaults">"For rows that do not say otherwise"</h2>
                    {choices("group", "Groups", groups)}
                    {error("group", "group-error")}
                    {choices("app", "Apps", apps)}
                    {error("app", "app-error")}
                    <div class="field">
                        <label for="message">"Message"</label>
                        <TextArea
                            name="message"
                            value=typed("message")
                            rows=4
                            max=LONGEST_MESSAGE
                            described_by=field::described_by(bad("message"), "message")
                            invalid=bad("message")
                        />
                        {error("message", "message-error")}
                        <p class="hint" id="message-hint"><span>"Optional, in your own words."</span><span>"Up to 2,000 characters"</span></p>
                    </div>
                    <div class="trio">
                        <div class="field">
                            <label for="language">"Language of the mails"</label>
                            <select id="language" name="language">
                                <option value="">"Each guest’s own"</option>
                                {languages}
                            </select>
                        </div>
                        <div class="field">
                            <label for="until">"Access until"</label>
                            <input
                                id="until"
                                name="until"
                                type="date"
                                value=typed("until")
                                aria-invalid=bad("until").then_some("true")
                                aria-describedby=bad("until").then_some("until-error")
                            />
                            {error("until", "until-error")}
                        </div>
                        <div class="field">
                            <label for="days">"Open for, in days"</label>
                            <input
                                id="days"
                                name="days"
                                type="number"
                                min="1"
                                max="365"
                                inputmode="numeric"
                                value=typed("days")
                                aria-invalid=bad("days").then_some("true")
                                aria-describedby=bad("days").then_some("days-error")
                            />
                            {error("days", "days-error")}
                        </div>
                    </div>
                    <label class="check">
                        <input type="checkbox" name="without_mail" value="yes" checked=without_mail/>
                        "Send no mails: I hand over the links another way"
                    </label>
                </section>
                <div class="actions"><button class="primary">"Upload and check"</button></div>
            </div>
        </form>
    }
    .into_any()
}

fn about() -> AnyView {
    view! {
        <section class="panel" aria-labelledby="columns">
            <header><h2 id="columns">"Columns"</h2></header>
            <dl class="facts">
                <div><dt>"Needed"</dt><dd><code>"email"</code></dd></div>
                <div>
                    <dt>"Understood"</dt>
                    <dd class="codes">
                        <code>"name"</code>" "<code>"groups"</code>" "<code>"apps"</code>" "<code>"message"</code>" "<code>"language"</code>" "
                        <code>"access until"</code>" "<code>"valid days"</code>" "<code>"cc"</code>" "<code>"sponsor"</code>" "
                        <code>"landing"</code>" "<code>"send mail"</code>
                    </dd>
                </div>
                <div><dt>"Several groups or apps"</dt><dd><code>"Aurora partners | Timber"</code></dd></div>
            </dl>
            <div class="body">
                <p class="lead">
                    "In any order, separated by commas, semicolons or tabs. Files made for the Azure portal or its PowerShell examples work as they are."
                </p>
            </div>
        </section>
    }
    .into_any()
}

fn list(jobs: Vec<BulkSummary>, now: DateTime<Utc>) -> Option<AnyView> {
    if jobs.is_empty() {
        return None;
    }
    let rows: Vec<_> = jobs
        .into_iter()
        .map(|job| {
            let path = format!("/guests/bulk/{}", job.id);
            let owner = job
                .owner
                .map(|owner| view! { <div class="counts"><span>{icon("person", 15)}{owner.name}</span></div> });
            view! {
                <li>
                    <div class="who">
                        <div><a href=path>{job.file_name}</a><small>{moment(job.created_at, now)}" · "{how_far(&job.progress)}</small></div>
                    </div>
                    {owner}
                    {state_chip(job.progress.state)}
                    <span class="go">{icon("go", 16)}</span>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section class="part" aria-labelledby="files">
                <h2 id="files">"Files"</h2>
                <ul class="panel rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

/// How far a job has come, in words.
pub(super) fn how_far(progress: &BulkProgress) -> String {
    let total = grouped(progress.total);
    let rows = if progress.total == 1 { "1 row".to_owned() } else { format!("{total} rows") };
    match progress.state {
        BulkState::Reading | BulkState::Ready => rows,
        BulkState::Checking => format!("{} of {total} rows checked", grouped(progress.checked)),
        _ if progress.done == progress.total => rows,
        _ => format!("{} of {total} rows done", grouped(progress.done)),
    }
}

/// A job's state as a chip.
pub(super) fn state_chip(state: BulkState) -> AnyView {
    let (tone, name) = match state {
        BulkState::Reading => ("chip wait", "Arriving"),
        BulkState::Checking => ("chip wait", "Being checked"),
        BulkState::Ready => ("chip wait", "Ready to start"),
        BulkState::Running => ("chip wait", "Inviting"),
        BulkState::Paused => ("chip", "Paused"),
        BulkState::Cancelled => ("chip", "Cancelled"),
        BulkState::Done => ("chip good", "Done"),
        BulkState::Failed => ("chip bad", "Stopped"),
    };
    view! { <span class=tone>{name}</span> }.into_any()
}
