//! Inviting.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/invitations/create`: invites someone to a group.
#[server(prefix = "/api", endpoint = "invitations/create")]
pub async fn create_invitation(
    #[server(default)] group: String,
    #[server(default)] address: String,
    #[server(default)] message: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::directory::{
        Error,
        invitations::{Ask, Terms},
    };

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let group_id = forms::id(&group)?;
        let terms = Terms { message: message.clone(), ..Default::default() };
        let ask = Ask { groups: vec![group_id], address: address.clone(), terms, ..Default::default() };
        let invited = here.directory.invite(caller, &ask).await.map_err(Error::into_refusal)?;
        Ok(format!("/groups/{group_id}?done={}&who={}", done(invited.outcome), invited.user_id))
    }
    .await;
    // A group that is no id leads back to the list: nothing of what was posted becomes part of a path.
    let back = forms::id(&group).map_or_else(|_| "/groups".to_owned(), |id| format!("/groups/{id}/invite"));
    let form = forms::Form { name: "invite", back, fields: vec![("address", address), ("message", message)] };
    forms::answer(&mut here, form, result).await
}

#[cfg(feature = "ssr")]
fn done(outcome: crate::directory::invitations::InviteOutcome) -> &'static str {
    use crate::directory::invitations::InviteOutcome;
    match outcome {
        InviteOutcome::Invited => "invited",
        InviteOutcome::Added => "added",
        InviteOutcome::AlreadyInvited => "already-invited",
    }
}
