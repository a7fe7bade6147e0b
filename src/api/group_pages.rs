//! Groups, for their pages.

use uuid::Uuid;

use super::here::Here;
use crate::{
    directory::{
        groups::OwnerRemoval,
        memberships::{Removal, Removals},
    },
    model::{
        Refusal,
        groups::{DeletedGroups, Deletion, GroupHead, GroupHistory, GroupSettings, MembershipPage},
        view::{GroupPage, MyGroups},
    },
};

/// The caller's groups.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(after: Option<&str>) -> Result<MyGroups, Refusal> {
    let here = Here::get()?;
    here.directory.my_groups(here.caller()?, after).await.map_err(Into::into)
}

/// A group's page.
///
/// # Errors
/// Those of [`crate::directory::Directory::group_page`].
pub async fn page(group: Uuid, search: &str, after: Option<&str>) -> Result<GroupPage, Refusal> {
    let here = Here::get()?;
    here.directory.group_page(here.caller()?, group, search, after).await.map_err(Into::into)
}

/// What every page of a group shows.
///
/// # Errors
/// Those of [`crate::directory::Directory::group_head`].
pub async fn head(group: Uuid) -> Result<GroupHead, Refusal> {
    let here = Here::get()?;
    here.directory.group_head(here.caller()?, group).await.map_err(Into::into)
}

/// What a group is like.
///
/// # Errors
/// Those of [`crate::directory::Directory::group_settings`].
pub async fn settings(group: Uuid) -> Result<GroupSettings, Refusal> {
    let here = Here::get()?;
    here.directory.group_settings(here.caller()?, group).await.map_err(Into::into)
}

/// What happened in a group.
///
/// # Errors
/// Those of [`crate::directory::Directory::group_history`].
pub async fn history(group: Uuid, after: Option<&str>) -> Result<GroupHistory, Refusal> {
    let here = Here::get()?;
    here.directory.group_history(here.caller()?, group, after).await.map_err(Into::into)
}

/// Groups that the caller can restore.
///
/// # Errors
/// When nobody is signed in.
pub async fn deleted(after: Option<&str>) -> Result<DeletedGroups, Refusal> {
    let here = Here::get()?;
    here.directory.deleted_groups(here.caller()?, after).await.map_err(Into::into)
}

/// What deleting a group would do.
///
/// # Errors
/// Those of [`crate::directory::Directory::deletion`].
pub async fn deletion(group: Uuid) -> Result<Deletion, Refusal> {
    let here = Here::get()?;
    here.directory.deletion(here.caller()?, group).await.map_err(Into::into)
}

/// What leaving a group would end.
///
/// # Errors
/// Those of [`crate::directory::Directory::leaving`].
pub async fn leaving(group: Uuid) -> Result<Deletion, Refusal> {
    let here = Here::get()?;
    here.directory.leaving(here.caller()?, group).await.map_err(Into::into)
}

/// One person's place in a group.
///
/// # Errors
/// Those of [`crate::directory::Directory::membership`].
pub async fn membership(group: Uuid, user: Uuid) -> Result<MembershipPage, Refusal> {
    let here = Here::get()?;
    here.directory.membership(here.caller()?, group, user).await.map_err(Into::into)
}

/// What removing someone would do.
///
/// # Errors
/// Those of [`crate::directory::Directory::removal`].
pub async fn removal(group: Uuid, user: Uuid) -> Result<Removal, Refusal> {
    let here = Here::get()?;
    here.directory.removal(here.caller()?, group, user).await.map_err(Into::into)
}

/// What removing several people would do.
///
/// # Errors
/// Those of [`crate::directory::Directory::removals`].
pub async fn removals(group: Uuid, users: &[Uuid]) -> Result<Removals, Refusal> {
    let here = Here::get()?;
    here.directory.removals(here.caller()?, group, users).await.map_err(Into::into)
}

/// What taking an owner away would do.
///
/// # Errors
/// Those of [`crate::directory::Directory::owner_removal`].
pub async fn owner_removal(group: Uuid, user: Uuid) -> Result<OwnerRemoval, Refusal> {
    let here = Here::get()?;
    here.directory.owner_removal(here.caller()?, group, user).await.map_err(Into::into)
}

/// Names of groups that begin like what was typed where a person was looked for: for whoever thinks that groups hold
/// groups.
///
/// # Errors
/// When nobody is signed in.
pub async fn groups_named(typed: &str) -> Result<Vec<String>, Refusal> {
    let here = Here::get()?;
    here.directory.groups_named(here.caller()?, typed).await.map_err(Into::into)
}
