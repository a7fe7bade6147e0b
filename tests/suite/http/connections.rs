//! Connecting apps by the pages: forms that come back, secrets that are shown once, and tests that sign nobody in.

use reqwest::Method;
use uuid::Uuid;

use super::{
    browser::Browser,
    html,
    panel::{OMAR, Panel},
};

const CALLBACK: &str = "https://app.example/cb";

/// Connects an app by its page, as it is first offered.
async fn connect(browser: &mut Browser, app: Uuid) {
    let page = browser.open(&format!("/apps/{app}/sign-in?kind=oidc")).await.expect(200);
    let saved = browser.press(&page, "Save", &[("redirect_uris", CALLBACK)]).await.expect(200);
    assert!(saved.text().contains("Saved."), "{}", saved.text());
}

/// The value of a field by its id.
fn value(page: &str, id: &str) -> String {
    let tags = html::tags(page);
    let field = tags.iter().find(|tag| tag.get("id") == Some(id)).unwrap_or_else(|| panic!("no field {id}"));
    field.get("value").unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_app_is_connected_and_its_secret_is_shown_once() {
    let panel = Panel::start().await;
    let (mut omar, app) = (panel.signed_in("Omar Owner").await, panel.app("timber-library").await);
    let page = omar.open(&format!("/apps/{app}/sign-in")).await.expect(200);
    assert!(page.text().contains("It is a link") && !page.has_button("New secret"), "{}", page.text());
    connect(&mut omar, app).await;
    let page = omar.open(&format!("/apps/{app}/sign-in")).await.expect(200);
    assert_eq!(value(&page.body, "copy-side-0"), panel.url, "the issuer");
    assert_eq!(value(&page.body, "copy-client"), app.to_string());

    let answer = omar.press_only(&page, "New secret", &[]).await.expect(302);
    let shown = answer.location().to_owned();
    assert!(shown.starts_with(&format!("/apps/{app}/secret?told=")), "{shown}");
    // Nobody else sees it, and asking does not use it up.
    let mut ada = panel.signed_in("Ada Admin").await;
    ada.get(&shown).await.expect(404);
    let mut elsewhere = panel.signed_in("Omar Owner").await;
    elsewhere.get(&shown).await.expect(404);
    let other = panel.app("design-review").await;
    ada.get(&shown.replace(&app.to_string(), &other.to_string())).await.expect(404);
    let page = omar.get(&shown).await.expect(200);
    let secret = value(&page.body, "copy-secret");
    assert!(secret.len() == 43 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
    assert!(!shown.contains(&secret) && page.header("cache-control").contains("no-store"));
    assert_eq!(page.body.matches(&secret).count(), 1, "in its field, and nowhere else");
    omar.get(&shown).await.expect(404);

    // Nothing that is kept knows it.
    for row in panel.audit().await {
        assert!(!format!("{row:?}").contains(&secret), "{row:?}");
    }
    let page = omar.open(&format!("/apps/{app}/sign-in")).await.expect(200);
    let hint = &secret[39..];
    assert!(page.text().contains(hint) && !page.body.contains(&secret));
    let page = omar.press(&page, "New secret", &[]).await.expect(200);
    assert_eq!(page.heading(), "The new secret of Timber library");
    // A third one is refused, with what to do.
    let page = omar.open(&format!("/apps/{app}/sign-in")).await.expect(200);
    assert!(!page.has_button("New secret"));
    let answer = omar.post("/api/secrets/create", &[("app", &app.to_string())]).await.expect(302);
    let refused = omar.follow(answer).await.expect(200);
    assert!(refused.text().contains("There are two secrets already"), "{}", refused.text());

    // Deleting asks first.
    let question = omar.press(&page, &format!("Delete the secret …{hint}"), &[]).await.expect(200);
    assert!(question.text().contains("The other secret goes on working"), "{}", question.text());
    let page = omar.press(&question, "Delete", &[]).await.expect(200);
    assert!(page.text().contains("Deleted.") && !page.text().contains(hint), "{}", page.text());
}

#[tokio::test]
async fn a_refused_connection_comes_back_with_everything_typed() {
    let panel = Panel::start().await;
    let (mut omar, app) = (panel.signed_in("Omar Owner").await, panel.app("timber-library").await);
    let hostile = "</textarea><script>alert(1)</script>";
    let page = omar.open(&format!("/apps/{app}/sign-in?kind=oidc")).await.expect(200);
    for (field, text) in [
        ("redirect_uris", hostile),
        ("client_id", "\"><img src=x>"),
        ("initiate_login_uri", "javascript:alert(1)"),
        ("backchannel_logout_uri", "http://10.0.0.1/x"),
        ("post_logout_uris", "ftp://x.example"),
        ("keys", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}"),
        ("claims", "sub = {id}"),
    ] {
        let mut typed = vec![("redirect_uris", CALLBACK), ("claims", "tenant = <b>wood</b>")];
        typed.retain(|(name, _)| *name != field);
        typed.push((field, text));
        let answer = omar.press_only(&page, "Save", &typed).await.expect(302);
        let again = format!("/apps/{app}/sign-in?kind=oidc&again=");
        assert!(answer.location().starts_with(&again), "{}", answer.location());
        let back = omar.follow(answer).await.expect(200);
        html::assert_harmless(&back.body, field);
        let form = back.form("Save");
        for (name, value) in &typed {
            let kept = if *name == "keys" { "" } else { *value };
            assert_eq!(form.field(name), Some(kept), "{field}");
        }
        let tags = html::tags(&back.body);
        let input = tags.iter().find(|tag| tag.get("id") == Some(field)).unwrap();
        assert_eq!(input.get("aria-invalid"), Some("true"), "{field}");
        let described = input.get("aria-describedby").unwrap();
        for id in described.split(' ') {
            assert!(
                tags.iter().any(|tag| tag.get("id") == Some(id)),
                "{field} is described by {id}, which is not there"
            );
        }
        // What is folded away opens for its mistake.
        let folded = tags.iter().any(|tag| tag.name == "details" && tag.get("open").is_some());
        let is_folded = !["redirect_uris", "client_id", "claims"].contains(&field);
        assert_eq!(folded, is_folded, "{field}");
    }
    // All groups are for administrators to allow, whatever is posted.
    let id = app.to_string();
    let all = [
        ("app", &*id),
        ("kind", "oidc"),
        ("auth", "secret"),
        ("signing", "RS256"),
        ("groups_as", "id"),
        ("redirect_uris", CALLBACK),
        ("groups_sent", "all"),
    ];
    omar.call("/api/connections/save", &all).await.expect(403);
    let mut ada = panel.signed_in("Ada Admin").await;
    ada.call("/api/connections/save", &all).await.expect(200);
    let page = omar.open(&format!("/apps/{app}/sign-in")).await.expect(200);
    assert_eq!(page.form("Save").field("groups_sent"), Some("all"), "the owner sees what is in force");
}

/// A refused form is kept for its page in the clear, so of keys only those that are public.
#[tokio::test]
async fn private_keys_are_kept_nowhere() {
    const SECRET: &str = "c2VjcmV0LW9mLXRoZS1hcHA";
    const POINT: &str =
        r#""x":"MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE","y":"MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE""#;
    let panel = Panel::start().await;
    let (mut omar, app) = (panel.signed_in("Omar Owner").await, panel.app("timber-library").await.to_string());
    let curve = format!(r#""crv":"P-256","kty":"EC",{POINT}"#);
    let public = format!(r#"{{"keys":[{{{curve}}}]}}"#);
    for (kind, keys, kept) in [
        ("oidc", format!(r#"{{"keys":[{{{curve},"d":"{SECRET}"}}]}}"#), ""),
        ("oidc", format!(r#"{{"keys":[{{"kty":"oct","k":"{SECRET}"}}]}}"#), ""),
        ("oidc", format!(r#"{{{curve},"d":"{SECRET}"}}"#), ""),
        ("oidc", format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n"), ""),
        // Beside public keys, where nobody looks for it.
        ("oidc", format!(r#"{{"keys":[{{{curve}}}],"d":"{SECRET}"}}"#), &*public),
        ("oidc", format!(r#"{{"keys":[{{{curve},"own":"{SECRET}"}}]}}"#), &*public),
        // Another way of signing in does not look at keys at all.
        ("forward-auth", format!(r#"{{"keys":[{{{curve},"d":"{SECRET}"}}]}}"#), ""),
        ("nonsense", format!(r#"{{"keys":[{{{curve},"d":"{SECRET}"}}]}}"#), ""),
    ] {
        panel.change("DELETE FROM saved_forms").await;
        let typed = [
            ("app", &*app),
            ("kind", kind),
            ("auth", "secret"),
            ("signing", "RS256"),
            ("groups_sent", "none"),
            ("groups_as", "id"),
            ("client_id", "kept"),
            ("keys", keys.as_str()),
        ];
        let answer = omar.post("/api/connections/save", &typed).await.expect(302);
        assert!(answer.location().contains("again="), "{keys}: {}", answer.location());
        let saved =
            |text: &str| format!("UPDATE saved_forms SET form = form WHERE CAST(fields AS text) LIKE '%{text}%'");
        assert_eq!(panel.change(&saved("kept")).await, 1, "the rest is kept: {keys}");
        assert_eq!(panel.change(&saved(SECRET)).await, 0, "{kind}: {keys}");
        if kind == "oidc" {
            let back = omar.follow(answer).await.expect(200);
            assert_eq!(back.form("Save").field("keys"), Some(kept), "{keys}");
        }
    }
    for row in panel.audit().await {
        assert!(!format!("{row:?}").contains(SECRET), "{row:?}");
    }
}

/// Every door of connecting, by people of each kind.
#[tokio::test]
async fn who_may_connect() {
    let panel = Panel::start().await;
    let app = panel.app("timber-library").await.to_string();
    let save = [
        ("app", &*app),
        ("kind", "oidc"),
        ("auth", "secret"),
        ("signing", "RS256"),
        ("groups_as", "id"),
        ("groups_sent", "none"),
        ("redirect_uris", CALLBACK),
    ];
    let nil = Uuid::nil().to_string();
    for (who, connecting, deleting, creating) in [
        (None, 401, 401, 401),
        // It can be asked for, so members see it.
        (Some("Lena Lee"), 403, 403, 403),
        (Some("John Doe"), 403, 403, 403),
        (Some("Henrik Sørensen"), 403, 403, 403),
        (Some("Omar Owner"), 200, 404, 403),
        (Some("Ada Admin"), 200, 404, 200),
    ] {
        let mut browser = match who {
            Some(name) => panel.signed_in(name).await,
            None => panel.browser(),
        };
        let mut status = async |path: &str, fields: &[(&str, &str)]| browser.call(path, fields).await.status;
        assert_eq!(status("/api/connections/save", &save).await, connecting, "{who:?} saving");
        assert_eq!(status("/api/secrets/create", &[("app", &app)]).await, connecting, "{who:?} making a secret");
        assert_eq!(
            status("/api/secrets/delete", &[("app", &app), ("secret", &nil)]).await,
            deleting,
            "{who:?} deleting"
        );
        let new = [("name", "New"), ("url", "https://new.example")];
        assert_eq!(status("/api/apps/create", &new).await, creating, "{who:?} making an app");
        for path in ["/api/connections/save", "/api/secrets/create", "/api/secrets/delete"] {
            let answer = status(path, &[("app", "//evil.example/")]).await;
            assert_eq!(answer, if who.is_none() { 401 } else { 404 }, "{who:?} at {path}");
        }
    }
    // From another site nothing is done, whoever is signed in.
    let mut ada = panel.signed_in("Ada Admin").await;
    let headers = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
    ];
    let answer = ada.send(Method::POST, "/api/secrets/create", &headers, Some(format!("app={app}"))).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn an_app_is_made_and_said_how_to_go_on() {
    let panel = Panel::start().await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let page = ada.open("/apps/new").await.expect(200);
    let wrong =
        ada.press(&page, "Create app", &[("name", "<b>Wiki</b>"), ("url", "javascript:alert(1)")]).await.expect(200);
    html::assert_harmless(&wrong.body, "a refused app");
    assert_eq!(wrong.form("Create app").field("name"), Some("<b>Wiki</b>"));
    let made = ada.press(&wrong, "Create app", &[("url", "https://wiki.example/")]).await.expect(200);
    assert!(
        made.path.contains("/settings?done=created") && made.text().contains("Nobody has it yet"),
        "{}",
        made.text()
    );
    assert_eq!(made.heading(), "<b>Wiki</b>");
}

#[tokio::test]
async fn a_test_sign_in_tells_what_the_app_would_get() {
    let panel = Panel::start().await;
    let (mut omar, app) = (panel.signed_in("Omar Owner").await, panel.app("timber-library").await);
    let page = omar.open(&format!("/apps/{app}/sign-in?kind=oidc")).await.expect(200);
    let typed = [("redirect_uris", CALLBACK), ("claims", "tenant = </pre><script>alert(1)</script>")];
    omar.press(&page, "Save", &typed).await.expect(200);
    let page = omar.open(&format!("/apps/{app}/test")).await.expect(200);
    let told = omar.press(&page, "Test", &[("person", OMAR)]).await.expect(200);
    html::assert_harmless(&told.body, "a test sign-in");
    for text in
        ["Let in", "Through the group", "email_verified", "</pre><script>alert(1)</script>", "preferred_username"]
    {
        assert!(told.text().contains(text), "{text}: {}", told.text());
    }
    let told = omar.press(&page, "Test", &[("person", "lena.lee@woodgrove.example")]).await.expect(200);
    assert!(told.text().contains("Not let in") && !told.body.contains("preferred_username"), "{}", told.text());
    // A name that fits several asks which one; nobody is nobody.
    let which = omar.press(&page, "Test", &[("person", "o")]).await.expect(200);
    assert!(which.text().contains("Choose one"), "{}", which.text());
    let nobody = omar.press(&page, "Test", &[("person", "nobody@nowhere.example")]).await.expect(200);
    assert!(nobody.text().contains("Nobody has a name or an address"), "{}", nobody.text());
    assert!(panel.audit().await.iter().any(|row| row.action == "app.test" && row.group_id == Some(app)));
}

#[tokio::test]
async fn a_click_begins_the_sign_in_at_the_app() {
    let panel = Panel::start().await;
    let (mut omar, app) = (panel.signed_in("Omar Owner").await, panel.app("timber-library").await);
    let page = omar.open(&format!("/apps/{app}/sign-in?kind=oidc")).await.expect(200);
    let typed = [("redirect_uris", CALLBACK), ("initiate_login_uri", "https://app.example/login")];
    omar.press(&page, "Save", &typed).await.expect(200);
    let answer = omar.get(&format!("/apps/{app}/launch")).await.expect(302);
    let issuer: String = url::form_urlencoded::byte_serialize(panel.url.as_bytes()).collect();
    assert!(
        answer.location().starts_with(&format!("https://app.example/login?iss={issuer}&target_link_uri=")),
        "{}",
        answer.location()
    );
}
