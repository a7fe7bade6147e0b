//! A directory of its own for one test, with a clock that the test moves.

use std::sync::Arc;

use access_panel::{
    directory::{
        Deployment, Directory,
        chance::SystemRandom,
        clock::TestClock,
        entities::{roles, users},
        invitations::{Ask, Invited, Terms},
        vault::Vault,
    },
    model::{
        Address, Caller,
        provider::{MembersRule, Provider},
        state::ProviderKind,
    },
};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::engine::{Engine, Fresh};

/// The organization that [`World::on`] imports.
pub const ORGANIZATION: &str = include_str!("organization.toml");
/// Where people reach the panel.
pub const PUBLIC_URL: &str = "https://panel.woodgrove.example";
/// How many connections a directory of a test has.
const CONNECTIONS: u32 = 8;

/// When every test begins.
pub fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).expect("a moment in November 2026")
}

/// One test's deployment.
pub struct World {
    pub directory: Directory,
    pub clock: Arc<TestClock>,
    /// Beside the directory, for looking at rows and for what no operation can do yet.
    pub db: DatabaseConnection,
    pub database: Fresh,
}

impl World {
    /// A fresh deployment with the small organization of `organization.toml`. `None` if the engine is not wanted.
    pub async fn on(engine: Engine) -> Option<Self> {
        let world = Self::empty_on(engine).await?;
        world.import(ORGANIZATION).await;
        Some(world)
    }

    /// A fresh deployment with tables and nothing in them.
    pub async fn empty_on(engine: Engine) -> Option<Self> {
        let world = Self::bare_on(engine).await?;
        world.directory.migrate().await.expect("migrations run");
        Some(world)
    }

    /// A fresh deployment without tables.
    pub async fn bare_on(engine: Engine) -> Option<Self> {
        let database = Fresh::on(engine).await?;
        let clock = Arc::new(TestClock::at(beginning()));
        let directory = Directory::open(&database.url, CONNECTIONS, deployment(clock.clone()))
            .await
            .unwrap_or_else(|error| panic!("opening {}: {error}", database.url));
        let db = database.connect().await;
        Some(Self { directory, clock, db, database })
    }

    /// Closes and removes everything. A test that failed leaves its PostgreSQL database for a look.
    pub async fn finish(self) {
        self.directory.close().await;
        self.db.close().await.expect("closing the test's own connection");
        self.database.drop_database().await;
    }

    /// The same database, opened once more, as another process would: nothing is shared but the clock and the key.
    pub async fn once_more(&self) -> Directory {
        self.opened_with(deployment(self.clock.clone())).await
    }

    /// The same database under another configuration.
    pub async fn opened_with(&self, deployment: Deployment) -> Directory {
        Directory::open(&self.database.url, CONNECTIONS, deployment).await.expect("the database opens once more")
    }

    pub fn engine(&self) -> Engine {
        self.database.engine
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Imports a text that must be right.
    pub async fn import(&self, text: &str) -> Vec<String> {
        let done = self.directory.import(text, false).await.unwrap_or_else(|error| panic!("{error}\n{text}"));
        done.changes.iter().map(ToString::to_string).collect()
    }

    /// Sets Graph's `allowInvitesFrom`.
    pub async fn set_policy(&self, policy: &str) {
        self.import(&format!("[invitations]\npolicy = \"{policy}\"\n")).await;
    }

    pub async fn group(&self, key: &str) -> Uuid {
        self.directory.group_by_key(key).await.expect("groups are read").unwrap_or_else(|| panic!("no group {key}"))
    }

    pub async fn app(&self, key: &str) -> Uuid {
        self.directory.app_by_key(key).await.expect("apps are read").unwrap_or_else(|| panic!("no app {key}"))
    }

    /// The live user with an address; `john.doe` is short for `john.doe@woodgrove.example`.
    pub async fn find_user(&self, address: &str) -> Option<users::Model> {
        let address = if address.contains('@') { address.to_owned() } else { format!("{address}@woodgrove.example") };
        let address = Address::parse(&address).unwrap_or_else(|code| panic!("{address}: {code}"));
        users::Entity::find()
            .filter(users::Column::AddressNorm.eq(address.normalized()))
            .filter(users::Column::DeletedAt.is_null())
            .one(&self.db)
            .await
            .expect("users are read")
    }

    /// The live user with an address, who must exist.
    pub async fn user(&self, address: &str) -> users::Model {
        self.find_user(address).await.unwrap_or_else(|| panic!("nobody has the address {address}"))
    }

    /// Someone as a caller, with the roles they hold now.
    pub async fn caller(&self, address: &str) -> Caller {
        let user = self.user(address).await;
        let roles = roles::Entity::find()
            .filter(roles::Column::UserId.eq(user.id))
            .all(&self.db)
            .await
            .expect("roles are read")
            .into_iter()
            .map(|row| row.role.parse().unwrap_or_else(|error| panic!("{}: {error}", row.role)))
            .collect();
        Caller {
            user_id: user.id,
            user_type: user.user_type,
            name: user.display_name,
            address: user.address,
            roles,
            request_id: Some(format!("request-of-{}", user.id)),
        }
    }

    /// Invites, and must succeed.
    pub async fn invite(&self, inviter: &str, group: &str, address: &str) -> Invited {
        let caller = self.caller(inviter).await;
        let ask = self.ask(group, address).await;
        self.directory
            .invite(&caller, &ask)
            .await
            .unwrap_or_else(|error| panic!("{inviter} invites {address} to {group}: {error}"))
    }

    pub async fn ask(&self, group: &str, address: &str) -> Ask {
        let terms = Terms { message: "Welcome aboard.".to_owned(), ..Default::default() };
        Ask { groups: vec![self.group(group).await], address: address.to_owned(), terms, ..Default::default() }
    }
}

/// What a test's deployment is made of.
pub fn deployment(clock: Arc<TestClock>) -> Deployment {
    Deployment {
        clock,
        random: Arc::new(SystemRandom),
        vault: Vault::new([7; 32]),
        public_url: PUBLIC_URL.to_owned(),
        members: Some(members_provider()),
        members_rule: MembersRule::OwnDomain,
    }
}

/// The organization's own provider.
pub fn members_provider() -> Provider {
    Provider {
        key: "members".to_owned(),
        name: "WoodGrove".to_owned(),
        kind: ProviderKind::Members,
        issuer: "https://id.woodgrove.example".to_owned(),
        client_id: "panel".to_owned(),
        client_secret: Some("membersClientSecret".to_owned()),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
        domains: Vec::new(),
        assume_verified: false,
        trust_acr: true,
    }
}
