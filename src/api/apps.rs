//! Apps: my panel, and opening one.

use uuid::Uuid;

use super::here::Here;
use crate::{
    directory::{Error, apps::Launch},
    model::{Refusal, view::AppTile},
};

/// The caller's apps.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine() -> Result<Vec<AppTile>, Refusal> {
    let here = Here::get()?;
    here.directory.my_apps(here.caller()?).await.map_err(Error::into_refusal)
}

/// Opens an app for the caller, checked now.
///
/// # Errors
/// Those of [`crate::directory::Directory::launch`].
pub async fn launch(app: Uuid) -> Result<Launch, Refusal> {
    let here = Here::get()?;
    here.directory.launch(here.caller()?, app).await.map_err(Error::into_refusal)
}
