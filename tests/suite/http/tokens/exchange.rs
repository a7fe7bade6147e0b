//! What there is, and what an app gets.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use reqwest::Method;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{
    super::panel::AURORA, DISCOVERY, INTROSPECT, KEYS, PAR, REVOKE, SECRET, Scene, TOKEN, USERINFO, basic, error,
    for_code, json as read, text,
};
use crate::support::clients::{REDIRECT, SCOPE, VERIFIER, asked, challenge, payload};

/// Believes a token as an app does: by the published keys, with a library that knows nothing of us.
async fn believed(scene: &Scene, token: &str, typ: &str, audience: &str) -> Json {
    let set = scene.panel.browser().get(KEYS).await.expect(200);
    let set: JwkSet = serde_json::from_str(&set.body).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some(typ));
    let key = set.find(header.kid.as_deref().unwrap()).expect("a published key");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[&scene.panel.url]);
    jsonwebtoken::decode::<Json>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
}

#[tokio::test]
async fn the_description_is_true() {
    let scene = Scene::start().await;
    let mut program = scene.panel.browser();
    let answer = program.get(DISCOVERY).await.expect(200);
    let all = read(&answer);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert_eq!(all["issuer"], scene.panel.url.as_str());
    let other = program.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(read(&other), all);
    for (name, status) in [
        ("token_endpoint", 400),
        ("introspection_endpoint", 400),
        ("revocation_endpoint", 400),
        ("userinfo_endpoint", 401),
    ] {
        let path = text(&all, name).strip_prefix(&scene.panel.url).expect("one of ours");
        program.send(Method::POST, path, &[], None).await.expect(status);
    }
    let path = text(&all, "jwks_uri").strip_prefix(&scene.panel.url).expect("one of ours");
    let answer = program.get(path).await.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let keys = read(&answer);
    let mut algorithms: Vec<&str> = keys["keys"].as_array().unwrap().iter().map(|key| text(key, "alg")).collect();
    algorithms.sort_unstable();
    assert_eq!(json!(algorithms), json!(["ES256", "RS256"]));
    for private in ["\"d\"", "\"p\"", "\"q\"", "\"k\""] {
        assert!(!answer.body.contains(private), "{private}");
    }
    scene.finish().await;
}

#[tokio::test]
async fn a_code_becomes_tokens() {
    let scene = Scene::start().await;
    let code = scene.code_for(scene.review).await;
    // Processes keep the keys for a minute.
    scene.panel.browser().get(KEYS).await.expect(200);
    let before = scene.panel.directory.statements();
    let answer = scene.post(TOKEN, &for_code(&code)).await.expect(200);
    let cost = scene.panel.directory.statements() - before;
    assert_eq!(cost, 6, "the client, its secrets, and four for the exchange");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    assert!(answer.cookies().is_empty());
    let body = read(&answer);
    assert_eq!((text(&body, "token_type"), &body["expires_in"], text(&body, "scope")), ("Bearer", &json!(300), SCOPE));

    let id = believed(&scene, text(&body, "id_token"), "JWT", "review").await;
    let user = scene.panel.caller("john.doe@woodgrove.example", &[]).await.user_id.to_string();
    let now = scene.panel.directory.now().timestamp();
    for (name, value) in [
        ("sub", json!(user)),
        ("aud", json!("review")),
        ("nonce", json!("n-0S6_WzA2Mj")),
        ("name", json!("John Doe")),
        ("email", json!("john.doe@woodgrove.example")),
        ("email_verified", json!(true)),
        ("acct", json!(0)),
        ("iat", json!(now)),
        ("exp", json!(now + 300)),
        ("auth_time", json!(now)),
    ] {
        assert_eq!(id[name], value, "{name} of {id}");
    }
    let access_token = text(&body, "access_token");
    let half = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16]);
    assert_eq!(id["at_hash"], half);
    let access = believed(&scene, access_token, "at+jwt", "review").await;
    for name in ["sub", "sid", "iss", "exp"] {
        assert!(access[name] == id[name] && !access[name].is_null(), "{name}");
    }
    assert_eq!((text(&access, "client_id"), text(&access, "scope")), ("review", SCOPE));
    assert!(access["jti"].is_string() && access["fam"].is_string());

    let who = scene.userinfo(access_token).await.expect(200);
    assert_eq!(who.header("cache-control"), "no-store");
    let who = read(&who);
    assert_eq!((&who["sub"], &who["email"]), (&id["sub"], &id["email"]));
    let known = scene.introspect(access_token).await;
    assert_eq!((&known["active"], &known["sid"], &known["exp"]), (&json!(true), &id["sid"], &id["exp"]));
    assert_eq!(known["token_type"], "Bearer");
    let known = scene.introspect(text(&body, "refresh_token")).await;
    assert_eq!((&known["active"], &known["sub"], &known["client_id"]), (&json!(true), &id["sub"], &json!("review")));
    scene.finish().await;
}

#[tokio::test]
async fn a_refresh_token_becomes_the_next() {
    let scene = Scene::start().await;
    let first = scene.tokens().await;
    scene.panel.clock.advance(Duration::minutes(10));
    scene.userinfo(text(&first, "access_token")).await.expect(401);
    assert_eq!(scene.introspect(text(&first, "access_token")).await, json!({ "active": false }));
    let second = read(&scene.renew(text(&first, "refresh_token")).await.expect(200));
    let (old, new) = (payload(text(&first, "id_token")), payload(text(&second, "id_token")));
    for name in ["iss", "sub", "aud", "sid", "auth_time"] {
        assert_eq!(old[name], new[name], "{name}");
    }
    assert!(new["nonce"].is_null() && new["iat"].as_i64() > old["iat"].as_i64());
    scene.userinfo(text(&second, "access_token")).await.expect(200);
    assert_eq!(scene.introspect(text(&first, "refresh_token")).await, json!({ "active": false }), "it was used");
    assert_eq!(scene.introspect(text(&second, "refresh_token")).await["active"], true);

    // Another sign-in since: the token says nothing of it.
    let proven = scene.panel.directory.now() + Duration::minutes(2);
    let anew = "UPDATE sessions SET auth_time = $1 WHERE public_id = $2";
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, anew, [proven.into(), scene.session.into()]);
    scene.db.execute_raw(statement).await.unwrap();
    let second = read(&scene.renew(text(&second, "refresh_token")).await.expect(200));
    let later = payload(text(&second, "id_token"));
    assert_eq!((&later["auth_time"], &later["amr"], &later["sid"]), (&Json::Null, &Json::Null, &old["sid"]));

    // Fewer scopes: fewer claims, and no ID token without openid.
    let less = [("grant_type", "refresh_token"), ("refresh_token", text(&second, "refresh_token")), ("scope", "email")];
    let less = read(&scene.post(TOKEN, &less).await.expect(200));
    assert!(less["id_token"].is_null() && less["scope"] == "email");
    assert!(scene.introspect(text(&less, "access_token")).await["username"].is_string());
    let refresh = text(&less, "refresh_token");
    let least = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", "openid")];
    let least = read(&scene.post(TOKEN, &least).await.expect(200));
    assert!(scene.introspect(text(&least, "access_token")).await["username"].is_null(), "it tells no address");
    let refused = scene.userinfo(text(&less, "access_token")).await.expect(403);
    assert!(refused.header("www-authenticate").contains("insufficient_scope"));
    scene.finish().await;
}

#[tokio::test]
async fn an_app_without_a_secret_calls_from_the_browser() {
    let scene = Scene::start().await;
    let code = scene.code_for(scene.calendar).await;
    let headers = [("origin", "https://spa.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")];
    let mut fields = for_code(&code);
    fields.push(("client_id", "urn:calendar"));
    let answer = scene.post_with(TOKEN, &headers, &fields).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let body = read(&answer);
    let bearer = format!("Bearer {}", text(&body, "access_token"));
    let mut browser = scene.panel.browser();
    let headers = [&headers[..], &[("authorization", &*bearer)]].concat();
    let who = browser.send(Method::GET, USERINFO, &headers, None).await.expect(200);
    assert_eq!(who.header("access-control-allow-origin"), "*");
    browser.send(Method::POST, USERINFO, &headers, Some(String::new())).await.expect(200);

    // It may have to push what it asks for.
    let challenge = challenge();
    let fields = [
        ("client_id", "urn:calendar"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ];
    let pushed = scene.post_with(PAR, &headers[..3], &fields).await.expect(201);
    assert_eq!(pushed.header("access-control-allow-origin"), "*");
    assert!(text(&read(&pushed), "request_uri").starts_with("urn:"));
    let refused = scene.post_with(PAR, &headers[..3], &fields[..2]).await;
    assert_eq!((error(&refused).0, refused.header("access-control-allow-origin")), (400, "*"));

    for path in [TOKEN, USERINFO, REVOKE, PAR, KEYS, DISCOVERY] {
        let asks = [
            ("origin", "https://spa.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization"),
        ];
        let answer = browser.send(Method::OPTIONS, path, &asks, None).await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.header("access-control-allow-headers").contains("authorization"), "{path}");
    }
    // An error can be read there, too; introspection is for servers.
    let refused = scene.post_with(TOKEN, &headers[..3], &for_code("none")).await;
    assert_eq!((error(&refused).0, refused.header("access-control-allow-origin")), (401, "*"));
    let examined = scene.post_with(INTROSPECT, &headers[..3], &[("token", "x"), ("client_id", "urn:calendar")]).await;
    assert_eq!(
        (error(&examined), examined.header("access-control-allow-origin")),
        ((401, "invalid_client".into()), "")
    );
    scene.finish().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_said_so() {
    let scene = Scene::start().await;
    let code = scene.code_for(scene.review).await;
    let with = |change: &[(&'static str, &'static str)]| {
        let mut fields: Vec<(String, String)> =
            for_code(&code).iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for (name, value) in change {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        fields
    };
    let send = async |fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        error(&scene.post(TOKEN, &fields).await)
    };
    for (change, status, wanted) in [
        (&[("grant_type", "")][..], 400, "invalid_request"),
        (&[("grant_type", "password")], 400, "unsupported_grant_type"),
        (&[("grant_type", "client_credentials")], 400, "unsupported_grant_type"),
        (&[("grant_type", "refresh_token")], 400, "invalid_request"),
        (&[("code", "")], 400, "invalid_request"),
        (&[("code", "'; DROP TABLE token_families; --")], 400, "invalid_grant"),
        (&[("code", "\0")], 400, "invalid_grant"),
        (&[("redirect_uri", "")], 400, "invalid_request"),
        (&[("redirect_uri", "https://evil.example/")], 400, "invalid_grant"),
        (&[("code_verifier", "")], 400, "invalid_grant"),
        (&[("client_id", "somebody-else")], 400, "invalid_request"),
        (&[("client_secret", SECRET)], 400, "invalid_request"),
    ] {
        assert_eq!(send(&with(change)).await, (status, wanted.to_owned()), "{change:?}");
    }
    for name in ["grant_type", "code", "redirect_uri", "code_verifier"] {
        let mut fields = with(&[]);
        let again = fields.iter().find(|(known, _)| known == name).unwrap().clone();
        fields.push(again);
        assert_eq!(send(&fields).await, (400, "invalid_request".to_owned()), "{name} twice");
    }
    let authorization = basic("review", SECRET);
    let mut program = scene.panel.browser();
    for (kind, body, status) in [
        ("application/json", json!({ "grant_type": "authorization_code", "code": code }).to_string(), 400),
        ("text/plain", "grant_type=refresh_token".to_owned(), 400),
        ("", String::new(), 400),
        ("application/x-www-form-urlencoded", format!("code={}", "x".repeat(70 * 1024)), 413),
        ("application/x-www-form-urlencoded", "%ff%fe=%00&&&===".to_owned(), 400),
    ] {
        let headers = [("authorization", &*authorization), ("content-type", kind)];
        let answer = program.send(Method::POST, TOKEN, &headers, Some(body)).await;
        assert_eq!(error(&answer), (status, "invalid_request".to_owned()), "{kind}");
    }
    program.send(Method::GET, TOKEN, &[], None).await.expect(405);
    // Secrets do not belong into an address, and count for nothing there.
    let query = format!("{TOKEN}?client_id=review&client_secret={SECRET}");
    assert_eq!(error(&scene.post_with(&query, &[], &for_code(&code)).await), (401, "invalid_client".to_owned()));
    // None of all this has used it up.
    scene.post_with(TOKEN, &[("authorization", &authorization)], &for_code(&code)).await.expect(200);
    scene.finish().await;
}

#[tokio::test]
async fn removal_ends_everything_at_the_next_question() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let code = scene.code_for(scene.review).await;
    let caller = scene.panel.caller("john.doe@woodgrove.example", &[]).await;
    let group = scene.panel.group(AURORA).await;
    let mut ada = scene.panel.signed_in("Ada Admin").await;
    let fields = [("group", &*group.to_string()), ("user", &*caller.user_id.to_string())];
    ada.call("/api/memberships/remove", &fields).await.expect(200);

    let refused = scene.userinfo(access).await.expect(401);
    assert!(
        refused.header("www-authenticate").starts_with("Bearer ")
            && refused.header("www-authenticate").contains("invalid_token")
    );
    for token in [access, refresh] {
        assert_eq!(scene.introspect(token).await, json!({ "active": false }), "nothing more is said");
    }
    assert_eq!(error(&scene.renew(refresh).await), (400, "invalid_grant".to_owned()));
    assert_eq!(error(&scene.post(TOKEN, &for_code(&code)).await), (400, "invalid_grant".to_owned()));
    let refused = "SELECT COUNT(*) AS n FROM sign_ins WHERE outcome = 'refused' AND code = 'notFound'";
    let row = scene.db.query_one_raw(Statement::from_string(DbBackend::Sqlite, refused)).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 2, "the log of sign-ins has the code and the renewal");
    scene.finish().await;
}

#[tokio::test]
async fn signing_out_ends_everything_at_the_next_question() {
    let mut scene = Scene::start().await;
    let tokens = scene.tokens().await;
    scene.userinfo(text(&tokens, "access_token")).await.expect(200);
    let page = scene.john.open("/").await;
    scene.john.press(&page, "Sign out", &[]).await;
    scene.userinfo(text(&tokens, "access_token")).await.expect(401);
    assert_eq!(scene.introspect(text(&tokens, "refresh_token")).await, json!({ "active": false }));
    assert_eq!(error(&scene.renew(text(&tokens, "refresh_token")).await), (400, "invalid_grant".to_owned()));
    scene.finish().await;
}

#[tokio::test]
async fn an_app_gives_its_tokens_back() {
    let scene = Scene::start().await;
    for which in ["refresh_token", "access_token"] {
        let tokens = scene.tokens().await;
        // Another client's word counts for nothing, and it learns nothing.
        scene
            .post_with(REVOKE, &[], &[("client_id", "urn:calendar"), ("token", text(&tokens, which))])
            .await
            .expect(200);
        scene.userinfo(text(&tokens, "access_token")).await.expect(200);
        scene.post(REVOKE, &[("token", text(&tokens, which)), ("token_type_hint", "nonsense")]).await.expect(200);
        scene.userinfo(text(&tokens, "access_token")).await.expect(401);
        assert_eq!(error(&scene.renew(text(&tokens, "refresh_token")).await), (400, "invalid_grant".to_owned()));
        scene.post(REVOKE, &[("token", text(&tokens, which))]).await.expect(200);
    }
    for token in ["nonsense", "a.b.c", "\0"] {
        scene.post(REVOKE, &[("token", token)]).await.expect(200);
    }
    assert_eq!(error(&scene.post(REVOKE, &[]).await), (400, "invalid_request".to_owned()));
    let stranger = scene.post_with(REVOKE, &[("authorization", &basic("review", "wrong"))], &[("token", "x")]).await;
    assert_eq!(error(&stranger), (401, "invalid_client".to_owned()));
    scene.finish().await;
}

#[tokio::test]
async fn nothing_outlives_the_session() {
    let scene = Scene::start().await;
    let mut new = asked(scene.session, scene.review);
    new.nonce = None;
    scene.panel.clock.advance(Duration::days(7) - Duration::seconds(40));
    let code = scene.code_of(&new).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let body = read(&scene.post(TOKEN, &fields).await.expect(200));
    let left = body["expires_in"].as_i64().unwrap();
    assert!((39..=40).contains(&left), "the last tokens end with it, not {left} seconds from now");
    let id = payload(text(&body, "id_token"));
    assert!(id["nonce"].is_null() && id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap() <= 40);
    scene.panel.clock.advance(Duration::seconds(40));
    scene.userinfo(text(&body, "access_token")).await.expect(401);
    scene.finish().await;
}
