//! The organization's collections: what administrators make for everybody, or for the people of some groups.

use sea_orm::{EntityTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::collections::SHARED;
use crate::{
    directory::{
        Directory, Result,
        audit::Event,
        entities::{collections, groups},
        groups::word_patterns,
    },
    model::{
        Caller, Code, Refusal, names,
        order::{self, Move},
        panel::{AppFace, CollectionPage, CollectionRow, OFFERED},
        view::GroupName,
    },
};

/// How many groups are offered.
const GROUPS: i64 = 20;

impl Directory {
    /// The organization's collections, in their order, for administrators.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub async fn shared_collections(&self, caller: &Caller) -> Result<Vec<CollectionRow>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            description: String,
            apps: i64,
            groups: i64,
        }
        if !caller.is_administrator() {
            return Err(Code::Forbidden.into());
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT c.id, c.name, c.description,
                    (SELECT COUNT(*) FROM collection_apps x JOIN apps a ON a.id = x.app_id AND a.deleted_at IS NULL
                     WHERE x.collection_id = c.id) AS apps,
                    (SELECT COUNT(*) FROM collection_groups g WHERE g.collection_id = c.id) AS groups
             FROM collections c WHERE c.owner_id IS NULL ORDER BY c.position, c.id",
            [],
        ))
        .all(self.db())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| CollectionRow {
                id: row.id,
                name: row.name,
                description: row.description,
                apps: row.apps,
                hidden: false,
                groups: row.groups,
            })
            .collect())
    }

    /// A collection of the organization's, whose administrator the caller is.
    pub(super) async fn shared_page(
        &self,
        row: collections::Model,
        find: &str,
        find_group: &str,
    ) -> Result<CollectionPage> {
        let sql = "SELECT a.id, a.name, a.picture_id FROM collection_apps x
                   JOIN apps a ON a.id = x.app_id AND a.deleted_at IS NULL
                   WHERE x.collection_id = $1 ORDER BY x.position, a.name_folded, a.id";
        let apps = Face::find_by_statement(self.sql(sql, [row.id.into()])).all(self.db()).await?;
        let mut found = self.apps_outside(row.id, find).await?;
        let more_found = found.len() > OFFERED;
        found.truncate(OFFERED);
        let sql = "SELECT r.id, r.name FROM collection_groups g JOIN groups r ON r.id = g.group_id
                   WHERE g.collection_id = $1 ORDER BY r.name_folded, r.id";
        let groups = Named::find_by_statement(self.sql(sql, [row.id.into()])).all(self.db()).await?;
        Ok(CollectionPage {
            id: row.id,
            name: row.name,
            description: row.description,
            shared: true,
            apps: apps.into_iter().map(Face::into_view).collect(),
            found: found.into_iter().map(Face::into_view).collect(),
            more_found,
            groups: groups.into_iter().map(Named::into_view).collect(),
            groups_found: self.groups_outside(row.id, find_group).await?,
        })
    }

    /// Apps that are not in a collection, by the beginnings of their words; one more than is offered.
    async fn apps_outside(&self, collection: Uuid, find: &str) -> Result<Vec<Face>> {
        let mut values: Vec<Value> = vec![collection.into()];
        let mut words = String::new();
        for patterns in word_patterns(find) {
            let n = values.len();
            words.push_str(&format!(
                " AND (a.name_folded LIKE ${} ESCAPE '\\' OR a.name_folded LIKE ${} ESCAPE '\\'
                    OR a.name_folded LIKE ${} ESCAPE '\\')",
                n + 1,
                n + 2,
                n + 3
            ));
            values.extend(patterns.map(Value::from));
        }
        let text = format!(
            "SELECT a.id, a.name, a.picture_id FROM apps a WHERE a.deleted_at IS NULL{words}
               AND NOT EXISTS (SELECT 1 FROM collection_apps x WHERE x.collection_id = $1 AND x.app_id = a.id)
             ORDER BY a.name_folded, a.id LIMIT {}",
            OFFERED + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(Face::find_by_statement(statement).all(self.db()).await?)
    }

    /// Groups that do not see a collection by name yet and whose name begins like that. There may be a hundred thousand, so
    /// it is a range of the index, and nothing without a beginning.
    async fn groups_outside(&self, collection: Uuid, find: &str) -> Result<Vec<GroupName>> {
        let start = names::fold(&find.chars().filter(|c| !c.is_control()).take(100).collect::<String>());
        if start.is_empty() {
            return Ok(Vec::new());
        }
        let end = format!("{start}\u{10ffff}");
        let rows = Named::find_by_statement(self.sql(
            "SELECT r.id, r.name FROM groups r
             WHERE r.deleted_at IS NULL AND r.name_folded >= $2 AND r.name_folded < $3
               AND NOT EXISTS (SELECT 1 FROM collection_groups g WHERE g.collection_id = $1 AND g.group_id = r.id)
             ORDER BY r.name_folded, r.id LIMIT $4",
            [collection.into(), start.into(), end.into(), GROUPS.into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(Named::into_view).collect())
    }

    /// Moves one of the organization's collections to another place, for everybody without an order of their own. Says the
    /// place it has now, and of how many.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn move_shared_collection(&self, caller: &Caller, id: Uuid, to: Move) -> Result<(usize, usize)> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let result = async {
            let tx = self.begin().await?;
            self.lock_name(&tx, SHARED).await?;
            if !self.keep_collection(&tx, caller, id, true).await?.is_shared() {
                return Err(Code::NotFound.into());
            }
            let sql = "SELECT id FROM collections WHERE owner_id IS NULL ORDER BY position, id";
            let before: Vec<Uuid> =
                Row::find_by_statement(self.sql(sql, [])).all(&tx).await?.into_iter().map(|row| row.id).collect();
            let after = order::moved(&before, id, to).ok_or(Code::NotFound)?;
            for (place, row) in (1_i32..).zip(&after) {
                let sql = "UPDATE collections SET position = $2 WHERE id = $1 AND position <> $2";
                self.change(&tx, sql, [(*row).into(), place.into()]).await?;
            }
            let place = after.iter().position(|one| *one == id).unwrap_or_default() + 1;
            if before != after {
                self.record_shared(&tx, caller, "collection.move", id, serde_json::json!({ "place": place })).await?;
            }
            self.commit(tx).await?;
            Ok((place, after.len()))
        }
        .await;
        self.record_refusal(&caller.into(), Event::new("collection.move", "collection", id), result).await
    }

    /// Shows a collection of the organization's to the people of a group, or (with `shown` false) no longer. While it is
    /// shown to no group, everybody sees it.
    ///
    /// # Errors
    /// [`Code::NotFound`] for the collection, and at `group` for a group that does not exist; [`Code::Forbidden`].
    pub async fn show_collection_to(&self, caller: &Caller, id: Uuid, group: Uuid, shown: bool) -> Result<()> {
        let action = if shown { "collection.show" } else { "collection.unshow" };
        let result = async {
            let tx = self.begin().await?;
            let live = groups::Entity::find_by_id(group).one(&tx).await?.is_some_and(|row| row.deleted_at.is_none());
            if !self.keep_collection(&tx, caller, id, true).await?.is_shared() {
                return Err(Code::NotFound.into());
            }
            if shown && !live {
                return Err(Refusal::at(Code::NotFound, "group").into());
            }
            let sql = if shown {
                "INSERT INTO collection_groups (collection_id, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
            } else {
                "DELETE FROM collection_groups WHERE collection_id = $1 AND group_id = $2"
            };
            if self.change(&tx, sql, [id.into(), group.into()]).await? == 1 {
                self.record_shared(&tx, caller, action, id, serde_json::json!({ "group": group })).await?;
            }
            self.commit(tx).await
        }
        .await;
        self.record_refusal(&caller.into(), Event::new(action, "collection", id), result).await
    }
}

#[derive(FromQueryResult)]
struct Face {
    id: Uuid,
    name: String,
    picture_id: Option<Uuid>,
}

impl Face {
    fn into_view(self) -> AppFace {
        AppFace { id: self.id, name: self.name, picture_id: self.picture_id }
    }
}

#[derive(FromQueryResult)]
struct Named {
    id: Uuid,
    name: String,
}

impl Named {
    fn into_view(self) -> GroupName {
        GroupName { id: self.id, name: self.name }
    }
}
