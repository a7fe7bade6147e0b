//! What somebody's panel shows: their apps, in their order, and the collections that sort them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    state::{AppsView, GrantReason, text_enum},
    view::{GroupName, PersonName},
};

/// How many apps of the panel are on one page.
pub const PAGE: usize = 120;
/// How many apps somebody opened last are named.
pub const RECENT: usize = 6;
/// How many collections of their own somebody may have.
pub const MOST_COLLECTIONS: i64 = 50;
/// How many collections the organization may have.
pub const MOST_SHARED: i64 = 200;
/// How many apps can be put into a collection at once, and how many are offered.
pub const OFFERED: usize = 50;

text_enum! {
    /// What the panel is looked at for.
    PanelView {
        /// To open apps.
        Shown = "shown",
        /// To put them in order.
        Arrange = "arrange",
        /// To see which ones are hidden.
        Hidden = "hidden",
    }
}

/// An app on the panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for; the beginning of it, if that is long.
    pub description: String,
    /// Its picture.
    pub picture_id: Option<Uuid>,
    /// Whether it is a favourite.
    pub favourite: bool,
    /// Why this person has it, given directly first, then by group.
    pub reasons: Vec<Way>,
}

/// One way in which somebody has an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The group that gives it; `None` if it was given directly.
    pub group: Option<GroupName>,
    /// Why they are in the group, or have the app.
    pub reason: GrantReason,
    /// Who saw to that, where the reader may know it.
    pub by: Option<PersonName>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when at most.
    pub until: Option<DateTime<Utc>>,
}

/// An app that was opened lately, or one in a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppFace {
    /// The app.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub picture_id: Option<Uuid>,
}

/// A collection above the apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tab {
    /// The collection.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is the reader's own, rather than the organization's.
    pub own: bool,
    /// How many of the reader's apps are in it.
    pub apps: i64,
}

/// Where else something was found that is not among the apps shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Among the apps that the reader has hidden.
    pub hidden: bool,
    /// Among those that can be asked for.
    pub catalogue: bool,
}

/// A page of somebody's panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// As a grid or as a list.
    pub view: AppsView,
    /// Whether there is anything that the reader runs.
    pub runs_apps: bool,
    /// How many apps the reader has and has not hidden.
    pub total: usize,
    /// How many they have hidden.
    pub hidden: usize,
    /// Whether they have an order of their own.
    pub ordered: bool,
    /// The collections that they see, in order.
    pub tabs: Vec<Tab>,
    /// The one that was asked for.
    pub chosen: Option<Tab>,
    /// The favourites, on the first page of all apps only.
    pub favourites: Vec<Tile>,
    /// What they opened last, the latest first; likewise.
    pub recent: Vec<AppFace>,
    /// The apps of this page.
    pub apps: Vec<Tile>,
    /// How many there would be without pages, favourites of their own list left out.
    pub of: usize,
    /// How many come before this page.
    pub before: usize,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Where else the search would find something, if it found nothing here.
    pub elsewhere: Elsewhere,
}

/// A collection in a list of collections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionRow {
    /// The collection.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many apps are in it: those the reader has, or all for administrators of the organization's.
    pub apps: i64,
    /// Whether the reader has hidden it.
    pub hidden: bool,
    /// To how many groups it is shown; none means to everybody. Only administrators are told.
    pub groups: i64,
}

/// The collections of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// Their own.
    pub own: Vec<CollectionRow>,
    /// The organization's that they see and have apps of.
    pub shared: Vec<CollectionRow>,
}

/// A collection, for whoever may change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionPage {
    /// The collection.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is the organization's.
    pub shared: bool,
    /// Its apps, in order: those the reader has, or all of the organization's.
    pub apps: Vec<AppFace>,
    /// Apps that could be put in, as far as they fit what was searched for.
    pub found: Vec<AppFace>,
    /// Whether more would fit.
    pub more_found: bool,
    /// The groups whose people see it; everybody if there are none.
    pub groups: Vec<GroupName>,
    /// Groups whose name begins like what was searched for.
    pub groups_found: Vec<GroupName>,
}
