//! The groups that give an app.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::apps,
    grants::Target,
    groups::word_patterns,
    notices::Notice,
};
use crate::model::{
    Caller, Code, Refusal,
    managed::{AppGroup, AppGroupPage, GROUP_COUNTED},
    settings::MOST_OWNERS,
    state::{GroupKind, NoticeKind},
    view::{GroupName, PersonName},
};

/// How many groups a page shows.
const PAGE: usize = 50;

impl Directory {
    /// A page of the groups that give an app, by name within the page, and where the next page begins.
    pub(super) async fn groups_giving(
        &self,
        caller: &Caller,
        app: &apps::Model,
        after: Option<Uuid>,
    ) -> Result<(Vec<AppGroup>, Option<Uuid>)> {
        let mut groups = self.giving(caller, app, after, None).await?;
        let mut next = None;
        if groups.len() > PAGE {
            groups.truncate(PAGE);
            next = groups.last().map(|group| group.id);
        }
        groups.sort_by_cached_key(|group| (crate::model::names::fold(&group.name), group.id));
        Ok((groups, next))
    }

    async fn giving(
        &self,
        caller: &Caller,
        app: &apps::Model,
        after: Option<Uuid>,
        only: Option<Uuid>,
    ) -> Result<Vec<AppGroup>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            kind: GroupKind,
            picture_id: Option<Uuid>,
            granted_at: DateTime<Utc>,
            by_id: Option<Uuid>,
            by_name: Option<String>,
            owned: bool,
            is_in: bool,
            people: i64,
        }
        let which = if only.is_some() { "s.group_id = $4" } else { "s.group_id > $4" };
        let text = format!(
            "SELECT g.id, g.name, g.kind, g.picture_id, s.granted_at, b.id AS by_id, b.display_name AS by_name,
                    EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = g.id AND o.user_id = $3) AS owned,
                    EXISTS (SELECT 1 FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                            WHERE m.group_id = g.id AND m.user_id = $3 AND (m.until IS NULL OR m.until > $2)
                              AND (m.invitation_id IS NULL OR i.state = 'accepted')) AS is_in,
                    (SELECT COUNT(*) FROM (SELECT 1 FROM memberships m WHERE m.group_id = g.id
                        AND (m.until IS NULL OR m.until > $2) LIMIT {}) c) AS people
             FROM assignments s JOIN groups g ON g.id = s.group_id AND g.deleted_at IS NULL
             LEFT JOIN users b ON b.id = s.granted_by
             WHERE s.app_id = $1 AND s.group_id IS NOT NULL AND {which} AND (s.until IS NULL OR s.until > $2)
             ORDER BY s.group_id LIMIT {}",
            GROUP_COUNTED + 1,
            PAGE + 1
        );
        let from = only.or(after).unwrap_or(Uuid::nil());
        let rows = Row::find_by_statement(
            self.sql(&text, [app.id.into(), self.now().into(), caller.user_id.into(), from.into()]),
        )
        .all(self.db())
        .await?;
        let sees_all = caller.is_administrator() || caller.has(crate::model::state::Role::Auditor);
        Ok(rows
            .into_iter()
            .map(|row| AppGroup {
                id: row.id,
                name: row.name,
                picture_id: row.picture_id,
                dynamic: row.kind == GroupKind::Dynamic,
                seen: sees_all || row.owned || row.is_in,
                people: row.people,
                granted_by: row.by_id.zip(row.by_name).map(|(id, name)| PersonName { id, name }),
                since: row.granted_at,
                joined: app.join_group_id == Some(row.id),
            })
            .collect())
    }

    /// One group that gives an app, for the page that asks whether to end that.
    ///
    /// # Errors
    /// As [`Self::remove_group`].
    pub async fn app_group(&self, caller: &Caller, id: Uuid, group: Uuid) -> Result<AppGroupPage> {
        let (app, head) = self.look_at_app(caller, id).await?;
        if !head.can_manage {
            return Err(Code::Forbidden.into());
        }
        let group = self.giving(caller, &app.row, None, Some(group)).await?.pop().ok_or(Code::NotFound)?;
        Ok(AppGroupPage { head, group })
    }

    /// Groups that the caller may give an app to, and that do not have it: those they own, any for administrators; by
    /// name, at most 50. `search` is prefixes of words of a name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn groups_to_give(&self, caller: &Caller, id: Uuid, search: &str) -> Result<Vec<GroupName>> {
        let app = self.see_app(self.db(), caller, id, false).await?;
        if !app.can_manage(caller) {
            return Err(Code::Forbidden.into());
        }
        let without = "AND NOT EXISTS (SELECT 1 FROM assignments s WHERE s.group_id = g.id AND s.app_id = $2)";
        self.own_groups(caller, id, without, search, PAGE).await
    }

    /// Groups that the caller owns, any for administrators, narrowed by a condition in which `$2` is an app.
    pub(super) async fn own_groups(
        &self,
        caller: &Caller,
        app: Uuid,
        narrowed: &str,
        search: &str,
        most: usize,
    ) -> Result<Vec<GroupName>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let mut values: Vec<Value> = vec![caller.user_id.into(), app.into()];
        let mut words = String::new();
        for [starts, inside, joined] in word_patterns(search) {
            let n = values.len();
            words.push_str(&format!(
                " AND (g.name_folded LIKE ${} ESCAPE '\\' OR g.name_folded LIKE ${} ESCAPE '\\'
                   OR g.name_folded LIKE ${} ESCAPE '\\')",
                n + 1,
                n + 2,
                n + 3
            ));
            values.extend([starts.into(), inside.into(), joined.into()]);
        }
        let from = if caller.is_administrator() {
            "groups g WHERE $1 = $1"
        } else {
            "group_owners o JOIN groups g ON g.id = o.group_id WHERE o.user_id = $1"
        };
        let text = format!(
            "SELECT g.id, g.name FROM {from} AND $2 = $2 AND g.deleted_at IS NULL {narrowed}{words}
             ORDER BY g.name_folded, g.id LIMIT {most}"
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let rows = Row::find_by_statement(statement).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| GroupName { id: row.id, name: row.name }).collect())
    }

    /// Gives an app to everybody in a group, dynamic ones included: those who own both may, and administrators. The other
    /// owners of the group are told.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`], [`Code::AlreadyHas`] at `group`.
    pub async fn give_to_group(&self, caller: &Caller, id: Uuid, group: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.own_group(&tx, caller, group).await?;
            self.manage_app(&tx, caller, id).await?;
            if !self.assign_group(&tx, &caller.into(), id, group).await? {
                return Err(Refusal::at(Code::AlreadyHas, "group").into());
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("assignment.grant", "app", id), result).await
    }

    /// The group, locked, if the caller owns it or is an administrator.
    pub(super) async fn own_group(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        caller: &Caller,
        group: Uuid,
    ) -> Result<super::super::groups::SeenGroup> {
        let seen = self.see_group(on, caller, group, true).await?;
        if seen.is_owner || caller.is_administrator() { Ok(seen) } else { Err(Code::Forbidden.into()) }
    }

    /// Assigns it, unless it is. What has run out makes way. `false` if the group had it.
    pub(super) async fn assign_group(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        actor: &Actor,
        id: Uuid,
        group: Uuid,
    ) -> Result<bool> {
        let now = self.now();
        let over = "DELETE FROM assignments WHERE group_id = $1 AND app_id = $2 AND until <= $3";
        self.change(on, over, [group.into(), id.into(), now.into()]).await?;
        let given = self
            .change(
                on,
                "INSERT INTO assignments (id, app_id, group_id, reason, granted_by, granted_at, sort_name)
                 VALUES ($1, $2, $3, 'owner', $4, $5, '') ON CONFLICT DO NOTHING",
                [self.new_id().into(), id.into(), group.into(), actor.user_id.into(), now.into()],
            )
            .await?;
        if given == 0 {
            return Ok(false);
        }
        self.record(on, actor, Event::new("assignment.grant", "group", group).in_app(id)).await?;
        self.tell_owners_of(on, actor, group, id, NoticeKind::AppGiven).await?;
        Ok(true)
    }

    /// Takes an app away from a group: whoever had it through that only has lost it with their next request. If people
    /// whose request is approved were put into it, they have the app directly from then on.
    ///
    /// # Errors
    /// [`Code::NotFound`] also for a group that does not give it; [`Code::Forbidden`].
    pub async fn remove_group(&self, caller: &Caller, id: Uuid, group: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.manage_app(&tx, caller, id).await?;
            let actor = Actor::from(caller);
            let sql = "DELETE FROM assignments WHERE group_id = $1 AND app_id = $2";
            if self.change(&tx, sql, [group.into(), id.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            self.record(&tx, &actor, Event::new("assignment.remove", "group", group).in_app(id)).await?;
            let sql = "UPDATE apps SET join_group_id = NULL WHERE id = $1 AND join_group_id = $2";
            if self.change(&tx, sql, [id.into(), group.into()]).await? == 1 {
                let details = serde_json::json!({ "old": { "join_group": group }, "new": { "join_group": null } });
                self.record(&tx, &actor, Event::new("app.change", "app", id).in_app(id).details(details)).await?;
            }
            self.tell_owners_of(&tx, &actor, group, id, NoticeKind::AppTaken).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("assignment.remove", "app", id), result).await
    }

    /// Tells the owners of a group, and nobody else in it: they may be a hundred thousand.
    async fn tell_owners_of(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        actor: &Actor,
        group: Uuid,
        app: Uuid,
        kind: NoticeKind,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Row {
            user_id: Uuid,
        }
        let owners = Row::find_by_statement(self.sql(
            &format!("SELECT user_id FROM group_owners WHERE group_id = $1 ORDER BY user_id LIMIT {MOST_OWNERS}"),
            [group.into()],
        ))
        .all(on)
        .await?;
        for owner in owners {
            // The group is whom it happened to.
            let notice = Notice { subject: Some(group), ..Notice::new(owner.user_id, kind, Target::App(app)) };
            self.notify(on, notice.by(actor.user_id)).await?;
        }
        Ok(())
    }
}
