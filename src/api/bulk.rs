//! Inviting by file.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/bulk/steer`: starts, pauses, resumes, cancels or deletes a bulk job, or makes a new one of its failures.
#[server(prefix = "/api", endpoint = "bulk/steer")]
pub async fn steer_bulk(#[server(default)] job: String, #[server(default)] action: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::{Code, bulk::view::BulkAction};

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let id = forms::id(&job)?;
        let action: BulkAction = action.parse().map_err(|_| Code::BadRequest)?;
        let next = here.directory.steer_bulk(caller, id, action).await?;
        Ok(next.map_or_else(|| "/guests/bulk?done=deleted".to_owned(), |next| format!("/guests/bulk/{next}")))
    }
    .await;
    let back = forms::id(&job).map_or_else(|_| "/guests/bulk".to_owned(), |id| format!("/guests/bulk/{id}"));
    forms::answer(&mut here, forms::Form::bare("bulk-steer", back), result).await
}

/// What the caller may invite to, and their files.
///
/// # Errors
/// Those of [`crate::directory::Directory::may_invite_by_file`].
#[cfg(feature = "ssr")]
pub async fn start()
-> Result<(crate::model::view::InviteTargets, Vec<crate::model::bulk::view::BulkSummary>), crate::model::Refusal> {
    use super::here::Here;

    let here = Here::get()?;
    let caller = here.caller()?;
    let directory = &here.directory;
    directory.may_invite_by_file(caller).await?;
    let targets = directory.invite_targets(caller).await?;
    Ok((targets, directory.bulk_jobs(caller).await?))
}

/// A job's page.
///
/// # Errors
/// Those of [`crate::directory::Directory::bulk_page`].
#[cfg(feature = "ssr")]
pub async fn page(
    job: uuid::Uuid,
    filter: crate::model::bulk::view::BulkFilter,
    after: u32,
) -> Result<crate::model::bulk::view::BulkPage, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.bulk_page(here.caller()?, job, filter, after).await.map_err(Into::into)
}
