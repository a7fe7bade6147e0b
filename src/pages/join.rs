//! `/groups/{id}/join` and `/apps/{id}/request`: what it is, what it gives, and how to get it.

use leptos::prelude::*;

use super::{id_in_path, page, query};
use crate::{
    api,
    components::{
        faces::{face, picture},
        field,
        frame::{Place, Site, inside},
        icon::icon,
        notice,
        text_area::TextArea,
    },
    directory::{grants::Target, saved_forms::SavedForm},
    model::{
        Code, Refusal, address,
        requests::{AskPage, Standing},
        settings::LONGEST_TEXT,
        text,
    },
};

/// The page of a group.
#[component]
pub fn JoinPage() -> impl IntoView {
    let id = id_in_path("id").map(Target::Group);
    view! { {asking(id)} }
}

/// The page of an app.
#[component]
pub fn RequestAppPage() -> impl IntoView {
    let id = id_in_path("id").map(Target::App);
    view! { {asking(id)} }
}

fn asking(target: Result<Target, Refusal>) -> impl IntoView {
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let asked = api::requests::asking(target?).await?;
        let saved = api::forms::again("ask", again.as_deref()).await;
        let has = asked.standing == Standing::Has;
        let joined = (has && done.as_deref() == Some("joined")).then(|| {
            notice::done(if asked.thing.is_app {
                "The app is on your panel now."
            } else {
                "You are in this group now."
            })
        });
        // What is wrong with a field stands at that field; everything else above.
        let refused = saved.as_ref().filter(|saved| saved.refusal.field.is_none());
        let content = view! {
            <a class="back" href="/catalogue">{icon("back", 16)}"Find groups and apps"</a>
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {joined}
            <section class="panel">
                <div class="body">
                    {headline(&asked)}
                    {gives(&asked)}
                    {way(&site, &asked, saved.as_ref())}
                </div>
            </section>
        };
        Ok(inside(&site, &asked.thing.name.clone(), Place::Requests, true, content.into_any()))
    })
}

fn headline(asked: &AskPage) -> AnyView {
    let thing = &asked.thing;
    let kind = if thing.is_app { "App" } else { "Group" };
    let about = (!asked.about.is_empty()).then(|| view! { <p>{asked.about.clone()}</p> });
    view! {
        <div class="who">
            {picture(thing.id, &thing.name, thing.picture_id, "large")}
            <div><h1>{thing.name.clone()}</h1><small>{kind}</small></div>
        </div>
        {about}
    }
    .into_any()
}

/// What comes with it, for how long, and who decides.
fn gives(asked: &AskPage) -> AnyView {
    let good = |text: AnyView| view! { <li class="good">{icon("check", 16)}<span>{text}</span></li> };
    let apps: Vec<_> =
        asked.gives.iter().map(|app| good(view! { "You can open "<b>{app.name.clone()}</b>"." }.into_any())).collect();
    let nothing = (!asked.thing.is_app && asked.gives.is_empty())
        .then(|| view! { <li>{icon("apps", 16)}<span>"It gives no apps yet."</span></li> });
    let joins = asked
        .joins
        .clone()
        .map(|group| view! { <li>{icon("people", 16)}<span>"You become a member of the group "<b>{group}</b>"."</span></li> });
    let days = asked.days.map(|days| {
        let lasts = if days == 1 { "It lasts for one day.".to_owned() } else { format!("It lasts for {days} days.") };
        view! { <li>{icon("clock", 16)}<span>{lasts}</span></li> }
    });
    let list = (!apps.is_empty() || nothing.is_some() || joins.is_some() || days.is_some())
        .then(|| view! { <ul class="effects">{apps}{nothing}{joins}{days}</ul> });
    let decides: Vec<_> = asked
        .deciders
        .iter()
        .take(5)
        .map(|one| view! { <li class="who">{face(one.id, &one.name, false, "")}<span>{one.name.clone()}</span></li> })
        .collect();
    let more = asked.deciders.len().saturating_sub(5);
    let more = (more > 0).then(|| view! { <li><small>{format!("and {more} more")}</small></li> });
    let decides = (!decides.is_empty()).then(|| {
        view! {
            <div class="part">
                <h2>"Who decides"</h2>
                <ul class="persons" aria-label="Who decides">{decides}{more}</ul>
            </div>
        }
    });
    view! { {list} {decides} }.into_any()
}

/// The way to it: a button, a form, or why there is none.
fn way(site: &Site, asked: &AskPage, saved: Option<&SavedForm>) -> AnyView {
    let thing = &asked.thing;
    let field = if thing.is_app { "app" } else { "group" };
    let note = |sign: &'static str, words: AnyView, link: AnyView| {
        view! { <div class="notice">{icon(sign, 18)}<div><p>{words}</p></div><div class="actions">{link}</div></div> }
            .into_any()
    };
    match asked.standing {
        Standing::Has if thing.is_app => note(
            "good",
            "You have this app.".into_any(),
            view! { <a class="button primary" href=format!("/apps/{}/launch", thing.id)>"Open"</a> }.into_any(),
        ),
        Standing::Has => note(
            "good",
            "You are in this group.".into_any(),
            view! { <a class="button" href=format!("/groups/{}", thing.id)>"Open the group"</a> }.into_any(),
        ),
        Standing::Asked(request) => note(
            "clock",
            "You have asked for this. Your request waits for a decision.".into_any(),
            view! { <a class="button" href=format!("/requests/{request}")>"See your request"</a> }.into_any(),
        ),
        Standing::CanJoin if thing.is_app => view! {
            <form method="post" action="/api/requests/ask">
                <input type="hidden" name=field value=thing.id.to_string()/>
                <p class="lead">"Nobody has to decide about this: it is yours at once."</p>
                <div class="actions"><button class="primary">"Get this app"</button></div>
            </form>
        }
        .into_any(),
        Standing::CanJoin => view! {
            <form method="post" action="/api/groups/join">
                <input type="hidden" name=field value=thing.id.to_string()/>
                <p class="lead">"This group is open: you are in at once. Its owners are told, and you can leave at any time."</p>
                <div class="actions"><button class="primary">"Join"</button></div>
            </form>
        }
        .into_any(),
        Standing::CanAsk => form(asked, field, saved),
        Standing::Closed(code) => closed(site, code),
    }
}

fn form(asked: &AskPage, field: &'static str, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let refused = field::is_refused(refusal, "reason");
    let typed = saved.and_then(|saved| saved.value("reason")).unwrap_or_default().to_owned();
    let days = if asked.request_days == 1 {
        "Your request waits for one day.".to_owned()
    } else {
        format!("Your request waits for up to {} days.", asked.request_days)
    };
    view! {
        <form method="post" action="/api/requests/ask">
            <input type="hidden" name=field value=asked.thing.id.to_string()/>
            <div class="field">
                <label for="reason">"Why do you need it?"</label>
                <TextArea
                    name="reason"
                    value=typed
                    rows=4
                    max=LONGEST_TEXT
                    described_by=field::described_by(refused, "reason")
                    invalid=refused
                />
                {field::error(refusal, "reason", "reason-error")}
                <p class="hint" id="reason-hint">"Those who decide about it read this."</p>
            </div>
            <div class="actions"><button class="primary">"Send request"</button><small>{days}</small></div>
        </form>
    }
    .into_any()
}

fn closed(site: &Site, code: Code) -> AnyView {
    let words = text::words(code);
    let contact = site.settings.organization.contact.clone().map(|address| {
        view! { <a class="button" href=address::mailto(&address)>{icon("mail", 16)}"Ask for help"</a> }
    });
    view! {
        <div class="notice">
            {icon("lock", 18)}
            <div><h2>{words.title}</h2><p>{words.happened}" "{words.remedy}</p></div>
            <div class="actions">{contact}</div>
        </div>
    }
    .into_any()
}
