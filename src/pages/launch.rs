//! `/apps/{id}/launch`: opens an app, checked at that moment, or says why not.

use leptos::prelude::*;
use uuid::Uuid;

use super::{id_in_path, message, page, status};
use crate::{
    api,
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
        moment::{exact, moment},
    },
    model::{Code, managed::AppClosed},
};

/// Leads on to the app, or says why not.
#[component]
pub fn LaunchPage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| match api::apps::launch(id.clone()?).await {
        Ok(launch) => {
            leptos_axum::redirect(&launch.url);
            let link = view! { <p><a href=launch.url>{launch.app.name.clone()}</a></p> };
            Ok(inside(&site, &launch.app.name, Place::Apps, true, link.into_any()))
        }
        Err(refusal) if matches!(refusal.code, Code::NotFound | Code::AppOff) => {
            let id = id?;
            let closed = api::apps::closed(id).await?;
            Ok(match closed.name.clone() {
                Some(name) => closed_door(&site, id, &name, &closed, refusal.code, false, None),
                None => message::no_access(&site),
            })
        }
        Err(refusal) => Err(refusal),
    })
}

/// Why an app that they know, or come from, does not open, and what to do. `back` leads to an app that waits for them.
pub(super) fn closed_door(
    site: &Site,
    id: Uuid,
    name: &str,
    closed: &AppClosed,
    code: Code,
    from_app: bool,
    back: Option<&str>,
) -> AnyView {
    // Whether it exists is no secret to whoever sees it, or comes from it.
    status(if (closed.seen || from_app) && code == Code::NotFound { Code::Forbidden } else { code });
    let off = code == Code::AppOff;
    let title = match (off, closed.ended) {
        (true, _) => format!("{name} is switched off"),
        (false, Some(_)) => format!("Your access to {name} has ended"),
        (false, None) => format!("You do not have {name}"),
    };
    let happened = match (off, closed.ended) {
        (true, _) => {
            view! { "It opens for nobody at the moment. You keep it, and it is back when it is switched on again." }
                .into_any()
        }
        (false, Some(ended)) => {
            view! { "It ended "<span title=exact(ended)>{moment(ended, site.now)}</span>"." }.into_any()
        }
        (false, None) if from_app => view! { "You are signed in, but this app has not been given to you." }.into_any(),
        (false, None) => view! { "You see it because it can be asked for, or because you look after it." }.into_any(),
    };
    let ask = match (closed.asked, closed.can_ask) {
        (Some(_), _) => Some(view! { <a class="button primary" href="/requests">"See your request"</a> }.into_any()),
        (None, true) => {
            Some(view! { <a class="button primary" href=format!("/apps/{id}/request")>"Ask for it"</a> }.into_any())
        }
        (None, false) => None,
    };
    let next = match (ask.is_some(), off) {
        (true, _) => None,
        (false, true) => Some("If it stays like that, ask those who run it."),
        (false, false) if from_app && !closed.owners.is_empty() => Some("If you need it, ask one of those who run it."),
        (false, false) => Some("If you need it, ask the person who worked with you on it."),
    };
    let about = closed.seen.then(|| view! { <a class="button" href=format!("/apps/{id}")>"About this app"</a> });
    let owners: Vec<_> = closed
        .owners
        .iter()
        .take(5)
        .map(|owner| view! { <li class="who">{face(owner.id, &owner.name, false, "")}<b>{owner.name.clone()}</b></li> })
        .collect();
    let owners = ((off || from_app) && !owners.is_empty()).then(|| {
        view! { <p>"It is run by"</p><ul class="persons" aria-label="Owners">{owners}</ul> }
    });
    let back = back.map(|back| view! { <a class="button" href=back.to_owned()>{format!("Back to {name}")}</a> });
    let sign = if off { "sign wait" } else { "sign bad" };
    let content = view! {
        <section class="empty closed">
            <span class=sign>{icon("lock", 22)}</span>
            <h1>{title.clone()}</h1>
            <p>{happened}</p>
            {next.map(|next| view! { <p>{next}</p> })}
            {owners}
            <div class="actions">{ask}{back}{about}<a class="button" href="/">"Back to your apps"</a></div>
        </section>
    };
    inside(site, &title, Place::Apps, true, content.into_any())
}
