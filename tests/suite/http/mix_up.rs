//! A hostile provider among those that are connected: it is asked, has somebody answer at another one, and waits for that
//! one's code to be brought to it (RFC 9700, section 4.4).

use std::sync::{Arc, Mutex};

use access_panel::model::Code;
use axum::{
    Form, Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::{
    browser::Browser,
    panel::{Panel, Setup},
};

/// A provider that keeps every code it is brought.
struct Hostile {
    issuer: String,
    codes: Arc<Mutex<Vec<String>>>,
}

impl Hostile {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let codes: Arc<Mutex<Vec<String>>> = Arc::default();
        let description = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let token = |State(codes): State<Arc<Mutex<Vec<String>>>>, Form(form): Form<Value>| async move {
            codes.lock().unwrap().push(form["code"].as_str().unwrap_or_default().to_owned());
            (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })))
        };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { Json(description) }))
            .route("/jwks", get(|| async { Json(json!({ "keys": [] })) }))
            .route("/token", post(token))
            .with_state(codes.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { issuer, codes }
    }

    fn entry(&self) -> String {
        format!(
            "[[identity_providers]]\nkey = \"hostile\"\nname = \"Hostile\"\nkind = \"partner\"\nissuer = \"{}\"\n\
             client_id = \"panel\"\nclient_secret = \"0123456789abcdef\"\ndomains = [\"hostile.example\"]\n",
            self.issuer
        )
    }
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Where a browser is sent by pressing *Sign in*: to the members' provider.
async fn sent_to_members(browser: &mut Browser) -> Url {
    let door = browser.open("/").await;
    let sent = browser.press_only(&door, "Sign in", &[]).await;
    Url::parse(&browser.origin).unwrap().join(sent.location()).unwrap()
}

/// Where a browser is sent by typing an address of the hostile provider's domain.
async fn sent_to_hostile(browser: &mut Browser) -> Url {
    let sent = browser.post("/api/sign-in/address", &[("address", "victim@hostile.example")]).await.expect(302);
    Url::parse(sent.location()).unwrap()
}

/// The members' provider's page for what the attacker has begun there, with the victim's state; answered by Ada.
async fn answered_by_the_victim(victim: &mut Browser, attackers: &Url, state: &str) -> Url {
    let mut page = attackers.clone();
    page.query_pairs_mut().clear().extend_pairs(
        attackers.query_pairs().map(|(key, value)| if key == "state" { (key, state.into()) } else { (key, value) }),
    );
    let choice = victim.open(&page[url::Position::BeforePath..]).await.expect(200);
    let answer = victim.press_only(&choice, "Ada Admin", &[]).await;
    Url::parse(answer.location()).unwrap()
}

#[tokio::test]
async fn a_code_of_another_provider_is_brought_to_nobody() {
    let hostile = Hostile::start().await;
    // A members' provider that neither promises nor sends the parameter `iss`, as some do.
    let panel = Panel::with(Setup { more: hostile.entry(), silent: true, ..Setup::default() }).await;
    let (mut attacker, mut victim) = (panel.browser(), panel.browser());
    let attackers = sent_to_members(&mut attacker).await;
    let asked = sent_to_hostile(&mut victim).await;
    assert!(asked.as_str().starts_with(&hostile.issuer), "{asked}");
    assert_eq!(parameter(&asked, "redirect_uri"), format!("{}/sign-in/callback/hostile", panel.url));

    let answer = answered_by_the_victim(&mut victim, &attackers, &parameter(&asked, "state")).await;
    assert_eq!(answer.path(), "/sign-in/callback/members");
    assert_eq!(parameter(&answer, "iss"), "");
    let told = victim.get(&answer[url::Position::BeforePath..]).await.expect(303);
    assert!(
        told.location().starts_with(&format!("/sign-in/problem?code={}", Code::ProviderAnswer)),
        "{}",
        told.location()
    );
    assert_eq!(*hostile.codes.lock().unwrap(), Vec::<String>::new(), "the code was brought to the hostile provider");
    assert_eq!(victim.session(), None);
}

#[tokio::test]
async fn an_answer_counts_at_its_own_callback_only() {
    let hostile = Hostile::start().await;
    let panel = Panel::with(Setup { more: hostile.entry(), silent: true, ..Setup::default() }).await;
    for path in
        ["/sign-in/callback", "/sign-in/callback/hostile", "/sign-in/callback/gmail", "/sign-in/callback/nobody"]
    {
        let mut browser = panel.browser();
        let page = sent_to_members(&mut browser).await;
        let answer = answered_by_the_victim(&mut browser, &page, &parameter(&page, "state")).await;
        let told = browser.get(&format!("{path}?{}", answer.query().unwrap())).await.expect(303);
        assert!(told.location().starts_with("/sign-in/problem?code=providerAnswer"), "{path}: {}", told.location());
        assert_eq!(browser.session(), None, "{path}");
        // Once only, and not by another path either.
        let again = browser.get(&answer[url::Position::BeforePath..]).await.expect(303);
        assert!(again.location().starts_with("/sign-in/problem?code=attemptForeign"), "{}", again.location());
    }
    assert_eq!(*hostile.codes.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn who_promises_iss_has_to_send_it() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let page = sent_to_members(&mut browser).await;
    let answer = answered_by_the_victim(&mut browser, &page, &parameter(&page, "state")).await;
    let mut without = answer.clone();
    without.query_pairs_mut().clear().extend_pairs(answer.query_pairs().filter(|(key, _)| key != "iss"));
    assert_ne!(parameter(&answer, "iss"), "");
    let told = browser.get(&without[url::Position::BeforePath..]).await.expect(303);
    assert!(told.location().starts_with("/sign-in/problem?code=providerAnswer"), "{}", told.location());
    assert_eq!(browser.session(), None);
}
