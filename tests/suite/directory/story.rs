//! The story of design 1, in the directory.

use access_panel::{
    directory::invitations::InviteOutcome,
    model::{
        letter::Letter,
        state::{CreationType, Delivery, ExternalState, Outcome, UserType},
    },
};

use crate::support::{World, of, on_both_engines, said};

const SAM: &str = "gsamoogle@gmail.com";

on_both_engines! {
    async fn john_invites_sam_and_removes_him(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let (aurora, review) = (world.group("aurora").await, world.app("design-review").await);

        // At once the directory holds a guest: pending, created by invitation, sponsor John.
        let mut ask = world.ask("aurora", "Sam Oogle <gsamoogle@gmail.com>").await;
        ask.terms.message = "  Hi Sam,\r\nplease comment.  ".to_owned();
        let invited = d.invite(&john, &ask).await.expect("john invites");
        assert_eq!(invited.outcome, InviteOutcome::Invited);
        let sam = world.user(SAM).await;
        assert_eq!(sam.id, invited.user_id);
        assert_eq!(
            (sam.user_type, sam.external_state, sam.creation_type, sam.sponsor_id, sam.created_by),
            (UserType::Guest, Some(ExternalState::Pending), CreationType::Invitation, Some(john.user_id), Some(john.user_id)),
        );
        assert_eq!(sam.display_name, "Sam Oogle", "the name that was typed with the address");
        assert!(sam.enabled && sam.accepted_at.is_none() && sam.consent_version.is_none());

        // The membership is there and gives nothing yet.
        assert_eq!(world.memberships_of(sam.id).await, 1);
        let pending = world.caller(SAM).await;
        assert_eq!(world.apps_of(&pending).await, Vec::<String>::new());
        assert_eq!(world.groups_of(&pending).await, Vec::<String>::new());
        assert_eq!(said(&d.may_open(&pending, review).await), "notFound");
        assert_eq!(said(&d.group_page(&pending, aurora, "", None).await), "notFound");
        let row = world.member_row("john.doe", "aurora", SAM).await.expect("john sees sam");
        assert!(row.pending && row.user_type == UserType::Guest);
        assert_eq!(row.granted_by.map(|by| by.name).as_deref(), Some("John Doe"));
        let open = row.invitation.expect("an open invitation");
        assert_eq!(open.delivery, Delivery::Queued);
        assert_eq!(open.expires_at - open.invited_at, chrono::Duration::days(30));

        // One mail leaves.
        let mails = world.deliver().await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].to, SAM);
        let Letter::Invitation { ticket: Some(ticket), inviter, message, groups, apps, address, expires_at, .. } = &mails[0].post.letter
        else { panic!("{mails:?}") };
        assert_eq!((inviter.name.as_str(), inviter.address.as_str()), ("John Doe", "john.doe@woodgrove.example"));
        assert_eq!((message.as_str(), address.as_str()), ("Hi Sam,\nplease comment.", SAM));
        assert_eq!((groups.as_slice(), *expires_at), (["Aurora partners".to_owned()].as_slice(), open.expires_at));
        assert_eq!(apps, &["Design review", "Drawings"], "apps that are off are not promised");
        assert_eq!(world.number("SELECT COUNT(*) FROM tickets WHERE hash = $1", [ticket.as_bytes().to_vec().into()]).await, 0);
        let row = world.member_row("john.doe", "aurora", SAM).await.expect("john sees sam");
        assert_eq!(row.invitation.expect("still open").delivery, Delivery::Sent);

        // The page behind the link changes nothing, however often it is opened.
        let before = world.everything().await;
        for _ in 0..3 {
            let page = d.redeem_page(ticket).await.expect("the page opens");
            assert_eq!((page.inviter.name.as_str(), page.message.as_str()), ("John Doe", "Hi Sam,\nplease comment."));
            assert_eq!(page.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Aurora partners"]);
            assert_eq!(page.apps.iter().map(|app| app.name.as_str()).collect::<Vec<_>>(), ["Design review", "Drawings"]);
            assert_eq!(page.ways.first().map(|way| way.key.as_str()), Some("gmail"), "who answers for gmail.com comes first");
            assert!(page.ways.iter().any(|way| way.key == "passcode"));
        }
        assert_eq!(world.everything().await, before, "mail scanners open links");

        // Sam signs in; his profile is filled from his token, but for the name that John had typed.
        world.advance(chrono::Duration::hours(2));
        let mut claims = world.claims("gmail", SAM).await;
        claims.name = Some("Samuel Oogle".to_owned());
        claims.given_name = Some("Sam".to_owned());
        claims.family_name = Some("Oogle".to_owned());
        let arrival = world.redeem_by("sam's browser", ticket, "gmail", &claims).await.expect("sam redeems");
        assert_eq!(of(&arrival), sam.id);
        let sam = world.user(SAM).await;
        assert_eq!(sam.external_state, Some(ExternalState::Accepted));
        assert_eq!(sam.accepted_at, Some(d.now()));
        assert_eq!(sam.consent_version, Some(1));
        assert_eq!((sam.given_name.as_deref(), sam.family_name.as_deref()), (Some("Sam"), Some("Oogle")));
        assert_eq!(sam.display_name, "Sam Oogle", "only empty fields are filled");

        // He has the apps of the group, and says why.
        let guest = world.caller(SAM).await;
        assert_eq!(world.apps_of(&guest).await, ["Design review", "Drawings"]);
        assert_eq!(d.launch(&guest, review).await.expect("opens").url, "https://apps.example/design-review");
        let row = world.member_row("john.doe", "aurora", SAM).await.expect("john sees sam");
        assert!(!row.pending && row.invitation.is_none(), "accepted: {row:?}");

        // Removed: gone with the next request.
        d.remove_member(&john, aurora, sam.id).await.expect("john removes sam");
        assert_eq!(world.apps_of(&guest).await, Vec::<String>::new());
        assert_eq!(said(&d.may_open(&guest, review).await), "notFound");
        assert_eq!(said(&d.group_page(&guest, aurora, "", None).await), "notFound");
        assert_eq!(said(&d.remove_member(&john, aurora, sam.id).await), "notFound", "once is enough");
        assert!(world.find_user(SAM).await.is_some(), "an accepted guest stays a guest");

        // The audit log has each step, with who did it.
        for (action, actor, target) in [
            ("user.create", Some(john.user_id), Some(sam.id)),
            ("invitation.create", Some(john.user_id), Some(sam.id)),
            ("membership.grant", Some(john.user_id), Some(sam.id)),
            ("identity.bind", Some(sam.id), Some(sam.id)),
            ("user.accept", Some(sam.id), Some(sam.id)),
            ("invitation.accept", Some(sam.id), Some(sam.id)),
            ("app.launch", Some(sam.id), Some(review)),
            ("membership.remove", Some(john.user_id), Some(sam.id)),
        ] {
            let rows = world.audit().await;
            let found = rows.iter().filter(|row| row.action == action && row.outcome == Outcome::Success
                && row.actor_id == actor && row.target_id == target).count();
            assert_eq!(found, 1, "{action}: {rows:#?}");
        }
    }

    /// A name nobody typed comes from the address, and gives way to the token's.
    async fn a_made_up_name_gives_way(world) {
        world.invite("john.doe", "aurora", SAM).await;
        assert_eq!(world.user(SAM).await.display_name, "Gsamoogle");
        let ticket = world.ticket_to(SAM).await;
        let mut claims = world.claims("gmail", SAM).await;
        claims.name = Some("Sam Oogle".to_owned());
        world.redeem_by("browser", &ticket, "gmail", &claims).await.expect("sam redeems");
        assert_eq!(world.user(SAM).await.display_name, "Sam Oogle");
        let row = world.member_row("john.doe", "aurora", SAM).await.expect("found under the new name");
        assert_eq!(row.name, "Sam Oogle");
    }

    /// Removed before they came: the invitation ends with what it granted, and its mail never leaves.
    async fn a_pending_guest_is_removed(world) {
        let john = world.caller("john.doe").await;
        let sam = world.invite("john.doe", "aurora", SAM).await;
        world.directory.remove_member(&john, world.group("aurora").await, sam.user_id).await.expect("removed");
        assert_eq!(world.invitation_states(sam.user_id).await, ["revoked"]);
        assert_eq!(world.live_users(SAM).await, 0, "a guest left with nothing is deleted");
        assert!(world.deliver().await.is_empty(), "the mail of a revoked invitation never leaves");
        for action in ["membership.remove", "invitation.revoke", "user.delete"] {
            assert_eq!(world.events(action, Outcome::Success).await, 1, "{action}");
        }
    }

    /// A second ask to the same group changes nothing and sends nothing; one to another group adds an invitation.
    async fn invited_again_while_pending(world) {
        let first = world.invite("john.doe", "aurora", SAM).await;
        let again = world.invite("ada.admin", "aurora", "GSamOogle@GMAIL.com").await;
        assert_eq!((again.outcome, again.invitation_id), (InviteOutcome::AlreadyInvited, first.invitation_id));
        let other = world.invite("omar.owner", "timber", SAM).await;
        assert_eq!((other.outcome, other.user_id), (InviteOutcome::Invited, first.user_id));
        assert_ne!(other.invitation_id, first.invitation_id);
        assert_eq!(world.deliver().await.len(), 2, "one mail per invitation");
        assert_eq!(world.user(SAM).await.sponsor_id, Some(world.user("john.doe").await.id), "the first inviter answers");
    }

    /// What a preview shows is what leaves, but for the ticket; and it leaves nothing behind.
    async fn the_preview_is_the_mail(world) {
        let john = world.caller("john.doe").await;
        let ask = world.ask("aurora", SAM).await;
        let before = world.everything().await;
        let Letter::Invitation { ticket, message, groups, apps, expires_at, .. } =
            world.directory.preview_invitation(&john, &ask).await.expect("a preview").0.letter else { panic!("an invitation") };
        assert_eq!(ticket, None);
        assert_eq!(world.everything().await, before);
        world.directory.invite(&john, &ask).await.expect("invited");
        let mails = world.deliver().await;
        let Letter::Invitation { message: m, groups: g, apps: a, expires_at: e, .. } = &mails[0].post.letter else { panic!() };
        assert_eq!((&message, &groups, &apps, &expires_at), (m, g, a, e));
    }
}

impl World {
    /// What someone sees of a person in a group.
    pub async fn member_row(
        &self,
        who: &str,
        group: &str,
        address: &str,
    ) -> Option<access_panel::model::view::MemberRow> {
        let caller = self.caller(who).await;
        let page = self.directory.group_page(&caller, self.group(group).await, "", None).await.expect("a page");
        page.members?.into_iter().find(|row| row.address.as_deref() == Some(address))
    }

    /// How many rows each table has.
    pub async fn everything(&self) -> Vec<(&'static str, i64)> {
        let mut counts = Vec::new();
        for table in TABLES {
            counts.push((*table, self.count(table).await));
        }
        counts
    }
}

pub const TABLES: &[&str] = &[
    "access_changes",
    "app_approvers",
    "app_choices",
    "app_days",
    "app_hosts",
    "app_owners",
    "app_secrets",
    "app_sessions",
    "apps",
    "assignments",
    "attempts",
    "audit_details",
    "audit_events",
    "authorizations",
    "bulk_jobs",
    "bulk_rows",
    "client_assertions",
    "collection_apps",
    "collection_choices",
    "collection_groups",
    "collections",
    "group_owners",
    "groups",
    "host_codes",
    "host_sessions",
    "identities",
    "identity_providers",
    "invitation_grants",
    "invitations",
    "logouts",
    "mail_blocks",
    "memberships",
    "notices",
    "oidc_clients",
    "outbox",
    "passcodes",
    "people_words",
    "pictures",
    "rate_counters",
    "refresh_tokens",
    "released_hosts",
    "requests",
    "roles",
    "saved_forms",
    "sessions",
    "settings",
    "sign_ins",
    "signing_keys",
    "tickets",
    "token_families",
    "users",
];
