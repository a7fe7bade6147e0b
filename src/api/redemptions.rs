//! Redeeming an invitation.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/redemptions/start`: *Get started*. Takes the asked way, or the first one.
#[server(prefix = "/api", endpoint = "redemptions/start")]
pub async fn start_redemption(
    #[server(default)] ticket: String,
    #[server(default)] way: String,
    #[server(default)] switch: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::{
        directory::redemption::Next,
        sign_in::{landing, oidc::Wishes, start},
    };

    let mut here = Here::get()?;
    here.speak(&lang);
    let browser = here.browser();
    let result = async {
        here.limit("redemptions", 1000).await?;
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let next = here.directory.start_redemption(&browser, given(&ticket).as_deref(), given(&way).as_deref()).await?;
        match next {
            Next::Passcode { attempt } => Ok(format!("/sign-in/code?attempt={attempt}")),
            Next::Provider { attempt, provider, address } => {
                let provider = start::provider(&here.directory, &provider).await?;
                // Somebody who switches wants to choose, not to be led back to the account that did not fit.
                let wishes =
                    Wishes { login_hint: Some(address), choose_account: !switch.is_empty(), ..Wishes::default() };
                start::to_provider(&here.directory, &here.oidc, attempt, &provider, &wishes).await
            }
            Next::Done(arrival) => {
                let landing = landing::land(&here.directory, here.lands_from(), arrival, None).await?;
                Ok(Here::land(landing))
            }
        }
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("redeem", link("/redeem", &ticket)), result).await
}

/// `POST /api/redemptions/decline`: says no to everything that is open for the guest behind a link.
#[server(prefix = "/api", endpoint = "redemptions/decline")]
pub async fn decline_invitations(
    #[server(default)] ticket: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    here.speak(&lang);
    let page = link("/redeem/decline", &ticket);
    // The page shows what has become of the invitation, however that came about.
    let result = async {
        here.limit("answers to invitations", 300).await?;
        here.directory.decline(&ticket).await.map(|()| page.clone()).map_err(Into::into)
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("decline", page), result).await
}

/// `POST /api/redemptions/ask`: asks the inviter for a new invitation, by the link of one that has ended.
#[server(prefix = "/api", endpoint = "redemptions/ask")]
pub async fn ask_for_new_invitation(
    #[server(default)] ticket: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    here.speak(&lang);
    let asked = match here.limit("answers to invitations", 300).await {
        Ok(()) => here.directory.ask_for_new(&ticket).await,
        Err(refusal) => Err(refusal.into()),
    };
    let result = match asked {
        // Open again meanwhile: nobody was asked, for the link itself is the way in.
        Ok(()) if here.directory.redeem_page(&ticket).await.is_ok() => Ok(link("/redeem", &ticket)),
        Ok(()) => Ok("/redeem/asked".to_owned()),
        Err(error) => Err(error.into()),
    };
    forms::answer(&mut here, forms::Form::bare("redeem", link("/redeem", &ticket)), result).await
}

/// A page about a ticket.
#[cfg(feature = "ssr")]
fn link(page: &str, ticket: &str) -> String {
    if ticket.is_empty() {
        return page.to_owned();
    }
    let ticket: String = url::form_urlencoded::byte_serialize(ticket.as_bytes()).collect();
    format!("{page}?ticket={ticket}")
}

/// The page behind a link, or of the redemption this browser has begun.
///
/// # Errors
/// Those of [`crate::directory::Directory::redeem_page`].
#[cfg(feature = "ssr")]
pub async fn page(ticket: Option<&str>) -> Result<crate::model::view::RedeemPage, crate::model::Refusal> {
    use super::here::Here;
    use crate::model::Code;

    let here = Here::get()?;
    let page = match ticket {
        Some(ticket) => here.directory.redeem_page(ticket).await,
        None => {
            let browser = here.browser.as_deref().ok_or(Code::TicketUnknown)?;
            let attempt = here.directory.open_redemption(browser).await?;
            let guest = attempt.and_then(|attempt| attempt.guest_id).ok_or(Code::AttemptExpired)?;
            here.directory.redeem_page_of(guest).await
        }
    };
    page.map_err(Into::into)
}
