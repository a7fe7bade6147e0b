//! Who is in a group.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/memberships/remove`: takes someone out of a group.
#[server(prefix = "/api", endpoint = "memberships/remove")]
pub async fn remove_member(#[server(default)] group: String, #[server(default)] user: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::directory::Error;

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let (group, user) = (forms::id(&group)?, forms::id(&user)?);
        here.directory.remove_member(caller, group, user).await.map_err(Error::into_refusal)?;
        Ok(format!("/groups/{group}?done=removed"))
    }
    .await;
    let back = forms::id(&group).map_or_else(|_| "/groups".to_owned(), |id| format!("/groups/{id}"));
    forms::answer(&mut here, forms::Form::bare("remove", back), result).await
}
