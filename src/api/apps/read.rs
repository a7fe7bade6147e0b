//! What pages read of apps.

use uuid::Uuid;

use super::super::here::Here;
use crate::{
    directory::apps::Launch,
    model::{
        Code, Refusal,
        authorization::{back_of, path_of},
        managed::{AppClosed, AppGroupPage, AppHistory, AppPage, AppPeople, AppPersonPage, AppSettings, ManagedApps},
        view::{AppTile, GroupName},
    },
};

/// The caller's apps.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine() -> Result<Vec<AppTile>, Refusal> {
    let here = Here::get()?;
    here.directory.my_apps(here.caller()?).await.map_err(Into::into)
}

/// Opens an app for the caller, checked now.
///
/// # Errors
/// Those of [`crate::directory::Directory::launch`].
pub async fn launch(app: Uuid) -> Result<Launch, Refusal> {
    let here = Here::get()?;
    here.directory.launch(here.caller()?, app).await.map_err(Into::into)
}

/// Why the caller cannot open an app, as far as they may know.
///
/// # Errors
/// When nobody is signed in.
pub async fn closed(app: Uuid) -> Result<AppClosed, Refusal> {
    let here = Here::get()?;
    here.directory.app_closed(here.caller()?, app).await.map_err(Into::into)
}

/// Why somebody cannot go on to the app that sent them here.
pub struct NoAccess {
    /// As far as they may know.
    pub closed: AppClosed,
    /// Whether they come from the app, so that its name is no secret to them.
    pub from_app: bool,
    /// Leads back to the app, which hears that they may not use it.
    pub back: Option<String>,
    /// Leads on to the app: they may use it by now.
    pub go_on: Option<String>,
}

/// Why the caller cannot go on to an app. `request` names what the app has asked for, `host` where it stands behind a
/// proxy; without either of them this is as [`closed`].
///
/// # Errors
/// When nobody is signed in.
pub async fn no_access(app: Uuid, request: &str, host: &str) -> Result<NoAccess, Refusal> {
    let here = Here::get()?;
    let (directory, caller) = (&here.directory, here.caller()?);
    let kept = directory.authorization(request).await?;
    if let Some(kept) = kept.filter(|kept| kept.app_id == app) {
        return Ok(NoAccess {
            closed: directory.app_closed_to(caller, &kept).await?,
            from_app: true,
            back: Some(back_of(request)),
            go_on: may_sign_in_to(&here, app).await?.then(|| path_of(&kept.client_id, request)),
        });
    }
    let hosted = directory.app_of_host(host).await?;
    if let Some(hosted) = hosted.filter(|hosted| hosted.app_id == app) {
        return Ok(NoAccess {
            closed: directory.app_closed_at(caller, &hosted).await?,
            from_app: true,
            // It would only lead here again.
            back: None,
            go_on: may_sign_in_to(&here, app).await?.then(|| format!("{}/", hosted.host.origin())),
        });
    }
    let go_on = directory.may_open(caller, app).await.is_ok().then(|| format!("/apps/{app}"));
    Ok(NoAccess { closed: closed(app).await?, from_app: false, back: None, go_on })
}

/// Whether the caller may use an app by now, by the session they have here.
async fn may_sign_in_to(here: &Here, app: Uuid) -> Result<bool, Refusal> {
    let signed = here.directory.signed(&here.session_hash).await?;
    Ok(here.directory.may_sign_in_to(app, &signed.ok_or(Code::Unauthenticated)?).await.is_ok())
}

/// An app's own page.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_page`].
pub async fn page(app: Uuid) -> Result<AppPage, Refusal> {
    let here = Here::get()?;
    here.directory.app_page(here.caller()?, app).await.map_err(Into::into)
}

/// Who has an app.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_people`].
pub async fn people(
    app: Uuid,
    search: &str,
    after: Option<&str>,
    after_group: Option<Uuid>,
) -> Result<AppPeople, Refusal> {
    let here = Here::get()?;
    here.directory.app_people(here.caller()?, app, search, after, after_group).await.map_err(Into::into)
}

/// One person who has an app.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_person`].
pub async fn person(app: Uuid, user: Uuid) -> Result<AppPersonPage, Refusal> {
    let here = Here::get()?;
    here.directory.app_person(here.caller()?, app, user).await.map_err(Into::into)
}

/// One group that gives an app.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_group`].
pub async fn group(app: Uuid, group: Uuid) -> Result<AppGroupPage, Refusal> {
    let here = Here::get()?;
    here.directory.app_group(here.caller()?, app, group).await.map_err(Into::into)
}

/// Groups that the caller may give an app to.
///
/// # Errors
/// Those of [`crate::directory::Directory::groups_to_give`].
pub async fn groups_to_give(app: Uuid, search: &str) -> Result<Vec<GroupName>, Refusal> {
    let here = Here::get()?;
    here.directory.groups_to_give(here.caller()?, app, search).await.map_err(Into::into)
}

/// What those who run an app can change.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_settings`].
pub async fn settings(app: Uuid) -> Result<AppSettings, Refusal> {
    let here = Here::get()?;
    here.directory.app_settings(here.caller()?, app).await.map_err(Into::into)
}

/// What was done to an app.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_history`].
pub async fn history(app: Uuid, after: Option<&str>) -> Result<AppHistory, Refusal> {
    let here = Here::get()?;
    here.directory.app_history(here.caller()?, app, after).await.map_err(Into::into)
}

/// Apps that the caller runs.
///
/// # Errors
/// When nobody is signed in.
pub async fn managed(search: &str, after: Option<&str>) -> Result<ManagedApps, Refusal> {
    let here = Here::get()?;
    here.directory.managed_apps(here.caller()?, search, after).await.map_err(Into::into)
}
