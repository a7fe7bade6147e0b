//! The pages between a mail and the apps: which language they speak, and every way to say no.

use access_panel::{
    directory::invitations::{Ask, Terms},
    model::{
        Code, Language,
        state::Role,
        text::{self, dates, doors, mail_blocks, redeeming, signing_in},
    },
};
use chrono::Duration;
use reqwest::Method;

use super::{
    browser::{Answer, Browser},
    html,
    panel::{AURORA, JOHN, Panel, Sent},
};

const MIRA: &str = "mira@studio.example";
const LANGUAGE: &str = "__Host-language";

impl Answer {
    /// What the document says its language is.
    fn language(&self) -> String {
        let tags = html::tags(&self.body);
        let html = tags.iter().find(|tag| tag.name == "html").unwrap();
        assert_eq!(html.attributes.iter().filter(|(name, _)| name == "lang").count(), 1, "{:?}", html.attributes);
        html.get("lang").unwrap().to_owned()
    }

    /// Where the switcher leads to for a language.
    fn switch(&self, language: Language) -> String {
        let tags = html::tags(&self.body);
        let link = tags.iter().find(|tag| tag.name == "a" && tag.get("hreflang") == Some(language.as_str()));
        let link = link.unwrap_or_else(|| panic!("no link to {language} on {}", self.path));
        assert_eq!(link.get("lang"), Some(language.as_str()));
        let path = self.path.split('?').next().unwrap();
        format!("{path}{}", link.get("href").unwrap())
    }
}

/// Invites Mira, in a language if one is given.
async fn invited(panel: &Panel, language: Option<Language>) -> Sent {
    let john = panel.caller(JOHN, &[]).await;
    let ask = Ask {
        groups: vec![panel.group(AURORA).await],
        address: MIRA.to_owned(),
        terms: Terms { language, message: "Welcome <b>aboard</b>".to_owned(), ..Default::default() },
        ..Default::default()
    };
    panel.directory.invite(&john, &ask).await.unwrap();
    panel.mail_to(MIRA).await
}

/// To whom which mails wait to be sent. Takes them.
async fn waiting(panel: &Panel) -> Vec<(String, &'static str)> {
    let leased = panel.directory.lease_outbox(100).await.unwrap();
    leased.into_iter().map(|mail| (mail.to, mail.post.letter.kind())).collect()
}

async fn get_in(browser: &mut Browser, path: &str, accept: &str) -> Answer {
    browser.send(Method::GET, path, &[("accept", "text/html"), ("accept-language", accept)], None).await
}

#[tokio::test]
async fn a_page_finds_its_language() {
    let panel = Panel::start().await;
    let link = invited(&panel, Some(Language::German)).await.redeem_path();
    // What was chosen here and now, what this browser chose before, the invitation's, the browser's own.
    for (lang, cookie, accept, on_invitation, elsewhere) in [
        ("fr", "es", "ja", "fr", "fr"),
        ("", "es", "ja", "es", "es"),
        ("", "", "ja", "de", "ja"),
        ("", "", "tlh, *;q=0.1", "de", "en"),
        ("", "", "", "de", "en"),
        ("JA", "", "", "ja", "ja"),
        // What is none of ours is not heard.
        ("tlh", "xx", "fr", "de", "fr"),
        ("%22%3E%3Cscript%3E", "", "", "de", "en"),
        ("de%0d%0aset-cookie:a=b", "", "es", "de", "es"),
    ] {
        for (path, expected) in [(link.as_str(), on_invitation), ("/sign-in", elsewhere), ("/redeem/asked", elsewhere)]
        {
            let mut browser = panel.browser();
            if !cookie.is_empty() {
                browser.jar.insert(LANGUAGE.to_owned(), cookie.to_owned());
            }
            let separator = if path.contains('?') { '&' } else { '?' };
            let lang = if lang.is_empty() { String::new() } else { format!("{separator}lang={lang}") };
            let page = get_in(&mut browser, &format!("{path}{lang}"), accept).await.expect(200);
            assert_eq!(page.language(), expected, "{path} {lang} {cookie} {accept}");
            assert!(page.cookies().is_empty(), "looking at a page set {:?}", page.cookies());
            html::assert_harmless(&page.body, path);
        }
    }
    // A page that is refused speaks it, too.
    let page = get_in(&mut panel.browser(), "/redeem?ticket=unknown", "es").await.expect(404);
    assert_eq!(page.heading(), text::words_in(Code::TicketUnknown, Language::Spanish).title);
    // Inside, it is English, and says so.
    let mut john = panel.signed_in("John Doe").await;
    let apps = get_in(&mut john, "/?lang=de", "ja").await.expect(200);
    assert_eq!(apps.language(), "en");
    assert!(!apps.body.contains("hreflang"));
}

#[tokio::test]
async fn the_organization_has_the_last_word() {
    let settings = "[organization]\nname = \"WoodGrove\"\ndomains = [\"woodgrove.example\"]\nlanguage = \"fr\"\n";
    let panel = Panel::start().await;
    panel.directory.import(settings, false).await.unwrap();
    let page = panel.browser().open("/sign-in").await.expect(200);
    assert_eq!(page.language(), "fr");
    assert_eq!(page.heading(), signing_in::heading(Language::French, "WoodGrove").to_string());
    let page = panel.browser().open("/nothing/here").await.expect(200);
    assert_eq!(page.language(), "fr");
}

#[tokio::test]
async fn the_switcher_keeps_everything_else() {
    let panel = Panel::start().await;
    let link = invited(&panel, None).await.redeem_path();
    let ticket = link.split_once("ticket=").unwrap().1.to_owned();
    let mut guest = panel.browser();
    let mut page = guest.open(&link).await.expect(200);
    for language in Language::ALL {
        page = guest.open(&page.switch(*language)).await.expect(200);
        assert_eq!(page.language(), language.as_str());
        assert_eq!(page.heading(), redeeming::heading(*language, "John Doe", "WoodGrove").to_string());
        let form = page.form(redeeming::get_started(*language));
        assert_eq!((form.field("ticket"), form.field("lang")), (Some(&*ticket), Some(language.as_str())));
        // On to the next door, which would speak another language by itself.
        let decline = html::links(&page.body).into_iter().find(|link| link.starts_with("/redeem/decline?")).unwrap();
        assert_eq!(guest.open(&decline).await.expect(200).language(), language.as_str());
    }
    assert!(guest.jar.is_empty());
    // Whatever else stands in the address, too, and it leads nowhere else.
    let page = guest.open("/sign-in?return_to=%2Fgroups%3Fa%3Db%26c&lang=de&x=%22%3E%3Ci%3E").await.expect(200);
    html::assert_harmless(&page.body, "the switcher");
    let page = guest.open(&page.switch(Language::Japanese)).await.expect(200);
    assert_eq!(page.form(doors::go_on(Language::Japanese)).field("return_to"), Some("/groups?a=b&c"));
    for link in html::links(&page.body).iter().filter(|link| link.contains("lang=")) {
        assert!(link.starts_with('?'), "{link}");
    }
}

#[tokio::test]
async fn forms_carry_the_language_to_the_code_and_its_mail() {
    let panel = Panel::start().await;
    let link = invited(&panel, Some(Language::German)).await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await.expect(200);
    let answer = guest.press_only(&page, redeeming::get_started(Language::German), &[]).await;
    let cookie = answer.cookies().into_iter().find(|cookie| cookie.starts_with(LANGUAGE)).unwrap().to_owned();
    assert_eq!(
        cookie, "__Host-language=de; Path=/; Secure; HttpOnly; SameSite=Lax",
        "it ends with the browser's session"
    );
    let page = guest.follow(answer).await.expect(200);
    assert_eq!((page.language().as_str(), &*page.heading()), ("de", signing_in::get_code(Language::German)));

    // A change of mind on the way: the mail speaks as the page did.
    let page = guest.open(&page.switch(Language::Japanese)).await.expect(200);
    let page = guest.press(&page, signing_in::send_code(Language::Japanese), &[]).await.expect(200);
    let sent = panel.mail_to(MIRA).await;
    assert_eq!(sent.language, Language::Japanese);
    let go_on = doors::go_on(Language::Japanese);
    let wrong = if sent.code() == "00000000" { "00000001" } else { "00000000" };
    let page = guest.press(&page, go_on, &[("code", wrong)]).await.expect(200);
    let error = text::words_in(Code::CodeWrong, Language::Japanese).at_field(Language::Japanese);
    assert!(page.text().contains(&error), "{}", page.text());
    let apps = guest.press(&page, go_on, &[("code", sent.code())]).await.expect(200);
    assert!(apps.text().contains("Design review"));

    // And on the way back from a provider, which sends no language of its own.
    let mut stranger = panel.browser();
    let door = stranger.open("/sign-in?lang=fr").await;
    let gmail = stranger.press(&door, doors::go_on(Language::French), &[("address", "nobody@gmail.com")]).await;
    let page = stranger.press(&gmail, "Continue", &[("email", "nobody@gmail.com")]).await.expect(403);
    assert_eq!(page.heading(), text::words_in(Code::NotInvited, Language::French).title);
}

#[tokio::test]
async fn a_hostile_language_sets_no_cookie() {
    let panel = Panel::start().await;
    for lang in ["", "tlh", "de; Domain=evil.example", "de\r\nSet-Cookie: a=b", "<script>", &"d".repeat(5000)] {
        let mut browser = panel.browser();
        let fields = [("address", "x@gmail.com"), ("lang", lang), ("way", "passcode")];
        let answer = browser.post("/api/sign-in/address", &fields).await.expect(302);
        assert!(!answer.cookies().iter().any(|cookie| cookie.starts_with(LANGUAGE)), "{lang:?} {:?}", answer.cookies());
        assert!(answer.cookies().iter().all(|cookie| !cookie.contains("evil") && !cookie.starts_with("a=")));
    }
}

#[tokio::test]
async fn the_page_shows_all_there_is_to_know() {
    let panel = Panel::start().await;
    let ada = panel.caller("ada.admin@woodgrove.example", &[Role::Administrator]).await;
    let until = panel.directory.now() + Duration::days(100);
    let terms = Terms { language: Some(Language::German), access_until: Some(until), ..Default::default() };
    let ask = Ask { address: MIRA.to_owned(), terms, ..Default::default() };
    panel.directory.invite(&ada, &ask).await.unwrap();
    let link = panel.mail_to(MIRA).await.redeem_path();
    // To the directory alone, for a time, by somebody who can be asked.
    let page = panel.browser().open(&link).await.expect(200);
    let expires = panel.directory.now() + Duration::days(30);
    for shown in [
        redeeming::directory_only(Language::German, "WoodGrove").to_string(),
        redeeming::access_until(Language::German, &dates::day(Language::German, until)).to_string(),
        redeeming::open_until(Language::German, &dates::day(Language::German, expires)).to_string(),
        redeeming::consent(Language::German, "WoodGrove").to_string(),
        redeeming::next_code(Language::German, MIRA).to_string(),
        ada.address.clone(),
    ] {
        assert!(page.text().contains(&shown), "{shown}: {}", page.text());
    }
    // And everything that other open invitations give besides.
    panel.invite(JOHN, AURORA, MIRA, "").await;
    let page = panel.browser().open(&link).await.expect(200);
    assert!(page.text().contains("Aurora partners") && page.text().contains("Design review"), "{}", page.text());
}

#[tokio::test]
async fn a_guest_declines() {
    let panel = Panel::start().await;
    let link = invited(&panel, None).await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await.expect(200);
    assert!(!page.has_button("Decline"), "one press is too easy");
    let decline = html::links(&page.body).into_iter().find(|link| link.starts_with("/redeem/decline?")).unwrap();
    let page = guest.open(&decline).await.expect(200);
    for named in ["Aurora partners", "Design review", "John Doe"] {
        assert!(page.text().contains(named), "{named}: {}", page.text());
    }
    // So far nothing has happened.
    guest.open(&link).await.expect(200);
    let done = guest.press(&page, "Decline", &[]).await.expect(200);
    assert_eq!(done.heading(), redeeming::declined(Language::English));
    assert!(done.has_button("Ask for a new invitation"));
    let declined = panel.audit().await.into_iter().filter(|row| row.action == "invitation.decline").count();
    assert_eq!(declined, 1);
    // Twice is once, and the link says what became of it.
    guest.press(&page, "Decline", &[]).await.expect(200);
    assert_eq!(panel.audit().await.into_iter().filter(|row| row.action == "invitation.decline").count(), 1);
    let page = guest.open(&link).await.expect(410);
    assert_eq!(page.heading(), text::words(Code::TicketDeclined).title);
    // A changed mind: one click, and the inviter knows.
    let page = guest.press(&page, "Ask for a new invitation", &[]).await.expect(200);
    assert_eq!((page.path.as_str(), &*page.heading()), ("/redeem/asked", "Your request is on its way"));
    assert_eq!(waiting(&panel).await, [(JOHN.to_owned(), "asked")]);
}

#[tokio::test]
async fn an_ended_invitation_can_be_asked_for_anew() {
    let panel = Panel::start().await;
    let link = invited(&panel, Some(Language::Spanish)).await.redeem_path();
    let ask = redeeming::ask(Language::Spanish);
    let mut guest = panel.browser();
    let open = guest.open(&format!("{link}&lang=es")).await.expect(200);
    assert!(!open.has_button(ask));
    // Whoever asks while it is open is shown that it is.
    let ticket = open.form(redeeming::get_started(Language::Spanish)).field("ticket").unwrap().to_owned();
    let answer = panel.browser().post("/api/redemptions/ask", &[("ticket", &ticket)]).await.expect(302);
    assert!(answer.location().starts_with("/redeem?ticket="), "{}", answer.location());
    assert!(panel.deliver().await.is_empty());

    panel.clock.advance(Duration::days(31));
    let page = guest.open(&format!("{link}&lang=es")).await.expect(410);
    assert_eq!(page.heading(), text::words_in(Code::TicketExpired, Language::Spanish).title);
    let asked = guest.press(&page, ask, &[]).await.expect(200);
    assert_eq!((asked.language().as_str(), &*asked.heading()), ("es", redeeming::asked(Language::Spanish)));
    assert!(!asked.text().contains("John") && !asked.text().contains(MIRA), "it knows nothing: {}", asked.text());
    assert_eq!(waiting(&panel).await, [(JOHN.to_owned(), "asked")]);
    let again = guest.press(&page, ask, &[]).await.expect(200);
    assert_eq!(again.text(), asked.text());
    assert!(waiting(&panel).await.is_empty(), "once a day");
    // Made-up tickets get the page that any unknown link gets.
    let answer = panel.browser().post("/api/redemptions/ask", &[("ticket", "made up"), ("lang", "ja")]).await;
    assert!(answer.location().starts_with("/redeem?ticket=made+up&again="), "{}", answer.location());
    panel.browser().call("/api/redemptions/ask", &[("ticket", "made up")]).await.expect(404);
    panel.browser().call("/api/redemptions/decline", &[]).await.expect(404);
}

#[tokio::test]
async fn a_link_opened_after_acceptance_leads_to_the_apps() {
    let panel = Panel::start().await;
    let link = invited(&panel, None).await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let page = guest.press(&page, "Get started", &[]).await;
    panel.enter_code(&mut guest, &page, MIRA).await.expect(200);
    assert_eq!(guest.get(&link).await.expect(302).location(), "/");
    let page = panel.browser().open(&link).await.expect(410);
    assert_eq!(page.heading(), text::words(Code::TicketUsed).title);
    assert!(html::links(&page.body).contains(&"/sign-in".to_owned()));
    assert!(!page.has_button("Ask for a new invitation"));
}

/// What a mail provider's machine sends: no cookie, and from nowhere or from its own site.
async fn one_click(panel: &Panel, token: &str, kind: &str, body: &str) -> Answer {
    let headers = [("content-type", kind), ("origin", "https://mail.example"), ("sec-fetch-site", "cross-site")];
    panel.browser().send(Method::POST, &format!("/unsubscribe/{token}"), &headers, Some(body.to_owned())).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn one_click_blocks() {
    let panel = Panel::start().await;
    let sent = invited(&panel, Some(Language::Japanese)).await;
    let token = sent.unsubscribe.clone().expect("a token in the mail");
    let blocked = async |panel: &Panel| panel.directory.unsubscribe_page(&token).await.unwrap().blocked;

    // Without the words of RFC 8058 it is not a click.
    for body in
        ["", "List-Unsubscribe=Two-Click", "list-unsubscribe=one-click", "action=", "action=drop", "x=One-Click"]
    {
        one_click(&panel, &token, FORM, body).await.expect(400);
    }
    one_click(&panel, &token, "application/json", "{\"List-Unsubscribe\":\"One-Click\"}").await.expect(400);
    let long = format!("x={}&List-Unsubscribe=One-Click", "x".repeat(10_000));
    one_click(&panel, &token, FORM, &long).await.expect(400);
    assert!(!blocked(&panel).await);

    let done = one_click(&panel, &token, FORM, "List-Unsubscribe=One-Click").await.expect(200);
    assert!(done.cookies().is_empty() && done.header("content-type").starts_with("text/plain"), "{:?}", done.headers);
    assert_eq!(done.body, mail_blocks::one_click(Language::Japanese, "WoodGrove").to_string());
    assert_eq!(done.header("cache-control"), "no-store");
    assert!(blocked(&panel).await);
    one_click(&panel, &token, FORM, "List-Unsubscribe=One-Click").await.expect(200);

    // The other encoding that machines may use.
    panel.directory.unblock_mail(&token).await.unwrap();
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    one_click(&panel, &token, "multipart/form-data; boundary=b", body).await.expect(200);
    assert!(blocked(&panel).await);
    one_click(&panel, &token, "multipart/form-data", body).await.expect(400);

    for unknown in ["x", &"A".repeat(5000), "%00", "..%2f..%2fapi", &format!("{token}x")] {
        let status = one_click(&panel, unknown, FORM, "List-Unsubscribe=One-Click").await.status;
        assert!(matches!(status, 400 | 404), "{unknown}: {status}");
    }
    // A session is neither needed nor looked at.
    let mut john = panel.signed_in("John Doe").await;
    let headers = [("content-type", FORM), ("sec-fetch-site", "cross-site")];
    let path = format!("/unsubscribe/{token}");
    john.send(Method::POST, &path, &headers, Some("action=unblock".to_owned())).await.expect(303);
    assert!(!blocked(&panel).await);
    // Nothing else of ours is open to other sites: the path decides, however it is written.
    for path in ["/unsubscribe/../sign-out", "/unsubscribe/x/../../sign-out", "/unsubscribe%2f../sign-out"] {
        let url = format!("{}{path}", panel.url);
        let status = john.send(Method::POST, &url, &headers, Some(String::new())).await.status;
        assert!(matches!(status, 400 | 403 | 404 | 405), "{path}: {status}");
    }
    john.get("/").await.expect(200);
}

#[tokio::test]
async fn the_reader_of_a_mail_blocks_and_undoes_it() {
    let panel = Panel::start().await;
    let sent = invited(&panel, Some(Language::French)).await;
    let path = format!("/unsubscribe/{}", sent.unsubscribe.clone().unwrap());
    // Scanners look; nothing happens.
    for method in [Method::GET, Method::HEAD] {
        let answer = panel.browser().send(method, &path, &[("accept", "text/html")], None).await.expect(200);
        assert!(answer.cookies().is_empty());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let before = panel.audit().await.len();
    let mut reader = panel.browser();
    let page = reader.open(&path).await.expect(200);
    assert_eq!(page.language(), "fr");
    assert!(page.text().contains(MIRA));
    html::assert_harmless(&page.body, "the page of a mail");
    assert_eq!(panel.audit().await.len(), before);

    let block = mail_blocks::block(Language::French, "WoodGrove").to_string();
    let blocked = reader.press(&page, &block, &[]).await.expect(200);
    assert_eq!(blocked.heading(), mail_blocks::blocked(Language::French));
    let undone = reader.press(&blocked, mail_blocks::undo(Language::French), &[]).await.expect(200);
    let flash = mail_blocks::unblocked(Language::French, "WoodGrove").to_string();
    assert!(undone.text().contains(&flash), "{}", undone.text());
    assert!(undone.has_button(&block));

    // Its invitation is still open; this ends it, and the choice is gone.
    panel.browser().open(&sent.redeem_path()).await.expect(200);
    let not_for_me = mail_blocks::not_for_me(Language::French);
    let page = reader.open(&undone.switch(Language::English)).await.expect(200);
    let page = reader.press(&page, "This was not for me", &[]).await.expect(200);
    assert!(page.text().contains(mail_blocks::declined(Language::English)), "{}", page.text());
    assert!(!page.has_button("This was not for me") && !page.has_button(not_for_me));
    panel.browser().open(&sent.redeem_path()).await.expect(410);
    assert!(reader.jar.is_empty(), "no cookie is set or needed: {:?}", reader.jar);
    panel.browser().open("/unsubscribe/unknown").await.expect(404);
}

#[tokio::test]
async fn a_domain_that_was_blocked_since_is_no_dead_end() {
    let panel = Panel::start().await;
    let link = invited(&panel, Some(Language::German)).await.redeem_path();
    let rules = "[organization]\nname = \"WoodGrove\"\ndomains = [\"woodgrove.example\"]\n\
                 contact = \"help@woodgrove.example\"\n[domains]\ndeny = [\"studio.example\"]\n";
    panel.directory.import(rules, false).await.unwrap();
    let mut guest = panel.browser();
    let page = guest.open(&link).await.expect(200);
    let page = guest.press(&page, redeeming::get_started(Language::German), &[]).await;
    let page = guest.press(&page, signing_in::send_code(Language::German), &[]).await;
    let code = panel.mail_to(MIRA).await.code().to_owned();
    let page = guest.press(&page, doors::go_on(Language::German), &[("code", &code)]).await.expect(400);
    let words = text::words_at_door(Code::DomainBlocked, Language::German);
    assert_eq!(page.heading(), words.title);
    assert!(page.text().contains(words.remedy) && page.text().contains(MIRA), "{}", page.text());
    let links = html::links(&page.body);
    assert!(links.contains(&"/redeem".to_owned()) && links.contains(&"mailto:help@woodgrove.example".to_owned()));
}
