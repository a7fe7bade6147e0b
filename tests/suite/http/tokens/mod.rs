//! The OpenID provider's end points for programs, as programs meet them.

mod attacks;
mod clients;
mod exchange;
mod rotation;

use access_panel::{
    directory::{codes::NewCode, vault::hash},
    model::state::ClientAuth,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use sea_orm::DatabaseConnection;
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    browser::{Answer, Browser, encode},
    panel::Panel,
};
use crate::support::clients::{REDIRECT, VERIFIER, add_secret, asked, code, register};

const TOKEN: &str = "/oauth2/v2.0/token";
const USERINFO: &str = "/oauth2/v2.0/userinfo";
const INTROSPECT: &str = "/oauth2/v2.0/introspect";
const REVOKE: &str = "/oauth2/v2.0/revoke";
const PAR: &str = "/oauth2/v2.0/par";
const KEYS: &str = "/oauth2/v2.0/keys";
const DISCOVERY: &str = "/.well-known/openid-configuration";

const SECRET: &str = "firstSecretOfReview";

/// A panel with two clients: *Design review* has a secret, *Calendar* has none. John is signed in.
struct Scene {
    panel: Panel,
    db: DatabaseConnection,
    john: Browser,
    session: Uuid,
    review: Uuid,
    calendar: Uuid,
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

impl Scene {
    async fn start() -> Self {
        Self::of(Panel::start().await).await
    }

    async fn of(panel: Panel) -> Self {
        let db = panel.connect().await;
        let (review, calendar) = (panel.app("design-review").await, panel.app("calendar").await);
        register(&db, review, "review", ClientAuth::Secret, None).await;
        add_secret(&panel.directory, &db, review, SECRET).await;
        register(&db, calendar, "urn:calendar", ClientAuth::None, None).await;
        let john = panel.signed_in("John Doe").await;
        let session = panel.directory.session_id(&hash(john.session().unwrap())).await.unwrap();
        Self { panel, db, john, session, review, calendar }
    }

    /// A code, as *authorize* gives it.
    async fn code_for(&self, app: Uuid) -> String {
        code(&self.panel.directory, &asked(self.session, app)).await
    }

    async fn code_of(&self, new: &NewCode) -> String {
        code(&self.panel.directory, new).await
    }

    /// Posts as a program, with these headers besides.
    async fn post_with(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let form = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")];
        let headers = [&form, headers].concat();
        self.panel.browser().send(Method::POST, path, &headers, Some(encode(fields))).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[("authorization", &basic("review", SECRET))], fields).await
    }

    /// Tokens for *Design review*.
    async fn tokens(&self) -> Json {
        let code = self.code_for(self.review).await;
        json(&self.post(TOKEN, &for_code(&code)).await.expect(200))
    }

    async fn userinfo(&self, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.panel.browser().send(Method::GET, USERINFO, &[("authorization", &bearer)], None).await
    }

    async fn introspect(&self, token: &str) -> Json {
        json(&self.post(INTROSPECT, &[("token", token)]).await.expect(200))
    }

    async fn renew(&self, token: &str) -> Answer {
        self.post(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn finish(self) {
        self.db.close().await.unwrap();
        self.panel.finish().await;
    }
}

fn for_code(code: &str) -> Fields<'_> {
    vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)]
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

#[track_caller]
fn json(answer: &Answer) -> Json {
    assert!(answer.header("content-type").starts_with("application/json"), "{}", answer.header("content-type"));
    serde_json::from_str(&answer.body).unwrap()
}

/// Status and code of an error, which says what is wrong and is kept by nobody.
#[track_caller]
fn error(answer: &Answer) -> (u16, String) {
    let body = json(answer);
    assert_eq!(answer.header("cache-control"), "no-store", "{body}");
    assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    (answer.status, body["error"].as_str().unwrap().to_owned())
}

fn text<'a>(body: &'a Json, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}"))
}
