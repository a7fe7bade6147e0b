//! `/guests/{id}`: one guest, their invitations, and what they have.

use leptos::prelude::*;

use super::{id_in_path, page, query};
use crate::{
    api,
    components::{
        faces::{face, logo},
        frame::{Place, Site, inside},
        guest_state,
        icon::icon,
        moment::{day, moment},
        notice,
    },
    model::{
        Code, Refusal,
        state::{Delivery, GrantReason, GuestAction, InvitationState},
        text,
        view::{AccessRow, GuestPage, SteerableInvitation},
    },
};

/// A guest's page.
#[component]
pub fn GuestPageView() -> impl IntoView {
    let id = id_in_path("id");
    let (done, again) = (query("done"), query("again"));
    page(async move |site| {
        let guest = api::guests::page(id?).await?;
        let may_invite = api::invitations::may_invite().await?;
        let refused = api::forms::again("steer", again.as_deref()).await;
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {done.as_deref().and_then(flash)}
            <a class="back" href="/guests">{icon("back", 16)}"Guests"</a>
            {headline(&guest, may_invite)}
            {chips(&guest)}
            <div class="sides">
                <div class="stack">{invitations(&site, &guest)} {access(&site, &guest)}</div>
                <aside aria-label=format!("About {}", guest.name)>{facts(&site, &guest)} {withdraw(&guest)}</aside>
            </div>
        };
        Ok(inside(&site, &guest.name, Place::Guests, false, content.into_any()))
    })
}

/// What has just been done.
fn flash(done: &str) -> Option<AnyView> {
    let text = match done.parse().ok()? {
        GuestAction::Resend => "The invitation is on its way again. Links sent before work as well.",
        GuestAction::Extend => "The invitation is open for longer now.",
        GuestAction::Revoke => "The invitation has been revoked. Its links no longer work.",
        GuestAction::Again => "A new invitation is on its way.",
        GuestAction::Withdraw => return None,
    };
    Some(notice::done(text))
}

fn headline(guest: &GuestPage, may_invite: bool) -> AnyView {
    let more = (may_invite && guest.live && !guest.blocked).then(|| {
        view! { <a class="button" href=format!("/guests/invite?guest={}", guest.user_id)>{icon("plus", 16)}"Invite to more"</a> }
    });
    view! {
        <div class="headline">
            <div class="who">
                {face(guest.user_id, &guest.name, true, "large")}
                <div><h1>{guest.name.clone()}</h1><p class="lead">{guest.address.clone()}</p></div>
            </div>
            {more}
        </div>
    }
    .into_any()
}

fn chips(guest: &GuestPage) -> AnyView {
    let item = |class: &'static str, text: &'static str| view! { <li class=class>{text}</li> };
    view! {
        <ul class="chips" aria-label="State">
            <li>{guest_state::chip(guest.state)}</li>
            {guest.blocked.then(|| item("chip bad", "Blocked by an administrator"))}
            {guest.blocks_mail.then(|| item("chip wait", "Wants no mail from us"))}
            {(!guest.live).then(|| item("chip plain", "No longer in the directory"))}
        </ul>
    }
    .into_any()
}

fn facts(site: &Site, guest: &GuestPage) -> AnyView {
    let sponsor = guest.sponsor.as_ref().map(|sponsor| {
        let me = site.visitor.as_ref().is_some_and(|me| me.user_id == sponsor.id);
        let you = me.then(|| view! { <small>"That is you"</small> });
        view! { <div><dt>"Sponsor"</dt><dd>{sponsor.name.clone()}" "{you}</dd></div> }
    });
    let accepted = guest.accepted_at.map(|at| view! { <div><dt>"Accepted"</dt><dd>{day(at)}</dd></div> });
    let seen = match guest.last_sign_in {
        Some(at) => moment(at, site.now).into_any(),
        None => "Never".into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="about">
            <header><h2 id="about">"About them"</h2></header>
            <dl class="facts">
                {sponsor}
                <div><dt>"In the directory since"</dt><dd>{day(guest.since)}</dd></div>
                {accepted}
                <div><dt>"Last sign-in"</dt><dd>{seen}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

fn invitations(site: &Site, guest: &GuestPage) -> Option<AnyView> {
    if guest.invitations.is_empty() {
        return None;
    }
    let items: Vec<_> = guest.invitations.iter().map(|one| invitation(site, guest, one)).collect();
    Some(
        view! {
            <section class="panel" aria-labelledby="invitations">
                <header><h2 id="invitations">"Invitations"</h2></header>
                <ul class="history">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

fn invitation(site: &Site, guest: &GuestPage, one: &SteerableInvitation) -> AnyView {
    let of = &one.invitation;
    let open = of.state == InvitationState::Pending;
    let mine = site.visitor.as_ref().is_some_and(|me| me.user_id == one.inviter.id);
    let by = if mine { "You invited them".to_owned() } else { format!("{} invited them", one.inviter.name) };
    let to = if one.grants.is_empty() { "The directory alone".to_owned() } else { one.grants.join(", ") };
    let words = (!one.message.is_empty()).then(|| view! { <blockquote>{one.message.clone()}</blockquote> });
    let fact = |name: &'static str, value: AnyView| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let sent = match (of.delivery, of.sent_at) {
        (Delivery::Sent, Some(at)) => Some(moment(at, site.now).into_any()),
        _ if open => Some(guest_state::delivery(site, of)),
        _ => None,
    };
    let ended = match of.state {
        InvitationState::Pending => fact("Expires", day(of.expires_at).into_any()),
        InvitationState::Accepted => fact("Accepted", moment(of.state_at, site.now).into_any()),
        InvitationState::Declined => fact("Declined", moment(of.state_at, site.now).into_any()),
        InvitationState::Revoked => fact("Revoked", moment(of.state_at, site.now).into_any()),
        InvitationState::Expired => fact("Expired", moment(of.state_at, site.now).into_any()),
    };
    view! {
        <li>
            <div class="top">
                <div><h3>{to}</h3><small>{by}", "{moment(of.invited_at, site.now)}</small></div>
                {guest_state::chip(of.state)}
            </div>
            {words}
            <dl class="small">
                {sent.map(|sent| fact("Mail", sent))}
                {of.reminded_at.map(|at| fact("Reminded", moment(at, site.now).into_any()))}
                {of.asked_at.map(|at| fact("Asked for a new one", moment(at, site.now).into_any()))}
                {ended}
                {one.access_until.map(|until| fact("Access until", day(until).into_any()))}
                {fact("Language", one.language.endonym().into_any())}
            </dl>
            {steering(guest, one)}
        </li>
    }
    .into_any()
}

/// What can be done with an invitation, or why nothing can.
fn steering(guest: &GuestPage, one: &SteerableInvitation) -> AnyView {
    let of = &one.invitation;
    let name = &guest.name;
    let (id, guest_id) = (of.id.to_string(), guest.user_id.to_string());
    let hidden = view! {
        <input type="hidden" name="invitation" value=id.clone()/>
        <input type="hidden" name="guest" value=guest_id.clone()/>
    };
    let again = matches!(of.state, InvitationState::Declined | InvitationState::Revoked | InvitationState::Expired);
    if again {
        return view! {
            <form class="actions" method="post" action="/api/invitations/steer">
                {hidden}
                <button name="action" value="again" aria-label=format!("Invite {name} again")>"Invite again"</button>
            </form>
        }
        .into_any();
    }
    if of.state != InvitationState::Pending {
        return ().into_any();
    }
    let revoke = one.can_revoke.then(|| {
        view! { <a class="button danger" href=format!("/guests/{guest_id}/revoke?invitation={id}") aria-label=format!("Revoke the invitation of {name}")>"Revoke"</a> }
    });
    let sending = one.can_send.is_ok().then(|| {
        view! {
            <button name="action" value="resend" aria-label=format!("Send again to {name}")>{icon("mail", 16)}"Send again"</button>
            <button formaction="/api/invitations/link" aria-label=format!("Copy the link for {name}")>{icon("link", 16)}"Copy link"</button>
        }
    });
    // Whoever wants no mail can still be handed the link.
    let link_only = (one.can_send == Err(Code::MailBlocked)).then(|| {
        view! { <button formaction="/api/invitations/link" aria-label=format!("Copy the link for {name}")>{icon("link", 16)}"Copy link"</button> }
    });
    let why_not = one.can_send.err().map(|code| {
        view! { <p class="hint">{text::words(code).title}". "{text::words(code).remedy}</p> }
    });
    let extend = (one.can_send.is_ok() || link_only.is_some()).then(|| {
        view! {
            <form class="extend" method="post" action="/api/invitations/steer">
                <input type="hidden" name="invitation" value=id.clone()/>
                <input type="hidden" name="guest" value=guest_id.clone()/>
                <label>
                    <span class="spoken">"Days from now"</span>
                    <input type="number" name="days" min="1" max="365" placeholder="30" inputmode="numeric" autocomplete="off"/>
                    <span aria-hidden="true">"days"</span>
                </label>
                <button name="action" value="extend" aria-label=format!("Extend the invitation of {name}")>{icon("clock", 16)}"Extend"</button>
            </form>
        }
    });
    view! {
        {why_not}
        <div class="steering">
            <form class="actions" method="post" action="/api/invitations/steer">{hidden}{sending}{link_only}{revoke}</form>
            {extend}
        </div>
    }
    .into_any()
}

fn access(site: &Site, guest: &GuestPage) -> AnyView {
    let rows: Vec<_> = guest.access.iter().map(|row| access_row(site, row)).collect();
    let body = if rows.is_empty() {
        view! { <div class="body"><p class="lead">"Nothing of what you manage."</p></div> }.into_any()
    } else {
        view! {
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Group or app"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Since"</th>
                        <th scope="col">"Until"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="access">
            <header><h2 id="access">"What they have"</h2></header>
            {body}
        </section>
    }
    .into_any()
}

fn access_row(site: &Site, row: &AccessRow) -> AnyView {
    let me = |id| site.visitor.as_ref().is_some_and(|me| me.user_id == id);
    let why = match (&row.granted_by, row.reason) {
        (Some(by), GrantReason::Invitation) if me(by.id) => "Invited by you".to_owned(),
        (Some(by), GrantReason::Invitation) => format!("Invited by {}", by.name),
        (Some(by), _) if me(by.id) => "Added by you".to_owned(),
        (Some(by), _) => format!("Added by {}", by.name),
        (None, _) => "Added by an administrator".to_owned(),
    };
    let kind = if row.is_app { "App" } else { "Group" };
    let name = if row.managed && !row.is_app {
        view! { <a href=format!("/groups/{}", row.id)>{row.name.clone()}</a> }.into_any()
    } else {
        view! { <b>{row.name.clone()}</b> }.into_any()
    };
    let waiting = row.waiting.then(|| view! { <span class="chip wait">"Once accepted"</span> });
    let until = match row.until {
        Some(until) => day(until).into_any(),
        None => view! { <small>"No end"</small> }.into_any(),
    };
    view! {
        <tr>
            <td>
                <div class="who">{logo(row.id, &row.name, "small")}<div>{name}<small>{kind}</small></div></div>
            </td>
            <td data-label="Why"><small>{why}</small>{waiting}</td>
            <td data-label="Since"><small>{moment(row.since, site.now)}</small></td>
            <td data-label="Until">{until}</td>
        </tr>
    }
    .into_any()
}

fn withdraw(guest: &GuestPage) -> Option<AnyView> {
    guest.can_withdraw.then(|| {
        view! {
            <section class="panel danger" aria-labelledby="withdraw">
                <header><h2 id="withdraw">"Withdraw access"</h2></header>
                <div class="body">
                    <p class="lead">"Out of everything that you manage, at once."</p>
                    <div class="actions">
                        <a class="button danger" href=format!("/guests/{}/withdraw", guest.user_id) aria-label=format!("Withdraw the access of {}", guest.name)>"Withdraw access"</a>
                    </div>
                </div>
            </section>
        }
        .into_any()
    })
}

/// The invitation of this id among those that the caller may revoke.
pub(super) fn revocable(guest: &GuestPage, id: uuid::Uuid) -> Result<&SteerableInvitation, Refusal> {
    let found = guest.invitations.iter().find(|one| one.invitation.id == id);
    match found {
        Some(one) if one.can_revoke => Ok(one),
        Some(_) => Err(Code::InvitationEnded.into()),
        None => Err(Code::NotFound.into()),
    }
}
