//! Hostile strings in every field that a person can type, and wherever they show: text stays text, and nothing breaks.

use std::panic::AssertUnwindSafe;

use access_panel::demo::organization::DemoPerson;
use futures::FutureExt as _;
use uuid::Uuid;

use super::{
    browser::{Answer, encode},
    html,
    panel::{AURORA, JOHN, Panel, Setup, person},
};
use crate::support::engine::Engine;

const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "</textarea><script>alert(1)</script>",
    "</title></style><script>alert(1)</script><!--",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "{% raw %}{{ link }}",
    "line\r\nBcc: x@evil.example\r\n\r\n<b>body</b>",
    "\u{202e}gpj.exe\u{2066}\u{feff}",
    "nul\0byte",
    "&lt;script&gt;&#60;b&#62; &amp;amp;",
    "javascript:alert(1)//\\\u{2028}]]>",
];

#[track_caller]
fn assert_sound(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text());
    if answer.header("content-type").starts_with("text/html") {
        html::assert_harmless(&answer.body, what);
    } else {
        // Text that says it is text, and must not be guessed to be something else.
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    }
    assert!(!answer.body.contains("$49"), "{what}: {}", answer.body);
}

#[track_caller]
fn assert_sound_mail(html: &str, text: &str, subject: &str, url: &str, what: &str) {
    html::assert_harmless(html, what);
    for link in html::links(html) {
        let own = link.starts_with(url) || link == "https://woodgrove.example/privacy" || link.starts_with("mailto:");
        assert!(own, "{what} leads to {link}");
    }
    assert!(!subject.contains(['\r', '\n', '\0', '\u{202e}']), "{what}: {subject:?}");
    for part in [html, text] {
        assert!(!part.contains(['\0', '\u{202e}', '\u{2066}']) && !part.contains("$49"), "{what}");
    }
}

/// What a mail or a page may show of a text: its words, without what steers.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || c.is_control() || !c.is_ascii())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

#[track_caller]
fn assert_shown(shown: &str, text: &str, what: &str) {
    for word in words(text) {
        assert!(shown.contains(&word), "{what} lost {word:?}: {shown}");
    }
}

/// Goes on after a failure, so that one run tells of all texts that break something.
async fn survived(story: impl Future<Output = ()>) -> bool {
    AssertUnwindSafe(story).catch_unwind().await.is_ok()
}

async fn invitations(engine: Engine) {
    let Some(panel) = Panel::on(engine, Setup::default()).await else { return };
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let long = "<b>&\"'</b>".repeat(1000);
    let mut broken = Vec::new();
    for (index, text) in HOSTILE.into_iter().chain([long.as_str()]).enumerate() {
        let well = survived(async {
            let what = format!("{text:.40?}");
            // As an address.
            let fields = [("group", &*group), ("address", text), ("message", text)];
            let page = john.post("/api/invitations/create", &fields).await.expect(302);
            let page = john.follow(page).await;
            assert_sound(&page, &what);
            assert_eq!(page.status, 200, "{what}");
            let kept: String = text.chars().take(4000).collect();
            let kept = kept.rsplit_once('<').map_or(&*kept, |(whole, _)| if text.len() > 4000 { whole } else { &kept });
            assert_shown(page.form("Send invitation").field("address").unwrap_or_default(), kept, &what);
            let answer = john.call("/api/invitations/create", &fields).await;
            assert_sound(&answer, &what);
            assert_eq!(answer.status, 400, "{what}: {}", answer.body);
            for fields in [&fields[..], &[("group", text), ("address", text)]] {
                let preview = john.post("/invitations/preview", fields).await;
                assert_sound(&preview, &what);
                let preview = john.get(&format!("/invitations/preview?{}", encode(fields))).await;
                assert_sound(&preview, &what);
            }
            // As name and message of an invitation that goes out.
            let message: String = text.chars().take(2000).collect();
            let address = format!("guest{index}@partner.example");
            // What divides a list is no part of a name that stands in one.
            let name: String = text.chars().filter(|c| !"<>,;@\"\r\n\t".contains(*c)).take(200).collect();
            let named = format!("{name} <{address}>");
            let fields = [("group", &*group), ("address", &*named), ("message", &*message)];
            let page = john.post("/api/invitations/create", &fields).await.expect(302);
            assert!(page.location().contains("done=invited"), "{what}: {}", page.location());
            let page = john.follow(page).await.expect(200);
            assert_sound(&page, &what);
            let sent = panel.mail_to(&address).await;
            assert_sound_mail(&sent.mail.html, &sent.mail.text, &sent.mail.subject, &panel.url, &what);
            assert_shown(&sent.mail.text, &message, &what);
            assert_shown(&html::text(&sent.mail.html), &message, &what);

            let mut guest = panel.browser();
            let page = guest.open(&sent.redeem_path()).await.expect(200);
            assert_sound(&page, &what);
            assert_shown(&page.text(), &message, &what);
            // As in the mail, nobody's message turns the direction of our own words.
            assert!(!page.body.contains(['\u{202e}', '\u{2066}']), "{what}: {}", page.text());
            let page = guest.press(&page, "Get started", &[]).await.expect(200);
            let page = panel.enter_code(&mut guest, &page, &address).await.expect(200);
            assert_sound(&page, &what);
            assert_sound(&guest.open("/profile").await.expect(200), &what);
            let page = john.open(&format!("/groups/{group}?q=guest")).await.expect(200);
            assert_sound(&page, &what);
        })
        .await;
        if !well {
            broken.push(format!("{text:.40?}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    // All at once, with the pages that name one of them.
    let page = john.open(&format!("/groups/{group}")).await.expect(200);
    assert_sound(&page, "the group");
    let removes: Vec<_> = html::forms(&page.body)
        .into_iter()
        .filter(|form| form.action.contains("/members/") && !form.action.ends_with("/members/remove"))
        .collect();
    assert!(removes.len() > HOSTILE.len());
    for form in removes {
        assert_sound(&john.open(&form.action).await.expect(200), &form.action);
    }
    for page in [
        "/demo/mailbox",
        "/demo/mailbox?mail=1&as=text",
        "/demo/mailbox?mail=4&as=text",
        "/demo/mailbox?mail=x",
        "/demo/mailbox?as=<script>",
    ] {
        let answer =
            john.open(&url::Url::parse(&panel.url).unwrap().join(page).unwrap()[url::Position::BeforePath..]).await;
        assert_sound(&answer, page);
    }
    for number in 1..=HOSTILE.len() {
        let frame = john.open(&format!("/demo/mailbox/{number}/html")).await.expect(200);
        // The mailbox adds a base of its own, so that links open in the whole window.
        html::assert_harmless(&frame.body.replacen("<base target=\"_top\">", "", 1), "a mail in its frame");
    }
    panel.finish().await;
}

#[tokio::test]
async fn what_is_typed_into_an_invitation() {
    invitations(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_is_typed_into_an_invitation_on_postgres() {
    invitations(Engine::Postgres).await;
}

async fn addresses_of_pages(engine: Engine) {
    let Some(panel) = Panel::on(engine, Setup::default()).await else { return };
    let john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await;
    let (ana, nobody) = (panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id, Uuid::from_u128(5));
    let long = "<b>\"".repeat(400);
    let mut broken = Vec::new();
    for text in HOSTILE.into_iter().chain([long.as_str(), "%", "%ff%fe", "", "\\", "'", "_", "[0]"]) {
        let well = survived(async {
            let e: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            for path in [
                format!("/?q={e}"),
                format!("/?{e}={e}"),
                format!("/groups?again={e}"),
                format!("/groups/{group}?q={e}"),
                format!("/groups/{group}?after={e}"),
                format!("/groups/{group}?after={ana}.{e}&q={e}"),
                format!("/groups/{group}?done={e}&who={e}&again={e}"),
                format!("/groups/{group}/invite?again={e}"),
                format!("/groups/{e}"),
                format!("/groups/{e}/invite"),
                format!("/groups/{group}/members/{e}/remove"),
                format!("/groups/{nobody}/members/{ana}/remove?x={e}"),
                format!("/apps/{e}/launch"),
                format!("/invitations/preview?group={e}"),
                format!("/invitations/preview?group={group}&address={e}&message={e}"),
                format!("/profile?done={e}&again={e}"),
                format!("/redeem?ticket={e}"),
                format!("/redeem?ticket={e}&again={e}"),
                format!("/sign-in?return_to={e}&again={e}&signed_out={e}&left={e}"),
                format!("/sign-in/code?attempt={e}&sent={e}&why={e}&again={e}"),
                format!("/sign-in/problem?code={e}&attempt={e}"),
                format!("/sign-in/callback/members?state={e}&code={e}&iss={e}&error={e}"),
                format!("/demo/apps/{e}"),
                format!("/demo/idp/gmail/authorize?login_hint={e}&state={e}"),
                format!("/demo/idp/{e}/authorize"),
                format!("/demo/mailbox?mail={e}"),
                format!("/{e}"),
                format!("/pkg/{e}"),
            ] {
                // Strangers get no further than the door anywhere else.
                let open = ["/redeem", "/sign-in", "/demo", "/pkg"].iter().any(|open| path.starts_with(open));
                let strangers = open.then(|| panel.browser());
                for mut browser in strangers.into_iter().chain([john.clone()]) {
                    let answer = browser.get(&path).await;
                    let answer = browser.follow(answer).await;
                    assert_sound(&answer, &format!("{path:.120}"));
                }
            }
            // A search that found nothing shows what was searched for.
            let page = john.clone().open(&format!("/groups/{group}?q=zz{e}")).await;
            if page.status == 200 {
                let shown = html::tags(&page.body).into_iter().find(|tag| tag.get("name") == Some("q")).unwrap();
                assert_shown(shown.get("value").unwrap(), text, "the search field");
            }
        })
        .await;
        if !well {
            broken.push(format!("{text:.40?}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    panel.finish().await;
}

#[tokio::test]
async fn what_is_put_into_addresses() {
    addresses_of_pages(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_is_put_into_addresses_on_postgres() {
    addresses_of_pages(Engine::Postgres).await;
}

async fn posted(engine: Engine) {
    let Some(panel) = Panel::on(engine, Setup::default()).await else { return };
    let mut john = panel.signed_in("John Doe").await;
    panel.invite(JOHN, AURORA, "mira@studio.example", "").await;
    let link = panel.mail_to("mira@studio.example").await.redeem_path();
    let ticket = link.split_once('=').unwrap().1;
    let mut guest = panel.browser();
    let page = guest.open(&link).await;
    let page = guest.press(&page, "Get started", &[]).await;
    let attempt = page.form("Send code").field("attempt").unwrap().to_owned();
    let long = "9".repeat(10_000);
    let mut broken = Vec::new();
    for text in HOSTILE.into_iter().chain([long.as_str()]) {
        let well = survived(async {
            for (path, fields) in [
                ("/api/sign-in/address", vec![("address", text), ("return_to", text), ("way", text)]),
                ("/api/sign-in/address", vec![("address", "x@gmail.com"), ("return_to", "/"), ("way", text)]),
                ("/api/sign-in/address", vec![("address", "x@partner.example"), ("return_to", text), ("way", text)]),
                ("/api/sign-in/start", vec![("return_to", text), ("switch", text)]),
                ("/api/redemptions/start", vec![("ticket", text), ("way", text), ("switch", text)]),
                ("/api/redemptions/start", vec![("ticket", ticket), ("way", text), ("switch", text)]),
                ("/api/passcodes/send", vec![("attempt", text)]),
                ("/api/passcodes/enter", vec![("attempt", text), ("code", text)]),
                ("/api/passcodes/enter", vec![("attempt", &*attempt), ("code", text)]),
                ("/api/memberships/remove", vec![("group", text), ("user", text)]),
                ("/api/sessions/end", vec![("session", text)]),
                ("/sign-in/callback/members", vec![("state", text), ("code", text), ("iss", text), ("error", text)]),
            ] {
                for browser in [&mut guest, &mut john] {
                    let what = format!("{path} {fields:.60?}");
                    let answer = browser.post(path, &fields).await;
                    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
                    if answer.location().len() < 6000 {
                        let page = browser.follow(answer).await;
                        assert_sound(&page, &what);
                    }
                    let answer = browser.call(path, &fields).await;
                    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
                }
            }
        })
        .await;
        if !well {
            broken.push(format!("{text:.40?}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    panel.finish().await;
}

#[tokio::test]
async fn what_is_posted_while_signing_in() {
    posted(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_is_posted_while_signing_in_on_postgres() {
    posted(Engine::Postgres).await;
}

async fn names_from_providers(engine: Engine) {
    let long = "<i>N</i>".repeat(1500);
    let names: Vec<&str> = HOSTILE.into_iter().chain([long.as_str()]).collect();
    // What the provider calls them shows on its own page too, so each has a subject to be found by.
    let people: Vec<DemoPerson> =
        names.iter().enumerate().map(|(n, name)| person(&format!("hostile{n}@woodgrove.example"), name)).collect();
    let Some(panel) = Panel::on(engine, Setup { people, ..Setup::default() }).await else { return };
    let mut broken = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let well = survived(async {
            let what = format!("{name:.40?}");
            let mut browser = panel.browser();
            browser.agent = format!("Mozilla/5.0 {} Firefox/1 Linux", words(name).join(" ").chars().take(400).collect::<String>());
            let door = browser.open("/profile").await;
            let choice = browser.press(&door, "Sign in", &[]).await;
            assert_sound(&choice, &what);
            let mut fields = choice.form("John Doe").fields;
            fields.push(("person".to_owned(), format!("subject-of-hostile{index}@woodgrove.example")));
            let fields: Vec<_> = fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let answer = browser.post("/demo/idp/woodgrove/authorize", &fields).await;
            let profile = browser.follow(answer).await.expect(200);
            assert_eq!(profile.path, "/profile", "{what}: {}", profile.text());
            assert_sound(&profile, &what);
            assert!(!profile.body.contains(['\u{202e}', '\u{2066}', '\0']), "{what}");
            // A claim that is longer than any name is none.
            let claimed = if name.len() > 1024 { "Hostile12" } else { name };
            let shown: String = words(claimed).concat().chars().take(20).collect();
            assert!(profile.text().split_whitespace().collect::<String>().contains(&shown), "{what}: {}", profile.text());

            // They own a group, and invite from it.
            let owner = format!("hostile{index}@woodgrove.example");
            let file = format!(
                "[[groups]]\nkey = \"group-{index}\"\nname = \"Group {index}\"\naccepts_guests = true\nowners = [\"{owner}\"]\n\
                 members = [\"{owner}\", \"{JOHN}\"]\n"
            );
            panel.directory.import(&file, false).await.unwrap();
            let group = panel.group(&format!("group-{index}")).await.to_string();
            let address = format!("guest{index}@partner.example");
            let answer = browser.post("/api/invitations/create", &[("group", &group), ("address", &address)]).await;
            assert!(answer.location().contains("done=invited"), "{what}: {}", answer.location());
            assert_sound(&browser.follow(answer).await.expect(200), &what);
            let sent = panel.mail_to(&address).await;
            assert_sound_mail(&sent.mail.html, &sent.mail.text, &sent.mail.subject, &panel.url, &what);
            let mut guest = panel.browser();
            assert_sound(&guest.open(&sent.redeem_path()).await.expect(200), &what);
            let mut john = panel.signed_in("John Doe").await;
            assert_sound(&john.open(&format!("/groups/{group}")).await.expect(200), &what);
        })
        .await;
        if !well {
            broken.push(format!("{name:.40?}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    panel.finish().await;
}

#[tokio::test]
async fn what_providers_call_people() {
    names_from_providers(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_providers_call_people_on_postgres() {
    names_from_providers(Engine::Postgres).await;
}

/// Names and descriptions that administrators import are no markup either.
#[tokio::test]
async fn what_is_imported() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut more = String::new();
    let one_line: Vec<&str> =
        HOSTILE.into_iter().filter(|text| text.is_ascii() && !text.contains(['\r', '\0'])).collect();
    for (index, text) in one_line.iter().enumerate() {
        more.push_str(&format!(
            "[[groups]]\nkey = \"g{index}\"\nname = {}\npurpose = {}\naccepts_guests = true\nowners = [\"{JOHN}\"]\nmembers = [\"{JOHN}\"]\n\
             [[apps]]\nkey = \"a{index}\"\nname = {}\ndescription = {}\nurl = \"https://app.example/\"\ngroups = [\"g{index}\"]\n",
            quoted(text), quoted(text), quoted(text), quoted(text),
        ));
    }
    let panel = Panel::with(Setup { more, ..Setup::default() }).await;
    let mut john = panel.signed_in("John Doe").await;
    for path in ["/", "/groups"] {
        let page = john.open(path).await.expect(200);
        assert_sound(&page, path);
        for text in &one_line {
            assert_shown(&page.text(), text, path);
        }
    }
    for (index, text) in one_line.iter().enumerate() {
        let group = panel.group(&format!("g{index}")).await;
        let address = format!("guest{index}@partner.example");
        let user = panel.invite(JOHN, &format!("g{index}"), &address, "").await;
        for path in [
            format!("/groups/{group}"),
            format!("/groups/{group}/invite"),
            format!("/groups/{group}/members/{user}/remove"),
        ] {
            let page = john.open(&path).await.expect(200);
            assert_sound(&page, &path);
            assert_shown(&page.text(), text, &path);
        }
        let sent = panel.mail_to(&address).await;
        assert_sound_mail(&sent.mail.html, &sent.mail.text, &sent.mail.subject, &panel.url, one_line[index]);
        let page = panel.browser().open(&sent.redeem_path()).await.expect(200);
        assert_sound(&page, one_line[index]);
        assert_shown(&page.text(), one_line[index], "the redemption page");
    }
}
