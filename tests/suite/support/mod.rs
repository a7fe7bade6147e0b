//! What every test stands on: a fresh directory on a chosen engine, people of each kind, and ways to read and act.

pub mod clients;
pub mod engine;
pub mod guests;
pub mod inviting;
pub mod look;
pub mod post;
pub mod world;

pub use engine::Engine;
pub use guests::of;
pub use post::find_ticket;
pub use world::World;

/// Writes each test once and runs it on both engines, each time with a [`World`] of its own:
/// `mod name { fn sqlite(); fn postgres(); }`.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test needs what its file imports")]
            use super::*;

            async fn tell($world: &$crate::support::World) $body

            async fn run(engine: $crate::support::Engine) {
                let Some(world) = $crate::support::World::on(engine).await else { return };
                tell(&world).await;
                world.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                run($crate::support::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                run($crate::support::Engine::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;

/// The code that an operation answers, or `ok`.
pub fn said<T>(result: &access_panel::directory::Result<T>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code().as_str(),
    }
}
