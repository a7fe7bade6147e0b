//! Everything that the rules speak of, at one moment, and the rules themselves.

use std::collections::{BTreeMap, BTreeSet};

use access_panel::{
    directory::{
        Result,
        entities::{assignments, audit_events, invitation_grants, invitations, memberships, outbox, tickets, users},
    },
    model::state::{Delivery, ExternalState, InvitationState, OutboxState, Outcome, UserType},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::support::World;

/// Everything that the rules speak of, at one moment.
#[derive(Clone)]
pub struct Picture {
    pub now: DateTime<Utc>,
    pub invitations: Vec<invitations::Model>,
    pub grants: Vec<invitation_grants::Model>,
    pub tickets: Vec<tickets::Model>,
    pub outbox: Vec<outbox::Model>,
    pub memberships: Vec<memberships::Model>,
    pub assignments: Vec<assignments::Model>,
    pub guests: Vec<users::Model>,
    pub events: Vec<audit_events::Model>,
    pub blocks: Vec<String>,
}

impl Picture {
    pub async fn of(world: &World) -> Self {
        let db = &world.db;
        let guests = users::Entity::find().filter(users::Column::UserType.eq(UserType::Guest));
        let events = audit_events::Entity::find()
            .filter(audit_events::Column::InvitationId.is_not_null())
            .filter(audit_events::Column::Outcome.eq(Outcome::Success));
        Self {
            now: world.directory.now(),
            invitations: invitations::Entity::find()
                .order_by_asc(invitations::Column::CreatedAt)
                .order_by_asc(invitations::Column::Id)
                .all(db)
                .await
                .unwrap(),
            grants: invitation_grants::Entity::find().all(db).await.unwrap(),
            tickets: tickets::Entity::find().all(db).await.unwrap(),
            outbox: outbox::Entity::find().order_by_asc(outbox::Column::CreatedAt).all(db).await.unwrap(),
            memberships: memberships::Entity::find().all(db).await.unwrap(),
            assignments: assignments::Entity::find().all(db).await.unwrap(),
            guests: guests.order_by_asc(users::Column::CreatedAt).all(db).await.unwrap(),
            events: events.all(db).await.unwrap(),
            blocks: world.texts("SELECT address_norm FROM mail_blocks", []).await,
        }
    }

    pub fn invitation(&self, id: Uuid) -> Option<&invitations::Model> {
        self.invitations.iter().find(|row| row.id == id)
    }

    /// Its state at this moment, whether or not a job has come by.
    pub fn state(&self, row: &invitations::Model) -> InvitationState {
        if row.state == InvitationState::Pending && row.expires_at <= self.now {
            InvitationState::Expired
        } else {
            row.state
        }
    }

    fn counts(&self, invitation: Option<Uuid>, until: Option<DateTime<Utc>>) -> bool {
        let accepted = |id| self.invitation(id).is_some_and(|row| row.state == InvitationState::Accepted);
        until.is_none_or(|until| until > self.now) && invitation.is_none_or(accepted)
    }

    /// Which apps each guest may open, by the letter of the design.
    pub fn access(&self) -> BTreeSet<(Uuid, Uuid)> {
        let mut access = BTreeSet::new();
        for row in &self.assignments {
            match (row.user_id, row.group_id) {
                (Some(user), _) if self.counts(row.invitation_id, row.until) => drop(access.insert((user, row.app_id))),
                (None, Some(group)) if row.until.is_none_or(|until| until > self.now) => {
                    let in_it = self.memberships.iter().filter(|m| m.group_id == group);
                    access.extend(
                        in_it.filter(|m| self.counts(m.invitation_id, m.until)).map(|m| (m.user_id, row.app_id)),
                    );
                }
                _ => {}
            }
        }
        let live = |user: &Uuid| self.guests.iter().any(|guest| guest.id == *user && guest.deleted_at.is_none());
        access.retain(|(user, _)| live(user));
        access
    }

    fn events_of(&self, invitation: Uuid) -> BTreeMap<&str, usize> {
        let mut counted = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.invitation_id == Some(invitation)) {
            *counted.entry(event.action.as_str()).or_default() += 1;
        }
        counted
    }

    /// What is wrong with this moment, whatever came before.
    pub fn check(&self) -> Result<(), String> {
        for row in &self.invitations {
            let name = format!("the invitation {} ({}, {})", row.id, row.address, row.state);
            let events = self.events_of(row.id);
            let count = |action: &str| events.get(action).copied().unwrap_or_default();
            let ends = ["accept", "decline", "revoke", "expire"];
            for (action, state) in ends.into_iter().zip([
                InvitationState::Accepted,
                InvitationState::Declined,
                InvitationState::Revoked,
                InvitationState::Expired,
            ]) {
                let expected = usize::from(row.state == state);
                let found = count(&format!("invitation.{action}"));
                if found != expected {
                    return Err(format!("{name} has {found} events of {action}: {events:?}"));
                }
            }
            if count("invitation.create") != 1 {
                return Err(format!("{name} was created {} times in the log", count("invitation.create")));
            }
            if count("invitation.remind") > 1 + count("invitation.extend") {
                return Err(format!("{name} was reminded too often: {events:?}"));
            }
            let ended = row.state != InvitationState::Pending;
            if ended && self.tickets.iter().any(|t| t.invitation_id == row.id && t.ended_at.is_none()) {
                return Err(format!("{name} has ended, and one of its tickets has not"));
            }
            let mails: Vec<_> = self.outbox.iter().filter(|mail| mail.invitation_id == Some(row.id)).collect();
            if ended && mails.iter().any(|mail| mail.state == OutboxState::Queued) {
                return Err(format!("{name} has ended, and mail of it still waits"));
            }
            if !ended {
                self.check_delivery(row, &mails).map_err(|wrong| format!("{name}: {wrong}"))?;
            }
            let gives = |group: Option<Uuid>, app: Option<Uuid>| {
                self.grants.iter().any(|g| g.invitation_id == row.id && g.group_id == group && g.app_id == app)
            };
            for held in self.memberships.iter().filter(|m| m.invitation_id == Some(row.id)) {
                if !matches!(row.state, InvitationState::Pending | InvitationState::Accepted) {
                    return Err(format!("{name} has ended, and a membership still hangs on it"));
                }
                if held.user_id != row.user_id || !gives(Some(held.group_id), None) {
                    return Err(format!("{name} does not give the membership {} that names it", held.id));
                }
            }
            for held in self.assignments.iter().filter(|a| a.invitation_id == Some(row.id)) {
                if !matches!(row.state, InvitationState::Pending | InvitationState::Accepted) {
                    return Err(format!("{name} has ended, and an assignment still hangs on it"));
                }
                if held.user_id != Some(row.user_id) || !gives(None, Some(held.app_id)) {
                    return Err(format!("{name} does not give the assignment {} that names it", held.id));
                }
            }
        }
        for mail in self.outbox.iter().filter(|mail| mail.state != OutboxState::Queued) {
            if mail.payload.is_some() || mail.leased_until.is_some() {
                return Err(format!("the mail {} ({}, {}) keeps its payload or lease", mail.id, mail.kind, mail.state));
            }
        }
        self.check_people()?;
        self.check_digests()
    }

    fn check_delivery(&self, row: &invitations::Model, mails: &[&outbox::Model]) -> Result<(), String> {
        let main: Vec<_> =
            mails.iter().filter(|mail| ["invitation", "reminder"].contains(&mail.kind.as_str())).collect();
        let any = |state: OutboxState| main.iter().any(|mail| mail.state == state);
        let first_waits = main.iter().any(|mail| mail.kind == "invitation" && mail.state == OutboxState::Queued);
        let fits = match row.delivery {
            Delivery::None => !any(OutboxState::Queued) && !any(OutboxState::Sent),
            Delivery::Queued => any(OutboxState::Queued),
            Delivery::Sent => any(OutboxState::Sent) && !first_waits,
            Delivery::Failed => any(OutboxState::Dead),
        };
        let reason = row.delivery_error.is_some();
        let reason_fits = match row.delivery {
            Delivery::None | Delivery::Sent => !reason,
            Delivery::Failed => reason,
            Delivery::Queued => true,
        };
        if fits && reason_fits && row.sent_at.is_some() == any(OutboxState::Sent) {
            return Ok(());
        }
        let mails: Vec<_> = main.iter().map(|mail| format!("{} {}", mail.kind, mail.state)).collect();
        Err(format!(
            "delivery {} ({:?}, sent {:?}), but its mails are {mails:?}",
            row.delivery, row.delivery_error, row.sent_at
        ))
    }

    fn check_people(&self) -> Result<(), String> {
        let mut live = BTreeSet::new();
        for guest in &self.guests {
            let name = format!("the guest {} ({})", guest.id, guest.address);
            let open =
                self.invitations.iter().any(|row| row.user_id == guest.id && row.state == InvitationState::Pending);
            let holds = self.memberships.iter().any(|row| row.user_id == guest.id)
                || self.assignments.iter().any(|row| row.user_id == Some(guest.id));
            if guest.deleted_at.is_some() {
                if open || holds {
                    return Err(format!("{name} is gone, and holds or awaits something"));
                }
                continue;
            }
            if !live.insert(&guest.address_norm) {
                return Err(format!("{name} is not the only live one with that address"));
            }
            let accepted =
                self.invitations.iter().any(|row| row.user_id == guest.id && row.state == InvitationState::Accepted);
            if guest.external_state == Some(ExternalState::Pending) && !open && !holds && !accepted {
                return Err(format!("{name} is pending, and nothing is left that they could wait for"));
            }
            if guest.external_state == Some(ExternalState::Accepted) && !accepted {
                return Err(format!("{name} has accepted, but no invitation of theirs has been"));
            }
        }
        Ok(())
    }

    /// One an hour, for each reader.
    fn check_digests(&self) -> Result<(), String> {
        let mut hours = BTreeSet::new();
        for mail in self.outbox.iter().filter(|mail| mail.kind == "digest") {
            if !hours.insert((&mail.recipient, mail.created_at.timestamp() / 3600)) {
                return Err(format!("{} was told twice in an hour", mail.recipient));
            }
        }
        Ok(())
    }

    /// What may not have become of an earlier moment.
    pub fn check_after(&self, before: &Self, may_give: bool) -> Result<(), String> {
        use InvitationState::{Accepted, Expired, Pending};
        for old in &before.invitations {
            let Some(new) = self.invitation(old.id) else { return Err(format!("the invitation {} is gone", old.id)) };
            let was = match old.state {
                // As the clock says now: what has run out since could not be answered any more.
                Pending if old.expires_at <= self.now => Expired,
                state => state,
            };
            let is = self.state(new);
            let extended = new.expires_at > old.expires_at;
            let allowed = match (was, is) {
                (Pending, _) => true,
                (was, is) => was == is && !extended,
            };
            if !allowed || new.expires_at < old.expires_at {
                return Err(format!("the invitation {} went from {was} to {is} (until {})", old.id, new.expires_at));
            }
            if was == Pending && is == Expired {
                return Err(format!("the invitation {} expired before its time", old.id));
            }
            if old.state != Pending && (new.state, new.state_at) != (old.state, old.state_at) {
                return Err(format!("the invitation {} ended twice", old.id));
            }
            if is == Accepted && was != Accepted && !may_give {
                return Err(format!("the invitation {} was accepted by nobody", old.id));
            }
        }
        for old in &before.outbox {
            let Some(new) = self.outbox.iter().find(|mail| mail.id == old.id) else { continue };
            if old.state != OutboxState::Queued && new.state != old.state {
                return Err(format!("the mail {} went from {} to {}", old.id, old.state, new.state));
            }
        }
        if !may_give {
            // At the same moment: time itself only takes away.
            let more: Vec<_> = self.access().difference(&before.access()).copied().collect();
            if !more.is_empty() {
                return Err(format!("access came from nowhere: {more:?}"));
            }
        }
        Ok(())
    }
}
