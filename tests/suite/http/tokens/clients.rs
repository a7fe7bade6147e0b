//! How an app proves to be itself.

use access_panel::model::state::ClientAuth;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
    },
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::{Value as Json, json};

use super::{INTROSPECT, SECRET, Scene, TOKEN, basic, error, for_code, json as read, text};
use crate::support::clients::{add_secret, register};

const SECOND: &str = "secondSecretOfReview";
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[tokio::test]
async fn by_a_secret_in_the_header_or_the_form() {
    let scene = Scene::start().await;
    add_secret(&scene.panel.directory, &scene.db, scene.review, SECOND).await;
    let refused = (401, "invalid_client".to_owned());
    // An id that has to be encoded for the header, if anybody cares to.
    let files = scene.panel.app("files").await;
    register(&scene.db, files, "urn:files", ClientAuth::Secret, None).await;
    add_secret(&scene.panel.directory, &scene.db, files, SECRET).await;
    for (header, form, fine) in [
        (Some(basic("review", SECRET)), &[][..], true),
        (Some(basic("review", SECOND)), &[], true),
        (Some(basic("review", SECRET).replace("Basic", "basic")), &[], true),
        (Some(basic("review", SECRET)), &[("client_id", "review")], true),
        (Some(basic("urn:files", SECRET)), &[], true),
        (Some(basic("urn%3Afiles", SECRET)), &[], true),
        (Some(basic("review", "%66irstSecretOfReview")), &[], true),
        (None, &[("client_id", "review"), ("client_secret", SECRET)], true),
        (None, &[("client_id", "review"), ("client_secret", SECOND)], true),
        (Some(basic("review", "wrong")), &[], false),
        (Some(basic("review", "")), &[], false),
        (Some(basic("urn:files", SECOND)), &[], false),
        (Some(basic("nobody", SECRET)), &[], false),
        (Some(basic("urn:calendar", SECRET)), &[], false),
        (Some(basic("urn:calendar", "")), &[], false),
        (Some("Basic !!!".to_owned()), &[], false),
        (Some("Negotiate abc".to_owned()), &[], false),
        (None, &[("client_id", "review")], false),
        (None, &[("client_id", "review"), ("client_secret", "")], false),
        (None, &[("client_id", "review"), ("client_secret", "wrong")], false),
        (None, &[("client_id", "review\0"), ("client_secret", SECRET)], false),
        (None, &[("client_id", "nobody")], false),
        (None, &[("client_id", "urn:calendar"), ("client_secret", SECRET)], false),
        (None, &[], false),
    ] {
        let headers: Vec<(&str, &str)> = header.iter().map(|value| ("authorization", &**value)).collect();
        let fields = [&[("token", "x")], form].concat();
        let answer = scene.post_with(INTROSPECT, &headers, &fields).await;
        if fine {
            assert_eq!(read(&answer.expect(200)), json!({ "active": false }), "{header:?} {form:?}");
        } else {
            assert_eq!(error(&answer), refused, "{header:?} {form:?}");
            assert!(answer.header("www-authenticate").starts_with("Basic "));
            assert!(!answer.body.contains("nobody") && !answer.body.contains("wrong"), "nothing comes back");
        }
    }
    // Unknown, known with a wrong secret, known by another way: one and the same answer.
    let answers = [basic("nobody", "x"), basic("review", "x"), basic("urn:calendar", "x")];
    let mut bodies = Vec::new();
    for header in &answers {
        bodies.push(scene.post_with(INTROSPECT, &[("authorization", header)], &[("token", "x")]).await.body);
    }
    assert!(bodies.windows(2).all(|two| two[0] == two[1]), "{bodies:?}");
    scene.finish().await;
}

/// Keys of an app.
struct AppKeys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

impl AppKeys {
    fn new() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        }
    }

    /// As an app registers them.
    fn set(&self) -> Json {
        let rsa = DecodingKey::from_rsa_der(self.rsa.public_key().as_ref());
        let ec = DecodingKey::from_ec_der(self.ec.public_key().as_ref());
        let mut rsa = serde_json::to_value(Jwk::from_decoding_key(&rsa, None).unwrap()).unwrap();
        rsa["kid"] = "rsa".into();
        let mut ec = serde_json::to_value(Jwk::from_decoding_key(&ec, Some(Algorithm::ES256)).unwrap()).unwrap();
        ec["kid"] = "ec".into();
        json!({ "keys": [{ "kty": "unheard of" }, rsa, ec] })
    }

    fn sign(&self, header: &Json, claims: &Json) -> String {
        let part = |value: &Json| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let random = SystemRandom::new();
        let rsa = |how: &'static dyn RsaEncoding| {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(how, &random, text.as_bytes(), &mut signature).unwrap();
            signature
        };
        let signature = match header["alg"].as_str().unwrap() {
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "PS256" => rsa(&RSA_PSS_SHA256),
            "ES256" => self.ec.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
            // The public key as if it were a secret.
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.rsa.public_key().as_ref());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

#[tokio::test]
async fn by_a_signature_that_is_good_once() {
    let scene = Scene::start().await;
    let keys = AppKeys::new();
    let files = scene.panel.app("files").await;
    register(&scene.db, files, "files", ClientAuth::PrivateKey, Some(keys.set())).await;
    let now = scene.panel.directory.now().timestamp();
    let number = std::cell::Cell::new(0);
    let claims = || {
        number.set(number.get() + 1);
        json!({ "iss": "files", "sub": "files", "aud": scene.panel.url, "exp": now + 60, "iat": now, "jti": number.get().to_string() })
    };
    let changed = |name: &str, value: Json| {
        let mut claims = claims();
        claims[name] = value;
        claims
    };
    let send = async |assertion: &str, more: &[(&str, &str)]| {
        let fields =
            [&[("token", "x"), ("client_assertion", assertion), ("client_assertion_type", KIND)], more].concat();
        scene.post_with(INTROSPECT, &[], &fields).await
    };
    for header in [
        json!({ "alg": "RS256", "kid": "rsa" }),
        json!({ "alg": "PS256" }),
        json!({ "alg": "ES256", "kid": "ec", "typ": "client-authentication+jwt" }),
    ] {
        let token = keys.sign(&header, &claims());
        send(&token, &[("client_id", "files")]).await.expect(200);
        assert_eq!(error(&send(&token, &[]).await), (401, "invalid_client".to_owned()), "a second time");
    }
    let token_endpoint = format!("{}{TOKEN}", scene.panel.url);
    send(&keys.sign(&json!({ "alg": "RS256" }), &changed("aud", json!([token_endpoint]))), &[]).await.expect(200);

    let others = AppKeys::new();
    let good = json!({ "alg": "RS256", "kid": "rsa" });
    for (why, token) in [
        ("another's key", others.sign(&good, &claims())),
        ("the public key as a secret", keys.sign(&json!({ "alg": "HS256", "kid": "rsa" }), &claims())),
        ("no signature", keys.sign(&json!({ "alg": "none" }), &claims())),
        ("no signature, in capitals", keys.sign(&json!({ "alg": "NONE" }), &claims())),
        ("a key of another kind", keys.sign(&json!({ "alg": "RS256", "kid": "ec" }), &claims())),
        ("an unknown key", keys.sign(&json!({ "alg": "RS256", "kid": "gone" }), &claims())),
        ("an extension", keys.sign(&json!({ "alg": "RS256", "crit": ["exp"] }), &claims())),
        ("another subject", keys.sign(&good, &changed("sub", json!("review")))),
        ("another issuer", keys.sign(&good, &changed("iss", json!("review")))),
        ("for somebody else", keys.sign(&good, &changed("aud", json!("https://evil.example")))),
        ("for somebody else, too", keys.sign(&good, &changed("aud", json!([scene.panel.url, "https://evil.example"])))),
        ("too late", keys.sign(&good, &changed("exp", json!(now - 61)))),
        ("for ever", keys.sign(&good, &changed("exp", json!(now + 100_000)))),
        ("no id", keys.sign(&good, &changed("jti", Json::Null))),
        ("no token", "nonsense".to_owned()),
    ] {
        let (status, code) = error(&send(&token, &[]).await);
        assert_eq!((status, &*code), (401, "invalid_client"), "{why}");
    }
    // Before a signature fits, known and unknown clients get one and the same answer, the one that a wrong secret gets.
    let wrong = scene.post_with(INTROSPECT, &[("authorization", &basic("nobody", "x"))], &[("token", "x")]).await.body;
    for (who, token) in [
        ("nobody", others.sign(&good, &changed("iss", json!("nobody")))),
        ("by a secret", others.sign(&good, &changed("iss", json!("review")))),
        ("by a key that is not this one", others.sign(&good, &claims())),
        ("by a key, but unsigned", keys.sign(&json!({ "alg": "none" }), &claims())),
        ("by a key, but to be read in another way", keys.sign(&json!({ "alg": "RS256", "crit": ["exp"] }), &claims())),
        ("by a key, with claims that are wrong besides", others.sign(&good, &changed("exp", json!(now - 61)))),
    ] {
        assert_eq!(send(&token, &[]).await.body, wrong, "{who}");
    }
    // Whoever holds the key is told what else is wrong.
    let late = send(&keys.sign(&good, &changed("exp", json!(now - 61))), &[]).await.body;
    assert!(late.contains("expired"), "{late}");
    // Nothing of that was noted as used, for nobody but the app may use an assertion up.
    let token = keys.sign(&good, &claims());
    let fields = [("client_assertion", &*token), ("client_assertion_type", KIND)];
    let two = scene.post_with(INTROSPECT, &[("authorization", &basic("files", "x"))], &fields).await;
    assert_eq!(error(&two), (400, "invalid_request".to_owned()));
    assert_eq!(error(&send(&token, &[("client_id", "review")]).await), (400, "invalid_request".to_owned()));
    assert_eq!(error(&send(&token, &[("client_secret", "x")]).await), (400, "invalid_request".to_owned()));
    send(&token, &[]).await.expect(200);

    // In the way it is registered for, and no other.
    add_secret(&scene.panel.directory, &scene.db, files, SECRET).await;
    let by_secret = scene.post_with(INTROSPECT, &[("authorization", &basic("files", SECRET))], &[("token", "x")]).await;
    assert_eq!(error(&by_secret), (401, "invalid_client".to_owned()));
    let bare = scene.post_with(INTROSPECT, &[], &[("token", "x"), ("client_id", "files")]).await;
    assert_eq!(error(&bare), (401, "invalid_client".to_owned()));

    // It gets tokens like any other.
    let code = scene.code_for(files).await;
    let token = keys.sign(&good, &claims());
    let fields = [&for_code(&code)[..], &[("client_assertion", &*token), ("client_assertion_type", KIND)]].concat();
    let body = read(&scene.post_with(TOKEN, &[], &fields).await.expect(200));
    scene.userinfo(text(&body, "access_token")).await.expect(200);
    scene.finish().await;
}

/// Secrets are compared as hashes, by the database: no letter that is right takes longer than one that is wrong. What is
/// asked of it does not tell either which clients exist.
#[tokio::test]
async fn a_wrong_secret_takes_the_same_work_whoever_is_named() {
    let scene = Scene::start().await;
    let almost = SECRET.get(..SECRET.len() - 1).unwrap();
    let mut work = std::collections::BTreeMap::new();
    for (id, secret) in [("review", "x"), ("review", almost), ("urn:calendar", SECRET), ("nobody", SECRET)] {
        let before = scene.panel.directory.statements();
        let fields = [("grant_type", "refresh_token"), ("client_id", id), ("client_secret", secret)];
        assert_eq!(error(&scene.post_with(TOKEN, &[], &fields).await), (401, "invalid_client".to_owned()), "{id}");
        work.insert((id, secret), scene.panel.directory.statements() - before);
    }
    let first = work[&("review", "x")];
    assert!(first > 0 && work.values().all(|cost| *cost == first), "{work:?}");
    scene.finish().await;
}
