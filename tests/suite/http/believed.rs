//! Whose word counts for which address: the ticket proves nothing, and neither does a provider without authority.

use access_panel::model::{Code, text};

use super::panel::{AURORA, JOHN, Panel};

const PARTNER: &str = "partner@contoso.example";

#[tokio::test]
async fn an_address_asserted_without_authority_needs_a_code_and_then_binds_that_account() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, PARTNER, "").await;
    let link = panel.mail_to(PARTNER).await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await.expect(200);
    let gmail = guest.press(&page, "Use Gmail instead", &[]).await.expect(200);
    // Gmail says that the address is verified; it is not Gmail's to say.
    let page = guest.press(&gmail, "Continue", &[("email", PARTNER)]).await.expect(200);
    assert!(page.path.starts_with("/sign-in/code?attempt="), "{}", page.path);
    assert_eq!(page.heading(), text::words(Code::AddressUnproven).title);
    assert!(page.text().contains(PARTNER));
    assert_eq!(guest.session(), None, "an unproven address opened a session");
    guest.get("/").await.expect(303);
    assert!(panel.audit().await.iter().all(|row| row.action != "invitation.accept"));

    // A wrong code changes nothing.
    let sent = guest.press(&page, "Send code", &[]).await.expect(200);
    let code = panel.mail_to(PARTNER).await.code().to_owned();
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    let refused = guest.press(&sent, "Continue", &[("code", wrong)]).await;
    assert!(refused.text().contains(text::words(Code::CodeWrong).title), "{}", refused.text());
    assert_eq!(guest.session(), None);
    let apps = guest.press(&refused, "Continue", &[("code", &code)]).await.expect(200);
    assert!(apps.text().contains("Design review"));
    let bound = panel.audit().await.into_iter().find(|row| row.action == "identity.bind").unwrap();
    let issuer = bound.details.unwrap()["issuer"].as_str().unwrap().to_owned();
    assert_eq!(issuer, format!("{}/demo/idp/gmail", panel.url), "both proofs bind the account that was chosen");
}

#[tokio::test]
async fn whoever_was_bound_that_way_finds_the_way_in_again() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, PARTNER, "").await;
    let link = panel.mail_to(PARTNER).await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let gmail = guest.press(&page, "Use Gmail instead", &[]).await;
    let page = guest.press(&gmail, "Continue", &[("email", PARTNER)]).await;
    panel.enter_code(&mut guest, &page, PARTNER).await.expect(200);

    // On another day, in another browser: by the address, a code proves the mailbox, but the account is Gmail's.
    let mut later = panel.browser();
    let door = later.open("/sign-in").await;
    let page = later.press(&door, "Continue", &[("address", PARTNER)]).await;
    let page = panel.enter_code(&mut later, &page, PARTNER).await;
    if page.status == 200 {
        assert!(page.text().contains("Design review"), "{}", page.text());
        return;
    }
    assert_eq!(page.heading(), text::words(Code::OtherWay).title);
    let ways: Vec<_> = super::html::forms(&page.body).into_iter().flat_map(|form| form.buttons).collect();
    let gmail = ways.iter().find(|button| button.name.contains("Gmail"));
    assert!(gmail.is_some(), "a dead end: the page names no way that leads to the account: {}", page.text());
}

#[tokio::test]
async fn another_account_is_named_beside_the_invited_one() {
    let panel = Panel::start().await;
    let invited = "gsamoogle@gmail.com";
    panel.invite(JOHN, AURORA, invited, "").await;
    let link = panel.mail_to(invited).await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let gmail = guest.press(&page, "Get started", &[]).await.expect(200);
    let page = guest.press(&gmail, "Continue", &[("email", "another.one@gmail.com")]).await.expect(200);
    assert_eq!(page.heading(), text::words(Code::WrongAccount).title);
    assert!(page.text().contains(invited) && page.text().contains("another.one@gmail.com"), "{}", page.text());
    assert_eq!(guest.session(), None);
    // Switch: the provider is asked to let one choose, and the right one ends on the panel.
    let answer = guest.press_only(&page, "Use another account", &[]).await;
    assert!(answer.location().contains("prompt=select_account"), "{}", answer.location());
    let gmail = guest.follow(answer).await.expect(200);
    let apps = guest.press(&gmail, "Sam Oogle", &[]).await.expect(200);
    assert!(apps.text().contains("Design review"));
}

#[tokio::test]
async fn an_asserted_address_of_ours_or_of_an_invited_guest_opens_nothing() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, PARTNER, "").await;
    panel.invite(JOHN, AURORA, "settled@contoso.example", "").await;
    for asserted in ["ada.admin@woodgrove.example", PARTNER, "nobody@contoso.example", "nobody@gmail.com"] {
        let mut stranger = panel.browser();
        let door = stranger.open("/sign-in").await;
        let gmail = stranger.press(&door, "Continue", &[("address", "x@gmail.com")]).await.expect(200);
        let page = stranger.press(&gmail, "Continue", &[("email", asserted)]).await.expect(403);
        assert_eq!(page.heading(), text::words(Code::NotInvited).title, "{asserted}");
        assert_eq!(stranger.session(), None, "{asserted}");
        stranger.get("/redeem").await.expect(400);
    }
}

#[tokio::test]
async fn a_guest_without_the_link_sees_the_same_page_after_signing_in() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, "gsamoogle@gmail.com", "Hello Sam").await;
    let mut guest = panel.browser();
    let door = guest.open("/sign-in").await;
    let gmail = guest.press(&door, "Continue", &[("address", "gsamoogle@gmail.com")]).await;
    let page = guest.press(&gmail, "Sam Oogle", &[]).await.expect(200);
    assert_eq!(page.path, "/redeem");
    assert!(page.text().contains("Hello Sam"));
    assert_eq!(guest.session(), None, "consent comes first");
    let apps = guest.press(&page, "Get started", &[]).await.expect(200);
    assert!(apps.text().contains("Design review"));
    guest.open("/demo/apps/design-review").await.expect(200);
}

#[tokio::test]
async fn the_answer_never_tells_whether_an_address_is_known() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, PARTNER, "").await;
    panel.deliver().await;
    let mut seen = Vec::new();
    for address in [PARTNER, "unheard@contoso.example"] {
        let mut browser = panel.browser();
        let door = browser.open("/sign-in").await;
        let page = browser.press(&door, "Continue", &[("address", address)]).await.expect(200);
        let sent = browser.press(&page, "Send code", &[]).await.expect(200);
        let wrong = browser.press(&sent, "Continue", &[("code", "00000000")]).await;
        let attempt = page.form("Send code").field("attempt").unwrap().to_owned();
        let words = |text: String| text.replace(address, "ADDRESS").replace(&attempt, "ATTEMPT");
        seen.push((words(page.text()), words(sent.text()), wrong.status, words(wrong.text())));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(panel.deliver().await.len(), 1, "a mail went to somebody unknown, or none to the guest");
}

#[tokio::test]
async fn links_that_no_longer_work_say_why() {
    let panel = Panel::start().await;
    let group = panel.group(AURORA).await;
    let refused = |code: Code| (code.status(), text::words(code).title.to_owned());
    let look = async |link: &str| {
        let page = panel.browser().open(link).await;
        assert!(!super::html::links(&page.body).is_empty(), "no way on: {}", page.text());
        assert!(!page.text().contains("studio.example"), "a dead link tells whose it was: {}", page.text());
        (page.status, page.heading())
    };
    let link_for = async |address: &str| {
        let user = panel.invite(JOHN, AURORA, address, "").await;
        (user, panel.mail_to(address).await.redeem_path())
    };

    let (revoked, link) = link_for("revoked@studio.example").await;
    let john = panel.caller(JOHN, &[]).await;
    panel.directory.remove_member(&john, group, revoked).await.unwrap();
    assert_eq!(look(&link).await, refused(Code::TicketRevoked));

    let (_, link) = link_for("used@studio.example").await;
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let page = guest.press(&page, "Get started", &[]).await;
    panel.enter_code(&mut guest, &page, "used@studio.example").await.expect(200);
    assert_eq!(look(&link).await, refused(Code::TicketUsed));
    // Twice is no error for the one who did it.
    let again = guest.call("/api/redemptions/start", &[("ticket", link.split_once('=').unwrap().1)]).await;
    assert_eq!(again.status, 410);

    let (_, link) = link_for("late@studio.example").await;
    panel.clock.advance(chrono::Duration::days(30));
    assert_eq!(look(&link).await, refused(Code::TicketExpired));
    assert_eq!(look("/redeem?ticket=made-up").await, refused(Code::TicketUnknown));
    assert_eq!(look("/redeem").await, refused(Code::TicketUnknown));
}
