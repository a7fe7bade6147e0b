//! Asking for a group or an app.

use chrono::Duration;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        grants::Target,
        notices::Notice,
    },
    Offered, SeenOffer, event,
};
use crate::model::{
    Caller, Code, Refusal,
    ask::plain_message,
    requests::{AskPage, Asked},
    settings::{LONGEST_TEXT, Settings},
    state::{GrantReason, GuestVisibility, JoinPolicy, NoticeKind, RequestState, Role},
    view::AppName,
};

/// How many apps of a group a page names.
const GIVES: i64 = 100;

impl Directory {
    /// The page on which the caller joins a group, or asks for a group or an app.
    ///
    /// # Errors
    /// [`Code::NotFound`] for what they can neither find in the catalogue nor have to do with.
    pub async fn ask_page(&self, caller: &Caller, target: Target) -> Result<AskPage> {
        let settings = self.settings().await?;
        let SeenOffer { offered, ties } = self.see_offer(self.db(), caller, &settings, target, false).await?;
        let takes = offered.may_have(&settings, caller.user_type, &caller.address);
        let deciders = if shows_names(caller, &settings) && offered.policy() == Ok(JoinPolicy::OnRequest) {
            self.approvers_of(self.db(), target).await?
        } else {
            Vec::new()
        };
        let (gives, joins, days) = match &offered {
            Offered::Group(row) => (self.given_by_group(row.id).await?, None, row.member_days),
            Offered::App(_, join) => {
                let days = join.as_ref().and_then(|group| group.member_days);
                (Vec::new(), join.as_ref().map(|group| group.name.clone()), days)
            }
        };
        Ok(AskPage {
            thing: offered.thing(),
            about: offered.about().to_owned(),
            gives,
            // A guest who has nothing to do with the group need not know of it.
            joins: joins.filter(|_| !caller.is_guest()),
            deciders,
            standing: super::standing(ties.has, ties.asked, offered.policy(), takes)?,
            days,
            request_days: settings.self_service.request_days,
        })
    }

    /// The apps that a group gives, by name.
    pub(super) async fn given_by_group(&self, group: Uuid) -> Result<Vec<AppName>> {
        use sea_orm::FromQueryResult;
        #[derive(FromQueryResult)]
        struct Named {
            id: Uuid,
            name: String,
        }
        let rows = Named::find_by_statement(self.sql(
            "SELECT a.id, a.name FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
             WHERE s.group_id = $1 AND (s.until IS NULL OR s.until > $2) ORDER BY a.name_folded, a.id LIMIT $3",
            [group.into(), self.now().into(), GIVES.into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(|row| AppName { id: row.id, name: row.name }).collect())
    }

    /// Asks for a group that takes requests, or for an app that can be asked for, with a reason in plain text. Where nobody
    /// has to decide, it is given at once.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::JoinClosed`], [`Code::DynamicGroup`], [`Code::NotRequestable`] and [`Code::AppOff`] for
    /// what cannot be asked for; [`Code::AlreadyHas`], [`Code::AlreadyRequested`] (the target is that request);
    /// [`Code::GuestsNotAccepted`] and those of the rules for domains; [`Code::ReasonMissing`] and [`Code::TooLong`] at
    /// `reason`; [`Code::RateLimited`] after 50 requests in a day.
    pub async fn ask(&self, caller: &Caller, target: Target, reason: &str) -> Result<Asked> {
        let result = self.ask_and_commit(caller, target, reason).await;
        self.record_refusal(&caller.into(), attempted(target, caller), result).await
    }

    async fn ask_and_commit(&self, caller: &Caller, target: Target, reason: &str) -> Result<Asked> {
        let tx = self.begin().await?;
        let settings = self.settings_on(&tx).await?;
        let seen = self.see_offer(&tx, caller, &settings, target, true).await?;
        let policy = seen.offered.policy()?;
        self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
        if seen.ties.has {
            return Err(Code::AlreadyHas.into());
        }
        seen.offered.may_have(&settings, caller.user_type, &caller.address)?;
        let asked = if policy == JoinPolicy::Open {
            self.give_offer(&tx, &caller.into(), &seen.offered, caller.user_id, GrantReason::Joined, None).await?;
            self.tell_of_joining(&tx, caller, &seen.offered).await?;
            Asked::Given
        } else {
            // What was asked for may have come by another tab, while this one waited for the lock.
            if let Some(request) = self.ties(&tx, caller.user_id, target).await?.asked {
                return Err(Refusal { target: Some(request), ..Code::AlreadyRequested.into() }.into());
            }
            Asked::Waits(self.insert_request(&tx, caller, &settings, target, reason).await?)
        };
        self.count_requests(&tx, caller).await?;
        self.commit(tx).await?;
        Ok(asked)
    }

    async fn insert_request(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        settings: &Settings,
        target: Target,
        reason: &str,
    ) -> Result<Uuid> {
        let reason = checked_text(reason)?;
        let (id, now, (_, column)) = (self.new_id(), self.now(), target.table());
        // One that nobody decided in time, and that no job has looked at since, makes way.
        self.change(
            tx,
            &format!(
                "UPDATE requests SET state = $4, state_at = $3
                 WHERE user_id = $1 AND {column} = $2 AND state = 'pending' AND expires_at <= $3"
            ),
            [caller.user_id.into(), target.id().into(), now.into(), RequestState::Expired.into()],
        )
        .await?;
        let expires_at = now + Duration::days(settings.self_service.request_days.into());
        self.change(
            tx,
            &format!(
                "INSERT INTO requests (id, user_id, {column}, reason, state, state_at, created_at, expires_at, answer)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, $7, '')"
            ),
            [
                id.into(),
                caller.user_id.into(),
                target.id().into(),
                reason.into(),
                RequestState::Pending.into(),
                now.into(),
                expires_at.into(),
            ],
        )
        .await?;
        let actor = Actor::from(caller);
        self.record(tx, &actor, event("request.create", id, caller.user_id, Some(target))).await?;
        let readers: Vec<Uuid> = self.approvers_of(tx, target).await?.into_iter().map(|one| one.id).collect();
        let notice = Notice::new(Uuid::nil(), NoticeKind::RequestMade, target).by(Some(caller.user_id));
        self.notify_all(tx, &readers, notice.about(caller.user_id).in_request(id)).await?;
        Ok(id)
    }

    /// Lets somebody into the group, or gives them the app: by its group if it has one, and directly if that does not give
    /// it. Everything is locked. Says until when it lasts.
    pub(in crate::directory) async fn give_offer(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        offered: &Offered,
        user: Uuid,
        reason: GrantReason,
        until: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
        use super::super::grants::Grant;
        let grant = |target, until| Grant { target, user, reason, invitation: None, until, may_extend: true };
        match offered {
            Offered::Group(group) => {
                let until = until.or_else(|| self.usual_end(group));
                self.grant(tx, actor, grant(Target::Group(group.id), until)).await?;
                Ok(until)
            }
            Offered::App(app, join) => {
                let until = until.or_else(|| join.as_ref().and_then(|group| self.usual_end(group)));
                if let Some(group) = join {
                    self.grant(tx, actor, grant(Target::Group(group.id), until)).await?;
                }
                if !self.ties(tx, user, Target::App(app.id)).await?.has {
                    self.grant(tx, actor, grant(Target::App(app.id), until)).await?;
                }
                Ok(until)
            }
        }
    }

    /// Tells the owners of the group that somebody is in by themselves.
    pub(in crate::directory) async fn tell_of_joining(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        offered: &Offered,
    ) -> Result<()> {
        let (Offered::Group(group) | Offered::App(_, Some(group))) = offered else { return Ok(()) };
        let target = Target::Group(group.id);
        let owners: Vec<Uuid> = self.approvers_of(tx, target).await?.into_iter().map(|one| one.id).collect();
        let notice = Notice::new(Uuid::nil(), NoticeKind::MemberJoined, target).by(Some(caller.user_id));
        self.notify_all(tx, &owners, notice.about(caller.user_id)).await
    }
}

/// Whether somebody may know who decides and who decided: guests see no more of others than the organization says.
pub(super) fn shows_names(caller: &Caller, settings: &Settings) -> bool {
    !caller.is_guest()
        || caller.is_administrator()
        || caller.has(Role::Auditor)
        || settings.guests.visibility == GuestVisibility::SameAsMembers
}

/// A reason as it is kept: plain text of up to [`LONGEST_TEXT`] characters.
///
/// # Errors
/// [`Code::ReasonMissing`] and [`Code::TooLong`] at `reason`.
pub(super) fn checked_text(typed: &str) -> Result<String, Refusal> {
    let text = plain_message(typed);
    match text.chars().count() {
        0 => Err(Refusal::at(Code::ReasonMissing, "reason")),
        1..=LONGEST_TEXT => Ok(text),
        _ => Err(Refusal::at(Code::TooLong, "reason")),
    }
}

/// What is audited of somebody who asks, before there is a request.
fn attempted(target: Target, caller: &Caller) -> Event {
    let event = match target {
        Target::Group(id) => Event::new("request.create", "group", id).in_group(id),
        Target::App(id) => Event::new("request.create", "app", id).in_app(id),
    };
    event.details(serde_json::json!({ "user": caller.user_id }))
}
