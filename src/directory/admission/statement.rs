//! The one statement that decides, and the ways to ask it.

use std::sync::OnceLock;

use sea_orm::DbBackend;

use super::together::MOST;
use crate::directory::apps::has_way;

/// The one statement: `$1` now, `$2` how many groups, `$3` and `$4` whom `from` is about. It names the session `b`, the
/// app `a`, and the app's session `x`. Whoever needs another column adds it by `more`.
///
/// Groups come in the order of an index, and so need no sorting.
fn statement(backend: DbBackend, more: &str, from: &str) -> String {
    let has = has_way("u.id", "a.id", "$1");
    let (list, id, join) = match backend {
        DbBackend::Postgres => ("json_agg(json_build_array(t.id, t.name))::text", "g.id::text", "JOIN"),
        _ => ("json_group_array(json_array(t.id, t.name))", "hex(g.id)", "CROSS JOIN"),
    };
    format!(
        "SELECT {more} a.id AS app_id, a.name AS app_name, a.kind, a.enabled, a.groups_sent, a.groups_as, a.pairwise, a.pairwise_salt,
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
                        ORDER BY m.group_id LIMIT $2) t) END AS groups
         FROM {from}
         {join} users u ON u.id = b.user_id AND u.deleted_at IS NULL AND u.enabled
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
        text.get_or_init(|| statement(backend, "", from))
    }
}

/// By the session of the panel, for an app: `$3` its id, `$4` the app.
pub(super) fn by_session(backend: DbBackend) -> &'static str {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(
        backend,
        "sessions b JOIN apps a ON b.public_id = $3 AND a.id = $4
             LEFT JOIN app_sessions x ON x.session_id = b.public_id AND x.app_id = a.id AND x.ended_at IS NULL",
    )
}

/// By a person alone, as if they had just signed in by the identity that was bound last: `$3` the user, `$4` the app.
pub(super) fn by_person(backend: DbBackend) -> &'static str {
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
pub(super) fn by_app_session(backend: DbBackend) -> &'static str {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(
        backend,
        "app_sessions x JOIN sessions b ON x.id = $3 AND x.id = $4 AND x.ended_at IS NULL
                AND b.public_id = x.session_id AND b.user_id = x.user_id
             JOIN apps a ON a.id = x.app_id",
    )
}

/// By cookies of apps' hosts, many at once: `$3` is a JSON array of pairs, a cookie's hash in hexadecimal and a host; each
/// row says by `n` which of them it answers, counted from 0.
pub(super) fn by_hosts(backend: DbBackend) -> &'static str {
    static SQLITE: OnceLock<String> = OnceLock::new();
    static POSTGRES: OnceLock<String> = OnceLock::new();
    let (text, more, asked, unhex, join) = match backend {
        // Its guess of how many are asked is the most that are.
        DbBackend::Postgres => (
            &POSTGRES,
            "q.n - 1 AS n,",
            format!(
                "(SELECT e.value, e.n FROM jsonb_array_elements(CAST($3 AS jsonb)) WITH ORDINALITY e (value, n)
                  LIMIT {MOST}) q"
            ),
            "decode(q.value->>0, 'hex')",
            "JOIN",
        ),
        // It takes `CROSS JOIN` as an order to keep to: few are asked, and each further step finds one row.
        _ => (&SQLITE, "q.key AS n,", "json_each($3) q".to_owned(), "unhex(q.value->>0)", "CROSS JOIN"),
    };
    text.get_or_init(|| {
        statement(
            backend,
            more,
            &format!(
                "{asked}
                 {join} host_sessions h ON h.hash = {unhex} AND h.host = q.value->>1
                 {join} app_hosts o ON o.host = h.host
                 {join} app_sessions x ON x.id = h.app_session_id AND x.ended_at IS NULL AND x.app_id = o.app_id
                 {join} sessions b ON b.public_id = x.session_id AND b.user_id = x.user_id
                 {join} apps a ON a.id = x.app_id"
            ),
        )
    })
}
