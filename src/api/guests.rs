//! My guests.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/guests/steer`: does one thing with one or several guests. `action` is one of `resend`, `extend`, `revoke`,
/// `withdraw`, `again`; `list` is the query of the list that it was asked on.
#[server(prefix = "/api", endpoint = "guests/steer")]
pub async fn steer_guests(
    #[server(default)] action: String,
    #[server(default)] users: Vec<String>,
    #[server(default)] list: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let query = super::guest_list::read(&list);
    let result = super::guest_list::steer(&here, &action, &users, &query).await;
    forms::answer(&mut here, forms::Form::bare("steer", super::guest_list::path(&query)), result).await
}

/// `POST /api/guests/withdraw`: takes away from a guest everything that the caller manages.
#[server(prefix = "/api", endpoint = "guests/withdraw")]
pub async fn withdraw_access(#[server(default)] guest: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&guest)?);
        here.directory.withdraw_access(caller, id).await?;
        // Their page may be gone with it.
        Ok("/guests?done=withdraw".to_owned())
    }
    .await;
    let back = forms::id(&guest).map_or_else(|_| "/guests".to_owned(), |id| format!("/guests/{id}"));
    forms::answer(&mut here, forms::Form::bare("steer", back), result).await
}

/// A guest's own page.
///
/// # Errors
/// Those of [`crate::directory::Directory::guest_page`].
#[cfg(feature = "ssr")]
pub async fn page(guest: uuid::Uuid) -> Result<crate::model::view::GuestPage, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.guest_page(here.caller()?, guest).await.map_err(Into::into)
}
