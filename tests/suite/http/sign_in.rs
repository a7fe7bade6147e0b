//! Signing in and out, by the stand-in provider and the very code that speaks to real ones.

use std::sync::atomic::Ordering;

use access_panel::{
    demo::organization::DemoPerson,
    directory::blocking::Operator,
    model::{Address, Code, text},
};
use chrono::Duration;
use reqwest::Method;

use super::{
    browser::{Answer, Browser, SESSION},
    panel::{AURORA, JOHN, Panel, Setup, TIMBER, person},
};

/// Goes to the provider, chooses a person, and stops before the callback.
async fn up_to_callback(browser: &mut Browser, person: &str) -> String {
    let door = browser.open("/groups").await;
    let choice = browser.press(&door, "Sign in", &[]).await;
    let answer = browser.press_only(&choice, person, &[]).await;
    let callback = answer.location().to_owned();
    assert!(callback.starts_with(&format!("{}/sign-in/callback/members?", browser.origin)), "{callback}");
    callback
}

/// Ends on the named page, whose status fits and that offers a way on, with nobody signed in.
async fn assert_problem(browser: &mut Browser, answer: Answer, code: Code) {
    assert_eq!(answer.status, 303, "{}", answer.path);
    assert!(answer.location().starts_with(&format!("/sign-in/problem?code={code}")), "{code}: {}", answer.location());
    let page = browser.follow(answer).await.expect(code.status());
    assert_eq!(page.heading(), text::words(code).title);
    assert!(page.text().contains(text::words(code).remedy), "{}", page.text());
    assert!(page.body.contains("Start again") || page.body.contains("Use another account"), "{}", page.body);
    assert_eq!(browser.session(), None, "{code}");
    browser.get("/groups").await.expect(303);
}

#[tokio::test]
async fn signing_in_opens_a_session_under_an_id_of_our_own() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    // A well-formed id that somebody planted.
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    browser.jar.insert(SESSION.to_owned(), planted.to_owned());
    let callback = up_to_callback(&mut browser, "John Doe").await;
    let answer = browser.get(&callback).await.expect(303);
    assert_eq!(answer.location(), "/groups");

    let cookie = answer.cookies().into_iter().find(|cookie| cookie.starts_with("__Host-session=")).unwrap().to_owned();
    let attributes: Vec<&str> = cookie.split("; ").collect();
    for wanted in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(attributes.contains(&wanted), "{cookie} has no {wanted}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_ne!(browser.session(), Some(planted));
    let groups = browser.follow(answer).await.expect(200);
    assert!(groups.text().contains("Aurora partners"));

    let mut planter = panel.browser();
    planter.jar.insert(SESSION.to_owned(), planted.to_owned());
    planter.get("/groups").await.expect(303);
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_taken_over() {
    let panel = Panel::start().await;
    let mut lena = panel.signed_in("Lena Lee").await;
    let mut victim = panel.browser();
    victim.jar.insert(SESSION.to_owned(), lena.session().unwrap().to_owned());
    // The planted session is open, so nobody is asked to sign in; a page that was open before still posts.
    let answer = victim.post("/api/sign-in/start", &[]).await;
    let choice = victim.follow(answer).await;
    victim.press(&choice, "John Doe", &[]).await.expect(200);
    assert_ne!(victim.session(), lena.session());
    assert!(victim.open("/profile").await.text().contains(JOHN));
    assert!(!lena.open("/profile").await.text().contains(JOHN));
}

#[tokio::test]
async fn a_callback_works_once_and_only_in_the_browser_that_asked() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "John Doe").await;

    let mut bare = panel.browser();
    let answer = bare.get(&callback).await;
    assert_problem(&mut bare, answer, Code::AttemptForeign).await;
    let mut other = panel.browser();
    up_to_callback(&mut other, "Lena Lee").await;
    let answer = other.get(&callback).await;
    assert_problem(&mut other, answer, Code::AttemptForeign).await;

    // The strangers did not use it up.
    browser.open(&callback).await.expect(200);
    let first = browser.session().map(str::to_owned);
    assert!(first.is_some());
    let again = browser.get(&callback).await.expect(303);
    assert!(again.location().contains("code=attemptForeign"), "{}", again.location());
    assert_eq!(browser.session().map(str::to_owned), first);
}

#[tokio::test]
async fn callbacks_that_answer_nothing_we_asked_are_refused() {
    let panel = Panel::start().await;
    for query in ["", "?code=x", "?state=", "?state=unknown&code=x", "?error=access_denied", "?state=%00&code=%0d%0a"] {
        let mut browser = panel.browser();
        let answer = browser.get(&format!("/sign-in/callback/members{query}")).await;
        assert_problem(&mut browser, answer, Code::AttemptForeign).await;
    }
    // Twice the same parameter is no answer at all, but no broken page either.
    let answer = panel.browser().get("/sign-in/callback/members?state=a&state=b").await;
    assert!((300..500).contains(&answer.status), "{}", answer.status);
}

#[tokio::test]
async fn an_attempt_ends_after_15_minutes() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "John Doe").await;
    panel.clock.advance(Duration::minutes(15));
    let answer = browser.get(&callback).await;
    assert_problem(&mut browser, answer, Code::AttemptExpired).await;
    let answer = browser.get(&callback).await;
    assert_problem(&mut browser, answer, Code::AttemptForeign).await;
}

#[tokio::test]
async fn answers_that_fail_our_checks_are_named() {
    let panel = Panel::start().await;
    let elsewhere = |callback: &str| {
        let mut url = url::Url::parse(callback).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut().clear().extend_pairs(
            pairs.iter().map(|(key, value)| (key, if key == "iss" { "https://evil.example" } else { value.as_str() })),
        );
        url.to_string()
    };
    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "John Doe").await;
    let answer = browser.get(&elsewhere(&callback)).await;
    assert_problem(&mut browser, answer, Code::ProviderAnswer).await;

    let state = |callback: &str| {
        let url = url::Url::parse(callback).unwrap();
        url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned()
    };
    let iss = format!("{}/demo/idp/woodgrove", panel.url);
    for (answer, code) in [
        ("error=access_denied", Code::ProviderRefused),
        ("error=server_error&error_description=%3Cscript%3E", Code::ProviderAnswer),
        ("error=%3Cscript%3Ealert(1)%3C/script%3E", Code::ProviderAnswer),
        ("", Code::ProviderAnswer),
        ("code=made-up", Code::ProviderRefused),
    ] {
        let mut browser = panel.browser();
        let callback = up_to_callback(&mut browser, "John Doe").await;
        let answer =
            browser.get(&format!("/sign-in/callback/members?state={}&iss={iss}&{answer}", state(&callback))).await;
        assert_problem(&mut browser, answer, code).await;
    }

    // A code that was given to somebody else.
    let (mut john, mut lena) = (panel.browser(), panel.browser());
    let of_john = url::Url::parse(&up_to_callback(&mut john, "John Doe").await).unwrap();
    let of_lena = up_to_callback(&mut lena, "Lena Lee").await;
    let code = of_john.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned();
    let answer = lena.get(&format!("/sign-in/callback/members?state={}&iss={iss}&code={code}", state(&of_lena))).await;
    assert_problem(&mut lena, answer, Code::ProviderRefused).await;
}

#[tokio::test]
async fn whoever_is_blocked_is_out_at_once() {
    let panel = Panel::start().await;
    let (mut lena, mut elsewhere) = (panel.signed_in("Lena Lee").await, panel.signed_in("Lena Lee").await);
    let address = Address::parse("lena.lee@woodgrove.example").unwrap();
    assert!(panel.directory.block_user(Operator::CommandLine, &address).await.unwrap());
    for browser in [&mut lena, &mut elsewhere] {
        assert!(browser.get("/groups").await.expect(303).location().starts_with("/sign-in?"));
    }
    let mut again = panel.browser();
    let callback = up_to_callback(&mut again, "Lena Lee").await;
    let told = again.get(&callback).await.expect(303);
    assert!(told.location().starts_with("/sign-in/problem?code=accountBlocked"), "{}", told.location());
    assert_eq!(again.session(), None);
    assert!(panel.directory.unblock_user(Operator::CommandLine, &address).await.unwrap());
    panel.signed_in("Lena Lee").await;
    assert!(panel.directory.end_sessions(Operator::CommandLine, &address).await.unwrap());
    lena.get("/groups").await.expect(303);
}

#[tokio::test]
async fn cancelling_at_the_provider_leads_to_a_page_with_another_try() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let door = browser.open("/groups").await;
    let choice = browser.press(&door, "Sign in", &[]).await;
    let cancel = super::html::links(&choice.body).into_iter().find(|link| link.contains("access_denied")).unwrap();
    let answer = browser.get(&cancel).await;
    assert_problem(&mut browser, answer, Code::ProviderRefused).await;
}

#[tokio::test]
async fn an_answer_by_form_is_sent_on_and_reads_no_cookie() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "John Doe").await;
    let (_, query) = callback.split_once('?').unwrap();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("origin", "https://provider.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    // A cross-site POST comes without our cookies; with them, the answer is the same.
    for mut from in [panel.browser(), browser.clone()] {
        let answer =
            from.send(Method::POST, "/sign-in/callback/members", &headers, Some(query.to_owned())).await.expect(303);
        assert!(answer.cookies().is_empty(), "{:?}", answer.cookies());
        let sent = url::Url::parse(&panel.url).unwrap().join(answer.location()).unwrap();
        assert_eq!(sent.path(), "/sign-in/callback/members");
        let mut fields: Vec<_> = sent.query_pairs().into_owned().collect();
        let mut posted: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        fields.sort();
        posted.sort();
        assert_eq!(fields, posted);
    }
    browser.open(&format!("/sign-in/callback/members?{query}")).await.expect(200);
    assert!(browser.session().is_some());

    let hostile = "state=a%0d%0aSet-Cookie:%20x=y&code=%22%3E%3Cscript%3E&iss=%00&unknown=1".to_owned();
    let answer =
        panel.browser().send(Method::POST, "/sign-in/callback/members", &headers, Some(hostile)).await.expect(303);
    assert!(answer.cookies().is_empty());
    assert!(!answer.location().contains(['\r', '\n', '<', '"']), "{}", answer.location());
}

#[tokio::test]
async fn a_provider_that_is_down_is_named() {
    let panel = Panel::start().await;
    panel.provider_up.store(false, Ordering::Relaxed);
    let mut browser = panel.browser();
    let door = browser.open("/groups").await;
    let page = browser.press(&door, "Sign in", &[]).await;
    assert!(page.text().contains(text::words(Code::ProviderDown).title), "{}", page.text());
    assert!(page.has_button("Sign in"), "there is no way on");
    browser.call("/api/sign-in/start", &[]).await.expect(502);

    // It fails while somebody is there.
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "John Doe").await;
    panel.provider_up.store(false, Ordering::Relaxed);
    let answer = browser.get(&callback).await;
    assert_problem(&mut browser, answer, Code::ProviderDown).await;
    panel.provider_up.store(true, Ordering::Relaxed);
    browser.sign_in("John Doe", "/").await.expect(200);
    assert!(browser.session().is_some());
}

#[tokio::test]
async fn only_own_addresses_become_members() {
    let people = vec![
        person("new.colleague@woodgrove.example", "New Colleague"),
        person("contractor@elsewhere.example", "Some Contractor"),
        DemoPerson { subject: "impostor".to_owned(), ..person("john.doe@woodgrove.example", "Impostor") },
    ];
    let panel = Panel::with(Setup { people, ..Setup::default() }).await;
    let mut browser = panel.browser();
    let page = browser.sign_in("New Colleague", "/profile").await.expect(200);
    assert!(page.text().contains("Member of WoodGrove"));

    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "Some Contractor").await;
    let answer = browser.get(&callback).await;
    assert_problem(&mut browser, answer, Code::NotAMember).await;

    // An imported address is bound once: whoever comes later with another account is not that person.
    panel.signed_in("John Doe").await;
    let mut browser = panel.browser();
    let callback = up_to_callback(&mut browser, "Impostor").await;
    let answer = browser.get(&callback).await;
    assert_problem(&mut browser, answer, Code::NotAMember).await;
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_in_the_directory() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in("John Doe").await;
    let mut stolen = browser.clone();
    let page = browser.open("/").await;
    let answer = browser.press_only(&page, "Sign out", &[]).await.expect(303);
    let cookies = answer.cookies().join("\n");
    let removal =
        answer.cookies().into_iter().find(|cookie| cookie.starts_with("__Host-session=;")).unwrap_or_default();
    for wanted in ["Secure", "HttpOnly", "Path=/", "Max-Age=0"] {
        assert!(removal.contains(wanted), "{cookies}");
    }
    assert_eq!(browser.session(), None);
    assert!(browser.follow(answer).await.expect(200).text().contains("You are signed out."));
    stolen.get("/").await.expect(303);
    stolen.call("/api/users/leave", &[]).await.expect(401);
    let john = panel.caller(JOHN, &[]).await;
    assert!(panel.directory.my_sessions(&john, &[]).await.unwrap().is_empty());
    // Once more, and without ever having been signed in: nothing breaks.
    stolen.post("/sign-out", &[]).await.expect(303);
    panel.browser().post("/sign-out", &[]).await.expect(303);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_at_once() {
    let panel = Panel::start().await;
    let mut here = panel.signed_in("John Doe").await;
    let mut there = panel.browser();
    there.agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0".to_owned();
    there.sign_in("John Doe", "/").await.expect(200);
    let profile = here.open("/profile").await.expect(200);
    assert!(profile.text().contains("Firefox on Windows") && profile.text().contains("Chrome on Linux"));
    assert!(profile.text().contains("This one"));

    let of_there = profile.form("End Firefox on Windows").field("session").unwrap().to_owned();
    panel.signed_in("Lena Lee").await.call("/api/sessions/end", &[("session", &of_there)]).await.expect(404);
    there.get("/").await.expect(200);

    let profile = here.press(&profile, "End Firefox on Windows", &[]).await.expect(200);
    assert!(profile.text().contains("That session has ended."));
    assert!(!profile.text().contains("Firefox on Windows"));
    let answer = there.get("/groups").await.expect(303);
    assert_eq!(answer.location(), "/sign-in?return_to=%2Fgroups");

    let mut there = panel.signed_in("John Doe").await;
    let profile = here.open("/profile").await;
    here.press(&profile, "End all sessions", &[]).await.expect(200);
    here.get("/").await.expect(303);
    there.get("/").await.expect(303);
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let panel = Panel::start().await;
    let mut idle = panel.signed_in("John Doe").await;
    let mut busy = panel.signed_in("Lena Lee").await;
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    for hours in (11..7 * 24).step_by(11) {
        panel.clock.advance(Duration::hours(11));
        busy.get("/").await.expect(200);
        // A session that a code opened lasts a day at most.
        guest.get("/").await.expect(if hours < 24 { 200 } else { 303 });
    }
    panel.clock.advance(Duration::hours(4));
    busy.get("/").await.expect(303);
    idle.get("/").await.expect(303);
    // Twelve hours without a request.
    let mut idle = panel.signed_in("John Doe").await;
    panel.clock.advance(Duration::hours(12));
    idle.get("/").await.expect(303);
}

#[tokio::test]
async fn whoever_leaves_or_is_removed_is_out_at_once() {
    let panel = Panel::start().await;
    let address = "mira@studio.example";
    let (mut guest, user) = panel.guest(JOHN, AURORA, address).await;
    let mut elsewhere = guest.clone();
    guest.open("/demo/apps/design-review").await.expect(200);
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await;
    let page = john.open(&format!("/groups/{group}/members/{user}/remove")).await.expect(200);
    john.press(&page, "Remove", &[]).await.expect(200);
    guest.open("/demo/apps/design-review").await.expect(403);
    guest.get(&format!("/groups/{group}")).await.expect(404);
    assert!(guest.open("/").await.expect(200).text().contains("No apps yet"));

    let profile = guest.open("/profile").await;
    let leave = guest.press(&profile, "Leave organization", &[]).await.expect(200);
    let left = guest.press(&leave, "Leave organization", &[]).await.expect(200);
    assert!(left.text().contains("You have left."), "{}", left.text());
    guest.get("/").await.expect(303);
    elsewhere.get("/").await.expect(303);
    elsewhere.call("/api/users/leave", &[]).await.expect(401);
    // Whoever left can be invited again, as somebody new.
    let again = panel.invite("omar.owner@woodgrove.example", TIMBER, address, "").await;
    assert_ne!(again, user);
}

#[tokio::test]
async fn looking_at_the_door_leaves_no_trace() {
    let panel = Panel::start().await;
    for path in
        ["/sign-in", "/sign-in/problem?code=notInvited", "/redeem?ticket=x", "/redeem", "/sign-in/code?attempt=x"]
    {
        let answer = panel.browser().get(path).await;
        assert!(answer.status < 500, "{path}");
        assert!(answer.cookies().is_empty(), "{path}: {:?}", answer.cookies());
    }
}
