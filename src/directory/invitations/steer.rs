//! What inviters do with an invitation that was made: send it again, copy its link, extend it, revoke it, invite again,
//! and withdraw what was given.

use chrono::Duration;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        audit::{Actor, Event},
        entities::{invitations, users},
        grants::Target,
    },
    Ask, Invited, Terms,
    invite::state_at,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    policy::{self, Inviter},
    settings::Settings,
    state::{Delivery, GuestAction, InvitationState, Role},
    view::Steered,
};

/// How many guests are steered at once.
const MOST: usize = 200;

/// An invitation, and what the caller is to it.
pub(in crate::directory) struct SeenInvitation {
    pub row: invitations::Model,
    pub gives: Vec<Target>,
    /// Whether the caller made it, answers for the guest, or is an administrator.
    pub is_own: bool,
    /// Whether the caller owns everything that it gives.
    pub owns_all: bool,
}

impl SeenInvitation {
    pub fn may_revoke(&self) -> bool {
        self.is_own || self.owns_all
    }
}

/// Proof that the caller may send an invitation's mail once more. Only [`Directory::sendable`] makes one.
struct Sendable(invitations::Model);

impl Directory {
    /// The invitation, if the caller may know of it: who made it, who answers for the guest, owners of what it gives,
    /// administrators and auditors.
    pub(in crate::directory) async fn see_invitation(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
    ) -> Result<SeenInvitation> {
        #[derive(FromQueryResult)]
        struct Owned {
            owned: i64,
        }
        let row = self.invitation(on, id).await?;
        let gives = self.granted_by(on, id).await?;
        let guest = users::Entity::find_by_id(row.user_id).one(on).await?.ok_or(Code::NotFound)?;
        let is_own =
            row.inviter_id == caller.user_id || guest.sponsor_id == Some(caller.user_id) || caller.is_administrator();
        let owned = Owned::find_by_statement(self.sql(
            "SELECT (SELECT COUNT(*) FROM invitation_grants n JOIN group_owners o ON o.group_id = n.group_id
                     JOIN groups g ON g.id = n.group_id AND g.deleted_at IS NULL WHERE n.invitation_id = $1 AND o.user_id = $2)
                  + (SELECT COUNT(*) FROM invitation_grants n JOIN app_owners o ON o.app_id = n.app_id
                     WHERE n.invitation_id = $1 AND o.user_id = $2) AS owned",
            [id.into(), caller.user_id.into()],
        ))
        .one(on)
        .await?
        .map_or(0, |row| row.owned);
        if !is_own && owned == 0 && !caller.has(Role::Auditor) {
            return Err(Code::NotFound.into());
        }
        let all = i64::try_from(gives.len()).unwrap_or(i64::MAX);
        Ok(SeenInvitation { row, gives, is_own, owns_all: owned > 0 && owned == all })
    }

    /// Whether the caller may send the invitation again: they could make it today, and it is open.
    pub(in crate::directory) async fn may_send(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        seen: &SeenInvitation,
        settings: &Settings,
        lock: bool,
    ) -> Result<()> {
        if state_at(seen.row.state, seen.row.expires_at, self.now()) != InvitationState::Pending {
            return Err(Code::InvitationEnded.into());
        }
        let (groups, apps) = Target::split(&seen.gives);
        let targets = match self.see_targets(on, caller, &groups, &apps, lock).await {
            Ok(targets) => targets,
            // They see the invitation, but no longer what it gives.
            Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => return Err(Code::Forbidden.into()),
            Err(error) => return Err(error),
        };
        if seen.gives.is_empty() {
            // Made by an administrator, or by a reset in the name of whoever answers for the guest: it gives nothing new.
            if !seen.is_own {
                return Err(Code::Forbidden.into());
            }
            policy::may_invite_at_all(settings.invitations.policy, Inviter::of(caller))?;
        } else {
            targets.may_invite(caller, settings)?;
        }
        targets.check_domain(settings, &Address::parse(&seen.row.address)?)
    }

    /// The invitation, locked with what it gives and with its guest, if the caller may send it again.
    async fn sendable(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        id: Uuid,
        settings: &Settings,
    ) -> Result<Sendable> {
        let seen = self.see_invitation(tx, caller, id).await?;
        self.may_send(tx, caller, &seen, settings, true).await?;
        self.lock_user(tx, seen.row.user_id).await?.ok_or(Code::InvitationEnded)?;
        // Somebody may have ended it while we waited.
        let row = self.invitation(tx, id).await?;
        if state_at(row.state, row.expires_at, self.now()) != InvitationState::Pending {
            return Err(Code::InvitationEnded.into());
        }
        Ok(Sendable(row))
    }

    /// Sends an open invitation's mail again, with a further ticket. While one is still on its way, nothing happens.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::InvitationEnded`], [`Code::MailBlocked`], [`Code::RateLimited`], and those of
    /// [`Self::invite`] for what it gives.
    pub async fn resend_invitation(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let settings = self.settings_on(&tx).await?;
            let Sendable(invitation) = self.sendable(&tx, caller, id, &settings).await?;
            if invitation.delivery != Delivery::Queued {
                // A guest who invites learns nothing of the addressee, not even this.
                if !caller.is_guest() && self.blocks_mail(&tx, &Address::parse(&invitation.address)?).await? {
                    return Err(Code::MailBlocked.into());
                }
                self.send_invitation(&tx, caller, &invitation, false).await?;
                self.record(&tx, &caller.into(), about("invitation.resend", &invitation)).await?;
                self.count_invitations(&tx, caller, &settings, 1).await?;
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), attempted("invitation.resend", id), result).await
    }

    /// A further link to an open invitation, to be handed over. The links before it stay good.
    ///
    /// # Errors
    /// As [`Self::resend_invitation`]; [`Code::Forbidden`] for guests who invite: a link would tell them of its address.
    pub async fn invitation_link(&self, caller: &Caller, id: Uuid) -> Result<String> {
        let result = async {
            let tx = self.begin().await?;
            let settings = self.settings_on(&tx).await?;
            let Sendable(invitation) = self.sendable(&tx, caller, id, &settings).await?;
            if caller.is_guest() {
                return Err(Code::Forbidden.into());
            }
            let link = self.mint_link(&tx, &caller.into(), &invitation).await?;
            self.commit(tx).await?;
            Ok(link)
        };
        let result = result.await;
        self.record_refusal(&caller.into(), attempted("invitation.link", id), result).await
    }

    /// Lets an open invitation be open for `days` more days from now (1 to 365; the organization's setting if not
    /// given). Never shortens it.
    ///
    /// # Errors
    /// As [`Self::resend_invitation`]; [`Code::ValidityInvalid`] at `days`.
    pub async fn extend_invitation(&self, caller: &Caller, id: Uuid, days: Option<u16>) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let settings = self.settings_on(&tx).await?;
            let days = days.unwrap_or(settings.invitations.valid_days);
            if !(1..=365).contains(&days) {
                return Err(Refusal::at(Code::ValidityInvalid, "days").into());
            }
            let Sendable(invitation) = self.sendable(&tx, caller, id, &settings).await?;
            let until = self.now() + Duration::days(i64::from(days));
            let extended = self
                .change(
                    &tx,
                    "UPDATE invitations SET expires_at = $2, reminded_at = NULL
                     WHERE id = $1 AND state = 'pending' AND expires_at < $2",
                    [id.into(), until.into()],
                )
                .await?;
            if extended == 1 {
                let sql = "UPDATE outbox SET not_after = $2 WHERE invitation_id = $1 AND state = 'queued' AND kind = 'invitation'";
                self.change(&tx, sql, [id.into(), until.into()]).await?;
                self.record(&tx, &caller.into(), about("invitation.extend", &invitation)).await?;
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), attempted("invitation.extend", id), result).await
    }

    /// Ends an open invitation: its links stop working, and what only it gave is gone.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`] for owners of a part of what it gives (they withdraw that part);
    /// [`Code::InvitationEnded`].
    pub async fn revoke_invitation(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let seen = self.see_invitation(&tx, caller, id).await?;
            if !seen.may_revoke() {
                return Err(Code::Forbidden.into());
            }
            if state_at(seen.row.state, seen.row.expires_at, self.now()) != InvitationState::Pending {
                return Err(Code::InvitationEnded.into());
            }
            self.lock_for_change(&tx, &seen.gives).await?;
            if !self.end_invitation(&tx, &caller.into(), &seen.row, InvitationState::Revoked).await? {
                return Err(Code::InvitationEnded.into());
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), attempted("invitation.revoke", id), result).await
    }

    /// Invites somebody again whose invitation has ended, to what it gave and still exists, with the same words.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`] for whoever sees the invitation and not what it gave;
    /// [`Code::NothingChosen`] if nothing of that is left; and those of [`Self::invite`].
    pub async fn invite_again(&self, caller: &Caller, id: Uuid) -> Result<Invited> {
        let seen = async {
            let mut seen = self.see_invitation(self.db(), caller, id).await?;
            let gave = !seen.gives.is_empty();
            seen.gives = self.still_there(self.db(), &seen.gives).await?;
            let (groups, apps) = Target::split(&seen.gives);
            match self.see_targets(self.db(), caller, &groups, &apps, false).await {
                // They see the invitation, but no longer what it gave.
                Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => Err(Code::Forbidden.into()),
                // Invited to the directory instead, they would be told something else than the first time.
                Ok(_) if gave && seen.gives.is_empty() => Err(Code::NothingChosen.into()),
                Ok(_) => Ok(seen),
                Err(error) => Err(error),
            }
        };
        let seen = seen.await;
        let seen = self.record_refusal(&caller.into(), attempted("invitation.create", id), seen).await?;
        let now = self.now();
        let (groups, apps) = Target::split(&seen.gives);
        let ask = Ask {
            groups,
            apps,
            address: seen.row.address,
            name: users::Entity::find_by_id(seen.row.user_id).one(self.db()).await?.map(|user| user.display_name),
            terms: Terms {
                message: seen.row.message,
                language: Some(seen.row.language),
                access_until: seen.row.access_until.filter(|until| *until > now),
                landing: seen.row.landing.as_deref().and_then(|url| url.parse().ok()),
                ..Default::default()
            },
        };
        self.invite(caller, &ask).await
    }

    /// Takes a guest out of every group and off every app that the caller manages, and revokes the open invitations that
    /// the caller made, or any if the caller answers for the guest. Access ends with the guest's next request.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a guest the caller has nothing to do with, [`Code::Forbidden`] if the caller manages nothing
    /// of what they have.
    pub async fn withdraw_access(&self, caller: &Caller, user: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let guest = self.see_guest(&tx, caller, user).await?;
            let managed = self.managed_grants(&tx, caller, user).await?;
            self.lock_for_change(&tx, &managed).await?;
            self.lock_user(&tx, user).await?.ok_or(Code::NotFound)?;
            let actor = Actor::from(caller);
            let mut changed = false;
            for target in managed {
                changed |= self.take_back(&tx, &actor, target, user).await?;
                self.withdraw_from_invitations(&tx, &actor, user, target).await?;
            }
            for open in self.pending_invitations_of(&tx, user).await? {
                let own = open.inviter_id == caller.user_id || guest.sponsor_id == Some(caller.user_id);
                if own || caller.is_administrator() {
                    changed |= self.end_invitation(&tx, &actor, &open, InvitationState::Revoked).await?;
                }
            }
            self.delete_if_nothing_left(&tx, &actor, user).await?;
            if !changed {
                return Err(Code::Forbidden.into());
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("access.withdraw", "user", user), result).await
    }

    /// The groups and apps of a guest that the caller manages, in the order in which they are locked.
    pub(in crate::directory) async fn managed_grants(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        user: Uuid,
    ) -> Result<Vec<Target>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let (of_groups, of_apps) = if caller.is_administrator() {
            ("$2 = $2", "$2 = $2")
        } else {
            (
                "EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = m.group_id AND o.user_id = $2)",
                "EXISTS (SELECT 1 FROM app_owners o WHERE o.app_id = m.app_id AND o.user_id = $2)",
            )
        };
        let groups = format!(
            "SELECT m.group_id AS id FROM memberships m
             WHERE m.user_id = $1 AND m.reason <> 'rule' AND {of_groups} ORDER BY m.group_id"
        );
        let apps =
            format!("SELECT m.app_id AS id FROM assignments m WHERE m.user_id = $1 AND {of_apps} ORDER BY m.app_id");
        let values = || [user.into(), caller.user_id.into()];
        let groups = Row::find_by_statement(self.sql(&groups, values())).all(on).await?;
        let apps = Row::find_by_statement(self.sql(&apps, values())).all(on).await?;
        let groups = groups.into_iter().map(|row| Target::Group(row.id));
        Ok(groups.chain(apps.into_iter().map(|row| Target::App(row.id))).collect())
    }

    /// Locks groups and apps, in the one order, before a user's row.
    async fn lock_for_change(&self, tx: &DatabaseTransaction, targets: &[Target]) -> Result<()> {
        use super::super::entities::{apps as app_rows, groups as group_rows};
        use sea_orm::{QuerySelect, sea_query::LockType::NoKeyUpdate};
        let mut sorted = targets.to_vec();
        sorted.sort_unstable();
        for target in sorted {
            match target {
                Target::Group(id) => drop(group_rows::Entity::find_by_id(id).lock(NoKeyUpdate).one(tx).await?),
                Target::App(id) => drop(app_rows::Entity::find_by_id(id).lock_exclusive().one(tx).await?),
            }
        }
        Ok(())
    }

    /// The same with several guests, each in a transaction of their own, up to 200.
    ///
    /// # Errors
    /// [`Code::NobodyChosen`], [`Code::TooManyAddresses`]. What was refused for a single guest is in the answer.
    pub async fn steer_guests(&self, caller: &Caller, action: GuestAction, guests: &[Uuid]) -> Result<Steered> {
        if guests.is_empty() {
            return Err(Code::NobodyChosen.into());
        }
        if guests.len() > MOST {
            return Err(Code::TooManyAddresses.into());
        }
        let mut answer = Steered { done: 0, refused: Vec::new() };
        for &guest in guests {
            match self.steer_guest(caller, action, guest).await {
                Ok(()) => answer.done += 1,
                Err(Error::Refused(refusal)) => {
                    // Only those are named whom the caller may see.
                    let seen = self.see_guest(self.db(), caller, guest).await;
                    answer.refused.push((seen.map_or_else(|_| String::new(), |user| user.display_name), refusal.code));
                }
                Err(broken) => return Err(broken),
            }
        }
        Ok(answer)
    }

    async fn steer_guest(&self, caller: &Caller, action: GuestAction, guest: Uuid) -> Result<()> {
        if action == GuestAction::Withdraw {
            return self.withdraw_access(caller, guest).await;
        }
        let newest = async {
            self.see_guest(self.db(), caller, guest).await?;
            let newest = self.newest_invitation(caller, guest, action == GuestAction::Again).await?;
            newest.ok_or_else(|| Code::InvitationEnded.into())
        };
        let wanted = match action {
            GuestAction::Resend => "invitation.resend",
            GuestAction::Extend => "invitation.extend",
            GuestAction::Again => "invitation.create",
            GuestAction::Revoke | GuestAction::Withdraw => "invitation.revoke",
        };
        let newest = newest.await;
        let id = self.record_refusal(&caller.into(), Event::new(wanted, "user", guest), newest).await?;
        match action {
            GuestAction::Resend => self.resend_invitation(caller, id).await,
            GuestAction::Extend => self.extend_invitation(caller, id, None).await,
            GuestAction::Revoke => self.revoke_invitation(caller, id).await,
            GuestAction::Again => self.invite_again(caller, id).await.map(drop),
            GuestAction::Withdraw => Ok(()),
        }
    }

    /// The newest invitation of a guest that the caller may know of: an open one, or one that has ended.
    async fn newest_invitation(&self, caller: &Caller, guest: Uuid, ended: bool) -> Result<Option<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let state = if ended {
            "(i.state IN ('declined', 'revoked', 'expired') OR i.state = 'pending' AND i.expires_at <= $2)"
        } else {
            "i.state = 'pending' AND i.expires_at > $2"
        };
        let rows = Row::find_by_statement(self.sql(
            &format!("SELECT i.id FROM invitations i WHERE i.user_id = $1 AND {state} ORDER BY i.created_at DESC, i.id DESC LIMIT 20"),
            [guest.into(), self.now().into()],
        ))
        .all(self.db())
        .await?;
        for row in rows {
            match self.see_invitation(self.db(), caller, row.id).await {
                Ok(seen) => return Ok(Some(seen.row.id)),
                Err(Error::Refused(_)) => {}
                Err(broken) => return Err(broken),
            }
        }
        Ok(None)
    }
}

fn about(action: &'static str, invitation: &invitations::Model) -> Event {
    Event::new(action, "user", invitation.user_id).by_invitation(Some(invitation.id))
}

fn attempted(action: &'static str, id: Uuid) -> Event {
    Event::new(action, "invitation", id).by_invitation(Some(id))
}
