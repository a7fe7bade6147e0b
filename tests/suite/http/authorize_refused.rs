//! What apps and attackers ask for in vain, who may not use an app, and signing out by an app.

use access_panel::{
    directory::{sign_ins::Origin, vault::hash},
    model::{Code, text},
};
use chrono::Duration;
use reqwest::Method;

use super::{
    authorize::{CALLBACK, Heard, assert_code, assert_error, client, panel, request, sign_in},
    browser::encode,
    panel::{JOHN, Panel, TIMBER},
};
use crate::support::{clients::asked, said};

/// Nothing is sent to an address that the app did not register: a page of ours says so, to everybody.
#[tokio::test]
async fn addresses_that_are_not_the_apps() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut stranger = panel.browser();
    for uri in [
        "",
        "https://app.example/CB",
        "https://APP.example/cb",
        "https://app.example/cb/",
        "https://app.example/cb/../cb",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example/%63b",
        "https://app.example:443/cb",
        "https://app.example@evil.example/cb",
        "https://user@app.example/cb",
        "https://app.example.evil.example/cb",
        "https://evil.example/https://app.example/cb",
        "https://app.example\\@evil.example/cb",
        "//app.example/cb",
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://localhost:80/cb",
        "http://127.0.0.1/other",
        "com.example.app:/cb/x",
        "com.example.app://cb",
        "javascript:alert(1)",
        "data:text/html,x",
        " https://app.example/cb",
        "https://app.example/cb\r\nSet-Cookie: x=y",
    ] {
        for browser in [&mut john, &mut stranger] {
            for more in ["", "none", "nonsense"] {
                let answer = browser.get(&request(&[("redirect_uri", uri), ("prompt", more)])).await.expect(303);
                assert_eq!(answer.location(), "/sign-in/problem?code=redirectUnknown", "{uri:?}");
            }
        }
    }
    let page = stranger.open(&request(&[("redirect_uri", "https://evil.example")])).await.expect(400);
    assert_eq!(page.heading(), text::words(Code::RedirectUnknown).title);
    assert!(!page.body.contains("evil.example"));
    for id in ["", "unknown", "DESIGN-REVIEW", "design-review%00", "<b>"] {
        let answer = john.get(&request(&[("client_id", id)])).await.expect(303);
        assert_eq!(answer.location(), "/sign-in/problem?code=appUnknown", "{id}");
    }
    // Twice is no answer to which one.
    for more in ["client_id=files", "redirect_uri=https://evil.example", "request_uri=a&request_uri=b"] {
        let answer = john.get(&format!("{}&{more}", request(&[]))).await.expect(303);
        assert!(answer.location().starts_with("/sign-in/problem?code="), "{more}: {}", answer.location());
    }
    // One that is taken back while somebody signs in.
    let door = stranger.open(&request(&[])).await.expect(200);
    panel.change("UPDATE oidc_clients SET redirect_uris = '[\"https://other.example/cb\"]'").await;
    let end = sign_in(&mut stranger, &door, "John Doe").await;
    assert_eq!(end.path, "/sign-in/problem?code=redirectUnknown");
}

#[tokio::test]
async fn the_app_hears_what_is_wrong() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    for (more, error) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "code id_token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_mode", "form_post")], "invalid_request"),
        (vec![("scope", "email")], "invalid_scope"),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("prompt", "create")], "invalid_request"),
        (vec![("max_age", "-1")], "invalid_request"),
        (vec![("request", "a.b.c")], "request_not_supported"),
        (vec![("request_uri", "https://evil.example/r")], "request_uri_not_supported"),
    ] {
        let answer = john.get(&request(&more)).await;
        assert_error(&panel, &answer, error);
        assert_eq!(Heard::at(CALLBACK, &answer).get("state"), Some("st4te"), "{more:?}");
    }
    for twice in ["state=x", "nonce=x", "scope=openid", "code_challenge=x", "prompt=none&prompt=login", "x=1&x=2"] {
        assert_error(&panel, &john.get(&format!("{}&{twice}", request(&[]))).await, "invalid_request");
    }
    // A client with a secret may do without PKCE, but not with a weak one.
    panel.change("UPDATE oidc_clients SET auth = 'secret'").await;
    assert_code(&panel, &john.get(&request(&[("code_challenge", ""), ("code_challenge_method", "")])).await);
    assert_error(&panel, &john.get(&request(&[("code_challenge_method", "plain")])).await, "invalid_request");
    // Nothing of it is a sign-in.
    assert_eq!(panel.change("UPDATE token_families SET scope = scope").await, 1);
}

#[tokio::test]
async fn whatever_state_comes_goes_back_as_it_was() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let long = "x".repeat(4096);
    for state in
        ["<script>alert(1)</script>", "\"'&=?#;%00%0d%0a", "日本語 🦀", "&code=evil&iss=https://evil.example", &long]
    {
        let answer = john.get(&request(&[("state", state)])).await;
        let heard = Heard::at(CALLBACK, &answer);
        assert_eq!(heard.get("state"), Some(state));
        assert_eq!(heard.get("iss"), Some(&*panel.url));
        assert!(heard.get("code").is_some_and(|code| code != "evil"));
    }
    let longer = "x".repeat(4097);
    for state in ["a\r\nSet-Cookie: x=y", "\0", &longer] {
        let answer = john.get(&request(&[("state", state)])).await;
        assert_error(&panel, &answer, "invalid_request");
        assert_eq!(Heard::at(CALLBACK, &answer).get("state"), None);
    }
    // The same through the sign-in, where it is kept.
    let mut browser = panel.browser();
    let door = browser.open(&request(&[("state", &long)])).await.expect(200);
    let answer = sign_in(&mut browser, &door, "John Doe").await;
    assert_eq!(Heard::at(CALLBACK, &answer).get("state"), Some(&*long));
}

/// Who answers is always said, and there is one issuer: what one app starts cannot be ended with another provider.
#[tokio::test]
async fn every_answer_names_the_issuer_and_nothing_is_framed() {
    let panel = panel().await;
    let (mut john, mut lena) = (panel.signed_in("John Doe").await, panel.signed_in("Lena Lee").await);
    let answers = [
        john.get(&request(&[])).await,
        john.get(&request(&[("scope", "")])).await,
        lena.get(&request(&[("prompt", "none")])).await,
    ];
    for answer in answers {
        assert_eq!(Heard::at(CALLBACK, &answer).get("iss"), Some(&*panel.url));
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
    let mut stranger = panel.browser();
    for page in [stranger.open(&request(&[])).await, lena.open(&request(&[])).await, john.open("/sign-out").await] {
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{}", page.path);
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn who_does_not_have_the_app() {
    let panel = panel().await;
    let mut lena = panel.signed_in("Lena Lee").await;
    assert_error(&panel, &lena.get(&request(&[("prompt", "none")])).await, "access_denied");
    let page = lena.open(&request(&[])).await.expect(403);
    assert!(page.path.starts_with("/apps/") && page.path.contains("/no-access?request="), "{}", page.path);
    assert_eq!(page.heading(), "You do not have Design review");
    assert!(page.body.contains("Back to Design review"));
    let back = back_link(&page.body);
    let answer = lena.get(&back).await;
    assert_error(&panel, &answer, "access_denied");
    assert_eq!(Heard::at(CALLBACK, &answer).get("state"), Some("st4te"));
    assert_eq!(panel.change("UPDATE sign_ins SET kind = kind WHERE kind = 'app' AND code = 'notFound'").await, 2);

    // The name is for whoever comes from the app; the same page without its request tells nothing.
    let (path, secret) = page.path.split_once("?request=").unwrap();
    for path in [path.to_owned(), format!("{path}?request=x"), format!("{path}?request=")] {
        let bare = lena.open(&path).await.expect(404);
        assert!(!bare.text().contains("Design review"), "{path}");
    }
    let other = panel.app("project-budget").await;
    let foreign = lena.open(&format!("/apps/{other}/no-access?request={secret}")).await;
    assert!(
        !foreign.text().contains("Design review") && !foreign.body.contains("authorize/back"),
        "{}",
        foreign.text()
    );
    panel.browser().get(&page.path).await.expect(303);

    // Whom to ask: members learn it, guests do not.
    client(&panel, "expenses", &[CALLBACK]).await;
    panel.change("DELETE FROM assignments WHERE app_id IN (SELECT id FROM apps WHERE key = 'expenses')").await;
    let expenses = request(&[("client_id", "expenses")]);
    let page = lena.open(&expenses).await.expect(403);
    assert!(
        page.text().contains("Grace Kim") && page.text().contains("ask one of those who run it"),
        "{}",
        page.text()
    );
    let (mut guest, _) = panel.guest("omar.owner@woodgrove.example", TIMBER, "kim@studio.example").await;
    let page = guest.open(&expenses).await.expect(403);
    assert!(page.text().contains("You do not have Expenses") && !page.text().contains("Grace"), "{}", page.text());
    // Its owner does not have it either, and neither does an administrator: running it is not using it.
    for person in ["Grace Kim", "Ada Admin"] {
        let mut browser = panel.signed_in(person).await;
        browser.open(&expenses).await.expect(403);
    }

    // What can be asked for is asked for here.
    client(&panel, "project-budget", &[CALLBACK]).await;
    let budget = request(&[("client_id", "project-budget")]);
    let page = lena.open(&budget).await.expect(403);
    assert!(page.body.contains(&format!("/apps/{other}/request")), "{}", page.text());
}

fn back_link(body: &str) -> String {
    let tags = super::html::tags(body);
    let link =
        tags.iter().find(|tag| tag.name == "a" && tag.get("href").is_some_and(|href| href.contains("/authorize/back")));
    link.expect("a way back").get("href").unwrap().to_owned()
}

#[tokio::test]
async fn given_or_taken_in_between() {
    let panel = panel().await;
    let mut lena = panel.signed_in("Lena Lee").await;
    let page = lena.open(&request(&[])).await.expect(403);
    let ada = panel.caller("ada.admin@woodgrove.example", &[access_panel::model::state::Role::Administrator]).await;
    let lena_id = panel.caller("lena.lee@woodgrove.example", &[]).await.user_id;
    let app = panel.app("design-review").await;
    panel.directory.give_app(&ada, app, lena_id, None).await.unwrap();
    // Reloading the page is all that is missing.
    assert_code(&panel, &lena.open(&page.path).await);
    panel.directory.take_app(&ada, app, lena_id).await.unwrap();
    let page = lena.open(&request(&[])).await.expect(403);
    assert_eq!(page.heading(), "Your access to Design review has ended");
    // Switched off: for everybody, whoever has it.
    panel.directory.switch_app(&ada, app, false).await.unwrap();
    let mut john = panel.signed_in("John Doe").await;
    let page = john.open(&request(&[])).await.expect(403);
    assert_eq!(page.heading(), "Design review is switched off");
    assert_error(&panel, &john.get(&back_link(&page.body)).await, "access_denied");
    assert_error(&panel, &john.get(&request(&[("prompt", "none")])).await, "access_denied");
}

/// Somebody who does not want to sign in goes back, and the app hears it.
#[tokio::test]
async fn back_without_signing_in() {
    let panel = panel().await;
    let mut browser = panel.browser();
    let door = browser.open(&request(&[])).await.expect(200);
    assert_error(&panel, &browser.get(&back_link(&door.body)).await, "access_denied");
    for query in
        ["", "?request_uri=x", "?request_uri=urn:ietf:params:oauth:request_uri:x", "?request_uri=a&request_uri=b"]
    {
        let answer = browser.get(&format!("/oauth2/v2.0/authorize/back{query}")).await.expect(303);
        assert_eq!(answer.location(), "/sign-in/problem?code=authorizationEnded", "{query}");
    }
}

/// A sign-in that goes wrong keeps the way on to the app.
#[tokio::test]
async fn a_failed_sign_in_can_be_tried_again() {
    let panel = panel().await;
    let mut browser = panel.browser();
    let door = browser.open(&request(&[])).await.expect(200);
    let choice = browser.press_only(&door, "Sign in", &[]).await;
    let state =
        url::Url::parse(choice.location()).unwrap().query_pairs().find(|(n, _)| n == "state").unwrap().1.into_owned();
    let problem = browser
        .open(&format!(
            "/sign-in/callback/members?state={state}&iss={}/demo/idp/woodgrove&error=access_denied",
            panel.url
        ))
        .await;
    assert!(problem.has_button("Use another account"), "{}", problem.text());
    let choice = browser.press(&problem, "Use another account", &[]).await;
    assert_code(&panel, &browser.press(&choice, "John Doe", &[]).await);
    assert_eq!(
        panel.change("UPDATE sign_ins SET kind = kind WHERE kind = 'panel' AND code = 'providerRefused'").await,
        1
    );
}

#[tokio::test]
async fn pushing_needs_a_client() {
    let panel = panel().await;
    let mut program = panel.browser();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (headers, body) in [
        (&form[..], "client_id=unknown&response_type=code"),
        (&form[..], ""),
        (&[("content-type", "application/json")][..], "{}"),
        (&[][..], "client_id=design-review"),
    ] {
        let answer = program.send(Method::POST, "/oauth2/v2.0/par", headers, Some(body.to_owned())).await;
        assert!([400, 401].contains(&answer.status), "{body}: {}", answer.status);
        let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert!(["invalid_client", "invalid_request"].contains(&said["error"].as_str().unwrap()), "{said}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(program.get("/oauth2/v2.0/par").await.status, 405);
    assert_eq!(panel.change("UPDATE authorizations SET pushed = pushed").await, 0);
}

/// Strangers cannot fill the database: beyond so many the app hears that it has to wait.
#[tokio::test]
async fn strangers_leave_only_so_many_requests() {
    let panel = panel().await;
    let mut browser = panel.browser();
    browser.get(&request(&[])).await.expect(303);
    let full = "UPDATE rate_counters SET used = 10000 WHERE key LIKE 'requests of apps from %'";
    assert_eq!(panel.change(full).await, 1);
    assert_error(&panel, &browser.get(&request(&[])).await, "temporarily_unavailable");
    assert_eq!(panel.change("UPDATE authorizations SET pushed = pushed").await, 1);
    let mut john = panel.browser();
    panel.change("UPDATE rate_counters SET used = 0").await;
    let door = john.open(&request(&[])).await.expect(200);
    panel.change(full).await;
    assert_code(&panel, &sign_in(&mut john, &door, "John Doe").await);
}

/// Another site's page has scripts, images and frames ask as often as it likes: nothing is kept, and nobody's limit is
/// used up. Apps may look in a hidden frame whether somebody is signed in.
#[tokio::test]
async fn scripts_images_and_frames_leave_nothing_behind() {
    let panel = panel().await;
    let (mut john, mut stranger) = (panel.signed_in("John Doe").await, panel.browser());
    for mode in ["no-cors", "cors", "same-origin"] {
        for browser in [&mut john, &mut stranger] {
            for prompt in ["", "none"] {
                let path = request(&[("prompt", prompt)]);
                let answer = browser.send(Method::GET, &path, &[("sec-fetch-mode", mode)], None).await.expect(400);
                assert!(answer.header("content-type").starts_with("text/plain"), "{mode}");
                assert_eq!(answer.header("cache-control"), "no-store");
            }
        }
    }
    let silent = request(&[("prompt", "none")]);
    let mode = ("sec-fetch-mode", "navigate");
    for place in ["iframe", "frame", "embed", "object"] {
        let headers = [mode, ("sec-fetch-dest", place)];
        stranger.send(Method::GET, &request(&[]), &headers, None).await.expect(400);
        assert_error(&panel, &stranger.send(Method::GET, &silent, &headers, None).await, "login_required");
    }
    for table in ["token_families", "authorizations", "rate_counters WHERE key LIKE 'requests of apps from %'"] {
        assert_eq!(panel.change(&format!("DELETE FROM {table}")).await, 0, "{table}");
    }
    assert_code(&panel, &john.send(Method::GET, &silent, &[mode, ("sec-fetch-dest", "iframe")], None).await);
    let page = [mode, ("sec-fetch-dest", "document")];
    assert_code(&panel, &john.send(Method::GET, &request(&[]), &page, None).await);
    let door = stranger.send(Method::GET, &request(&[]), &page, None).await.expect(303);
    assert!(door.location().starts_with("/sign-in?return_to="), "{}", door.location());
}

/// How much of sign-ins to apps was written down: codes, requests, the log of sign-ins, the audit log.
async fn written(panel: &Panel) -> (u64, u64, u64, usize) {
    (
        panel.change("UPDATE token_families SET scope = scope").await,
        panel.change("UPDATE authorizations SET pushed = pushed").await,
        panel.change("UPDATE sign_ins SET kind = kind WHERE kind = 'app'").await,
        panel.audit().await.iter().filter(|row| row.action == "app.sign_in").count(),
    )
}

/// Who is signed in cannot fill it either: codes and refusals are counted together, for each person.
#[tokio::test]
async fn a_person_gets_only_so_many_answers() {
    let panel = panel().await;
    let (mut john, mut lena) = (panel.signed_in("John Doe").await, panel.signed_in("Lena Lee").await);
    assert_code(&panel, &john.get(&request(&[])).await);
    assert!(lena.get(&request(&[])).await.expect(303).location().contains("/no-access?request="));
    assert_eq!(written(&panel).await, (1, 1, 2, 2));
    let set = |used: u32| format!("UPDATE rate_counters SET used = {used} WHERE key LIKE 'sign-ins to apps by %'");
    assert_eq!(panel.change(&set(599)).await, 2);
    // The last ones of this hour.
    assert_code(&panel, &john.get(&request(&[])).await);
    assert_error(&panel, &lena.get(&request(&[("prompt", "none")])).await, "access_denied");
    let before = written(&panel).await;
    for browser in [&mut john, &mut lena] {
        for prompt in ["", "none"] {
            let answer = browser.get(&request(&[("prompt", prompt)])).await;
            assert_error(&panel, &answer, "temporarily_unavailable");
        }
    }
    // Nor by many at once, who all have looked before the last one counted.
    let session = panel.directory.session_id(&hash(john.session().unwrap())).await.unwrap();
    let new = asked(session, panel.app("design-review").await);
    assert_eq!(said(&panel.directory.issue_code(&new, &Origin::default()).await), "rateLimited");
    assert_eq!(written(&panel).await, before);

    // A request that waits is not used up by it.
    let mut elsewhere = panel.browser();
    let door = elsewhere.open(&request(&[])).await.expect(200);
    let answer = sign_in(&mut elsewhere, &door, "John Doe").await;
    assert_error(&panel, &answer, "temporarily_unavailable");
    panel.change(&set(0)).await;
    assert_code(&panel, &elsewhere.get(&answer.path).await);
    // The next hour is a new one.
    panel.change(&set(600)).await;
    assert_error(&panel, &john.get(&request(&[])).await, "temporarily_unavailable");
    panel.clock.advance(Duration::hours(1));
    assert_code(&panel, &john.get(&request(&[])).await);
}

async fn signed_in(panel: &Panel) -> i64 {
    i64::try_from(panel.change("UPDATE sessions SET idp = idp").await).unwrap()
}

#[tokio::test]
async fn signing_out_by_an_app() {
    let panel = panel().await;
    let logout = |fields: &[(&str, &str)]| format!("/oauth2/v2.0/logout?{}", encode(fields));
    let good =
        [("client_id", "design-review"), ("post_logout_redirect_uri", "https://app.example/bye"), ("state", "a&b")];

    // Nobody is signed in: on to the app at once, if it is one and has registered that address.
    let mut stranger = panel.browser();
    assert_eq!(stranger.get(&logout(&good)).await.expect(303).location(), "https://app.example/bye?state=a%26b");
    for fields in [
        vec![],
        vec![("post_logout_redirect_uri", "https://app.example/bye")],
        vec![("client_id", "design-review"), ("post_logout_redirect_uri", "https://evil.example")],
        vec![("client_id", "design-review"), ("post_logout_redirect_uri", "https://app.example/bye?x=1")],
        vec![("client_id", "design-review"), ("post_logout_redirect_uri", "https://app.example/BYE")],
        vec![("client_id", "design-review"), ("post_logout_redirect_uri", CALLBACK)],
        vec![("client_id", "files"), ("post_logout_redirect_uri", "https://app.example/bye")],
        vec![("id_token_hint", "a.b.c"), ("post_logout_redirect_uri", "https://app.example/bye")],
    ] {
        assert_eq!(stranger.get(&logout(&fields)).await.expect(303).location(), "/sign-in?signed_out=1", "{fields:?}");
    }

    // Somebody is: without a token that names the session they are asked, and following a link ends nothing.
    let mut john = panel.signed_in("John Doe").await;
    for fields in [&good[..], &good[1..], &[("id_token_hint", "a.b.c")], &[]] {
        let page = john.open(&logout(fields)).await.expect(200);
        assert!(page.path.starts_with("/sign-out"), "{}", page.path);
        assert!(page.has_button("Sign out") && page.body.contains("Stay signed in"));
        assert_eq!(signed_in(&panel).await, 1);
    }
    // Nor does another site's form.
    let cross = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let posted = john.send(Method::POST, "/oauth2/v2.0/logout", &cross, Some(encode(&good))).await.expect(303);
    assert!(posted.location().starts_with("/oauth2/v2.0/logout?client_id="), "{}", posted.location());
    john.send(Method::POST, "/oauth2/v2.0/logout/confirm", &cross, Some(encode(&good))).await.expect(403);
    assert_eq!(signed_in(&panel).await, 1);

    let page = john.open(&logout(&good)).await.expect(200);
    let out = john.press_only(&page, "Sign out", &[]).await.expect(303);
    assert_eq!(out.location(), "https://app.example/bye?state=a%26b");
    assert_eq!((john.session(), signed_in(&panel).await), (None, 0));

    // What the page posts is looked at again.
    let mut john = panel.signed_in("John Doe").await;
    let evil = [("client_id", "design-review"), ("post_logout_redirect_uri", "https://evil.example"), ("state", "x")];
    assert_eq!(john.post("/oauth2/v2.0/logout/confirm", &evil).await.expect(303).location(), "/sign-in?signed_out=1");
    assert_eq!(signed_in(&panel).await, 0);
    let page = john.open("/sign-in?signed_out=1").await.expect(200);
    assert!(page.text().contains("You are signed out."));
}

/// The session's end ends what hangs on it: the next request of the app gets nothing.
#[tokio::test]
async fn signing_out_ends_what_the_app_has() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    assert_code(&panel, &john.get(&request(&[])).await);
    panel.clock.advance(Duration::seconds(1));
    john.post("/sign-out", &[]).await.expect(303);
    assert_eq!(panel.change("DELETE FROM access_changes WHERE session_id IS NOT NULL").await, 1);
    let john_id = panel.caller(JOHN, &[]).await.user_id;
    assert!(!john_id.is_nil());
    assert_error(&panel, &john.get(&request(&[("prompt", "none")])).await, "login_required");
}
