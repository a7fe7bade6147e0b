//! What the headers promise: policies, hosts, caching, request ids, metrics, limits.

use reqwest::Method;

use super::{
    browser::Answer,
    html,
    panel::{AURORA, JOHN, Panel, Setup},
};

/// The policy of every page of ours.
fn policy(panel: &Panel, nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self' https: {}; base-uri 'none'; \
         frame-ancestors 'none'",
        panel.url
    )
}

fn nonce(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy");
    policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_page_has_the_policy_with_a_nonce_of_its_own() {
    let panel = Panel::with(Setup { demo: true, ..Setup::default() }).await;
    let group = panel.group(AURORA).await;
    let ana = panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id;
    panel.invite(JOHN, AURORA, "mira@studio.example", "").await;
    let link = panel.mail_to("mira@studio.example").await.redeem_path();
    let mut john = panel.signed_in("John Doe").await;
    let mut seen = Vec::new();
    for path in [
        "/",
        "/",
        "/?q=design",
        "/groups",
        &format!("/groups/{group}"),
        &format!("/groups/{group}/invite"),
        &format!("/groups/{group}/members/{ana}/remove"),
        "/profile",
        "/profile/leave",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/problem?code=providerDown",
        &link,
        "/redeem?ticket=x",
        "/nothing",
        "/apps/x/launch",
    ] {
        let page = john.get(path).await;
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        let nonce = nonce(&page);
        assert!(nonce.len() >= 22, "{path}: {nonce}");
        assert_eq!(page.header("content-security-policy"), policy(&panel, &nonce), "{path}");
        assert_eq!(page.headers.get_all("content-security-policy").iter().count(), 1);
        assert!(!seen.contains(&nonce), "{path}: a nonce came twice");
        seen.push(nonce.clone());
        for tag in html::tags(&page.body).iter().filter(|tag| !tag.closing) {
            // What stands in the page itself would need the nonce; and nothing could allow a style.
            let inline = tag.name == "script" && tag.get("src").is_none();
            assert!(!inline || tag.get("nonce") == Some(&nonce), "{path}: {tag:?}");
            assert!(tag.name != "style" && tag.get("style").is_none(), "{path}: {tag:?}");
        }
        html::assert_harmless(&page.body, path);
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(page.header("strict-transport-security"), "", "plain http on loopback");
    }
    // So have redirects, refusals and files.
    for answer in [
        panel.browser().get("/").await,
        panel.browser().call("/api/users/leave", &[]).await,
        panel.browser().get("/brand.css").await,
        panel.browser().get("/pkg/none.css").await,
        panel.browser().send(Method::DELETE, "/groups", &[], None).await,
        panel.browser().send(Method::POST, "/sign-out", &[("sec-fetch-site", "cross-site")], None).await,
    ] {
        assert_eq!(answer.header("content-security-policy"), policy(&panel, &nonce(&answer)), "{}", answer.path);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", answer.path);
    }
}

#[tokio::test]
async fn frames_and_demo_pages_have_policies_of_their_own() {
    let panel = Panel::start().await;
    let group = panel.group(AURORA).await;
    panel.invite(JOHN, AURORA, "mira@studio.example", "").await;
    panel.deliver().await;
    let mut john = panel.signed_in("John Doe").await;
    for (path, status) in [
        (format!("/invitations/preview?group={group}"), 200),
        ("/invitations/preview?group=x".to_owned(), 404),
        ("/demo/mailbox/1/html".to_owned(), 200),
    ] {
        let frame = john.get(&path).await.expect(status);
        let policy = frame.header("content-security-policy");
        assert!(policy.starts_with("sandbox"), "{path}: {policy}");
        for wanted in ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "frame-ancestors 'self'"] {
            assert!(policy.contains(wanted), "{path}: {policy}");
        }
        assert!(!policy.contains("script") && !policy.contains("allow-same-origin"), "{path}: {policy}");
        assert_eq!(frame.header("cache-control"), "no-store");
    }
    let mut stranger = panel.browser();
    let door = stranger.open("/sign-in").await;
    stranger.press(&door, "Sign in", &[]).await.expect(200);
    for path in ["/demo/mailbox", "/demo/apps/design-review", "/demo/idp/gmail/authorize?client_id=other"] {
        let page = john.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(!policy.contains("script-src"), "{path}: nothing runs there: {policy}");
    }
}

#[tokio::test]
async fn pages_and_files_are_compressed_and_hashed_files_last() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let page = browser.get("/sign-in").await;
    for (accept, encoding) in [("gzip", "gzip"), ("br", "br"), ("gzip, br;q=1.0", "br"), ("identity", "")] {
        let answer = browser.send(Method::GET, "/sign-in", &[("accept-encoding", accept)], None).await.expect(200);
        assert_eq!(answer.header("content-encoding"), encoding, "{accept}");
        assert!(answer.header("vary").to_ascii_lowercase().contains("accept-encoding"), "{accept}");
    }
    let brand = browser.get("/brand.css").await.expect(200);
    assert!(brand.header("content-type").starts_with("text/css") && brand.body.contains("--brand-h:158"));

    // Without the browser's half (`make site`) there are no files to look at; `make test` builds it first.
    let tags = html::tags(&page.body);
    let files: Vec<&str> = tags
        .iter()
        .filter_map(|tag| tag.get("href").or(tag.get("src")))
        .filter(|path| path.starts_with("/pkg/"))
        .collect();
    assert_eq!(files.len(), 2, "target/site is empty: run `make site` first");
    for path in files {
        let bare = browser.get(path).await.expect(200);
        assert_eq!(bare.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        let kind = if path.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(bare.header("content-type").starts_with(kind), "{path}: {}", bare.header("content-type"));
        for encoding in ["br", "gzip"] {
            let packed = browser.send(Method::GET, path, &[("accept-encoding", encoding)], None).await.expect(200);
            assert_eq!(packed.header("content-encoding"), encoding, "{path}");
            assert_eq!(packed.headers.get_all("content-encoding").iter().count(), 1, "{path} was packed twice");
            assert_eq!(packed.header("cache-control"), bare.header("cache-control"));
            assert!(packed.header("vary").to_ascii_lowercase().contains("accept-encoding"));
        }
        let refused = browser.send(Method::GET, path, &[("accept-encoding", "br;q=0, gzip;q=0")], None).await;
        assert_eq!(refused.header("content-encoding"), "", "what was refused by q=0 came anyway");
        browser.get(&format!("{path}.br")).await.expect(404);
    }
    for path in [
        "/pkg/manifest.json",
        "/manifest.json",
        "/pkg/../manifest.json",
        "/pkg/..%2fmanifest.json",
        "/pkg/%2e%2e/%2e%2e/Cargo.toml",
    ] {
        let answer = browser.get(path).await;
        assert!(matches!(answer.status, 303 | 404), "{path}: {}", answer.status);
    }
    let icon = browser.get("/favicon.svg").await.expect(200);
    assert!(!icon.header("cache-control").contains("immutable"), "its name never changes, its contents may");
}

#[tokio::test]
async fn requests_have_ids_that_nobody_can_abuse() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let first = john.get("/").await.header("x-request-id").to_owned();
    let second = john.get("/").await.header("x-request-id").to_owned();
    assert!(first.len() >= 16 && first != second, "{first} {second}");
    for path in ["/healthz", "/brand.css", "/nothing"] {
        assert!(!john.get(path).await.header("x-request-id").is_empty(), "{path}");
    }
    // A client's own id may be taken over, but not a log line, or a page of text.
    let long = "a".repeat(5000);
    for given in ["client-chosen-1", &long, "x level=ERROR msg=\"forged\"", "<script>alert(1)</script>", "é"] {
        let answer = john.send(Method::GET, "/", &[("x-request-id", given), ("accept", "text/html")], None).await;
        assert_eq!(answer.status, 200, "{given:.40}");
        let id = answer.header("x-request-id");
        let sane =
            (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
        assert!(sane, "the client's {given:.40} became the id {id:.80} ({} characters)", id.len());
    }
}

#[tokio::test]
async fn metrics_are_for_those_who_know_the_token() {
    let open = Panel::start().await;
    open.browser().get("/sign-in").await.expect(200);
    let metrics = open.browser().get("/metrics").await.expect(200);
    assert!(metrics.header("content-type").starts_with("text/plain"));

    let panel = Panel::with(Setup { metrics_token: Some("s3cret".to_owned()), ..Setup::default() }).await;
    let mut browser = panel.browser();
    for headers in [
        &[][..],
        &[("authorization", "Bearer ")],
        &[("authorization", "Bearer wrong")],
        &[("authorization", "s3cret")],
        &[("authorization", "Basic s3cret")],
        &[("authorization", "Bearer s3cret2")],
    ] {
        let answer = browser.send(Method::GET, "/metrics", headers, None).await;
        assert_eq!(answer.status, 404, "{headers:?}");
        assert!(answer.body.is_empty());
    }
    // An administrator's session is no token.
    panel.signed_in("Ada Admin").await.get("/metrics").await.expect(404);
    browser.send(Method::GET, "/metrics", &[("authorization", "Bearer s3cret")], None).await.expect(200);
    assert_eq!(browser.get("/healthz").await.expect(200).body, "ok\n");
    assert_eq!(browser.get("/readyz").await.expect(200).body, "ready\n");
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    for length in [257 * 1024, 5 * 1024 * 1024] {
        let message = "m".repeat(length);
        let fields = [("group", &*group), ("address", "large@partner.example"), ("message", &*message)];
        for path in
            ["/api/invitations/create", "/invitations/preview", "/sign-in/callback/members", "/demo/idp/gmail/token"]
        {
            let answer = john.call(path, &fields).await;
            assert!(matches!(answer.status, 400 | 413), "{path} with {length} bytes: {}", answer.status);
        }
        let answer = john.post("/api/invitations/create", &fields).await;
        assert!((300..500).contains(&answer.status), "{}", answer.status);
    }
    assert!(panel.deliver().await.is_empty());
    // A message that is merely too long for an invitation is a matter of the form.
    let message = "m".repeat(100 * 1024);
    let fields = [("group", &*group), ("address", "large@partner.example"), ("message", &*message)];
    assert!(john.call("/api/invitations/create", &fields).await.expect(400).body.contains("messageTooLong"));
}
