//! What pages read of the log of sign-ins.

use uuid::Uuid;

use super::here::Here;
use crate::model::{
    Code, Refusal,
    sign_ins::{AllSignIns, AppSignIns, SignInFilter, SignIns},
    view::PersonFound,
};

/// The caller's own.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(after: Option<&str>) -> Result<SignIns, Refusal> {
    let here = Here::get()?;
    here.directory.my_sign_ins(here.caller()?, after).await.map_err(Into::into)
}

/// Those of an app.
///
/// # Errors
/// Those of [`crate::directory::Directory::app_sign_ins`].
pub async fn of_app(app: Uuid, after: Option<&str>) -> Result<AppSignIns, Refusal> {
    let here = Here::get()?;
    here.directory.app_sign_ins(here.caller()?, app, after).await.map_err(Into::into)
}

/// What is looked for in everybody's, as it is typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Whose: a name or an address.
    pub who: String,
    /// The one that was picked from the list.
    pub picked: String,
    /// Whose, by id.
    pub person: Option<Uuid>,
    /// Of which app.
    pub app: Option<Uuid>,
    /// Only refused ones.
    pub refused: bool,
}

/// Everybody's, and whom it could be about if that is not clear.
///
/// # Errors
/// Those of [`crate::directory::Directory::all_sign_ins`].
pub async fn all(
    typed: &Typed,
    after: Option<&str>,
) -> Result<(AllSignIns, SignInFilter, Vec<PersonFound>, Option<Refusal>), Refusal> {
    let here = Here::get()?;
    let mut filter = SignInFilter { person: typed.person, app: typed.app, refused: typed.refused };
    let (mut found, mut refusal) = (Vec::new(), None);
    if !typed.who.trim().is_empty() {
        match super::people::chosen(&here, "who", &typed.who, &typed.picked).await {
            Ok(person) => filter.person = Some(person),
            Err(wrong) if wrong.code == Code::PersonUnknown => {
                found = super::people::find(&typed.who).await?;
                refusal = Some(wrong);
            }
            Err(wrong) => return Err(wrong),
        }
    }
    let log = here.directory.all_sign_ins(here.caller()?, filter, after).await?;
    Ok((log, filter, found, refusal))
}
