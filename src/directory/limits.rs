//! How often something may be done: fixed windows of an hour or a day (aligned in UTC), counted in the database, so that
//! all machines of a deployment count together.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{Directory, Error, Result};
use crate::model::{Caller, Code, Refusal, policy::Inviter, settings::Settings};

/// How many groups and apps one person may ask for or join in a day.
pub const REQUESTS_PER_DAY: u32 = 50;
/// How many codes for apps one person may get in an hour, refusals counted in. Each leaves rows behind, and a page
/// elsewhere can have a browser ask again and again. An app that looks every minute whether somebody is signed in takes
/// a tenth of it.
pub const APP_SIGN_INS_PER_HOUR: u32 = 600;

/// How long a counter lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
    Hour,
    Day,
}

impl Window {
    const fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    /// When the window that holds a moment began.
    fn begins(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let second = now.timestamp();
        DateTime::from_timestamp(second - second.rem_euclid(self.seconds()), 0).unwrap_or(now)
    }

    /// How many seconds are left of it, at least one.
    fn left(self, now: DateTime<Utc>) -> u32 {
        u32::try_from(self.seconds() - now.timestamp().rem_euclid(self.seconds())).unwrap_or(1).max(1)
    }
}

/// One limit on something.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit {
    /// What is counted. Names the window too: at midnight an hour and a day begin at the same moment.
    key: String,
    window: Window,
    most: u32,
}

/// The limits that bind someone who invites, in the order in which their counters are locked: the inviter's own first,
/// the one that everybody shares last, so that it is held for the shortest time.
fn of_inviting(caller: &Caller, settings: &Settings) -> Vec<Limit> {
    let limits = &settings.invitations;
    let own = |window: Window, word: &str, most: u32| Limit {
        key: format!("invitations by {} {word}", caller.user_id),
        window,
        most,
    };
    let mut all = match Inviter::of(caller) {
        Inviter::Administrator | Inviter::GuestInviter => Vec::new(),
        Inviter::Member | Inviter::Guest => vec![
            own(Window::Hour, "an hour", limits.inviter_per_hour),
            own(Window::Day, "a day", limits.inviter_per_day),
        ],
    };
    all.push(Limit { key: "invitations a day".to_owned(), window: Window::Day, most: limits.organization_per_day });
    all.retain(|limit| limit.most > 0);
    all
}

/// The limit on what one person's sign-ins to apps leave behind.
fn of_app_sign_ins(user: Uuid) -> Limit {
    Limit { key: format!("sign-ins to apps by {user} an hour"), window: Window::Hour, most: APP_SIGN_INS_PER_HOUR }
}

#[derive(FromQueryResult)]
struct Used {
    used: i64,
}

impl Directory {
    /// Counts people who are being invited, in the transaction that invites them: if that is rolled back, nobody was
    /// counted. To be called last before the commit, once per transaction: the counter that everybody shares stays
    /// locked until then, and counters are always locked in the same order.
    ///
    /// The inviter's limits bind neither administrators nor guest inviters; the organization's binds everyone.
    ///
    /// # Errors
    /// [`Code::RateLimited`] at the field `address`, with the seconds until all the limits that were reached begin anew.
    /// Without them if `how_many` is more than a limit: then waiting does not help.
    pub(super) async fn count_invitations(
        &self,
        tx: &impl ConnectionTrait,
        caller: &Caller,
        settings: &Settings,
        how_many: u32,
    ) -> Result<()> {
        if how_many == 0 {
            return Ok(());
        }
        let now = self.now();
        let mut refusal: Option<Refusal> = None;
        for limit in of_inviting(caller, settings) {
            if self.count(tx, &limit, how_many).await? <= i64::from(limit.most) {
                continue;
            }
            let known = refusal.as_ref().map_or(Some(0), |refusal| refusal.retry_after);
            let retry_after = known.filter(|_| how_many <= limit.most).map(|wait| wait.max(limit.window.left(now)));
            refusal = Some(Refusal { retry_after, ..Refusal::at(Code::RateLimited, "address") });
        }
        refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// Counts one more thing that someone asked for or joined, in that transaction, last before its commit.
    ///
    /// # Errors
    /// [`Code::RateLimited`] after [`REQUESTS_PER_DAY`], with the seconds until the next day.
    pub(super) async fn count_requests(&self, tx: &impl ConnectionTrait, caller: &Caller) -> Result<()> {
        let key = format!("requests by {} a day", caller.user_id);
        self.count_one(tx, &Limit { key, window: Window::Day, most: REQUESTS_PER_DAY }).await
    }

    /// Counts one more code for an app that somebody gets, or one more refusal, in that transaction, last before its
    /// commit.
    ///
    /// # Errors
    /// [`Code::RateLimited`] after [`APP_SIGN_INS_PER_HOUR`], with the seconds until the next hour.
    pub(super) async fn count_app_sign_in(&self, tx: &impl ConnectionTrait, user: Uuid) -> Result<()> {
        self.count_one(tx, &of_app_sign_ins(user)).await
    }

    /// Refuses beforehand, counting nothing, what [`Self::count_app_sign_in`] would refuse at the end of a transaction:
    /// whoever is over the limit anyway shall not make the others wait for the lock that a write takes.
    ///
    /// # Errors
    /// The same.
    pub(super) async fn check_app_sign_ins(&self, user: Uuid) -> Result<()> {
        let limit = of_app_sign_ins(user);
        if self.used(&limit).await? < i64::from(limit.most) { Ok(()) } else { Err(self.over(&limit)) }
    }

    /// How many more people someone may invite at this moment; `None` if no limit binds them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invitations_left(&self, caller: &Caller) -> Result<Option<u32>> {
        let settings = self.settings().await?;
        let mut left: Option<u32> = None;
        for limit in of_inviting(caller, &settings) {
            let used = self.used(&limit).await?;
            let more = u32::try_from((i64::from(limit.most) - used).max(0)).unwrap_or(limit.most);
            left = Some(left.map_or(more, |left| left.min(more)));
        }
        Ok(left)
    }

    /// Counts one more of something that strangers can do without signing in, and refuses it beyond `per_hour` (0: no
    /// limit) from one network. `what` names the counter; `network` is the IPv4 address or IPv6 /64 of the browser.
    ///
    /// A statement of its own, not part of a transaction: what was tried counts, whatever becomes of it. Refused tries
    /// write nothing.
    ///
    /// # Errors
    /// [`Code::RateLimited`] with the seconds to wait.
    pub async fn limit_network(&self, what: &'static str, network: &str, per_hour: u32) -> Result<()> {
        if per_hour == 0 {
            return Ok(());
        }
        let now = self.now();
        let window = Window::Hour;
        let limit = Limit { key: format!("{what} from {network}"), window, most: per_hour };
        let refused = || Refusal::after(Code::RateLimited, window.left(now)).into();
        // Whoever is over the limit anyway shall not make the others wait for the lock that a write takes.
        if self.used(&limit).await? >= i64::from(per_hour) {
            return Err(refused());
        }
        let counted = self
            .change(
                self.db(),
                "INSERT INTO rate_counters (key, begins_at, used) VALUES ($1, $2, 1)
                 ON CONFLICT (key, begins_at) DO UPDATE SET used = rate_counters.used + 1 WHERE rate_counters.used < $3",
                [limit.key.into(), window.begins(now).into(), i64::from(per_hour).into()],
            )
            .await?;
        if counted == 1 { Ok(()) } else { Err(refused()) }
    }

    /// Clears away counters whose window is over. Says how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_old_counters(&self) -> Result<u64> {
        let yesterday = self.now() - chrono::Duration::seconds(Window::Day.seconds());
        self.change(self.db(), "DELETE FROM rate_counters WHERE begins_at <= $1", [yesterday.into()]).await
    }

    /// Whether this is the first time in this hour; says so once, whatever process asks.
    pub(super) async fn first_in_hour(&self, tx: &impl ConnectionTrait, what: &str) -> Result<bool> {
        let limit = Limit { key: what.to_owned(), window: Window::Hour, most: 1 };
        Ok(self.count(tx, &limit, 1).await? == 1)
    }

    /// Counts one more, in the transaction that does it.
    async fn count_one(&self, tx: &impl ConnectionTrait, limit: &Limit) -> Result<()> {
        if self.count(tx, limit, 1).await? <= i64::from(limit.most) { Ok(()) } else { Err(self.over(limit)) }
    }

    /// A limit is reached: try again when its window is over.
    fn over(&self, limit: &Limit) -> Error {
        Refusal::after(Code::RateLimited, limit.window.left(self.now())).into()
    }

    /// Adds to a counter, which stays locked until the transaction ends, and says what it is now.
    async fn count(&self, tx: &impl ConnectionTrait, limit: &Limit, more: u32) -> Result<i64> {
        let row = Used::find_by_statement(self.sql(
            "INSERT INTO rate_counters (key, begins_at, used) VALUES ($1, $2, $3)
             ON CONFLICT (key, begins_at) DO UPDATE SET used = rate_counters.used + excluded.used RETURNING used",
            [limit.key.as_str().into(), limit.window.begins(self.now()).into(), i64::from(more).into()],
        ))
        .one(tx)
        .await?
        .ok_or(Code::Internal)?;
        Ok(row.used)
    }

    async fn used(&self, limit: &Limit) -> Result<i64> {
        let row = Used::find_by_statement(self.sql(
            "SELECT used FROM rate_counters WHERE key = $1 AND begins_at = $2",
            [limit.key.as_str().into(), limit.window.begins(self.now()).into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map_or(0, |row| row.used))
    }
}
