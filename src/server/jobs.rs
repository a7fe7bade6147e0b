//! What happens by itself, now and then. Access never waits for a job: every check looks at the time itself.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::directory::{Directory, Result};

/// Reminds, ends what is over, tells inviters, and clears away what has run out, once a minute.
pub async fn run(directory: Directory, stop: CancellationToken) {
    for minute in 0_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
        }
        // Reminders before expiry, expiry before the mails that tell of it.
        note("guests reminded", directory.remind_guests(500).await);
        note("invitations expired", directory.expire_invitations(500).await);
        note("people told that something ends", directory.tell_ending(500).await);
        note("requests expired", directory.expire_requests(500).await);
        note("old notices deleted", directory.delete_old_notices(5000).await);
        note("old sign-ins deleted", directory.delete_old_sign_ins(5000).await);
        note("memberships and assignments ended", directory.end_grants(500).await);
        note("people and groups erased", directory.purge_groups(500).await);
        note("sessions of apps deleted", directory.tidy_app_sessions(5000).await);
        note("rows of bulk jobs erased", directory.tidy_bulk(5000).await);
        note("signing keys made", directory.rotate_keys().await);
        note("client assertions forgotten", directory.forget_assertions().await);
        note("inviters told", directory.tell_inviters(500).await);
        if let Err(error) = directory.clear_old_counters().await {
            tracing::error!(%error, "clearing away counters");
        }
        if let Err(error) = directory.clear_host_codes().await {
            tracing::error!(%error, "clearing away codes for hosts");
        }
        if let Err(error) = directory.clear_expired().await {
            tracing::error!(%error, "clearing away what has run out");
        }
        if minute.is_multiple_of(60)
            && let Err(error) = directory.refresh_statistics().await
        {
            tracing::error!(%error, "counting what tables hold");
        }
    }
}

/// Logs what a job did, if it did anything.
fn note(what: &'static str, done: Result<u64>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "{what}"),
        Err(error) => tracing::error!(%error, "{what}"),
    }
}
