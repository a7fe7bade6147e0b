//! Groups, for their pages.

use uuid::Uuid;

use super::here::Here;
use crate::{
    directory::{Error, memberships::Removal},
    model::{
        Refusal,
        view::{GroupPage, MyGroups},
    },
};

/// The caller's groups.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine() -> Result<MyGroups, Refusal> {
    let here = Here::get()?;
    here.directory.my_groups(here.caller()?).await.map_err(Error::into_refusal)
}

/// A group's page.
///
/// # Errors
/// Those of [`crate::directory::Directory::group_page`].
pub async fn page(group: Uuid, search: &str, after: Option<&str>) -> Result<GroupPage, Refusal> {
    let here = Here::get()?;
    here.directory.group_page(here.caller()?, group, search, after).await.map_err(Error::into_refusal)
}

/// What removing someone would do.
///
/// # Errors
/// Those of [`crate::directory::Directory::removal`].
pub async fn removal(group: Uuid, user: Uuid) -> Result<Removal, Refusal> {
    let here = Here::get()?;
    here.directory.removal(here.caller()?, group, user).await.map_err(Error::into_refusal)
}
