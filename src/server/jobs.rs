//! What happens by itself, now and then. Access never waits for a job: every check looks at the time itself.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::directory::Directory;

/// Ends invitations whose time is over and clears away what has run out, once a minute.
pub async fn run(directory: Directory, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
        }
        match directory.expire_invitations(500).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "invitations expired"),
            Err(error) => tracing::error!(%error, "expiring invitations"),
        }
        if let Err(error) = directory.clear_expired().await {
            tracing::error!(%error, "clearing away what has run out");
        }
    }
}
