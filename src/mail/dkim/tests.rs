use std::path::Path;

use chrono::{TimeZone, Utc};
use ed25519_dalek::Verifier as _;
use rsa::{Pkcs1v15Sign, RsaPublicKey, pkcs8::DecodePublicKey as _};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    mail::{
        MailConfig, Writer,
        envelope::{self, Letterhead},
        samples,
    },
    model::Language,
};

fn key(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/dkim/keys").join(name)
}

fn config(key_name: &str) -> DkimConfig {
    DkimConfig { domain: "woodgrove.example".to_owned(), selector: "panel-2026".to_owned(), key_file: key(key_name) }
}

/// Every sample mail, signed, as it goes over the wire.
fn signed(key_name: &str) -> Vec<String> {
    let head = Letterhead {
        from: "WoodGrove <access@woodgrove.example>".parse().unwrap(),
        return_path: None,
        dkim: Some(Dkim::new(&config(key_name)).unwrap()),
    };
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap();
    let writer = Writer::new().unwrap();
    let mut mails = Vec::new();
    for language in [Language::English, Language::Japanese] {
        for letter in samples::full() {
            let post = samples::post(letter, language, true);
            let mail = writer.write(&post, &samples::settings(), samples::PUBLIC_URL).unwrap();
            let message = envelope::message(&head, "Sam.Oogle@gmail.com", "1@panel.example", &mail, now).unwrap();
            mails.push(String::from_utf8(message.formatted()).unwrap());
        }
    }
    mails
}

/// Verifies a mail by the record, written after RFC 6376 and apart from what signs. What is wrong with it.
fn verify(mail: &str, record: &str) -> Result<Vec<String>, &'static str> {
    let (head, body) = mail.split_once("\r\n\r\n").ok_or("no body")?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        match line.strip_prefix([' ', '\t']) {
            Some(_) => headers.last_mut().unwrap().1.push_str(line),
            None => {
                let (name, value) = line.split_once(':').ok_or("no header")?;
                headers.push((name.to_lowercase(), value.to_owned()));
            }
        }
    }
    let relaxed = |value: &str| value.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let signature = headers.iter().find(|(name, _)| name == "dkim-signature").ok_or("not signed")?.1.clone();
    let tag = |wanted: &str| {
        let found = signature.split(';').filter_map(|tag| tag.split_once('=')).find(|(name, _)| name.trim() == wanted);
        found.map(|(_, value)| value.split_whitespace().collect::<String>()).ok_or("a tag is missing")
    };
    let published = |wanted: &str| record.split("; ").find_map(|tag| tag.strip_prefix(wanted)).unwrap();
    if tag("c")? != "relaxed/relaxed" || tag("d")? != "woodgrove.example" || tag("s")? != "panel-2026" {
        return Err("other tags");
    }
    // The body: no spaces at ends of lines, no runs of them, one end of line at the end.
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let words = relaxed(line);
            if line.starts_with([' ', '\t']) && !words.is_empty() { format!(" {words}") } else { words }
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let body = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
    if STANDARD.encode(Sha256::digest(&body)) != tag("bh")? {
        return Err("the body was changed");
    }
    // The headers, the last of a name first; those that are missing count as nothing.
    let names: Vec<String> = tag("h")?.split(':').map(str::to_lowercase).collect();
    let mut left = headers.clone();
    let mut data = String::new();
    for name in &names {
        if let Some(at) = left.iter().rposition(|(other, _)| other == name) {
            data += &format!("{name}:{}\r\n", relaxed(&left.remove(at).1));
        }
    }
    let b = signature.rfind("b=").unwrap();
    data += &format!("dkim-signature:{}", relaxed(&signature[..b + 2]));
    let signature = STANDARD.decode(tag("b")?).map_err(|_| "no base64")?;
    let public = STANDARD.decode(published("p=")).unwrap();
    let digest = Sha256::digest(&data);
    let good = match (published("k="), &*tag("a")?) {
        ("rsa", "rsa-sha256") => RsaPublicKey::from_public_key_der(&public)
            .unwrap()
            .verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature)
            .is_ok(),
        ("ed25519", "ed25519-sha256") => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
            key.verify(&digest, &ed25519_dalek::Signature::from_slice(&signature).unwrap()).is_ok()
        }
        _ => return Err("another algorithm"),
    };
    if good { Ok(names) } else { Err("the headers were changed") }
}

#[test]
fn signatures_hold_and_break_when_something_is_changed() {
    for name in ["rsa.pem", "rsa-pkcs1.pem", "ed25519.pem"] {
        let record = Dkim::new(&config(name)).unwrap().record;
        let mails = signed(name);
        for mail in &mails {
            let names = verify(mail, &record).unwrap_or_else(|why| panic!("{name}: {why}\n{mail}"));
            for needed in HEADERS.map(str::to_lowercase) {
                assert!(names.contains(&needed), "{needed} is not signed");
            }
        }
        let mail = &mails[0];
        assert!(mail.contains("List-Unsubscribe-Post") && mail.contains("Reply-To"));
        for (from, to) in [
            ("To: Sam.Oogle@gmail.com", "To: eve@evil.example"),
            ("Reply-To: \"John Doe\" <john.doe@", "Reply-To: \"John Doe\" <eve@"),
            ("Subject: John", "Subject: Eve"),
            ("Message-ID: <1@", "Message-ID: <2@"),
            ("/unsubscribe/", "/unsubscribe/x"),
            ("multipart/alternative", "multipart/mixed"),
        ] {
            let changed = mail.replacen(from, to, 1);
            assert!(changed != *mail && verify(&changed, &record).is_err(), "{from}");
        }
        // Spaces and empty lines may change on the way.
        let mended = format!("{}\r\n\r\n", mail.replacen("Subject: ", "Subject:  ", 1));
        assert!(verify(&mended, &record).is_ok());
        // A code has nothing to unsubscribe from, and nobody can add that.
        let code = &mails[6];
        assert!(!code.contains("List-Unsubscribe"));
        for added in
            ["List-Unsubscribe: <https://evil.example/>", "From: eve@evil.example", "Subject: Eve", "To: eve@x.example"]
        {
            assert_eq!(verify(&format!("{added}\r\n{code}"), &record), Err("the headers were changed"), "{added}");
        }
    }
}

#[test]
fn records_can_be_published() {
    let record = Dkim::new(&config("ed25519.pem")).unwrap().record();
    let begins = "panel-2026._domainkey.woodgrove.example. IN TXT ( \"v=DKIM1; k=ed25519; p=";
    assert!(record.starts_with(begins) && record.ends_with("=\" )"), "{record}");
    let record = Dkim::new(&config("rsa.pem")).unwrap().record();
    let texts: Vec<_> = record.split('"').skip(1).step_by(2).collect();
    assert!(texts.len() == 2 && texts.iter().all(|text| text.len() <= 255), "{record}");
}

#[test]
fn what_cannot_sign_is_refused() {
    let refused = |config: DkimConfig| match Dkim::new(&config) {
        Err(ConfigError::Dkim(what)) => what,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("{config:?} was taken"),
    };
    assert!(refused(config("rsa-1024.pem")).contains("1024 bits"));
    assert!(refused(config("nothing.pem")).contains("nothing.pem"));
    let good = || config("ed25519.pem");
    assert!(refused(DkimConfig { key_file: key("../tests.rs"), ..good() }).contains("PEM"));
    for domain in ["", "woodgrove", "a b.example", "woodgrove.example; p=x"] {
        assert!(refused(DkimConfig { domain: domain.to_owned(), ..good() }).contains("domain"), "{domain}");
    }
    for selector in ["", "a b", "a;b", "a..b"] {
        assert!(refused(DkimConfig { selector: selector.to_owned(), ..good() }).contains("selector"), "{selector}");
    }
}

#[test]
fn dmarc_counts_only_the_senders_domain() {
    let dkim = Dkim::new(&config("ed25519.pem")).unwrap();
    for (sender, aligned) in [
        ("woodgrove.example", true),
        ("Mail.WoodGrove.example", true),
        ("example", true),
        ("notwoodgrove.example", false),
        ("gmail.com", false),
    ] {
        assert_eq!(dkim.is_aligned_with(sender), aligned, "{sender}");
    }
    let mut mail = MailConfig::new("smtp://localhost", "WoodGrove <access@gmail.com>");
    assert_eq!(mail.dkim_record().unwrap(), None);
    mail.dkim = Some(config("ed25519.pem"));
    assert!(mail.dkim_record().unwrap().is_some_and(|(_, aligned)| !aligned));
}

/// Writes signed mails into `dkim/` of the temporary folder, for another verifier.
#[test]
#[ignore = "writes files for another verifier: cargo test --lib mail::dkim -- --ignored"]
fn show() {
    for name in ["rsa", "ed25519"] {
        let folder = std::env::temp_dir().join("dkim").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let file = format!("{name}.pem");
        std::fs::write(folder.join("record.txt"), Dkim::new(&config(&file)).unwrap().record).unwrap();
        for (number, mail) in signed(&file).into_iter().enumerate() {
            std::fs::write(folder.join(format!("{number}.eml")), mail).unwrap();
        }
    }
}
