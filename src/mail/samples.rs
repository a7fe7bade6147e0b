//! Sample letters for the tests.

use chrono::{TimeZone, Utc};

use crate::model::{
    domains::DomainPattern,
    letter::{Letter, Sender},
    settings::Settings,
};

pub(super) const PUBLIC_URL: &str = "https://access.woodgrove.example";
pub(super) const TICKET: &str = "Zm9v_YmFy-QUJD";

pub(super) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.organization.name = "WoodGrove".to_owned();
    settings.organization.domains = vec![DomainPattern::try_from("woodgrove.example".to_owned()).unwrap()];
    settings.organization.privacy_url = Some("https://woodgrove.example/privacy?for=guests&lang=en".to_owned());
    settings
}

pub(super) fn john() -> Sender {
    Sender { name: "John Doe".to_owned(), address: "john.doe@woodgrove.example".to_owned() }
}

pub(super) fn invitation(ticket: Option<&str>) -> Letter {
    Letter::Invitation {
        ticket: ticket.map(str::to_owned),
        inviter: john(),
        message: "Hi Sam,\n\nhere is the place where we review the Aurora drawings.\nShout if anything is unclear."
            .to_owned(),
        groups: vec!["Aurora partners".to_owned()],
        apps: vec!["Design review".to_owned(), "Partner wiki".to_owned()],
        address: "gsamoogle@gmail.com".to_owned(),
        expires_at: Utc.with_ymd_and_hms(2026, 12, 21, 14, 0, 59).unwrap(),
        access_until: None,
    }
}

pub(super) fn added() -> Letter {
    Letter::Added {
        inviter: john(),
        message: "Now you also see the budget.".to_owned(),
        groups: vec!["Aurora budget".to_owned()],
        apps: vec!["Budget planner".to_owned()],
        address: "gsamoogle@gmail.com".to_owned(),
        access_until: None,
    }
}

pub(super) fn passcode() -> Letter {
    Letter::Passcode { code: "04815162".to_owned(), minutes: 15 }
}
