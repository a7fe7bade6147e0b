//! Where someone lands who has proven who they are.

use axum::http::HeaderValue;
use time::OffsetDateTime;
use tower_sessions::{Expiry, Session};
use uuid::Uuid;

use super::{
    cookies,
    network::Network,
    session_store::{self, OPENED, Opened, REPLACES},
};
use crate::{
    directory::{Directory, arrivals::Arrival, sessions},
    model::{Address, Code, Refusal, state::SignInMethod},
};

/// How long a browser is remembered as one that has proven an address, in seconds.
const DEVICE_LIFE: u32 = 180 * 24 * 60 * 60;

/// Where to go, with which cookies.
#[derive(Debug)]
pub struct Landing {
    /// A path of ours.
    pub location: String,
    /// Cookies to set.
    pub cookies: Vec<HeaderValue>,
}

/// The browser that somebody arrives in.
#[derive(Clone, Copy, Debug)]
pub struct From<'a> {
    /// The session layer's handle.
    pub session: &'a Session,
    /// The hash of the session's id that it came with; empty without one.
    pub session_hash: &'a [u8],
    /// Where it is.
    pub network: &'a Network,
    /// What it calls itself.
    pub browser: &'a str,
}

/// Opens the session if the arrival says so. `proven` is the address that a code has just proven.
///
/// # Errors
/// [`Code::Internal`] if the session cannot be opened.
pub async fn land(
    directory: &Directory,
    from: From<'_>,
    arrival: Arrival,
    proven: Option<&Address>,
) -> Result<Landing, Refusal> {
    let mut landing = Landing { location: String::new(), cookies: Vec::new() };
    if let Some(address) = proven {
        landing.cookies.extend(cookies::set(cookies::DEVICE, &cookies::device_mark(directory, address), DEVICE_LIFE));
    }
    landing.location = match arrival {
        Arrival::Review => "/redeem".to_owned(),
        Arrival::ProveAddress { attempt, mismatch } => prove_path(attempt, mismatch),
        Arrival::SignedIn { user_id, method, idp, how, return_to } => {
            let opened = Opened {
                user_id,
                method,
                browser: from.browser.chars().take(300).collect(),
                network: from.network.0.clone(),
                idp: Some(idp),
                how,
            };
            open(directory, from, opened).await?;
            return_to
        }
    };
    Ok(landing)
}

/// The page that asks for a code to prove the invited address.
fn prove_path(attempt: Uuid, mismatch: bool) -> String {
    let code = if mismatch { Code::WrongAccount } else { Code::AddressUnproven };
    format!("/sign-in/code?attempt={attempt}&why={code}")
}

async fn open(directory: &Directory, from: From<'_>, opened: Opened) -> Result<(), Refusal> {
    let life = if opened.method == SignInMethod::Passcode { sessions::PASSCODE } else { sessions::ABSOLUTE };
    let ends = (directory.now() + life).timestamp();
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "opening a session");
        Refusal::from(Code::Internal)
    };
    let session = from.session;
    // A new id, whatever the browser came with: an id planted before the sign-in is worth nothing after it.
    session_store::new_id(session).await.map_err(|error| broken(&error))?;
    session.clear().await;
    session.insert(OPENED, opened).await.map_err(|error| broken(&error))?;
    if !from.session_hash.is_empty() {
        session.insert(REPLACES, from.session_hash).await.map_err(|error| broken(&error))?;
    }
    session.set_expiry(Some(Expiry::AtDateTime(
        OffsetDateTime::from_unix_timestamp(ends).map_err(|error| broken(&error))?,
    )));
    // Now, not after the answer: whoever was blocked meanwhile gets a page that says so.
    session.save().await.map_err(|error| broken(&error))
}
