//! Opening apps: counted, audited, and never a moment too late.

use std::sync::Arc;

use access_panel::{
    directory::{Directory, Result, apps::AppRole, apps::Launch},
    model::{Caller, state::Outcome},
};
use chrono::Duration;
use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{Engine, World, on_both_engines, said};

on_both_engines! {
    async fn a_launch_is_counted_and_audited(world) {
        let d = &world.directory;
        let (john, ana) = (world.caller("john.doe").await, world.caller("ana.ruiz").await);
        let app = world.app("design-review").await;
        for caller in [&john, &john, &ana] {
            d.launch(caller, app).await.expect("opens");
        }
        world.advance(Duration::days(1));
        d.launch(&ana, app).await.expect("opens");
        assert_eq!(world.events("app.launch", Outcome::Success).await, 4);
        let of = |caller: &Caller| [caller.user_id.into(), app.into()];
        let opened = "SELECT opened FROM app_choices WHERE user_id = $1 AND app_id = $2";
        assert_eq!((world.number(opened, of(&john)).await, world.number(opened, of(&ana)).await), (2, 2));
        assert_eq!(world.texts("SELECT day FROM app_days WHERE app_id = $1 ORDER BY day", [app.into()]).await.len(), 2);
        let ada = world.caller("ada.admin").await;
        let used = d.app_page(&ada, app).await.expect("a page").used.expect("for those who run it");
        assert_eq!((used.opened, used.people, used.groups, used.direct), (4, 2, 1, 0));
        let launches = d.app_history(&ada, app, None).await.expect("a history").rows;
        assert!(launches.iter().all(|event| event.action != "app.launch"), "opening is no part of the history");
        world.advance(Duration::days(31));
        let used = d.app_page(&ada, app).await.expect("a page").used.expect("for those who run it");
        assert_eq!((used.opened, used.people), (0, 0), "only the last 30 days");
        // What was chosen beside it stays.
        world.change("UPDATE app_choices SET favourite = $1", [true.into()]).await;
        d.launch(&john, app).await.expect("opens");
        assert_eq!(world.number("SELECT COUNT(*) FROM app_choices WHERE favourite", []).await, 2);
    }

    async fn who_may_not_open_leaves_no_trace_but_the_refusal(world) {
        let (lena, app) = (world.caller("lena.lee").await, world.app("design-review").await);
        assert_eq!(said(&world.directory.launch(&lena, app).await), "notFound");
        assert_eq!((world.count("app_choices").await, world.count("app_days").await), (0, 0));
        assert!(world.refusal_is_logged("app.launch", Some(lena.user_id), "notFound").await);
    }

    /// What the page says to whom it no longer opens for.
    async fn why_an_app_does_not_open(world) {
        let d = &world.directory;
        let (john, app) = (world.caller("john.doe").await, world.app("design-review").await);
        let closed = async |caller: &Caller| d.app_closed(caller, app).await.expect("an answer");
        let stranger = closed(&world.caller("lena.lee").await).await;
        assert_eq!(stranger, Default::default(), "a stranger learns nothing, not even its name");

        // Removed from the group that gave it: since then, and nothing else.
        let sam = world.guest_in("aurora", "sam@fabrikam.example").await;
        world.advance(Duration::hours(1));
        let when = d.now();
        d.remove_member(&john, world.group("aurora").await, sam.user_id).await.expect("removed");
        world.advance(Duration::hours(1));
        let told = closed(&sam).await;
        assert_eq!((told.name.as_deref(), told.ended, told.seen), (Some("Design review"), Some(when), false));
        assert!(told.owners.is_empty() && !told.can_ask);

        // Given directly until a day that has passed, whether or not a job has cleared it away.
        let ada = world.caller("ada.admin").await;
        let lena = world.caller("lena.lee").await;
        let until = d.now() + Duration::days(1);
        d.give_app(&ada, app, lena.user_id, Some(until)).await.expect("given");
        world.advance(Duration::days(2));
        assert_eq!(closed(&lena).await.ended, Some(until));
        d.end_grants(10).await.expect("cleared");
        assert_eq!(closed(&lena).await.ended, Some(d.now()), "the log knows when it was cleared away");

        // A group that got the app after somebody had left it tells them nothing of it.
        let other = world.guest_in("timber", "kim@fabrikam.example").await;
        d.remove_member(&world.caller("omar.owner").await, world.group("timber").await, other.user_id).await.expect("removed");
        world.advance(Duration::hours(1));
        d.give_to_group(&ada, app, world.group("timber").await).await.expect("given");
        assert_eq!(closed(&other).await, Default::default());

        // Asked for and found by members: named, with the way to ask.
        let mut form = d.app_settings(&ada, app).await.expect("settings").form;
        form.requestable = true;
        d.edit_app(&ada, app, &form).await.expect("edited");
        d.add_app_role(&ada, app, AppRole::Owner, john.user_id).await.expect("an owner");
        let told = closed(&world.caller("henrik.auditor").await).await;
        assert!(told.seen && told.can_ask && told.ended.is_none() && !told.off, "{told:?}");
        d.switch_app(&ada, app, false).await.expect("off");
        let told = closed(&world.caller("ana.ruiz").await).await;
        assert!(told.off && told.owners.len() == 1 && !told.can_ask, "members learn who runs it: {told:?}");
    }
}

/// Launches of one person, at once: each is counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn launches_at_once_are_all_counted() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let app = world.app("design-review").await;
    let (john, ana) = (world.caller("john.doe").await, world.caller("ana.ruiz").await);
    let other = world.once_more().await;
    let mut works = JoinSet::new();
    for number in 0..24 {
        let directory = if number % 2 == 0 { world.directory.clone() } else { other.clone() };
        let caller = if number % 3 == 0 { john.clone() } else { ana.clone() };
        works.spawn(async move { said(&directory.launch(&caller, app).await).to_owned() });
    }
    assert_eq!(works.join_all().await, vec!["ok"; 24]);
    assert_eq!(world.number("SELECT CAST(SUM(opened) AS bigint) FROM app_choices", []).await, 24);
    assert_eq!(world.number("SELECT CAST(SUM(opened) AS bigint) FROM app_days", []).await, 24);
    other.close().await;
    world.finish().await;
}

/// Holds the day's counter, so that a launch that has passed its first look waits; lets `meanwhile` happen; lets go.
async fn held_up<F>(world: &World, caller: &Caller, app: Uuid, meanwhile: F) -> Result<Launch>
where
    F: AsyncFnOnce(&Directory),
{
    // The row exists, so that it can be held.
    world.directory.launch(caller, app).await.expect("opens at first");
    let other = world.once_more().await;
    let holding = world.db.begin().await.expect("a transaction");
    holding.execute_unprepared("SELECT * FROM app_days FOR UPDATE").await.expect("held");
    let directory: Arc<Directory> = Arc::new(world.directory.clone());
    let (waiting, who) = (directory.clone(), caller.clone());
    let launch = tokio::spawn(async move { waiting.launch(&who, app).await });
    // Until the launch waits for the counter.
    let waits = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted";
    let mut looks = 0;
    while other_number(&holding, waits).await == 0 {
        looks += 1;
        assert!(looks < 10_000, "the launch never came to wait");
        tokio::task::yield_now().await;
    }
    meanwhile(&other).await;
    holding.rollback().await.expect("let go");
    let launch = launch.await.expect("it ends");
    other.close().await;
    launch
}

async fn other_number(on: &impl ConnectionTrait, sql: &str) -> i64 {
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
    on.query_one_raw(statement).await.expect("read").expect("a row").try_get_by_index(0).expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_date_that_passes_during_the_launch() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let (lena, ada, app) =
        (world.caller("lena.lee").await, world.caller("ada.admin").await, world.app("design-review").await);
    let until = world.directory.now() + Duration::minutes(1);
    world.directory.give_app(&ada, app, lena.user_id, Some(until)).await.expect("given");
    let launch = held_up(&world, &lena, app, async |_| world.advance(Duration::minutes(2))).await;
    assert_eq!(said(&launch), "notFound");
    assert_eq!(world.number("SELECT CAST(SUM(opened) AS bigint) FROM app_days", []).await, 1, "and is not counted");
    assert_eq!(world.events("app.launch", Outcome::Success).await, 1);
    assert!(world.refusal_is_logged("app.launch", Some(lena.user_id), "notFound").await);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_removal_during_the_launch() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let (ana, john, app) =
        (world.caller("ana.ruiz").await, world.caller("john.doe").await, world.app("design-review").await);
    let aurora = world.group("aurora").await;
    let launch = held_up(&world, &ana, app, async |other| {
        other.remove_member(&john, aurora, ana.user_id).await.expect("removed meanwhile");
    })
    .await;
    assert_eq!(said(&launch), "notFound");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn switching_off_during_the_launch() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let (ana, ada, app) =
        (world.caller("ana.ruiz").await, world.caller("ada.admin").await, world.app("design-review").await);
    let launch = held_up(&world, &ana, app, async |other| {
        other.switch_app(&ada, app, false).await.expect("switched off meanwhile");
    })
    .await;
    assert_eq!(said(&launch), "appOff");
    world.finish().await;
}

/// Two owners fill the last place among the approvers at once, in two processes: one of them is told that it is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_tenth_approver_is_added_twice_at_once() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let app = world.app("budget").await;
    let mut text = String::new();
    for number in 0..15 {
        text += &format!("[[people]]\naddress = \"p{number}@woodgrove.example\"\nname = \"Person {number}\"\n");
    }
    world.import(&text).await;
    let (omar, ada) = (world.caller("omar.owner").await, world.caller("ada.admin").await);
    for number in 0..9 {
        let user = world.user(&format!("p{number}")).await.id;
        world.directory.add_app_role(&omar, app, AppRole::Approver, user).await.expect("added");
    }
    let other = world.once_more().await;
    let mut works = JoinSet::new();
    for number in 9..15 {
        let (directory, caller) =
            if number % 2 == 0 { (world.directory.clone(), omar.clone()) } else { (other.clone(), ada.clone()) };
        let user = world.user(&format!("p{number}")).await.id;
        works.spawn(
            async move { said(&directory.add_app_role(&caller, app, AppRole::Approver, user).await).to_owned() },
        );
    }
    let mut answers = works.join_all().await;
    answers.sort();
    assert_eq!(
        answers,
        ["ok", "tooManyApprovers", "tooManyApprovers", "tooManyApprovers", "tooManyApprovers", "tooManyApprovers"]
    );
    assert_eq!(world.count("app_approvers").await, 10);
    other.close().await;
    world.finish().await;
}

/// Giving and taking the same at once: whatever the order, the row and the log agree.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn giving_and_taking_at_once() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let app = world.app("budget").await;
    let (omar, ada, lena) =
        (world.caller("omar.owner").await, world.caller("ada.admin").await, world.user("lena.lee").await.id);
    let other = world.once_more().await;
    for round in 0..4 {
        let mut works = JoinSet::new();
        for number in 0..8 {
            let (directory, caller) =
                if number % 2 == 0 { (world.directory.clone(), omar.clone()) } else { (other.clone(), ada.clone()) };
            works.spawn(async move {
                if number < 4 {
                    said(&directory.give_app(&caller, app, lena, None).await)
                } else {
                    said(&directory.take_app(&caller, app, lena).await)
                }
            });
        }
        for answer in works.join_all().await {
            assert!(["ok", "alreadyHas", "notFound"].contains(&answer), "round {round}: {answer}");
        }
        let rows = world.number("SELECT COUNT(*) FROM assignments WHERE user_id = $1", [lena.into()]).await;
        let given = "SELECT COUNT(*) FROM audit_events WHERE target_id = $1 AND outcome = 'success' AND action = $2";
        let grants = world.number(given, [lena.into(), "assignment.grant".into()]).await;
        let removals = world.number(given, [lena.into(), "assignment.remove".into()]).await;
        assert_eq!(grants - removals, rows, "round {round}");
    }
    other.close().await;
    world.finish().await;
}
