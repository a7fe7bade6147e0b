//! Reading the log: one's own, an app's, everybody's.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::super::{Directory, Result, audit::Event, places};
use crate::model::{
    Caller, Code,
    sign_ins::{AllSignIns, AppSignIns, KEPT_DAYS, SignInFilter, SignInPerson, SignInRow, SignIns},
    state::{Outcome, Role, SignInKind, SignInMethod, UserType},
    view::AppName,
};

/// How many a page shows.
const PAGE: usize = 50;
/// How many are looked at for that, where few of them may fit.
const LOOKED_AT: usize = 5000;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    kind: SignInKind,
    method: Option<SignInMethod>,
    idp: Option<String>,
    network: String,
    browser: String,
    outcome: Outcome,
    code: Option<String>,
    user_id: Option<Uuid>,
    display_name: Option<String>,
    address: Option<String>,
    user_type: Option<UserType>,
    app_id: Option<Uuid>,
    app_name: Option<String>,
}

/// Where a look has come to.
#[derive(FromQueryResult)]
struct Last {
    id: Uuid,
    at: DateTime<Utc>,
    looked: i64,
}

fn person(
    id: Option<Uuid>,
    name: Option<String>,
    address: Option<String>,
    of: Option<UserType>,
) -> Option<SignInPerson> {
    Some(SignInPerson { id: id?, name: name?, address: address?, guest: of? == UserType::Guest })
}

impl Directory {
    /// The caller's own sign-ins, the newest first. `after` is the [`SignIns::next`] of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_sign_ins(&self, caller: &Caller, after: Option<&str>) -> Result<SignIns> {
        let filter = SignInFilter { person: Some(caller.user_id), ..SignInFilter::default() };
        self.sign_ins(filter, after).await
    }

    /// Who signed in to an app or tried to, the newest first: for those who run it, and auditors.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`] for those who see the app and do not run it.
    pub async fn app_sign_ins(&self, caller: &Caller, app: Uuid, after: Option<&str>) -> Result<AppSignIns> {
        let (_, head) = self.look_at_app(caller, app).await?;
        let filter = SignInFilter { app: Some(app), ..SignInFilter::default() };
        Ok(AppSignIns { head, log: self.sign_ins(filter, after).await? })
    }

    /// Everybody's sign-ins, the newest first: for administrators and auditors.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for others.
    pub async fn all_sign_ins(&self, caller: &Caller, filter: SignInFilter, after: Option<&str>) -> Result<AllSignIns> {
        if !caller.is_administrator() && !caller.has(Role::Auditor) {
            let event = Event { action: "sign_ins.read", ..Default::default() };
            return self.record_refusal(&caller.into(), event, Err(Code::Forbidden.into())).await;
        }
        let log = self.sign_ins(filter, after).await?;
        let person = match filter.person {
            Some(id) => self.person_of_log(id).await?,
            None => None,
        };
        let app = match filter.app {
            Some(id) => self.app_of_log(id).await?,
            None => None,
        };
        Ok(AllSignIns { log, person, app })
    }

    async fn person_of_log(&self, id: Uuid) -> Result<Option<SignInPerson>> {
        #[derive(FromQueryResult)]
        struct Known {
            display_name: String,
            address: String,
            user_type: UserType,
        }
        let sql = "SELECT display_name, address, user_type FROM users WHERE id = $1";
        let row = Known::find_by_statement(self.sql(sql, [id.into()])).one(self.db()).await?;
        Ok(row.and_then(|row| person(Some(id), Some(row.display_name), Some(row.address), Some(row.user_type))))
    }

    async fn app_of_log(&self, id: Uuid) -> Result<Option<AppName>> {
        #[derive(FromQueryResult)]
        struct Known {
            name: String,
        }
        let row = Known::find_by_statement(self.sql("SELECT name FROM apps WHERE id = $1", [id.into()]));
        Ok(row.one(self.db()).await?.map(|row| AppName { id, name: row.name }))
    }

    async fn sign_ins(&self, filter: SignInFilter, after: Option<&str>) -> Result<SignIns> {
        let mut values: Vec<Value> = Vec::new();
        let mut conditions = Vec::new();
        let mut put = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        // Older ones wait for the job that deletes them.
        conditions.push(format!("s.at > {}", put((self.now() - Duration::days(KEPT_DAYS)).into())));
        if let Some(person) = filter.person {
            conditions.push(format!("s.user_id = {}", put(person.into())));
        }
        if let Some(app) = filter.app {
            conditions.push(format!("s.app_id = {}", put(app.into())));
        }
        if let Some((at, id)) = places::dated(after) {
            conditions.push(format!("(s.at, s.id) < ({}, {})", put(at.into()), put(id.into())));
        }
        let found = format!("FROM sign_ins s WHERE {} ORDER BY s.at DESC, s.id DESC", conditions.join(" AND "));
        // Few are refused, so only so many are looked at for a page of them.
        let most = if filter.refused { LOOKED_AT } else { PAGE + 1 };
        let only = if filter.refused { "WHERE t.outcome = 'refused'" } else { "" };
        let text = format!(
            "SELECT t.id, t.at, t.kind, t.method, t.idp, t.network, t.browser, t.outcome, t.code, u.id AS user_id,
                    u.display_name, u.address, u.user_type, a.id AS app_id, a.name AS app_name
             FROM (SELECT s.* {found} LIMIT {most}) t
             LEFT JOIN users u ON u.id = t.user_id LEFT JOIN apps a ON a.id = t.app_id {only}
             ORDER BY t.at DESC, t.id DESC LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values.clone());
        let mut rows = Row::find_by_statement(statement).all(self.db()).await?;
        let mut next = None;
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            next = rows.last().map(|row| places::write_dated(row.at, row.id));
        } else if filter.refused {
            // It may have stopped before the end.
            let looked = format!("(SELECT s.at, s.id {found} LIMIT {LOOKED_AT})");
            let text = format!(
                "SELECT t.at, t.id, (SELECT COUNT(*) FROM {looked} c) AS looked FROM {looked} t ORDER BY t.at, t.id LIMIT 1"
            );
            let statement = Statement::from_sql_and_values(self.backend(), text, values);
            let last = Last::find_by_statement(statement).one(self.db()).await?;
            let whole = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX);
            next = last.filter(|last| last.looked >= whole).map(|last| places::write_dated(last.at, last.id));
        }
        Ok(SignIns { rows: rows.into_iter().map(Row::into_view).collect(), next })
    }

    /// Deletes sign-ins that are older than [`KEPT_DAYS`], at most `limit` of them. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_old_sign_ins(&self, limit: u64) -> Result<u64> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let before = self.now() - Duration::days(KEPT_DAYS);
        self.change(
            self.db(),
            "DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins WHERE at <= $1 ORDER BY at LIMIT $2)",
            [before.into(), limit.into()],
        )
        .await
    }
}

impl Row {
    fn into_view(self) -> SignInRow {
        SignInRow {
            at: self.at,
            kind: self.kind,
            person: person(self.user_id, self.display_name, self.address, self.user_type),
            app: self.app_id.zip(self.app_name).map(|(id, name)| AppName { id, name }),
            method: self.method,
            idp: self.idp,
            network: self.network,
            browser: self.browser,
            outcome: self.outcome,
            code: self.code,
        }
    }
}
