//! The exchange of a code for tokens.

use openidconnect::{
    AccessToken, AdditionalClaims, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EndpointNotSet,
    ExtraTokenFields, IdToken, JsonWebKeySet, OAuth2TokenResponse, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};

use super::{SignInError, discovery::Known, http::HttpError};
use crate::model::provider::Provider;

/// What came back for a code.
pub(super) struct Tokens {
    /// The ID token, unread.
    pub(super) id_token: String,
    /// Opens the userinfo end point.
    pub(super) access_token: AccessToken,
}

/// The library's client, told to leave the ID token unread: its typed claims refuse shapes that real providers send.
/// [`super::id_token`] reads it.
type PanelClient = Client<
    Unread,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Answer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
>;

type Answer = StandardTokenResponse<RawIdToken, CoreTokenType>;

/// Claims that the library need not read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Unread {}
impl AdditionalClaims for Unread {}

#[derive(Serialize, Deserialize)]
pub(super) struct RawIdToken {
    id_token: Option<String>,
}
impl ExtraTokenFields for RawIdToken {}

impl std::fmt::Debug for RawIdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawIdToken").finish_non_exhaustive()
    }
}

impl TokenResponse<Unread, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm> for Answer {
    fn id_token(
        &self,
    ) -> Option<&IdToken<Unread, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>> {
        None
    }
}

/// The ways to show the provider who we are, best first.
///
/// # Errors
/// [`SignInError::Answer`] if it takes none of ours.
pub(super) fn client_auth(provider: &Provider, known: &Known) -> Result<Vec<AuthType>, SignInError> {
    if provider.client_secret.is_none() {
        // A public client only names itself, in the body.
        return Ok(vec![AuthType::RequestBody]);
    }
    let Some(offered) = known.metadata.token_endpoint_auth_methods_supported() else {
        return Ok(vec![AuthType::BasicAuth]);
    };
    let ways: Vec<_> = [
        (CoreClientAuthMethod::ClientSecretBasic, AuthType::BasicAuth),
        (CoreClientAuthMethod::ClientSecretPost, AuthType::RequestBody),
    ]
    .into_iter()
    .filter_map(|(method, way)| offered.contains(&method).then_some(way))
    .collect();
    if ways.is_empty() {
        return Err(SignInError::Answer(
            "it takes our secret neither as client_secret_basic nor as client_secret_post".to_owned(),
        ));
    }
    Ok(ways)
}

/// Exchanges a code.
///
/// # Errors
/// Every [`SignInError`].
pub(super) async fn exchange(
    provider: &Provider,
    known: &Known,
    redirect_uri: &str,
    code: &str,
    pkce_verifier: &str,
) -> Result<Tokens, SignInError> {
    let mut ways = client_auth(provider, known)?.into_iter().peekable();
    while let Some(way) = ways.next() {
        match ask(provider, known, redirect_uri, code, pkce_verifier, way).await {
            // Some providers offer both ways, yet take only the one that the client was registered with. They look
            // at the client before they look at the code, so that the code is still good.
            Err(RequestTokenError::ServerResponse(error))
                if *error.error() == CoreErrorResponseType::InvalidClient && ways.peek().is_some() => {}
            Err(error) => return Err(words(error)),
            Ok(answer) => {
                let id_token =
                    answer.extra_fields().id_token.clone().ok_or_else(|| {
                        SignInError::Answer("no ID token came with the answer to our code".to_owned())
                    })?;
                return Ok(Tokens { id_token, access_token: answer.access_token().clone() });
            }
        }
    }
    Err(SignInError::Answer("it knows neither way to take our secret".to_owned()))
}

type AskError = RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>;

async fn ask(
    provider: &Provider,
    known: &Known,
    redirect_uri: &str,
    code: &str,
    pkce_verifier: &str,
    way: AuthType,
) -> Result<Answer, AskError> {
    let token = known
        .metadata
        .token_endpoint()
        .cloned()
        .ok_or_else(|| RequestTokenError::Other("the discovery document names no token end point".to_owned()))?;
    let redirect_uri = RedirectUrl::new(redirect_uri.to_owned())
        .map_err(|error| RequestTokenError::Other(format!("our own callback is not a URL: {error}")))?;
    let client_id = ClientId::new(provider.client_id.clone());
    let mut client = PanelClient::new(client_id, known.metadata.issuer().clone(), JsonWebKeySet::default())
        .set_auth_type(way)
        .set_redirect_uri(redirect_uri);
    if let Some(secret) = &provider.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.clone()));
    }
    client
        .set_token_uri(token)
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier.to_owned()))
        .request_async(&known.reach)
        .await
}

/// An error of the exchange in words. The body of an answer stays out: it may hold tokens.
fn words(error: AskError) -> SignInError {
    const WHAT: &str = "exchanging the code";
    match error {
        RequestTokenError::Request(error) => error.asking(WHAT),
        RequestTokenError::ServerResponse(error) => {
            let text = format!("{WHAT}: it refused with `{}`", error.error());
            match error.error() {
                // A code that is too old, or comes a second time: starting again helps.
                CoreErrorResponseType::InvalidGrant => SignInError::Refused(text),
                CoreErrorResponseType::Extension(kind) if kind == "access_denied" => SignInError::Refused(text),
                _ => SignInError::Answer(text),
            }
        }
        RequestTokenError::Parse(error, _) => {
            SignInError::Answer(format!("{WHAT}: its answer cannot be read at `{}`", error.path()))
        }
        RequestTokenError::Other(text) => SignInError::Answer(format!("{WHAT}: {text}")),
    }
}
