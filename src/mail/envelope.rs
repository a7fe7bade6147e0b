//! Wraps a written mail for its way: addresses, headers, and both twins of its text.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Body, Mailbox, MultiPart,
        header::{self, ContentTransferEncoding, HeaderName, HeaderValue},
    },
};

use super::{courier::SendError, dkim::Dkim};
use crate::model::{
    letter::{Mail, Sender},
    names,
};

/// A mailbox whose address plain SMTP can carry. The name may hold anything; it becomes one line.
pub(super) fn mailbox(name: Option<&str>, address: &str) -> Result<Mailbox, SendError> {
    let (local, domain) =
        address.trim().rsplit_once('@').ok_or_else(|| SendError::permanent("The address has no @."))?;
    if !local.is_ascii() {
        // Needs SMTPUTF8 (RFC 6531) on every server along the way; a bounce days later would help nobody.
        return Err(SendError::permanent(
            "The address has letters before the @ that most mail servers refuse (not ASCII). Use another address.",
        ));
    }
    let unusable = || SendError::permanent("The address cannot be written in a mail.");
    let domain = idna::domain_to_ascii(domain).map_err(|_| unusable())?;
    let address = Address::new(local, domain).map_err(|_| unusable())?;
    Ok(Mailbox::new(name.and_then(names::one_line), address))
}

/// What all mails have in common.
pub(super) struct Letterhead {
    /// Who they are from.
    pub(super) from: Mailbox,
    /// Where they come back to, if not to the sender.
    pub(super) return_path: Option<Address>,
    /// Signs them.
    pub(super) dkim: Option<Dkim>,
}

/// The whole message: text and HTML as alternatives of one another.
pub(super) fn message(
    head: &Letterhead,
    to: &str,
    message_id: &str,
    mail: &Mail,
    now: DateTime<Utc>,
) -> Result<Message, SendError> {
    let to = mailbox(None, to)?;
    let unusable = |error: &dyn std::error::Error| SendError::permanent(&error.to_string());
    let returns_to = head.return_path.clone().unwrap_or_else(|| head.from.email.clone());
    let mut builder = Message::builder()
        .envelope(Envelope::new(Some(returns_to), vec![to.email.clone()]).map_err(|error| unusable(&error))?)
        .from(head.from.clone())
        .to(to)
        .subject(names::one_line(&mail.subject).unwrap_or_default())
        .message_id(Some(format!("<{message_id}>")))
        .date(SystemTime::from(now))
        // No answers from machines (RFC 3834, and Exchange's own header).
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All"));
    // An inviter whom mail cannot reach is no reason to keep the invitation back.
    if let Some(Ok(inviter)) = mail.reply_to.as_ref().map(|Sender { name, address }| mailbox(Some(name), address)) {
        builder = builder.reply_to(inviter);
    }
    // One click, without a page between (RFC 8058). The address is one of ours, but a header is no place to trust that.
    if let Some(address) = mail.unsubscribe.as_deref().filter(|address| is_plain_url(address)) {
        builder = builder
            .raw_header(raw("List-Unsubscribe", &format!("<{address}>")))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    // The twins become the body here and now, and their content type a header like any other: only so can it be signed.
    let twins = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    let content_type = twins.headers().get_raw("Content-Type").unwrap_or_default().to_owned();
    let formatted = twins.formatted();
    let body = formatted.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
    let mut message = builder
        .header(header::MIME_VERSION_1_0)
        .raw_header(raw("Content-Type", &content_type))
        .body(Body::dangerous_pre_encoded(formatted[body..].to_vec(), ContentTransferEncoding::SevenBit))
        .map_err(|error| unusable(&error))?;
    if let Some(dkim) = &head.dkim {
        dkim.sign(&mut message);
    }
    Ok(message)
}

/// Whether an address can stand between angle brackets in a header.
fn is_plain_url(address: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
        && address.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b','))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn wrapped(to: &str, mail: &Mail) -> Result<String, SendError> {
        let head = Letterhead {
            from: mailbox(Some("WoodGrove"), "access@woodgrove.example").unwrap(),
            return_path: None,
            dkim: None,
        };
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap();
        let message = message(&head, to, "0193-fixed@panel.woodgrove.example", mail, now)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    fn mail(subject: &str, name: &str) -> Mail {
        Mail {
            unsubscribe: None,
            subject: subject.to_owned(),
            text: "Grüße\n".to_owned(),
            html: "<!DOCTYPE html><p>Grüße</p>".to_owned(),
            reply_to: Some(Sender { name: name.to_owned(), address: "john.doe@woodgrove.example".to_owned() }),
        }
    }

    /// The headers, unfolded.
    fn headers(message: &str) -> Vec<String> {
        let head = message.split("\r\n\r\n").next().unwrap();
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn headers_are_complete() {
        let message = wrapped("Sam.Oogle@gmail.com", &mail("Hello", "John Doe")).unwrap();
        let headers = headers(&message);
        for expected in [
            "From: WoodGrove <access@woodgrove.example>",
            "To: Sam.Oogle@gmail.com",
            "Reply-To: \"John Doe\" <john.doe@woodgrove.example>",
            "Subject: Hello",
            "Message-ID: <0193-fixed@panel.woodgrove.example>",
            "Date: Sat, 21 Nov 2026 09:30:00 +0000",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "MIME-Version: 1.0",
        ] {
            assert!(headers.iter().any(|header| header == expected), "{expected} is missing in {headers:#?}");
        }
        assert!(headers.iter().any(|header| header.starts_with("Content-Type: multipart/alternative;")));
        let (text, html) = (message.find("text/plain").unwrap(), message.find("text/html").unwrap());
        assert!(text < html, "the better twin comes last");
    }

    /// Mail programs show a button of their own, and press it without asking (RFC 8058).
    #[test]
    fn one_click_unsubscribes() {
        let url = format!("https://access.woodgrove.example/unsubscribe/{}", "x".repeat(43));
        let message =
            wrapped("sam@gmail.com", &Mail { unsubscribe: Some(url.clone()), ..mail("Hello", "John") }).unwrap();
        let headers = headers(&message);
        assert!(headers.contains(&format!("List-Unsubscribe: <{url}>")), "{headers:#?}");
        assert!(headers.contains(&"List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned()), "{headers:#?}");
        for hostile in
            ["javascript:alert(1)", "https://a.example/>\r\nBcc: evil@example.com", "https://a.example/ b", ""]
        {
            let hostile = Mail { unsubscribe: Some(hostile.to_owned()), ..mail("Hello", "John") };
            assert!(!wrapped("sam@gmail.com", &hostile).unwrap().contains("List-Unsubscribe"));
        }
        assert!(!wrapped("sam@gmail.com", &mail("Hello", "John")).unwrap().contains("List-Unsubscribe"));
    }

    #[test]
    fn bounces_go_where_they_are_read() {
        let head = Letterhead {
            from: mailbox(Some("WoodGrove"), "access@woodgrove.example").unwrap(),
            return_path: Some("bounces@woodgrove.example".parse().unwrap()),
            dkim: None,
        };
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap();
        let message = message(&head, "sam@gmail.com", "1@panel.example", &mail("Hello", "John"), now).unwrap();
        assert_eq!(message.envelope().from().unwrap().to_string(), "bounces@woodgrove.example");
        assert_eq!(message.envelope().to().iter().map(ToString::to_string).collect::<Vec<_>>(), ["sam@gmail.com"]);
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(text.contains("From: WoodGrove <access@woodgrove.example>") && !text.contains("bounces@"));
    }

    #[test]
    fn everything_is_ascii_in_short_lines() {
        let long = "ä long line, ".repeat(200);
        let message =
            wrapped("sam@gmail.com", &Mail { text: long.clone(), html: long, ..mail("Größe", "Jürgen Weiß") }).unwrap();
        assert!(message.is_ascii());
        assert!(message.split("\r\n").all(|line| line.len() <= 78), "{message}");
    }

    #[test]
    fn headers_cannot_be_injected() {
        let hostile = "John\r\nBcc: evil@example.com\r\n\r\n<b>";
        let message = wrapped("sam@gmail.com", &mail(hostile, hostile)).unwrap();
        assert!(!headers(&message).iter().any(|header| header.starts_with("Bcc")), "{message}");
        for to in [
            "sam@gmail.com\r\nBcc: evil@example.com",
            "sam\r\n@gmail.com",
            "sam@gmail.com>, <evil@example.com",
            "",
            "sam",
        ] {
            assert!(wrapped(to, &mail("Hello", "John")).is_err_and(|error| error.permanent), "{to:?}");
        }
    }

    #[test]
    fn domains_of_all_scripts_work_and_local_parts_do_not() {
        let message = wrapped("sam@Bücher.example", &mail("Hello", "John")).unwrap();
        assert!(message.contains("To: sam@xn--bcher-kva.example\r\n"));
        let error = wrapped("jörg@example.com", &mail("Hello", "John")).unwrap_err();
        assert!(error.permanent && error.reason.contains("ASCII"), "{error:?}");
    }

    #[test]
    fn an_inviter_without_a_usable_address_is_left_out() {
        let mut mail = mail("Hello", "John");
        mail.reply_to = Some(Sender { name: "John".to_owned(), address: "nobody".to_owned() });
        assert!(!wrapped("sam@gmail.com", &mail).unwrap().contains("Reply-To"));
    }
}
