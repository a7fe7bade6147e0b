//! The demo's app that signs people in by OpenID Connect: *Timber library*. It knows nothing of the panel but its issuer,
//! a client id and a secret, as an app elsewhere would, and speaks the protocol by a client library. It has sessions of
//! its own, which end when the panel tells it so.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Form, Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use minijinja::context;
use serde::Deserialize;
use uuid::Uuid;

use super::{apps, page::page};
use crate::{
    directory::{chance::Random, clock::Clock, vault::Vault},
    model::{
        provider::{Claims, Provider},
        state::ProviderKind,
        view::AppName,
    },
    sign_in::{
        cookies,
        oidc::{Begun, Oidc, Wishes},
    },
};

/// The app's key in the organization's file, and its client id.
pub const KEY: &str = "timber-library";
const HOME: &str = "/demo/apps/timber-library";
const CALLBACK: &str = "/demo/apps/timber-library/callback";
const ATTEMPT: &str = "__Host-demo-library-attempt";
const SESSION: &str = "__Host-demo-library";
/// How long a sign-in may take, and how long the app's own session lasts, in seconds.
const ATTEMPT_LIFE: u32 = 15 * 60;
const SESSION_LIFE: u32 = 12 * 60 * 60;
/// How many of each are kept; the oldest go first.
const MOST: usize = 1000;

/// The client secret of this demo: nobody else's, and the same after each start.
pub fn secret(vault: &Vault) -> String {
    vault.mac("demo client secret", KEY.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The app, running.
pub struct Library {
    oidc: Oidc,
    http: reqwest::Client,
    provider: Provider,
    public_url: String,
    style_href: String,
    /// The same hue as on the panel's tile.
    hue: u8,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    begun: Mutex<BTreeMap<u64, (String, Begun)>>,
    sessions: Mutex<BTreeMap<u64, (String, Claims)>>,
}

/// Keeps one more, under the next number; the oldest makes room.
fn keep<T>(kept: &Mutex<BTreeMap<u64, T>>, one: T) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let next = kept.last_key_value().map_or(0, |(number, _)| number + 1);
    kept.insert(next, one);
    if kept.len() > MOST {
        kept.pop_first();
    }
}

impl Library {
    /// The app of a demo at this public URL, coloured as its tile.
    ///
    /// # Errors
    /// If the machine has no usable TLS.
    pub fn new(
        public_url: &str,
        secret: String,
        style_href: String,
        hue: u8,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            oidc: Oidc::new()?,
            http: reqwest::Client::builder().no_proxy().build()?,
            provider: Provider {
                key: "panel".to_owned(),
                name: "Access Panel".to_owned(),
                kind: ProviderKind::Social,
                issuer: public_url.to_owned(),
                client_id: KEY.to_owned(),
                client_secret: Some(secret),
                scopes: vec!["openid".to_owned(), "profile".to_owned(), "email".to_owned()],
                domains: Vec::new(),
                assume_verified: false,
                trust_acr: false,
            },
            public_url: public_url.to_owned(),
            style_href,
            hue,
            clock,
            random,
            begun: Mutex::default(),
            sessions: Mutex::default(),
        })
    }

    fn secret(&self) -> String {
        self.random.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn session(&self, headers: &HeaderMap) -> Option<Claims> {
        let id = cookies::read(headers, SESSION)?;
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.values().find(|(known, _)| *known == id).map(|(_, claims)| claims.clone())
    }

    /// Takes the sign-in that this browser has begun: once.
    fn take(&self, headers: &HeaderMap) -> Option<Begun> {
        let id = cookies::read(headers, ATTEMPT)?;
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let number = begun.iter().find(|(_, (known, _))| *known == id).map(|(number, _)| *number)?;
        begun.remove(&number).map(|(_, begun)| begun)
    }
}

/// The app's pages. They come before those of the other apps.
pub fn router(library: Arc<Library>) -> Router {
    Router::new()
        .route(HOME, get(home))
        .route("/demo/apps/timber-library/sign-in", get(sign_in))
        .route(CALLBACK, get(callback))
        .route("/demo/apps/timber-library/signed-out", post(signed_out))
        .with_state(library)
}

async fn home(State(library): State<Arc<Library>>, headers: HeaderMap) -> Response {
    match library.session(&headers) {
        Some(claims) => open(&library, &claims),
        None => begin(&library).await,
    }
}

/// `initiate_login_uri`: a sign-in that begins at the panel. From anybody else it leads to the panel all the same.
async fn sign_in(State(library): State<Arc<Library>>) -> Response {
    begin(&library).await
}

async fn begin(library: &Library) -> Response {
    let callback = format!("{}{CALLBACK}", library.public_url);
    let begun = library
        .oidc
        .begin(&library.provider, &callback, &Wishes::default(), library.clock.now(), &*library.random)
        .await;
    match begun {
        Ok(begun) => {
            let (id, url) = (library.secret(), begun.url.clone());
            keep(&library.begun, (id.clone(), begun));
            (AppendHeaders(cookie(ATTEMPT, &id, ATTEMPT_LIFE)), Redirect::to(&url)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "the demo's library cannot reach the panel");
            closed(library, "The library cannot reach the panel", "Try again in a moment.")
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

async fn callback(State(library): State<Arc<Library>>, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    const AGAIN: &str = "Open it again from your panel.";
    let begun = library.take(&headers).filter(|begun| answer.state.as_deref() == Some(begun.state.as_str()));
    let Some(begun) = begun else {
        return closed(&library, "This sign-in was not begun here, or is over", AGAIN);
    };
    let from_panel =
        library.oidc.is_answer_of(&library.provider, answer.iss.as_deref(), library.clock.now()).await.is_ok();
    if answer.error.is_some() || !from_panel {
        return closed(&library, "The panel did not let you in", AGAIN);
    }
    let callback = format!("{}{CALLBACK}", library.public_url);
    let (code, now) = (answer.code.unwrap_or_default(), library.clock.now());
    let (provider, oidc) = (&library.provider, &library.oidc);
    match oidc.finish(provider, &callback, &code, &begun.pkce_verifier, &begun.nonce, now).await {
        Ok(claims) => {
            let id = library.secret();
            keep(&library.sessions, (id.clone(), claims));
            let cookies = [cookie(SESSION, &id, SESSION_LIFE), cookie(ATTEMPT, "", 0)];
            (AppendHeaders(cookies.into_iter().flatten()), Redirect::to(HOME)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "a sign-in to the demo's library failed");
            closed(&library, "This sign-in did not work out", AGAIN)
        }
    }
}

#[derive(Deserialize)]
struct Told {
    logout_token: String,
}

#[derive(Deserialize)]
struct LogoutToken {
    sid: String,
    events: BTreeMap<String, serde_json::Value>,
}

/// Back-channel logout: the panel says that a session has ended.
async fn signed_out(State(library): State<Arc<Library>>, Form(told): Form<Told>) -> StatusCode {
    let Some(token) = verify(&library, &told.logout_token).await else { return StatusCode::BAD_REQUEST };
    let mut sessions = library.sessions.lock().unwrap_or_else(PoisonError::into_inner);
    sessions.retain(|_, (_, claims)| claim(claims, "sid") != Some(&token.sid));
    StatusCode::OK
}

async fn verify(library: &Library, token: &str) -> Option<LogoutToken> {
    let keys = format!("{}{}", library.public_url, crate::access::oidc::KEYS);
    let keys: JwkSet = library.http.get(keys).send().await.ok()?.json().await.ok()?;
    let head = jsonwebtoken::decode_header(token).ok().filter(|head| head.typ.as_deref() == Some("logout+jwt"))?;
    let key = keys.find(head.kid.as_deref()?)?;
    let mut checks = Validation::new(head.alg);
    checks.set_audience(&[KEY]);
    checks.set_issuer(&[&library.provider.issuer]);
    let token: LogoutToken =
        jsonwebtoken::decode(token, &DecodingKey::from_jwk(key).ok()?, &checks).ok().map(|token| token.claims)?;
    token.events.contains_key("http://schemas.openid.net/event/backchannel-logout").then_some(token)
}

fn claim<'a>(claims: &'a Claims, name: &str) -> Option<&'a String> {
    claims.other.iter().find(|(known, _)| known == name).and_then(|(_, values)| values.first())
}

fn open(library: &Library, claims: &Claims) -> Response {
    let mut told = vec![
        ("sub".to_owned(), claims.subject.clone()),
        ("name".to_owned(), claims.name.clone().unwrap_or_default()),
        ("email".to_owned(), claims.email.clone().unwrap_or_default()),
    ];
    told.extend(claims.other.iter().map(|(name, values)| (name.clone(), values.join(", "))));
    let guest = claim(claims, "acct").is_some_and(|acct| acct == "1");
    let person = claims.name.clone().unwrap_or_else(|| claims.subject.clone());
    let app = AppName { id: Uuid::nil(), name: "Timber library".to_owned() };
    let values = context! {
        hue => library.hue,
        by => "by OpenID Connect. Its ID token says:",
        told,
        ..apps::values(KEY, &app, &person, guest)
    };
    page(StatusCode::OK, "app.html", &library.style_href, values)
}

fn closed(library: &Library, heading: &str, remedy: &str) -> Response {
    let values = context! {
        app => "Timber library",
        hue => library.hue,
        letter => "T",
        address => "",
        heading,
        happened => "Nobody is signed in to this app in this browser.",
        remedy,
    };
    page(StatusCode::FORBIDDEN, "app-closed.html", &library.style_href, values)
}

fn cookie(name: &str, value: &str, life: u32) -> Option<(header::HeaderName, HeaderValue)> {
    cookies::set(name, value, life).map(|cookie| (header::SET_COOKIE, cookie))
}
