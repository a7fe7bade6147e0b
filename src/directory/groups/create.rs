//! Creating a group.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    domains::to_store,
    entities::groups,
};
use crate::model::{
    Caller, Code,
    groups::{GroupForm, may_create_groups},
    names,
    settings::Settings,
    state::{GroupKind, JoinPolicy},
};

impl Directory {
    /// Creates an assigned group, whose first owner the caller is.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for guests, [`Code::GroupCreationOff`], [`Code::TooManyGroups`], and those of
    /// [`GroupForm::checked`].
    pub async fn create_group(&self, caller: &Caller, form: &GroupForm) -> Result<Uuid> {
        let event = Event { action: "group.create", ..Default::default() };
        let result = async {
            let tx = self.begin().await?;
            let settings = self.settings_on(&tx).await?;
            may_create_groups(caller, settings.self_service.group_creation)?;
            let form = form.checked()?;
            // Two forms at once are counted one after the other.
            self.lock_name(&tx, &format!("groups by {}", caller.user_id)).await?;
            self.check_few_groups(&tx, caller, caller.user_id, &settings).await?;
            let id = self.insert_group(&tx, caller, &form, GroupKind::Assigned, None).await?;
            self.commit(tx).await?;
            Ok(id)
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event, result).await
    }

    /// Whether somebody may have one more group. The limit binds no administrators.
    pub(super) async fn check_few_groups(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        creator: Uuid,
        settings: &Settings,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Counted {
            made: i64,
        }
        let most = settings.self_service.groups_per_person;
        if most == 0 || caller.is_administrator() {
            return Ok(());
        }
        let sql = "SELECT COUNT(*) AS made FROM groups WHERE created_by = $1 AND deleted_at IS NULL";
        let row = Counted::find_by_statement(self.sql(sql, [creator.into()])).one(on).await?;
        if row.is_some_and(|row| row.made >= i64::from(most)) { Err(Code::TooManyGroups.into()) } else { Ok(()) }
    }

    /// Adds a group with its first owner, as a checked form says. A dynamic one has a rule.
    pub(in crate::directory) async fn insert_group(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        form: &GroupForm,
        kind: GroupKind,
        rule: Option<String>,
    ) -> Result<Uuid> {
        let (id, now, actor) = (self.new_id(), self.now(), Actor::from(caller));
        let row = groups::Model {
            id,
            key: None,
            name: form.name.clone(),
            name_folded: names::fold(&form.name),
            purpose: form.purpose.clone(),
            kind,
            // Nobody joins a group by hand whose members follow from a rule.
            join_policy: if kind == GroupKind::Dynamic { JoinPolicy::Closed } else { form.join_policy },
            listed: form.listed,
            accepts_guests: form.accepts_guests,
            members_may_invite: form.members_may_invite,
            guests_see_members: form.guests_see_members,
            created_at: now,
            deleted_at: None,
            domains: to_store(&form.domains)?,
            other_address: form.other_address,
            rule_since: rule.is_some().then_some(now),
            rule,
            rule_cursor: None,
            member_days: form.member_days,
            picture_id: None,
            created_by: Some(caller.user_id),
            deleted_by: None,
        };
        groups::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(on).await?;
        let event = Event::new("group.create", "group", id).in_group(id);
        self.record(on, &actor, event.details(serde_json::json!({ "name": form.name }))).await?;
        self.insert_owner(on, &actor, id, caller.user_id).await?;
        Ok(id)
    }
}
