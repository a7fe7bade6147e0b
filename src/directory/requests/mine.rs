//! One's own requests, and the page of a single one.

use chrono::Duration;
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        audit::{Actor, Event},
        notices::Notice,
        places,
    },
    LISTED, Listed, NAMED, Offered,
    approvers::SeenRequest,
    ask::shows_names,
};
use crate::model::{
    Caller, Code,
    requests::{RequestList, RequestPage},
    state::{NoticeKind, RequestState},
};

/// How many requests a page shows.
pub(super) const PAGE: usize = 30;
/// How often those who decide can be reminded.
const REMIND_AGAIN: Duration = Duration::hours(24);

impl Directory {
    /// What the caller asked for, the newest first. `after` is the [`RequestList::next`] of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_requests(&self, caller: &Caller, after: Option<&str>) -> Result<RequestList> {
        let settings = self.settings().await?;
        let mut values: Vec<Value> = vec![caller.user_id.into()];
        let mut only = String::new();
        if let Some((at, id)) = places::dated(after) {
            values.extend([at.into(), id.into()]);
            only.push_str(" AND (r.created_at, r.id) < ($2, $3)");
        }
        let sql = format!(
            "{LISTED} FROM requests r {NAMED} WHERE r.user_id = $1{only} ORDER BY r.created_at DESC, r.id DESC LIMIT {}",
            PAGE + 1
        );
        let mut rows = self.listed_requests(sql, values).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| places::write_dated(row.created_at, row.id));
        }
        let (now, names) = (self.now(), shows_names(caller, &settings));
        Ok(RequestList { rows: rows.into_iter().map(|row| row.into_view(now, names)).collect(), next })
    }

    pub(super) async fn listed_requests(&self, sql: String, values: Vec<Value>) -> Result<Vec<Listed>> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(Listed::find_by_statement(statement).all(self.db()).await?)
    }

    /// A request's page, for who made it, who decides about it, who owns what it is for, administrators and auditors.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn request_page(&self, caller: &Caller, id: Uuid) -> Result<RequestPage> {
        #[derive(FromQueryResult)]
        struct Known {
            address: String,
        }
        let seen = self.see_request(self.db(), caller, id).await?;
        let settings = self.settings().await?;
        let row = self
            .listed_requests(format!("{LISTED} FROM requests r {NAMED} WHERE r.id = $1"), vec![id.into()])
            .await?
            .pop();
        let is_own = seen.row.user_id == caller.user_id;
        let may_decide = seen.may_decide(caller);
        let names = shows_names(caller, &settings) || may_decide.is_ok();
        let row = row.ok_or(Code::NotFound)?.into_view(self.now(), names);
        let sql = "SELECT address FROM users WHERE id = $1";
        let known = Known::find_by_statement(self.sql(sql, [seen.row.user_id.into()])).one(self.db()).await?;
        let offered = match self.offered(self.db(), seen.target, false).await {
            Ok(offered) => Some(offered),
            Err(Error::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        let (mut gives, mut joins, mut usual_end) = (Vec::new(), None, None);
        match &offered {
            Some(Offered::Group(group)) => {
                gives = self.given_by_group(group.id).await?.into_iter().map(|app| app.name).collect();
                usual_end = self.usual_end(group);
            }
            Some(Offered::App(_, Some(group))) => {
                joins = Some(group.name.clone()).filter(|_| !caller.is_guest() || may_decide.is_ok());
                usual_end = self.usual_end(group);
            }
            Some(Offered::App(_, None)) | None => {}
        }
        Ok(RequestPage {
            about: offered.as_ref().map(|offered| offered.about().to_owned()).unwrap_or_default(),
            // Whoever decides has to know who it is.
            address: known.map(|known| known.address).filter(|_| is_own || !caller.is_guest() || may_decide.is_ok()),
            gives,
            joins,
            deciders: if names { seen.approvers } else { Vec::new() },
            is_own,
            may_decide,
            usual_end,
            row,
        })
    }

    /// Takes a request back that is still open.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`] for anybody but whoever made it; [`Code::RequestDecided`],
    /// [`Code::RequestEnded`].
    pub async fn withdraw_request(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let seen = self.own_request(&tx, caller, id).await?;
            let withdrawn = self
                .change(
                    &tx,
                    "UPDATE requests SET state = $2, state_at = $3 WHERE id = $1 AND state = 'pending' AND expires_at > $3",
                    [id.into(), RequestState::Withdrawn.into(), self.now().into()],
                )
                .await?;
            if withdrawn == 0 {
                self.request_row(&tx, id).await?.check_open(self.now())?;
                return Err(Code::RequestEnded.into());
            }
            self.record(&tx, &Actor::from(caller), seen.row.event("request.withdraw")).await?;
            self.settle_notices(&tx, id, &seen.approvers).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("request.withdraw", "request", id), result).await
    }

    /// Reminds those who decide about an open request; once a day.
    ///
    /// # Errors
    /// As [`Self::withdraw_request`]; [`Code::RemindTooSoon`].
    pub async fn remind_approvers(&self, caller: &Caller, id: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let seen = self.own_request(&tx, caller, id).await?;
            let now = self.now();
            let reminded = self
                .change(
                    &tx,
                    "UPDATE requests SET reminded_at = $2 WHERE id = $1 AND state = 'pending' AND expires_at > $2
                       AND (reminded_at IS NULL OR reminded_at <= $3)",
                    [id.into(), now.into(), (now - REMIND_AGAIN).into()],
                )
                .await?;
            if reminded == 0 {
                self.request_row(&tx, id).await?.check_open(now)?;
                return Err(Code::RemindTooSoon.into());
            }
            self.record(&tx, &Actor::from(caller), seen.row.event("request.remind")).await?;
            let readers: Vec<Uuid> = seen.approvers.iter().map(|one| one.id).collect();
            let notice = Notice::new(Uuid::nil(), NoticeKind::RequestReminded, seen.target).by(Some(caller.user_id));
            self.notify_all(&tx, &readers, notice.about(caller.user_id).in_request(id)).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event::new("request.remind", "request", id), result).await
    }

    /// The caller's own request, if it is still open.
    async fn own_request(&self, on: &impl sea_orm::ConnectionTrait, caller: &Caller, id: Uuid) -> Result<SeenRequest> {
        let seen = self.see_request(on, caller, id).await?;
        if seen.row.user_id != caller.user_id {
            return Err(Code::Forbidden.into());
        }
        seen.row.check_open(self.now())?;
        Ok(seen)
    }
}
