//! The organization's settings, one row per section.

use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Map, Value as Json};

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::settings,
};
use crate::model::settings::Settings;

impl Directory {
    /// The settings in force. Sections that were never set have their defaults.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings(&self) -> Result<Settings> {
        self.settings_on(self.db()).await
    }

    pub(super) async fn settings_on(&self, on: &impl ConnectionTrait) -> Result<Settings> {
        let rows = settings::Entity::find().all(on).await?;
        let sections: Map<String, Json> =
            rows.into_iter().filter(|row| !row.key.starts_with('_')).map(|row| (row.key, row.value)).collect();
        Ok(serde_json::from_value(Json::Object(sections))?)
    }

    /// Writes the sections that differ, and says which ones.
    pub(super) async fn write_settings(
        &self,
        on: &impl ConnectionTrait,
        actor: &Actor,
        wanted: &Settings,
    ) -> Result<Vec<String>> {
        let (Json::Object(old), Json::Object(new)) =
            (serde_json::to_value(self.settings_on(on).await?)?, serde_json::to_value(wanted)?)
        else {
            return Ok(Vec::new());
        };
        let mut changed = Vec::new();
        for (key, value) in new {
            let before = old.get(&key);
            if before == Some(&value) {
                continue;
            }
            self.put_setting(on, &key, value.clone()).await?;
            self.record(
                on,
                actor,
                Event { action: "settings.change", ..Default::default() }
                    .details(serde_json::json!({ "section": key, "old": before, "new": value })),
            )
            .await?;
            changed.push(key);
        }
        Ok(changed)
    }

    async fn put_setting(&self, on: &impl ConnectionTrait, key: &str, value: Json) -> Result<()> {
        self.change(
            on,
            "INSERT INTO settings (key, value, changed_at) VALUES ($1, $2, $3)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
            [key.into(), value.into(), self.now().into()],
        )
        .await?;
        Ok(())
    }

    /// Marks the database as a demo's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_as_demo(&self) -> Result<()> {
        self.put_setting(self.db(), "_demo", Json::Bool(true)).await
    }

    /// Whether the database is a demo's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_demo(&self) -> Result<bool> {
        // A database without tables is nobody's yet.
        if !self.has_tables().await? {
            return Ok(false);
        }
        Ok(settings::Entity::find_by_id("_demo").one(self.db()).await?.is_some())
    }

    /// Whether the database has tables of ours.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_tables(&self) -> Result<bool> {
        Ok(migrations::SchemaManager::new(self.db()).has_table("settings").await?)
    }

    /// Whether anything was ever written here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_empty(&self) -> Result<bool> {
        use super::entities::users;
        Ok(users::Entity::find().one(self.db()).await?.is_none()
            && settings::Entity::find().one(self.db()).await?.is_none())
    }
}
