//! Apps sign people out (OpenID Connect RP-Initiated Logout 1.0).

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
};
use crate::model::state::AppSessionEnd;

#[derive(FromQueryResult)]
struct Row {
    session_id: Uuid,
    user_id: Uuid,
}

impl Directory {
    /// The session of the panel on which an app's session hangs or hung: `sid` is what the app was told of it. What
    /// another app was told says nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_of_app(&self, app: Uuid, sid: Uuid) -> Result<Option<Uuid>> {
        Ok(self.hangs_on(app, sid).await?.map(|row| row.session_id))
    }

    /// Whose session at an app it is or was: `sid` is what the app was told of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_of_app_session(&self, app: Uuid, sid: Uuid) -> Result<Option<Uuid>> {
        Ok(self.hangs_on(app, sid).await?.map(|row| row.user_id))
    }

    async fn hangs_on(&self, app: Uuid, sid: Uuid) -> Result<Option<Row>> {
        let statement = self.sql(
            "SELECT session_id, user_id FROM app_sessions WHERE id = $1 AND app_id = $2",
            [sid.into(), app.into()],
        );
        Ok(Row::find_by_statement(statement).one(self.db()).await?)
    }

    /// Ends the session of the panel on which an app's session hangs, in the name of that app, which has shown an ID
    /// token of it. Everything else that hangs on it ends with it. `false` if there was nothing to end any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out_by_app(&self, app: Uuid, sid: Uuid) -> Result<bool> {
        let Some(row) = self.hangs_on(app, sid).await? else { return Ok(false) };
        let tx = self.begin().await?;
        // The app knows already.
        self.change(
            &tx,
            "UPDATE app_sessions SET ended_at = $3, ended_by = $4 WHERE id = $1 AND app_id = $2 AND ended_at IS NULL",
            [sid.into(), app.into(), self.now().into(), AppSessionEnd::App.into()],
        )
        .await?;
        let ended = self.change(&tx, "DELETE FROM sessions WHERE public_id = $1", [row.session_id.into()]).await? == 1;
        if ended {
            let event = Event::new("session.end", "user", row.user_id).details(serde_json::json!({ "app": app }));
            self.record(&tx, &Actor::user(row.user_id), event).await?;
        }
        self.commit(tx).await?;
        Ok(ended)
    }
}
