//! Sending a browser to a provider.

use uuid::Uuid;

use super::oidc::{Oidc, Wishes};
use crate::{
    directory::Directory,
    model::{Code, Refusal, provider::Provider},
};

/// Where providers send people back to.
pub fn redirect_uri(directory: &Directory) -> String {
    format!("{}/sign-in/callback", directory.public_url())
}

/// Begins the protocol for an attempt. The answer is the provider's page to go to.
///
/// # Errors
/// The codes of [`super::oidc::SignInError`].
pub async fn to_provider(
    directory: &Directory,
    oidc: &Oidc,
    attempt: Uuid,
    provider: &Provider,
    wishes: &Wishes,
) -> Result<String, Refusal> {
    let begun = oidc
        .begin(provider, &redirect_uri(directory), wishes, directory.now(), directory.random())
        .await
        .map_err(|error| {
            tracing::warn!(provider = provider.key, %error, "a sign-in could not begin");
            Refusal::from(error.code())
        })?;
    directory.attempt_sent(attempt, &provider.key, &begun.state, &begun.nonce, &begun.pkce_verifier).await?;
    Ok(begun.url)
}

/// The provider of a key.
///
/// # Errors
/// [`Code::ProviderUnknown`].
pub async fn provider(directory: &Directory, key: &str) -> Result<Provider, Refusal> {
    directory.provider(key).await?.ok_or_else(|| Code::ProviderUnknown.into())
}
