//! The schema: up on empty and filled databases, down and up again, and nothing missing from it.

use migrations::{Migrator, MigratorTrait as _};

use crate::support::{Engine, World, on_both_engines, world::ORGANIZATION};

/// Every index of the database that has a name of ours.
async fn indexes(world: &World) -> Vec<String> {
    let sql = match world.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
        Engine::Postgres => {
            "SELECT CAST(i.indexname AS text) FROM pg_indexes i WHERE i.schemaname = 'public'
               AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY 1"
        }
    };
    world.texts(sql, []).await
}

/// The names in the migrations' own text, so that an index that fails silently on one engine shows.
fn written_indexes() -> Vec<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/src")).expect("the migrations");
    let text: String =
        folder.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("is read")).collect();
    let mut names: Vec<String> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("\"CREATE "))
        .filter_map(|rest| rest.split_once("INDEX ")?.1.split_whitespace().next().map(str::to_owned))
        .collect();
    names.sort();
    names
}

on_both_engines! {
    async fn the_database_learns_how_large_its_tables_are(world) {
        let known = |sql| world.number(sql, []);
        world.directory.refresh_statistics().await.expect("looks at them");
        if world.engine() == Engine::Sqlite {
            assert_eq!(known("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'users'").await.min(1), 1);
            world.directory.refresh_statistics().await.expect("looks at them again");
        }
    }
}

on_both_engines! {
    async fn again_on_a_filled_database(world) {
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        world.invite("omar.owner", "timber", "pending@fabrikam.example").await;
        let before = world.everything().await;
        assert_eq!(world.directory.pending_migrations().await.expect("read"), 0);
        world.directory.migrate().await.expect("again");
        world.once_more().await.migrate().await.expect("and by another process");
        assert_eq!(world.everything().await, before);
        assert_eq!(world.apps_of(&guest).await, ["Design review", "Drawings"]);
    }

    async fn every_index_is_there(world) {
        let written = written_indexes();
        assert!(written.len() >= 40, "{written:?}");
        let mut found = indexes(world).await;
        found.retain(|name| !name.starts_with("seaql"));
        found.sort();
        assert_eq!(found, written);
    }

    async fn down_and_up_again(world) {
        world.guest_in("aurora", "sam@fabrikam.example").await;
        Migrator::down(&world.db, None).await.expect("down");
        assert!(world.directory.pending_migrations().await.expect("read") >= 1);
        world.directory.migrate().await.expect("up");
        assert_eq!(world.count("users").await, 0);
        world.import(ORGANIZATION).await;
        assert_eq!(world.apps_of(&world.caller("ana.ruiz").await).await, ["Design review", "Drawings"]);
        assert!(indexes(world).await.len() >= 40);
    }

    /// What the schema itself forbids, whatever the code does.
    async fn the_schema_keeps_its_promises(world) {
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        use sea_orm::ConnectionTrait as _;
        for (what, sql) in [
            ("two live users with one address", "INSERT INTO users (id, user_type, display_name, address, address_norm, name_folded, enabled, creation_type, bind_once, created_at)
                SELECT m.id, 'guest', 'X', address, address_norm, 'x', enabled, 'Invitation', bind_once, u.created_at FROM users u, memberships m WHERE u.address_norm = 'sam@fabrikam.example'"),
            ("two live identities of one subject", "INSERT INTO identities (id, user_id, issuer, subject, created_at)
                SELECT user_id, user_id, issuer, subject, created_at FROM identities"),
            ("twice in a group", "INSERT INTO memberships (id, group_id, user_id, reason, granted_at)
                SELECT user_id, group_id, user_id, reason, granted_at FROM memberships"),
            ("a membership of nobody", "UPDATE memberships SET user_id = group_id"),
            ("an invitation for nobody", "UPDATE invitations SET user_id = id"),
        ] {
            let error = world.db.execute_unprepared(sql).await.expect_err(what).to_string().to_lowercase();
            assert!(error.contains("unique") || error.contains("foreign"), "{what}: {error}");
        }
        assert_eq!(world.live_users("sam@fabrikam.example").await, 1);
        assert_eq!(world.memberships_of(guest.user_id).await, 1);
    }
}

/// Several machines start at once on one empty database.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn up_at_once_on_postgres() {
    let Some(world) = World::bare_on(Engine::Postgres).await else { return };
    assert!(world.directory.pending_migrations().await.expect("read") >= 1);
    let others = [world.once_more().await, world.once_more().await, world.once_more().await];
    let starts = others.iter().map(|directory| directory.migrate());
    let outcomes: Vec<_> =
        futures::future::join_all(starts).await.into_iter().map(|done| done.map_err(|e| e.to_string())).collect();
    assert_eq!(outcomes, vec![Ok(()); 3], "machines that start together must not trip over each other");
    assert_eq!(world.directory.pending_migrations().await.expect("read"), 0);
    for other in others {
        other.close().await;
    }
    world.finish().await;
}
