//! One token instead of another, one client instead of another, and signatures that are none.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::{INTROSPECT, KEYS, Scene, TOKEN, USERINFO, error, for_code, json as read, text};
use crate::support::clients::payload;

#[tokio::test]
async fn a_code_that_comes_twice_ends_its_tokens() {
    let scene = Scene::start().await;
    let code = scene.code_for(scene.review).await;
    let tokens = read(&scene.post(TOKEN, &for_code(&code)).await.expect(200));
    // Another client's attempt is nothing but refused.
    let mut fields = for_code(&code);
    fields.push(("client_id", "urn:calendar"));
    assert_eq!(error(&scene.post_with(TOKEN, &[], &fields).await), (400, "invalid_grant".to_owned()));
    scene.userinfo(text(&tokens, "access_token")).await.expect(200);
    assert_eq!(error(&scene.post(TOKEN, &for_code(&code)).await), (400, "invalid_grant".to_owned()));
    scene.userinfo(text(&tokens, "access_token")).await.expect(401);
    assert_eq!(error(&scene.renew(text(&tokens, "refresh_token")).await), (400, "invalid_grant".to_owned()));
    let audit = scene.panel.audit().await;
    let told = audit.iter().find(|row| row.action == "token.reuse").expect("an event");
    assert_eq!(told.target_id, Some(scene.review));
    // Nothing secret is in the log.
    let written = format!("{audit:?}");
    assert!(!written.contains(&code) && !written.contains(text(&tokens, "refresh_token")));
    scene.finish().await;
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_all() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let next = read(&scene.renew(text(&tokens, "refresh_token")).await.expect(200));
    assert_eq!(error(&scene.renew(text(&tokens, "refresh_token")).await), (400, "invalid_grant".to_owned()));
    for body in [&tokens, &next] {
        scene.userinfo(text(body, "access_token")).await.expect(401);
        assert_eq!(scene.introspect(text(body, "access_token")).await, json!({ "active": false }));
        assert_eq!(error(&scene.renew(text(body, "refresh_token")).await), (400, "invalid_grant".to_owned()));
    }
    // The person is signed in as before: the next trip gives a new family.
    scene.userinfo(text(&scene.tokens().await, "access_token")).await.expect(200);
    scene.finish().await;
}

#[tokio::test]
async fn one_token_is_not_another() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let (access, id, refresh) =
        (text(&tokens, "access_token"), text(&tokens, "id_token"), text(&tokens, "refresh_token"));
    for token in [id, refresh, "nonsense", "a.b.c", "\"", "..", &format!("{access}x"), &format!("x{access}")] {
        let answer = scene.userinfo(token).await;
        assert_eq!(error(&answer), (401, "invalid_token".to_owned()), "{token}");
    }
    assert_eq!(scene.introspect(id).await, json!({ "active": false }), "an ID token is for the app alone");
    for token in [access, id] {
        assert_eq!(error(&scene.renew(token).await), (400, "invalid_grant".to_owned()));
    }
    let with_code = scene.post(TOKEN, &for_code(refresh)).await;
    assert_eq!(error(&with_code), (400, "invalid_grant".to_owned()));

    // Another client's tokens are nothing to this one.
    let code = scene.code_for(scene.calendar).await;
    let mut fields = for_code(&code);
    fields.push(("client_id", "urn:calendar"));
    let others = read(&scene.post_with(TOKEN, &[], &fields).await.expect(200));
    for which in ["access_token", "refresh_token"] {
        assert_eq!(scene.introspect(text(&others, which)).await, json!({ "active": false }), "{which}");
    }
    assert_eq!(error(&scene.renew(text(&others, "refresh_token")).await), (400, "invalid_grant".to_owned()));
    let theirs = payload(text(&others, "access_token"));
    assert_ne!(theirs["sid"], payload(access)["sid"], "and say so");

    // Only in the header.
    let mut program = scene.panel.browser();
    program.get(&format!("{USERINFO}?access_token={access}")).await.expect(401);
    let answer = program.get(USERINFO).await.expect(401);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"access panel\"", "no token is no error");
    let fields = Some(format!("access_token={access}"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    program.send(Method::POST, USERINFO, &form, fields).await.expect(401);
    let bearer = format!("Bearer {access}");
    let two = [("authorization", &*bearer), ("authorization", &*bearer)];
    program.send(Method::GET, USERINFO, &two, None).await.expect(400);
    let lower = [("authorization", &*bearer.replace("Bearer", "bearer"))];
    program.send(Method::GET, USERINFO, &lower, None).await.expect(200);
    // The cookie of somebody who is signed in is no token.
    let mut john = scene.john.clone();
    john.get(USERINFO).await.expect(401);
    scene.finish().await;
}

#[tokio::test]
async fn signatures_that_are_none() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let access = text(&tokens, "access_token");
    let parts: Vec<&str> = access.split('.').collect();
    let header: Json = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let keys = scene.panel.browser().get(KEYS).await.expect(200);
    let public =
        read(&keys)["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap().clone();
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(text(&public, "n")).unwrap();
    let encode = |value: &Json| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |name: &str, value: Json| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    let symmetric = |header: &Json, key: &[u8]| {
        let text = format!("{}.{}", encode(header), parts[1]);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
    };
    let mut claims = payload(access);
    claims["sub"] = "somebody else".into();
    let mut forged = vec![
        format!("{}.{}.", encode(&with("alg", json!("none"))), parts[1]),
        format!("{}.{}.{}", encode(&with("alg", json!("none"))), parts[1], parts[2]),
        format!("{}.{}.{}", encode(&with("alg", json!("ES256"))), parts[1], parts[2]),
        format!("{}.{}.{}", encode(&with("alg", json!("PS256"))), parts[1], parts[2]),
        format!("{}.{}.{}", encode(&with("kid", json!("../../dev/null"))), parts[1], parts[2]),
        format!("{}.{}.{}", encode(&with("kid", Json::Null)), parts[1], parts[2]),
        format!("{}.{}.{}", encode(&with("jwk", public.clone())), parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], encode(&claims), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..parts[2].len() - 2]),
        format!("{}.{}.", parts[0], parts[1]),
    ];
    for key in [keys.body.as_bytes(), public.to_string().as_bytes(), &modulus, b""] {
        forged.push(symmetric(&with("alg", json!("HS256")), key));
    }
    for token in forged {
        assert_eq!(error(&scene.userinfo(&token).await), (401, "invalid_token".to_owned()), "{token}");
        assert_eq!(read(&scene.post(INTROSPECT, &[("token", &token)]).await.expect(200)), json!({ "active": false }));
    }
    scene.userinfo(access).await.expect(200);
    scene.finish().await;
}
