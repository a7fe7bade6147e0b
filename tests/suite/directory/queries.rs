//! What pages cost: as many queries with 300 rows as with 3, and an index for each.

use access_panel::{
    directory::{Directory, catalogue::CatalogueQuery, panel::PanelQuery, requests::InboxQuery},
    model::{Caller, sign_ins::SignInFilter},
};
use chrono::Duration;
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

use super::sessions::open;
use crate::support::{Engine, World, on_both_engines};

/// Lena in so many groups, each with an app of its own, and *Crowd* with so many people.
async fn grow(world: &World, rows: usize) {
    let mut text = String::new();
    let mut crowd = Vec::new();
    for number in 0..rows {
        text += &format!("[[people]]\naddress = \"p{number}@woodgrove.example\"\nname = \"Person {number}\"\n");
        text += &format!(
            "[[groups]]\nkey = \"g{number}\"\nname = \"Group {number}\"\nowners = [\"omar.owner@woodgrove.example\"]\nmembers = [\"lena.lee@woodgrove.example\"]\n"
        );
        text += &format!(
            "[[apps]]\nkey = \"a{number}\"\nname = \"App {number}\"\nurl = \"https://a{number}.example\"\ngroups = [\"g{number}\", \"crowd\"]\n"
        );
        crowd.push(format!("\"p{number}@woodgrove.example\""));
    }
    text += &format!(
        "[[groups]]\nkey = \"crowd\"\nname = \"Crowd\"\naccepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\nmembers = [{}]\n",
        crowd.join(", ")
    );
    world.import(&text).await;
    let lena = world.user("lena.lee").await.id;
    for _ in 0..rows {
        open(world, lena, Duration::days(7)).await;
    }
}

/// The statements of each page, once.
async fn cost(world: &World) -> Vec<(&'static str, u64)> {
    let d = &world.directory;
    let (lena, john) = (world.caller("lena.lee").await, world.caller("john.doe").await);
    let ada = world.caller("ada.admin").await;
    let crowd = world.group("crowd").await;
    let app = world.app("a0").await;
    let mut costs = Vec::new();
    macro_rules! count {
        ($name:literal, $work:expr) => {{
            let before = d.statements();
            $work.await.expect($name);
            costs.push(($name, d.statements() - before));
        }};
    }
    count!("my_apps", d.my_apps(&lena));
    count!("my_groups", d.my_groups(&lena, None));
    count!("group_page", d.group_page(&john, crowd, "", None));
    count!("group_page with a search", d.group_page(&john, crowd, "person 1", None));
    count!("my_sessions", d.my_sessions(&lena, &[]));
    count!("may_open", d.may_open(&lena, app));
    count!("app_page", d.app_page(&ada, app));
    count!("app_people", d.app_people(&ada, app, "", None, None));
    count!("app_people with a search", d.app_people(&ada, app, "lena l", None, None));
    count!("managed_apps", d.managed_apps(&ada, "", None));
    count!("app_settings", d.app_settings(&ada, app));
    count!("app_history", d.app_history(&ada, app, None));
    count!("app_closed", d.app_closed(&john, app));
    count!("launch", d.launch(&lena, app));
    count!("app_connection", d.app_connection(&ada, app));
    count!("app_sign_ins", d.app_sign_ins(&ada, app, None));
    count!("audit_log", d.audit_log(&world.caller("ada.admin").await, Some(crowd), 100));
    costs
}

on_both_engines! {
    async fn as_many_queries_with_300_rows_as_with_3(world) {
        grow(world, 3).await;
        let few = cost(world).await;
        grow(world, 300).await;
        let many = cost(world).await;
        assert_eq!(few, many);
        assert!(few.iter().all(|(_, count)| (1..=8).contains(count)), "counted at all, and few: {few:?}");
        let lena = world.caller("lena.lee").await;
        assert_eq!(world.apps_of(&lena).await.len(), 300);
        assert_eq!(world.directory.my_sessions(&lena, &[]).await.expect("read").len(), 100);
    }

    /// Pages of 50, in one order, nobody twice and nobody left out.
    async fn a_group_is_read_page_by_page(world) {
        grow(world, 120).await;
        let john = world.caller("john.doe").await;
        let crowd = world.group("crowd").await;
        let (mut names, mut after, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let page = world.directory.group_page(&john, crowd, "", after.as_deref()).await.expect("a page");
            assert_eq!(page.total, Some(120));
            names.extend(page.members.expect("members").into_iter().map(|row| row.name));
            pages += 1;
            after = page.next;
            if after.is_none() { break }
        }
        assert_eq!(pages, 3);
        let mut expected: Vec<_> = (0..120).map(|number| format!("Person {number}")).collect();
        expected.sort();
        assert_eq!(names, expected);
    }
}

/// What the pages of an app ask, of those who have it and of those who run it.
async fn reads_of_apps(directory: &Directory, caller: &Caller, ada: &Caller, app: Uuid) {
    directory.app_page(caller, app).await.expect("a page");
    directory.app_page(ada, app).await.expect("a page");
    directory.app_closed(ada, app).await.expect("an answer");
    directory.app_people(ada, app, "", None, None).await.expect("a page");
    directory.app_people(ada, app, "lena", None, None).await.expect("a page");
    directory.groups_to_give(ada, app, "").await.expect("groups");
    directory.app_settings(ada, app).await.expect("settings");
    directory.app_history(ada, app, None).await.expect("a history");
    directory.managed_apps(ada, "app", None).await.expect("a list");
    directory.managed_apps(caller, "", None).await.expect("a list");
    directory.launch(caller, app).await.expect("opens");
    directory.app_connection(ada, app).await.expect("a connection");
    directory.test_sign_in(ada, app, &caller.user_id.to_string()).await.expect("a test");
    directory.app_sign_ins(ada, app, None).await.expect("a log");
    directory.my_sign_ins(caller, None).await.expect("a log");
    for refused in [false, true] {
        for (person, app) in [(None, None), (Some(caller.user_id), None), (Some(caller.user_id), Some(app))] {
            directory.all_sign_ins(ada, SignInFilter { person, app, refused }, None).await.expect("a log");
        }
    }
    directory.delete_old_sign_ins(10).await.expect("job");
}

/// The four reads that every request, page and worker makes.
async fn main_reads(directory: &Directory, caller: &Caller, owner: &Caller, app: Uuid, group: Uuid, session: &[u8]) {
    directory.caller_of_session(session, None).await.expect("read").expect("a caller");
    directory.my_apps(caller).await.expect("read");
    directory.my_groups(caller, None).await.expect("read");
    directory.may_open(caller, app).await.expect("opens");
    directory.my_sessions(caller, session).await.expect("read");
    directory.group_page(owner, group, "", None).await.expect("a page");
    directory.group_page(owner, group, "person 1", None).await.expect("a page");
    directory.group_settings(owner, group).await.expect("settings");
    directory.group_history(owner, group, None).await.expect("history");
    directory.deleted_groups(owner, None).await.expect("read");
    directory.groups_named(owner, "crowd").await.expect("read");
    directory.tell_ending(10).await.expect("job");
    directory.purge_groups(10).await.expect("job");
    directory.lease_outbox(10).await.expect("leased");
    directory.outbox_next_due().await.expect("read");
    directory.expire_invitations(10).await.expect("job");
    directory.redeem_page("unknown").await.expect_err("no such ticket");
}

/// What people ask for besides: their panel, whom they can choose, what they find, what waits, and what they are told.
async fn reads_of_people(directory: &Directory, caller: &Caller, owner: &Caller) {
    for search in ["", "app 1", "nothing like that"] {
        let query = PanelQuery { search: search.to_owned(), ..Default::default() };
        directory.panel(caller, &query).await.expect("a panel");
        let query = CatalogueQuery { search: search.to_owned(), ..Default::default() };
        directory.catalogue(caller, &query).await.expect("a catalogue");
    }
    directory.my_collections(caller).await.expect("collections");
    for search in ["person 1", "crowd", "crowd77@woodgrove"] {
        directory.find_people(caller, search).await.expect("people");
    }
    directory.person_chosen(caller, "crowd77@woodgrove.example").await.expect("somebody");
    directory.badges(owner).await.expect("badges");
    directory.inbox(owner, &InboxQuery::default()).await.expect("an inbox");
    directory.my_requests(caller, None).await.expect("requests");
    directory.my_notices(caller, None).await.expect("notices");
    directory.expire_requests(10).await.expect("job");
    directory.delete_old_notices(10).await.expect("job");
    directory.rules_turn(10).await.expect("job");
}

/// Ten thousand people, found by their words, and all of them in *Crowd*.
async fn crowd(world: &World) {
    let group = world.group("crowd").await;
    for sql in [
        "INSERT INTO users (id, user_type, display_name, name_folded, address, address_norm, enabled, creation_type,
             bind_once, created_at)
         SELECT gen_random_uuid(), 'member', 'Crowd ' || n, 'crowd ' || n, 'crowd' || n || '@woodgrove.example',
                'crowd' || n || '@woodgrove.example', TRUE, 'Import', FALSE, now() FROM generate_series(1, 10000) AS n"
            .to_owned(),
        "INSERT INTO people_words (word, user_id)
         SELECT 'crowd', id FROM users WHERE address_norm LIKE 'crowd%'
         UNION ALL SELECT address_norm, id FROM users WHERE address_norm LIKE 'crowd%'"
            .to_owned(),
        format!(
            "INSERT INTO memberships (id, group_id, user_id, reason, granted_at, sort_name)
             SELECT gen_random_uuid(), '{group}', id, 'import', now(), name_folded FROM users
             WHERE address_norm LIKE 'crowd%'"
        ),
    ] {
        world.db.execute_unprepared(&sql).await.expect("a crowd");
    }
}

/// PostgreSQL counts how often it read a table from end to end. With sequential scans off it does so only where no index
/// helps, so this looks at the very statements that the panel sends.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn main_reads_use_indexes_on_postgres() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    grow(&world, 30).await;
    world.invite("john.doe", "aurora", "sam@gmail.com").await;
    let (lena, john) = (world.caller("lena.lee").await, world.caller("john.doe").await);
    let ada = world.caller("ada.admin").await;
    // Somebody who has it directly, and one who has it no longer.
    for user in [lena.user_id, john.user_id] {
        world.directory.give_app(&ada, world.app("a0").await, user, None).await.expect("given");
    }
    world.directory.take_app(&ada, world.app("a0").await, john.user_id).await.expect("taken");
    let (app, group) = (world.app("a0").await, world.group("crowd").await);
    let session = open(&world, lena.user_id, Duration::days(7)).await;
    world.deliver().await;
    world.invite("john.doe", "aurora", "bea@gmail.com").await;
    crowd(&world).await;
    let name = world.texts("SELECT CAST(current_database() AS text)", []).await.concat();
    world.db.execute_unprepared("ANALYZE").await.expect("analyzed");
    world.db.execute_unprepared(&format!("ALTER DATABASE {name} SET enable_seqscan = off")).await.expect("set");
    world.directory.close().await;
    let read_whole = async || {
        let before = whole_reads(&world).await;
        let directory = world.once_more().await;
        main_reads(&directory, &lena, &john, app, group, &session).await;
        reads_of_apps(&directory, &lena, &ada, app).await;
        reads_of_people(&directory, &lena, &john).await;
        directory.close().await;
        let after = whole_reads(&world).await;
        let grown = after.iter().zip(&before).filter(|(after, before)| after != before);
        grown
            .map(|(after, _)| after.split('=').next().unwrap_or_default().to_owned())
            // Settings are a handful of rows, read whole on purpose; providers likewise.
            .filter(|table| !["settings", "identity_providers", "seaql_migrations"].contains(&table.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(read_whole().await, Vec::<String>::new(), "no index helps a read of these tables");
    // Those made for these questions were asked, rather than another read from end to end.
    let used = world.texts("SELECT CAST(indexrelname AS text) FROM pg_stat_user_indexes WHERE idx_scan > 0", []).await;
    for index in [
        "sessions_pkey",
        "memberships_user",
        "memberships_order",
        "assignments_group",
        "outbox_due",
        "tickets_hash",
        "assignments_order",
        "assignments_groups",
        "audit_events_group",
        "people_words_pkey",
        "groups_listed",
        "notices_user",
        "requests_user",
    ] {
        assert!(used.contains(&index.to_owned()), "{index} was not used: {used:?}");
    }
    // And the measure works: an index less is seen.
    world.db.execute_unprepared("DROP INDEX outbox_due").await.expect("dropped");
    assert!(read_whole().await.contains(&"outbox".to_owned()));
    world.finish().await;
}

/// How often each table was read from end to end, once every other connection has told its numbers.
async fn whole_reads(world: &World) -> Vec<String> {
    let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                  AND backend_type = 'client backend'";
    for _ in 0..500 {
        if world.number(others, []).await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.db.execute_unprepared("SELECT pg_stat_force_next_flush()").await.expect("flushed");
    world.texts("SELECT relname || '=' || seq_scan FROM pg_stat_user_tables ORDER BY relname", []).await
}

/// SQLite tells its plan beforehand; these are the panel's statements as it writes them.
#[tokio::test]
async fn main_reads_use_indexes_on_sqlite() {
    let world = World::on(Engine::Sqlite).await.expect("SQLite is always there");
    let now = sea_orm::Value::from(world.directory.now());
    let id = sea_orm::Value::from(world.user("lena.lee").await.id);
    let hash = sea_orm::Value::from(vec![1_u8; 32]);
    for (what, sql, values) in [
        (
            "caller_of_session",
            "SELECT u.id AS user_id, u.user_type, u.display_name, u.address, s.last_seen_at, r.role
             FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.deleted_at IS NULL AND u.enabled
             LEFT JOIN roles r ON r.user_id = u.id
             WHERE s.id_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3",
            vec![hash, now.clone(), now.clone()],
        ),
        (
            "my_apps",
            "SELECT a.id, a.name, a.name_folded, a.description, w.group_id, w.group_name
             FROM (SELECT s.app_id, NULL AS group_id, NULL AS group_name
                FROM assignments s LEFT JOIN invitations i ON i.id = s.invitation_id
                WHERE s.user_id = $1 AND (s.until IS NULL OR s.until > $2) AND (s.invitation_id IS NULL OR i.state = 'accepted')
                UNION ALL
                SELECT s.app_id, g.id AS group_id, g.name AS group_name
                FROM memberships m
                JOIN groups g ON g.id = m.group_id AND g.deleted_at IS NULL
                JOIN assignments s ON s.group_id = g.id AND (s.until IS NULL OR s.until > $2)
                LEFT JOIN invitations i ON i.id = m.invitation_id
                WHERE m.user_id = $1 AND (m.until IS NULL OR m.until > $2) AND (m.invitation_id IS NULL OR i.state = 'accepted')
             ) w JOIN apps a ON a.id = w.app_id AND a.deleted_at IS NULL AND a.enabled",
            vec![id.clone(), now.clone()],
        ),
        (
            "group members",
            "SELECT u.id FROM memberships m
             JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL
             LEFT JOIN users b ON b.id = m.granted_by
             LEFT JOIN invitations i ON i.id = m.invitation_id
             WHERE m.group_id = $1 AND (m.until IS NULL OR m.until > $2)
               AND m.sort_name >= $3 AND (m.sort_name > $3 OR m.user_id > $4)
             ORDER BY m.sort_name, m.user_id LIMIT 51",
            vec![id.clone(), now.clone(), "person 1".into(), id.clone()],
        ),
        (
            "outbox due",
            "SELECT * FROM outbox WHERE state = 'queued' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             ORDER BY due_at LIMIT 10",
            vec![now.clone()],
        ),
        (
            "invitations to expire",
            "SELECT * FROM invitations WHERE state = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT 10",
            vec![now.clone()],
        ),
        (
            "tickets",
            "SELECT * FROM tickets WHERE hash = $1",
            vec![vec![1_u8; 32].into()],
        ),
    ] {
        let statement =
            sea_orm::Statement::from_sql_and_values(sea_orm::DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"), values);
        let plan = world.db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let plan: Vec<String> = plan.iter().map(|row| row.try_get("", "detail").expect("a detail")).collect();
        let scans: Vec<_> = plan
            .iter()
            .filter(|step| step.starts_with("SCAN") && !step.contains("USING") && !step.contains("CONSTANT ROW"))
            // The subquery of my_apps, whose rows are few, is run through as such.
            .filter(|step| !step.starts_with("SCAN w"))
            .collect();
        assert_eq!(scans, Vec::<&String>::new(), "{what}:\n{}", plan.join("\n"));
        // A long list is read in the order of its index, never sorted as a whole.
        if what == "group members" {
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{what}:\n{}", plan.join("\n"));
        }
    }
    world.finish().await;
}
