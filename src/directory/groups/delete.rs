//! Deleting a group, and taking that back.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, Statement, Value, sea_query::LockType};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::{group_owners, groups},
    grants::Target,
    notices::Notice,
    places,
};
use crate::model::{
    Caller, Code,
    groups::{DeletedGroup, DeletedGroups, Deletion},
    settings::RESTORE_DAYS,
    state::{NoticeKind, Role},
    view::PersonName,
};

/// How many deleted groups a page shows.
const PAGE: usize = 100;

impl Directory {
    /// What deleting a group would do, for the page that asks.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn deletion(&self, caller: &Caller, id: Uuid) -> Result<Deletion> {
        let group = self.managed_page(caller, id).await?;
        let (people, apps) = (self.count_members(id).await?, self.group_apps(id).await?);
        Ok(Deletion { head: group.head(caller), people, apps })
    }

    /// Deletes a group. What it gives ends with the next request; who is in it stays written down, so that it can be
    /// restored as it was for [`RESTORE_DAYS`] days.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn delete_group(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let event = || Event::new("group.delete", "group", id).in_group(id);
        let result = async {
            let tx = self.begin().await?;
            let group = self.manage_group(&tx, caller, id).await?;
            let actor = Actor::from(caller);
            let sql = "UPDATE groups SET deleted_at = $2, deleted_by = $3 WHERE id = $1 AND deleted_at IS NULL";
            if self.change(&tx, sql, [id.into(), self.now().into(), caller.user_id.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            let details = serde_json::json!({ "name": group.row().name });
            self.record(&tx, &actor, event().details(details)).await?;
            self.end_requests_for(&tx, &actor, Target::Group(id)).await?;
            self.tell_owners(&tx, &actor, id, NoticeKind::GroupDeleted).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event(), result).await
    }

    /// Restores a deleted group with everybody who was in it. Rules that changed meanwhile bind it anew.
    ///
    /// # Errors
    /// [`Code::NotFound`] for what the caller cannot restore, or nobody any more; [`Code::Forbidden`] for auditors, who
    /// see it; [`Code::TooManyGroups`] if its creator has made as many others meanwhile.
    pub async fn restore_group(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let event = || Event::new("group.restore", "group", id).in_group(id);
        let result = async {
            let tx = self.begin().await?;
            let row = groups::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(&tx).await?;
            let row = row.filter(|row| row.deleted_at.is_some_and(|at| at > self.restorable_since()));
            let row = row.ok_or(Code::NotFound)?;
            let owns = group_owners::Entity::find_by_id((id, caller.user_id)).one(&tx).await?.is_some();
            if !owns && !caller.is_administrator() {
                return Err(if caller.has(Role::Auditor) { Code::Forbidden } else { Code::NotFound }.into());
            }
            if let Some(creator) = row.created_by {
                self.lock_name(&tx, &format!("groups by {creator}")).await?;
                let settings = self.settings_on(&tx).await?;
                self.check_few_groups(&tx, caller, creator, &settings).await?;
            }
            // A file may have made another group of that key meanwhile; and who is in a dynamic one has to be looked at.
            let restored = self
                .change(
                    &tx,
                    "UPDATE groups SET deleted_at = NULL, deleted_by = NULL,
                            key = CASE WHEN EXISTS (SELECT 1 FROM groups g WHERE g.key = groups.key AND g.deleted_at IS NULL)
                                       THEN NULL ELSE key END,
                            rule_since = CASE WHEN rule IS NULL THEN rule_since ELSE $2 END, rule_cursor = NULL
                     WHERE id = $1 AND deleted_at IS NOT NULL",
                    [id.into(), self.now().into()],
                )
                .await?;
            if restored == 0 {
                return Err(Code::NotFound.into());
            }
            let actor = Actor::from(caller);
            self.record(&tx, &actor, event()).await?;
            if self.live_owners(&tx, id, None).await? == 0 {
                // Everybody who owned it has left meanwhile.
                self.insert_owner(&tx, &actor, id, caller.user_id).await?;
            }
            self.tell_owners(&tx, &actor, id, NoticeKind::GroupRestored).await?;
            self.commit(tx).await?;
            // A rule is looked at anew.
            self.0.rules_wakeup.notify_one();
            Ok(())
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event(), result).await
    }

    /// Groups that the caller can restore, the newest first; auditors see them, too. `after` is the
    /// [`DeletedGroups::next`] of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deleted_groups(&self, caller: &Caller, after: Option<&str>) -> Result<DeletedGroups> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            picture_id: Option<Uuid>,
            deleted_at: DateTime<Utc>,
            by_id: Option<Uuid>,
            by_name: Option<String>,
        }
        let mut values: Vec<Value> = vec![caller.user_id.into(), self.restorable_since().into()];
        let place = places::dated(after);
        let mut only = String::new();
        if let Some((at, id)) = place {
            values.extend([at.into(), id.into()]);
            only.push_str(" AND (g.deleted_at < $3 OR g.deleted_at = $3 AND g.id < $4)");
        }
        let text = format!(
            "SELECT g.id, g.name, g.picture_id, g.deleted_at, u.id AS by_id, u.display_name AS by_name
             FROM {} LEFT JOIN users u ON u.id = g.deleted_by
             WHERE ($1 = $1) AND g.deleted_at > $2{only} ORDER BY g.deleted_at DESC, g.id DESC LIMIT {}",
            sees_deleted(caller),
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let mut rows = Row::find_by_statement(statement).all(self.db()).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| places::write_dated(row.deleted_at, row.id));
        }
        let rows = rows
            .into_iter()
            .map(|row| DeletedGroup {
                id: row.id,
                name: row.name,
                picture: row.picture_id,
                deleted_by: row.by_id.zip(row.by_name).map(|(id, name)| PersonName { id, name }),
                deleted_at: row.deleted_at,
                until: row.deleted_at + Duration::days(RESTORE_DAYS),
            })
            .collect();
        Ok(DeletedGroups { rows, next })
    }

    /// Whether there are deleted groups that the caller can restore or sees.
    pub(super) async fn has_deleted_groups(&self, caller: &Caller) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct One {
            #[expect(dead_code, reason = "that there is a row says everything")]
            id: Uuid,
        }
        let text = format!("SELECT g.id FROM {} WHERE ($1 = $1) AND g.deleted_at > $2 LIMIT 1", sees_deleted(caller));
        let values = [caller.user_id.into(), self.restorable_since().into()];
        Ok(One::find_by_statement(self.sql(&text, values)).one(self.db()).await?.is_some())
    }

    /// Groups that were deleted after this moment can be restored.
    pub(super) fn restorable_since(&self) -> DateTime<Utc> {
        self.now() - Duration::days(RESTORE_DAYS)
    }

    /// Tells the owners, but not whoever did it.
    async fn tell_owners(&self, on: &impl ConnectionTrait, actor: &Actor, group: Uuid, kind: NoticeKind) -> Result<()> {
        for owner in self.owner_ids(on, group, actor.user_id).await? {
            self.notify(on, Notice::new(owner, kind, Target::Group(group)).by(actor.user_id)).await?;
        }
        Ok(())
    }
}

/// Where deleted groups `g` are looked for: an owner's through what they own, everybody's for administrators and auditors.
/// `$1` is the caller.
fn sees_deleted(caller: &Caller) -> &'static str {
    if caller.is_administrator() || caller.has(Role::Auditor) {
        "groups g"
    } else {
        "group_owners o JOIN groups g ON g.id = o.group_id AND o.user_id = $1"
    }
}
