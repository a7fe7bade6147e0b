//! What an app says, whom it takes, and whether it can be asked for and opened.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::super::{
    Directory, Error, Result,
    audit::{Actor, Event},
    entities::apps,
    grants::Target,
};
use crate::model::{
    Caller, Code, Refusal,
    managed::{AppForm, AppSettings},
    names,
    state::GroupKind,
    view::GroupName,
};

/// How many groups can be chosen from.
const MOST_GROUPS: usize = 250;

/// What the form would say of an app as it is.
fn form_of(row: &apps::Model) -> Result<AppForm> {
    Ok(AppForm {
        name: row.name.clone(),
        description: row.description.clone(),
        url: row.url.clone(),
        accepts_guests: row.accepts_guests,
        domains: row.domains.clone().map(serde_json::from_value).transpose()?.unwrap_or_default(),
        requestable: row.requestable,
        needs_approval: row.needs_approval,
        join_group: row.join_group_id,
        hidden: row.hidden,
    })
}

/// The fields that differ, as they were and as they are.
fn differences(old: &AppForm, new: &AppForm) -> Result<(Map<String, Json>, Map<String, Json>)> {
    let (Json::Object(mut old), Json::Object(mut new)) = (serde_json::to_value(old)?, serde_json::to_value(new)?)
    else {
        return Ok((Map::new(), Map::new()));
    };
    let same: Vec<String> =
        new.iter().filter(|(key, value)| old.get(*key) == Some(*value)).map(|(k, _)| k.clone()).collect();
    for key in same {
        old.remove(&key);
        new.remove(&key);
    }
    Ok((old, new))
}

impl Directory {
    /// What those who run an app can change of it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn app_settings(&self, caller: &Caller, id: Uuid) -> Result<AppSettings> {
        let app = self.see_app(self.db(), caller, id, false).await?;
        if !app.can_manage(caller) {
            return Err(Code::Forbidden.into());
        }
        let mut groups = self.groups_to_join(caller, id, app.row.join_group_id).await?;
        for own in self.own_groups(caller, id, "AND g.kind = 'assigned'", "", MOST_GROUPS).await? {
            if !groups.contains(&own) {
                groups.push(own);
            }
        }
        groups.sort_by_cached_key(|group| (names::fold(&group.name), group.id));
        Ok(AppSettings {
            head: app.head(caller, &self.settings().await?),
            form: form_of(&app.row)?,
            groups,
            approvers: self.people_of(id, "app_approvers").await?,
            owners: self.app_owners(id).await?,
        })
    }

    /// The group that people join; for administrators also the first of those that give the app.
    async fn groups_to_join(&self, caller: &Caller, id: Uuid, joined: Option<Uuid>) -> Result<Vec<GroupName>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let giving = if caller.is_administrator() { 100_i64 } else { 0 };
        let rows = Row::find_by_statement(self.sql(
            "SELECT g.id, g.name FROM groups g WHERE g.deleted_at IS NULL AND g.kind = 'assigned' AND g.id IN (
                SELECT t.group_id FROM (SELECT s.group_id FROM assignments s
                    WHERE s.app_id = $1 AND s.group_id IS NOT NULL ORDER BY s.group_id LIMIT $3) t
                UNION ALL SELECT a.join_group_id FROM apps a WHERE a.id = $1 AND a.join_group_id = $2)",
            [id.into(), joined.unwrap_or(Uuid::nil()).into(), giving.into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(|row| GroupName { id: row.id, name: row.name }).collect())
    }

    /// Changes what an app says, whom it takes, and how it can be asked for. A group that people are to join, and that does
    /// not give the app yet, is given it at once. When it can no longer be asked for, open requests end.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; at `join_group`: [`Code::Forbidden`] for a group that the caller does not
    /// own, [`Code::DynamicGroup`], [`Code::NotFound`].
    pub async fn edit_app(&self, caller: &Caller, id: Uuid, form: &AppForm) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            // Who may not is told so, and nothing of the group.
            let before = self.see_app(&tx, caller, id, false).await?;
            if !before.can_manage(caller) {
                return Err(Code::Forbidden.into());
            }
            // Groups are locked before apps.
            let joins = form.join_group.filter(|group| before.row.join_group_id != Some(*group));
            if let Some(group) = joins {
                self.check_join_group(&tx, caller, group).await?;
            }
            let app = self.manage_app(&tx, caller, id).await?.0;
            let old = form_of(&app.row)?;
            if form.join_group.is_some() && form.join_group != old.join_group && form.join_group != joins {
                // Somebody changed it while we waited.
                return Err(Refusal::at(Code::WrongState, "join_group").into());
            }
            let (were, are) = differences(&old, form)?;
            if are.is_empty() {
                return Ok(());
            }
            let actor = Actor::from(caller);
            if let Some(group) = joins {
                self.assign_group(&tx, &actor, id, group).await?;
            }
            self.write_app(&tx, id, form).await?;
            let details = serde_json::json!({ "old": were, "new": are });
            self.record(&tx, &actor, Event::new("app.change", "app", id).in_app(id).details(details)).await?;
            if old.requestable && !form.requestable {
                self.end_requests_for(&tx, &actor, Target::App(id)).await?;
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("app.change", "app", id), result).await
    }

    /// Whether the caller may have people put into that group.
    async fn check_join_group(&self, on: &impl ConnectionTrait, caller: &Caller, group: Uuid) -> Result<()> {
        let refused = |code| Error::from(Refusal::at(code, "join_group"));
        let seen = match self.own_group(on, caller, group).await {
            Ok(seen) => seen,
            Err(Error::Refused(refusal)) => return Err(refused(refusal.code)),
            Err(broken) => return Err(broken),
        };
        if seen.row.kind == GroupKind::Dynamic { Err(refused(Code::DynamicGroup)) } else { Ok(()) }
    }

    async fn write_app(&self, on: &impl ConnectionTrait, id: Uuid, form: &AppForm) -> Result<()> {
        let domains = if form.domains.is_open() { None } else { Some(serde_json::to_value(&form.domains)?) };
        let changed = self
            .change(
                on,
                "UPDATE apps SET name = $2, name_folded = $3, description = $4, url = $5, accepts_guests = $6, domains = $7,
                        requestable = $8, needs_approval = $9, join_group_id = $10, hidden = $11
                 WHERE id = $1 AND deleted_at IS NULL",
                [
                    id.into(),
                    form.name.as_str().into(),
                    names::fold(&form.name).into(),
                    form.description.as_str().into(),
                    form.url.as_str().into(),
                    form.accepts_guests.into(),
                    domains.into(),
                    form.requestable.into(),
                    form.needs_approval.into(),
                    form.join_group.into(),
                    form.hidden.into(),
                ],
            )
            .await?;
        if changed == 1 { Ok(()) } else { Err(Code::NotFound.into()) }
    }

    /// Switches an app off, or on again. Nobody opens one that is off, and all who have it keep it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn switch_app(&self, caller: &Caller, id: Uuid, on: bool) -> Result<()> {
        let action = if on { "app.enable" } else { "app.disable" };
        let result = async {
            let tx = self.begin().await?;
            self.manage_app(&tx, caller, id).await?;
            let sql = "UPDATE apps SET enabled = $2 WHERE id = $1 AND enabled <> $2";
            if self.change(&tx, sql, [id.into(), on.into()]).await? == 1 {
                self.record(&tx, &caller.into(), Event::new(action, "app", id).in_app(id)).await?;
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new(action, "app", id), result).await
    }
}
