//! A refused form keeps what was typed, without JavaScript too, and for the one who typed it only.

use access_panel::model::{Code, text};
use chrono::Duration;
use reqwest::Method;

use super::{
    browser::{Answer, Browser},
    html,
    panel::{AURORA, JOHN, Panel},
};

const MESSAGE: &str = "  Hi \"Sam\" & <b>all</b>,\r\n\r\nsee </textarea><script>alert(1)</script>\r\n";

/// Sends an invitation that is refused, and stops at the redirect.
async fn refused(browser: &mut Browser, group: &str, address: &str, message: &str) -> Answer {
    let page = browser.open(&format!("/groups/{group}/invite")).await.expect(200);
    let answer = browser.press_only(&page, "Send invitation", &[("address", address), ("message", message)]).await;
    assert_eq!(answer.status, 302, "{}", answer.text());
    assert!(answer.location().starts_with(&format!("/groups/{group}/invite?again=")), "{}", answer.location());
    answer
}

#[tokio::test]
async fn what_was_typed_comes_back_with_the_error_at_its_field() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let long = "m".repeat(3000);
    for (address, message, field, code) in [
        ("", "Hello", "address", Code::AddressEmpty),
        ("not an \"address\" <x>", MESSAGE, "address", Code::AddressInvalid),
        ("new@woodgrove.example", "Hello", "address", Code::HomeDomain),
        ("sam@partner.example", &long, "message", Code::MessageTooLong),
    ] {
        let answer = refused(&mut john, &group, address, message).await;
        assert!(answer.location().len() < 200, "what was typed travels in the address: {}", answer.location());
        let page = john.follow(answer).await.expect(200);
        html::assert_harmless(&page.body, "a refused form");
        let form = page.form("Send invitation");
        assert_eq!(form.field("address"), Some(address));
        // Browsers send line breaks as CRLF whatever is between the tags.
        let kept = form.field("message").unwrap().replace("\r\n", "\n");
        assert_eq!(kept, message.replace("\r\n", "\n"));
        assert_eq!(form.field("group"), Some(&*group));

        let tags = html::tags(&page.body);
        let input = tags.iter().find(|tag| tag.get("id") == Some(field)).unwrap();
        assert_eq!(input.get("aria-invalid"), Some("true"));
        let described = input.get("aria-describedby").unwrap();
        let error = tags.iter().find(|tag| tag.get("class") == Some("error")).unwrap();
        assert!(described.split(' ').any(|id| Some(id) == error.get("id")), "{described}");
        assert!(page.text().contains(text::words(code).title.trim_end_matches('?')), "{}", page.text());
        assert!(tags.iter().any(|tag| tag.get("role") == Some("alert")));
        assert!(page.body.contains("<title>Error: "), "the title says it too");
        let other = if field == "address" { "message" } else { "address" };
        let input = tags.iter().find(|tag| tag.get("id") == Some(other)).unwrap();
        assert_eq!(input.get("aria-invalid"), None);
    }
    // Of what is longer than any field, the beginning is kept.
    let answer = refused(&mut john, &group, "sam@partner.example", &"m".repeat(10_000)).await;
    let page = john.follow(answer).await.expect(200);
    assert!(page.form("Send invitation").field("message").is_some_and(|kept| kept.len() >= 2000));
    // Corrected, it goes out with the message that was kept.
    let answer = refused(&mut john, &group, "sam", MESSAGE).await;
    let page = john.follow(answer).await;
    let done = john.press(&page, "Send invitation", &[("address", "sam@partner.example")]).await.expect(200);
    assert!(done.text().contains("The invitation to sam@partner.example is on its way."), "{}", done.text());
    let sent = panel.mail_to("sam@partner.example").await;
    assert!(sent.mail.text.contains("see </textarea><script>alert(1)</script>"), "{}", sent.mail.text);
}

#[tokio::test]
async fn it_is_kept_for_15_minutes_and_for_one_person() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let group = panel.group(AURORA).await.to_string();
    let answer = refused(&mut john, &group, "secret typed thing", "secret message").await;
    let key = answer.location().split("again=").nth(1).unwrap().to_owned();
    let path = answer.location().to_owned();
    assert!(key.len() >= 40, "{key} can be guessed");

    // Ada may see that page, but not what John typed.
    let page = ada.open(&path).await.expect(200);
    assert!(!page.body.contains("secret") && page.form("Send invitation").field("address") == Some(""));
    // Nor does it pour into another form, or come back by another key.
    for path in [
        format!("/profile?again={key}"),
        format!("/groups/{group}?again={key}"),
        format!("/sign-in?again={key}"),
        format!("/groups/{group}/invite?again={key}x"),
        format!("/groups/{group}/invite?again="),
        format!("/groups/{group}/invite?again=%00&again={key}"),
    ] {
        let page = john.open(&path).await.expect(200);
        assert!(!page.body.contains("secret typed") || path.contains("again=%00"), "{path}: {}", page.text());
    }
    let mut johns_other = panel.signed_in("John Doe").await;
    assert!(johns_other.open(&path).await.body.contains("secret typed thing"), "it is bound to the person");

    panel.clock.advance(Duration::minutes(15) - Duration::seconds(1));
    assert!(john.open(&path).await.body.contains("secret typed thing"));
    panel.clock.advance(Duration::seconds(1));
    let page = john.open(&path).await.expect(200);
    assert!(!page.body.contains("secret"), "{}", page.text());
}

#[tokio::test]
async fn the_door_keeps_an_address_for_its_browser() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let door = browser.open("/sign-in?return_to=%2Fgroups").await;
    let page = browser.press(&door, "Continue", &[("address", "no <address>\"")]).await.expect(200);
    assert_eq!(page.form("Continue").field("address"), Some("no <address>\""));
    assert_eq!(page.form("Continue").field("return_to"), Some("/groups"));
    assert_eq!(page.form("Sign in").field("return_to"), Some("/groups"));
    assert!(page.body.contains("aria-invalid"));
    let mut other = panel.browser();
    other.open("/sign-in").await;
    assert!(!other.open(&page.path).await.body.contains("no &lt;address"));
    let mut bare = panel.browser();
    assert!(!bare.open(&page.path).await.body.contains("no &lt;address"));
}

#[tokio::test]
async fn a_code_is_never_kept() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, "mira@studio.example", "").await;
    let link = panel.mail_to("mira@studio.example").await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let page = guest.press(&page, "Get started", &[]).await;
    let page = guest.press(&page, "Send code", &[]).await;
    let answer = guest.press_only(&page, "Continue", &[("code", "4711 0815")]).await;
    assert!(!answer.location().contains("4711"), "{}", answer.location());
    let page = guest.follow(answer).await.expect(200);
    assert!(!page.body.contains("4711") && page.text().contains(text::words(Code::CodeWrong).title));
    // Too soon for another one: the page says so, and the code can still be typed.
    let page = guest.press(&page, "Send another", &[]).await.expect(200);
    assert!(page.text().contains(text::words(Code::CodeTooSoon).title), "{}", page.text());
    let code = panel.mail_to("mira@studio.example").await.code().to_owned();
    for _ in 0..4 {
        guest.press(&page, "Continue", &[("code", "00000000")]).await.expect(200);
    }
    let page = guest.press(&page, "Continue", &[("code", &code)]).await.expect(200);
    assert!(page.text().contains(text::words(Code::CodeTries).title), "a sixth try was one too many: {}", page.text());
    panel.clock.advance(Duration::minutes(1));
    let page = guest.press(&page, "Send another", &[]).await.expect(200);
    let code = panel.mail_to("mira@studio.example").await.code().to_owned();
    let spaced = format!(" {} - {} ", &code[..4], &code[4..]);
    guest.press(&page, "Continue", &[("code", &spaced)]).await.expect(200);
    assert!(guest.session().is_some());
}

#[tokio::test]
async fn programs_get_the_refusal_itself() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let answer = john.call("/api/invitations/create", &[("group", &group), ("address", "nonsense")]).await.expect(400);
    let refusal: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&refusal["code"], &refusal["field"]), (&"invalidEmail".into(), &"address".into()));
    panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let fields = [("group", &*group), ("address", "mira@studio.example")];
    john.call("/api/invitations/create", &fields).await.expect(409);
    // What a limit says, programs can obey.
    panel.invite(JOHN, AURORA, "nora@studio.example", "").await;
    let link = panel.mail_to("nora@studio.example").await.redeem_path();
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let page = guest.press(&page, "Get started", &[]).await;
    let attempt = page.form("Send code").field("attempt").unwrap().to_owned();
    guest.call("/api/passcodes/send", &[("attempt", &attempt)]).await.expect(200);
    let answer = guest.call("/api/passcodes/send", &[("attempt", &attempt)]).await.expect(429);
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
}

#[tokio::test]
async fn missing_fields_break_nothing() {
    let panel = Panel::start().await;
    let john = panel.signed_in("John Doe").await;
    let mut broken = Vec::new();
    for path in [
        "/api/guests/steer",
        "/api/guests/withdraw",
        "/api/invitations/answer",
        "/api/invitations/check",
        "/api/invitations/create",
        "/api/invitations/link",
        "/api/invitations/steer",
        "/api/memberships/remove",
        "/api/passcodes/send",
        "/api/passcodes/enter",
        "/api/redemptions/start",
        "/api/redemptions/decline",
        "/api/redemptions/ask",
        "/unsubscribe/x",
        "/api/sessions/end",
        "/api/sign-in/start",
        "/api/sign-in/address",
        "/invitations/preview",
        "/sign-in/callback/members",
        "/sign-out",
    ] {
        for accept in ["text/html", "application/json"] {
            for kind in [Some("application/x-www-form-urlencoded"), Some("application/json"), None] {
                for body in [None, Some("unknown=field&x"), Some("&&&=&="), Some("\u{0}\u{fffd}")] {
                    for browser in [panel.browser(), john.clone()] {
                        let headers: Vec<_> =
                            [("accept", accept)].into_iter().chain(kind.map(|kind| ("content-type", kind))).collect();
                        let answer = browser.clone().send(Method::POST, path, &headers, body.map(str::to_owned)).await;
                        let ours = !answer.body.contains("missing field") && !answer.body.contains("panicked");
                        if !ours || !(200..500).contains(&answer.status) {
                            broken.push(format!("{path} {headers:?} {body:?}: {} {}", answer.status, answer.body));
                        }
                    }
                }
            }
        }
    }
    broken.dedup();
    assert!(broken.is_empty(), "{broken:#?}");
}
