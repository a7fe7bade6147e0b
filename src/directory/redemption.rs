//! Turning a pending invitation into an accepted guest (design 5.4).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, Statement, Value,
};
use uuid::Uuid;

use super::{
    Directory, Result,
    arrivals::Arrival,
    attempts::{Attempt, NewAttempt},
    audit::{Actor, Event},
    entities::{invitations, tickets, users},
    error::Error,
    grants::Target,
    providers::ways,
    users::CONSENT_VERSION,
    vault::hash,
};
use crate::model::{
    Address, Code, Language, Refusal,
    provider::Proof,
    settings::Settings,
    state::{ExternalState, InvitationState, UserType},
    view::{AppName, GroupName, PASSCODE_WAY, PersonName, RedeemPage},
};

/// Where someone goes who pressed *Get started*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// To a provider, for this attempt.
    Provider {
        /// The attempt.
        attempt: Uuid,
        /// The provider's key.
        provider: String,
        /// The invited address, as a hint.
        address: String,
    },
    /// To the page that sends a code.
    Passcode {
        /// The attempt.
        attempt: Uuid,
    },
    /// Nothing more is needed.
    Done(Arrival),
}

impl Directory {
    /// The page behind a link. Changes nothing: mail scanners open links.
    ///
    /// # Errors
    /// [`Code::TicketUnknown`], [`Code::TicketUsed`], [`Code::TicketExpired`], [`Code::TicketRevoked`],
    /// [`Code::TicketDeclined`].
    pub async fn redeem_page(&self, ticket: &str) -> Result<RedeemPage> {
        let guest = self.guest_of_ticket(ticket).await?;
        self.redeem_page_of(guest).await
    }

    /// The same page for a guest whose ticket this browser has shown, or whose address it has proven.
    ///
    /// # Errors
    /// As [`Self::redeem_page`].
    pub async fn redeem_page_of(&self, guest: Uuid) -> Result<RedeemPage> {
        #[derive(FromQueryResult)]
        struct Row {
            message: String,
            language: Language,
            access_until: Option<DateTime<Utc>>,
            expires_at: DateTime<Utc>,
            address: String,
            inviter_id: Uuid,
            inviter: String,
            inviter_address: String,
        }
        #[derive(FromQueryResult)]
        struct Granted {
            group_id: Option<Uuid>,
            group_name: Option<String>,
            app_id: Option<Uuid>,
            app_name: Option<String>,
        }
        let now = self.now();
        let open = Row::find_by_statement(self.sql(
            "SELECT i.message, i.language, i.access_until, i.expires_at, i.address, u.id AS inviter_id, u.display_name AS inviter, u.address AS inviter_address
             FROM invitations i JOIN users u ON u.id = i.inviter_id
             WHERE i.user_id = $1 AND i.state = 'pending' AND i.expires_at > $2
             ORDER BY i.created_at DESC, i.id DESC",
            [guest.into(), now.into()],
        ))
        .all(self.db())
        .await?;
        let Some(newest) = open.into_iter().next() else { return Err(self.why_not_open(self.db(), guest).await?) };
        let granted = Granted::find_by_statement(self.sql(
            "SELECT DISTINCT g.id AS group_id, g.name AS group_name, a.id AS app_id, a.name AS app_name
             FROM invitations i
             JOIN invitation_grants n ON n.invitation_id = i.id
             LEFT JOIN groups g ON g.id = n.group_id AND g.deleted_at IS NULL
             LEFT JOIN assignments s ON s.group_id = g.id AND (s.until IS NULL OR s.until > $2)
             LEFT JOIN apps a ON (a.id = s.app_id OR a.id = n.app_id) AND a.deleted_at IS NULL AND a.enabled
             WHERE i.user_id = $1 AND i.state = 'pending' AND i.expires_at > $2",
            [guest.into(), now.into()],
        ))
        .all(self.db())
        .await?;
        let mut groups: Vec<GroupName> = granted
            .iter()
            .filter_map(|row| Some(GroupName { id: row.group_id?, name: row.group_name.clone()? }))
            .collect();
        groups.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        groups.dedup();
        let mut apps: Vec<AppName> =
            granted.into_iter().filter_map(|row| Some(AppName { id: row.app_id?, name: row.app_name? })).collect();
        apps.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        apps.dedup();
        let address = Address::parse(&newest.address).map_err(Error::from)?;
        let ways = ways(&self.providers().await?, &self.settings().await?, &address);
        Ok(RedeemPage {
            user_id: guest,
            inviter: PersonName { id: newest.inviter_id, name: newest.inviter },
            inviter_address: newest.inviter_address,
            message: newest.message,
            groups,
            apps,
            address: newest.address,
            expires_at: newest.expires_at,
            ways,
            language: newest.language,
            access_until: newest.access_until,
        })
    }

    async fn guest_of_ticket(&self, ticket: &str) -> Result<Uuid> {
        let row = tickets::Entity::find()
            .filter(tickets::Column::Hash.eq(hash(ticket)))
            .one(self.db())
            .await?
            .ok_or(Code::TicketUnknown)?;
        let invitation =
            invitations::Entity::find_by_id(row.invitation_id).one(self.db()).await?.ok_or(Code::TicketUnknown)?;
        match state_now(&invitation, self.now()) {
            Some(code) => Err(code.into()),
            // Ended by a reset, while the invitation lives on by a newer ticket.
            None if row.ended_at.is_some() => Err(Code::TicketUnknown.into()),
            None => Ok(invitation.user_id),
        }
    }

    /// *Get started*: begins the redemption in this browser, by the asked way or the first one. With no ticket it goes on
    /// with what this browser has shown before.
    ///
    /// # Errors
    /// As [`Self::redeem_page`], and [`Code::ProviderUnknown`].
    pub async fn start_redemption(&self, browser: &str, ticket: Option<&str>, way: Option<&str>) -> Result<Next> {
        let waiting = match ticket {
            Some(_) => None,
            None => Some(self.open_redemption(browser).await?.ok_or(Code::AttemptExpired)?),
        };
        let guest = match (ticket, &waiting) {
            (Some(ticket), _) => self.guest_of_ticket(ticket).await?,
            (None, Some(Attempt { guest_id: Some(guest), .. })) => *guest,
            _ => return Err(Code::AttemptExpired.into()),
        };
        let page = self.redeem_page_of(guest).await?;
        let address = Address::parse(&page.address).map_err(Error::from)?;

        // Signed in already, without the link: pressing the button is all that was missing.
        if let Some(attempt) = &waiting
            && way.is_none()
            && let Some(proof) = attempt.proof.as_ref().filter(|proof| proof.proves(&address))
        {
            let event = Event::new("sign_in", "user", guest);
            let result = self.redeem_and_commit(attempt, guest, proof).await;
            return Ok(Next::Done(self.record_refusal(&Actor::default(), event, result).await?));
        }

        let way = match way {
            Some(asked) => page.ways.iter().find(|way| way.key == asked).ok_or(Code::ProviderUnknown)?,
            None => page.ways.first().ok_or(Code::PasscodesOff)?,
        };
        let new = NewAttempt { guest_id: Some(guest), address: Some(address.clone()), return_to: "/".to_owned() };
        let attempt = self.begin_attempt(browser, new).await?;
        Ok(if way.key == PASSCODE_WAY {
            Next::Passcode { attempt }
        } else {
            Next::Provider { attempt, provider: way.key.clone(), address: address.typed().to_owned() }
        })
    }

    /// *Decline*: ends every open invitation of the guest behind a link. Nothing has to be proven: whoever was sent the
    /// link may say no, and the inviter is told and can invite again.
    ///
    /// # Errors
    /// As [`Self::redeem_page`].
    pub async fn decline(&self, ticket: &str) -> Result<()> {
        let guest = self.guest_of_ticket(ticket).await?;
        let tx = self.begin().await?;
        self.lock_user(&tx, guest).await?;
        if self.end_open_invitations_of(&tx, &Actor::default(), guest, InvitationState::Declined).await? == 0 {
            return Err(self.why_not_open(&tx, guest).await?);
        }
        self.commit(tx).await
    }

    /// The invitation that a ticket belongs to, whatever its state.
    pub(super) async fn invitation_of_ticket(&self, ticket: &str) -> Result<invitations::Model> {
        let row = tickets::Entity::find()
            .filter(tickets::Column::Hash.eq(hash(ticket)))
            .one(self.db())
            .await?
            .ok_or(Code::TicketUnknown)?;
        self.invitation(self.db(), row.invitation_id).await
    }

    async fn redeem_and_commit(&self, attempt: &Attempt, guest: Uuid, proof: &Proof) -> Result<Arrival> {
        let tx = self.begin().await?;
        let arrival = self.redeem(&tx, attempt, guest, proof).await?;
        self.commit(tx).await?;
        Ok(arrival)
    }

    /// Someone with a proof redeems a guest's open invitations.
    pub(super) async fn redeem(
        &self,
        tx: &DatabaseTransaction,
        attempt: &Attempt,
        guest: Uuid,
        proof: &Proof,
    ) -> Result<Arrival> {
        // Both rows that this may touch are locked, always in the same order.
        let mut locks = vec![guest];
        locks.extend(self.user_by_identity(tx, proof).await?.map(|owner| owner.id));
        locks.sort();
        for id in locks {
            self.lock_user(tx, id).await?;
        }
        let Some(placeholder) = self.lock_user(tx, guest).await? else {
            // Ended, or joined with another account by a second click a moment ago.
            return match self.user_by_identity(tx, proof).await? {
                // A member is asked what admits members, at the door and not here.
                Some(user) if user.enabled && user.user_type == UserType::Guest => {
                    self.sign_in(tx, attempt, user.id, proof).await
                }
                _ => Err(self.why_not_open(tx, guest).await?),
            };
        };
        if !placeholder.enabled {
            return Err(Code::AccountBlocked.into());
        }
        let invited = Address::parse(&placeholder.address).map_err(Error::from)?;
        let owner = self.user_by_identity(tx, proof).await?;
        if let Some(owner) = &owner {
            if owner.user_type == UserType::Member {
                return Err(Code::IdentityOfMember.into());
            }
            if !owner.enabled {
                return Err(Code::AccountBlocked.into());
            }
            if owner.id == guest && placeholder.external_state == Some(ExternalState::Accepted) {
                // The second of two clicks.
                return self.sign_in(tx, attempt, guest, proof).await;
            }
        }
        if placeholder.external_state == Some(ExternalState::Accepted) {
            return Err(Code::TicketUsed.into());
        }
        // Before a code is sent in vain, too.
        let settings = self.settings_on(tx).await?;
        settings.domains.check(&invited)?;
        for signing in proof.addresses() {
            settings.domains.check(signing)?;
        }
        let other = if proof.proves(&invited) { None } else { self.other_address(tx, guest, proof, &settings).await? };
        if !proof.proves(&invited) && other.is_none() {
            let mismatch = proof.address.as_ref().is_some_and(|address| address.normalized() != invited.normalized());
            self.keep_proof(tx, attempt.id, guest, invited.typed(), proof).await?;
            return Ok(Arrival::ProveAddress { attempt: attempt.id, mismatch });
        }
        let addresses: Vec<Address> = std::iter::once(&invited).chain(proof.addresses()).cloned().collect();
        let barred = self.barred_by_targets(tx, guest, &addresses).await?;
        let accepted = self.accept_open_invitations(tx, guest, &barred).await?;
        if accepted.is_empty() {
            return Err(match barred.values().next() {
                Some(code) => (*code).into(),
                None => self.why_not_open(tx, guest).await?,
            });
        }
        let user_id = match owner {
            Some(owner) if owner.id != guest => {
                self.move_grants(tx, guest, owner.id).await?;
                owner.id
            }
            _ => {
                self.accept_guest(tx, &placeholder, proof, other.as_ref()).await?;
                guest
            }
        };
        let actor = Actor::user(user_id);
        for invitation in &accepted {
            self.drop_mail_of(tx, invitation.id).await?;
            let event = Event::new("invitation.accept", "user", user_id).by_invitation(Some(invitation.id));
            self.record(tx, &actor, event).await?;
        }
        let landing = self.landing_of(tx, &accepted, &settings).await?;
        let arrival = self.sign_in(tx, attempt, user_id, proof).await?;
        Ok(match (arrival, landing) {
            (Arrival::SignedIn { user_id, method, idp, how, .. }, Some(return_to)) => {
                Arrival::SignedIn { user_id, method, idp, how, return_to }
            }
            (arrival, _) => arrival,
        })
    }

    /// The proven address of somebody who redeems with another account than the invited one, if everything that waits for
    /// this guest allows that. An address that somebody has already is no way around their own sign-in.
    async fn other_address(
        &self,
        tx: &DatabaseTransaction,
        guest: Uuid,
        proof: &Proof,
        settings: &Settings,
    ) -> Result<Option<Address>> {
        #[derive(FromQueryResult)]
        struct Row {
            grants: i64,
            open: i64,
        }
        let Some(address) = proof.address.as_ref().filter(|address| proof.proves(address)) else { return Ok(None) };
        if settings.organization.domains.iter().any(|own| own.covers(address.domain())) {
            return Ok(None);
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT COUNT(*) AS grants, COUNT(CASE WHEN g.other_address THEN 1 END) AS open
             FROM invitations i LEFT JOIN invitation_grants n ON n.invitation_id = i.id
             LEFT JOIN groups g ON g.id = n.group_id AND g.deleted_at IS NULL
             WHERE i.user_id = $1 AND i.state = 'pending' AND i.expires_at > $2",
            [guest.into(), self.now().into()],
        ))
        .one(tx)
        .await?;
        let allowed = row.is_some_and(|row| row.grants > 0 && row.open == row.grants);
        if !allowed || self.user_by_address(tx, address).await?.is_some() {
            return Ok(None);
        }
        Ok(Some(address.clone()))
    }

    /// Where the newest of some invitations lets its guest land, if that is still allowed.
    async fn landing_of(
        &self,
        tx: &DatabaseTransaction,
        accepted: &[Accepted],
        settings: &Settings,
    ) -> Result<Option<String>> {
        let Some(newest) = accepted.iter().max_by_key(|row| (row.created_at, row.id)) else { return Ok(None) };
        let Some(url) = newest.landing.as_deref().and_then(|landing| url::Url::parse(landing).ok()) else {
            return Ok(None);
        };
        let targets = self.granted_by(tx, newest.id).await?;
        Ok(self.may_land_on(tx, settings, &url, &targets).await?.then(|| url.to_string()))
    }

    /// One conditional update accepts all open invitations of a guest, but for those that are barred; their tickets end.
    /// Says which ones.
    async fn accept_open_invitations(
        &self,
        tx: &DatabaseTransaction,
        guest: Uuid,
        barred: &BTreeMap<Uuid, Code>,
    ) -> Result<Vec<Accepted>> {
        let now = self.now();
        let mut values: Vec<Value> = vec![guest.into(), now.into()];
        values.extend(barred.keys().map(|id| Value::from(*id)));
        let but: String = (3..=values.len()).map(|n| format!(" AND id <> ${n}")).collect();
        let accepted = Accepted::find_by_statement(Statement::from_sql_and_values(
            self.backend(),
            format!(
                "UPDATE invitations SET state = 'accepted', state_at = $2
                 WHERE user_id = $1 AND state = 'pending' AND expires_at > $2{but}
                 RETURNING id, created_at, landing"
            ),
            values,
        ))
        .all(tx)
        .await?;
        self.change(
            tx,
            "UPDATE tickets SET ended_at = $2 WHERE ended_at IS NULL
             AND invitation_id IN (SELECT id FROM invitations WHERE user_id = $1 AND state = 'accepted')",
            [guest.into(), now.into()],
        )
        .await?;
        Ok(accepted)
    }

    async fn accept_guest(
        &self,
        tx: &DatabaseTransaction,
        guest: &users::Model,
        proof: &Proof,
        other: Option<&Address>,
    ) -> Result<()> {
        let actor = Actor::user(guest.id);
        if !self.bind(tx, &actor, guest.id, proof).await? {
            return Err(Code::IdentityOfMember.into());
        }
        let changed = self
            .change(
                tx,
                "UPDATE users SET external_state = $2, accepted_at = $3, consent_version = $4
                 WHERE id = $1 AND external_state = $5",
                [
                    guest.id.into(),
                    ExternalState::Accepted.into(),
                    self.now().into(),
                    CONSENT_VERSION.into(),
                    ExternalState::Pending.into(),
                ],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::from(Code::TicketUsed).into());
        }
        // They read this language, as far as we know: later mails come in it, too.
        self.change(
            tx,
            "UPDATE users SET preferred_language = (SELECT i.language FROM invitations i
                 WHERE i.user_id = $1 AND i.state = 'accepted' ORDER BY i.created_at DESC, i.id DESC LIMIT 1)
             WHERE id = $1 AND preferred_language IS NULL",
            [guest.id.into()],
        )
        .await?;
        let mut event = Event::new("user.accept", "user", guest.id);
        if let Some(address) = other {
            self.change(
                tx,
                "UPDATE users SET address = $2, address_norm = $3 WHERE id = $1",
                [guest.id.into(), address.typed().into(), address.normalized().into()],
            )
            .await?;
            event = event.details(serde_json::json!({ "invited": guest.address, "address": address.typed() }));
        }
        self.record(tx, &actor, event).await?;
        // Last, for it also sees to whatever follows from who they are now.
        self.fill_profile(tx, &actor, guest, proof).await
    }

    /// The signing identity belongs to a guest we know: what the placeholder was given becomes theirs, and it goes. What
    /// both have lasts as long as the longer one, if whoever gave that may extend it.
    async fn move_grants(&self, tx: &DatabaseTransaction, from: Uuid, to: Uuid) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Longer {
            of: Uuid,
            until: Option<DateTime<Utc>>,
        }
        let actor = Actor::user(to);
        for kind in [Target::Group, Target::App] {
            let (table, what) = kind(Uuid::nil()).table();
            let owners = kind(Uuid::nil()).owners();
            // What gives nothing does not stand in the way of the new.
            let over = format!(
                "DELETE FROM {table} WHERE user_id = $1 AND (until <= $2 OR invitation_id IN
                    (SELECT id FROM invitations WHERE state <> 'accepted'))"
            );
            self.change(tx, &over, [to.into(), self.now().into()]).await?;
            let longer = Longer::find_by_statement(self.sql(
                &format!(
                    "SELECT n.{what} AS of, n.until FROM {table} n JOIN {table} had ON had.{what} = n.{what} AND had.user_id = $2
                     LEFT JOIN invitations i ON i.id = n.invitation_id
                     WHERE n.user_id = $1 AND had.until IS NOT NULL AND (n.until IS NULL OR n.until > had.until)
                       AND (n.invitation_id IS NULL OR i.state = 'accepted')
                       AND (EXISTS (SELECT 1 FROM {owners} o WHERE o.{what} = n.{what} AND o.user_id = n.granted_by)
                         OR EXISTS (SELECT 1 FROM roles r WHERE r.user_id = n.granted_by AND r.role = 'administrator'))"
                ),
                [from.into(), to.into()],
            ))
            .all(tx)
            .await?;
            for row in longer {
                let extend = format!("UPDATE {table} SET until = $3 WHERE user_id = $1 AND {what} = $2");
                self.change(tx, &extend, [to.into(), row.of.into(), row.until.into()]).await?;
                let event = kind(row.of).event("membership.extend", "assignment.extend", to);
                self.record(tx, &actor, event).await?;
            }
            let had = format!(
                "DELETE FROM {table} WHERE user_id = $1 AND {what} IN (SELECT {what} FROM {table} WHERE user_id = $2)"
            );
            self.change(tx, &had, [from.into(), to.into()]).await?;
            let moved = format!(
                "UPDATE {table} SET user_id = $2, sort_name = (SELECT name_folded FROM users WHERE id = $2)
                 WHERE user_id = $1"
            );
            self.change(tx, &moved, [from.into(), to.into()]).await?;
        }
        self.change(tx, "UPDATE invitations SET user_id = $2 WHERE user_id = $1", [from.into(), to.into()]).await?;
        self.soft_delete(tx, &actor, from, "user.merge").await?;
        // A placeholder may have been in groups by rule that this person is not for.
        self.user_changed(tx, &actor, to).await
    }

    /// Why a guest has no open invitation: what became of the newest one.
    async fn why_not_open(&self, on: &impl ConnectionTrait, guest: Uuid) -> Result<Error> {
        use sea_orm::QueryOrder;
        let newest = invitations::Entity::find()
            .filter(invitations::Column::UserId.eq(guest))
            .order_by_desc(invitations::Column::CreatedAt)
            .one(on)
            .await?;
        let code = newest.and_then(|invitation| state_now(&invitation, self.now()));
        Ok(code.unwrap_or(Code::TicketUnknown).into())
    }
}

/// An invitation that has just been accepted.
#[derive(FromQueryResult)]
struct Accepted {
    id: Uuid,
    created_at: DateTime<Utc>,
    landing: Option<String>,
}

/// Why an invitation is not open at this moment; `None` if it is.
fn state_now(invitation: &invitations::Model, now: DateTime<Utc>) -> Option<Code> {
    match invitation.state {
        InvitationState::Pending if invitation.expires_at > now => None,
        InvitationState::Pending | InvitationState::Expired => Some(Code::TicketExpired),
        InvitationState::Accepted => Some(Code::TicketUsed),
        InvitationState::Revoked => Some(Code::TicketRevoked),
        InvitationState::Declined => Some(Code::TicketDeclined),
    }
}
