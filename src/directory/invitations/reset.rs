//! *Reset redemption*: the same guest with the same access, to be redeemed anew.

use chrono::Duration;
use sea_orm::{DatabaseTransaction, EntityTrait};

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::{invitations, users},
};
use crate::model::{
    Address, Caller, Code, Language,
    settings::Settings,
    state::{Delivery, ExternalState, InvitationState, UserType},
};

impl Directory {
    /// Resets a guest's redemption: same user, same access, but nobody can sign in as them until they redeem a new
    /// invitation, by whatever identity they have then. Sessions, identities and every ticket end. `new_address` replaces
    /// the address first, for somebody whose address has changed. The sponsor, or else the actor, stands behind the mail.
    ///
    /// # Errors
    /// [`Code::NotFound`] if no guest has the address, [`Code::AlreadyMember`] if the new address belongs to somebody,
    /// and those of the domain rules.
    pub async fn reset_redemption(&self, address: &Address, new_address: Option<&Address>) -> Result<()> {
        let actor = Actor::default();
        let result = async {
            let tx = self.begin().await?;
            let settings = self.settings_on(&tx).await?;
            let guest = self.user_by_address(&tx, address).await?.ok_or(Code::NotFound)?;
            let guest = self.lock_user(&tx, guest.id).await?.ok_or(Code::NotFound)?;
            if guest.user_type != UserType::Guest {
                return Err(Code::NotFound.into());
            }
            if !guest.enabled {
                return Err(Code::AccountBlocked.into());
            }
            let to = new_address.unwrap_or(address);
            if settings.organization.domains.iter().any(|own| own.covers(to.domain())) {
                return Err(Code::HomeDomain.into());
            }
            settings.domains.check(to)?;
            if to.normalized() != guest.address_norm && self.user_by_address(&tx, to).await?.is_some() {
                return Err(Code::AlreadyMember.into());
            }
            self.reset_in(&tx, &actor, &guest, to, &settings).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&actor, Event { action: "user.reset", ..Default::default() }, result).await
    }

    async fn reset_in(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        guest: &users::Model,
        to: &Address,
        settings: &Settings,
    ) -> Result<()> {
        let now = self.now();
        self.end_sessions_of(tx, guest.id).await?;
        let sql = "UPDATE identities SET deleted_at = $2 WHERE user_id = $1 AND deleted_at IS NULL";
        self.change(tx, sql, [guest.id.into(), now.into()]).await?;
        self.change(
            tx,
            "UPDATE tickets SET ended_at = $2 WHERE ended_at IS NULL
             AND invitation_id IN (SELECT id FROM invitations WHERE user_id = $1)",
            [guest.id.into(), now.into()],
        )
        .await?;
        self.change(
            tx,
            "UPDATE users SET external_state = $2, accepted_at = NULL, address = $3, address_norm = $4 WHERE id = $1",
            [guest.id.into(), ExternalState::Pending.into(), to.typed().into(), to.normalized().into()],
        )
        .await?;
        let details = serde_json::json!({ "old": guest.address, "new": to.typed() });
        self.record(tx, actor, Event::new("user.reset", "user", guest.id).details(details)).await?;
        self.user_changed(tx, actor, guest.id).await?;
        for open in self.pending_invitations_of(tx, guest.id).await? {
            // Its tickets are dead.
            self.recall_mail_of(tx, open.id, "no longer wanted").await?;
            let sql = "UPDATE invitations SET address = $2, address_norm = $3 WHERE id = $1";
            self.change(tx, sql, [open.id.into(), to.typed().into(), to.normalized().into()]).await?;
        }
        self.invite_after_reset(tx, actor, guest, to, settings).await
    }

    /// The invitation by which a reset guest comes back: it gives nothing new. Their sponsor stands behind it, or whoever
    /// invited them first.
    async fn invite_after_reset(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        guest: &users::Model,
        to: &Address,
        settings: &Settings,
    ) -> Result<()> {
        let now = self.now();
        let mut inviter = None;
        for id in [guest.sponsor_id, guest.created_by].into_iter().flatten() {
            let row = users::Entity::find_by_id(id).one(tx).await?;
            inviter = inviter.or(row.filter(|row| row.deleted_at.is_none() && row.enabled));
        }
        // Nobody left who knows them: the mail says that they invite themselves back in.
        let inviter = inviter.unwrap_or_else(|| guest.clone());
        let invitation = invitations::Model {
            id: self.new_id(),
            user_id: guest.id,
            address: to.typed().to_owned(),
            address_norm: to.normalized().to_owned(),
            inviter_id: inviter.id,
            message: String::new(),
            language: Language::of_mail(None, guest.preferred_language, settings.organization.language),
            state: InvitationState::Pending,
            state_at: now,
            created_at: now,
            expires_at: now + Duration::days(i64::from(settings.invitations.valid_days)),
            delivery: Delivery::None,
            delivery_error: None,
            landing: None,
            access_until: None,
            sent_at: None,
            reminded_at: None,
            told_at: None,
            asked_at: None,
        };
        self.insert_invitation_row(tx, &invitation).await?;
        let event = Event::new("invitation.create", "user", guest.id).by_invitation(Some(invitation.id));
        let event = event.details(serde_json::json!({ "address": to.typed(), "gives": [] }));
        self.record(tx, actor, event).await?;
        let sender = Caller {
            user_id: inviter.id,
            user_type: inviter.user_type,
            name: inviter.display_name,
            address: inviter.address,
            roles: Vec::new(),
            request_id: None,
        };
        self.send_invitation(tx, &sender, &invitation, false).await?;
        Ok(())
    }
}
