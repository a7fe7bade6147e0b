//! Running a group, as a browser without JavaScript does it.

use reqwest::Method;

use super::{
    browser::{Answer, Browser},
    panel::{AURORA, JOHN, Panel},
};

const BOUNDARY: &str = "----boundaryOfThisTest";

/// Everything that takes a post here.
const POSTS: [&str; 12] = [
    "/api/groups/create",
    "/api/groups/edit",
    "/api/groups/delete",
    "/api/groups/restore",
    "/api/owners/add",
    "/api/owners/remove",
    "/api/memberships/add",
    "/api/memberships/leave",
    "/api/memberships/remove-several",
    "/api/memberships/until",
    "/groups/01890000-0000-7000-8000-000000000000/picture",
    "/apps/01890000-0000-7000-8000-000000000000/picture",
];

async fn pages(panel: &Panel) -> Vec<String> {
    let group = panel.group(AURORA).await;
    let ana = panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id;
    let john = panel.caller(JOHN, &[]).await.user_id;
    let mut pages = vec!["/groups/new".to_owned(), "/groups/deleted".to_owned()];
    for page in ["add", "delete", "history", "leave", "settings"] {
        pages.push(format!("/groups/{group}/{page}"));
    }
    pages.push(format!("/groups/{group}/members/{ana}"));
    pages.push(format!("/groups/{group}/members/remove?users%5B%5D={ana}"));
    pages.push(format!("/groups/{group}/owners/{john}/remove"));
    pages
}

#[tokio::test]
async fn pages_and_posts_want_somebody_signed_in() {
    let panel = Panel::start().await;
    let mut nobody = panel.browser();
    for page in pages(&panel).await {
        let answer = nobody.get(&page).await.expect(303);
        assert!(answer.location().starts_with("/sign-in?return_to="), "{page}: {}", answer.location());
    }
    for post in POSTS {
        nobody.call(post, &[("group", "01890000-0000-7000-8000-000000000000")]).await.expect(401);
    }
    nobody.get("/pictures/01890000-0000-7000-8000-000000000000").await.expect(303);
}

#[tokio::test]
async fn nothing_posted_breaks_anything() {
    let panel = Panel::start().await;
    let john = panel.signed_in("John Doe").await;
    for path in POSTS {
        for kind in [
            "application/x-www-form-urlencoded",
            "application/json",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
        ] {
            for body in ["", "unknown=field&x", "users=x&users[]=&group=", "\u{0}\u{fffd}", "--x\r\n\r\n"] {
                for accept in ["text/html", "application/json"] {
                    let headers = [("accept", accept), ("content-type", kind), ("origin", &*john.origin)];
                    let answer = john.clone().send(Method::POST, path, &headers, Some(body.to_owned())).await;
                    assert!(
                        (200..500).contains(&answer.status),
                        "{path} {kind} {body:?}: {} {}",
                        answer.status,
                        answer.body
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed() {
    let panel = Panel::start().await;
    let mut lena = panel.signed_in("Lena Lee").await;
    lena.open("/groups/new").await.expect(200).form("Create group");
    let typed = [
        ("name", "Book <club>"),
        ("purpose", "Reads & talks"),
        ("days", "99999"),
        ("listed", "1"),
        ("join_policy", "open"),
        ("allow", "fabrikam.example"),
    ];
    let answer = lena.post("/api/groups/create", &typed).await.expect(302);
    let back = lena.follow(answer).await.expect(200);
    assert!(back.path.starts_with("/groups/new?again="), "{}", back.path);
    let form = back.form("Create group");
    for (name, value) in typed {
        if name != "purpose" && name != "allow" {
            assert_eq!(form.field(name), Some(value), "{name}");
        }
    }
    assert!(back.body.contains("Reads &amp; talks") && back.body.contains("fabrikam.example"));
    assert!(back.body.contains("days-error"));
    let made = lena.press(&back, "Create group", &[("days", "30")]).await.expect(200);
    assert!(made.path.ends_with("?done=created"), "{}", made.path);
    assert_eq!(made.heading(), "Book <club>");
}

async fn send(browser: &mut Browser, path: &str, accept: &str, parts: &[(&str, &[u8])]) -> Answer {
    // The client sends texts only, so a picture is one that is a text: too large, or none at all.
    let mut body = String::new();
    for (name, content) in parts {
        body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x.png\"\r\n\r\n");
        body += &String::from_utf8_lossy(content);
        body += "\r\n";
    }
    body += &format!("--{BOUNDARY}--\r\n");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let origin = browser.origin.clone();
    let headers =
        [("accept", accept), ("content-type", &*kind), ("origin", &*origin), ("sec-fetch-site", "same-origin")];
    browser.send(Method::POST, path, &headers, Some(body)).await
}

#[tokio::test]
async fn pictures_that_are_none() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await;
    let path = format!("/groups/{group}/picture");
    let large = vec![b'x'; 2 * 1024 * 1024 + 10];
    for (parts, status, code) in [
        (vec![("picture", &b"<svg/>"[..])], 400, "invalidPicture"),
        (vec![("picture", &large[..])], 413, "pictureTooLarge"),
        (vec![("other", &b"x"[..])], 400, "fileMissing"),
        (vec![("picture", &b""[..])], 400, "fileMissing"),
    ] {
        let answer = send(&mut john, &path, "application/json", &parts).await.expect(status);
        assert!(answer.body.contains(code), "{code}: {}", answer.body);
    }
    let answer = send(&mut john, &path, "text/html", &[("picture", b"<svg/>")]).await.expect(303);
    let page = john.follow(answer).await.expect(200);
    assert!(page.path.starts_with(&format!("/groups/{group}/settings?again=")), "{}", page.path);
    assert!(page.body.contains("picture-error"));
    // Nobody else's are even looked at.
    let mut lena = panel.signed_in("Lena Lee").await;
    let answer = send(&mut lena, &path, "application/json", &[("picture", b"<svg/>")]).await;
    assert!(matches!(answer.status, 403 | 404), "{}", answer.status);
    send(&mut lena, "/groups/x/picture", "application/json", &[]).await.expect(404);
}

#[tokio::test]
async fn posts_from_other_sites_are_refused() {
    let panel = Panel::start().await;
    let john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let before = panel.audit().await.len();
    for path in POSTS {
        let body = super::browser::encode(&[("group", &group), ("name", "Mine"), ("change", "never")]);
        let headers = [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ];
        let answer = john.clone().send(Method::POST, path, &headers, Some(body)).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    assert_eq!(panel.audit().await.len(), before);
}
