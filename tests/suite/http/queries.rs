//! How many statements a page takes does not grow with its rows.

use std::fmt::Write as _;

use super::{
    browser::Browser,
    panel::{AURORA, JOHN, Panel},
};

/// The statements that one request takes, once everything is warm.
async fn statements(panel: &Panel, browser: &mut Browser, path: &str) -> u64 {
    browser.open(path).await.expect(200);
    let before = panel.directory.statements();
    browser.open(path).await.expect(200);
    panel.directory.statements() - before
}

#[tokio::test]
async fn pages_take_the_same_number_of_statements_with_few_and_with_many_rows() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let group = panel.group(AURORA).await;
    panel.invite(JOHN, AURORA, "nora@studio.example", "").await;
    let redeem = panel.mail_to("nora@studio.example").await.redeem_path();
    let paths = [
        "/".to_owned(),
        "/?q=a".to_owned(),
        "/groups".to_owned(),
        format!("/groups/{group}"),
        format!("/groups/{group}?q=a"),
        format!("/groups/{group}/invite"),
        format!("/invitations/preview?group={group}"),
        "/profile".to_owned(),
        "/guests".to_owned(),
        "/guests?q=a".to_owned(),
        "/catalogue".to_owned(),
        "/catalogue?q=a".to_owned(),
        "/requests?tab=waiting".to_owned(),
        "/requests?tab=mine".to_owned(),
        "/notices".to_owned(),
        redeem,
    ];
    let mut few = Vec::new();
    for path in &paths {
        few.push(statements(&panel, &mut john, path).await);
    }
    let few_of_guest = statements(&panel, &mut guest, "/").await;

    let mut more = String::new();
    for n in 0..60 {
        write!(
            more,
            "[[people]]\naddress = \"p{n}@woodgrove.example\"\nname = \"Person {n}\"\n\
             [[groups]]\nkey = \"more-{n}\"\nname = \"More {n}\"\naccepts_guests = true\nowners = [\"{JOHN}\"]\nmembers = [\"p{n}@woodgrove.example\", \"{JOHN}\"]\n\
             [[apps]]\nkey = \"more-{n}\"\nname = \"More {n}\"\nurl = \"https://app{n}.example\"\npeople = [\"{JOHN}\"]\ngroups = [\"aurora-partners\", \"more-{n}\"]\n"
        )
        .unwrap();
    }
    more.push_str("[invitations]\ninviter_per_hour = 0\ninviter_per_day = 0\n");
    panel.directory.import(&more, false).await.unwrap();
    for n in 0..60 {
        panel.invite(JOHN, AURORA, &format!("guest{n}@partner.example"), "").await;
        panel.invite(JOHN, &format!("more-{n}"), "nora@studio.example", "").await;
    }
    for _ in 0..5 {
        panel.signed_in("John Doe").await;
    }
    let mut many = Vec::new();
    for path in &paths {
        many.push(statements(&panel, &mut john, path).await);
    }
    let counted: Vec<_> = paths.iter().zip(few.iter().zip(&many)).collect();
    assert_eq!(few, many, "{counted:#?}");
    assert_eq!(statements(&panel, &mut guest, "/").await, few_of_guest);
    assert!(many.iter().all(|count| *count <= 12), "{counted:#?}");
    // Fifty to a page, and the rest on the next one.
    let page = john.open(&format!("/groups/{group}")).await;
    let next = super::html::links(&page.body).into_iter().find(|link| link.starts_with("?q=")).unwrap();
    let rest = john.open(&format!("/groups/{group}{next}")).await.expect(200);
    let rows = |body: &str| super::html::tags(body).iter().filter(|tag| tag.name == "tr" && !tag.closing).count() - 1;
    assert_eq!((rows(&page.body), rows(&rest.body)), (50, 2 + 1 + 1 + 60 - 50));
    // Nobody who is signed in nowhere costs the directory more than the page itself.
    let mut stranger = panel.browser();
    assert!(statements(&panel, &mut stranger, "/sign-in").await <= 2);
    let before = panel.directory.statements();
    stranger.get("/groups").await.expect(303);
    assert_eq!(panel.directory.statements(), before, "a redirect to the door asks the directory");
}
