//! Apps that somebody is signed in to, from one session of the panel.

mod ending;

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{Directory, Result, admission::ProvenSession};
use crate::model::Code;

impl Directory {
    /// The app's session that hangs on a session of the panel: the one there is, or a new one. It ends with that session,
    /// and with the person's access.
    pub(super) async fn app_session(
        &self,
        on: &impl ConnectionTrait,
        session: &ProvenSession,
        user: Uuid,
        app: Uuid,
    ) -> Result<Uuid> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        self.change(
            on,
            "INSERT INTO app_sessions (id, session_id, user_id, app_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            [
                self.new_id().into(),
                session.id.into(),
                user.into(),
                app.into(),
                self.now().into(),
                session.expires_at.into(),
            ],
        )
        .await?;
        let row = Row::find_by_statement(self.sql(
            "SELECT id FROM app_sessions WHERE session_id = $1 AND app_id = $2 AND user_id = $3 AND ended_at IS NULL",
            [session.id.into(), app.into(), user.into()],
        ))
        .one(on)
        .await?;
        Ok(row.ok_or(Code::Unauthenticated)?.id)
    }
}
