//! One-time codes (design 5.5).

use access_panel::{
    directory::arrivals::Arrival,
    model::{Language, Refusal, state::Outcome},
};
use chrono::Duration;

use crate::support::{of, on_both_engines, said};

const SAM: &str = "sam@fabrikam.example";

/// A code that is not the right one.
fn another(code: &str) -> String {
    let number: u64 = code.parse().expect("a code is a number");
    format!("{:08}", (number + 1) % 100_000_000)
}

on_both_engines! {
    async fn a_code_is_eight_digits_and_however_typed(world) {
        let guest = world.guest_in("aurora", SAM).await;
        for typed in ["{}", " {} ", "{4}-{4}", "{4} {4}"] {
            let attempt = world.attempt_for("browser", SAM).await;
            world.directory.send_passcode(Some("browser"), attempt, "network", true, Language::English).await.expect("sent");
            let code = world.code_to(SAM).await;
            assert!(code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
            let text = typed.replace("{}", &code).replacen("{4}", &code[..4], 1).replacen("{4}", &code[4..], 1);
            let arrival = world.directory.enter_passcode(Some("browser"), attempt, &text).await;
            assert_eq!(of(&arrival.unwrap_or_else(|e| panic!("{text:?}: {e}"))), guest.user_id);
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM passcodes WHERE length(code_hmac) <> 32", []).await, 0);
    }

    async fn five_tries(world) {
        world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let attempt = world.attempt_for("browser", SAM).await;
        let d = &world.directory;
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        for wrong in [another(&code), String::new(), "x".to_owned(), "9".repeat(10_000), format!("{code}0")] {
            let refused = Refusal::from(d.enter_passcode(Some("browser"), attempt, &wrong).await.expect_err("wrong"));
            assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("codeWrong", Some("code")));
        }
        assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &code).await), "codeTries", "the right one, too late");
        // A new code has tries of its own.
        world.advance(Duration::seconds(61));
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent again");
        let code = world.code_to(SAM).await;
        for _ in 0..4 {
            assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &another(&code)).await), "codeWrong");
        }
        d.enter_passcode(Some("browser"), attempt, &code).await.expect("the fifth try is right");
        assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &another(&code)).await), "attemptExpired");
        assert_eq!(said(&d.enter_passcode(Some("other"), attempt, &code).await), "attemptForeign");
        d.enter_passcode(Some("browser"), attempt, &code).await.expect("the second of two clicks");
        world.advance(Duration::seconds(61));
        let again = d.enter_passcode(Some("browser"), attempt, &code).await;
        assert!(["codeExpired", "attemptExpired"].contains(&said(&again)), "used once: {again:?}");
    }

    /// Wrong codes count even if many are tried at once.
    async fn five_tries_at_once(world) {
        world.guest_in("aurora", SAM).await;
        let attempt = world.attempt_for("browser", SAM).await;
        world.directory.send_passcode(Some("browser"), attempt, "network", true, Language::English).await.expect("sent");
        let wrong = another(&world.code_to(SAM).await);
        let tries = (0..20).map(|_| world.directory.enter_passcode(Some("browser"), attempt, &wrong));
        let said: Vec<_> = futures::future::join_all(tries).await.iter().map(said).collect();
        assert_eq!(said.iter().filter(|code| **code == "codeWrong").count(), 5, "{said:?}");
        assert_eq!(said.iter().filter(|code| **code == "codeTries").count(), 15, "{said:?}");
    }

    async fn valid_for_fifteen_minutes(world) {
        let guest = world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let attempt = world.attempt_for("browser", SAM).await;
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        world.advance(Duration::minutes(14) + Duration::seconds(59));
        let arrival = world.directory.enter_passcode(Some("browser"), attempt, &code).await.expect("14:59");
        assert_eq!(of(&arrival), guest.user_id);

        let attempt = world.attempt_for("browser", SAM).await;
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        world.advance(Duration::minutes(15) + Duration::seconds(1));
        let late = world.directory.enter_passcode(Some("browser"), attempt, &code).await;
        assert!(["codeExpired", "attemptExpired"].contains(&said(&late)), "15:01: {late:?}");
    }

    /// The quarter of an hour is the code's, not what is left of the attempt's.
    async fn a_code_asked_for_late_is_valid_as_long(world) {
        let guest = world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let attempt = world.attempt_for("browser", SAM).await;
        world.advance(Duration::minutes(10));
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        world.advance(Duration::minutes(14) + Duration::seconds(59));
        let arrival = world.directory.enter_passcode(Some("browser"), attempt, &code).await;
        assert_eq!(said(&arrival), "ok", "14:59 after the code was sent");
        assert_eq!(of(&arrival.expect("in")), guest.user_id);
    }

    async fn only_the_newest_within_one_attempt(world) {
        world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let attempt = world.attempt_for("browser", SAM).await;
        let d = &world.directory;
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let old = world.code_to(SAM).await;
        world.advance(Duration::seconds(60));
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent again");
        let new = world.code_to(SAM).await;
        assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &old).await), "codeWrong");
        d.enter_passcode(Some("browser"), attempt, &new).await.expect("the newest");
    }

    /// Another browser can neither use a code nor make it worthless.
    async fn other_browsers_do_no_harm(world) {
        let guest = world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let d = &world.directory;
        let mine = world.attempt_for("mine", SAM).await;
        d.send_passcode(Some("mine"), mine, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        for other in [Some("other"), Some(""), None] {
            assert_eq!(said(&d.enter_passcode(other, mine, &code).await), "attemptForeign");
            assert_eq!(said(&d.send_passcode(other, mine, "network", false, Language::English).await), "attemptForeign");
        }
        let theirs = world.attempt_for("other", SAM).await;
        d.send_passcode(Some("other"), theirs, "elsewhere", false, Language::English).await.expect("sent");
        for _ in 0..7 {
            let tried = d.enter_passcode(Some("other"), theirs, &code).await;
            assert!(["codeWrong", "codeTries"].contains(&said(&tried)), "my code in another's attempt: {tried:?}");
        }
        assert_eq!(of(&d.enter_passcode(Some("mine"), mine, &code).await.expect("still good")), guest.user_id);
    }

    async fn sixty_seconds_between_sends(world) {
        world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let d = &world.directory;
        let attempt = world.attempt_for("browser", SAM).await;
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        world.advance(Duration::seconds(25));
        let early = Refusal::from(d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect_err("early"));
        assert_eq!((early.code.as_str(), early.retry_after), ("codeTooSoon", Some(35)));
        world.advance(Duration::seconds(34));
        assert_eq!(said(&d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await), "codeTooSoon");
        world.advance(Duration::seconds(1));
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("after 60 seconds");
        assert_eq!(world.deliver().await.len(), 2);
    }

    /// Strangers use up their own limit, not that of the browser that holds the ticket or a device cookie.
    async fn limits_by_address(world) {
        world.guest_in("aurora", SAM).await;
        world.invite("john.doe", "aurora", "new@fabrikam.example").await;
        let ticket = world.ticket_to("new@fabrikam.example").await;
        world.advance(Duration::hours(2));
        let send = async |address: &str, number: usize, trusted: bool| {
            let browser = format!("browser {number}");
            let attempt = world.attempt_for(&browser, address).await;
            world.directory.send_passcode(Some(&browser), attempt, &format!("network {number}"), trusted, Language::English).await
        };
        for address in [SAM, "new@fabrikam.example"] {
            for number in 0..5 {
                send(address, number, false).await.expect("five by strangers");
            }
            let refused = Refusal::from(send(address, 5, false).await.expect_err("the sixth"));
            assert_eq!(refused.code.as_str(), "rateLimited");
            assert!(refused.retry_after.is_some_and(|seconds| (1..=3600).contains(&seconds)), "{refused:?}");
        }
        send(SAM, 6, true).await.expect("a device that has proven the address before");
        let attempt = world.start_by_code("honest", &ticket).await.expect("starts");
        world.directory.send_passcode(Some("honest"), attempt, "home", false, Language::English).await.expect("the holder of the ticket");
        for number in 10..19 {
            send(SAM, number, true).await.expect("ten by trusted browsers");
        }
        assert_eq!(said(&send(SAM, 19, true).await), "rateLimited");
        world.advance(Duration::hours(1) + Duration::seconds(1));
        send(SAM, 20, false).await.expect("an hour later");
        send(SAM, 21, true).await.expect("an hour later");
    }

    async fn limits_by_network(world) {
        world.advance(Duration::hours(2));
        let send = async |number: usize, network: &str, trusted: bool| {
            let browser = format!("browser {number}");
            let attempt = world.attempt_for(&browser, &format!("nobody{number}@x.example")).await;
            world.directory.send_passcode(Some(&browser), attempt, network, trusted, Language::English).await
        };
        for number in 0..30 {
            send(number, "203.0.113.9", false).await.expect("thirty");
        }
        assert_eq!(said(&send(30, "203.0.113.9", false).await), "rateLimited");
        send(31, "203.0.113.10", false).await.expect("another network");
        send(32, "203.0.113.9", true).await.expect("a trusted browser in the same network");
    }

    /// Limits hold against many requests at once, too.
    async fn limits_hold_at_once(world) {
        world.guest_in("aurora", SAM).await;
        world.advance(Duration::hours(2));
        let mut attempts = Vec::new();
        for number in 0..16 {
            let browser = format!("browser {number}");
            attempts.push((world.attempt_for(&browser, SAM).await, browser));
        }
        let sends = attempts.iter().map(|(attempt, browser)|
            world.directory.send_passcode(Some(browser), *attempt, "network", false, Language::English));
        let said: Vec<_> = futures::future::join_all(sends).await.iter().map(said).collect();
        assert_eq!(said.iter().filter(|code| **code == "ok").count(), 5, "five per hour and address: {said:?}");
        assert_eq!(world.mails_to(SAM, "queued").await, 5);
    }

    /// Whether an address is known shows in nothing: same answers, same rows, no mail.
    async fn unknown_addresses_look_the_same(world) {
        let d = &world.directory;
        world.guest_in("aurora", SAM).await;
        world.guest_in("aurora", "blocked@fabrikam.example").await;
        world.guest_in("aurora", "gone@fabrikam.example").await;
        d.leave(&world.caller("gone@fabrikam.example").await).await.expect("leaves");
        world.change("UPDATE users SET enabled = $1 WHERE address_norm = 'blocked@fabrikam.example'", [false.into()]).await;
        world.advance(Duration::hours(2));
        for (number, (address, known)) in [
            (SAM, true),
            ("nobody@fabrikam.example", false),
            ("blocked@fabrikam.example", false),
            ("gone@fabrikam.example", false),
            ("lena.lee@woodgrove.example", false),
        ].into_iter().enumerate() {
            let network = format!("network {number}");
            let attempt = world.attempt_for("browser", address).await;
            let mut answers = Vec::new();
            answers.push(said(&d.send_passcode(Some("browser"), attempt, &network, false, Language::English).await));
            answers.push(said(&d.send_passcode(Some("browser"), attempt, &network, false, Language::English).await));
            for _ in 0..6 {
                answers.push(said(&d.enter_passcode(Some("browser"), attempt, "123456789").await));
            }
            for number in 0..5 {
                let browser = format!("browser {number}");
                let attempt = world.attempt_for(&browser, address).await;
                answers.push(said(&d.send_passcode(Some(&browser), attempt, &network, false, Language::English).await));
            }
            let expected = [
                "ok", "codeTooSoon", "codeWrong", "codeWrong", "codeWrong", "codeWrong", "codeWrong", "codeTries",
                "ok", "ok", "ok", "ok", "rateLimited",
            ];
            assert_eq!(answers, expected, "{address}");
            let mails = world.deliver().await;
            assert_eq!(mails.len(), if known { 5 } else { 0 }, "{address}");
            assert!(mails.iter().all(|mail| mail.to == address));
            let rows = world.number("SELECT COUNT(*) FROM passcodes WHERE network = $1", [network.into()]).await;
            assert_eq!(rows, 5, "{address}");
        }
    }

    async fn switched_off(world) {
        world.guest_in("aurora", SAM).await;
        let attempt = world.attempt_for("browser", SAM).await;
        world.import("[passcodes]\nenabled = false\n").await;
        assert_eq!(said(&world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await), "passcodesOff");
        world.invite("john.doe", "aurora", "new@gmail.com").await;
        let ticket = world.ticket_to("new@gmail.com").await;
        let page = world.directory.redeem_page(&ticket).await.expect("the page");
        assert!(page.ways.iter().all(|way| way.key != "passcode"), "{:?}", page.ways);
        let asked = world.directory.start_redemption("browser", Some(&ticket), Some("passcode")).await;
        assert_eq!(said(&asked), "providerUnknown");
    }

    /// A session by code is one of 24 hours; the arrival says by which way they came.
    async fn the_arrival_says_that_it_was_a_code(world) {
        world.guest_in("aurora", SAM).await;
        let arrival = world.sign_in_by_code("browser", SAM).await.expect("in");
        assert!(matches!(arrival, Arrival::SignedIn { method: access_panel::model::state::SignInMethod::Passcode, .. }));
        assert_eq!(world.events("sign_in", Outcome::Refused).await, 0);
    }
}
