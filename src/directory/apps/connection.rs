//! How an app signs people in: what it registered, and what it is told of them.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::super::{
    Directory, Error, Result,
    audit::{Actor, Event},
};
use super::SeenApp;
use crate::model::{
    Caller, Code, Refusal,
    connecting::AppConnection,
    connection::{Connection, Registration, Told},
    connection_form::read_keys,
    hosts::AppHost,
    settings::Settings,
    state::{AppConnecting, AppKind, ClientAuth, GroupsAs, GroupsSent, SigningAlg},
};

/// What is locked while connections change, so that two that take each other's client id wait for each other in one order.
/// It comes before every row.
const LOCK: &str = "connections of apps";

#[derive(FromQueryResult)]
struct Row {
    kind: AppKind,
    groups_sent: GroupsSent,
    groups_as: GroupsAs,
    pairwise: bool,
    claims: Option<Json>,
    client_id: Option<String>,
    auth: Option<ClientAuth>,
    redirect_uris: Option<Json>,
    post_logout_uris: Option<Json>,
    initiate_login_uri: Option<String>,
    backchannel_logout_uri: Option<String>,
    keys: Option<Json>,
    signing: Option<SigningAlg>,
    require_par: Option<bool>,
}

impl Row {
    fn registration(&mut self) -> Result<Option<Registration>> {
        let (Some(client_id), Some(auth), Some(signing)) = (self.client_id.take(), self.auth, self.signing) else {
            return Ok(None);
        };
        let list = |json: Option<Json>| json.map(serde_json::from_value).transpose().map(Option::unwrap_or_default);
        Ok(Some(Registration {
            client_id,
            auth,
            redirect_uris: list(self.redirect_uris.take())?,
            post_logout_uris: list(self.post_logout_uris.take())?,
            initiate_login_uri: self.initiate_login_uri.take(),
            backchannel_logout_uri: self.backchannel_logout_uri.take(),
            // Written as it was read from what was typed, whatever order the database keeps.
            keys: self.keys.take().and_then(|keys| read_keys(&keys.to_string()).ok().flatten()),
            signing,
            require_par: self.require_par.unwrap_or_default(),
        }))
    }
}

/// Whether somebody who runs an app may say how it signs people in.
pub(super) fn may_connect(app: &SeenApp, caller: &Caller, settings: &Settings) -> bool {
    match settings.self_service.connect_apps {
        AppConnecting::Owners => app.can_manage(caller),
        AppConnecting::Administrators => caller.is_administrator(),
    }
}

/// One flat object, for the audit log: what differs is found key by key.
fn flat(connection: &Connection) -> Result<Map<String, Json>> {
    let mut all = Map::new();
    for part in [serde_json::to_value(&connection.registration)?, serde_json::to_value(&connection.told)?] {
        if let Json::Object(part) = part {
            all.extend(part);
        }
    }
    all.insert("kind".into(), connection.kind.as_str().into());
    all.insert("hosts".into(), connection.hosts.clone().into());
    Ok(all)
}

impl Directory {
    /// How an app signs people in, for those who run it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn app_connection(&self, caller: &Caller, id: Uuid) -> Result<AppConnection> {
        let app = self.see_app(self.db(), caller, id, false).await?;
        if !app.can_manage(caller) {
            return Err(Code::Forbidden.into());
        }
        let settings = self.settings().await?;
        Ok(AppConnection {
            head: app.head(caller, &settings),
            url: app.row.url.clone(),
            connection: self.connection_of(self.db(), id).await?,
            secrets: self.secrets_of(self.db(), id).await?,
            may_connect: may_connect(&app, caller, &settings),
            may_send_all_groups: caller.is_administrator(),
        })
    }

    /// Changes how an app signs people in, as [`crate::model::connection_form::TypedConnection`] read it. Another kind ends
    /// what apps got by the one before. What was registered for OpenID Connect is kept while another kind is chosen, its
    /// secrets too; hosts can be handed to others by administrators at once, and taken by owners after a while.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`], at `groups_sent` for those who may not have it told of all groups;
    /// [`Code::ClientIdTaken`] at `client_id`; [`Code::HostTaken`], [`Code::HostNotListed`] and
    /// [`Code::HostResting`] at `hosts`.
    pub async fn connect_app(&self, caller: &Caller, id: Uuid, wanted: &Connection) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            // Who may not is told so before anything waits.
            self.manage_connection(&tx, caller, id, false).await?;
            self.lock_connections(&tx).await?;
            self.manage_connection(&tx, caller, id, true).await?;
            let old = self.connection_of(&tx, id).await?;
            let wanted = &completed(wanted, &old);
            let all = wanted.told.groups_sent == GroupsSent::All;
            if all && old.told.groups_sent != GroupsSent::All && !caller.is_administrator() {
                // It would learn of groups that its owners do not run.
                return Err(Refusal::at(Code::Forbidden, "groups_sent").into());
            }
            if !caller.is_administrator() {
                self.may_take_hosts(&tx, id, &old.hosts, &wanted.hosts).await?;
            }
            self.write_connection(&tx, &caller.into(), id, &old, wanted).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("app.connect", "app", id), result).await
    }

    /// The app, if the caller may say how it signs people in.
    pub(super) async fn manage_connection(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
        lock: bool,
    ) -> Result<SeenApp> {
        let app = self.see_app(on, caller, id, lock).await?;
        if may_connect(&app, caller, &self.settings_on(on).await?) { Ok(app) } else { Err(Code::Forbidden.into()) }
    }

    /// To be called before [`Self::write_connection`], and before any row is locked.
    pub(in crate::directory) async fn lock_connections(&self, tx: &sea_orm::DatabaseTransaction) -> Result<()> {
        self.lock_name(tx, LOCK).await
    }

    /// What is in force, and what was registered before for a kind that is not chosen any more.
    pub(in crate::directory) async fn connection_of(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<Connection> {
        #[derive(FromQueryResult)]
        struct Host {
            host: String,
            https: bool,
        }
        let mut row = Row::find_by_statement(self.sql(
            "SELECT a.kind, a.groups_sent, a.groups_as, a.pairwise, a.claims, c.client_id, c.auth, c.redirect_uris,
                    c.post_logout_uris, c.initiate_login_uri, c.backchannel_logout_uri, c.keys, c.signing, c.require_par
             FROM apps a LEFT JOIN oidc_clients c ON c.app_id = a.id WHERE a.id = $1",
            [id.into()],
        ))
        .one(on)
        .await?
        .ok_or(Code::NotFound)?;
        let hosts =
            Host::find_by_statement(self.sql("SELECT host, https FROM app_hosts WHERE app_id = $1", [id.into()]))
                .all(on)
                .await?;
        // In the order in which they are read from what is typed.
        let mut hosts: Vec<AppHost> =
            hosts.into_iter().map(|row| AppHost { authority: row.host, https: row.https }).collect();
        hosts.sort();
        let hosts = hosts.iter().map(AppHost::origin).collect();
        Ok(Connection {
            kind: row.kind,
            registration: row.registration()?,
            hosts,
            told: Told {
                groups_sent: row.groups_sent,
                groups_as: row.groups_as,
                pairwise: row.pairwise,
                claims: row.claims.take().map(serde_json::from_value).transpose()?.unwrap_or_default(),
            },
        })
    }

    /// Writes what differs, with its event. Says whether anything did. The caller holds [`Self::lock_connections`].
    ///
    /// # Errors
    /// [`Code::ClientIdTaken`] at `client_id`; [`Code::HostTaken`] at `hosts`.
    pub(in crate::directory) async fn write_connection(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        id: Uuid,
        old: &Connection,
        new: &Connection,
    ) -> Result<bool> {
        if old == new {
            return Ok(false);
        }
        if old.kind != new.kind {
            // Only then: whoever watches this column takes it for the end of what there was.
            self.change(on, "UPDATE apps SET kind = $2 WHERE id = $1", [id.into(), new.kind.into()]).await?;
        }
        if old.told != new.told {
            self.write_told(on, id, &new.told).await?;
        }
        if old.registration != new.registration {
            self.write_registration(on, id, new.registration.as_ref()).await?;
        }
        if old.hosts != new.hosts {
            self.write_hosts(on, id, &new.hosts).await?;
        }
        let (mut were, mut are) = (flat(old)?, flat(new)?);
        let same: Vec<String> =
            are.iter().filter(|(key, value)| were.get(*key) == Some(*value)).map(|(key, _)| key.clone()).collect();
        for key in same {
            were.remove(&key);
            are.remove(&key);
        }
        let details = serde_json::json!({ "old": were, "new": are });
        self.record(on, actor, Event::new("app.connect", "app", id).in_app(id).details(details)).await?;
        Ok(true)
    }

    async fn write_told(&self, on: &impl ConnectionTrait, id: Uuid, told: &Told) -> Result<()> {
        let claims = if told.claims.is_empty() { None } else { Some(serde_json::to_value(&told.claims)?) };
        // Kept once it is made, so that subjects stay what they were.
        let salt = told.pairwise.then(|| self.random().bytes().to_vec());
        self.change(
            on,
            "UPDATE apps SET groups_sent = $2, groups_as = $3, pairwise = $4, claims = $5,
                    pairwise_salt = COALESCE(pairwise_salt, $6) WHERE id = $1",
            [
                id.into(),
                told.groups_sent.into(),
                told.groups_as.into(),
                told.pairwise.into(),
                claims.into(),
                salt.into(),
            ],
        )
        .await?;
        Ok(())
    }

    async fn write_registration(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
        wanted: Option<&Registration>,
    ) -> Result<()> {
        self.change(on, "DELETE FROM oidc_clients WHERE app_id = $1", [id.into()]).await?;
        let Some(wanted) = wanted else { return Ok(()) };
        let taken = || Error::from(Refusal::at(Code::ClientIdTaken, "client_id"));
        if self.is_other_app(on, id, &wanted.client_id).await? {
            return Err(taken());
        }
        let keys = wanted.keys.as_deref().map(serde_json::from_str::<Json>).transpose()?;
        let written = self
            .change(
                on,
                "INSERT INTO oidc_clients (app_id, client_id, auth, redirect_uris, post_logout_uris, initiate_login_uri,
                        backchannel_logout_uri, keys, signing, require_par)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
                [
                    id.into(),
                    wanted.client_id.as_str().into(),
                    wanted.auth.into(),
                    serde_json::to_value(&wanted.redirect_uris)?.into(),
                    serde_json::to_value(&wanted.post_logout_uris)?.into(),
                    wanted.initiate_login_uri.clone().into(),
                    wanted.backchannel_logout_uri.clone().into(),
                    keys.into(),
                    wanted.signing.into(),
                    wanted.require_par.into(),
                ],
            )
            .await?;
        if written == 1 { Ok(()) } else { Err(taken()) }
    }

    /// Whether a client id is another app's id: that one has it whenever it wants.
    async fn is_other_app(&self, on: &impl ConnectionTrait, id: Uuid, client_id: &str) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            apps: i64,
        }
        let Some(other) = client_id.parse::<Uuid>().ok().filter(|other| *other != id) else { return Ok(false) };
        let sql = "SELECT COUNT(*) AS apps FROM apps WHERE id = $1 AND deleted_at IS NULL";
        let row = Counted::find_by_statement(self.sql(sql, [other.into()])).one(on).await?;
        Ok(row.is_some_and(|row| row.apps > 0))
    }

    /// Whether an owner may give these hosts to an app: those it has, and free ones that an administrator has listed.
    async fn may_take_hosts(&self, on: &impl ConnectionTrait, app: Uuid, old: &[String], new: &[String]) -> Result<()> {
        let at = |code| Error::from(Refusal::at(code, "hosts"));
        let listed = self.settings_on(on).await?.self_service.owner_hosts;
        for host in new.iter().filter(|host| !old.contains(host)) {
            let host = AppHost::parse(host).map_err(at)?;
            if !listed.iter().any(|pattern| pattern.covers(host.name())) {
                return Err(at(Code::HostNotListed));
            }
            if self.is_resting(on, app, host.name()).await? {
                return Err(at(Code::HostResting));
            }
        }
        Ok(())
    }

    async fn write_hosts(&self, on: &impl ConnectionTrait, id: Uuid, hosts: &[String]) -> Result<()> {
        let at = |code| Error::from(Refusal::at(code, "hosts"));
        let hosts: Vec<AppHost> =
            hosts.iter().map(|host| AppHost::parse(host)).collect::<Result<_, _>>().map_err(at)?;
        self.set_app_hosts(on, id, &hosts).await.map_err(|error| match error {
            Error::Refused(refusal) => at(refusal.code),
            broken => broken,
        })
    }
}

/// What was asked for, with what stays as it was: an app that is only a link is told nothing, and keeps what was said
/// before; so does a registration while another kind is chosen.
fn completed(wanted: &Connection, old: &Connection) -> Connection {
    let mut whole = wanted.clone();
    if whole.kind == AppKind::Link {
        whole.told = old.told.clone();
    }
    if whole.kind != AppKind::Oidc {
        whole.registration = old.registration.clone();
    }
    whole
}
