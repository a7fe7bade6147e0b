//! An app that an administrator makes in the panel.

use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::super::{Directory, Result, audit::Event, domains::to_store, entities::apps};
use crate::model::{
    Caller, Code,
    managed::AppForm,
    names,
    state::{AppKind, GroupsAs, GroupsSent},
};

impl Directory {
    /// Makes an app, which nobody has yet and nobody owns. For administrators.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub async fn create_app(&self, caller: &Caller, form: &AppForm) -> Result<Uuid> {
        let result = async {
            if !caller.is_administrator() {
                return Err(Code::Forbidden.into());
            }
            let tx = self.begin().await?;
            let row = apps::Model {
                id: self.new_id(),
                key: None,
                name: form.name.clone(),
                name_folded: names::fold(&form.name),
                description: form.description.clone(),
                url: form.url.clone(),
                enabled: true,
                accepts_guests: form.accepts_guests,
                requestable: form.requestable,
                created_at: self.now(),
                deleted_at: None,
                domains: to_store(&form.domains)?,
                picture_id: None,
                needs_approval: form.needs_approval,
                // A group is looked at when one is chosen in the settings.
                join_group_id: None,
                hidden: form.hidden,
                kind: AppKind::Link,
                groups_sent: GroupsSent::None,
                groups_as: GroupsAs::Id,
                pairwise: false,
                pairwise_salt: None,
                claims: None,
            };
            let id = row.id;
            apps::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
            let event = Event::new("app.create", "app", id).in_app(id);
            self.record(&tx, &caller.into(), event.details(serde_json::json!({ "name": form.name }))).await?;
            self.commit(tx).await?;
            Ok(id)
        };
        let result = result.await;
        self.record_refusal(&caller.into(), Event { action: "app.create", ..Default::default() }, result).await
    }
}
