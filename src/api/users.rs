//! The caller themselves.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/users/leave`: a guest leaves the organization.
#[server(prefix = "/api", endpoint = "users/leave")]
pub async fn leave() -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        here.directory.leave(here.caller()?).await?;
        Ok("/sign-in?left=1".to_owned())
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("leave", "/profile"), result).await
}
