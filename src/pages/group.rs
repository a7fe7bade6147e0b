//! `/groups/{id}`: a group, its people, and what it gives.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    group_parts::{Tab, counted, top, why},
    id_in_path, page, query,
    rule::BUSY,
};
use crate::{
    api,
    components::{
        choose_all::ChooseAll,
        faces::{face, logo},
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, exact, moment},
        notice,
    },
    model::{
        Code,
        groups::GroupHead,
        state::{Delivery, GroupKind, JoinPolicy, UserType},
        text,
        view::{AppName, GroupPage, MemberRow, OpenInvitation, PersonName},
    },
};

/// A group's page.
#[component]
pub fn GroupPageView() -> impl IntoView {
    let id = id_in_path("id");
    let (search, after, again) = (query("q").unwrap_or_default(), query("after"), query("again"));
    let (done, who, count) = (query("done"), query("who"), query("count"));
    page(async move |site| {
        let group = api::groups::page(id?, &search, after.as_deref()).await?;
        let refused = api::forms::again("remove", again.as_deref()).await;
        let me = site.visitor.as_ref().map_or(Uuid::nil(), |me| me.user_id);
        let title = group.name.clone();
        let count = count.and_then(|count| count.parse().ok());
        let flash = flash(done.as_deref(), who.and_then(|who| who.parse().ok()), count, &group);
        let head = GroupHead::from(&group);
        let ruled = group.kind == GroupKind::Dynamic && group.can_manage;
        let status = if ruled { api::rules::status(group.id).await? } else { None };
        let busy = status.is_some_and(|status| status.recalculating_since.is_some());
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {flash}
            {top(&head, Tab::People, actions(&group))}
            {chips(&site, &group, busy)}
            <div class="sides">
                {people(&site, &group, me, &search)}
                <aside aria-label=format!("About {}", group.name)>
                    {apps(&group.apps, group.is_owner)} {owners(&group.owners, me)}
                </aside>
            </div>
        };
        Ok(inside(&site, &title, Place::Groups, false, content.into_any()))
    })
}

/// What has just been done. The address carries ids and codes only; the name is looked up among what the page shows.
fn flash(done: Option<&str>, who: Option<Uuid>, count: Option<u32>, group: &GroupPage) -> Option<AnyView> {
    let person = group.members.iter().flatten().find(|row| Some(row.user_id) == who);
    let name = person.and_then(|row| row.address.clone()).unwrap_or_else(|| "your guest".to_owned());
    let text = match done? {
        "assigned" => "This is an assigned group now. Everybody who was in it stays.".to_owned(),
        "created" => "The group is there, and you own it. Add people, or invite guests.".to_owned(),
        "restored" => "The group is back, with everybody who was in it.".to_owned(),
        "member-added" => match person {
            Some(row) => format!("{} is in the group now.", row.name),
            None => "They are in the group now.".to_owned(),
        },
        "removed-several" => match count {
            Some(1) => "One person was removed. Access through this group has ended.".to_owned(),
            Some(count) => format!("{count} people were removed. Access through this group has ended."),
            None => "Removed. Access through this group has ended.".to_owned(),
        },
        "invited" => format!("The invitation to {name} is on its way."),
        "added" => format!("{name} has accepted before, so access starts now. A notice is on its way."),
        "already-invited" => format!("{name} has an open invitation to this group already. It stays as it is."),
        "removed" => "Removed. Access through this group has ended.".to_owned(),
        _ => return None,
    };
    Some(notice::done(text))
}

/// What can be done with the group.
fn actions(group: &GroupPage) -> AnyView {
    let id = group.id;
    let assigned = group.kind == GroupKind::Assigned;
    let leave = (group.is_member && assigned)
        .then(|| view! { <a class="button quiet" href=format!("/groups/{id}/leave")>"Leave group"</a> });
    let add = (group.can_manage && assigned)
        .then(|| view! { <a class="button" href=format!("/groups/{id}/add")>{icon("person", 16)}"Add people"</a> });
    let invite = group.can_invite.is_ok().then(|| {
        view! { <a class="button primary" href=format!("/groups/{id}/invite")>{icon("plus", 16)}"Invite a guest"</a> }
    });
    // Whoever runs the group adds themselves, if they like.
    let join = group.joins.filter(|_| !group.can_manage).map(|policy| {
        let word = if policy == JoinPolicy::Open { "Join" } else { "Ask to join" };
        view! { <a class="button primary" href=format!("/groups/{id}/join")>{word}</a> }
    });
    view! { <div class="actions">{leave}{add}{invite}{join}</div> }.into_any()
}

fn chips(site: &Site, group: &GroupPage, busy: bool) -> AnyView {
    let guest = site.visitor.as_ref().is_some_and(|me| me.is_guest());
    let mine = match (group.is_owner, group.can_manage, group.is_member, guest) {
        (true, ..) => "You own this group",
        (_, true, ..) => "You administer this group",
        (.., true, true) => "You are a guest here",
        (.., true, false) => "You are a member",
        _ if group.can_look_back => "You can look at everything here",
        _ => "You are not in this group",
    };
    let guests = if group.accepts_guests { "Guests welcome" } else { "No guests" };
    let joining = match (group.kind, group.join_policy) {
        (GroupKind::Dynamic, _) => "Members follow from a rule",
        (_, JoinPolicy::Open) => "Open to join",
        (_, JoinPolicy::OnRequest) => "Join on request",
        (_, JoinPolicy::Closed) => "Owners add people",
    };
    // An owner who looks for the button learns why it is not there.
    let why_not = match group.can_invite {
        Err(code) if group.can_manage && !matches!(code, Code::Forbidden | Code::DynamicGroup) => {
            Some(text::words(code).title)
        }
        _ => None,
    };
    view! {
        <ul class="chips" aria-label="About this group">
            <li class="chip plain">{mine}</li>
            <li class="chip plain">{joining}</li>
            <li class="chip plain">{guests}</li>
            {why_not.map(|why| view! { <li class="chip wait">{why}</li> })}
            {busy.then(|| view! { <li class="chip wait">{BUSY}</li> })}
        </ul>
    }
    .into_any()
}

fn people(site: &Site, group: &GroupPage, me: Uuid, search: &str) -> AnyView {
    let Some(members) = &group.members else {
        let unseen = if group.is_member {
            "Who else is in this group is known to its owners."
        } else {
            "Who is in this group is known to those who are in it."
        };
        return view! {
            <section class="panel" aria-labelledby="people">
                <header><h2 id="people">"People"</h2></header>
                <div class="body"><p class="lead">{unseen}</p></div>
            </section>
        }
        .into_any();
    };
    let total = group.total.unwrap_or_default();
    let many = total > 8 || !search.is_empty();
    let searching = many.then(|| {
        view! {
            <form class="search" role="search" method="get">
                {icon("search", 16)}
                <input type="search" name="q" value=search.to_owned() aria-label="Search people" placeholder="Search people"/>
            </form>
        }
    });
    let body = if members.is_empty() {
        let (title, advice) = if search.is_empty() {
            match (group.kind, group.can_invite) {
                (GroupKind::Dynamic, _) => {
                    ("Nobody is in this group now", "Whom its rule fits appears here by itself.")
                }
                (_, Ok(())) => {
                    ("Nobody is in this group yet", "Add colleagues or invite a partner, and they appear here at once.")
                }
                _ => ("Nobody is in this group yet", "Whoever is added appears here at once."),
            }
        } else {
            ("Nobody matches", "No name or address in this group begins like this.")
        };
        view! {
            <div class="empty slim"><span class="sign">{icon("people", 22)}</span><h2>{title}</h2><p>{advice}</p></div>
        }
        .into_any()
    } else {
        let rows: Vec<_> = members.iter().map(|row| member(site, group, row, me)).collect();
        let all = chooses(group).then(|| view! { <ChooseAll label="Choose all on this page".to_owned()/> });
        view! {
            <table>
                <thead>
                    <tr>
                        <th scope="col"><span class="who">{all}"Person"</span></th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Added"</th>
                        <th scope="col"><span class="spoken">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let chosen = (chooses(group) && !members.is_empty()).then(|| {
        view! {
            <form class="bulk" id="chosen" method="get" action=format!("/groups/{}/members/remove", group.id) aria-label="With those chosen">
                <span class="chosen">"chosen"</span>
                <div class="actions"><button class="danger">"Remove from the group"</button></div>
            </form>
        }
    });
    let total = counted(total);
    let more = group.next.as_ref().map(|next| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", search)
            .append_pair("after", next)
            .finish();
        view! { <div class="body"><a class="button" href=format!("?{query}")>"Next page"</a></div> }
    });
    view! {
        <div class="people">
            <section class="panel" aria-labelledby="people">
                <header><h2 id="people">"People "<small>{total}</small></h2>{searching}</header>
                {body} {more}
            </section>
            {chosen}
        </div>
    }
    .into_any()
}

/// Whether people can be ticked, to do something with several.
fn chooses(group: &GroupPage) -> bool {
    group.can_manage && group.kind == GroupKind::Assigned
}

fn member(site: &Site, group: &GroupPage, row: &MemberRow, me: Uuid) -> AnyView {
    let guest = row.user_type == UserType::Guest;
    let by = why(row, me);
    let remove = chooses(group).then(|| {
        view! {
            <form method="get" action=format!("/groups/{}/members/{}/remove", group.id, row.user_id)>
                <button class="quiet danger" aria-label=format!("Remove {}", row.name)>"Remove"</button>
            </form>
        }
    });
    let choose = chooses(group).then(|| {
        view! {
            <input
                type="checkbox"
                name="users[]"
                value=row.user_id.to_string()
                form="chosen"
                autocomplete="off"
                aria-label=format!("Choose {}", row.name)
            />
        }
    });
    // Everybody's place in the group has a page for those who may look closer.
    let name = if group.can_look_back || row.user_id == me {
        view! { <a href=format!("/groups/{}/members/{}", group.id, row.user_id)>{row.name.clone()}</a> }.into_any()
    } else {
        view! { <b>{row.name.clone()}</b> }.into_any()
    };
    let until = row.until.map(|until| view! { <small title=exact(until)>"Until "{day(until)}</small> });
    view! {
        <tr>
            <td>
                <div class="who">
                    {choose}
                    {face(row.user_id, &row.name, guest, "")}
                    <div>{name}<small>{row.address.clone()}</small></div>
                </div>
            </td>
            <td>{state(site, row)}</td>
            <td><small>{by}</small><small>{moment(row.since, site.now)}</small>{until}</td>
            <td class="acts">{remove}</td>
        </tr>
    }
    .into_any()
}

fn state(site: &Site, row: &MemberRow) -> AnyView {
    let guest = view! { <small>"Guest"</small> };
    match (&row.invitation, row.pending) {
        (Some(open), _) => invitation(site, open),
        (None, true) => view! { <span class="chip wait">"Pending"</span>{guest} }.into_any(),
        (None, false) if row.user_type == UserType::Guest => {
            view! { <span class="chip good">"Accepted"</span>{guest} }.into_any()
        }
        (None, false) => view! { <span class="chip plain">"Member"</span> }.into_any(),
    }
}

/// An open invitation: how long it lasts, and what became of its mail.
fn invitation(site: &Site, open: &OpenInvitation) -> AnyView {
    let reason = open.delivery_error.clone().map(|reason| view! { <small class="reason">{reason}</small> });
    if open.expires_at <= site.now {
        return view! { <span class="chip bad">"Expired"</span><small>"Invite them again"</small> }.into_any();
    }
    match open.delivery {
        Delivery::Failed => view! { <span class="chip bad">"Mail failed"</span>{reason} }.into_any(),
        Delivery::Queued if open.delivery_error.is_some() => {
            view! { <span class="chip wait">"Mail delayed"</span>{reason} }.into_any()
        }
        _ => view! {
            <span class="chip wait">"Pending"</span>
            <small title=exact(open.expires_at)>"Ends "{moment(open.expires_at, site.now)}</small>
        }
        .into_any(),
    }
}

fn apps(apps: &[AppName], is_owner: bool) -> AnyView {
    let rows: Vec<_> = apps
        .iter()
        .map(|app| view! { <li><div class="who">{logo(app.id, &app.name, "small")}<div><b>{app.name.clone()}</b></div></div></li> })
        .collect();
    let none = apps.is_empty().then(|| {
        let advice = if is_owner {
            "This group gives no apps yet. Ask an administrator to assign some."
        } else {
            "This group gives no apps yet."
        };
        view! { <div class="body"><p class="lead">{advice}</p></div> }
    });
    view! {
        <section class="panel" aria-labelledby="gives">
            <header><h2 id="gives">"Apps it gives"</h2></header>
            {none}
            {(!rows.is_empty()).then(|| view! { <ul class="rows tight">{rows}</ul> })}
        </section>
    }
    .into_any()
}

fn owners(owners: &[PersonName], me: Uuid) -> Option<AnyView> {
    if owners.is_empty() {
        return None;
    }
    let rows: Vec<_> = owners
        .iter()
        .map(|owner| {
            let note = (owner.id == me).then(|| view! { <small>"That is you"</small> });
            view! { <li><div class="who">{face(owner.id, &owner.name, false, "")}<div><b>{owner.name.clone()}</b>{note}</div></div></li> }
        })
        .collect();
    Some(
        view! {
            <section class="panel" aria-labelledby="owners">
                <header><h2 id="owners">"Owners"</h2></header>
                <ul class="rows tight">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}
