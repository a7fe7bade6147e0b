//! What people are told.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/notices/read`: marks one `notice` as read, or all of them if none is named.
#[server(prefix = "/api", endpoint = "notices/read")]
pub async fn read(#[server(default)] notice: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let one = Some(notice.trim()).filter(|notice| !notice.is_empty()).map(forms::id).transpose()?;
        here.directory.mark_read(here.caller()?, one).await?;
        Ok("/notices".to_owned())
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("notices", "/notices"), result).await
}

/// `POST /api/notices/preference`: which notices also come by mail: `all`, `requests` or `none`.
#[server(prefix = "/api", endpoint = "notices/preference")]
pub async fn preference(#[server(default)] mail: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::Code;

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let wanted = mail.trim().parse().map_err(|_| Code::BadRequest)?;
        here.directory.set_notice_mail(caller, wanted).await?;
        Ok("/notices?done=preference".to_owned())
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("notices", "/notices"), result).await
}

/// What the caller was told.
///
/// # Errors
/// When nobody is signed in.
#[cfg(feature = "ssr")]
pub async fn mine(after: Option<&str>) -> Result<crate::model::notices::NoticeList, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.my_notices(here.caller()?, after).await.map_err(Into::into)
}

/// What waits for the visitor; nothing, if nobody is signed in.
///
/// # Errors
/// When the directory fails.
#[cfg(feature = "ssr")]
pub async fn badges() -> Result<crate::model::notices::Badges, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    match &here.visitor {
        Some(caller) => here.directory.badges(caller).await.map_err(Into::into),
        None => Ok(crate::model::notices::Badges::default()),
    }
}
