//! Carries the outbox away, mail by mail, for as long as the program runs.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use self::outbox::{Leased, Outbox};
use super::{
    Writer,
    courier::{Courier, SendError},
};
use crate::directory::Directory;

mod outbox;
#[cfg(test)]
mod tests;

/// How many mails are under way at once.
const AT_ONCE: usize = 4;
/// How often an outcome is reported to a database that fails, while the lease lasts.
const REPORTS: u32 = 5;

/// How long the worker waits for what. Tests cannot wait that long.
#[derive(Clone, Copy)]
struct Pace {
    /// Longest time between two looks at the outbox: another machine's mails wake nobody here.
    longest_wait: Duration,
    /// Shortest time between two looks that found nothing to do, so that a row which cannot be leased costs little.
    shortest_wait: Duration,
    /// Longest time a courier may take; shorter than a lease, so that no mail is in two hands.
    longest_send: Duration,
    /// The first wait after a failure of the database; doubled each time.
    first_back_off: Duration,
    /// The longest such wait.
    longest_back_off: Duration,
}

const PACE: Pace = Pace {
    longest_wait: Duration::from_secs(15),
    shortest_wait: Duration::from_millis(250),
    longest_send: Duration::from_secs(100),
    first_back_off: Duration::from_secs(1),
    longest_back_off: Duration::from_secs(30),
};

/// Sends what is due until `stop` is cancelled; then finishes the mails in hand and returns.
pub async fn run(directory: Directory, writer: Arc<Writer>, courier: Arc<dyn Courier>, stop: CancellationToken) {
    work(Hands { outbox: Arc::new(directory), writer, courier, pace: PACE }, stop).await;
}

/// What it takes to send one mail.
struct Hands<O> {
    outbox: Arc<O>,
    writer: Arc<Writer>,
    courier: Arc<dyn Courier>,
    pace: Pace,
}

// Derived, it would ask for `O: Clone`.
impl<O> Clone for Hands<O> {
    fn clone(&self) -> Self {
        Self {
            outbox: self.outbox.clone(),
            writer: self.writer.clone(),
            courier: self.courier.clone(),
            pace: self.pace,
        }
    }
}

async fn work<O: Outbox>(hands: Hands<O>, stop: CancellationToken) {
    let pace = hands.pace;
    let mut under_way = JoinSet::new();
    let mut back_off = pace.first_back_off;
    while !stop.is_cancelled() {
        while under_way.try_join_next().is_some() {}
        let wait = match look(&hands, &mut under_way).await {
            Ok(wait) => {
                back_off = pace.first_back_off;
                wait
            }
            Err(error) => {
                tracing::warn!(error, "the outbox cannot be read");
                let wait = Wait::Rest(back_off);
                back_off = (back_off * 2).min(pace.longest_back_off);
                wait
            }
        };
        match wait {
            Wait::No => {}
            Wait::Rest(time) => tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(time) => {}
            },
            Wait::ForWork(time) => tokio::select! {
                () = stop.cancelled() => {}
                () = hands.outbox.wakeup().notified() => {}
                () = sleep(time) => {}
            },
            Wait::ForAHand => tokio::select! {
                () = stop.cancelled() => {}
                _ = under_way.join_next() => {}
            },
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// What to do after a look at the outbox.
enum Wait {
    /// Look again: there may be more.
    No,
    /// Nothing helps but time.
    Rest(Duration),
    /// Until new work, but no longer than this.
    ForWork(Duration),
    /// Until one of the mails under way is done.
    ForAHand,
}

/// Takes in hand what is due, as far as hands are free.
async fn look<O: Outbox>(hands: &Hands<O>, under_way: &mut JoinSet<()>) -> Result<Wait, String> {
    let pace = hands.pace;
    let free = AT_ONCE.saturating_sub(under_way.len());
    if free == 0 {
        return Ok(Wait::ForAHand);
    }
    let leased = hands.outbox.lease(free as u64).await?;
    if !leased.is_empty() {
        for mail in leased {
            under_way.spawn(deliver(hands.clone(), mail));
        }
        return Ok(Wait::No);
    }
    let wait = match hands.outbox.next_due().await? {
        // Already due means that another hand has it, or that it fell due just now.
        Some(due) => (due - hands.outbox.now()).to_std().unwrap_or_default(),
        None => pace.longest_wait,
    };
    Ok(Wait::ForWork(wait.clamp(pace.shortest_wait, pace.longest_wait)))
}

/// Sends one mail and reports what became of it. Whatever breaks, breaks here.
async fn deliver<O: Outbox>(hands: Hands<O>, mail: Leased) {
    let (id, kind) = (mail.id, mail.post.letter.kind());
    let outcome = AssertUnwindSafe(attempt(&hands, &mail)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(%id, kind, "writing or sending a mail panicked");
        Outcome::Failed(SendError::transient("Something broke while this mail was sent."))
    });
    // Neither addresses nor the server's words go into the log: those often repeat the address.
    match outcome {
        Outcome::Sent => {
            tracing::info!(%id, kind, tries = mail.tries, "mail sent");
            report(&hands, &mail, None).await;
        }
        Outcome::Failed(error) => {
            tracing::warn!(%id, kind, tries = mail.tries, permanent = error.permanent, "mail not sent");
            report(&hands, &mail, Some(&error)).await;
        }
        Outcome::Unwanted => tracing::info!(%id, kind, "mail no longer wanted"),
        Outcome::Unknown(error) => tracing::warn!(%id, kind, error, "mail left for later: the database failed"),
    }
}

/// What became of a mail.
enum Outcome {
    Sent,
    Failed(SendError),
    /// Its reason to be is gone; the outbox has ended it.
    Unwanted,
    /// The database failed before anything was sent; the lease will run out.
    Unknown(String),
}

async fn attempt<O: Outbox>(hands: &Hands<O>, mail: &Leased) -> Outcome {
    let Hands { outbox, writer, courier, pace } = hands;
    let settings = match outbox.settings().await {
        Ok(settings) => settings,
        Err(error) => return Outcome::Unknown(error),
    };
    let written = match writer.write(&mail.post, &settings, outbox.public_url()) {
        Ok(written) => written,
        Err(error) => {
            // Names the template and the line, never a value.
            tracing::error!(id = %mail.id, kind = mail.post.letter.kind(), %error, "a mail cannot be written");
            return Outcome::Failed(SendError::permanent("The mail could not be written."));
        }
    };
    // As late as possible: the invitation may have been revoked since the lease.
    match outbox.still_wanted(mail.id).await {
        Ok(true) => {}
        Ok(false) => return Outcome::Unwanted,
        Err(error) => return Outcome::Unknown(error),
    }
    match timeout(pace.longest_send, courier.send(&mail.to, &mail.message_id, &written, outbox.now())).await {
        Ok(Ok(())) => Outcome::Sent,
        Ok(Err(error)) => Outcome::Failed(error),
        Err(_) => Outcome::Failed(SendError::transient("Sending took too long.")),
    }
}

/// Tells the outbox. A mail that was sent but not noted goes out twice, so this does not give up at once.
async fn report<O: Outbox>(hands: &Hands<O>, mail: &Leased, error: Option<&SendError>) {
    let mut back_off = hands.pace.first_back_off;
    for _ in 0..REPORTS {
        let noted = match error {
            None => hands.outbox.sent(mail.id).await,
            Some(error) => hands.outbox.failed(mail, error).await,
        };
        match noted {
            Ok(()) => return,
            Err(error) => tracing::warn!(id = %mail.id, error, "what became of a mail cannot be noted yet"),
        }
        sleep(back_off).await;
        back_off *= 2;
    }
    tracing::error!(id = %mail.id, sent = error.is_none(), "what became of a mail was not noted; it will be tried again");
}
