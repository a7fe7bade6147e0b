//! How far a guest has come and what became of their mail, in a chip and a few words.

use leptos::prelude::*;

use super::{
    frame::Site,
    moment::{exact, moment},
};
use crate::model::{
    state::{Delivery, InvitationState},
    view::GuestInvitation,
};

/// The chip of a state.
pub fn chip(state: InvitationState) -> AnyView {
    let (tone, word) = match state {
        InvitationState::Pending => ("wait", "Pending"),
        InvitationState::Accepted => ("good", "Accepted"),
        InvitationState::Declined => ("bad", "Declined"),
        InvitationState::Revoked => ("plain", "Revoked"),
        InvitationState::Expired => ("bad", "Expired"),
    };
    view! { <span class=format!("chip {tone}")>{word}</span> }.into_any()
}

/// What became of the mail of an open invitation.
pub fn delivery(site: &Site, invitation: &GuestInvitation) -> AnyView {
    let reason = invitation.delivery_error.clone().map(|reason| view! { <small class="reason">{reason}</small> });
    match (invitation.delivery, invitation.sent_at) {
        (Delivery::None, _) => view! { <small>"No mail sent"</small> }.into_any(),
        (Delivery::Failed, _) => view! { <small class="failed">"Not delivered"</small>{reason} }.into_any(),
        (Delivery::Queued, _) if reason.is_some() => view! { <small>"Mail delayed"</small>{reason} }.into_any(),
        (Delivery::Queued, _) => view! { <small>"Mail on its way"</small> }.into_any(),
        (Delivery::Sent, Some(at)) => view! { <small>"Sent "{moment(at, site.now)}</small> }.into_any(),
        (Delivery::Sent, None) => view! { <small>"Sent"</small> }.into_any(),
    }
}

/// When it ends or ended, and whether the guest was reminded or has asked for a new one.
pub fn life(site: &Site, invitation: &GuestInvitation) -> AnyView {
    let ends = match invitation.state {
        InvitationState::Pending => {
            Some(view! { <small title=exact(invitation.expires_at)>"Expires "{moment(invitation.expires_at, site.now)}</small> }.into_any())
        }
        InvitationState::Accepted => None,
        _ => Some(view! { <small>{moment(invitation.state_at, site.now)}</small> }.into_any()),
    };
    let asked = invitation
        .asked_at
        .map(|at| view! { <small class="asked">"Asked for a new one "{moment(at, site.now)}</small> });
    view! { {ends} {asked} }.into_any()
}
