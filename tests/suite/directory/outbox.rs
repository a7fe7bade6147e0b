//! The outbox (design 5.9): no mail is lost, none leaves that should not.

use access_panel::{
    directory::{Directory, outbox::LEASE, vault::Vault},
    model::{Language, state::Delivery},
};
use chrono::Duration;

use crate::support::{Engine, World, find_ticket, on_both_engines};

const SAM: &str = "gsamoogle@gmail.com";

async fn state(world: &World) -> Vec<String> {
    world.texts("SELECT state FROM outbox ORDER BY created_at, id", []).await
}

async fn payloads(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM outbox WHERE payload IS NOT NULL", []).await
}

async fn delivery(world: &World) -> (Delivery, Option<String>) {
    let row = world.member_row("john.doe", "aurora", SAM).await.expect("sam is in the group");
    let open = row.invitation.expect("an open invitation");
    (open.delivery, open.delivery_error)
}

async fn leased(directory: &Directory) -> usize {
    directory.lease_outbox(100).await.expect("leased").len()
}

on_both_engines! {
    /// Died with the mail in hand, before or after the server had it: it leaves again, under the same Message-ID.
    async fn a_worker_that_dies_loses_nothing(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let first = world.directory.lease_outbox(100).await.expect("leased");
        assert_eq!((first.len(), first[0].tries), (1, 1));
        assert_eq!(leased(&world.directory).await, 0, "it is in one hand");

        let restarted = world.once_more().await;
        restarted.migrate().await.expect("starts");
        assert_eq!(leased(&restarted).await, 0, "`migrate` alone takes nothing out of another's hands");
        restarted.take_over().await.expect("serves");
        if world.engine() == Engine::Postgres {
            // Another machine may be sending it: only time tells.
            assert_eq!(leased(&restarted).await, 0, "a start on PostgreSQL takes nothing out of another's hands");
            world.advance(LEASE - Duration::seconds(1));
            assert_eq!(leased(&restarted).await, 0, "the lease lasts");
            world.advance(Duration::seconds(1));
        }
        let second = restarted.lease_outbox(100).await.expect("leased again");
        assert_eq!(second.len(), 1);
        assert_eq!(second[0].message_id, first[0].message_id, "a duplicate can be told by its Message-ID");
        assert_eq!((&second[0].post, second[0].tries), (&first[0].post, 2));
        restarted.outbox_sent(second[0].id).await.expect("sent");
        assert_eq!(state(world).await, ["sent"]);
        // The first one was only slow, and reports late: nothing changes.
        world.directory.outbox_failed(first[0].id, first[0].tries, "too late", false).await.expect("noted");
        world.directory.outbox_failed(first[0].id, first[0].tries, "too late", true).await.expect("noted");
        assert_eq!(state(world).await, ["sent"]);
        assert_eq!(delivery(world).await, (Delivery::Sent, None), "what was sent stays sent");
        world.advance(Duration::days(1));
        assert_eq!(leased(&restarted).await, 0, "once it is sent, it never leaves again");
        restarted.close().await;
    }

    /// The invitation and its mail are one transaction: there is never one without the other.
    async fn an_invitation_and_its_mail_commit_together(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let restarted = world.once_more().await;
        assert_eq!(leased(&restarted).await, 1);
        restarted.close().await;
        let orphans = "SELECT COUNT(*) FROM invitations i WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.invitation_id = i.id)";
        assert_eq!(world.number(orphans, []).await, 0);
    }

    async fn mail_of_an_ended_invitation_never_leaves(world) {
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        // Before it is leased.
        let sam = world.invite("john.doe", "aurora", SAM).await;
        world.directory.remove_member(&john, aurora, sam.user_id).await.expect("removed");
        assert_eq!(leased(&world.directory).await, 0);
        assert_eq!((state(world).await, payloads(world).await), (vec!["dead".to_owned()], 0));
        // Between the lease and the sending: the worker asks once more.
        let sam = world.invite("john.doe", "aurora", SAM).await;
        let in_hand = world.directory.lease_outbox(100).await.expect("leased");
        assert!(world.directory.outbox_still_wanted(in_hand[0].id).await.expect("asked"));
        world.directory.remove_member(&john, aurora, sam.user_id).await.expect("removed");
        assert!(!world.directory.outbox_still_wanted(in_hand[0].id).await.expect("asked"));
        // Expired before it could leave.
        world.invite("john.doe", "aurora", SAM).await;
        world.advance(Duration::days(30));
        assert_eq!(leased(&world.directory).await, 0);
        assert_eq!(state(world).await, ["dead"; 3]);
        assert_eq!(payloads(world).await, 0, "what is dead keeps no ticket");
    }

    /// A code is not worth sending after a quarter of an hour.
    async fn not_after(world) {
        let guest = "sam@fabrikam.example";
        world.guest_in("aurora", guest).await;
        let attempt = world.attempt_for("browser", guest).await;
        world.directory.send_passcode(Some("browser"), attempt, "network", true, Language::English).await.expect("sent");
        let mail = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        assert_eq!(mail.not_after, world.directory.now() + Duration::minutes(15));
        assert!(world.directory.outbox_still_wanted(mail.id).await.expect("asked"));
        world.advance(Duration::minutes(15));
        assert!(!world.directory.outbox_still_wanted(mail.id).await.expect("asked"));
        assert_eq!(leased(&world.directory).await, 0);
        // A failure whose next try would come too late ends at once.
        let attempt = world.attempt_for("another", guest).await;
        world.directory.send_passcode(Some("another"), attempt, "network", true, Language::English).await.expect("sent");
        let mail = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        world.advance(Duration::minutes(14) + Duration::seconds(45));
        world.directory.outbox_failed(mail.id, mail.tries, "busy", false).await.expect("noted");
        assert_eq!(state(world).await.last().map(String::as_str), Some("dead"));
        assert_eq!(payloads(world).await, 0);
    }

    async fn back_off_grows_and_the_inviter_sees_why(world) {
        world.invite("john.doe", "aurora", SAM).await;
        assert_eq!(delivery(world).await, (Delivery::Queued, None));
        let mut waits = Vec::new();
        for round in 1..=12 {
            let mail = world.directory.lease_outbox(100).await.expect("leased").remove(0);
            assert_eq!(mail.tries, round);
            world.directory.outbox_failed(mail.id, mail.tries, "451 try again later", false).await.expect("noted");
            assert_eq!(delivery(world).await, (Delivery::Queued, Some("451 try again later".to_owned())));
            let due = world.directory.outbox_next_due().await.expect("read").expect("it waits");
            let wait = due - world.directory.now();
            waits.push(wait.num_seconds());
            world.advance(wait - Duration::seconds(1));
            assert_eq!(leased(&world.directory).await, 0, "not before it is due");
            world.advance(Duration::seconds(1));
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]);
        let mail = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        world.directory.outbox_sent(mail.id).await.expect("sent");
        assert_eq!(delivery(world).await, (Delivery::Sent, None), "the reason goes when it was sent");
        assert_eq!((state(world).await, payloads(world).await), (vec!["sent".to_owned()], 0));
        assert_eq!(world.directory.outbox_next_due().await.expect("read"), None);
        assert_eq!(world.directory.outbox_waiting().await.expect("read"), 0);
    }

    async fn a_mail_that_cannot_be_delivered(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let mail = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        world.directory.outbox_failed(mail.id, mail.tries, "550 no such user", true).await.expect("noted");
        assert_eq!(delivery(world).await, (Delivery::Failed, Some("550 no such user".to_owned())));
        assert_eq!((state(world).await, payloads(world).await), (vec!["dead".to_owned()], 0));
        world.advance(Duration::days(1));
        assert_eq!(leased(&world.directory).await, 0);
        assert_eq!(world.user(SAM).await.external_state, Some(access_panel::model::state::ExternalState::Pending));
    }

    /// The server took it, and sent it back later: the inviter sees that, once, while it still matters.
    async fn a_mail_that_comes_back(world) {
        let bounces = "SELECT COUNT(*) FROM audit_events WHERE action = 'mail.bounce'";
        let send = async || {
            let mail = world.directory.lease_outbox(100).await.expect("leased").remove(0);
            world.directory.outbox_sent(mail.id).await.expect("sent");
            mail
        };
        let told = async |message_id: &str| {
            world.directory.outbox_bounced(message_id, "550 5.1.1 no such user").await.expect("told")
        };
        world.invite("john.doe", "aurora", SAM).await;
        let first = send().await;
        assert_eq!(delivery(world).await, (Delivery::Sent, None));
        for other in [
            "",
            "nothing",
            "0193a1b2-1234-7000-8000-0123456789ab@panel.example",
            &format!("{}@evil.example", first.id),
            &format!("'; DROP TABLE outbox; --@{}", first.id),
        ] {
            assert!(!told(other).await, "{other} is not ours");
        }
        assert!(told(&first.message_id).await);
        assert!(!told(&first.message_id).await, "told twice is once");
        assert_eq!(delivery(world).await, (Delivery::Failed, Some("550 5.1.1 no such user".to_owned())));
        assert_eq!(world.number(bounces, []).await, 1);

        // Sent back before we had noted that it was taken: it does not leave once more.
        world.invite("john.doe", "aurora", "quick@gmail.com").await;
        let quick = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        assert!(told(&quick.message_id).await);
        world.directory.outbox_sent(quick.id).await.expect("noted late");
        let row = world.member_row("john.doe", "aurora", "quick@gmail.com").await.expect("in the group");
        assert_eq!(row.invitation.expect("open").delivery, Delivery::Failed);
        world.advance(Duration::days(1));
        assert_eq!((leased(&world.directory).await, payloads(world).await), (0, 0));

        // Of an invitation that has ended, it is no news.
        let john = world.caller("john.doe").await;
        let ended = world.invite("john.doe", "aurora", "ended@gmail.com").await;
        let mail = send().await;
        world.directory.remove_member(&john, world.group("aurora").await, ended.user_id).await.expect("removed");
        assert!(!told(&mail.message_id).await);
        assert_eq!(world.number(bounces, []).await, 2);
    }

    /// A late bounce of an old mail does not hide that a newer one is on its way or has arrived; nor does a copy's.
    async fn only_the_newest_mail_counts(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let first = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        world.directory.outbox_sent(first.id).await.expect("sent");
        let copied = "INSERT INTO outbox (id, kind, recipient, message_id, invitation_id, state, tries, due_at, not_after, created_at)
             SELECT $1, $2, recipient, $3, invitation_id, 'sent', 1, due_at, not_after, created_at FROM outbox WHERE id = $4";
        for (kind, later) in [("copy", 1), ("reminder", 2)] {
            let id = uuid::Uuid::from_u128(first.id.as_u128() + later);
            let message_id = format!("{id}@panel.example");
            world.change(copied, [id.into(), kind.into(), message_id.clone().into(), first.id.into()]).await;
            if kind == "reminder" {
                let old = world.directory.outbox_bounced(&first.message_id, "550 old").await.expect("told");
                assert!(!old, "a newer one has left since");
            }
            let changed = world.directory.outbox_bounced(&message_id, "550 new").await.expect("told");
            assert_eq!(changed, kind == "reminder", "{kind}");
        }
        assert_eq!(delivery(world).await, (Delivery::Failed, Some("550 new".to_owned())));
    }

    /// Tickets and codes lie nowhere in the clear.
    async fn payloads_are_sealed(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let stored = world.blobs("SELECT payload FROM outbox").await;
        let mails = world.directory.lease_outbox(100).await.expect("leased");
        let ticket = find_ticket(&mails, SAM).expect("a ticket");
        assert!(!contains(&stored[0], ticket.as_bytes()) && !contains(&stored[0], b"Welcome"), "sealed");
        let hashes = world.blobs("SELECT hash FROM tickets").await;
        assert_eq!(hashes.iter().map(Vec::len).collect::<Vec<_>>(), [32], "of the ticket there is only a hash");
        assert!(!contains(&hashes[0], &ticket.as_bytes()[..8]));
        // With another key nothing opens, and nothing else breaks: the mail ends with a reason.
        world.invite("john.doe", "aurora", "other@gmail.com").await;
        let stranger = world.opened_with(access_panel::directory::Deployment {
            vault: Vault::new([8; 32]), ..crate::support::world::deployment(world.clock.clone())
        }).await;
        assert_eq!(leased(&stranger).await, 0);
        let reasons = world.texts("SELECT last_error FROM outbox WHERE recipient = 'other@gmail.com'", []).await;
        assert!(reasons[0].contains("key"), "{reasons:?}");
        stranger.close().await;
    }

    /// The oldest first, and no more than asked for.
    async fn in_order(world) {
        for number in 0..5 {
            world.invite("john.doe", "aurora", &format!("guest{number}@gmail.com")).await;
            world.advance(Duration::seconds(1));
        }
        let first: Vec<_> = world.directory.lease_outbox(2).await.expect("leased").into_iter().map(|mail| mail.to).collect();
        assert_eq!(first, ["guest0@gmail.com", "guest1@gmail.com"]);
        assert_eq!(leased(&world.directory).await, 3);
        let next = world.directory.outbox_next_due().await.expect("read").expect("all are leased");
        assert_eq!(next, world.directory.now() + LEASE, "the worker wakes when the first lease runs out");
    }

    /// A mail in another's hands stays there: a late failure does not give it to a third.
    async fn a_late_failure_does_not_end_anothers_lease(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let slow = world.directory.lease_outbox(100).await.expect("leased").remove(0);
        world.advance(LEASE);
        assert_eq!(leased(&world.directory).await, 1, "the lease ran out, a second hand has it");
        world.directory.outbox_failed(slow.id, slow.tries, "too slow", false).await.expect("noted");
        world.advance(Duration::seconds(90));
        assert_eq!(leased(&world.directory).await, 0, "the second hand is still sending");
    }
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A worker is woken by what was committed.
#[tokio::test]
async fn a_commit_wakes_the_worker() {
    let world = World::on(Engine::Sqlite).await.expect("SQLite is always there");
    let _ = tokio::time::timeout(std::time::Duration::ZERO, world.directory.outbox_wakeup().notified()).await;
    let wakeup = world.directory.outbox_wakeup().notified();
    world.invite("john.doe", "aurora", SAM).await;
    tokio::time::timeout(std::time::Duration::from_secs(5), wakeup).await.expect("the worker is woken");
    world.finish().await;
}
