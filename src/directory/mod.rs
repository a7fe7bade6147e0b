//! The directory: every rule, in transactions, with its audit events. Knows nothing of HTTP or Leptos.
//!
//! Operations are methods of [`Directory`], one file per noun. Each takes the caller, decides at its top whether the
//! caller may, and commits the change, its audit events and the mails it causes together, or nothing at all.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use base64::Engine as _;
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use uuid::Uuid;

pub mod admission;
pub mod app_sessions;
pub mod app_sign_outs;
pub mod apps;
pub mod arrivals;
pub mod attempts;
pub mod audit;
pub mod authorizations;
pub mod blocking;
pub mod bulk;
pub mod callbacks;
pub mod catalogue;
pub mod chance;
pub mod claims;
pub mod client_proofs;
pub mod clients;
pub mod clock;
pub mod codes;
mod domains;
pub mod entities;
pub mod error;
pub mod grants;
pub mod groups;
pub mod guests;
pub mod host_sessions;
pub mod hosts;
pub mod import;
pub mod invitations;
pub mod joining;
pub mod limits;
pub mod logouts;
pub mod mail_blocks;
pub mod memberships;
pub mod notices;
pub mod outbox;
pub mod panel;
pub mod passcodes;
pub mod people;
pub mod pictures;
mod places;
pub mod providers;
pub mod redemption;
pub mod requests;
pub mod roles;
pub mod rules;
pub mod saved_forms;
pub mod sessions;
pub mod settings;
pub mod sign_ins;
pub mod signing_keys;
mod statistics;
pub mod tokens;
pub mod users;
pub mod vault;

pub use error::{Error, Result};

use crate::model::provider::{MembersRule, Provider};
use chance::Random;
use clock::Clock;
use vault::Vault;

/// What a deployment hands to its directory: everything that is neither data nor code.
#[derive(Clone)]
pub struct Deployment {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives secrets.
    pub random: Arc<dyn Random>,
    /// Holds the deployment key.
    pub vault: Vault,
    /// Where people reach us, without a slash at the end.
    pub public_url: String,
    /// The organization's own provider, if configured.
    pub members: Option<Provider>,
    /// Whom that provider makes a member.
    pub members_rule: MembersRule,
}

/// The directory of one deployment. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    db: DatabaseConnection,
    deployment: Deployment,
    outbox_wakeup: tokio::sync::Notify,
    access_wakeup: tokio::sync::Notify,
    bulk_wakeup: tokio::sync::Notify,
    rules_wakeup: tokio::sync::Notify,
    rules: rules::RuleCache,
    together: admission::Together,
    statements: Arc<AtomicU64>,
    watcher: Arc<OnceLock<Watcher>>,
}

type Watcher = Box<dyn Fn(&Statement) + Send + Sync>;

impl Directory {
    /// Opens a database (`sqlite://FILE` or `postgres://…`), without touching its tables.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(url: &str, connections: u32, deployment: Deployment) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections.max(2))
            .min_connections(1)
            .acquire_timeout(std::time::Duration::from_secs(20))
            // A question before each use would double the way to the database. Whoever closes a connection behind our back
            // closes it while it rests.
            .test_before_acquire_if_idle_for(std::time::Duration::from_secs(1))
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
                sqlite
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // An acknowledged commit survives power loss.
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(std::time::Duration::from_secs(15))
                    .foreign_keys(true)
                    // In KiB, for each connection, and only as far as there are pages to keep: the upper parts of all
                    // indexes of a large directory, which every look-up reads.
                    .pragma("cache_size", "-16384")
            });
        let mut db = Database::connect(options).await?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = statements.clone();
        let watcher: Arc<OnceLock<Watcher>> = Arc::default();
        let watching = watcher.clone();
        db.set_metric_callback(move |sent| {
            counter.fetch_add(1, Ordering::Relaxed);
            if let Some(watcher) = watching.get() {
                watcher(sent.statement);
            }
        });
        Ok(Self(Arc::new(Inner {
            db,
            deployment,
            outbox_wakeup: tokio::sync::Notify::new(),
            access_wakeup: tokio::sync::Notify::new(),
            bulk_wakeup: tokio::sync::Notify::new(),
            rules_wakeup: tokio::sync::Notify::new(),
            rules: rules::RuleCache::default(),
            together: admission::Together::new(connections),
            statements,
            watcher,
        })))
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// When a step fails; steps that succeeded stay.
    pub async fn migrate(&self) -> Result<()> {
        use migrations::MigratorTrait;
        // Machines that start together take turns; the lock lives as long as this transaction, on its own connection.
        // A SQLite file belongs to one machine, and an open transaction would stand in the way.
        if self.backend() == DbBackend::Postgres {
            let turn = self.db().begin().await?;
            self.lock_name(&turn, "migrations").await?;
            migrations::Migrator::up(self.db(), None).await?;
            turn.commit().await?;
        } else {
            migrations::Migrator::up(self.db(), None).await?;
        }
        Ok(())
    }

    /// To be called once by the process that serves: one process owns a SQLite file, so what the one before had in hand
    /// when it died is free again. On PostgreSQL others may be at work, and leases run out by themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(&self) -> Result<()> {
        if self.backend() == DbBackend::Sqlite {
            self.release_outbox_leases().await?;
            self.release_bulk_jobs().await?;
        }
        Ok(())
    }

    /// How many migration steps are still to be run.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pending_migrations(&self) -> Result<usize> {
        use migrations::MigratorTrait;
        Ok(migrations::Migrator::get_pending_migrations(self.db()).await?.len())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.db().ping().await?)
    }

    /// Closes all connections, so that SQLite leaves one clean file.
    pub async fn close(&self) {
        if let Err(error) = self.0.db.clone().close().await {
            tracing::warn!(%error, "closing the database");
        }
    }

    /// How many statements were sent to the database so far.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Shows every statement from now on, with its values, to see how the database would run it. The first watcher stays.
    pub fn watch_statements(&self, watcher: impl Fn(&Statement) + Send + Sync + 'static) {
        let _ = self.0.watcher.set(Box::new(watcher));
    }

    /// Where people reach us, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.0.deployment.public_url
    }

    /// The clock handed in.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.deployment.clock
    }

    /// The randomness handed in.
    pub fn random(&self) -> &dyn Random {
        &*self.0.deployment.random
    }

    /// The deployment key.
    pub fn vault(&self) -> &Vault {
        &self.0.deployment.vault
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock().now()
    }

    /// A new id: a UUIDv7 of the handed-in time and randomness.
    pub fn new_id(&self) -> Uuid {
        let random = self.random().bytes();
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        let tail: [u8; 10] = std::array::from_fn(|i| random[i]);
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    /// A new secret for a link or a cookie: 32 random bytes as 43 letters.
    pub fn new_secret(&self) -> String {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.random().bytes())
    }

    fn db(&self) -> &DatabaseConnection {
        &self.0.db
    }

    fn deployment(&self) -> &Deployment {
        &self.0.deployment
    }

    fn backend(&self) -> DbBackend {
        self.db().get_database_backend()
    }

    /// The one way to begin a transaction that writes: on SQLite it takes the write lock at once, so that nothing read
    /// in it can change before it writes.
    async fn begin(&self) -> Result<DatabaseTransaction> {
        Ok(self
            .db()
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await?)
    }

    /// Commits, then wakes those who carry on: there may be mail, and access may have ended.
    async fn commit(&self, tx: DatabaseTransaction) -> Result<()> {
        tx.commit().await?;
        self.0.outbox_wakeup.notify_one();
        self.0.access_wakeup.notify_one();
        Ok(())
    }

    /// Locks a name until the transaction ends, where no row stands for what is counted. SQLite has one writer anyway.
    async fn lock_name(&self, tx: &DatabaseTransaction, name: &str) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            tx.execute_raw(self.sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name.into()])).await?;
        }
        Ok(())
    }

    /// A statement written out, with `$1`, `$2`, … as both engines understand them.
    fn sql<const N: usize>(&self, text: &str, values: [Value; N]) -> Statement {
        Statement::from_sql_and_values(self.backend(), text, values)
    }

    /// Runs a written-out change and says how many rows it touched: state changes are judged by that number.
    async fn change<const N: usize>(&self, on: &impl ConnectionTrait, text: &str, values: [Value; N]) -> Result<u64> {
        Ok(on.execute_raw(self.sql(text, values)).await?.rows_affected())
    }
}
