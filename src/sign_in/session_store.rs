//! tower-sessions on the directory's own table: a session has its user as a column, so that signing out everywhere is
//! one DELETE, and a saved session that was ended meanwhile is never revived.

use async_trait::async_trait;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tower_sessions::{
    Session, SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};
use uuid::Uuid;

use crate::{
    directory::{Directory, sessions::NewSession, vault::hash},
    model::{how::How, state::SignInMethod},
};

/// The name of the cookie.
pub const COOKIE: &str = "__Host-session";

/// What a session holds: who, and how they came. Nothing that changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Whose it is.
    pub user_id: Uuid,
    /// How it was opened.
    pub method: SignInMethod,
    /// The browser, as it called itself.
    pub browser: String,
    /// The network it came from.
    pub network: String,
    /// The issuer of the identity that signed in.
    #[serde(default)]
    pub idp: Option<String>,
    /// How and when they proved who they are.
    #[serde(default)]
    pub how: How,
}

/// The key under which [`Opened`] lies in a session.
pub const OPENED: &str = "opened";
/// The key under which a session that is being opened names the one before, by the hash of its id. It is not kept.
pub const REPLACES: &str = "replaces";

tokio::task_local! {
    /// Set while a session gets a new id: the old row stays until the transaction that puts the new one in its place.
    static RENEWING: ();
}

/// Gives a session a new id. The row under the old one stays, for [`REPLACES`].
///
/// # Errors
/// When the session cannot be read.
pub async fn new_id(session: &Session) -> std::result::Result<(), tower_sessions::session::Error> {
    RENEWING.scope((), session.cycle_id()).await
}

/// Sessions in the directory.
#[derive(Clone)]
pub struct DirectorySessions(pub Directory);

impl std::fmt::Debug for DirectorySessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DirectorySessions")
    }
}

/// The hash under which a session is kept.
pub fn id_hash(id: &Id) -> Vec<u8> {
    hash(&id.to_string())
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for DirectorySessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let opened = record.data.get(OPENED).cloned().ok_or_else(|| backend("only signed-in people have sessions"))?;
        let opened: Opened = serde_json::from_value(opened).map_err(|error| Error::Decode(error.to_string()))?;
        let replaces: Option<Vec<u8>> =
            record.data.remove(REPLACES).and_then(|value| serde_json::from_value(value).ok());
        let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
            .ok_or_else(|| backend("a session that never ends"))?;
        // An id that is taken is as good as impossible; three of them in a row mean that the user is not active.
        for _ in 0..3 {
            let new = NewSession {
                id_hash: id_hash(&record.id),
                user_id: opened.user_id,
                data: data.clone(),
                method: opened.method,
                browser: opened.browser.clone(),
                network: opened.network.clone(),
                expires_at,
                idp: opened.idp.clone(),
                how: opened.how.clone(),
                replaces: replaces.clone(),
            };
            if self.0.open_session(new).await.map_err(backend)? {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(backend("the user is not active any more"))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        if self.0.save_session(&id_hash(&record.id), data).await.map_err(backend)? {
            Ok(())
        } else {
            Err(backend("the session was ended"))
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some((data, expires_at)) = self.0.session_data(&id_hash(id)).await.map_err(backend)? else {
            return Ok(None);
        };
        let data = serde_json::from_value(data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires_at.timestamp()).map_err(backend)?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        if RENEWING.try_with(|()| ()).is_ok() {
            return Ok(());
        }
        self.0.end_session(&id_hash(id)).await.map_err(backend)
    }
}
