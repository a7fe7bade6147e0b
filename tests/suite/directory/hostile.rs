//! Texts that break things elsewhere: stored and read back unchanged, or refused by name. Never an internal error.

use access_panel::{
    directory::saved_forms::SavedForm,
    model::{Code, letter::Letter},
};

use crate::support::{on_both_engines, said};

const HOSTILE: &[&str] = &[
    "'; DROP TABLE users; --",
    "\" OR 1=1 --",
    "<script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% include \"/etc/passwd\" %} ${jndi:ldap://x} $1 $2 ? :x",
    "100% _ \\ \\' %s %n",
    "Ünïcödé 漢字 🦀 👩‍👩‍👧 שלום",
    "a\u{202e}b\u{2066}c",
    "line\nline\nline",
    "\u{feff}\u{200b}\u{ad}",
];

on_both_engines! {
    async fn messages_come_back_as_they_were(world) {
        let john = world.caller("john.doe").await;
        for (number, text) in HOSTILE.iter().enumerate() {
            let address = format!("guest{number}@gmail.com");
            let mut ask = world.ask("aurora", &address).await;
            ask.terms.message = (*text).to_owned();
            world.directory.invite(&john, &ask).await.unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let mails = world.deliver().await;
            let Letter::Invitation { message, ticket: Some(ticket), .. } = &mails[0].post.letter else { panic!("{mails:?}") };
            // All but what would turn the direction of the words after it.
            let expected = text.replace(['\u{202e}', '\u{2066}'], "").trim().to_owned();
            assert_eq!(*message, expected, "in the mail");
            let page = world.directory.redeem_page(ticket).await.expect("the page");
            assert_eq!(page.message, expected, "on the page");
        }
    }

    async fn names_come_back_in_one_line(world) {
        let john = world.caller("john.doe").await;
        for (number, text) in HOSTILE.iter().enumerate() {
            let address = format!("guest{number}@gmail.com");
            world.invite("john.doe", "aurora", &address).await;
            let ticket = world.ticket_to(&address).await;
            let mut claims = world.claims("gmail", &address).await;
            claims.name = Some((*text).to_owned());
            claims.given_name = Some((*text).to_owned());
            claims.family_name = Some("x".repeat(100_000));
            world.redeem_by("browser", &ticket, "gmail", &claims).await.unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let user = world.user(&address).await;
            let shown = access_panel::model::names::one_line(text).unwrap_or_else(|| access_panel::model::names::from_address(&address));
            assert_eq!(user.display_name, shown);
            assert!(!user.display_name.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
            assert!(user.family_name.is_none_or(|name| name.chars().count() <= 120));
            let row = world.member_row("john.doe", "aurora", &address).await.expect("in the group");
            assert_eq!(row.name, shown);
        }
        assert_eq!(world.caller("john.doe").await, john, "nobody else was touched");
    }

    /// PostgreSQL's text has no NUL. Whoever types one is told, or it is dropped; nothing breaks.
    async fn a_nul_breaks_nothing(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let mut broken = Vec::new();
        let mut look = |what: &'static str, said: &'static str| if said == Code::Internal.as_str() { broken.push(what) };
        let mut ask = world.ask("aurora", "sam@gmail.com").await;
        ask.terms.message = "a\0b".to_owned();
        look("message", said(&d.invite(&john, &ask).await));
        look("name beside the address", said(&d.invite(&john, &world.ask("aurora", "S\0am <nul@gmail.com>").await).await));
        look("address", said(&d.invite(&john, &world.ask("aurora", "s\0am@gmail.com").await).await));
        look("search", said(&d.group_page(&john, aurora, "a\0b", None).await));
        look("next page", said(&d.group_page(&john, aurora, "", Some(&format!("{aurora}.a\0b"))).await));
        look("ticket", said(&d.redeem_page("a\0b").await));
        let form = SavedForm { fields: vec![("message".to_owned(), "a\0b".to_owned())], refusal: Code::MessageTooLong.into() };
        look("saved form", said(&d.save_form("session", "invite", &form).await));
        let mut claims = world.claims("gmail", "eve@gmail.com").await;
        claims.name = Some("a\0b".to_owned());
        look("name at a provider", said(&world.sign_in_by("browser", "gmail", &claims).await));
        claims.subject = "a\0b".to_owned();
        look("subject at a provider", said(&world.sign_in_by("browser", "gmail", &claims).await));
        look("another's subject", said(&world.sign_in_by("browser", "members", &claims).await));
        assert_eq!(broken, Vec::<&str>::new(), "answered with an internal error");
    }

    /// Search is a prefix of any word, and knows no wildcards.
    async fn search(world) {
        for (address, name) in [("a_b@gmail.com", "Zoë 100% Müller"), ("axb@gmail.com", "Axel O'Neil"), ("c@gmail.com", "Under_score Jean-Luc")] {
            world.invite("john.doe", "aurora", &format!("{name} <{address}>")).await;
        }
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        for (query, expected) in [
            ("", vec!["Ana Ruiz", "Axel O'Neil", "John Doe", "Under_score Jean-Luc", "Zoë 100% Müller"]),
            ("ana", vec!["Ana Ruiz"]),
            ("RUI", vec!["Ana Ruiz"]),
            ("na", vec![]),
            ("zoe", vec!["Zoë 100% Müller"]),
            ("muller", vec!["Zoë 100% Müller"]),
            ("MÜLL", vec!["Zoë 100% Müller"]),
            ("100%", vec!["Zoë 100% Müller"]),
            ("%", vec![]),
            ("_", vec![]),
            ("\\", vec![]),
            ("a_b@", vec!["Zoë 100% Müller"]),
            ("axb@", vec!["Axel O'Neil"]),
            ("under_", vec!["Under_score Jean-Luc"]),
            ("underx", vec![]),
            ("o'neil", vec!["Axel O'Neil"]),
            ("'; DROP TABLE users; --", vec![]),
        ] {
            let page = world.directory.group_page(&john, aurora, query, None).await.expect("a page");
            let found: Vec<_> = page.members.expect("members").into_iter().map(|row| row.name).collect();
            assert_eq!(found, expected, "{query:?}");
            assert_eq!(page.total, Some(5), "{query:?}: the total is that of the group");
        }
    }

    /// "Prefix of any word" means each word that was typed, and parts of a double name too.
    async fn search_by_several_words(world) {
        world.invite("john.doe", "aurora", "Jean-Luc Picard <jl@gmail.com>").await;
        let john = world.caller("john.doe").await;
        for query in ["luc", "picard jean", "pic je"] {
            let page = world.directory.group_page(&john, world.group("aurora").await, query, None).await.expect("a page");
            assert_eq!(page.members.expect("members").len(), 1, "{query:?}");
        }
    }

    /// The same order on both engines, whatever the server's locale.
    async fn sorted_by_folded_names(world) {
        for (number, name) in ["Öster", "ostler", "Zander", "Ängel", "apfel", "Émile", "eva", "_x", "9to5"].iter().enumerate() {
            world.invite("omar.owner", "open-house", &format!("{name} <n{number}@gmail.com>")).await;
        }
        let omar = world.caller("omar.owner").await;
        let page = world.directory.group_page(&omar, world.group("open-house").await, "", None).await.expect("a page");
        let names: Vec<_> = page.members.expect("members").into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["9to5", "_x", "Ana Ruiz", "Ängel", "apfel", "Émile", "eva", "Öster", "ostler", "Zander"]);
    }

    async fn a_saved_form_is_read_by_its_browser_only(world) {
        let d = &world.directory;
        let fields = HOSTILE.iter().map(|text| ("message".to_owned(), (*text).to_owned())).collect();
        let form = SavedForm { fields, refusal: Code::DomainBlocked.into() };
        let key = d.save_form("mine", "invite", &form).await.expect("saved");
        assert_eq!(d.saved_form("mine", "invite", &key).await.expect("read"), Some(form.clone()));
        assert_eq!(d.saved_form("theirs", "invite", &key).await.expect("read"), None);
        assert_eq!(d.saved_form("mine", "leave", &key).await.expect("read"), None);
        assert_eq!(d.saved_form("mine", "invite", "another").await.expect("read"), None);
        world.advance(chrono::Duration::minutes(15));
        assert_eq!(d.saved_form("mine", "invite", &key).await.expect("read"), None);
    }

    async fn next_pages_that_nobody_made(world) {
        let john = world.caller("john.doe").await;
        for after in ["", ".", "x", "x.y", "00000000-0000-0000-0000-000000000000", "'.'"] {
            let page = world.directory.group_page(&john, world.group("aurora").await, "", Some(after)).await;
            assert_eq!(said(&page), "ok", "{after:?}");
        }
    }
}
