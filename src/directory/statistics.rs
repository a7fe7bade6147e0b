//! What the database knows of its own tables, and plans statements by.

use sea_orm::{ConnectionTrait, DbBackend};

use super::{Directory, Result};

impl Directory {
    /// Lets SQLite look again at tables that have changed much. PostgreSQL does so by itself. A job calls it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh_statistics(&self) -> Result<()> {
        if self.backend() == DbBackend::Sqlite {
            // Those that may gain by it (2), a sample of the large ones (0x10), also those that this connection has not
            // met (0x10000). Cheap where nothing has changed.
            self.db().execute_unprepared("PRAGMA optimize = 0x10012").await?;
        }
        Ok(())
    }
}
