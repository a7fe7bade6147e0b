//! Who may invite to what.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use uuid::Uuid;

use super::super::{
    Directory, Error, Result,
    apps::SeenApp,
    entities::{groups, invitation_grants},
    grants::Target,
    groups::SeenGroup,
};
use crate::model::{
    Address, Caller, Code,
    domains::{self, DomainRules},
    policy::{self, Inviter},
    settings::Settings,
    state::GroupKind,
    view::{AppName, GroupName, InviteTargets},
};

/// Groups and apps that the caller sees, locked where something is to change.
#[derive(Default)]
pub(in crate::directory) struct Targets {
    pub groups: Vec<SeenGroup>,
    pub apps: Vec<SeenApp>,
}

impl SeenGroup {
    /// Whether the caller may invite to this group.
    pub(in crate::directory) fn may_invite(&self, caller: &Caller, settings: &Settings) -> Result<(), Code> {
        let groups::Model { kind, accepts_guests, members_may_invite, .. } = self.row;
        let facts = policy::GroupFacts {
            kind,
            accepts_guests,
            members_may_invite,
            is_owner: self.is_owner,
            is_member: self.is_member,
        };
        policy::may_invite_to_group(settings.invitations.policy, Inviter::of(caller), facts)
    }
}

impl SeenApp {
    /// Whether the caller may invite to this app.
    pub(in crate::directory) fn may_invite(&self, caller: &Caller, settings: &Settings) -> Result<(), Code> {
        let facts = policy::AppFacts { accepts_guests: self.row.accepts_guests, is_owner: self.is_owner };
        policy::may_invite_to_app(settings.invitations.policy, Inviter::of(caller), facts)
    }
}

impl Targets {
    /// Everything that is given, in one order.
    pub fn all(&self) -> Vec<Target> {
        let groups = self.groups.iter().map(|group| Target::Group(group.row.id));
        groups.chain(self.apps.iter().map(|app| Target::App(app.row.id))).collect()
    }

    /// Whether the caller may invite to all of it; to the directory alone, if there is nothing.
    pub fn may_invite(&self, caller: &Caller, settings: &Settings) -> Result<(), Code> {
        if self.groups.is_empty() && self.apps.is_empty() {
            return policy::may_invite_to_directory(settings.invitations.policy, Inviter::of(caller), false);
        }
        // Each judges by its own rule, which knows the policy, too.
        self.groups.iter().try_for_each(|group| group.may_invite(caller, settings))?;
        self.apps.iter().try_for_each(|app| app.may_invite(caller, settings))
    }

    /// Whether the caller may change who has it: those who manage all of it may extend what others gave.
    pub fn can_manage(&self, caller: &Caller) -> bool {
        self.groups.iter().all(|group| group.can_manage(caller)) && self.apps.iter().all(|app| app.can_manage(caller))
    }

    /// The rules for domains that they have beside the organization's.
    pub fn domains(&self) -> Result<Vec<DomainRules>> {
        let of_groups = self.groups.iter().filter_map(|group| group.row.domains.clone());
        let of_apps = self.apps.iter().filter_map(|app| app.row.domains.clone());
        of_groups.chain(of_apps).map(|rules| serde_json::from_value(rules).map_err(Error::from)).collect()
    }

    /// Whether an address passes the organization's rules and all of theirs.
    pub fn check_domain(&self, settings: &Settings, address: &Address) -> Result<()> {
        if settings.organization.domains.iter().any(|own| own.covers(address.domain())) {
            return Err(Code::HomeDomain.into());
        }
        Ok(domains::check_all(&settings.domains, &self.domains()?, address)?)
    }
}

impl Directory {
    /// The groups and apps with these ids, if the caller may see all of them; with `lock` locked until the transaction
    /// ends, always in the same order.
    pub(in crate::directory) async fn see_targets(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        groups: &[Uuid],
        apps: &[Uuid],
        lock: bool,
    ) -> Result<Targets> {
        let sorted = |ids: &[Uuid]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let mut targets = Targets::default();
        for id in sorted(groups) {
            targets.groups.push(self.see_group(on, caller, id, lock).await?);
        }
        for id in sorted(apps) {
            targets.apps.push(self.see_app(on, caller, id, lock).await?);
        }
        Ok(targets)
    }

    /// What an invitation gives.
    pub(in crate::directory) async fn granted_by(
        &self,
        on: &impl ConnectionTrait,
        invitation: Uuid,
    ) -> Result<Vec<Target>> {
        let rows = invitation_grants::Entity::find()
            .filter(invitation_grants::Column::InvitationId.eq(invitation))
            .all(on)
            .await?;
        Ok(rows.iter().filter_map(|row| row.group_id.map(Target::Group).or(row.app_id.map(Target::App))).collect())
    }

    /// Those of some targets that have not been deleted.
    pub(in crate::directory) async fn still_there(
        &self,
        on: &impl ConnectionTrait,
        targets: &[Target],
    ) -> Result<Vec<Target>> {
        use super::super::entities::apps;
        let mut there = Vec::new();
        for target in targets {
            let deleted_at = match target {
                Target::Group(id) => groups::Entity::find_by_id(*id).one(on).await?.map(|row| row.deleted_at),
                Target::App(id) => apps::Entity::find_by_id(*id).one(on).await?.map(|row| row.deleted_at),
            };
            if deleted_at == Some(None) {
                there.push(*target);
            }
        }
        Ok(there)
    }

    /// The open invitations of a user that a group's or an app's own rules for domains bar for some of these addresses, and
    /// why. Such an invitation stays open: the rules may change back, and what else waits is not its fault.
    pub(in crate::directory) async fn barred_by_targets(
        &self,
        on: &impl ConnectionTrait,
        user: Uuid,
        addresses: &[Address],
    ) -> Result<BTreeMap<Uuid, Code>> {
        #[derive(FromQueryResult)]
        struct Ruled {
            id: Uuid,
            of_group: Option<serde_json::Value>,
            of_app: Option<serde_json::Value>,
        }
        let ruled = Ruled::find_by_statement(self.sql(
            "SELECT i.id, g.domains AS of_group, a.domains AS of_app
             FROM invitations i JOIN invitation_grants n ON n.invitation_id = i.id
             LEFT JOIN groups g ON g.id = n.group_id LEFT JOIN apps a ON a.id = n.app_id
             WHERE i.user_id = $1 AND i.state = 'pending' AND i.expires_at > $2
               AND (g.domains IS NOT NULL OR a.domains IS NOT NULL)",
            [user.into(), self.now().into()],
        ))
        .all(on)
        .await?;
        let mut barred = BTreeMap::new();
        for row in ruled {
            for rules in row.of_group.into_iter().chain(row.of_app) {
                let rules: DomainRules = serde_json::from_value(rules)?;
                if let Err(code) = addresses.iter().try_for_each(|address| rules.check(address)) {
                    barred.insert(row.id, code);
                }
            }
        }
        Ok(barred)
    }

    /// What the caller may invite to: groups and apps of theirs, everything for administrators.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invite_targets(&self, caller: &Caller) -> Result<InviteTargets> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            accepts_guests: bool,
            members_may_invite: bool,
            kind: GroupKind,
            owns: bool,
        }
        #[derive(FromQueryResult)]
        struct AppRow {
            id: Uuid,
            name: String,
        }
        let settings = self.settings().await?;
        let policy = settings.invitations.policy;
        let me = Inviter::of(caller);
        let mut targets = InviteTargets::default();
        if let Err(code) = policy::may_invite_at_all(policy, me) {
            targets.refused = Some(code);
            return Ok(targets);
        }
        targets.directory = policy::may_invite_to_directory(policy, me, false).is_ok();
        let most = i64::try_from(InviteTargets::MOST + 1).unwrap_or(i64::MAX);
        let ties = if caller.is_administrator() {
            "$1 = $1 AND $2 = $2"
        } else {
            "g.id IN (SELECT o.group_id FROM group_owners o WHERE o.user_id = $1
                      UNION
                      SELECT m.group_id FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                      WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
                        AND (m.invitation_id IS NULL OR i.state = 'accepted'))"
        };
        let rows = Row::find_by_statement(self.sql(
            &format!(
                "SELECT g.id, g.name, g.accepts_guests, g.members_may_invite, g.kind,
                        EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = g.id AND o.user_id = $1) AS owns
                 FROM groups g WHERE g.deleted_at IS NULL AND g.kind = 'assigned' AND {ties}
                 ORDER BY g.name_folded, g.id LIMIT $3"
            ),
            [caller.user_id.into(), self.now().into(), most.into()],
        ))
        .all(self.db())
        .await?;
        targets.more = rows.len() > InviteTargets::MOST;
        for row in rows.into_iter().take(InviteTargets::MOST) {
            let facts = policy::GroupFacts {
                kind: row.kind,
                accepts_guests: row.accepts_guests,
                members_may_invite: row.members_may_invite,
                is_owner: row.owns,
                is_member: true,
            };
            if policy::may_invite_to_group(policy, me, facts).is_ok() {
                targets.groups.push(GroupName { id: row.id, name: row.name });
            }
        }
        let owned = if caller.is_administrator() {
            "$1 = $1"
        } else {
            "EXISTS (SELECT 1 FROM app_owners o WHERE o.app_id = a.id AND o.user_id = $1)"
        };
        let facts = |accepts_guests| policy::AppFacts { accepts_guests, is_owner: true };
        let accepting = match (
            policy::may_invite_to_app(policy, me, facts(true)),
            policy::may_invite_to_app(policy, me, facts(false)),
        ) {
            (Err(_), _) => return Ok(targets),
            (Ok(()), Err(_)) => "AND a.accepts_guests",
            (Ok(()), Ok(())) => "",
        };
        let apps = AppRow::find_by_statement(self.sql(
            &format!(
                "SELECT a.id, a.name FROM apps a WHERE a.deleted_at IS NULL AND a.enabled {accepting} AND {owned}
                 ORDER BY a.name_folded, a.id LIMIT $2"
            ),
            [caller.user_id.into(), most.into()],
        ))
        .all(self.db())
        .await?;
        targets.more |= apps.len() > InviteTargets::MOST;
        targets.apps =
            apps.into_iter().take(InviteTargets::MOST).map(|row| AppName { id: row.id, name: row.name }).collect();
        Ok(targets)
    }
}
