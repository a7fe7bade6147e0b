//! 256 KiB of distinct entries in every list of every form: refused by the field's own limit, after work in proportion to
//! what is taken. (How much work that is, `model::lists` and `model::addresses` count.) Whoever may not is told that first.

use super::{
    browser::Browser,
    panel::{AURORA, Panel},
};

/// The largest list a form can bring: entries of three letters, in the form of `one`, apart by `separator`.
fn list(one: &str, separator: &str) -> String {
    let letters = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::new();
    for n in 0.. {
        let name: String = (0..4).map(|place| char::from(letters[n / 36_usize.pow(place) % 36])).collect();
        let entry = one.replace('*', &name);
        // Room for the other fields, and for what a form's encoding makes of separators.
        if text.len() + entry.len() + separator.len() > 80 * 1024 {
            break;
        }
        text += &entry;
        text += separator;
    }
    text
}

async fn said(browser: &mut Browser, path: &str, fields: &[(&str, &str)], field: &str, long: &str) -> String {
    let mut all: Vec<(&str, &str)> = fields.iter().copied().filter(|(name, _)| *name != field).collect();
    all.push((field, long));
    let answer = browser.call(path, &all).await;
    let told: serde_json::Value =
        serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{path}: {}", answer.body));
    told["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_list_field_ends_at_its_limit() {
    let panel = Panel::start().await;
    let aurora = panel.group(AURORA).await.to_string();
    let app = panel.app("timber-library").await.to_string();
    let mut ada = panel.signed_in("Ada Admin").await;
    let mut lena = panel.signed_in("Lena Lee").await;
    let connection = [
        ("app", app.as_str()),
        ("kind", "oidc"),
        ("auth", "secret"),
        ("signing", "RS256"),
        ("groups_sent", "none"),
        ("groups_as", "id"),
        ("redirect_uris", "https://x.example/callback"),
    ];
    let gate = [("app", app.as_str()), ("kind", "forward-auth"), ("groups_sent", "none"), ("groups_as", "id")];
    let invitation = [("group", aurora.as_str()), ("address", "sam@fabrikam.example")];
    let group = [("name", "A group"), ("join_policy", "closed")];
    let uris = list("https://x.example/*", "\n");
    let domains = list("*.example", " ");
    for (path, fields, field, long, code) in [
        ("/api/invitations/create", &invitation[..], "address", list("*@x.example", ";"), "tooManyAddresses"),
        ("/api/invitations/create", &invitation, "address", list("*", ";"), "tooManyAddresses"),
        ("/api/invitations/create", &invitation, "cc", list("*@x.example", "\n"), "tooManyCc"),
        ("/api/invitations/check", &invitation, "address", list("*@x.example", ","), "tooManyAddresses"),
        ("/api/groups/create", &group, "allow", domains.clone(), "tooLong"),
        ("/api/groups/create", &group, "deny", domains.clone(), "tooLong"),
        ("/api/connections/save", &connection, "redirect_uris", uris.clone(), "tooLong"),
        ("/api/connections/save", &connection, "post_logout_uris", uris.clone(), "tooLong"),
        ("/api/connections/save", &gate, "hosts", list("https://*.example", "\n"), "tooLong"),
    ] {
        assert_eq!(said(&mut ada, path, fields, field, &long).await, code, "{path} {field}");
    }
    // Who may not is told so, however long the list is.
    let long = list("*@x.example", ";");
    assert_eq!(said(&mut lena, "/api/invitations/create", &invitation, "address", &long).await, "notFound");
    assert_eq!(said(&mut lena, "/api/invitations/check", &invitation, "address", &long).await, "notFound");
}
