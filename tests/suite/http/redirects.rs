//! Whatever is asked for, a redirect of ours leads to a page of ours.

use reqwest::Method;

use super::{
    browser::Answer,
    panel::{AURORA, JOHN, Panel},
};

const EVIL: [&str; 14] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "\t//evil.example",
    "/\r\nLocation: https://evil.example",
    "evil.example",
    "@evil.example",
];

/// A browser that follows this stays with us.
#[track_caller]
fn assert_ours(panel: &Panel, answer: &Answer, what: &str) {
    let location = answer.location();
    if location.is_empty() {
        return;
    }
    let target = url::Url::parse(&panel.url).unwrap().join(location).unwrap();
    assert_eq!(target.origin().ascii_serialization(), panel.url, "{what}: {location}");
    assert!(!location.starts_with("//") && !location.contains('\\'), "{what}: {location}");
}

#[tokio::test]
async fn the_way_back_after_signing_in_is_ours() {
    let panel = Panel::start().await;
    for evil in EVIL {
        let query = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect::<String>();
        let mut browser = panel.browser();
        let door = browser.get(&format!("/sign-in?return_to={query}")).await.expect(200);
        assert_eq!(door.form("Sign in").field("return_to"), Some("/"), "{evil:?}");
        assert_eq!(door.form("Continue").field("return_to"), Some("/"), "{evil:?}");

        // Whoever writes it into the form gets no further.
        let choice = browser.press(&door, "Sign in", &[("return_to", evil)]).await.expect(200);
        let callback = browser.press_only(&choice, "John Doe", &[]).await;
        let landing = browser.get(callback.location()).await.expect(303);
        assert_eq!(landing.location(), "/", "{evil:?}");
        let refused = panel.browser().post("/api/sign-in/address", &[("address", "x"), ("return_to", evil)]).await;
        assert_ours(&panel, &refused, evil);
        assert!(refused.location().starts_with("/sign-in?return_to=%2F&again="), "{}", refused.location());
    }
    // Through a code.
    let (_, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let mut browser = panel.browser();
    let door = browser.open("/sign-in").await;
    let fields = [("address", "mira@studio.example"), ("return_to", "//evil.example")];
    let page = browser.press(&door, "Continue", &fields).await;
    let page = browser.press(&page, "Send code", &[]).await;
    let code = panel.mail_to("mira@studio.example").await.code().to_owned();
    let landing = browser.press_only(&page, "Continue", &[("code", &code)]).await.expect(302);
    assert_eq!(landing.location(), "/");
    // What is ours is kept.
    let page = panel.browser().sign_in("John Doe", "/groups?a=b%26c").await.expect(200);
    assert_eq!(page.path, "/groups?a=b%26c");
}

#[tokio::test]
async fn odd_paths_lead_to_the_door_and_no_further() {
    let panel = Panel::start().await;
    for path in ["//evil.example", "//evil.example/..", "/%2f%2fevil.example", "/\\evil.example", "/.//evil.example"] {
        let mut browser = panel.browser();
        let url = format!("{}{path}", panel.url);
        let answer = browser.send(Method::GET, &url, &[("accept", "text/html")], None).await.expect(303);
        assert_ours(&panel, &answer, path);
        let door = browser.follow(answer).await.expect(200);
        let back = door.form("Sign in").field("return_to").unwrap().to_owned();
        assert!(back.starts_with('/') && !back.starts_with("//") && !back.contains('\\'), "{path}: {back}");
        // The other way round, with somebody signed in: a page that is not there.
        let mut john = panel.signed_in("John Doe").await;
        let answer = john.send(Method::GET, &url, &[("accept", "text/html")], None).await;
        assert!(matches!(answer.status, 200 | 404), "{path}: {} {}", answer.status, answer.location());
    }
}

#[tokio::test]
async fn the_referer_leads_nowhere() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let form = "application/x-www-form-urlencoded";
    let large = format!("message={}", "a".repeat(300 * 1024));
    let mut broken = Vec::new();
    for path in [
        "/api/invitations/create",
        "/api/memberships/remove",
        "/api/passcodes/send",
        "/api/passcodes/enter",
        "/api/redemptions/start",
        "/api/sessions/end",
        "/api/sign-in/start",
        "/api/sign-in/address",
        "/api/users/leave",
        "/api/nothing/here",
        "/sign-out",
    ] {
        for (kind, body) in [
            (form, ""),
            (form, "group=%ff%fe&address=%zz"),
            (form, "group=a&group=b"),
            (form, "group[a]=b"),
            ("application/json", "{"),
            ("text/plain", "x"),
            ("multipart/form-data; boundary=x", "--x--"),
            (form, &large),
        ] {
            for referer in ["https://evil.example/page", "javascript:alert(1)"] {
                for mut browser in [panel.browser(), john.clone()] {
                    let headers = [("accept", "text/html"), ("content-type", kind), ("referer", referer)];
                    let answer = browser.send(Method::POST, path, &headers, Some(body.to_owned())).await;
                    let what = format!("{path} {kind} {:.40} from {referer}: {}", body, answer.status);
                    let elsewhere = ["evil", "javascript"].iter().any(|word| answer.location().contains(word));
                    if answer.status >= 500 || elsewhere {
                        broken.push(format!("{what} {:.60}", answer.location()));
                    } else {
                        assert_ours(&panel, &answer, &what);
                    }
                }
            }
            if path == "/sign-out" || path == "/api/sessions/end" {
                john = panel.signed_in("John Doe").await;
            }
        }
    }
    broken.dedup();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn what_was_posted_never_becomes_part_of_a_path() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await;
    let odd = [
        "../../evil".to_owned(),
        "//evil.example".to_owned(),
        "\r\nLocation: https://evil.example".to_owned(),
        "%2e%2e%2f".to_owned(),
        "\0".to_owned(),
        String::new(),
        format!("{group}/../../evil"),
        format!("{{{group}}}"),
        format!("urn:uuid:{group}"),
        group.simple().to_string().to_uppercase(),
        format!(" {group} "),
    ];
    for id in &odd {
        for (path, fields) in [
            ("/api/invitations/create", [("group", id.as_str()), ("address", "nonsense")]),
            ("/api/invitations/steer", [("guest", id), ("invitation", id)]),
            ("/api/invitations/link", [("guest", id), ("invitation", id)]),
            ("/api/guests/steer", [("list", id), ("users[]", id)]),
            ("/api/guests/withdraw", [("guest", id), ("x", "")]),
            ("/api/memberships/remove", [("group", id), ("user", id)]),
            ("/api/sessions/end", [("session", id), ("x", "")]),
            ("/api/passcodes/send", [("attempt", id), ("x", "")]),
            ("/api/passcodes/enter", [("attempt", id), ("code", "1")]),
            ("/api/redemptions/start", [("ticket", id), ("way", id)]),
        ] {
            let answer = john.post(path, &fields).await;
            assert!(matches!(answer.status, 302 | 303), "{path} {id:?}: {}", answer.status);
            assert_ours(&panel, &answer, path);
            let first = answer.location().split(['?', '/']).nth(1).unwrap_or_default();
            assert!(
                ["groups", "guests", "profile", "sign-in", "redeem"].contains(&first),
                "{path} {id:?}: {}",
                answer.location()
            );
            assert!(!answer.location().contains("evil") || path.contains("redemptions"), "{}", answer.location());
            let page = john.follow(answer).await;
            assert!(page.status < 500 && page.heading() != "", "{path} {id:?}: {}", page.status);
        }
    }
}

#[tokio::test]
async fn other_hosts_are_led_to_the_public_one() {
    let panel = Panel::start().await;
    let port = panel.url.rsplit(':').next().unwrap();
    for host in [
        "evil.example",
        "evil.example:80",
        &*format!("127.0.0.1:{port}"),
        "localhost",
        "localhost:1",
        "localhost@evil.example",
    ] {
        for path in ["/groups?x=1", "//evil.example/x", "/sign-in?return_to=%2F", "/favicon.svg"] {
            let url = format!("{}{path}", panel.url);
            let answer = panel.browser().send(Method::GET, &url, &[("host", host)], None).await.expect(307);
            assert_eq!(answer.location(), format!("{}{path}", panel.url), "{host}");
        }
        panel.browser().send(Method::POST, "/api/sign-in/start", &[("host", host)], None).await.expect(421);
        panel.browser().send(Method::POST, "/sign-in/callback/members", &[("host", host)], None).await.expect(421);
        for path in ["/healthz", "/readyz", "/metrics"] {
            panel.browser().send(Method::GET, path, &[("host", host)], None).await.expect(200);
        }
    }
    panel.browser().send(Method::GET, "/sign-in", &[("host", &format!("LOCALHOST:{port}"))], None).await.expect(200);
}
