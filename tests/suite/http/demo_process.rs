//! The demo as a process: it stops when it is told to, and loses nothing when it is killed.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{browser::Browser, commands::program};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Demo {
    child: Child,
    url: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    /// Starts it, and waits until it says where it is.
    fn start(folder: &Path, listen: &str) -> Self {
        let mut child = program(folder)
            .args(["demo", "--listen", listen, "--data", "data"])
            // Neither configuration nor environment mean anything to a demo.
            .env("ACCESS_PANEL__SERVER__PUBLIC_URL", "https://elsewhere.example")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the demo did not start: {said}") };
            if let Some((_, rest)) = line.split_once("the demo is at ") {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
            said.push_str(&line);
        };
        // Its log has to go on being read, or it would wait for us one day.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn mails(url: &str) -> Vec<Value> {
    let answer = Browser::new(url).get("/demo/mailbox.json").await.expect(200);
    serde_json::from_str(&answer.body).unwrap()
}

/// Who was sent an invitation.
fn invited(mails: &[Value]) -> Vec<String> {
    mails.iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect()
}

async fn group_of_john(john: &mut Browser) -> String {
    let groups = john.open("/groups").await.expect(200);
    let tags = super::html::tags(&groups.body);
    let link = tags.iter().find(|tag| tag.name == "a" && tag.text == "Aurora partners").unwrap();
    link.get("href").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_demo_loses_no_mail() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("access-panel.toml"), "this is no configuration").unwrap();
    let mut demo = Demo::start(folder.path(), "127.0.0.1:0");
    let listen = format!("127.0.0.1:{}", demo.port());
    let mut john = Browser::new(&demo.url);
    john.sign_in("John Doe", "/").await.expect(200);
    let group = group_of_john(&mut john).await;
    let id = group.rsplit('/').next().unwrap().to_owned();

    // Killed at different points after the server has said yes: before, while and after the mail is carried away.
    let mut promised = Vec::new();
    for (round, wait) in [0_u64, 1, 3, 6, 10, 20, 40, 80].into_iter().enumerate() {
        for n in 0..3 {
            let address = format!("round{round}-{n}@partner.example");
            let answer = john.post("/api/invitations/create", &[("group", &id), ("address", &address)]).await;
            assert!(answer.location().contains("done=invited"), "{}", answer.location());
            promised.push(address);
        }
        // One more is under way when it happens.
        let mut other = john.clone();
        let (group, address) = (id.clone(), format!("half{round}@partner.example"));
        let half = tokio::spawn(async move {
            other.post("/api/invitations/create", &[("group", &group), ("address", &address)]).await.status
        });
        std::thread::sleep(Duration::from_millis(wait));
        demo.kill();
        let _ = half.await;
        demo = Demo::start(folder.path(), &listen);
        // Whoever was signed in still is.
        john.get(&group_path(&id)).await.expect(200);
    }

    let began = Instant::now();
    let mut sent = invited(&mails(&demo.url).await);
    while !promised.iter().all(|address| sent.contains(address)) {
        let lost: Vec<_> = promised.iter().filter(|address| !sent.contains(address)).collect();
        assert!(began.elapsed() < PATIENCE, "no mail came for {lost:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        sent = invited(&mails(&demo.url).await);
    }
    // Those nobody was promised are whole as well: somebody in the group with a mail, or neither.
    let page = john.open(&format!("{}?q=half", group_path(&id))).await.expect(200);
    for round in 0..8 {
        let address = format!("half{round}@partner.example");
        let listed = page.text().contains(&address);
        while listed && !invited(&mails(&demo.url).await).contains(&address) {
            assert!(began.elapsed() < PATIENCE, "{address} is in the group, but no mail came");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(listed || !sent.contains(&address), "{address} got a mail, but is not in the group");
    }
    // The links in them work, and nobody was told to have failed.
    let mails = mails(&demo.url).await;
    for mail in mails.iter().filter(|mail| mail["to"][0].as_str().unwrap().starts_with("round")) {
        let link =
            super::html::links(mail["html"].as_str().unwrap()).into_iter().find(|link| link.contains("/redeem?"));
        let page = Browser::new(&demo.url).get(&link.unwrap()).await;
        assert_eq!(page.status, 200, "{}", page.text());
    }
    let page = john.open(&group_path(&id)).await;
    assert!(!page.text().contains("Mail failed"), "{}", page.text());
}

fn group_path(id: &str) -> String {
    format!("/groups/{id}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_stops_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT"] {
        let mut demo = Demo::start(folder.path(), "127.0.0.1:0");
        let mut john = Browser::new(&demo.url);
        john.sign_in("John Doe", "/").await.expect(200);
        let id = group_of_john(&mut john).await.rsplit('/').next().unwrap().to_owned();
        let address = format!("last{signal}@partner.example");
        let answer = john.post("/api/invitations/create", &[("group", &id), ("address", &address)]).await;
        assert!(answer.location().contains("done=invited"), "{}", answer.location());
        // The browser keeps its connection open, as browsers do.
        let told = std::process::Command::new("kill").args([signal, &demo.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let began = Instant::now();
        let status = loop {
            if let Some(status) = demo.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it did not stop within 20 seconds");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{signal}: {status}");
        drop(demo);
        // Continued, it has everything, on another port too.
        let demo = Demo::start(folder.path(), "127.0.0.1:0");
        let began = Instant::now();
        while !invited(&mails(&demo.url).await).contains(&address) {
            assert!(began.elapsed() < PATIENCE, "the mail of the last moment is lost");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut john = Browser::new(&demo.url);
        let page = john.sign_in("John Doe", &group_path(&id)).await.expect(200);
        assert!(page.text().contains(&address));
        // The old links lead to where the demo was; the apps have moved along.
        let apps = john.open("/").await.expect(200);
        assert!(apps.text().contains("Design review"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_refuses_rebound_names() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), "127.0.0.1:0");
    let mut browser = Browser::new(&demo.url);
    for path in ["/demo/mailbox.json", "/demo/mailbox", "/demo/idp/woodgrove/authorize", "/"] {
        let answer = browser.send(reqwest::Method::GET, path, &[("host", "rebound.evil.example")], None).await;
        assert_eq!(answer.status, 307, "{path}");
        assert!(answer.body.is_empty());
    }
    browser.send(reqwest::Method::POST, "/sign-out", &[("host", "rebound.evil.example")], None).await.expect(421);
    let page = browser.open("/sign-in").await.expect(200);
    assert!(page.text().contains("This is a demo"));
    // One folder, one demo at a time per address; a taken port is said so.
    let said = program(folder.path())
        .args(["demo", "--data", "data", "--listen"])
        .arg(format!("127.0.0.1:{}", demo.port()))
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&said.stderr).contains("cannot listen on"), "{said:?}");
}
