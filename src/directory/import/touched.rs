//! Whom changed domain rules touch: pending invitations that can no longer be redeemed, and guests who stay.
//!
//! Domains are judged in Rust, so everybody is looked at, a page at a time: memory stays flat however large the directory
//! is.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, FromQueryResult};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::{Directory, Result, domains::stored};
use crate::model::{Address, domains::DomainRules};

/// How many invitations or guests are read at once.
const PAGE: u32 = 500;
/// How many are named.
const NAMED: usize = 50;
/// How many groups and apps of one are named.
const TARGETS: usize = 5;

/// Whom changed domain rules touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Pending invitations that can no longer be redeemed, or give less than they were to give.
    pub pending: Found,
    /// Guests who have accepted, and could not be invited any more to what they have. They keep it.
    pub accepted: Found,
}

/// Some of many: how many there are, and the oldest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many there are.
    pub count: usize,
    /// The first ones, up to 50.
    pub first: Vec<One>,
}

/// One address, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct One {
    /// The address as typed.
    pub address: String,
    /// Names of the groups and apps that are affected, up to five. None: the directory alone.
    pub targets: Vec<String>,
    /// How many more groups and apps.
    pub more: usize,
}

impl Found {
    fn add(&mut self, address: &str, mut targets: Vec<String>) {
        self.count += 1;
        if self.first.len() < NAMED {
            let more = targets.len().saturating_sub(TARGETS);
            targets.truncate(TARGETS);
            self.first.push(One { address: address.to_owned(), targets, more });
        }
    }

    fn write(&self, f: &mut std::fmt::Formatter<'_>, what: &str) -> std::fmt::Result {
        if self.count == 0 {
            return Ok(());
        }
        writeln!(f, "warning: {what}: {}", self.count)?;
        for one in &self.first {
            match (one.targets.as_slice(), one.more) {
                ([], _) => writeln!(f, "  {}", one.address)?,
                (targets, 0) => writeln!(f, "  {}: {}", one.address, targets.join(", "))?,
                (targets, more) => writeln!(f, "  {}: {}, and {more} more", one.address, targets.join(", "))?,
            }
        }
        match self.count - self.first.len() {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more"),
        }
    }
}

/// As the command line prints it: nothing at all, or whole lines.
impl std::fmt::Display for Touched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.pending.write(f, "pending invitations that can no longer be redeemed")?;
        self.accepted.write(f, "guests who keep their access (rules bind at invitation and redemption)")
    }
}

/// Rules before and after an import: the organization's, and those of groups and apps that changed.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub before: DomainRules,
    pub after: DomainRules,
    pub narrower: HashMap<Uuid, (DomainRules, DomainRules)>,
}

/// A pending invitation, or a guest who has accepted.
#[derive(FromQueryResult)]
struct Holder {
    id: Uuid,
    address: String,
}

/// A group or app that a holder has, or is to have.
#[derive(FromQueryResult)]
struct Target {
    holder: Uuid,
    id: Uuid,
    name: String,
    domains: Option<Json>,
}

/// The statements that read one kind of holder: `$3` of them after `$2`, and what those after `$2` up to `$3` have. `$1` is
/// now.
struct Kind {
    page: &'static str,
    targets: [&'static str; 2],
}

const PENDING: Kind = Kind {
    page: "SELECT i.id, i.address FROM invitations i
           JOIN users u ON u.id = i.user_id AND u.deleted_at IS NULL AND u.enabled
           WHERE i.state = 'pending' AND i.expires_at > $1 AND i.id > $2 ORDER BY i.id LIMIT $3",
    targets: [
        "SELECT i.id AS holder, g.id, g.name, g.domains FROM invitations i
         JOIN invitation_grants n ON n.invitation_id = i.id
         JOIN groups g ON g.id = n.group_id AND g.deleted_at IS NULL
         WHERE i.state = 'pending' AND i.expires_at > $1 AND i.id > $2 AND i.id <= $3 ORDER BY g.name_folded, g.id",
        "SELECT i.id AS holder, a.id, a.name, a.domains FROM invitations i
         JOIN invitation_grants n ON n.invitation_id = i.id
         JOIN apps a ON a.id = n.app_id AND a.deleted_at IS NULL
         WHERE i.state = 'pending' AND i.expires_at > $1 AND i.id > $2 AND i.id <= $3 ORDER BY a.name_folded, a.id",
    ],
};

const ACCEPTED: Kind = Kind {
    page: "SELECT u.id, u.address FROM users u
           WHERE u.user_type = 'guest' AND u.external_state = 'Accepted' AND u.enabled AND u.deleted_at IS NULL
             AND u.created_at <= $1 AND u.id > $2 ORDER BY u.id LIMIT $3",
    targets: [
        "SELECT u.id AS holder, g.id, g.name, g.domains FROM users u
         JOIN memberships m ON m.user_id = u.id AND (m.until IS NULL OR m.until > $1)
         JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
         WHERE u.user_type = 'guest' AND u.external_state = 'Accepted' AND u.enabled AND u.deleted_at IS NULL
           AND u.id > $2 AND u.id <= $3
           AND (m.invitation_id IS NULL
                OR EXISTS (SELECT 1 FROM invitations i WHERE i.id = m.invitation_id AND i.state = 'accepted'))
         ORDER BY g.name_folded, g.id",
        "SELECT u.id AS holder, a.id, a.name, a.domains FROM users u
         JOIN assignments s ON s.user_id = u.id AND (s.until IS NULL OR s.until > $1)
         JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL
         WHERE u.user_type = 'guest' AND u.external_state = 'Accepted' AND u.enabled AND u.deleted_at IS NULL
           AND u.id > $2 AND u.id <= $3
           AND (s.invitation_id IS NULL
                OR EXISTS (SELECT 1 FROM invitations i WHERE i.id = s.invitation_id AND i.state = 'accepted'))
         ORDER BY a.name_folded, a.id",
    ],
};

impl Rules {
    fn changed(&self) -> bool {
        self.before != self.after || self.narrower.values().any(|(before, after)| before != after)
    }

    /// Whether this address is worth a look at what its holder has.
    fn may_touch(&self, address: &Address) -> bool {
        let refuses = |rules: &DomainRules| rules.check(address).is_err();
        !refuses(&self.before) && (refuses(&self.after) || self.narrower.values().any(|(_, after)| refuses(after)))
    }

    /// Which of a holder's targets passed before and do not pass now.
    fn touched<'a>(&self, address: &Address, targets: &'a [Target]) -> Result<Vec<&'a Target>> {
        let passes = |rules: &DomainRules| rules.check(address).is_ok();
        let (before, after) = (passes(&self.before), passes(&self.after));
        let mut touched = Vec::new();
        for target in targets {
            let (own_before, own_after) = match self.narrower.get(&target.id) {
                Some((before, after)) => (passes(before), passes(after)),
                None => {
                    let passes = passes(&stored(target.domains.as_ref())?);
                    (passes, passes)
                }
            };
            if before && own_before && !(after && own_after) {
                touched.push(target);
            }
        }
        Ok(touched)
    }
}

impl Directory {
    /// Whom the change of rules touches, in the transaction that changes them.
    pub(super) async fn touched_by(&self, tx: &DatabaseTransaction, rules: &Rules) -> Result<Touched> {
        if !rules.changed() {
            return Ok(Touched::default());
        }
        Ok(Touched { pending: self.find(tx, rules, &PENDING).await?, accepted: self.find(tx, rules, &ACCEPTED).await? })
    }

    async fn find(&self, tx: &DatabaseTransaction, rules: &Rules, kind: &Kind) -> Result<Found> {
        let now = self.now();
        let mut found = Found::default();
        let mut after = Uuid::nil();
        loop {
            let page =
                Holder::find_by_statement(self.sql(kind.page, [now.into(), after.into(), i64::from(PAGE).into()]))
                    .all(tx)
                    .await?;
            let Some(last) = page.last().map(|holder| holder.id) else { return Ok(found) };
            let whole = page.len() == PAGE as usize;
            let looked_at: Vec<(Holder, Address)> = page
                .into_iter()
                .filter_map(|holder| Some((Address::parse(&holder.address).ok()?, holder)))
                .filter(|(address, _)| rules.may_touch(address))
                .map(|(address, holder)| (holder, address))
                .collect();
            let mut targets: HashMap<Uuid, Vec<Target>> = HashMap::new();
            if !looked_at.is_empty() {
                for text in kind.targets {
                    let statement = self.sql(text, [now.into(), after.into(), last.into()]);
                    for target in Target::find_by_statement(statement).all(tx).await? {
                        targets.entry(target.holder).or_default().push(target);
                    }
                }
            }
            for (holder, address) in looked_at {
                let has = targets.remove(&holder.id).unwrap_or_default();
                let touched = rules.touched(&address, &has)?;
                let alone = has.is_empty() && rules.after.check(&address).is_err();
                if alone || !touched.is_empty() {
                    found.add(&holder.address, touched.into_iter().map(|target| target.name.clone()).collect());
                }
            }
            if !whole {
                return Ok(found);
            }
            after = last;
        }
    }
}
