//! Asking and deciding by plain forms, and what other people's requests and notices answer.

use access_panel::model::{Code, text};

use super::{
    html,
    panel::{Panel, Setup},
};

const MORE: &str = r#"
[[groups]]
key = "library"
name = "Library <&> plans"
listed = true
join_policy = "on request"
owners = ["john.doe@woodgrove.example"]

[[groups]]
key = "cycling"
name = "Cycling"
listed = true
join_policy = "open"
owners = ["john.doe@woodgrove.example"]
"#;

async fn panel() -> Panel {
    Panel::with(Setup { more: MORE.to_owned(), ..Default::default() }).await
}

#[tokio::test]
async fn asked_by_a_form_and_decided_by_another() {
    let panel = panel().await;
    let group = panel.group("library").await;
    let (mut lena, mut john) = (panel.signed_in("Lena Lee").await, panel.signed_in("John Doe").await);
    let page = lena.open(&format!("/groups/{group}/join")).await.expect(200);
    html::assert_harmless(&page.body, "the page to ask");
    // Refused, with everything typed still there, and the reason at its field.
    let again = lena.press(&page, "Send request", &[("reason", "  ")]).await.expect(200);
    assert!(again.path.contains("again="), "{}", again.path);
    assert!(again.text().contains(text::words(Code::ReasonMissing).title), "{}", again.text());
    let hostile = "</textarea><script>alert(1)</script>";
    let asked = lena.press(&again, "Send request", &[("reason", hostile)]).await.expect(200);
    html::assert_harmless(&asked.body, "a request");
    assert!(asked.path.starts_with("/requests/"), "{}", asked.path);
    assert!(asked.text().contains(hostile), "{}", asked.text());
    let request = asked.path.split('?').next().unwrap().to_owned();

    // A mail leads to the page that decides; opening it decides nothing.
    let mail = panel.mail_to("john.doe@woodgrove.example").await;
    assert!(mail.mail.text.contains(&format!("{}{request}", panel.url)), "{}", mail.mail.text);
    assert_eq!(mail.mail.subject, "Lena Lee asks for access to Library <&> plans");
    let inbox = john.open("/requests").await.expect(200);
    assert!(html::tags(&inbox.body).iter().any(|tag| tag.get("aria-label") == Some("Requests, 1 waiting for you")));
    assert!(html::tags(&inbox.body).iter().any(|tag| tag.get("aria-label") == Some("Notices, 1 unread")));
    let page = john.open(&request).await.expect(200);
    html::assert_harmless(&page.body, "a decision");
    let again = john.press(&page, "Deny", &[("reason", "")]).await.expect(200);
    assert!(again.text().contains(text::words(Code::ReasonMissing).title), "{}", again.text());
    for (until, code) in [("soon", Code::DateInvalid), ("2020-01-01", Code::DatePast)] {
        let again = john.press(&page, "Approve", &[("until", until)]).await.expect(200);
        assert!(again.text().contains(text::words(code).title), "{until}: {}", again.text());
    }
    let done = john.press(&page, "Approve", &[]).await.expect(200);
    assert!(done.path.starts_with("/requests?"), "{}", done.path);
    assert!(done.text().contains("Approved."), "{}", done.text());
    // A second tab learns who was quicker.
    let late = john.press(&page, "Deny", &[("reason", "Not now.")]).await.expect(200);
    assert!(late.text().contains(text::words(Code::RequestDecided).title), "{}", late.text());
    assert!(late.text().contains("John Doe approved this"), "{}", late.text());
    // Programs get codes.
    let id = request.rsplit('/').next().unwrap().to_owned();
    let answer = john.call("/api/requests/decide", &[("request", &id), ("action", "approve")]).await;
    assert!(answer.body.contains("requestDecided"), "{}", answer.body);
    john.call("/api/requests/decide", &[("request", &id), ("action", "maybe")]).await.expect(400);
    lena.call("/api/requests/decide", &[("request", &id), ("action", "approve")]).await.expect(403);
}

#[tokio::test]
async fn nobody_learns_of_what_is_not_theirs() {
    let panel = panel().await;
    let group = panel.group("library").await;
    let mut lena = panel.signed_in("Lena Lee").await;
    let page = lena.open(&format!("/groups/{group}/join")).await.expect(200);
    let asked = lena.press(&page, "Send request", &[("reason", "Please.")]).await.expect(200);
    let request = asked.path.split('?').next().unwrap().to_owned();
    let id = request.rsplit('/').next().unwrap().to_owned();
    let mut omar = panel.signed_in("Omar Owner").await;
    omar.open(&request).await.expect(404);
    for path in ["/api/requests/decide", "/api/requests/withdraw", "/api/requests/remind"] {
        for request in [id.as_str(), "nonsense", ""] {
            omar.call(path, &[("request", request), ("action", "approve")]).await.expect(404);
        }
    }
    omar.call("/api/requests/ask", &[("group", "nonsense"), ("reason", "x")]).await.expect(404);
    omar.call("/api/requests/ask", &[("app", &group.to_string()), ("reason", "x")]).await.expect(404);
    omar.call("/api/notices/preference", &[("mail", "often")]).await.expect(400);
    omar.call("/api/notices/read", &[("notice", "nonsense")]).await.expect(404);
    omar.call("/api/notices/read", &[]).await.expect(200);
    let mut stranger = panel.browser();
    for path in ["/requests", "/notices", "/catalogue", request.as_str()] {
        stranger.get(path).await.expect(303);
    }
    for path in ["/api/requests/ask", "/api/groups/join", "/api/requests/decide", "/api/notices/read"] {
        stranger.call(path, &[("group", &group.to_string()), ("request", &id)]).await.expect(401);
    }
}

#[tokio::test]
async fn joined_found_and_told() {
    let panel = panel().await;
    let group = panel.group("cycling").await;
    let (mut lena, mut john) = (panel.signed_in("Lena Lee").await, panel.signed_in("John Doe").await);
    let found = lena.open("/catalogue?q=cycl").await.expect(200);
    assert!(html::links(&found.body).contains(&format!("/groups/{group}/join")), "{}", found.text());
    assert!(lena.open("/catalogue?q=%22%3E%3Cscript%3E").await.expect(200).text().contains("Nothing matches"));
    let page = lena.open(&format!("/groups/{group}/join")).await.expect(200);
    let joined = lena.press(&page, "Join", &[]).await.expect(200);
    assert!(joined.text().contains("You are in this group now."), "{}", joined.text());
    let late = lena.press(&page, "Join", &[]).await.expect(200);
    assert!(late.text().contains(text::words(Code::AlreadyHas).title), "{}", late.text());
    let told = john.open("/notices").await.expect(200);
    assert!(told.text().contains("Lena Lee has joined Cycling"), "{}", told.text());
    let read = john.press(&told, "Mark all as read", &[]).await.expect(200);
    assert!(!read.has_button("Mark all as read"), "{}", read.text());
    let kept = john.press(&read, "Save", &[("mail", "none")]).await.expect(200);
    assert!(kept.text().contains("Your choice is kept."), "{}", kept.text());
}
