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
        directory::attempts::NewAttempt,
        model::Code,
        sign_in::{oidc::Wishes, start},
    };

    let mut here = Here::get()?;
    here.speak(&lang);
    let browser = here.browser();
    let return_to = forms::return_to(&return_to);
    let result = async {
        here.limit("sign-ins", 1000).await?;
        let provider = here.directory.members_provider().cloned().ok_or(Code::ProviderUnknown)?;
        let new = NewAttempt { return_to: return_to.clone(), ..Default::default() };
        let attempt = here.directory.begin_attempt(&browser, new).await?;
        let wishes = Wishes { choose_account: !switch.is_empty(), ..Wishes::default() };
        let wishes = with_app(&here, &return_to, &provider, wishes).await?;
        start::to_provider(&here.directory, &here.oidc, attempt, &provider, &wishes).await
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
        directory::attempts::NewAttempt,
        model::{Address, Refusal},
        sign_in::{oidc::Wishes, start},
    };

    let mut here = Here::get()?;
    here.speak(&lang);
    let browser = here.browser();
    let return_to = forms::return_to(&return_to);
    let result = async {
        here.limit("sign-ins", 1000).await?;
        let typed = Address::parse(&address).map_err(|code| Refusal::at(code, "address"))?;
        let route = here.directory.route_for(&typed, &way).await?;
        let new = NewAttempt { address: Some(typed.clone()), return_to: return_to.clone(), guest_id: None };
        let attempt = here.directory.begin_attempt(&browser, new).await?;
        match route {
            None => Ok(format!("/sign-in/code?attempt={attempt}")),
            Some(provider) => {
                let wishes = Wishes { login_hint: Some(typed.typed().to_owned()), ..Wishes::default() };
                let wishes = with_app(&here, &return_to, &provider, wishes).await?;
                start::to_provider(&here.directory, &here.oidc, attempt, &provider, &wishes).await
            }
        }
    }
    .await;
    let form = forms::Form { name: "sign-in", back: sign_in_page(&return_to), fields: vec![("address", address)] };
    forms::answer(&mut here, form, result).await
}

/// What an identity provider is asked for, when somebody signs in to go on to an app: what that app has asked for, as it
/// is kept here. Nothing of it comes from the form.
#[cfg(feature = "ssr")]
async fn with_app(
    here: &super::here::Here,
    return_to: &str,
    provider: &crate::model::provider::Provider,
    wishes: crate::sign_in::oidc::Wishes,
) -> Result<crate::sign_in::oidc::Wishes, crate::model::Refusal> {
    let Some(kept) = kept(here, return_to).await? else { return Ok(wishes) };
    let asked = kept.asked;
    let members = here.directory.members_provider().is_some_and(|members| members.issuer == provider.issuer);
    // Whoever is signed in already is here because that was too long ago.
    let again = asked.prompt.login || asked.max_age.is_some() && here.visitor.is_some();
    let login_hint = wishes.login_hint.or(asked.login_hint).filter(|_| !wishes.choose_account);
    Ok(crate::sign_in::oidc::Wishes {
        login_hint,
        choose_account: wishes.choose_account || asked.prompt.select_account,
        again,
        max_age: if again { Some(0) } else { asked.max_age },
        acr_values: asked.acr_values.filter(|_| members),
    })
}

/// What an app has asked for, if that is where somebody goes on to.
#[cfg(feature = "ssr")]
async fn kept(
    here: &super::here::Here,
    return_to: &str,
) -> Result<Option<crate::directory::authorizations::Kept>, crate::model::Refusal> {
    let Some(secret) = crate::model::authorization::secret_of(return_to) else { return Ok(None) };
    here.directory.authorization(&secret).await.map_err(Into::into)
}

/// An app that somebody signs in for.
#[cfg(feature = "ssr")]
pub struct AppWaits {
    /// Its name.
    pub app: String,
    /// Who it may be, in its words.
    pub login_hint: Option<String>,
    /// Leads back to it, without signing in.
    pub back: String,
    /// Whether they have to sign in, although they may be signed in already.
    pub sign_in: bool,
}

/// The app that somebody goes on to afterwards, if it is one.
///
/// # Errors
/// When the directory fails.
#[cfg(feature = "ssr")]
pub async fn app_waits(return_to: &str) -> Result<Option<AppWaits>, crate::model::Refusal> {
    use crate::model::authorization::{Step, back_of, secret_of};

    let here = super::here::Here::get()?;
    let Some(kept) = kept(&here, return_to).await? else { return Ok(None) };
    let signed = here.directory.signed(&here.session_hash).await?;
    let stronger = signed.as_ref().is_some_and(|signed| here.directory.can_prove_more(signed));
    let step = kept.asked.step(Some(kept.created_at), signed.as_ref(), stronger, here.directory.now());
    Ok(Some(AppWaits {
        back: back_of(&secret_of(return_to).unwrap_or_default()),
        app: kept.app,
        login_hint: kept.asked.login_hint,
        sign_in: step == Step::SignIn,
    }))
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
    here.directory.attempt(here.browser.as_deref(), id).await.map_err(Into::into)
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
    here.directory.ways_besides_code(address).await.map_err(Into::into)
}

/// The organization's own provider's name; `None` if there is none.
#[cfg(feature = "ssr")]
pub fn members_provider_name() -> Option<String> {
    let here = super::here::Here::get().ok()?;
    here.directory.members_provider().map(|provider| provider.name.clone())
}
