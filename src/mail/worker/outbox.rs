//! What the worker needs of the directory, so that its loop can be tested against a directory that fails.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

pub(super) use crate::directory::outbox::Leased;
use crate::{directory::Directory, mail::courier::SendError, model::settings::Settings};

/// The outbox as its worker sees it. Errors are for the log only: it knows nothing to do about them but to wait.
#[async_trait]
pub(super) trait Outbox: Send + Sync + 'static {
    async fn lease(&self, limit: u64) -> Result<Vec<Leased>, String>;
    async fn still_wanted(&self, id: Uuid) -> Result<bool, String>;
    async fn sent(&self, id: Uuid) -> Result<(), String>;
    async fn failed(&self, mail: &Leased, error: &SendError) -> Result<(), String>;
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, String>;
    async fn settings(&self) -> Result<Settings, String>;
    fn wakeup(&self) -> &Notify;
    fn public_url(&self) -> &str;
    fn now(&self) -> DateTime<Utc>;
}

#[async_trait]
impl Outbox for Directory {
    async fn lease(&self, limit: u64) -> Result<Vec<Leased>, String> {
        self.lease_outbox(limit).await.map_err(|error| error.to_string())
    }

    async fn still_wanted(&self, id: Uuid) -> Result<bool, String> {
        self.outbox_still_wanted(id).await.map_err(|error| error.to_string())
    }

    async fn sent(&self, id: Uuid) -> Result<(), String> {
        self.outbox_sent(id).await.map_err(|error| error.to_string())
    }

    async fn failed(&self, mail: &Leased, error: &SendError) -> Result<(), String> {
        self.outbox_failed(mail.id, mail.tries, &error.reason, error.permanent).await.map_err(|error| error.to_string())
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, String> {
        self.outbox_next_due().await.map_err(|error| error.to_string())
    }

    async fn settings(&self) -> Result<Settings, String> {
        self.settings().await.map_err(|error| error.to_string())
    }

    fn wakeup(&self) -> &Notify {
        self.outbox_wakeup()
    }

    fn public_url(&self) -> &str {
        self.public_url()
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock().now()
    }
}
