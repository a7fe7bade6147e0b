//! Keeping somebody out at once, and letting them in again.

use access_panel::{
    directory::blocking::Operator,
    model::{Address, state::Outcome},
};

use chrono::Duration;

use super::sessions::open;
use crate::support::{on_both_engines, said};

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

on_both_engines! {
    async fn only_operators_block(world) {
        world.guest_in("aurora", "sam@fabrikam.example").await;
        let sam = address("sam@fabrikam.example");
        let d = &world.directory;
        for (who, answer) in [("john.doe", "forbidden"), ("lena.lee", "forbidden"), ("ada.admin", "ok")] {
            let caller = world.caller(who).await;
            let operator = Operator::Person(&caller);
            assert_eq!(said(&d.block_user(operator, &sam).await), answer, "{who}");
            assert_eq!(said(&d.end_sessions(operator, &sam).await), answer, "{who}");
            assert_eq!(said(&d.unblock_user(operator, &sam).await), answer, "{who}");
        }
        let guest = world.caller("sam@fabrikam.example").await;
        assert_eq!(said(&d.block_user(Operator::Person(&guest), &address("ada.admin@woodgrove.example")).await), "forbidden");
        assert_eq!(said(&d.block_user(Operator::CommandLine, &address("nobody@fabrikam.example")).await), "notFound");
    }

    async fn who_is_blocked_is_out_at_once_and_keeps_what_they_have(world) {
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        let (d, sam) = (&world.directory, address("sam@fabrikam.example"));
        let apps = world.apps_of(&guest).await;
        open(world, guest.user_id, Duration::days(1)).await;
        assert_eq!(world.count("sessions").await, 1);
        assert!(d.block_user(Operator::CommandLine, &sam).await.expect("blocks"));
        assert_eq!(world.count("sessions").await, 0);
        assert!(!d.block_user(Operator::CommandLine, &sam).await.expect("was blocked"));
        assert!(!d.end_sessions(Operator::CommandLine, &sam).await.expect("had none"));
        assert_eq!(world.memberships_of(guest.user_id).await, 1);
        assert!(d.unblock_user(Operator::CommandLine, &sam).await.expect("unblocks"));
        assert!(!d.unblock_user(Operator::CommandLine, &sam).await.expect("was not blocked"));
        assert_eq!(world.apps_of(&guest).await, apps);
        for action in ["user.block", "user.unblock"] {
            assert_eq!(world.events(action, Outcome::Success).await, 1, "{action}");
        }
    }
}
