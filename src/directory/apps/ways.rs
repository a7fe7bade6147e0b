//! The ways by which somebody has an app: given to them, or through a group.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{Directory, Result};
use crate::model::{
    Caller,
    managed::AppWay,
    state::GrantReason,
    view::{AppReason, AppTile, GroupName, PersonName},
};

/// Every way to an app that counts at this moment: `$1` the user, `$2` now.
pub(in crate::directory) const WAYS: &str = "
    SELECT s.app_id, NULL AS group_id, NULL AS group_name
    FROM assignments s LEFT JOIN invitations i ON i.id = s.invitation_id
    WHERE s.user_id = $1 AND (s.until IS NULL OR s.until > $2) AND (s.invitation_id IS NULL OR i.state = 'accepted')
    UNION ALL
    SELECT s.app_id, g.id AS group_id, g.name AS group_name
    FROM memberships m
    JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
    JOIN assignments s ON s.group_id = g.id AND (s.until IS NULL OR s.until > $2)
    LEFT JOIN invitations i ON i.id = m.invitation_id
    WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2) AND (m.invitation_id IS NULL OR i.state = 'accepted')";

/// Whether a user has a way to an app that counts at a moment, as SQL inside of a larger statement that names the three.
/// The same conditions as in [`WAYS`], asked so that two looks into an index answer it.
pub(in crate::directory) fn has_way(user: &str, app: &str, now: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM assignments s LEFT JOIN invitations i ON i.id = s.invitation_id
                  WHERE s.user_id = {user} AND s.app_id = {app} AND (s.until IS NULL OR s.until > {now})
                    AND (s.invitation_id IS NULL OR i.state = 'accepted'))
          OR EXISTS (SELECT 1 FROM memberships m
                  JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
                  JOIN assignments s ON s.group_id = m.group_id AND s.app_id = {app} AND (s.until IS NULL OR s.until > {now})
                  LEFT JOIN invitations i ON i.id = m.invitation_id
                  WHERE m.user_id = {user} AND (m.until IS NULL OR m.until > {now})
                    AND (m.invitation_id IS NULL OR i.state = 'accepted')))"
    )
}

impl Directory {
    /// The apps the caller may open, once each, with every reason.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_apps(&self, caller: &Caller) -> Result<Vec<AppTile>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            name_folded: String,
            description: String,
            group_id: Option<Uuid>,
            group_name: Option<String>,
        }
        let rows = Row::find_by_statement(self.sql(
            &format!(
                "SELECT a.id, a.name, a.name_folded, a.description, w.group_id, w.group_name
                 FROM ({WAYS}) w JOIN apps a ON a.id = w.app_id AND a.deleted_at IS NULL AND a.enabled"
            ),
            [caller.user_id.into(), self.now().into()],
        ))
        .all(self.db())
        .await?;
        let mut tiles: BTreeMap<(String, Uuid), AppTile> = BTreeMap::new();
        for row in rows {
            let tile = tiles.entry((row.name_folded, row.id)).or_insert_with(|| AppTile {
                id: row.id,
                name: row.name,
                description: row.description,
                reasons: Vec::new(),
            });
            tile.reasons.push(match (row.group_id, row.group_name) {
                (Some(id), Some(name)) => AppReason::Group { id, name },
                _ => AppReason::Direct,
            });
        }
        let mut tiles: Vec<AppTile> = tiles.into_values().collect();
        for tile in &mut tiles {
            tile.reasons.sort_by(|a, b| reason_key(a).cmp(&reason_key(b)));
        }
        Ok(tiles)
    }

    /// Whether somebody has a way to an app at this moment. One that is switched off counts as well.
    pub(in crate::directory) async fn has_app(&self, on: &impl ConnectionTrait, user: Uuid, app: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            ways: i64,
        }
        let row = Counted::find_by_statement(self.sql(
            &format!("SELECT COUNT(*) AS ways FROM ({WAYS}) w WHERE w.app_id = $3"),
            [user.into(), self.now().into(), app.into()],
        ))
        .one(on)
        .await?;
        Ok(row.is_some_and(|row| row.ways > 0))
    }

    /// Every way by which somebody has an app: since when, until when, and who gave it. Directly first.
    pub(super) async fn ways_to(&self, user: Uuid, app: Uuid) -> Result<Vec<AppWay>> {
        #[derive(FromQueryResult)]
        struct Row {
            group_id: Option<Uuid>,
            group_name: Option<String>,
            reason: GrantReason,
            granted_at: DateTime<Utc>,
            given_at: DateTime<Utc>,
            until: Option<DateTime<Utc>>,
            given_until: Option<DateTime<Utc>>,
            by_id: Option<Uuid>,
            by_name: Option<String>,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT NULL AS group_id, NULL AS group_name, s.reason, s.granted_at, s.granted_at AS given_at, s.until,
                    s.until AS given_until, b.id AS by_id, b.display_name AS by_name
             FROM assignments s LEFT JOIN invitations i ON i.id = s.invitation_id LEFT JOIN users b ON b.id = s.granted_by
             WHERE s.user_id = $1 AND s.app_id = $3 AND (s.until IS NULL OR s.until > $2)
               AND (s.invitation_id IS NULL OR i.state = 'accepted')
             UNION ALL
             SELECT g.id AS group_id, g.name AS group_name, m.reason, m.granted_at, s.granted_at AS given_at, m.until,
                    s.until AS given_until, b.id AS by_id, b.display_name AS by_name
             FROM memberships m
             JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
             JOIN assignments s ON s.group_id = g.id AND s.app_id = $3 AND (s.until IS NULL OR s.until > $2)
             LEFT JOIN invitations i ON i.id = m.invitation_id LEFT JOIN users b ON b.id = m.granted_by
             WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2) AND (m.invitation_id IS NULL OR i.state = 'accepted')",
            [user.into(), self.now().into(), app.into()],
        ))
        .all(self.db())
        .await?;
        let mut ways: Vec<AppWay> = rows
            .into_iter()
            .map(|row| AppWay {
                group: row.group_id.zip(row.group_name).map(|(id, name)| GroupName { id, name }),
                reason: row.reason,
                granted_by: row.by_id.zip(row.by_name).map(|(id, name)| PersonName { id, name }),
                // Both have to hold: the place in the group, and what the group gives.
                since: row.granted_at.max(row.given_at),
                until: match (row.until, row.given_until) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                },
            })
            .collect();
        ways.sort_by(|a, b| {
            let key = |way: &AppWay| way.group.as_ref().map(|group| (group.name.clone(), group.id));
            key(a).cmp(&key(b))
        });
        Ok(ways)
    }
}

fn reason_key(reason: &AppReason) -> (bool, &str) {
    match reason {
        AppReason::Direct => (false, ""),
        AppReason::Group { name, .. } => (true, name),
    }
}
