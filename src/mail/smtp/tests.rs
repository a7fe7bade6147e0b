use std::sync::{Arc, Mutex};

use chrono::TimeZone;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;

/// A server that follows a script: to each command that begins so, this answer. No answer: it stalls.
#[derive(Clone, Copy)]
pub(in crate::mail) struct Script {
    pub(in crate::mail) greeting: &'static str,
    pub(in crate::mail) answers: &'static [(&'static str, &'static str)],
}

/// The command that stands for the first line of a mail.
pub(in crate::mail) const IN_DATA: &str = "(in data)";

const GOOD: &[(&str, &str)] = &[
    ("EHLO", "250-here\r\n250 AUTH PLAIN LOGIN"),
    ("AUTH", "235 welcome"),
    ("MAIL", "250 ok"),
    ("RCPT", "250 ok"),
    ("DATA", "354 go on"),
    (".", "250 2.0.0 taken"),
    ("NOOP", "250 ok"),
    ("QUIT", "221 bye"),
];

/// Answers that differ from the good ones come first.
async fn play(script: Script) -> (u16, Arc<Mutex<Vec<String>>>) {
    play_each(vec![script]).await
}

/// Each connection has a script of its own; the last one is for all further ones.
pub(in crate::mail) async fn play_each(scripts: Vec<Script>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = heard.clone();
    tokio::spawn(async move {
        let mut connections = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let (script, log) = (scripts[connections.min(scripts.len() - 1)], log.clone());
            connections += 1;
            tokio::spawn(async move { serve(stream, &script, &log).await });
        }
    });
    (port, heard)
}

async fn serve(stream: TcpStream, script: &Script, log: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    stream.write_all(format!("{}\r\n", script.greeting).as_bytes()).await.unwrap();
    let mut in_data = false;
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let said = std::mem::take(&mut line).trim_end().to_owned();
        log.lock().unwrap().push(said.clone());
        if in_data && said != "." {
            if script.answers.contains(&(IN_DATA, "DROP")) {
                return;
            }
            continue;
        }
        in_data = false;
        let answer = script.answers.iter().chain(GOOD).find(|(command, _)| said.starts_with(command)).map(|(_, a)| *a);
        match answer {
            Some("DROP") => return,
            Some("STALL") | None => tokio::time::sleep(Duration::from_secs(600)).await,
            Some(answer) => {
                in_data = answer.starts_with("354");
                log.lock().unwrap().push(format!("< {answer}"));
                stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
        }
    }
}

pub(in crate::mail) fn courier(port: u16, credentials: &str) -> SmtpCourier {
    let config =
        MailConfig::new(&format!("smtp://{credentials}127.0.0.1:{port}"), "WoodGrove <access@woodgrove.example>");
    let mut courier = SmtpCourier::new(&config).unwrap();
    courier.to_open = Duration::from_millis(300);
    courier.to_hand_over = Duration::from_millis(300);
    courier
}

async fn send(port: u16, credentials: &str) -> Result<(), SendError> {
    let mail = Mail {
        unsubscribe: None,
        subject: "Hello".to_owned(),
        text: "Hello\n.\nSam\n".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        reply_to: None,
    };
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap();
    courier(port, credentials).send("sam@gmail.com", "1@panel.example", &mail, now).await
}

#[tokio::test]
async fn a_mail_is_taken() {
    let (port, heard) = play(Script { greeting: "220 hi", answers: &[] }).await;
    send(port, "panel:pw@").await.unwrap();
    let heard = heard.lock().unwrap().clone();
    assert!(heard.iter().any(|line| line == "MAIL FROM:<access@woodgrove.example>"), "{heard:?}");
    assert!(heard.iter().any(|line| line == "RCPT TO:<sam@gmail.com>"));
    assert!(heard.iter().any(|line| line == "Message-ID: <1@panel.example>"));
    assert!(heard.iter().any(|line| line.starts_with("AUTH PLAIN")));
    assert!(heard.iter().any(|line| line == ".."), "a dot alone in a line is doubled");
}

#[tokio::test]
async fn answers_are_judged() {
    for (command, answer, permanent, reason) in [
        ("RCPT", "550-5.1.1 No such\r\n550 5.1.1 user", true, "550 5.1.1 No such user"),
        ("RCPT", "451 4.7.1 Greylisted", false, "451 4.7.1 Greylisted"),
        ("MAIL", "553 Not your address", true, "553 Not your address"),
        (".", "554 5.7.1 Spam", true, "554 5.7.1 Spam"),
        (".", "452 Full", false, "452 Full"),
        ("AUTH", "535 5.7.8 Wrong password", false, "535 5.7.8 Wrong password"),
        ("MAIL", "530 Authentication required", false, "530 Authentication required"),
    ] {
        let answers: &'static [(&str, &str)] = Box::leak(Box::new([(command, answer)]));
        let (port, _) = play(Script { greeting: "220 hi", answers }).await;
        let error = send(port, "panel:S3CRET@").await.unwrap_err();
        assert_eq!(error, SendError { reason: reason.to_owned(), permanent }, "{command} {answer}");
    }
}

#[tokio::test]
async fn silence_and_broken_lines_are_transient() {
    for (command, answer) in [
        ("EHLO", "STALL"),
        ("RCPT", "STALL"),
        (".", "STALL"),
        ("EHLO", "DROP"),
        ("DATA", "DROP"),
        ("RCPT", "what?"),
        (IN_DATA, "DROP"),
        (".", "DROP"),
    ] {
        let answers: &'static [(&str, &str)] = Box::leak(Box::new([(command, answer)]));
        let (port, _) = play(Script { greeting: "220 hi", answers }).await;
        let error = send(port, "").await.unwrap_err();
        assert!(!error.permanent && !error.reason.is_empty(), "{command} {answer}: {error:?}");
    }
    // Nobody there: the port was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = send(port, "").await.unwrap_err();
    assert!(
        !error.permanent && error.reason.starts_with("The mail server could not be used: Connection refused"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_goodbye_that_stalls_takes_nothing_back() {
    let (port, _) = play(Script { greeting: "220 hi", answers: &[("QUIT", "STALL")] }).await;
    send(port, "").await.unwrap();
}

#[tokio::test]
async fn the_check_goes_as_far_as_the_password() {
    let (port, _) = play(Script { greeting: "220 hi", answers: &[] }).await;
    courier(port, "panel:pw@").check().await.unwrap();
    let (port, _) = play(Script { greeting: "220 hi", answers: &[("AUTH", "535 Wrong")] }).await;
    assert_eq!(courier(port, "panel:S3CRET@").check().await, Err("535 Wrong".to_owned()));
    let (port, _) = play(Script { greeting: "554 go away", answers: &[] }).await;
    assert_eq!(courier(port, "").check().await, Err("554 go away".to_owned()));
}

#[tokio::test]
async fn tls_is_not_given_up() {
    let (port, heard) = play(Script { greeting: "220 hi", answers: &[] }).await;
    let config = MailConfig::new(&format!("smtp://panel:pw@127.0.0.1:{port}?tls=required"), "access@woodgrove.example");
    assert!(SmtpCourier::new(&config).unwrap().check().await.is_err());
    assert!(!heard.lock().unwrap().iter().any(|line| line.starts_with("AUTH")));
}
