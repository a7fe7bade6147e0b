//! Ends what has lost its ground, and tells apps so: for as long as the program runs.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::keys::Keys;
use crate::directory::{Directory, Result, logouts::Logout};

/// How long one app may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Longest time between two looks: what ends by its date, or by another machine, wakes nobody here.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// Shortest time between two looks.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);
/// How many apps are told at once.
const AT_ONCE: u64 = 16;
/// How long a logout token is good, in seconds.
const TOKEN_LIFE: i64 = 120;

/// Looks and tells until `stop` is cancelled.
pub async fn run(directory: Directory, keys: Keys, stop: CancellationToken) {
    let http = match client() {
        Ok(http) => http,
        Err(error) => {
            tracing::error!(%error, "apps cannot be told of sign-outs");
            return;
        }
    };
    while !stop.is_cancelled() {
        if let Err(error) = round(&directory, &keys, &http).await {
            tracing::error!(%error, "ending sessions of apps");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = directory.access_wakeup().notified() => {}
            () = sleep(LONGEST_WAIT) => {}
        }
        // Many changes in a row are one look.
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(SHORTEST_WAIT) => {}
        }
    }
}

/// The client that apps are told by: it follows nobody elsewhere.
///
/// # Errors
/// If the machine has no usable TLS.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(LONGEST).build()
}

/// One look: ends what has to end, then tells every app that is due.
///
/// # Errors
/// When the database fails.
pub async fn round(directory: &Directory, keys: &Keys, http: &reqwest::Client) -> Result<()> {
    // What ends by its date ends within seconds, too, not only with the job of the minute.
    directory.end_grants(500).await?;
    directory.end_app_sessions().await?;
    loop {
        let due = directory.lease_logouts(AT_ONCE).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut under_way = JoinSet::new();
        for logout in due {
            under_way.spawn(tell(directory.clone(), keys.clone(), http.clone(), logout));
        }
        while let Some(told) = under_way.join_next().await {
            match told {
                Ok(told) => told?,
                Err(error) => tracing::error!(%error, "telling an app of a sign-out"),
            }
        }
    }
}

async fn tell(directory: Directory, keys: Keys, http: reqwest::Client, logout: Logout) -> Result<()> {
    let told = match keys.sign(logout.signing, "logout+jwt", &claims(&directory, &logout)).await {
        Ok(token) => post(&http, &logout.uri, &token).await,
        Err(code) => Err(code.as_str().to_owned()),
    };
    match told {
        Ok(()) => directory.logout_told(logout.id).await,
        Err(reason) => {
            tracing::warn!(
                app = logout.client_id,
                reason,
                tries = logout.tries,
                "an app could not be told of a sign-out"
            );
            directory.logout_failed(logout.id, logout.tries, &reason).await
        }
    }
}

/// The logout token (OpenID Connect Back-Channel Logout 1.0, 2.4).
fn claims(directory: &Directory, logout: &Logout) -> Map<String, Json> {
    let now = directory.now().timestamp();
    Map::from_iter([
        ("iss".to_owned(), json!(directory.public_url())),
        ("aud".to_owned(), json!(logout.client_id)),
        ("sub".to_owned(), json!(logout.subject)),
        ("sid".to_owned(), json!(logout.app_session)),
        ("iat".to_owned(), json!(now)),
        ("exp".to_owned(), json!(now + TOKEN_LIFE)),
        // Every try has a token of its own: apps refuse one that they have seen.
        ("jti".to_owned(), json!(format!("{}.{}", logout.id, logout.tries))),
        ("events".to_owned(), json!({ "http://schemas.openid.net/event/backchannel-logout": {} })),
    ])
}

async fn post(http: &reqwest::Client, uri: &str, token: &str) -> std::result::Result<(), String> {
    let sent = timeout(LONGEST, http.post(uri).form(&[("logout_token", token)]).send()).await;
    match sent {
        Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
        Ok(Ok(answer)) => Err(format!("it answered {}", answer.status().as_u16())),
        // Without the address: it may hold what is not for logs.
        Ok(Err(error)) => Err(error.without_url().to_string()),
        Err(_) => Err("it did not answer in time".to_owned()),
    }
}
