//! Where providers send people back to: each to a callback of its own, so that what one provider answers is never taken
//! for another's answer (RFC 9700, section 4.4).

use sea_orm::EntityTrait;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::settings,
};

/// The path below which each provider has its callback, by its key.
pub const CALLBACK: &str = "/sign-in/callback";

/// The setting that names the one provider which was registered with the path alone, before there was one for each.
const SHARED: &str = "_callback";

impl Directory {
    /// The callback of a provider: what is registered there from now on.
    pub fn callback_of(&self, provider: &str) -> String {
        format!("{}{CALLBACK}/{provider}", self.public_url())
    }

    /// The callback that all providers shared once. It answers for [`Self::shared_callback_of`] alone.
    pub fn shared_callback(&self) -> String {
        format!("{}{CALLBACK}", self.public_url())
    }

    /// The key of the one provider that still sends people to the shared callback, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shared_callback_of(&self) -> Result<Option<String>> {
        let row = settings::Entity::find_by_id(SHARED).one(self.db()).await?;
        Ok(row.and_then(|row| row.value.as_str().map(str::to_owned)))
    }

    /// The callback that a provider is told, whichever is registered there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn callback_told(&self, provider: &str) -> Result<String> {
        let shared = self.shared_callback_of().await?.is_some_and(|key| key == provider);
        Ok(if shared { self.shared_callback() } else { self.callback_of(provider) })
    }

    /// An administrator has registered the new callback: the shared one answers for nobody any more. `None` if it had
    /// answered for nobody before, otherwise the provider's key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_shared_callback(&self) -> Result<Option<String>> {
        let tx = self.begin().await?;
        let row = settings::Entity::find_by_id(SHARED).one(&tx).await?;
        let Some(key) = row.and_then(|row| row.value.as_str().map(str::to_owned)) else { return Ok(None) };
        let gone = self.change(&tx, "DELETE FROM settings WHERE key = $1", [SHARED.into()]).await?;
        if gone == 1 {
            let event = Event { action: "provider.callback", ..Default::default() };
            self.record(&tx, &Actor::default(), event.details(serde_json::json!({ "provider": key }))).await?;
        }
        self.commit(tx).await?;
        Ok((gone == 1).then_some(key))
    }
}
