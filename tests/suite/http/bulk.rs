//! Inviting by file, as a browser without JavaScript does it, and as a program does.

use access_panel::{
    directory::bulk::Turn,
    model::{Code, text},
};
use reqwest::Method;

use super::{
    browser::{Answer, Browser},
    html,
    panel::{AURORA, JOHN, Panel},
};

const BOUNDARY: &str = "----boundaryOfThisTest";

/// A form with a file, as browsers write it.
fn form(fields: &[(&str, &str)], file: Option<(&str, &str)>) -> String {
    let mut body = String::new();
    if let Some((name, content)) = file {
        body += &format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n"
        );
    }
    for (name, value) in fields {
        body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body + &format!("--{BOUNDARY}--\r\n")
}

async fn send(browser: &mut Browser, accept: &str, body: String) -> Answer {
    let origin = browser.origin.clone();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers =
        [("accept", accept), ("content-type", &*kind), ("origin", &*origin), ("sec-fetch-site", "same-origin")];
    browser.send(Method::POST, "/api/bulk/create", &headers, Some(body)).await
}

/// Posts a file as a person does, and goes where it leads.
async fn upload(browser: &mut Browser, fields: &[(&str, &str)], name: &str, content: &str) -> Answer {
    let answer = send(browser, "text/html", form(fields, Some((name, content)))).await.expect(303);
    browser.follow(answer).await
}

async fn work(panel: &Panel) {
    while panel.directory.bulk_turn(50).await.unwrap() == Turn::Worked {}
}

#[tokio::test]
async fn from_the_file_to_the_result() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let start = john.open("/guests/bulk").await.expect(200);
    assert!(start.body.contains("enctype=\"multipart/form-data\""));
    assert!(start.text().contains("Aurora partners"), "what he may invite to: {}", start.text());

    let file = "email,name,Shoe size\r\nsam@partner.example,<b>Sam</b>,44\r\nnobody,,\r\n";
    let fields = [("group", &*group), ("message", "Welcome."), ("language", "de")];
    let page = upload(&mut john, &fields, "G\u{e4}ste <2027>.csv", file).await.expect(200);
    assert_eq!(page.heading(), "G\u{e4}ste <2027>.csv");
    assert!(page.text().contains("Being checked"), "{}", page.text());
    assert!(page.body.contains("<noscript><a"), "a way to reload");
    work(&panel).await;
    let path = page.path.clone();
    let page = john.open(&path).await.expect(200);
    html::assert_harmless(&page.body, "the page of a file");
    for words in
        ["Ready to start", "1 would get an invitation", "1 cannot be invited", "Shoe size", "sam@partner.example"]
    {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    let narrowed = john.open(&format!("{path}?plan=refused")).await.expect(200).text();
    assert!(narrowed.contains("nobody") && !narrowed.contains("sam@partner.example"), "{narrowed}");

    let page = john.press(&page, "Start inviting", &[]).await.expect(200);
    assert!(page.text().contains("Inviting"), "{}", page.text());
    let page = john.press(&page, "Pause", &[]).await.expect(200);
    work(&panel).await;
    assert!(page.text().contains("Paused"));
    let page = john.press(&page, "Resume", &[]).await.expect(200);
    // Pressed twice: the page says that it has moved on.
    let stale = john.press(&page, "Pause", &[]).await;
    let again = john.press(&page, "Pause", &[]).await.expect(200);
    assert!(again.text().contains(text::words(Code::WrongState).title), "{}", again.text());
    john.press(&stale, "Resume", &[]).await.expect(200);
    work(&panel).await;
    let page = john.open(&path).await.expect(200);
    assert!(page.text().contains("What became of it"), "{}", page.text());

    let result = john.open(&format!("{path}/result.csv")).await.expect(200);
    assert_eq!(result.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(result.header("content-disposition"), "attachment; filename=\"G-ste--2027-result.csv\"");
    assert_eq!(
        result.body,
        "\u{feff}email,name,Shoe size,status,code,detail\r\n\
         sam@partner.example,<b>Sam</b>,44,invited,,\r\n\
         nobody,,,failed,invalidEmail,This is not an e-mail address\r\n"
    );
    // Compressed as browsers ask for it, over one connection that lives on.
    for _ in 0..2 {
        let path = format!("{path}/result.csv");
        let packed = john.send(Method::GET, &path, &[("accept-encoding", "gzip")], None).await.expect(200);
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.len() > 40);
    }
    let mails = panel.deliver().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["sam@partner.example"]);

    let page = john.press(&page, "Try the failures again", &[]).await.expect(200);
    assert_ne!(page.path, path);
    work(&panel).await;
    let page = john.open(&page.path).await.expect(200);
    assert!(page.text().contains("There is nobody in this file to invite"), "{}", page.text());
    let page = john.press(&page, "Cancel", &[]).await.expect(200);
    let page = john.press(&page, "Delete", &[]).await.expect(200);
    assert_eq!(page.path, "/guests/bulk?done=deleted");
    let template = john.open("/guests/bulk/template.csv").await.expect(200);
    assert!(template.body.starts_with("\u{feff}email,name,groups,"));
}

#[tokio::test]
async fn a_file_that_is_refused_leads_back_with_what_to_do() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let large = format!("email\n{}", format!("{}\n", "a".repeat(600)).repeat(60_000));
    for (name, content, code, helps) in [
        ("x.csv", "Vorname,Nachname\nSam,Oogle\n", Code::NoAddressColumn, "Vorname, Nachname"),
        ("x.csv", "email,name\na@b.example,\"open\n\n", Code::QuoteOpen, "Line of the file: 2"),
        ("x.xlsx", "PK\u{3}\u{4}\0\0", Code::FileNotText, "Save as"),
        ("x.csv", "", Code::FileEmpty, "template"),
        ("", "", Code::FileMissing, "Choose a CSV file"),
        ("x.csv", &large, Code::FileTooLarge, "32 MiB"),
    ] {
        let fields = [("group", &*group), ("message", "Keep <me>"), ("days", "14")];
        let page = upload(&mut john, &fields, name, content).await.expect(200);
        assert!(page.path.starts_with("/guests/bulk?again="), "{code}: {}", page.path);
        assert!(page.text().contains(text::words(code).title), "{code}: {}", page.text());
        assert!(page.text().contains(helps), "{code}: {}", page.text());
        assert!(page.body.contains("<title>Error: "));
        html::assert_harmless(&page.body, "a refused file");
        let kept = page.form("Upload and check");
        assert_eq!(
            (kept.field("message"), kept.field("days"), kept.field("group")),
            (Some("Keep <me>"), Some("14"), Some(&*group))
        );
        let program = send(&mut john, "application/json", form(&fields, Some((name, content)))).await;
        assert_eq!(program.status, code.status(), "{code}");
        assert!(program.body.contains(&format!("\"code\":\"{code}\"")), "{}", program.body);
    }
    // The other fields are looked at, too, wherever they stand.
    for (field, value, code) in [
        ("days", "400", Code::ValidityInvalid),
        ("until", "2020-01-01", Code::DatePast),
        ("language", "tlh", Code::LanguageUnknown),
        ("group", "x", Code::NotFound),
        ("group", "0199a0b0-0000-7000-8000-000000000000", Code::NotFound),
    ] {
        let program =
            send(&mut john, "application/json", form(&[(field, value)], Some(("x.csv", "email\na@b.example\n")))).await;
        assert!(program.body.contains(&format!("\"code\":\"{code}\"")), "{field}: {}", program.body);
    }
    let jobs = panel.directory.bulk_jobs(&panel.caller(JOHN, &[]).await).await.unwrap();
    assert!(jobs.is_empty(), "{jobs:?}");
    // What is no form at all.
    for (kind, body) in
        [("text/plain", "x"), ("multipart/form-data", "x"), ("multipart/form-data; boundary=x", "--y\r\n\r\n")]
    {
        let headers = [("accept", "application/json"), ("content-type", kind), ("sec-fetch-site", "same-origin")];
        let answer = john.send(Method::POST, "/api/bulk/create", &headers, Some(body.to_owned())).await;
        assert_eq!(answer.status, 400, "{kind}: {}", answer.body);
    }
}

#[tokio::test]
async fn others_find_nothing() {
    let panel = Panel::start().await;
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let mut john = panel.signed_in("John Doe").await;
    let path = upload(&mut john, &[], "x.csv", "email\nsam@partner.example\n").await.expect(200).path;
    work(&panel).await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let mut lena = panel.signed_in("Lena Lee").await;
    for browser in [&mut guest, &mut lena] {
        for page in [path.clone(), format!("{path}/result.csv"), format!("{path}/events")] {
            browser.open(&page).await.expect(404);
        }
        let answer = browser.call("/api/bulk/steer", &[("job", &id), ("action", "start")]).await;
        assert_eq!(answer.status, 404, "{}", answer.body);
    }
    guest.open("/guests/bulk").await.expect(403);
    assert!(!lena.open("/guests/bulk").await.expect(200).text().contains("x.csv"));
    let file = || form(&[], Some(("x.csv", "email\na@b.example\n")));
    assert_eq!(send(&mut guest, "application/json", file()).await.status, 403);
    let mut stranger = Browser::new(&panel.url);
    assert_eq!(send(&mut stranger, "application/json", file()).await.status, 401);
    let answer = send(&mut stranger, "text/html", file()).await.expect(303);
    assert_eq!(answer.location(), "/sign-in?return_to=%2Fguests%2Fbulk");
    for page in [path.clone(), format!("{path}/result.csv"), format!("{path}/events")] {
        let answer = stranger.get(&page).await.expect(303);
        assert!(answer.location().starts_with("/sign-in?return_to="), "{page}");
    }
    // An administrator sees it, whose it is, and can stop it.
    let mut ada = panel.signed_in("Ada Admin").await;
    let page = ada.open(&path).await.expect(200);
    assert!(page.text().contains("John Doe") && !page.has_button("Start inviting"), "{}", page.text());
    ada.press(&page, "Cancel", &[]).await.expect(200);
}

#[tokio::test]
async fn progress_as_it_happens() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let group = panel.group(AURORA).await.to_string();
    let rows: String = (0..60).map(|at| format!("person{at}@partner.example\n")).collect();
    let path = upload(&mut john, &[("group", &group)], "x.csv", &format!("email\n{rows}")).await.expect(200).path;
    work(&panel).await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    // Nothing moves: one event, and the stream ends.
    let events = john.get(&format!("{path}/events")).await.expect(200);
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert!(events.body.starts_with("event: end\ndata: {\"state\":\"ready\",\"total\":60,"), "{}", events.body);
    john.call("/api/bulk/steer", &[("job", &id), ("action", "start")]).await.expect(200);
    let watching = {
        let (mut john, path) = (john.clone(), format!("{path}/events"));
        tokio::spawn(async move {
            john.send(Method::GET, &path, &[("accept", "text/event-stream"), ("accept-encoding", "gzip, br")], None)
                .await
        })
    };
    work(&panel).await;
    let events = watching.await.unwrap().expect(200);
    assert_eq!(events.header("content-encoding"), "", "gathering bytes to compress would hold events back");
    assert!(events.header("cache-control").contains("no-"), "{}", events.header("cache-control"));
    assert!(events.body.contains("event: end\ndata: {\"state\":\"done\",\"total\":60,"), "{}", events.body);
    // Signed out: the stream of a job that still moves ends by itself.
    let path = upload(&mut john, &[("group", &group)], "y.csv", &format!("email\n{rows}")).await.expect(200).path;
    let watching = {
        let (mut john, path) = (john.clone(), format!("{path}/events"));
        tokio::spawn(async move { john.get(&path).await })
    };
    john.post("/sign-out", &[]).await;
    let events = watching.await.unwrap();
    assert!(!events.body.contains("event: end"), "{}", events.body);
}
