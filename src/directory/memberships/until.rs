//! One person's place in a group, and when it ends.

use chrono::{DateTime, Duration, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    grants::Target,
    notices::Notice,
};
use crate::model::{
    Caller, Code, Refusal,
    groups::{MembershipPage, NewEnd},
    settings::LONGEST_MEMBERSHIP,
    state::{GuestVisibility, NoticeKind},
};

/// By how many days a membership is made longer where the group does not say how long one lasts.
const USUAL_EXTENSION: i32 = 90;
/// No end lies further ahead, in days: later ones do not fit what is kept.
const FURTHEST: i64 = 200 * 365;

impl Directory {
    /// One person's place in a group: for those who manage it, for auditors, and for that person.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group that the caller may not see or a person who is not in it, [`Code::Forbidden`].
    pub async fn membership(&self, caller: &Caller, group: Uuid, user: Uuid) -> Result<MembershipPage> {
        let seen = self.see_group(self.db(), caller, group, false).await?;
        let own = seen.is_member && user == caller.user_id;
        if !(own || seen.can_look_back(caller)) {
            return Err(Code::Forbidden.into());
        }
        let mut row = self.member_row(group, user).await?.ok_or(Code::NotFound)?;
        // Who sees only themselves is not told of others, whoever they are.
        if own && caller.is_guest() && self.settings().await?.guests.visibility == GuestVisibility::Restricted {
            row.granted_by = None;
        }
        Ok(MembershipPage {
            head: seen.head(caller),
            row,
            apps: self.group_apps(group).await?,
            extend_days: seen.row.member_days.unwrap_or(USUAL_EXTENSION),
        })
    }

    /// Gives a membership another end.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group that the caller may not see or a person who is not in it, [`Code::Forbidden`],
    /// [`Code::DynamicGroup`], [`Code::DatePast`] and [`Code::DateInvalid`] at `until`, [`Code::DaysInvalid`] at `days`.
    pub async fn set_until(&self, caller: &Caller, group: Uuid, user: Uuid, end: NewEnd) -> Result<()> {
        let event = || Event::new("membership.until", "user", user).in_group(group);
        let result = async {
            let tx = self.begin().await?;
            self.manage_group(&tx, caller, group).await?.assigned()?;
            self.lock_user(&tx, user).await?.ok_or(Code::NotFound)?;
            let old = self.end_of_membership(&tx, group, user).await?.ok_or(Code::NotFound)?;
            let new = self.new_end(old, end)?;
            if new == old {
                return Ok(());
            }
            // The user is locked, so nobody else has changed the row since it was read.
            let sql = "UPDATE memberships SET until = $3 WHERE group_id = $1 AND user_id = $2";
            if self.change(&tx, sql, [group.into(), user.into(), new.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            let actor = Actor::from(caller);
            self.record(&tx, &actor, event().details(json!({ "old": old, "until": new }))).await?;
            let notice = Notice::new(user, NoticeKind::MemberUntil, Target::Group(group)).by(actor.user_id);
            self.notify(&tx, Notice { until: new, ..notice }).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event(), result).await
    }

    /// When a membership ends that has not ended yet; the inner `None` if it does not end by itself.
    async fn end_of_membership(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        group: Uuid,
        user: Uuid,
    ) -> Result<Option<Option<DateTime<Utc>>>> {
        #[derive(FromQueryResult)]
        struct Row {
            until: Option<DateTime<Utc>>,
        }
        let sql =
            "SELECT until FROM memberships WHERE group_id = $1 AND user_id = $2 AND (until IS NULL OR until > $3)";
        let values = [group.into(), user.into(), self.now().into()];
        Ok(Row::find_by_statement(self.sql(sql, values)).one(on).await?.map(|row| row.until))
    }

    fn new_end(&self, old: Option<DateTime<Utc>>, end: NewEnd) -> Result<Option<DateTime<Utc>>> {
        let now = self.now();
        let new = match end {
            NewEnd::Never => return Ok(None),
            NewEnd::Later(days) if !(1..=LONGEST_MEMBERSHIP).contains(&days) => {
                return Err(Refusal::at(Code::DaysInvalid, "days").into());
            }
            // What does not end needs no extension.
            NewEnd::Later(_) if old.is_none() => return Ok(None),
            NewEnd::Later(days) => old.unwrap_or(now) + Duration::days(days.into()),
            NewEnd::At(moment) => moment,
        };
        if new <= now {
            return Err(Refusal::at(Code::DatePast, "until").into());
        }
        if new > now + Duration::days(FURTHEST) {
            return Err(Refusal::at(Code::DateInvalid, "until").into());
        }
        Ok(Some(new))
    }
}
