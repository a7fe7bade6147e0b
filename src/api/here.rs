//! What a request brought along, for server functions and pages.

use std::sync::Arc;

use axum::http::{HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_sessions::Session;

use crate::{
    directory::{Directory, sign_ins::Origin},
    model::{Caller, Code, Language, Refusal},
    sign_in::{
        caller::{Browser, SessionHash, Visitor},
        cookies,
        landing::{self, Landing},
        language::{self, Wanted},
        network::Network,
        oidc::Oidc,
    },
};

/// How long a browser's id lives, in seconds: longer than any attempt.
const BROWSER_LIFE: u32 = 24 * 60 * 60;

/// The request at hand.
#[derive(Clone)]
pub struct Here {
    /// The directory.
    pub directory: Directory,
    /// The client of identity providers.
    pub oidc: Arc<Oidc>,
    /// Who is calling, if anybody is signed in.
    pub visitor: Option<Caller>,
    /// The browser's own id, if it has one.
    pub browser: Option<String>,
    /// The hash of the session's id.
    pub session_hash: Vec<u8>,
    /// The session layer's handle.
    pub session: Session,
    /// Where the request comes from.
    pub network: Network,
    /// The browser, as it calls itself.
    pub agent: String,
    /// The device cookie.
    pub device: Option<String>,
    /// Which language it wants.
    pub wanted: Wanted,
    /// Whether a person waits for a page, rather than a program for JSON.
    pub wants_page: bool,
}

impl Here {
    /// The request that is being answered.
    ///
    /// # Errors
    /// [`Code::Internal`] outside of one.
    pub fn get() -> Result<Self, Refusal> {
        fn find<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T, Refusal> {
            parts.extensions.get::<T>().cloned().ok_or_else(|| Code::Internal.into())
        }
        let parts = use_context::<Parts>().ok_or(Code::Internal)?;
        let header =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            directory: find(&parts)?,
            oidc: find(&parts)?,
            visitor: find::<Visitor>(&parts)?.0,
            browser: find::<Browser>(&parts)?.0,
            session_hash: find::<SessionHash>(&parts)?.0,
            session: find(&parts)?,
            network: find(&parts)?,
            agent: header(header::USER_AGENT).to_owned(),
            device: cookies::read(&parts.headers, cookies::DEVICE),
            wanted: Wanted::of(&parts.uri, &parts.headers),
            wants_page: header(header::ACCEPT).contains("text/html"),
        })
    }

    /// Counts what strangers can do against what one network may do in an hour. The numbers leave room for an office
    /// behind one address.
    ///
    /// # Errors
    /// [`Code::RateLimited`] with the seconds to wait.
    pub async fn limit(&self, what: &'static str, per_hour: u32) -> Result<(), Refusal> {
        self.directory.limit_network(what, &self.network.0, per_hour).await.map_err(Into::into)
    }

    /// Who is calling.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`].
    pub fn caller(&self) -> Result<&Caller, Refusal> {
        self.visitor.as_ref().ok_or_else(|| Code::Unauthenticated.into())
    }

    /// The browser's own id, given to it now if it has none.
    pub fn browser(&mut self) -> String {
        let browser = self.browser.clone().unwrap_or_else(|| self.directory.new_secret());
        // Set again each time, so that it outlives whatever begins now.
        append_cookie(cookies::set(cookies::BROWSER, &browser, BROWSER_LIFE));
        self.browser = Some(browser.clone());
        browser
    }

    /// Goes on in the language of the form that was posted: the pages after it speak the same. What is none of our
    /// languages changes nothing.
    pub fn speak(&mut self, posted: &str) {
        if let Some(language) = Language::of_tag(posted) {
            append_cookie(language::cookie(language));
            self.wanted.cookie = Some(language);
        }
    }

    /// The browser that somebody arrives in.
    pub fn lands_from(&self) -> landing::From<'_> {
        landing::From {
            session: &self.session,
            session_hash: &self.session_hash,
            network: &self.network,
            browser: &self.agent,
        }
    }

    /// From where this comes, for the log of sign-ins.
    pub fn origin(&self) -> Origin {
        Origin { network: self.network.0.clone(), browser: self.agent.clone() }
    }

    /// What a saved form is bound to: the session, or else the browser.
    pub(super) fn form_owner(&mut self) -> String {
        match &self.visitor {
            Some(caller) => format!("user {}", caller.user_id),
            None => format!("browser {}", self.browser()),
        }
    }

    /// Sets the cookies of a landing and names its place.
    pub fn land(landing: Landing) -> String {
        for cookie in landing.cookies {
            append_cookie(Some(cookie));
        }
        landing.location
    }
}

/// Adds a `Set-Cookie` to the answer.
fn append_cookie(cookie: Option<HeaderValue>) {
    if let (Some(options), Some(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}
