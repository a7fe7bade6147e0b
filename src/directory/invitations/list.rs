//! Several addresses at once, and what would become of each.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::{
    super::{Directory, Error, Result, entities::users, grants::Target},
    Ask, Invited, Terms,
    invite::refused_event,
    targets::Targets,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    addresses::{self, Entry},
    settings::Settings,
    state::{ExternalState, UserType},
    view::{AddressStanding, Standing},
};

/// What became of one address of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedEntry {
    /// As it was typed.
    pub text: String,
    /// The address alone.
    pub address: String,
    /// The answer.
    pub result: Result<Invited, Refusal>,
}

fn too_many() -> Refusal {
    Refusal::at(Code::TooManyAddresses, "address")
}

impl Directory {
    /// Invites everybody on a list to the same things, each in a transaction of their own. If any of the addresses cannot
    /// be invited, nothing is sent.
    ///
    /// # Errors
    /// As [`Self::invite`] for one address. For several: [`Code::SomeRefused`], [`Code::TooManyAddresses`] at `address`,
    /// and what is wrong with the targets or the terms.
    pub async fn invite_all(
        &self,
        caller: &Caller,
        groups: &[Uuid],
        apps: &[Uuid],
        list: &str,
        terms: &Terms,
    ) -> Result<Vec<InvitedEntry>> {
        let empty = Ask { groups: groups.to_vec(), apps: apps.to_vec(), ..Default::default() };
        let Ok(entries) = addresses::parse(list, addresses::MOST) else {
            // Whoever may not invite is told that, however long the list is.
            let refused = self.check_targets(caller, groups, apps, terms).await.map(drop).and(Err(too_many().into()));
            return self.record_refusal(&caller.into(), refused_event(&empty), refused).await;
        };
        let ask = |entry: &Entry| Ask {
            groups: groups.to_vec(),
            apps: apps.to_vec(),
            address: entry.text.clone(),
            name: entry.name.clone(),
            terms: terms.clone(),
        };
        if let [only] = entries.as_slice() {
            // What was typed may have a `mailto:` before it, or a name without brackets.
            let address =
                only.address.as_ref().map_or_else(|_| only.text.clone(), |address| address.typed().to_owned());
            let invited = self.invite(caller, &Ask { address: address.clone(), ..ask(only) }).await?;
            return Ok(vec![InvitedEntry { text: only.text.clone(), address, result: Ok(invited) }]);
        }
        let checked = self.check_list(caller, groups, apps, &entries, terms).await;
        self.record_refusal(&caller.into(), refused_event(&empty), checked).await?;
        let mut answers = Vec::new();
        for entry in entries {
            let Ok(address) = &entry.address else { continue };
            let address = address.typed().to_owned();
            let result = self.invite(caller, &Ask { address: address.clone(), ..ask(&entry) }).await;
            let result = match result {
                // What others were sent stays sent; whoever this was is named.
                Err(error) => Err(Refusal::from(error)),
                Ok(invited) => Ok(invited),
            };
            answers.push(InvitedEntry { text: entry.text, address, result });
        }
        Ok(answers)
    }

    async fn check_list(
        &self,
        caller: &Caller,
        groups: &[Uuid],
        apps: &[Uuid],
        entries: &[Entry],
        terms: &Terms,
    ) -> Result<()> {
        let (settings, targets) = self.check_targets(caller, groups, apps, terms).await?;
        if entries.is_empty() {
            return Err(Refusal::at(Code::AddressEmpty, "address").into());
        }
        let standings = self.standings_of(self.db(), caller, &settings, &targets, entries).await?;
        if standings.iter().any(|standing| matches!(standing, Standing::Refused(_))) {
            return Err(Refusal::at(Code::SomeRefused, "address").into());
        }
        Ok(())
    }

    /// What is asked of every address on a list alike.
    async fn check_targets(
        &self,
        caller: &Caller,
        groups: &[Uuid],
        apps: &[Uuid],
        terms: &Terms,
    ) -> Result<(Settings, Targets)> {
        let settings = self.settings().await?;
        let targets = self.see_targets(self.db(), caller, groups, apps, false).await?;
        targets.may_invite(caller, &settings)?;
        self.check_terms(self.db(), caller, terms, &settings, &targets).await?;
        Ok((settings, targets))
    }

    /// What would become of each address of a list, while it is being typed. Changes nothing. A guest who invites learns
    /// of each address only whether it could be invited at all.
    ///
    /// # Errors
    /// As [`Self::invite`] for the groups, the apps and the policy; [`Code::TooManyAddresses`] at `address`.
    pub async fn standings(
        &self,
        caller: &Caller,
        groups: &[Uuid],
        apps: &[Uuid],
        list: &str,
    ) -> Result<Vec<AddressStanding>> {
        let settings = self.settings().await?;
        let targets = self.see_targets(self.db(), caller, groups, apps, false).await?;
        match targets.may_invite(caller, &settings) {
            // Nothing is chosen yet, but addresses can be typed.
            Ok(()) | Err(Code::NothingChosen) => {}
            Err(code) => return Err(code.into()),
        }
        let entries = addresses::parse(list, addresses::MOST).map_err(|_| too_many())?;
        let standings = self.standings_of(self.db(), caller, &settings, &targets, &entries).await?;
        let answer = |(entry, standing): (Entry, Standing)| AddressStanding {
            address: entry.address.ok().map(|address| address.typed().to_owned()),
            text: entry.text,
            standing,
        };
        Ok(entries.into_iter().zip(standings).map(answer).collect())
    }

    /// The standing of each entry, by a fixed number of queries.
    pub(in crate::directory) async fn standings_of(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        settings: &Settings,
        targets: &Targets,
        entries: &[Entry],
    ) -> Result<Vec<Standing>> {
        let mut checked: Vec<Result<&Address, Code>> = Vec::new();
        for entry in entries {
            checked.push(match &entry.address {
                Err(code) => Err(*code),
                Ok(address) => match targets.check_domain(settings, address) {
                    Ok(()) => Ok(address),
                    Err(Error::Refused(refusal)) => Err(refusal.code),
                    Err(broken) => return Err(broken),
                },
            });
        }
        let blind = |standing: Result<&Address, Code>| standing.map_or_else(Standing::Refused, |_| Standing::New);
        if caller.is_guest() {
            return Ok(checked.into_iter().map(blind).collect());
        }
        let known = Known::look(self, on, checked.iter().filter_map(|address| address.ok()), targets).await?;
        Ok(checked
            .into_iter()
            .map(|address| address.map_or_else(Standing::Refused, |a| known.standing(a, targets)))
            .collect())
    }
}

/// What the directory knows of some addresses.
struct Known {
    users: HashMap<String, users::Model>,
    /// Who has, or is invited to, what.
    holds: HashSet<(Uuid, Target)>,
    invited: HashSet<Uuid>,
    blocks: HashSet<String>,
}

impl Known {
    async fn look<'a>(
        directory: &Directory,
        on: &impl ConnectionTrait,
        addresses: impl Iterator<Item = &'a Address>,
        targets: &Targets,
    ) -> Result<Self> {
        #[derive(FromQueryResult)]
        struct Held {
            user_id: Uuid,
            of: Uuid,
        }
        #[derive(FromQueryResult)]
        struct Blocked {
            address_norm: String,
        }
        #[derive(FromQueryResult)]
        struct Invited {
            user_id: Uuid,
        }
        let normalized: Vec<String> = addresses.map(|address| address.normalized().to_owned()).collect();
        let mut known =
            Self { users: HashMap::new(), holds: HashSet::new(), invited: HashSet::new(), blocks: HashSet::new() };
        if normalized.is_empty() {
            return Ok(known);
        }
        let rows = users::Entity::find()
            .filter(users::Column::AddressNorm.is_in(normalized.iter().map(String::as_str)))
            .filter(users::Column::DeletedAt.is_null())
            .all(on)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        known.users = rows.into_iter().map(|row| (row.address_norm.clone(), row)).collect();
        let list =
            |from: usize, count: usize| (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let statement =
            |text: String, values: Vec<Value>| Statement::from_sql_and_values(directory.backend(), text, values);

        let text =
            format!("SELECT address_norm FROM mail_blocks WHERE address_norm IN ({})", list(1, normalized.len()));
        let values = normalized.iter().map(|address| address.as_str().into()).collect();
        let rows = Blocked::find_by_statement(statement(text, values)).all(on).await?;
        known.blocks = rows.into_iter().map(|row| row.address_norm).collect();

        if ids.is_empty() {
            return Ok(known);
        }
        let text = format!(
            "SELECT DISTINCT user_id FROM invitations WHERE state = 'pending' AND expires_at > $1 AND user_id IN ({})",
            list(2, ids.len())
        );
        let now = [Value::from(directory.now())];
        let values = now.iter().cloned().chain(ids.iter().map(|id| Value::from(*id))).collect();
        let rows = Invited::find_by_statement(statement(text, values)).all(on).await?;
        known.invited = rows.into_iter().map(|row| row.user_id).collect();

        for kind in [Target::Group, Target::App] {
            let wanted: Vec<Uuid> =
                targets.all().into_iter().filter(|target| kind(target.id()) == *target).map(Target::id).collect();
            if wanted.is_empty() {
                continue;
            }
            let (table, column) = kind(Uuid::nil()).table();
            let text = format!(
                "SELECT m.user_id, m.{column} AS of FROM {table} m LEFT JOIN invitations i ON i.id = m.invitation_id
                 WHERE (m.until IS NULL OR m.until > $1)
                   AND (m.invitation_id IS NULL OR i.state = 'accepted' OR i.state = 'pending' AND i.expires_at > $1)
                   AND m.{column} IN ({}) AND m.user_id IN ({})",
                list(2, wanted.len()),
                list(2 + wanted.len(), ids.len())
            );
            let values = now.iter().cloned().chain(wanted.iter().chain(&ids).map(|id| Value::from(*id))).collect();
            let rows = Held::find_by_statement(statement(text, values)).all(on).await?;
            known.holds.extend(rows.into_iter().map(|row| (row.user_id, kind(row.of))));
        }
        Ok(known)
    }

    fn standing(&self, address: &Address, targets: &Targets) -> Standing {
        let blocks = self.blocks.contains(address.normalized());
        let new = if blocks { Standing::NoMail } else { Standing::New };
        let Some(user) = self.users.get(address.normalized()) else { return new };
        if user.user_type == UserType::Member {
            return Standing::Refused(Code::AlreadyMember);
        }
        if !user.enabled {
            return Standing::Refused(Code::AccountBlocked);
        }
        let wanted = targets.all();
        let has_all = wanted.iter().all(|target| self.holds.contains(&(user.id, *target)));
        if user.external_state == Some(ExternalState::Accepted) {
            return if has_all { Standing::HasAll } else { Standing::Known };
        }
        let invited = self.invited.contains(&user.id);
        if invited && (has_all || wanted.is_empty()) { Standing::Invited } else { new }
    }
}
