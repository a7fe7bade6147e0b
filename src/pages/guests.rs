//! `/guests`: everyone I have brought or answer for, and what can be done for them.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api::{
        self, guest_list,
        told::{Told, told},
    },
    components::{
        choose_all::ChooseAll,
        faces::face,
        frame::{Place, Site, inside},
        guest_state,
        icon::icon,
        moment::moment,
        notice,
    },
    directory::guests::GuestQuery,
    model::{
        state::{GuestAction, GuestFilter, GuestSort, InvitationState},
        text,
        view::{GuestList, GuestRow, Steered},
    },
};

/// The list of guests.
#[component]
pub fn GuestsPage() -> impl IntoView {
    let asked = guest_list::read(&full_query());
    let (again, done, key) = (query("again"), query("done"), query("told"));
    page(async move |site| {
        let list = guest_list::page(&asked).await?;
        // Whoever owns something has something to invite to; of others it takes a further look.
        let owns = !list.groups.is_empty() || !list.apps.is_empty();
        let may_invite = list.may_invite && (owns || api::invitations::may_invite().await?);
        let refused = api::forms::again("steer", again.as_deref()).await;
        let told = match told(key.as_deref()).await {
            Some(Told::Steered { action, steered }) => Some(steered_notice(action, &steered)),
            _ => None,
        };
        let withdrawn = (done.as_deref() == Some("withdraw")).then(|| notice::done("Their access has been withdrawn."));
        let whole = GuestQuery { filter: asked.filter, sort: asked.sort, ..GuestQuery::default() };
        let plain = guest_list::write(&asked) == guest_list::write(&whole);
        let nothing = list.rows.is_empty() && plain && asked.filter == GuestFilter::Current;
        let invite = may_invite.then(|| {
            view! {
                <div class="actions">
                    <a class="button" href="/guests/bulk">{icon("file", 16)}"Invite by file"</a>
                    <a class="button primary" href="/guests/invite">{icon("plus", 16)}"Invite guests"</a>
                </div>
            }
        });
        let body = if list.rows.is_empty() {
            empty(&asked, plain, may_invite)
        } else {
            view! { {table(&site, &list, &asked)} {pager(&list, &asked)} }.into_any()
        };
        // Whoever has no guests at all is spared the tools for them, unless others' can be seen.
        let tools = (!nothing || list.may_see_all).then(|| view! { {tabs(&asked)} {search(&list, &asked)} });
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {withdrawn}
            {told}
            <div class="headline">
                <div class="text"><h1>"Guests"</h1><p class="lead">{lead(&asked)}</p></div>
                {invite}
            </div>
            {tools}
            {body}
        };
        Ok(inside(&site, "Guests", Place::Guests, false, content.into_any()))
    })
}

fn full_query() -> String {
    use_context::<http::request::Parts>().and_then(|parts| parts.uri.query().map(str::to_owned)).unwrap_or_default()
}

fn lead(asked: &GuestQuery) -> &'static str {
    if asked.everyone {
        "Every guest of the organization."
    } else {
        "Whom you invited or answer for, and the guests of what you own."
    }
}

/// What was done with several, and for whom it was not.
fn steered_notice(action: GuestAction, steered: &Steered) -> AnyView {
    let count = steered.done;
    let one = count == 1;
    let text = match action {
        GuestAction::Resend if one => "The invitation is on its way again.".to_owned(),
        GuestAction::Resend => format!("{count} invitations are on their way again."),
        GuestAction::Extend if one => "The invitation is open for longer now.".to_owned(),
        GuestAction::Extend => format!("{count} invitations are open for longer now."),
        GuestAction::Revoke if one => "The invitation has been revoked. Its links no longer work.".to_owned(),
        GuestAction::Revoke => format!("{count} invitations have been revoked. Their links no longer work."),
        GuestAction::Withdraw if one => "Access has been withdrawn from one guest.".to_owned(),
        GuestAction::Withdraw => format!("Access has been withdrawn from {count} guests."),
        GuestAction::Again if one => "A new invitation is on its way.".to_owned(),
        GuestAction::Again => format!("{count} new invitations are on their way."),
    };
    let done = (count > 0).then(|| notice::done(text));
    let refused: Vec<_> = steered
        .refused
        .iter()
        .map(|(name, code)| view! { <li><b>{name.clone()}</b>": "{text::words(*code).title}</li> })
        .collect();
    let refused = (!refused.is_empty()).then(|| {
        view! {
            <div class="notice wait" role="status">
                {icon("bad", 18)}
                <div><h2>"Nothing was changed for these"</h2><ul>{refused}</ul></div>
            </div>
        }
    });
    view! { {done} {refused} }.into_any()
}

fn tabs(asked: &GuestQuery) -> AnyView {
    let tabs: Vec<_> = [
        (GuestFilter::Current, "Current"),
        (GuestFilter::Waiting, "Waiting"),
        (GuestFilter::Accepted, "Accepted"),
        (GuestFilter::Undelivered, "Not delivered"),
        (GuestFilter::Ended, "Ended"),
    ]
    .into_iter()
    .map(|(filter, name)| {
        let there = GuestQuery { filter, after: None, ..asked.clone() };
        view! { <a href=guest_list::path(&there) aria-current=(asked.filter == filter).then_some("page")>{name}</a> }
    })
    .collect();
    view! { <nav class="tabs" aria-label="Which guests">{tabs}</nav> }.into_any()
}

fn search(list: &GuestList, asked: &GuestQuery) -> AnyView {
    let within = |id: uuid::Uuid, name: &str| {
        let selected = asked.within == Some(id);
        view! { <option value=id.to_string() selected=selected>{name.to_owned()}</option> }
    };
    let groups: Vec<_> = list.groups.iter().map(|group| within(group.id, &group.name)).collect();
    let apps: Vec<_> = list.apps.iter().map(|app| within(app.id, &app.name)).collect();
    let narrow = (!groups.is_empty() || !apps.is_empty()).then(|| {
        view! {
            <select name="within" aria-label="In which group or app">
                <option value="">"All groups and apps"</option>
                {(!groups.is_empty()).then(|| view! { <optgroup label="Groups">{groups}</optgroup> })}
                {(!apps.is_empty()).then(|| view! { <optgroup label="Apps">{apps}</optgroup> })}
            </select>
        }
    });
    let sorts: Vec<_> = [
        (GuestSort::Newest, "Newest first"),
        (GuestSort::Name, "By name"),
        (GuestSort::Expiry, "Expiring first"),
        (GuestSort::Seen, "Not seen for longest"),
    ]
    .into_iter()
    .map(|(sort, name)| view! { <option value=sort.as_str() selected=asked.sort == sort>{name}</option> })
    .collect();
    let everyone = list.may_see_all.then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="everyone" value="1" checked=asked.everyone/>
                "Everyone’s guests"
            </label>
        }
    });
    view! {
        <form class="narrow" role="search" method="get" action="/guests">
            <input type="hidden" name="filter" value=asked.filter.as_str()/>
            <div class="search">
                {icon("search", 16)}
                <input type="search" name="q" value=asked.search.clone() aria-label="Search guests" placeholder="Name or address" maxlength="200"/>
            </div>
            {narrow}
            <select name="sort" aria-label="In which order">{sorts}</select>
            {everyone}
            <button>"Show"</button>
        </form>
    }
    .into_any()
}

fn table(site: &Site, list: &GuestList, asked: &GuestQuery) -> AnyView {
    let here = guest_list::write(asked);
    let rows: Vec<_> = list.rows.iter().map(|guest| row(site, guest, &here)).collect();
    let bulk = |action: GuestAction, name: &'static str, danger: bool| {
        // What takes something away is asked about first.
        let ask = danger.then_some(("/guests/confirm", "get"));
        view! {
            <button
                class=if danger { "danger" } else { "" }
                name="action"
                value=action.as_str()
                formaction=ask.map(|ask| ask.0)
                formmethod=ask.map(|ask| ask.1)
            >
                {name}
            </button>
        }
    };
    let actions = if asked.filter == GuestFilter::Ended {
        view! { {bulk(GuestAction::Again, "Invite again", false)} }.into_any()
    } else {
        let invitations = (asked.filter != GuestFilter::Accepted).then(|| {
            view! {
                {bulk(GuestAction::Resend, "Send again", false)}
                {bulk(GuestAction::Extend, "Extend", false)}
                {bulk(GuestAction::Revoke, "Revoke", true)}
            }
        });
        view! { {invitations} {bulk(GuestAction::Withdraw, "Withdraw access", true)} }.into_any()
    };
    view! {
        <section class="guests" aria-label="Guests">
            <div class="panel">
                <table>
                    <thead>
                        <tr>
                            <th scope="col"><span class="who"><ChooseAll label="Choose all on this page".to_owned()/>"Guest"</span></th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Has"</th>
                            <th scope="col">"Last sign-in"</th>
                            <th scope="col"><span class="spoken">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <form class="bulk" id="bulk" method="post" action="/api/guests/steer" aria-label="With those chosen">
                <input type="hidden" name="list" value=here/>
                <span class="chosen">"chosen"</span>
                <div class="actions">{actions}</div>
            </form>
        </section>
    }
    .into_any()
}

fn row(site: &Site, guest: &GuestRow, here: &str) -> AnyView {
    let blocks = guest.blocks_mail.then(|| view! { <small class="asked">"Wants no mail from us"</small> });
    let of_mail = guest.invitation.as_ref().map(|invitation| {
        let open = invitation.state == InvitationState::Pending;
        view! {
            <span class="mail">
                {open.then(|| guest_state::delivery(site, invitation))} {guest_state::life(site, invitation)}
            </span>
        }
    });
    let access: Vec<_> = guest.access.iter().map(|name| view! { <li>{name.clone()}</li> }).collect();
    let more = (guest.more_access > 0).then(|| view! { <li>{format!("and {} more", guest.more_access)}</li> });
    let access = if access.is_empty() {
        view! { <small>"Nothing"</small> }.into_any()
    } else {
        view! { <ul class="has">{access}{more}</ul> }.into_any()
    };
    let seen = match guest.last_sign_in {
        Some(at) => view! { <small>{moment(at, site.now)}</small> }.into_any(),
        None => view! { <small>"Never"</small> }.into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="who">
                    <input
                        type="checkbox"
                        name="users[]"
                        value=guest.user_id.to_string()
                        form="bulk"
                        autocomplete="off"
                        aria-label=format!("Choose {}", guest.name)
                    />
                    {face(guest.user_id, &guest.name, true, "")}
                    <div><a href=format!("/guests/{}", guest.user_id)>{guest.name.clone()}</a><small>{guest.address.clone()}</small></div>
                </div>
            </td>
            <td>{guest_state::chip(guest.state)}{of_mail}{blocks}</td>
            <td data-label="Has">{access}</td>
            <td data-label="Last sign-in">{seen}</td>
            <td class="acts">{actions(guest, here)}</td>
        </tr>
    }
    .into_any()
}

/// What can be done with this one: the most likely thing as a button, the rest in a menu.
fn actions(guest: &GuestRow, here: &str) -> AnyView {
    let name = &guest.name;
    let (open, ended) = match (&guest.invitation, guest.state) {
        (Some(_), InvitationState::Pending) => (true, false),
        (Some(_), InvitationState::Accepted) | (None, _) => (false, false),
        (Some(_), _) => (false, true),
    };
    let button = |action: GuestAction, word: &'static str, label: String, class: &'static str| {
        view! { <button class=class name="action" value=action.as_str() aria-label=label>{word}</button> }
    };
    let asking = |action: GuestAction, word: &'static str, label: String| {
        view! {
            <button class="danger" name="action" value=action.as_str() formaction="/guests/confirm" formmethod="get" aria-label=label>
                {word}
            </button>
        }
    };
    // To somebody who wants no mail the link has to be handed over.
    let quick = if open && !guest.blocks_mail {
        Some(button(GuestAction::Resend, "Send again", format!("Send again to {name}"), "quiet").into_any())
    } else if ended {
        Some(button(GuestAction::Again, "Invite again", format!("Invite {name} again"), "quiet").into_any())
    } else {
        None
    };
    let of_invitation = guest.invitation.as_ref().filter(|_| open).map(|invitation| {
        view! {
            <button
                name="invitation"
                value=invitation.id.to_string()
                formaction="/api/invitations/link"
                aria-label=format!("Copy the link for {name}")
            >
                "Copy link"
            </button>
            {button(GuestAction::Extend, "Extend", format!("Extend the invitation of {name}"), "")}
            {asking(GuestAction::Revoke, "Revoke", format!("Revoke the invitation of {name}"))}
        }
    });
    let withdraw = (!guest.access.is_empty())
        .then(|| asking(GuestAction::Withdraw, "Withdraw access", format!("Withdraw the access of {name}")));
    let menu = format!("menu-{}", guest.user_id);
    let more = (of_invitation.is_some() || withdraw.is_some()).then(|| {
        view! {
            <button class="quiet more" type="button" popovertarget=menu.clone() aria-label=format!("More for {name}")>
                {icon("more", 18)}
            </button>
            <div class="menu" popover id=menu>
                {of_invitation} {withdraw}
            </div>
        }
    });
    view! {
        <form method="post" action="/api/guests/steer">
            <input type="hidden" name="users[]" value=guest.user_id.to_string()/>
            <input type="hidden" name="guest" value=guest.user_id.to_string()/>
            <input type="hidden" name="list" value=here.to_owned()/>
            {quick}
            {more}
        </form>
    }
    .into_any()
}

fn pager(list: &GuestList, asked: &GuestQuery) -> AnyView {
    let first = asked.after.is_some().then(|| {
        let there = GuestQuery { after: None, ..asked.clone() };
        view! { <a class="button" href=guest_list::path(&there)>"First page"</a> }
    });
    let next = list.next.clone().map(|next| {
        let there = GuestQuery { after: Some(next), ..asked.clone() };
        view! { <a class="button far" href=guest_list::path(&there)>"Next page"</a> }
    });
    view! { <nav class="actions" aria-label="Pages">{first}{next}</nav> }.into_any()
}

fn empty(asked: &GuestQuery, plain: bool, may_invite: bool) -> AnyView {
    let (title, advice) = match asked.filter {
        _ if !plain => ("Nobody matches", "Look under another tab, or search for the beginning of a name or address."),
        GuestFilter::Current if may_invite => (
            "You have no guests yet",
            "Invite a partner by e-mail address, whoever they work for. They appear here at once.",
        ),
        GuestFilter::Current => (
            "You have no guests",
            "Guests of groups and apps that you own appear here. To invite somebody, you need to own a group or an app that takes guests.",
        ),
        GuestFilter::Waiting => ("Nobody is waiting", "Everyone you invited has answered."),
        GuestFilter::Accepted => ("Nobody has accepted yet", "As soon as somebody does, they appear here."),
        GuestFilter::Undelivered => {
            ("Every mail arrived", "Invitations whose mail could not be delivered appear here, with the reason.")
        }
        GuestFilter::Ended => {
            ("No invitation has ended", "Invitations that were declined or revoked, or have expired, appear here.")
        }
    };
    let invite = (plain && may_invite && asked.filter == GuestFilter::Current).then(|| {
        view! { <div class="actions"><a class="button primary" href="/guests/invite">{icon("plus", 16)}"Invite guests"</a></div> }
    });
    let all = (!plain).then(|| {
        let there = GuestQuery { filter: asked.filter, ..GuestQuery::default() };
        view! { <div class="actions"><a class="button" href=guest_list::path(&there)>"Show all"</a></div> }
    });
    view! {
        <section class="empty">
            <span class="sign">{icon("people", 22)}</span>
            <h2>{title}</h2>
            <p>{advice}</p>
            {invite}
            {all}
        </section>
    }
    .into_any()
}
