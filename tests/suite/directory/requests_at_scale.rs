//! The catalogue, inboxes and notices where there are twenty thousand of each: read by indexes, every row once.

use std::sync::{Arc, Mutex};

use access_panel::directory::{Directory, catalogue::CatalogueQuery, requests::InboxQuery};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::{Engine, World};

const MANY: i64 = 20_000;
/// Of how many of them John is an owner.
const OWNED: i64 = 200;

/// So many listed groups, a tenth as many apps that can be asked for, a request of Lena's for each group, and as many
/// notices of John's.
async fn grow(world: &World) {
    let id = match world.engine() {
        Engine::Sqlite => "randomblob(16)",
        Engine::Postgres => "gen_random_uuid()",
    };
    let numbers = |count: i64| {
        format!("WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})")
    };
    let run = async |text: String| {
        world.db.execute_unprepared(&text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    };
    let (lena, john) = (
        "(SELECT id FROM users WHERE address_norm = 'lena.lee@woodgrove.example')",
        "(SELECT id FROM users WHERE address_norm = 'john.doe@woodgrove.example')",
    );
    // The moments of rows that are there, so that both engines write them in their own way.
    let now = format!("(SELECT created_at FROM users WHERE id = {lena})");
    world.change("UPDATE users SET created_at = $1", [world.directory.now().into()]).await;
    // The import file made sure of this row: the others are like it.
    let later = world.directory.now() + chrono::Duration::days(10);
    world.change("UPDATE users SET last_sign_in_at = $1", [later.into()]).await;
    let expires = format!("(SELECT last_sign_in_at FROM users WHERE id = {lena})");
    run(format!(
        "INSERT INTO groups (id, key, name, name_folded, purpose, kind, join_policy, listed, accepts_guests,
             members_may_invite, guests_see_members, created_at, other_address)
         {} SELECT {id}, 'scale' || n, 'Group ' || (100000 + n) || ' team', 'group ' || (100000 + n) || ' team', '', 'assigned',
                'on request', (1 = 1), (n % 100 = 0), (1 = 0), (1 = 0), {now}, (1 = 0) FROM numbers",
        numbers(MANY)
    ))
    .await;
    run(format!(
        "INSERT INTO apps (id, key, name, name_folded, description, url, enabled, accepts_guests, requestable, created_at)
         {} SELECT {id}, 'scale' || n, 'App ' || (100000 + n), 'app ' || (100000 + n), '', 'https://a.example', (1 = 1), (1 = 0),
                (1 = 1), {now} FROM numbers",
        numbers(MANY / 10)
    ))
    .await;
    run(format!(
        "INSERT INTO group_owners (group_id, user_id, granted_at)
         SELECT id, {john}, {now} FROM groups WHERE key LIKE 'scale%' AND CAST(substr(key, 6) AS integer) <= {OWNED}"
    ))
    .await;
    run(format!(
        "INSERT INTO requests (id, user_id, group_id, reason, state, state_at, created_at, expires_at, answer)
         SELECT {id}, {lena}, id, 'Please.', 'pending', {now}, {now}, {expires}, '' FROM groups WHERE key LIKE 'scale%'"
    ))
    .await;
    run(format!(
        "INSERT INTO notices (id, user_id, kind, group_id, request_id, created_at)
         SELECT {id}, {john}, 'request.made', group_id, id, {now} FROM requests"
    ))
    .await;
    run("ANALYZE".to_owned()).await;
    if world.engine() == Engine::Postgres {
        // What is read from end to end all the same has no index.
        run("SET enable_seqscan = off".to_owned()).await;
    }
}

/// The statements that operations send.
struct Watch(Arc<Mutex<Vec<Statement>>>);

impl Watch {
    fn on(directory: &Directory) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let keep = seen.clone();
        directory.watch_statements(move |statement| keep.lock().unwrap().push(statement.clone()));
        Self(seen)
    }

    fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Steps of a plan that read a large table from end to end.
async fn slow_steps(world: &World, statement: &Statement) -> Vec<String> {
    let how = if world.engine() == Engine::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let mut explain = statement.clone();
    explain.sql = format!("{how} {}", statement.sql);
    let rows = world.db.query_all_raw(explain).await.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
    let at = if world.engine() == Engine::Sqlite { 3 } else { 0 };
    let steps = rows.iter().map(|row| row.try_get_by_index::<String>(at).unwrap());
    let large = ["groups", "apps", "requests", "notices"];
    let short = |table: &str| large.iter().any(|one| one == &table);
    steps
        .filter(|step| {
            let text = step.trim_start().trim_start_matches("->").trim_start();
            match world.engine() {
                // Aliases of tables are one letter; what is read of a part that was cut to a size is not one of them.
                Engine::Sqlite => {
                    let table = text.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
                    table.is_some_and(|table| short(table) || ["g", "a", "r", "n", "q"].contains(&table))
                        && !text.contains("USING")
                }
                Engine::Postgres => {
                    text.strip_prefix("Seq Scan on ").and_then(|rest| rest.split(' ').next()).is_some_and(short)
                }
            }
        })
        .collect()
}

async fn at_scale(engine: Engine) {
    let Some(world) = World::on(engine).await else { return };
    world.guest_in("timber", "stranger@fabrikam.example").await;
    grow(&world).await;
    let d = &world.directory;
    let (lena, john, ada) =
        (world.caller("lena.lee").await, world.caller("john.doe").await, world.caller("ada.admin").await);
    let guest = world.caller("stranger@fabrikam.example").await;
    let watch = Watch::on(d);
    let search = |search: &str| CatalogueQuery { search: search.to_owned(), ..Default::default() };
    for (caller, query) in [
        (&lena, CatalogueQuery::default()),
        (&lena, search("group 1001")),
        (&lena, search("team")),
        (&guest, CatalogueQuery::default()),
        (&guest, search("group")),
    ] {
        let page = d.catalogue(caller, &query).await.expect("a page");
        d.catalogue(caller, &CatalogueQuery { after: page.next, ..query }).await.expect("the next page");
    }
    for (caller, everyone) in [(&john, false), (&ada, false), (&ada, true)] {
        for decided in [false, true] {
            let everyone = everyone && !decided;
            let page = d.inbox(caller, &InboxQuery { decided, everyone, after: None }).await.expect("a page");
            d.inbox(caller, &InboxQuery { decided, everyone, after: page.next }).await.expect("the next page");
        }
    }
    for caller in [&lena, &john, &ada] {
        d.badges(caller).await.expect("counted");
        let page = d.my_requests(caller, None).await.expect("a page");
        d.my_requests(caller, page.next.as_deref()).await.expect("the next page");
        let page = d.my_notices(caller, None).await.expect("a page");
        d.my_notices(caller, page.next.as_deref()).await.expect("the next page");
    }
    d.expire_requests(10).await.expect("job");
    d.delete_old_notices(10).await.expect("job");
    for statement in watch.take() {
        let slow = slow_steps(&world, &statement).await;
        assert!(slow.is_empty(), "{slow:?}\n{}", statement.sql);
    }

    let badges = d.badges(&john).await.expect("counted");
    assert_eq!((badges.requests, badges.notices), (100, 100), "counted as far as it is shown");
    // Nobody is left out and nobody comes twice, however many pages a search takes.
    for (caller, query, expected) in
        [(&lena, search("team"), MANY), (&lena, search("105001"), 1), (&guest, CatalogueQuery::default(), MANY / 100)]
    {
        let (mut query, mut names, mut pages) = (query, Vec::new(), 0);
        loop {
            let page = d.catalogue(caller, &query).await.expect("a page");
            names.extend(page.rows.into_iter().map(|row| row.thing.name));
            pages += 1;
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let mut unique = names.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((names.len(), unique.len()), (expected as usize, expected as usize), "{} pages", pages);
    }
    let (mut query, mut met) = (InboxQuery::default(), 0);
    loop {
        let page = d.inbox(&john, &query).await.expect("a page");
        met += page.rows.len();
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(met as i64, OWNED);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_on_sqlite() {
    at_scale(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_on_postgres() {
    at_scale(Engine::Postgres).await;
}
