//! Secrets of an app: made here, shown once, and known to nobody afterwards.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{Directory, Result, audit::Event, vault::hash};
use crate::model::{
    Caller, Code,
    connecting::SecretRow,
    connection::MOST_SECRETS,
    state::{AppKind, ClientAuth},
    view::PersonName,
};

/// As long as our other secrets: more than 256 bits.
const LENGTH: usize = 43;
/// Letters and digits alone: not every program sends or reads other characters as it should.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// How many letters at its end tell one from another.
pub(in crate::directory) const HINT: usize = 4;

/// The end of a secret, by which its owner knows it again.
pub(in crate::directory) fn hint(secret: &str) -> &str {
    &secret[secret.len().saturating_sub(HINT)..]
}

impl Directory {
    /// A new secret for an app that proves itself by one. The answer is the only time that it is told.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; [`Code::WrongState`] for an app that does not use secrets;
    /// [`Code::TooManySecrets`].
    pub async fn add_secret(&self, caller: &Caller, id: Uuid) -> Result<String> {
        let result = async {
            let tx = self.begin().await?;
            // The app's row is locked, so that two at once are counted one after the other.
            self.manage_connection(&tx, caller, id, true).await?;
            let connection = self.connection_of(&tx, id).await?;
            let uses = connection.registration.is_some_and(|it| it.auth == ClientAuth::Secret);
            if connection.kind != AppKind::Oidc || !uses {
                return Err(Code::WrongState.into());
            }
            if self.secrets_of(&tx, id).await?.len() >= MOST_SECRETS {
                return Err(Code::TooManySecrets.into());
            }
            let secret = self.letters(LENGTH);
            let row = self.put_secret(&tx, id, &hash(&secret), hint(&secret), Some(caller.user_id)).await?;
            let event = Event::new("app.secret.create", "app", id).in_app(id);
            self.record(&tx, &caller.into(), event.details(serde_json::json!({ "secret": row }))).await?;
            self.commit(tx).await?;
            Ok(secret)
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("app.secret.create", "app", id), result).await
    }

    /// Deletes a secret: nothing is proven by it any more.
    ///
    /// # Errors
    /// [`Code::NotFound`] also for one that is not this app's; [`Code::Forbidden`].
    pub async fn delete_secret(&self, caller: &Caller, id: Uuid, secret: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.manage_connection(&tx, caller, id, true).await?;
            let sql = "DELETE FROM app_secrets WHERE id = $1 AND app_id = $2";
            if self.change(&tx, sql, [secret.into(), id.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            let event = Event::new("app.secret.delete", "app", id).in_app(id);
            self.record(&tx, &caller.into(), event.details(serde_json::json!({ "secret": secret }))).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("app.secret.delete", "app", id), result).await
    }

    /// Keeps the hash of a secret. The app's row is locked.
    pub(in crate::directory) async fn put_secret(
        &self,
        on: &impl ConnectionTrait,
        app: Uuid,
        hash: &[u8],
        hint: &str,
        by: Option<Uuid>,
    ) -> Result<Uuid> {
        let id = self.new_id();
        self.change(
            on,
            "INSERT INTO app_secrets (id, app_id, hash, hint, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            [id.into(), app.into(), hash.into(), hint.into(), by.into(), self.now().into()],
        )
        .await?;
        Ok(id)
    }

    /// What is known of an app's secrets, the oldest first.
    pub(super) async fn secrets_of(&self, on: &impl ConnectionTrait, app: Uuid) -> Result<Vec<SecretRow>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            hint: String,
            created_at: DateTime<Utc>,
            by_id: Option<Uuid>,
            by_name: Option<String>,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT s.id, s.hint, s.created_at, u.id AS by_id, u.display_name AS by_name
             FROM app_secrets s LEFT JOIN users u ON u.id = s.created_by
             WHERE s.app_id = $1 ORDER BY s.created_at, s.id",
            [app.into()],
        ))
        .all(on)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| SecretRow {
                id: row.id,
                hint: row.hint,
                created_by: row.by_id.zip(row.by_name).map(|(id, name)| PersonName { id, name }),
                created_at: row.created_at,
            })
            .collect())
    }

    /// So many random letters and digits, each as likely as the others.
    fn letters(&self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            // Bytes past the last whole round would make the first letters likelier.
            let fair = self.random().bytes().into_iter().filter(|byte| usize::from(*byte) < 4 * LETTERS.len());
            let letters = fair.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            text.extend(letters.take(length - text.len()));
        }
        text
    }
}
