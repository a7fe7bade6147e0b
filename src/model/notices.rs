//! What people are told: what the pages show of it, and what goes by mail as well.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    requests::Thing,
    state::{NoticeKind, NoticeMail},
    view::PersonName,
};

/// What waits for somebody, as every page shows it. Counted up to [`Badges::MOST`], and one more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badges {
    /// Requests that wait for their decision.
    pub requests: i64,
    /// Notices that they have not read.
    pub notices: i64,
}

impl Badges {
    /// From here on nobody counts.
    pub const MOST: i64 = 99;

    /// A count as it is shown.
    pub fn shown(count: i64) -> String {
        if count > Self::MOST { format!("{}+", Self::MOST) } else { count.to_string() }
    }
}

/// One thing that somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// The notice.
    pub id: Uuid,
    /// What happened.
    pub kind: NoticeKind,
    /// Who did it, where the reader may know.
    pub actor: Option<PersonName>,
    /// Whom it happened to, if not the reader.
    pub subject: Option<PersonName>,
    /// The group or app.
    pub thing: Option<Thing>,
    /// Until when something lasts from now on.
    pub until: Option<DateTime<Utc>>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Whether the reader has yet to read it.
    pub unread: bool,
    /// A page that the reader may open.
    pub link: Option<String>,
}

/// A page of notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeList {
    /// The rows, newest first.
    pub rows: Vec<NoticeRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Which ones the reader also gets by mail.
    pub by_mail: NoticeMail,
}

impl NoticeMail {
    /// Whether a notice also goes by mail.
    pub const fn wants(self, kind: NoticeKind) -> bool {
        use NoticeKind as Kind;
        match self {
            Self::All => true,
            Self::None => false,
            Self::Requests => {
                kind.waits() || matches!(kind, Kind::RequestApproved | Kind::RequestDenied | Kind::RequestExpired)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_by_mail() {
        for kind in NoticeKind::ALL.iter().copied() {
            assert!(NoticeMail::All.wants(kind) && !NoticeMail::None.wants(kind));
            assert_eq!(NoticeMail::Requests.wants(kind), kind.as_str().starts_with("request."), "{kind}");
        }
        assert_eq!(Badges::shown(99), "99");
        assert_eq!(Badges::shown(100), "99+");
    }
}
