//! Telling people that a membership or assignment of theirs is about to end.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{Directory, Result, grants::Target, notices::Notice};
use crate::model::state::NoticeKind;

/// How many days before the end somebody is told.
const BEFORE: i64 = 7;
/// For how many days this is made up for, should the panel have stood still.
const MAKES_UP: i64 = 2;

#[derive(FromQueryResult)]
struct Ending {
    of: Uuid,
    user_id: Uuid,
    until: DateTime<Utc>,
}

impl Directory {
    /// Tells people, once, a week before a membership or assignment of theirs ends: up to `limit` of each kind. Whoever was
    /// told of that very end a moment ago, because it was set then, is not told again. A job calls it; says how many it
    /// told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_ending(&self, limit: u64) -> Result<u64> {
        let mut told = 0;
        for kind in [Target::Group, Target::App] {
            for ending in self.about_to_end(kind, limit).await? {
                let tx = self.begin().await?;
                // Two machines tell nobody twice: the one that waits here sees what the other has told.
                self.lock_user(&tx, ending.user_id).await?;
                if self.still_to_be_told(&tx, kind(ending.of), &ending).await? {
                    let notice = Notice::new(ending.user_id, NoticeKind::MemberEnding, kind(ending.of));
                    self.notify(&tx, Notice { until: Some(ending.until), ..notice }).await?;
                    told += 1;
                }
                self.commit(tx).await?;
            }
        }
        Ok(told)
    }

    async fn about_to_end(&self, kind: fn(Uuid) -> Target, limit: u64) -> Result<Vec<Ending>> {
        let text = format!(
            "SELECT {column} AS of, m.user_id, m.until FROM {table} m
             JOIN {parents} g ON g.id = {column} AND g.deleted_at IS NULL
             JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL AND u.enabled
               AND (u.external_state IS NULL OR u.external_state = 'Accepted')
             LEFT JOIN invitations i ON i.id = m.invitation_id
             WHERE m.until > $1 AND m.until <= $2 AND m.user_id IS NOT NULL
               AND (m.invitation_id IS NULL OR i.state = 'accepted') AND {untold}
             ORDER BY m.until LIMIT $4",
            column = column(kind),
            table = kind(Uuid::nil()).table().0,
            parents = parents(kind),
            untold = untold(kind),
        );
        let now = self.now();
        let values = [
            (now + Duration::days(BEFORE - MAKES_UP)).into(),
            (now + Duration::days(BEFORE)).into(),
            (now - Duration::days(MAKES_UP)).into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        Ok(Ending::find_by_statement(self.sql(&text, values)).all(self.db()).await?)
    }

    async fn still_to_be_told(&self, on: &impl ConnectionTrait, target: Target, ending: &Ending) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            places: i64,
        }
        let kind: fn(Uuid) -> Target = match target {
            Target::Group(_) => Target::Group,
            Target::App(_) => Target::App,
        };
        let text = format!(
            "SELECT COUNT(*) AS places FROM {table} m
             WHERE {column} = $1 AND m.user_id = $2 AND m.until = $4 AND {untold}",
            column = column(kind),
            table = target.table().0,
            untold = untold(kind),
        );
        let since = self.now() - Duration::days(MAKES_UP);
        let values = [ending.of.into(), ending.user_id.into(), since.into(), ending.until.into()];
        Ok(Counted::find_by_statement(self.sql(&text, values)).one(on).await?.is_some_and(|row| row.places > 0))
    }
}

fn column(kind: fn(Uuid) -> Target) -> String {
    format!("m.{}", kind(Uuid::nil()).table().1)
}

fn parents(kind: fn(Uuid) -> Target) -> &'static str {
    match kind(Uuid::nil()) {
        Target::Group(_) => "groups",
        Target::App(_) => "apps",
    }
}

/// That nobody has told `m`'s user of this end since `$3`: a notice knows the end that it told.
fn untold(kind: fn(Uuid) -> Target) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM notices n WHERE n.user_id = m.user_id AND n.created_at > $3
            AND n.{} = {} AND n.until = m.until)",
        kind(Uuid::nil()).table().1,
        column(kind),
    )
}
