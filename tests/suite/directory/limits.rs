//! How often something may be done.

use std::sync::Arc;

use access_panel::{
    directory::{Error, Result, invitations::Ask},
    model::{Code, Refusal, state::Outcome},
};
use chrono::Duration;
use tokio::{sync::Barrier, task::JoinSet};

use crate::support::{World, on_both_engines, said};

/// How many transactions begin at once.
const AT_ONCE: usize = 30;

async fn set(world: &World, keys: &str) {
    world.import(&format!("[invitations]\n{keys}\n")).await;
}

async fn invite(world: &World, inviter: &str, group: &str, address: &str) -> Result<()> {
    let ask = world.ask(group, address).await;
    world.directory.invite(&world.caller(inviter).await, &ask).await.map(|_| ())
}

fn refusal(result: Result<()>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// All of these people invite at once, each another address; the codes of the answers, in order.
async fn all_at_once(world: &World, asks: Vec<(&'static str, Ask)>) -> Vec<String> {
    let start = Arc::new(Barrier::new(asks.len()));
    let mut tasks = JoinSet::new();
    for (inviter, ask) in asks {
        let (directory, caller, start) = (world.directory.clone(), world.caller(inviter).await, start.clone());
        tasks.spawn(async move {
            start.wait().await;
            match directory.invite(&caller, &ask).await {
                Err(error) if error.code() == Code::Internal => error.to_string(),
                answer => said(&answer).to_owned(),
            }
        });
    }
    let mut answers = tasks.join_all().await;
    answers.sort();
    answers
}

fn passed_and_refused(passed: usize) -> Vec<String> {
    let mut answers = vec!["ok".to_owned(); passed];
    answers.resize(AT_ONCE, "rateLimited".to_owned());
    answers
}

/// Tests begin at 11:06:40 UTC.
const UNTIL_NEXT_HOUR: u32 = 3200;
const UNTIL_MIDNIGHT: u32 = UNTIL_NEXT_HOUR + 12 * 3600;

on_both_engines! {
    async fn exactly_as_many_as_one_inviter_may(world) {
        set(world, "inviter_per_hour = 10").await;
        let mut asks = Vec::new();
        for number in 0..AT_ONCE {
            // Groups in turn: locks of groups differ, the counter is one.
            let group = ["aurora", "open-house"][number % 2];
            asks.push(("ana.ruiz", world.ask(group, &format!("guest{number}@fabrikam.example")).await));
        }
        world.import("[[groups]]\nkey = \"aurora\"\nname = \"Aurora partners\"\naccepts_guests = true\nmembers_may_invite = true\n\
                      owners = [\"john.doe@woodgrove.example\"]\nmembers = [\"ana.ruiz@woodgrove.example\"]\n").await;
        assert_eq!(all_at_once(world, asks).await, passed_and_refused(10));
        assert_eq!(world.count("invitations").await, 10, "a refusal leaves nothing behind");
        assert_eq!(world.number("SELECT COUNT(*) FROM users WHERE user_type = 'guest'", []).await, 10);
        assert_eq!(world.number("SELECT MAX(used) FROM rate_counters", []).await, 10, "nor is it counted");
        assert_eq!(world.events("invitation.create", Outcome::Refused).await, AT_ONCE - 10, "but it is audited");
    }

    async fn exactly_as_many_as_everyone_together_may(world) {
        set(world, "organization_per_day = 10").await;
        let mut asks = Vec::new();
        for number in 0..AT_ONCE {
            let (inviter, group) = [("john.doe", "aurora"), ("omar.owner", "timber"), ("emma.inviter", "studio"), ("ada.admin", "board"), ("ana.ruiz", "open-house")][number % 5];
            asks.push((inviter, world.ask(group, &format!("guest{number}@fabrikam.example")).await));
        }
        assert_eq!(all_at_once(world, asks).await, passed_and_refused(10));
        assert_eq!(world.count("invitations").await, 10);
    }

    async fn refusals_say_when_to_try_again(world) {
        set(world, "inviter_per_hour = 1\ninviter_per_day = 2").await;
        let at = |address: u32| format!("guest{address}@fabrikam.example");
        invite(world, "john.doe", "aurora", &at(1)).await.expect("the first");
        let no = refusal(invite(world, "john.doe", "aurora", &at(2)).await);
        assert_eq!((no.code, no.field.as_deref(), no.retry_after), (Code::RateLimited, Some("address"), Some(UNTIL_NEXT_HOUR)));
        assert!(world.find_user(&at(2)).await.is_none());
        world.advance(Duration::seconds(i64::from(UNTIL_NEXT_HOUR) - 1));
        assert_eq!(refusal(invite(world, "john.doe", "aurora", &at(2)).await).retry_after, Some(1));
        world.advance(Duration::seconds(1));
        invite(world, "john.doe", "aurora", &at(2)).await.expect("a new hour");
        // Now both are used up: the longer wait is told.
        let no = refusal(invite(world, "john.doe", "aurora", &at(3)).await);
        assert_eq!(no.retry_after, Some(UNTIL_MIDNIGHT - UNTIL_NEXT_HOUR));
        world.advance(Duration::hours(1));
        assert_eq!(refusal(invite(world, "john.doe", "aurora", &at(3)).await).retry_after, Some(UNTIL_MIDNIGHT - UNTIL_NEXT_HOUR - 3600));
        // Others are not touched by it.
        invite(world, "omar.owner", "timber", &at(3)).await.expect("Omar has limits of his own");
        world.advance(Duration::seconds(i64::from(UNTIL_MIDNIGHT - UNTIL_NEXT_HOUR - 3600)));
        invite(world, "john.doe", "aurora", &at(3)).await.expect("a new day");
    }

    async fn whom_which_limit_binds(world) {
        set(world, "inviter_per_hour = 1\ninviter_per_day = 1\norganization_per_day = 5").await;
        let left = async |who: &str| world.directory.invitations_left(&world.caller(who).await).await.expect("read");
        assert_eq!((left("john.doe").await, left("ada.admin").await), (Some(1), Some(5)));
        for number in 0..2 {
            invite(world, "ada.admin", "aurora", &format!("a{number}@fabrikam.example")).await.expect("administrators have no limit of their own");
            invite(world, "emma.inviter", "studio", &format!("e{number}@fabrikam.example")).await.expect("nor have guest inviters");
        }
        assert_eq!((left("john.doe").await, left("ada.admin").await, left("emma.inviter").await), (Some(1), Some(1), Some(1)));
        invite(world, "john.doe", "aurora", "j@fabrikam.example").await.expect("the last one of the day");
        assert_eq!((left("john.doe").await, left("ada.admin").await), (Some(0), Some(0)));
        let no = refusal(invite(world, "ada.admin", "aurora", "a9@fabrikam.example").await);
        assert_eq!((no.code, no.retry_after), (Code::RateLimited, Some(UNTIL_MIDNIGHT)), "the organization's limit binds administrators");
        // Nobody is invited by it who is there already.
        assert_eq!(said(&invite(world, "ada.admin", "aurora", "j@fabrikam.example").await), "ok");
    }

    async fn zero_is_no_limit(world) {
        set(world, "inviter_per_hour = 0\ninviter_per_day = 0\norganization_per_day = 0").await;
        invite(world, "john.doe", "aurora", "sam@fabrikam.example").await.expect("no limit");
        assert_eq!(world.count("rate_counters").await, 0, "nothing to count");
        assert_eq!(world.directory.invitations_left(&world.caller("john.doe").await).await.expect("read"), None);
        set(world, "inviter_per_day = 3").await;
        assert_eq!(world.directory.invitations_left(&world.caller("john.doe").await).await.expect("read"), Some(3));
    }

    async fn a_network_at_once(world) {
        let start = Arc::new(Barrier::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (directory, start) = (world.directory.clone(), start.clone());
            tasks.spawn(async move {
                start.wait().await;
                said(&directory.limit_network("sign-ins", "198.51.100.7", 10).await).to_owned()
            });
        }
        let mut answers = tasks.join_all().await;
        answers.sort();
        assert_eq!(answers, passed_and_refused(10));
        assert_eq!(world.texts("SELECT key FROM rate_counters WHERE used = 10", []).await, ["sign-ins from 198.51.100.7"]);
    }

    async fn networks_and_purposes_are_counted_apart(world) {
        let d = &world.directory;
        for (what, network, per_hour, expected) in [
            ("sign-ins", "198.51.100.7", 1, "ok"),
            ("sign-ins", "198.51.100.7", 1, "rateLimited"),
            ("sign-ins", "198.51.100.8", 1, "ok"),
            ("sign-ins", "2001:db8::/64", 1, "ok"),
            ("forms", "198.51.100.7", 1, "ok"),
            ("forms", "198.51.100.7", 0, "ok"),
            // A limit that was raised holds from now on.
            ("sign-ins", "198.51.100.7", 2, "ok"),
            ("sign-ins", "198.51.100.7", 2, "rateLimited"),
        ] {
            assert_eq!(said(&d.limit_network(what, network, per_hour).await), expected, "{what} {network} {per_hour}");
        }
        let no = refusal(d.limit_network("forms", "198.51.100.7", 1).await);
        assert_eq!((no.field.as_deref(), no.retry_after), (None, Some(UNTIL_NEXT_HOUR)));
        world.advance(Duration::seconds(i64::from(UNTIL_NEXT_HOUR)));
        assert_eq!(said(&d.limit_network("forms", "198.51.100.7", 1).await), "ok", "a new hour");
    }

    async fn counters_go_when_their_time_is_over(world) {
        let d = &world.directory;
        invite(world, "john.doe", "aurora", "sam@fabrikam.example").await.expect("invites");
        d.limit_network("sign-ins", "198.51.100.7", 10).await.expect("counts");
        assert_eq!(world.count("rate_counters").await, 4);
        assert_eq!(d.clear_old_counters().await.expect("clears"), 0, "all of them are running");
        world.advance(Duration::seconds(i64::from(UNTIL_MIDNIGHT) - 1));
        d.clear_old_counters().await.expect("clears");
        assert_eq!(world.number("SELECT COUNT(*) FROM rate_counters WHERE key LIKE 'invitations%day'", []).await, 2, "the day is not over");
        world.advance(Duration::days(1));
        d.clear_old_counters().await.expect("clears");
        assert_eq!(world.count("rate_counters").await, 0);
    }
}
