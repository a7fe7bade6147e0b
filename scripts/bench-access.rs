//! Measures what apps ask on every request: decisions of the gate, and tokens for codes, each second, against a bare answer
//! of the same HTTP server in the same run; in a directory of a thousand people and in one of a million, on SQLite and,
//! where `ACCESS_PANEL_TEST_POSTGRES` names a server, on PostgreSQL.
//!
//!     scripts/postgres.sh cargo run --release --example bench-access
//!     USERS=10000 cargo run --release --example bench-access
//!
//! The server is a process of its own, so that its processor time can be told from that of those who ask: *per core* is
//! answers for each second of it. Numbers of one machine on one day: compare them with each other.

#[path = "bench-access/asking.rs"]
mod asking;
#[path = "bench-scale/grow.rs"]
#[expect(dead_code, reason = "another bench asks for more of it")]
mod grow;
#[path = "bench-access/people.rs"]
mod people;

use std::{net::SocketAddr, process::Stdio, sync::Arc};

use access_panel::{
    directory::{Deployment, Directory, chance::SystemRandom, clock::SystemClock, vault::Vault},
    model::provider::MembersRule,
    server::{
        health::Metrics,
        host::PublicUrl,
        router::{self, Parts},
        run,
    },
    sign_in::oidc::Oidc,
};
use anyhow::Context as _;
use axum::{Router, routing::get};
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use asking::{Asked, ask};

const SMALL: u32 = 1000;
const LARGE: u32 = 1_000_000;
pub const PUBLIC_URL: &str = "https://panel.woodgrove.example";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.next().as_deref() {
        Some("serve") => runtime.block_on(serve(&arguments.next().context("which database?")?)),
        _ => runtime.block_on(compare()),
    }
}

async fn compare() -> anyhow::Result<()> {
    let users: u32 = std::env::var("USERS").map_or(Ok(LARGE), |users| users.parse()).context("USERS")?;
    anyhow::ensure!(users > SMALL && users.is_multiple_of(SMALL), "USERS is a multiple of {SMALL}, and more");
    let folder = tempfile::tempdir()?;
    for users in [SMALL, users] {
        measure("SQLite", &format!("sqlite://{}", folder.path().join(format!("{users}.db")).display()), users).await?;
    }
    match std::env::var("ACCESS_PANEL_TEST_POSTGRES") {
        Ok(server) => {
            for users in [SMALL, users] {
                measure("PostgreSQL", &database(&server, &format!("panel_access_{users}")).await?, users).await?;
            }
        }
        Err(_) => println!("PostgreSQL: not measured; run it within scripts/postgres.sh"),
    }
    Ok(())
}

/// A new, empty database on a server.
async fn database(server: &str, name: &str) -> anyhow::Result<String> {
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    let admin = Database::connect(options).await?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0")).await?;
    admin.close().await?;
    let mut url = url::Url::parse(server)?;
    url.set_path(name);
    Ok(url.into())
}

async fn measure(engine: &str, url: &str, users: u32) -> anyhow::Result<()> {
    let directory = open(url).await?;
    directory.migrate().await?;
    directory.import("[organization]\nname = \"WoodGrove\"\ndomains = [\"woodgrove.example\"]\n", false).await?;
    grow::grow(url, users).await?;
    let people = people::sign_in(&directory, url, users).await?;
    directory.close().await;

    let mut server = Server::start(url).await?;
    println!("{engine}, {users} people:");
    println!("  {:<28} {:>9} {:>9} {:>8} {:>8} {:>8}", "", "a second", "per core", "p50 ms", "p99 ms", "of bare");
    let bare = server.asked(server.bare, vec![asking::bare()], 20_000).await?;
    bare.print("a bare answer", &bare);
    let decisions = server.asked(server.panel, people.decisions.clone(), 60_000).await?;
    decisions.print("decisions of the gate", &bare);
    let tokens = server.asked(server.panel, people.codes.clone(), people.codes.len()).await?;
    tokens.print("tokens for codes", &bare);
    server.child.kill().await?;
    Ok(())
}

/// The panel in a process of its own.
struct Server {
    child: Child,
    panel: SocketAddr,
    bare: SocketAddr,
}

impl Server {
    async fn start(url: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", url])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting the server")?;
        let mut lines = BufReader::new(child.stdout.take().context("its words")?).lines();
        let mut next = async || anyhow::Ok(lines.next_line().await?.context("the server did not start")?.parse()?);
        let (panel, bare) = (next().await?, next().await?);
        Ok(Self { child, panel, bare })
    }

    /// Asks the same questions, in turns, until so many were answered.
    async fn asked(&mut self, at: SocketAddr, questions: Vec<asking::Question>, times: usize) -> anyhow::Result<Asked> {
        let process = self.child.id().context("the server has ended")?;
        // The first ones fill caches; codes are good only once.
        if times > questions.len() {
            ask(at, questions.clone(), 2000, process).await?;
        }
        ask(at, questions, times, process).await
    }
}

async fn open(url: &str) -> anyhow::Result<Directory> {
    let deployment = Deployment {
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        vault: Vault::new([7; 32]),
        public_url: PUBLIC_URL.to_owned(),
        members: None,
        members_rule: MembersRule::OwnDomain,
    };
    Ok(Directory::open(url, 8, deployment).await?)
}

async fn serve(url: &str) -> anyhow::Result<()> {
    let directory = open(url).await?;
    let state = run::state(directory.clone(), Arc::new(Oidc::new()?), false)?;
    let parts = Parts {
        public_url: PublicUrl::parse(PUBLIC_URL).map_err(anyhow::Error::msg)?,
        trusted_proxies: Vec::new(),
        loopback_issuers: Vec::new(),
        metrics: Metrics { handle: run::install_metrics()?, token: None, open: false, directory },
        more: Router::new(),
    };
    let panel = router::build(state, parts)?;
    let bare = Router::new().route("/", get(|| async { "ok" }));
    let (one, other) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    println!("{}\n{}", one.local_addr()?, other.local_addr()?);
    let bare = tokio::spawn(async move { axum::serve(other, bare).await });
    axum::serve(one, panel.into_make_service_with_connect_info::<SocketAddr>()).await?;
    bare.await??;
    Ok(())
}
