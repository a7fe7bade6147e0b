//! May this user, signed in by this session, use this app now, and as whom? Every way by which an app signs people in
//! asks here, and each time anew: nothing of the answer is kept.

mod statement;
mod together;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

pub(super) use together::Together;

use super::{Directory, Result, sessions::IDLE};
use crate::model::{
    Code, Language,
    connection::{ExtraClaim, MOST_GROUPS, MOST_GROUPS_AT_USERINFO, Told},
    state::{AppKind, GroupsAs, GroupsSent, SignInMethod, UserType},
    view::GroupName,
};

/// Somebody who may use an app at this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// The app.
    pub app: AdmittedApp,
    /// Who.
    pub person: AdmittedPerson,
    /// The session by which they came.
    pub session: ProvenSession,
    /// Their groups that the app is told of, in order of id; one more than the limit stands for more than that.
    pub groups: Vec<GroupName>,
    /// What the app's own session is: `sid` in tokens. Nil where there is none yet.
    pub app_session: Uuid,
}

/// What matters of an app.
#[derive(Clone, Debug, PartialEq)]
pub struct AdmittedApp {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How it signs people in.
    pub kind: AppKind,
    /// What it is told.
    pub told: Told,
    /// Makes its subjects its own, with [`Told::pairwise`].
    pub pairwise_salt: Option<Vec<u8>>,
}

/// What an app can be told of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct AdmittedPerson {
    /// The user.
    pub id: Uuid,
    /// Member or guest.
    pub user_type: UserType,
    /// Full name.
    pub name: String,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// The address as it is compared: lower case.
    pub address: String,
    /// The language they chose.
    pub language: Option<Language>,
    /// Department.
    pub department: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Company.
    pub company: Option<String>,
}

/// How somebody has proven who they are.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvenSession {
    /// Names the session; not its secret.
    pub id: Uuid,
    /// How it was opened.
    pub method: SignInMethod,
    /// The issuer of the identity that signed in: a provider's, or `mail`.
    pub idp: Option<String>,
    /// How strong that was, in the provider's words.
    pub acr: Option<String>,
    /// By which means, in the provider's words; `otp` for a passcode.
    pub amr: Vec<String>,
    /// When they proved it.
    pub auth_time: Option<DateTime<Utc>>,
    /// When it was last used, to within five minutes.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest, and with it everything that hangs on it.
    pub expires_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    app_id: Uuid,
    app_name: String,
    kind: AppKind,
    enabled: bool,
    groups_sent: GroupsSent,
    groups_as: GroupsAs,
    pairwise: bool,
    pairwise_salt: Option<Vec<u8>>,
    claims: Option<sea_orm::JsonValue>,
    user_id: Uuid,
    user_type: UserType,
    display_name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    address_norm: String,
    preferred_language: Option<Language>,
    department: Option<String>,
    job_title: Option<String>,
    company: Option<String>,
    session_id: Uuid,
    method: SignInMethod,
    idp: Option<String>,
    acr: Option<String>,
    amr: Option<sea_orm::JsonValue>,
    auth_time: Option<DateTime<Utc>>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    app_session: Option<Uuid>,
    has: bool,
    groups: Option<String>,
}

impl Directory {
    /// Whether the holder of a session may use an app now.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`] when the session has ended or its user is not active; [`Code::AppOff`];
    /// [`Code::NotFound`] for an app that they do not have.
    pub async fn admit(&self, on: &impl ConnectionTrait, session: Uuid, app: Uuid) -> Result<Admitted> {
        self.admitted(on, statement::by_session(self.backend()), session.into(), app.into(), MOST_GROUPS).await
    }

    /// As [`Self::admit`], outside of a transaction.
    ///
    /// # Errors
    /// As [`Self::admit`].
    pub async fn admit_by_session(&self, session: Uuid, app: Uuid) -> Result<Admitted> {
        self.admit(self.db(), session, app).await
    }

    /// Whether the holder of an app's session may use the app now: for tokens. With `all_groups` up to
    /// [`MOST_GROUPS_AT_USERINFO`] groups are named.
    ///
    /// # Errors
    /// As [`Self::admit`]; [`Code::Unauthenticated`] also when the app's session has ended.
    pub async fn admit_by_app_session(
        &self,
        on: &impl ConnectionTrait,
        app_session: Uuid,
        all_groups: bool,
    ) -> Result<Admitted> {
        let most = if all_groups { MOST_GROUPS_AT_USERINFO } else { MOST_GROUPS };
        self.admitted(on, statement::by_app_session(self.backend()), app_session.into(), app_session.into(), most).await
    }

    /// Whether the holder of the cookie of an app's host may use the app now. Nothing is written, and whoever asks at the
    /// same moment shares the statement.
    ///
    /// # Errors
    /// As [`Self::admit`]; [`Code::Unauthenticated`] also for a cookie of another host, and for a session that was not
    /// used for too long.
    pub async fn admit_by_host(&self, cookie_hash: &[u8], host: &str) -> Result<Admitted> {
        let admitted = admitted(self.row_by_host(cookie_hash, host).await?)?;
        if admitted.session.last_seen_at <= self.now() - IDLE {
            return Err(Code::Unauthenticated.into());
        }
        Ok(admitted)
    }

    /// What an app would get of somebody who signed in to it now, were it switched on. `None` if they would not be let in.
    /// Opens nothing.
    pub(super) async fn would_admit(&self, user: Uuid, app: Uuid) -> Result<Option<Admitted>> {
        let row = self
            .read_row(self.db(), statement::by_person(self.backend()), user.into(), app.into(), MOST_GROUPS)
            .await?;
        row.filter(|row| row.has).map(Row::into_admitted).transpose()
    }

    async fn admitted(
        &self,
        on: &impl ConnectionTrait,
        text: &str,
        first: Value,
        second: Value,
        most_groups: usize,
    ) -> Result<Admitted> {
        admitted(self.read_row(on, text, first, second, most_groups).await?)
    }

    async fn read_row(
        &self,
        on: &impl ConnectionTrait,
        text: &str,
        first: Value,
        second: Value,
        most_groups: usize,
    ) -> Result<Option<Row>> {
        let statement = self.sql(text, [self.now().into(), and_one_more(most_groups), first, second]);
        Ok(Row::find_by_statement(statement).one(on).await?)
    }
}

/// How many rows to ask for, so that "more than these" can be told.
fn and_one_more(most: usize) -> Value {
    i64::try_from(most + 1).unwrap_or(i64::MAX).into()
}

/// What a row decides.
fn admitted(row: Option<Row>) -> Result<Admitted> {
    let row = row.ok_or(Code::Unauthenticated)?;
    if !row.enabled {
        return Err(Code::AppOff.into());
    }
    if !row.has {
        return Err(Code::NotFound.into());
    }
    row.into_admitted()
}

impl Row {
    fn into_admitted(self) -> Result<Admitted> {
        let row = self;
        let groups: Vec<(Uuid, String)> = match row.groups.as_deref() {
            Some(text) => serde_json::from_str(text)?,
            None => Vec::new(),
        };
        let claims: BTreeMap<String, ExtraClaim> =
            row.claims.map(serde_json::from_value).transpose()?.unwrap_or_default();
        Ok(Admitted {
            app: AdmittedApp {
                id: row.app_id,
                name: row.app_name,
                kind: row.kind,
                told: Told { groups_sent: row.groups_sent, groups_as: row.groups_as, pairwise: row.pairwise, claims },
                pairwise_salt: row.pairwise_salt,
            },
            person: AdmittedPerson {
                id: row.user_id,
                user_type: row.user_type,
                name: row.display_name,
                given_name: row.given_name,
                family_name: row.family_name,
                address: row.address_norm,
                language: row.preferred_language,
                department: row.department,
                job_title: row.job_title,
                company: row.company,
            },
            session: ProvenSession {
                id: row.session_id,
                method: row.method,
                idp: row.idp,
                acr: row.acr,
                amr: row.amr.map(serde_json::from_value).transpose()?.unwrap_or_default(),
                auth_time: row.auth_time,
                last_seen_at: row.last_seen_at,
                expires_at: row.expires_at,
            },
            groups: groups.into_iter().map(|(id, name)| GroupName { id, name }).collect(),
            app_session: row.app_session.unwrap_or_default(),
        })
    }
}
