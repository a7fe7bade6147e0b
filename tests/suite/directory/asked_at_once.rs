//! Many who ask at the same moment whether they may use an app: they share statements, and each gets an own answer.

use std::time::Duration;

use access_panel::directory::{Result, admission::Admitted, vault::hash};
use futures::future::join_all;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::host_sessions::{HOST, behind_gate, session};
use crate::support::{World, on_both_engines, said};

/// Signs somebody in to the app's host, as if they had the app. The cookie is the address.
async fn enter(world: &World, address: &str) -> Uuid {
    let session_id = session(world, address).await;
    let (id, now) = (world.directory.new_id(), world.directory.now());
    let (user, app) = (world.user(address).await.id, world.app("design-review").await);
    let sql = "INSERT INTO app_sessions (id, session_id, user_id, app_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let until = now + chrono::Duration::days(7);
    world.change(sql, [id.into(), session_id.into(), user.into(), app.into(), now.into(), until.into()]).await;
    let sql = "INSERT INTO host_sessions (hash, app_session_id, host, created_at) VALUES ($1, $2, $3, $4)";
    world.change(sql, [hash(address).into(), id.into(), HOST.into(), now.into()]).await;
    session_id
}

async fn ask(world: &World, cookie: &str, host: &str) -> Result<Admitted> {
    // Whoever is forgotten would wait for ever.
    let hash = hash(cookie);
    tokio::time::timeout(Duration::from_secs(60), world.directory.admit_by_host(&hash, host)).await.expect("an answer")
}

on_both_engines! {
    async fn each_gets_their_own_answer(world) {
        behind_gate(world).await;
        let (john, ada) = (enter(world, "john.doe").await, enter(world, "ada.admin").await);
        let asked = ["john.doe", "ada.admin", "nobody", "it's \"quoted\""];
        let before = world.directory.statements();
        let answers = join_all((0..60).map(|n| async move {
            let host = if n % 15 == 0 { "other.example" } else { HOST };
            (n, ask(world, asked[n % 4], host).await)
        }))
        .await;
        for (n, answer) in answers {
            match (n % 15, n % 4) {
                (1.., 0) => {
                    let admitted = answer.unwrap();
                    let groups: Vec<_> = admitted.groups.iter().map(|group| group.name.as_str()).collect();
                    assert_eq!((admitted.session.id, groups), (john, Vec::new()));
                }
                (1.., 1) => assert_eq!(said(&answer), "notFound", "Ada does not have the app"),
                _ => assert_eq!(said(&answer), "unauthenticated", "{n}"),
            }
        }
        assert!(world.directory.statements() - before < 30, "they share statements");
        assert_eq!(said(&ask(world, "john.doe", HOST).await), "ok");
        // Whoever asks after a change hears of it.
        assert_eq!(world.change("DELETE FROM sessions WHERE public_id = $1", [john.into()]).await, 1);
        for answer in join_all((0..20).map(|_| ask(world, "john.doe", HOST))).await {
            assert_eq!(said(&answer), "unauthenticated");
        }
        assert_ne!(john, ada);
    }

    async fn a_statement_that_fails_leaves_nobody_waiting(world) {
        behind_gate(world).await;
        enter(world, "john.doe").await;
        world.db.execute_unprepared("ALTER TABLE app_hosts RENAME TO elsewhere").await.unwrap();
        for answer in join_all((0..40).map(|_| ask(world, "john.doe", HOST))).await {
            assert_eq!(said(&answer), "internal");
        }
        world.db.execute_unprepared("ALTER TABLE elsewhere RENAME TO app_hosts").await.unwrap();
        for answer in join_all((0..40).map(|_| ask(world, "john.doe", HOST))).await {
            assert_eq!(said(&answer), "ok");
        }
    }
}
