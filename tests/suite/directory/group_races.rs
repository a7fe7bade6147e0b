//! Groups run by several people at once, each at a process of their own.

use std::{future::Future, pin::Pin, sync::Arc};

use access_panel::model::groups::NewEnd;
use tokio::sync::Barrier;

use super::groups::form;
use crate::support::{on_both_engines, said};

type Work = Pin<Box<dyn Future<Output = String> + Send>>;

/// Runs both from one start.
async fn both(works: [Work; 2]) -> [String; 2] {
    let start = Arc::new(Barrier::new(2));
    let [one, two] = works.map(|work| {
        let start = start.clone();
        tokio::spawn(async move {
            start.wait().await;
            work.await
        })
    });
    [one.await.expect("it ends"), two.await.expect("it ends")]
}

/// The code that an operation answers, or `ok`; what broke inside with its reason.
fn done<T>(result: &access_panel::directory::Result<T>) -> String {
    match result {
        Err(error) if said(result) == "internal" => format!("internal: {error}"),
        _ => said(result).to_owned(),
    }
}

on_both_engines! {
    /// Of two owners who step down at once one stays.
    async fn the_last_two_owners_step_down_at_once(world) {
        let other = world.once_more().await;
        let (john, ana) = (world.caller("john.doe").await, world.caller("ana.ruiz").await);
        for round in 0..8 {
            let group = world.directory.create_group(&john, &form(&format!("Round {round}"))).await.expect("created");
            world.directory.add_owner(&john, group, ana.user_id).await.expect("added");
            let (here, there, john, ana) = (world.directory.clone(), other.clone(), john.clone(), ana.clone());
            let mut words = both([
                Box::pin(async move { done(&here.remove_owner(&john, group, john.user_id).await) }),
                Box::pin(async move { done(&there.remove_owner(&ana, group, ana.user_id).await) }),
            ]).await;
            words.sort();
            assert_eq!(words, ["lastOwner", "ok"], "round {round}");
            assert_eq!(world.number("SELECT COUNT(*) FROM group_owners WHERE group_id = $1", [group.into()]).await, 1);
        }
        other.close().await;
    }

    /// One steps down while the other, a guest, leaves the organization.
    async fn stepping_down_while_the_other_owner_leaves_altogether(world) {
        let other = world.once_more().await;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        for round in 0..6 {
            let guest = world.guest_in("aurora", &format!("owner{round}@fabrikam.example")).await;
            world.directory.add_owner(&john, aurora, guest.user_id).await.expect("added");
            let (here, there, caller) = (world.directory.clone(), other.clone(), john.clone());
            let words = both([
                Box::pin(async move { done(&here.remove_owner(&caller, aurora, caller.user_id).await) }),
                Box::pin(async move { done(&there.leave(&guest).await) }),
            ]).await;
            assert!(words == ["ok", "lastOwner"] || words == ["lastOwner", "ok"], "round {round}: {words:?}");
            world.import("[[groups]]\nkey = \"aurora\"\nname = \"Aurora partners\"\naccepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\n").await;
        }
        other.close().await;
    }

    /// Two forms at once do not make one group too many.
    async fn the_limit_of_groups_at_once(world) {
        world.import("[self_service]\ngroups_per_person = 3\n").await;
        let other = world.once_more().await;
        let lena = world.caller("lena.lee").await;
        for name in ["One", "Two"] {
            world.directory.create_group(&lena, &form(name)).await.expect("created");
        }
        let (here, there, one, two) = (world.directory.clone(), other.clone(), lena.clone(), lena.clone());
        let mut words = both([
            Box::pin(async move { done(&here.create_group(&one, &form("Here")).await) }),
            Box::pin(async move { done(&there.create_group(&two, &form("There")).await) }),
        ]).await;
        words.sort();
        assert_eq!(words, ["ok", "tooManyGroups"]);
        other.close().await;
    }

    /// Whoever is added while the group goes is in it when it comes back, or was told that it is gone.
    async fn adding_while_deleted(world) {
        let other = world.once_more().await;
        let (john, lena) = (world.caller("john.doe").await, world.user("lena.lee").await.id);
        for round in 0..8 {
            let group = world.directory.create_group(&john, &form(&format!("Round {round}"))).await.expect("created");
            let (here, there, one, two) = (world.directory.clone(), other.clone(), john.clone(), john.clone());
            let [added, deleted] = both([
                Box::pin(async move { done(&here.add_to_group(&one, group, lena, None).await) }),
                Box::pin(async move { done(&there.delete_group(&two, group).await) }),
            ]).await;
            assert_eq!(deleted, "ok", "round {round}");
            assert!(["ok", "notFound"].contains(&added.as_str()), "round {round}: {added}");
            world.directory.restore_group(&john, group).await.expect("restored");
            let people = world.directory.group_page(&john, group, "", None).await.expect("a page").total;
            assert_eq!(people, Some(i64::from(added == "ok")), "round {round}");
        }
        other.close().await;
    }

    /// Extending twice at once adds both.
    async fn extended_twice_at_once(world) {
        let other = world.once_more().await;
        let (john, ana) = (world.caller("john.doe").await, world.user("ana.ruiz").await.id);
        let aurora = world.group("aurora").await;
        let first = world.directory.now() + chrono::Duration::days(5);
        world.directory.set_until(&john, aurora, ana, NewEnd::At(first)).await.expect("set");
        let (here, there, one, two) = (world.directory.clone(), other.clone(), john.clone(), john.clone());
        let words = both([
            Box::pin(async move { done(&here.set_until(&one, aurora, ana, NewEnd::Later(10)).await) }),
            Box::pin(async move { done(&there.set_until(&two, aurora, ana, NewEnd::Later(10)).await) }),
        ]).await;
        assert_eq!(words, ["ok", "ok"]);
        let until = world.directory.membership(&john, aurora, ana).await.expect("in").row.until;
        assert_eq!(until, Some(first + chrono::Duration::days(20)));
        other.close().await;
    }

    /// Two machines run the job: everybody is told once.
    async fn told_by_two_machines(world) {
        let other = world.once_more().await;
        let (john, ana) = (world.caller("john.doe").await, world.user("ana.ruiz").await.id);
        let aurora = world.group("aurora").await;
        world.directory.set_until(&john, aurora, ana, NewEnd::At(world.directory.now() + chrono::Duration::days(20))).await.expect("set");
        world.advance(chrono::Duration::days(14));
        let (here, there) = (world.directory.clone(), other.clone());
        both([
            Box::pin(async move { done(&here.tell_ending(10).await) }),
            Box::pin(async move { done(&there.tell_ending(10).await) }),
        ]).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE user_id = $1 AND kind = 'member.ending'", [ana.into()]).await, 1);
        other.close().await;
    }
}
