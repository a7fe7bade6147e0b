//! Notices that go by mail as well.

use chrono::Duration;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{Directory, Result, grants::Target},
    Notice,
};
use crate::model::{
    Address, Language,
    letter::{Letter, Post},
    settings::Settings,
    state::{GuestVisibility, NoticeKind, NoticeMail, UserType},
};

/// How long a mail may wait for its mail server.
const LIFE: Duration = Duration::days(2);

/// The reader of a notice, and the names that it tells.
#[derive(FromQueryResult)]
struct Told {
    address: String,
    user_type: UserType,
    preferred_language: Option<Language>,
    notice_mail: NoticeMail,
    actor: Option<String>,
    subject: Option<String>,
    target: Option<String>,
    reason: Option<String>,
    answer: Option<String>,
}

impl Directory {
    /// Puts a notice into the outbox, if its reader wants such mails.
    pub(super) async fn mail_notice(&self, on: &impl ConnectionTrait, notice: &Notice) -> Result<()> {
        // What a group of theirs is given or loses, its owners read in the panel.
        if matches!(notice.kind, NoticeKind::AppGiven | NoticeKind::AppTaken) && notice.subject.is_some() {
            return Ok(());
        }
        let told = Told::find_by_statement(self.sql(
            "SELECT u.address, u.user_type, u.preferred_language, u.notice_mail, a.display_name AS actor,
                    s.display_name AS subject, COALESCE(g.name, p.name) AS target, r.reason, r.answer
             FROM users u LEFT JOIN users a ON a.id = $2 LEFT JOIN users s ON s.id = $3
             LEFT JOIN groups g ON g.id = $4 LEFT JOIN apps p ON p.id = $5 LEFT JOIN requests r ON r.id = $6
             WHERE u.id = $1 AND u.deleted_at IS NULL AND u.enabled
               AND (u.external_state IS NULL OR u.external_state = 'Accepted')
               AND NOT EXISTS (SELECT 1 FROM mail_blocks b WHERE b.address_norm = u.address_norm)",
            [
                notice.reader.into(),
                notice.actor.into(),
                notice.subject.into(),
                notice.target.and_then(group_of).into(),
                notice.target.and_then(app_of).into(),
                notice.request.into(),
            ],
        ))
        .one(on)
        .await?;
        // Gone, blocked, still to come, or no mail wanted.
        let Some(told) = told.filter(|told| told.notice_mail.wants(notice.kind)) else { return Ok(()) };
        let settings = self.settings_on(on).await?;
        let actor = told.actor.filter(|_| names_actor(told.user_type, &settings));
        let letter = Letter::Notice {
            kind: notice.kind,
            person: told.subject,
            target: told.target.unwrap_or_default(),
            actor,
            words: match notice.kind {
                NoticeKind::RequestDenied => told.answer,
                kind if kind.waits() => told.reason,
                _ => None,
            }
            .unwrap_or_default(),
            until: notice.until,
            path: path(notice),
            request: notice.request,
        };
        let language = told.preferred_language.unwrap_or(settings.organization.language);
        let post = Post { letter, language, unsubscribe: None };
        self.enqueue(on, &post, &Address::parse(&told.address)?, None, self.now() + LIFE).await
    }

    /// Whether a mail asks for a decision that nobody has to make any more.
    pub(in crate::directory) async fn is_settled(&self, post: &Post) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Open {
            open: i64,
        }
        let Some(request) = waits_in_vain(post) else { return Ok(false) };
        let sql = "SELECT COUNT(*) AS open FROM requests WHERE id = $1 AND state = 'pending' AND expires_at > $2";
        let row = Open::find_by_statement(self.sql(sql, [request.into(), self.now().into()])).one(self.db()).await?;
        Ok(row.is_none_or(|row| row.open == 0))
    }
}

/// The request that a mail asks its reader to decide: without it, the mail is in vain.
const fn waits_in_vain(post: &Post) -> Option<Uuid> {
    match &post.letter {
        Letter::Notice { kind, request, .. } if kind.waits() => *request,
        _ => None,
    }
}

const fn group_of(target: Target) -> Option<Uuid> {
    match target {
        Target::Group(id) => Some(id),
        Target::App(_) => None,
    }
}

const fn app_of(target: Target) -> Option<Uuid> {
    match target {
        Target::App(id) => Some(id),
        Target::Group(_) => None,
    }
}

/// Whether a reader may know who did something to them: guests see no more of others than the organization says.
pub(super) fn names_actor(reader: UserType, settings: &Settings) -> bool {
    reader == UserType::Member || settings.guests.visibility == GuestVisibility::SameAsMembers
}

/// The page that a notice leads to. It decides for itself who may see it.
pub(super) fn path(notice: &Notice) -> String {
    use NoticeKind as Kind;
    match (notice.kind, notice.request, notice.target) {
        (
            Kind::RequestMade
            | Kind::RequestReminded
            | Kind::RequestApproved
            | Kind::RequestDenied
            | Kind::RequestExpired,
            Some(request),
            _,
        ) => format!("/requests/{request}"),
        (Kind::ApproverAdded, ..) => "/requests".to_owned(),
        (Kind::AppGiven, ..) => "/".to_owned(),
        (Kind::OwnerAdded, _, Some(Target::App(id))) => format!("/apps/{id}"),
        (Kind::MemberRemoved | Kind::OwnerRemoved | Kind::AppTaken | Kind::GroupDeleted, ..) => "/notices".to_owned(),
        (_, _, Some(Target::Group(id))) => format!("/groups/{id}"),
        _ => "/notices".to_owned(),
    }
}
