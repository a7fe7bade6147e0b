//! `/apps/{id}/people/{user}`: why somebody has an app, and until when.

use leptos::prelude::*;

use super::{
    super::{id_in_path, page, query},
    back,
    people::{by, state},
};
use crate::{
    api,
    components::{
        faces::face,
        field,
        frame::{Place, inside},
        moment::{day, moment},
        notice,
    },
    directory::saved_forms::SavedForm,
    model::{managed::AppPersonPage, state::UserType},
};

/// One person who has it.
#[component]
pub fn AppPersonView() -> impl IntoView {
    let (id, user) = (id_in_path("id"), id_in_path("user"));
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let of = api::apps::person(id?, user?).await?;
        let saved = api::forms::again("app-until", again.as_deref()).await;
        let person = &of.person;
        let guest = person.user_type == UserType::Guest;
        let title = format!("{}: {}", person.name, of.head.name);
        let flash = (done.as_deref() == Some("until")).then(|| notice::done("Saved. They have been told."));
        let their_page = guest.then(|| {
            view! { <p><a href=format!("/guests/{}", person.user_id)>"Everything about this guest"</a></p> }
        });
        let until = match person.until {
            Some(until) => day(until).into_any(),
            None => "No end".into_any(),
        };
        let through: Vec<_> = of
            .through
            .iter()
            .map(|group| view! { <li><a href=format!("/groups/{}", group.id)>{group.name.clone()}</a></li> })
            .collect();
        let through = (!through.is_empty()).then(|| {
            view! { <div><dt>"Also through"</dt><dd><ul class="plainly">{through}</ul></dd></div> }
        });
        let state = state(&site, person).map(|state| view! { <div><dt>"State"</dt><dd>{state}</dd></div> });
        let content = view! {
            {flash}
            {saved.as_ref().map(|saved| notice::refused(&saved.refusal, Some("until")))}
            {back(&of.head, "/people")}
            <div class="headline">
                <div class="who">
                    {face(person.user_id, &person.name, guest, "large")}
                    <div><h1>{person.name.clone()}</h1><p class="lead">{person.address.clone()}</p></div>
                </div>
            </div>
            <section class="panel" aria-labelledby="why">
                <header><h2 id="why">{format!("Why they have {}", of.head.name)}</h2></header>
                <dl class="facts">
                    {state}
                    <div><dt>"Given"</dt><dd>{by(person)}" "{moment(person.since, site.now)}</dd></div>
                    <div><dt>"Until"</dt><dd>{until}</dd></div>
                    {through}
                </dl>
            </section>
            {of.head.can_manage.then(|| change(&of, saved.as_ref()))}
            {their_page}
        };
        Ok(inside(&site, &title, Place::Apps, true, content.into_any()))
    })
}

fn change(of: &AppPersonPage, saved: Option<&SavedForm>) -> AnyView {
    let person = &of.person;
    let refusal = saved.map(|saved| &saved.refusal);
    let now = person.until.map(|until| until.format("%Y-%m-%d").to_string()).unwrap_or_default();
    let value = saved.and_then(|saved| saved.value("until")).map_or(now, str::to_owned);
    let bad = field::is_refused(refusal, "until");
    let fields = |app: String, user: String| {
        view! { <input type="hidden" name="app" value=app/><input type="hidden" name="user" value=user/> }
    };
    let hidden = || fields(of.head.id.to_string(), person.user_id.to_string());
    let unlimited = person.until.is_some().then(|| {
        view! {
            <form method="post" action="/api/apps/until">{hidden()}<button class="quiet">"Remove the end"</button></form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="ends">
            <header><h2 id="ends">"When it ends"</h2>{unlimited}</header>
            <form class="body" method="post" action="/api/apps/until">
                {hidden()}
                <div class="field">
                    <label for="until">"Last day"</label>
                    <input
                        id="until"
                        name="until"
                        type="date"
                        value=value
                        aria-invalid=bad.then_some("true")
                        aria-describedby=field::described_by(bad, "until")
                    />
                    {field::error(refusal, "until", "until-error")}
                    <p class="hint" id="until-hint">"After it the app no longer opens for them. Empty: no end."</p>
                </div>
                <div class="actions">
                    <button class="primary">"Save"</button>
                    <a class="button danger far" href=format!("/apps/{}/people/{}/remove", of.head.id, person.user_id) aria-label=format!("Remove {}", person.name)>"Remove"</a>
                </div>
            </form>
        </section>
    }
    .into_any()
}
