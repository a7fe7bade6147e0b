//! Which callback each provider is told, before and after an administrator has registered the new one.

use access_panel::model::state::Outcome;
use migrations::{Migrator, MigratorTrait as _};

use crate::support::{on_both_engines, world::PUBLIC_URL};

on_both_engines! {
    async fn a_new_deployment_has_one_for_each(world) {
        assert_eq!(world.directory.shared_callback_of().await.expect("is read"), None);
        for key in ["members", "contoso"] {
            let told = world.directory.callback_told(key).await.expect("is read");
            assert_eq!(told, format!("{PUBLIC_URL}/sign-in/callback/{key}"));
        }
        assert_eq!(world.directory.end_shared_callback().await.expect("nothing to end"), None);
        assert_eq!(world.events("provider.callback", Outcome::Success).await, 0);
    }

    /// Where somebody has signed in already, the members' provider goes on with what is registered there.
    async fn an_upgrade_changes_nothing_for_the_members_provider(world) {
        world.guest_in("aurora", "sam@fabrikam.example").await;
        // Back to before there was one for each, and up again.
        Migrator::down(&world.db, Some(1)).await.expect("down");
        Migrator::up(&world.db, None).await.expect("up");
        let d = &world.directory;
        assert_eq!(d.shared_callback_of().await.expect("is read").as_deref(), Some("members"));
        assert_eq!(d.callback_told("members").await.expect("is read"), format!("{PUBLIC_URL}/sign-in/callback"));
        assert_eq!(d.callback_told("contoso").await.expect("is read"), format!("{PUBLIC_URL}/sign-in/callback/contoso"));

        assert_eq!(d.end_shared_callback().await.expect("ends").as_deref(), Some("members"));
        assert_eq!(d.callback_told("members").await.expect("is read"), format!("{PUBLIC_URL}/sign-in/callback/members"));
        assert_eq!(d.end_shared_callback().await.expect("nothing to end"), None);
        assert_eq!(world.events("provider.callback", Outcome::Success).await, 1);
        // An import leaves it as it is.
        world.import("[organization]\nname = \"WoodGrove\"\n").await;
        assert_eq!(d.shared_callback_of().await.expect("is read"), None);
    }
}
