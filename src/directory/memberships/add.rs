//! Putting people of the directory into a group.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{
    Directory, Error, Result,
    audit::{Actor, Event},
    domains::stored,
    entities::{groups, users},
    grants::{Grant, Target},
    notices::Notice,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    domains::check_all,
    policy::Inviter,
    settings::Settings,
    state::{GrantReason, NoticeKind, UserType},
};

impl Directory {
    /// Puts somebody into a group, until a moment or for as long as a membership of this group usually lasts.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`], [`Code::DynamicGroup`]; [`Code::DatePast`] at `until`; at `person`
    /// [`Code::PersonUnknown`], [`Code::AlreadyInGroup`], and for guests [`Code::GuestsNotAccepted`] (which binds neither
    /// administrators nor guest inviters) and what the rules for domains say (which bind everybody).
    pub async fn add_to_group(
        &self,
        caller: &Caller,
        group: Uuid,
        person: Uuid,
        until: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let event = Event::new("membership.grant", "user", person).in_group(group);
        let result = self.add_to_group_and_commit(caller, group, person, until).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn add_to_group_and_commit(
        &self,
        caller: &Caller,
        group: Uuid,
        person: Uuid,
        until: Option<DateTime<Utc>>,
    ) -> Result<()> {
        self.managed_page(caller, group).await?;
        let person = self.person_chosen(caller, &person.to_string()).await?;
        if until.is_some_and(|until| until <= self.now()) {
            return Err(Refusal::at(Code::DatePast, "until").into());
        }
        let refuse = |code| Err(Refusal::at(code, "person").into());
        let tx = self.begin().await?;
        let managed = self.manage_group(&tx, caller, group).await?;
        let row = managed.assigned()?;
        let Some(user) = self.lock_user(&tx, person).await?.filter(|user| user.enabled) else {
            return refuse(Code::PersonUnknown);
        };
        may_take(caller, &self.settings_on(&tx).await?, row, &user)?;
        if self.is_in_or_invited(&tx, group, person).await? {
            return refuse(Code::AlreadyInGroup);
        }
        let (actor, target) = (Actor::from(caller), Target::Group(group));
        let until = until.or_else(|| self.usual_end(row));
        let grant =
            Grant { target, user: person, reason: GrantReason::Owner, invitation: None, until, may_extend: false };
        if !self.grant(&tx, &actor, grant).await? {
            return refuse(Code::AlreadyInGroup);
        }
        let notice = Notice { until, ..Notice::new(person, NoticeKind::MemberAdded, target).by(actor.user_id) };
        self.notify(&tx, notice).await?;
        self.commit(tx).await
    }

    /// Whether somebody is in a group, or will be when they accept an invitation that is open.
    async fn is_in_or_invited(&self, on: &impl ConnectionTrait, group: Uuid, user: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            places: i64,
        }
        let row = Counted::find_by_statement(self.sql(
            "SELECT COUNT(*) AS places FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
             WHERE m.group_id = $1 AND m.user_id = $2 AND (m.until IS NULL OR m.until > $3)
               AND (m.invitation_id IS NULL OR i.state = 'accepted' OR i.state = 'pending' AND i.expires_at > $3)",
            [group.into(), user.into(), self.now().into()],
        ))
        .one(on)
        .await?;
        Ok(row.is_some_and(|row| row.places > 0))
    }
}

/// Whether a group takes somebody whom the caller puts into it. Members always; guests as in inviting.
fn may_take(caller: &Caller, settings: &Settings, group: &groups::Model, user: &users::Model) -> Result<()> {
    if user.user_type == UserType::Member {
        return Ok(());
    }
    let any = matches!(Inviter::of(caller), Inviter::Administrator | Inviter::GuestInviter);
    if !any && !group.accepts_guests {
        return Err(Refusal::at(Code::GuestsNotAccepted, "person").into());
    }
    let address = Address::parse(&user.address).map_err(Error::from)?;
    let narrower = [stored(group.domains.as_ref())?];
    Ok(check_all(&settings.domains, &narrower, &address).map_err(|code| Refusal::at(code, "person"))?)
}
