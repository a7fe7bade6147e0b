//! Ends what has lost its ground, and tells apps so: for as long as the program runs.
//!
//! Ending and telling never wait for each other. An app that does not answer holds a few places of many, and a place that
//! is free goes to whoever has waited longest for one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde_json::{Map, Value as Json, json};
use tokio::{
    sync::{Notify, Semaphore},
    task::{Id, JoinSet},
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::keys::Keys;
use crate::{
    directory::{Directory, Result, logouts::Logout},
    outgoing::Outgoing,
};

/// Longest time between two looks: what ends by its date, or by another machine, wakes nobody here.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// Shortest time between two looks.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);
/// How many tellings are under way at once.
const AT_ONCE: usize = 32;
/// How many of them one app may hold. Every process has as many.
pub const AT_ONE_APP: usize = 4;
/// How long a logout token is good, in seconds.
const TOKEN_LIFE: i64 = 120;

/// Looks and tells until `stop` is cancelled; then finishes the tellings in hand and returns.
pub async fn run(directory: Directory, keys: Keys, outgoing: Outgoing, stop: CancellationToken) {
    // Rings when apps may have to be told.
    let noted = Notify::new();
    let telling = tell_until(Tellers::new(&directory, &keys, &outgoing, &stop), &noted, &stop);
    tokio::join!(end_until(&directory, &noted, &stop), telling);
}

/// One look: ends what has to end, then tells every app that is due.
///
/// # Errors
/// When the database fails.
pub async fn round(directory: &Directory, keys: &Keys, outgoing: &Outgoing) -> Result<()> {
    end(directory).await?;
    let mut tellers = Tellers::new(directory, keys, outgoing, &CancellationToken::new());
    tellers.look().await?;
    tellers.all_gone().await;
    Ok(())
}

/// Ends what has to end, and notes whom to tell, until `stop` is cancelled. Nothing here waits for the network.
async fn end_until(directory: &Directory, noted: &Notify, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let ended = end(directory).await;
        // Who fails half-way has noted something, too.
        if !matches!(ended, Ok(0)) {
            noted.notify_one();
        }
        if let Err(error) = ended {
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

/// Ends what has to end, and says how many sessions of apps that were.
async fn end(directory: &Directory) -> Result<u64> {
    // What ends by its date ends within seconds, too, not only with the job of the minute.
    directory.end_grants(500).await?;
    directory.end_app_sessions().await
}

/// Sends for tellers whenever an app is due, until `stop` is cancelled; then waits for those at work.
async fn tell_until(mut tellers: Tellers, noted: &Notify, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = tellers.look().await {
            tracing::error!(%error, "looking for apps that are to be told of sign-outs");
        }
        // First this, so that what is noted after a quiet time is told at once.
        tokio::select! {
            () = stop.cancelled() => break,
            () = sleep(SHORTEST_WAIT) => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = noted.notified() => {}
            // Something may have been noted after it had found nothing more, while there was no room for another.
            _ = tellers.one_gone(), if !tellers.at_work.is_empty() => {}
            () = sleep(LONGEST_WAIT) => {}
        }
    }
    tellers.all_gone().await;
}

/// Those who tell apps: each tells one app, one session after the other.
struct Tellers {
    hands: Hands,
    at_work: JoinSet<()>,
    /// The app of each.
    apps: HashMap<Id, Uuid>,
}

impl Tellers {
    fn new(directory: &Directory, keys: &Keys, outgoing: &Outgoing, stop: &CancellationToken) -> Self {
        let hands = Hands {
            directory: directory.clone(),
            keys: keys.clone(),
            outgoing: outgoing.clone(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            stop: stop.clone(),
        };
        Self { hands, at_work: JoinSet::new(), apps: HashMap::new() }
    }

    /// Sends for more of them wherever an app is due, as many as it may have.
    async fn look(&mut self) -> Result<()> {
        for due in self.hands.directory.apps_to_tell().await? {
            let there = self.apps.values().filter(|app| **app == due.app_id).count();
            let waiting = usize::try_from(due.waiting).unwrap_or_default();
            for _ in 0..waiting.min(AT_ONE_APP.saturating_sub(there)) {
                let teller = self.at_work.spawn(self.hands.clone().tell_app(due.app_id));
                self.apps.insert(teller.id(), due.app_id);
            }
        }
        Ok(())
    }

    /// Waits until one is gone, and lets others go that have finished. `false` if there was none.
    async fn one_gone(&mut self) -> bool {
        let mut gone = self.at_work.join_next_with_id().await;
        let any = gone.is_some();
        while let Some(one) = gone {
            let id = match one {
                Ok((id, ())) => id,
                Err(error) => {
                    tracing::error!(%error, "telling an app of a sign-out");
                    error.id()
                }
            };
            self.apps.remove(&id);
            gone = self.at_work.try_join_next_with_id();
        }
        any
    }

    async fn all_gone(&mut self) {
        while self.one_gone().await {}
    }
}

/// What it takes to tell an app.
#[derive(Clone)]
struct Hands {
    directory: Directory,
    keys: Keys,
    outgoing: Outgoing,
    /// One for each telling that is under way. Who has waited longest for one gets it.
    places: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Hands {
    /// Tells one app until nothing is due there any more.
    async fn tell_app(self, app: Uuid) {
        loop {
            match self.tell_next(app).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::error!(%error, "telling an app of a sign-out");
                    // Only time helps a database that fails. Nobody comes instead meanwhile: this one still counts.
                    tokio::select! {
                        () = self.stop.cancelled() => {}
                        () = sleep(LONGEST_WAIT) => {}
                    }
                    return;
                }
            }
        }
    }

    /// Tells an app of one session. `false` if none is due, or `stop` is cancelled.
    async fn tell_next(&self, app: Uuid) -> Result<bool> {
        let place = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Ok(false),
            place = self.places.acquire() => place,
        };
        // Nobody ever closes it.
        let Ok(_place) = place else { return Ok(false) };
        // Only with a place: what is leased has to be told before the lease runs out.
        let Some(logout) = self.directory.lease_logout(app).await? else { return Ok(false) };
        self.tell(&logout).await?;
        Ok(true)
    }

    async fn tell(&self, logout: &Logout) -> Result<()> {
        let told = match self.keys.sign(logout.signing, "logout+jwt", &claims(&self.directory, logout)).await {
            Ok(token) => post(&self.outgoing, &logout.uri, &token).await,
            Err(code) => Err(code.as_str().to_owned()),
        };
        match told {
            Ok(()) => self.directory.logout_told(logout.id).await,
            Err(reason) => {
                tracing::warn!(
                    app = logout.client_id,
                    reason,
                    tries = logout.tries,
                    "an app could not be told of a sign-out"
                );
                self.directory.logout_failed(logout.id, logout.tries, &reason).await
            }
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

async fn post(outgoing: &Outgoing, uri: &str, token: &str) -> std::result::Result<(), String> {
    match outgoing.post_form(uri, &[("logout_token", token)]).await {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(format!("it answered {}", status.as_u16())),
        Err(error) => Err(error.to_string()),
    }
}
