//! Apps: which ones someone has, and whether they may open one now.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::Event,
    entities::{app_owners, apps},
};
use crate::model::{
    Caller, Code,
    state::Role,
    view::{AppName, AppReason, AppTile},
};

/// Every way to an app that counts at this moment: `$1` the user, `$2` now.
const WAYS: &str = "
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

/// An app that the caller may open at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The app.
    pub app: AppName,
    /// Where it is.
    pub url: String,
}

/// An app that the caller may see as one who has to do with it, and what they are to it. Only [`Directory::see_app`] makes
/// one.
pub(super) struct SeenApp {
    pub row: apps::Model,
    pub is_owner: bool,
}

impl SeenApp {
    /// Whether the caller may change who has it.
    pub fn can_manage(&self, caller: &Caller) -> bool {
        self.is_owner || caller.is_administrator()
    }
}

impl Directory {
    /// The app, if the caller owns it, or is an administrator or auditor. With `lock` the row is locked until the
    /// transaction ends.
    pub(super) async fn see_app(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
        lock: bool,
    ) -> Result<SeenApp> {
        let mut query = apps::Entity::find_by_id(id);
        if lock {
            query = query.lock_exclusive();
        }
        let row = query.one(on).await?.filter(|row| row.deleted_at.is_none()).ok_or(Code::NotFound)?;
        let is_owner = app_owners::Entity::find_by_id((id, caller.user_id)).one(on).await?.is_some();
        let visible = is_owner || caller.is_administrator() || caller.has(Role::Auditor);
        if visible { Ok(SeenApp { row, is_owner }) } else { Err(Code::NotFound.into()) }
    }

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

    /// Whether the caller may open an app at this moment, and where it is.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an app they have no way to (whether it exists shows in nothing), [`Code::AppOff`].
    pub async fn may_open(&self, caller: &Caller, app: Uuid) -> Result<Launch> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            url: String,
            enabled: bool,
        }
        let row = Row::find_by_statement(self.sql(
            &format!(
                "SELECT a.id, a.name, a.url, a.enabled FROM ({WAYS}) w
                 JOIN apps a ON a.id = w.app_id AND a.deleted_at IS NULL WHERE a.id = $3 LIMIT 1"
            ),
            [caller.user_id.into(), self.now().into(), app.into()],
        ))
        .one(self.db())
        .await?
        .ok_or(Code::NotFound)?;
        if !row.enabled {
            return Err(Code::AppOff.into());
        }
        Ok(Launch { app: AppName { id: row.id, name: row.name }, url: row.url })
    }

    /// Opens an app for the caller: checked now, and audited.
    ///
    /// # Errors
    /// As [`Self::may_open`].
    pub async fn launch(&self, caller: &Caller, app: Uuid) -> Result<Launch> {
        let event = || Event::new("app.launch", "app", app);
        let launch = self.may_open(caller, app).await;
        let launch = self.record_refusal(&caller.into(), event(), launch).await?;
        let tx = self.begin().await?;
        self.record(&tx, &caller.into(), event()).await?;
        self.commit(tx).await?;
        Ok(launch)
    }

    /// The app with a key of the import file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_key(&self, key: &str) -> Result<Option<Uuid>> {
        // No key has control characters, and PostgreSQL refuses to look for one of them.
        if key.chars().any(char::is_control) {
            return Ok(None);
        }
        Ok(apps::Entity::find()
            .filter(apps::Column::Key.eq(key))
            .filter(apps::Column::DeletedAt.is_null())
            .one(self.db())
            .await?
            .map(|app| app.id))
    }
}

fn reason_key(reason: &AppReason) -> (bool, &str) {
    match reason {
        AppReason::Direct => (false, ""),
        AppReason::Group { name, .. } => (true, name),
    }
}
