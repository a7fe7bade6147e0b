//! People who are signed in, to the panel and to two apps: one behind a proxy, one that redeems codes.

use access_panel::directory::{Directory, codes::NewCode, sign_ins::Origin, vault::hash};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::Duration;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement, Value};
use sha2::{Digest, Sha256};

use crate::{
    asking::Question,
    grow::{Kind, id},
};

const HOST: &str = "wiki.woodgrove.example";
const SECRET: &str = "benchSecretOfLettersAndDigits0123456789";
const REDIRECT: &str = "https://app.woodgrove.example/callback";
/// How many are signed in at most.
const MOST: u32 = 1000;
/// How many codes each of them redeems.
const CODES: usize = 3000;

/// What they ask.
pub struct People {
    /// Requests to the gate, one for each of them.
    pub decisions: Vec<Question>,
    /// Requests with a code each.
    pub codes: Vec<Question>,
}

/// Signs people in, as the panel would have done.
pub async fn sign_in(directory: &Directory, url: &str, users: u32) -> anyhow::Result<People> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let (wiki, client) = (id(Kind::App, 0), id(Kind::App, 1));
    let now = directory.now();
    let expires = now + Duration::days(1);
    put(
        &db,
        "UPDATE apps SET kind = 'forward-auth', groups_sent = 'all', groups_as = 'name' WHERE id = $1",
        [wiki.into()],
    )
    .await?;
    put(&db, "UPDATE apps SET kind = 'oidc', groups_sent = 'all', groups_as = 'name' WHERE id = $1", [client.into()])
        .await?;
    put(
        &db,
        "INSERT INTO app_hosts (host, app_id, https) VALUES ($1, $2, $3)",
        [HOST.into(), wiki.into(), true.into()],
    )
    .await?;
    put(
        &db,
        "INSERT INTO oidc_clients (app_id, client_id, auth, redirect_uris, post_logout_uris, signing, require_par)
         VALUES ($1, 'bench', 'secret', $2, $3, 'RS256', $4)",
        [client.into(), serde_json::json!([REDIRECT]).into(), serde_json::json!([]).into(), false.into()],
    )
    .await?;
    put(
        &db,
        "INSERT INTO app_secrets (id, app_id, hash, hint, created_at) VALUES ($1, $2, $3, '6789', $4)",
        [directory.new_id().into(), client.into(), hash(SECRET).into(), now.into()],
    )
    .await?;
    // These have the first app directly.
    let people = 10..=(users / 10).min(MOST);
    let (mut decisions, mut sessions) = (Vec::new(), Vec::new());
    for n in people {
        let (user, session, app_session) = (id(Kind::User, n), directory.new_id(), directory.new_id());
        put(
            &db,
            "INSERT INTO sessions (id_hash, public_id, user_id, data, method, browser, network, created_at, last_seen_at,
                 expires_at, idp, auth_time)
             VALUES ($1, $2, $3, $4, 'provider', '', '127.0.0.1', $5, $5, $6, 'https://id.example', $5)",
            [
                hash(&format!("session {n}")).into(),
                session.into(),
                user.into(),
                serde_json::json!({}).into(),
                now.into(),
                expires.into(),
            ],
        )
        .await?;
        put(
            &db,
            "INSERT INTO app_sessions (id, session_id, user_id, app_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [app_session.into(), session.into(), user.into(), wiki.into(), now.into(), expires.into()],
        )
        .await?;
        let cookie = directory.new_secret();
        put(
            &db,
            "INSERT INTO host_sessions (hash, app_session_id, host, created_at) VALUES ($1, $2, $3, $4)",
            [hash(&cookie).into(), app_session.into(), HOST.into(), now.into()],
        )
        .await?;
        put(
            &db,
            "INSERT INTO assignments (id, app_id, user_id, reason, granted_at, sort_name) VALUES ($1, $2, $3, 'owner', $4, '')",
            [directory.new_id().into(), client.into(), user.into(), now.into()],
        )
        .await?;
        sessions.push(session);
        decisions.push(Question {
            request: format!(
                "GET /forward-auth HTTP/1.1\r\nHost: panel.woodgrove.example\r\nX-Forwarded-Host: {HOST}\r\n\
                 X-Forwarded-Proto: https\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: /page\r\nAccept: text/html\r\n\
                 Cookie: __Host-access-panel={cookie}\r\n\r\n"
            )
            .into(),
            answer: "HTTP/1.1 200",
        });
    }
    db.close().await?;

    let verifier = "a-verifier-of-at-least-forty-three-letters-0123456789";
    let challenge = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let basic = BASE64_STANDARD.encode(format!("bench:{SECRET}"));
    let mut codes = Vec::new();
    for session in sessions.iter().cycle().take(CODES) {
        let new = NewCode {
            session: *session,
            app: client,
            redirect_uri: REDIRECT.to_owned(),
            scope: "openid profile email offline_access".to_owned(),
            nonce: Some("nonce".to_owned()),
            challenge: Some(challenge.clone()),
        };
        let code = directory.issue_code(&new, &Origin::default()).await?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", &code)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("code_verifier", verifier)
            .finish();
        codes.push(Question {
            request: format!(
                "POST /oauth2/v2.0/token HTTP/1.1\r\nHost: panel.woodgrove.example\r\nAuthorization: Basic {basic}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .into(),
            answer: "HTTP/1.1 200",
        });
    }
    Ok(People { decisions, codes })
}

async fn put<const N: usize>(db: &DatabaseConnection, sql: &str, values: [Value; N]) -> anyhow::Result<()> {
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    Ok(())
}
