//! What apps ask us: may this user open this app now, and who is it? As an OpenID provider, as the gate behind a proxy,
//! and for the demo's own pages. All of them ask the directory's one answer, [`Directory::admit`].

pub mod backchannel;
pub mod forward;
pub mod jws;
pub mod keys;
pub mod oidc;

use crate::{
    directory::Directory,
    model::{Caller, Code, Refusal, view::AppName},
};

/// What the parts of this room share.
#[derive(Clone)]
pub struct Access {
    /// The keys that tokens are signed with.
    pub keys: keys::Keys,
}

impl Access {
    /// With the keys of this directory.
    pub fn new(directory: Directory) -> Self {
        Self { keys: keys::Keys::new(directory) }
    }
}

/// Whether someone may open the app with this key at this moment. An app asks on every request.
///
/// # Errors
/// [`Code::Unauthenticated`], [`Code::NotFound`] (no such app, or not theirs), [`Code::AppOff`], [`Code::Internal`].
pub async fn by_key(directory: &Directory, caller: Option<&Caller>, key: &str) -> Result<AppName, Code> {
    let caller = caller.ok_or(Code::Unauthenticated)?;
    let refuse = |error: crate::directory::Error| Refusal::from(error).code;
    let app = directory.app_by_key(key).await.map_err(refuse)?.ok_or(Code::NotFound)?;
    directory.may_open(caller, app).await.map(|launch| launch.app).map_err(refuse)
}
