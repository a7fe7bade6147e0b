//! My Apps: what somebody's panel shows, and what they make of it. Nothing here gives access.

mod choices;
mod collections;
mod page;
mod shared;

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{Directory, Result, apps::WAYS};
use crate::model::{
    Caller, Code, Refusal, names,
    panel::{AppFace, PanelView},
    settings::LONGEST_TEXT,
};

/// What a page of the panel asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelQuery {
    /// Words to look for among all apps, in whatever collection.
    pub search: String,
    /// One collection only.
    pub collection: Option<Uuid>,
    /// What the panel is looked at for.
    pub view: PanelView,
    /// The [`crate::model::panel::Panel::next`] of the page before.
    pub after: Option<String>,
    /// Instead of that: the page on which this app is.
    pub around: Option<Uuid>,
}

impl Default for PanelQuery {
    fn default() -> Self {
        Self { search: String::new(), collection: None, view: PanelView::Shown, after: None, around: None }
    }
}

/// Of an app `a`: it is there for those who have it, and opening it leads somewhere.
const ON_PANEL: &str = "a.deleted_at IS NULL AND a.enabled AND NOT a.hidden
    AND (a.url LIKE 'https://%' OR a.url LIKE 'http://%')";

/// Of a collection `c`: the organization's, and the caller `$1` is among those who see it now (`$2`).
const SEEN: &str = "(c.owner_id IS NULL AND (
    NOT EXISTS (SELECT 1 FROM collection_groups g WHERE g.collection_id = c.id)
    OR EXISTS (
        SELECT 1 FROM collection_groups g
        JOIN groups r ON r.id = g.group_id AND r.deleted_at IS NULL
        JOIN memberships m ON m.group_id = r.id AND m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
        LEFT JOIN invitations i ON i.id = m.invitation_id
        WHERE g.collection_id = c.id AND (m.invitation_id IS NULL OR i.state = 'accepted'))))";

/// An app of somebody's, and what they made of it.
#[derive(Clone, FromQueryResult)]
struct Mine {
    id: Uuid,
    name: String,
    name_folded: String,
    description: String,
    picture_id: Option<Uuid>,
    favourite: bool,
    hidden: bool,
    position: Option<i32>,
    opened_at: Option<DateTime<Utc>>,
}

impl Mine {
    fn face(&self) -> AppFace {
        AppFace { id: self.id, name: self.name.clone(), picture_id: self.picture_id }
    }

    /// A person's own order first, then that of names.
    fn order(&self, other: &Self) -> Ordering {
        let place = |app: &Self| app.position.unwrap_or(i32::MAX);
        place(self).cmp(&place(other)).then_with(|| self.by_name(other))
    }

    fn by_name(&self, other: &Self) -> Ordering {
        self.name_folded.cmp(&other.name_folded).then_with(|| self.id.cmp(&other.id))
    }
}

impl Directory {
    /// Everything that can be on the caller's panel, once each, hidden ones included; in their order.
    async fn my_panel_apps(&self, on: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Mine>> {
        // What a tile shows of a description; a thousand long ones would weigh on every page.
        let mut apps = Mine::find_by_statement(self.sql(
            &format!(
                "SELECT a.id, a.name, a.name_folded, SUBSTR(a.description, 1, 300) AS description, a.picture_id,
                        COALESCE(c.favourite, FALSE) AS favourite, COALESCE(c.hidden, FALSE) AS hidden,
                        c.position, c.opened_at
                 FROM (SELECT DISTINCT app_id FROM ({WAYS}) w) w
                 JOIN apps a ON a.id = w.app_id AND {ON_PANEL}
                 LEFT JOIN app_choices c ON c.user_id = $1 AND c.app_id = a.id"
            ),
            [caller.user_id.into(), self.now().into()],
        ))
        .all(on)
        .await?;
        apps.sort_by(Mine::order);
        Ok(apps)
    }

    /// Whether the caller has an app at this moment, switched on or not.
    ///
    /// # Errors
    /// [`Code::NotFound`], for one that does not exist as well.
    async fn must_have_app(&self, on: &impl ConnectionTrait, caller: &Caller, app: Uuid) -> Result<()> {
        if self.has_app(on, caller.user_id, app).await? { Ok(()) } else { Err(Code::NotFound.into()) }
    }
}

/// The name of a collection, as it is kept and as it is sorted.
fn checked_name(name: &str) -> Result<(String, String)> {
    if name.chars().count() > names::LONGEST {
        return Err(Refusal::at(Code::TooLong, "name").into());
    }
    let name = names::one_line(name).ok_or_else(|| Refusal::at(Code::NameEmpty, "name"))?;
    let folded = names::fold(&name);
    Ok((name, folded))
}

/// The description of a collection, as it is kept: one line.
fn checked_description(text: &str) -> Result<String> {
    if text.chars().count() > LONGEST_TEXT {
        return Err(Refusal::at(Code::TooLong, "description").into());
    }
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Ok(spaced.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `($n), ($n+1), …` as a list of `count` parameters after the `used` ones.
fn parameters(used: usize, count: usize) -> String {
    (used + 1..=used + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}
