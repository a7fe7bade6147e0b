//! What a token is worth at this moment, and giving one back.

use sea_orm::{FromQueryResult as _, Value};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        clients::Client,
        vault::hash,
    },
    Answer, Denied, Family, Granted, belongs, refusal,
};
use crate::model::state::FamilyEnd;

/// What an app holds.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// An access token of ours, whose signature was verified: the family it names.
    Access(Uuid),
    /// A refresh token.
    Refresh(&'a str),
}

impl Directory {
    /// What a token is worth now. With `client`, only if it is that client's. With `all_groups` up to
    /// [`crate::model::connection::MOST_GROUPS_AT_USERINFO`] groups are named. Nothing is used up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_standing(
        &self,
        token: Token<'_>,
        client: Option<&Client>,
        all_groups: bool,
    ) -> Result<Answer<Granted>> {
        let family = self.family_of(self.db(), token, true).await?;
        let Some(family) = family.filter(|family| client.is_none_or(|client| belongs(family, client))) else {
            return Ok(Err(Denied::Unknown));
        };
        if family.ended_at.is_some() {
            return Ok(Err(Denied::Ended));
        }
        match self.admit_family(self.db(), &family, all_groups).await {
            Ok(admitted) => Ok(Ok(Granted {
                family: family.id,
                admitted,
                scope: family.scope,
                nonce: None,
                refresh: None,
                proven_anew: false,
            })),
            Err(error) => refusal(error).map(|_| Err(Denied::NoAccess)),
        }
    }

    /// A client gives a token back: all that came of the sign-in ends. Whether there was anything to end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(&self, client: &Client, token: Token<'_>) -> Result<bool> {
        let tx = self.begin().await?;
        let family = self.family_of(&tx, token, false).await?;
        let Some(family) = family.filter(|family| belongs(family, client)) else { return Ok(false) };
        let ended = self.end_family(&tx, &family, FamilyEnd::Revoked).await?;
        if ended {
            let details = json!({ "user": family.user_id, "family": family.id });
            let event = Event::new("token.revoke", "app", family.app_id).details(details);
            self.record(&tx, &Actor::default(), event).await?;
        }
        self.commit(tx).await?;
        Ok(ended)
    }

    /// The family of a token; with `unused` only if it was not used yet.
    async fn family_of(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        token: Token<'_>,
        unused: bool,
    ) -> Result<Option<Family>> {
        let (columns, rest) = (Family::COLUMNS, "JOIN app_sessions s ON s.id = f.app_session_id WHERE");
        let by_refresh = "refresh_tokens r JOIN token_families f ON f.id = r.family_id";
        let (text, value): (_, Value) = match token {
            Token::Access(family) => (
                format!("SELECT {columns} FROM token_families f {rest} f.id = $1 AND f.redeemed_at IS NOT NULL"),
                family.into(),
            ),
            Token::Refresh(token) => {
                let used = if unused { " AND r.used_at IS NULL" } else { "" };
                (format!("SELECT {columns} FROM {by_refresh} {rest} r.hash = $1{used}"), hash(token).into())
            }
        };
        Ok(Family::find_by_statement(self.sql(&text, [value])).one(on).await?)
    }
}
