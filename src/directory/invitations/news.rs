//! Mails that the panel sends by itself: reminders to guests, digests and requests to inviters. Jobs call these.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{DatabaseTransaction, EntityTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::{invitations, users},
};
use crate::model::{
    Address, Code,
    letter::{Letter, News, Post},
    settings::Settings,
    state::InvitationState,
};

/// A guest is not reminded sooner than this after the mail.
const REST: Duration = Duration::hours(24);
/// How many outcomes a digest names.
const NAMED: usize = 20;
/// How long a mail to an inviter may wait for its mail server.
const DIGEST_LIFE: Duration = Duration::days(2);
/// How often a guest can ask for a new invitation.
const ASK_AGAIN: Duration = Duration::hours(24);

impl Directory {
    /// Reminds guests whose invitations expire soon, once each, up to `limit`. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remind_guests(&self, limit: u64) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Due {
            id: Uuid,
            user_id: Uuid,
        }
        let settings = self.settings().await?;
        if settings.invitations.reminder_days == 0 {
            return Ok(0);
        }
        let now = self.now();
        let soon = now + Duration::days(i64::from(settings.invitations.reminder_days));
        let due = Due::find_by_statement(self.sql(
            "SELECT id, user_id FROM invitations
             WHERE state = 'pending' AND reminded_at IS NULL AND delivery = 'sent'
               AND expires_at > $1 AND expires_at <= $2 AND sent_at <= $3
             ORDER BY expires_at LIMIT $4",
            [now.into(), soon.into(), (now - REST).into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
        ))
        .all(self.db())
        .await?;
        let mut reminded = 0;
        for row in due {
            let tx = self.begin().await?;
            self.lock_user(&tx, row.user_id).await?;
            reminded += u64::from(self.remind(&tx, &settings, row.id).await?);
            self.commit(tx).await?;
        }
        Ok(reminded)
    }

    async fn remind(&self, tx: &DatabaseTransaction, settings: &Settings, id: Uuid) -> Result<bool> {
        let claimed = self
            .change(
                tx,
                "UPDATE invitations SET reminded_at = $2
                 WHERE id = $1 AND state = 'pending' AND reminded_at IS NULL AND delivery = 'sent' AND expires_at > $2",
                [id.into(), self.now().into()],
            )
            .await?;
        if claimed == 0 {
            return Ok(false);
        }
        let invitation = self.invitation(tx, id).await?;
        let to = Address::parse(&invitation.address)?;
        let inviter = self.live_sender(tx, invitation.inviter_id).await?;
        // Nobody stands behind it any more, or it could not be redeemed: better silent.
        let Some(inviter) = inviter else { return Ok(false) };
        if self.blocks_mail(tx, &to).await? || settings.domains.check(&to).is_err() {
            return Ok(false);
        }
        if self.barred_by_targets(tx, invitation.user_id, std::slice::from_ref(&to)).await?.contains_key(&id) {
            return Ok(false);
        }
        let given = self.given_by(tx, id).await?;
        let letter = Letter::Reminder {
            ticket: Some(self.mint_ticket(tx, id).await?),
            inviter,
            message: invitation.message.clone(),
            groups: given.groups,
            apps: given.apps,
            address: invitation.address.clone(),
            expires_at: invitation.expires_at,
        };
        let post = self.unasked(letter, invitation.language, &to, Some(id))?;
        self.enqueue(tx, &post, &to, Some(id), invitation.expires_at).await?;
        let event = Event::new("invitation.remind", "user", invitation.user_id).by_invitation(Some(id));
        self.record(tx, &Actor::default(), event).await?;
        Ok(true)
    }

    /// Tells inviters what became of their invitations: by one mail each, at most one an hour. Up to `limit` inviters;
    /// says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_inviters(&self, limit: u64) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Waiting {
            inviter_id: Uuid,
        }
        let settings = self.settings().await?;
        let mut told = 0;
        let mut last = Uuid::nil();
        // In order of their ids: those who were told within the hour must not keep the others waiting.
        while told < limit {
            let waiting = Waiting::find_by_statement(self.sql(
                "SELECT DISTINCT inviter_id FROM invitations
                 WHERE told_at IS NULL AND state IN ('accepted', 'declined', 'expired') AND inviter_id > $1
                 ORDER BY inviter_id LIMIT $2",
                [last.into(), i64::try_from(limit - told).unwrap_or(i64::MAX).into()],
            ))
            .all(self.db())
            .await?;
            let Some(end) = waiting.last() else { break };
            last = end.inviter_id;
            for row in waiting {
                let tx = self.begin().await?;
                if self.tell(&tx, &settings, row.inviter_id).await? {
                    told += 1;
                }
                self.commit(tx).await?;
            }
        }
        Ok(told)
    }

    async fn tell(&self, tx: &DatabaseTransaction, settings: &Settings, inviter: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Told {
            address: String,
            state: InvitationState,
            state_at: DateTime<Utc>,
            guest: String,
        }
        let now = self.now();
        let reader = users::Entity::find_by_id(inviter).one(tx).await?;
        let reader = reader.filter(|row| row.deleted_at.is_none() && row.enabled && settings.invitations.digest);
        let Some(reader) = reader else {
            self.mark_told(tx, inviter).await?;
            return Ok(false);
        };
        // One an hour: what comes before that waits for the next one.
        if !self.first_in_hour(tx, &format!("digest for {inviter}")).await? {
            return Ok(false);
        }
        let mut news = Told::find_by_statement(self.sql(
            "SELECT i.address, i.state, i.state_at, u.display_name AS guest
             FROM invitations i JOIN users u ON u.id = i.user_id
             WHERE i.inviter_id = $1 AND i.told_at IS NULL AND i.state IN ('accepted', 'declined', 'expired')
             ORDER BY i.state_at DESC, i.id DESC LIMIT 21",
            [inviter.into()],
        ))
        .all(tx)
        .await?;
        let marked = self.mark_told(tx, inviter).await?;
        // Another process was quicker.
        if news.is_empty() {
            return Ok(false);
        }
        news.truncate(NAMED);
        let more = u32::try_from(marked.saturating_sub(news.len() as u64)).unwrap_or(u32::MAX);
        let line = |row: Told| News { guest: row.guest, address: row.address, state: row.state, at: row.state_at };
        let letter = Letter::Digest { news: news.into_iter().map(line).collect(), more };
        let language = reader.preferred_language.unwrap_or(settings.organization.language);
        let post = Post { letter, language, unsubscribe: None };
        self.enqueue(tx, &post, &Address::parse(&reader.address)?, None, now + DIGEST_LIFE).await?;
        Ok(true)
    }

    async fn mark_told(&self, tx: &DatabaseTransaction, inviter: Uuid) -> Result<u64> {
        self.change(
            tx,
            "UPDATE invitations SET told_at = $2
             WHERE inviter_id = $1 AND told_at IS NULL AND state IN ('accepted', 'declined', 'expired')",
            [inviter.into(), self.now().into()],
        )
        .await
    }

    /// Asks the inviter for a new invitation, by the link of one that has expired or was revoked. Once a day; twice is
    /// once.
    ///
    /// # Errors
    /// [`Code::TicketUnknown`], and [`Code::TicketUsed`] for an invitation that was accepted.
    pub async fn ask_for_new(&self, ticket: &str) -> Result<()> {
        let invitation = self.invitation_of_ticket(ticket).await?;
        match super::invite::state_at(invitation.state, invitation.expires_at, self.now()) {
            InvitationState::Accepted => return Err(Code::TicketUsed.into()),
            // Still open: the link itself is the way in.
            InvitationState::Pending => return Ok(()),
            InvitationState::Declined | InvitationState::Revoked | InvitationState::Expired => {}
        }
        let now = self.now();
        let tx = self.begin().await?;
        let settings = self.settings_on(&tx).await?;
        let asked = self
            .change(
                &tx,
                "UPDATE invitations SET asked_at = $2 WHERE id = $1 AND (asked_at IS NULL OR asked_at <= $3)",
                [invitation.id.into(), now.into(), (now - ASK_AGAIN).into()],
            )
            .await?;
        if asked == 1 {
            self.send_request(&tx, &settings, &invitation).await?;
            let event = Event::new("invitation.ask", "user", invitation.user_id).by_invitation(Some(invitation.id));
            self.record(&tx, &Actor::default(), event).await?;
        }
        self.commit(tx).await
    }

    /// To the inviter, or to whoever answers for the guest if the inviter is gone.
    async fn send_request(
        &self,
        tx: &DatabaseTransaction,
        settings: &Settings,
        invitation: &invitations::Model,
    ) -> Result<()> {
        let guest = users::Entity::find_by_id(invitation.user_id).one(tx).await?.ok_or(Code::NotFound)?;
        let mut reader = None;
        for id in [Some(invitation.inviter_id), guest.sponsor_id].into_iter().flatten() {
            let row = users::Entity::find_by_id(id).one(tx).await?;
            reader = reader.or(row.filter(|row| row.deleted_at.is_none() && row.enabled));
        }
        let Some(reader) = reader else { return Ok(()) };
        let letter = Letter::Asked {
            guest: guest.display_name,
            address: invitation.address.clone(),
            path: format!("/guests/{}", guest.id),
        };
        let language = reader.preferred_language.unwrap_or(settings.organization.language);
        let post = Post { letter, language, unsubscribe: None };
        self.enqueue(tx, &post, &Address::parse(&reader.address)?, None, self.now() + DIGEST_LIFE).await
    }
}
