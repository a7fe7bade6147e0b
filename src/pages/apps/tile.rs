//! One app on the panel: one link to open it, a star, and why it is there.

use leptos::prelude::*;

use crate::{
    components::{
        faces::picture,
        frame::Site,
        icon::icon,
        moment::{day, moment},
    },
    model::{
        panel::{Tile, Way},
        search,
        state::GrantReason,
    },
};

/// A tile with everything. It stands in a form whose buttons say what is pressed.
pub fn tile(site: &Site, app: &Tile) -> AnyView {
    let id = app.id.to_string();
    let (press, label) = if app.favourite {
        ("remove", format!("Remove {} from favourites", app.name))
    } else {
        ("add", format!("Add {} to favourites", app.name))
    };
    let reasons: Vec<_> = app.reasons.iter().map(|way| reason(site, way)).collect();
    view! {
        <li class="tile" id=format!("app-{id}") data-words=search::words_of(&app.name, &app.description)>
            {picture(app.id, &app.name, app.picture_id, "")}
            <a href=format!("/apps/{id}/launch") dir="auto">{app.name.clone()}</a>
            <p dir="auto">{app.description.clone()}</p>
            <button
                class=if app.favourite { "quiet icon star on" } else { "quiet icon star" }
                name=press
                value=id.clone()
                aria-label=label.clone()
                title=label
            >
                {icon("star", 18)}
            </button>
            <details class="why" name="why">
                <summary>
                    <span class="spoken">"Why do I have this? "</span>
                    {icon("people", 14)}
                    <span class="short" dir="auto">{why(&app.reasons)}</span>
                    {icon("down", 14)}
                </summary>
                <div class="about">
                    <h3>"Why do I have this?"</h3>
                    <ul>{reasons}</ul>
                    <div class="actions">
                        <a class="button" href=format!("/apps/{id}")>"About this app"</a>
                        <button
                            class="quiet"
                            name="hide"
                            value=id.clone()
                            formaction="/api/panel/hide"
                            aria-label=format!("Hide {}", app.name)
                        >
                            "Hide"
                        </button>
                    </div>
                </div>
            </details>
        </li>
    }
    .into_any()
}

/// Why somebody has an app, in short: whole sentences for one and for several reasons.
fn why(reasons: &[Way]) -> String {
    let names: Vec<&str> = reasons.iter().filter_map(|way| Some(&*way.group.as_ref()?.name)).collect();
    let direct = names.len() < reasons.len();
    match (direct, names.as_slice()) {
        (_, []) => "Given to you".to_owned(),
        (false, [name]) => format!("Through {name}"),
        (true, [name]) => format!("Given to you, and through {name}"),
        (false, [name, other]) => format!("Through {name} and {other}"),
        (false, [name, rest @ ..]) => format!("Through {name} and {} more", rest.len()),
        (true, names) => format!("Given to you, and through {} groups", names.len()),
    }
}

/// One reason in full: how it came, from whom, since when and until when.
fn reason(site: &Site, way: &Way) -> AnyView {
    let by = way.by.as_ref().map(|by| view! { <b dir="auto">{by.name.clone()}</b> });
    let how = match (&way.group, way.reason, by) {
        (None, GrantReason::Owner, Some(by)) => view! { {by} " gave it to you." }.into_any(),
        (None, GrantReason::Invitation, Some(by)) => view! { {by} " invited you to it." }.into_any(),
        (None, GrantReason::Request, Some(by)) => view! { {by} " approved your request." }.into_any(),
        (None, GrantReason::Owner, None) => "It was given to you.".into_any(),
        (None, GrantReason::Invitation, None) => "You were invited to it.".into_any(),
        (None, GrantReason::Request, None) => "Your request was approved.".into_any(),
        (None, GrantReason::Joined, _) => "You took it from the catalogue.".into_any(),
        (None, GrantReason::Import | GrantReason::Rule, _) => "The organization gives it to you.".into_any(),
        (Some(_), GrantReason::Owner, Some(by)) => view! { {by} " added you." }.into_any(),
        (Some(_), GrantReason::Invitation, Some(by)) => view! { {by} " invited you." }.into_any(),
        (Some(_), GrantReason::Request, Some(by)) => view! { {by} " approved your request." }.into_any(),
        (Some(_), GrantReason::Owner, None) => "An owner added you.".into_any(),
        (Some(_), GrantReason::Invitation, None) => "You were invited.".into_any(),
        (Some(_), GrantReason::Request, None) => "Your request was approved.".into_any(),
        (Some(_), GrantReason::Joined, _) => "You joined yourself.".into_any(),
        (Some(_), GrantReason::Rule, _) => "Its rule includes you.".into_any(),
        (Some(_), GrantReason::Import, _) => "The organization added you.".into_any(),
    };
    let group = way.group.as_ref().map(|group| {
        let link = view! { <a href=format!("/groups/{}", group.id) dir="auto">{group.name.clone()}</a> };
        view! { "You are in " {link} ". " }
    });
    let until = way.until.map(|until| view! { " · Until " {day(until)} });
    view! { <li>{group} {how} <small>"Since " {moment(way.since, site.now)} {until}</small></li> }.into_any()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::view::GroupName;

    #[test]
    fn reasons_in_short() {
        let way = |group: Option<&str>| Way {
            group: group.map(|name| GroupName { id: Uuid::nil(), name: name.to_owned() }),
            reason: GrantReason::Owner,
            by: None,
            since: chrono::DateTime::UNIX_EPOCH,
            until: None,
        };
        for (ways, words) in [
            (vec![], "Given to you"),
            (vec![None], "Given to you"),
            (vec![Some("A")], "Through A"),
            (vec![None, Some("A")], "Given to you, and through A"),
            (vec![Some("A"), Some("B")], "Through A and B"),
            (vec![Some("A"), Some("B"), Some("C")], "Through A and 2 more"),
            (vec![None, Some("A"), Some("B")], "Given to you, and through 2 groups"),
        ] {
            assert_eq!(why(&ways.into_iter().map(way).collect::<Vec<_>>()), words);
        }
    }
}
