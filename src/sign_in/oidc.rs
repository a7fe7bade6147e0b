//! The relying party: OpenID Connect's authorization code flow with PKCE, state and nonce. Pure protocol: no database,
//! no cookies; whoever calls keeps what [`Oidc::begin`] gives until [`Oidc::finish`] asks for it.

mod claims;
mod discovery;
mod http;
mod id_token;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, ClientId, CsrfToken, JsonWebKeySet, LoginHint, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
    core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient},
};
use serde_json::Value;

use self::{
    discovery::{Cache, Known},
    id_token::{Payload, Unsigned},
};
use crate::{
    directory::chance::Random,
    model::{
        Code,
        how::How,
        provider::{Claims, Provider},
    },
};

/// Speaks to identity providers. Clones share one cache of what providers say about themselves.
#[derive(Clone)]
pub struct Oidc {
    http: reqwest::Client,
    cache: Cache,
}

/// What a provider is asked for beside signing somebody in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Who it may be, as an address.
    pub login_hint: Option<String>,
    /// Let the person pick another account.
    pub choose_account: bool,
    /// Have them prove who they are again, whatever it remembers.
    pub again: bool,
    /// How long ago they may have proven it, in seconds.
    pub max_age: Option<u32>,
    /// How strong it should be, in the provider's words, apart by spaces.
    pub acr_values: Option<String>,
}

/// A sign-in that has begun. All but the URL must be kept by the attempt, out of others' reach.
#[derive(Clone)]
pub struct Begun {
    /// Where to send the browser.
    pub url: String,
    /// Comes back with the callback, unchanged.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves at the token end point that we are the one who asked.
    pub pkce_verifier: String,
}

/// Why a sign-in at a provider did not work. The texts are for the log only, and hold no secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The provider cannot be reached, or has trouble of its own.
    #[error("the provider cannot be reached: {0}")]
    Down(String),
    /// Its answer does not pass our checks, or it is set up in a way that we cannot work with.
    #[error("the provider's answer cannot be trusted: {0}")]
    Answer(String),
    /// It refuses this sign-in; another try may work.
    #[error("the provider refused: {0}")]
    Refused(String),
}

impl SignInError {
    /// What to tell the person.
    pub const fn code(&self) -> Code {
        match self {
            Self::Down(_) => Code::ProviderDown,
            Self::Answer(_) => Code::ProviderAnswer,
            Self::Refused(_) => Code::ProviderRefused,
        }
    }
}

impl Oidc {
    /// Makes the client.
    ///
    /// # Errors
    /// If the machine has no usable TLS.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { http: http::client()?, cache: Cache::default() })
    }

    /// Begins a sign-in: asks the provider to describe itself, unless it did in the last ten minutes, and says where
    /// to send the browser.
    ///
    /// # Errors
    /// [`SignInError::Down`] or [`SignInError::Answer`].
    pub async fn begin(
        &self,
        provider: &Provider,
        redirect_uri: &str,
        wishes: &Wishes,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Result<Begun, SignInError> {
        let known = self.cache.known(&self.http, &provider.issuer, now).await?;
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|error| SignInError::Answer(format!("our own callback is not a URL: {error}")))?;
        let [state, nonce, pkce_verifier] = std::array::from_fn(|_| BASE64_URL_SAFE_NO_PAD.encode(random.bytes()));

        let client_id = ClientId::new(provider.client_id.clone());
        let client = CoreClient::new(client_id, known.metadata.issuer().clone(), JsonWebKeySet::default())
            .set_auth_uri(known.metadata.authorization_endpoint().clone())
            .set_redirect_uri(redirect_uri);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(pkce_verifier.clone()));
        let scopes = provider.scopes.iter().filter(|scope| *scope != "openid");
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes.map(|scope| Scope::new(scope.clone())))
            .set_pkce_challenge(challenge);
        if let Some(hint) = &wishes.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.clone()));
        }
        if wishes.again {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        if wishes.choose_account {
            request = request.add_prompt(CoreAuthPrompt::SelectAccount);
        }
        if let Some(acr_values) = &wishes.acr_values {
            request = request.add_extra_param("acr_values", acr_values.clone());
        }
        if let Some(seconds) = wishes.max_age {
            request = request.add_extra_param("max_age", seconds.to_string());
        }
        let (url, state, nonce) = request.url();
        Ok(Begun { url: url.into(), state: state.into_secret(), nonce: nonce.secret().clone(), pkce_verifier })
    }

    /// Whether an answer is this provider's, by its parameter `iss` (RFC 9207): it must name the issuer, and be there if
    /// the provider promises it.
    ///
    /// # Errors
    /// [`SignInError::Answer`] if it is not; [`SignInError::Down`] if we cannot learn what it promises.
    pub async fn is_answer_of(
        &self,
        provider: &Provider,
        iss: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), SignInError> {
        match iss {
            Some(iss) if iss == provider.issuer => Ok(()),
            Some(_) => Err(SignInError::Answer("its parameter iss names another issuer".to_owned())),
            None if self.cache.known(&self.http, &provider.issuer, now).await?.promises_iss() => {
                Err(SignInError::Answer("it promises the parameter iss, and sent none".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// Finishes a sign-in with the code that came back: who is it? The caller has checked `state` and
    /// [`Oidc::is_answer_of`], and passes what [`Oidc::begin`] gave it.
    ///
    /// # Errors
    /// Every [`SignInError`].
    pub async fn finish(
        &self,
        provider: &Provider,
        redirect_uri: &str,
        code: &str,
        pkce_verifier: &str,
        nonce: &str,
        now: DateTime<Utc>,
    ) -> Result<Claims, SignInError> {
        let known = self.cache.known(&self.http, &provider.issuer, now).await?;
        let tokens = token::exchange(provider, &known, redirect_uri, code, pkce_verifier).await?;
        let mut claims = self.signed(provider, &known, &tokens.id_token, now).await?;
        let subject = id_token::subject(&claims, &provider.issuer, &provider.client_id, nonce, now)
            .map_err(SignInError::Answer)?;
        // Of the signed token alone: the userinfo end point knows nothing of this sign-in.
        let how = How::of(&claims);
        if claims::is_incomplete(&claims)
            && let Some(userinfo) = userinfo(&known, &tokens.access_token, &subject).await?
        {
            claims::complete(&mut claims, userinfo);
        }
        Ok(Claims { how, ..claims::ours(&provider.issuer, subject, &claims) })
    }

    /// The claims of an ID token with a good signature. One that no key explains may be signed with a key that is
    /// newer than our copy.
    async fn signed(
        &self,
        provider: &Provider,
        known: &Arc<Known>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Payload, SignInError> {
        let why = match id_token::signed(token, &known.keys, &known.algorithms) {
            Ok(claims) => return Ok(claims),
            Err(Unsigned::Wrong(why)) => return Err(SignInError::Answer(why)),
            Err(Unsigned::Key(why)) => why,
        };
        let Some(newer) = self.cache.newer(&provider.issuer, known, now).await? else {
            return Err(SignInError::Answer(why));
        };
        id_token::signed(token, &newer.keys, &newer.algorithms).map_err(|error| match error {
            Unsigned::Key(why) | Unsigned::Wrong(why) => SignInError::Answer(why),
        })
    }

    /// Tries everything that can be tried without a person: for `doctor`, and always afresh.
    ///
    /// # Errors
    /// What is wrong, in words for an administrator.
    pub async fn check(&self, provider: &Provider) -> Result<(), String> {
        let known = discovery::discover(&self.http, &provider.issuer).await.map_err(|error| error.to_string())?;
        token::client_auth(provider, &known).map_err(|error| error.to_string())?;
        if known.keys.keys().is_empty() {
            return Err("the provider publishes no key that we can read".to_owned());
        }
        Ok(())
    }
}

/// What the userinfo end point says of this very subject. `None` if there is no such end point, or it does not want
/// to tell us: the ID token alone is then what we know.
///
/// # Errors
/// [`SignInError::Down`], or [`SignInError::Answer`] if it speaks of somebody else.
async fn userinfo(known: &Known, access_token: &AccessToken, subject: &str) -> Result<Option<Payload>, SignInError> {
    const WHAT: &str = "asking for userinfo";
    let Some(url) = known.metadata.userinfo_endpoint() else { return Ok(None) };
    let request = ::http::Request::get(url.as_str())
        .header(::http::header::ACCEPT, "application/json")
        .header(::http::header::AUTHORIZATION, format!("Bearer {}", access_token.secret()))
        .body(Vec::new())
        .map_err(|error| SignInError::Answer(format!("{WHAT}: {error}")))?;
    let answer = known.reach.send(request).await.map_err(|error| error.asking(WHAT))?;
    if answer.status() != ::http::StatusCode::OK {
        tracing::warn!(status = answer.status().as_u16(), "the provider's userinfo end point refused our access token");
        return Ok(None);
    }
    let Ok(Value::Object(claims)) = serde_json::from_slice(answer.body()) else {
        return Err(SignInError::Answer(format!("{WHAT}: its answer is not a JSON object")));
    };
    // Without this, a stolen or mixed-up access token would bring another person's address (OIDC Core 5.3.2).
    if claims.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(SignInError::Answer(format!("{WHAT}: its answer is about somebody else")));
    }
    Ok(Some(claims))
}
