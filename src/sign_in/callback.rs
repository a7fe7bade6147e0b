//! The provider's answer, and sign-out.

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{OriginalUri, Path, Query},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use uuid::Uuid;

use super::{
    caller::{Browser, SessionHash, Visitor},
    cookies, landing,
    network::Network,
    oidc::Oidc,
    session_store, start,
};
use crate::{
    directory::{Directory, attempts::Attempt, sign_ins::Origin},
    model::{
        Code, Refusal,
        provider::{Claims, Provider},
    },
};

/// What a provider may send with an answer; everything else is ignored.
#[derive(Default, Deserialize, Serialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `POST /sign-in/callback/{key}`: a provider that answers by form (`response_mode=form_post`). A cross-site POST comes
/// without our cookies, so this reads nothing and sends the browser to the same answer by GET.
pub async fn by_form(OriginalUri(uri): OriginalUri, Form(answer): Form<Answer>) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in
        [("code", &answer.code), ("state", &answer.state), ("iss", &answer.iss), ("error", &answer.error)]
    {
        if let Some(value) = value {
            query.append_pair(key, value);
        }
    }
    Redirect::to(&format!("{}?{}", uri.path(), query.finish())).into_response()
}

/// `GET /sign-in/callback/{key}`, and `GET /sign-in/callback` for the one provider that was registered with it once.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn by_query(
    Extension(directory): Extension<Directory>,
    Extension(oidc): Extension<Arc<Oidc>>,
    Extension(browser): Extension<Browser>,
    Extension(network): Extension<Network>,
    Extension(session_hash): Extension<SessionHash>,
    session: Session,
    key: Option<Path<String>>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let Some(state) = answer.state.as_deref() else { return problem(Code::AttemptForeign, None) };
    let attempt = match directory.take_attempt(browser.0.as_deref(), state).await {
        Ok(attempt) => attempt,
        Err(error) => return problem(Refusal::from(error).code, None),
    };
    let browser = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let (arrival, identity) = match told(&directory, &oidc, &attempt, key.as_ref().map(|key| &*key.0), &answer).await {
        Ok((provider, claims)) => {
            let arrival = directory.arrive_from(&attempt, &provider, &claims).await.map_err(Into::into);
            (arrival, Some((claims.issuer, claims.subject)))
        }
        Err(refusal) => (Err(refusal), None),
    };
    let arrival = match arrival {
        Ok(arrival) => arrival,
        Err(refusal) => {
            let origin = Origin { network: network.0, browser: browser.to_owned() };
            let identity = identity.as_ref().map(|(issuer, subject)| (&**issuer, &**subject));
            if let Err(error) = directory.log_refused_arrival(&attempt, identity, &origin, refusal.code).await {
                tracing::error!(%error, "writing down a refused sign-in");
            }
            return problem(refusal.code, Some(attempt.id));
        }
    };
    let from = landing::From { session: &session, session_hash: &session_hash.0, network: &network, browser };
    match landing::land(&directory, from, arrival, None).await {
        Ok(landing) => {
            let cookies = landing.cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie));
            (AppendHeaders(cookies.collect::<Vec<_>>()), Redirect::to(&landing.location)).into_response()
        }
        Err(refusal) => problem(refusal.code, Some(attempt.id)),
    }
}

/// What the provider says, once its answer has passed every check of the protocol. `key` is of the callback it came to.
async fn told(
    directory: &Directory,
    oidc: &Oidc,
    attempt: &Attempt,
    key: Option<&str>,
    answer: &Answer,
) -> Result<(Provider, Claims), Refusal> {
    let asked = attempt.provider.as_deref().unwrap_or_default();
    // Who answers must be who was asked, or a provider could have another's code brought to itself.
    let (answered, callback) = match key {
        Some(key) => (Some(key.to_owned()), directory.callback_of(key)),
        None => (directory.shared_callback_of().await?, directory.shared_callback()),
    };
    if answered.as_deref() != Some(asked) {
        tracing::warn!(asked, answered, "another provider answered than the one that was asked; nothing was believed");
        return Err(Code::ProviderAnswer.into());
    }
    let provider = start::provider(directory, asked).await?;
    oidc.is_answer_of(&provider, answer.iss.as_deref(), directory.now()).await.map_err(|error| {
        tracing::warn!(provider = provider.key, %error, "a sign-in failed");
        Refusal::from(error.code())
    })?;
    if let Some(error) = &answer.error {
        tracing::info!(provider = provider.key, error, "a provider refused a sign-in");
        // What is not a refusal is trouble at the provider or in the setup.
        let refused =
            matches!(error.as_str(), "access_denied" | "consent_required" | "login_required" | "interaction_required");
        return Err(if refused { Code::ProviderRefused } else { Code::ProviderAnswer }.into());
    }
    let (Some(code), Some(nonce), Some(verifier)) = (&answer.code, &attempt.nonce, &attempt.pkce_verifier) else {
        return Err(Code::ProviderAnswer.into());
    };
    let claims = oidc.finish(&provider, &callback, code, verifier, nonce, directory.now()).await.map_err(|error| {
        tracing::warn!(provider = provider.key, %error, "a sign-in failed");
        Refusal::from(error.code())
    })?;
    Ok((provider, claims))
}

/// The page that says what happened and what to do: the address carries a code, never prose.
fn problem(code: Code, attempt: Option<Uuid>) -> Response {
    Redirect::to(&problem_path(code, attempt)).into_response()
}

/// The address of the page for a sign-in that did not work out.
pub fn problem_path(code: Code, attempt: Option<Uuid>) -> String {
    let attempt = attempt.map(|id| format!("&attempt={id}")).unwrap_or_default();
    format!("/sign-in/problem?code={code}{attempt}")
}

/// `POST /sign-out`: ends the session here and in the directory, also one that has idled: apps hang on it all the same.
pub async fn sign_out(
    Extension(directory): Extension<Directory>,
    Extension(session): Extension<SessionHash>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    if let Err(error) = directory.sign_out(visitor.0.as_ref(), &session.0).await {
        tracing::error!(%error, "ending a session");
        return http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    // The browser's id goes, too: on a shared machine nobody goes on with what the one before has begun.
    let removals = [session_store::COOKIE, cookies::BROWSER].into_iter().filter_map(|name| cookies::set(name, "", 0));
    let headers: Vec<_> = removals.map(|cookie| (header::SET_COOKIE, cookie)).collect();
    (AppendHeaders(headers), Redirect::to("/sign-in?signed_out=1")).into_response()
}
