//! Measures pages at scale: what a page asks the directory for, in a directory of a thousand people and in one of a
//! million, in turns, on SQLite and, where `ACCESS_PANEL_TEST_POSTGRES` names a server, on PostgreSQL.
//!
//!     scripts/postgres.sh cargo run --release --example bench-scale
//!     USERS=10000 cargo run --release --example bench-scale
//!
//! A page that is as quick in both has a ratio of 1. Numbers of one machine on one day: compare them with each other.

#[path = "bench-scale/grow.rs"]
mod grow;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use access_panel::{
    directory::{
        Deployment, Directory, Error, catalogue::CatalogueQuery, chance::SystemRandom, clock::SystemClock,
        guests::GuestQuery, panel::PanelQuery, requests::InboxQuery, rules::NewDynamicGroup, vault::Vault,
    },
    model::{
        Caller,
        provider::MembersRule,
        state::{GuestFilter, GuestSort, Role, UserType},
    },
};
use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};

use grow::{Kind, id};

const SMALL: u32 = 1000;
const LARGE: u32 = 1_000_000;
/// What a page may take longer for a thousand times as many people.
const GOAL: f64 = 1.2;
/// How often, and how long at the most, each page is asked for in each size.
const ROUNDS: usize = 41;
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let users: u32 = std::env::var("USERS").map_or(Ok(LARGE), |users| users.parse()).context("USERS")?;
    anyhow::ensure!(users >= SMALL && users.is_multiple_of(SMALL), "USERS is a multiple of {SMALL}");
    let folder = tempfile::tempdir()?;
    let file = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    compare("SQLite", &file("small.db"), &file("large.db"), users).await?;
    match std::env::var("ACCESS_PANEL_TEST_POSTGRES") {
        Ok(server) => {
            let (small, large) =
                (database(&server, "panel_scale_small").await?, database(&server, "panel_scale_large").await?);
            compare("PostgreSQL", &small, &large, users).await?;
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

async fn compare(engine: &str, small: &str, large: &str, users: u32) -> anyhow::Result<()> {
    let began = Instant::now();
    let (small, large) = (Scene::set(small, SMALL).await?, Scene::set(large, users).await?);
    println!("{engine}: {users} people, made in {:.0} s. Medians in ms:", began.elapsed().as_secs_f64());
    println!("  {:<34} {:>10} {:>10} {:>7}", "", SMALL, users, "ratio");
    for (name, page) in pages() {
        let mut took = [Vec::new(), Vec::new()];
        let began = Instant::now();
        for round in 0..ROUNDS {
            for (scene, took) in [&small, &large].into_iter().zip(&mut took) {
                let began = Instant::now();
                page(scene).await.with_context(|| name.to_owned())?;
                // The first ones fill caches.
                if round >= 3 {
                    took.push(began.elapsed().as_secs_f64() * 1000.0);
                }
            }
            if round > 5 && began.elapsed() > PATIENCE {
                break;
            }
        }
        let [small, large] = took.map(|mut took| {
            took.sort_by(f64::total_cmp);
            took[took.len() / 2]
        });
        let ratio = large / small;
        println!("  {name:<34} {small:>10.2} {large:>10.2} {ratio:>7.2}{}", if ratio > GOAL { "  !" } else { "" });
    }
    for (scene, people) in [(&small, SMALL), (&large, users)] {
        let began = Instant::now();
        let new = NewDynamicGroup {
            name: "By rule".to_owned(),
            purpose: String::new(),
            rule: "user.department -eq \"Department 7\"".to_owned(),
        };
        scene.directory.create_dynamic_group(&scene.ada, &new).await?;
        let changed = scene.directory.recalculate_rules(1000).await?;
        let took = began.elapsed().as_secs_f64();
        println!("  a new rule: {people} people looked at, {changed} put into the group, in {took:.1} s");
    }
    small.directory.close().await;
    large.directory.close().await;
    Ok(())
}

/// A directory, and those who look at it.
struct Scene {
    directory: Directory,
    users: u32,
    /// Owns five groups and an app, is in five groups, has invited fifty guests.
    john: Caller,
    /// A guest in five groups.
    sam: Caller,
    ada: Caller,
}

impl Scene {
    async fn set(url: &str, users: u32) -> anyhow::Result<Self> {
        let deployment = Deployment {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            vault: Vault::new([7; 32]),
            public_url: "https://panel.woodgrove.example".to_owned(),
            members: None,
            members_rule: MembersRule::OwnDomain,
        };
        let directory = Directory::open(url, 4, deployment).await?;
        directory.migrate().await?;
        directory.import("[organization]\nname = \"WoodGrove\"\ndomains = [\"woodgrove.example\"]\n", false).await?;
        grow::grow(url, users).await?;
        let caller = |n: u32, roles: Vec<Role>| Caller {
            user_id: id(Kind::User, n),
            user_type: if n.is_multiple_of(5) { UserType::Guest } else { UserType::Member },
            name: grow::name(n),
            address: grow::address(n),
            roles,
            request_id: None,
        };
        let (john, sam, ada) = (caller(1, vec![]), caller(5, vec![]), caller(2, vec![Role::Administrator]));
        Ok(Self { directory, users, john, sam, ada })
    }
}

type Asking<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;
type Ask = for<'a> fn(&'a Scene) -> Asking<'a>;
type Page = (&'static str, Ask);

/// Each page: its name, and what it asks for.
macro_rules! pages {
    ($($name:literal: |$s:ident, $d:ident| $ask:expr;)+) => {
        vec![$(($name, {
            fn page($s: &Scene) -> Asking<'_> {
                Box::pin(async move {
                    let $d = &$s.directory;
                    $ask.await?;
                    Ok(())
                })
            }
            page as Ask
        })),+]
    };
}

fn pages() -> Vec<Page> {
    pages! {
        "my apps": |s, d| d.my_apps(&s.john);
        "my apps, a guest's": |s, d| d.my_apps(&s.sam);
        "the panel": |s, d| d.panel(&s.john, &PanelQuery::default());
        "the panel, searched": |s, d| search_panel(d, &s.john);
        "my collections": |s, d| d.my_collections(&s.john);
        "the numbers beside the bell": |s, d| d.badges(&s.john);
        "my groups": |s, d| d.my_groups(&s.john, None);
        "a group": |s, d| d.group_page(&s.john, id(Kind::Group, 0), "", None);
        "a group, searched": |s, d| d.group_page(&s.john, id(Kind::Group, 0), "ka", None);
        "the group of everybody": |s, d| d.group_page(&s.ada, id(Kind::Group, s.users / 10), "", None);
        "the settings of a group": |s, d| d.group_settings(&s.john, id(Kind::Group, 0));
        "the history of a group": |s, d| d.group_history(&s.john, id(Kind::Group, 0), None);
        "a member of a group": |s, d| d.membership(&s.john, id(Kind::Group, 0), id(Kind::User, 2));
        "deleted groups": |s, d| d.deleted_groups(&s.john, None);
        "removing a member, asked": |s, d| d.removal(&s.john, id(Kind::Group, 0), id(Kind::User, 1));
        "may this app be opened": |s, d| d.may_open(&s.john, id(Kind::App, 0));
        "an app is opened": |s, d| d.launch(&s.john, id(Kind::App, 0));
        "apps I manage": |s, d| d.managed_apps(&s.john, "", None);
        "an app": |s, d| d.app_page(&s.john, id(Kind::App, 0));
        "who has an app": |s, d| d.app_people(&s.john, id(Kind::App, 0), "", None, None);
        "who has an app, searched": |s, d| d.app_people(&s.john, id(Kind::App, 0), "ka", None, None);
        "the history of an app": |s, d| d.app_history(&s.john, id(Kind::App, 0), None);
        "the catalogue": |s, d| d.catalogue(&s.john, &CatalogueQuery::default());
        "the catalogue, searched": |s, d| search_catalogue(d, &s.john);
        "requests that wait for me": |s, d| d.inbox(&s.john, &InboxQuery::default());
        "requests that were decided": |s, d| d.inbox(&s.john, &InboxQuery { decided: true, ..Default::default() });
        "everybody's requests": |s, d| d.inbox(&s.ada, &InboxQuery { everyone: true, ..Default::default() });
        "my requests": |s, d| d.my_requests(&s.john, None);
        "a request": |s, d| d.request_page(&s.john, id(Kind::Request, 0));
        "my notices": |s, d| d.my_notices(&s.john, None);
        "people, by a whole name": |s, d| d.find_people(&s.john, "lokaka");
        "people, by two letters": |s, d| d.find_people(&s.john, "lo");
        "people, by two words": |s, d| d.find_people(&s.john, "lo ka");
        "people, a guest's": |s, d| d.find_people(&s.sam, "lo");
        "a person, by address": |s, d| d.person_chosen(&s.john, &s.ada.address);
        "my guests": |s, d| guests(d, &s.john, false, GuestSort::Newest);
        "my guests, by name": |s, d| guests(d, &s.john, false, GuestSort::Name);
        "everybody's guests": |s, d| guests(d, &s.ada, true, GuestSort::Newest);
        "everybody's guests, by name": |s, d| guests(d, &s.ada, true, GuestSort::Name);
        "a guest": |s, d| d.guest_page(&s.john, id(Kind::User, s.users / 50));
        "whom to invite where": |s, d| d.invite_targets(&s.john);
        "invitations that wait for me": |s, d| d.waiting_invitations(&s.sam);
        "the log of a group": |s, d| d.audit_log(&s.ada, Some(id(Kind::Group, 0)), 50);
        "the whole log": |s, d| d.audit_log(&s.ada, None, 50);
        "the rule of a group": |s, d| d.rule_page(&s.ada, id(Kind::Group, 0));
    }
}

async fn search_panel(d: &Directory, caller: &Caller) -> Result<(), Error> {
    d.panel(caller, &PanelQuery { search: "lo".to_owned(), ..Default::default() }).await.map(drop)
}

async fn search_catalogue(d: &Directory, caller: &Caller) -> Result<(), Error> {
    d.catalogue(caller, &CatalogueQuery { search: "lo ka".to_owned(), ..Default::default() }).await.map(drop)
}

async fn guests(d: &Directory, caller: &Caller, everyone: bool, sort: GuestSort) -> Result<(), Error> {
    let query = GuestQuery { filter: GuestFilter::Current, sort, everyone, ..Default::default() };
    d.guests(caller, &query).await.map(drop)
}
