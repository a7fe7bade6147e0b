//! Beginning to sign in.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/sign-in/start`: *Sign in*, for the organization's people.
#[server(prefix = "/api", endpoint = "sign-in/start")]
pub async fn start_sign_in(
    #[server(default)] return_to: String,
    #[server(default)] switch: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::{
        directory::{Error, attempts::NewAttempt},
        model::Code,
        sign_in::start,
    };

    let mut here = Here::get()?;
    here.speak(&lang);
    let browser = here.browser();
    let return_to = forms::return_to(&return_to);
    let result = async {
        here.limit("sign-ins", 1000).await?;
        let provider = here.directory.members_provider().cloned().ok_or(Code::ProviderUnknown)?;
        let new = NewAttempt { return_to: return_to.clone(), ..Default::default() };
        let attempt = here.directory.begin_attempt(&browser, new).await.map_err(Error::into_refusal)?;
        start::to_provider(&here.directory, &here.oidc, attempt, &provider, None, !switch.is_empty()).await
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("sign-in", sign_in_page(&return_to)), result).await
}

/// `POST /api/sign-in/address`: *Continue*, for guests. Where it leads depends on the address's domain only, never on
/// whether the address is known.
#[server(prefix = "/api", endpoint = "sign-in/address")]
pub async fn sign_in_by_address(
    #[server(default)] address: String,
    #[server(default)] return_to: String,
    #[server(default)] way: String,
    #[server(default)] lang: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::{
        directory::{Error, attempts::NewAttempt},
        model::{Address, Refusal},
        sign_in::start,
    };

    let mut here = Here::get()?;
    here.speak(&lang);
    let browser = here.browser();
    let return_to = forms::return_to(&return_to);
    let result = async {
        here.limit("sign-ins", 1000).await?;
        let typed = Address::parse(&address).map_err(|code| Refusal::at(code, "address"))?;
        let route = here.directory.route_for(&typed, &way).await.map_err(Error::into_refusal)?;
        let new = NewAttempt { address: Some(typed.clone()), return_to: return_to.clone(), guest_id: None };
        let attempt = here.directory.begin_attempt(&browser, new).await.map_err(Error::into_refusal)?;
        match route {
            None => Ok(format!("/sign-in/code?attempt={attempt}")),
            Some(provider) => {
                start::to_provider(&here.directory, &here.oidc, attempt, &provider, Some(typed.typed()), false).await
            }
        }
    }
    .await;
    let form = forms::Form { name: "sign-in", back: sign_in_page(&return_to), fields: vec![("address", address)] };
    forms::answer(&mut here, form, result).await
}

#[cfg(feature = "ssr")]
fn sign_in_page(return_to: &str) -> String {
    let back: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    format!("/sign-in?return_to={back}")
}

/// An attempt of this browser, for the pages of a sign-in.
///
/// # Errors
/// Those of [`crate::directory::Directory::attempt`].
#[cfg(feature = "ssr")]
pub async fn attempt(id: uuid::Uuid) -> Result<crate::directory::attempts::Attempt, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.attempt(here.browser.as_deref(), id).await.map_err(crate::directory::Error::into_refusal)
}

/// The providers that somebody with this address may have joined by.
///
/// # Errors
/// When the directory fails.
#[cfg(feature = "ssr")]
pub async fn other_ways(
    address: &crate::model::Address,
) -> Result<Vec<crate::model::view::Way>, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.ways_besides_code(address).await.map_err(crate::directory::Error::into_refusal)
}

/// The organization's own provider's name; `None` if there is none.
#[cfg(feature = "ssr")]
pub fn members_provider_name() -> Option<String> {
    let here = super::here::Here::get().ok()?;
    here.directory.members_provider().map(|provider| provider.name.clone())
}
