use std::net::IpAddr;

use axum::{Router, http::StatusCode, response::Redirect, routing::post};
use tokio::net::TcpListener;

use super::*;

#[test]
fn inside_is_inside_however_it_is_written() {
    for ip in [
        "127.0.0.1",
        "127.8.9.1",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "0.1.2.3",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.1",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "fec0::1",
    ] {
        assert!(!is_public(ip.parse::<IpAddr>().unwrap()), "{ip}");
    }
    for ip in [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "198.20.0.1",
        "2606:4700::1111",
        "2a00:1450::1",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ] {
        assert!(is_public(ip.parse::<IpAddr>().unwrap()), "{ip}");
    }
}

#[test]
fn what_is_allowed_is_read() {
    let allow = |text: &str| Allow::try_from(text.to_owned());
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    for (text, host, address, covered) in [
        ("10.1.2.0/24", "x.example", "10.1.2.9", true),
        ("10.1.2.0/24", "x.example", "10.1.3.9", false),
        ("10.1.2.0/24", "x.example", "::ffff:10.1.2.9", true),
        ("10.1.2.3", "x.example", "10.1.2.3", true),
        ("fd00:1::/64", "x.example", "fd00:1::7", true),
        (".corp.example", "logout.corp.example", "10.0.0.1", true),
        (".corp.example", "evilcorp.example", "10.0.0.1", false),
        ("logout.corp.example", "LOGOUT.corp.example.", "10.0.0.1", true),
        ("logout.corp.example", "x.logout.corp.example", "10.0.0.1", false),
    ] {
        assert_eq!(allow(text).unwrap().covers(host, ip(address)), covered, "{text} {host} {address}");
    }
    for text in ["", "everything", "10.0.0.0/99", "http://x.example"] {
        assert!(allow(text).is_err(), "{text}");
    }
}

/// An app on this machine: it would take whatever it is sent.
async fn app() -> u16 {
    let app = Router::new()
        .route("/out", post(|| async { StatusCode::OK }))
        .route("/elsewhere", post(|| async { Redirect::temporary("/out") }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

#[tokio::test]
async fn nothing_reaches_this_machine_unless_it_may() {
    let port = app().await;
    let (strict, lenient) =
        (Outgoing::new(Policy::default()).unwrap(), Outgoing::new(Policy::with_loopback()).unwrap());
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "127.1"] {
        let url = format!("http://{host}:{port}/out");
        assert!(matches!(strict.post_form(&url, &[]).await, Err(NotSent::Inside(_))), "{url}");
        assert!(matches!(Policy::default().check(&url).await, Err(NotSent::Inside(_))), "{url}");
    }
    for host in ["127.0.0.1", "localhost"] {
        let sent = lenient.post_form(&format!("http://{host}:{port}/out"), &[("a", "b")]).await;
        assert_eq!(sent, Ok(StatusCode::OK), "{host}");
    }
    // The metadata service stays out of reach, and a redirect is an answer.
    let metadata = lenient.post_form("http://169.254.169.254/latest", &[]).await;
    assert_eq!(metadata, Err(NotSent::Inside("169.254.169.254".to_owned())));
    let sent = lenient.post_form(&format!("http://127.0.0.1:{port}/elsewhere"), &[]).await;
    assert_eq!(sent, Ok(StatusCode::TEMPORARY_REDIRECT));
    assert_eq!(strict.post_form("nonsense", &[]).await, Err(NotSent::Unreadable));
}

#[tokio::test]
async fn what_is_allowed_is_that_and_no_more() {
    let port = app().await;
    let policy = Policy::new(vec![Allow::try_from("127.0.0.9".to_owned()).unwrap()]);
    let client = Outgoing::new(policy).unwrap();
    let sent = client.post_form(&format!("http://127.0.0.1:{port}/out"), &[]).await;
    assert_eq!(sent, Err(NotSent::Inside("127.0.0.1".to_owned())));
}
