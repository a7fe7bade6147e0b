//! Pictures of groups and apps.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    grants::Target,
};
use crate::model::{Caller, Code, picture::Picture};

/// A picture, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct StoredPicture {
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Directory {
    /// Whether the caller may give this group or app a picture, before one is looked at.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn may_set_picture(&self, caller: &Caller, target: Target) -> Result<()> {
        let manages = match target {
            Target::Group(id) => self.see_group(self.db(), caller, id, false).await?.can_manage(caller),
            Target::App(id) => self.see_app(self.db(), caller, id, false).await?.can_manage(caller),
        };
        if manages { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// Gives a group or app a picture, or takes it away. The one before is gone with it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Forbidden`].
    pub async fn set_picture(&self, caller: &Caller, target: Target, picture: Option<&Picture>) -> Result<()> {
        let event = || match target {
            Target::Group(id) => Event::new("group.picture", "group", id).in_group(id),
            Target::App(id) => Event::new("app.picture", "app", id).in_app(id),
        };
        let result = async {
            let tx = self.begin().await?;
            let (table, old) = match target {
                Target::Group(id) => ("groups", self.manage_group(&tx, caller, id).await?.row().picture_id),
                Target::App(id) => {
                    let app = self.see_app(&tx, caller, id, true).await?;
                    if !app.can_manage(caller) {
                        return Err(Code::Forbidden.into());
                    }
                    ("apps", app.row.picture_id)
                }
            };
            if old.is_none() && picture.is_none() {
                return Ok(());
            }
            let new = match picture {
                Some(picture) => Some(self.insert_picture(&tx, picture).await?),
                None => None,
            };
            let sql = format!("UPDATE {table} SET picture_id = $2 WHERE id = $1");
            self.change(&tx, &sql, [target.id().into(), new.into()]).await?;
            self.drop_picture(&tx, old).await?;
            let details = serde_json::json!({ "picture": new.is_some() });
            self.record(&tx, &Actor::from(caller), event().details(details)).await?;
            self.commit(tx).await
        };
        let result = result.await;
        self.record_refusal(&caller.into(), event(), result).await
    }

    async fn insert_picture(&self, on: &impl ConnectionTrait, picture: &Picture) -> Result<Uuid> {
        let id = self.new_id();
        self.change(
            on,
            "INSERT INTO pictures (id, media_type, bytes, created_at) VALUES ($1, $2, $3, $4)",
            [id.into(), picture.media_type().into(), picture.bytes().to_vec().into(), self.now().into()],
        )
        .await?;
        Ok(id)
    }

    /// Erases a picture that nothing shows any more.
    pub(super) async fn drop_picture(&self, on: &impl ConnectionTrait, picture: Option<Uuid>) -> Result<()> {
        if let Some(id) = picture {
            self.change(on, "DELETE FROM pictures WHERE id = $1", [id.into()]).await?;
        }
        Ok(())
    }

    /// A picture. Whoever is signed in may see it, if they know its id, which nobody guesses.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn picture(&self, _caller: &Caller, id: Uuid) -> Result<StoredPicture> {
        let sql = "SELECT media_type, bytes FROM pictures WHERE id = $1";
        let row = StoredPicture::find_by_statement(self.sql(sql, [id.into()])).one(self.db()).await?;
        row.ok_or_else(|| Code::NotFound.into())
    }
}
