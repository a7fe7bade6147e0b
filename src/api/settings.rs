//! The organization, for every page.

use super::here::Here;
use crate::model::{Refusal, settings::Settings};

/// The settings in force.
///
/// # Errors
/// When the directory fails.
pub async fn current() -> Result<Settings, Refusal> {
    Here::get()?.directory.settings().await.map_err(Into::into)
}
