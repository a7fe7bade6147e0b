//! Sending a browser to a provider.

use uuid::Uuid;

use super::oidc::{Oidc, Wishes};
use crate::{
    directory::Directory,
    model::{Code, Refusal, provider::Provider},
};

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
    let callback = directory.callback_told(&provider.key).await?;
    let begun =
        oidc.begin(provider, &callback, wishes, directory.now(), directory.random()).await.map_err(|error| {
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
