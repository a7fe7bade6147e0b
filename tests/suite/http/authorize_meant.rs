//! An app says whom it means by an ID token of theirs: nobody else will do.

use chrono::Duration;
use reqwest::Method;

use super::{
    authorize::{CALLBACK, assert_code, assert_error, panel, request, sign_in},
    browser::{Browser, encode},
    panel::Panel,
};
use crate::support::clients::VERIFIER;

/// An ID token of whoever is signed in.
async fn id_token(panel: &Panel, browser: &mut Browser) -> String {
    let code = assert_code(panel, &browser.get(&request(&[])).await);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "design-review"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer =
        panel.browser().send(Method::POST, "/oauth2/v2.0/token", &form, Some(encode(&fields))).await.expect(200);
    let tokens: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    tokens["id_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_else_will_do() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let token = id_token(&panel, &mut john).await;
    // It may have run out.
    panel.clock.advance(Duration::minutes(20));
    let (hint, quiet) = (("id_token_hint", token.as_str()), ("prompt", "none"));
    assert_code(&panel, &john.get(&request(&[hint, quiet])).await);
    assert_code(&panel, &john.get(&request(&[hint])).await);

    let mut ada = panel.signed_in("Ada Admin").await;
    assert_error(&panel, &ada.get(&request(&[hint, quiet])).await, "login_required");
    panel.clock.advance(Duration::minutes(1));
    // She is asked once; that it is still her is for the app to hear.
    let door = ada.open(&request(&[hint])).await.expect(200);
    assert!(door.path.starts_with("/sign-in?"), "{}", door.path);
    assert_error(&panel, &sign_in(&mut ada, &door, "Ada Admin").await, "login_required");
    panel.clock.advance(Duration::minutes(1));
    let door = ada.open(&request(&[hint])).await.expect(200);
    assert_code(&panel, &sign_in(&mut ada, &door, "John Doe").await);
    // So does whoever is not signed in.
    let mut browser = panel.browser();
    let door = browser.open(&request(&[hint])).await.expect(200);
    assert_error(&panel, &sign_in(&mut browser, &door, "Ada Admin").await, "login_required");
}

#[tokio::test]
async fn a_token_that_is_none_says_nothing() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let token = id_token(&panel, &mut john).await;
    let forged = format!("{}AAAA", token.get(..token.len() - 4).unwrap());
    for hint in ["x", "a.b.c", &forged] {
        let hint = ("id_token_hint", hint);
        assert_code(&panel, &john.get(&request(&[hint])).await);
        assert_error(&panel, &john.get(&request(&[hint, ("prompt", "none")])).await, "login_required");
    }
}
