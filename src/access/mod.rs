//! What apps ask us: may this user open this app now?

use crate::{
    directory::Directory,
    model::{Caller, Code, view::AppName},
};

/// Whether someone may open the app with this key at this moment. An app asks on every request.
///
/// # Errors
/// [`Code::Unauthenticated`], [`Code::NotFound`] (no such app, or not theirs), [`Code::AppOff`], [`Code::Internal`].
pub async fn by_key(directory: &Directory, caller: Option<&Caller>, key: &str) -> Result<AppName, Code> {
    let caller = caller.ok_or(Code::Unauthenticated)?;
    let refuse = |error: crate::directory::Error| error.into_refusal().code;
    let app = directory.app_by_key(key).await.map_err(refuse)?.ok_or(Code::NotFound)?;
    directory.may_open(caller, app).await.map(|launch| launch.app).map_err(refuse)
}
