//! What a group is like.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    domains::{stored, to_store},
    entities::groups,
};
use crate::model::{
    Caller,
    groups::{GroupForm, GroupSettings},
    names,
    state::{GroupKind, JoinPolicy},
};

impl Directory {
    /// What a group is like and who owns it, for those who may change it.
    ///
    /// # Errors
    /// [`crate::model::Code::NotFound`], [`crate::model::Code::Forbidden`].
    pub async fn group_settings(&self, caller: &Caller, id: Uuid) -> Result<GroupSettings> {
        let group = self.managed_page(caller, id).await?;
        Ok(GroupSettings {
            head: group.head(caller),
            form: form_of(&group.row)?,
            owners: self.group_owner_names(id).await?,
            created_at: group.row.created_at,
        })
    }

    /// Changes what a group is like. Of a dynamic group, how people join and how long they stay is not theirs to say.
    ///
    /// # Errors
    /// [`crate::model::Code::NotFound`], [`crate::model::Code::Forbidden`], and those of [`GroupForm::checked`].
    pub async fn edit_group(&self, caller: &Caller, id: Uuid, form: &GroupForm) -> Result<()> {
        let event = Event::new("group.change", "group", id).in_group(id);
        let result = async {
            let tx = self.begin().await?;
            let group = self.manage_group(&tx, caller, id).await?;
            let mut form = form.checked()?;
            if group.row().kind == GroupKind::Dynamic {
                form =
                    GroupForm { join_policy: JoinPolicy::Closed, member_days: None, members_may_invite: false, ..form };
            }
            let old = form_of(group.row())?;
            let (was, is) = difference(&old, &form);
            if was.is_empty() {
                return Ok(());
            }
            self.change(
                &tx,
                "UPDATE groups SET name = $2, name_folded = $3, purpose = $4, join_policy = $5, listed = $6,
                        accepts_guests = $7, members_may_invite = $8, guests_see_members = $9, other_address = $10,
                        domains = $11, member_days = $12
                 WHERE id = $1",
                [
                    id.into(),
                    form.name.as_str().into(),
                    names::fold(&form.name).into(),
                    form.purpose.as_str().into(),
                    form.join_policy.into(),
                    form.listed.into(),
                    form.accepts_guests.into(),
                    form.members_may_invite.into(),
                    form.guests_see_members.into(),
                    form.other_address.into(),
                    to_store(&form.domains)?.into(),
                    form.member_days.into(),
                ],
            )
            .await?;
            let event = Event::new("group.change", "group", id).in_group(id);
            self.record(&tx, &Actor::from(caller), event.details(json!({ "old": was, "new": is }))).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event, result).await
    }
}

fn form_of(row: &groups::Model) -> Result<GroupForm> {
    Ok(GroupForm {
        name: row.name.clone(),
        purpose: row.purpose.clone(),
        join_policy: row.join_policy,
        listed: row.listed,
        accepts_guests: row.accepts_guests,
        members_may_invite: row.members_may_invite,
        guests_see_members: row.guests_see_members,
        other_address: row.other_address,
        domains: stored(row.domains.as_ref())?,
        member_days: row.member_days,
    })
}

/// What differs, as it was and as it is, by the names of the columns.
fn difference(old: &GroupForm, new: &GroupForm) -> (Map<String, Json>, Map<String, Json>) {
    let told = |form: &GroupForm| {
        [
            ("name", json!(form.name)),
            ("purpose", json!(form.purpose)),
            ("join_policy", json!(form.join_policy)),
            ("listed", json!(form.listed)),
            ("accepts_guests", json!(form.accepts_guests)),
            ("members_may_invite", json!(form.members_may_invite)),
            ("guests_see_members", json!(form.guests_see_members)),
            ("other_address", json!(form.other_address)),
            ("domains", json!(form.domains)),
            ("member_days", json!(form.member_days)),
        ]
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((name, old), (_, new)) in told(old).into_iter().zip(told(new)) {
        if old != new {
            was.insert(name.to_owned(), old);
            is.insert(name.to_owned(), new);
        }
    }
    (was, is)
}
