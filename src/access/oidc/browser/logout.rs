//! `/oauth2/v2.0/logout`: an app signs somebody out (OpenID Connect RP-Initiated Logout 1.0).

use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use super::{
    answer::{lead, with_query},
    bare, by_get, parameters, problem,
};
use crate::{
    access::oidc::{LOGOUT, hint},
    directory::{Error, clients::Client},
    model::{
        Language, Refusal,
        authorization::{one, state_of},
    },
    server::state::AppState,
    sign_in::{
        caller::{SessionHash, Visitor},
        cookies,
        language::Wanted,
        session_store,
    },
};

/// What an app asks for, as far as it can be believed.
struct Asked {
    /// The app, if it is one.
    client: Option<Client>,
    /// What the app was told of its session, in an ID token of ours that it shows. That token may have run out.
    sid: Option<Uuid>,
    /// Where to go afterwards: an address that this app has registered for it.
    target: Option<String>,
}

impl Asked {
    /// The app and its session that the token names.
    fn named(&self) -> Option<(Uuid, Uuid)> {
        Some((self.client.as_ref()?.app_id, self.sid?))
    }
}

async fn read(state: &AppState, form: &[(String, String)]) -> Result<Asked, Error> {
    let one = |name| one(form, name).ok().flatten();
    let hint = match one("id_token_hint") {
        Some(token) => hint::claims(state, token).await?,
        None => None,
    };
    let text = |name| hint.as_ref().and_then(|claims| claims.get(name)).and_then(serde_json::Value::as_str);
    let client_id = match (text("aud"), one("client_id")) {
        // Another app's token is no hint.
        (Some(audience), Some(id)) if audience != id => None,
        (Some(audience), _) => Some(audience),
        (None, id) => id,
    };
    let client = match client_id {
        Some(id) => state.directory.client(id).await?,
        None => None,
    };
    let registered = |uri: &&str| {
        client.as_ref().is_some_and(|client| client.registration.post_logout_uris.iter().any(|known| known == uri))
    };
    let target = one("post_logout_redirect_uri").filter(registered).map(|uri| {
        let state_sent: Vec<_> = state_of(form).map(|state| ("state", state)).into_iter().collect();
        with_query(uri, &state_sent)
    });
    let sid = text("sid").filter(|_| client.is_some()).and_then(|sid| sid.parse().ok());
    Ok(Asked { client, sid, target })
}

/// `POST`, perhaps from another site: without our cookies. An ID token that the app shows is enough, for it names the
/// session; anything else goes on by GET. Whose browser posts it is not known, so its cookies stay: any site can send
/// somebody else here, with a token of its own.
pub(super) async fn by_form(State(state): State<AppState>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let form = parameters(&body);
    let asked = match read(&state, &form).await {
        Ok(asked) => asked,
        Err(error) => return problem(Refusal::from(error).code),
    };
    let Some((app, sid)) = asked.named() else { return by_get(LOGOUT, &body) };
    match state.directory.sign_out_by_app(app, sid).await {
        Ok(_) => signed_out(&state, &asked, false, language(&uri, &headers)),
        Err(error) => problem(Refusal::from(error).code),
    }
}

/// `GET`. With an ID token of the very session of this browser it ends at once; otherwise the person is asked. Where
/// there is nobody to ask, the token alone decides, as by `POST`.
pub(super) async fn open(
    State(state): State<AppState>,
    Extension(session): Extension<SessionHash>,
    uri: Uri,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let form = parameters(query.unwrap_or_default().as_bytes());
    let language = language(&uri, &headers);
    let done = async {
        let asked = read(&state, &form).await?;
        // Not the visitor: a session that has idled lets nobody in, but apps hang on it all the same.
        let Some(own) = state.directory.session_to_end(&session.0).await? else {
            if let Some((app, sid)) = asked.named() {
                state.directory.sign_out_by_app(app, sid).await?;
            }
            return Ok::<_, Error>(signed_out(&state, &asked, false, language));
        };
        if let Some((app, sid)) = asked.named()
            && state.directory.session_of_app(app, sid).await? == Some(own)
        {
            state.directory.sign_out_by_app(app, sid).await?;
            return Ok(forgetting(signed_out(&state, &asked, false, language)));
        }
        Ok(ask(&asked, &form))
    };
    match done.await {
        Ok(response) => response,
        Err(error) => problem(Refusal::from(error).code),
    }
}

/// The page that asks. It gets what it needs to go on, but never the token.
fn ask(asked: &Asked, form: &[(String, String)]) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let (Some(client), Some(_)) = (&asked.client, &asked.target) {
        query.append_pair("client_id", &client.registration.client_id);
        for name in ["post_logout_redirect_uri", "state"] {
            if let Some(value) = one(form, name).ok().flatten() {
                query.append_pair(name, value);
            }
        }
    }
    let query = query.finish();
    let page = if query.is_empty() { "/sign-out".to_owned() } else { format!("/sign-out?{query}") };
    bare(Redirect::to(&page).into_response())
}

/// `POST /oauth2/v2.0/logout/confirm`: the person said yes, on our own page.
pub(super) async fn confirm(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Extension(session): Extension<SessionHash>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = parameters(&body);
    let done = async {
        let asked = read(&state, &form).await?;
        state.directory.sign_out(visitor.0.as_ref(), &session.0).await?;
        Ok::<_, Error>(forgetting(signed_out(&state, &asked, true, language(&uri, &headers))))
    };
    match done.await {
        Ok(response) => response,
        Err(error) => problem(Refusal::from(error).code),
    }
}

fn language(uri: &Uri, headers: &HeaderMap) -> Language {
    Wanted::of(uri, headers).choose(None, None, Language::default())
}

/// Where it ends: at the address that the app has registered, or on our own page.
fn signed_out(state: &AppState, asked: &Asked, from_form: bool, language: Language) -> Response {
    match (&asked.client, &asked.target) {
        (Some(client), Some(target)) => lead(state, target, &client.name, from_form, language),
        _ => bare(Redirect::to("/sign-in?signed_out=1").into_response()),
    }
}

/// The browser forgets its session and what was begun in it. Only for one whose own session has ended, or where somebody
/// has pressed our own button.
fn forgetting(response: Response) -> Response {
    let removals = [session_store::COOKIE, cookies::BROWSER].into_iter().filter_map(|name| cookies::set(name, "", 0));
    let removals: Vec<(header::HeaderName, HeaderValue)> =
        removals.map(|cookie| (header::SET_COOKIE, cookie)).collect();
    (AppendHeaders(removals), response).into_response()
}
