//! A page of the panel: a fixed number of statements, however many apps somebody has.

use std::{cmp::Reverse, collections::HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{Mine, ON_PANEL, PanelQuery, SEEN};
use crate::{
    directory::{Directory, Result, apps::WAYS, groups::word_patterns},
    model::{
        Caller, Code, names,
        panel::{AppFace, Elsewhere, PAGE, Panel, PanelView, RECENT, Tab, Tile, Way},
        search::{self, Fit},
        state::{AppsView, GrantReason, GuestVisibility},
        view::{GroupName, PersonName},
    },
};

/// Whoever has no more apps than this sees them all at once, and is spared a list of recent ones.
const GLANCE: usize = 6;

/// Where an app stands on a page; also what the address of the next page names.
type Key = (i64, String, Uuid);

impl Directory {
    /// A page of the caller's apps: those they may open now, once each, with every reason.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a collection that the caller does not see.
    pub async fn panel(&self, caller: &Caller, query: &PanelQuery) -> Result<Panel> {
        let mine = self.my_panel_apps(self.db(), caller).await?;
        let facts = self.panel_facts(caller).await?;
        let tabs = self.panel_tabs(caller).await?;
        let wanted = names::fold(&query.search.chars().take(200).collect::<String>());
        let plain = wanted.is_empty() && query.collection.is_none() && query.view == PanelView::Shown;
        let chosen = match query.collection {
            Some(id) => Some(tabs.iter().find(|tab| tab.id == id).cloned().ok_or(Code::NotFound)?),
            None => None,
        };
        let mut panel = Panel {
            view: facts.apps_view,
            runs_apps: facts.runs || caller.is_administrator(),
            total: mine.iter().filter(|app| !app.hidden).count(),
            hidden: mine.iter().filter(|app| app.hidden).count(),
            ordered: mine.iter().any(|app| app.position.is_some()),
            tabs,
            chosen,
            favourites: Vec::new(),
            recent: Vec::new(),
            apps: Vec::new(),
            of: 0,
            before: 0,
            next: None,
            elsewhere: Elsewhere::default(),
        };

        let hidden = query.view == PanelView::Hidden;
        let (listed, others): (Vec<Mine>, Vec<Mine>) = mine.into_iter().partition(|app| app.hidden == hidden);
        let mut favourites = Vec::new();
        let ordered: Vec<(Key, Mine)> = if !wanted.is_empty() {
            found(&listed, &wanted)
        } else if let Some(collection) = query.collection {
            self.in_collection(collection, listed).await?
        } else {
            // On the pages on which there is order, favourites come first.
            let (first, rest): (Vec<Mine>, Vec<Mine>) = listed.into_iter().partition(|app| app.favourite && !hidden);
            let order = |app: Mine| ((app.position.map_or(i64::MAX, i64::from), app.name_folded.clone(), app.id), app);
            if plain {
                panel.recent = recent(first.iter().chain(&rest));
            }
            favourites = first;
            rest.into_iter().map(order).collect()
        };

        panel.of = ordered.len();
        let after = query.after.as_deref().and_then(read_key);
        let start = match (query.around, &after) {
            (Some(id), _) => ordered.iter().position(|(_, app)| app.id == id).unwrap_or_default() / PAGE * PAGE,
            (None, Some(after)) => ordered.iter().position(|(key, _)| key > after).unwrap_or(ordered.len()),
            (None, None) => 0,
        };
        panel.before = start;
        if start > 0 {
            favourites.clear();
            panel.recent.clear();
        }
        let shown: Vec<&(Key, Mine)> = ordered.iter().skip(start).take(PAGE).collect();
        if start + shown.len() < ordered.len() {
            panel.next = shown.last().map(|(key, _)| write_key(key));
        }
        let ids: Vec<Uuid> = favourites.iter().map(|app| app.id).chain(shown.iter().map(|(_, app)| app.id)).collect();
        // Whoever arranges apps does not ask why they are there.
        let mut reasons =
            if query.view == PanelView::Arrange { HashMap::new() } else { self.reasons(caller, &ids).await? };
        let mut tile = |app: &Mine| Tile {
            id: app.id,
            name: app.name.clone(),
            description: app.description.clone(),
            picture_id: app.picture_id,
            favourite: app.favourite,
            reasons: reasons.remove(&app.id).unwrap_or_default(),
        };
        panel.favourites = favourites.iter().map(&mut tile).collect();
        panel.apps = shown.into_iter().map(|(_, app)| tile(app)).collect();
        if !wanted.is_empty() && panel.of == 0 {
            let catalogue = self.catalogue_has(caller, &query.search).await?;
            panel.elsewhere = Elsewhere { hidden: !hidden && !found(&others, &wanted).is_empty(), catalogue };
        }
        Ok(panel)
    }

    /// The apps of a collection, in its order.
    async fn in_collection(&self, collection: Uuid, apps: Vec<Mine>) -> Result<Vec<(Key, Mine)>> {
        #[derive(FromQueryResult)]
        struct Row {
            app_id: Uuid,
            position: i32,
        }
        let sql = "SELECT app_id, position FROM collection_apps WHERE collection_id = $1";
        let rows = Row::find_by_statement(self.sql(sql, [collection.into()])).all(self.db()).await?;
        let places: HashMap<Uuid, i32> = rows.into_iter().map(|row| (row.app_id, row.position)).collect();
        let mut ordered: Vec<(Key, Mine)> = apps
            .into_iter()
            .filter_map(|app| Some(((i64::from(*places.get(&app.id)?), app.name_folded.clone(), app.id), app)))
            .collect();
        ordered.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(ordered)
    }

    /// How the caller looks at their apps, and whether they own one.
    async fn panel_facts(&self, caller: &Caller) -> Result<Facts> {
        let sql = "SELECT apps_view, EXISTS (SELECT 1 FROM app_owners o JOIN apps a ON a.id = o.app_id AND a.deleted_at IS NULL
                    WHERE o.user_id = $1) AS runs FROM users WHERE id = $1";
        let row = Facts::find_by_statement(self.sql(sql, [caller.user_id.into()])).one(self.db()).await?;
        Ok(row.unwrap_or(Facts { apps_view: AppsView::Grid, runs: false }))
    }

    /// The collections above the apps: the organization's that have something for the caller, in the caller's order, then
    /// their own.
    async fn panel_tabs(&self, caller: &Caller) -> Result<Vec<Tab>> {
        let rows = self.seen_collections(self.db(), caller).await?;
        let tabs = rows.into_iter().filter(|row| row.own || row.apps > 0 && !row.hidden);
        Ok(tabs
            .map(|row| Tab { id: row.id, name: row.name, description: row.description, own: row.own, apps: row.apps })
            .collect())
    }

    /// Every collection that the caller sees, with how many of their apps are in it, in the order of their panel.
    pub(super) async fn seen_collections(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
    ) -> Result<Vec<SeenCollection>> {
        let mut rows = SeenCollection::find_by_statement(self.sql(
            &format!(
                "WITH mine AS (
                    SELECT DISTINCT w.app_id FROM ({WAYS}) w JOIN apps a ON a.id = w.app_id AND {ON_PANEL}
                    LEFT JOIN app_choices c ON c.user_id = $1 AND c.app_id = a.id
                    WHERE NOT COALESCE(c.hidden, FALSE))
                 SELECT c.id, c.name, c.description, c.owner_id IS NOT NULL AS own, c.position,
                        COALESCE(h.hidden, FALSE) AS hidden, h.position AS chosen,
                        (SELECT COUNT(*) FROM collection_apps x
                         WHERE x.collection_id = c.id AND x.app_id IN (SELECT app_id FROM mine)) AS apps
                 FROM collections c LEFT JOIN collection_choices h ON h.user_id = $1 AND h.collection_id = c.id
                 WHERE c.owner_id = $1 OR {SEEN}"
            ),
            [caller.user_id.into(), self.now().into()],
        ))
        .all(on)
        .await?;
        rows.sort_by_key(|row| (row.own, row.chosen.unwrap_or(i32::MAX), row.position, row.id));
        Ok(rows)
    }

    /// Why the caller has some apps. Ways that count now, as [`WAYS`] has them, with what is known of each.
    async fn reasons(&self, caller: &Caller, apps: &[Uuid]) -> Result<HashMap<Uuid, Vec<Way>>> {
        let mut reasons: HashMap<Uuid, Vec<Way>> = HashMap::new();
        if apps.is_empty() {
            return Ok(reasons);
        }
        let restricted = caller.is_guest() && self.settings().await?.guests.visibility == GuestVisibility::Restricted;
        let among = super::parameters(2, apps.len());
        let text = format!(
            "SELECT w.app_id, w.group_id, w.group_name, w.reason, w.since, w.until, w.app_until, b.id AS by_id,
                    b.display_name AS by_name
             FROM (
                SELECT s.app_id, NULL AS group_id, NULL AS group_name, s.reason, s.granted_at AS since, s.until,
                       s.until AS app_until, s.granted_by
                FROM assignments s LEFT JOIN invitations i ON i.id = s.invitation_id
                WHERE s.user_id = $1 AND s.app_id IN ({among}) AND (s.until IS NULL OR s.until > $2)
                  AND (s.invitation_id IS NULL OR i.state = 'accepted')
                UNION ALL
                SELECT s.app_id, g.id AS group_id, g.name AS group_name, m.reason, m.granted_at AS since, m.until,
                       s.until AS app_until, m.granted_by
                FROM memberships m
                JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
                JOIN assignments s ON s.group_id = g.id AND s.app_id IN ({among}) AND (s.until IS NULL OR s.until > $2)
                LEFT JOIN invitations i ON i.id = m.invitation_id
                WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
                  AND (m.invitation_id IS NULL OR i.state = 'accepted')
             ) w LEFT JOIN users b ON b.id = w.granted_by"
        );
        let values: Vec<Value> = [caller.user_id.into(), self.now().into()]
            .into_iter()
            .chain(apps.iter().map(|id| Value::from(*id)))
            .collect();
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        for row in Reason::find_by_statement(statement).all(self.db()).await? {
            reasons.entry(row.app_id).or_default().push(row.into_view(caller, restricted));
        }
        for ways in reasons.values_mut() {
            ways.sort_by_key(reason_key);
        }
        Ok(reasons)
    }

    /// Whether an app that the caller does not have, and may ask for, has words that begin like those of the search.
    async fn catalogue_has(&self, caller: &Caller, search: &str) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Found {
            id: Uuid,
        }
        let mut values: Vec<Value> = vec![caller.user_id.into(), self.now().into()];
        let mut words = String::new();
        for patterns in word_patterns(search) {
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
        if words.is_empty() {
            return Ok(false);
        }
        let guests = if caller.is_guest() { " AND a.accepts_guests" } else { "" };
        let text = format!(
            "SELECT a.id FROM apps a WHERE a.requestable AND a.deleted_at IS NULL AND a.enabled{guests}{words}
               AND a.id NOT IN (SELECT w.app_id FROM ({WAYS}) w) ORDER BY a.name_folded, a.id LIMIT 1"
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(Found::find_by_statement(statement).one(self.db()).await?.is_some_and(|row| !row.id.is_nil()))
    }
}

#[derive(FromQueryResult)]
struct Facts {
    apps_view: AppsView,
    runs: bool,
}

/// A collection that somebody sees, and what they made of it.
#[derive(FromQueryResult)]
pub(super) struct SeenCollection {
    pub id: Uuid,
    pub name: String,
    pub description: String,
    pub own: bool,
    pub position: i32,
    pub hidden: bool,
    pub chosen: Option<i32>,
    pub apps: i64,
}

#[derive(FromQueryResult)]
struct Reason {
    app_id: Uuid,
    group_id: Option<Uuid>,
    group_name: Option<String>,
    reason: GrantReason,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    app_until: Option<DateTime<Utc>>,
    by_id: Option<Uuid>,
    by_name: Option<String>,
}

impl Reason {
    fn into_view(self, caller: &Caller, restricted: bool) -> Way {
        // Guests know who invited them, unless they see only themselves; who else sees to groups is not theirs to know.
        let told = !caller.is_guest() || self.reason == GrantReason::Invitation && !restricted;
        Way {
            group: self.group_id.zip(self.group_name).map(|(id, name)| GroupName { id, name }),
            reason: self.reason,
            by: self.by_id.zip(self.by_name).filter(|_| told).map(|(id, name)| PersonName { id, name }),
            since: self.since,
            until: [self.until, self.app_until].into_iter().flatten().min(),
        }
    }
}

fn reason_key(way: &Way) -> Option<(String, Uuid)> {
    way.group.as_ref().map(|group| (names::fold(&group.name), group.id))
}

/// The apps that fit a search, the best first; those that fit only by a slip where nothing else does.
pub(super) fn found(apps: &[Mine], wanted: &str) -> Vec<(Key, Mine)> {
    let fits = |app: &Mine| search::fit(&search::words_of(&app.name, &app.description), wanted);
    let mut found: Vec<(Fit, &Mine)> = apps.iter().filter_map(|app| Some((fits(app)?, app))).collect();
    if found.iter().any(|(fit, _)| !fit.is_slip()) {
        found.retain(|(fit, _)| !fit.is_slip());
    }
    let key = |fit: Fit, app: &Mine| (fit as i64, app.name_folded.clone(), app.id);
    let mut ordered: Vec<(Key, Mine)> = found.into_iter().map(|(fit, app)| (key(fit, app), app.clone())).collect();
    ordered.sort_by(|a, b| a.0.cmp(&b.0));
    ordered
}

/// What was opened last, unless there is so little that it is seen anyway.
fn recent<'a>(apps: impl Iterator<Item = &'a Mine>) -> Vec<AppFace> {
    let apps: Vec<&Mine> = apps.collect();
    if apps.len() <= GLANCE {
        return Vec::new();
    }
    let mut opened: Vec<(&Mine, DateTime<Utc>)> =
        apps.into_iter().filter_map(|app| Some((app, app.opened_at?))).collect();
    opened.sort_by_key(|(app, at)| (Reverse(*at), app.id));
    opened.into_iter().take(RECENT).map(|(app, _)| app.face()).collect()
}

/// A place as it stands in an address.
fn write_key((place, name, id): &Key) -> String {
    format!("{place}.{id}.{name}")
}

fn read_key(text: &str) -> Option<Key> {
    let mut parts = text.splitn(3, '.');
    let (place, id, name) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.to_owned());
    Some((place, name, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for name in ["design review", "a.b.c", "", "名前 %&"] {
            let key = (7, name.to_owned(), Uuid::from_u128(9));
            assert_eq!(read_key(&write_key(&key)), Some(key));
        }
        for text in ["", "x", "1", "1.2", "1.2.3", "x.0198c8f4-0000-7000-8000-000000000001.a"] {
            assert_eq!(read_key(text), None, "{text}");
        }
    }
}
