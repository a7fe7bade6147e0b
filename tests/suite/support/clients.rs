//! Apps as clients of OpenID Connect, written into the tables, and what they hold.

use access_panel::{
    directory::{Directory, codes::NewCode, sign_ins::Origin, vault::hash},
    model::state::{ClientAuth, SigningAlg},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, Value};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Where apps get people back.
pub const REDIRECT: &str = "https://app.example/callback";
/// What an app keeps to itself until it comes for the tokens (RFC 7636, appendix B), and its challenge.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// All that an app can ask for.
pub const SCOPE: &str = "openid profile email offline_access";

pub fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

async fn run<const N: usize>(db: &DatabaseConnection, sql: &str, values: [Value; N]) {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let done = db.execute_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert!(done.rows_affected() > 0, "{sql}");
}

/// Makes an app a client.
pub async fn register(db: &DatabaseConnection, app: Uuid, id: &str, auth: ClientAuth, keys: Option<serde_json::Value>) {
    run(db, "UPDATE apps SET kind = 'oidc' WHERE id = $1", [app.into()]).await;
    run(
        db,
        "INSERT INTO oidc_clients (app_id, client_id, auth, redirect_uris, post_logout_uris, keys, signing, require_par)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            app.into(),
            id.into(),
            auth.into(),
            json!([REDIRECT]).into(),
            json!([]).into(),
            keys.into(),
            SigningAlg::Rs256.into(),
            false.into(),
        ],
    )
    .await;
}

/// Gives an app one more secret.
pub async fn add_secret(directory: &Directory, db: &DatabaseConnection, app: Uuid, secret: &str) {
    run(
        db,
        "INSERT INTO app_secrets (id, app_id, hash, hint, created_at) VALUES ($1, $2, $3, $4, $5)",
        [directory.new_id().into(), app.into(), hash(secret).into(), secret[..3].into(), directory.now().into()],
    )
    .await;
}

/// What an app asks for; with a challenge, and with all scopes.
pub fn asked(session: Uuid, app: Uuid) -> NewCode {
    NewCode {
        session,
        app,
        redirect_uri: REDIRECT.to_owned(),
        scope: SCOPE.to_owned(),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        challenge: Some(challenge()),
    }
}

/// A code for the holder of a session.
pub async fn code(directory: &Directory, new: &NewCode) -> String {
    directory.issue_code(new, &Origin::default()).await.unwrap_or_else(|error| panic!("a code: {error}"))
}

/// What a token says, whoever signed it.
pub fn payload(token: &str) -> serde_json::Value {
    let part = token.split('.').nth(1).unwrap_or_else(|| panic!("no token: {token}"));
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
