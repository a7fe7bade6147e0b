//! The catalogue: groups that are listed, and apps that can be asked for.
//!
//! Read in order of folded names, by an index that holds nothing else. What begins with the first word that was typed is a
//! range of that index. Words inside of names, and rules about who finds what, are looked for by going through the index in
//! order, never more than [`LOOKED_AT`] rows at a time; then the page says that the search goes on.

use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    Directory, Result,
    groups::word_patterns,
    requests::{APP_HAS, GROUP_HAS, policy_of_app, policy_of_group, standing, takes},
};
use crate::model::{
    Caller, names,
    policy::may_find,
    requests::{Catalogue, CatalogueKind, CatalogueRow, Thing},
    settings::Settings,
    state::{GroupKind, JoinPolicy},
};

/// How many rows a page shows.
const PAGE: usize = 30;
/// How many rows of each kind one page looks at, where it has to look at each.
const LOOKED_AT: i64 = 2000;

/// What a page of the catalogue asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueQuery {
    /// Beginnings of words of the name.
    pub search: String,
    /// Groups, apps, or both.
    pub kind: CatalogueKind,
    /// The [`Catalogue::next`] of the page before.
    pub after: Option<String>,
}

impl Default for CatalogueQuery {
    fn default() -> Self {
        Self { search: String::new(), kind: CatalogueKind::All, after: None }
    }
}

/// Which part of the index is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it: nothing is searched for.
    Whole,
    /// Names that begin with the first word.
    Beginning,
    /// The others.
    Inside,
}

impl Part {
    const fn letter(self) -> &'static str {
        match self {
            Self::Whole => "w",
            Self::Beginning => "b",
            Self::Inside => "i",
        }
    }
}

/// How far a page has come: the last row that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
struct Place {
    name_folded: String,
    id: Uuid,
}

impl Place {
    const fn beginning() -> Self {
        Self { name_folded: String::new(), id: Uuid::nil() }
    }

    /// For the address of the next page.
    fn written(&self, part: Part) -> String {
        format!("{}.{}.{}", part.letter(), self.id, self.name_folded)
    }
}

/// Where a page begins. What cannot be read is the beginning.
fn read(after: Option<&str>, searching: bool) -> (Part, Place) {
    let first = if searching { Part::Beginning } else { Part::Whole };
    let read = || {
        let after = after.filter(|after| !after.chars().any(char::is_control))?;
        let (letter, rest) = after.split_once('.')?;
        let (id, name) = rest.split_once('.')?;
        let part = [first, Part::Inside].into_iter().find(|part| part.letter() == letter)?;
        Some((part, Place { name_folded: name.to_owned(), id: id.parse().ok()? }))
    };
    read().filter(|(part, _)| searching || *part == Part::Whole).unwrap_or((first, Place::beginning()))
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    name_folded: String,
    about: String,
    is_app: bool,
    picture_id: Option<Uuid>,
    kind: GroupKind,
    join_policy: JoinPolicy,
    needs_approval: bool,
    accepts_guests: bool,
    domains: Option<serde_json::Value>,
    has: bool,
    asked: Option<Uuid>,
}

impl Row {
    fn place(&self) -> Place {
        Place { name_folded: self.name_folded.clone(), id: self.id }
    }

    fn into_view(self, caller: &Caller, settings: &Settings) -> Result<CatalogueRow> {
        let taken = takes(settings, caller.user_type, &caller.address, self.accepts_guests, self.domains.as_ref());
        let policy = if self.is_app {
            Ok(policy_of_app(self.needs_approval))
        } else {
            policy_of_group(self.kind, self.join_policy)
        };
        Ok(CatalogueRow {
            standing: standing(self.has, self.asked, policy, taken)?,
            thing: Thing { id: self.id, name: self.name, is_app: self.is_app, picture_id: self.picture_id },
            about: self.about,
            policy: policy.unwrap_or(JoinPolicy::Closed),
        })
    }
}

/// The rows of one kind from a place on: at most one more than a page, in order.
struct Found {
    rows: Vec<Row>,
    /// The last row that was looked at, if there may be more behind it.
    until: Option<Place>,
}

impl Directory {
    /// A page of what the caller can find: groups that are listed, and apps that can be asked for, with what the caller is
    /// to each. Guests find what takes guests, and nothing if they see only themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn catalogue(&self, caller: &Caller, query: &CatalogueQuery) -> Result<Catalogue> {
        let settings = self.settings().await?;
        let mut page = Catalogue::default();
        if !may_find(caller.is_guest(), settings.guests.visibility, true, true) {
            return Ok(page);
        }
        let searching = !word_patterns(&query.search).is_empty();
        let (mut part, mut place) = read(query.after.as_deref(), searching);
        loop {
            let wanted = PAGE - page.rows.len();
            let mut found = Vec::new();
            for is_app in [false, true] {
                let other = if is_app { CatalogueKind::Groups } else { CatalogueKind::Apps };
                if query.kind != other {
                    found.push(self.find_in_catalogue(caller, &query.search, part, &place, is_app).await?);
                }
            }
            // Nothing behind the place where the first of the two had to stop: it would be out of order.
            let stop = found.iter().filter_map(|found| found.until.clone()).min();
            let mut rows: Vec<Row> = found.into_iter().flat_map(|found| found.rows).collect();
            rows.sort_by_key(Row::place);
            if let Some(stop) = &stop {
                rows.retain(|row| row.place() <= *stop);
            }
            let full = rows.len() > wanted;
            rows.truncate(wanted);
            let last = rows.last().map(Row::place);
            for row in rows {
                page.rows.push(row.into_view(caller, &settings)?);
            }
            match (full, stop) {
                (true, _) => page.next = last.map(|last| last.written(part)),
                (false, Some(stop)) => {
                    page.next = Some(stop.written(part));
                    page.partial = true;
                }
                (false, None) if part == Part::Beginning => {
                    (part, place) = (Part::Inside, Place::beginning());
                    if page.rows.len() < PAGE {
                        continue;
                    }
                    page.next = Some(place.written(part));
                }
                (false, None) => {}
            }
            return Ok(page);
        }
    }

    async fn find_in_catalogue(
        &self,
        caller: &Caller,
        search: &str,
        part: Part,
        place: &Place,
        is_app: bool,
    ) -> Result<Found> {
        let mut values: Vec<Value> =
            vec![caller.user_id.into(), self.now().into(), place.name_folded.as_str().into(), place.id.into()];
        let mut put = |value: String| {
            values.push(value.into());
            format!("${}", values.len())
        };
        let mut range = String::new();
        let mut only = String::new();
        if part != Part::Whole {
            let first = first_word(search);
            // The greatest character: behind everything that begins with the word.
            let (from, to) = (put(first.clone()), put(format!("{first}\u{10ffff}")));
            let bounds = format!("name_folded >= {from} AND name_folded < {to}");
            if part == Part::Beginning {
                range = format!(" AND {bounds}");
            } else {
                only.push_str(&format!(" AND NOT ({})", bounds.replace("name_folded", "c.name_folded")));
            }
            for [starts, inside, joined] in word_patterns(search) {
                let (a, b, c) = (put(starts), put(inside), put(joined));
                only.push_str(&format!(
                    " AND (c.name_folded LIKE {a} ESCAPE '\\' OR c.name_folded LIKE {b} ESCAPE '\\'
                       OR c.name_folded LIKE {c} ESCAPE '\\')"
                ));
            }
        }
        if caller.is_guest() {
            only.push_str(" AND c.accepts_guests");
        }
        if is_app {
            only.push_str(" AND c.enabled");
        }
        let picky = !only.is_empty();
        let (table, listed) = if is_app { ("apps", "requestable") } else { ("groups", "listed") };
        let most = if picky { LOOKED_AT } else { i64::try_from(PAGE + 1).unwrap_or(LOOKED_AT) };
        let looked_at = format!(
            "FROM {table} WHERE {listed} AND deleted_at IS NULL AND (name_folded, id) > ($3, $4){range}
             ORDER BY name_folded, id"
        );
        let columns = if is_app {
            "t.description AS about, 'assigned' AS kind, 'on request' AS join_policy, t.needs_approval"
        } else {
            "t.purpose AS about, t.kind, t.join_policy, TRUE AS needs_approval"
        };
        let (has, column) = if is_app { (APP_HAS, "app_id") } else { (GROUP_HAS, "group_id") };
        let sql = format!(
            "SELECT t.id, t.name, t.name_folded, {columns}, {is_app} AS is_app, t.picture_id, t.accepts_guests, t.domains,
                    {has} AS has,
                    (SELECT r.id FROM requests r WHERE r.{column} = t.id AND r.user_id = $1 AND r.state = 'pending'
                       AND r.expires_at > $2 LIMIT 1) AS asked
             FROM (SELECT c.* FROM (SELECT * {looked_at} LIMIT {most}) c WHERE 1 = 1{only}
                   ORDER BY c.name_folded, c.id LIMIT {}) t
             ORDER BY t.name_folded, t.id",
            PAGE + 1
        );
        let rows = Row::find_by_statement(Statement::from_sql_and_values(self.backend(), sql, values.clone()))
            .all(self.db())
            .await?;
        let mut until = None;
        if rows.len() > PAGE {
            until = rows.last().map(Row::place);
        } else if picky {
            // The last row that it may look at. If there is one, it stopped there, perhaps before the end.
            values.truncate(if part == Part::Beginning { 6 } else { 4 });
            let sql = format!(
                "SELECT name_folded, id FROM (SELECT name_folded, id {looked_at} LIMIT 1 OFFSET {}) c
                 WHERE $1 = $1 AND $2 = $2",
                LOOKED_AT - 1
            );
            let last = Statement::from_sql_and_values(self.backend(), sql, values);
            until = Place::find_by_statement(last).one(self.db()).await?;
        }
        Ok(Found { rows, until })
    }
}

/// The first word that was typed, folded.
fn first_word(search: &str) -> String {
    let folded: String = names::fold(search).chars().filter(|c| !c.is_control()).take(100).collect();
    folded.split_whitespace().next().unwrap_or_default().to_owned()
}
