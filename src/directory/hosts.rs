//! Hosts of apps behind a proxy.

use std::collections::BTreeSet;

use chrono::Duration;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{Directory, Result};
use crate::model::{
    Code,
    hosts::{AppHost, name_of},
    state::AppKind,
};

/// How long a host that an app gave up is kept from the owners of others: about as long as a session at an app lasts,
/// and a proxy is left as it is.
pub const RESTS: Duration = Duration::days(30);

/// An app, and the host it was found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedApp {
    /// The app.
    pub app_id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// The host.
    pub host: AppHost,
}

impl Directory {
    /// The app behind a host, if one is registered and stands behind a proxy. One that is switched off is found, too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_of_host(&self, host: &str) -> Result<Option<HostedApp>> {
        self.app_of_host_on(self.db(), host).await
    }

    pub(super) async fn app_of_host_on(&self, on: &impl ConnectionTrait, host: &str) -> Result<Option<HostedApp>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            enabled: bool,
            host: String,
            https: bool,
        }
        // PostgreSQL refuses to look for one of them.
        if host.chars().any(char::is_control) {
            return Ok(None);
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT a.id, a.name, a.enabled, o.host, o.https FROM app_hosts o
             JOIN apps a ON a.id = o.app_id AND a.deleted_at IS NULL AND a.kind = $2
             WHERE o.host = $1",
            [host.into(), AppKind::ForwardAuth.into()],
        ))
        .one(on)
        .await?;
        Ok(row.map(|row| HostedApp {
            app_id: row.id,
            name: row.name,
            enabled: row.enabled,
            host: AppHost { authority: row.host, https: row.https },
        }))
    }

    /// Gives an app these hosts and no others. The caller holds [`Self::lock_connections`]: two apps that want one name
    /// on different ports meet in no index.
    ///
    /// # Errors
    /// [`Code::HostInvalid`] for one that shares its cookies with the panel; [`Code::HostTaken`] for one that is
    /// another app's, or shares its cookies with it.
    pub(super) async fn set_app_hosts(&self, on: &impl ConnectionTrait, app: Uuid, hosts: &[AppHost]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Row {
            host: String,
        }
        // Cookies know no ports: what runs beside the panel on its host would be sent the panel's sessions.
        if hosts.iter().any(|host| host.name() == name_of(self.public_url())) {
            return Err(Code::HostInvalid.into());
        }
        let had = Row::find_by_statement(self.sql("SELECT host FROM app_hosts WHERE app_id = $1", [app.into()]))
            .all(on)
            .await?;
        for row in had.iter().filter(|row| hosts.iter().all(|host| host.authority != row.host)) {
            let values = [app.into(), row.host.as_str().into()];
            self.change(on, "DELETE FROM app_hosts WHERE app_id = $1 AND host = $2", values).await?;
            self.change(
                on,
                "INSERT INTO released_hosts (name, app_id, released_at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET app_id = excluded.app_id, released_at = excluded.released_at",
                [name_of(&row.host).into(), app.into(), self.now().into()],
            )
            .await?;
        }
        let names: BTreeSet<&str> = hosts.iter().map(AppHost::name).collect();
        for name in names {
            if self.is_name_of_other(on, app, name).await? {
                return Err(Code::HostTaken.into());
            }
        }
        for host in hosts {
            let taken = self
                .change(
                    on,
                    "INSERT INTO app_hosts (host, app_id, https) VALUES ($1, $2, $3)
                     ON CONFLICT (host) DO UPDATE SET https = excluded.https WHERE app_hosts.app_id = excluded.app_id",
                    [host.authority.as_str().into(), app.into(), host.https.into()],
                )
                .await?
                == 0;
            if taken {
                return Err(Code::HostTaken.into());
            }
        }
        Ok(())
    }

    /// Whether another app had a host of this name until lately.
    pub(super) async fn is_resting(&self, on: &impl ConnectionTrait, app: Uuid, name: &str) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            app_id: Uuid,
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT app_id FROM released_hosts WHERE name = $1 AND released_at > $2",
            [name.into(), (self.now() - RESTS).into()],
        ))
        .one(on)
        .await?;
        Ok(row.is_some_and(|row| row.app_id != app))
    }

    /// Whether another app has a host of this name, on whatever port: the two would share a cookie, and one could plant
    /// the other's.
    async fn is_name_of_other(&self, on: &impl ConnectionTrait, app: Uuid, name: &str) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            host: String,
        }
        // All ports lie between these two in the index of the key, however the database sorts. Whether other hosts do,
        // too, depends on that: the name decides.
        let rows = Row::find_by_statement(self.sql(
            "SELECT host FROM app_hosts WHERE app_id <> $1 AND (host = $2 OR host BETWEEN $3 AND $4)",
            [app.into(), name.into(), format!("{name}:0").into(), format!("{name}:99999").into()],
        ))
        .all(on)
        .await?;
        Ok(rows.iter().any(|row| name_of(&row.host) == name))
    }
}
