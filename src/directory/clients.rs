//! Apps as clients of OpenID Connect: what they registered.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::{Directory, Result};
use crate::model::{
    connection::Registration,
    state::{AppKind, ClientAuth, SigningAlg},
};

/// An app that speaks OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The app.
    pub app_id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it is switched on. One that is off gets nothing new.
    pub enabled: bool,
    /// What it registered.
    pub registration: Registration,
}

#[derive(FromQueryResult)]
struct Row {
    app_id: Uuid,
    name: String,
    enabled: bool,
    client_id: String,
    auth: ClientAuth,
    redirect_uris: sea_orm::JsonValue,
    post_logout_uris: sea_orm::JsonValue,
    initiate_login_uri: Option<String>,
    backchannel_logout_uri: Option<String>,
    keys: Option<sea_orm::JsonValue>,
    signing: SigningAlg,
    require_par: bool,
}

impl Directory {
    /// The client with this id, if an app of that kind has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn client(&self, client_id: &str) -> Result<Option<Client>> {
        // PostgreSQL refuses to look for one of them.
        if client_id.chars().any(char::is_control) {
            return Ok(None);
        }
        self.find_client(self.db(), "c.client_id", client_id.into()).await
    }

    /// The client that an app is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn client_of_app(&self, app: Uuid) -> Result<Option<Client>> {
        self.find_client(self.db(), "c.app_id", app.into()).await
    }

    async fn find_client(&self, on: &impl ConnectionTrait, column: &str, value: Value) -> Result<Option<Client>> {
        let row = Row::find_by_statement(self.sql(
            &format!(
                "SELECT c.app_id, a.name, a.enabled, c.client_id, c.auth, c.redirect_uris, c.post_logout_uris,
                        c.initiate_login_uri, c.backchannel_logout_uri, c.keys, c.signing, c.require_par
                 FROM oidc_clients c JOIN apps a ON a.id = c.app_id AND a.deleted_at IS NULL AND a.kind = $2
                 WHERE {column} = $1"
            ),
            [value, AppKind::Oidc.into()],
        ))
        .one(on)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Client {
            app_id: row.app_id,
            name: row.name,
            enabled: row.enabled,
            registration: Registration {
                client_id: row.client_id,
                auth: row.auth,
                redirect_uris: serde_json::from_value(row.redirect_uris)?,
                post_logout_uris: serde_json::from_value(row.post_logout_uris)?,
                initiate_login_uri: row.initiate_login_uri,
                backchannel_logout_uri: row.backchannel_logout_uri,
                keys: row.keys.map(|keys| keys.to_string()),
                signing: row.signing,
                require_par: row.require_par,
            },
        }))
    }
}
