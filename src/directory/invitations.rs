//! Inviting guests, and what becomes of invitations.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
};
use uuid::Uuid;

use super::{
    Directory, Error, Result,
    audit::{Actor, Event},
    entities::{groups, invitation_grants, invitations, tickets, users},
    groups::SeenGroup,
    vault::hash,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    letter::{Letter, Sender},
    names, policy,
    settings::Settings,
    state::{Delivery, ExternalState, GrantReason, InvitationState, UserType},
};

/// Longest message of an inviter, in characters.
pub const LONGEST_MESSAGE: usize = 2000;

/// What an inviter asks for.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The group to invite to.
    pub group_id: Uuid,
    /// The address as typed, perhaps with a name: `Sam Oogle <sam@example.com>`.
    pub address: String,
    /// The inviter's own words.
    pub message: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteOutcome {
    /// A new invitation; its mail is queued.
    Invited,
    /// A guest who has accepted before: in the group at once, with a notice.
    Added,
    /// There is an open invitation to this group already; it stays as it is and no second mail leaves.
    AlreadyInvited,
}

/// The answer to an inviter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The guest.
    pub user_id: Uuid,
    /// The invitation, if one is open.
    pub invitation_id: Option<Uuid>,
    /// What happened.
    pub outcome: InviteOutcome,
}

/// What was checked before anything is written.
struct Checked {
    group: SeenGroup,
    address: Address,
    name: Option<String>,
    message: String,
    settings: Settings,
}

impl Directory {
    /// Invites someone to a group, in one transaction: the guest (pending), the membership, the invitation with its
    /// ticket, the audit events, and the mail in the outbox.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group the caller may not see; the codes of the invite policy, of the address (`address`)
    /// and of the message (`message`); [`Code::AlreadyMember`], [`Code::AlreadyInGroup`], [`Code::AccountBlocked`].
    pub async fn invite(&self, caller: &Caller, ask: &Ask) -> Result<Invited> {
        let event = Event::new("invitation.create", "group", ask.group_id).in_group(ask.group_id);
        let result = self.invite_and_commit(caller, ask).await;
        let result = self.record_refusal(&caller.into(), event, result).await;
        if caller.is_guest() { unrevealing(result) } else { result }
    }

    async fn invite_and_commit(&self, caller: &Caller, ask: &Ask) -> Result<Invited> {
        let tx = self.begin().await?;
        let checked = self.check_ask(&tx, caller, ask).await?;
        let user = self.find_or_add_guest(&tx, caller, &checked.address, checked.name.as_deref()).await?;
        let refuse = |code: Code| Refusal { target: Some(user.id), ..Refusal::at(code, "address") };
        if user.user_type == UserType::Member {
            return Err(refuse(Code::AlreadyMember).into());
        }
        if !user.enabled {
            return Err(refuse(Code::AccountBlocked).into());
        }
        let invited = if user.external_state == Some(ExternalState::Accepted) {
            self.add_known_guest(&tx, caller, &checked, &user).await?
        } else {
            self.invite_pending_guest(&tx, caller, &checked, &user).await?
        };
        self.commit(tx).await?;
        Ok(invited)
    }

    async fn check_ask(&self, on: &impl ConnectionTrait, caller: &Caller, ask: &Ask) -> Result<Checked> {
        let group = self.see_group(on, caller, ask.group_id, true).await?;
        let settings = self.settings_on(on).await?;
        policy::may_invite_to_group(settings.invitations.policy, group.inviter(caller), group.facts())?;
        let address = Address::parse(&ask.address).map_err(|code| Refusal::at(code, "address"))?;
        if settings.organization.domains.iter().any(|own| own.covers(address.domain())) {
            return Err(Refusal::at(Code::HomeDomain, "address").into());
        }
        settings.domains.check(&address).map_err(|code| Refusal::at(code, "address"))?;
        let message = plain_message(&ask.message);
        if message.chars().count() > LONGEST_MESSAGE {
            return Err(Refusal::at(Code::MessageTooLong, "message").into());
        }
        let name = ask.address.rsplit_once('<').and_then(|(name, _)| names::one_line(name.trim().trim_matches('"')));
        Ok(Checked { group, address, name, message, settings })
    }

    /// Someone who has accepted before gets the group at once, and a notice.
    async fn add_known_guest(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        user: &users::Model,
    ) -> Result<Invited> {
        let group_id = checked.group.row.id;
        if !self.grant_membership(tx, caller, group_id, user.id, GrantReason::Invitation, None).await? {
            return Err(Refusal { target: Some(user.id), ..Refusal::at(Code::AlreadyInGroup, "address") }.into());
        }
        let letter = Letter::Added {
            inviter: sender(caller),
            message: checked.message.clone(),
            groups: vec![checked.group.row.name.clone()],
            apps: self.app_names_of_group(tx, group_id).await?,
            address: user.address.clone(),
            access_until: None,
        };
        let to = Address::parse(&user.address)?;
        self.enqueue(tx, &letter.into(), &to, None, self.now() + Duration::days(3)).await?;
        Ok(Invited { user_id: user.id, invitation_id: None, outcome: InviteOutcome::Added })
    }

    async fn invite_pending_guest(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        user: &users::Model,
    ) -> Result<Invited> {
        let group_id = checked.group.row.id;
        if let Some(open) = self.open_invitation_to(tx, user.id, group_id).await? {
            // A second press changes nothing, unless the first mail never arrived: then it is sent again.
            let failed = open.delivery == Delivery::Failed;
            if failed {
                self.send_invitation(tx, caller, checked, open.id, open.expires_at).await?;
                let event = Event::new("invitation.resend", "user", user.id).in_group(group_id);
                self.record(tx, &caller.into(), event.by_invitation(Some(open.id))).await?;
            }
            let outcome = if failed { InviteOutcome::Invited } else { InviteOutcome::AlreadyInvited };
            return Ok(Invited { user_id: user.id, invitation_id: Some(open.id), outcome });
        }
        let now = self.now();
        let id = self.new_id();
        let expires_at = now + Duration::days(i64::from(checked.settings.invitations.valid_days));
        invitations::Entity::insert(invitations::ActiveModel {
            id: Set(id),
            user_id: Set(user.id),
            address: Set(checked.address.typed().to_owned()),
            address_norm: Set(checked.address.normalized().to_owned()),
            inviter_id: Set(caller.user_id),
            message: Set(checked.message.clone()),
            language: Set(checked.settings.organization.language),
            state: Set(InvitationState::Pending),
            state_at: Set(now),
            created_at: Set(now),
            expires_at: Set(expires_at),
            delivery: Set(Delivery::Queued),
            delivery_error: Set(None),
            ..Default::default()
        })
        .exec_without_returning(tx)
        .await?;
        invitation_grants::Entity::insert(invitation_grants::ActiveModel {
            id: Set(self.new_id()),
            invitation_id: Set(id),
            group_id: Set(Some(group_id)),
            app_id: Set(None),
        })
        .exec_without_returning(tx)
        .await?;
        let event = Event::new("invitation.create", "user", user.id)
            .in_group(group_id)
            .by_invitation(Some(id))
            .details(serde_json::json!({ "address": checked.address.typed() }));
        self.record(tx, &caller.into(), event).await?;
        self.grant_membership(tx, caller, group_id, user.id, GrantReason::Invitation, Some(id)).await?;

        self.send_invitation(tx, caller, checked, id, expires_at).await?;
        Ok(Invited { user_id: user.id, invitation_id: Some(id), outcome: InviteOutcome::Invited })
    }

    /// Puts an invitation's mail into the outbox, with a ticket of its own. Tickets sent before stay good.
    async fn send_invitation(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        id: Uuid,
        expires_at: DateTime<Utc>,
    ) -> Result<()> {
        // The redemption page shows the words of the newest mail.
        self.change(
            tx,
            "UPDATE invitations SET delivery = 'queued', delivery_error = NULL, message = $2 WHERE id = $1",
            [id.into(), checked.message.as_str().into()],
        )
        .await?;
        let letter = Letter::Invitation {
            ticket: Some(self.mint_ticket(tx, id).await?),
            inviter: sender(caller),
            message: checked.message.clone(),
            groups: vec![checked.group.row.name.clone()],
            apps: self.app_names_of_group(tx, checked.group.row.id).await?,
            address: checked.address.typed().to_owned(),
            expires_at,
            access_until: None,
        };
        self.enqueue(tx, &letter.into(), &checked.address, Some(id), expires_at).await
    }

    /// The mail that would leave, for the preview: the same checks but for the address, which may still be half typed.
    ///
    /// # Errors
    /// As [`Self::invite`], for the group and the message.
    pub async fn preview_invitation(&self, caller: &Caller, ask: &Ask) -> Result<(Letter, Settings)> {
        let group = self.see_group(self.db(), caller, ask.group_id, false).await?;
        let settings = self.settings().await?;
        policy::may_invite_to_group(settings.invitations.policy, group.inviter(caller), group.facts())?;
        let message: String = plain_message(&ask.message).chars().take(LONGEST_MESSAGE).collect();
        let typed = Address::parse(&ask.address).map(|address| address.typed().to_owned());
        let letter = Letter::Invitation {
            ticket: None,
            inviter: sender(caller),
            message,
            groups: vec![group.row.name.clone()],
            apps: self.app_names_of_group(self.db(), ask.group_id).await?,
            address: typed.unwrap_or_else(|_| "name@example.com".to_owned()),
            expires_at: self.now() + Duration::days(i64::from(settings.invitations.valid_days)),
            access_until: None,
        };
        Ok((letter, settings))
    }

    /// The open invitation that grants this group to this user, if there is one.
    async fn open_invitation_to(
        &self,
        on: &impl ConnectionTrait,
        user: Uuid,
        group: Uuid,
    ) -> Result<Option<invitations::Model>> {
        Ok(invitations::Model::find_by_statement(self.sql(
            "SELECT i.* FROM invitations i JOIN invitation_grants n ON n.invitation_id = i.id
             WHERE i.user_id = $1 AND n.group_id = $2 AND i.state = 'pending' AND i.expires_at > $3
             ORDER BY i.created_at LIMIT 1",
            [user.into(), group.into(), self.now().into()],
        ))
        .one(on)
        .await?)
    }

    /// A further secret for an invitation's link. Only its hash is kept.
    async fn mint_ticket(&self, on: &impl ConnectionTrait, invitation: Uuid) -> Result<String> {
        let ticket = self.new_secret();
        tickets::Entity::insert(tickets::ActiveModel {
            id: Set(self.new_id()),
            invitation_id: Set(invitation),
            hash: Set(hash(&ticket)),
            created_at: Set(self.now()),
            ended_at: Set(None),
        })
        .exec_without_returning(on)
        .await?;
        Ok(ticket)
    }

    /// Ends one open invitation with everything that only it granted: tickets, queued mail, memberships, and the guest
    /// if nothing is left. `false` if it was not open any more.
    pub(super) async fn end_invitation(
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
        let ended = self
            .change(
                tx,
                "UPDATE invitations SET state = $2, state_at = $3 WHERE id = $1 AND state = 'pending'",
                [id.into(), state.into(), now.into()],
            )
            .await?;
        if ended == 0 {
            return Ok(false);
        }
        self.change(
            tx,
            "UPDATE tickets SET ended_at = $2 WHERE invitation_id = $1 AND ended_at IS NULL",
            [id.into(), now.into()],
        )
        .await?;
        self.drop_mail_of(tx, id).await?;
        // What another open invitation grants, too, is now granted by that one.
        for (table, what) in [("memberships", "group_id"), ("assignments", "app_id")] {
            let heir = format!(
                "SELECT i.id FROM invitations i JOIN invitation_grants n ON n.invitation_id = i.id
                 WHERE i.user_id = {table}.user_id AND n.{what} = {table}.{what} AND i.state IN ('pending', 'accepted')
                 ORDER BY i.created_at LIMIT 1"
            );
            self.change(
                tx,
                &format!("UPDATE {table} SET invitation_id = ({heir}) WHERE invitation_id = $1 AND EXISTS ({heir})"),
                [id.into()],
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
        if self.has_nothing_left(tx, invitation.user_id).await? {
            self.soft_delete(tx, actor, invitation.user_id, "user.delete").await?;
        }
        Ok(true)
    }

    async fn has_nothing_left(&self, on: &impl ConnectionTrait, user: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Left {
            left: i64,
        }
        let row = Left::find_by_statement(self.sql(
            "SELECT (SELECT COUNT(*) FROM memberships WHERE user_id = $1)
                  + (SELECT COUNT(*) FROM assignments WHERE user_id = $1)
                  + (SELECT COUNT(*) FROM invitations WHERE user_id = $1 AND state IN ('pending', 'accepted'))
                  + (SELECT COUNT(*) FROM users WHERE id = $1 AND user_type = 'member')
                  + (SELECT COUNT(*) FROM users WHERE id = $1 AND external_state = 'Accepted')
                  AS \"left\"",
            [user.into()],
        ))
        .one(on)
        .await?;
        Ok(row.is_some_and(|row| row.left == 0))
    }

    /// Ends all open invitations of a user who goes.
    pub(super) async fn end_open_invitations_of(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        user: Uuid,
    ) -> Result<()> {
        let open = invitations::Entity::find()
            .filter(invitations::Column::UserId.eq(user))
            .filter(invitations::Column::State.eq(InvitationState::Pending))
            .all(tx)
            .await?;
        for invitation in open {
            self.end_invitation(tx, actor, &invitation, InvitationState::Declined).await?;
        }
        Ok(())
    }

    /// After a membership was taken away: open invitations of that user no longer grant the group, and one that grants
    /// nothing any more is revoked.
    pub(super) async fn withdraw_from_invitations(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        user: Uuid,
        group: Uuid,
    ) -> Result<()> {
        let open = invitations::Entity::find()
            .filter(invitations::Column::UserId.eq(user))
            .filter(invitations::Column::State.eq(InvitationState::Pending))
            .all(tx)
            .await?;
        for invitation in open {
            self.change(
                tx,
                "DELETE FROM invitation_grants WHERE invitation_id = $1 AND group_id = $2",
                [invitation.id.into(), group.into()],
            )
            .await?;
            let grants = invitation_grants::Entity::find()
                .filter(invitation_grants::Column::InvitationId.eq(invitation.id))
                .one(tx)
                .await?;
            if grants.is_none() {
                self.end_invitation(tx, actor, &invitation, InvitationState::Revoked).await?;
            }
        }
        Ok(())
    }

    /// Marks invitations whose time is over, up to `limit`, each in a transaction of its own. A job calls it; access does
    /// not wait for it, because every check looks at the time itself. Says how many it ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_invitations(&self, limit: u64) -> Result<u64> {
        use sea_orm::{QueryOrder, QuerySelect};
        let due = invitations::Entity::find()
            .filter(invitations::Column::State.eq(InvitationState::Pending))
            .filter(invitations::Column::ExpiresAt.lte(self.now()))
            .order_by_asc(invitations::Column::ExpiresAt)
            .limit(limit)
            .all(self.db())
            .await?;
        let mut ended = 0;
        for invitation in due {
            let tx = self.begin().await?;
            if self.end_invitation(&tx, &Actor::default(), &invitation, InvitationState::Expired).await? {
                ended += 1;
            }
            self.commit(tx).await?;
        }
        Ok(ended)
    }

    pub(super) async fn app_names_of_group(&self, on: &impl ConnectionTrait, group: Uuid) -> Result<Vec<String>> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
        }
        Ok(Row::find_by_statement(self.sql(
            "SELECT a.name FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
             WHERE s.group_id = $1 AND (s.until IS NULL OR s.until > $2) ORDER BY a.name_folded, a.id",
            [group.into(), self.now().into()],
        ))
        .all(on)
        .await?
        .into_iter()
        .map(|row| row.name)
        .collect())
    }
}

/// A guest who invites may not learn who is in the directory: for every address that could be invited the answer is the
/// same (design 5.6). The audit log has the truth.
fn unrevealing(result: Result<Invited>) -> Result<Invited> {
    let same = Invited { user_id: Uuid::nil(), invitation_id: None, outcome: InviteOutcome::Invited };
    match result {
        Ok(_) => Ok(same),
        Err(Error::Refused(refusal))
            if matches!(refusal.code, Code::AlreadyMember | Code::AlreadyInGroup | Code::AccountBlocked) =>
        {
            Ok(same)
        }
        Err(error) => Err(error),
    }
}

/// An inviter's words as plain text: lines end in `\n`, and there are no other control characters, nor any that turn the
/// direction of what follows.
fn plain_message(typed: &str) -> String {
    let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
    let plain =
        |c: &char| (!c.is_control() || *c == '\n') && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    lines.chars().filter(plain).collect::<String>().trim().to_owned()
}

fn sender(caller: &Caller) -> Sender {
    Sender { name: caller.name.clone(), address: caller.address.clone() }
}

/// What the rules of inviting need to know of a group.
impl SeenGroup {
    fn facts(&self) -> policy::GroupFacts {
        let groups::Model { kind, accepts_guests, members_may_invite, .. } = self.row;
        policy::GroupFacts {
            kind,
            accepts_guests,
            members_may_invite,
            is_owner: self.is_owner,
            is_member: self.is_member,
        }
    }

    fn inviter(&self, caller: &Caller) -> policy::Inviter {
        use crate::model::state::Role;
        if caller.is_administrator() {
            policy::Inviter::Administrator
        } else if caller.has(Role::GuestInviter) {
            policy::Inviter::GuestInviter
        } else if caller.is_guest() {
            policy::Inviter::Guest
        } else {
            policy::Inviter::Member
        }
    }

    /// Whether the caller may invite to this group.
    pub(super) fn may_invite(&self, caller: &Caller, settings: &Settings) -> std::result::Result<(), Code> {
        policy::may_invite_to_group(settings.invitations.policy, self.inviter(caller), self.facts())
    }
}
