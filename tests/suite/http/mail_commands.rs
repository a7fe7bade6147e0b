//! The commands about mail, and what `doctor` says of it.

use std::{
    io::Write as _,
    path::Path,
    process::{Output, Stdio},
    sync::Arc,
};

use access_panel::{
    directory::{Deployment, Directory, chance::SystemRandom, clock::SystemClock, invitations::Ask},
    model::{
        Address, Caller,
        provider::MembersRule,
        state::{Delivery, UserType},
    },
    server::keys,
};
use tempfile::TempDir;

use super::commands::program;

const CONFIGURATION: &str = "[server]\npublic_url = \"http://localhost:3999\"\n";

const MAIL: &str = "[mail]\nurl = \"smtp://localhost:9\"\nfrom = \"WoodGrove <panel@woodgrove.example>\"\n";

const ORGANIZATION: &str = r#"
[organization]
name = "Contoso"
domains = ["woodgrove.example"]

[[people]]
address = "john.doe@woodgrove.example"
name = "John Doe"

[[groups]]
key = "partners"
name = "Partners"
accepts_guests = true
owners = ["john.doe@woodgrove.example"]
"#;

/// A folder with a configuration in a folder of its own, so that paths beside it are told from those beside the user.
fn place(configuration: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), "etc/access-panel.toml", configuration);
    write(place.path(), "organization.toml", ORGANIZATION);
    place
}

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// Status, standard output, standard error.
fn run(place: &TempDir, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = program(place.path())
        .args(arguments)
        .args(["--config", "etc/access-panel.toml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn previews_are_written() {
    let place = place(&format!("{CONFIGURATION}{MAIL}templates = \"mails\"\n"));
    write(place.path(), "etc/mails/invitation/de/subject.txt", "Herzlich willkommen bei {{ organization.name }}");
    let read = |name: &str| std::fs::read_to_string(place.path().join("out").join(name)).unwrap();

    let (code, out, err) = run(&place, &["mail", "preview", "--out", "out"], b"");
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("120 files written") && err.contains("sample"), "{out}{err}");
    assert_eq!(read("invitation/de/subject.txt"), "Herzlich willkommen bei WoodGrove\n");
    assert!(read("passcode/ja/body.html").contains("<html lang=\"ja\">"));

    // Of the organization, once there is one.
    assert_eq!(run(&place, &["import", "organization.toml"], b"").0, Some(0));
    let arguments = ["mail", "preview", "--template", "invitation", "--language", "de", "--out", "out"];
    let (code, out, err) = run(&place, &arguments, b"");
    assert!(code == Some(0) && out.contains("3 files written") && err.is_empty(), "{out}{err}");
    assert_eq!(read("invitation/de/subject.txt"), "Herzlich willkommen bei Contoso\n");

    for wrong in [&["--template", "invitaion"], &["--language", "pt"]] {
        assert_eq!(run(&place, &[&["mail", "preview", "--out", "out"], &wrong[..]].concat(), b"").0, Some(2));
    }
    write(place.path(), "etc/mails/invitation/de/body.txt", "{{ lnik }}");
    let (code, _, err) = run(&place, &arguments, b"");
    assert!(code == Some(1) && err.contains("line 1: there is no variable lnik"), "{err}");
    assert!(read("invitation/de/body.txt").contains("/redeem?ticket="), "ours stands in");
}

#[test]
fn doctor_looks_at_mails() {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/src/mail/dkim/keys");
    let dkim = |domain: &str, key: &str| {
        format!("[mail.dkim]\ndomain = \"{domain}\"\nselector = \"panel\"\nkey_file = \"{key}\"\n")
    };
    let with = |more: &str| {
        let place = place(&format!("{CONFIGURATION}{MAIL}templates = \"mails\"\n{more}"));
        write(place.path(), "etc/mails/passcode/subject.txt", "{{ code }}");
        place
    };
    let good = with(&dkim("woodgrove.example", &format!("{keys}/ed25519.pem")));
    let (_, out, _) = run(&good, &["doctor"], b"");
    for said in [
        "ok    mail signatures",
        "panel._domainkey.woodgrove.example. IN TXT ( \"v=DKIM1; k=ed25519; p=",
        "ok    mail templates (1 of your own)",
    ] {
        assert!(out.contains(said), "no {said}: {out}");
    }
    let other = with(&dkim("contoso.example", &format!("{keys}/rsa.pem")));
    let (_, out, _) = run(&other, &["doctor"], b"");
    assert!(out.contains("FAIL  mail signatures: the domain is not that of mail.from"), "{out}");
    let broken = with(&dkim("woodgrove.example", "nowhere.pem"));
    write(broken.path(), "etc/mails/passcode/body.html", "<p>\n{{ cdoe }}</p>\n{{ organization.name | safe }}");
    write(broken.path(), "etc/mails/digest/xx/subject.txt", "x");
    let (code, out, _) = run(&broken, &["doctor"], b"");
    for said in [
        "FAIL  mail signatures: mail.dkim: key_file etc/nowhere.pem",
        "FAIL  mail template: etc/mails/passcode/body.html, line 2: there is no variable cdoe",
        "FAIL  mail template: etc/mails/passcode/body.html, line 3: the filter safe",
        "FAIL  mail template: etc/mails/digest/xx: no mail uses this",
    ] {
        assert!(out.contains(said), "no {said}: {out}");
    }
    assert_eq!(code, Some(1));
}

fn report(message_id: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; sam@partner.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: <{message_id}>\r\n\r\n--b--\r\n"
    )
}

#[tokio::test]
async fn what_comes_back_is_noted() {
    let place = place(&format!("{CONFIGURATION}{MAIL}"));
    let ours = report("0193a1b2-1234-7000-8000-0123456789ab@localhost");
    // Not a bounce, or not of ours: nobody needs the database for that.
    for other in [&b""[..], b"\0\xff\xfe", b"From: a@b.example\r\nSubject: hi\r\n\r\nhi", report("1@x").as_bytes()] {
        assert_eq!(run(&place, &["mail", "bounce"], other), (Some(0), String::new(), String::new()));
    }
    // A bounce of ours, but there is no database: the mail server keeps it.
    let (code, out, err) = run(&place, &["mail", "bounce"], ours.as_bytes());
    assert!(code == Some(75) && out.is_empty() && err.contains("migrate"), "{code:?} {out} {err}");

    assert_eq!(run(&place, &["import", "organization.toml"], b"").0, Some(0));
    let directory = directory(&place).await;
    let john = Address::parse("john.doe@woodgrove.example").unwrap();
    let (user_id, name) = directory.member_by_address(&john).await.unwrap().unwrap();
    let caller = Caller {
        user_id,
        user_type: UserType::Member,
        name,
        address: "john.doe@woodgrove.example".to_owned(),
        roles: Vec::new(),
        request_id: None,
    };
    let group_id = directory.group_by_key("partners").await.unwrap().unwrap();
    let ask = Ask { groups: vec![group_id], address: "sam@partner.example".to_owned(), ..Default::default() };
    directory.invite(&caller, &ask).await.unwrap();
    let mail = directory.lease_outbox(1).await.unwrap().remove(0);
    directory.outbox_sent(mail.id).await.unwrap();

    let come_back = report(&mail.message_id);
    for _ in 0..2 {
        let said = run(&place, &["mail", "bounce"], come_back.as_bytes());
        assert_eq!(said, (Some(0), String::new(), String::new()));
    }
    // A stranger's, of a mail that we never sent.
    assert_eq!(run(&place, &["mail", "bounce"], ours.as_bytes()).0, Some(0));
    let members = directory.group_page(&caller, group_id, "", None).await.unwrap();
    let shown = format!("{members:?}");
    assert!(shown.contains("550 5.1.1 No such user") && shown.contains(&format!("{:?}", Delivery::Failed)), "{shown}");
    directory.close().await;
}

async fn directory(place: &TempDir) -> Directory {
    let deployment = Deployment {
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        vault: keys::load_or_create(&place.path().join("secrets.key"), &SystemRandom).unwrap(),
        public_url: "http://localhost:3999".to_owned(),
        members: None,
        members_rule: MembersRule::OwnDomain,
    };
    let url = format!("sqlite://{}", place.path().join("access-panel.db").display());
    Directory::open(&url, 2, deployment).await.unwrap()
}
