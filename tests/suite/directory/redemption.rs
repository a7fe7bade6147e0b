//! How invitations are redeemed, and who becomes a member (design 5.4 and 5.8).

use access_panel::{
    directory::{Deployment, arrivals::Arrival, attempts::NewAttempt, invitations::InviteOutcome, redemption::Next},
    model::{
        Language,
        letter::Letter,
        provider::MembersRule,
        state::{CreationType, ExternalState, Outcome, SignInMethod, UserType},
    },
};
use chrono::Duration;
use uuid::Uuid;

use crate::support::{World, of, on_both_engines, said};

const SAM: &str = "sam@fabrikam.example";
const GMAIL_SAM: &str = "gsamoogle@gmail.com";

/// The attempt that waits for a code.
fn waiting(arrival: &Arrival) -> (Uuid, bool) {
    match arrival {
        Arrival::ProveAddress { attempt, mismatch } => (*attempt, *mismatch),
        other => panic!("expected that the address has to be proven, got {other:?}"),
    }
}

fn groups_of(page: &access_panel::model::view::RedeemPage) -> Vec<&str> {
    page.groups.iter().map(|group| group.name.as_str()).collect()
}

async fn identities_of(world: &World, user: Uuid) -> Vec<String> {
    let sql = "SELECT issuer FROM identities WHERE user_id = $1 AND deleted_at IS NULL ORDER BY issuer";
    world.texts(sql, [user.into()]).await
}

on_both_engines! {
    async fn a_proven_address_of_a_partner_is_enough(world) {
        let invited = world.invite("john.doe", "aurora", "bea@contoso.example").await;
        let ticket = world.ticket_to("bea@contoso.example").await;
        let claims = world.claims("contoso", "BEA@contoso.example").await;
        let arrival = world.redeem_by("browser", &ticket, "contoso", &claims).await.expect("bea redeems");
        let Arrival::SignedIn { user_id, method, return_to, .. } = arrival else { panic!("{arrival:?}") };
        assert_eq!((user_id, method, return_to.as_str()), (invited.user_id, SignInMethod::Provider, "/"));
        assert_eq!(identities_of(world, user_id).await, ["https://id.contoso.example"]);
        // Later, without any link, by the identity; whatever address it names by then.
        let mut later = claims;
        later.email = Some("new.name@contoso.example".to_owned());
        assert_eq!(of(&world.sign_in_by("another", "contoso", &later).await.expect("signs in")), user_id);
    }

    /// The ticket never proves the mailbox: an account that proves less needs a code sent to the invited address.
    async fn what_is_not_proven_needs_a_code(world) {
        for (number, (case, provider, email, verified, mismatch)) in [
            ("not verified", "gmail", Some("case0@gmail.com"), Some(false), false),
            ("verification not said", "gmail", Some("case1@gmail.com"), None, false),
            ("no authority for the domain", "octo", Some("case2@gmail.com"), Some(true), false),
            ("another address", "gmail", Some("other@gmail.com"), Some(true), true),
            ("another partner's address", "contoso", Some("case4@gmail.com"), Some(true), false),
            ("no address", "octo", None, None, false),
        ].into_iter().enumerate() {
            let address = format!("case{number}@gmail.com");
            let invited = world.invite("john.doe", "aurora", &address).await;
            let ticket = world.ticket_to(&address).await;
            let mut claims = world.claims(provider, &format!("account{number}@x.example")).await;
            (claims.email, claims.email_verified) = (email.map(str::to_owned), verified);
            // A partner's provider is no way for this address, but an attempt may be answered by any of them.
            let attempt = world.start_by_code("browser", &ticket).await.expect("starts");
            let arrival = world.answer("browser", attempt, provider, &claims).await.expect(case);
            assert_eq!(waiting(&arrival), (attempt, mismatch), "{case}");
            assert_eq!(world.user(&address).await.external_state, Some(ExternalState::Pending), "{case}");
            assert_eq!(identities_of(world, invited.user_id).await, Vec::<String>::new(), "{case}: nothing is bound yet");
            assert_eq!(world.apps_of(&world.caller(&address).await).await, Vec::<String>::new(), "{case}");

            // Both proofs together bind that account.
            world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect(case);
            let code = world.code_to(&address).await;
            let arrival = world.directory.enter_passcode(Some("browser"), attempt, &code).await.expect(case);
            assert_eq!(of(&arrival), invited.user_id, "{case}");
            assert_eq!(identities_of(world, invited.user_id).await, [claims.issuer.clone()], "{case}: the account, not the mailbox");
            assert_eq!(of(&world.sign_in_by("later", provider, &claims).await.expect(case)), invited.user_id, "{case}");
        }
    }

    /// Without a link an asserted address is worth nothing, unless the provider is an authority for it.
    async fn a_provider_without_authority_is_not_believed(world) {
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let guest = world.guest_in("timber", SAM).await;
        for (provider, email) in [("octo", GMAIL_SAM), ("contoso", GMAIL_SAM), ("octo", SAM), ("gmail", SAM),
                                  ("octo", "john.doe@woodgrove.example"), ("gmail", "john.doe@woodgrove.example")] {
            let claims = world.claims(provider, email).await;
            let arrival = world.sign_in_by("browser", provider, &claims).await;
            assert_eq!(said(&arrival), "notInvited", "{provider} asserts {email}");
        }
        assert_eq!(identities_of(world, guest.user_id).await, ["mail"]);
        assert!(world.refusal_is_logged("sign_in", None, "notInvited").await);
    }

    async fn by_a_code_the_mailbox_is_the_identity(world) {
        let guest = world.guest_in("aurora", SAM).await;
        assert_eq!(identities_of(world, guest.user_id).await, ["mail"]);
        let arrival = world.sign_in_by_code("later", "SAM@Fabrikam.example").await;
        let Ok(Arrival::SignedIn { user_id, method, .. }) = arrival else { panic!("{arrival:?}") };
        assert_eq!((user_id, method), (guest.user_id, SignInMethod::Passcode));
    }

    /// The identity belongs to another guest: what was given moves there, and the placeholder goes.
    async fn an_identity_of_another_guest_takes_the_grants(world) {
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        let sam = of(&world.redeem_by("browser", &ticket, "gmail", &claims).await.expect("sam redeems"));
        // The same person, asked in by another address, to a new group and to one they are in.
        let second = world.invite("omar.owner", "timber", SAM).await;
        world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        let placeholder = second.user_id;
        let attempt = world.start_by_code("browser", &ticket).await.expect("starts");
        let arrival = world.answer("browser", attempt, "gmail", &claims).await.expect("the account is another's");
        assert_eq!(waiting(&arrival), (attempt, true));
        let arrival = world.prove("browser", attempt, SAM).await.expect("both proofs");
        assert_eq!(of(&arrival), sam);
        assert_eq!(world.live_users(SAM).await, 0, "the placeholder is gone");
        assert_eq!(world.memberships_of(placeholder).await, 0);
        assert_eq!(world.memberships_of(sam).await, 2, "aurora once, timber added");
        assert_eq!(world.apps_of(&world.caller(GMAIL_SAM).await).await, ["Design review", "Drawings", "Timber library"]);
        assert_eq!(world.invitation_states(sam).await, ["accepted", "accepted", "accepted"]);
        assert_eq!(world.events("user.merge", Outcome::Success).await, 1);
        // The link was used; the address is free for someone new.
        assert_eq!(said(&world.directory.redeem_page(&ticket).await), "ticketUsed");
        assert_ne!(world.invite("john.doe", "aurora", SAM).await.user_id, placeholder);
    }

    async fn an_identity_of_a_member_is_named(world) {
        let invited = world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        let lena = world.claims("members", "lena.lee@woodgrove.example").await;
        world.sign_in_by("lena's", "members", &lena).await.expect("lena signs in");
        let attempt = world.start_by_code("browser", &ticket).await.expect("starts");
        let arrival = world.answer("browser", attempt, "members", &lena).await;
        assert_eq!(said(&arrival), "identityOfMember");
        assert_eq!(world.invitation_states(invited.user_id).await, ["pending"], "and the invitation is still open");
        assert!(world.refusal_is_logged("sign_in", None, "identityOfMember").await);
        world.redeem_by_code("browser", &ticket, SAM).await.expect("by switching the account it still works");
    }

    /// Two clicks, one guest; a second browser with the same link.
    async fn a_second_click_and_a_second_browser(world) {
        let invited = world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        let start = async |browser: &str| match world.directory.start_redemption(browser, Some(&ticket), None).await {
            Ok(Next::Provider { attempt, provider, address }) => {
                assert_eq!((provider.as_str(), address.as_str()), ("gmail", GMAIL_SAM));
                attempt
            }
            other => panic!("{other:?}"),
        };
        let (first, second) = (start("one").await, start("one").await);
        let (elsewhere, stranger) = (start("two").await, start("three").await);
        assert_eq!(of(&world.answer("one", first, "gmail", &claims).await.expect("first")), invited.user_id);
        assert_eq!(of(&world.answer("one", second, "gmail", &claims).await.expect("second click")), invited.user_id);
        assert_eq!(of(&world.answer("two", elsewhere, "gmail", &claims).await.expect("second browser")), invited.user_id);
        // Whoever else had the link open gets nothing of it.
        let other = world.claims("gmail", "eve@gmail.com").await;
        assert_eq!(said(&world.answer("three", stranger, "gmail", &other).await), "ticketUsed");
        assert_eq!(said(&world.directory.redeem_page(&ticket).await), "ticketUsed");
        assert_eq!(said(&world.directory.start_redemption("four", Some(&ticket), None).await), "ticketUsed");
        assert_eq!(world.memberships_of(invited.user_id).await, 1);
        assert_eq!(world.events("user.accept", Outcome::Success).await, 1);
    }

    /// An answer belongs to the browser that asked, once, and not for long.
    async fn answers_of_others_and_late_answers(world) {
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let d = &world.directory;
        let Ok(Next::Provider { attempt, .. }) = d.start_redemption("mine", Some(&ticket), None).await else { panic!() };
        d.attempt_sent(attempt, "gmail", "state", "nonce", "verifier").await.expect("noted");
        assert_eq!(said(&d.take_attempt(Some("other"), "state").await), "attemptForeign");
        assert_eq!(said(&d.take_attempt(None, "state").await), "attemptForeign");
        assert_eq!(said(&d.take_attempt(Some("mine"), "unknown").await), "attemptForeign");
        let taken = d.take_attempt(Some("mine"), "state").await.expect("once");
        assert_eq!((taken.nonce.as_deref(), taken.pkce_verifier.as_deref()), (Some("nonce"), Some("verifier")));
        assert_eq!(said(&d.take_attempt(Some("mine"), "state").await), "attemptForeign", "once only");
        d.attempt_sent(attempt, "gmail", "state2", "nonce", "verifier").await.expect("noted");
        world.advance(Duration::minutes(15));
        assert_eq!(said(&d.take_attempt(Some("mine"), "state2").await), "attemptExpired");
    }

    async fn links_that_are_over_say_why(world) {
        let d = &world.directory;
        assert_eq!(said(&d.redeem_page("unknown").await), "ticketUnknown");
        assert_eq!(said(&d.start_redemption("browser", Some("unknown"), None).await), "ticketUnknown");

        world.invite("john.doe", "aurora", "used@fabrikam.example").await;
        let used = world.ticket_to("used@fabrikam.example").await;
        world.redeem_by_code("browser", &used, "used@fabrikam.example").await.expect("redeems");
        assert_eq!(said(&d.redeem_page(&used).await), "ticketUsed");

        let revoked = world.invite("john.doe", "aurora", "revoked@fabrikam.example").await;
        let ticket = world.ticket_to("revoked@fabrikam.example").await;
        let attempt = world.start_by_code("browser", &ticket).await.expect("started before it was revoked");
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to("revoked@fabrikam.example").await;
        let john = world.caller("john.doe").await;
        d.remove_member(&john, world.group("aurora").await, revoked.user_id).await.expect("removed");
        assert_eq!(said(&d.redeem_page(&ticket).await), "ticketRevoked");
        assert_eq!(said(&d.start_redemption("browser", Some(&ticket), None).await), "ticketRevoked");
        assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &code).await), "ticketRevoked");
        assert_eq!(world.live_users("revoked@fabrikam.example").await, 0);

        let expired = world.invite("john.doe", "aurora", "expired@fabrikam.example").await;
        let ticket = world.ticket_to("expired@fabrikam.example").await;
        world.advance(Duration::days(30) - Duration::seconds(1));
        assert_eq!(said(&d.redeem_page(&ticket).await), "ok", "to the last second");
        let attempt = world.start_by_code("browser", &ticket).await.expect("started in time");
        d.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to("expired@fabrikam.example").await;
        world.advance(Duration::seconds(1));
        // Before the job has come by, and after.
        assert_eq!(said(&d.redeem_page(&ticket).await), "ticketExpired");
        assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &code).await), "ticketExpired");
        assert_eq!(d.expire_invitations(100).await.expect("the job runs"), 1);
        assert_eq!(said(&d.redeem_page(&ticket).await), "ticketExpired");
        assert_eq!(said(&d.enter_passcode(Some("browser"), attempt, &code).await), "ticketExpired");
        assert_eq!(world.invitation_states(expired.user_id).await, ["expired"]);
    }

    /// Rules may change after the invitation: both the invited and the signing address are checked again.
    async fn domains_blocked_meanwhile(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let by_code = world.ticket_to(SAM).await;
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let by_account = world.ticket_to(GMAIL_SAM).await;
        world.import("[domains]\ndeny = [\"fabrikam.example\"]\n").await;
        assert_eq!(said(&world.redeem_by_code("browser", &by_code, SAM).await), "domainBlocked");
        assert_eq!(world.user(SAM).await.external_state, Some(ExternalState::Pending));
        assert_eq!(world.apps_of(&world.caller(SAM).await).await, Vec::<String>::new());
        let claims = world.claims("gmail", GMAIL_SAM).await;
        world.redeem_by("browser", &by_account, "gmail", &claims).await.expect("gmail is not blocked");
    }

    /// The account that signs in is from a blocked domain, the invited mailbox is not.
    async fn the_signing_address_is_checked_too(world) {
        world.import("[domains]\ndeny = [\"blocked.example\"]\n").await;
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let claims = world.claims("octo", "sam@blocked.example").await;
        let attempt = world.start_by_code("browser", &ticket).await.expect("starts");
        let arrival = world.answer("browser", attempt, "octo", &claims).await;
        let end = match arrival {
            Ok(Arrival::ProveAddress { attempt, .. }) => world.prove("browser", attempt, GMAIL_SAM).await,
            other => other,
        };
        assert_eq!(said(&end), "domainBlocked", "an account of a blocked domain does not become a guest");
        assert_eq!(world.user(GMAIL_SAM).await.external_state, Some(ExternalState::Pending));
    }

    /// Rule 3: a refusal is audited, by whichever way the person came.
    async fn a_refused_redemption_by_code_is_in_the_audit_log(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        world.import("[domains]\ndeny = [\"fabrikam.example\"]\n").await;
        assert_eq!(said(&world.redeem_by_code("browser", &ticket, SAM).await), "domainBlocked");
        let refused: Vec<_> = world.audit().await.into_iter().filter(|row| row.outcome == Outcome::Refused).collect();
        assert!(refused.iter().any(|row| row.code.as_deref() == Some("domainBlocked")), "{refused:#?}");
    }

    /// A pending guest who signs in without the link sees the same page after sign-in and completes there.
    async fn a_sign_in_without_the_link_ends_at_the_same_page(world) {
        let invited = world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        let arrival = world.sign_in_by("browser", "gmail", &claims).await.expect("signs in");
        assert_eq!(arrival, Arrival::Review);
        assert_eq!(world.user(GMAIL_SAM).await.external_state, Some(ExternalState::Pending), "looking accepts nothing");
        let open = world.directory.open_redemption("browser").await.expect("read").expect("an open redemption");
        assert_eq!(open.guest_id, Some(invited.user_id));
        assert!(world.directory.open_redemption("another").await.expect("read").is_none(), "of this browser only");
        let page = world.directory.redeem_page_of(invited.user_id).await.expect("the page");
        assert_eq!(page.address, GMAIL_SAM);
        let next = world.directory.start_redemption("browser", None, None).await.expect("get started");
        let Next::Done(arrival) = next else { panic!("{next:?}") };
        assert_eq!(of(&arrival), invited.user_id);
        assert_eq!(world.apps_of(&world.caller(GMAIL_SAM).await).await, ["Design review", "Drawings"]);
        assert_eq!(said(&world.directory.start_redemption("another", None, None).await), "attemptExpired");
    }

    async fn by_code_without_the_link_too(world) {
        let invited = world.invite("john.doe", "aurora", SAM).await;
        assert_eq!(world.sign_in_by_code("browser", SAM).await.expect("proves the mailbox"), Arrival::Review);
        let Ok(Next::Done(arrival)) = world.directory.start_redemption("browser", None, None).await else { panic!() };
        assert_eq!(of(&arrival), invited.user_id);
        assert_eq!(identities_of(world, invited.user_id).await, ["mail"]);
    }

    /// Someone who redeemed by an account and comes by a code is told of the other way.
    async fn the_other_way_is_named(world) {
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let claims = world.claims("gmail", GMAIL_SAM).await;
        world.redeem_by("browser", &ticket, "gmail", &claims).await.expect("redeems");
        assert_eq!(said(&world.sign_in_by_code("browser", GMAIL_SAM).await), "otherWay");
        let mut other_account = claims;
        other_account.subject = "another subject with the same address".to_owned();
        assert_eq!(said(&world.sign_in_by("browser", "gmail", &other_account).await), "otherWay");
    }

    async fn an_accepted_guest_gets_more_at_once_with_a_notice(world) {
        let guest = world.guest_in("aurora", SAM).await;
        let added = world.invite("omar.owner", "timber", SAM).await;
        assert_eq!((added.outcome, added.user_id, added.invitation_id), (InviteOutcome::Added, guest.user_id, None));
        assert_eq!(world.apps_of(&guest).await, ["Design review", "Drawings", "Timber library"]);
        let mails = world.deliver().await;
        assert_eq!(mails.len(), 1);
        let Letter::Added { inviter, groups, apps, .. } = &mails[0].post.letter else { panic!("{mails:?}") };
        assert_eq!((inviter.name.as_str(), groups.as_slice()), ("Omar Owner", ["Timber suppliers".to_owned()].as_slice()));
        assert_eq!(apps, &["Timber library"]);
        assert_eq!(world.invitation_states(guest.user_id).await, ["accepted"], "no further invitation");
    }

    async fn a_deleted_guest_comes_back_as_somebody_new(world) {
        let old = world.guest_in("aurora", SAM).await;
        world.directory.leave(&old).await.expect("leaves");
        let attempt = world.attempt_for("browser", SAM).await;
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("answers as ever");
        assert!(world.deliver().await.is_empty(), "no mail goes to somebody who is not there");
        let new = world.invite("omar.owner", "timber", SAM).await;
        assert_ne!(old.user_id, new.user_id, "uniqueness binds live users only: an id is never used again");
        let ticket = world.ticket_to(SAM).await;
        let arrival = world.redeem_by_code("browser", &ticket, SAM).await.expect("redeems");
        assert_eq!(of(&arrival), new.user_id);
        assert_eq!(world.apps_of(&world.caller(SAM).await).await, ["Timber library"], "nothing of before comes back");
        assert_eq!(world.apps_of(&old).await, Vec::<String>::new());
    }

    async fn two_open_invitations_are_accepted_together(world) {
        let first = world.invite("john.doe", "aurora", SAM).await;
        let first_ticket = world.ticket_to(SAM).await;
        world.advance(Duration::hours(1));
        world.invite("omar.owner", "timber", SAM).await;
        let second_ticket = world.ticket_to(SAM).await;
        let page = world.directory.redeem_page(&first_ticket).await.expect("the page");
        assert_eq!(groups_of(&page), ["Aurora partners", "Timber suppliers"], "it names everything that waits");
        assert_eq!(page.inviter.name, "Omar Owner", "the newest inviter");
        world.redeem_by_code("browser", &first_ticket, SAM).await.expect("redeems");
        assert_eq!(world.invitation_states(first.user_id).await, ["accepted", "accepted"]);
        assert_eq!(world.apps_of(&world.caller(SAM).await).await, ["Design review", "Drawings", "Timber library"]);
        assert_eq!(said(&world.directory.redeem_page(&second_ticket).await), "ticketUsed");
        assert_eq!(world.events("invitation.accept", Outcome::Success).await, 2);
        assert_eq!(world.events("user.accept", Outcome::Success).await, 1);
    }

    /// An expired invitation is not accepted together with an open one, and its group stays closed.
    async fn an_expired_invitation_is_not_accepted_along(world) {
        world.invite("john.doe", "aurora", SAM).await;
        world.deliver().await;
        world.advance(Duration::days(29));
        let second = world.invite("omar.owner", "timber", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        world.advance(Duration::days(2));
        assert_eq!(groups_of(&world.directory.redeem_page(&ticket).await.expect("open")), ["Timber suppliers"]);
        world.redeem_by_code("browser", &ticket, SAM).await.expect("redeems");
        let sam = world.caller(SAM).await;
        assert_eq!(world.apps_of(&sam).await, ["Timber library"]);
        assert_eq!(world.directory.expire_invitations(100).await.expect("job"), 1);
        assert_eq!(world.invitation_states(second.user_id).await, ["expired", "accepted"]);
        assert_eq!(world.apps_of(&sam).await, ["Timber library"]);
        assert_eq!(world.live_users(SAM).await, 1, "an accepted guest stays");
        assert_eq!(world.invite("john.doe", "aurora", SAM).await.outcome, InviteOutcome::Added, "and can be asked again");
    }

    async fn the_job_ends_what_only_the_expired_invitation_gave(world) {
        let lonely = world.invite("john.doe", "aurora", "lonely@fabrikam.example").await;
        let lucky = world.invite("john.doe", "aurora", "lucky@fabrikam.example").await;
        world.deliver().await;
        world.advance(Duration::days(20));
        world.invite("omar.owner", "timber", "lucky@fabrikam.example").await;
        assert_eq!(world.directory.expire_invitations(100).await.expect("job"), 0, "nothing is due");
        world.advance(Duration::days(10));
        assert_eq!(world.directory.expire_invitations(1).await.expect("job"), 1, "no more than the limit");
        assert_eq!(world.directory.expire_invitations(100).await.expect("job"), 1);
        assert_eq!(world.directory.expire_invitations(100).await.expect("job"), 0, "once");

        assert_eq!(world.live_users("lonely@fabrikam.example").await, 0, "left with nothing: deleted");
        assert_eq!(world.memberships_of(lonely.user_id).await, 0);
        assert_eq!(world.live_users("lucky@fabrikam.example").await, 1);
        assert_eq!(world.memberships_of(lucky.user_id).await, 1, "what another invitation gives stays");
        let ticket = world.ticket_to("lucky@fabrikam.example").await;
        world.redeem_by_code("browser", &ticket, "lucky@fabrikam.example").await.expect("the other one is still good");
        assert_eq!(world.apps_of(&world.caller("lucky@fabrikam.example").await).await, ["Timber library"]);
        assert_eq!(world.events("invitation.expire", Outcome::Success).await, 2);
    }

    /// Expired but not cleared away yet: asked again, the same guest gets a new invitation that works.
    async fn asked_again_after_expiry(world) {
        let first = world.invite("john.doe", "aurora", SAM).await;
        world.deliver().await;
        world.advance(Duration::days(31));
        let second = world.invite("john.doe", "aurora", SAM).await;
        assert_eq!((second.outcome, second.user_id), (InviteOutcome::Invited, first.user_id));
        let ticket = world.ticket_to(SAM).await;
        assert_eq!(world.directory.expire_invitations(100).await.expect("job"), 1);
        world.redeem_by_code("browser", &ticket, SAM).await.expect("redeems");
        assert_eq!(world.apps_of(&world.caller(SAM).await).await, ["Design review", "Drawings"]);
    }

    /// A member prepared by import is bound once, by the first proven sign-in at the members' provider.
    async fn a_prepared_member_is_bound_once(world) {
        let lena = world.user("lena.lee").await;
        let mut unproven = world.claims("members", "lena.lee@woodgrove.example").await;
        unproven.email_verified = Some(false);
        assert_eq!(said(&world.sign_in_by("browser", "members", &unproven).await), "notAMember");
        let claims = world.claims("members", "Lena.Lee@woodgrove.example").await;
        assert_eq!(of(&world.sign_in_by("browser", "members", &claims).await.expect("lena")), lena.id);
        assert!(!world.user("lena.lee").await.bind_once);
        assert_eq!(identities_of(world, lena.id).await, ["https://id.woodgrove.example"]);
        assert_eq!(of(&world.sign_in_by("browser", "members", &claims).await.expect("again")), lena.id);
        // Another account with the same address, as after somebody left and the address was given away.
        let mut other = claims;
        other.subject = "another subject".to_owned();
        assert_eq!(said(&world.sign_in_by("browser", "members", &other).await), "notAMember");
        assert_eq!(identities_of(world, lena.id).await.len(), 1);
        assert_eq!(world.events("identity.bind", Outcome::Success).await, 1);
    }

    async fn an_own_address_makes_a_member_only_at_the_own_provider(world) {
        let mut claims = world.claims("members", "new.colleague@woodgrove.example").await;
        claims.name = Some("New Colleague".to_owned());
        for provider in ["gmail", "octo", "contoso"] {
            let elsewhere = world.claims(provider, "new.colleague@woodgrove.example").await;
            assert_eq!(said(&world.sign_in_by("browser", provider, &elsewhere).await), "notInvited", "{provider}");
        }
        let user = of(&world.sign_in_by("browser", "members", &claims).await.expect("a member"));
        let row = world.user("new.colleague").await;
        assert_eq!(
            (row.id, row.user_type, row.creation_type, row.external_state, row.display_name.as_str()),
            (user, UserType::Member, CreationType::SignIn, None, "New Colleague"),
        );
        assert_eq!(of(&world.sign_in_by("browser", "members", &claims).await.expect("again")), user);
        for (email, verified) in [("someone@elsewhere.example", Some(true)), ("x@woodgrove.example", Some(false)),
                                  ("y@woodgrove.example", None)] {
            let mut claims = world.claims("members", email).await;
            claims.email_verified = verified;
            assert_eq!(said(&world.sign_in_by("browser", "members", &claims).await), "notAMember", "{email} {verified:?}");
        }
        assert!(world.refusal_is_logged("sign_in", None, "notAMember").await);
    }

    async fn members_by_a_claim(world) {
        let rule = MembersRule::Claim { name: "groups".to_owned(), value: "staff".to_owned() };
        let d = world.opened_with(Deployment { members_rule: rule, ..crate::support::world::deployment(world.clock.clone()) }).await;
        let guest = world.guest_in("aurora", "taken@elsewhere.example").await;
        for (email, groups, expected) in [
            ("carl@elsewhere.example", vec!["staff"], "ok"),
            ("dora@elsewhere.example", vec!["interns"], "notAMember"),
            ("emil@woodgrove.example", vec![], "notAMember"),
            ("taken@elsewhere.example", vec!["staff"], "notAMember"),
        ] {
            let mut claims = world.claims("members", email).await;
            claims.other = vec![("groups".to_owned(), groups.into_iter().map(str::to_owned).collect())];
            let new = NewAttempt { return_to: "/groups".to_owned(), ..Default::default() };
            let attempt = d.begin_attempt("browser", new).await.expect("begins");
            let attempt = d.attempt(Some("browser"), attempt).await.expect("reads");
            let arrival = d.arrive_from(&attempt, &world.provider("members").await, &claims).await;
            assert_eq!(said(&arrival), expected, "{email}");
            if let Ok(Arrival::SignedIn { return_to, .. }) = arrival {
                assert_eq!(return_to, "/groups");
            }
        }
        assert_eq!(world.user("taken@elsewhere.example").await.id, guest.user_id, "a guest is not taken over");
        d.close().await;
    }

    async fn a_blocked_person_stays_outside(world) {
        let guest = world.guest_in("aurora", SAM).await;
        let claims = world.claims("members", "lena.lee@woodgrove.example").await;
        let lena = of(&world.sign_in_by("browser", "members", &claims).await.expect("lena"));
        world.invite("john.doe", "aurora", GMAIL_SAM).await;
        let ticket = world.ticket_to(GMAIL_SAM).await;
        let attempt = world.attempt_for("browser", SAM).await;
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(SAM).await;
        for id in [guest.user_id, lena, world.user(GMAIL_SAM).await.id] {
            world.change("UPDATE users SET enabled = $1 WHERE id = $2", [false.into(), id.into()]).await;
        }
        assert_eq!(said(&world.sign_in_by("browser", "members", &claims).await), "accountBlocked");
        assert_eq!(said(&world.directory.enter_passcode(Some("browser"), attempt, &code).await), "accountBlocked");
        let sam = world.claims("gmail", GMAIL_SAM).await;
        assert_eq!(said(&world.redeem_by("browser", &ticket, "gmail", &sam).await), "accountBlocked");
        assert_eq!(said(&world.sign_in_by("browser", "gmail", &sam).await), "accountBlocked");
    }

    async fn admin_grant_prepares_a_member(world) {
        let grant = async |address: &str| {
            let address = access_panel::model::Address::parse(address).expect("an address");
            world.directory.grant_administrator(&address).await
        };
        assert!(grant("new.boss@woodgrove.example").await.expect("granted"));
        assert!(!grant("new.boss@woodgrove.example").await.expect("granted before"));
        let claims = world.claims("members", "new.boss@woodgrove.example").await;
        let boss = of(&world.sign_in_by("browser", "members", &claims).await.expect("signs in"));
        assert!(world.caller("new.boss").await.is_administrator());
        assert_eq!(world.user("new.boss").await.id, boss);
        world.guest_in("aurora", SAM).await;
        assert_eq!(said(&grant(SAM).await), "forbidden");
    }
}

on_both_engines! {
    /// What admits members is asked at the door: an invitation that has ended is no way round it.
    async fn an_ended_invitation_lets_no_member_in(world) {
        let lena = world.claims("members", "lena.lee@woodgrove.example").await;
        world.sign_in_by("browser", "members", &lena).await.expect("a member");
        let guest = world.invite("john.doe", "aurora", "sam@fabrikam.example").await.user_id;
        let new = access_panel::directory::attempts::NewAttempt { guest_id: Some(guest), ..Default::default() };
        let attempt = world.directory.begin_attempt("browser", new).await.expect("begins");
        let now = world.directory.now();
        world.change("UPDATE users SET deleted_at = $2 WHERE id = $1", [guest.into(), now.into()]).await;
        assert!(world.answer("browser", attempt, "members", &lena).await.is_err());
    }
}
