//! What follows from who somebody is: the words by which they are found, their place in long lists, and the groups that
//! they are in by rule. Kept in the transaction that changes them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{Directory, Error, Result, audit::Actor};
use crate::model::{
    Address, Caller, Code, Refusal, names,
    state::{GuestVisibility, UserType},
    view::PersonFound,
};

/// How many people are found at most.
pub const MOST_FOUND: usize = 20;
/// How many are looked at for that.
const MOST_LOOKED_AT: usize = 5000;
/// The caller (`$1`), and the people of groups that they own.
const OWN_PEOPLE: &str = "SELECT id AS user_id FROM users WHERE id = $1
    UNION SELECT m.user_id FROM group_owners o JOIN groups g ON g.id = o.group_id AND g.deleted_at IS NULL
    JOIN memberships m ON m.group_id = g.id WHERE o.user_id = $1";

impl Directory {
    /// People whose name has words that begin like those of `search`, or whose address begins like it; at most
    /// [`MOST_FOUND`], by name. Members find everybody who is not blocked; a guest finds only people of groups that they
    /// own, unless guests are the same as members.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_people(&self, caller: &Caller, search: &str) -> Result<Vec<PersonFound>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            display_name: String,
            name_folded: String,
            address: String,
            user_type: UserType,
        }
        let typed = typed_words(search);
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let mut values: Vec<Value> = vec![caller.user_id.into()];
        let mut range = |column: &str, word: &str| {
            let n = values.len();
            values.extend([word.into(), end_of(word).into()]);
            format!("{column} >= ${} AND {column} < ${}", n + 1, n + 2)
        };
        // Never more than so many candidates are looked at: whoever is sought among more types another letter.
        let (candidates, rest) = if self.sees_everybody(caller).await? {
            // The word that fewest people have drives.
            let mut counted = Vec::new();
            for word in &typed {
                counted.push((self.count_words(word, typed.len() > 1).await?, word));
            }
            counted.sort();
            let first = range("word", counted[0].1);
            let rest: Vec<&String> = counted[1..].iter().map(|(_, word)| *word).collect();
            (
                format!(
                    "SELECT word, user_id FROM people_words WHERE {first} ORDER BY word, user_id LIMIT {MOST_LOOKED_AT}"
                ),
                rest,
            )
        } else {
            (format!("SELECT '' AS word, user_id FROM ({OWN_PEOPLE}) p LIMIT {MOST_LOOKED_AT}"), typed.iter().collect())
        };
        let mut more = String::new();
        for word in rest {
            let fits = range("x.word", word);
            more.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM people_words x WHERE x.user_id = w.user_id AND {fits})"
            ));
        }
        // Twice as many words as people, for somebody may have two that fit.
        let text = format!(
            "SELECT u.id, u.display_name, u.name_folded, u.address, u.user_type
             FROM ({candidates}) w JOIN users u ON u.id = w.user_id AND u.deleted_at IS NULL AND u.enabled
             WHERE $1 = $1{more} ORDER BY w.word, w.user_id LIMIT {}",
            MOST_FOUND * 2
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        let rows = Row::find_by_statement(statement).all(self.db()).await?;
        let mut found = BTreeMap::new();
        for row in rows {
            if found.len() == MOST_FOUND {
                break;
            }
            // Whoever may find somebody may write to them, too; guests never learn addresses.
            let person = PersonFound {
                id: row.id,
                name: row.display_name,
                address: (!caller.is_guest()).then_some(row.address),
                user_type: row.user_type,
            };
            found.insert((row.name_folded, row.id), person);
        }
        Ok(found.into_values().collect())
    }

    /// The person that was chosen: an id from [`Self::find_people`], or a whole address as typed.
    ///
    /// # Errors
    /// [`Code::PersonUnknown`] if there is nobody like that whom the caller may see.
    pub async fn person_chosen(&self, caller: &Caller, chosen: &str) -> Result<Uuid> {
        self.person_known(caller, chosen, false).await
    }

    /// As [`Self::person_chosen`]; with `blocked` also somebody who may not sign in.
    pub(super) async fn person_known(&self, caller: &Caller, chosen: &str, blocked: bool) -> Result<Uuid> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let unknown = || Error::from(Refusal::at(Code::PersonUnknown, "person"));
        let seen = self.who_is_seen(caller).await?;
        let active = if blocked { "1 = 1" } else { "u.enabled" };
        let (column, value): (_, Value) = match chosen.trim().parse::<Uuid>() {
            Ok(id) => ("id", id.into()),
            Err(_) => {
                let address = Address::parse(chosen).map_err(|_| unknown())?;
                ("address_norm", address.normalized().into())
            }
        };
        Row::find_by_statement(self.sql(
            &format!("SELECT u.id FROM users u WHERE u.{column} = $2 AND u.deleted_at IS NULL AND {active} AND {seen}"),
            [caller.user_id.into(), value],
        ))
        .one(self.db())
        .await?
        .map(|row| row.id)
        .ok_or_else(unknown)
    }

    /// The condition by which a caller (`$1`) sees a user `u`.
    async fn who_is_seen(&self, caller: &Caller) -> Result<String> {
        let all = self.sees_everybody(caller).await?;
        Ok(if all { "$1 = $1".to_owned() } else { format!("u.id IN ({OWN_PEOPLE})") })
    }

    async fn sees_everybody(&self, caller: &Caller) -> Result<bool> {
        Ok(!caller.is_guest() || self.settings().await?.guests.visibility == GuestVisibility::SameAsMembers)
    }

    /// How many words begin like that, as far as it matters; zero without counting where there is nothing to choose.
    async fn count_words(&self, word: &str, wanted: bool) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Counted {
            words: i64,
        }
        if !wanted {
            return Ok(0);
        }
        let row = Counted::find_by_statement(self.sql(
            &format!(
                "SELECT COUNT(*) AS words FROM (SELECT 1 FROM people_words WHERE word >= $1 AND word < $2
                 LIMIT {MOST_LOOKED_AT}) w"
            ),
            [word.into(), end_of(word).into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map_or(0, |row| row.words))
    }

    /// To be called in every transaction that adds a user or changes anything about them, after that change: name,
    /// address, state, type, profile, or that they are gone. The user's row is locked or new.
    pub(super) async fn user_changed(&self, on: &impl ConnectionTrait, actor: &Actor, user: Uuid) -> Result<()> {
        self.index_person(on, user).await?;
        self.apply_rules(on, actor, user).await
    }

    async fn index_person(&self, on: &impl ConnectionTrait, user: Uuid) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Known {
            name_folded: String,
            address_norm: String,
            gone: bool,
        }
        #[derive(FromQueryResult)]
        struct Word {
            word: String,
        }
        let known = Known::find_by_statement(self.sql(
            "SELECT name_folded, address_norm, deleted_at IS NOT NULL AS gone FROM users WHERE id = $1",
            [user.into()],
        ))
        .one(on)
        .await?;
        let Some(known) = known else { return Ok(()) };
        let wanted = if known.gone { BTreeSet::new() } else { words(&known.name_folded, &known.address_norm) };
        let had: BTreeSet<String> =
            Word::find_by_statement(self.sql("SELECT word FROM people_words WHERE user_id = $1", [user.into()]))
                .all(on)
                .await?
                .into_iter()
                .map(|row| row.word)
                .collect();
        if had == wanted {
            return Ok(());
        }
        for word in had.difference(&wanted) {
            let sql = "DELETE FROM people_words WHERE user_id = $1 AND word = $2";
            self.change(on, sql, [user.into(), word.as_str().into()]).await?;
        }
        for word in wanted.difference(&had) {
            let sql = "INSERT INTO people_words (word, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            self.change(on, sql, [word.as_str().into(), user.into()]).await?;
        }
        for table in ["memberships", "assignments"] {
            let sql = format!("UPDATE {table} SET sort_name = $2 WHERE user_id = $1 AND sort_name <> $2");
            self.change(on, &sql, [user.into(), known.name_folded.as_str().into()]).await?;
        }
        Ok(())
    }
}

/// What somebody is found by: the words of their folded name, and their address as a whole.
fn words(name_folded: &str, address_norm: &str) -> BTreeSet<String> {
    let names = name_folded.split([' ', '-']).filter(|word| !word.is_empty());
    names.chain([address_norm]).map(str::to_owned).collect()
}

/// Up to five typed words, folded as names are. What has an `@` is the beginning of an address, whatever is in it.
pub(super) fn typed_words(search: &str) -> Vec<String> {
    let folded: String = names::fold(search).chars().filter(|c| !c.is_control()).take(200).collect();
    let parts = folded.split(' ').flat_map(|word| {
        let separator: &[char] = if word.contains('@') { &[] } else { &['-'] };
        word.split(separator).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    });
    parts.take(5).collect()
}

/// Where the words end that begin like this one: no letter comes after the last one of Unicode.
pub(super) fn end_of(word: &str) -> String {
    format!("{word}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_they_are_kept_and_as_they_are_typed() {
        let kept = words("anne-marie o'neil", "anne-marie@fabrikam.example");
        assert_eq!(Vec::from_iter(&kept), ["anne", "anne-marie@fabrikam.example", "marie", "o'neil"]);
        assert_eq!(typed_words("  Anne-Marie  Ó"), ["anne", "marie", "o"]);
        assert_eq!(typed_words("Anne-Marie@Fab"), ["anne-marie@fab"]);
        assert_eq!(typed_words("\u{0} - "), Vec::<String>::new());
        assert_eq!(typed_words("a b c d e f g").len(), 5);
        assert!("zz" < end_of("z").as_str() && "\u{fffd}" < end_of("\u{fffd}").as_str() && "za" > "z");
    }
}
