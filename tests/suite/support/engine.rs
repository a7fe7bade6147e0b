//! Databases of one test each.

use access_panel::directory::chance::{Random as _, SystemRandom};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

/// Names the server on which PostgreSQL tests make their databases.
pub const SERVER: &str = "ACCESS_PANEL_TEST_POSTGRES";
/// Says that PostgreSQL tests are not wanted.
pub const ONLY_SQLITE: &str = "ACCESS_PANEL_TEST_ONLY_SQLITE";

/// A database engine that the panel runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh, empty database. SQLite's goes with its folder; PostgreSQL's by [`Self::drop_database`].
pub struct Fresh {
    pub engine: Engine,
    pub url: String,
    /// Where SQLite's file is.
    pub folder: TempDir,
    name: Option<String>,
}

impl Fresh {
    /// `None` if the engine is not wanted in this run.
    pub async fn on(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", folder.path().join("panel.db").display());
                Some(Self { engine, url, folder, name: None })
            }
            Engine::Postgres => {
                if std::env::var(ONLY_SQLITE).is_ok_and(|value| value == "1") {
                    return None;
                }
                let server = server();
                let random: String = SystemRandom.bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
                let name = format!("panel_test_{random}");
                let admin = admin(&server).await;
                admin
                    .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0"))
                    .await
                    .unwrap_or_else(|error| panic!("creating {name} on {server}: {error}"));
                admin.close().await.expect("closing the connection to the server");
                let mut url = url::Url::parse(&server).unwrap_or_else(|error| panic!("{SERVER}={server}: {error}"));
                url.set_path(&name);
                Some(Self { engine, url: url.into(), folder, name: Some(name) })
            }
        }
    }

    /// A connection for looking at rows beside the directory.
    pub async fn connect(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(&self.url);
        options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
            sqlite.busy_timeout(std::time::Duration::from_secs(15)).foreign_keys(true).create_if_missing(true)
        });
        Database::connect(options).await.unwrap_or_else(|error| panic!("connecting to {}: {error}", self.url))
    }

    /// Removes a PostgreSQL database, whoever is still connected. After a failed test it stays until the server goes.
    pub async fn drop_database(&self) {
        if let Some(name) = &self.name {
            let admin = admin(&server()).await;
            admin
                .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .await
                .unwrap_or_else(|error| panic!("dropping {name}: {error}"));
            admin.close().await.expect("closing the connection to the server");
        }
    }
}

fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set, so this PostgreSQL test cannot run. Start one around the tests with \
             `scripts/postgres.sh cargo test …`, or leave PostgreSQL out with {ONLY_SQLITE}=1."
        )
    })
}

async fn admin(server: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap_or_else(|error| panic!("connecting to {SERVER}={server}: {error}"))
}
