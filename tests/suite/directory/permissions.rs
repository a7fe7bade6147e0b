//! Who may do what (design 5.1, 5.2, 5.6): caller by caller, operation by operation.

use access_panel::model::{Caller, Refusal, state::Outcome};
use uuid::Uuid;

use crate::support::{World, on_both_engines, said};

/// One of each kind, as seen from the group *Aurora partners*. Nobody who is not signed in can call the directory.
pub async fn callers(world: &World) -> Vec<(&'static str, Caller)> {
    world.guest_in("timber", "stranger@fabrikam.example").await;
    world.guest_in("aurora", "partner@fabrikam.example").await;
    let mut callers = Vec::new();
    for (who, address) in [
        ("stranger guest", "stranger@fabrikam.example"),
        ("guest of the group", "partner@fabrikam.example"),
        ("plain member", "lena.lee"),
        ("member of the group", "ana.ruiz"),
        ("owner of another", "omar.owner"),
        ("guest inviter", "emma.inviter"),
        ("auditor", "henrik.auditor"),
        ("owner", "john.doe"),
        ("administrator", "ada.admin"),
    ] {
        callers.push((who, world.caller(address).await));
    }
    callers
}

/// A table as text, columns padded, so that a failure shows both tables whole.
fn table(rows: &[(String, Vec<String>)]) -> String {
    let width = |column: usize| rows.iter().map(|(_, cells)| cells[column].len()).max().unwrap_or_default();
    let first = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, cells) in rows {
        let mut line = format!("{name:first$}");
        for (column, cell) in cells.iter().enumerate() {
            line.push_str(&format!(" | {cell:width$}", width = width(column)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Spaces do not matter in a table that people wrote.
pub fn same_table(actual: &[(String, Vec<String>)], expected: &str) {
    let squeeze = |text: &str| {
        text.lines()
            .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>().join(" | "))
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
    };
    let actual = table(actual);
    assert_eq!(squeeze(&actual), squeeze(expected), "\nactual:\n{actual}\nexpected:\n{expected}");
}

async fn session_of(world: &World, user_id: Uuid) -> Uuid {
    super::sessions::open(world, user_id, chrono::Duration::days(7)).await;
    let caller = Caller {
        user_id,
        user_type: access_panel::model::state::UserType::Member,
        name: String::new(),
        address: String::new(),
        roles: Vec::new(),
        request_id: None,
    };
    world.directory.my_sessions(&caller, &[]).await.expect("sessions are read")[0].id
}

on_both_engines! {
    /// Every operation on *Aurora partners*, by everyone. `notFound`: may not be seen; `forbidden`: seen, not to be done.
    async fn the_permission_table(world) {
        let callers = callers(world).await;
        let d = &world.directory;
        let (aurora, app) = (world.group("aurora").await, world.app("design-review").await);
        let foreign_session = session_of(world, world.user("lena.lee").await.id).await;
        let foreign_session_of_lena = session_of(world, world.user("ana.ruiz").await.id).await;
        let mut rows = vec![(
            "caller".to_owned(),
            ["invite", "preview", "page", "removal", "remove", "open", "launch", "audit", "session", "leave"]
                .map(str::to_owned).to_vec(),
        )];
        for (number, (who, caller)) in callers.iter().enumerate() {
            // Someone to remove, and someone to invite, for each caller anew.
            let target = world.invite("ada.admin", "aurora", &format!("target{number}@fabrikam.example")).await.user_id;
            let ask = world.ask("aurora", &format!("new{number}@fabrikam.example")).await;
            let session = if *who == "plain member" { foreign_session_of_lena } else { foreign_session };
            let cells = [
                said(&d.invite(caller, &ask).await),
                said(&d.preview_invitation(caller, &ask).await),
                said(&d.group_page(caller, aurora, "", None).await),
                said(&d.removal(caller, aurora, target).await),
                said(&d.remove_member(caller, aurora, target).await),
                said(&d.may_open(caller, app).await),
                said(&d.launch(caller, app).await),
                said(&d.audit_log(caller, None, 10).await),
                said(&d.end_my_session(caller, session).await),
                said(&d.leave(caller).await),
            ];
            rows.push(((*who).to_owned(), cells.map(str::to_owned).to_vec()));
        }
        same_table(&rows, "
caller              | invite            | preview           | page     | removal   | remove    | open     | launch   | audit     | session  | leave
stranger guest      | notFound          | notFound          | notFound | notFound  | notFound  | notFound | notFound | forbidden | notFound | ok
guest of the group  | inviterNotAllowed | inviterNotAllowed | ok       | forbidden | forbidden | ok       | ok       | forbidden | notFound | ok
plain member        | notFound          | notFound          | notFound | notFound  | notFound  | notFound | notFound | forbidden | notFound | forbidden
member of the group | forbidden         | forbidden         | ok       | forbidden | forbidden | ok       | ok       | forbidden | notFound | forbidden
owner of another    | notFound          | notFound          | notFound | notFound  | notFound  | notFound | notFound | forbidden | notFound | forbidden
guest inviter       | notFound          | notFound          | notFound | notFound  | notFound  | notFound | notFound | forbidden | notFound | forbidden
auditor             | forbidden         | forbidden         | ok       | forbidden | forbidden | notFound | notFound | ok        | notFound | forbidden
owner               | ok                | ok                | ok       | ok        | ok        | ok       | ok       | forbidden | notFound | forbidden
administrator       | ok                | ok                | ok       | ok        | ok        | notFound | notFound | ok        | notFound | forbidden
");
        // Whatever was refused and would have changed something stands in the audit log, with who and why.
        for (who, cells) in &rows[1..] {
            let caller = &callers.iter().find(|(name, _)| name == who).expect("the caller of a row").1;
            for (column, action) in
                [(0, "invitation.create"), (4, "membership.remove"), (6, "app.launch"), (9, "user.leave")]
            {
                if cells[column] != "ok" {
                    let logged = world.refusal_is_logged(action, Some(caller.user_id), &cells[column]).await;
                    assert!(logged, "{action} of {who} was refused with {}, and the log has no such row", cells[column]);
                }
            }
        }
    }

    async fn other_refusals_are_in_the_audit_log_too(world) {
        let lena = world.caller("lena.lee").await;
        let foreign = session_of(world, world.user("ana.ruiz").await.id).await;
        assert_eq!(said(&world.directory.audit_log(&lena, None, 10).await), "forbidden");
        assert_eq!(said(&world.directory.end_my_session(&lena, foreign).await), "notFound");
        let refused = world.audit().await.into_iter()
            .filter(|row| row.actor_id == Some(lena.user_id) && row.outcome == Outcome::Refused)
            .count();
        assert_eq!(refused, 2, "reading the audit log, and ending a foreign session");
    }

    async fn everyone_sees_exactly_their_own(world) {
        let mut rows = Vec::new();
        for (who, caller) in callers(world).await {
            let (groups, apps) = (world.groups_of(&caller).await, world.apps_of(&caller).await);
            rows.push((who.to_owned(), vec![groups.join(", "), apps.join(", ")]));
        }
        same_table(&rows, "
stranger guest      | Timber suppliers                             | Timber library
guest of the group  | Aurora partners                              | Design review, Drawings
plain member        |                                              |
member of the group | Aurora partners, Open house                  | Design review, Drawings
owner of another    | Open house, Timber suppliers                 | Timber library
guest inviter       | Studio, Timber suppliers                     | Timber library
auditor             |                                              |
owner               | Aurora partners, Board                       | Budget, Design review, Drawings
administrator       |                                              |
");
    }

    /// Whether something exists shows in nothing.
    async fn unseen_and_unknown_answer_alike(world) {
        let lena = world.caller("lena.lee").await;
        let unknown = world.directory.new_id();
        for group in [world.group("aurora").await, unknown] {
            let page = world.directory.group_page(&lena, group, "", None).await.expect_err("lena sees no group");
            assert_eq!(Refusal::from(page), access_panel::model::Code::NotFound.into());
        }
        for app in [world.app("design-review").await, world.app("old-wiki").await, unknown] {
            let open = world.directory.may_open(&lena, app).await.expect_err("lena has no app");
            assert_eq!(Refusal::from(open), access_panel::model::Code::NotFound.into());
        }
        let ana = world.caller("ana.ruiz").await;
        let off = world.directory.may_open(&ana, world.app("old-wiki").await).await;
        assert_eq!(said(&off), "appOff", "who has an app is told that it is off");
        assert!(!world.apps_of(&ana).await.contains(&"Old wiki".to_owned()), "and it is not on the panel");
    }

    /// The invite policy by caller and group, design 5.1.
    async fn the_invite_policy(world) {
        // A guest who owns groups: nothing but the import makes one.
        world.guest_in("timber", "owner@fabrikam.example").await;
        world.guest_in("aurora", "partner@fabrikam.example").await;
        world.import(r#"
            [[groups]]
            key = "guests-own"
            name = "Guests own"
            accepts_guests = true
            owners = ["owner@fabrikam.example"]
            [[groups]]
            key = "guests-own-closed"
            name = "Guests own closed"
            owners = ["owner@fabrikam.example"]
            [[groups]]
            key = "rule-made"
            name = "Rule made"
            accepts_guests = true
            owners = ["john.doe@woodgrove.example"]
        "#).await;
        assert_eq!(world.change("UPDATE groups SET kind = 'dynamic' WHERE key = 'rule-made'", []).await, 1);
        let cases = [
            ("administrator, any group", "ada.admin", "timber"),
            ("administrator, no guests", "ada.admin", "board"),
            ("administrator, dynamic", "ada.admin", "rule-made"),
            ("guest inviter, own group", "emma.inviter", "studio"),
            ("guest inviter, is in it", "emma.inviter", "timber"),
            ("guest inviter, unseen", "emma.inviter", "aurora"),
            ("member, own group", "john.doe", "aurora"),
            ("member, own, no guests", "john.doe", "board"),
            ("member, own, dynamic", "john.doe", "rule-made"),
            ("member, is in it", "ana.ruiz", "aurora"),
            ("member, members may", "ana.ruiz", "open-house"),
            ("member, unseen", "lena.lee", "aurora"),
            ("auditor, sees all", "henrik.auditor", "aurora"),
            ("guest, own group", "owner@fabrikam.example", "guests-own"),
            ("guest, own, no guests", "owner@fabrikam.example", "guests-own-closed"),
            ("guest, is in it", "partner@fabrikam.example", "aurora"),
            ("guest, unseen", "partner@fabrikam.example", "board"),
        ];
        let mut rows: Vec<(String, Vec<String>)> =
            cases.iter().map(|(case, ..)| ((*case).to_owned(), Vec::new())).collect();
        for policy in ["everyone", "adminsGuestInvitersAndAllMembers", "adminsAndGuestInviters", "none"] {
            world.set_policy(policy).await;
            for (number, (case, caller, group)) in cases.iter().enumerate() {
                let caller = world.caller(caller).await;
                let ask = world.ask(group, &format!("new{number}-{policy}@fabrikam.example")).await;
                let preview = world.directory.preview_invitation(&caller, &ask).await;
                let invited = world.directory.invite(&caller, &ask).await;
                assert_eq!(said(&preview), said(&invited), "{case} under {policy}: preview and invitation agree");
                if let Ok(page) = world.directory.group_page(&caller, ask.groups[0], "", None).await {
                    let shown = page.can_invite.map_or_else(|code| code.as_str(), |()| "ok");
                    assert_eq!(shown, said(&invited), "{case} under {policy}: the page says so beforehand");
                }
                rows[number].1.push(said(&invited).to_owned());
            }
        }
        // everyone | adminsGuestInvitersAndAllMembers | adminsAndGuestInviters | none
        same_table(&rows, "
administrator, any group | ok                | ok                | ok                | invitesDisabled
administrator, no guests | ok                | ok                | ok                | invitesDisabled
administrator, dynamic   | dynamicGroup      | dynamicGroup      | dynamicGroup      | invitesDisabled
guest inviter, own group | ok                | ok                | ok                | invitesDisabled
guest inviter, is in it  | forbidden         | forbidden         | forbidden         | invitesDisabled
guest inviter, unseen    | notFound          | notFound          | notFound          | notFound
member, own group        | ok                | ok                | inviterNotAllowed | invitesDisabled
member, own, no guests   | guestsNotAccepted | guestsNotAccepted | inviterNotAllowed | invitesDisabled
member, own, dynamic     | dynamicGroup      | dynamicGroup      | dynamicGroup      | invitesDisabled
member, is in it         | forbidden         | forbidden         | inviterNotAllowed | invitesDisabled
member, members may      | ok                | ok                | inviterNotAllowed | invitesDisabled
member, unseen           | notFound          | notFound          | notFound          | notFound
auditor, sees all        | forbidden         | forbidden         | inviterNotAllowed | invitesDisabled
guest, own group         | ok                | inviterNotAllowed | inviterNotAllowed | invitesDisabled
guest, own, no guests    | guestsNotAccepted | inviterNotAllowed | inviterNotAllowed | invitesDisabled
guest, is in it          | forbidden         | inviterNotAllowed | inviterNotAllowed | invitesDisabled
guest, unseen            | notFound          | notFound          | notFound          | notFound
");
    }

    /// Domain rules bind everyone, administrators included, and the organization's own domain has a code of its own.
    async fn who_may_be_invited(world) {
        world.import("[domains]\nallow = [\"gmail.com\", \".fabrikam.example\"]\ndeny = [\"bad.fabrikam.example\"]\n").await;
        let ada = world.caller("ada.admin").await;
        for (address, expected) in [
            ("sam@gmail.com", "ok"),
            ("sam@fabrikam.example", "ok"),
            ("sam@eu.fabrikam.example", "ok"),
            ("sam@BAD.fabrikam.example", "domainBlocked"),
            ("sam@evilfabrikam.example", "domainNotAllowed"),
            ("sam@contoso.example", "domainNotAllowed"),
            ("sam@woodgrove.example", "homeDomain"),
            ("lena.lee@WOODGROVE.example", "homeDomain"),
            ("", "addressEmpty"),
            ("sam", "invalidEmail"),
            ("sam@", "invalidEmail"),
            ("sam@gmail.com, eve@gmail.com", "invalidEmail"),
            ("sam@gmail.com\r\nBcc: eve@gmail.com", "invalidEmail"),
        ] {
            let ask = world.ask("aurora", address).await;
            let invited = world.directory.invite(&ada, &ask).await;
            assert_eq!(said(&invited), expected, "{address:?}");
            if let Err(error) = invited {
                assert_eq!(Refusal::from(error).field.as_deref(), Some("address"), "{address:?}: names the field");
                assert!(world.refusal_is_logged("invitation.create", Some(ada.user_id), expected).await, "{address:?}");
            }
        }
        let mut ask = world.ask("aurora", "long@gmail.com").await;
        ask.terms.message = "ä".repeat(2000);
        assert_eq!(said(&world.directory.invite(&ada, &ask).await), "ok", "2000 characters");
        ask.address = "longer@gmail.com".to_owned();
        ask.terms.message.push('x');
        let refused = Refusal::from(world.directory.invite(&ada, &ask).await.expect_err("2001 characters"));
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("messageTooLong", Some("message")));
        assert_eq!(world.live_users("longer@gmail.com").await, 0, "a refused invitation leaves nothing behind");
    }

    async fn inviting_someone_who_is_there_already(world) {
        let john = world.caller("john.doe").await;
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        let again = world.directory.invite(&john, &world.ask("aurora", "SAM@Fabrikam.example").await).await;
        let refused = Refusal::from(again.expect_err("sam is in the group"));
        assert_eq!((refused.code.as_str(), refused.target), ("alreadyInGroup", Some(guest.user_id)));
        // A member whose address lies elsewhere: only a rule by claim makes one.
        world.change("UPDATE users SET address = 'lena@home.example', address_norm = 'lena@home.example'
                      WHERE address_norm = 'lena.lee@woodgrove.example'", []).await;
        let member = world.directory.invite(&john, &world.ask("aurora", "lena@home.example").await).await;
        assert_eq!(said(&member), "alreadyMember");
        world.change("UPDATE users SET enabled = $1 WHERE id = $2", [false.into(), guest.user_id.into()]).await;
        let ada = world.caller("ada.admin").await;
        let blocked = world.directory.invite(&ada, &world.ask("timber", "sam@fabrikam.example").await).await;
        assert_eq!(said(&blocked), "accountBlocked");
    }

    /// Design 5.6: a caller who may not see a person gets the same answer for every address they try.
    async fn a_guest_owner_learns_nothing_about_members(world) {
        world.guest_in("timber", "owner@fabrikam.example").await;
        world.import(r#"
            [invitations]
            policy = "everyone"
            [[groups]]
            key = "guests-own"
            name = "Guests own"
            accepts_guests = true
            owners = ["owner@fabrikam.example"]
        "#).await;
        world.change("UPDATE users SET address = 'lena@home.example', address_norm = 'lena@home.example'
                      WHERE address_norm = 'lena.lee@woodgrove.example'", []).await;
        world.guest_in("timber", "blocked@fabrikam.example").await;
        world.change("UPDATE users SET enabled = $1 WHERE address_norm = 'blocked@fabrikam.example'", [false.into()]).await;
        world.guest_in("timber", "elsewhere@fabrikam.example").await;
        let owner = world.caller("owner@fabrikam.example").await;
        let mut answers = Vec::new();
        for address in ["nobody", "elsewhere", "blocked"].map(|name| format!("{name}@fabrikam.example")).into_iter()
            .chain(["lena@home.example".to_owned()])
        {
            let answer = world.directory.invite(&owner, &world.ask("guests-own", &address).await).await;
            answers.push(format!("{:?}", answer.map_err(Refusal::from)));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        for code in ["accountBlocked", "alreadyMember"] {
            let logged = world.refusal_is_logged("invitation.create", Some(owner.user_id), code).await;
            assert!(logged, "the audit log has the truth: {code}");
        }
    }

    /// Guests see the owners, and co-members only if the group says so, never their addresses.
    async fn what_guests_see_of_a_group(world) {
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        world.invite("john.doe", "aurora", "pending@fabrikam.example").await;
        let aurora = world.group("aurora").await;
        let page = |who: Caller| async move { world.directory.group_page(&who, aurora, "", None).await.expect("a page") };

        let seen = page(guest.clone()).await;
        assert_eq!(seen.members, None, "limited visibility: nobody's name");
        assert_eq!(seen.total, None, "nor how many they are");
        assert_eq!(seen.owners.len(), 1, "the owners are shown");
        let mine = world.directory.my_groups(&guest, None).await.expect("groups");
        assert_eq!(mine.member[0].people, None, "the list counts nobody either");

        world.change("UPDATE groups SET guests_see_members = $1 WHERE id = $2", [true.into(), aurora.into()]).await;
        let seen = page(guest.clone()).await.members.expect("the group shows its members to guests");
        assert!(seen.iter().any(|row| row.name == "Ana Ruiz"));
        assert!(seen.iter().all(|row| row.address.is_none()), "never addresses: {seen:?}");
        assert!(seen.iter().all(|row| row.invitation.is_none()), "no invitations for those who do not manage");

        world.import("[guests]\nvisibility = \"restricted\"\n").await;
        let seen = page(guest).await;
        assert_eq!((seen.members, seen.owners), (None, Vec::new()), "restricted: only themselves");

        let seen = page(world.caller("ana.ruiz").await).await.members.expect("members see members");
        assert!(seen.iter().all(|row| row.address.is_some()));
        assert!(seen.iter().all(|row| row.invitation.is_none()), "an ordinary member sees no invitations");
        let seen = page(world.caller("john.doe").await).await.members.expect("the owner sees members");
        assert_eq!(seen.iter().filter(|row| row.invitation.is_some()).count(), 1, "the owner sees the open one");
    }
}
