//! Sample letters: for previews, for checking an organization's own templates, and for tests.

use chrono::{DateTime, TimeZone, Utc};

use crate::model::{
    Language,
    domains::DomainPattern,
    letter::{Letter, News, Post, Sender},
    settings::Settings,
    state::{InvitationState, NoticeKind},
};

/// Where the panel of the samples is.
pub(super) const PUBLIC_URL: &str = "https://access.woodgrove.example";
/// A ticket that opens nothing.
pub(super) const TICKET: &str = "Zm9v_YmFy-QUJD";
/// Marks the words of others in [`marked`].
pub(super) const MARK: &str = "qqzqq";

/// The mails by name.
pub(super) const KINDS: [&str; 8] =
    ["invitation", "reminder", "copy", "digest", "asked", "added", "passcode", "notice"];

/// The settings of an organization that has said everything.
pub(super) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.organization.name = "WoodGrove".to_owned();
    settings.organization.domains = DomainPattern::try_from("woodgrove.example".to_owned()).into_iter().collect();
    settings.organization.privacy_url = Some("https://woodgrove.example/privacy?for=guests&lang=en".to_owned());
    settings.organization.contact = Some("help@woodgrove.example".to_owned());
    settings
}

/// The settings of an organization that has said nothing but its name.
pub(super) fn bare_settings() -> Settings {
    let mut settings = Settings::default();
    settings.organization.name = "WoodGrove".to_owned();
    settings
}

/// A letter on its way, in a language.
pub(super) fn post(letter: Letter, language: Language, with_link: bool) -> Post {
    let asked_for = matches!(
        letter,
        Letter::Digest { .. } | Letter::Asked { .. } | Letter::Passcode { .. } | Letter::Notice { .. }
    );
    Post { unsubscribe: (with_link && !asked_for).then(|| "c2FtcGxl-dG9rZW4".to_owned()), language, letter }
}

pub(super) fn john() -> Sender {
    Sender { name: "John Doe".to_owned(), address: "john.doe@woodgrove.example".to_owned() }
}

const SAM: &str = "gsamoogle@gmail.com";

fn at(month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, hour, 0, 59).single().unwrap_or_default()
}

/// One of each, with everything that it can have.
pub(super) fn full() -> Vec<Letter> {
    let news = |guest: &str, address: &str, state, day| News {
        guest: guest.to_owned(),
        address: address.to_owned(),
        state,
        at: at(12, day, 9),
    };
    let mut invitation = invitation(Some(TICKET));
    let mut added = added();
    for letter in [&mut invitation, &mut added] {
        if let Letter::Invitation { access_until, .. } | Letter::Added { access_until, .. } = letter {
            *access_until = Some(at(12, 31, 23));
        }
    }
    vec![
        invitation,
        reminder(),
        Letter::Copy {
            inviter: john(),
            message: MESSAGE.to_owned(),
            groups: vec!["Aurora partners".to_owned()],
            apps: vec!["Design review".to_owned(), "Partner wiki".to_owned()],
            address: SAM.to_owned(),
        },
        Letter::Digest {
            news: vec![
                news("Sam Oogle", SAM, InvitationState::Accepted, 3),
                news("Mira Patel", "mira.patel@fabrikam.example", InvitationState::Declined, 2),
                news("Yuki Tanaka", "yuki.tanaka@contoso.example", InvitationState::Expired, 1),
            ],
            more: 1200,
        },
        Letter::Asked {
            guest: "Sam Oogle".to_owned(),
            address: SAM.to_owned(),
            path: "/guests/0193a1b2-0000-7000-8000-000000000001".to_owned(),
        },
        added,
        passcode(),
        notice(NoticeKind::RequestMade),
    ]
}

/// One of each, with as little as it can have.
pub(super) fn least() -> Vec<Letter> {
    let bare = || Sender { name: String::new(), address: "john.doe@woodgrove.example".to_owned() };
    let address = || SAM.to_owned();
    vec![
        Letter::Invitation {
            ticket: Some(TICKET.to_owned()),
            inviter: bare(),
            message: String::new(),
            groups: Vec::new(),
            apps: Vec::new(),
            address: address(),
            expires_at: at(12, 21, 14),
            access_until: None,
        },
        Letter::Reminder {
            ticket: Some(TICKET.to_owned()),
            inviter: bare(),
            message: String::new(),
            groups: Vec::new(),
            apps: Vec::new(),
            address: address(),
            expires_at: at(12, 21, 14),
        },
        Letter::Copy {
            inviter: bare(),
            message: String::new(),
            groups: Vec::new(),
            apps: Vec::new(),
            address: address(),
        },
        Letter::Digest {
            news: vec![News {
                guest: String::new(),
                address: address(),
                state: InvitationState::Accepted,
                at: at(12, 3, 9),
            }],
            more: 0,
        },
        Letter::Asked { guest: String::new(), address: address(), path: "/guests/1".to_owned() },
        Letter::Added {
            inviter: bare(),
            message: String::new(),
            groups: Vec::new(),
            apps: Vec::new(),
            address: address(),
            access_until: None,
        },
        Letter::Passcode { code: "04815162".to_owned(), minutes: 1 },
        Letter::Notice {
            kind: NoticeKind::RequestExpired,
            person: None,
            target: "Aurora partners".to_owned(),
            actor: None,
            words: String::new(),
            until: None,
            path: "/notices".to_owned(),
            request: None,
        },
    ]
}

/// One of each, in which every word of others can be told from ours.
pub(super) fn marked() -> Vec<Letter> {
    let mark = |what: &str| format!("{MARK} {what}");
    let address = || format!("{MARK}@gmail.com");
    let inviter = || Sender { name: mark("inviter"), address: format!("{MARK}@woodgrove.example") };
    let things = |what: &str| vec![mark(what), mark(what)];
    let message = || format!("{MARK}\n\n{MARK}");
    vec![
        Letter::Invitation {
            ticket: Some(TICKET.to_owned()),
            inviter: inviter(),
            message: message(),
            groups: things("group"),
            apps: things("app"),
            address: address(),
            expires_at: at(12, 21, 14),
            access_until: Some(at(12, 31, 23)),
        },
        Letter::Reminder {
            ticket: Some(TICKET.to_owned()),
            inviter: inviter(),
            message: message(),
            groups: things("group"),
            apps: things("app"),
            address: address(),
            expires_at: at(12, 21, 14),
        },
        Letter::Copy {
            inviter: inviter(),
            message: message(),
            groups: things("group"),
            apps: things("app"),
            address: address(),
        },
        Letter::Digest {
            news: vec![
                News { guest: mark("guest"), address: address(), state: InvitationState::Accepted, at: at(12, 3, 9) },
                News { guest: mark("guest"), address: address(), state: InvitationState::Expired, at: at(12, 3, 9) },
            ],
            more: 1,
        },
        Letter::Asked { guest: mark("guest"), address: address(), path: "/guests/1".to_owned() },
        Letter::Added {
            inviter: inviter(),
            message: message(),
            groups: things("group"),
            apps: things("app"),
            address: address(),
            access_until: Some(at(12, 31, 23)),
        },
        Letter::Passcode { code: "04815162".to_owned(), minutes: 15 },
        Letter::Notice {
            kind: NoticeKind::RequestMade,
            person: Some(mark("person")),
            target: mark("target"),
            actor: Some(mark("actor")),
            words: message(),
            until: Some(at(12, 31, 23)),
            path: "/requests/1".to_owned(),
            request: None,
        },
    ]
}

const MESSAGE: &str =
    "Hi Sam,\n\nhere is the place where we review the Aurora drawings.\nShout if anything is unclear.";

pub(super) fn invitation(ticket: Option<&str>) -> Letter {
    Letter::Invitation {
        ticket: ticket.map(str::to_owned),
        inviter: john(),
        message: MESSAGE.to_owned(),
        groups: vec!["Aurora partners".to_owned()],
        apps: vec!["Design review".to_owned(), "Partner wiki".to_owned()],
        address: SAM.to_owned(),
        expires_at: at(12, 21, 14),
        access_until: None,
    }
}

pub(super) fn reminder() -> Letter {
    Letter::Reminder {
        ticket: Some(TICKET.to_owned()),
        inviter: john(),
        message: MESSAGE.to_owned(),
        groups: vec!["Aurora partners".to_owned()],
        apps: vec!["Design review".to_owned(), "Partner wiki".to_owned()],
        address: SAM.to_owned(),
        expires_at: at(12, 21, 14),
    }
}

pub(super) fn added() -> Letter {
    Letter::Added {
        inviter: john(),
        message: "Now you also see the budget.".to_owned(),
        groups: vec!["Aurora budget".to_owned()],
        apps: vec!["Budget planner".to_owned()],
        address: SAM.to_owned(),
        access_until: None,
    }
}

pub(super) fn passcode() -> Letter {
    Letter::Passcode { code: "04815162".to_owned(), minutes: 15 }
}

/// A notice of a kind, with everything that it can have.
pub(super) fn notice(kind: NoticeKind) -> Letter {
    Letter::Notice {
        kind,
        person: Some("Lena Lee".to_owned()),
        target: "Aurora partners".to_owned(),
        actor: Some("Lena Lee".to_owned()),
        words: "I draw the windows of the west side from Monday on.".to_owned(),
        until: Some(at(12, 31, 23)),
        path: "/requests/0193a1b2-0000-7000-8000-000000000001".to_owned(),
        request: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_of_each() {
        for letters in [full(), least(), marked()] {
            assert_eq!(letters.iter().map(Letter::kind).collect::<Vec<_>>(), KINDS);
        }
    }
}
