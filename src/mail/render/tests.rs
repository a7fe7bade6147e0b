use super::*;
use crate::mail::samples::{PUBLIC_URL, TICKET, added, invitation, passcode, settings};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=http://evil.example/x>\r\nBcc: evil@example.com\r\n\r\n{{6173*2}}{% raw %}\u{202e}olleh &amp;";

fn write(letter: &Letter) -> Mail {
    write_for(letter, &settings())
}

fn write_for(letter: &Letter, settings: &Settings) -> Mail {
    Writer::new().unwrap().write(&letter.clone().into(), settings, PUBLIC_URL).unwrap()
}

/// The values of an attribute, unescaped.
fn attributes(html: &str, name: &str) -> Vec<String> {
    html.split(&format!(" {name}=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&#39;", "'").replace("&amp;", "&"))
        .collect()
}

/// What a person would read: tags, styles and comments dropped.
fn read(html: &str) -> String {
    let body = html.split("</head>").nth(1).unwrap();
    body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect()
}

fn all() -> [Letter; 4] {
    [invitation(Some(TICKET)), invitation(None), added(), passcode()]
}

#[test]
fn an_invitation_says_everything() {
    let mail = write(&invitation(Some(TICKET)));
    assert_eq!(mail.subject, "John Doe invites you to work with WoodGrove");
    for twin in [mail.text.clone(), read(&mail.html)] {
        for said in [
            "expect this invitation",
            "WoodGrove",
            "woodgrove.example",
            "John Doe",
            "john.doe@woodgrove.example",
            "John Doe writes:",
            "where we review the Aurora drawings.",
            "Design review",
            "Partner wiki",
            "Aurora partners",
            "gsamoogle@gmail.com",
            "open until 21 December 2026, 14:00 UTC",
            "Answer this mail",
            "Privacy statement of WoodGrove",
            "You get this mail because",
            "Get started",
        ] {
            assert!(twin.contains(said), "{said:?} is missing in {twin}");
        }
    }
    assert_eq!(mail.reply_to, Some(crate::mail::samples::john()));
    assert!(mail.html.contains("Hi Sam,<br>\n<br>\nhere is"), "line breaks are kept");
    assert!(mail.text.contains("> Hi Sam,\n>\n> here is"), "every line is marked: {}", mail.text);
}

#[test]
fn the_twins_carry_the_same_links() {
    for (letter, link) in [
        (invitation(Some(TICKET)), format!("{PUBLIC_URL}/redeem?ticket={TICKET}")),
        (added(), format!("{PUBLIC_URL}/")),
    ] {
        let mail = write(&letter);
        let privacy = settings().organization.privacy_url.unwrap();
        assert_eq!(attributes(&mail.html, "href"), [link.clone(), link.clone(), privacy.clone()]);
        let in_text: Vec<&str> = mail.text.split_whitespace().filter(|word| word.starts_with("http")).collect();
        assert_eq!(in_text, [link, privacy]);
    }
}

#[test]
fn a_preview_leads_nowhere_and_looks_the_same() {
    let (real, preview) = (write(&invitation(Some(TICKET))), write(&invitation(None)));
    assert_eq!(attributes(&preview.html, "href")[0], "#");
    assert!(preview.text.contains("/redeem?ticket=…") && preview.html.contains("/redeem?ticket=…"));
    assert_eq!(real.subject, preview.subject);
    assert_eq!(real.html.matches("<tr>").count(), preview.html.matches("<tr>").count());
}

#[test]
fn a_code_can_be_copied_and_is_seen_by_its_reader_only() {
    let mail = write(&passcode());
    assert_eq!(mail.subject, "Your code for WoodGrove");
    assert_eq!(mail.html.matches("04815162").count(), 1);
    assert!(mail.html.contains(">04815162</td>"), "nothing but digits in its cell");
    let preheader = mail.html.split("<div style=\"display:none").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(!preheader.contains("04815162"));
    assert!(mail.text.lines().any(|line| line == "04815162"));
    assert!(mail.text.contains("valid for 15 minutes") && read(&mail.html).contains("valid for 15 minutes"));
    for twin in [&mail.text, &mail.html] {
        assert!(!twin.contains("href") && !twin.contains("://"), "no link at all: {twin}");
        assert!(twin.contains("If you did not ask for a code"));
    }
    assert_eq!(mail.reply_to, None);
    let minute = write(&Letter::Passcode { code: "04815162".to_owned(), minutes: 1 });
    assert!(minute.text.contains("valid for one minute"));
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    for letter in all() {
        let html = write(&letter).html;
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
        for forbidden in
            ["<script", "<img", "<link", "<iframe", "<form", "url(", "@import", " src=", " onclick", "javascript:"]
        {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        assert!(html.contains("color-scheme: light dark"));
        assert!(html.contains("prefers-color-scheme: dark"));
    }
}

#[test]
fn hostile_words_stay_words() {
    let hostile = || HOSTILE.to_owned();
    let inviter = || Sender { name: hostile(), address: hostile() };
    let mut settings = settings();
    settings.organization.name = hostile();
    settings.organization.contact = Some(hostile());
    settings.organization.privacy_url = Some("javascript:alert(1)//https://woodgrove.example".to_owned());
    let letters = [
        Letter::Invitation {
            ticket: Some(hostile()),
            inviter: inviter(),
            message: hostile(),
            groups: vec![hostile(), "\r\n".to_owned()],
            apps: vec![hostile()],
            address: hostile(),
            expires_at: DateTime::UNIX_EPOCH,
            access_until: None,
        },
        Letter::Added {
            inviter: inviter(),
            message: hostile(),
            groups: vec![hostile()],
            apps: vec![hostile()],
            address: hostile(),
            access_until: None,
        },
        Letter::Passcode { code: hostile(), minutes: 15 },
    ];
    for letter in letters {
        let mail = write_for(&letter, &settings);
        assert!(!mail.subject.contains(['\r', '\n']) && mail.subject.chars().count() <= names::LONGEST);
        for text in [&mail.subject, &mail.text, &mail.html] {
            assert!(!text.contains('\u{202e}') && !text.contains('\r'));
            assert!(!text.contains("12346"), "a template in a value was run: {text}");
        }
        assert!(!mail.html.contains("<script") && !mail.html.contains("<img"), "{}", mail.html);
        assert!(mail.html.contains("&lt;script&gt;"));
        let foreign = attributes(&mail.html, "href").into_iter().find(|link| !link.starts_with(PUBLIC_URL));
        assert_eq!(foreign, None);
        assert!(attributes(&mail.html, "src").is_empty());
        // Only the inviter's own words have lines of their own, and those are marked.
        assert!(!mail.text.lines().any(|line| line.starts_with("Bcc")), "{}", mail.text);
        if let Some(Sender { name, address }) = mail.reply_to {
            assert!(!name.contains(['\r', '\n']) && !address.contains(['\r', '\n']));
        }
    }
}

#[test]
fn what_is_missing_is_not_spoken_of() {
    let mut settings = settings();
    settings.organization.domains.clear();
    settings.organization.privacy_url = None;
    let letter = Letter::Invitation {
        ticket: Some(TICKET.to_owned()),
        inviter: Sender { name: " \n".to_owned(), address: "john.doe@woodgrove.example".to_owned() },
        message: " \r\n ".to_owned(),
        groups: Vec::new(),
        apps: Vec::new(),
        address: "gsamoogle@gmail.com".to_owned(),
        expires_at: DateTime::UNIX_EPOCH,
        access_until: None,
    };
    let mail = write_for(&letter, &settings);
    assert_eq!(mail.subject, "john.doe@woodgrove.example invites you to work with WoodGrove");
    for twin in [&mail.text, &mail.html] {
        assert!(!twin.contains("writes:") && !twin.contains("<ul") && !twin.contains("these"));
        assert!(twin.contains("you become a guest of WoodGrove."));
        assert!(twin.contains("WoodGrove has not published a privacy statement."));
        assert!(twin.contains("1 January 1970, 00:00 UTC"));
    }
    settings.organization.name = "\u{202e}".to_owned();
    assert!(write_for(&letter, &settings).subject.ends_with("Access Panel"));
}

#[test]
fn the_text_twin_is_tidy() {
    for letter in all() {
        let text = write(&letter).text;
        assert!(!text.contains("\n\n\n") && !text.starts_with('\n') && text.ends_with('\n'), "{text}");
        assert!(!text.contains("&") || text.contains("for=guests&lang=en"), "{text}");
        assert!(!text.contains('<'), "{text}");
    }
}

#[test]
fn a_public_url_that_is_none_is_an_error() {
    assert!(Writer::new().unwrap().write(&added().into(), &settings(), "nowhere").is_err());
}

/// Writes every mail into `mail/` of the temporary folder, to be looked at.
#[test]
#[ignore = "writes files for the eye: cargo test --features ssr --lib mail::render -- --ignored"]
fn show() {
    let folder = std::env::temp_dir().join("mail");
    std::fs::create_dir_all(&folder).unwrap();
    let show = |name: &str, letter: &Letter, settings: &Settings| {
        let mail = write_for(letter, settings);
        std::fs::write(folder.join(format!("{name}.html")), &mail.html).unwrap();
        std::fs::write(folder.join(format!("{name}.txt")), format!("Subject: {}\n\n{}", mail.subject, mail.text))
            .unwrap();
    };
    show("invitation", &invitation(Some(TICKET)), &settings());
    show("preview", &invitation(None), &settings());
    show("added", &added(), &settings());
    show("passcode", &passcode(), &settings());
    let mut strange = settings();
    strange.organization.name = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung".to_owned();
    (strange.organization.hue, strange.organization.chroma) = (300, 150);
    strange.organization.contact = Some(format!("{}@woodgrove.example", "help".repeat(15)));
    let longest = Letter::Invitation {
        ticket: Some("x".repeat(43)),
        inviter: Sender { name: "m".repeat(120), address: format!("{}@woodgrove.example", "m".repeat(64)) },
        message: "שלום סם, כאן אנחנו בודקים את השרטוטים.\n\nhttps://evil.example/".to_owned() + &"long".repeat(60),
        groups: vec!["g".repeat(120)],
        apps: (1..30).map(|n| format!("App {n}")).collect(),
        address: format!("{}@gmail.com", "s".repeat(64)),
        expires_at: DateTime::UNIX_EPOCH,
        access_until: None,
    };
    show("longest", &longest, &strange);
    show("strange-passcode", &passcode(), &strange);
}
