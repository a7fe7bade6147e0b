//! `/oauth2/v2.0/authorize`: an app wants somebody signed in.

use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{answer::Waiting, bare, by_get, parameters, problem};
use crate::{
    access::oidc::{AUTHORIZE, hint},
    directory::{Error, authorizations::Kept, clients::Client, sign_ins::Origin},
    model::{
        Code, Language, Refusal,
        authorization::{self, ACCESS_DENIED, Asked, Signed, Step, URN, Wrong},
        redirects,
        state::ClientAuth,
    },
    server::state::AppState,
    sign_in::{caller::SessionHash, language::Wanted, network::Network},
};

/// Most requests that browsers from one network may leave here in an hour on the way to the sign-in. A whole
/// organization may be behind one address and sign in to several apps in the same morning. What they leave is gone
/// after an hour, and much sooner once it was answered.
const KEPT_PER_HOUR: u32 = 10_000;
/// Nobody reads this but developers: no browser shows it.
const NO_PAGE: &str = "People sign in here: open this address as a page, in a window of its own.\n";

const SERVER_ERROR: Wrong = Wrong { code: "server_error", description: "try again later" };
const TRY_LATER: Wrong = Wrong { code: "temporarily_unavailable", description: "too many requests: try again later" };
const PUSH_IT: Wrong = Wrong { code: "invalid_request", description: "this app has to push its requests" };

/// `POST`: the same by a form, which may come from another site. Reads no cookie.
pub(super) async fn by_form(body: Bytes) -> Response {
    by_get(AUTHORIZE, &body)
}

/// Whom a request came by.
struct Visit {
    signed: Option<Signed>,
    origin: Origin,
    language: Language,
    /// Whether the answer would be shown in a frame.
    framed: bool,
}

/// A request of a known app that is to be answered.
struct Request {
    client: Client,
    asked: Asked,
    /// If it was kept before, with its secret.
    kept: Option<(Kept, String)>,
}

/// `GET`.
pub(super) async fn open(
    State(state): State<AppState>,
    Extension(session): Extension<SessionHash>,
    Extension(network): Extension<Network>,
    uri: Uri,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if !is_page(&headers) {
        return no_page();
    }
    let form = parameters(query.unwrap_or_default().as_bytes());
    let visit = match visit(&state, &session, network, &uri, &headers).await {
        Ok(visit) => visit,
        Err(error) => return broken(error),
    };
    match read(&state, &form, visit.language).await {
        Ok(request) => go_on(&state, request, visit).await,
        Err(response) => *response,
    }
}

/// Whether a browser wants a page. Scripts and images sign nobody in, and any site can have them ask as often as it
/// likes, at the expense of everybody in the visitor's network. Who does not say is no browser, or an old one.
fn is_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// Whether that page is for a frame. Frames are shown none of ours, so only answers for the app get anywhere there.
fn is_framed(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|destination| destination != "document")
}

/// Nothing was kept, and nothing counted.
fn no_page() -> Response {
    bare((StatusCode::BAD_REQUEST, NO_PAGE).into_response())
}

async fn visit(
    state: &AppState,
    session: &SessionHash,
    network: Network,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Visit, Error> {
    let organization = state.directory.settings().await?.organization.language;
    let browser = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Ok(Visit {
        signed: state.directory.signed(&session.0).await?,
        origin: Origin { network: network.0, browser: browser.to_owned() },
        language: Wanted::of(uri, headers).choose(None, None, organization),
        framed: is_framed(headers),
    })
}

/// Something of ours broke, and the app is not known to be one.
fn broken(error: Error) -> Response {
    let Refusal { code, .. } = Refusal::from(error);
    problem(code)
}

/// Reads a request. Until the app and its address are known, what is wrong is shown here and sent nowhere.
async fn read(state: &AppState, form: &[(String, String)], language: Language) -> Result<Request, Box<Response>> {
    let stop = |code| Box::new(problem(code));
    let one = |name| authorization::one(form, name).map_err(|_| stop(Code::BadRequest));
    let client_id = one("client_id")?.ok_or_else(|| stop(Code::AppUnknown))?;
    let client = state.directory.client(client_id).await.map_err(|error| Box::new(broken(error)))?;
    let client = client.ok_or_else(|| stop(Code::AppUnknown))?;
    if let Some(secret) = one("request_uri")?.and_then(|uri| uri.strip_prefix(URN)) {
        let kept = state.directory.authorization(secret).await.map_err(|error| Box::new(broken(error)))?;
        // What another app has pushed is as good as none.
        let kept = kept.filter(|kept| kept.app_id == client.app_id).ok_or_else(|| stop(Code::AuthorizationEnded))?;
        // It may have been taken back since.
        if !is_registered(&client, &kept.asked.redirect_uri) {
            return Err(stop(Code::RedirectUnknown));
        }
        return Ok(Request { client, asked: kept.asked.clone(), kept: Some((kept, secret.to_owned())) });
    }
    let redirect_uri = one("redirect_uri")?.filter(|uri| is_registered(&client, uri));
    let redirect_uri = redirect_uri.ok_or_else(|| stop(Code::RedirectUnknown))?;
    let asked = async {
        if client.registration.require_par {
            return Err(PUSH_IT);
        }
        let asked = Asked::read(form, redirect_uri, client.registration.auth == ClientAuth::None)?;
        hint::read(state, &client, form, asked).await
    };
    let asked = asked.await;
    asked.map_or_else(
        |wrong| {
            let state_sent = authorization::state_of(form);
            let app = &client.name;
            Err(Box::new(
                Waiting { redirect_uri, state: state_sent, app, from_form: false, language }.refuse(state, wrong),
            ))
        },
        |asked| Ok(Request { client: client.clone(), asked, kept: None }),
    )
}

/// Whether an app has registered an address to send people back to.
pub(in crate::access::oidc) fn is_registered(client: &Client, uri: &str) -> bool {
    redirects::is_allowed(uri)
        && client.registration.redirect_uris.iter().any(|registered| redirects::is_same(registered, uri))
}

impl Request {
    fn waiting(&self, language: Language) -> Waiting<'_> {
        Waiting {
            redirect_uri: &self.asked.redirect_uri,
            state: self.asked.state.as_deref(),
            app: &self.client.name,
            from_form: self.kept.is_some(),
            language: self.asked.language.unwrap_or(language),
        }
    }

    /// The secret under which it is kept, from now on if it was not before.
    async fn keep(&self, state: &AppState) -> Result<String, Error> {
        match &self.kept {
            Some((kept, secret)) => state.directory.open_authorization(kept).await.map(|()| secret.clone()),
            None => state.directory.keep_authorization(self.client.app_id, &self.asked, false).await,
        }
    }
}

/// What has to be done first.
fn step(state: &AppState, request: &Request, visit: &Visit) -> Step {
    let directory = &state.directory;
    let since = request.kept.as_ref().and_then(|(kept, _)| kept.since());
    let stronger = visit.signed.as_ref().is_some_and(|signed| directory.can_prove_more(signed));
    request.asked.step(since, visit.signed.as_ref(), stronger, directory.now())
}

async fn go_on(state: &AppState, request: Request, visit: Visit) -> Response {
    let kept = request.kept.as_ref().map(|(kept, _)| kept);
    let waiting = request.waiting(visit.language);
    let signed = match (step(state, &request, &visit), &visit.signed) {
        (Step::Refuse(wrong), _) => return waiting.refuse(state, wrong),
        (Step::Answer, Some(signed)) => signed,
        // Whoever has the answer is signed in: nobody signs in for nothing.
        _ if kept.is_some_and(Kept::is_used) => return problem(Code::AuthorizationEnded),
        _ => return to_sign_in(state, &request, &visit).await,
    };
    let directory = &state.directory;
    let answer =
        directory.answer_authorization(request.client.app_id, &request.asked, kept, signed, &visit.origin).await;
    match answer {
        Ok(code) => waiting.code(state, &code),
        Err(Error::Refused(refusal)) => refused(state, &request, &visit, refusal.code).await,
        Err(error) => {
            tracing::error!(%error, "answering an app");
            waiting.refuse(state, SERVER_ERROR)
        }
    }
}

/// Somebody is signed in, but there is no code for them.
async fn refused(state: &AppState, request: &Request, visit: &Visit, code: Code) -> Response {
    let waiting = request.waiting(visit.language);
    match code {
        Code::NotFound | Code::AppOff if request.asked.prompt.none => waiting.refuse(state, ACCESS_DENIED),
        // A page that says so, and whom to ask. It leads back to the app, too.
        Code::NotFound | Code::AppOff => match request.keep(state).await {
            Ok(secret) => bare(Redirect::to(&no_access_path(&request.client, &secret)).into_response()),
            Err(error) => {
                tracing::error!(%error, "keeping what an app asked for");
                waiting.refuse(state, SERVER_ERROR)
            }
        },
        // Ended between two looks.
        Code::Unauthenticated if request.asked.prompt.none => waiting.refuse(state, authorization::LOGIN_REQUIRED),
        Code::Unauthenticated => to_sign_in(state, request, visit).await,
        Code::RateLimited => waiting.refuse(state, TRY_LATER),
        code => problem(code),
    }
}

fn no_access_path(client: &Client, secret: &str) -> String {
    format!("/apps/{}/no-access?request={secret}", client.app_id)
}

/// Keeps the request and sends the browser to the sign-in, which leads back here.
async fn to_sign_in(state: &AppState, request: &Request, visit: &Visit) -> Response {
    if visit.framed {
        return no_page();
    }
    let directory = &state.directory;
    let secret = async {
        if request.kept.is_none() {
            directory.limit_network("requests of apps", &visit.origin.network, KEPT_PER_HOUR).await?;
        }
        request.keep(state).await
    };
    let secret = match secret.await {
        Ok(secret) => secret,
        Err(error) if error.code() == Code::RateLimited => {
            return request.waiting(visit.language).refuse(state, TRY_LATER);
        }
        Err(error) => {
            tracing::error!(%error, "keeping what an app asked for");
            return request.waiting(visit.language).refuse(state, SERVER_ERROR);
        }
    };
    let back = authorization::path_of(&request.client.registration.client_id, &secret);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("return_to", &back);
    if let Some(language) = request.asked.language {
        query.append_pair("lang", language.as_str());
    }
    bare(Redirect::to(&format!("/sign-in?{}", query.finish())).into_response())
}

/// `GET /oauth2/v2.0/authorize/back?request_uri=…`: the person does not go on. The app hears that.
pub(super) async fn back(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let form = parameters(query.unwrap_or_default().as_bytes());
    let Ok(Some(secret)) =
        authorization::one(&form, "request_uri").map(|uri| uri.and_then(|uri| uri.strip_prefix(URN)))
    else {
        return problem(Code::AuthorizationEnded);
    };
    let found = async {
        let Some(kept) = state.directory.authorization(secret).await? else { return Ok(None) };
        let client = state.directory.client(&kept.client_id).await?;
        Ok::<_, Error>(client.filter(|client| is_registered(client, &kept.asked.redirect_uri)).map(|_| kept))
    };
    match found.await {
        Ok(Some(kept)) => {
            let language = Wanted::of(&uri, &headers).choose(None, None, Language::default());
            let waiting = Waiting {
                redirect_uri: &kept.asked.redirect_uri,
                state: kept.asked.state.as_deref(),
                app: &kept.app,
                from_form: true,
                language: kept.asked.language.unwrap_or(language),
            };
            waiting.refuse(&state, ACCESS_DENIED)
        }
        Ok(None) => problem(Code::AuthorizationEnded),
        Err(error) => broken(error),
    }
}
