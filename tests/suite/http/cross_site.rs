//! Other sites cannot post in our people's names, and following links changes nothing.

use reqwest::Method;

use super::{
    browser::encode,
    html,
    panel::{AURORA, JOHN, Panel},
};

/// Every route that takes a POST, besides the callback.
const POSTS: [&str; 23] = [
    "/oauth2/v2.0/logout/confirm",
    "/api/guests/steer",
    "/api/guests/withdraw",
    "/api/invitations/answer",
    "/api/invitations/check",
    "/api/bulk/create",
    "/api/bulk/steer",
    "/api/invitations/create",
    "/api/invitations/link",
    "/api/invitations/steer",
    "/api/memberships/remove",
    "/api/passcodes/send",
    "/api/passcodes/enter",
    "/api/redemptions/start",
    "/api/redemptions/decline",
    "/api/redemptions/ask",
    "/api/sessions/end",
    "/api/sign-in/start",
    "/api/sign-in/address",
    "/api/users/leave",
    "/sign-out",
    "/invitations/preview",
    "/demo/idp/gmail/authorize",
];

#[tokio::test]
async fn posts_from_other_sites_are_refused() {
    let panel = Panel::start().await;
    let (guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let ana = panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id.to_string();
    // Fields that would do something on every one of the routes.
    let body = encode(&[("group", &group), ("user", &ana), ("address", "x@gmail.com"), ("all", "1"), ("message", "")]);
    let before = panel.audit().await.len();
    for path in POSTS {
        for from in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://localhost:1")],
            &[("origin", "http://localhost.evil.example")],
        ] {
            for accept in ["text/html", "application/json"] {
                for browser in [&guest, &john] {
                    let form = [("content-type", "application/x-www-form-urlencoded"), ("accept", accept)];
                    let headers: Vec<_> = form.iter().chain(from).copied().collect();
                    let answer = browser.clone().send(Method::POST, path, &headers, Some(body.clone())).await;
                    assert_eq!(answer.status, 403, "{path} {headers:?}");
                    assert!(answer.cookies().is_empty() && answer.location().is_empty(), "{path} {headers:?}");
                }
            }
        }
    }
    assert_eq!(panel.audit().await.len(), before);
    assert!(panel.deliver().await.is_empty());
    for mut browser in [guest, john] {
        browser.get("/").await.expect(200);
    }
}

#[tokio::test]
async fn posts_from_our_own_pages_pass() {
    let panel = Panel::start().await;
    let group = panel.group(AURORA).await.to_string();
    for (index, from) in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", &*panel.url)],
        &[("origin", &*panel.url), ("sec-fetch-site", "same-origin")],
        // A program sends neither.
        &[],
    ]
    .iter()
    .enumerate()
    {
        let mut john = panel.signed_in("John Doe").await;
        let address = format!("guest{index}@partner.example");
        let form = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")];
        let headers: Vec<_> = form.iter().chain(*from).copied().collect();
        let body = encode(&[("group", &group), ("address", &address)]);
        john.send(Method::POST, "/api/invitations/create", &headers, Some(body)).await.expect(200);
        assert_eq!(panel.deliver().await.len(), 1);
        john.send(Method::POST, "/sign-out", &headers, Some(String::new())).await.expect(303);
    }
}

/// Mail scanners follow every link, by GET and HEAD, and so do curious browsers.
#[tokio::test]
async fn following_links_changes_nothing() {
    let panel = Panel::start().await;
    let address = "gsamoogle@gmail.com";
    panel.invite(JOHN, AURORA, address, "See https://elsewhere.example/page").await;
    let sent = panel.mail_to(address).await;
    let ticket = sent.redeem_path().split_once('=').unwrap().1.to_owned();
    let mut links: Vec<String> = html::links(&sent.mail.html);
    links.extend(sent.mail.text.split_whitespace().filter(|word| word.contains("://")).map(str::to_owned));
    links.retain(|link| link.starts_with(&panel.url));
    assert!(links.iter().any(|link| link.contains("/redeem?ticket=")), "{links:?}");
    let mut john = panel.signed_in("John Doe").await;
    for page in ["/", "/groups", "/profile", &format!("/groups/{}", panel.group(AURORA).await)] {
        let page = john.open(page).await;
        links.extend(html::links(&page.body).into_iter().filter(|link| !link.contains("/launch")));
    }
    links.extend(POSTS.map(str::to_owned));
    links.push("/api/users/leave?x=1".to_owned());

    let group = format!("/groups/{}", panel.group(AURORA).await);
    let state = async |panel: &Panel| {
        let page = panel.directory.redeem_page(&ticket).await.unwrap();
        let audit: Vec<_> = panel.audit().await.into_iter().map(|row| row.id).collect();
        (page, audit)
    };
    let before = state(&panel).await;
    for link in links.iter().filter(|link| link.starts_with('/') || link.starts_with(&panel.url)) {
        for method in [Method::GET, Method::HEAD] {
            for mut browser in [panel.browser(), john.clone()] {
                let answer = browser.send(method.clone(), link, &[("accept", "text/html")], None).await;
                assert!(answer.status < 500, "{link}");
                browser.follow(answer).await;
            }
        }
    }
    assert_eq!(state(&panel).await, before);
    assert!(panel.deliver().await.is_empty());
    assert!(john.open(&group).await.expect(200).text().contains("Invited"));
}
