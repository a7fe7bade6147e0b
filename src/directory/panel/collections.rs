//! Collections: tabs above the apps. Own ones, and what is the same for the organization's.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{Mine, SEEN, checked_description, checked_name, page::found};
use crate::{
    directory::{
        Directory, Result,
        audit::{Actor, Event},
        entities::collections,
    },
    model::{
        Caller, Code, names,
        order::{self, Move},
        panel::{CollectionPage, CollectionRow, Collections, MOST_COLLECTIONS, MOST_SHARED, OFFERED},
    },
};

/// What is locked where the organization's collections are counted or put in order.
pub(super) const SHARED: &str = "shared collections";

/// A collection that the caller may change. Only [`Directory::keep_collection`] makes one.
pub(super) struct Kept(pub collections::Model);

impl Kept {
    /// Whether it is the organization's.
    pub fn is_shared(&self) -> bool {
        self.0.owner_id.is_none()
    }
}

impl Directory {
    /// The collection: its owner's, or the organization's for administrators. With `lock` the row is locked until the
    /// transaction ends.
    ///
    /// # Errors
    /// [`Code::NotFound`] for one that the caller does not see, [`Code::Forbidden`] for one that they only see.
    pub(super) async fn keep_collection(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
        lock: bool,
    ) -> Result<Kept> {
        let mut query = collections::Entity::find_by_id(id);
        if lock {
            query = query.lock_exclusive();
        }
        let row = query.one(on).await?.ok_or(Code::NotFound)?;
        match row.owner_id {
            Some(owner) if owner == caller.user_id => Ok(Kept(row)),
            Some(_) => Err(Code::NotFound.into()),
            None if caller.is_administrator() => Ok(Kept(row)),
            None if self.is_shown(on, caller, id).await? => Err(Code::Forbidden.into()),
            None => Err(Code::NotFound.into()),
        }
    }

    /// Whether a collection of the organization's is shown to the caller.
    pub(super) async fn is_shown(&self, on: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Counted {
            seen: i64,
        }
        let sql = format!("SELECT COUNT(*) AS seen FROM collections c WHERE c.id = $3 AND ($2 = $2) AND {SEEN}");
        let values = [caller.user_id.into(), self.now().into(), id.into()];
        Ok(Counted::find_by_statement(self.sql(&sql, values)).one(on).await?.is_some_and(|row| row.seen > 0))
    }

    /// The caller's collections: their own, and those of the organization's that have something for them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn my_collections(&self, caller: &Caller) -> Result<Collections> {
        let mut mine = Collections::default();
        for row in self.seen_collections(self.db(), caller).await? {
            if !row.own && row.apps == 0 {
                continue;
            }
            let list = if row.own { &mut mine.own } else { &mut mine.shared };
            list.push(CollectionRow {
                id: row.id,
                name: row.name,
                description: row.description,
                apps: row.apps,
                hidden: row.hidden,
                groups: 0,
            });
        }
        Ok(mine)
    }

    /// A collection, for whoever may change it. `find` narrows the apps that are offered, `find_group` the groups.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn collection_page(
        &self,
        caller: &Caller,
        id: Uuid,
        find: &str,
        find_group: &str,
    ) -> Result<CollectionPage> {
        let kept = self.keep_collection(self.db(), caller, id, false).await?;
        if kept.is_shared() {
            return self.shared_page(kept.0, find, find_group).await;
        }
        let apps = self.my_panel_apps(self.db(), caller).await?;
        let inside = self.apps_inside(self.db(), id).await?;
        let places: HashMap<Uuid, usize> = inside.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let (mut within, mut outside): (Vec<Mine>, Vec<Mine>) =
            apps.into_iter().partition(|app| places.contains_key(&app.id));
        within.sort_by_key(|app| places.get(&app.id).copied());
        outside.sort_by(Mine::by_name);
        let wanted = names::fold(&find.chars().take(200).collect::<String>());
        let mut offered: Vec<_> = found(&outside, &wanted).into_iter().map(|(_, app)| app.face()).collect();
        let more_found = offered.len() > OFFERED;
        offered.truncate(OFFERED);
        Ok(CollectionPage {
            id,
            name: kept.0.name,
            description: kept.0.description,
            shared: false,
            apps: within.iter().map(Mine::face).collect(),
            found: offered,
            more_found,
            groups: Vec::new(),
            groups_found: Vec::new(),
        })
    }

    /// The ids of a collection's apps, in its order.
    pub(super) async fn apps_inside(&self, on: &impl ConnectionTrait, collection: Uuid) -> Result<Vec<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            app_id: Uuid,
        }
        let sql = "SELECT x.app_id FROM collection_apps x JOIN apps a ON a.id = x.app_id AND a.deleted_at IS NULL
                   WHERE x.collection_id = $1 ORDER BY x.position, a.name_folded, a.id";
        let rows = Row::find_by_statement(self.sql(sql, [collection.into()])).all(on).await?;
        Ok(rows.into_iter().map(|row| row.app_id).collect())
    }

    /// Adds a collection: the caller's own, or with `shared` the organization's.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for the organization's if the caller is no administrator, [`Code::NameEmpty`],
    /// [`Code::TooLong`], [`Code::TooManyCollections`].
    pub async fn create_collection(
        &self,
        caller: &Caller,
        shared: bool,
        name: &str,
        description: &str,
    ) -> Result<Uuid> {
        let event = Event { action: "collection.create", ..Default::default() };
        let result = self.add_collection(caller, shared, name, description).await;
        self.record_refusal(&caller.into(), event, result).await
    }

    async fn add_collection(&self, caller: &Caller, shared: bool, name: &str, description: &str) -> Result<Uuid> {
        #[derive(FromQueryResult)]
        struct Had {
            count: i64,
            last: i32,
        }
        if shared && !caller.is_administrator() {
            return Err(Code::Forbidden.into());
        }
        let (name, name_folded) = checked_name(name)?;
        let description = checked_description(description)?;
        let tx = self.begin().await?;
        let count = "SELECT COUNT(*) AS count, COALESCE(MAX(position), 0) AS last FROM collections WHERE";
        let (statement, most) = if shared {
            self.lock_name(&tx, SHARED).await?;
            (self.sql(&format!("{count} owner_id IS NULL"), []), MOST_SHARED)
        } else {
            self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
            (self.sql(&format!("{count} owner_id = $1"), [caller.user_id.into()]), MOST_COLLECTIONS)
        };
        let had = Had::find_by_statement(statement).one(&tx).await?.ok_or(Code::Internal)?;
        if had.count >= most {
            return Err(Code::TooManyCollections.into());
        }
        let id = self.new_id();
        collections::Entity::insert(collections::ActiveModel {
            id: Set(id),
            owner_id: Set((!shared).then_some(caller.user_id)),
            name: Set(name.clone()),
            name_folded: Set(name_folded),
            description: Set(description),
            position: Set(had.last.saturating_add(1)),
            created_at: Set(self.now()),
        })
        .exec_without_returning(&tx)
        .await?;
        if shared {
            self.record_shared(&tx, caller, "collection.create", id, serde_json::json!({ "name": name })).await?;
        }
        self.commit(tx).await?;
        Ok(id)
    }

    /// Gives a collection another name and description.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`], [`Code::NameEmpty`], [`Code::TooLong`].
    pub async fn change_collection(&self, caller: &Caller, id: Uuid, name: &str, description: &str) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let kept = self.keep_collection(&tx, caller, id, true).await?;
            let (name, folded) = checked_name(name)?;
            let description = checked_description(description)?;
            let sql = "UPDATE collections SET name = $2, name_folded = $3, description = $4
                       WHERE id = $1 AND (name <> $2 OR description <> $4)";
            let values = [id.into(), name.as_str().into(), folded.into(), description.as_str().into()];
            if self.change(&tx, sql, values).await? == 1 && kept.is_shared() {
                let details = serde_json::json!({ "old": kept.0.name, "name": name, "description": description });
                self.record_shared(&tx, caller, "collection.change", id, details).await?;
            }
            self.commit(tx).await
        }
        .await;
        self.record_refusal(&caller.into(), Event::new("collection.change", "collection", id), result).await
    }

    /// Deletes a collection. The apps in it stay with everybody who has them. Says whether it was the organization's.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn delete_collection(&self, caller: &Caller, id: Uuid) -> Result<bool> {
        let result = async {
            let tx = self.begin().await?;
            let kept = self.keep_collection(&tx, caller, id, true).await?;
            self.change(&tx, "DELETE FROM collections WHERE id = $1", [id.into()]).await?;
            if kept.is_shared() {
                let details = serde_json::json!({ "name": kept.0.name });
                self.record_shared(&tx, caller, "collection.delete", id, details).await?;
            }
            self.commit(tx).await?;
            Ok(kept.is_shared())
        }
        .await;
        self.record_refusal(&caller.into(), Event::new("collection.delete", "collection", id), result).await
    }

    /// Puts apps at the end of a collection; those that are in it stay where they are. Into an own one goes what the caller
    /// has, into the organization's any app. Says how many are new.
    ///
    /// # Errors
    /// [`Code::NotFound`] for the collection or one of the apps, [`Code::Forbidden`], [`Code::NothingChosen`],
    /// [`Code::BadRequest`] for more than [`OFFERED`] at once.
    pub async fn fill_collection(&self, caller: &Caller, id: Uuid, apps: &[Uuid]) -> Result<u64> {
        let result = self.put_apps(caller, id, apps).await;
        self.record_refusal(&caller.into(), Event::new("collection.fill", "collection", id), result).await
    }

    async fn put_apps(&self, caller: &Caller, id: Uuid, apps: &[Uuid]) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Last {
            last: i32,
        }
        let tx = self.begin().await?;
        let kept = self.keep_collection(&tx, caller, id, true).await?;
        if apps.is_empty() {
            return Err(Code::NothingChosen.into());
        }
        if apps.len() > OFFERED {
            return Err(Code::BadRequest.into());
        }
        let allowed = if kept.is_shared() {
            self.live_apps(&tx, apps).await?
        } else {
            self.my_panel_apps(&tx, caller).await?.into_iter().map(|app| app.id).collect()
        };
        if !apps.iter().all(|app| allowed.contains(app)) {
            return Err(Code::NotFound.into());
        }
        let sql = "SELECT COALESCE(MAX(position), 0) AS last FROM collection_apps WHERE collection_id = $1";
        let last = Last::find_by_statement(self.sql(sql, [id.into()])).one(&tx).await?.map_or(0, |row| row.last);
        let mut added = 0;
        for (place, app) in (last.saturating_add(1)..).zip(apps) {
            let sql = "INSERT INTO collection_apps (collection_id, app_id, position) VALUES ($1, $2, $3)
                       ON CONFLICT DO NOTHING";
            added += self.change(&tx, sql, [id.into(), (*app).into(), place.into()]).await?;
        }
        if kept.is_shared() && added > 0 {
            self.record_shared(&tx, caller, "collection.fill", id, serde_json::json!({ "apps": apps })).await?;
        }
        self.commit(tx).await?;
        Ok(added)
    }

    async fn live_apps(&self, on: &impl ConnectionTrait, apps: &[Uuid]) -> Result<HashSet<Uuid>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let among = super::parameters(0, apps.len());
        let text = format!("SELECT id FROM apps WHERE deleted_at IS NULL AND id IN ({among})");
        let values: Vec<Value> = apps.iter().map(|app| (*app).into()).collect();
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(Row::find_by_statement(statement).all(on).await?.into_iter().map(|row| row.id).collect())
    }

    /// Takes an app out of a collection. Whoever has it keeps it.
    ///
    /// # Errors
    /// [`Code::NotFound`] for the collection, or an app that is not in it, [`Code::Forbidden`].
    pub async fn take_from_collection(&self, caller: &Caller, id: Uuid, app: Uuid) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            let kept = self.keep_collection(&tx, caller, id, true).await?;
            let sql = "DELETE FROM collection_apps WHERE collection_id = $1 AND app_id = $2";
            if self.change(&tx, sql, [id.into(), app.into()]).await? == 0 {
                return Err(Code::NotFound.into());
            }
            if kept.is_shared() {
                self.record_shared(&tx, caller, "collection.take", id, serde_json::json!({ "app": app })).await?;
            }
            self.commit(tx).await
        }
        .await;
        self.record_refusal(&caller.into(), Event::new("collection.take", "collection", id), result).await
    }

    /// Moves an app to another place in a collection. Says the place it has now, and of how many.
    ///
    /// # Errors
    /// [`Code::NotFound`] for the collection, an app or a neighbour that is not in it, [`Code::Forbidden`].
    pub async fn arrange_collection(&self, caller: &Caller, id: Uuid, app: Uuid, to: Move) -> Result<(usize, usize)> {
        let result = async {
            let tx = self.begin().await?;
            let kept = self.keep_collection(&tx, caller, id, true).await?;
            let mut inside = self.apps_inside(&tx, id).await?;
            if !kept.is_shared() {
                // What one has no more is not shown, so it is not stepped over either; it keeps its place.
                let had: HashSet<Uuid> = self.my_panel_apps(&tx, caller).await?.into_iter().map(|app| app.id).collect();
                inside.retain(|app| had.contains(app));
            }
            let after = order::moved(&inside, app, to).ok_or(Code::NotFound)?;
            for (place, app) in (1_i32..).zip(&after) {
                let sql = "UPDATE collection_apps SET position = $3
                           WHERE collection_id = $1 AND app_id = $2 AND position <> $3";
                self.change(&tx, sql, [id.into(), (*app).into(), place.into()]).await?;
            }
            if kept.is_shared() && inside != after {
                self.record_shared(&tx, caller, "collection.order", id, serde_json::json!({ "app": app })).await?;
            }
            self.commit(tx).await?;
            Ok((after.iter().position(|one| *one == app).unwrap_or_default() + 1, after.len()))
        }
        .await;
        self.record_refusal(&caller.into(), Event::new("collection.order", "collection", id), result).await
    }

    /// Moves a collection to another place for the caller alone: one of their own among their own, one of the
    /// organization's among those. Says the place it has now, and of how many.
    ///
    /// # Errors
    /// [`Code::NotFound`] for one that the caller does not see.
    pub async fn move_collection(&self, caller: &Caller, id: Uuid, to: Move) -> Result<(usize, usize)> {
        let result = self.put_collection(caller, id, to).await;
        self.record_refusal(&caller.into(), Event::new("collection.move", "collection", id), result).await
    }

    async fn put_collection(&self, caller: &Caller, id: Uuid, to: Move) -> Result<(usize, usize)> {
        let tx = self.begin().await?;
        self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
        let mut rows = self.seen_collections(&tx, caller).await?;
        let own = rows.iter().find(|row| row.id == id).ok_or(Code::NotFound)?.own;
        rows.retain(|row| row.own == own && (own || row.apps > 0));
        let before: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let after = order::moved(&before, id, to).ok_or(Code::NotFound)?;
        for (place, row) in (1_i32..).zip(&after) {
            if own {
                let sql = "UPDATE collections SET position = $2 WHERE id = $1 AND owner_id = $3 AND position <> $2";
                self.change(&tx, sql, [(*row).into(), place.into(), caller.user_id.into()]).await?;
            } else {
                let sql = "INSERT INTO collection_choices (user_id, collection_id, hidden, position)
                           VALUES ($1, $2, FALSE, $3)
                           ON CONFLICT (user_id, collection_id) DO UPDATE SET position = excluded.position";
                self.change(&tx, sql, [caller.user_id.into(), (*row).into(), place.into()]).await?;
            }
        }
        self.commit(tx).await?;
        Ok((after.iter().position(|one| *one == id).unwrap_or_default() + 1, after.len()))
    }

    /// Hides a collection of the organization's from the caller's panel, or shows it again.
    ///
    /// # Errors
    /// [`Code::NotFound`] for one that the caller does not see, and for own ones, which are deleted instead.
    pub async fn hide_collection(&self, caller: &Caller, id: Uuid, hidden: bool) -> Result<()> {
        let result = async {
            let tx = self.begin().await?;
            if !self.is_shown(&tx, caller, id).await? {
                return Err(Code::NotFound.into());
            }
            let sql = "INSERT INTO collection_choices (user_id, collection_id, hidden) VALUES ($1, $2, $3)
                       ON CONFLICT (user_id, collection_id) DO UPDATE SET hidden = excluded.hidden";
            self.change(&tx, sql, [caller.user_id.into(), id.into(), hidden.into()]).await?;
            self.commit(tx).await
        }
        .await;
        self.record_refusal(&caller.into(), Event::new("collection.hide", "collection", id), result).await
    }

    /// What is the organization's is in the audit log; own collections are nobody else's business.
    pub(super) async fn record_shared(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        action: &'static str,
        id: Uuid,
        details: serde_json::Value,
    ) -> Result<()> {
        self.record(on, &Actor::from(caller), Event::new(action, "collection", id).details(details)).await
    }
}
