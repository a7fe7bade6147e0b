//! Redemption in every case: who they are, by which account, at which address, how late, and how often.

use access_panel::{
    directory::{arrivals::Arrival, invitations::InviteOutcome, redemption::Next},
    model::{
        Address, Language, Refusal,
        letter::Letter,
        state::{ExternalState, Outcome},
    },
};
use chrono::Duration;
use serde_json::json;
use uuid::Uuid;

use crate::support::{World, of, on_both_engines, said};

const SAM: &str = "sam@fabrikam.example";
const GMAIL_SAM: &str = "gsamoogle@gmail.com";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// When someone's place in a group ends; `None` for never. Panics if they are not in it.
async fn until(world: &World, group: &str, user: Uuid) -> Option<chrono::DateTime<chrono::Utc>> {
    use access_panel::directory::entities::memberships;
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    memberships::Entity::find()
        .filter(memberships::Column::GroupId.eq(world.group(group).await))
        .filter(memberships::Column::UserId.eq(user))
        .one(&world.db)
        .await
        .unwrap()
        .unwrap_or_else(|| panic!("{user} is not in {group}"))
        .until
}

/// Redeems by an account whose provider is no authority for the invited address, and by a code besides.
async fn by_account_and_code(
    world: &World,
    ticket: &str,
    provider: &str,
    email: &str,
    invited: &str,
) -> access_panel::directory::Result<Arrival> {
    let browser = format!("{email} for {invited}");
    let attempt = world.start_by_code(&browser, ticket).await?;
    let claims = world.claims(provider, email).await;
    match world.answer(&browser, attempt, provider, &claims).await? {
        Arrival::ProveAddress { attempt, .. } => world.prove(&browser, attempt, invited).await,
        arrival => Ok(arrival),
    }
}

async fn invite(world: &World, inviter: &str, group: &str, to: &str, days: Option<i64>) -> &'static str {
    let mut ask = world.ask_to(&[group], &[], to).await;
    ask.terms.access_until = days.map(|days| world.directory.now() + Duration::days(days));
    let caller = world.caller(inviter).await;
    said(&world.directory.invite(&caller, &ask).await)
}

on_both_engines! {
    /// Re-invited, someone who has accepted gets what is new at once; managers may let it last longer, others may not,
    /// and nobody makes it shorter.
    async fn an_accepted_guest_who_is_invited_again(world) {
        let now = world.directory.now();
        let mut ask = world.ask_to(&["open-house"], &[], SAM).await;
        ask.terms.access_until = Some(now + Duration::days(10));
        let sam = world.accepted("omar.owner", &ask).await;
        let ends = async || until(world, "open-house", sam.user_id).await;
        assert_eq!(ends().await, Some(now + Duration::days(10)));
        // Ana is a member who may invite, and manages nothing.
        assert_eq!(invite(world, "ana.ruiz", "open-house", SAM, Some(20)).await, "alreadyInGroup");
        assert_eq!(ends().await, Some(now + Duration::days(10)), "a plain member extends nothing");
        assert_eq!(invite(world, "ana.ruiz", "open-house", SAM, None).await, "alreadyInGroup");
        assert_eq!(invite(world, "omar.owner", "open-house", SAM, Some(5)).await, "alreadyInGroup");
        assert_eq!(ends().await, Some(now + Duration::days(10)), "nothing becomes shorter");
        assert_eq!(invite(world, "omar.owner", "open-house", SAM, Some(20)).await, "ok");
        assert_eq!(ends().await, Some(now + Duration::days(20)), "its owner extends it");
        assert_eq!(world.events("membership.extend", Outcome::Success).await, 1);
        assert_eq!(invite(world, "ada.admin", "open-house", SAM, Some(30)).await, "ok");
        assert_eq!(ends().await, Some(now + Duration::days(30)), "an administrator, too");
        // What never ends is not cut by an invitation that does.
        assert_eq!(invite(world, "omar.owner", "timber", SAM, None).await, "ok");
        assert_eq!(invite(world, "omar.owner", "timber", SAM, Some(3)).await, "alreadyInGroup");
        assert_eq!(until(world, "timber", sam.user_id).await, None);
        // What is over makes way for whoever may invite.
        world.advance(Duration::days(31));
        assert!(!world.opens(&sam, "drawings").await);
        assert_eq!(invite(world, "ana.ruiz", "open-house", SAM, Some(2)).await, "ok");
        assert!(world.opens(&sam, "drawings").await);
        assert_eq!(world.invitation_states(sam.user_id).await, ["accepted"], "all of it without an invitation");
    }

    /// Access that ends by its date ends with the next request, whether or not a job runs; an owner's app likewise.
    async fn end_dates_need_no_job(world) {
        world.import("[[apps]]\nkey = \"sketches\"\nname = \"Sketches\"\nurl = \"https://apps.example/s\"\n
            accepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\n").await;
        let now = world.directory.now();
        let mut ask = world.ask_to(&["aurora"], &["sketches"], SAM).await;
        ask.terms.access_until = Some(now + Duration::days(2));
        let sam = world.accepted("john.doe", &ask).await;
        assert!(world.opens(&sam, "design-review").await && world.opens(&sam, "sketches").await);
        world.advance(Duration::days(2) - Duration::seconds(1));
        assert!(world.opens(&sam, "design-review").await && world.opens(&sam, "sketches").await, "to the last second");
        world.advance(Duration::seconds(1));
        assert!(!world.opens(&sam, "design-review").await && !world.opens(&sam, "sketches").await);
        assert_eq!(world.groups_of(&sam).await, Vec::<String>::new());
        assert_eq!(said(&world.directory.group_page(&sam, ask.groups[0], "", None).await), "notFound");
        assert_eq!(world.directory.end_grants(1).await.expect("job"), 2, "one of each kind");
        assert_eq!(world.directory.end_grants(10).await.expect("job"), 0);
        assert_eq!((world.events("membership.end", Outcome::Success).await,
                    world.events("assignment.end", Outcome::Success).await), (1, 1));
        assert_eq!(world.live_users(SAM).await, 1, "a guest who has accepted stays");
    }

    /// The end date may come before anybody accepts.
    async fn an_end_date_before_the_redemption(world) {
        let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
        ask.terms.access_until = Some(world.directory.now() + Duration::days(2));
        world.invited("john.doe", &ask).await;
        let ticket = world.ticket_to(SAM).await;
        world.advance(Duration::days(3));
        let arrival = world.redeem_by_code("browser", &ticket, SAM).await.expect("the invitation is still open");
        let sam = world.caller(SAM).await;
        assert_eq!(of(&arrival), sam.user_id);
        assert_eq!(world.apps_of(&sam).await, Vec::<String>::new(), "what it gave is over");
    }

    async fn a_members_address(world) {
        let members = ["john.doe@woodgrove.example", "new.colleague@woodgrove.example"];
        for home in members {
            assert_eq!(invite(world, "ada.admin", "aurora", home, None).await, "homeDomain", "{home}");
        }
        // A member whose address lies elsewhere.
        let sql = "UPDATE users SET address = 'lena@home.example', address_norm = 'lena@home.example'
                   WHERE address_norm = 'lena.lee@woodgrove.example'";
        world.change(sql, []).await;
        let caller = world.caller("john.doe").await;
        let refused = world.directory.invite(&caller, &world.ask("aurora", "Lena@HOME.example").await).await;
        let refused = Refusal::from(refused.expect_err("a member"));
        assert_eq!(refused.code.as_str(), "alreadyMember");
        assert_eq!(refused.target, Some(world.user("lena@home.example").await.id), "who can be added instead");
        assert_eq!(refused.field.as_deref(), Some("address"));
        // Invited as a guest, and a member since: the account is a member's.
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let lena = world.claims("members", "ana.ruiz@woodgrove.example").await;
        world.sign_in_by("ana's", "members", &lena).await.expect("ana signs in");
        let arrival = by_account_and_code(world, &ticket, "members", "ana.ruiz@woodgrove.example", GMAIL_SAM).await;
        assert_eq!(said(&arrival), "identityOfMember");
        assert_eq!(world.user(GMAIL_SAM).await.external_state, Some(ExternalState::Pending));
    }

    async fn a_blocked_user(world) {
        let sam = world.guest_in("aurora", SAM).await;
        world.disable(sam.user_id).await;
        assert_eq!(invite(world, "omar.owner", "timber", SAM, None).await, "accountBlocked");
        let pending = world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        world.disable(pending.user_id).await;
        assert_eq!(invite(world, "omar.owner", "timber", GMAIL_SAM, None).await, "accountBlocked");
        let claims = world.claims("gmail", GMAIL_SAM).await;
        assert_eq!(said(&world.redeem_by("b", &ticket, "gmail", &claims).await), "accountBlocked");
        assert_eq!(said(&world.directory.reset_redemption(&address(SAM), None).await), "accountBlocked");
        // Somebody else's invitation, by the account of a blocked guest.
        world.invite("john.doe", "aurora", "third@fabrikam.example").await;
        let ticket = world.ticket_to("third@fabrikam.example").await;
        let octo = world.claims("octo", "sam's account").await;
        let sql = "INSERT INTO identities (id, user_id, issuer, subject, created_at) VALUES ($1, $2, $3, $4, $5)";
        world.change(sql, [world.directory.new_id().into(), sam.user_id.into(), octo.issuer.as_str().into(),
            octo.subject.as_str().into(), world.directory.now().into()]).await;
        let arrival = by_account_and_code(world, &ticket, "octo", "sam's account", "third@fabrikam.example").await;
        assert_eq!(said(&arrival), "accountBlocked");
        assert_eq!(world.user("third@fabrikam.example").await.external_state, Some(ExternalState::Pending));
    }

    /// The account belongs to another guest: what both have lasts as long as the longer one.
    async fn end_dates_when_two_guests_become_one(world) {
        let now = world.directory.now();
        let day = |days: i64| Some(now + Duration::days(days));
        let mut ask = world.ask_to(&["aurora", "timber", "open-house"], &[], GMAIL_SAM).await;
        ask.terms.access_until = day(10);
        world.invited("ada.admin", &ask).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        let sam = of(&world.redeem_by("b", &ticket, "gmail", &claims).await.expect("sam redeems"));
        // Asked in by another address of theirs: longer, shorter, longer by somebody who may not extend, and new.
        for (inviter, group, days) in
            [("john.doe", "aurora", 20), ("omar.owner", "timber", 5), ("ana.ruiz", "open-house", 20), ("ada.admin", "board", 7)]
        {
            assert_eq!(invite(world, inviter, group, SAM, Some(days)).await, "ok");
        }
        let placeholder = world.user(SAM).await.id;
        let ticket = world.ticket_to(SAM).await;
        let arrival = by_account_and_code(world, &ticket, "gmail", GMAIL_SAM, SAM).await.expect("both proofs");
        assert_eq!(of(&arrival), sam);
        assert_eq!(until(world, "aurora", sam).await, day(20), "the longer one");
        assert_eq!(until(world, "timber", sam).await, day(10), "not the shorter one");
        assert_eq!(until(world, "open-house", sam).await, day(10), "a plain member extends nothing, this way neither");
        assert_eq!(until(world, "board", sam).await, day(7), "what is new comes as it was given");
        assert_eq!((world.memberships_of(placeholder).await, world.live_users(SAM).await), (0, 0));
        world.advance(Duration::days(11));
        let sam = world.caller(GMAIL_SAM).await;
        assert_eq!(world.apps_of(&sam).await, ["Design review", "Drawings"], "aurora is all that is left");
    }

    /// What is over does not stand in the way of what a second address brings.
    async fn what_is_over_makes_way_when_two_become_one(world) {
        let mut ask = world.ask_to(&["aurora"], &[], GMAIL_SAM).await;
        ask.terms.access_until = Some(world.directory.now() + Duration::days(1));
        world.invited("john.doe", &ask).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        let sam = of(&world.redeem_by("b", &ticket, "gmail", &claims).await.expect("sam redeems"));
        world.advance(Duration::days(2));
        world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        by_account_and_code(world, &ticket, "gmail", GMAIL_SAM, SAM).await.expect("both proofs");
        assert_eq!(until(world, "aurora", sam).await, None);
        assert!(world.opens(&world.caller(GMAIL_SAM).await, "design-review").await);
    }

    /// The organization's rule bars everything, a group's or an app's own what leads there.
    async fn domains_narrowed_since(world) {
        world.import("[[apps]]\nkey = \"sketches\"\nname = \"Sketches\"\nurl = \"https://apps.example/s\"\n
            accepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\n").await;
        let deny = json!({ "deny": ["fabrikam.example"] });
        // By a group's own rule, alone.
        let only = world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        world.narrow_group("aurora", deny.clone()).await;
        assert_eq!(said(&world.redeem_by_code("a", &ticket, SAM).await), "domainBlocked");
        assert_eq!(world.invitation_states(only.user_id).await, ["pending"], "the rule may change back");
        assert_eq!(invite(world, "ada.admin", "aurora", "other@fabrikam.example", None).await, "domainBlocked");
        // With another group beside it: what is allowed is accepted, what is not waits.
        world.advance(Duration::hours(1));
        world.invite("omar.owner", "timber", SAM).await;
        let second = world.ticket_to(SAM).await;
        world.redeem_by_code("b", &second, SAM).await.expect("timber takes them");
        let sam = world.caller(SAM).await;
        assert_eq!(world.invitation_states(sam.user_id).await, ["pending", "accepted"]);
        assert_eq!(world.apps_of(&sam).await, ["Timber library"]);
        // From inside it is the same rule, the organization's too.
        let waiting = world.directory.waiting_invitations(&sam).await.expect("read");
        assert_eq!(waiting.iter().map(|row| row.id).collect::<Vec<_>>(), [only.invitation_id.unwrap()]);
        assert_eq!(said(&world.directory.accept_waiting(&sam, waiting[0].id).await), "domainBlocked");
        assert!(world.refusal_is_logged("invitation.accept", Some(sam.user_id), "domainBlocked").await);
        world.narrow_group("aurora", json!({ "allow": ["fabrikam.example"] })).await;
        world.import("[domains]\ndeny = [\"fabrikam.example\"]\n").await;
        assert_eq!(said(&world.directory.accept_waiting(&sam, waiting[0].id).await), "domainBlocked");
        world.import("[domains]\ndeny = [\"other.example\"]\n").await;
        world.directory.accept_waiting(&sam, waiting[0].id).await.expect("allowed again");
        assert_eq!(world.apps_of(&sam).await, ["Design review", "Drawings", "Timber library"]);
        assert_eq!(said(&world.directory.accept_waiting(&sam, waiting[0].id).await), "invitationEnded", "once");
        // An app's own rule, and an allow list that closed since.
        let ask = world.ask_to(&[], &["sketches"], GMAIL_SAM).await;
        world.invited("john.doe", &ask).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        world.narrow_app("sketches", json!({ "allow": ["contoso.example"] })).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        assert_eq!(said(&world.redeem_by("c", &ticket, "gmail", &claims).await), "domainNotAllowed");
    }

    /// The signing address is bound by the group's own rule, as the invited one is.
    async fn a_groups_rule_binds_the_signing_address(world) {
        world.narrow_group("aurora", json!({ "deny": ["blocked.example"] })).await;
        world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        let arrival = by_account_and_code(world, &ticket, "octo", "sam@blocked.example", SAM).await;
        assert_eq!(said(&arrival), "domainBlocked");
        assert_eq!(world.user(SAM).await.external_state, Some(ExternalState::Pending));
    }

    /// Someone who has it by an invitation that a rule bars, and is given it directly, has it.
    async fn what_is_given_directly_does_not_wait(world) {
        world.invite("john.doe", "aurora", SAM).await;
        world.narrow_group("aurora", json!({ "deny": ["fabrikam.example"] })).await;
        world.invite("omar.owner", "timber", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        world.redeem_by_code("b", &ticket, SAM).await.expect("timber takes them");
        let sam = world.caller(SAM).await;
        assert!(!world.opens(&sam, "design-review").await);
        world.narrow_group("aurora", json!({})).await;
        assert_eq!(invite(world, "john.doe", "aurora", SAM, None).await, "ok", "they have no access yet");
        assert!(world.opens(&sam, "design-review").await);
        // And the invitation that waited ends without taking it along.
        world.advance(Duration::days(31));
        world.directory.expire_invitations(10).await.expect("job");
        assert!(world.opens(&sam, "design-review").await);
    }

    /// Another address than the invited one: only if everything that waits allows it, proven, free, and nobody's own.
    async fn another_address(world) {
        world.allow_other_address("open-house").await;
        let at_gmail = |name: &str| format!("{name}@gmail.com");
        // Allowed.
        world.invite("omar.owner", "open-house", "one@fabrikam.example").await;
        let ticket = world.ticket_to("one@fabrikam.example").await;
        let arrival = by_account_and_code(world, &ticket, "gmail", &at_gmail("one"), "one@fabrikam.example").await;
        let one = of(&arrival.expect("by the other address at once"));
        assert_eq!(world.user(&at_gmail("one")).await.id, one, "it is their address now");
        assert_eq!(world.live_users("one@fabrikam.example").await, 0);
        assert_eq!(world.apps_of(&world.caller(&at_gmail("one")).await).await, ["Drawings"]);
        // Only one of two invitations, one of two groups, or an app beside it.
        world.invite("omar.owner", "open-house", "two@fabrikam.example").await;
        world.invite("omar.owner", "timber", "two@fabrikam.example").await;
        let ask = world.ask_to(&["open-house", "timber"], &[], "three@fabrikam.example").await;
        world.invited("omar.owner", &ask).await;
        let ask = world.ask_to(&["open-house"], &["budget"], "four@fabrikam.example").await;
        world.invited("ada.admin", &ask).await;
        let ask = world.ask_to(&[], &[], "five@fabrikam.example").await;
        world.invited("ada.admin", &ask).await;
        let mails = world.deliver().await;
        for name in ["two", "three", "four", "five"] {
            let invited = format!("{name}@fabrikam.example");
            let ticket = crate::support::find_ticket(&mails, &invited).expect("a ticket");
            let attempt = world.start_by_code(name, &ticket).await.expect("starts");
            let claims = world.claims("gmail", &at_gmail(name)).await;
            let arrival = world.answer(name, attempt, "gmail", &claims).await.expect(name);
            assert!(matches!(arrival, Arrival::ProveAddress { mismatch: true, .. }), "{name}: {arrival:?}");
            assert_eq!(world.user(&invited).await.external_state, Some(ExternalState::Pending), "{name}");
        }
        // Taken, by a guest or a member; not proven; an own domain; barred by the group.
        world.guest_in("timber", &at_gmail("taken")).await;
        let sql = "UPDATE users SET address = 'lena@gmail.com', address_norm = 'lena@gmail.com'
                   WHERE address_norm = 'lena.lee@woodgrove.example'";
        world.change(sql, []).await;
        for (name, provider, email, verified) in [
            ("six", "gmail", "taken@gmail.com", true),
            ("seven", "gmail", "lena@gmail.com", true),
            ("eight", "gmail", "free@gmail.com", false),
            ("nine", "octo", "free@gmail.com", true),
            ("ten", "members", "somebody.new@woodgrove.example", true),
        ] {
            let invited = format!("{name}@fabrikam.example");
            world.invite("omar.owner", "open-house", &invited).await;
            let ticket = world.ticket_to(&invited).await;
            let attempt = world.start_by_code(name, &ticket).await.expect("starts");
            let mut claims = world.claims(provider, email).await;
            claims.subject = format!("subject of {name}");
            claims.email_verified = Some(verified);
            let arrival = world.answer(name, attempt, provider, &claims).await.expect(name);
            assert!(matches!(arrival, Arrival::ProveAddress { .. }), "{name}: {arrival:?}");
        }
        world.narrow_group("open-house", json!({ "allow": ["fabrikam.example"] })).await;
        world.invite("omar.owner", "open-house", "eleven@fabrikam.example").await;
        let ticket = world.ticket_to("eleven@fabrikam.example").await;
        let arrival = by_account_and_code(world, &ticket, "gmail", &at_gmail("free"), "eleven@fabrikam.example").await;
        assert_eq!(said(&arrival), "domainNotAllowed");
        assert_eq!(world.user("eleven@fabrikam.example").await.external_state, Some(ExternalState::Pending));
    }

    /// `a+b` and `a` are two mailboxes; an alias is somebody else until proven otherwise.
    async fn plus_addresses_and_aliases(world) {
        let plus = world.invite("john.doe", "aurora", "sam+partner@gmail.com").await;
        let plain = world.invite("john.doe", "aurora", "sam@gmail.com").await;
        assert_ne!(plus.user_id, plain.user_id);
        let mails = world.deliver().await;
        let ticket = crate::support::find_ticket(&mails, "sam+partner@gmail.com").expect("a ticket");
        // The provider knows the account by its one address: that is another, so the code decides.
        let arrival = by_account_and_code(world, &ticket, "gmail", "sam@gmail.com", "sam+partner@gmail.com").await;
        assert_eq!(of(&arrival.expect("both proofs")), plus.user_id);
        assert_eq!(world.user("sam@gmail.com").await.external_state, Some(ExternalState::Pending), "the other one waits");
        // And then the same account redeems that, too: one person, one guest.
        let ticket = crate::support::find_ticket(&mails, "sam@gmail.com").expect("a ticket");
        let claims = world.claims("gmail", "sam@gmail.com").await;
        let arrival = world.redeem_by("again", &ticket, "gmail", &claims).await.expect("proven");
        assert_eq!(of(&arrival), plus.user_id);
        assert_eq!(world.live_users("sam@gmail.com").await, 0);
        // Spelled otherwise, it is the same.
        let first = world.invite("john.doe", "aurora", "Jörg@Bücher.example").await;
        assert_eq!(world.invite("omar.owner", "timber", "jörg@xn--bcher-kva.example").await.user_id, first.user_id);
    }

    /// Two tabs with two links, by two ways, one after the other.
    async fn two_tabs(world) {
        let invited = world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let first = world.ticket_to(GMAIL_SAM).await;
        let john = world.caller("john.doe").await;
        world.directory.resend_invitation(&john, invited.invitation_id.unwrap()).await.expect("sent again");
        let second = world.ticket_to(GMAIL_SAM).await;
        assert_ne!(first, second);
        let by_code = world.start_by_code("browser", &first).await.expect("starts");
        let Ok(Next::Provider { attempt: by_account, .. }) =
            world.directory.start_redemption("browser", Some(&second), None).await else { panic!() };
        let claims = world.claims("gmail", GMAIL_SAM).await;
        assert_eq!(of(&world.answer("browser", by_account, "gmail", &claims).await.expect("first")), invited.user_id);
        // The other tab proves the mailbox, which is not how this guest signs in.
        assert_eq!(said(&world.prove("browser", by_code, GMAIL_SAM).await), "ticketUsed");
        for ticket in [&first, &second] {
            assert_eq!(said(&world.directory.redeem_page(ticket).await), "ticketUsed");
            assert_eq!(said(&world.directory.decline(ticket).await), "ticketUsed");
            assert_eq!(said(&world.directory.ask_for_new(ticket).await), "ticketUsed");
        }
        assert_eq!(world.events("invitation.accept", Outcome::Success).await, 1);
        assert_eq!(world.events("invitation.decline", Outcome::Success).await, 0);
    }

    /// A link that is over leads to whoever can make a new one: once a day, and to somebody who is there.
    async fn asking_for_a_new_one(world) {
        let ask = world.ask_to(&["aurora"], &[], SAM).await;
        let first = world.invited("john.doe", &ask).await;
        let ticket = world.ticket_to(SAM).await;
        let d = &world.directory;
        assert_eq!(said(&d.ask_for_new("unknown").await), "ticketUnknown");
        d.ask_for_new(&ticket).await.expect("nothing to ask for: it is open");
        assert_eq!(world.kinds_to("john.doe@woodgrove.example").await, Vec::<&str>::new());
        world.advance(Duration::days(31));
        // Before the job and after it, it is asked for once.
        d.ask_for_new(&ticket).await.expect("asked");
        d.expire_invitations(10).await.expect("job");
        d.ask_for_new(&ticket).await.expect("asked twice");
        world.advance(Duration::hours(23));
        d.ask_for_new(&ticket).await.expect("asked again");
        let letters = world.letters_to("john.doe@woodgrove.example").await;
        let [Letter::Asked { guest, address, path }] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!((guest.as_str(), address.as_str()), ("Sam", SAM));
        assert_eq!(*path, format!("/guests/{}", first.user_id));
        let john = world.caller("john.doe").await;
        d.guest_page(&john, first.user_id).await.expect("and that page is there, though the guest is gone");
        assert_eq!(world.events("invitation.ask", Outcome::Success).await, 1);
        world.advance(Duration::hours(1));
        d.ask_for_new(&ticket).await.expect("a day later");
        assert_eq!(world.kinds_to("john.doe@woodgrove.example").await, ["asked"]);

        // One click, and they are invited again.
        let again = d.invite_again(&john, first.invitation_id.unwrap()).await.expect("again");
        assert_eq!((again.outcome, again.user_id == first.user_id), (InviteOutcome::Invited, false));
        let new = world.ticket_to(SAM).await;
        d.revoke_invitation(&john, again.invitation_id.unwrap()).await.expect("revoked");
        d.ask_for_new(&new).await.expect("a revoked one can be asked about, too");
        assert_eq!(world.kinds_to("john.doe@woodgrove.example").await, ["asked"]);
    }

    async fn asking_when_the_inviter_is_gone(world) {
        let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
        ask.terms.sponsor = Some(address("lena.lee@woodgrove.example"));
        world.invited("john.doe", &ask).await;
        let with_sponsor = world.ticket_to(SAM).await;
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let without = world.ticket_to(GMAIL_SAM).await;
        world.disable(world.user("john.doe").await.id).await;
        world.advance(Duration::days(31));
        world.directory.ask_for_new(&with_sponsor).await.expect("asked");
        world.directory.ask_for_new(&without).await.expect("asked, though nobody is left");
        let mails = world.deliver().await;
        let readers: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(readers, ["lena.lee@woodgrove.example"], "whoever answers for the guest");
    }

    /// Declined by whoever holds the link, or the mail; nothing has to be proven, and nothing comes back.
    async fn declined(world) {
        let invited = world.invite("john.doe", "aurora", SAM).await;
        world.invite("omar.owner", "timber", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        world.directory.decline(&ticket).await.expect("declined");
        assert_eq!(world.invitation_states(invited.user_id).await, ["declined", "declined"], "all of them");
        assert_eq!((world.live_users(SAM).await, world.memberships_of(invited.user_id).await), (0, 0));
        for said in [
            said(&world.directory.decline(&ticket).await),
            said(&world.directory.redeem_page(&ticket).await),
            said(&world.redeem_by_code("b", &ticket, SAM).await),
        ] {
            assert_eq!(said, "ticketDeclined");
        }
        assert_eq!(world.events("invitation.decline", Outcome::Success).await, 2);
    }

    /// Signing in directly, with everything that waits.
    async fn without_the_link(world) {
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        world.advance(Duration::hours(1));
        world.invite("omar.owner", "timber", GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        assert_eq!(world.sign_in_by("browser", "gmail", &claims).await.expect("proven"), Arrival::Review);
        // Meanwhile one of them is revoked.
        let timber = world.group("timber").await;
        let sam = world.user(GMAIL_SAM).await.id;
        world.directory.remove_member(&world.caller("omar.owner").await, timber, sam).await.expect("removed");
        let Ok(Next::Done(arrival)) = world.directory.start_redemption("browser", None, None).await else { panic!() };
        assert_eq!(of(&arrival), sam);
        assert_eq!(world.invitation_states(sam).await, ["accepted", "revoked"]);
        assert_eq!(world.apps_of(&world.caller(GMAIL_SAM).await).await, ["Design review", "Drawings"]);
        // Nothing waits any more when the button is pressed: said, not broken.
        world.invite("john.doe", "aurora", "late@gmail.com").await;
        let late = world.claims("gmail", "late@gmail.com").await;
        assert_eq!(world.sign_in_by("late", "gmail", &late).await.expect("proven"), Arrival::Review);
        world.advance(Duration::minutes(5));
        let john = world.caller("john.doe").await;
        let id = world.user("late@gmail.com").await.id;
        world.directory.withdraw_access(&john, id).await.expect("withdrawn");
        assert_eq!(said(&world.directory.start_redemption("late", None, None).await), "ticketRevoked");
    }

    /// Where they land: only where it is allowed at that moment.
    async fn landing(world) {
        world.import("[invitations]\nlanding_origins = [\"https://welcome.example\"]\n").await;
        let john = world.caller("john.doe").await;
        for (landing, expected) in [
            ("https://welcome.example/start?x=1", "ok"),
            ("https://panel.woodgrove.example/groups", "ok"),
            ("https://apps.example/anything", "ok"),
            ("https://welcome.example.evil.example/", "redirectNotAllowed"),
            ("http://welcome.example/", "redirectNotAllowed"),
            ("https://welcome.example:8443/", "redirectNotAllowed"),
            ("https://elsewhere.example/", "redirectNotAllowed"),
            ("javascript:alert(1)", "redirectNotAllowed"),
            ("data:text/html,hi", "redirectNotAllowed"),
        ] {
            let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
            ask.terms.landing = Some(landing.parse().unwrap());
            let invited = world.directory.invite(&john, &ask).await;
            assert_eq!(said(&invited), expected, "{landing}");
            let Ok(invited) = invited else { continue };
            let ticket = world.ticket_to(SAM).await;
            let arrival = world.redeem_by_code(landing, &ticket, SAM).await.expect(landing);
            let Arrival::SignedIn { return_to, .. } = arrival else { panic!("{arrival:?}") };
            assert_eq!(return_to, landing);
            world.directory.leave(&world.caller(SAM).await).await.expect("leaves");
            assert_ne!(world.state_of(invited.invitation_id.unwrap()).await, "pending");
            world.advance(Duration::hours(1));
        }
        // Allowed when it was made, and no longer: the panel.
        let mut ask = world.ask_to(&["aurora"], &[], GMAIL_SAM).await;
        ask.terms.landing = Some("https://welcome.example/start".parse().unwrap());
        world.invited("john.doe", &ask).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        world.import("[invitations]\nlanding_origins = []\n").await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        let arrival = world.redeem_by("b", &ticket, "gmail", &claims).await.expect("redeems");
        let Arrival::SignedIn { return_to, .. } = arrival else { panic!("{arrival:?}") };
        assert_eq!(return_to, "/");
    }

    /// The language of the mail becomes theirs, unless they have one.
    async fn the_language_is_kept(world) {
        world.import("[organization]\nname = \"WoodGrove\"\ndomains = [\"woodgrove.example\"]\nlanguage = \"fr\"\n").await;
        let mut ask = world.ask_to(&["aurora"], &[], SAM).await;
        ask.terms.language = Some(Language::German);
        world.invited("john.doe", &ask).await;
        let mails = world.deliver().await;
        assert_eq!(mails[0].post.language, Language::German);
        let ticket = crate::support::find_ticket(&mails, SAM).expect("a ticket");
        assert_eq!(world.directory.redeem_page(&ticket).await.expect("page").language, Language::German);
        world.redeem_by_code("b", &ticket, SAM).await.expect("redeems");
        assert_eq!(world.user(SAM).await.preferred_language, Some(Language::German));
        // Later mails come in it, unless the inviter says otherwise.
        for (group, language, expected) in [("timber", None, Language::German), ("open-house", Some(Language::Japanese), Language::Japanese)] {
            let mut ask = world.ask_to(&[group], &[], SAM).await;
            ask.terms.language = language;
            world.invited("omar.owner", &ask).await;
            let mails = world.deliver().await;
            assert_eq!(mails.iter().map(|mail| mail.post.language).collect::<Vec<_>>(), [expected], "{group}");
        }
        assert_eq!(world.user(SAM).await.preferred_language, Some(Language::German), "theirs stays");
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let mails = world.deliver().await;
        assert_eq!(mails[0].post.language, Language::French, "the organization's where nobody chose");
    }

    /// Reset: the same user and access, nobody signs in by what was, and the new identity is whoever proves the address.
    async fn reset(world) {
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let old_ticket = world.ticket_to(GMAIL_SAM).await;
        let old = world.claims("gmail", GMAIL_SAM).await;
        let id = of(&world.redeem_by("b", &old_ticket, "gmail", &old).await.expect("redeems"));
        world.invite("omar.owner", "timber", GMAIL_SAM).await;
        crate::directory::sessions::open(world, id, Duration::days(1)).await;
        let sam = world.caller(GMAIL_SAM).await;
        let before = world.apps_of(&sam).await;
        world.deliver().await;
        world.directory.reset_redemption(&address(GMAIL_SAM), None).await.expect("reset");
        let user = world.user(GMAIL_SAM).await;
        assert_eq!((user.id, user.external_state, user.accepted_at), (id, Some(ExternalState::Pending), None));
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions WHERE user_id = $1", [id.into()]).await, 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM identities WHERE user_id = $1 AND deleted_at IS NULL", [id.into()]).await, 0);
        assert_eq!(said(&world.directory.redeem_page(&old_ticket).await), "ticketUsed");
        // The old account, without the link: its address is proven, so it sees the new invitation, and is not in.
        assert_eq!(world.sign_in_by("c", "gmail", &old).await.expect("proven"), Arrival::Review);
        assert_eq!(world.user(GMAIL_SAM).await.external_state, Some(ExternalState::Pending));
        // Another account of the same address redeems.
        let mails = world.deliver().await;
        let ticket = crate::support::find_ticket(&mails, GMAIL_SAM).expect("a new invitation");
        let Letter::Invitation { inviter, groups, .. } = &mails[0].post.letter else { panic!("{mails:?}") };
        assert_eq!((inviter.name.as_str(), groups.len()), ("John Doe", 0), "the sponsor's, and it gives nothing new");
        let mut new = old.clone();
        new.subject = "another subject".to_owned();
        assert_eq!(of(&world.redeem_by("d", &ticket, "gmail", &new).await.expect("redeems anew")), id);
        assert_eq!(world.apps_of(&world.caller(GMAIL_SAM).await).await, before, "same access");
        assert_eq!(said(&world.sign_in_by("e", "gmail", &old).await), "otherWay", "the old account is nobody");
        assert_eq!(of(&world.sign_in_by("f", "gmail", &new).await.expect("signs in")), id);
        assert_eq!(world.events("user.reset", Outcome::Success).await, 1);
        assert_eq!(world.events("user.accept", Outcome::Success).await, 2);
    }

    async fn reset_to_another_address(world) {
        let sam = world.guest_in("aurora", SAM).await;
        let d = &world.directory;
        world.guest_in("timber", "taken@fabrikam.example").await;
        world.import("[domains]\ndeny = [\"bad.example\"]\n").await;
        for (from, to, expected) in [
            ("nobody@fabrikam.example", None, "notFound"),
            ("john.doe@woodgrove.example", None, "notFound"),
            (SAM, Some("taken@fabrikam.example"), "alreadyMember"),
            (SAM, Some("john.doe@woodgrove.example"), "homeDomain"),
            (SAM, Some("sam@bad.example"), "domainBlocked"),
        ] {
            let to = to.map(address);
            assert_eq!(said(&d.reset_redemption(&address(from), to.as_ref()).await), expected, "{from} to {to:?}");
        }
        assert_eq!(world.user(SAM).await.external_state, Some(ExternalState::Accepted), "nothing was done");
        // An attempt that was under way must not lead around it.
        let attempt = world.attempt_for("old", SAM).await;
        d.send_passcode(Some("old"), attempt, "n", true, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        d.reset_redemption(&address(SAM), Some(&address("sam@newjob.example"))).await.expect("reset");
        assert_eq!(said(&d.enter_passcode(Some("old"), attempt, &code).await), "notInvited");
        let ticket = world.ticket_to("sam@newjob.example").await;
        assert_eq!(of(&world.redeem_by_code("new", &ticket, "sam@newjob.example").await.expect("redeems")), sam.user_id);
        let sam = world.caller("sam@newjob.example").await;
        assert_eq!(world.apps_of(&sam).await, ["Design review", "Drawings"]);
        assert_eq!(world.live_users(SAM).await, 0, "the old address is free");
        assert_ne!(world.invite("john.doe", "aurora", SAM).await.user_id, sam.user_id);
    }

    /// A reset in the middle of a redemption, and of a guest who had not accepted: old links die, the new one works.
    async fn reset_before_anything_was_accepted(world) {
        let john = world.caller("john.doe").await;
        let invited = world.invite("john.doe", "aurora", SAM).await;
        let old = world.ticket_to(SAM).await;
        let attempt = world.start_by_code("under way", &old).await.expect("starts");
        world.directory.send_passcode(Some("under way"), attempt, "n", true, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        world.directory.resend_invitation(&john, invited.invitation_id.unwrap()).await.expect("one more on its way");
        world.directory.reset_redemption(&address(SAM), Some(&address("sam@newjob.example"))).await.expect("reset");
        assert_eq!(said(&world.directory.redeem_page(&old).await), "ticketUnknown");
        // The code proves the old mailbox, which is not theirs any more: nothing is redeemed.
        let late = world.directory.enter_passcode(Some("under way"), attempt, &code).await;
        assert!(matches!(late, Ok(Arrival::ProveAddress { .. })), "{late:?}");
        let mails = world.deliver().await;
        assert!(mails.iter().all(|mail| mail.to == "sam@newjob.example"), "nothing more goes to the old address: {mails:?}");
        // The first invitation can be sent again: what waited for the old address is not waited for.
        world.directory.resend_invitation(&john, invited.invitation_id.unwrap()).await.expect("sent again");
        let again = world.ticket_to("sam@newjob.example").await;
        let page = world.directory.redeem_page(&again).await.expect("the page");
        assert_eq!((page.address.as_str(), page.groups.len()), ("sam@newjob.example", 1));
        let arrival = world.redeem_by_code("new", &again, "sam@newjob.example").await.expect("redeems");
        assert_eq!(of(&arrival), invited.user_id);
        assert_eq!(world.invitation_states(invited.user_id).await, ["accepted", "accepted"]);
    }

    /// What was taken away does not come back by a later invitation that is revoked.
    async fn a_revoked_invitation_gives_nothing_back(world) {
        let sam = world.guest_in("aurora", SAM).await;
        let (john, aurora) = (world.caller("john.doe").await, world.group("aurora").await);
        world.invite("omar.owner", "timber", SAM).await;
        world.directory.reset_redemption(&address(SAM), None).await.expect("reset");
        let ticket = world.ticket_to(SAM).await;
        world.directory.remove_member(&john, aurora, sam.user_id).await.expect("removed");
        let again = world.invite("john.doe", "aurora", SAM).await;
        world.directory.revoke_invitation(&john, again.invitation_id.expect("an invitation")).await.expect("revoked");
        world.redeem_by_code("b", &ticket, SAM).await.expect("redeems the reset");
        assert_eq!(world.apps_of(&world.caller(SAM).await).await, ["Timber library"]);
    }

    /// Somebody who owns a group waits for more than an invitation.
    async fn a_pending_guest_who_is_left_with_nothing(world) {
        // Given a group by the import while the invitation was open, and taken out of it later.
        let invited = world.invite("john.doe", "aurora", SAM).await;
        world.import(&format!("[[groups]]\nkey = \"extra\"\nname = \"Extra\"\naccepts_guests = true\n
            owners = [\"omar.owner@woodgrove.example\"]\nmembers = [\"{SAM}\"]\n")).await;
        world.advance(Duration::days(31));
        assert_eq!(world.directory.expire_invitations(10).await.expect("job"), 1);
        assert_eq!(world.live_users(SAM).await, 1, "they are in a group");
        let (omar, extra) = (world.caller("omar.owner").await, world.group("extra").await);
        world.directory.remove_member(&omar, extra, invited.user_id).await.expect("removed");
        assert_eq!(world.live_users(SAM).await, 0, "left with nothing, they go");
        // An owner stays.
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        world.import(&format!("[[groups]]\nkey = \"theirs\"\nname = \"Theirs\"\naccepts_guests = true\nowners = [\"{GMAIL_SAM}\"]\n")).await;
        world.advance(Duration::days(31));
        assert_eq!(world.directory.expire_invitations(10).await.expect("job"), 1);
        assert_eq!(world.live_users(GMAIL_SAM).await, 1, "the group would be left without anybody");
    }

    /// What has run out, expires, whatever is wanted of it before the job comes by.
    async fn what_has_run_out_has_expired(world) {
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let first = world.invite("john.doe", "aurora", SAM).await;
        let second = world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(SAM).await;
        world.advance(Duration::days(31));
        let id = first.invitation_id.unwrap();
        for said in [
            said(&world.directory.revoke_invitation(&john, id).await),
            said(&world.directory.resend_invitation(&john, id).await),
            said(&world.directory.extend_invitation(&john, id, None).await),
            said(&world.directory.invitation_link(&john, id).await),
        ] {
            assert_eq!(said, "invitationEnded");
        }
        assert_eq!(said(&world.directory.decline(&ticket).await), "ticketExpired");
        world.directory.remove_member(&john, aurora, first.user_id).await.expect("removed");
        world.directory.withdraw_access(&john, second.user_id).await.expect("withdrawn");
        for invited in [first, second] {
            assert_eq!(world.invitation_states(invited.user_id).await, ["expired"]);
        }
        assert_eq!(world.events("invitation.expire", Outcome::Success).await, 2);
    }
}
