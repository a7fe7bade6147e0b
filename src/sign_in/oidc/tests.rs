//! Against the demo's stand-in provider over real HTTP, and against that provider bent out of shape.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::json;
use tower::ServiceExt;

use super::*;
use crate::{
    demo::{
        idp::{self, CLIENT_ID, CLIENT_SECRET, Idp},
        organization,
    },
    directory::{
        chance::SystemRandom,
        clock::{Clock, TestClock},
    },
    model::state::ProviderKind,
};

/// Bends what the provider answers at a path.
type Bend = Box<dyn Fn(&str, Value) -> Value + Send>;

/// The stand-in on a real port, with somebody in between who bends its answers.
struct Stage {
    inner: Mutex<Inner>,
    asked_to_describe: AtomicUsize,
    asked_for_keys: AtomicUsize,
    public_url: String,
    clock: Arc<TestClock>,
}

struct Inner {
    router: Router,
    bend: Bend,
    /// Answers at paths that end so with a status instead.
    instead: Option<(&'static str, u16)>,
    refuse_basic: bool,
}

const KEY: [u8; 32] = [7; 32];

impl Stage {
    async fn new() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let public_url = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(TestClock::at(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000)));
        let stage = Arc::new(Self {
            inner: Mutex::new(Inner {
                router: Router::new(),
                bend: Box::new(|_, value| value),
                instead: None,
                refuse_basic: false,
            }),
            asked_to_describe: AtomicUsize::new(0),
            asked_for_keys: AtomicUsize::new(0),
            public_url,
            clock,
        });
        stage.sign_with(KEY);
        let served = Arc::clone(&stage);
        let app = Router::new().fallback(move |request: Request| served.clone().answer(request));
        tokio::spawn(async move { axum::serve(listener, app).await });
        stage
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn sign_with(&self, key: [u8; 32]) {
        let idp = Idp::new(
            self.public_url.clone(),
            organization::people().unwrap(),
            SigningKey::from_bytes(&key),
            "/x.css".into(),
            self.clock.clone(),
            Arc::new(SystemRandom),
        );
        self.lock().router = idp::router(Arc::new(idp));
    }

    fn bend(&self, bend: impl Fn(&str, Value) -> Value + Send + 'static) {
        self.lock().bend = Box::new(bend);
    }

    /// Bends the claims of every ID token, and signs it again.
    fn bend_claims(&self, bend: impl Fn(&mut Value) + Send + 'static) {
        self.bend(move |path, mut answer| {
            if path.ends_with("/token") && answer.get("id_token").is_some() {
                let token = answer["id_token"].as_str().unwrap().to_owned();
                let mut parts = token.split('.');
                let (header, payload) = (parts.next().unwrap(), parts.next().unwrap());
                let mut claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
                bend(&mut claims);
                let signed = format!("{header}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
                let signature = SigningKey::from_bytes(&KEY).sign(signed.as_bytes()).to_bytes();
                answer["id_token"] = json!(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)));
            }
            answer
        });
    }

    async fn answer(self: Arc<Self>, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        if path.ends_with("/openid-configuration") {
            self.asked_to_describe.fetch_add(1, Ordering::SeqCst);
        }
        if path.ends_with("/jwks") {
            self.asked_for_keys.fetch_add(1, Ordering::SeqCst);
        }
        let (router, refuse_basic, instead) = {
            let inner = self.lock();
            (inner.router.clone(), inner.refuse_basic, inner.instead)
        };
        if let Some((end, status)) = instead
            && path.ends_with(end)
        {
            let elsewhere = [("location", format!("{}{path}?again", self.public_url))];
            return (::http::StatusCode::from_u16(status).unwrap(), elsewhere).into_response();
        }
        if refuse_basic && request.headers().contains_key("authorization") && path.ends_with("/token") {
            let refusal = axum::Json(json!({ "error": "invalid_client" }));
            return (::http::StatusCode::UNAUTHORIZED, refusal).into_response();
        }
        let (mut parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let Ok(value) = serde_json::from_slice(&body) else { return Response::from_parts(parts, Body::from(body)) };
        parts.headers.remove("content-length");
        let bent = (self.lock().bend)(&path, value);
        Response::from_parts(parts, Body::from(bent.to_string()))
    }

    fn provider(&self, issuer: &str) -> Provider {
        Provider {
            key: issuer.into(),
            name: issuer.into(),
            kind: ProviderKind::Members,
            issuer: format!("{}/demo/idp/{issuer}", self.public_url),
            client_id: CLIENT_ID.into(),
            client_secret: Some(CLIENT_SECRET.into()),
            scopes: vec!["openid".into(), "email".into(), "profile".into()],
            domains: vec![],
            assume_verified: false,
            trust_acr: true,
        }
    }

    fn callback(&self, provider: &Provider) -> String {
        let key = if provider.key == "gmail" { "gmail" } else { "members" };
        format!("{}/sign-in/callback/{key}", self.public_url)
    }

    async fn begin(&self, oidc: &Oidc, provider: &Provider) -> Result<Begun, SignInError> {
        oidc.begin(provider, &self.callback(provider), &Wishes::default(), self.clock.now(), &SystemRandom).await
    }

    /// What the browser does: follows the URL, presses John Doe's button, and brings back the code.
    async fn press(&self, begun: &Begun) -> String {
        let asked = url::Url::parse(&begun.url).unwrap();
        let john = organization::people().unwrap().remove(0).subject;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(asked.query_pairs())
            .append_pair("person", &john)
            .finish();
        let request = Request::post(asked.path())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let router = self.lock().router.clone();
        let answer = router.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 303);
        let back = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let parameter =
            |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(parameter("state").as_ref(), Some(&begun.state));
        parameter("code").unwrap()
    }

    async fn finish(&self, oidc: &Oidc, provider: &Provider, begun: &Begun) -> Result<Claims, SignInError> {
        let code = self.press(begun).await;
        let now = self.clock.now();
        oidc.finish(provider, &self.callback(provider), &code, &begun.pkce_verifier, &begun.nonce, now).await
    }

    /// The whole sign-in, with a new client.
    async fn sign_in(&self, provider: &Provider) -> Result<Claims, SignInError> {
        let oidc = Oidc::new().unwrap();
        let begun = self.begin(&oidc, provider).await?;
        self.finish(&oidc, provider, &begun).await
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, SignInError>, code: Code, why: &str) {
    let error = result.expect_err(why);
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(!error.to_string().contains(CLIENT_SECRET));
}

#[tokio::test]
async fn john_signs_in() {
    let stage = Stage::new().await;
    let provider = stage.provider("woodgrove");
    let claims = stage.sign_in(&provider).await.unwrap();
    assert_eq!(claims.issuer, provider.issuer);
    assert_eq!(claims.subject, organization::people().unwrap()[0].subject);
    assert_eq!(claims.email.as_deref(), Some("john.doe@woodgrove.example"));
    assert_eq!(claims.email_verified, Some(true));
    assert_eq!(claims.name.as_deref(), Some("John Doe"));
    assert_eq!((claims.given_name.as_deref(), claims.family_name.as_deref()), (Some("John"), Some("Doe")));
    assert_eq!(Oidc::new().unwrap().check(&provider).await, Ok(()));
}

#[tokio::test]
async fn the_url_says_all_that_it_must() {
    let stage = Stage::new().await;
    let (oidc, provider) = (Oidc::new().unwrap(), stage.provider("gmail"));
    let now = stage.clock.now();
    let begin = async |wishes: Wishes| {
        let begun = oidc.begin(&provider, &stage.callback(&provider), &wishes, now, &SystemRandom).await.unwrap();
        let url = url::Url::parse(&begun.url).unwrap();
        (begun, url.query_pairs().into_owned().collect::<std::collections::HashMap<_, _>>())
    };
    let (begun, query) =
        begin(Wishes { login_hint: Some("sam+x@gmail.com".to_owned()), choose_account: true, ..Wishes::default() })
            .await;
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["scope"], "openid email profile");
    assert_eq!((&query["state"], &query["nonce"]), (&begun.state, &begun.nonce));
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["login_hint"], "sam+x@gmail.com");
    assert_eq!(query["prompt"], "select_account");
    assert_eq!(query["redirect_uri"], stage.callback(&provider));
    assert!(!begun.url.contains(&begun.pkce_verifier) && !begun.url.contains(CLIENT_SECRET));
    let secrets = [&begun.state, &begun.nonce, &begun.pkce_verifier];
    assert!(secrets.iter().all(|secret| secret.len() == 43));

    let (again, query) = begin(Wishes::default()).await;
    for name in ["prompt", "login_hint", "max_age", "acr_values"] {
        assert!(!query.contains_key(name), "{name}");
    }
    let strong =
        Wishes { again: true, max_age: Some(0), acr_values: Some("loa-2 loa-3".to_owned()), ..Wishes::default() };
    let (_, query) = begin(strong).await;
    assert_eq!((&*query["prompt"], &*query["max_age"], &*query["acr_values"]), ("login", "0", "loa-2 loa-3"));
    assert_ne!(again.state, begun.state);
    // It promises the parameter `iss`: without it, no answer is its.
    assert!(oidc.is_answer_of(&provider, Some(&provider.issuer), now).await.is_ok());
    for other in [None, Some("https://evil.example"), Some("")] {
        assert!(oidc.is_answer_of(&provider, other, now).await.is_err(), "{other:?}");
    }
}

#[tokio::test]
async fn shapes_of_real_providers_are_read() {
    let stage = Stage::new().await;
    stage.bend_claims(|claims| {
        claims["aud"] = json!(["account", "panel"]);
        claims["azp"] = json!("panel");
        claims["auth_time"] = json!(1_727_999_999.25);
        claims["updated_at"] = json!("2026-01-01T00:00:00Z");
        claims["email_verified"] = json!("true");
        claims["address"] = json!("a text");
        claims["acr"] = json!("loa-1");
        claims["hd"] = json!("woodgrove.example");
        claims["groups"] = json!(["finance", "approvers"]);
    });
    let claims = stage.sign_in(&stage.provider("woodgrove")).await.unwrap();
    assert_eq!(claims.email_verified, Some(true));
    assert_eq!(claims.hosted_domain.as_deref(), Some("woodgrove.example"));
    assert!(claims.other.contains(&("groups".into(), vec!["finance".into(), "approvers".into()])));
    assert!(claims.other.contains(&("acr".into(), vec!["loa-1".into()])));

    stage.bend_claims(|claims| {
        claims.as_object_mut().unwrap().remove("email_verified");
    });
    assert_eq!(stage.sign_in(&stage.provider("woodgrove")).await.unwrap().email_verified, None);
}

#[tokio::test]
async fn tokens_that_are_not_for_us_are_refused() {
    type Change = fn(&mut Value);
    let stage = Stage::new().await;
    let provider = stage.provider("woodgrove");
    let changes: [(Change, &str); 6] = [
        (|claims| claims["nonce"] = json!("another"), "nonce"),
        (|claims| claims["aud"] = json!("another"), "is for"),
        (|claims| claims["aud"] = json!([]), "empty list"),
        (|claims| claims["iss"] = json!("https://another.example"), "is from"),
        (|claims| claims["sub"] = json!(""), "subject is empty"),
        (|claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 61), "ended"),
    ];
    for (change, why) in changes {
        stage.bend_claims(change);
        refused(stage.sign_in(&provider).await, Code::ProviderAnswer, why);
    }
}

#[tokio::test]
async fn our_own_nonce_verifier_and_clock_count() {
    let stage = Stage::new().await;
    let (oidc, provider) = (Oidc::new().unwrap(), stage.provider("woodgrove"));
    let begun = stage.begin(&oidc, &provider).await.unwrap();
    let other = Begun { nonce: "other".into(), ..begun.clone() };
    refused(stage.finish(&oidc, &provider, &other).await, Code::ProviderAnswer, "nonce");
    let other = Begun { pkce_verifier: "x".repeat(43), ..begun.clone() };
    refused(stage.finish(&oidc, &provider, &other).await, Code::ProviderRefused, "invalid_grant");

    let code = stage.press(&begun).await;
    let late = stage.clock.now() + TimeDelta::seconds(361);
    let finished =
        oidc.finish(&provider, &stage.callback(&provider), &code, &begun.pkce_verifier, &begun.nonce, late).await;
    refused(finished, Code::ProviderAnswer, "ended");
    let again =
        oidc.finish(&provider, &stage.callback(&provider), &code, &begun.pkce_verifier, &begun.nonce, late).await;
    refused(again, Code::ProviderRefused, "invalid_grant");
}

#[tokio::test]
async fn a_rotated_key_is_fetched_once_in_a_while() {
    let stage = Stage::new().await;
    let (oidc, provider) = (Oidc::new().unwrap(), stage.provider("woodgrove"));
    let begun = stage.begin(&oidc, &provider).await.unwrap();
    stage.sign_with([8; 32]);
    assert!(stage.finish(&oidc, &provider, &begun).await.is_ok());
    assert_eq!(stage.asked_for_keys.load(Ordering::SeqCst), 2);

    stage.sign_with([9; 32]);
    refused(stage.finish(&oidc, &provider, &begun).await, Code::ProviderAnswer, "no key");
    assert_eq!(stage.asked_for_keys.load(Ordering::SeqCst), 2, "not again within half a minute");
    stage.clock.advance(TimeDelta::seconds(31));
    assert!(stage.finish(&oidc, &provider, &begun).await.is_ok());
    assert_eq!(stage.asked_for_keys.load(Ordering::SeqCst), 3);
    assert_eq!(stage.asked_to_describe.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_signature_holds_every_byte() {
    let stage = Stage::new().await;
    let tamper = |with: fn(&str) -> String| {
        stage.bend(move |path, mut answer| {
            if path.ends_with("/token") {
                answer["id_token"] = json!(with(answer["id_token"].as_str().unwrap()));
            }
            answer
        });
    };
    let provider = stage.provider("woodgrove");
    // Another payload under the same signature.
    tamper(|token| {
        let parts: Vec<_> = token.split('.').collect();
        let payload = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let payload = payload.replace("john.doe@", "ada.admin@");
        format!("{}.{}.{}", parts[0], BASE64_URL_SAFE_NO_PAD.encode(payload), parts[2])
    });
    refused(stage.sign_in(&provider).await, Code::ProviderAnswer, "no key");
    // No signature at all.
    tamper(|token| {
        let payload = token.split('.').nth(1).unwrap();
        format!("{}.{payload}.", BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#))
    });
    refused(stage.sign_in(&provider).await, Code::ProviderAnswer, "none");
    // Signed with our own secret.
    tamper(|token| {
        use hmac::Mac;
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", token.split('.').nth(1).unwrap());
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    });
    refused(stage.sign_in(&provider).await, Code::ProviderAnswer, "HS256");
}

#[tokio::test]
async fn userinfo_fills_what_the_token_leaves_out() {
    let stage = Stage::new().await;
    let provider = stage.provider("woodgrove");
    let bare = |claims: &mut Value| {
        for name in ["email", "email_verified", "name", "given_name", "family_name"] {
            claims.as_object_mut().unwrap().remove(name);
        }
    };
    stage.bend_claims(bare);
    let claims = stage.sign_in(&provider).await.unwrap();
    assert_eq!(claims.email.as_deref(), Some("john.doe@woodgrove.example"));
    assert_eq!((claims.email_verified, claims.name.as_deref()), (Some(true), Some("John Doe")));

    stage.lock().instead = Some(("/userinfo", 403));
    assert_eq!(stage.sign_in(&provider).await.unwrap().email, None);
    stage.lock().instead = Some(("/userinfo", 503));
    refused(stage.sign_in(&provider).await, Code::ProviderDown, "503");
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_refused() {
    let stage = Stage::new().await;
    // The token's subject differs from the one that userinfo will name.
    stage.bend_claims(|claims| {
        claims["sub"] = json!("somebody");
        claims.as_object_mut().unwrap().remove("name");
    });
    refused(stage.sign_in(&stage.provider("woodgrove")).await, Code::ProviderAnswer, "somebody else");
}

#[tokio::test]
async fn clients_authenticate_as_the_provider_wants() {
    let stage = Stage::new().await;
    let provider = stage.provider("woodgrove");
    let wrong = Provider { client_secret: Some("wrong".into()), ..provider.clone() };
    refused(stage.sign_in(&wrong).await, Code::ProviderAnswer, "invalid_client");
    let public = Provider { client_secret: None, ..provider.clone() };
    refused(stage.sign_in(&public).await, Code::ProviderAnswer, "invalid_client");

    stage.lock().refuse_basic = true;
    assert!(stage.sign_in(&provider).await.is_ok(), "offers both, takes only post");
    let offers = |methods: Option<Value>| {
        stage.bend(move |path, mut answer| {
            if path.ends_with("/openid-configuration") {
                match &methods {
                    Some(methods) => answer["token_endpoint_auth_methods_supported"] = methods.clone(),
                    None => _ = answer.as_object_mut().unwrap().remove("token_endpoint_auth_methods_supported"),
                }
            }
            answer
        });
    };
    offers(Some(json!(["client_secret_post", "something_new"])));
    assert!(stage.sign_in(&provider).await.is_ok());
    offers(Some(json!(["private_key_jwt"])));
    refused(stage.sign_in(&provider).await, Code::ProviderAnswer, "client_secret_basic");
    assert!(Oidc::new().unwrap().check(&provider).await.unwrap_err().contains("client_secret_basic"));
    stage.lock().refuse_basic = false;
    offers(None);
    assert!(stage.sign_in(&provider).await.is_ok(), "says nothing: basic");
}

#[tokio::test]
async fn a_provider_that_is_down_is_named_so() {
    let stage = Stage::new().await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let provider = Provider { issuer: format!("http://{closed}/x"), ..stage.provider("woodgrove") };
    refused(stage.sign_in(&provider).await, Code::ProviderDown, "onnect");
    assert!(Oidc::new().unwrap().check(&provider).await.is_err());

    stage.lock().instead = Some(("/openid-configuration", 503));
    let (oidc, provider) = (Oidc::new().unwrap(), stage.provider("woodgrove"));
    for _ in 0..5 {
        let begun = stage.begin(&oidc, &provider).await.map(|begun| begun.url);
        refused(begun, Code::ProviderDown, "503");
    }
    assert_eq!(stage.asked_to_describe.load(Ordering::SeqCst), 1, "a crowd does not hammer it");
    stage.lock().instead = None;
    stage.clock.advance(TimeDelta::seconds(4));
    assert!(stage.begin(&oidc, &provider).await.is_ok(), "and it is believed soon after");
}

#[tokio::test]
async fn descriptions_are_shared_and_grow_old() {
    let stage = Stage::new().await;
    let (oidc, provider) = (Oidc::new().unwrap(), stage.provider("woodgrove"));
    let crowd = (0..20).map(|_| stage.begin(&oidc, &provider));
    assert!(futures::future::join_all(crowd).await.into_iter().all(|begun| begun.is_ok()));
    assert_eq!(stage.asked_to_describe.load(Ordering::SeqCst), 1);
    stage.clock.advance(TimeDelta::minutes(10));
    stage.begin(&oidc.clone(), &provider).await.unwrap();
    assert_eq!(stage.asked_to_describe.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let stage = Stage::new().await;
    for end in ["/openid-configuration", "/jwks"] {
        stage.lock().instead = Some((end, 302));
        refused(stage.sign_in(&stage.provider("woodgrove")).await, Code::ProviderAnswer, "redirects");
    }
    stage.lock().instead = Some(("/token", 307));
    let refusal = stage.sign_in(&stage.provider("woodgrove")).await;
    assert_eq!(refusal.unwrap_err().code(), Code::ProviderAnswer);
}

#[tokio::test]
async fn descriptions_that_we_cannot_work_with_are_refused() {
    let stage = Stage::new().await;
    let provider = stage.provider("woodgrove");
    for (name, value, why) in [
        ("issuer", json!("https://another.example"), "unexpected issuer"),
        ("authorization_endpoint", json!("javascript:alert(1)"), "not safe"),
        ("token_endpoint", json!("http://elsewhere.example/token"), "not safe"),
        ("jwks_uri", json!("http://169.254.169.254/keys"), "not safe"),
        ("token_endpoint", Value::Null, "no token end point"),
        ("id_token_signing_alg_values_supported", json!(["HS256", "none"]), "nothing that we accept"),
        ("jwks_uri", json!(7), "cannot be read at `jwks_uri`"),
    ] {
        stage.bend(move |path, mut answer| {
            if path.ends_with("/openid-configuration") {
                answer[name] = value.clone();
            }
            answer
        });
        refused(stage.sign_in(&provider).await, Code::ProviderAnswer, why);
        assert!(Oidc::new().unwrap().check(&provider).await.unwrap_err().contains(why));
    }
    for issuer in ["not a url", "http://id.example", "ftp://localhost"] {
        let provider = Provider { issuer: issuer.into(), ..provider.clone() };
        refused(stage.sign_in(&provider).await, Code::ProviderAnswer, "issuer");
    }
    stage.bend(|path, answer| if path.ends_with("/jwks") { json!({ "keys": [] }) } else { answer });
    assert!(Oidc::new().unwrap().check(&provider).await.unwrap_err().contains("no key"));
}
