//! What follows from who somebody is: the words by which they are found, their place in long lists, and the groups that
//! they are in by rule. Kept in the transaction that changes them.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{Directory, Result, audit::Actor};
use crate::model::{Caller, Code, view::PersonFound};

impl Directory {
    /// People whose name has words that begin like those of `search`, or whose address begins like it; at most 20. Members
    /// find everybody who is not blocked; a guest finds only people of groups that they own, unless guests are the same as
    /// members.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_people(&self, _caller: &Caller, _search: &str) -> Result<Vec<PersonFound>> {
        Ok(Vec::new())
    }

    /// The person that was chosen: an id from [`Self::find_people`], or a whole address as typed.
    ///
    /// # Errors
    /// [`Code::PersonUnknown`] if there is nobody like that whom the caller may see.
    pub async fn person_chosen(&self, _caller: &Caller, _chosen: &str) -> Result<Uuid> {
        Err(Code::PersonUnknown.into())
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
