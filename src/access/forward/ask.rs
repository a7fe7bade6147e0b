//! The answer to a proxy: may this request go on to the app, and as whom?

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{COOKIE, LONGEST_PATH, asked::Asked, handshake, identity::Identities, pages, refused};
use crate::{
    access::keys::Keys,
    directory::{Directory, admission::ProvenSession, hosts::HostedApp, vault::hash},
    model::{Code, state::AppKind},
};

/// Whom it asks, and what is kept between answers. No decision is.
pub(super) struct Gate {
    pub directory: Directory,
    keys: Keys,
    identities: Identities,
    /// Sessions whose use is being written down: requests that come meanwhile leave them alone.
    touching: Arc<Mutex<HashSet<Uuid>>>,
}

/// Decides afresh: one statement for whoever is let in.
pub(super) async fn answer(gate: &Gate, asked: &Asked<'_>) -> Response {
    // A proxy that knows one rule only asks for our own part of the host, too.
    if asked.ours().is_some() {
        return handshake::answer(&gate.directory, asked).await;
    }
    let code = match asked.cookie(COOKIE) {
        None => Code::Unauthenticated,
        Some(secret) => match gate.directory.admit_by_host(&hash(secret), &asked.host).await {
            Ok(admitted) if admitted.app.kind == AppKind::ForwardAuth => {
                gate.touch(&admitted.session);
                return gate.identities.told(&gate.keys, &gate.directory, &admitted, asked).await;
            }
            Ok(_) => Code::Unauthenticated,
            Err(error) => match refused(error) {
                Ok(code) => code,
                Err(broken) => return broken,
            },
        },
    };
    let app = match gate.directory.app_of_host(&asked.host).await {
        Ok(Some(app)) => app,
        Ok(None) => return pages::unknown(&asked.host),
        Err(error) => return refused(error).map_or_else(|broken| broken, |code| status(code).into_response()),
    };
    match code {
        Code::Unauthenticated => to_sign_in(&app, asked),
        code => pages::closed(&gate.directory, &app, code, asked).await,
    }
}

/// The status for a code.
pub(super) fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl Gate {
    pub fn new(directory: Directory, keys: Keys) -> Self {
        Self { directory, keys, identities: Identities::default(), touching: Arc::default() }
    }

    /// The panel's session is in use. Written down now and then, while the answer is on its way.
    fn touch(&self, session: &ProvenSession) {
        let id = session.id;
        if !self.directory.is_touch_due(session.last_seen_at) || !locked(&self.touching).insert(id) {
            return;
        }
        let (directory, touching) = (self.directory.clone(), self.touching.clone());
        tokio::spawn(async move {
            if let Err(error) = directory.touch_session(id).await {
                tracing::error!(%error, "writing down that a session was used");
            }
            locked(&touching).remove(&id);
        });
    }
}

/// Nobody panics while holding it; were it so, the set would still be whole.
fn locked(set: &Mutex<HashSet<Uuid>>) -> MutexGuard<'_, HashSet<Uuid>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leads a person to the sign-in; tells a program that it needs one. The address is whole, because some proxies would
/// complete it with their own name for us.
fn to_sign_in(app: &HostedApp, asked: &Asked<'_>) -> Response {
    if !asked.wants_page() {
        return (StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response();
    }
    let path = if asked.path.len() > LONGEST_PATH { "/" } else { asked.path };
    let to: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let location = format!("{}/.access-panel/start?to={to}", app.host.origin());
    let status = if asked.only_401 { StatusCode::UNAUTHORIZED } else { StatusCode::FOUND };
    match HeaderValue::from_str(&location) {
        Ok(location) => (status, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::UNAUTHORIZED.into_response(),
    }
}
