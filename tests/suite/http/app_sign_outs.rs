//! Signing out by an app that shows an ID token, and pushed requests from end to end.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use reqwest::Method;
use serde_json::Value as Json;

use super::{
    authorize::{CALLBACK, CHALLENGE, assert_code, client, panel, request},
    browser::{Answer, Browser, encode},
    panel::Panel,
};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const BYE: &str = "https://app.example/bye";

async fn program(panel: &Panel, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    panel.browser().send(Method::POST, path, &form, Some(encode(fields))).await
}

fn json(answer: &Answer) -> Json {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// An app gets an ID token for whoever is signed in in this browser.
async fn id_token(panel: &Panel, browser: &mut Browser, client: &str) -> String {
    let code = assert_code(panel, &browser.get(&request(&[("client_id", client)])).await);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = program(panel, "/oauth2/v2.0/token", &fields).await.expect(200);
    json(&answer)["id_token"].as_str().unwrap().to_owned()
}

fn logout(fields: &[(&str, &str)]) -> String {
    format!("/oauth2/v2.0/logout?{}", encode(fields))
}

async fn sessions(panel: &Panel) -> u64 {
    panel.change("UPDATE sessions SET idp = idp").await
}

#[tokio::test]
async fn the_token_says_how_somebody_signed_in() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    panel.change("UPDATE sessions SET acr = 'loa-2', amr = '[\"pwd\",\"hwk\"]'").await;
    let token = id_token(&panel, &mut john, "design-review").await;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Json = serde_json::from_slice(&payload).unwrap();
    assert_eq!((claims["acr"].as_str(), &claims["amr"]), (Some("loa-2"), &serde_json::json!(["pwd", "hwk"])));
    assert_eq!((claims["nonce"].as_str(), claims["auth_time"].is_i64()), (Some("n0nce"), true));
}

#[tokio::test]
async fn a_token_of_this_session_ends_it_at_once() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let token = id_token(&panel, &mut john, "design-review").await;
    // Run out long ago: it names the session all the same.
    panel.clock.advance(Duration::hours(2));
    let out = john.get(&logout(&[("id_token_hint", &token), ("post_logout_redirect_uri", BYE), ("state", "x")])).await;
    assert_eq!(out.expect(303).location(), "https://app.example/bye?state=x");
    assert_eq!((john.session(), sessions(&panel).await), (None, 0));
    assert_eq!(panel.change("UPDATE app_sessions SET user_id = user_id WHERE ended_by = 'app'").await, 1);
    // Once more, with nobody signed in.
    let again = john.get(&logout(&[("id_token_hint", &token)])).await.expect(303);
    assert_eq!(again.location(), "/sign-in?signed_out=1");
}

#[tokio::test]
async fn by_another_sites_form_the_token_names_the_session() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let token = id_token(&panel, &mut john, "design-review").await;
    // As browsers post from another site: without the Lax cookie.
    let mut bare = panel.browser();
    let cross = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://app.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    for evil in [vec![("id_token_hint", &*token), ("client_id", "files")], vec![("id_token_hint", "a.b.c")]] {
        let answer = bare.send(Method::POST, "/oauth2/v2.0/logout", &cross, Some(encode(&evil))).await.expect(303);
        assert!(answer.location().starts_with("/oauth2/v2.0/logout?"), "{}", answer.location());
        assert_eq!(sessions(&panel).await, 1, "{evil:?}");
    }
    let fields = [("id_token_hint", &*token), ("client_id", "design-review"), ("post_logout_redirect_uri", BYE)];
    let answer = bare.send(Method::POST, "/oauth2/v2.0/logout", &cross, Some(encode(&fields))).await.expect(303);
    assert_eq!((answer.location(), sessions(&panel).await), (BYE, 0));
}

#[tokio::test]
async fn tokens_that_end_nothing() {
    let panel = panel().await;
    client(&panel, "files", &[CALLBACK]).await;
    let mut elsewhere = panel.signed_in("John Doe").await;
    let token = id_token(&panel, &mut elsewhere, "design-review").await;
    let mut john = panel.signed_in("John Doe").await;
    let own = id_token(&panel, &mut john, "design-review").await;
    let mut tampered = own.clone();
    let dot = own.find('.').unwrap();
    tampered.replace_range(dot + 3..dot + 4, if own[dot + 3..].starts_with('x') { "y" } else { "x" });
    let unsigned = format!("{}.", own.rsplit_once('.').unwrap().0);
    let access = {
        let code = assert_code(&panel, &john.get(&request(&[])).await);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "design-review"),
            ("code", &*code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        json(&program(&panel, "/oauth2/v2.0/token", &fields).await.expect(200))["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (hint, client) in [
        (&*token, "design-review"),
        (&*tampered, "design-review"),
        (&*unsigned, "design-review"),
        (&*access, "design-review"),
        (&*own, "files"),
    ] {
        let fields = [("id_token_hint", hint), ("client_id", client), ("post_logout_redirect_uri", BYE)];
        let page = john.open(&logout(&fields)).await.expect(200);
        assert!(page.has_button("Sign out") && page.path.starts_with("/sign-out"), "{client}: {}", page.path);
        assert!(!page.path.contains(hint), "no token in an address of ours");
        assert_eq!(sessions(&panel).await, 2);
    }
    // Somebody else's browser is not signed out by it, nor is theirs.
    let mut lena = panel.signed_in("Lena Lee").await;
    lena.open(&logout(&[("id_token_hint", &own)])).await.expect(200);
    assert_eq!(sessions(&panel).await, 3);
}

#[tokio::test]
async fn a_request_is_pushed_and_opened() {
    let panel = panel().await;
    client(&panel, "files", &[CALLBACK]).await;
    panel.change("UPDATE oidc_clients SET require_par = 1 WHERE client_id = 'files'").await;
    let sound = [
        ("client_id", "files"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "st4te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let answer = program(&panel, "/oauth2/v2.0/par", &sound).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let pushed = json(&answer);
    assert_eq!(pushed["expires_in"], 900);
    let uri = pushed["request_uri"].as_str().unwrap();
    let mut john = panel.signed_in("John Doe").await;
    let path =
        |client: &str| format!("/oauth2/v2.0/authorize?{}", encode(&[("client_id", client), ("request_uri", uri)]));
    assert!(john.get(&path("design-review")).await.location().contains("authorizationEnded"));
    let code = assert_code(&panel, &john.get(&path("files")).await);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "files"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    program(&panel, "/oauth2/v2.0/token", &fields).await.expect(200);
    for (name, value, error) in [
        ("redirect_uri", "https://evil.example", "invalid_request"),
        ("redirect_uri", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("request_uri", uri, "request_uri_not_supported"),
        ("scope", "email", "invalid_scope"),
        ("client_id", "unknown", "invalid_client"),
    ] {
        let mut fields = sound.to_vec();
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        let answer = program(&panel, "/oauth2/v2.0/par", &fields).await;
        assert_eq!(json(&answer)["error"], error, "{name}={value}");
    }
}
