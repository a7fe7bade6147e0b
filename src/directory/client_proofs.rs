//! What proves that an app is itself: secrets, kept as hashes, and signed assertions, good once.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{Directory, Result, vault::hash};

#[derive(FromQueryResult)]
struct Row {
    hash: Vec<u8>,
}

impl Directory {
    /// Whether a secret is one of an app's. `None` is an app that does not exist: the same is done for it, so that the
    /// time an answer takes does not tell which apps exist.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_secret_fits(&self, app: Option<Uuid>, secret: &str) -> Result<bool> {
        let rows = Row::find_by_statement(
            self.sql("SELECT hash FROM app_secrets WHERE app_id = $1", [app.unwrap_or_default().into()]),
        )
        .all(self.db())
        .await?;
        let sent = hash(secret);
        // One comparison at least, whether or not there is a secret.
        let nobodys = bool::from([0; 32].as_slice().ct_eq(&sent));
        Ok(rows.iter().fold(nobodys, |fits, row| fits | bool::from(row.hash.as_slice().ct_eq(&sent))) && app.is_some())
    }

    /// Notes that an app has used an assertion with this id. `false` if it had done so before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_assertion(&self, app: Uuid, id: &str, expires_at: DateTime<Utc>) -> Result<bool> {
        let noted = self
            .change(
                self.db(),
                "INSERT INTO client_assertions (app_id, hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                [app.into(), hash(id).into(), expires_at.into()],
            )
            .await?;
        Ok(noted == 1)
    }

    /// Forgets assertions that could not be used again anyway. A job calls it now and then. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_assertions(&self) -> Result<u64> {
        self.change(self.db(), "DELETE FROM client_assertions WHERE expires_at <= $1", [self.now().into()]).await
    }
}
