//! Opening an app: checked at that moment, counted, and audited.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{Directory, Error, Result, audit::Event, hosts::HostedApp},
    SeenApp, WAYS,
};
use crate::model::{Caller, Code, connection_form::initiated, managed::AppClosed, state::AppKind, view::AppName};

/// An app that the caller may open at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The app.
    pub app: AppName,
    /// Where it is, or where a sign-in to it begins.
    pub url: String,
}

/// A day in UTC, as launches are counted by.
pub(super) fn day(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d").to_string()
}

impl Directory {
    /// Whether the caller may open an app at this moment, and where it is.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an app they have no way to (whether it exists shows in nothing), [`Code::AppOff`].
    pub async fn may_open(&self, caller: &Caller, app: Uuid) -> Result<Launch> {
        self.may_open_on(self.db(), caller, app).await
    }

    async fn may_open_on(&self, on: &impl ConnectionTrait, caller: &Caller, app: Uuid) -> Result<Launch> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            url: String,
            enabled: bool,
            kind: AppKind,
            initiate_login_uri: Option<String>,
        }
        let row = Row::find_by_statement(self.sql(
            &format!(
                "SELECT a.id, a.name, a.url, a.enabled, a.kind, c.initiate_login_uri FROM ({WAYS}) w
                 JOIN apps a ON a.id = w.app_id AND a.deleted_at IS NULL LEFT JOIN oidc_clients c ON c.app_id = a.id
                 WHERE a.id = $3 LIMIT 1"
            ),
            [caller.user_id.into(), self.now().into(), app.into()],
        ))
        .one(on)
        .await?
        .ok_or(Code::NotFound)?;
        if !row.enabled {
            return Err(Code::AppOff.into());
        }
        // An app that begins sign-ins itself is told to, so that nobody has to press its button.
        let begins = row.initiate_login_uri.filter(|_| row.kind == AppKind::Oidc);
        let begun = begins.and_then(|uri| initiated(&uri, self.public_url(), &row.url));
        Ok(Launch { app: AppName { id: row.id, name: row.name }, url: begun.unwrap_or(row.url) })
    }

    /// Opens an app for the caller: checked now, counted, and audited.
    ///
    /// # Errors
    /// As [`Self::may_open`].
    pub async fn launch(&self, caller: &Caller, app: Uuid) -> Result<Launch> {
        let launch = async {
            // Whoever may not shall take no lock.
            self.may_open(caller, app).await?;
            let tx = self.begin().await?;
            self.record(&tx, &caller.into(), Event::new("app.launch", "app", app)).await?;
            self.count_launch(&tx, caller, app).await?;
            // Counting may have waited for others. This look decides: what has ended meanwhile does not open.
            let launch = self.may_open_on(&tx, caller, app).await?;
            self.commit(tx).await?;
            Ok(launch)
        };
        let launch = launch.await;
        self.record_refusal(&caller.into(), Event::new("app.launch", "app", app), launch).await
    }

    /// Counts for the person, then for the day, whose row many share.
    async fn count_launch(&self, on: &impl ConnectionTrait, caller: &Caller, app: Uuid) -> Result<()> {
        let now = self.now();
        self.change(
            on,
            "INSERT INTO app_choices (user_id, app_id, favourite, hidden, opened_at, opened) VALUES ($1, $2, $3, $3, $4, 1)
             ON CONFLICT (user_id, app_id) DO UPDATE SET opened_at = excluded.opened_at, opened = app_choices.opened + 1",
            [caller.user_id.into(), app.into(), false.into(), now.into()],
        )
        .await?;
        self.change(
            on,
            "INSERT INTO app_days (app_id, day, opened) VALUES ($1, $2, 1)
             ON CONFLICT (app_id, day) DO UPDATE SET opened = app_days.opened + 1",
            [app.into(), day(now).into()],
        )
        .await?;
        Ok(())
    }

    /// Why the caller cannot open an app, as far as they may know: nothing at all about one that they neither see nor
    /// ever had.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_closed(&self, caller: &Caller, app: Uuid) -> Result<AppClosed> {
        let seen = match self.see_app(self.db(), caller, app, false).await {
            Ok(seen) => Some(seen),
            Err(Error::Refused(_)) => None,
            Err(broken) => return Err(broken),
        };
        let ended = self.access_ended(caller.user_id, app).await?;
        let Some(seen) = seen else {
            return Ok(AppClosed {
                name: ended.as_ref().map(|ended| ended.name.clone()),
                ended: ended.map(|e| e.at),
                ..AppClosed::default()
            });
        };
        Ok(AppClosed {
            seen: true,
            off: !seen.row.enabled,
            ended: ended.filter(|_| !seen.has).map(|ended| ended.at),
            can_ask: self.can_ask(&seen),
            asked: self.asked(caller, app).await?,
            owners: if caller.is_guest() { Vec::new() } else { self.app_owners(app).await? },
            name: Some(seen.row.name),
        })
    }

    /// Why the caller cannot go on to the app whose host sent them here. As with [`Self::app_closed_to`], its name is
    /// no secret to whoever comes from it, and members learn whom to ask.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_closed_at(&self, caller: &Caller, app: &HostedApp) -> Result<AppClosed> {
        self.closed_to_who_comes(caller, app.app_id, &app.name, app.enabled).await
    }

    /// What [`Self::app_closed_to`] and [`Self::app_closed_at`] say.
    pub(in crate::directory) async fn closed_to_who_comes(
        &self,
        caller: &Caller,
        app: Uuid,
        name: &str,
        enabled: bool,
    ) -> Result<AppClosed> {
        let closed = self.app_closed(caller, app).await?;
        let owners = if caller.is_guest() { Vec::new() } else { self.app_owners(app).await? };
        Ok(AppClosed { name: Some(name.to_owned()), off: !enabled, owners, ..closed })
    }

    /// Whether they could ask for it: it is offered to them, and they do not have it.
    pub(super) fn can_ask(&self, app: &SeenApp) -> bool {
        app.finds && !app.has
    }

    /// The open request of the caller for an app.
    pub(super) async fn asked(&self, caller: &Caller, app: Uuid) -> Result<Option<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT id FROM requests WHERE user_id = $1 AND app_id = $2 AND state = 'pending' AND expires_at > $3",
            [caller.user_id.into(), app.into(), self.now().into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map(|row| row.id))
    }

    /// When somebody last lost an app that they had once: by the date of what they had, or by what the audit log says
    /// was taken from them, directly or with a group that gives it.
    pub(super) async fn access_ended(&self, user: Uuid, app: Uuid) -> Result<Option<Ended>> {
        let row = Ended::find_by_statement(self.sql(
            "SELECT a.name, e.at FROM (
                SELECT s.until AS at FROM assignments s WHERE s.user_id = $1 AND s.app_id = $2 AND s.until <= $3
                UNION ALL
                SELECT m.until AS at FROM memberships m JOIN assignments s ON s.group_id = m.group_id AND s.app_id = $2
                WHERE m.user_id = $1 AND m.until <= $3 AND s.granted_at < m.until
                UNION ALL
                SELECT x.at FROM audit_events x
                WHERE x.target_id = $1 AND x.outcome = 'success' AND (
                    x.group_id = $2 AND x.action IN ('assignment.remove', 'assignment.end')
                    OR x.action IN ('membership.remove', 'membership.end', 'membership.leave')
                    AND EXISTS (SELECT 1 FROM assignments s
                                WHERE s.group_id = x.group_id AND s.app_id = $2 AND s.granted_at < x.at))
             ) e JOIN apps a ON a.id = $2 AND a.deleted_at IS NULL
             ORDER BY e.at DESC LIMIT 1",
            [user.into(), app.into(), self.now().into()],
        ))
        .one(self.db())
        .await?;
        Ok(row)
    }
}

#[derive(FromQueryResult)]
pub(super) struct Ended {
    name: String,
    pub at: DateTime<Utc>,
}
