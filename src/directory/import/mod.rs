//! Getting an organization in from a file: apps, groups, people, providers, roles and every setting.
//!
//! The file says what should be. Running it twice changes nothing the second time; a dry run does the same work and
//! rolls it back. Lists in the file (owners, roles, what an app is assigned to) replace what an import gave before;
//! what people gave each other in the panel stays.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

mod connections;
pub mod file;
mod sections;
mod touched;

pub use touched::{Found, One, Touched};

use super::{
    Directory,
    audit::{Actor, Event},
    domains::{stored, to_store},
    entities::{apps, groups, identity_providers},
    grants::Target,
    providers::SECRET,
};
use crate::model::{
    Code,
    domains::DomainRules,
    names,
    state::{CreationType, GrantReason, GroupKind, JoinPolicy, Role, UserType},
};
use file::{File, Mistake};
use touched::Rules;

/// One thing that an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `add`, `change` or `remove`.
    pub verb: &'static str,
    /// What kind of thing.
    pub kind: &'static str,
    /// Its name or key.
    pub name: String,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<6} {:<17} {}", self.verb, self.kind, self.name)
    }
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What it changed.
    pub changes: Vec<Change>,
    /// Whom changed domain rules touch.
    pub touched: Touched,
}

/// Why an import did not happen. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something in the file is wrong.
    #[error(transparent)]
    Mistake(#[from] Mistake),
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] super::Error),
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Directory(error.into())
    }
}

type Result<T> = std::result::Result<T, ImportError>;

impl Directory {
    /// Brings the directory to what the text of a file says, in one transaction. With `dry_run` nothing is kept.
    ///
    /// # Errors
    /// [`ImportError::Mistake`] names line and field.
    pub async fn import(&self, text: &str, dry_run: bool) -> Result<Imported> {
        let file = File::read(text)?;
        let tx = self.begin().await?;
        let mut run = Run {
            directory: self,
            tx,
            file: &file,
            actor: Actor::default(),
            changes: Vec::new(),
            people: HashMap::new(),
            rules: Rules::default(),
        };
        run.all().await?;
        let Run { tx, changes, rules, .. } = run;
        let touched = self.touched_by(&tx, &rules).await?;
        if dry_run {
            tx.rollback().await?;
        } else {
            self.commit(tx).await?;
            self.rules_wakeup().notify_one();
        }
        Ok(Imported { changes, touched })
    }
}

struct Run<'a> {
    directory: &'a Directory,
    tx: DatabaseTransaction,
    file: &'a File,
    actor: Actor,
    changes: Vec<Change>,
    /// Users by normalized address, as far as they were looked up.
    people: HashMap<String, Uuid>,
    /// Domain rules as they were and as they are now.
    rules: Rules,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<()> {
        self.providers().await?;
        self.settings().await?;
        self.people().await?;
        let groups = self.groups().await?;
        self.apps(&groups).await
    }

    fn note(&mut self, verb: &'static str, kind: &'static str, name: impl Into<String>) {
        self.changes.push(Change { verb, kind, name: name.into() });
    }

    async fn settings(&mut self) -> Result<()> {
        let current = self.directory.settings_on(&self.tx).await?;
        let wanted = self.file.settings(&current)?;
        if !wanted.passcodes.enabled && current.passcodes.enabled {
            self.check_passcodes_can_go().await?;
        }
        (self.rules.before, self.rules.after) = (current.domains.clone(), wanted.domains.clone());
        for section in self.directory.write_settings(&self.tx, &self.actor, &wanted).await? {
            self.note("change", "settings", section);
        }
        Ok(())
    }

    /// Codes can be switched off only while another way exists, and nobody is locked out unseen.
    async fn check_passcodes_can_go(&mut self) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Locked {
            address: String,
        }
        if identity_providers::Entity::find().one(&self.tx).await?.is_none() {
            let why = "codes can be switched off only while an identity provider for guests exists";
            return Err(self.file.mistake_in("passcodes", "enabled", why).into());
        }
        let locked = Locked::find_by_statement(self.directory.sql(
            "SELECT u.address FROM users u JOIN identities i ON i.user_id = u.id AND i.deleted_at IS NULL AND i.issuer = 'mail'
             WHERE u.deleted_at IS NULL ORDER BY u.address_norm LIMIT 1000",
            [],
        ))
        .all(&self.tx)
        .await?;
        for row in locked {
            self.note("remove", "way to sign in of", row.address);
        }
        Ok(())
    }

    async fn providers(&mut self) -> Result<()> {
        let directory = self.directory;
        for (position, wanted) in self.file.identity_providers().iter().enumerate() {
            let position = i32::try_from(position).unwrap_or(i32::MAX);
            let old = identity_providers::Entity::find()
                .filter(identity_providers::Column::Key.eq(wanted.key.as_ref()))
                .one(&self.tx)
                .await?;
            let secret_hash =
                wanted.client_secret.as_ref().map(|secret| directory.vault().mac(SECRET, secret.as_bytes()).to_vec());
            let unchanged = old.as_ref().is_some_and(|old| {
                old.name == wanted.name
                    && old.kind == wanted.kind
                    && old.issuer == wanted.issuer.as_ref().as_str()
                    && old.client_id == wanted.client_id
                    && old.secret_hash == secret_hash
                    && old.scopes == json(&wanted.scopes)
                    && old.domains == json(&wanted.domains)
                    && old.assume_verified == wanted.assume_verified
                    && old.trust_acr == wanted.trust_acr
                    && old.position == position
            });
            if unchanged {
                continue;
            }
            let row = identity_providers::ActiveModel {
                id: Set(old.as_ref().map_or_else(|| directory.new_id(), |old| old.id)),
                key: Set(wanted.key.as_ref().clone()),
                name: Set(wanted.name.clone()),
                kind: Set(wanted.kind),
                issuer: Set(wanted.issuer.as_ref().clone()),
                client_id: Set(wanted.client_id.clone()),
                secret_sealed: Set(wanted
                    .client_secret
                    .as_ref()
                    .map(|secret| directory.vault().seal(SECRET, secret.as_bytes(), directory.random()))),
                secret_hash: Set(secret_hash),
                scopes: Set(json(&wanted.scopes)),
                domains: Set(json(&wanted.domains)),
                assume_verified: Set(wanted.assume_verified),
                trust_acr: Set(wanted.trust_acr),
                position: Set(position),
                created_at: Set(old.as_ref().map_or_else(|| directory.now(), |old| old.created_at)),
            };
            let id = *row.id.as_ref();
            let (verb, action) = if old.is_some() {
                identity_providers::Entity::update(row).exec(&self.tx).await?;
                ("change", "provider.change")
            } else {
                identity_providers::Entity::insert(row).exec_without_returning(&self.tx).await?;
                ("add", "provider.create")
            };
            let event = Event::new(action, "provider", id)
                .details(serde_json::json!({ "key": wanted.key.as_ref(), "issuer": wanted.issuer.as_ref() }));
            directory.record(&self.tx, &self.actor, event).await?;
            self.note(verb, "identity provider", wanted.key.as_ref().clone());
        }
        Ok(())
    }

    async fn people(&mut self) -> Result<()> {
        let directory = self.directory;
        let own = directory.settings_on(&self.tx).await?.organization.domains;
        for wanted in self.file.people() {
            let address = self.file.address(&wanted.address, "address")?;
            if !own.iter().any(|pattern| pattern.covers(address.domain())) {
                let why = "people in the file are members: their address is in one of the organization's own domains";
                return Err(self.file.mistake(&wanted.address, "address", why).into());
            }
            let old = directory.user_by_address(&self.tx, &address).await?;
            let id = match old {
                Some(user) if user.user_type == UserType::Guest => {
                    let why = "this address is a guest's; people in the file are members";
                    return Err(self.file.mistake(&wanted.address, "address", why).into());
                }
                Some(user) => {
                    let given = wanted.given_name.clone().or(user.given_name.clone());
                    let family = wanted.family_name.clone().or(user.family_name.clone());
                    let kept = |new: &Option<String>, old: &Option<String>| new.clone().or_else(|| old.clone());
                    let profile = (
                        kept(&wanted.department, &user.department),
                        kept(&wanted.job_title, &user.job_title),
                        kept(&wanted.company, &user.company),
                    );
                    let same = (&user.display_name, &user.given_name, &user.family_name)
                        == (&wanted.name, &given, &family)
                        && (&user.department, &user.job_title, &user.company) == (&profile.0, &profile.1, &profile.2);
                    if !same {
                        directory
                            .change(
                                &self.tx,
                                "UPDATE users SET display_name = $2, name_folded = $3, given_name = $4, family_name = $5,
                                        department = $6, job_title = $7, company = $8 WHERE id = $1",
                                [
                                    user.id.into(),
                                    wanted.name.clone().into(),
                                    names::fold(&wanted.name).into(),
                                    given.into(),
                                    family.into(),
                                    profile.0.into(),
                                    profile.1.into(),
                                    profile.2.into(),
                                ],
                            )
                            .await?;
                        let event = Event::new("user.change", "user", user.id)
                            .details(serde_json::json!({ "old": user.display_name, "new": wanted.name }));
                        directory.record(&self.tx, &self.actor, event).await?;
                        directory.user_changed(&self.tx, &self.actor, user.id).await?;
                        self.note("change", "person", address.typed());
                    }
                    user.id
                }
                None => {
                    let (given, family) = (wanted.given_name.clone(), wanted.family_name.clone());
                    self.note("add", "person", address.typed());
                    let id = directory
                        .add_member(
                            &self.tx,
                            &self.actor,
                            &address,
                            &wanted.name,
                            given,
                            family,
                            CreationType::Import,
                            true,
                        )
                        .await?
                        .ok_or(super::Error::from(Code::Internal))?;
                    let profile = (&wanted.department, &wanted.job_title, &wanted.company);
                    if profile != (&None, &None, &None) {
                        let sql = "UPDATE users SET department = $2, job_title = $3, company = $4 WHERE id = $1";
                        let (department, job_title, company) = profile;
                        let values =
                            [id.into(), department.clone().into(), job_title.clone().into(), company.clone().into()];
                        directory.change(&self.tx, sql, values).await?;
                        directory.user_changed(&self.tx, &self.actor, id).await?;
                    }
                    id
                }
            };
            self.people.insert(address.normalized().to_owned(), id);
            if let Some(roles) = &wanted.roles {
                self.roles(id, address.typed(), roles).await?;
            }
        }
        Ok(())
    }

    async fn roles(&mut self, user: Uuid, name: &str, wanted: &[Role]) -> Result<()> {
        for role in Role::ALL {
            if wanted.contains(role) {
                if self.directory.grant_role(&self.tx, &self.actor, user, *role).await? {
                    self.note("add", "role", format!("{role} of {name}"));
                }
            } else if self.directory.revoke_role(&self.tx, &self.actor, user, *role).await? {
                self.note("remove", "role", format!("{role} of {name}"));
            }
        }
        Ok(())
    }

    /// The user behind an address in the file: must be in the file, or in the directory.
    async fn person(&mut self, text: &toml::Spanned<String>, field: &str) -> Result<Uuid> {
        let address = self.file.address(text, field)?;
        if let Some(id) = self.people.get(address.normalized()) {
            return Ok(*id);
        }
        let user = self.directory.user_by_address(&self.tx, &address).await?.ok_or_else(|| {
            self.file.mistake(
                text,
                field,
                "nobody with this address is in the directory; add a [[people]] entry for them",
            )
        })?;
        self.people.insert(address.normalized().to_owned(), user.id);
        Ok(user.id)
    }

    async fn groups(&mut self) -> Result<HashMap<String, Uuid>> {
        let directory = self.directory;
        let mut ids = HashMap::new();
        for wanted in self.file.groups() {
            let key = wanted.key.as_ref().clone();
            let old = groups::Entity::find()
                .filter(groups::Column::Key.eq(key.as_str()))
                .filter(groups::Column::DeletedAt.is_null())
                .one(&self.tx)
                .await?;
            let rule = wanted.rule.as_ref().map(|rule| rule.as_ref().trim());
            let was_dynamic = old.as_ref().is_some_and(|old| old.kind == GroupKind::Dynamic);
            let dynamic = rule.map_or(was_dynamic, |rule| !rule.is_empty());
            if let Some(member) = wanted.members.first().filter(|_| dynamic) {
                return Err(self.file.mistake(member, "members", file::MEMBERS_BY_RULE).into());
            }
            let row = groups::Model {
                id: old.as_ref().map_or_else(|| directory.new_id(), |old| old.id),
                key: Some(key.clone()),
                name: wanted.name.clone(),
                name_folded: names::fold(&wanted.name),
                purpose: wanted.purpose.clone(),
                kind: old.as_ref().map_or(GroupKind::Assigned, |old| old.kind),
                join_policy: if dynamic { JoinPolicy::Closed } else { wanted.join_policy },
                listed: wanted.listed,
                accepts_guests: wanted.accepts_guests,
                members_may_invite: wanted.members_may_invite,
                guests_see_members: wanted.guests_see_members,
                created_at: old.as_ref().map_or_else(|| directory.now(), |old| old.created_at),
                deleted_at: None,
                domains: to_store(&wanted.domains)?,
                other_address: wanted.other_address,
                rule: old.as_ref().and_then(|old| old.rule.clone()),
                rule_since: old.as_ref().and_then(|old| old.rule_since),
                rule_cursor: old.as_ref().and_then(|old| old.rule_cursor),
                member_days: wanted.member_days,
                picture_id: old.as_ref().and_then(|old| old.picture_id),
                created_by: old.as_ref().and_then(|old| old.created_by),
                deleted_by: None,
            };
            let id = row.id;
            self.narrow(id, old.as_ref().map(|old| old.domains.as_ref()), &wanted.domains)?;
            let as_written = row.clone();
            if old.as_ref() != Some(&row) {
                let is_new = old.is_none();
                let rules = (row.domains.clone(), row.other_address);
                let active = row.into_active_model().reset_all();
                if is_new {
                    groups::Entity::insert(active).exec_without_returning(&self.tx).await?;
                } else {
                    groups::Entity::update(active).exec(&self.tx).await?;
                }
                let (verb, action) = if is_new { ("add", "group.create") } else { ("change", "group.change") };
                let mut event = Event::new(action, "group", id).in_group(id);
                let were = old.map_or((None, false), |old| (old.domains, old.other_address));
                if were != rules {
                    let told = |(domains, other)| serde_json::json!({ "domains": domains, "other_address": other });
                    event = event.details(serde_json::json!({ "old": told(were), "new": told(rules) }));
                }
                directory.record(&self.tx, &self.actor, event).await?;
                self.note(verb, "group", key.clone());
            }
            self.owners("group_owners", "group_id", id, &key, &wanted.owners).await?;
            let rule = rule.filter(|rule| !rule.is_empty());
            if was_dynamic != dynamic || (dynamic && rule.is_some() && rule != as_written.rule.as_deref()) {
                directory.write_rule(&self.tx, &self.actor, &as_written, rule).await?;
                self.note(if dynamic { "change" } else { "remove" }, "rule", format!("of {key}"));
            }
            if !dynamic {
                self.members(id, &key, &wanted.members).await?;
            }
            ids.insert(key, id);
        }
        Ok(ids)
    }

    /// Remembers rules of a group or app that change, for a look at whom that touches. A new one touches nobody.
    fn narrow(&mut self, id: Uuid, old: Option<Option<&serde_json::Value>>, wanted: &DomainRules) -> Result<()> {
        if let Some(old) = old {
            let before = stored(old)?;
            if before != *wanted {
                self.rules.narrower.insert(id, (before, wanted.clone()));
            }
        }
        Ok(())
    }

    /// Makes the owners of a group or app, or an app's approvers, those of the file.
    async fn owners(
        &mut self,
        table: &'static str,
        column: &'static str,
        id: Uuid,
        key: &str,
        wanted: &[toml::Spanned<String>],
    ) -> Result<()> {
        let (what, grant, revoke) = match table {
            "app_approvers" => ("approver", "approver.grant", "approver.revoke"),
            _ => ("owner", "owner.grant", "owner.revoke"),
        };
        let mut ids = BTreeSet::new();
        for owner in wanted {
            ids.insert(self.person(owner, if what == "owner" { "owners" } else { "approvers" }).await?);
        }
        let old: BTreeSet<Uuid> = IdRow::find_by_statement(
            self.directory.sql(&format!("SELECT user_id AS id FROM {table} WHERE {column} = $1"), [id.into()]),
        )
        .all(&self.tx)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
        for user in ids.difference(&old) {
            let sql = format!("INSERT INTO {table} ({column}, user_id, granted_at) VALUES ($1, $2, $3)");
            self.directory.change(&self.tx, &sql, [id.into(), (*user).into(), self.directory.now().into()]).await?;
            self.owner_event(grant, column, id, *user).await?;
            self.note("add", what, format!("of {key}"));
        }
        for user in old.difference(&ids) {
            let sql = format!("DELETE FROM {table} WHERE {column} = $1 AND user_id = $2");
            self.directory.change(&self.tx, &sql, [id.into(), (*user).into()]).await?;
            self.owner_event(revoke, column, id, *user).await?;
            self.note("remove", what, format!("of {key}"));
        }
        Ok(())
    }

    async fn owner_event(&self, action: &'static str, column: &str, of: Uuid, user: Uuid) -> Result<()> {
        let event = Event::new(action, "user", user);
        let event = if column == "group_id" { event.in_group(of) } else { event.in_app(of) };
        Ok(self.directory.record(&self.tx, &self.actor, event).await?)
    }

    async fn members(&mut self, group: Uuid, key: &str, wanted: &[toml::Spanned<String>]) -> Result<()> {
        let directory = self.directory;
        let mut ids = BTreeSet::new();
        for member in wanted {
            ids.insert(self.person(member, "members").await?);
        }
        for user in &ids {
            if directory.put_membership(&self.tx, &self.actor, group, *user, GrantReason::Import).await? {
                self.note("add", "member", format!("of {key}"));
            }
        }
        let old = IdRow::find_by_statement(
            directory
                .sql("SELECT user_id AS id FROM memberships WHERE group_id = $1 AND reason = 'import'", [group.into()]),
        )
        .all(&self.tx)
        .await?;
        for row in old.into_iter().filter(|row| !ids.contains(&row.id)) {
            directory
                .change(
                    &self.tx,
                    "DELETE FROM memberships WHERE group_id = $1 AND user_id = $2",
                    [group.into(), row.id.into()],
                )
                .await?;
            let event = Event::new("membership.remove", "user", row.id).in_group(group);
            directory.record(&self.tx, &self.actor, event).await?;
            self.note("remove", "member", format!("of {key}"));
        }
        Ok(())
    }

    async fn apps(&mut self, groups_in_file: &HashMap<String, Uuid>) -> Result<()> {
        let directory = self.directory;
        directory.lock_connections(&self.tx).await?;
        for wanted in self.file.apps() {
            let key = wanted.key.as_ref().clone();
            let old = apps::Entity::find()
                .filter(apps::Column::Key.eq(key.as_str()))
                .filter(apps::Column::DeletedAt.is_null())
                .one(&self.tx)
                .await?;
            let row = apps::Model {
                id: old.as_ref().map_or_else(|| directory.new_id(), |old| old.id),
                key: Some(key.clone()),
                name: wanted.name.clone(),
                name_folded: names::fold(&wanted.name),
                description: wanted.description.clone(),
                url: wanted.url.as_ref().clone(),
                enabled: wanted.enabled,
                accepts_guests: wanted.accepts_guests,
                requestable: wanted.requestable,
                created_at: old.as_ref().map_or_else(|| directory.now(), |old| old.created_at),
                deleted_at: None,
                domains: to_store(&wanted.domains)?,
                picture_id: old.as_ref().and_then(|old| old.picture_id),
                needs_approval: wanted.needs_approval,
                join_group_id: match &wanted.join_group {
                    Some(key) => Some(self.group_named(key, groups_in_file, "join_group").await?),
                    None => None,
                },
                hidden: wanted.hidden,
                kind: old.as_ref().map_or_else(Default::default, |old| old.kind),
                groups_sent: old.as_ref().map_or_else(Default::default, |old| old.groups_sent),
                groups_as: old.as_ref().map_or_else(Default::default, |old| old.groups_as),
                pairwise: old.as_ref().is_some_and(|old| old.pairwise),
                pairwise_salt: old.as_ref().and_then(|old| old.pairwise_salt.clone()),
                claims: old.as_ref().and_then(|old| old.claims.clone()),
            };
            let id = row.id;
            self.narrow(id, old.as_ref().map(|old| old.domains.as_ref()), &wanted.domains)?;
            if old.as_ref() != Some(&row) {
                let is_new = old.is_none();
                let rules = row.domains.clone();
                let active = row.into_active_model().reset_all();
                if is_new {
                    apps::Entity::insert(active).exec_without_returning(&self.tx).await?;
                } else {
                    apps::Entity::update(active).exec(&self.tx).await?;
                }
                let (verb, action) = if is_new { ("add", "app.create") } else { ("change", "app.change") };
                let mut event = Event::new(action, "app", id).in_app(id);
                let were = old.and_then(|old| old.domains);
                if were != rules {
                    let told = |domains| serde_json::json!({ "domains": domains });
                    event = event.details(serde_json::json!({ "old": told(were), "new": told(rules) }));
                }
                directory.record(&self.tx, &self.actor, event).await?;
                self.note(verb, "app", key.clone());
                if !is_new && !wanted.requestable {
                    directory.end_requests_for(&self.tx, &self.actor, Target::App(id)).await?;
                }
            }
            self.connection(id, wanted).await?;
            self.owners("app_owners", "app_id", id, &key, &wanted.owners).await?;
            self.owners("app_approvers", "app_id", id, &key, &wanted.approvers).await?;
            let mut people = BTreeSet::new();
            for person in &wanted.people {
                people.insert(self.person(person, "people").await?);
            }
            self.assignments(id, &key, "user_id", &people).await?;
            let mut given = BTreeSet::new();
            for group in &wanted.groups {
                given.insert(self.group_named(group, groups_in_file, "groups").await?);
            }
            self.assignments(id, &key, "group_id", &given).await?;
        }
        Ok(())
    }

    /// The group with a key, of the file or from before.
    async fn group_named(
        &self,
        key: &toml::Spanned<String>,
        groups_in_file: &HashMap<String, Uuid>,
        field: &str,
    ) -> Result<Uuid> {
        let id = match groups_in_file.get(key.as_ref()) {
            Some(id) => Some(*id),
            None => groups::Entity::find()
                .filter(groups::Column::Key.eq(key.as_ref().as_str()))
                .filter(groups::Column::DeletedAt.is_null())
                .one(&self.tx)
                .await?
                .map(|group| group.id),
        };
        let why = "no group has this key; add a [[groups]] entry for it";
        Ok(id.ok_or_else(|| self.file.mistake(key, field, why))?)
    }

    /// Makes what an import assigned an app to that of the file.
    async fn assignments(&mut self, app: Uuid, key: &str, column: &'static str, wanted: &BTreeSet<Uuid>) -> Result<()> {
        let directory = self.directory;
        for to in wanted {
            let sql = format!(
                "INSERT INTO assignments (id, app_id, {column}, reason, granted_at, sort_name)
                 VALUES ($1, $2, $3, 'import', $4, COALESCE((SELECT name_folded FROM users WHERE id = $3), ''))
                 ON CONFLICT DO NOTHING"
            );
            let added = directory
                .change(&self.tx, &sql, [directory.new_id().into(), app.into(), (*to).into(), directory.now().into()])
                .await?;
            if added == 1 {
                self.assignment_event("assignment.grant", app, column, *to).await?;
                self.note("add", "assignment", format!("of {key}"));
            }
        }
        let old = IdRow::find_by_statement(directory.sql(
            &format!("SELECT {column} AS id FROM assignments WHERE app_id = $1 AND reason = 'import' AND {column} IS NOT NULL"),
            [app.into()],
        ))
        .all(&self.tx)
        .await?;
        for row in old.into_iter().filter(|row| !wanted.contains(&row.id)) {
            let sql = format!("DELETE FROM assignments WHERE app_id = $1 AND {column} = $2");
            directory.change(&self.tx, &sql, [app.into(), row.id.into()]).await?;
            self.assignment_event("assignment.remove", app, column, row.id).await?;
            self.note("remove", "assignment", format!("of {key}"));
        }
        Ok(())
    }

    async fn assignment_event(&self, action: &'static str, app: Uuid, column: &str, to: Uuid) -> Result<()> {
        let kind = if column == "group_id" { "group" } else { "user" };
        let event = Event::new(action, kind, to).in_app(app);
        Ok(self.directory.record(&self.tx, &self.actor, event).await?)
    }
}

/// The stored form of a small list.
fn json(list: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(list).unwrap_or_default()
}
