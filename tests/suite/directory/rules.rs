//! Dynamic groups: who may give rules, that they hold at once for whoever changes and soon for everybody, and that
//! nothing that goes on meanwhile makes them wrong.

use access_panel::{
    directory::{
        Directory,
        rules::{NewDynamicGroup, RulesTurn},
    },
    model::{Code, state::Outcome},
};
use chrono::Duration;
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::permissions::{callers, same_table};
use crate::support::{Engine, World, on_both_engines, said};

const GUESTS: &str = r#"user.userType -eq "Guest""#;
const MEMBERS: &str = r#"user.userType -eq "Member""#;
const NOBODY: &str = "user.objectId -eq null";
const PATIENCE: Duration = Duration::seconds(2);

/// How many people a batch has where a test says nothing else.
const BATCH: u64 = 100;

/// A dynamic group whose people are in it.
async fn dynamic(world: &World, rule: &str) -> Uuid {
    let ada = world.caller("ada.admin").await;
    let new = NewDynamicGroup { name: "By rule".to_owned(), purpose: "Tests".to_owned(), rule: rule.to_owned() };
    let group = world.directory.create_dynamic_group(&ada, &new).await.expect("a dynamic group");
    world.directory.recalculate_rules(BATCH).await.expect("people are put into it");
    group
}

/// Names and reasons of who is in a group.
async fn people(world: &World, group: Uuid) -> Vec<String> {
    let sql = "SELECT u.display_name || ' ' || m.reason FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.group_id = $1 ORDER BY u.name_folded";
    world.texts(sql, [group.into()]).await
}

/// Whether exactly those are in a group by rule whom a condition on `users` means.
async fn exactly(world: &World, group: Uuid, condition: &str) {
    let ids = |sql: String| async move { world.texts(&sql, [group.into()]).await };
    let by_rule = "SELECT u.address FROM memberships m JOIN users u ON u.id = m.user_id
                   WHERE m.group_id = $1 AND m.reason = 'rule' ORDER BY u.address_norm, u.id";
    // The group's id is there for both to have the same values.
    let meant = format!(
        "SELECT address FROM users u WHERE deleted_at IS NULL AND ({condition})
           AND EXISTS (SELECT 1 FROM groups WHERE id = $1) ORDER BY address_norm, u.id"
    );
    assert_eq!(ids(by_rule.to_owned()).await, ids(meant).await, "{condition}");
}

async fn department(world: &World, name: &str, department: &str) {
    world
        .import(&format!(
            "[[people]]\naddress = \"{name}@woodgrove.example\"\nname = \"{name}\"\ndepartment = \"{department}\"\n"
        ))
        .await;
}

on_both_engines! {
    async fn administrators_rule(world) {
        let callers = callers(world).await;
        let (d, aurora) = (&world.directory, world.group("aurora").await);
        let john = world.user("john.doe").await.id;
        let mut rows = vec![(
            "caller".to_owned(),
            ["create", "check", "preview", "preview of", "explain", "page", "status", "set", "end"]
                .map(str::to_owned).to_vec(),
        )];
        for (who, caller) in &callers {
            let new = NewDynamicGroup { name: "New".to_owned(), purpose: String::new(), rule: NOBODY.to_owned() };
            let cells = [
                said(&d.create_dynamic_group(caller, &new).await),
                said(&d.check_rule(caller, "user")),
                said(&d.preview_rule(caller, GUESTS, None, PATIENCE).await),
                said(&d.preview_rule(caller, GUESTS, Some(aurora), PATIENCE).await),
                said(&d.explain_rule(caller, GUESTS, john).await),
                said(&d.rule_page(caller, aurora).await),
                said(&d.rule_status(caller, aurora).await),
                said(&d.set_rule(caller, aurora, GUESTS, true).await),
                said(&d.end_rule(caller, aurora).await),
            ];
            rows.push(((*who).to_owned(), cells.map(str::to_owned).to_vec()));
        }
        same_table(&rows, "
caller              | create    | check     | preview   | preview of | explain   | page      | status    | set       | end
stranger guest      | forbidden | forbidden | forbidden | notFound   | forbidden | notFound  | notFound  | notFound  | notFound
guest of the group  | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | forbidden | forbidden | forbidden
plain member        | forbidden | forbidden | forbidden | notFound   | forbidden | notFound  | notFound  | notFound  | notFound
member of the group | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | forbidden | forbidden | forbidden
owner of another    | forbidden | forbidden | forbidden | notFound   | forbidden | notFound  | notFound  | notFound  | notFound
guest inviter       | forbidden | forbidden | forbidden | notFound   | forbidden | notFound  | notFound  | notFound  | notFound
auditor             | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | ok        | forbidden | forbidden
owner               | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | ok        | forbidden | forbidden
administrator       | ok        | ok        | ok        | ok         | ok        | ok        | ok        | ok        | ok
");
        for (who, caller) in callers.iter().filter(|(who, _)| *who != "administrator") {
            let code = if rows.iter().any(|(name, cells)| name == who && cells[7] == "notFound") { "notFound" } else { "forbidden" };
            assert!(world.refusal_is_logged("group.rule", Some(caller.user_id), code).await, "{who}");
            assert!(world.refusal_is_logged("group.create", Some(caller.user_id), "forbidden").await, "{who}");
        }
    }

    async fn bad_input_is_refused_at_its_field(world) {
        let ada = world.caller("ada.admin").await;
        let d = &world.directory;
        let before = world.count("groups").await;
        for (name, purpose, rule, code, field) in [
            ("", "", GUESTS, Code::NameEmpty, "name"),
            (" \u{202e} ", "", GUESTS, Code::NameEmpty, "name"),
            (&*"x".repeat(121), "", GUESTS, Code::TooLong, "name"),
            ("X", &*"x".repeat(1001), GUESTS, Code::TooLong, "purpose"),
            ("X", "", "", Code::RuleInvalid, "rule"),
            ("X", "", "user.userType -eq", Code::RuleInvalid, "rule"),
            ("X", "", "user.mail -eq \"\0\"", Code::RuleInvalid, "rule"),
        ] {
            let new = NewDynamicGroup { name: name.to_owned(), purpose: purpose.to_owned(), rule: rule.to_owned() };
            let access_panel::directory::Error::Refused(refusal) = d.create_dynamic_group(&ada, &new).await.unwrap_err()
            else { panic!("{name}{rule}") };
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)), "{name} {rule}");
        }
        assert_eq!(world.count("groups").await, before);
        let board = world.group("board").await;
        assert_eq!(said(&d.set_rule(&ada, board, "user.", true).await), "invalidRule");
        assert_eq!(said(&d.preview_rule(&ada, "user.", None, PATIENCE).await), "invalidRule");
        assert_eq!(said(&d.explain_rule(&ada, GUESTS, Uuid::nil()).await), "unknownPerson");
        assert_eq!(said(&d.end_rule(&ada, board).await), "wrongState", "it has no rule");
        assert_eq!(said(&d.set_rule(&ada, Uuid::nil(), GUESTS, true).await), "notFound");
    }

    /// No job runs in between: whoever changes is in or out when that commits.
    async fn who_changes_is_in_or_out_at_once(world) {
        let sales = dynamic(world, r#"user.department -eq "sales""#).await;
        let guests = dynamic(world, r#"user.userType -eq "Guest" and user.externalUserState -eq "Accepted""#).await;
        let pending = dynamic(world, r#"user.externalUserState -eq "PendingAcceptance""#).await;
        assert_eq!(people(world, sales).await, [""; 0]);
        department(world, "lena.lee", "Sales").await;
        assert_eq!(people(world, sales).await, ["lena.lee rule"]);
        let granted_by = world.number("SELECT COUNT(*) FROM memberships WHERE reason = 'rule' AND granted_by IS NULL", []).await;
        assert_eq!(granted_by, 1, "nobody has put her there");
        department(world, "new.person", "SALES").await;
        assert_eq!(people(world, sales).await, ["lena.lee rule", "new.person rule"]);
        department(world, "lena.lee", "Purchasing").await;
        assert_eq!(people(world, sales).await, ["new.person rule"]);
        let log = world.audit().await;
        let count = |action: &str| log.iter().filter(|row| row.action == action && row.group_id == Some(sales)).count();
        assert_eq!((count("membership.grant"), count("membership.remove")), (2, 1));

        world.invite("john.doe", "aurora", "sam@fabrikam.example").await;
        assert_eq!((people(world, guests).await.len(), people(world, pending).await.len()), (0, 1));
        let ticket = world.ticket_to("sam@fabrikam.example").await;
        world.redeem_by_code("browser", &ticket, "sam@fabrikam.example").await.expect("redeems");
        assert_eq!((people(world, guests).await.len(), people(world, pending).await.len()), (1, 0));
        let sam = world.caller("sam@fabrikam.example").await;
        world.directory.leave(&sam).await.expect("leaves");
        assert_eq!(people(world, guests).await, [""; 0]);
        assert_eq!(world.directory.rules_turn(BATCH).await.expect("a turn"), RulesTurn::Idle, "nothing was left to a job");
    }

    /// What somebody is in by rule is nothing that keeps a guest who was never there.
    async fn a_rule_keeps_nobody_in_the_directory(world) {
        let group = dynamic(world, GUESTS).await;
        let invited = world.invite("john.doe", "aurora", "sam@fabrikam.example").await;
        assert_eq!(people(world, group).await.len(), 1);
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        world.directory.remove_member(&john, aurora, invited.user_id).await.expect("removed");
        assert_eq!(world.live_users("sam@fabrikam.example").await, 0);
        assert_eq!(people(world, group).await, [""; 0]);
    }

    async fn apps_of_a_dynamic_group_open_and_close(world) {
        let group = dynamic(world, r#"user.department -eq "Sales""#).await;
        world.change("UPDATE assignments SET group_id = $1 WHERE app_id IN (SELECT id FROM apps WHERE key = 'design-review')
                        AND group_id IS NOT NULL", [group.into()]).await;
        let lena = world.caller("lena.lee").await;
        assert!(!world.opens(&lena, "design-review").await);
        department(world, "lena.lee", "Sales").await;
        assert!(world.opens(&lena, "design-review").await);
        department(world, "lena.lee", "Legal").await;
        assert!(!world.opens(&lena, "design-review").await);
    }

    /// A process dies in the middle; another one goes on where it ended, and a further change begins anew.
    async fn a_changed_rule_goes_round_to_everybody(world) {
        let ada = world.caller("ada.admin").await;
        for n in 0..9 {
            world.invite("john.doe", "aurora", &format!("guest{n}@fabrikam.example")).await;
        }
        let group = dynamic(world, NOBODY).await;
        exactly(world, group, "1 = 0").await;
        let d = &world.directory;
        d.set_rule(&ada, group, GUESTS, false).await.expect("a rule");
        assert!(d.rule_status(&ada, group).await.expect("status").expect("dynamic").recalculating_since.is_some());
        exactly(world, group, "1 = 0").await;
        for _ in 0..5 {
            assert!(matches!(d.rules_turn(2).await.expect("a turn"), RulesTurn::Worked(_)));
        }
        let half = people(world, group).await.len();
        assert!((1..9).contains(&half), "{half} after ten people");

        // Everything that the first process knew is gone.
        let other = world.once_more().await;
        let more = other.recalculate_rules(2).await.expect("goes on");
        assert_eq!(more, 9 - u64::try_from(half).unwrap(), "and begins nowhere else");
        exactly(world, group, "user_type = 'guest'").await;
        let status = d.rule_status(&ada, group).await.expect("status").expect("dynamic");
        assert_eq!((status.rule.as_str(), status.recalculating_since), (GUESTS, None));

        // A change in the middle of a walk, at the very same moment: nobody who was passed already is forgotten.
        d.set_rule(&ada, group, NOBODY, false).await.expect("a rule");
        for _ in 0..5 {
            other.rules_turn(2).await.expect("a turn");
        }
        d.set_rule(&ada, group, MEMBERS, false).await.expect("a rule");
        other.recalculate_rules(2).await.expect("goes on");
        exactly(world, group, "user_type = 'member'").await;
        let events = world.audit().await.into_iter().filter(|row| row.action == "group.rule" && row.outcome == Outcome::Success);
        assert_eq!(events.count(), 3);
        other.close().await;
    }

    async fn saving_the_same_rule_changes_nothing(world) {
        let group = dynamic(world, GUESTS).await;
        let ada = world.caller("ada.admin").await;
        let before = world.everything().await;
        world.directory.set_rule(&ada, group, &format!("  {GUESTS}\n"), false).await.expect("the same");
        assert_eq!(world.everything().await, before);
    }

    /// Those whom the rule means stay without a gap; others go with what hangs on it.
    async fn an_assigned_group_becomes_dynamic(world) {
        let ada = world.caller("ada.admin").await;
        let aurora = world.group("aurora").await;
        let partner = world.guest_in("aurora", "partner@fabrikam.example").await;
        world.invite("john.doe", "aurora", "pending@fabrikam.example").await;
        let d = &world.directory;
        let rule = r#"user.displayName -in ["Ana Ruiz", "Lena Lee", "Partner"]"#;
        assert_eq!(said(&d.set_rule(&ada, aurora, rule, false).await), "wrongState", "not confirmed");
        let page = d.rule_page(&ada, aurora).await.expect("a page");
        assert_eq!((page.by_hand, page.by_rule, page.rule), (4, 0, None));
        d.set_rule(&ada, aurora, rule, true).await.expect("a rule");
        assert!(world.opens(&partner, "design-review").await, "nobody loses anything before they were looked at");
        d.recalculate_rules(2).await.expect("goes round");
        assert_eq!(people(world, aurora).await, ["Ana Ruiz rule", "Lena Lee rule", "Partner rule"]);
        assert!(world.opens(&partner, "design-review").await);
        assert_eq!(world.live_users("pending@fabrikam.example").await, 0, "nothing else was offered to them");
        let john = world.caller("john.doe").await;
        assert!(!world.opens(&john, "design-review").await);

        // Nobody comes in by hand any more.
        let ask = world.ask("aurora", "late@fabrikam.example").await;
        assert_eq!(said(&d.invite(&ada, &ask).await), "dynamicGroup");
        let why = d.import("[[groups]]\nkey = \"aurora\"\nname = \"Aurora\"\nowners = [\"john.doe@woodgrove.example\"]\n\
                            members = [\"lena.lee@woodgrove.example\"]\n", false).await.unwrap_err().to_string();
        assert!(why.starts_with("line 5: members: a group with a rule"), "{why}");

        // And back: everybody stays, and is nobody's concern but the owners'.
        d.end_rule(&ada, aurora).await.expect("assigned");
        d.recalculate_rules(2).await.expect("goes round");
        assert_eq!(people(world, aurora).await, ["Ana Ruiz owner", "Lena Lee owner", "Partner owner"]);
        assert_eq!(d.rule_status(&ada, aurora).await.expect("status"), None);
        world.import("[[people]]\naddress = \"lena.lee@woodgrove.example\"\nname = \"Lena Longname\"\n").await;
        assert_eq!(people(world, aurora).await.len(), 3, "her name no longer matters");
        d.remove_member(&john, aurora, world.user("lena.lee").await.id).await.expect("removed");
        assert_eq!(said(&d.invite(&ada, &ask).await), "ok");
    }

    async fn a_preview_says_who_comes_and_goes(world) {
        let ada = world.caller("ada.admin").await;
        let aurora = world.group("aurora").await;
        world.guest_in("aurora", "partner@fabrikam.example").await;
        let before = world.everything().await;
        let d = &world.directory;
        let preview = d.preview_rule(&ada, r#"user.displayName -startsWith "A""#, Some(aurora), PATIENCE).await.expect("a preview");
        let names = |people: &[access_panel::model::view::PersonName]| people.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!((preview.looked_at, preview.complete, preview.members), (8, true, 2));
        assert_eq!((preview.coming, preview.going), (1, 2));
        assert_eq!(names(&preview.first_coming), ["Ada Admin"]);
        // Those of one millisecond come in any order.
        let mut going = names(&preview.first_going);
        going.sort();
        assert_eq!(going, ["John Doe", "Partner"]);
        let everybody = d.preview_rule(&ada, "user.objectId -ne null", None, PATIENCE).await.expect("a preview");
        assert_eq!((everybody.members, everybody.coming, everybody.going), (8, 8, 0));
        assert_eq!(world.everything().await, before, "a look changes nothing");

        // More people than one has patience for: what was found until then, and that it was not all.
        grow(world, 9000).await;
        let cut = d.preview_rule(&ada, GUESTS, None, Duration::zero()).await.expect("a preview");
        assert_eq!((cut.looked_at, cut.complete), (4000, false));
        assert_eq!(cut.first_coming.len(), 20);
        let whole = d.preview_rule(&ada, GUESTS, None, PATIENCE).await.expect("a preview");
        assert_eq!((whole.looked_at, whole.complete, whole.coming), (9008, true, 9001));
    }

    async fn an_explanation_names_what_decides(world) {
        let ada = world.caller("ada.admin").await;
        let john = world.user("john.doe").await.id;
        let rule = r#"user.givenName -eq "john" and (user.department -eq "Sales" or user.userPrincipalName -endsWith "@woodgrove.example")"#;
        let told = world.directory.explain_rule(&ada, rule, john).await.expect("an explanation");
        assert!(told.matches);
        let tests: Vec<_> = told.tests.iter().map(|one| (one.found.as_deref(), one.holds, one.decides)).collect();
        assert_eq!(tests, [
            (Some("John"), true, true),
            (None, false, false),
            (Some("john.doe@woodgrove.example"), true, true),
        ]);
        let sam = world.guest_in("aurora", "sam.oogle@gmail.com").await;
        let rule = r##"user.userPrincipalName -eq "sam.oogle_gmail.com#EXT#@woodgrove.example""##;
        assert!(world.directory.explain_rule(&ada, rule, sam.user_id).await.expect("an explanation").matches);
    }

    async fn a_rule_comes_by_import(world) {
        let with = |rule: &str, more: &str| format!(
            "[[groups]]\nkey = \"sales\"\nname = \"Sales\"\njoin_policy = \"open\"\n{rule}\nowners = [\"john.doe@woodgrove.example\"]\n{more}\n"
        );
        department(world, "lena.lee", "Sales").await;
        let text = with("rule = 'user.department -eq \"Sales\"'", "");
        assert_eq!(world.import(&text).await, ["add    group             sales", "add    owner             of sales", "change rule              of sales"]);
        world.directory.recalculate_rules(BATCH).await.expect("goes round");
        let group = world.group("sales").await;
        assert_eq!(people(world, group).await, ["lena.lee rule"]);
        assert_eq!(world.import(&text).await, [""; 0], "twice changes nothing");
        assert_eq!(world.import(&with("", "")).await, [""; 0], "what is not named stays");
        for (rule, more, why) in [
            ("rule = 'user.dept -eq \"Sales\"'", "", "line 5: rule: at line 1, column 1 of the rule: There is no property user.dept."),
            ("rule = \"\"\"\nuser.mail -eq \"a\"\n and user.mial -eq null\"\"\"", "",
             "line 7: rule: at line 2, column 6 of the rule: There is no property user.mial. Did you mean user.mail?"),
            ("rule = 'user.mail -eq null'", "members = [\"lena.lee@woodgrove.example\"]", "line 7: members: a group with a rule"),
        ] {
            let told = world.directory.import(&with(rule, more), false).await.unwrap_err().to_string();
            assert!(told.starts_with(why), "{told}");
        }
        // An empty rule makes it an assigned group again.
        assert_eq!(world.import(&with("rule = \"\"", "")).await.last().map(String::as_str), Some("remove rule              of sales"));
        world.directory.recalculate_rules(BATCH).await.expect("goes round");
        assert_eq!(people(world, group).await, ["lena.lee owner"]);
    }

    /// Rules change, people come and leave, and two processes go round, all at once.
    async fn everything_at_once_ends_up_right(world) {
        let ada = world.caller("ada.admin").await;
        let group = dynamic(world, GUESTS).await;
        let other = world.once_more().await;
        let mut works = JoinSet::new();
        for (number, directory) in [&world.directory, &other].into_iter().cycle().take(4).enumerate() {
            let (directory, john, aurora) = (directory.clone(), world.caller("john.doe").await, world.group("aurora").await);
            works.spawn(async move {
                for n in 0..6 {
                    let address = format!("guest{number}{n}@fabrikam.example");
                    let ask = access_panel::directory::invitations::Ask { groups: vec![aurora], address, ..Default::default() };
                    let invited = directory.invite(&john, &ask).await.expect("invites");
                    if n % 2 == 0 {
                        directory.remove_member(&john, aurora, invited.user_id).await.expect("removes");
                    }
                }
            });
        }
        for (directory, rules) in [(&world.directory, [MEMBERS, GUESTS]), (&other, [NOBODY, GUESTS])] {
            let (directory, ada) = (directory.clone(), ada.clone());
            works.spawn(async move {
                for n in 0..6 {
                    directory.set_rule(&ada, group, rules[n % 2], false).await.expect("a rule");
                    directory.recalculate_rules(3).await.expect("goes round");
                }
            });
        }
        while let Some(done) = works.join_next().await {
            done.expect("nothing fails");
        }
        world.directory.recalculate_rules(3).await.expect("goes round");
        let rule = world.texts("SELECT rule FROM groups WHERE id = $1", [group.into()]).await.concat();
        let condition = match rule.as_str() {
            GUESTS => "user_type = 'guest'",
            MEMBERS => "user_type = 'member'",
            _ => "1 = 0",
        };
        exactly(world, group, condition).await;
        other.close().await;
    }
}

/// So many guests, without anything else.
async fn grow(world: &World, many: i64) {
    let (id, now) = match world.engine() {
        Engine::Sqlite => ("randomblob(16)", "'2026-11-01T00:00:00+00:00'"),
        Engine::Postgres => ("gen_random_uuid()", "now()"),
    };
    let sql = format!(
        "INSERT INTO users (id, user_type, display_name, name_folded, address, address_norm, enabled, creation_type,
             bind_once, created_at)
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {many})
         SELECT {id}, 'guest', 'Guest ' || n, 'guest ' || n, 'guest' || n || '@fabrikam.example',
                'guest' || n || '@fabrikam.example', (1 = 1), 'Invitation', (1 = 0), {now} FROM numbers"
    );
    world.db.execute_unprepared(&sql).await.expect("guests");
}

/// How many wait for a lock that somebody else has.
async fn waiting(db: &impl ConnectionTrait) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM pg_locks l JOIN pg_database d ON d.datname = current_database()
               JOIN pg_stat_activity a ON a.pid = l.pid AND a.datid = d.oid WHERE NOT l.granted";
    let row = db.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await;
    row.expect("locks are read").expect("a row").try_get("", "n").expect("a number")
}

/// Somebody is being invited, has got their groups by the old rule, and has not committed. The rule changes, and the job
/// goes round: it cannot see them, and must not be done before it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_on_the_way_in_is_not_missed() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let group = dynamic(&world, GUESTS).await;
    let (ada, other): (_, Directory) = (world.caller("ada.admin").await, world.once_more().await);
    let look = world.database.connect().await;
    // Nobody writes mails: an invitation stops there, after the guest was added.
    world.db.execute_unprepared("BEGIN").await.expect("begins");
    world.db.execute_unprepared("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE").await.expect("locks");
    let john = other_caller(&other, "john.doe@woodgrove.example").await;
    let aurora = other.group_by_key("aurora").await.expect("read").expect("aurora");
    let inviting = tokio::spawn(async move {
        let address = "late@fabrikam.example".to_owned();
        let ask = access_panel::directory::invitations::Ask { groups: vec![aurora], address, ..Default::default() };
        let invited = other.invite(&john, &ask).await;
        other.close().await;
        invited
    });
    while waiting(&look).await < 1 {
        assert!(!inviting.is_finished(), "an invitation without a mail");
        tokio::task::yield_now().await;
    }
    world.directory.set_rule(&ada, group, MEMBERS, false).await.expect("a rule");
    let directory = world.directory.clone();
    let job = tokio::spawn(async move { directory.recalculate_rules(3).await });
    // Either it waits for them, or it has missed them.
    while waiting(&look).await < 2 && !job.is_finished() {
        tokio::task::yield_now().await;
    }
    world.db.execute_unprepared("COMMIT").await.expect("commits");
    inviting.await.expect("goes on").expect("invites");
    job.await.expect("goes on").expect("goes round");
    exactly(&world, group, "user_type = 'member'").await;
    look.close().await.expect("closes");
    world.finish().await;
}

async fn other_caller(directory: &Directory, address: &str) -> access_panel::model::Caller {
    let address = access_panel::model::Address::parse(address).expect("an address");
    let (user_id, name) = directory.member_by_address(&address).await.expect("read").expect("a member");
    access_panel::model::Caller {
        user_id,
        user_type: access_panel::model::state::UserType::Member,
        name,
        address: address.typed().to_owned(),
        roles: Vec::new(),
        request_id: None,
    }
}
