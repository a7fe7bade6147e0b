//! May this user, signed in by this session, use this app now, and as whom? Every way by which an app signs people in
//! asks here, and each time anew: nothing of the answer is kept.

use std::{collections::BTreeMap, sync::OnceLock};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;

use super::{Directory, Result, apps::has_way, sessions::IDLE};
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
    pub auth_time: DateTime<Utc>,
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
    opened_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    app_session: Option<Uuid>,
    has: bool,
    groups: Option<String>,
}

/// The one statement: `$1` now, `$2` how many groups, `$3` and `$4` whom `from` is about. It names the session `b`, the
/// app `a`, and the app's session `x`.
fn statement(backend: DbBackend, from: &str) -> String {
    let has = has_way("u.id", "a.id", "$1");
    let (list, id) = match backend {
        DbBackend::Postgres => ("json_agg(json_build_array(t.id, t.name))::text", "g.id::text"),
        _ => ("json_group_array(json_array(t.id, t.name))", "hex(g.id)"),
    };
    format!(
        "SELECT a.id AS app_id, a.name AS app_name, a.kind, a.enabled, a.groups_sent, a.groups_as, a.pairwise, a.pairwise_salt,
                a.claims, u.id AS user_id, u.user_type, u.display_name, u.given_name, u.family_name, u.address_norm,
                u.preferred_language, u.department, u.job_title, u.company, b.public_id AS session_id, b.method, b.idp,
                b.acr, b.amr, b.auth_time, b.created_at AS opened_at, b.last_seen_at, b.expires_at, x.id AS app_session,
                {has} AS has,
                CASE WHEN a.groups_sent = 'none' THEN NULL ELSE (
                    SELECT {list} FROM (
                        SELECT {id} AS id, g.name FROM memberships m
                        JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
                        LEFT JOIN invitations i ON i.id = m.invitation_id
                        WHERE m.user_id = u.id AND (m.until IS NULL OR m.until > $1)
                          AND (m.invitation_id IS NULL OR i.state = 'accepted')
                          AND (a.groups_sent = 'all' OR EXISTS (
                              SELECT 1 FROM assignments s WHERE s.group_id = m.group_id AND s.app_id = a.id
                                AND (s.until IS NULL OR s.until > $1)))
                        ORDER BY g.id LIMIT $2) t) END AS groups
         FROM {from}
         JOIN users u ON u.id = b.user_id AND u.deleted_at IS NULL AND u.enabled
         WHERE b.expires_at > $1 AND a.deleted_at IS NULL"
    )
}

/// A statement is put together once, for each engine.
struct Texts {
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Texts {
    const fn new() -> Self {
        Self { sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    fn of(&self, backend: DbBackend, from: &str) -> &str {
        let text = if backend == DbBackend::Postgres { &self.postgres } else { &self.sqlite };
        text.get_or_init(|| statement(backend, from))
    }
}

/// By the session of the panel, for an app: `$3` its id, `$4` the app.
fn by_session(backend: DbBackend) -> &'static str {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(
        backend,
        "sessions b JOIN apps a ON b.public_id = $3 AND a.id = $4
             LEFT JOIN app_sessions x ON x.session_id = b.public_id AND x.app_id = a.id AND x.ended_at IS NULL",
    )
}

/// By a person alone, as if they had just signed in by the identity that was bound last: `$3` the user, `$4` the app.
fn by_person(backend: DbBackend) -> &'static str {
    static TEXTS: Texts = Texts::new();
    let (never, json) = match backend {
        DbBackend::Postgres => ("CAST('9999-01-01 00:00:00+00' AS timestamptz)", "jsonb"),
        _ => ("'9999-01-01T00:00:00+00:00'", "text"),
    };
    let from = format!(
        "(SELECT p.id AS user_id, p.id AS public_id, 'provider' AS method, CAST(NULL AS text) AS acr, CAST(NULL AS {json}) AS amr,
                 (SELECT i.issuer FROM identities i WHERE i.user_id = p.id AND i.deleted_at IS NULL
                  ORDER BY i.created_at DESC, i.id DESC LIMIT 1) AS idp,
                 $1 AS auth_time, $1 AS created_at, $1 AS last_seen_at, {never} AS expires_at
          FROM users p WHERE p.id = $3) b JOIN apps a ON a.id = $4
             LEFT JOIN app_sessions x ON x.id = $4 AND x.id <> $4"
    );
    TEXTS.of(backend, &from)
}

/// By the session of the app: `$3` its id, `$4` again.
fn by_app_session(backend: DbBackend) -> &'static str {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(
        backend,
        "app_sessions x JOIN sessions b ON x.id = $3 AND x.id = $4 AND x.ended_at IS NULL
                AND b.public_id = x.session_id AND b.user_id = x.user_id
             JOIN apps a ON a.id = x.app_id",
    )
}

/// By the cookie of an app's host: `$3` its hash, `$4` the host. Unlike tokens it is a browser's, so it idles, too.
fn by_host(backend: DbBackend) -> &'static str {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(
        backend,
        "host_sessions h JOIN app_hosts o ON h.hash = $3 AND h.host = $4 AND o.host = h.host
             JOIN app_sessions x ON x.id = h.app_session_id AND x.ended_at IS NULL AND x.app_id = o.app_id
             JOIN sessions b ON b.public_id = x.session_id AND b.user_id = x.user_id
             JOIN apps a ON a.id = x.app_id",
    )
}

impl Directory {
    /// Whether the holder of a session may use an app now.
    ///
    /// # Errors
    /// [`Code::Unauthenticated`] when the session has ended or its user is not active; [`Code::AppOff`];
    /// [`Code::NotFound`] for an app that they do not have.
    pub async fn admit(&self, on: &impl ConnectionTrait, session: Uuid, app: Uuid) -> Result<Admitted> {
        self.admitted(on, by_session(self.backend()), session.into(), app.into(), MOST_GROUPS).await
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
        self.admitted(on, by_app_session(self.backend()), app_session.into(), app_session.into(), most).await
    }

    /// Whether the holder of the cookie of an app's host may use the app now: one statement, and nothing is written.
    ///
    /// # Errors
    /// As [`Self::admit`]; [`Code::Unauthenticated`] also for a cookie of another host, and for a session that was not
    /// used for too long.
    pub async fn admit_by_host(&self, cookie_hash: &[u8], host: &str) -> Result<Admitted> {
        let admitted =
            self.admitted(self.db(), by_host(self.backend()), cookie_hash.into(), host.into(), MOST_GROUPS).await?;
        if admitted.session.last_seen_at <= self.now() - IDLE {
            return Err(Code::Unauthenticated.into());
        }
        Ok(admitted)
    }

    /// What an app would get of somebody who signed in to it now, were it switched on. `None` if they would not be let in.
    /// Opens nothing.
    pub(super) async fn would_admit(&self, user: Uuid, app: Uuid) -> Result<Option<Admitted>> {
        let row = self.read_row(self.db(), by_person(self.backend()), user.into(), app.into(), MOST_GROUPS).await?;
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
        let row = self.read_row(on, text, first, second, most_groups).await?.ok_or(Code::Unauthenticated)?;
        if !row.enabled {
            return Err(Code::AppOff.into());
        }
        if !row.has {
            return Err(Code::NotFound.into());
        }
        row.into_admitted()
    }

    async fn read_row(
        &self,
        on: &impl ConnectionTrait,
        text: &str,
        first: Value,
        second: Value,
        most_groups: usize,
    ) -> Result<Option<Row>> {
        let most = i64::try_from(most_groups + 1).unwrap_or(i64::MAX);
        let statement = self.sql(text, [self.now().into(), most.into(), first, second]);
        Ok(Row::find_by_statement(statement).one(on).await?)
    }
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
                // Sessions from before this was written down.
                auth_time: row.auth_time.unwrap_or(row.opened_at),
                last_seen_at: row.last_seen_at,
                expires_at: row.expires_at,
            },
            groups: groups.into_iter().map(|(id, name)| GroupName { id, name }).collect(),
            app_session: row.app_session.unwrap_or_default(),
        })
    }
}
