//! What somebody who is not signed in gets, and what no cache may keep.

use reqwest::Method;
use uuid::Uuid;

use super::panel::{AURORA, JOHN, Panel};

/// Every page that needs somebody signed in.
async fn pages(panel: &Panel) -> Vec<String> {
    let (group, app) = (panel.group(AURORA).await, panel.app("design-review").await);
    let ana = panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id;
    vec![
        "/".to_owned(),
        "/?q=design%20review".to_owned(),
        format!("/apps/{app}/launch"),
        "/groups".to_owned(),
        format!("/groups/{group}"),
        format!("/groups/{group}?q=a%26b&after=x"),
        format!("/groups/{group}/invite"),
        format!("/groups/{group}/members/{ana}/remove"),
        "/guests".to_owned(),
        "/guests?filter=waiting&q=a%26b".to_owned(),
        "/guests/invite".to_owned(),
        "/guests/invited?told=x".to_owned(),
        format!("/guests/confirm?action=revoke&users%5B%5D={ana}"),
        format!("/guests/{ana}"),
        format!("/guests/{ana}/withdraw"),
        "/profile".to_owned(),
        "/profile/leave".to_owned(),
        format!("/invitations/preview?group={group}"),
    ]
}

/// Server functions that need somebody signed in, with fields that would make sense.
const FUNCTIONS: [(&str, &[(&str, &str)]); 11] = [
    ("/api/invitations/create", &[("group", "01890000-0000-7000-8000-000000000000"), ("address", "a@b.example")]),
    (
        "/api/memberships/remove",
        &[("group", "01890000-0000-7000-8000-000000000000"), ("user", "01890000-0000-7000-8000-000000000000")],
    ),
    ("/api/guests/steer", &[("action", "resend"), ("users[]", "01890000-0000-7000-8000-000000000000")]),
    ("/api/guests/withdraw", &[("guest", "01890000-0000-7000-8000-000000000000")]),
    ("/api/invitations/answer", &[("answer", "accept"), ("invitation", "01890000-0000-7000-8000-000000000000")]),
    ("/api/invitations/create", &[("groups[]", "01890000-0000-7000-8000-000000000000"), ("address", "a@b.example")]),
    (
        "/api/invitations/link",
        &[("invitation", "01890000-0000-7000-8000-000000000000"), ("guest", "01890000-0000-7000-8000-000000000000")],
    ),
    (
        "/api/invitations/steer",
        &[
            ("action", "revoke"),
            ("invitation", "01890000-0000-7000-8000-000000000000"),
            ("guest", "01890000-0000-7000-8000-000000000000"),
        ],
    ),
    ("/api/sessions/end", &[("session", "01890000-0000-7000-8000-000000000000")]),
    ("/api/sessions/end", &[("all", "1")]),
    ("/api/users/leave", &[]),
];

#[tokio::test]
async fn pages_send_strangers_to_the_door_and_back() {
    let panel = Panel::start().await;
    let unknown = ["/nothing/here", "/admin", "/groups/not-an-id", "/index.php?a=b"].map(str::to_owned);
    for path in pages(&panel).await.into_iter().chain(unknown) {
        for method in [Method::GET, Method::HEAD] {
            let answer = panel.browser().send(method, &path, &[("accept", "text/html")], None).await.expect(303);
            let (door, query) = answer.location().split_once('?').unwrap();
            assert_eq!(door, "/sign-in");
            let back: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            assert_eq!(back, [("return_to".to_owned(), path.clone())]);
        }
    }
    // It leads back for real.
    let path = &pages(&panel).await[5];
    assert_eq!(panel.browser().sign_in("John Doe", path).await.expect(200).path, *path);
}

#[tokio::test]
async fn programs_get_401_and_browsers_the_door() {
    let panel = Panel::start().await;
    for (path, fields) in FUNCTIONS {
        for fields in [fields, &[]] {
            let answer = panel.browser().call(path, fields).await;
            assert_eq!(answer.status, 401, "{path} {fields:?}: {}", answer.body);
            assert!(answer.body.contains("unauthenticated"), "{path} {fields:?}: {}", answer.body);
            let answer = panel.browser().post(path, fields).await;
            assert_eq!(answer.status, 302, "{path} {fields:?}");
            assert!(answer.location().starts_with("/sign-in?return_to=%2F"), "{path}: {}", answer.location());
        }
    }
    let group = panel.group(AURORA).await.to_string();
    panel.browser().call("/invitations/preview", &[("group", &group)]).await.expect(401);
    // A made-up session is no session.
    let mut forger = panel.browser();
    for id in ["x", "AAAAAAAAAAAAAAAAAAAAAA", "' OR 1=1 --", &"9".repeat(5000)] {
        forger.jar.insert(super::browser::SESSION.to_owned(), id.to_owned());
        forger.call("/api/users/leave", &[]).await.expect(401);
    }
}

#[tokio::test]
async fn what_is_nowhere_is_404_for_those_inside() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let nobody = Uuid::from_u128(1);
    for path in [
        "/nothing/here".to_owned(),
        "/groups/not-an-id".to_owned(),
        format!("/groups/{nobody}"),
        format!("/groups/{nobody}/invite"),
        format!("/groups/{}/members/{nobody}/remove", panel.group(AURORA).await),
        format!("/apps/{nobody}/launch"),
        "/admin".to_owned(),
        "/guests/nothing".to_owned(),
        format!("/guests/{nobody}"),
        format!("/guests/{nobody}/withdraw"),
        "/guests/invited?told=nothing".to_owned(),
    ] {
        let page = john.get(&path).await.expect(404);
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(super::html::links(&page.body).contains(&"/".to_owned()), "{path} offers no way on");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
    for path in ["/api/nothing/here", "/api/", "/api/invitations/create/x"] {
        let status = john.call(path, &[]).await.status;
        assert!(matches!(status, 400 | 404 | 405), "{path}: {status}");
    }
}

#[tokio::test]
async fn personal_pages_are_not_kept_by_any_cache() {
    let panel = Panel::start().await;
    panel.invite(JOHN, AURORA, "mira@studio.example", "").await;
    let link = panel.mail_to("mira@studio.example").await.redeem_path();
    let mut john = panel.signed_in("John Doe").await;
    for path in pages(&panel).await.iter().map(String::as_str).chain([&*link, "/sign-in", "/demo/apps/design-review"]) {
        let answer = john.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    // Pages of a sign-in hold addresses too.
    let mut guest = panel.browser();
    for path in [&*link, "/sign-in", "/sign-in/problem?code=notInvited"] {
        assert_eq!(guest.get(path).await.header("cache-control"), "no-store", "{path}");
    }
    let page = guest.open(&link).await;
    let page = guest.press(&page, "Get started", &[]).await.expect(200);
    assert!(page.path.starts_with("/sign-in/code?"));
    assert_eq!(page.header("cache-control"), "no-store");
}
