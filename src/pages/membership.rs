//! `/groups/{id}/members/{user}`: one person's place in a group.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    group_parts::{back, why},
    id_in_path, page, query,
};
use crate::{
    api,
    components::{
        faces::face,
        field,
        frame::{Place, Site, inside},
        moment::{day, moment},
        notice,
    },
    directory::saved_forms::SavedForm,
    model::{groups::MembershipPage, state::UserType},
};

/// Why somebody is in a group, until when, and what can be done about it.
#[component]
pub fn MembershipPageView() -> impl IntoView {
    let (group, user) = (id_in_path("id"), id_in_path("user"));
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let place = api::groups::membership(group?, user?).await?;
        let saved = api::forms::again("until", again.as_deref()).await;
        let me = site.visitor.as_ref().map_or(Uuid::nil(), |me| me.user_id);
        let refused = saved.as_ref().map(|saved| {
            let field = saved.refusal.field.as_deref();
            notice::refused(&saved.refusal, if field == Some("until") { Some("until") } else { None })
        });
        let done = (done.as_deref() == Some("until")).then(|| notice::done("Saved. They are told."));
        let row = &place.row;
        let guest = row.user_type == UserType::Guest;
        let title = format!("{} in {}", row.name, place.head.name);
        let changes = place.head.can_manage && !place.head.dynamic;
        let lead = row.address.clone().unwrap_or_default();
        let content = view! {
            {refused}
            {done}
            {back(&place.head)}
            <div class="headline">
                <div class="who">
                    {face(row.user_id, &row.name, guest, "large")}
                    <div><h1>{row.name.clone()}</h1><p class="lead">{lead}</p></div>
                </div>
                {remove(&place, me)}
            </div>
            {facts(&site, &place, me)}
            {changes.then(|| end(&place, saved.as_ref()))}
        };
        Ok(inside(&site, &title, Place::Groups, true, content.into_any()))
    })
}

fn remove(place: &MembershipPage, me: Uuid) -> Option<AnyView> {
    if place.head.dynamic {
        return None;
    }
    let (id, user) = (place.head.id, place.row.user_id);
    if user == me {
        let leave = view! { <a class="button danger" href=format!("/groups/{id}/leave")>"Leave group"</a> };
        return Some(view! { <div class="actions">{leave}</div> }.into_any());
    }
    place.head.can_manage.then(|| {
        let label = format!("Remove {}", place.row.name);
        view! {
            <div class="actions">
                <a class="button danger" aria-label=label href=format!("/groups/{id}/members/{user}/remove")>"Remove"</a>
            </div>
        }
        .into_any()
    })
}

fn facts(site: &Site, place: &MembershipPage, me: Uuid) -> AnyView {
    let row = &place.row;
    let until = match row.until {
        Some(until) => view! { {day(until)}", "{moment(until, site.now)} }.into_any(),
        None if place.head.dynamic => "As long as the rule fits".into_any(),
        None => "No end".into_any(),
    };
    let kind = match (row.user_type, row.pending) {
        (UserType::Member, _) => "Member of the organization",
        (UserType::Guest, true) => "Guest who has not accepted yet",
        (UserType::Guest, false) => "Guest",
    };
    let more = (row.user_type == UserType::Guest && place.head.can_manage).then(|| {
        view! { " "<a href=format!("/guests/{}", row.user_id)>"Everything about this guest"</a> }
    });
    let apps = match place.apps.as_slice() {
        [] => "Nothing yet".to_owned(),
        apps => apps.iter().map(|app| app.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    view! {
        <section class="panel" aria-label="Why and until when">
            <dl class="facts">
                <div><dt>"Group"</dt><dd><a href=format!("/groups/{}", place.head.id)>{place.head.name.clone()}</a></dd></div>
                <div><dt>"Person"</dt><dd>{kind}{more}</dd></div>
                <div><dt>"Why"</dt><dd>{why(row, me)}</dd></div>
                <div><dt>"Since"</dt><dd>{day(row.since)}", "{moment(row.since, site.now)}</dd></div>
                <div><dt>"Until"</dt><dd>{until}</dd></div>
                <div><dt>"Gives"</dt><dd>{apps}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

/// The end can be set, moved, or taken away: one form each, so that Enter does what stands beside the field.
fn end(place: &MembershipPage, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let bad = field::is_refused(refusal, "until");
    let typed = saved.and_then(|saved| saved.value("until")).map(str::to_owned);
    let own = place.row.until.map(|until| until.format("%Y-%m-%d").to_string());
    let hidden = || {
        view! {
            <input type="hidden" name="group" value=place.head.id.to_string()/>
            <input type="hidden" name="user" value=place.row.user_id.to_string()/>
        }
    };
    let has_end = place.row.until.is_some();
    let extend = has_end.then(|| {
        let days = place.extend_days;
        view! {
            <form method="post" action="/api/memberships/until">
                {hidden()}
                <input type="hidden" name="days" value=days.to_string()/>
                <button name="change" value="extend">{format!("Extend by {days} days")}</button>
            </form>
        }
    });
    let never = has_end.then(|| {
        view! {
            <form method="post" action="/api/memberships/until">
                {hidden()}
                <button class="quiet" name="change" value="never">"Remove the end"</button>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="end">
            <header><h2 id="end">"When it ends"</h2></header>
            <div class="body">
                <form method="post" action="/api/memberships/until">
                    {hidden()}
                    <div class="field short">
                        <label for="until">"Last day"</label>
                        <span class="beside">
                            <input
                                id="until"
                                name="until"
                                type="date"
                                required
                                value=typed.or(own).unwrap_or_default()
                                aria-invalid=bad.then_some("true")
                                aria-describedby=bad.then_some("until-error")
                            />
                            <button class="primary" name="change" value="set">"Set end date"</button>
                        </span>
                        {field::error(refusal, "until", "until-error")}
                    </div>
                </form>
                <div class="actions">{extend}{never}</div>
            </div>
        </section>
    }
    .into_any()
}
