//! The state machine of invitations, as a property: whatever people, jobs and clocks do in whatever order, no forbidden
//! state is reached, no audit event is lost, and no mail of an ended invitation leaves.
//!
//! Each sequence follows from its seed. `ACCESS_PANEL_TEST_SEED=17` plays one again and tells each step;
//! `ACCESS_PANEL_TEST_SEQUENCES=5000` plays that many.

mod dice;
mod picture;
mod play;

use play::Play;

use crate::support::{Engine, World};

/// How many steps a sequence has.
const STEPS: usize = 30;
/// How many sequences share a database: a fresh one costs more than a sequence.
const PER_WORLD: usize = 10;

/// No limits, and early reminders.
const LIMITS: &str = "inviter_per_hour = 0\ninviter_per_day = 0\norganization_per_day = 0\nreminder_days = 5";

/// An app that guests can be invited to.
const MORE: &str = r#"
[[apps]]
key = "sketches"
name = "Sketches"
url = "https://apps.example/sketches"
accepts_guests = true
owners = ["john.doe@woodgrove.example"]
"#;

async fn play(world: &World, seed: u64) {
    let mut play = Play::new(world, seed).await;
    for _ in 0..STEPS {
        play.step().await;
        if let Some(wrong) = &play.wrong {
            panic!("ACCESS_PANEL_TEST_SEED={seed}, step {}: {wrong}\n{}", play.trace.len() - 1, told(&play.trace));
        }
    }
    if let Err(wrong) = play.end().await {
        panic!("ACCESS_PANEL_TEST_SEED={seed}, at the end: {wrong}\n{}", told(&play.trace));
    }
}

fn told(trace: &[String]) -> String {
    trace.iter().enumerate().map(|(number, line)| format!("{number:>3} {line}\n")).collect()
}

async fn play_all(engine: Engine, sequences: u64) {
    let wanted = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds: Vec<u64> = match (wanted("ACCESS_PANEL_TEST_SEED"), wanted("ACCESS_PANEL_TEST_SEQUENCES")) {
        (Some(seed), _) => vec![seed],
        (None, more) => (1..=more.unwrap_or(sequences)).collect(),
    };
    // Two at a time: a database is mostly waited for.
    let (some, others) = seeds.split_at(seeds.len() / 2);
    tokio::join!(play_some(engine, some), play_some(engine, others));
}

async fn play_some(engine: Engine, seeds: &[u64]) {
    for some in seeds.chunks(PER_WORLD) {
        let Some(world) = World::on(engine).await else { return };
        world.import(MORE).await;
        world.allow_other_address("open-house").await;
        for &seed in some {
            // Every third sequence lets guests invite, too.
            let policy = if seed.is_multiple_of(3) { "everyone" } else { "adminsGuestInvitersAndAllMembers" };
            world.import(&format!("[invitations]\npolicy = \"{policy}\"\n{LIMITS}\n")).await;
            play(&world, seed).await;
        }
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_sequence_keeps_the_rules_on_sqlite() {
    play_all(Engine::Sqlite, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_sequence_keeps_the_rules_on_postgres() {
    play_all(Engine::Postgres, 14).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "drill: two thousand sequences"]
async fn drill_states_on_sqlite() {
    play_all(Engine::Sqlite, 2000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "drill: three hundred sequences"]
async fn drill_states_on_postgres() {
    play_all(Engine::Postgres, 300).await;
}
