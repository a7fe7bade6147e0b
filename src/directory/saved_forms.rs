//! What was typed into a form that was refused, so that it is not lost without JavaScript either.

use base64::Engine as _;
use chrono::Duration;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};

use super::{Directory, Result, entities::saved_forms, vault::hash};
use crate::model::Refusal;

/// How long a refused form is kept.
const KEPT: Duration = Duration::minutes(15);

/// A refused form: what was typed (never secrets) and why it was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedForm {
    /// Field names and what was typed.
    pub fields: Vec<(String, String)>,
    /// Why it was refused.
    pub refusal: Refusal,
}

impl SavedForm {
    /// All that was chosen or typed under one name.
    pub fn values<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// What was typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }
}

/// Longest text kept of one field, in characters: more than any field of ours takes, a list of a hundred addresses with
/// names included.
const LONGEST: usize = 20_000;

/// What a note is sealed for.
const NOTE: &str = "note";

/// What is kept of a field: not more than fits, and no control characters, which PostgreSQL's JSON refuses.
fn keepable(value: &str) -> String {
    value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).take(LONGEST).collect()
}

impl Directory {
    /// Keeps a form for 15 minutes. `bound_to` names the session or browser that alone may read it; the answer is the
    /// key for the address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_form(&self, bound_to: &str, form: &str, saved: &SavedForm) -> Result<String> {
        let key = self.new_secret();
        let fields = saved.fields.iter().map(|(name, value)| (name.clone(), keepable(value))).collect();
        let saved = SavedForm { fields, refusal: saved.refusal.clone() };
        saved_forms::Entity::insert(saved_forms::ActiveModel {
            key_hash: Set(hash(&key)),
            bound_to: Set(hash(bound_to)),
            form: Set(form.to_owned()),
            fields: Set(serde_json::to_value(&saved)?),
            expires_at: Set(self.now() + KEPT),
        })
        .exec_without_returning(self.db())
        .await?;
        Ok(key)
    }

    /// Reads a form back, for the session or browser that typed it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn saved_form(&self, bound_to: &str, form: &str, key: &str) -> Result<Option<SavedForm>> {
        let row = saved_forms::Entity::find_by_id(hash(key)).one(self.db()).await?;
        let row = row.filter(|row| row.bound_to == hash(bound_to) && row.form == form && row.expires_at > self.now());
        Ok(row.map(|row| serde_json::from_value(row.fields)).transpose()?)
    }

    /// Keeps a text for 15 minutes that only one session may read, and only with the deployment key: what an operation
    /// came to, links with tickets included. The answer is the key for the address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_note(&self, session: &[u8], note: &str) -> Result<String> {
        let key = self.new_secret();
        let sealed = self.vault().seal(NOTE, note.as_bytes(), self.random());
        saved_forms::Entity::insert(saved_forms::ActiveModel {
            key_hash: Set(hash(&key)),
            bound_to: Set(session.to_vec()),
            form: Set(NOTE.to_owned()),
            fields: Set(base64::engine::general_purpose::STANDARD.encode(sealed).into()),
            expires_at: Set(self.now() + KEPT),
        })
        .exec_without_returning(self.db())
        .await?;
        Ok(key)
    }

    /// Reads a note back, for the session that it was kept for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(&self, session: &[u8], key: &str) -> Result<Option<String>> {
        let row = saved_forms::Entity::find_by_id(hash(key)).one(self.db()).await?;
        let ours = |row: &saved_forms::Model| {
            row.form == NOTE && !session.is_empty() && row.bound_to == session && row.expires_at > self.now()
        };
        let sealed = row.filter(ours).and_then(|row| {
            let text = row.fields.as_str()?;
            base64::engine::general_purpose::STANDARD.decode(text).ok()
        });
        // A note that no key opens any more is as good as gone.
        let plain = sealed.and_then(|sealed| self.vault().open(NOTE, &sealed).ok());
        Ok(plain.and_then(|plain| String::from_utf8(plain).ok()))
    }

    /// Reads a note for the last time: of two who ask at once, one gets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_note(&self, session: &[u8], key: &str) -> Result<Option<String>> {
        let Some(note) = self.note(session, key).await? else { return Ok(None) };
        let sql = "DELETE FROM saved_forms WHERE key_hash = $1 AND form = $2";
        let taken = self.change(self.db(), sql, [hash(key).into(), NOTE.into()]).await?;
        Ok((taken == 1).then_some(note))
    }
}
