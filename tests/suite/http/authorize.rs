//! Apps send people here to sign in, and get them back with a code.

use access_panel::model::authorization::{Asked, URN, path_of};
use chrono::Duration;
use reqwest::Method;

use super::{
    browser::{Answer, Browser, SESSION, encode},
    html,
    panel::{AURORA, JOHN, Panel},
};

pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const CALLBACK: &str = "https://app.example/cb";

/// Makes an app of the demo a client, as its key, without a secret.
pub async fn client(panel: &Panel, app: &str, redirect_uris: &[&str]) {
    let (uris, out) = (serde_json::json!(redirect_uris), serde_json::json!(["https://app.example/bye"]));
    panel.change(&format!("UPDATE apps SET kind = 'oidc' WHERE key = '{app}'")).await;
    let inserted = panel
        .change(&format!(
            "INSERT INTO oidc_clients (app_id, client_id, auth, redirect_uris, post_logout_uris, signing, require_par)
             SELECT id, key, 'none', '{uris}', '{out}', 'RS256', 0 FROM apps WHERE key = '{app}'"
        ))
        .await;
    assert_eq!(inserted, 1);
}

/// A panel with *Design review* as a client.
pub async fn panel() -> Panel {
    let panel = Panel::start().await;
    client(&panel, "design-review", &[CALLBACK, "http://127.0.0.1/cb", "com.example.app:/cb"]).await;
    panel
}

/// The address of a request of *Design review*. What `more` names replaces what is asked otherwise; empty leaves it out.
pub fn request(more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("client_id", "design-review"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "st4te"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields.retain(|(_, value)| !value.is_empty());
    format!("/oauth2/v2.0/authorize?{}", encode(&fields))
}

/// What an app hears: the parameters of the address that the browser is sent to.
pub struct Heard(Vec<(String, String)>);

impl Heard {
    #[track_caller]
    pub fn at(callback: &str, answer: &Answer) -> Self {
        assert_eq!(answer.status, 303, "{}: {}", answer.path, answer.text());
        let location = answer.location();
        let query = location.strip_prefix(callback).unwrap_or_else(|| panic!("not {callback}: {location}"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        Self(url::form_urlencoded::parse(query.trim_start_matches(['?', '&']).as_bytes()).into_owned().collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        assert!(self.0.iter().filter(|(key, _)| key == name).count() <= 1, "{name} twice: {:?}", self.0);
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

/// The app got a code, and all that belongs to it.
#[track_caller]
pub fn assert_code(panel: &Panel, answer: &Answer) -> String {
    let heard = Heard::at(CALLBACK, answer);
    assert_eq!((heard.get("state"), heard.get("iss")), (Some("st4te"), Some(&*panel.url)));
    assert_eq!(heard.get("error"), None);
    heard.get("code").unwrap_or_else(|| panic!("no code: {}", answer.location())).to_owned()
}

#[track_caller]
pub fn assert_error(panel: &Panel, answer: &Answer, error: &str) {
    let heard = Heard::at(CALLBACK, answer);
    assert_eq!(heard.get("error"), Some(error), "{}", answer.location());
    assert_eq!((heard.get("code"), heard.get("iss")), (None, Some(&*panel.url)));
    assert!(heard.get("error_description").is_some_and(|text| !text.is_empty()));
}

/// Signs in at the door that is open, as somebody at the members' provider.
pub async fn sign_in(browser: &mut Browser, door: &Answer, person: &str) -> Answer {
    let choice = browser.press(door, "Sign in", &[]).await;
    browser.press(&choice, person, &[]).await
}

/// The name of the session, which apps hang on.
async fn sessions(panel: &Panel) -> usize {
    let john = panel.caller(JOHN, &[]).await;
    panel.directory.my_sessions(&john, &[]).await.unwrap().len()
}

#[tokio::test]
async fn who_is_signed_in_goes_straight_back() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let first = assert_code(&panel, &john.get(&request(&[])).await);
    let second = assert_code(&panel, &john.get(&request(&[("prompt", "none")])).await);
    assert_ne!(first, second);
    assert_code(&panel, &john.get(&request(&[("prompt", "consent")])).await);
    // Nothing is kept of what is answered at once.
    assert_eq!(panel.change("UPDATE authorizations SET pushed = pushed").await, 0);
    assert_eq!(panel.change("UPDATE token_families SET scope = scope WHERE scope = 'openid email'").await, 3);
    assert_eq!(panel.change("UPDATE sign_ins SET kind = kind WHERE kind = 'app' AND outcome = 'success'").await, 3);
    assert_eq!(panel.change("UPDATE app_sessions SET ended_by = NULL").await, 1);
}

#[tokio::test]
async fn who_is_not_signs_in_first() {
    let panel = panel().await;
    let mut browser = panel.browser();
    let door = browser.open(&request(&[("login_hint", "sam@x.example"), ("ui_locales", "tlh de")])).await.expect(200);
    assert!(door.path.starts_with("/sign-in?return_to="), "{}", door.path);
    assert!(door.text().contains("Melden Sie sich an, um zu Design review zu gelangen."), "{}", door.text());
    assert!(
        !door.path.contains("app.example") && !door.path.contains("st4te"),
        "what was asked is kept here: {}",
        door.path
    );
    let mut browser = panel.browser();
    let door = browser.open(&request(&[("login_hint", "sam@x.example")])).await.expect(200);
    assert!(door.text().contains("Sign in to go on to Design review."), "{}", door.text());
    let form = door.form("Continue");
    assert!(form.fields.contains(&("address".to_owned(), "sam@x.example".to_owned())), "{:?}", form.fields);
    let provider = browser.press_only(&door, "Sign in", &[]).await;
    assert!(provider.location().contains("login_hint=sam%40x.example"), "{}", provider.location());
    let answer = sign_in(&mut browser, &door, "John Doe").await;
    assert_code(&panel, &answer);
    assert_eq!(panel.change("UPDATE sign_ins SET kind = kind WHERE kind = 'panel' AND outcome = 'success'").await, 1);
}

#[tokio::test]
async fn a_guest_signs_in_by_a_code() {
    let panel = panel().await;
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    guest.post("/sign-out", &[]).await;
    panel.clock.advance(Duration::minutes(2));
    let door = guest.open(&request(&[("acr_values", "strong")])).await.expect(200);
    let page = guest.press(&door, "Use a code instead", &[("address", "mira@studio.example")]).await;
    assert_code(&panel, &panel.enter_code(&mut guest, &page, "mira@studio.example").await);
    let how = "UPDATE sessions SET idp = idp WHERE idp = 'mail' AND amr LIKE '%otp%' AND auth_time IS NOT NULL";
    assert_eq!(panel.change(how).await, 1);
    // There is nothing stronger to be had for them, and nobody is sent in circles.
    assert_code(&panel, &guest.get(&request(&[("acr_values", "strong")])).await);
    panel.clock.advance(Duration::minutes(10));
    let door = guest.open(&request(&[("max_age", "60")])).await.expect(200);
    assert_eq!(door.heading(), "Sign in again");
}

#[tokio::test]
async fn prove_it_again() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    assert_code(&panel, &john.get(&request(&[])).await);
    let cookie = john.session().unwrap().to_owned();
    for more in [("prompt", "login"), ("max_age", "0"), ("max_age", "599")] {
        panel.clock.advance(Duration::minutes(10));
        let asked = john.get(&request(&[more])).await.expect(303);
        let (door, back) =
            (asked.location().to_owned(), asked.location().split("return_to=").nth(1).unwrap().to_owned());
        panel.clock.advance(Duration::seconds(1));
        // Being signed in already is not enough, however one goes on.
        let back = url::form_urlencoded::parse(format!("x={back}").as_bytes()).next().unwrap().1.into_owned();
        assert!(john.get(&back).await.expect(303).location().starts_with("/sign-in?"), "{more:?}");
        let page = john.open(&door).await.expect(200);
        assert_eq!(page.heading(), "Sign in again");
        assert!(page.text().contains("Design review asks you to sign in once more"), "{}", page.text());
        let provider = john.press_only(&page, "Sign in", &[]).await;
        for wish in ["prompt=login", "max_age=0"] {
            assert!(provider.location().contains(wish), "{more:?}: {}", provider.location());
        }
        // A form that somebody has tampered with changes nothing: the request says what is wanted, not the form.
        assert_code(&panel, &sign_in(&mut john, &page, "John Doe").await);
        assert_ne!(john.session(), Some(&*cookie));
        assert_eq!(sessions(&panel).await, 1, "the session goes on under another secret");
        assert_eq!(
            panel.change("UPDATE app_sessions SET ended_by = NULL WHERE ended_at IS NULL").await,
            1,
            "and so does the app's"
        );
        assert_eq!(panel.change("DELETE FROM access_changes").await, 0);
    }
    assert_code(&panel, &john.get(&request(&[("max_age", "600")])).await);
    panel.clock.advance(Duration::seconds(601));
    assert_error(&panel, &john.get(&request(&[("max_age", "600"), ("prompt", "none")])).await, "login_required");
    let mut stranger = panel.browser();
    assert_error(&panel, &stranger.get(&request(&[("prompt", "none")])).await, "login_required");
    assert_eq!(stranger.jar.len(), 0);
}

/// A provider that lets people through unasked: the app hears that it did not get what it wanted, and nobody goes round
/// in circles.
#[tokio::test]
async fn a_provider_that_does_not_ask_again() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    panel.clock.advance(Duration::hours(1));
    let door = john.open(&request(&[("prompt", "login")])).await;
    panel.clock.advance(Duration::seconds(1));
    let choice = john.press(&door, "Sign in", &[]).await;
    let provider = john.press_only(&choice, "John Doe", &[]).await;
    let landed = john.get(provider.location()).await.expect(303);
    // As a provider would have said it that remembers an older sign-in.
    panel.change("UPDATE sessions SET auth_time = '2020-01-01 00:00:00+00:00'").await;
    assert_error(&panel, &john.get(landed.location()).await, "login_required");
}

#[tokio::test]
async fn somebody_else_signs_in_again() {
    let panel = panel().await;
    let mut browser = panel.signed_in("Lena Lee").await;
    let other = panel.signed_in("Lena Lee").await;
    panel.clock.advance(Duration::minutes(1));
    let door = browser.open(&request(&[("prompt", "select_account")])).await.expect(200);
    assert_eq!(door.heading(), "Sign in again");
    panel.clock.advance(Duration::seconds(1));
    let provider = browser.press_only(&door, "Sign in", &[]).await;
    assert!(provider.location().contains("prompt=select_account"), "{}", provider.location());
    assert_code(&panel, &sign_in(&mut browser, &door, "John Doe").await);
    assert!(browser.open("/profile").await.text().contains(JOHN));
    assert_eq!(
        panel.change("UPDATE sessions SET idp = idp").await,
        2,
        "Lena's here has ended, the one elsewhere has not"
    );
    assert!(!other.clone().open("/profile").await.expect(200).text().contains(JOHN));
}

#[tokio::test]
async fn stronger_if_that_can_be_had() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    panel.clock.advance(Duration::minutes(1));
    let strong = request(&[("acr_values", "loa-3 loa-2")]);
    assert_code(&panel, &john.get(&request(&[("acr_values", "loa-3"), ("prompt", "none")])).await);
    let door = john.open(&strong).await.expect(200);
    panel.clock.advance(Duration::seconds(1));
    let provider = john.press_only(&door, "Sign in", &[]).await;
    assert!(provider.location().contains("acr_values=loa-3+loa-2"), "{}", provider.location());
    assert_code(&panel, &sign_in(&mut john, &door, "John Doe").await);
    assert_eq!(panel.change("UPDATE sessions SET idp = idp WHERE acr = 'loa-3'").await, 1);
    assert_code(&panel, &john.get(&strong).await);
    // One try: a provider that cannot is not asked for ever.
    panel.clock.advance(Duration::seconds(1));
    let other = request(&[("acr_values", "loa-9")]);
    let door = john.open(&other).await.expect(200);
    panel.clock.advance(Duration::seconds(1));
    let choice = john.press(&door, "Sign in", &[]).await;
    let provider = john.press_only(&choice, "John Doe", &[]).await;
    let landed = john.get(provider.location()).await.expect(303);
    panel.change("UPDATE sessions SET acr = 'loa-1'").await;
    assert_code(&panel, &john.get(landed.location()).await);
}

#[tokio::test]
async fn a_request_by_another_sites_form() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let query = request(&[]).split_once('?').unwrap().1.to_owned();
    let from = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("origin", "https://app.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = john.send(Method::POST, "/oauth2/v2.0/authorize", &from, Some(query)).await.expect(303);
    assert_eq!(answer.location(), request(&[]));
    assert_code(&panel, &john.get(answer.location()).await);
    let huge = format!("state={}", "x".repeat(20_000));
    let answer = john.send(Method::POST, "/oauth2/v2.0/authorize", &from, Some(huge)).await.expect(303);
    assert!(answer.location().contains("code=badRequest"), "{}", answer.location());
}

/// Programs on the person's own machine listen where there is room. A browser that comes from a form of ours would not
/// follow a redirect there.
#[tokio::test]
async fn programs_on_the_own_machine() {
    let panel = panel().await;
    for callback in ["http://127.0.0.1:53682/cb", "com.example.app:/cb"] {
        let mut browser = panel.browser();
        let hostile = "\"><script>alert('1')</script>&amp;";
        let asked = request(&[("redirect_uri", callback), ("state", hostile)]);
        let door = browser.open(&asked).await.expect(200);
        let page = sign_in(&mut browser, &door, "John Doe").await.expect(200);
        assert_eq!(page.heading(), "Going on to Design review");
        assert!(!page.body.contains("<script"), "{}", page.body);
        let csp = page.header("content-security-policy");
        assert!(
            csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'") && !csp.contains("script"),
            "{csp}"
        );
        assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
        let tags = html::tags(&page.body);
        let refresh = tags.iter().find(|tag| tag.get("http-equiv") == Some("refresh")).unwrap().get("content").unwrap();
        let link = tags.iter().find(|tag| tag.name == "a").unwrap().get("href").unwrap();
        assert_eq!(refresh, format!("0;url={link}"));
        let query = link.strip_prefix(callback).unwrap().strip_prefix('?').unwrap();
        let heard: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert!(heard.contains(&("state".to_owned(), hostile.to_owned())), "{heard:?}");
        // Without a form of ours before it, a redirect is quicker.
        let answer = browser.get(&asked).await.expect(303);
        assert!(answer.location().starts_with(callback), "{}", answer.location());
    }
}

#[tokio::test]
async fn a_request_is_good_for_one_browser_once() {
    let panel = panel().await;
    let mut john = panel.browser();
    let asked = john.get(&request(&[])).await.expect(303);
    let door = john.open(asked.location()).await.expect(200);
    // A second tab with the same page.
    let mut tab = john.clone();
    let second = tab.open(asked.location()).await.expect(200);
    assert_code(&panel, &sign_in(&mut john, &door, "John Doe").await);
    tab.jar.insert(SESSION.to_owned(), john.session().unwrap().to_owned());
    let first = assert_code(&panel, &tab.open(asked.location()).await);
    let again = assert_code(&panel, &sign_in(&mut tab, &second, "John Doe").await);
    assert_ne!(first, again);

    // Who finds the address gets nothing by it, signed in or not; and neither do they themselves later.
    let back = back_of(&asked);
    let mut elsewhere = panel.signed_in("John Doe").await;
    for browser in [&mut elsewhere, &mut panel.browser()] {
        let answer = browser.get(&back).await.expect(303);
        assert!(answer.location().contains("code=authorizationEnded"), "{}", answer.location());
    }
    panel.clock.advance(Duration::minutes(1));
    let answer = tab.get(&back).await.expect(303);
    assert!(answer.location().contains("code=authorizationEnded"), "{}", answer.location());
    let page = john.open(&back).await.expect(400);
    assert_eq!(page.heading(), "This took too long");
}

/// The address that a sign-in leads back to.
fn back_of(asked: &Answer) -> String {
    let query = asked.location().split_once('?').unwrap().1;
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "return_to").unwrap().1.into_owned()
}

#[tokio::test]
async fn what_an_app_has_pushed() {
    let panel = panel().await;
    client(&panel, "files", &[CALLBACK]).await;
    panel.change("UPDATE oidc_clients SET require_par = 1 WHERE client_id = 'files'").await;
    let mut john = panel.signed_in("John Doe").await;
    assert_error(&panel, &john.get(&request(&[("client_id", "files")])).await, "invalid_request");

    let query = request(&[("client_id", "files")]).split_once('?').unwrap().1.to_owned();
    let form: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let asked = Asked::read(&form, CALLBACK, true).unwrap();
    let app = panel.app("files").await;
    panel.clock.advance(Duration::seconds(1));
    let secret = panel.directory.keep_authorization(app, &asked, true).await.unwrap();
    let uri = format!("{URN}{secret}");
    let path =
        |client: &str| format!("/oauth2/v2.0/authorize?{}", encode(&[("client_id", client), ("request_uri", &uri)]));
    let answer = john.get(&path("design-review")).await.expect(303);
    assert!(answer.location().contains("code=authorizationEnded"), "another app's: {}", answer.location());
    // What the address says beside it counts for nothing.
    assert_code(&panel, &john.get(&format!("{}&state=other&redirect_uri=https://evil.example", path("files"))).await);
    panel.clock.advance(Duration::minutes(1));
    assert!(john.get(&path("files")).await.location().contains("code=authorizationEnded"));

    // Anonymous, it waits for the sign-in like any other.
    let secret = panel.directory.keep_authorization(app, &asked, true).await.unwrap();
    let uri = format!("{URN}{secret}");
    let mut browser = panel.browser();
    let path = format!("/oauth2/v2.0/authorize?{}", encode(&[("client_id", "files"), ("request_uri", &uri)]));
    let door = browser.open(&path).await.expect(200);
    panel.clock.advance(Duration::minutes(20));
    assert_code(&panel, &sign_in(&mut browser, &door, "John Doe").await);
}

/// A sign-in between the push and the opening was for something else.
#[tokio::test]
async fn a_pushed_request_begins_when_it_is_opened() {
    let panel = panel().await;
    let app = panel.app("design-review").await;
    let push = async |more: &[(&str, &str)]| {
        let query = request(more).split_once('?').unwrap().1.to_owned();
        let form: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let asked = Asked::read(&form, CALLBACK, true).unwrap();
        path_of("design-review", &panel.directory.keep_authorization(app, &asked, true).await.unwrap())
    };
    for more in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
        let path = push(&[more]).await;
        panel.clock.advance(Duration::seconds(1));
        let mut john = panel.signed_in("John Doe").await;
        panel.clock.advance(Duration::seconds(1));
        let door = john.open(&path).await.expect(200);
        assert_eq!(door.heading(), "Sign in again", "{more:?}");
        panel.clock.advance(Duration::seconds(1));
        // Opening it once more is not enough.
        assert!(john.get(&path).await.expect(303).location().starts_with("/sign-in?"), "{more:?}");
        assert_code(&panel, &sign_in(&mut john, &door, "John Doe").await);
    }
    let path = push(&[("prompt", "none"), ("max_age", "0")]).await;
    panel.clock.advance(Duration::seconds(1));
    let mut john = panel.signed_in("John Doe").await;
    panel.clock.advance(Duration::seconds(1));
    assert_error(&panel, &john.get(&path).await, "login_required");
}

#[tokio::test]
async fn who_only_looks_at_the_link_signs_nobody_in() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    john.send(Method::HEAD, &request(&[]), &[("accept", "text/html")], None).await.expect(405);
    panel.browser().send(Method::HEAD, &request(&[]), &[("accept", "text/html")], None).await.expect(405);
    john.send(Method::HEAD, "/oauth2/v2.0/logout", &[("accept", "text/html")], None).await.expect(405);
    for table in ["token_families", "authorizations", "app_sessions"] {
        assert_eq!(panel.change(&format!("DELETE FROM {table}")).await, 0, "{table}");
    }
    assert!(Heard::at(CALLBACK, &john.get(&request(&[])).await).get("code").is_some());
}
