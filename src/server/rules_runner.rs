//! Brings dynamic groups up to date after their rules have changed, a batch at a time.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::directory::{Directory, rules::RulesTurn};

/// How many people are looked at in one transaction.
const BATCH: u64 = 1000;
/// How long others get to write between two batches: on SQLite there is one writer at a time.
const PAUSE: Duration = Duration::from_millis(5);
/// How often we look for rules that another process has changed.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How long we leave a database alone that fails.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Works until told to stop; then finishes the batch in hand.
pub async fn run(directory: Directory, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match directory.rules_turn(BATCH).await {
            Ok(RulesTurn::Worked(changed)) => {
                if changed > 0 {
                    tracing::info!(changed, "memberships by rule");
                }
                PAUSE
            }
            Ok(RulesTurn::Idle) => {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = directory.rules_wakeup().notified() => {}
                    () = tokio::time::sleep(LONGEST_REST) => {}
                }
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "bringing dynamic groups up to date");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}
