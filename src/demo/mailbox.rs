//! The demo's mailbox: where mails end up that a real deployment would send.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path as UrlPath, Query, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{ago, exactly, headers, page};
use crate::directory::clock::Clock;

/// The mailbox's file in the data folder: one mail a line, only ever added to.
const FILE: &str = "mailbox.jsonl";

/// What a mail's HTML may do: look as it looks, and have its links open pages. It is sandboxed by this policy too, not
/// only by the frame, because its URL can be opened by itself.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox \
                           allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; \
                           img-src data:; form-action 'none'; frame-ancestors 'self'";

/// Options for files that hold secrets: only their owner may read them.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A mail that arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mail {
    to: String,
    subject: String,
    text: String,
    html: String,
    message_id: String,
    sent_at: DateTime<Utc>,
}

/// All mails of the demo. What [`Mailbox::append`] has taken survives a crash.
pub struct Mailbox {
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    /// Where the last whole line ends, in bytes.
    end: u64,
    mails: Vec<Arc<Mail>>,
}

impl Mailbox {
    /// Opens the mailbox in the data folder, with what it held.
    ///
    /// # Errors
    /// If the file cannot be read or written, or holds something else.
    pub fn open(data: &Path) -> io::Result<Self> {
        let path = data.join(FILE);
        let held = match fs::read(&path) {
            Ok(held) => held,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        // A crash may have left half a line; `append` had not promised it to anyone.
        let end = held.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let mails = held[..end]
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).map(Arc::new).map_err(io::Error::from))
            .collect::<io::Result<Vec<_>>>()?;
        let file = private_file().create(true).append(true).open(&path)?;
        let end = end as u64;
        file.set_len(end)?;
        Ok(Self { inner: Mutex::new(Inner { file, end, mails }) })
    }

    /// Keeps a mail. Delivery is at least once, so that the same `message_id` can come twice; both are shown.
    /// Blocks until it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written; then it is not kept.
    pub fn append(
        &self,
        to: &str,
        subject: &str,
        text: &str,
        html: &str,
        message_id: &str,
        sent_at: DateTime<Utc>,
    ) -> io::Result<()> {
        let mail = Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: html.to_owned(),
            message_id: message_id.to_owned(),
            sent_at,
        };
        let mut line = serde_json::to_vec(&mail)?;
        line.push(b'\n');
        let mut inner = self.lock();
        let written = inner.file.write_all(&line).and_then(|()| inner.file.sync_data());
        if let Err(error) = written {
            // Half a line must not run into the next one.
            inner.file.set_len(inner.end)?;
            return Err(error);
        }
        inner.end += line.len() as u64;
        inner.mails.push(Arc::new(mail));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All mails with their numbers (from 1, in order of arrival), newest first.
    fn newest_first(&self) -> Vec<(usize, Arc<Mail>)> {
        let mails = self.lock().mails.clone();
        mails.into_iter().enumerate().map(|(index, mail)| (index + 1, mail)).rev().collect()
    }

    fn numbered(&self, number: usize) -> Option<Arc<Mail>> {
        self.lock().mails.get(number.checked_sub(1)?).cloned()
    }
}

#[derive(Clone)]
struct Pages {
    mailbox: Arc<Mailbox>,
    style_href: String,
    clock: Arc<dyn Clock>,
}

/// The mailbox's pages, under `/demo/mailbox`.
pub fn router(mailbox: Arc<Mailbox>, style_href: String, clock: Arc<dyn Clock>) -> Router {
    Router::new()
        .route("/demo/mailbox", get(list))
        .route("/demo/mailbox.json", get(json_list))
        .route("/demo/mailbox/{number}/html", get(html))
        .with_state(Pages { mailbox, style_href, clock })
}

#[derive(Deserialize)]
struct Chosen {
    mail: Option<usize>,
    #[serde(rename = "as")]
    form: Option<String>,
}

async fn list(State(pages): State<Pages>, Query(chosen): Query<Chosen>) -> Response {
    let now = pages.clock.now();
    let mut mail = None;
    let mut rows = Vec::new();
    for (number, held) in pages.mailbox.newest_first() {
        let current = chosen.mail == Some(number);
        let row = context! {
            number,
            current,
            to => held.to,
            subject => held.subject,
            sent_at => rfc3339(held.sent_at),
            exactly => exactly(held.sent_at),
            ago => ago(held.sent_at, now),
        };
        if current {
            mail = Some(context! { text => held.text, ..row.clone() });
        }
        rows.push(row);
    }
    let status = if chosen.mail.is_some() && mail.is_none() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let as_text = chosen.form.as_deref() == Some("text");
    page(status, "mailbox.html", &pages.style_href, context! { rows, mail, as_text })
}

fn rfc3339(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// What tests and scripts read.
async fn json_list(State(pages): State<Pages>) -> Response {
    let mails: Vec<Value> = pages
        .mailbox
        .newest_first()
        .into_iter()
        .map(|(_, mail)| {
            json!({
                "to": [mail.to],
                "subject": mail.subject,
                "text": mail.text,
                "html": mail.html,
                "sent_at": rfc3339(mail.sent_at),
            })
        })
        .collect();
    ([(header::CACHE_CONTROL, "no-store")], Json(mails)).into_response()
}

/// The HTML part by itself, for the frame.
async fn html(State(pages): State<Pages>, UrlPath(number): UrlPath<usize>) -> Response {
    match pages.mailbox.numbered(number) {
        Some(mail) => (headers(MAIL_POLICY), Html(with_base(&mail.html))).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Has a mail's links open in the whole window, as they would in a mail program, instead of inside the frame.
fn with_base(html: &str) -> String {
    const BASE: &str = "<base target=\"_top\">";
    // ASCII lower case keeps byte positions.
    let head = html.to_ascii_lowercase().find("<head>").map(|at| at + "<head>".len());
    match head {
        Some(at) => format!("{}{BASE}{}", &html[..at], &html[at..]),
        None => format!("{BASE}{html}"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{super::tests::*, *};
    use crate::directory::clock::TestClock;

    fn noon() -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(24 * 20_000 + 12)
    }

    fn pages(mailbox: Mailbox) -> Router {
        router(Arc::new(mailbox), "/pkg/x.css".into(), Arc::new(TestClock::at(noon() + TimeDelta::minutes(2))))
    }

    fn filled(folder: &Folder) -> Mailbox {
        let mailbox = Mailbox::open(folder.path()).unwrap();
        let html =
            "<!DOCTYPE html><html><head><title>x</title></head><body><a href=\"http://p/redeem\">Get started</a>";
        mailbox.append("sam@gmail.com", "First", "plain <one>", html, "<1@p>", noon()).unwrap();
        mailbox.append("<b>@x.com", "<script>alert(1)</script>", "</pre><script>", "two", "<2@p>", noon()).unwrap();
        mailbox
    }

    #[test]
    fn mails_survive() {
        let folder = Folder::new();
        filled(&folder).append("a@x.com", "Again", "", "", "<1@p>", noon()).unwrap();
        let mails = Mailbox::open(folder.path()).unwrap().newest_first();
        let subjects: Vec<_> = mails.iter().map(|(number, mail)| (*number, mail.subject.as_str())).collect();
        assert_eq!(subjects, [(3, "Again"), (2, "<script>alert(1)</script>"), (1, "First")]);
    }

    #[test]
    fn half_a_line_is_dropped_and_nonsense_is_not() {
        let folder = Folder::new();
        drop(filled(&folder));
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let mailbox = Mailbox::open(folder.path()).unwrap();
        assert_eq!(mailbox.newest_first().len(), 1);
        mailbox.append("a@x.com", "Next", "", "", "<3@p>", noon()).unwrap();
        assert_eq!(Mailbox::open(folder.path()).unwrap().newest_first().len(), 2);

        fs::write(&path, "nonsense\n").unwrap();
        assert!(Mailbox::open(folder.path()).is_err());
    }

    #[tokio::test]
    async fn the_json_is_what_others_rely_on() {
        let folder = Folder::new();
        let answer = visit(&pages(filled(&folder)), "/demo/mailbox.json").await;
        let mails: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(mails[0]["to"], json!(["<b>@x.com"]));
        assert_eq!(mails[1]["subject"], "First");
        assert_eq!(mails[1]["text"], "plain <one>");
        assert_eq!(mails[1]["sent_at"], "2024-10-04T12:00:00Z");
        assert!(mails[1]["html"].as_str().unwrap().contains("Get started"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }

    #[tokio::test]
    async fn the_page_escapes_what_came_by_mail() {
        let folder = Folder::new();
        let pages = pages(filled(&folder));
        let list = visit(&pages, "/demo/mailbox").await;
        assert_eq!(list.status, 200);
        assert!(list.body.find("alert(1)").unwrap() < list.body.find("First").unwrap(), "newest first");
        assert!(list.body.contains("2 minutes ago"));
        assert!(!list.body.contains("<script") && !list.body.contains("<b>@"));
        assert!(list.header("content-security-policy").contains("default-src 'none'"));
        let text = visit(&pages, "/demo/mailbox?mail=2&as=text").await;
        assert!(!text.body.contains("<script"), "{}", text.body);
        assert!(visit(&pages, "/demo/mailbox?mail=1").await.body.contains("src=\"/demo/mailbox/1/html\""));
        assert_eq!(visit(&pages, "/demo/mailbox?mail=7").await.status, 404);
    }

    #[tokio::test]
    async fn the_frame_is_sandboxed() {
        let folder = Folder::new();
        let pages = pages(filled(&folder));
        let frame = visit(&pages, "/demo/mailbox/1/html").await;
        let policy = frame.header("content-security-policy");
        assert!(policy.starts_with("sandbox allow-popups") && !policy.contains("allow-scripts"), "{policy}");
        assert!(!policy.contains("allow-same-origin"));
        assert!(frame.body.starts_with("<!DOCTYPE html><html><head><base target=\"_top\">"));
        for number in ["0", "3", "99999999999999999999", "x"] {
            assert!(visit(&pages, &format!("/demo/mailbox/{number}/html")).await.status >= 400, "{number}");
        }
    }
}
