//! Invitations that wait for somebody who is signed in.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    invitations::invite::state_at,
};
use crate::model::{
    Address, Caller, Code,
    state::InvitationState,
    view::{PersonName, WaitingInvitation},
};

impl Directory {
    /// The caller's own open invitations, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_invitations(&self, caller: &Caller) -> Result<Vec<WaitingInvitation>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            message: String,
            expires_at: DateTime<Utc>,
            access_until: Option<DateTime<Utc>>,
            inviter_id: Uuid,
            inviter: String,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT i.id, i.message, i.expires_at, i.access_until, u.id AS inviter_id, u.display_name AS inviter
             FROM invitations i JOIN users u ON u.id = i.inviter_id
             WHERE i.user_id = $1 AND i.state = 'pending' AND i.expires_at > $2
             ORDER BY i.created_at DESC, i.id DESC LIMIT 50",
            [caller.user_id.into(), self.now().into()],
        ))
        .all(self.db())
        .await?;
        let mut waiting = Vec::new();
        for row in rows {
            let given = self.given_by(self.db(), row.id).await?;
            waiting.push(WaitingInvitation {
                id: row.id,
                inviter: PersonName { id: row.inviter_id, name: row.inviter },
                message: row.message,
                grants: given.groups.into_iter().chain(given.apps).collect(),
                expires_at: row.expires_at,
                access_until: row.access_until,
            });
        }
        Ok(waiting)
    }

    /// Accepts an invitation that waits for the caller, who has proven their address when they came.
    ///
    /// # Errors
    /// [`Code::NotFound`] for somebody else's, [`Code::InvitationEnded`], and those of the domain rules.
    pub async fn accept_waiting(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
            let row = self.invitation(&tx, id).await?;
            if row.user_id != caller.user_id {
                return Err(Code::NotFound.into());
            }
            // Domain rules bind here as they do at the redemption, wherever they come from.
            let addresses = [Address::parse(&row.address)?, Address::parse(&caller.address)?];
            let settings = self.settings_on(&tx).await?;
            addresses.iter().try_for_each(|address| settings.domains.check(address))?;
            if let Some(code) = self.barred_by_targets(&tx, caller.user_id, &addresses).await?.get(&id) {
                return Err((*code).into());
            }
            let accepted = self
                .change(
                    &tx,
                    "UPDATE invitations SET state = 'accepted', state_at = $2
                     WHERE id = $1 AND state = 'pending' AND expires_at > $2",
                    [id.into(), self.now().into()],
                )
                .await?;
            if accepted == 0 {
                return Err(Code::InvitationEnded.into());
            }
            self.end_tickets_of(&tx, id).await?;
            self.drop_mail_of(&tx, id).await?;
            let event = Event::new("invitation.accept", "user", caller.user_id).by_invitation(Some(id));
            self.record(&tx, &caller.into(), event).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("invitation.accept", "invitation", id), result).await
    }

    /// Declines an invitation that waits for the caller.
    ///
    /// # Errors
    /// As [`Self::accept_waiting`].
    pub async fn decline_waiting(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let row = self.invitation(&tx, id).await?;
            if row.user_id != caller.user_id {
                return Err(Code::NotFound.into());
            }
            let open = state_at(row.state, row.expires_at, self.now()) == InvitationState::Pending;
            if !open || !self.end_invitation(&tx, &Actor::from(caller), &row, InvitationState::Declined).await? {
                return Err(Code::InvitationEnded.into());
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("invitation.decline", "invitation", id), result).await
    }
}
