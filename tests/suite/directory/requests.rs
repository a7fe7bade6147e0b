//! Finding, joining, asking and deciding: who may, what is told to whom, and who is first.

use access_panel::{
    directory::{catalogue::CatalogueQuery, grants::Target, requests::InboxQuery},
    model::{
        Caller, Code, Refusal,
        letter::Letter,
        requests::{Asked, CatalogueKind, Decision, Standing},
        state::{NoticeKind, NoticeMail, Outcome, RequestState},
    },
};
use chrono::Duration;
use uuid::Uuid;

use super::permissions::same_table;
use crate::support::{Engine, World, on_both_engines, said};

const MORE: &str = r#"
[[groups]]
key = "library"
name = "Library"
purpose = "Plans and books"
accepts_guests = true
listed = true
join_policy = "on request"
member_days = 30
owners = ["john.doe@woodgrove.example"]
members = ["ana.ruiz@woodgrove.example"]

[[groups]]
key = "cycling"
name = "Cycling"
accepts_guests = true
listed = true
join_policy = "open"
owners = ["john.doe@woodgrove.example"]
members = ["ana.ruiz@woodgrove.example"]

# Listed, but only its owners let people in.
[[groups]]
key = "choir"
name = "Choir"
listed = true
owners = ["john.doe@woodgrove.example"]

[[groups]]
key = "hidden"
name = "Hidden"
join_policy = "open"
owners = ["john.doe@woodgrove.example"]

[[groups]]
key = "plotters"
name = "Plotter people"
owners = ["john.doe@woodgrove.example"]

# Approved people join a group that gives it.
[[apps]]
key = "plotter"
name = "Plotter"
url = "https://plotter.example"
requestable = true
owners = ["omar.owner@woodgrove.example"]
approvers = ["emma.inviter@woodgrove.example"]
join_group = "plotters"
groups = ["plotters"]

# Nobody has to decide.
[[apps]]
key = "wiki"
name = "Wiki"
url = "https://wiki.example"
requestable = true
needs_approval = false
accepts_guests = true

# Nobody answers for it.
[[apps]]
key = "orphan"
name = "Orphan"
url = "https://orphan.example"
requestable = true
"#;

/// The organization with all that, and so many people who own nothing.
async fn grown(world: &World, people: usize) {
    let mut text = MORE.to_owned();
    for n in 0..people {
        text += &format!("[[people]]\naddress = \"asker{n}@woodgrove.example\"\nname = \"Asker {n}\"\n");
    }
    world.import(&text).await;
}

async fn asked(world: &World, who: &str, target: Target) -> Uuid {
    let caller = world.caller(who).await;
    match world.directory.ask(&caller, target, "For the plans.").await {
        Ok(Asked::Waits(id)) => id,
        other => panic!("{who} asks: {other:?}"),
    }
}

async fn library(world: &World) -> Target {
    Target::Group(world.group("library").await)
}

async fn state_of(world: &World, request: Uuid) -> String {
    world.texts("SELECT state FROM requests WHERE id = $1", [request.into()]).await.concat()
}

/// The kinds of somebody's notices, oldest first.
async fn told(world: &World, who: &str) -> Vec<NoticeKind> {
    let caller = world.caller(who).await;
    let mut rows = world.directory.my_notices(&caller, None).await.expect("notices are read").rows;
    rows.reverse();
    rows.into_iter().map(|row| row.kind).collect()
}

/// Names of what somebody finds.
async fn finds(world: &World, caller: &Caller, search: &str) -> Vec<String> {
    let query = CatalogueQuery { search: search.to_owned(), ..Default::default() };
    let page = world.directory.catalogue(caller, &query).await.expect("the catalogue is read");
    page.rows.into_iter().map(|row| row.thing.name).collect()
}

fn approve() -> Decision {
    Decision::Approve { until: None }
}

fn deny(reason: &str) -> Decision {
    Decision::Deny { reason: reason.to_owned() }
}

async fn member_until(world: &World, group: Uuid, user: Uuid) -> i64 {
    let sql = "SELECT COUNT(*) FROM memberships WHERE group_id = $1 AND user_id = $2 AND until > $3 AND until <= $4";
    let now = world.directory.now();
    let (from, to) = (now + Duration::days(29), now + Duration::days(30));
    world.number(sql, [group.into(), user.into(), from.into(), to.into()]).await
}

on_both_engines! {
    /// Every operation, by everyone, on a request of somebody else for a group of John's.
    async fn the_permission_table(world) {
        grown(world, 12).await;
        world.guest_in("timber", "stranger@fabrikam.example").await;
        world.guest_in("library", "partner@fabrikam.example").await;
        let d = &world.directory;
        let target = library(world).await;
        let cycling = world.group("cycling").await;
        let mut rows = vec![(
            "caller".to_owned(),
            ["page to ask", "ask", "request", "withdraw", "remind", "deny", "approve", "everyone's", "join"]
                .map(str::to_owned).to_vec(),
        )];
        for (n, (who, address)) in [
            ("stranger guest", "stranger@fabrikam.example"),
            ("guest of the group", "partner@fabrikam.example"),
            ("plain member", "lena.lee"),
            ("member of the group", "ana.ruiz"),
            ("owner of another", "omar.owner"),
            ("auditor", "henrik.auditor"),
            ("owner", "john.doe"),
            ("administrator", "ada.admin"),
        ].into_iter().enumerate() {
            let caller = world.caller(address).await;
            // A request of somebody else for each caller anew.
            let request = asked(world, &format!("asker{n}"), target).await;
            let other = asked(world, &format!("asker{n}"), Target::App(world.app("orphan").await)).await;
            let everyone = InboxQuery { everyone: true, ..Default::default() };
            let cells = [
                said(&d.ask_page(&caller, target).await),
                said(&d.ask(&caller, target, "Please.").await),
                said(&d.request_page(&caller, request).await),
                said(&d.withdraw_request(&caller, request).await),
                said(&d.remind_approvers(&caller, request).await),
                // Where nobody answers for it, administrators do, and nobody else.
                said(&d.decide(&caller, other, &deny("No.")).await),
                said(&d.decide(&caller, request, &approve()).await),
                said(&d.inbox(&caller, &everyone).await),
                said(&d.join_group(&caller, cycling).await),
            ];
            rows.push((who.to_owned(), cells.map(str::to_owned).to_vec()));
        }
        same_table(&rows, "
caller              | page to ask | ask        | request  | withdraw  | remind    | deny      | approve   | everyone's | join
stranger guest      | ok          | ok         | notFound | notFound  | notFound  | notFound  | notFound  | forbidden  | ok
guest of the group  | ok          | alreadyHas | notFound | notFound  | notFound  | notFound  | notFound  | forbidden  | ok
plain member        | ok          | ok         | notFound | notFound  | notFound  | notFound  | notFound  | forbidden  | ok
member of the group | ok          | alreadyHas | notFound | notFound  | notFound  | notFound  | notFound  | forbidden  | alreadyHas
owner of another    | ok          | ok         | notFound | notFound  | notFound  | notFound  | notFound  | forbidden  | ok
auditor             | ok          | ok         | ok       | forbidden | forbidden | forbidden | forbidden | ok         | ok
owner               | ok          | ok         | ok       | forbidden | forbidden | notFound  | ok        | forbidden  | ok
administrator       | ok          | ok         | ok       | forbidden | forbidden | ok        | ok        | ok         | ok
");
        for (who, code) in [("lena.lee", "notFound"), ("henrik.auditor", "forbidden")] {
            let id = world.user(who).await.id;
            assert!(world.refusal_is_logged("request.approve", Some(id), code).await, "{who}");
        }
    }

    async fn what_is_found(world) {
        grown(world, 0).await;
        let lena = world.caller("lena.lee").await;
        let guest = world.guest_in("timber", "stranger@fabrikam.example").await;
        assert_eq!(finds(world, &lena, "").await, ["Choir", "Cycling", "Library", "Orphan", "Plotter", "Wiki"]);
        assert_eq!(finds(world, &guest, "").await, ["Cycling", "Library", "Wiki"]);
        assert_eq!(finds(world, &lena, "LIBR").await, ["Library"]);
        assert_eq!(finds(world, &lena, "%").await, Vec::<String>::new());
        assert_eq!(finds(world, &lena, "brary").await, Vec::<String>::new());
        let apps = CatalogueQuery { kind: CatalogueKind::Apps, ..Default::default() };
        let apps = world.directory.catalogue(&lena, &apps).await.expect("read").rows;
        assert!(apps.len() == 3 && apps.iter().all(|row| row.thing.is_app));
        let standing = |name: &str, caller: Caller| {
            let (directory, name) = (world.directory.clone(), name.to_owned());
            async move {
                let page = directory.catalogue(&caller, &CatalogueQuery::default()).await.expect("read");
                page.rows.into_iter().find(|row| row.thing.name == name).expect("found").standing
            }
        };
        assert_eq!(standing("Choir", lena.clone()).await, Standing::Closed(Code::JoinClosed));
        assert_eq!(standing("Cycling", lena.clone()).await, Standing::CanJoin);
        assert_eq!(standing("Plotter", lena.clone()).await, Standing::CanAsk);
        assert_eq!(standing("Cycling", world.caller("ana.ruiz").await).await, Standing::Has);
        let request = asked(world, "lena.lee", library(world).await).await;
        assert_eq!(standing("Library", lena.clone()).await, Standing::Asked(request));
        // A group's own rules bind guests.
        world.narrow_group("cycling", serde_json::json!({ "allow": ["contoso.example"], "deny": [] })).await;
        assert_eq!(standing("Cycling", guest.clone()).await, Standing::Closed(Code::DomainNotAllowed));
        assert_eq!(said(&world.directory.join_group(&guest, world.group("cycling").await).await), "domainNotAllowed");
        assert_eq!(said(&world.directory.join_group(&lena, world.group("cycling").await).await), "ok");
        // Who sees nothing but themselves finds nothing either, not even by its id.
        world.import("[guests]\nvisibility = \"restricted\"\n").await;
        assert_eq!(finds(world, &guest, "").await, Vec::<String>::new());
        assert_eq!(said(&world.directory.ask(&guest, library(world).await, "Please.").await), "notFound");
        // What is not listed is not there, for those who have nothing to do with it.
        let hidden = world.group("hidden").await;
        assert_eq!(said(&world.directory.join_group(&lena, hidden).await), "notFound");
        assert_eq!(said(&world.directory.ask_page(&lena, Target::Group(hidden)).await), "notFound");
    }

    /// More names than a page, with words inside of names, each once and in order.
    async fn the_catalogue_is_read_page_by_page(world) {
        let mut text = String::new();
        for n in 0..100 {
            text += &format!("[[groups]]\nkey = \"n{n}\"\nname = \"North {n:03}\"\nlisted = true\njoin_policy = \"open\"\nowners = [\"john.doe@woodgrove.example\"]\n");
            text += &format!("[[apps]]\nkey = \"s{n}\"\nname = \"South {n:03} north-east\"\nurl = \"https://a.example\"\nrequestable = true\n");
        }
        world.import(&text).await;
        let lena = world.caller("lena.lee").await;
        for (search, expected) in [("", 200), ("north", 200), ("north 01", 20), ("south", 100), ("ea", 100)] {
            let mut names: Vec<String> = Vec::new();
            let mut query = CatalogueQuery { search: search.to_owned(), ..Default::default() };
            loop {
                let page = world.directory.catalogue(&lena, &query).await.expect("read");
                assert!(!page.partial, "{search}");
                names.extend(page.rows.into_iter().map(|row| row.thing.name));
                query.after = page.next;
                if query.after.is_none() { break }
            }
            assert_eq!(names.len(), expected, "{search}: {names:?}");
            let mut sorted = names.clone();
            sorted.sort();
            assert_eq!(names, sorted, "{search}");
        }
        for after in ["nonsense", "b.x.y", "w.00000000-0000-0000-0000-000000000000.\u{0}", "i."] {
            let query = CatalogueQuery { after: Some(after.to_owned()), ..Default::default() };
            assert_eq!(world.directory.catalogue(&lena, &query).await.expect("read").rows.len(), 30, "{after:?}");
        }
    }

    async fn joining_is_at_once_and_once(world) {
        grown(world, 0).await;
        let (d, lena) = (&world.directory, world.caller("lena.lee").await);
        let (cycling, choir) = (world.group("cycling").await, world.group("choir").await);
        assert_eq!(said(&d.join_group(&lena, cycling).await), "ok");
        assert_eq!(said(&d.join_group(&lena, cycling).await), "alreadyHas");
        assert_eq!(world.memberships_of(lena.user_id).await, 1);
        assert_eq!(said(&d.join_group(&lena, choir).await), "joinClosed");
        assert_eq!(said(&d.ask(&lena, Target::Group(choir), "Please.").await), "joinClosed");
        assert_eq!(said(&d.join_group(&lena, world.group("library").await).await), "joinClosed");
        assert_eq!(told(world, "john.doe").await, [NoticeKind::MemberJoined]);
        let reason = world.texts("SELECT reason FROM memberships WHERE user_id = $1", [lena.user_id.into()]).await;
        assert_eq!(reason, ["joined"]);
        // An app that nobody decides about is there at once, too.
        assert_eq!(d.ask(&lena, Target::App(world.app("wiki").await), "").await.expect("given"), Asked::Given);
        assert!(world.opens(&lena, "wiki").await);
        assert_eq!(said(&d.ask(&lena, Target::App(world.app("wiki").await), "").await), "alreadyHas");
        assert_eq!(said(&d.ask(&lena, Target::App(world.app("budget").await), "Please.").await), "notFound");
    }

    async fn what_is_asked_is_approved(world) {
        grown(world, 0).await;
        let (d, lena, john) = (&world.directory, world.caller("lena.lee").await, world.caller("john.doe").await);
        let target = library(world).await;
        for (reason, code) in [("  \u{7} ", "reasonMissing"), (&"x".repeat(1001), "tooLong")] {
            let refused = d.ask(&lena, target, reason).await;
            assert_eq!(said(&refused), code);
            let field = refused.err().map(|error| Refusal::from(error).field).expect("refused");
            assert_eq!(field.as_deref(), Some("reason"));
        }
        let request = asked(world, "lena.lee", target).await;
        let again = Refusal::from(d.ask(&lena, target, "Once more.").await.expect_err("asked already"));
        assert_eq!((again.code, again.target), (Code::AlreadyRequested, Some(request)));
        assert_eq!(told(world, "john.doe").await, [NoticeKind::RequestMade]);
        let badges = d.badges(&john).await.expect("counted");
        assert_eq!((badges.requests, badges.notices), (1, 1));
        let inbox = d.inbox(&john, &InboxQuery::default()).await.expect("read").rows;
        assert_eq!(inbox.iter().map(|row| (row.id, row.reason.as_str())).collect::<Vec<_>>(), [(request, "For the plans.")]);
        assert!(d.inbox(&lena, &InboxQuery::default()).await.expect("read").rows.is_empty());

        let past = Decision::Approve { until: Some(d.now() - Duration::days(1)) };
        assert_eq!(said(&d.decide(&john, request, &past).await), "datePast");
        assert_eq!(said(&d.decide(&john, request, &approve()).await), "ok");
        assert_eq!(member_until(world, target.id(), lena.user_id).await, 1, "as long as it usually lasts");
        let given = world.texts("SELECT reason FROM memberships WHERE user_id = $1", [lena.user_id.into()]).await;
        assert_eq!(given, ["request"]);
        assert_eq!(told(world, "lena.lee").await, [NoticeKind::RequestApproved]);
        let badges = d.badges(&john).await.expect("counted");
        assert_eq!((badges.requests, badges.notices), (0, 0), "what is settled need not be read");
        // The second decision is told whose the first was.
        let second = d.decide(&world.caller("ada.admin").await, request, &deny("No.")).await.expect_err("decided");
        let second = Refusal::from(second);
        assert_eq!((second.code, second.target), (Code::RequestDecided, Some(john.user_id)));
        assert_eq!(said(&d.withdraw_request(&lena, request).await), "requestDecided");
        let page = d.request_page(&lena, request).await.expect("read");
        assert_eq!(page.row.decided_by.map(|by| by.name).as_deref(), Some("John Doe"));
        let decided = InboxQuery { decided: true, ..Default::default() };
        assert_eq!(d.inbox(&john, &decided).await.expect("read").rows.len(), 1);
    }

    async fn what_is_asked_is_denied_with_a_reason(world) {
        grown(world, 0).await;
        let (d, emma) = (&world.directory, world.caller("emma.inviter").await);
        let plotter = Target::App(world.app("plotter").await);
        let request = asked(world, "lena.lee", plotter).await;
        assert_eq!(said(&d.decide(&emma, request, &deny(" ")).await), "reasonMissing");
        assert_eq!(said(&d.decide(&emma, request, &deny(&"x".repeat(1001))).await), "tooLong");
        // Whoever owns an app with approvers sees what is asked, and leaves it to them.
        let omar = world.caller("omar.owner").await;
        assert_eq!(said(&d.request_page(&omar, request).await), "ok");
        assert_eq!(said(&d.decide(&omar, request, &approve()).await), "forbidden");
        assert_eq!(d.badges(&omar).await.expect("counted").requests, 0);
        assert_eq!(said(&d.decide(&emma, request, &deny("Ask in May.")).await), "ok");
        let page = d.request_page(&world.caller("lena.lee").await, request).await.expect("read");
        assert_eq!((page.row.state, page.row.answer.as_str()), (RequestState::Denied, "Ask in May."));
        assert!(!world.opens(&world.caller("lena.lee").await, "plotter").await);
        // They may ask again.
        asked(world, "lena.lee", plotter).await;
    }

    async fn an_approved_app_comes_by_its_group(world) {
        grown(world, 0).await;
        let (d, lena, emma) = (&world.directory, world.caller("lena.lee").await, world.caller("emma.inviter").await);
        let plotter = Target::App(world.app("plotter").await);
        let request = asked(world, "lena.lee", plotter).await;
        assert_eq!(said(&d.decide(&emma, request, &approve()).await), "ok");
        assert!(world.opens(&lena, "plotter").await);
        assert_eq!(world.groups_of(&lena).await, ["Plotter people"]);
        assert_eq!(world.number("SELECT COUNT(*) FROM assignments WHERE user_id = $1", [lena.user_id.into()]).await, 0);
        // If that group does not give the app, they have it directly as well: what was approved is given.
        world.change("DELETE FROM assignments WHERE group_id = $1", [world.group("plotters").await.into()]).await;
        let request = asked(world, "ana.ruiz", plotter).await;
        assert_eq!(said(&d.decide(&emma, request, &approve()).await), "ok");
        assert!(world.opens(&world.caller("ana.ruiz").await, "plotter").await);
    }

    /// One's own request is for others to decide, unless one could give it to oneself anyway.
    async fn nobody_decides_about_themselves(world) {
        grown(world, 0).await;
        let d = &world.directory;
        let plotter = Target::App(world.app("plotter").await);
        for (who, target, code) in [
            ("emma.inviter", plotter, "ownRequest"),
            ("lena.lee", plotter, "ownRequest"),
            ("john.doe", library(world).await, "ok"),
            ("ada.admin", plotter, "ok"),
        ] {
            let request = asked(world, who, target).await;
            assert_eq!(said(&d.decide(&world.caller(who).await, request, &approve()).await), code, "{who}");
        }
    }

    /// Everything that was checked when they asked is checked when it is decided.
    async fn what_can_no_longer_be_had_ends(world) {
        grown(world, 3).await;
        let (d, john) = (&world.directory, world.caller("john.doe").await);
        let guest = world.guest_in("timber", "stranger@fabrikam.example").await;
        let target = library(world).await;
        let request = asked(world, "stranger@fabrikam.example", target).await;
        world.change("UPDATE groups SET accepts_guests = $1 WHERE key = 'library'", [false.into()]).await;
        assert_eq!(said(&d.decide(&john, request, &approve()).await), "guestsNotAccepted");
        assert_eq!(state_of(world, request).await, "expired");
        assert_eq!(said(&d.decide(&john, request, &approve()).await), "requestEnded");
        let notices = d.my_notices(&guest, None).await.expect("read").rows;
        assert_eq!(notices.iter().map(|row| row.kind).collect::<Vec<_>>(), [NoticeKind::RequestExpired]);
        assert!(notices[0].actor.is_none(), "a guest is not told who");

        let request = asked(world, "asker0", target).await;
        let asker = world.user("asker0").await.id;
        world.disable(asker).await;
        assert_eq!(d.badges(&john).await.expect("counted").requests, 0, "nobody waits");
        assert!(d.inbox(&john, &InboxQuery::default()).await.expect("read").rows.is_empty());
        assert_eq!(said(&d.decide(&john, request, &approve()).await), "accountBlocked");
        assert_eq!(world.memberships_of(asker).await, 0);

        let request = asked(world, "asker1", target).await;
        let sql = "UPDATE groups SET deleted_at = $1 WHERE key = 'library'";
        world.change(sql, [d.now().into()]).await;
        assert_eq!(said(&d.decide(&john, request, &approve()).await), "requestEnded");
        assert_eq!(state_of(world, request).await, "expired");
        assert_eq!(world.memberships_of(world.user("asker1").await.id).await, 0);
    }

    async fn requests_end_by_themselves(world) {
        grown(world, 2).await;
        let (d, john, lena) = (&world.directory, world.caller("john.doe").await, world.caller("lena.lee").await);
        let target = library(world).await;
        let request = asked(world, "lena.lee", target).await;
        world.advance(Duration::days(30));
        // Nothing waits for the job.
        assert_eq!(d.badges(&john).await.expect("counted").requests, 0);
        assert_eq!(said(&d.decide(&john, request, &approve()).await), "requestEnded");
        assert_eq!(said(&d.withdraw_request(&lena, request).await), "requestEnded");
        assert_eq!(d.request_page(&lena, request).await.expect("read").row.state, RequestState::Expired);
        // They can ask again, whether or not the job has been there.
        let anew = asked(world, "lena.lee", target).await;
        assert_eq!(state_of(world, request).await, "expired");
        assert_eq!(d.expire_requests(10).await.expect("job"), 0);
        world.advance(Duration::days(31));
        assert_eq!(d.expire_requests(10).await.expect("job"), 1);
        assert_eq!(d.expire_requests(10).await.expect("job"), 0);
        assert_eq!(state_of(world, anew).await, "expired");
        assert_eq!(told(world, "lena.lee").await, [NoticeKind::RequestExpired]);
        // What can no longer be asked for ends at once.
        let plotter = Target::App(world.app("plotter").await);
        let request = asked(world, "lena.lee", plotter).await;
        world.import("[[apps]]\nkey = \"plotter\"\nname = \"Plotter\"\nurl = \"https://plotter.example\"\n").await;
        assert_eq!(state_of(world, request).await, "expired");
        assert_eq!(told(world, "lena.lee").await, [NoticeKind::RequestExpired, NoticeKind::RequestExpired]);
    }

    /// Whoever is given it another way has no request left.
    async fn a_request_that_came_true_otherwise_is_closed(world) {
        grown(world, 0).await;
        let (d, guest) = (&world.directory, world.guest_in("timber", "stranger@fabrikam.example").await);
        let request = asked(world, "stranger@fabrikam.example", library(world).await).await;
        world.invite("john.doe", "library", "stranger@fabrikam.example").await;
        assert_eq!(state_of(world, request).await, "approved");
        let john = world.caller("john.doe").await;
        let second = Refusal::from(d.decide(&john, request, &approve()).await.expect_err("closed"));
        assert_eq!((second.code, second.target), (Code::RequestDecided, Some(john.user_id)));
        assert_eq!(d.badges(&john).await.expect("counted").notices, 0);
        assert_eq!(said(&d.ask(&guest, library(world).await, "Please.").await), "alreadyHas");
    }

    async fn withdrawn_and_reminded(world) {
        grown(world, 0).await;
        let (d, lena) = (&world.directory, world.caller("lena.lee").await);
        let request = asked(world, "lena.lee", library(world).await).await;
        world.advance(Duration::seconds(1));
        assert_eq!(said(&d.remind_approvers(&lena, request).await), "ok");
        assert_eq!(said(&d.remind_approvers(&lena, request).await), "remindTooSoon");
        world.advance(Duration::hours(24));
        assert_eq!(said(&d.remind_approvers(&lena, request).await), "ok");
        use NoticeKind::{RequestMade, RequestReminded};
        assert_eq!(told(world, "john.doe").await, [RequestMade, RequestReminded, RequestReminded]);
        assert_eq!(said(&d.withdraw_request(&lena, request).await), "ok");
        assert_eq!(said(&d.withdraw_request(&lena, request).await), "requestEnded");
        assert_eq!(said(&d.decide(&world.caller("john.doe").await, request, &approve()).await), "requestEnded");
        assert_eq!(world.memberships_of(lena.user_id).await, 0);
        // Fifty in a day, and no more.
        for _ in 0..49 {
            let id = asked(world, "lena.lee", library(world).await).await;
            d.withdraw_request(&lena, id).await.expect("withdrawn");
        }
        let last = d.ask(&lena, library(world).await, "Please.").await;
        // The first one was counted on the day before.
        assert_eq!(said(&last), "ok");
        let list = d.my_requests(&lena, None).await.expect("read");
        assert_eq!((list.rows.len(), list.next.is_some()), (30, true));
        let rest = d.my_requests(&lena, list.next.as_deref()).await.expect("read");
        assert_eq!((rest.rows.len(), rest.next), (21, None));
        if let Asked::Waits(id) = last.expect("asked") {
            d.withdraw_request(&lena, id).await.expect("withdrawn");
        }
        assert_eq!(said(&d.ask(&lena, library(world).await, "Please.").await), "rateLimited");
        assert_eq!(said(&d.join_group(&lena, world.group("cycling").await).await), "rateLimited");
    }

    /// Mail goes to those who want it, in their language, and only while it still makes sense.
    async fn notices_by_mail(world) {
        grown(world, 3).await;
        let (d, john) = (&world.directory, world.caller("john.doe").await);
        let target = library(world).await;
        let request = asked(world, "asker0", target).await;
        let letters = world.letters_to("john.doe@woodgrove.example").await;
        let [Letter::Notice { kind, person, target: of, words, path, .. }] = letters.as_slice() else {
            panic!("one notice: {letters:?}")
        };
        assert_eq!((*kind, person.as_deref(), of.as_str()), (NoticeKind::RequestMade, Some("Asker 0"), "Library"));
        assert_eq!((words.as_str(), path), ("For the plans.", &format!("/requests/{request}")));
        // Decided before the mail left: nobody is asked any more.
        let second = asked(world, "asker1", target).await;
        d.decide(&john, second, &approve()).await.expect("approved");
        assert_eq!(world.letters_to("john.doe@woodgrove.example").await, []);
        // In between: the mail is in a worker's hands.
        let third = asked(world, "asker2", target).await;
        let leased = d.lease_outbox(100).await.expect("leased");
        let mail = leased.iter().find(|mail| mail.to == "john.doe@woodgrove.example").expect("john is asked");
        assert!(d.outbox_still_wanted(mail.id).await.expect("asked"));
        d.decide(&john, third, &approve()).await.expect("approved");
        assert!(!d.outbox_still_wanted(mail.id).await.expect("asked"));
        world.deliver().await;

        let lena = world.caller("lena.lee").await;
        let lena_at = "lena.lee@woodgrove.example";
        let mut heard = Vec::new();
        for wanted in [NoticeMail::Requests, NoticeMail::None, NoticeMail::All] {
            d.set_notice_mail(&john, wanted).await.expect("kept");
            assert_eq!(d.my_notices(&john, None).await.expect("read").by_mail, wanted);
            let id = asked(world, "lena.lee", target).await;
            d.withdraw_request(&lena, id).await.expect("withdrawn");
            d.join_group(&lena, world.group("cycling").await).await.expect("joined");
            let mails = world.kinds_to("john.doe@woodgrove.example").await;
            heard.push(mails.len());
            world.change("DELETE FROM memberships WHERE user_id = $1", [lena.user_id.into()]).await;
        }
        // A withdrawn request is in vain; that somebody joined is told to those who want everything.
        assert_eq!(heard, [0, 0, 1]);
        // Whoever blocks our mail gets none.
        let sql = "INSERT INTO mail_blocks (address_norm, created_at) VALUES ($1, $2)";
        world.change(sql, [lena_at.into(), d.now().into()]).await;
        let id = asked(world, "lena.lee", target).await;
        d.decide(&john, id, &approve()).await.expect("approved");
        assert_eq!(world.kinds_to(lena_at).await, Vec::<&str>::new());
        assert!(told(world, "lena.lee").await.contains(&NoticeKind::RequestApproved), "the panel tells all the same");
    }

    async fn notices_are_ones_own(world) {
        grown(world, 2).await;
        let (d, john, lena) = (&world.directory, world.caller("john.doe").await, world.caller("lena.lee").await);
        asked(world, "asker0", library(world).await).await;
        asked(world, "asker1", library(world).await).await;
        let rows = d.my_notices(&john, None).await.expect("read").rows;
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.unread && row.link.as_deref().is_some_and(|link| link.starts_with("/requests/"))));
        d.mark_read(&lena, Some(rows[0].id)).await.expect("nothing happens");
        assert_eq!(d.badges(&john).await.expect("counted").notices, 2);
        d.mark_read(&john, Some(rows[0].id)).await.expect("read");
        assert_eq!(d.badges(&john).await.expect("counted").notices, 1);
        d.mark_read(&john, None).await.expect("read");
        assert_eq!(d.badges(&john).await.expect("counted").notices, 0);
        // Who owns the group no more is led nowhere.
        world.change("DELETE FROM group_owners WHERE user_id = $1", [john.user_id.into()]).await;
        let rows = d.my_notices(&john, None).await.expect("read").rows;
        assert!(rows.iter().all(|row| row.link.is_none() && !row.unread));
        world.advance(Duration::days(90));
        assert_eq!(d.delete_old_notices(1).await.expect("job"), 1);
        assert_eq!(d.delete_old_notices(10).await.expect("job"), 1);
    }

    /// Many at once decide: one does, the others are told who.
    async fn one_decision(world) {
        grown(world, 1).await;
        decide_at_once(world).await;
    }
}

async fn decide_at_once(world: &World) {
    let request = asked(world, "asker0", library(world).await).await;
    let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
    let (here, there) = (world.directory.clone(), world.once_more().await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (directory, caller) = if n % 2 == 0 { (&here, &john) } else { (&there, &ada) };
        let (directory, caller) = (directory.clone(), caller.clone());
        let decision = if n < 4 { approve() } else { deny("No.") };
        tasks.spawn(async move { directory.decide(&caller, request, &decision).await });
    }
    let answers = tasks.join_all().await;
    let words: Vec<_> = answers.iter().map(said).collect();
    assert_eq!(words.iter().filter(|word| **word == "ok").count(), 1, "{words:?}");
    assert_eq!(words.iter().filter(|word| **word == "requestDecided").count(), 7, "{words:?}");
    for error in answers.into_iter().filter_map(Result::err) {
        let by = Refusal::from(error).target;
        assert!(by == Some(john.user_id) || by == Some(ada.user_id));
    }
    let asker = world.user("asker0").await.id;
    let approved = state_of(world, request).await == "approved";
    assert_eq!(world.memberships_of(asker).await, i64::from(approved));
    assert_eq!(told(world, "asker0").await.len(), 1);
    assert_eq!(world.events("request.approve", Outcome::Success).await, usize::from(approved));
    there.close().await;
}

/// Two processes: two who decide at once; two who ask each other; joining while the group is deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn races_of_two_processes() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    grown(&world, 9).await;
    decide_at_once(&world).await;

    // Each is told of what the other does, and both at the same time: nobody waits for ever.
    let mut text = String::new();
    for (n, owner) in ["asker1", "asker2"].iter().enumerate() {
        text += &format!(
            "[[groups]]\nkey = \"of{n}\"\nname = \"Of {n}\"\nlisted = true\njoin_policy = \"on request\"\nowners = [\"{owner}@woodgrove.example\"]\n"
        );
    }
    world.import(&text).await;
    let (here, there) = (world.directory.clone(), world.once_more().await);
    let (one, two) = (world.caller("asker1").await, world.caller("asker2").await);
    let (of_one, of_two) = (world.group("of0").await, world.group("of1").await);
    for _ in 0..20 {
        let (a, b) = tokio::join!(
            here.ask(&one, Target::Group(of_two), "Please."),
            there.ask(&two, Target::Group(of_one), "Please.")
        );
        let (Ok(Asked::Waits(a)), Ok(Asked::Waits(b))) = (a, b) else { panic!("both ask") };
        let (a, b) = tokio::join!(here.withdraw_request(&one, a), there.withdraw_request(&two, b));
        assert_eq!((said(&a), said(&b)), ("ok", "ok"));
    }

    // Joining and deleting: whoever joined a group that is gone has nothing of it.
    let cycling = world.group("cycling").await;
    let mut joins = tokio::task::JoinSet::new();
    for n in 3..9 {
        let (directory, caller) =
            (if n % 2 == 0 { here.clone() } else { there.clone() }, world.caller(&format!("asker{n}")).await);
        joins.spawn(async move { directory.join_group(&caller, cycling).await });
    }
    world
        .change("UPDATE groups SET deleted_at = $2 WHERE id = $1", [cycling.into(), world.directory.now().into()])
        .await;
    for answer in joins.join_all().await {
        assert!(["ok", "notFound"].contains(&said(&answer)), "{answer:?}");
    }
    for n in 3..9 {
        let caller = world.caller(&format!("asker{n}")).await;
        assert_eq!(world.groups_of(&caller).await, Vec::<String>::new());
    }
    there.close().await;
    world.finish().await;
}
