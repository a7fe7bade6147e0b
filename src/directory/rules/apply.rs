//! All rules for one person.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::Actor,
    grants::{Grant, Target},
};
use crate::model::{
    Language,
    rule::{Person, Property, guest_name},
    state::{CreationType, ExternalState, GrantReason, UserType},
};

/// What [`PersonRow`] reads, of `users u`.
pub(super) const PERSON: &str = "u.id, u.user_type, u.display_name, u.given_name, u.family_name, u.address, u.enabled,
    u.creation_type, u.external_state, u.preferred_language, u.department, u.job_title, u.company, u.deleted_at";

/// A user, as rules look at them.
#[derive(FromQueryResult)]
pub(super) struct PersonRow {
    pub id: Uuid,
    user_type: UserType,
    pub display_name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    address: String,
    enabled: bool,
    creation_type: CreationType,
    external_state: Option<ExternalState>,
    preferred_language: Option<Language>,
    department: Option<String>,
    job_title: Option<String>,
    company: Option<String>,
    deleted_at: Option<DateTime<Utc>>,
}

impl PersonRow {
    /// `organization` is the organization's first domain.
    pub fn person(self, organization: &str) -> Person {
        let principal_name = match self.user_type {
            UserType::Guest => guest_name(&self.address, organization),
            UserType::Member => self.address.clone(),
        };
        Person {
            id: self.id,
            user_type: self.user_type,
            name: self.display_name,
            given_name: self.given_name,
            family_name: self.family_name,
            address: self.address,
            principal_name,
            enabled: self.enabled,
            creation_type: self.creation_type,
            external_state: self.external_state,
            language: self.preferred_language,
            department: self.department,
            job_title: self.job_title,
            company: self.company,
        }
    }
}

impl Directory {
    /// The organization's own domain, for names of guests.
    pub(super) async fn own_domain(&self, on: &impl ConnectionTrait) -> Result<String> {
        Ok(self.settings_on(on).await?.organization.first_domain().unwrap_or_default())
    }

    /// Brings a user's memberships by rule up to date, in the transaction that changed them. Nobody else's membership is
    /// touched, and none that was given for another reason.
    pub(in crate::directory) async fn apply_rules(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        user: Uuid,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Ruled {
            id: Uuid,
            rule: String,
        }
        #[derive(FromQueryResult)]
        struct Had {
            group_id: Uuid,
        }
        self.share_rules(on).await?;
        let groups = Ruled::find_by_statement(self.sql(
            "SELECT id, rule FROM groups WHERE kind = 'dynamic' AND deleted_at IS NULL AND rule IS NOT NULL ORDER BY id",
            [],
        ))
        .all(on)
        .await?;
        if groups.is_empty() {
            return Ok(());
        }
        let had: HashSet<Uuid> = Had::find_by_statement(
            self.sql("SELECT group_id FROM memberships WHERE user_id = $1 AND reason = 'rule'", [user.into()]),
        )
        .all(on)
        .await?
        .into_iter()
        .map(|row| row.group_id)
        .collect();
        let row = PersonRow::find_by_statement(
            self.sql(&format!("SELECT {PERSON} FROM users u WHERE u.id = $1"), [user.into()]),
        )
        .one(on)
        .await?;
        let gone = row.as_ref().is_none_or(|row| row.deleted_at.is_some());
        let rules: Vec<_> =
            groups.iter().filter_map(|group| Some((group.id, self.stored_rule(group.id, &group.rule)?))).collect();
        let names = rules.iter().any(|(_, rule)| rule.asks_for(Property::UserPrincipalName));
        let organization = if names && !gone { self.own_domain(on).await? } else { String::new() };
        let person = row.filter(|_| !gone).map(|row| row.person(&organization));
        for (group, rule) in rules {
            let target = Target::Group(group);
            let wanted = person.as_ref().is_some_and(|person| rule.matches(person));
            match (wanted, had.contains(&group)) {
                (true, false) => {
                    let reason = GrantReason::Rule;
                    let grant = Grant { target, user, reason, invitation: None, until: None, may_extend: false };
                    self.grant(on, actor, grant).await?;
                }
                (false, true) => {
                    self.take_back(on, actor, target, user).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
