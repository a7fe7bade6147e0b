//! Inviting, and what can be done with an invitation.
#![expect(clippy::too_many_arguments, reason = "a form has as many fields as it needs")]

use leptos::prelude::*;

use super::error::ApiError;
use crate::model::view::AddressStanding;

/// `POST /api/invitations/create`: invites people to groups, to apps, or to the directory alone. `group` names the group
/// whose page the form is on; without it, `groups`, `apps` and `directory` are what was ticked.
#[server(prefix = "/api", endpoint = "invitations/create")]
pub async fn create_invitation(
    #[server(default)] group: String,
    #[server(default)] groups: Vec<String>,
    #[server(default)] apps: Vec<String>,
    #[server(default)] directory: String,
    #[server(default)] address: String,
    #[server(default)] message: String,
    #[server(default)] language: String,
    #[server(default)] until: String,
    #[server(default)] days: String,
    #[server(default)] sponsor: String,
    #[server(default)] cc: String,
    #[server(default)] landing: String,
    #[server(default)] without_mail: String,
) -> Result<(), ApiError> {
    use super::{compose::Typed, forms, here::Here};

    let typed = Typed {
        group,
        groups,
        apps,
        directory: !directory.is_empty(),
        address,
        message,
        language,
        until,
        days,
        sponsor,
        cc,
        landing,
        without_mail: !without_mail.is_empty(),
    };
    let mut here = Here::get()?;
    let result = super::compose::invite(&here, &typed).await;
    let form = forms::Form { name: "invite", back: typed.page(), fields: typed.into_fields() };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/invitations/check`: what would become of each address of a list. Changes nothing.
#[server(prefix = "/api", endpoint = "invitations/check")]
pub async fn check_addresses(
    #[server(default)] group: String,
    #[server(default)] groups: Vec<String>,
    #[server(default)] apps: Vec<String>,
    #[server(default)] address: String,
) -> Result<Vec<AddressStanding>, ApiError> {
    use super::{compose, forms, here::Here};

    let here = Here::get()?;
    let result = async {
        let (groups, apps) = compose::targets(&group, &groups, &apps)?;
        compose::standings(&here, &groups, &apps, &address).await
    }
    .await;
    result.map_err(forms::told)
}

/// `POST /api/invitations/steer`: sends an invitation again, extends it, revokes it, or makes a new one after it has
/// ended. `action` is one of `resend`, `extend`, `revoke`, `again`; `days` counts for `extend`; `guest` names the page to
/// go back to.
#[server(prefix = "/api", endpoint = "invitations/steer")]
pub async fn steer_invitation(
    #[server(default)] action: String,
    #[server(default)] invitation: String,
    #[server(default)] guest: String,
    #[server(default)] days: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = super::compose::steer(&here, &action, &invitation, &guest, &days).await;
    let back = forms::id(&guest).map_or_else(|_| "/guests".to_owned(), |id| format!("/guests/{id}"));
    let form = forms::Form { name: "steer", back, fields: vec![("invitation", invitation), ("days", days)] };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/invitations/link`: a further link of an invitation, shown on one page to this session alone.
#[server(prefix = "/api", endpoint = "invitations/link")]
pub async fn copy_link(
    #[server(default)] invitation: String,
    #[server(default)] guest: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = super::compose::link(&here, &invitation, &guest).await;
    let back = forms::id(&guest).map_or_else(|_| "/guests".to_owned(), |id| format!("/guests/{id}"));
    forms::answer(&mut here, forms::Form::bare("steer", back), result).await
}

/// `POST /api/invitations/answer`: the caller accepts or declines an invitation that waits for them. `answer` is `accept`
/// or `decline`.
#[server(prefix = "/api", endpoint = "invitations/answer")]
pub async fn answer_invitation(
    #[server(default)] invitation: String,
    #[server(default)] answer: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::Code;

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&invitation)?);
        match answer.as_str() {
            "accept" => {
                here.directory.accept_waiting(caller, id).await?;
                Ok("/profile?done=accepted".to_owned())
            }
            "decline" => {
                here.directory.decline_waiting(caller, id).await?;
                Ok("/profile?done=declined".to_owned())
            }
            _ => Err(Code::BadRequest.into()),
        }
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("answer", "/profile"), result).await
}

/// What the caller may invite to.
///
/// # Errors
/// When nobody is signed in.
#[cfg(feature = "ssr")]
pub async fn targets() -> Result<crate::model::view::InviteTargets, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.invite_targets(here.caller()?).await.map_err(Into::into)
}

/// Whether the caller has anything to invite to.
///
/// # Errors
/// When nobody is signed in.
#[cfg(feature = "ssr")]
pub async fn may_invite() -> Result<bool, crate::model::Refusal> {
    let targets = targets().await?;
    Ok(targets.refused.is_none() && !targets.is_empty())
}

/// Invitations that wait for the caller.
///
/// # Errors
/// When nobody is signed in.
#[cfg(feature = "ssr")]
pub async fn waiting() -> Result<Vec<crate::model::view::WaitingInvitation>, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.waiting_invitations(here.caller()?).await.map_err(Into::into)
}
