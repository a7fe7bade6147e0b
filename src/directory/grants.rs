//! What someone is given: a place in a group, or an app. One way to give either, and one way to take it back.

use chrono::{DateTime, Duration, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::groups,
};
use crate::model::state::GrantReason;

/// A group or an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A group, by a membership.
    Group(Uuid),
    /// An app, by an assignment.
    App(Uuid),
}

impl Target {
    /// Its id.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Group(id) | Self::App(id) => id,
        }
    }

    /// The ids of groups, and those of apps.
    pub(super) fn split(targets: &[Self]) -> (Vec<Uuid>, Vec<Uuid>) {
        let groups = targets.iter().filter(|target| matches!(target, Self::Group(_)));
        let apps = targets.iter().filter(|target| matches!(target, Self::App(_)));
        (groups.map(|target| target.id()).collect(), apps.map(|target| target.id()).collect())
    }

    /// The table of what it gives, and that table's column for it.
    pub(super) const fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Group(_) => ("memberships", "group_id"),
            Self::App(_) => ("assignments", "app_id"),
        }
    }

    /// The table of who owns it.
    pub(super) const fn owners(self) -> &'static str {
        match self {
            Self::Group(_) => "group_owners",
            Self::App(_) => "app_owners",
        }
    }

    /// An event about a user and this.
    pub(super) fn event(self, of_group: &'static str, of_app: &'static str, user: Uuid) -> Event {
        match self {
            Self::Group(id) => Event::new(of_group, "user", user).in_group(id),
            Self::App(id) => Event::new(of_app, "user", user).in_app(id),
        }
    }
}

/// What to give.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    /// Of what.
    pub target: Target,
    /// To whom.
    pub user: Uuid,
    /// Why.
    pub reason: GrantReason,
    /// The invitation that it depends on.
    pub invitation: Option<Uuid>,
    /// When it ends by itself.
    pub until: Option<DateTime<Utc>>,
    /// Whether a grant that ends earlier may be made to last until then.
    pub may_extend: bool,
}

impl Directory {
    /// When a membership that begins now ends, unless said otherwise.
    pub(super) fn usual_end(&self, group: &groups::Model) -> Option<DateTime<Utc>> {
        group.member_days.map(|days| self.now() + Duration::days(days.into()))
    }

    /// Gives it. What has run out, or hangs on an invitation that has ended, makes way; so does what hangs on an open one,
    /// if this depends on none. `false` if they had it already.
    pub(super) async fn grant(&self, on: &impl ConnectionTrait, actor: &Actor, grant: Grant) -> Result<bool> {
        let now = self.now();
        let Grant { target, user, reason, invitation, until, may_extend } = grant;
        let (table, column) = target.table();
        // Whoever changed a person has not put them into the groups that follow from that.
        let granted_by = actor.user_id.filter(|_| reason != GrantReason::Rule);
        self.change(
            on,
            &format!(
                "DELETE FROM {table} WHERE {column} = $1 AND user_id = $2 AND (until <= $3 OR invitation_id IN
                    (SELECT id FROM invitations
                     WHERE state NOT IN ('pending', 'accepted') OR state = 'pending' AND (expires_at <= $3 OR $4)))"
            ),
            [target.id().into(), user.into(), now.into(), invitation.is_none().into()],
        )
        .await?;
        let given = self
            .change(
                on,
                &format!(
                    "INSERT INTO {table}
                        (id, {column}, user_id, reason, granted_by, invitation_id, granted_at, until, sort_name)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, COALESCE((SELECT name_folded FROM users WHERE id = $3), ''))
                     ON CONFLICT DO NOTHING"
                ),
                [
                    self.new_id().into(),
                    target.id().into(),
                    user.into(),
                    reason.into(),
                    granted_by.into(),
                    invitation.into(),
                    now.into(),
                    until.into(),
                ],
            )
            .await?
            == 1;
        if given {
            let event = target.event("membership.grant", "assignment.grant", user).by_invitation(invitation);
            let event = match target {
                Target::Group(_) => event.details(serde_json::json!({ "reason": reason, "until": until })),
                Target::App(_) => event,
            };
            self.record(on, actor, event).await?;
            // What hangs on an open invitation gives nothing yet, and whoever is still to come has asked for nothing.
            if invitation.is_none() {
                self.close_request_given(on, actor, target, user).await?;
            }
            return Ok(true);
        }
        let Some(until) = until.filter(|_| may_extend) else { return Ok(false) };
        let extended = self
            .change(
                on,
                &format!("UPDATE {table} SET until = $3 WHERE {column} = $1 AND user_id = $2 AND until < $3"),
                [target.id().into(), user.into(), until.into()],
            )
            .await?
            == 1;
        if extended {
            self.record(on, actor, target.event("membership.extend", "assignment.extend", user)).await?;
        }
        Ok(extended)
    }

    /// Takes it back. `false` if they did not have it.
    pub(super) async fn take_back(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        target: Target,
        user: Uuid,
    ) -> Result<bool> {
        let (table, column) = target.table();
        let sql = format!("DELETE FROM {table} WHERE {column} = $1 AND user_id = $2");
        if self.change(on, &sql, [target.id().into(), user.into()]).await? == 0 {
            return Ok(false);
        }
        self.record(on, actor, target.event("membership.remove", "assignment.remove", user)).await?;
        Ok(true)
    }

    /// Clears away what has ended by its date, up to `limit` of each kind, and says how many. A job calls it; access does
    /// not wait for it, because every check looks at the time itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_grants(&self, limit: u64) -> Result<u64> {
        use sea_orm::FromQueryResult;
        #[derive(FromQueryResult)]
        struct Over {
            id: Uuid,
            of: Uuid,
            user_id: Uuid,
        }
        let mut ended = 0;
        for kind in [Target::Group, Target::App] {
            let (table, column) = kind(Uuid::nil()).table();
            let over = Over::find_by_statement(self.sql(
                &format!(
                    "SELECT id, {column} AS of, user_id FROM {table}
                     WHERE until IS NOT NULL AND until <= $1 AND user_id IS NOT NULL ORDER BY until LIMIT $2"
                ),
                [self.now().into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
            ))
            .all(self.db())
            .await?;
            for row in over {
                let tx = self.begin().await?;
                // Locks the user before their rows, as everything else does.
                self.lock_user(&tx, row.user_id).await?;
                let sql = format!("DELETE FROM {table} WHERE id = $1 AND until <= $2");
                if self.change(&tx, &sql, [row.id.into(), self.now().into()]).await? == 1 {
                    let event = kind(row.of).event("membership.end", "assignment.end", row.user_id);
                    self.record(&tx, &Actor::default(), event).await?;
                    self.delete_if_nothing_left(&tx, &Actor::default(), row.user_id).await?;
                    ended += 1;
                }
                tx.commit().await?;
            }
        }
        Ok(ended)
    }
}
