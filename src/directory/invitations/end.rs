//! How invitations end: accepted ones by redemption, the others here.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::{invitation_grants, invitations},
    grants::Target,
};
use crate::model::state::InvitationState;

impl Directory {
    /// Ends one open invitation with everything that only it granted: tickets, queued mail, memberships, and the guest
    /// if nothing is left. `false` if it was not open any more.
    pub(in crate::directory) async fn end_invitation(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        invitation: &invitations::Model,
        state: InvitationState,
    ) -> Result<bool> {
        let now = self.now();
        let id = invitation.id;
        // Locks the guest first, as acceptance does: the two never meet halfway.
        self.lock_user(tx, invitation.user_id).await?;
        #[derive(FromQueryResult)]
        struct Ended {
            state: InvitationState,
        }
        // When its time is over it has expired, whatever somebody wanted of it since.
        let ended = Ended::find_by_statement(self.sql(
            "UPDATE invitations SET state = CASE WHEN expires_at <= $3 THEN 'expired' ELSE $2 END, state_at = $3
             WHERE id = $1 AND state = 'pending' RETURNING state",
            [id.into(), state.into(), now.into()],
        ))
        .one(tx)
        .await?;
        let Some(Ended { state }) = ended else { return Ok(false) };
        self.end_tickets_of(tx, id).await?;
        self.drop_mail_of(tx, id).await?;
        // What another open invitation grants, too, is now granted by that one. Never by one that was accepted: what that
        // gave and they no longer have was taken away.
        for (table, what) in [("memberships", "group_id"), ("assignments", "app_id")] {
            let heir = format!(
                "SELECT i.id FROM invitations i JOIN invitation_grants n ON n.invitation_id = i.id
                 WHERE i.user_id = {table}.user_id AND n.{what} = {table}.{what}
                   AND i.state = 'pending' AND i.expires_at > $2
                 ORDER BY i.created_at, i.id LIMIT 1"
            );
            self.change(
                tx,
                &format!("UPDATE {table} SET invitation_id = ({heir}) WHERE invitation_id = $1 AND EXISTS ({heir})"),
                [id.into(), now.into()],
            )
            .await?;
            self.change(tx, &format!("DELETE FROM {table} WHERE invitation_id = $1"), [id.into()]).await?;
        }
        let action = match state {
            InvitationState::Declined => "invitation.decline",
            InvitationState::Expired => "invitation.expire",
            _ => "invitation.revoke",
        };
        self.record(tx, actor, Event::new(action, "user", invitation.user_id).by_invitation(Some(id))).await?;
        self.delete_if_nothing_left(tx, actor, invitation.user_id).await?;
        Ok(true)
    }

    /// Soft-deletes a guest who has not accepted and is left with nothing that they could wait for.
    pub(in crate::directory) async fn delete_if_nothing_left(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        user: Uuid,
    ) -> Result<()> {
        if self.has_nothing_left(tx, user).await? {
            self.soft_delete(tx, actor, user, "user.delete").await?;
        }
        Ok(())
    }

    /// Ends all tickets of an invitation.
    pub(in crate::directory) async fn end_tickets_of(&self, on: &impl ConnectionTrait, invitation: Uuid) -> Result<()> {
        let sql = "UPDATE tickets SET ended_at = $2 WHERE invitation_id = $1 AND ended_at IS NULL";
        self.change(on, sql, [invitation.into(), self.now().into()]).await?;
        Ok(())
    }

    /// What follows from a rule is nothing to wait for: it is there because they are.
    async fn has_nothing_left(&self, on: &impl ConnectionTrait, user: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Left {
            left: i64,
        }
        let row = Left::find_by_statement(self.sql(
            "SELECT (SELECT COUNT(*) FROM memberships WHERE user_id = $1 AND reason <> 'rule')
                  + (SELECT COUNT(*) FROM assignments WHERE user_id = $1)
                  + (SELECT COUNT(*) FROM invitations WHERE user_id = $1 AND state IN ('pending', 'accepted'))
                  + (SELECT COUNT(*) FROM group_owners WHERE user_id = $1)
                  + (SELECT COUNT(*) FROM app_owners WHERE user_id = $1)
                  + (SELECT COUNT(*) FROM users WHERE id = $1 AND user_type = 'member')
                  + (SELECT COUNT(*) FROM users WHERE id = $1 AND external_state = 'Accepted')
                  AS \"left\"",
            [user.into()],
        ))
        .one(on)
        .await?;
        Ok(row.is_some_and(|row| row.left == 0))
    }

    /// The invitations of a user that have not ended yet.
    pub(in crate::directory) async fn pending_invitations_of(
        &self,
        on: &impl ConnectionTrait,
        user: Uuid,
    ) -> Result<Vec<invitations::Model>> {
        Ok(invitations::Entity::find()
            .filter(invitations::Column::UserId.eq(user))
            .filter(invitations::Column::State.eq(InvitationState::Pending))
            .order_by_asc(invitations::Column::CreatedAt)
            .order_by_asc(invitations::Column::Id)
            .all(on)
            .await?)
    }

    /// Ends all open invitations of a user, as what they or somebody else decided.
    pub(in crate::directory) async fn end_open_invitations_of(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        user: Uuid,
        state: InvitationState,
    ) -> Result<usize> {
        let mut ended = 0;
        for invitation in self.pending_invitations_of(tx, user).await? {
            ended += usize::from(self.end_invitation(tx, actor, &invitation, state).await?);
        }
        Ok(ended)
    }

    /// After something was taken away: open invitations of that user no longer grant it, and one that grants nothing else
    /// is revoked.
    pub(in crate::directory) async fn withdraw_from_invitations(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        user: Uuid,
        target: Target,
    ) -> Result<()> {
        for invitation in self.pending_invitations_of(tx, user).await? {
            let gives = self.granted_by(tx, invitation.id).await?;
            if !gives.contains(&target) {
                continue;
            }
            // The last one stays with the invitation, which ends: it says what it was about.
            if gives.len() == 1 {
                self.end_invitation(tx, actor, &invitation, InvitationState::Revoked).await?;
                continue;
            }
            let column = match target {
                Target::Group(_) => invitation_grants::Column::GroupId,
                Target::App(_) => invitation_grants::Column::AppId,
            };
            invitation_grants::Entity::delete_many()
                .filter(invitation_grants::Column::InvitationId.eq(invitation.id))
                .filter(column.eq(target.id()))
                .exec(tx)
                .await?;
        }
        Ok(())
    }

    /// Marks invitations whose time is over, up to `limit`, each in a transaction of its own. A job calls it; access does
    /// not wait for it, because every check looks at the time itself. Says how many it ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_invitations(&self, limit: u64) -> Result<u64> {
        let due = invitations::Entity::find()
            // Written out: no index of pending ones alone is used for a bound value.
            .filter(Expr::cust("invitations.state = 'pending'"))
            .filter(invitations::Column::ExpiresAt.lte(self.now()))
            .order_by_asc(invitations::Column::ExpiresAt)
            .limit(limit)
            .all(self.db())
            .await?;
        let mut ended = 0;
        for invitation in due {
            let tx = self.begin().await?;
            self.lock_user(&tx, invitation.user_id).await?;
            // Somebody may have extended it a moment ago.
            let invitation = self.invitation(&tx, invitation.id).await?;
            if invitation.expires_at <= self.now()
                && self.end_invitation(&tx, &Actor::default(), &invitation, InvitationState::Expired).await?
            {
                ended += 1;
            }
            self.commit(tx).await?;
        }
        Ok(ended)
    }
}
