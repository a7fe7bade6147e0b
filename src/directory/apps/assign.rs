//! Giving an app to a person, for how long, and taking it away.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::super::{
    Directory, Error, Result,
    audit::{Actor, Event},
    entities::users,
    grants::{Grant, Target},
    notices::Notice,
};
use crate::model::{
    Address, Caller, Code, Refusal,
    domains::{self, DomainRules},
    state::{GrantReason, NoticeKind, UserType},
};

impl Directory {
    /// Gives an app to somebody of the directory, from [`Self::person_chosen`]. They are told.
    ///
    /// A guest has to pass the domain rules, the organization's and the app's; and the app has to accept guests, unless an
    /// administrator gives it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; at `person`: [`Code::PersonUnknown`], [`Code::AccountBlocked`],
    /// [`Code::GuestsNotAccepted`], [`Code::DomainBlocked`], [`Code::DomainNotAllowed`], [`Code::AlreadyHas`]; at `until`:
    /// [`Code::DatePast`].
    pub async fn give_app(&self, caller: &Caller, id: Uuid, user: Uuid, until: Option<DateTime<Utc>>) -> Result<()> {
        let result = async {
            self.may_choose(caller, id, user).await?;
            let tx = self.begin().await?;
            let app = self.manage_app(&tx, caller, id).await?.0;
            self.not_past(until)?;
            let person = self.lock_user(&tx, user).await?.ok_or_else(|| at_person(Code::PersonUnknown))?;
            if !person.enabled {
                return Err(at_person(Code::AccountBlocked));
            }
            if person.user_type == UserType::Guest {
                if !app.row.accepts_guests && !caller.is_administrator() {
                    return Err(at_person(Code::GuestsNotAccepted));
                }
                self.check_domains(&tx, app.row.domains.as_ref(), &person).await?;
            }
            let had = self.has_app(&tx, user, id).await?;
            let actor = Actor::from(caller);
            let grant = Grant {
                target: Target::App(id),
                user,
                reason: GrantReason::Owner,
                invitation: None,
                until,
                may_extend: false,
            };
            if !self.grant(&tx, &actor, grant).await? {
                return Err(at_person(Code::AlreadyHas));
            }
            if !had {
                let notice = Notice { until, ..Notice::new(user, NoticeKind::AppGiven, Target::App(id)) };
                self.notify(&tx, notice.by(actor.user_id)).await?;
            }
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("assignment.grant", "app", id), result).await
    }

    /// Whether a guest who runs an app may know whom they chose: whom they may not see is nobody.
    pub(super) async fn may_choose(&self, caller: &Caller, id: Uuid, user: Uuid) -> Result<()> {
        if !caller.is_guest() {
            return Ok(());
        }
        if !self.see_app(self.db(), caller, id, false).await?.can_manage(caller) {
            return Err(Code::Forbidden.into());
        }
        self.person_chosen(caller, &user.to_string()).await.map(drop)
    }

    /// The domain rules bind whoever gives it, administrators included.
    async fn check_domains(
        &self,
        on: &impl ConnectionTrait,
        of_app: Option<&serde_json::Value>,
        guest: &users::Model,
    ) -> Result<()> {
        let of_app: Option<DomainRules> = of_app.cloned().map(serde_json::from_value).transpose()?;
        let organization = self.settings_on(on).await?.domains;
        let address = Address::parse(&guest.address)?;
        domains::check_all(&organization, of_app.as_slice(), &address).map_err(at_person)
    }

    /// Gives what somebody has of an app another end, or none. They are told.
    ///
    /// # Errors
    /// [`Code::NotFound`] also for somebody who does not have it directly; [`Code::Forbidden`]; [`Code::DatePast`] at
    /// `until`.
    pub async fn set_app_until(
        &self,
        caller: &Caller,
        id: Uuid,
        user: Uuid,
        until: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.manage_app(&tx, caller, id).await?;
            self.not_past(until)?;
            self.lock_user(&tx, user).await?.ok_or(Code::NotFound)?;
            let sql = "UPDATE assignments SET until = $3 WHERE app_id = $1 AND user_id = $2 AND (until IS NULL OR until > $4)";
            let values = [id.into(), user.into(), until.into(), self.now().into()];
            if self.change(&tx, sql, values).await? == 0 {
                return Err(Code::NotFound.into());
            }
            let details = serde_json::json!({ "until": until });
            let event = Event::new("assignment.until", "user", user).in_app(id).details(details);
            self.record(&tx, &caller.into(), event).await?;
            let notice = Notice { until, ..Notice::new(user, NoticeKind::MemberUntil, Target::App(id)) };
            self.notify(&tx, notice.by(Some(caller.user_id))).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("assignment.until", "app", id), result).await
    }

    /// Takes an app away from somebody who has it directly: it no longer opens with their next request, unless a group
    /// gives it, too. Open invitations no longer give it. They are told if they have lost it.
    ///
    /// # Errors
    /// [`Code::NotFound`] also for somebody who does not have it directly; [`Code::Forbidden`].
    pub async fn take_app(&self, caller: &Caller, id: Uuid, user: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            self.manage_app(&tx, caller, id).await?;
            self.lock_user(&tx, user).await?;
            let actor = Actor::from(caller);
            let had = self.has_app(&tx, user, id).await?;
            if !self.take_back(&tx, &actor, Target::App(id), user).await? {
                return Err(Code::NotFound.into());
            }
            if had && !self.has_app(&tx, user, id).await? {
                self.notify(&tx, Notice::new(user, NoticeKind::AppTaken, Target::App(id)).by(actor.user_id)).await?;
            }
            self.withdraw_from_invitations(&tx, &actor, user, Target::App(id)).await?;
            self.delete_if_nothing_left(&tx, &actor, user).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("assignment.remove", "app", id), result).await
    }

    fn not_past(&self, until: Option<DateTime<Utc>>) -> Result<()> {
        match until {
            Some(until) if until <= self.now() => Err(Refusal::at(Code::DatePast, "until").into()),
            _ => Ok(()),
        }
    }
}

pub(super) fn at_person(code: Code) -> Error {
    Refusal::at(code, "person").into()
}
