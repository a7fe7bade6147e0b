//! Pages of guests where one inviter has twenty thousand, in a drill a hundred thousand: every row once, by as few
//! statements as ever, and by an index.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use access_panel::{
    directory::{Directory, guests::GuestQuery},
    model::{
        Caller,
        state::{GuestFilter, GuestSort},
    },
};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::support::{Engine, World};

/// As many as make a planner take its indexes seriously.
const MANY: i64 = 20_000;

/// So many guests whom John invited to *Aurora partners*: a third has accepted, a sixth is gone with an expired
/// invitation, the others are invited; of those, one in twenty-five could not be reached. Many have the same name, came at
/// the same moment, expire and were seen at the same moment. Beside them a tenth as many of Omar's.
async fn grow(world: &World, many: i64) {
    let base = world.directory.now().timestamp();
    let (id, at): (&str, fn(&str) -> String) = match world.engine() {
        Engine::Sqlite => {
            ("randomblob(16)", |seconds| format!("strftime('%Y-%m-%dT%H:%M:%S', {seconds}, 'unixepoch') || '+00:00'"))
        }
        Engine::Postgres => ("gen_random_uuid()", |seconds| format!("to_timestamp({seconds})")),
    };
    let john = "(SELECT id FROM users WHERE address_norm = 'john.doe@woodgrove.example')";
    let omar = "(SELECT id FROM users WHERE address_norm = 'omar.owner@woodgrove.example')";
    let aurora = "(SELECT id FROM groups WHERE key = 'aurora')";
    for (prefix, who, group, count) in [("guest", john, Some(aurora), many), ("other", omar, None, many / 10)] {
        let created = at(&format!("{base} - n / 7"));
        let seen = at(&format!("{base} - (n % 1000) * 60"));
        let ended = at(&format!("{base} - n / 11"));
        let expires = at(&format!("{base} + 86400 + (n % 500) * 60"));
        let state = "CASE n % 6 WHEN 0 THEN 'accepted' WHEN 3 THEN 'accepted' WHEN 5 THEN 'expired' ELSE 'pending' END";
        let numbers =
            format!("WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})");
        // Half of them have another sponsor: being invited by somebody is a tie, too.
        let users = format!(
            "INSERT INTO users (id, user_type, display_name, name_folded, address, address_norm, enabled, external_state,
                 creation_type, sponsor_id, bind_once, created_at, created_by, last_sign_in_at, deleted_at)
             {numbers}
             SELECT {id}, 'guest', 'Guest ' || (n % 5000), '{prefix} ' || (n % 5000), '{prefix}' || n || '@fabrikam.example',
                    '{prefix}' || n || '@fabrikam.example', (1 = 1),
                    CASE WHEN n % 3 = 0 THEN 'Accepted' ELSE 'PendingAcceptance' END, 'Invitation',
                    CASE WHEN n % 2 = 0 THEN {who} END, (1 = 0), {created}, {who},
                    CASE WHEN n % 3 = 0 THEN {seen} END, CASE WHEN n % 6 = 5 THEN {ended} END
             FROM numbers"
        );
        world.db.execute_unprepared(&users).await.expect("users");
        // The number of each is in its address.
        let n = format!(
            "CAST(substr(u.address, {}, length(u.address) - {}) AS integer)",
            prefix.len() + 1,
            prefix.len() + 17
        );
        let invitations = format!(
            "INSERT INTO invitations (id, user_id, address, address_norm, inviter_id, message, language, state, state_at,
                 created_at, expires_at, delivery, delivery_error, sent_at)
             SELECT {id}, t.id, t.address, t.address, {who}, '', 'en', {state}, {ended}, t.created_at, {expires},
                    CASE WHEN n % 25 = 1 THEN 'failed' ELSE 'sent' END, CASE WHEN n % 25 = 1 THEN '550 no' END, t.created_at
             FROM (SELECT u.id, u.address, u.created_at, {n} AS n FROM users u WHERE u.address_norm LIKE '{prefix}%') t"
        );
        world.db.execute_unprepared(&invitations).await.expect("invitations");
        let Some(group) = group else { continue };
        let grants = format!(
            "INSERT INTO invitation_grants (id, invitation_id, group_id)
             SELECT {id}, i.id, {group} FROM invitations i WHERE i.address_norm LIKE '{prefix}%'"
        );
        world.db.execute_unprepared(&grants).await.expect("grants");
        let memberships = format!(
            "INSERT INTO memberships (id, group_id, user_id, reason, granted_by, invitation_id, granted_at)
             SELECT {id}, {group}, i.user_id, 'invitation', {who}, i.id, i.created_at
             FROM invitations i WHERE i.address_norm LIKE '{prefix}%' AND i.state <> 'expired'"
        );
        world.db.execute_unprepared(&memberships).await.expect("memberships");
    }
    world.db.execute_unprepared("ANALYZE").await.expect("analyzed");
}

/// Goes through all pages. Says how many guests there were; everyone is met once.
async fn page_through(directory: &Directory, caller: &Caller, query: &GuestQuery) -> usize {
    let mut query = query.clone();
    let mut met: HashSet<Uuid> = HashSet::new();
    let mut pages = 0;
    loop {
        let list = directory.guests(caller, &query).await.expect("a page");
        for row in &list.rows {
            let key =
                row.invitation.as_ref().filter(|_| query.filter == GuestFilter::Ended).map_or(row.user_id, |i| i.id);
            assert!(met.insert(key), "{} is met twice on page {pages} of {query:?}", row.address);
        }
        pages += 1;
        let Some(next) = list.next else { return met.len() };
        assert_eq!(list.rows.len(), 50, "page {pages} of {query:?}");
        query.after = Some(next);
    }
}

async fn count(world: &World, rows: &str) -> usize {
    usize::try_from(world.number(&format!("SELECT COUNT(*) FROM {rows}"), []).await).unwrap()
}

fn queries() -> Vec<GuestQuery> {
    let mut all = Vec::new();
    for filter in GuestFilter::ALL {
        for sort in GuestSort::ALL {
            for search in ["", "nobody at all"] {
                for everyone in [false, true] {
                    let query = GuestQuery {
                        filter: *filter,
                        sort: *sort,
                        search: search.to_owned(),
                        everyone,
                        ..Default::default()
                    };
                    all.push(query);
                }
            }
        }
    }
    all
}

/// The statements that an operation sends, in order.
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

/// How the database runs a statement. Of SQLite's steps only those of the statement itself: what it looks up for a single
/// guest is short.
async fn plan(world: &World, statement: &Statement) -> Vec<String> {
    let how = if world.engine() == Engine::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let mut explain = statement.clone();
    explain.sql = format!("{how} {}", statement.sql);
    let rows = world.db.query_all_raw(explain).await.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
    match world.engine() {
        Engine::Sqlite => {
            let own = rows.iter().filter(|row| row.try_get_by_index::<i64>(1).unwrap() == 0);
            own.map(|row| row.try_get_by_index(3).unwrap()).collect()
        }
        Engine::Postgres => rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect(),
    }
}

/// Steps of a plan that read guests or invitations from end to end, or sort them all. What PostgreSQL sorts for a single
/// guest is short. Where few are found, they may be sorted.
fn slow_steps(engine: Engine, plan: &[String], may_sort: bool) -> Vec<&String> {
    let mut slow = Vec::new();
    let mut within = None;
    for step in plan {
        let text = step.trim_start();
        let depth = step.len() - text.len();
        within = within.filter(|of| depth > *of);
        if text.starts_with("SubPlan") {
            within = Some(depth);
        }
        let text = text.trim_start_matches("->").trim_start();
        let (reads_all, sorts_all) = match engine {
            Engine::Sqlite => {
                (text.starts_with("SCAN ") && !text.contains("USING"), text.ends_with("TEMP B-TREE FOR ORDER BY"))
            }
            Engine::Postgres => (
                ["users", "invitations", "memberships", "invitation_grants"]
                    .iter()
                    .any(|table| text.starts_with(&format!("Seq Scan on {table} "))),
                text.starts_with("Sort  (") && within.is_none(),
            ),
        };
        // PostgreSQL weighs what it reads: for few rows of a small table it may well read all of it.
        let may_read = may_sort && engine == Engine::Postgres;
        if reads_all && !may_read || sorts_all && !may_sort {
            slow.push(step);
        }
    }
    slow
}

/// John, who invited all of them, and an administrator.
struct Readers {
    john: Caller,
    ada: Caller,
    aurora: Uuid,
}

impl Readers {
    fn of(&self, query: &GuestQuery) -> &Caller {
        if query.everyone { &self.ada } else { &self.john }
    }
}

/// How many statements each page takes.
async fn costs(directory: &Directory, readers: &Readers, watch: &Watch) -> Vec<usize> {
    let mut costs = Vec::new();
    for query in queries() {
        watch.take();
        directory.guests(readers.of(&query), &query).await.expect("a page");
        costs.push(watch.take().len());
    }
    costs
}

/// Looks at how the first and the second page are read, where nobody searches.
async fn pages_use_indexes(world: &World, readers: &Readers, watch: &Watch) {
    let d = &world.directory;
    let mut asked: Vec<GuestQuery> = queries().into_iter().filter(|query| query.search.is_empty()).collect();
    for sort in GuestSort::ALL {
        asked.push(GuestQuery { within: Some(readers.aurora), sort: *sort, ..Default::default() });
    }
    // Whoever has accepted has no invitation that could expire: nothing is read, and a plan says nothing.
    asked.retain(|query| (query.filter, query.sort) != (GuestFilter::Accepted, GuestSort::Expiry));
    for query in asked {
        watch.take();
        let after = d.guests(readers.of(&query), &query).await.expect("a page").next;
        let second = GuestQuery { after, ..query.clone() };
        d.guests(readers.of(&query), &second).await.expect("a page");
        for statement in watch.take() {
            let lists = ["FROM users u", "FROM invitations i", "JOIN users u"];
            if lists.iter().any(|list| statement.sql.contains(list)) {
                let plan = plan(world, &statement).await;
                // Those whose mail did not arrive are found by an index of their own, and few.
                let few = query.filter == GuestFilter::Undelivered;
                let slow = slow_steps(world.engine(), &plan, few);
                assert!(slow.is_empty(), "{query:?}: {slow:?}\n{}\n{}", statement.sql, plan.join("\n"));
            }
        }
    }
}

/// Every row once, whatever the order.
async fn pages_hold_everybody(world: &World, readers: &Readers) {
    let live = "users WHERE user_type = 'guest' AND deleted_at IS NULL";
    let johns = format!("{live} AND address_norm LIKE 'guest%'");
    let failed = "invitations WHERE address_norm LIKE 'guest%' AND state = 'pending' AND delivery = 'failed'";
    let undelivered = |sort: GuestSort| GuestQuery { filter: GuestFilter::Undelivered, sort, ..Default::default() };
    for (query, expected) in [
        (GuestQuery::default(), johns.clone()),
        (undelivered(GuestSort::Newest), failed.to_owned()),
        (undelivered(GuestSort::Name), failed.to_owned()),
        (undelivered(GuestSort::Expiry), failed.to_owned()),
        (
            GuestQuery { sort: GuestSort::Seen, everyone: true, search: "guest 1".to_owned(), ..Default::default() },
            format!("{johns} AND last_sign_in_at IS NOT NULL AND name_folded LIKE 'guest 1%'"),
        ),
        (
            GuestQuery { sort: GuestSort::Name, search: "guest 49".to_owned(), ..Default::default() },
            format!("{johns} AND name_folded LIKE 'guest 49%'"),
        ),
        (
            GuestQuery { filter: GuestFilter::Ended, everyone: true, ..Default::default() },
            "invitations WHERE state = 'expired'".to_owned(),
        ),
        (
            GuestQuery { within: Some(readers.aurora), search: "guest 7".to_owned(), ..Default::default() },
            format!("{johns} AND name_folded LIKE 'guest 7%'"),
        ),
    ] {
        let met = page_through(&world.directory, readers.of(&query), &query).await;
        assert_eq!(met, count(world, &expected).await, "{query:?}");
    }
}

async fn at_scale(engine: Engine, many: i64) {
    let Some(world) = World::on(engine).await else { return };
    let aurora = world.group("aurora").await;
    let readers = Readers { john: world.caller("john.doe").await, ada: world.caller("ada.admin").await, aurora };
    let watch = Watch::on(&world.directory);
    // More than a page, in either case.
    grow(&world, 1200).await;
    let few = costs(&world.directory, &readers, &watch).await;
    for table in [
        "memberships WHERE invitation_id IS NOT NULL",
        "invitation_grants",
        "invitations",
        "users WHERE user_type = 'guest'",
    ] {
        world.db.execute_unprepared(&format!("DELETE FROM {table}")).await.expect("emptied");
    }
    grow(&world, many).await;
    let costs = costs(&world.directory, &readers, &watch).await;
    assert_eq!(costs, few, "as many statements as with few guests");
    assert!(costs.iter().all(|count| (1..=12).contains(count)), "{costs:?}");
    pages_use_indexes(&world, &readers, &watch).await;
    pages_hold_everybody(&world, &readers).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_guests_on_sqlite() {
    at_scale(Engine::Sqlite, MANY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_guests_on_postgres() {
    at_scale(Engine::Postgres, MANY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "drill: a hundred thousand guests"]
async fn drill_guests_at_scale_on_sqlite() {
    at_scale(Engine::Sqlite, 100_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "drill: a hundred thousand guests"]
async fn drill_guests_at_scale_on_postgres() {
    at_scale(Engine::Postgres, 100_000).await;
}
