//! Reading what one was told.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::Event,
        grants::Target,
        places,
        requests::inbox::{ADDRESSED, nobodys},
    },
    Notice,
    mail::{names_actor, path},
};
use crate::model::{
    Caller, Code,
    notices::{Badges, NoticeList, NoticeRow},
    requests::Thing,
    state::{NoticeKind, NoticeMail},
    view::PersonName,
};

/// How many notices a page shows.
const PAGE: usize = 30;
/// How long a notice is kept.
const KEPT: Duration = Duration::days(90);

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: NoticeKind,
    actor_id: Option<Uuid>,
    actor: Option<String>,
    subject_id: Option<Uuid>,
    subject: Option<String>,
    group_id: Option<Uuid>,
    app_id: Option<Uuid>,
    thing: Option<String>,
    picture_id: Option<Uuid>,
    request_id: Option<Uuid>,
    until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    unread: bool,
    /// Whether the reader may open the page of the group or app.
    sees: bool,
    /// Whether the reader may open the page of the request.
    sees_request: bool,
}

impl Row {
    fn into_view(self, reader: Uuid, names: bool) -> NoticeRow {
        let target = self.group_id.map(Target::Group).or(self.app_id.map(Target::App));
        let told = Notice {
            reader,
            kind: self.kind,
            actor: self.actor_id,
            subject: self.subject_id,
            target,
            request: self.request_id,
            until: self.until,
        };
        let path = path(&told);
        let open = match path.split('/').nth(1) {
            Some("requests") => self.request_id.is_none() || self.sees_request,
            Some("groups" | "apps") => self.sees,
            Some("notices") => false,
            _ => true,
        };
        NoticeRow {
            id: self.id,
            kind: self.kind,
            actor: self.actor_id.zip(self.actor).filter(|_| names).map(|(id, name)| PersonName { id, name }),
            subject: self.subject_id.zip(self.subject).map(|(id, name)| PersonName { id, name }),
            thing: target.zip(self.thing).map(|(target, name)| Thing {
                id: target.id(),
                name,
                is_app: matches!(target, Target::App(_)),
                picture_id: self.picture_id,
            }),
            until: self.until,
            at: self.created_at,
            unread: self.unread,
            link: open.then_some(path),
        }
    }
}

impl Directory {
    /// What the caller was told, the newest first, with the names of today. `after` is the [`NoticeList::next`] of the page
    /// before. It leads only to pages that the caller may open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_notices(&self, caller: &Caller, after: Option<&str>) -> Result<NoticeList> {
        #[derive(FromQueryResult)]
        struct Preference {
            notice_mail: NoticeMail,
        }
        let settings = self.settings().await?;
        let sees_all = caller.is_administrator() || caller.has(crate::model::state::Role::Auditor);
        let mut values: Vec<Value> = vec![caller.user_id.into(), self.now().into(), sees_all.into()];
        let mut only = String::new();
        if let Some((at, id)) = places::dated(after) {
            values.extend([at.into(), id.into()]);
            only.push_str(" AND (n.created_at, n.id) < ($4, $5)");
        }
        let owns_app = "(SELECT 1 FROM app_owners o WHERE o.app_id = n.app_id AND o.user_id = $1 LIMIT 1) IS NOT NULL";
        let owns_group =
            "(SELECT 1 FROM group_owners o WHERE o.group_id = n.group_id AND o.user_id = $1 LIMIT 1) IS NOT NULL";
        let sql = format!(
            "SELECT n.id, n.kind, n.actor_id, a.display_name AS actor, n.subject_id, COALESCE(s.display_name, sg.name) AS subject,
                    n.group_id, n.app_id, COALESCE(g.name, p.name) AS thing,
                    COALESCE(g.picture_id, p.picture_id) AS picture_id, n.request_id, n.until, n.created_at,
                    (n.read_at IS NULL) AS unread,
                    ((g.id IS NOT NULL AND g.deleted_at IS NULL OR p.id IS NOT NULL AND p.deleted_at IS NULL)
                      AND ($3 OR {owns_app} OR {owns_group}
                        OR (SELECT 1 FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                            WHERE m.group_id = n.group_id AND m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
                              AND (m.invitation_id IS NULL OR i.state = 'accepted') LIMIT 1) IS NOT NULL)) AS sees,
                    ($3 OR r.user_id = $1 OR {owns_app} OR {owns_group}
                      OR (SELECT 1 FROM app_approvers o WHERE o.app_id = n.app_id AND o.user_id = $1 LIMIT 1)
                         IS NOT NULL) AS sees_request
             FROM notices n LEFT JOIN users a ON a.id = n.actor_id LEFT JOIN users s ON s.id = n.subject_id
             LEFT JOIN groups sg ON sg.id = n.subject_id LEFT JOIN groups g ON g.id = n.group_id LEFT JOIN apps p ON p.id = n.app_id
             LEFT JOIN requests r ON r.id = n.request_id
             WHERE n.user_id = $1{only} ORDER BY n.created_at DESC, n.id DESC LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        let mut rows = Row::find_by_statement(statement).all(self.db()).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| places::write_dated(row.created_at, row.id));
        }
        let sql = "SELECT notice_mail FROM users WHERE id = $1";
        let own = Preference::find_by_statement(self.sql(sql, [caller.user_id.into()])).one(self.db()).await?;
        let names = names_actor(caller.user_type, &settings);
        Ok(NoticeList {
            rows: rows.into_iter().map(|row| row.into_view(caller.user_id, names)).collect(),
            next,
            by_mail: own.ok_or(Code::NotFound)?.notice_mail,
        })
    }

    /// Marks one of the caller's notices as read, or all of them. Others' are not found, and twice is once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_read(&self, caller: &Caller, notice: Option<Uuid>) -> Result<()> {
        let now = self.now().into();
        match notice {
            Some(id) => {
                let sql = "UPDATE notices SET read_at = $2 WHERE user_id = $1 AND id = $3 AND read_at IS NULL";
                self.change(self.db(), sql, [caller.user_id.into(), now, id.into()]).await?;
            }
            None => {
                let sql = "UPDATE notices SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL";
                self.change(self.db(), sql, [caller.user_id.into(), now]).await?;
            }
        }
        Ok(())
    }

    /// Which notices the caller also gets by mail, from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_notice_mail(&self, caller: &Caller, wanted: NoticeMail) -> Result<()> {
        let tx = self.begin().await?;
        let sql = "UPDATE users SET notice_mail = $2 WHERE id = $1 AND notice_mail <> $2";
        if self.change(&tx, sql, [caller.user_id.into(), wanted.into()]).await? == 1 {
            let event = Event::new("user.noticeMail", "user", caller.user_id);
            self.record(&tx, &caller.into(), event.details(serde_json::json!({ "noticeMail": wanted }))).await?;
        }
        self.commit(tx).await
    }

    /// What waits for the caller: requests that they decide about, and notices that they have not read. One query; each is
    /// counted to [`Badges::MOST`] and one more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn badges(&self, caller: &Caller) -> Result<Badges> {
        #[derive(FromQueryResult)]
        struct Counted {
            requests: i64,
            notices: i64,
        }
        let most = Badges::MOST + 1;
        let open = "q.state = 'pending' AND q.expires_at > $2";
        let mut among: Vec<String> = ADDRESSED.iter().map(|part| format!("{part} AND {open}")).collect();
        if caller.is_administrator() {
            among.push(nobodys());
        }
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM (
                        SELECT r.id FROM ({}) w CROSS JOIN requests r
                        JOIN users u ON u.id = r.user_id AND u.deleted_at IS NULL AND u.enabled
                        WHERE r.id = w.id LIMIT {most}) x) AS requests,
                    (SELECT COUNT(*) FROM (
                        SELECT 1 FROM notices WHERE user_id = $1 AND read_at IS NULL
                        ORDER BY id LIMIT {most}) y) AS notices",
            among.join(" UNION ")
        );
        let row = Counted::find_by_statement(self.sql(&sql, [caller.user_id.into(), self.now().into()]))
            .one(self.db())
            .await?
            .ok_or(Code::Internal)?;
        Ok(Badges { requests: row.requests, notices: row.notices })
    }

    /// Deletes notices older than 90 days, up to `limit`. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_old_notices(&self, limit: u64) -> Result<u64> {
        self.change(
            self.db(),
            "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
            [(self.now() - KEPT).into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
        )
        .await
    }
}
