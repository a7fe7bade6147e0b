use super::*;

const ID: &str = "0193a1b2-1234-7000-8000-0123456789ab@access.woodgrove.example";

fn lines(text: &str) -> Vec<u8> {
    text.replace("{ID}", ID).replace('\n', "\r\n").into_bytes()
}

fn bounce(reason: &str) -> Option<Bounce> {
    Some(Bounce { message_id: ID.to_owned(), reason: reason.to_owned() })
}

/// Postfix: the standard's form, with the whole mail.
const POSTFIX: &str = "\
Return-Path: <>
From: MAILER-DAEMON@mx.woodgrove.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@woodgrove.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=\"4D2\"

--4D2
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<gsamoogle@gmail.com>: host mx.gmail.com said: 550 5.1.1 no such user

--4D2
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.woodgrove.example
Arrival-Date: Sat, 21 Nov 2026 09:30:00 +0000 (UTC)

Final-Recipient: rfc822; gsamoogle@gmail.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach
    does not exist.

--4D2
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: WoodGrove <access@woodgrove.example>
To: gsamoogle@gmail.com
Subject: John Doe invites you
Message-ID: <{ID}>
Date: Sat, 21 Nov 2026 09:30:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=\"x\"

--x
Content-Type: text/plain

Hello
--x--

--4D2--
";

#[test]
fn the_standards_form_is_read() {
    let reason = "550-5.1.1 The email account that you tried to reach does not exist.";
    assert_eq!(read(&lines(POSTFIX)), bounce(reason));
    // Headers only, folded, and without a diagnosis.
    let headers = POSTFIX
        .replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers")
        .replace("Message-ID: <{ID}>", "message-id:\n <{ID}>")
        .replace(
            "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach\n    does not exist.\n",
            "",
        );
    assert_eq!(read(&lines(&headers)), bounce("5.1.1 The mail came back."));
    // Nothing returned, but the mail is named as what is answered.
    let named =
        POSTFIX.replace("Message-ID: <{ID}>\n", "").replace("To: bounces", "References: <a@b> <{ID}>\nTo: bounces");
    assert_eq!(read(&lines(&named)), bounce(reason));
    // Several receivers: the one that failed counts.
    let several = POSTFIX.replace(
        "Final-Recipient",
        "Final-Recipient: rfc822; other@gmail.com\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient",
    );
    assert_eq!(read(&lines(&several)), bounce(reason));
}

#[test]
fn what_is_not_final_is_no_bounce() {
    for action in ["delayed", "delivered", "relayed", "expanded"] {
        assert_eq!(read(&lines(&POSTFIX.replace("Action: failed", &format!("Action: {action}")))), None, "{action}");
    }
}

#[test]
fn bounces_of_others_are_not_ours() {
    for other in [
        "0193a1b2-1234-7000-8000-0123456789AB@access.woodgrove.example",
        "0193a1b2123470008000-0123456789ab@access.woodgrove.example",
        "CAF=+x@mail.gmail.com",
        "0193a1b2-1234-7000-8000-0123456789ab",
        "0193a1b2-1234-7000-8000-0123456789ab@a b",
    ] {
        assert_eq!(read(&lines(&POSTFIX.replace("{ID}", other))), None, "{other}");
    }
}

#[test]
fn common_forms_besides_are_read() {
    let qmail = "\
From: MAILER-DAEMON@mail.example
To: bounces@woodgrove.example
Subject: failure notice

Hi. This is the qmail-send program at mail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<sam@fabrikam.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <bounces@woodgrove.example>
From: WoodGrove <access@woodgrove.example>
Message-ID: <{ID}>
Subject: John Doe invites you
";
    assert_eq!(read(&lines(qmail)), bounce("Sorry, no mailbox here by that name. (#5.1.1)"));
    let exim = "\
From: Mail Delivery System <Mailer-Daemon@mail.example>
To: bounces@woodgrove.example
X-Failed-Recipients: sam@fabrikam.example
Auto-Submitted: auto-replied
Subject: Mail returned

A message that you sent could not be delivered.

  sam@fabrikam.example
    host mx.fabrikam.example: 550 No such user here

------ This is a copy of the message, including all the headers. ------

> Message-ID:
>  <{ID}>
";
    assert_eq!(read(&lines(exim)), bounce("host mx.fabrikam.example: 550 No such user here"));
    let warning = qmail.replace("failure notice", "Warning: delivery failed so far, still being retried");
    assert_eq!(read(&lines(&warning)), None);
    // A person's answer quotes the mail; so does one who is away.
    let answer = qmail.replace("MAILER-DAEMON@mail.example", "sam@fabrikam.example");
    assert_eq!(read(&lines(&answer)), None);
    assert_eq!(read(&lines(&exim.replace("Mailer-Daemon@", "sam@"))), None);
}

#[test]
fn reasons_are_one_tidy_line() {
    let hostile = POSTFIX.replace("The email account", &format!("\u{202e}evil\t\x07{}", "x".repeat(1000)));
    let reason = read(&lines(&hostile)).unwrap().reason;
    assert!(reason.chars().count() <= LONGEST_REASON && !reason.contains(['\u{202e}', '\t', '\x07']), "{reason}");
}

/// Whatever comes in, it is read to an end, quickly, and nothing breaks.
#[test]
fn any_bytes_can_be_read() {
    let begun = std::time::Instant::now();
    let good = lines(POSTFIX);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    for _ in 0..4000 {
        let mut bytes = good.clone();
        for _ in 0..=next(8) {
            let (at, from) = (next(bytes.len()), next(good.len()));
            let length = next(200).min(good.len() - from);
            match next(5) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => bytes.truncate(at.max(1)),
                2 => drop(bytes.splice(at..at, good[from..from + length].iter().copied())),
                3 => drop(bytes.drain(at..(at + length).min(bytes.len()))),
                _ => bytes.insert(at, [b'\r', b'\n', b'-', b'"', b'=', b'<', 0, 0xff][next(8)]),
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        // Not `read`, which would catch what breaks.
        understand(&bytes);
    }
    // Much of one thing.
    for piece in [
        "--4D2\r\nContent-Type: message/rfc822\r\n\r\n",
        "a:",
        "(",
        "\r\n ",
        "=?utf-8?q?",
        "\0",
        "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
        "<",
        "\"",
    ] {
        understand(piece.repeat(LONGEST / piece.len()).as_bytes());
        understand(&lines(&POSTFIX.replace("does not exist.", &piece.repeat(20_000))));
    }
    read(&vec![b'x'; LONGEST * 2]);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
