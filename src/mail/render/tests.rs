use chrono::DateTime;

use super::*;
use crate::{
    mail::samples::{self, PUBLIC_URL, TICKET, added, invitation, passcode, settings},
    model::{
        Language,
        letter::{News, Sender},
        state::NoticeKind,
        text::redeeming,
    },
};

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

fn all() -> Vec<Letter> {
    let mut letters = samples::full();
    letters.extend(samples::least());
    letters.push(invitation(None));
    letters
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
    assert_eq!(mail.reply_to, Some(samples::john()));
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
    let things = || vec![hostile(), "\r\n".to_owned()];
    let news =
        || News { guest: hostile(), address: hostile(), state: InvitationState::Declined, at: DateTime::UNIX_EPOCH };
    let letters = [
        Letter::Invitation {
            ticket: Some(hostile()),
            inviter: inviter(),
            message: hostile(),
            groups: things(),
            apps: things(),
            address: hostile(),
            expires_at: DateTime::UNIX_EPOCH,
            access_until: Some(DateTime::UNIX_EPOCH),
        },
        Letter::Reminder {
            ticket: Some(hostile()),
            inviter: inviter(),
            message: hostile(),
            groups: things(),
            apps: things(),
            address: hostile(),
            expires_at: DateTime::UNIX_EPOCH,
        },
        Letter::Copy { inviter: inviter(), message: hostile(), groups: things(), apps: things(), address: hostile() },
        Letter::Digest { news: vec![news()], more: 0 },
        Letter::Digest { news: vec![news(), news()], more: 7 },
        Letter::Asked { guest: hostile(), address: hostile(), path: format!("/guests/{}", hostile()) },
        Letter::Added {
            inviter: inviter(),
            message: hostile(),
            groups: things(),
            apps: things(),
            address: hostile(),
            access_until: None,
        },
        Letter::Passcode { code: hostile(), minutes: 15 },
    ];
    let writer = Writer::new().unwrap();
    let posts = letters.into_iter().flat_map(|letter| {
        let unsubscribe = Some(HOSTILE.to_owned());
        Language::ALL.iter().map(move |language| Post {
            letter: letter.clone(),
            language: *language,
            unsubscribe: unsubscribe.clone(),
        })
    });
    for post in posts {
        let mail = writer.write(&post, &settings, PUBLIC_URL).unwrap();
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

/// A mail of one language says all that the English one says, and nothing in English.
#[test]
fn every_letter_speaks_every_language() {
    const ENGLISH: &[&str] = &[
        "the",
        "you",
        "your",
        "this",
        "with",
        "for",
        "is",
        "are",
        "and",
        "it",
        "of",
        "by",
        "if",
        "mail",
        "has",
        "invitation",
        "button",
        "these",
        "get",
        "started",
        "see",
        "open",
        "minutes",
        "january",
        "december",
    ];
    let writer = Writer::new().unwrap();
    for (letter, least) in samples::full().into_iter().zip(samples::least()) {
        let english = writer.write(&samples::post(letter.clone(), Language::English, true), &settings(), PUBLIC_URL);
        let english = english.unwrap();
        let mut subjects = vec![english.subject];
        for language in Language::ALL.iter().copied().filter(|language| *language != Language::English) {
            // Words that are the same there.
            let shared = |word: &str| matches!((language, word), (Language::French, "invitation" | "minutes"));
            for (letter, settings) in [(&letter, settings()), (&least, samples::bare_settings())] {
                // What people type is in their own language.
                let mut letter = letter.clone();
                if let Letter::Invitation { message, groups, apps, .. }
                | Letter::Reminder { message, groups, apps, .. }
                | Letter::Copy { message, groups, apps, .. }
                | Letter::Added { message, groups, apps, .. } = &mut letter
                {
                    "äö".clone_into(message);
                    for name in groups.iter_mut().chain(apps) {
                        "äö".clone_into(name);
                    }
                }
                if let Letter::Notice { words, .. } = &mut letter {
                    "äö".clone_into(words);
                }
                let mail = writer.write(&samples::post(letter, language, true), &settings, PUBLIC_URL).unwrap();
                for twin in [&mail.subject, &mail.text, &read(&mail.html)] {
                    let words = twin.split(|c: char| c.is_whitespace() || ",.:;!?()<>".contains(c));
                    for word in words.map(str::to_lowercase) {
                        let left = ENGLISH.contains(&&*word) && !shared(&word);
                        assert!(!left, "{word:?} is English: {language:?} {twin}");
                    }
                    assert!(!twin.trim().is_empty() && !twin.contains("none"), "{language:?} {twin}");
                }
                let lang = format!("<html lang=\"{language}\">");
                assert!(mail.html.contains(&lang), "{lang} is missing in {}", mail.html);
            }
            let mail = writer.write(&samples::post(letter.clone(), language, true), &settings(), PUBLIC_URL).unwrap();
            // The same things stand in it, in the same places.
            assert_eq!(attributes(&mail.html, "href"), attributes(&english.html, "href"), "{language:?}");
            assert_eq!(mail.html.matches("<li").count(), english.html.matches("<li").count(), "{language:?}");
            assert_eq!(mail.text.matches("\n> ").count(), english.text.matches("\n> ").count(), "{language:?}");
            subjects.push(mail.subject);
        }
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), Language::ALL.len(), "{subjects:?}");
    }
}

/// Words come from the catalogues alone: what is left of a template without its variables is no word.
#[test]
fn templates_hold_no_words() {
    for (name, text) in TEMPLATES {
        let mut plain = String::new();
        let mut rest = *text;
        while let Some(at) = rest.find('{') {
            plain.push_str(&rest[..at]);
            let end = match &rest[at..at + 2] {
                "{{" => rest[at..].find("}}").unwrap() + 2,
                "{%" => rest[at..].find("%}").unwrap() + 2,
                "{#" => rest[at..].find("#}").unwrap() + 2,
                _ => 1,
            };
            rest = &rest[at + end..];
        }
        plain.push_str(rest);
        let body = plain.split("</style>").last().unwrap();
        let words: String =
            body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
        let words = words.replace("&middot;", "").replace("&zwnj;", "").replace("&nbsp;", "");
        assert!(!words.contains(char::is_alphabetic), "{name}: {words}");
    }
}

#[test]
fn moments_and_numbers_are_the_readers() {
    let write = |letter: Letter, language| {
        Writer::new().unwrap().write(&samples::post(letter, language, true), &settings(), PUBLIC_URL).unwrap()
    };
    for (language, until, access, more) in [
        (Language::English, "open until 21 December 2026, 14:00 UTC", "ends on 31 December 2026, 23:00 UTC", "1,200"),
        (Language::German, "bis zum 21. Dezember 2026, 14:00 UTC", "endet am 31. Dezember 2026, 23:00 UTC", "1.200"),
        (
            Language::French,
            "jusqu’au 21 décembre 2026 à 14:00 UTC",
            "fin le 31 décembre 2026 à 23:00 UTC",
            "1\u{202f}200",
        ),
        (
            Language::Spanish,
            "hasta el 21 de diciembre de 2026, 14:00 UTC",
            "el 31 de diciembre de 2026, 23:00 UTC",
            "1200",
        ),
        (Language::Japanese, "有効期限は 2026年12月21日 14:00 UTC です", "2026年12月31日 23:00 UTC まで", "1,200"),
    ] {
        let invitation = write(samples::full().remove(0), language);
        for twin in [&invitation.text, &read(&invitation.html)] {
            assert!(twin.contains(until) && twin.contains(access), "{until} {access}: {twin}");
        }
        let digest = write(samples::full().remove(3), language);
        for twin in [&digest.text, &read(&digest.html)] {
            assert!(twin.contains(more), "{more}: {twin}");
        }
    }
}

/// The button in the mail and the one on the page behind it say the same.
#[test]
fn a_mail_speaks_as_the_page_behind_it() {
    for language in Language::ALL.iter().copied() {
        let post = samples::post(invitation(Some(TICKET)), language, true);
        let mail = Writer::new().unwrap().write(&post, &settings(), PUBLIC_URL).unwrap();
        let button = redeeming::get_started(language).to_string();
        assert!(mail.text.lines().any(|line| line == button), "{button}: {}", mail.text);
    }
}

#[test]
fn a_copy_holds_no_way_in() {
    let letter = samples::full().remove(2);
    let mail = Writer::new().unwrap();
    let mail = mail.write(&samples::post(letter, Language::English, true), &settings(), PUBLIC_URL).unwrap();
    for twin in [&mail.text, &mail.html] {
        assert!(!twin.contains("/redeem") && !twin.contains("ticket"), "{twin}");
        assert!(twin.contains("nothing for you to do") && twin.contains("Design review"), "{twin}");
    }
    assert_eq!(mail.subject, "John Doe has invited gsamoogle@gmail.com to WoodGrove");
}

#[test]
fn a_digest_names_each_guest() {
    let mail = write(&samples::full().remove(3));
    assert_eq!(mail.subject, "News about 1,203 of your invitations");
    for twin in [mail.text.clone(), read(&mail.html)] {
        for said in [
            "Sam Oogle",
            "Accepted on 3 December 2026, 09:00 UTC",
            "Declined on 2 December",
            "Expired on 1 December",
            "1,200 more are on your guests’ page.",
        ] {
            assert!(twin.contains(said), "{said:?} is missing in {twin}");
        }
    }
    assert!(mail.text.contains(&format!("{PUBLIC_URL}/guests\n")));
    let one = |state| {
        let news = News { guest: "Sam".to_owned(), address: "s@x.example".to_owned(), state, at: DateTime::UNIX_EPOCH };
        write(&Letter::Digest { news: vec![news], more: 0 }).subject
    };
    assert_eq!(one(InvitationState::Accepted), "Sam has accepted your invitation");
    assert_eq!(one(InvitationState::Expired), "Your invitation for Sam has expired");
    assert_eq!(write(&Letter::Digest { news: Vec::new(), more: 0 }).subject, "News about 0 of your invitations");
}

#[test]
fn asking_leads_to_the_guests_page_and_nowhere_else() {
    let mail = write(&samples::full().remove(4));
    assert!(mail.html.contains(&format!("href=\"{PUBLIC_URL}/guests/0193a1b2-0000-7000-8000-000000000001\"")));
    for path in ["@evil.example/", ".evil.example", "", "https://evil.example/"] {
        let letter =
            Letter::Asked { guest: "Sam".to_owned(), address: "s@x.example".to_owned(), path: path.to_owned() };
        assert!(Writer::new().unwrap().write(&letter.into(), &settings(), PUBLIC_URL).is_err(), "{path}");
    }
}

/// Whoever did not ask for a mail can say so; whoever did has nothing to block.
#[test]
fn mails_can_be_blocked_by_a_token_of_their_own() {
    let writer = Writer::new().unwrap();
    for letter in samples::full() {
        let kind = letter.kind();
        let wanted = matches!(kind, "invitation" | "reminder" | "copy" | "added");
        let mail = writer.write(&samples::post(letter, Language::English, true), &settings(), PUBLIC_URL).unwrap();
        let link = format!("{PUBLIC_URL}/unsubscribe/c2FtcGxl-dG9rZW4");
        assert_eq!(mail.unsubscribe, wanted.then(|| link.clone()), "{kind}");
        assert_eq!(mail.html.contains(&format!("href=\"{link}\"")), wanted, "{kind}");
        assert_eq!(mail.text.contains(&link), wanted, "{kind}");
        assert_eq!(mail.text.contains("block invitations from WoodGrove"), wanted, "{kind}");
    }
    let mut post = Post::from(added());
    post.unsubscribe = Some("../../evil?x=1#y".to_owned());
    let mail = writer.write(&post, &settings(), PUBLIC_URL).unwrap();
    assert_eq!(mail.unsubscribe, Some(format!("{PUBLIC_URL}/unsubscribe/..%2F..%2Fevil%3Fx=1%23y")));
}

/// Each kind of notice has a sentence of its own in each language, and leads to a page of ours.
#[test]
fn every_notice_says_what_happened() {
    let writer = Writer::new().unwrap();
    for language in Language::ALL.iter().copied() {
        let mut subjects = Vec::new();
        for kind in NoticeKind::ALL.iter().copied() {
            let post = samples::post(samples::notice(kind), language, true);
            let mail = writer.write(&post, &settings(), PUBLIC_URL).unwrap();
            assert!(mail.subject.contains("Aurora partners"), "{kind} {language}: {}", mail.subject);
            assert!(mail.text.contains(&mail.subject) && mail.html.contains(&mail.subject), "{kind} {language}");
            assert!(mail.text.contains(&format!("{PUBLIC_URL}/requests/0193a1b2-0000-7000-8000-000000000001")));
            subjects.push(mail.subject);
        }
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), NoticeKind::ALL.len(), "{language}: {subjects:?}");
    }
    let mail = write(&samples::notice(NoticeKind::RequestMade));
    assert_eq!(mail.subject, "Lena Lee asks for access to Aurora partners");
    assert!(mail.text.contains("> I draw the windows") && mail.text.contains("Look at the request"), "{}", mail.text);
    let hostile = Letter::Notice {
        kind: NoticeKind::RequestDenied,
        person: Some(HOSTILE.to_owned()),
        target: HOSTILE.to_owned(),
        actor: Some(HOSTILE.to_owned()),
        words: HOSTILE.to_owned(),
        until: None,
        path: "/requests/1".to_owned(),
        request: None,
    };
    let mail = write(&hostile);
    assert!(!mail.html.contains("<script>alert") && !mail.html.contains("<img") && !mail.subject.contains('\n'));
    assert!(mail.html.contains("{{6173*2}}"), "nothing of it is a template");
}

/// Writes every mail into `mail/` of the temporary folder, to be looked at.
#[test]
#[ignore = "writes files for the eye: cargo test --lib mail::render -- --ignored"]
fn show() {
    let folder = std::env::temp_dir().join("mail");
    std::fs::create_dir_all(&folder).unwrap();
    let show = |name: &str, letter: &Letter, settings: &Settings| {
        let mail = write_for(letter, settings);
        std::fs::write(folder.join(format!("{name}.html")), &mail.html).unwrap();
        std::fs::write(folder.join(format!("{name}.txt")), format!("Subject: {}\n\n{}", mail.subject, mail.text))
            .unwrap();
    };
    for language in Language::ALL {
        for letter in samples::full() {
            let name = format!("{}-{language}", letter.kind());
            let mail = Writer::new().unwrap();
            let mail = mail.write(&samples::post(letter, *language, true), &settings(), PUBLIC_URL).unwrap();
            std::fs::write(folder.join(format!("{name}.html")), &mail.html).unwrap();
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            std::fs::write(folder.join(format!("{name}.txt")), text).unwrap();
        }
    }
    show("preview", &invitation(None), &settings());
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
