//! What an app would be told of somebody, and why they have it or not: a look that signs nobody in.

use sea_orm::EntityTrait;
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::Event,
    claims::{self, Scopes},
    entities::users,
};
use crate::model::{Caller, Code, connecting::TestSignIn, connection::MOST_GROUPS, managed::AppHead, state::AppKind};

impl Directory {
    /// What every page says of an app, and how it signs people in, for those who may test that.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn app_to_test(&self, caller: &Caller, id: Uuid) -> Result<(AppHead, AppKind)> {
        let app = self.see_app(self.db(), caller, id, false).await?;
        if !app.can_manage(caller) {
            return Err(Code::Forbidden.into());
        }
        Ok((app.head(caller, &self.settings().await?), app.row.kind))
    }

    /// Looks at what an app would be told of `chosen`, an id or a whole address. It is audited as what it is: reading
    /// somebody's data. Of somebody who does not have the app it would be told nothing, and nothing is shown.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`]; [`Code::PersonUnknown`] at `person`.
    pub async fn test_sign_in(&self, caller: &Caller, id: Uuid, chosen: &str) -> Result<TestSignIn> {
        let event = || Event::new("app.test", "app", id);
        let result = async {
            let (_, kind) = self.app_to_test(caller, id).await?;
            let user = self.person_known(caller, chosen, true).await?;
            let person = users::Entity::find_by_id(user).one(self.db()).await?.ok_or(Code::NotFound)?;
            let ways = self.ways_to(user, id).await?;
            let told = match kind {
                AppKind::Link => None,
                AppKind::Oidc | AppKind::ForwardAuth => self.would_admit(user, id).await?,
            };
            let claims = told.map(|admitted| claims::about(&admitted, Scopes::ALL, MOST_GROUPS));
            let claims = claims.as_ref().map(serde_json::to_string_pretty).transpose()?;
            let ended = if ways.is_empty() { self.access_ended(user, id).await? } else { None };
            let tx = self.begin().await?;
            self.record(&tx, &caller.into(), Event::new("app.test", "user", user).in_app(id)).await?;
            self.commit(tx).await?;
            Ok(TestSignIn {
                user_id: user,
                name: person.display_name,
                address: person.address,
                user_type: person.user_type,
                external_state: person.external_state,
                blocked: !person.enabled,
                ways,
                ended: ended.map(|ended| ended.at),
                claims,
            })
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event(), result).await
    }
}
