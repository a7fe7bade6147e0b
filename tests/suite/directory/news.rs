//! Mails that the panel sends by itself: reminders, digests, copies; and what a block stops.

use access_panel::model::{
    Address, Refusal,
    letter::{Letter, News},
    state::{InvitationState, Outcome},
};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::support::{World, on_both_engines, said};

const SAM: &str = "sam@fabrikam.example";
const KIM: &str = "kim@fabrikam.example";
const JOHN: &str = "john.doe@woodgrove.example";

/// Three days before the end of an invitation that is open for thirty.
const SOON: Duration = Duration::days(27);

async fn remind(world: &World) -> u64 {
    world.directory.remind_guests(100).await.expect("the job runs")
}

async fn digest(world: &World) -> u64 {
    world.directory.tell_inviters(100).await.expect("the job runs")
}

/// Invites to a group, delivers, and names the invitation.
async fn sent(world: &World, inviter: &str, group: &str, address: &str) -> Uuid {
    let invited = world.invite(inviter, group, address).await;
    world.deliver().await;
    invited.invitation_id.expect("an invitation")
}

/// Carries everything away, and gives the token in the footer of the newest mail to an address.
async fn token_to(world: &World, address: &str) -> String {
    let mails = world.deliver().await;
    let found = mails.iter().rev().filter(|mail| mail.to == address).find_map(|mail| mail.post.unsubscribe.clone());
    found.unwrap_or_else(|| panic!("no mail with a footer went to {address}: {mails:?}"))
}

async fn digest_to(world: &World, address: &str) -> (Vec<News>, u32) {
    let letters = world.letters_to(address).await;
    match letters.as_slice() {
        [Letter::Digest { news, more }] => (news.clone(), *more),
        other => panic!("expected one digest, got {other:?}"),
    }
}

/// Moves to the first second of the next hour.
fn next_hour(world: &World) {
    let now: DateTime<Utc> = world.directory.now();
    world.advance(Duration::seconds(3600 - now.timestamp().rem_euclid(3600)));
}

on_both_engines! {
    async fn guests_are_reminded_once(world) {
        let id = sent(world, "john.doe", "aurora", SAM).await;
        world.advance(SOON - Duration::seconds(1));
        assert_eq!(remind(world).await, 0, "not too early");
        world.advance(Duration::seconds(1));
        assert_eq!(remind(world).await, 1);
        assert_eq!(world.delivery_of(id).await, "sent", "the invitation was sent, whatever becomes of the reminder");
        let letters = world.letters_to(SAM).await;
        let [Letter::Reminder { ticket: Some(ticket), inviter, message, groups, address, .. }] = letters.as_slice() else {
            panic!("{letters:?}")
        };
        assert_eq!((inviter.name.as_str(), message.as_str(), address.as_str()), ("John Doe", "Welcome aboard.", SAM));
        assert_eq!(groups, &["Aurora partners"]);
        for _ in 0..3 {
            world.advance(Duration::hours(20));
            assert_eq!(remind(world).await, 0, "once");
        }
        world.redeem_by_code("b", ticket, SAM).await.expect("its link is good");
        assert_eq!(world.events("invitation.remind", Outcome::Success).await, 1);
    }

    async fn whom_nobody_reminds(world) {
        let days = async |days: u16| world.import(&format!("[invitations]\nreminder_days = {days}\n")).await;
        let john = world.caller("john.doe").await;
        sent(world, "john.doe", "aurora", "blocked@fabrikam.example").await;
        world.invite("john.doe", "aurora", "again@fabrikam.example").await;
        let token = token_to(world, "again@fabrikam.example").await;
        world.directory.block_mail(&token).await.expect("blocked");
        let sql = "INSERT INTO mail_blocks (address_norm, created_at) VALUES ('blocked@fabrikam.example', $1)";
        world.change(sql, [world.directory.now().into()]).await;

        world.invite("john.doe", "aurora", "failed@fabrikam.example").await;
        let mail = world.directory.lease_outbox(10).await.expect("leased").remove(0);
        world.directory.outbox_failed(mail.id, mail.tries, "550 no such user", true).await.expect("noted");
        let mut ask = world.ask_to(&["aurora"], &[], "link@fabrikam.example").await;
        ask.terms.without_mail = true;
        world.invited("john.doe", &ask).await;
        sent(world, "john.doe", "aurora", "accepted@fabrikam.example").await;
        let accepted = world.invite("omar.owner", "timber", "accepted@fabrikam.example").await;
        let ticket = world.ticket_to("accepted@fabrikam.example").await;
        world.redeem_by_code("b", &ticket, "accepted@fabrikam.example").await.expect("redeems");
        assert_eq!(world.invitation_states(accepted.user_id).await, ["accepted", "accepted"]);
        let revoked = sent(world, "john.doe", "aurora", "revoked@fabrikam.example").await;
        world.directory.revoke_invitation(&john, revoked).await.expect("revoked");
        sent(world, "john.doe", "aurora", "narrowed@gmail.com").await;
        sent(world, "omar.owner", "timber", "barred@contoso.example").await;
        // The inviter is gone.
        sent(world, "ana.ruiz", "open-house", "alone@fabrikam.example").await;
        world.disable(world.user("ana.ruiz").await.id).await;
        // Waits for the mail server.
        world.advance(SOON);
        world.narrow_group("aurora", serde_json::json!({ "deny": ["gmail.com"] })).await;
        world.import("[domains]\ndeny = [\"contoso.example\"]\n").await;
        world.invite("john.doe", "aurora", "queued@fabrikam.example").await;
        days(30).await;
        assert_eq!(remind(world).await, 0);
        // Switched off.
        let late = sent(world, "john.doe", "aurora", SAM).await;
        world.advance(Duration::days(2));
        days(0).await;
        assert_eq!(remind(world).await, 0, "switched off");
        days(30).await;
        assert_eq!(remind(world).await, 2, "switched on again: {SAM}, and the one that was queued");
        let reminded = "SELECT COUNT(*) FROM invitations WHERE id = $1 AND reminded_at IS NOT NULL";
        assert_eq!(world.number(reminded, [late.into()]).await, 1);
    }

    /// A mail that came a moment ago is reminder enough.
    async fn not_sooner_than_a_day_after_the_mail(world) {
        let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
        ask.terms.valid_days = Some(2);
        let invited = world.invited("john.doe", &ask).await;
        // The mail server was slow.
        world.advance(Duration::hours(3));
        world.deliver().await;
        world.advance(Duration::hours(24) - Duration::seconds(1));
        assert_eq!(remind(world).await, 0);
        let john = world.caller("john.doe").await;
        world.directory.resend_invitation(&john, invited.invitation_id.unwrap()).await.expect("sent again");
        world.deliver().await;
        world.advance(Duration::seconds(2));
        assert_eq!(remind(world).await, 0, "the newest mail counts");
        world.advance(Duration::hours(21));
        assert_eq!(remind(world).await, 0, "and then it is over");
    }

    async fn again_after_an_extension(world) {
        let id = sent(world, "john.doe", "aurora", SAM).await;
        let john = world.caller("john.doe").await;
        world.advance(SOON);
        assert_eq!(remind(world).await, 1);
        world.directory.extend_invitation(&john, id, Some(2)).await.expect("no longer than it is");
        assert_eq!(remind(world).await, 0, "what did not become longer reminds of nothing");
        world.directory.extend_invitation(&john, id, Some(10)).await.expect("extended");
        world.deliver().await;
        assert_eq!(remind(world).await, 0, "it is far away again");
        world.advance(Duration::days(7));
        assert_eq!(remind(world).await, 1, "the new end is near");
        assert_eq!(world.kinds_to(SAM).await, ["reminder"]);
        assert_eq!(remind(world).await, 0);
        assert_eq!(world.events("invitation.remind", Outcome::Success).await, 2);
        assert_eq!(world.events("invitation.extend", Outcome::Success).await, 1, "what changed nothing is no event");
    }

    /// A reminder that comes too late does not leave.
    async fn a_reminder_of_what_has_ended_does_not_leave(world) {
        let john = world.caller("john.doe").await;
        let id = sent(world, "john.doe", "aurora", SAM).await;
        sent(world, "john.doe", "aurora", KIM).await;
        world.advance(SOON);
        assert_eq!(remind(world).await, 2);
        world.directory.revoke_invitation(&john, id).await.expect("revoked");
        world.advance(Duration::days(4));
        assert_eq!(world.deliver().await.len(), 0, "revoked, and expired");
    }

    async fn one_digest_an_hour(world) {
        let ticket_of = async |address: &str| {
            world.invite("john.doe", "aurora", address).await;
            world.ticket_to(address).await
        };
        let (sam, kim, lea) = (ticket_of(SAM).await, ticket_of(KIM).await, ticket_of("lea@fabrikam.example").await);
        assert_eq!(digest(world).await, 0, "no news");
        next_hour(world);
        world.redeem_by_code("b", &sam, SAM).await.expect("redeems");
        world.advance(Duration::minutes(1));
        world.directory.decline(&kim).await.expect("declined");
        assert_eq!(digest(world).await, 1);
        let (news, more) = digest_to(world, JOHN).await;
        let lines: Vec<_> = news.iter().map(|line| (line.address.as_str(), line.state)).collect();
        assert_eq!(lines, [(KIM, InvitationState::Declined), (SAM, InvitationState::Accepted)], "the newest first");
        assert_eq!(more, 0);
        // More news in the same hour waits, however often the job comes by.
        world.directory.decline(&lea).await.expect("declined");
        for _ in 0..3 {
            world.advance(Duration::minutes(15));
            assert_eq!(digest(world).await, 0);
        }
        next_hour(world);
        assert_eq!(digest(world).await, 1);
        assert_eq!(digest_to(world, JOHN).await.0.len(), 1, "each outcome once");
        next_hour(world);
        assert_eq!(digest(world).await, 0);
    }

    /// What inviters did themselves is no news to them, and a hundred outcomes are one mail.
    async fn a_digest_is_no_flood(world) {
        world.import("[invitations]\ninviter_per_hour = 0\n").await;
        let john = world.caller("john.doe").await;
        for number in 0..45 {
            world.invite("john.doe", "aurora", &format!("guest{number}@fabrikam.example")).await;
        }
        let mine = sent(world, "john.doe", "aurora", SAM).await;
        world.directory.revoke_invitation(&john, mine).await.expect("revoked");
        assert_eq!(digest(world).await, 0, "john knows what he revoked");
        world.advance(Duration::days(31));
        assert_eq!(world.directory.expire_invitations(1000).await.expect("job"), 45);
        assert_eq!(digest(world).await, 1);
        let (news, more) = digest_to(world, JOHN).await;
        assert_eq!((news.len(), more), (20, 25));
        assert!(news.iter().all(|line| line.state == InvitationState::Expired));
        next_hour(world);
        assert_eq!(digest(world).await, 0, "all of them were told");
    }

    async fn nobody_to_tell(world) {
        let by = async |inviter: &str, group: &str, address: &str| {
            world.invite(inviter, group, address).await;
            world.ticket_to(address).await
        };
        let (gone, blocked) = (by("john.doe", "aurora", SAM).await, by("omar.owner", "timber", KIM).await);
        let later = by("ana.ruiz", "open-house", "lea@fabrikam.example").await;
        world.disable(world.user("omar.owner").await.id).await;
        world.delete(world.user("john.doe").await.id).await;
        world.directory.decline(&gone).await.expect("declined");
        world.directory.decline(&blocked).await.expect("declined");
        assert_eq!(digest(world).await, 0);
        assert_eq!(world.deliver().await.len(), 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM invitations WHERE told_at IS NULL AND state <> 'pending'", []).await, 0,
            "they do not wait for ever");
        // Switched off, news is dropped: switched on again, there is no flood of old ones.
        world.import("[invitations]\ndigest = false\n").await;
        world.directory.decline(&later).await.expect("declined");
        assert_eq!(digest(world).await, 0);
        world.import("[invitations]\ndigest = true\n").await;
        next_hour(world);
        assert_eq!(digest(world).await, 0);
        let ticket = by("ana.ruiz", "open-house", "max@fabrikam.example").await;
        world.directory.decline(&ticket).await.expect("declined");
        assert_eq!(digest(world).await, 1);
    }

    /// Those who were told within the hour do not keep the others waiting.
    async fn everybody_is_told_in_time(world) {
        let inviters = [("john.doe", "aurora"), ("omar.owner", "timber"), ("ana.ruiz", "open-house"), ("ada.admin", "board")];
        next_hour(world);
        // Two have news all the time; the others now.
        let mut told = 0;
        for (number, (inviter, group)) in inviters.iter().enumerate() {
            let address = format!("first{number}@fabrikam.example");
            world.invite(inviter, group, &address).await;
            let ticket = world.ticket_to(&address).await;
            world.directory.decline(&ticket).await.expect("declined");
        }
        for round in 0..4 {
            told += world.directory.tell_inviters(1).await.expect("job");
            let mails = world.deliver().await;
            let read: Vec<_> = mails.iter().map(|mail| mail.to.clone()).collect();
            // Whoever has just been told has news again.
            for reader in read {
                let group = inviters.iter().find(|(who, _)| reader.starts_with(who)).expect("one of them").1;
                let address = format!("more{round}@fabrikam.example");
                world.invite(reader.split('@').next().unwrap(), group, &address).await;
                let ticket = world.ticket_to(&address).await;
                world.directory.decline(&ticket).await.expect("declined");
            }
        }
        assert_eq!(told, 4, "one each, though the job tells no more than one at a time");
    }

    async fn copies_are_told_and_open_nothing(world) {
        let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
        let cc = ["boss@fabrikam.example", "lena.lee@woodgrove.example", "Sam@Fabrikam.example"];
        ask.terms.cc = cc.iter().map(|text| Address::parse(text).unwrap()).collect();
        ask.terms.message = "Welcome.".to_owned();
        let invited = world.invited("john.doe", &ask).await;
        let mails = world.directory.lease_outbox(10).await.expect("leased");
        let mut to: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.post.letter.kind())).collect();
        to.sort_unstable();
        assert_eq!(to, [(cc[0], "copy"), (cc[1], "copy"), (SAM, "invitation")], "no copy for the guest");
        let tickets: i64 = world.count("tickets").await;
        assert_eq!(tickets, 1, "copies mint none");
        for mail in &mails {
            let text = serde_json::to_string(&mail.post).unwrap();
            let Letter::Copy { address, message, groups, .. } = &mail.post.letter else { continue };
            assert!(!text.contains("ticket"), "{text}");
            assert_eq!((address.as_str(), message.as_str(), groups.len()), (SAM, "Welcome.", 1));
            assert!(mail.post.unsubscribe.is_some(), "they did not ask for it");
        }
        // A copy that fails says nothing about the invitation; nor does one that leaves.
        let id = invited.invitation_id.unwrap();
        let copies: Vec<_> = mails.iter().filter(|mail| mail.post.letter.kind() == "copy").collect();
        world.directory.outbox_failed(copies[0].id, copies[0].tries, "550 no", true).await.expect("noted");
        assert_eq!(world.delivery_of(id).await, "queued");
        world.directory.outbox_sent(copies[1].id).await.expect("sent");
        assert_eq!(world.delivery_of(id).await, "queued");
        let main = mails.iter().find(|mail| mail.to == SAM).unwrap();
        world.directory.outbox_sent(main.id).await.expect("sent");
        assert_eq!(world.delivery_of(id).await, "sent");
        // A copy's footer blocks its reader, and declines nothing.
        let token = copies[0].post.unsubscribe.clone().unwrap();
        world.directory.decline_by_mail(&token).await.expect("nothing to decline");
        assert_eq!(world.state_of(id).await, "pending");
        assert_eq!(world.directory.unsubscribe_page(&token).await.expect("page").address, copies[0].to);
        world.directory.block_mail(&token).await.expect("blocked");
        ask.address = KIM.to_owned();
        world.invited("john.doe", &ask).await;
        let mails = world.deliver().await;
        let copies = mails.iter().filter(|mail| mail.post.letter.kind() == "copy");
        // Kim's: the other colleague, and Sam, who is not the guest this time.
        assert_eq!(copies.count(), 2, "everybody but who blocks: {mails:?}");
    }

    async fn copies_have_limits(world) {
        world.import("[domains]\ndeny = [\"bad.example\"]\n").await;
        let john = world.caller("john.doe").await;
        let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
        let at = |domain: &str, count: usize| -> Vec<Address> {
            (0..count).map(|n| Address::parse(&format!("cc{n}@{domain}")).unwrap()).collect()
        };
        for (cc, expected) in [
            (at("fabrikam.example", 6), "tooManyCc"),
            (at("bad.example", 1), "domainBlocked"),
            (at("fabrikam.example", 5), "ok"),
        ] {
            ask.terms.cc = cc;
            let invited = world.directory.invite(&john, &ask).await;
            assert_eq!(said(&invited), expected);
            if let Err(error) = invited {
                assert_eq!(Refusal::from(error).field.as_deref(), Some("cc"));
            }
        }
        // The same to somebody who has accepted before.
        world.guest_in("timber", KIM).await;
        ask.address = KIM.to_owned();
        world.deliver().await;
        world.invited("john.doe", &ask).await;
        let mails = world.deliver().await;
        assert_eq!(mails.iter().filter(|mail| mail.post.letter.kind() == "copy").count(), 5);
        assert_eq!(mails.iter().filter(|mail| mail.post.letter.kind() == "added").count(), 1);
    }

    /// Everything that waits for a blocked address is stopped, and nothing else.
    async fn a_block_stops_what_goes_to_that_address(world) {
        let john = world.caller("john.doe").await;
        let first = world.invite("john.doe", "aurora", SAM).await;
        let token = token_to(world, SAM).await;
        // Waiting: the invitation sent again, a second one with a copy, and a copy of another's to this address.
        world.directory.resend_invitation(&john, first.invitation_id.unwrap()).await.expect("again");
        let mut ask = world.ask_to(&["timber"], &[], SAM).await;
        ask.terms.cc = vec![Address::parse("boss@fabrikam.example").unwrap()];
        let second = world.invited("omar.owner", &ask).await;
        let mut ask = world.ask_to(&["timber"], &[], KIM).await;
        ask.terms.cc = vec![Address::parse("SAM@fabrikam.example").unwrap()];
        let kim = world.invited("omar.owner", &ask).await;
        world.directory.block_mail(&token).await.expect("blocked");
        world.directory.block_mail(&token).await.expect("twice is once");
        let mails = world.deliver().await;
        let mut to: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.post.letter.kind())).collect();
        to.sort_unstable();
        assert_eq!(to, [("boss@fabrikam.example", "copy"), (KIM, "invitation")]);
        assert_eq!(world.delivery_of(first.invitation_id.unwrap()).await, "sent", "the first mail did leave");
        assert_eq!(world.delivery_of(second.invitation_id.unwrap()).await, "none");
        assert_eq!(world.delivery_of(kim.invitation_id.unwrap()).await, "sent");
        assert_eq!(world.events("mail.block", Outcome::Success).await, 1);
        for state in [&first, &second].map(|invited| invited.invitation_id.unwrap()) {
            assert_eq!(world.state_of(state).await, "pending", "a block is no refusal");
        }
        assert_eq!(said(&world.directory.resend_invitation(&john, first.invitation_id.unwrap()).await), "mailBlocked");
        // The link can be handed over, and codes leave: without them nobody could come in.
        let link = world.directory.invitation_link(&john, first.invitation_id.unwrap()).await.expect("a link");
        world.redeem_by_code("b", &World::ticket_in(&link), SAM).await.expect("redeems");
        // A notice is a mail, too.
        let added = world.invite("ana.ruiz", "open-house", SAM).await;
        assert_eq!(added.invitation_id, None);
        assert_eq!(world.deliver().await.len(), 0);
        world.directory.unblock_mail(&token).await.expect("unblocked");
        world.directory.unblock_mail(&token).await.expect("twice is once");
        assert_eq!(world.events("mail.unblock", Outcome::Success).await, 1);
        world.invite("john.doe", "aurora", "other@fabrikam.example").await;
        world.invite("ada.admin", "board", SAM).await;
        assert_eq!(world.kinds_to(SAM).await, ["added"], "and then they get them again");
    }

    /// A notice that was written before the block does not leave after it.
    async fn a_block_stops_a_notice_on_its_way(world) {
        world.guest_in("aurora", SAM).await;
        world.invite("omar.owner", "timber", SAM).await;
        let token = token_to(world, SAM).await;
        world.invite("ana.ruiz", "open-house", SAM).await;
        let in_hand = world.directory.lease_outbox(10).await.expect("leased").remove(0);
        world.directory.block_mail(&token).await.expect("blocked");
        assert!(!world.directory.outbox_still_wanted(in_hand.id).await.expect("asked"), "the worker asks once more");
        world.directory.outbox_sent(in_hand.id).await.expect("too late");
        assert_eq!(world.mails_to(SAM, "sent").await, 3, "the invitation, its code, the first notice");
        assert_eq!(world.mails_to(SAM, "dead").await, 1);
    }

    async fn tokens_of_others(world) {
        for token in ["", "x", "\u{0}", &"A".repeat(5000), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(said(&world.directory.unsubscribe_page(token).await), "ticketUnknown", "{token:.20}");
            assert_eq!(said(&world.directory.block_mail(token).await), "ticketUnknown");
            assert_eq!(said(&world.directory.decline_by_mail(token).await), "ticketUnknown");
            assert_eq!(said(&world.directory.unblock_mail(token).await), "ticketUnknown");
        }
        // A ticket is no such token, and the token is no ticket.
        world.invite("john.doe", "aurora", SAM).await;
        let mails = world.deliver().await;
        let ticket = crate::support::find_ticket(&mails, SAM).expect("a ticket");
        let token = mails[0].post.unsubscribe.clone().expect("a token");
        assert_eq!(said(&world.directory.block_mail(&ticket).await), "ticketUnknown");
        assert_eq!(said(&world.directory.redeem_page(&token).await), "ticketUnknown");
        let page = world.directory.unsubscribe_page(&token).await.expect("the page");
        assert_eq!((page.address.as_str(), page.blocked, page.inviter.map(|who| who.name)), (SAM, false, Some("John Doe".to_owned())));
        // *This was not for me* ends this one, and leaves others alone.
        world.advance(Duration::hours(1));
        let other = world.invite("omar.owner", "timber", SAM).await;
        world.directory.decline_by_mail(&token).await.expect("declined");
        world.directory.decline_by_mail(&token).await.expect("twice is once");
        assert_eq!(world.invitation_states(other.user_id).await, ["declined", "pending"]);
        assert_eq!(world.directory.unsubscribe_page(&token).await.expect("the page").inviter, None);
        assert_eq!(world.events("invitation.decline", Outcome::Success).await, 1);
    }
}
