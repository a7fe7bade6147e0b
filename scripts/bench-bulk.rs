//! Measures inviting by file: a file of many rows is uploaded, checked and run, against the same number of bare rows that
//! are inserted in transactions of the same size into the same kind of database, in the same run.
//!
//!     cargo run --release --example bench-bulk [ROWS]
//!
//! On SQLite in a temporary folder, or on the database that ACCESS_PANEL_BENCH_DATABASE names (an empty one). Numbers of
//! one machine on one day: compare them with each other, not with a promise.

use std::{sync::Arc, time::Instant};

use access_panel::{
    directory::{Deployment, Directory, bulk::Turn, chance::SystemRandom, clock::SystemClock, vault::Vault},
    model::{
        Address, Caller,
        bulk::{
            BulkOptions, BulkState,
            view::{BulkAction, BulkFilter},
        },
        provider::MembersRule,
        state::{Role, UserType},
    },
};
use anyhow::Context as _;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

/// How many rows one transaction has, as in the server.
const CHUNK: u64 = 50;
const ORGANIZATION: &str = r#"
[organization]
name = "WoodGrove"
domains = ["woodgrove.example"]

[[people]]
address = "ada.admin@woodgrove.example"
name = "Ada Admin"
roles = ["administrator"]

[[groups]]
key = "aurora"
name = "Aurora partners"
accepts_guests = true
owners = ["ada.admin@woodgrove.example"]

[[apps]]
key = "review"
name = "Design review"
url = "https://apps.example/review"
groups = ["aurora"]
"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let rows: u64 = std::env::args().nth(1).map_or(Ok(100_000), |rows| rows.parse()).context("ROWS")?;
    let folder = tempfile::tempdir()?;
    let url = std::env::var("ACCESS_PANEL_BENCH_DATABASE")
        .unwrap_or_else(|_| format!("sqlite://{}", folder.path().join("panel.db").display()));
    let deployment = Deployment {
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        vault: Vault::new([7; 32]),
        public_url: "https://panel.woodgrove.example".to_owned(),
        members: None,
        members_rule: MembersRule::OwnDomain,
    };
    let directory = Directory::open(&url, 8, deployment).await?;
    directory.migrate().await?;
    directory.import(ORGANIZATION, false).await?;
    let address = Address::parse("ada.admin@woodgrove.example").map_err(|code| anyhow::anyhow!("{code}"))?;
    let (user_id, name) = directory.member_by_address(&address).await?.context("the administrator")?;
    let ada = Caller {
        user_id,
        user_type: UserType::Member,
        name,
        address: address.typed().to_owned(),
        roles: vec![Role::Administrator],
        request_id: None,
    };
    let group = directory.group_by_key("aurora").await?.context("the group")?;

    let bare = bare(&url, rows).await?;
    let before = memory("VmRSS");

    let began = Instant::now();
    let mut upload = directory.begin_upload(&ada, "guests.csv").await?;
    upload.push(b"email,name\r\n").await?;
    let mut piece = String::new();
    for at in 0..rows {
        piece += &format!("person{at}@partner{}.example,Person {at}\r\n", at % 97);
        if piece.len() > 32 * 1024 || at + 1 == rows {
            upload.push(piece.as_bytes()).await?;
            piece.clear();
        }
    }
    let options = BulkOptions { groups: vec![group], ..Default::default() };
    let job = upload.finish(&options).await?;
    let uploaded = began.elapsed().as_secs_f64();

    let began = Instant::now();
    while directory.bulk_turn(CHUNK).await? == Turn::Worked {}
    let checked = began.elapsed().as_secs_f64();

    directory.steer_bulk(&ada, job, BulkAction::Start).await?;
    let began = Instant::now();
    let statements = directory.statements();
    while directory.bulk_turn(CHUNK).await? == Turn::Worked {}
    let run = began.elapsed().as_secs_f64();
    let statements = directory.statements() - statements;

    let page = directory.bulk_page(&ada, job, BulkFilter::All, 0).await?;
    anyhow::ensure!(
        page.progress.state == BulkState::Done && u64::from(page.progress.invited) == rows,
        "not everybody was invited: {:?}",
        page.progress
    );
    let rate = |seconds: f64| rows as f64 / seconds;
    println!("{rows} rows on {}, in transactions of {CHUNK}:", url.split(':').next().unwrap_or_default());
    println!("  bare rows inserted  {:>8.1} s {:>9.0} rows a second", bare, rate(bare));
    println!("  uploaded            {uploaded:>8.1} s {:>9.0}", rate(uploaded));
    println!("  checked             {checked:>8.1} s {:>9.0}", rate(checked));
    println!("  invited             {run:>8.1} s {:>9.0}   {:.1} % of bare", rate(run), 100.0 * bare / run);
    println!("  statements a row    {:>8.1}", statements as f64 / rows as f64);
    println!("  memory: {before} MiB before the file came, {} MiB at the most", memory("VmHWM"));
    directory.close().await;
    Ok(())
}

/// Inserts bare rows, and says how long it took.
async fn bare(url: &str, rows: u64) -> anyhow::Result<f64> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    db.execute_unprepared("CREATE TABLE bare (id BIGINT PRIMARY KEY, address TEXT NOT NULL, name TEXT NOT NULL)")
        .await?;
    let began = Instant::now();
    let mut at = 0;
    while at < rows {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = db.begin_with_options(immediate).await?;
        for row in at..rows.min(at + CHUNK) {
            let values = [
                i64::try_from(row)?.into(),
                format!("person{row}@partner.example").into(),
                format!("Person {row}").into(),
            ];
            let sql = "INSERT INTO bare (id, address, name) VALUES ($1, $2, $3)";
            tx.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
        }
        tx.commit().await?;
        at += CHUNK;
    }
    let took = began.elapsed().as_secs_f64();
    db.execute_unprepared("DROP TABLE bare").await?;
    db.close().await?;
    Ok(took)
}

/// A line of /proc/self/status, in MiB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(':')?.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok()).unwrap_or_default() / 1024
}
