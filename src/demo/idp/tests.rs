//! The stand-in's pages and end points, without a network.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::*;
use crate::{
    demo::{organization, tests::*},
    directory::{chance::SystemRandom, clock::TestClock},
};

const PUBLIC: &str = "http://localhost:3000";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn made() -> (Router, Arc<TestClock>) {
    let clock = Arc::new(TestClock::at(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000)));
    let idp = Idp::new(
        PUBLIC.into(),
        organization::people().unwrap(),
        SigningKey::from_bytes(&[7; 32]),
        "/pkg/x.css".into(),
        clock.clone(),
        Arc::new(SystemRandom),
    );
    (router(Arc::new(idp)), clock)
}

fn callback(issuer: &str) -> &'static str {
    match issuer {
        "gmail" => "http://localhost:3000/sign-in/callback/gmail",
        _ => "http://localhost:3000/sign-in/callback/members",
    }
}

fn request(issuer: &str, changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", callback(issuer)),
        ("scope", "openid email profile"),
        ("state", "st&te"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        fields.retain(|(had, _)| had != name);
        fields.push((name, value));
    }
    fields
}

async fn asked(router: &Router, issuer: &str, changes: &[(&'static str, &'static str)]) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(request(issuer, changes)).finish();
    visit(router, &format!("/demo/idp/{issuer}/authorize?{query}")).await
}

async fn chosen(router: &Router, issuer: &str, changes: &[(&'static str, &'static str)]) -> Answer {
    submit(router, &format!("/demo/idp/{issuer}/authorize"), &request(issuer, changes)).await
}

fn parameter(answer: &Answer, name: &str) -> Option<String> {
    let to = Url::parse(answer.header("location")).unwrap();
    to.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn john() -> &'static str {
    Box::leak(organization::people().unwrap()[0].subject.clone().into_boxed_str())
}

async fn exchange(router: &Router, issuer: &str, code: &str, verifier: &str) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", callback(issuer)),
            ("code_verifier", verifier),
        ])
        .finish();
    let basic = BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let request = Request::post(format!("/demo/idp/{issuer}/token"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Basic {basic}"));
    send(router, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn everyone_has_a_button_named_by_their_name_only() {
    let (router, _) = made();
    let page = asked(&router, "woodgrove", &[]).await;
    assert_eq!(page.status, 200);
    for person in organization::people().unwrap() {
        assert!(page.body.contains(&format!("<span>{}</span></button>", person.name)), "{}", person.name);
        assert!(!page.body.contains(&person.email));
    }
    assert!(page.body.contains("Demo sign-in") && !page.body.contains("Sam Oogle"));
    assert!(!page.body.contains("<script") && !page.body.contains("style=") && page.header("set-cookie").is_empty());
    assert!(page.header("content-security-policy").contains("default-src 'none'"));

    let hinted = asked(&router, "woodgrove", &[("login_hint", "Lena.Lee@woodgrove.example")]).await.body;
    assert!(hinted.find("Lena Lee") < hinted.find("John Doe"));
    assert!(hinted.find("John Doe") < hinted.find("Ada Admin"));
}

#[tokio::test]
async fn gmail_takes_anyone_and_escapes_them() {
    let (router, _) = made();
    let page = asked(&router, "gmail", &[("login_hint", "\"><script>@x.com"), ("state", "\"><img src=x>")]).await;
    assert!(page.body.contains("<span>Sam Oogle</span></button>"));
    assert!(page.body.contains("Email address") && page.body.contains(">Continue</button>"));
    assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);

    let again = chosen(&router, "gmail", &[("email", "no<b>address")]).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("This is not an e-mail address") && again.body.contains("no&lt;b&gt;address"));
    assert_eq!(chosen(&router, "gmail", &[("email", "Someone@Else.example")]).await.status, 303);
    assert_eq!(chosen(&router, "woodgrove", &[("email", "ada.admin@woodgrove.example")]).await.status, 400);
    assert_eq!(chosen(&router, "gmail", &[("person", john())]).await.status, 400, "people of the other issuer");
}

#[tokio::test]
async fn nothing_goes_anywhere_but_to_the_panel() {
    let (router, _) = made();
    for change in [("redirect_uri", "https://evil.example/"), ("client_id", "other")] {
        for answer in [
            asked(&router, "woodgrove", &[change]).await,
            chosen(&router, "woodgrove", &[change, ("person", john())]).await,
        ] {
            assert_eq!(answer.status, 400, "{change:?}");
            assert!(answer.header("location").is_empty() && !answer.body.contains("evil"));
        }
    }
    assert_eq!(asked(&router, "elsewhere", &[]).await.status, 400);
    let plain = chosen(&router, "woodgrove", &[("code_challenge_method", "plain"), ("person", john())]).await;
    assert_eq!(plain.status, 303);
    assert_eq!(parameter(&plain, "error").as_deref(), Some("invalid_request"));
    assert_eq!(parameter(&plain, "code"), None);
}

#[tokio::test]
async fn cancel_says_who_and_what() {
    let (router, _) = made();
    let page = asked(&router, "woodgrove", &[]).await.body;
    let link = page.split("href=\"").find(|part| part.contains("access_denied")).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
    let to = Url::parse(&link).unwrap();
    let pairs: Vec<_> = to.query_pairs().into_owned().collect();
    assert!(link.starts_with("http://localhost:3000/sign-in/callback/members?"), "{link}");
    assert!(pairs.contains(&("state".into(), "st&te".into())));
    assert!(pairs.contains(&("iss".into(), "http://localhost:3000/demo/idp/woodgrove".into())));
}

#[tokio::test]
async fn a_code_works_once_and_for_a_minute() {
    let (router, clock) = made();
    let code = async || {
        let back = chosen(&router, "woodgrove", &[("person", john()), ("prompt", "select_account")]).await;
        assert_eq!(back.status, 303);
        assert_eq!(parameter(&back, "state").as_deref(), Some("st&te"));
        assert_eq!(parameter(&back, "iss").as_deref(), Some("http://localhost:3000/demo/idp/woodgrove"));
        parameter(&back, "code").unwrap()
    };
    let first = code().await;
    let answer = exchange(&router, "woodgrove", &first, VERIFIER).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert!(exchange(&router, "woodgrove", &first, VERIFIER).await.body.contains("invalid_grant"));

    let wrong = code().await;
    assert!(exchange(&router, "woodgrove", &wrong, &VERIFIER.replace('d', "e")).await.body.contains("invalid_grant"));
    assert!(
        exchange(&router, "woodgrove", &wrong, VERIFIER).await.body.contains("invalid_grant"),
        "a failed try uses it up"
    );
    let foreign = code().await;
    assert!(exchange(&router, "gmail", &foreign, VERIFIER).await.body.contains("invalid_grant"));
    let late = code().await;
    clock.advance(TimeDelta::seconds(60));
    assert!(exchange(&router, "woodgrove", &late, VERIFIER).await.body.contains("invalid_grant"));
}

#[tokio::test]
async fn userinfo_wants_its_token() {
    let (router, clock) = made();
    let back = chosen(&router, "gmail", &[("email", "Any.One@elsewhere.example")]).await;
    let answer = exchange(&router, "gmail", &parameter(&back, "code").unwrap(), VERIFIER).await;
    let tokens: Value = serde_json::from_str(&answer.body).unwrap();
    let with = async |token: &str, issuer: &str| {
        let request =
            Request::get(format!("/demo/idp/{issuer}/userinfo")).header("authorization", format!("Bearer {token}"));
        send(&router, request.body(Body::empty()).unwrap()).await
    };
    let token = tokens["access_token"].as_str().unwrap();
    let claims: Value = serde_json::from_str(&with(token, "gmail").await.body).unwrap();
    assert_eq!(claims["email"], "any.one@elsewhere.example");
    assert_eq!(claims["name"], "Any One");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(with(token, "woodgrove").await.status, 401);
    assert_eq!(with("x", "gmail").await.status, 401);
    clock.advance(TimeDelta::minutes(5));
    assert_eq!(with(token, "gmail").await.status, 401);
}

#[test]
fn sam_is_sam_however_he_comes() {
    let typed = gmail_person("gsamoogle@gmail.com", "Gsamoogle");
    assert_eq!(typed.subject, gmail_person("gsamoogle@gmail.com", "Sam Oogle").subject);
    assert_eq!(gmail_person("x@gmail.com", "Ana de la Cruz").given_name, "Ana de la");
}
