//! Groups and apps by the names that a file gives them.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::{
    super::{Directory, Result},
    placeholders,
};
use crate::model::{
    Caller, Code, Refusal,
    bulk::{BulkOptions, Wish},
    names::fold,
    state::Role,
};

/// How many names are looked up at once.
const AT_ONCE: usize = 200;

/// What the names in some rows stand for: ids, or why not.
#[derive(Default)]
pub(super) struct Names {
    groups: HashMap<String, Result<Uuid, Code>>,
    apps: HashMap<String, Result<Uuid, Code>>,
}

/// The groups and the apps that a row asks for.
pub(super) type Asked = (Vec<Uuid>, Vec<Uuid>);
/// Why a row asks for nothing: the refusal, and what it is about.
pub(super) type NotAsked = (Refusal, Option<String>);

impl Names {
    /// The groups and apps of a row, the options' where it names none.
    pub fn targets(&self, wish: &Wish, options: &BulkOptions) -> Result<Asked, NotAsked> {
        let find = |known: &HashMap<String, Result<Uuid, Code>>, names: &[String], field: &str| {
            let mut ids = Vec::new();
            for name in names {
                match known.get(name).unwrap_or(&Err(Code::TargetUnknown)) {
                    Ok(id) if ids.contains(id) => {}
                    Ok(id) => ids.push(*id),
                    Err(code) => return Err((Refusal::at(*code, field), Some(name.clone()))),
                }
            }
            ids.sort_unstable();
            Ok(ids)
        };
        let mut groups = find(&self.groups, &wish.groups, "groups")?;
        let mut apps = find(&self.apps, &wish.apps, "apps")?;
        if groups.is_empty() {
            groups.clone_from(&options.groups);
        }
        if apps.is_empty() {
            apps.clone_from(&options.apps);
        }
        Ok((groups, apps))
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    key: Option<String>,
    name_folded: String,
}

impl Directory {
    /// Looks up the names in some rows among what the caller may see: by id, else by key, else by name.
    pub(super) async fn resolve_names<'a>(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        wishes: impl Iterator<Item = &'a Wish>,
    ) -> Result<Names> {
        let (mut groups, mut apps) = (HashSet::new(), HashSet::new());
        for wish in wishes {
            groups.extend(wish.groups.iter().cloned());
            apps.extend(wish.apps.iter().cloned());
        }
        let all = caller.is_administrator() || caller.has(Role::Auditor);
        let mine = if all {
            "$1 = $1 AND $2 = $2"
        } else {
            "t.id IN (SELECT o.group_id FROM group_owners o WHERE o.user_id = $1
                      UNION
                      SELECT m.group_id FROM memberships m LEFT JOIN invitations i ON i.id = m.invitation_id
                      WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2)
                        AND (m.invitation_id IS NULL OR i.state = 'accepted'))"
        };
        let owned = if all {
            "$1 = $1 AND $2 = $2"
        } else {
            "$2 = $2 AND t.id IN (SELECT o.app_id FROM app_owners o WHERE o.user_id = $1)"
        };
        Ok(Names {
            groups: self.resolve(on, caller, "groups", mine, groups).await?,
            apps: self.resolve(on, caller, "apps", owned, apps).await?,
        })
    }

    async fn resolve(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        table: &str,
        visible: &str,
        names: HashSet<String>,
    ) -> Result<HashMap<String, Result<Uuid, Code>>> {
        let mut found = HashMap::new();
        // PostgreSQL takes no NUL in a text, and nothing of ours has one in its name.
        let mut names: Vec<String> = names.into_iter().filter(|name| !name.contains('\0')).collect();
        names.sort_unstable();
        for names in names.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = names.iter().filter_map(|name| name.parse().ok()).collect();
            let mut values: Vec<Value> = vec![caller.user_id.into(), self.now().into()];
            values.extend(names.iter().map(|name| Value::from(name.as_str())));
            values.extend(names.iter().map(|name| Value::from(fold(name))));
            values.extend(ids.iter().map(|id| Value::from(*id)));
            let many = names.len();
            let by_id = if ids.is_empty() {
                String::new()
            } else {
                format!("OR t.id IN ({})", placeholders(3 + 2 * many, ids.len()))
            };
            let text = format!(
                "SELECT t.id, t.key, t.name_folded FROM {table} t
                 WHERE t.deleted_at IS NULL AND {visible}
                   AND (t.key IN ({}) OR t.name_folded IN ({}) {by_id})",
                placeholders(3, many),
                placeholders(3 + many, many),
            );
            let rows = Row::find_by_statement(self.listed(&text, values)).all(on).await?;
            for name in names {
                found.insert(name.clone(), choose(&rows, name));
            }
        }
        Ok(found)
    }
}

fn choose(rows: &[Row], name: &str) -> Result<Uuid, Code> {
    let id = name.parse::<Uuid>().ok();
    if let Some(row) = rows.iter().find(|row| Some(row.id) == id) {
        return Ok(row.id);
    }
    if let Some(row) = rows.iter().find(|row| row.key.as_deref() == Some(name)) {
        return Ok(row.id);
    }
    let folded = fold(name);
    let mut named = rows.iter().filter(|row| row.name_folded == folded);
    match (named.next(), named.next()) {
        (Some(row), None) => Ok(row.id),
        (Some(_), Some(_)) => Err(Code::TargetAmbiguous),
        (None, _) => Err(Code::TargetUnknown),
    }
}
