//! Access that ends, ends everywhere with the next request: each way of losing it, by each way of using it. The table in
//! `docs/security.md` says the same. Apps are told of it, and one that does not answer keeps no other waiting.

use std::sync::{Arc, Mutex};

use access_panel::{
    access::{backchannel, keys::Keys},
    model::Caller,
    outgoing::{Outgoing, Policy},
};
use axum::{Form, Router, extract::State, routing::post};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait, Value};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    browser::{Browser, encode},
    panel::{Panel, Setup},
};
use crate::support::engine::Engine;

const JOHN: &str = "john.doe@woodgrove.example";
const SECRET: &str = "ledgerSecretOfLettersAndDigits0123456789abc";
const CALLBACK: &str = "https://ledger.example/callback";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-letters-0123456789";
const WIKI: &str = "wiki.example";

/// Each way of losing access.
const WAYS: &[&str] = &[
    "removed from the group",
    "the group is deleted",
    "the group loses the app",
    "the membership ends by its date",
    "the invitation is revoked",
    "the user is blocked",
    "the guest leaves",
    "the app is switched off",
    "the session is ended elsewhere",
    "signed out",
    "signed out everywhere",
];

/// What apps were told by back-channel logout.
#[derive(Clone, Default)]
struct Heard {
    tokens: Arc<Mutex<Vec<Json>>>,
    more: Arc<Notify>,
}

impl Heard {
    async fn listen(&self) -> String {
        async fn hear(State(heard): State<Heard>, Form(form): Form<Vec<(String, String)>>) {
            let token = &form.iter().find(|(name, _)| name == "logout_token").unwrap().1;
            heard.tokens.lock().unwrap().push(payload(token));
            heard.more.notify_one();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/signed-out", listener.local_addr().unwrap());
        let app = Router::new().route("/signed-out", post(hear)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        url
    }

    fn sids(&self) -> Vec<String> {
        self.tokens.lock().unwrap().iter().map(|token| token["sid"].as_str().unwrap().to_owned()).collect()
    }

    async fn until(&self, sid: &str) {
        while !self.sids().iter().any(|heard| heard == sid) {
            self.more.notified().await;
        }
    }
}

/// An app that takes every call and answers none. Once dropped, it has hung up on everybody.
struct BlackHole {
    url: String,
    /// How many have called.
    calls: watch::Receiver<usize>,
    listening: JoinHandle<()>,
}

impl BlackHole {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/signed-out", listener.local_addr().unwrap());
        let (called, calls) = watch::channel(0);
        let listening = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((call, _)) = listener.accept().await {
                held.push(call);
                called.send_replace(held.len());
            }
        });
        Self { url, calls, listening }
    }
}

impl Drop for BlackHole {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn payload(token: &str) -> Json {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Somebody who uses everything there is to use.
struct Victim {
    way: usize,
    address: String,
    user: Uuid,
    browser: Browser,
    /// The browser on the app's own host.
    on_host: Browser,
    access: String,
    refresh: String,
    sid: String,
}

impl Victim {
    async fn arrive(panel: &Panel, way: usize) -> Self {
        let address = format!("victim{way}@partner.example");
        let (mut browser, user) = panel.guest(JOHN, &format!("way-{way}"), &address).await;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let ask = encode(&[
            ("response_type", "code"),
            ("client_id", "ledger"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile email offline_access"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let answer = browser.get(&format!("/oauth2/v2.0/authorize?{ask}")).await.expect(303);
        let back = url::Url::parse(answer.location()).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let tokens = token(
            panel,
            &[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ],
        )
        .await
        .unwrap();
        let of = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}")).to_owned();
        let sid = payload(&of("id_token"))["sid"].as_str().unwrap().to_owned();
        let on_host = cross(panel, &mut browser).await;
        Self { way, address, user, browser, on_host, access: of("access_token"), refresh: of("refresh_token"), sid }
    }

    /// What they can still do, by name: `true` if they can.
    async fn can(&mut self, panel: &Panel) -> Vec<(&'static str, bool)> {
        let tile = self.browser.open("/").await;
        let launch = self.browser.get(&format!("/apps/{}/launch", panel.app("ledger").await)).await;
        let gate = ask_gate(&mut self.on_host, "/page").await;
        let userinfo = Browser::new(&panel.url)
            .send(Method::GET, "/oauth2/v2.0/userinfo", &[("authorization", &format!("Bearer {}", self.access))], None)
            .await;
        let mut known = vec![
            ("tile", tile.path == "/" && tile.text().contains("Ledger of all")),
            ("launch", (300..400).contains(&launch.status) && launch.location().starts_with("https://ledger.example")),
            ("gate", gate == 200),
            ("userinfo", userinfo.status == 200),
            ("introspection of the access token", introspect(panel, &self.access).await),
            ("introspection of the refresh token", introspect(panel, &self.refresh).await),
        ];
        let renewed = token(panel, &[("grant_type", "refresh_token"), ("refresh_token", &self.refresh)]).await;
        if let Ok(tokens) = &renewed {
            self.access = tokens["access_token"].as_str().unwrap().to_owned();
            self.refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
        }
        known.push(("refresh", renewed.is_ok()));
        known
    }

    fn caller(&self) -> Caller {
        Caller {
            user_id: self.user,
            user_type: access_panel::model::state::UserType::Guest,
            name: String::new(),
            address: self.address.clone(),
            roles: Vec::new(),
            request_id: None,
        }
    }

    async fn lose(&mut self, panel: &Panel) {
        let john = panel.caller(JOHN, &[]).await;
        let group = panel.group(&format!("way-{}", self.way)).await;
        let directory = &panel.directory;
        let address = &self.address;
        match WAYS[self.way] {
            "removed from the group" => directory.remove_member(&john, group, self.user).await.unwrap(),
            "the group is deleted" => directory.delete_group(&john, group).await.unwrap(),
            "the group loses the app" => {
                for app in ["ledger", "wiki"] {
                    directory.remove_group(&john, panel.app(app).await, group).await.unwrap();
                }
            }
            "the membership ends by its date" => {
                let until = (directory.now() + Duration::minutes(1)).to_rfc3339();
                let sql = format!(
                    "UPDATE memberships SET until = '{until}' WHERE user_id IN (SELECT id FROM users WHERE address_norm = '{address}')"
                );
                assert_eq!(panel.change(&sql).await, 1);
                panel.clock.advance(Duration::minutes(2));
            }
            "the invitation is revoked" => {
                let sql = format!("UPDATE invitations SET state = 'revoked' WHERE address_norm = '{address}'");
                assert_eq!(panel.change(&sql).await, 1);
            }
            // As docs/operations.md says.
            "the user is blocked" => {
                let sql = format!("UPDATE users SET enabled = (1 = 0) WHERE address_norm = '{address}'");
                assert_eq!(panel.change(&sql).await, 1);
            }
            "the guest leaves" => directory.leave(&self.caller()).await.unwrap(),
            "the app is switched off" => {
                for app in ["ledger", "wiki"] {
                    directory.switch_app(&john, panel.app(app).await, false).await.unwrap();
                }
            }
            "the session is ended elsewhere" => {
                let sessions = directory.my_sessions(&self.caller(), &[]).await.unwrap();
                directory.end_my_session(&self.caller(), sessions[0].id).await.unwrap();
            }
            "signed out" => {
                let page = self.browser.open("/").await;
                self.browser.press(&page, "Sign out", &[]).await;
            }
            "signed out everywhere" => directory.end_my_sessions(&self.caller()).await.unwrap(),
            other => panic!("{other}"),
        }
    }
}

/// A call of the app at the token end point.
async fn token(panel: &Panel, fields: &[(&str, &str)]) -> Result<Json, Json> {
    let answer = as_app(panel, "/oauth2/v2.0/token", fields).await;
    let body = serde_json::from_str(&answer.body).unwrap();
    if answer.status == 200 { Ok(body) } else { Err(body) }
}

async fn introspect(panel: &Panel, token: &str) -> bool {
    let answer = as_app(panel, "/oauth2/v2.0/introspect", &[("token", token)]).await.expect(200);
    serde_json::from_str::<Json>(&answer.body).unwrap()["active"].as_bool().unwrap()
}

async fn as_app(panel: &Panel, path: &str, fields: &[(&str, &str)]) -> super::browser::Answer {
    let basic = base64::prelude::BASE64_STANDARD.encode(format!("ledger:{SECRET}"));
    let headers =
        [("authorization", &*format!("Basic {basic}")), ("content-type", "application/x-www-form-urlencoded")];
    Browser::new(&panel.url).send(Method::POST, path, &headers, Some(encode(fields))).await
}

/// A proxy asks for a page of the wiki.
async fn ask_gate(on_host: &mut Browser, path: &str) -> u16 {
    ask(on_host, path).await.status
}

async fn ask(on_host: &mut Browser, path: &str) -> super::browser::Answer {
    let headers = [
        ("accept", "text/html"),
        ("x-forwarded-host", WIKI),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-uri", path),
    ];
    on_host.send(Method::GET, "/forward-auth", &headers, None).await
}

/// The handshake between the app's host and the panel.
async fn cross(panel: &Panel, browser: &mut Browser) -> Browser {
    let mut on_host = Browser::new(&panel.url);
    let on_wiki = |place: &str| {
        place.strip_prefix(&format!("https://{WIKI}")).unwrap_or_else(|| panic!("not on the host: {place}")).to_owned()
    };
    let start = on_wiki(ask(&mut on_host, "/page").await.expect(302).location());
    let to_panel = ask(&mut on_host, &start).await;
    let location = to_panel.location().to_owned();
    let path = location.strip_prefix(&panel.url).unwrap_or_else(|| panic!("not to the panel: {location}"));
    let back = on_wiki(browser.get(path).await.location());
    let home = ask(&mut on_host, &back).await;
    assert_eq!(on_wiki(home.location()), "/page");
    assert_eq!(ask_gate(&mut on_host, "/page").await, 200);
    on_host
}

/// Two apps for everybody in any of the groups, one for each way: one is told of sign-outs, one stands behind the gate.
fn organization(told_at: &str) -> String {
    let keys: Vec<_> = (0..WAYS.len()).map(|way| format!("\"way-{way}\"")).collect();
    let groups: String = (0..WAYS.len())
        .map(|way| {
            format!(
                "[[groups]]\nkey = \"way-{way}\"\nname = \"Way {way}\"\naccepts_guests = true\nowners = [\"{JOHN}\"]\n"
            )
        })
        .collect();
    format!(
        "{groups}
[[apps]]
key = \"ledger\"
name = \"Ledger of all\"
url = \"https://ledger.example/\"
owners = [\"{JOHN}\"]
groups = [{keys}]
kind = \"oidc\"
[apps.oidc]
client_id = \"ledger\"
redirect_uris = [\"{CALLBACK}\"]
backchannel_logout_uri = \"{told_at}\"
secrets = [\"{SECRET}\"]

[[apps]]
key = \"wiki\"
name = \"Wiki of all\"
url = \"https://{WIKI}/\"
owners = [\"{JOHN}\"]
groups = [{keys}]
kind = \"forward-auth\"
hosts = [\"https://{WIKI}\"]
",
        keys = keys.join(", ")
    )
}

async fn canceled(engine: Engine) {
    let heard = Heard::default();
    let more = organization(&heard.listen().await);
    let Some(panel) = Panel::on(engine, Setup { more, ..Setup::default() }).await else { return };
    let (keys, http) = (Keys::new(panel.directory.clone()), Outgoing::new(Policy::with_loopback()).unwrap());
    let round = async || backchannel::round(&panel.directory, &keys, &http).await.unwrap();

    let mut told = 0;
    for (way, name) in WAYS.iter().enumerate() {
        let mut victim = Victim::arrive(&panel, way).await;
        for (what, can) in victim.can(&panel).await {
            assert!(can, "{engine:?}: before \"{name}\": {what}");
        }
        round().await;
        assert_eq!(heard.sids().len(), told, "{engine:?}: before \"{name}\" an app was told of a sign-out");
        victim.lose(&panel).await;
        for (what, can) in victim.can(&panel).await {
            assert!(!can, "{engine:?}: {name}: {what} goes on");
        }
        round().await;
        told += 1;
        let sids = heard.sids();
        assert_eq!((sids.len(), sids.last()), (told, Some(&victim.sid)), "{engine:?}: {name}: the app was not told");
        if *name == "the app is switched off" {
            let john = panel.caller(JOHN, &[]).await;
            for app in ["ledger", "wiki"] {
                panel.directory.switch_app(&john, panel.app(app).await, true).await.unwrap();
            }
            // Who was signed in has to come again: the app was told, and forgot them.
            for (what, can) in victim.can(&panel).await {
                assert_eq!(can, matches!(what, "tile" | "launch"), "{engine:?}: switched on again: {what}");
            }
        }
    }
    panel.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn access_ends_everywhere_at_the_next_request_sqlite() {
    canceled(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn access_ends_everywhere_at_the_next_request_postgres() {
    canceled(Engine::Postgres).await;
}

/// How many people are signed in to the app that does not answer. If all were told before anybody else, that would take
/// longer than [`soon`] waits.
const CROWD: usize = 200;

/// What has to happen soon, though a slow machine may take its time.
async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    let most = std::time::Duration::from_secs(60);
    tokio::time::timeout(most, happens).await.unwrap_or_else(|_| panic!("not soon enough: {what}"))
}

/// Signs somebody in to an app from many sessions at once, which are no more.
async fn sign_in_often(panel: &Panel, db: &DatabaseConnection, user: Uuid, app: Uuid) {
    let (now, until) = (panel.directory.now(), panel.directory.now() + Duration::hours(1));
    let sql = "INSERT INTO app_sessions (id, session_id, user_id, app_id, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let tx = db.begin().await.unwrap();
    for _ in 0..CROWD {
        let (id, session) = (panel.directory.new_id(), panel.directory.new_id());
        let values: [Value; 6] = [id.into(), session.into(), user.into(), app.into(), now.into(), until.into()];
        tx.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// How many of the tellings that an app is due are like this.
async fn tellings(db: &DatabaseConnection, app: Uuid, like: &str) -> usize {
    let sql = format!(
        "SELECT COUNT(*) FROM logouts l JOIN app_sessions x ON x.id = l.app_session_id WHERE x.app_id = $1 AND {like}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [Value::from(app)]);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).unwrap().try_into().unwrap()
}

async fn hanging(engine: Engine) {
    let (heard, mut hole) = (Heard::default(), BlackHole::open().await);
    let others = organization(&heard.listen().await);
    let more = format!(
        "{others}
[[apps]]
key = \"hole\"
name = \"Hole\"
url = \"https://hole.example/\"
owners = [\"{JOHN}\"]
kind = \"oidc\"
[apps.oidc]
client_id = \"hole\"
redirect_uris = [\"https://hole.example/callback\"]
backchannel_logout_uri = \"{told_at}\"
secrets = [\"{SECRET}\"]
",
        told_at = hole.url
    );
    let Some(panel) = Panel::on(engine, Setup { more, ..Setup::default() }).await else { return };
    let db = panel.connect().await;
    let (john, app) = (panel.caller(JOHN, &[]).await, panel.app("hole").await);
    let mut victim = Victim::arrive(&panel, 0).await;
    sign_in_often(&panel, &db, john.user_id, app).await;

    let (directory, stop) = (panel.directory.clone(), CancellationToken::new());
    let running = tokio::spawn(backchannel::run(
        directory.clone(),
        Keys::new(directory),
        Outgoing::new(Policy::with_loopback()).unwrap(),
        stop.clone(),
    ));
    panel.directory.switch_app(&john, app, false).await.unwrap();
    soon("the app that hangs is called", hole.calls.wait_for(|calls| *calls > 0)).await.unwrap();
    assert_eq!(tellings(&db, app, "l.state = 'queued'").await, CROWD, "{engine:?}");

    // Only now somebody else loses their access: both the noting and the telling have to get past the crowd.
    victim.lose(&panel).await;
    soon("the other app is told", heard.until(&victim.sid)).await;
    assert_eq!(tellings(&db, app, "l.state = 'queued'").await, CROWD, "{engine:?}: the first app has answered");
    let under_way = tellings(&db, app, "l.leased_until IS NOT NULL").await;
    assert!(under_way <= backchannel::AT_ONE_APP, "{engine:?}: {under_way} places for one app");

    // Whoever stops it waits for what is in hand, and for nothing else.
    stop.cancel();
    drop(hole);
    soon("it stops", running).await.unwrap();
    assert_eq!(tellings(&db, app, "l.leased_until IS NOT NULL").await, 0, "{engine:?}: left in hand");
    assert_ne!(tellings(&db, app, "l.tries = 0").await, 0, "{engine:?}: all were tried before it stopped");
    db.close().await.unwrap();
    panel.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_app_that_hangs_keeps_no_other_waiting_sqlite() {
    hanging(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_app_that_hangs_keeps_no_other_waiting_postgres() {
    hanging(Engine::Postgres).await;
}
