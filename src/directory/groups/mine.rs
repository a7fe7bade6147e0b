//! My groups: those that somebody owns or is in.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::super::{Directory, Error, Result, people::end_of, places};
use crate::model::{
    Caller,
    groups::{MOST_COUNTED_IN_LISTS, may_create_groups},
    names,
    view::{GroupRow, MyGroups},
};

/// How many groups a page shows.
const PAGE: usize = 200;

impl Directory {
    /// The caller's groups, owned and joined, a page of them by name. `after` is the [`MyGroups::next`] of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_groups(&self, caller: &Caller, after: Option<&str>) -> Result<MyGroups> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            name_folded: String,
            purpose: String,
            picture_id: Option<Uuid>,
            guests_see_members: bool,
            owns: bool,
            people: i64,
            apps: i64,
        }
        let settings = self.settings().await?;
        let (after_id, after_name) = places::named(after);
        // People and apps are counted only of the groups that are shown, and people only so far.
        let most = MOST_COUNTED_IN_LISTS + 1;
        let text = format!(
            "SELECT g.id, g.name, g.name_folded, g.purpose, g.picture_id, g.guests_see_members, g.owns,
                    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM memberships m WHERE m.group_id = g.id
                       AND (m.until IS NULL OR m.until > $2) LIMIT {most}) c) AS people,
                    (SELECT COUNT(*) FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
                     WHERE s.group_id = g.id AND (s.until IS NULL OR s.until > $2)) AS apps
             FROM (
                SELECT g.id, g.name, g.name_folded, g.purpose, g.picture_id, g.guests_see_members,
                       EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = g.id AND o.user_id = $1) AS owns
                FROM groups g
                WHERE g.deleted_at IS NULL AND (g.name_folded > $3 OR g.name_folded = $3 AND g.id > $4) AND g.id IN (
                    SELECT o.group_id FROM group_owners o WHERE o.user_id = $1
                    UNION
                    SELECT m.group_id FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                    WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
                      AND (m.invitation_id IS NULL OR i.state = 'accepted'))
                ORDER BY g.name_folded, g.id LIMIT {}) g
             ORDER BY g.name_folded, g.id",
            PAGE + 1
        );
        let values = [caller.user_id.into(), self.now().into(), after_name.into(), after_id.into()];
        let mut rows = Row::find_by_statement(self.sql(&text, values)).all(self.db()).await?;
        let mut mine = MyGroups {
            may_create: may_create_groups(caller, settings.self_service.group_creation).is_ok(),
            deleted: self.has_deleted_groups(caller).await?,
            ..Default::default()
        };
        if rows.len() > PAGE {
            rows.truncate(PAGE);
            mine.next = rows.last().map(|row| format!("{}.{}", row.id, row.name_folded));
        }
        for row in rows {
            let counted =
                !caller.is_guest() || row.owns || settings.guests.visibility.shows_members(row.guests_see_members);
            let list = if row.owns { &mut mine.owned } else { &mut mine.member };
            list.push(GroupRow {
                id: row.id,
                name: row.name,
                purpose: row.purpose,
                picture: row.picture_id,
                people: counted.then_some(row.people),
                apps: row.apps,
            });
        }
        Ok(mine)
    }
}

impl Directory {
    /// Names of live groups that begin like what was typed, as far as the caller may find them, at most three. For whoever
    /// looks for a group among people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn groups_named(&self, caller: &Caller, typed: &str) -> Result<Vec<String>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let typed: String = names::fold(typed).chars().filter(|c| !c.is_control()).take(names::LONGEST).collect();
        if typed.chars().count() < 2 {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, name FROM groups WHERE deleted_at IS NULL AND name_folded >= $1 AND name_folded < $2
                   ORDER BY name_folded, id LIMIT 10";
        let end = end_of(&typed);
        let rows = Row::find_by_statement(self.sql(sql, [typed.into(), end.into()])).all(self.db()).await?;
        let mut names = Vec::new();
        for row in rows {
            match self.see_group(self.db(), caller, row.id, false).await {
                Ok(_) => names.push(row.name),
                Err(Error::Refused(_)) => {}
                Err(broken) => return Err(broken),
            }
            if names.len() == 3 {
                break;
            }
        }
        Ok(names)
    }
}
