//! Works on bulk jobs, a chunk at a time, one job after the other.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::directory::{Directory, bulk::Turn};

/// How many rows are invited at once.
const CHUNK: u64 = 50;
/// How long others get to write between two chunks: on SQLite there is one writer at a time, and whoever waits for it
/// looks again only now and then.
const PAUSE: Duration = Duration::from_millis(20);
/// How often we look for jobs that another process was given.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// How long we leave a database alone that fails.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Works until told to stop; then finishes the chunk in hand.
pub async fn run(directory: Directory, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match directory.bulk_turn(CHUNK).await {
            Ok(Turn::Worked) => PAUSE,
            Ok(Turn::Idle(next)) => {
                let wait = next.map(|next| (next - directory.now()).to_std().unwrap_or_default().max(PAUSE));
                let rest = wait.map_or(LONGEST_REST, |wait| wait.min(LONGEST_REST));
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = directory.bulk_wakeup().notified() => {}
                    () = tokio::time::sleep(rest) => {}
                }
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "working on bulk jobs");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}
