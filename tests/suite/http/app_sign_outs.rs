//! Signing out by an app that shows an ID token, also once the session has idled, and pushed requests from end to end.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Duration;
use reqwest::Method;
use serde_json::Value as Json;

use super::{
    authorize::{CALLBACK, CHALLENGE, assert_code, client, panel, request},
    browser::{Answer, Browser, encode},
    panel::{JOHN, Panel},
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

/// An app gets tokens for whoever is signed in in this browser.
async fn tokens(panel: &Panel, browser: &mut Browser, client: &str, scope: &str) -> Json {
    let code = assert_code(panel, &browser.get(&request(&[("client_id", client), ("scope", scope)])).await);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    json(&program(panel, "/oauth2/v2.0/token", &fields).await.expect(200))
}

async fn id_token(panel: &Panel, browser: &mut Browser, client: &str) -> String {
    tokens(panel, browser, client, "openid email").await["id_token"].as_str().unwrap().to_owned()
}

fn logout(fields: &[(&str, &str)]) -> String {
    format!("/oauth2/v2.0/logout?{}", encode(fields))
}

async fn sessions(panel: &Panel) -> u64 {
    panel.change("UPDATE sessions SET idp = idp").await
}

/// What browsers send with another site's form.
const CROSS: [(&str, &str); 3] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("origin", "https://app.example"),
    ("sec-fetch-site", "cross-site"),
];

/// John has not used the panel for 13 hours. Two apps renew their tokens meanwhile; both want to be told of signing out.
struct Idle {
    panel: Panel,
    john: Browser,
    /// Of *Design review*, from when he signed in.
    hint: String,
    /// The client and the refresh token that it holds.
    held: Vec<(&'static str, String)>,
}

impl Idle {
    async fn start() -> Self {
        let panel = panel().await;
        client(&panel, "files", &[CALLBACK]).await;
        panel.change("UPDATE oidc_clients SET backchannel_logout_uri = 'https://app.example/told'").await;
        let mut john = panel.signed_in("John Doe").await;
        let (mut hint, mut held) = (String::new(), Vec::new());
        for client in ["files", "design-review"] {
            let got = tokens(&panel, &mut john, client, "openid offline_access").await;
            got["id_token"].as_str().unwrap().clone_into(&mut hint);
            held.push((client, got["refresh_token"].as_str().unwrap().to_owned()));
        }
        panel.clock.advance(Duration::hours(13));
        assert!(john.clone().get("/").await.expect(303).location().starts_with("/sign-in"));
        let mut idle = Self { panel, john, hint, held };
        idle.renew_all().await;
        idle
    }

    /// The apps' tokens are good, and each has a new one now.
    async fn renew_all(&mut self) {
        for (client, token) in &mut self.held {
            let got = json(&renew(&self.panel, client, token).await.expect(200));
            got["refresh_token"].as_str().unwrap().clone_into(token);
        }
    }

    /// The session has ended once, with all that hung on it, and so many apps are to be told.
    async fn assert_ended(&self, told: u64) {
        assert_eq!(sessions(&self.panel).await, 0);
        for (client, token) in &self.held {
            let answer = renew(&self.panel, client, token).await.expect(400);
            assert_eq!(json(&answer)["error"], "invalid_grant", "{client}");
        }
        assert_ended_once(&self.panel, told).await;
    }
}

async fn renew(panel: &Panel, client: &str, token: &str) -> Answer {
    let fields = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)];
    program(panel, "/oauth2/v2.0/token", &fields).await
}

/// One session was ended by John, says the audit log, and so many apps are to be told.
async fn assert_ended_once(panel: &Panel, told: u64) {
    let john = panel.caller(JOHN, &[]).await.user_id;
    let ends: Vec<_> = panel.audit().await.into_iter().filter(|row| row.action == "session.end").collect();
    assert_eq!(ends.iter().map(|row| row.actor_id).collect::<Vec<_>>(), [Some(john)]);
    panel.directory.end_app_sessions().await.unwrap();
    assert_eq!(panel.change("UPDATE logouts SET tries = tries WHERE state = 'queued'").await, told);
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
    for evil in [vec![("id_token_hint", &*token), ("client_id", "files")], vec![("id_token_hint", "a.b.c")]] {
        let answer = bare.send(Method::POST, "/oauth2/v2.0/logout", &CROSS, Some(encode(&evil))).await.expect(303);
        assert!(answer.location().starts_with("/oauth2/v2.0/logout?"), "{}", answer.location());
        assert_eq!(sessions(&panel).await, 1, "{evil:?}");
    }
    let fields = [("id_token_hint", &*token), ("client_id", "design-review"), ("post_logout_redirect_uri", BYE)];
    let answer = bare.send(Method::POST, "/oauth2/v2.0/logout", &CROSS, Some(encode(&fields))).await.expect(303);
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
async fn a_token_ends_its_session_although_that_has_idled() {
    let mut idle = Idle::start().await;
    let fields = [("id_token_hint", &*idle.hint), ("post_logout_redirect_uri", BYE)];
    let out = idle.john.get(&logout(&fields)).await.expect(303);
    assert_eq!((out.location(), idle.john.session()), (BYE, None));
    // *Design review* knows already.
    idle.assert_ended(1).await;
    idle.panel.finish().await;
}

/// As where the browser has forgotten the session, or never had it: there is nobody to ask.
#[tokio::test]
async fn a_token_ends_its_session_from_a_browser_without_one() {
    let idle = Idle::start().await;
    let mut bare = idle.panel.browser();
    bare.jar.insert("__Host-browser".to_owned(), "begun".to_owned());
    let fields = [("id_token_hint", &*idle.hint), ("post_logout_redirect_uri", BYE)];
    let out = bare.get(&logout(&fields)).await.expect(303);
    assert_eq!((out.location(), out.cookies()), (BYE, vec![]));
    idle.assert_ended(1).await;
    // Once more: there is nothing to end, and nothing to say about it.
    let again = bare.get(&logout(&fields)).await.expect(303);
    assert_eq!((again.location(), again.cookies()), (BYE, vec![]));
    assert_ended_once(&idle.panel, 1).await;
    idle.panel.finish().await;
}

/// By the panel's own buttons, on pages that were left open.
#[tokio::test]
async fn our_own_buttons_end_a_session_that_has_idled() {
    for path in ["/oauth2/v2.0/logout/confirm", "/sign-out"] {
        let mut idle = Idle::start().await;
        let fields = [("client_id", "design-review"), ("post_logout_redirect_uri", BYE)];
        let mut copy = idle.john.clone();
        let out = idle.john.post(path, &fields).await.expect(303);
        let place = if path == "/sign-out" { "/sign-in?signed_out=1" } else { BYE };
        assert_eq!((out.location(), idle.john.session()), (place, None), "{path}");
        assert!(!idle.john.jar.contains_key("__Host-browser"), "{path}");
        idle.assert_ended(2).await;
        // Pressed twice: nothing breaks, and nothing more is written down.
        copy.post(path, &fields).await.expect(303);
        assert_ended_once(&idle.panel, 2).await;
        idle.panel.finish().await;
    }
}

/// No link signs anybody out without a token of that session, and nobody is told that they are while apps go on.
#[tokio::test]
async fn who_has_idled_is_asked_as_long_as_apps_go_on() {
    let mut idle = Idle::start().await;
    let mut lena = idle.panel.signed_in("Lena Lee").await;
    let foreign = id_token(&idle.panel, &mut lena, "files").await;
    let jar = idle.john.jar.clone();
    for fields in [vec![], vec![("id_token_hint", "a.b.c")], vec![("id_token_hint", &*foreign)]] {
        let answer = idle.john.get(&logout(&fields)).await.expect(303);
        assert_eq!((answer.location(), &idle.john.jar), ("/sign-out", &jar), "{fields:?}");
        assert_eq!(sessions(&idle.panel).await, 2, "{fields:?}");
    }
    idle.renew_all().await;
    // Where no app goes on there is nothing to ask about.
    let mut ana = idle.panel.signed_in("Ana Ruiz").await;
    idle.panel.clock.advance(Duration::hours(13));
    assert_eq!(ana.get(&logout(&[])).await.expect(303).location(), "/sign-in?signed_out=1");
    idle.panel.finish().await;
}

#[tokio::test]
async fn the_profile_has_sessions_that_have_idled_while_apps_go_on() {
    let mut idle = Idle::start().await;
    // Another one that no app hangs on, as old as the first is now when it is looked at.
    let mut alone = idle.panel.browser();
    alone.agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0".to_owned();
    alone.sign_in("John Doe", "/").await.expect(200);
    idle.panel.clock.advance(Duration::hours(13));
    let mut here = idle.panel.browser();
    here.agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0".to_owned();
    let profile = here.sign_in("John Doe", "/profile").await.expect(200);
    let text = profile.text();
    assert!(text.contains("Firefox on Windows") && text.contains("Chrome on Linux"), "{text}");
    assert!(!text.contains("Edge on Windows"), "{text}");
    // Nobody gets in by it all the same, and looking at it wakes nothing up.
    assert!(idle.john.clone().get("/").await.expect(303).location().starts_with("/sign-in"));

    idle.renew_all().await;
    let profile = here.press(&profile, "End Chrome on Linux", &[]).await.expect(200);
    assert!(profile.text().contains("That session has ended."));
    assert!(!profile.text().contains("Chrome on Linux"));
    for (client, token) in &idle.held {
        renew(&idle.panel, client, token).await.expect(400);
    }
    assert_ended_once(&idle.panel, 2).await;

    // Once its apps have ended, an idle session is as good as none.
    tokens(&idle.panel, &mut here, "files", "openid").await;
    idle.panel.clock.advance(Duration::hours(13));
    let john = idle.panel.caller(JOHN, &[]).await;
    let listed = async || idle.panel.directory.my_sessions(&john, &[]).await.unwrap().len();
    assert_eq!(listed().await, 1);
    idle.panel.change("UPDATE app_sessions SET ended_at = created_at WHERE ended_at IS NULL").await;
    assert_eq!(listed().await, 0);
    idle.panel.finish().await;
}

/// Somebody signs visitors of their site out by a token of their own: only they themselves are signed out by it.
#[tokio::test]
async fn another_sites_form_leaves_a_strangers_cookies_alone() {
    let panel = panel().await;
    let mut evil = panel.signed_in("Ana Ruiz").await;
    let token = id_token(&panel, &mut evil, "design-review").await;
    let mut john = panel.signed_in("John Doe").await;
    let jar = john.jar.clone();
    assert!(jar.contains_key("__Host-browser"), "what a sign-in has begun with: {jar:?}");
    // By a link he is asked, as always.
    let asked = john.get(&logout(&[("id_token_hint", &token)])).await.expect(303);
    assert_eq!((asked.location(), asked.cookies(), sessions(&panel).await), ("/sign-out", vec![], 2));
    let form = encode(&[("id_token_hint", &token)]);
    // As browsers post, and as one would that sends its cookies along.
    for mut victim in [panel.browser(), john.clone()] {
        let answer = victim.send(Method::POST, "/oauth2/v2.0/logout", &CROSS, Some(form.clone())).await.expect(303);
        assert_eq!((answer.location(), answer.cookies()), ("/sign-in?signed_out=1", vec![]));
        assert_eq!(sessions(&panel).await, 1, "the token's own session ends");
    }
    john.get("/").await.expect(200);
    evil.get("/").await.expect(303);
    assert_eq!(john.jar, jar);
    panel.finish().await;
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
