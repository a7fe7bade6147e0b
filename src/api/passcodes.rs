//! Codes by e-mail.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/passcodes/send`: *Send code*.
#[server(prefix = "/api", endpoint = "passcodes/send")]
pub async fn send_passcode(
    #[server(default)] attempt: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::{model::Code, sign_in::cookies};

    let mut here = Here::get()?;
    here.speak(&lang);
    let id = forms::id(&attempt);
    let result = async {
        let id = id.clone().map_err(|_| Code::AttemptForeign)?;
        let browser = here.browser.as_deref();
        let begun = here.directory.attempt(browser, id).await?;
        let trusted = match (&here.device, &begun.address) {
            (Some(mark), Some(address)) => cookies::device_knows(&here.directory, mark, address),
            _ => false,
        };
        let organization = here.directory.settings().await?.organization.language;
        let language = here.wanted.choose(None, None, organization);
        here.directory.send_passcode(browser, id, &here.network.0, trusted, language).await?;
        Ok(format!("/sign-in/code?attempt={id}&sent=1"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("code", code_page(&id, true)), result).await
}

/// `POST /api/passcodes/enter`: *Continue* after typing the code.
#[server(prefix = "/api", endpoint = "passcodes/enter")]
pub async fn enter_passcode(
    #[server(default)] attempt: String,
    #[server(default)] code: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::{
        model::{Code, provider::MAIL_ISSUER},
        sign_in::landing,
    };

    let mut here = Here::get()?;
    here.speak(&lang);
    let id = forms::id(&attempt);
    let result = async {
        let id = id.clone().map_err(|_| Code::AttemptForeign)?;
        let browser = here.browser.as_deref();
        let attempt = here.directory.attempt(browser, id).await?;
        let arrival = match here.directory.enter_passcode(browser, id, &code).await {
            Ok(arrival) => arrival,
            Err(error) => {
                let mailbox = attempt.address.as_ref().map(|address| (MAIL_ISSUER, address.normalized()));
                let code = error.code();
                if let Err(error) = here.directory.log_refused_arrival(&attempt, mailbox, &here.origin(), code).await {
                    tracing::error!(%error, "writing down a refused sign-in");
                }
                return Err(error.into());
            }
        };
        let proven = attempt.address;
        let landing = landing::land(&here.directory, here.lands_from(), arrival, proven.as_ref()).await?;
        Ok::<_, crate::model::Refusal>(Here::land(landing))
    }
    .await;
    // A wrong code is about the field; everything else is about the sign-in as a whole.
    let result = match result {
        Err(refusal) if refusal.field.is_none() && here.wants_page => {
            Ok(crate::sign_in::callback::problem_path(refusal.code, id.clone().ok()))
        }
        other => other,
    };
    // The code itself is a secret: it is not kept.
    forms::answer(&mut here, forms::Form::bare("code", code_page(&id, true)), result).await
}

#[cfg(feature = "ssr")]
fn code_page(attempt: &Result<uuid::Uuid, crate::model::Refusal>, sent: bool) -> String {
    let sent = if sent { "&sent=1" } else { "" };
    match attempt {
        Ok(id) => format!("/sign-in/code?attempt={id}{sent}"),
        Err(_) => "/sign-in".to_owned(),
    }
}
