//! What people are told in the panel, and by mail if they like.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{Directory, Result, grants::Target};
use crate::model::state::NoticeKind;

mod list;
mod mail;

/// What to tell whom. Names are looked up when it is read, so that a notice holds ids only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    /// Who is told.
    pub reader: Uuid,
    /// What happened.
    pub kind: NoticeKind,
    /// Who did it; `None` for the panel itself.
    pub actor: Option<Uuid>,
    /// Whom it happened to, if not the reader.
    pub subject: Option<Uuid>,
    /// The group or app.
    pub target: Option<Target>,
    /// The request.
    pub request: Option<Uuid>,
    /// Until when something lasts from now on.
    pub until: Option<DateTime<Utc>>,
}

impl Notice {
    /// Tells `reader` of `kind`, about a group or app.
    pub fn new(reader: Uuid, kind: NoticeKind, target: Target) -> Self {
        Self { reader, kind, actor: None, subject: None, target: Some(target), request: None, until: None }
    }

    /// Names who did it.
    pub fn by(self, actor: Option<Uuid>) -> Self {
        Self { actor, ..self }
    }

    /// Names whom it happened to.
    pub fn about(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// Names the request.
    pub fn in_request(self, request: Uuid) -> Self {
        Self { request: Some(request), ..self }
    }
}

impl Directory {
    /// Tells several the same: `notice` is for each of them in turn.
    pub(super) async fn notify_all(&self, on: &impl ConnectionTrait, readers: &[Uuid], notice: Notice) -> Result<()> {
        for reader in readers {
            self.notify(on, Notice { reader: *reader, ..notice }).await?;
        }
        Ok(())
    }

    /// Tells somebody, in the transaction of what happened; by mail too, if they like. Nobody is told of what they did
    /// themselves.
    pub(super) async fn notify(&self, on: &impl ConnectionTrait, notice: Notice) -> Result<()> {
        if notice.actor == Some(notice.reader) {
            return Ok(());
        }
        let (group, app) = match notice.target {
            Some(Target::Group(id)) => (Some(id), None),
            Some(Target::App(id)) => (None, Some(id)),
            None => (None, None),
        };
        self.change(
            on,
            "INSERT INTO notices (id, user_id, kind, actor_id, subject_id, group_id, app_id, request_id, until, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                self.new_id().into(),
                notice.reader.into(),
                notice.kind.into(),
                notice.actor.into(),
                notice.subject.into(),
                group.into(),
                app.into(),
                notice.request.into(),
                notice.until.into(),
                self.now().into(),
            ],
        )
        .await?;
        self.mail_notice(on, &notice).await
    }
}
