//! `/apps/{id}/people`: who has an app, directly and through groups.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    super::{id_in_path, page, query},
    Tab, counted, top, with_query,
};
use crate::{
    api,
    components::{
        faces::{face, picture},
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, exact, moment},
        notice,
    },
    model::{
        managed::{AppGroup, AppPeople, AppPerson, COUNTED, GROUP_COUNTED},
        state::{Delivery, GrantReason, UserType},
    },
};

/// The list.
#[component]
pub fn AppPeoplePage() -> impl IntoView {
    let id = id_in_path("id");
    let (search, after, groups) = (query("q").unwrap_or_default(), query("after"), query("groups"));
    let (done, who, again) = (query("done"), query("who"), query("again"));
    page(async move |site| {
        let after_group = groups.and_then(|id| id.parse().ok());
        let list = api::apps::people(id?, &search, after.as_deref(), after_group).await?;
        let refused = api::forms::again("app", again.as_deref()).await;
        let title = format!("People: {}", list.head.name);
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {flash(done.as_deref(), who.and_then(|who| who.parse().ok()), &list)}
            {top(&list.head, Tab::People, actions(&list))}
            {people(&site, &list, &search, after.is_some())}
            {given(&site, &list, after_group.is_some())}
        };
        Ok(inside(&site, &title, Place::Apps, false, content.into_any()))
    })
}

fn flash(done: Option<&str>, who: Option<Uuid>, list: &AppPeople) -> Option<AnyView> {
    let name = list.rows.iter().find(|row| Some(row.user_id) == who).map(|row| row.name.clone());
    let text = match (done?, name) {
        ("given", Some(name)) => format!("{name} has the app from now on, and has been told."),
        ("given", None) => "They have the app from now on, and have been told.".to_owned(),
        ("removed", _) => "Taken away. It no longer opens for them, unless a group gives it, too.".to_owned(),
        ("group-given", _) => "Everybody in the group has the app from now on.".to_owned(),
        ("group-removed", _) => "The group no longer gives this app.".to_owned(),
        _ => return None,
    };
    Some(notice::done(text))
}

fn actions(list: &AppPeople) -> AnyView {
    let id = list.head.id;
    let invite = list.head.can_invite.is_ok().then(|| {
        view! { <a class="button" href=format!("/guests/invite?app={id}")>{icon("plus", 16)}"Invite a guest"</a> }
    });
    let add = list.head.can_manage.then(|| {
        view! { <a class="button primary" href=format!("/apps/{id}/people/add")>{icon("plus", 16)}"Give it to somebody"</a> }
    });
    view! { <div class="actions">{invite}{add}</div> }.into_any()
}

fn people(site: &Site, list: &AppPeople, search: &str, later: bool) -> AnyView {
    let many = list.total > 8 || !search.is_empty();
    let searching = many.then(|| {
        view! {
            <form class="search" role="search" method="get">
                {icon("search", 16)}
                <input type="search" name="q" value=search.to_owned() aria-label="Search people" placeholder="Search people"/>
            </form>
        }
    });
    let body = if list.rows.is_empty() {
        let (title, advice) = match (search.is_empty(), later) {
            (true, false) => {
                ("Nobody has it directly", "Give it to somebody of the directory, to a group, or invite a guest to it.")
            }
            (true, true) => ("Nobody is left on this page", "Go back to the beginning of the list."),
            (false, _) => ("Nobody matches", "No name or address of those who have it begins like this."),
        };
        view! { <div class="empty slim"><span class="sign">{icon("people", 22)}</span><h3>{title}</h3><p>{advice}</p></div> }
            .into_any()
    } else {
        let rows: Vec<_> = list.rows.iter().map(|row| person(site, list, row)).collect();
        view! {
            <table class="holders">
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Until"</th>
                        <th scope="col"><span class="spoken">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let next = list.next.as_ref().map(|next| {
        view! { <a class="button" href=with_query(&[("q", search), ("after", next)])>"Next page"</a> }
    });
    let cut = list
        .cut
        .then(|| view! { <p class="lead">"These are the first who match. Type more of the name to see others."</p> });
    let first = later.then(|| view! { <a class="button quiet" href=with_query(&[("q", search)])>"First page"</a> });
    let pager = (next.is_some() || cut.is_some() || first.is_some())
        .then(|| view! { <div class="body"><div class="actions">{first}{next}</div>{cut}</div> });
    view! {
        <section class="panel" aria-labelledby="people">
            <header><h2 id="people">"Given directly "<small>{counted(list.total, COUNTED)}</small></h2>{searching}</header>
            {body} {pager}
        </section>
    }
    .into_any()
}

fn person(site: &Site, list: &AppPeople, row: &AppPerson) -> AnyView {
    let guest = row.user_type == UserType::Guest;
    let path = format!("/apps/{}/people/{}", list.head.id, row.user_id);
    let remove = list.head.can_manage.then(|| {
        view! {
            <a class="button quiet" href=path.clone() aria-label=format!("Change until when {} has it", row.name)>"Until…"</a>
            <form method="get" action=format!("{path}/remove")>
                <button class="quiet danger" aria-label=format!("Remove {}", row.name)>"Remove"</button>
            </form>
        }
    });
    let until = match row.until {
        Some(until) => view! { <span title=exact(until)>{day(until)}</span> }.into_any(),
        None => view! { <small>"No end"</small> }.into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="who">
                    {face(row.user_id, &row.name, guest, "")}
                    <div><a href=path.clone()>{row.name.clone()}</a><small>{row.address.clone()}</small></div>
                </div>
            </td>
            <td>{state(site, row)}<small>{by(row)}" "{moment(row.since, site.now)}</small></td>
            <td data-label="Until">{until}</td>
            <td class="acts">{remove}</td>
        </tr>
    }
    .into_any()
}

/// Who gave it, and how.
pub(super) fn by(row: &AppPerson) -> String {
    match (row.reason, &row.granted_by) {
        (GrantReason::Invitation, Some(by)) => format!("Invited by {}", by.name),
        (GrantReason::Invitation, None) => "Invited".to_owned(),
        (GrantReason::Request, Some(by)) => format!("Asked for it; approved by {}", by.name),
        (GrantReason::Request, None) => "Asked for it".to_owned(),
        (GrantReason::Joined, _) => "Took it by themselves".to_owned(),
        (GrantReason::Import, None) => "By an administrator".to_owned(),
        (_, Some(by)) => format!("By {}", by.name),
        (_, None) => "By an administrator".to_owned(),
    }
}

/// Whether they can open it yet: nothing to say of those who can.
pub(super) fn state(site: &Site, row: &AppPerson) -> Option<AnyView> {
    let Some(open) = &row.invitation else {
        return row.pending.then(|| view! { <span class="chip wait">"Pending"</span> }.into_any());
    };
    let view = if open.expires_at <= site.now {
        view! { <span class="chip bad">"Expired"</span> }.into_any()
    } else if open.delivery == Delivery::Failed {
        let reason = open.delivery_error.clone().map(|reason| view! { <small class="reason">{reason}</small> });
        view! { <span class="chip bad">"Mail failed"</span>{reason} }.into_any()
    } else {
        view! { <span class="chip wait" title=format!("The invitation ends on {}", exact(open.expires_at))>"Pending"</span> }
            .into_any()
    };
    Some(view)
}

fn given(site: &Site, list: &AppPeople, later: bool) -> AnyView {
    let body = if list.groups.is_empty() {
        view! {
            <div class="empty slim">
                <span class="sign">{icon("people", 22)}</span>
                <h3>"No group gives it"</h3>
                <p>"Whoever is in a group that gives an app has it, for as long as they are in it."</p>
            </div>
        }
        .into_any()
    } else {
        let rows: Vec<_> = list.groups.iter().map(|group| row_of_group(site, list, group)).collect();
        view! { <ul class="rows tight">{rows}</ul> }.into_any()
    };
    let next = list.next_groups.map(|next| {
        let next = next.to_string();
        view! { <a class="button" href=format!("{}#groups", with_query(&[("groups", &next)]))>"More groups"</a> }
    });
    let first = later.then(|| view! { <a class="button quiet" href="?#groups">"First groups"</a> });
    let pager = (next.is_some() || first.is_some())
        .then(|| view! { <div class="body"><div class="actions">{first}{next}</div></div> });
    view! {
        <section class="panel" aria-labelledby="groups">
            <header><h2 id="groups">"Through groups"</h2></header>
            {body} {pager}
        </section>
    }
    .into_any()
}

/// How many are in a group, in words.
pub(super) fn people_of(group: &AppGroup) -> String {
    if group.people == 1 { "1 person".to_owned() } else { format!("{} people", counted(group.people, GROUP_COUNTED)) }
}

fn row_of_group(site: &Site, list: &AppPeople, group: &AppGroup) -> AnyView {
    let name = if group.seen {
        view! { <a class="plain" href=format!("/groups/{}", group.id)>{group.name.clone()}</a> }.into_any()
    } else {
        view! { <b>{group.name.clone()}</b> }.into_any()
    };
    let by = match &group.granted_by {
        Some(by) => format!("Given by {}", by.name),
        None => "Given by an administrator".to_owned(),
    };
    let remove = list.head.can_manage.then(|| {
        view! {
            <form method="get" action=format!("/apps/{}/groups/{}/remove", list.head.id, group.id)>
                <button class="quiet danger" aria-label=format!("Remove {}", group.name)>"Remove"</button>
            </form>
        }
    });
    view! {
        <li class="giving">
            <div class="who">
                {picture(group.id, &group.name, group.picture_id, "small")}
                <div>
                    <span>{name}</span>
                    <small>{people_of(group)}" · "{by}" "{moment(group.since, site.now)}</small>
                </div>
            </div>
            {group.dynamic.then(|| view! { <span class="chip plain">"By rule"</span> })}
            {group.joined.then(|| view! { <span class="chip plain">"Approved requests join it"</span> })}
            <div class="acts">{remove}</div>
        </li>
    }
    .into_any()
}
