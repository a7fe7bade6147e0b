//! Running an app: who may do what, caller by caller; what it changes, and what it leaves alone.

use access_panel::{
    directory::apps::AppRole,
    model::{
        Caller, Refusal,
        managed::AppForm,
        state::{GrantReason, Outcome},
    },
};
use chrono::Duration;
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

use super::permissions::same_table;
use crate::support::{Engine, World, on_both_engines, said};

/// What the tests are about: *Sketches*, run by Omar, had by Ana and, through *Open house*, by its people.
const SKETCHES: &str = r#"
    [[apps]]
    key = "sketches"
    name = "Sketches"
    url = "https://apps.example/sketches"
    accepts_guests = true
    owners = ["omar.owner@woodgrove.example"]
    approvers = ["emma.inviter@woodgrove.example"]
    people = ["ana.ruiz@woodgrove.example"]
    groups = ["open-house"]
    [[groups]]
    key = "omars"
    name = "Omar's own"
    owners = ["omar.owner@woodgrove.example"]
    members = ["lena.lee@woodgrove.example"]
"#;

/// One of each kind, as seen from *Sketches*.
async fn callers(world: &World) -> Vec<(&'static str, Caller)> {
    world.import(SKETCHES).await;
    world.guest_in("timber", "stranger@fabrikam.example").await;
    let ask = world.ask_to(&[], &["sketches"], "guest@fabrikam.example").await;
    world.accepted("omar.owner", &ask).await;
    let mut callers = Vec::new();
    for (who, address) in [
        ("stranger guest", "stranger@fabrikam.example"),
        ("guest who has it", "guest@fabrikam.example"),
        ("plain member", "lena.lee"),
        ("member who has it", "ana.ruiz"),
        ("owner of others", "john.doe"),
        ("approver", "emma.inviter"),
        ("auditor", "henrik.auditor"),
        ("owner", "omar.owner"),
        ("administrator", "ada.admin"),
    ] {
        callers.push((who, world.caller(address).await));
    }
    callers
}

async fn form(world: &World, app: Uuid) -> AppForm {
    let ada = world.caller("ada.admin").await;
    world.directory.app_settings(&ada, app).await.expect("settings").form
}

/// The kinds of the notices that somebody got, oldest first.
async fn notices(world: &World, user: Uuid) -> Vec<String> {
    world.texts("SELECT kind FROM notices WHERE user_id = $1 ORDER BY created_at, id", [user.into()]).await
}

/// What the history of an app says was done, newest first: the action, and to whom.
async fn history(world: &World, app: Uuid) -> Vec<(String, Option<String>)> {
    let ada = world.caller("ada.admin").await;
    let history = world.directory.app_history(&ada, app, None).await.expect("a history");
    history.rows.into_iter().map(|row| (row.action, row.subject)).collect()
}

on_both_engines! {
    /// Every operation on *Sketches*, by everyone. `notFound`: may not be seen; `forbidden`: seen, not to be done.
    async fn the_permission_table(world) {
        let callers = callers(world).await;
        let d = &world.directory;
        let app = world.app("sketches").await;
        let (ana, lena) = (world.user("ana.ruiz").await.id, world.user("lena.lee").await.id);
        let (open_house, omars) = (world.group("open-house").await, world.group("omars").await);
        let (omar, emma) = (world.user("omar.owner").await.id, world.user("emma.inviter").await.id);
        let mut rows = vec![(
            "caller".to_owned(),
            ["page", "people", "person", "add", "until", "take", "group", "ungroup", "settings", "edit", "off", "owner",
             "unowner", "approver", "unapprover", "history"].map(str::to_owned).to_vec(),
        )];
        for (who, caller) in &callers {
            let mut changed = form(world, app).await;
            changed.description = format!("Changed by {who}");
            let cells = [
                said(&d.app_page(caller, app).await),
                said(&d.app_people(caller, app, "", None, None).await),
                said(&d.app_person(caller, app, ana).await),
                said(&d.give_app(caller, app, lena, None).await),
                said(&d.set_app_until(caller, app, ana, Some(d.now() + Duration::days(9))).await),
                said(&d.take_app(caller, app, lena).await),
                said(&d.give_to_group(caller, app, omars).await),
                said(&d.remove_group(caller, app, omars).await),
                said(&d.app_settings(caller, app).await),
                said(&d.edit_app(caller, app, &changed).await),
                said(&d.switch_app(caller, app, true).await),
                said(&d.add_app_role(caller, app, AppRole::Owner, ana).await),
                said(&d.remove_app_role(caller, app, AppRole::Owner, ana).await),
                said(&d.add_app_role(caller, app, AppRole::Approver, lena).await),
                said(&d.remove_app_role(caller, app, AppRole::Approver, lena).await),
                said(&d.app_history(caller, app, None).await),
            ];
            rows.push(((*who).to_owned(), cells.map(str::to_owned).to_vec()));
        }
        let (no, seen, all) = (["notFound"; 15], ["forbidden"; 15], ["ok"; 15]);
        let mut expected = String::from("caller | page | people | person | add | until | take | group | ungroup | settings | edit | off | owner | unowner | approver | unapprover | history\n");
        for (who, page, cells) in [
            ("stranger guest", "notFound", no),
            ("guest who has it", "ok", seen),
            ("plain member", "notFound", no),
            ("member who has it", "ok", seen),
            ("owner of others", "notFound", no),
            ("approver", "ok", seen),
        ] {
            // The group is looked at before the app, and is nobody's but Omar's.
            let mut cells = cells.map(str::to_owned);
            cells[5] = if who == "plain member" { "forbidden".to_owned() } else { "notFound".to_owned() };
            expected += &format!("{who} | {page} | {}\n", cells.join(" | "));
        }
        let mut auditor = seen;
        (auditor[0], auditor[1], auditor[14]) = ("ok", "ok", "ok");
        expected += &format!("auditor | ok | {}\n", auditor.join(" | "));
        expected += &format!("owner | ok | {}\nadministrator | ok | {}\n", all.join(" | "), all.join(" | "));
        same_table(&rows, &expected);
        // Whatever was refused and would have changed something stands in the audit log.
        for (who, caller) in &callers {
            let cells = &rows.iter().find(|(name, _)| name == who).expect("a row").1;
            for (column, action) in [(3, "assignment.grant"), (4, "assignment.until"), (5, "assignment.remove"),
                (9, "app.change"), (10, "app.enable"), (11, "owner.grant"), (12, "owner.revoke"), (13, "approver.grant"),
                (14, "approver.revoke")]
            {
                if cells[column] != "ok" {
                    let logged = world.refusal_is_logged(action, Some(caller.user_id), &cells[column]).await;
                    assert!(logged, "{action} of {who} was refused, and the log has no such row");
                }
            }
        }
        let _ = (open_house, omar, emma);
    }

    /// What each sees of the page: where it is, who owns it, and why they have it.
    async fn what_the_page_says_to_whom(world) {
        let callers = callers(world).await;
        let app = world.app("sketches").await;
        let mut rows = Vec::new();
        for (who, caller) in &callers {
            let Ok(page) = world.directory.app_page(caller, app).await else { continue };
            let ways: Vec<_> = page.ways.iter()
                .map(|way| way.group.as_ref().map_or_else(|| way.reason.to_string(), |group| group.name.clone())).collect();
            let flag = |on: bool| if on { "yes" } else { "no" }.to_owned();
            rows.push(((*who).to_owned(), vec![
                flag(page.url.is_some()), flag(!page.owners.is_empty()), flag(page.used.is_some()),
                flag(page.is_approver), flag(page.has), ways.join(", "),
            ]));
        }
        same_table(&rows, "
guest who has it  | yes | yes | no  | no  | yes | invitation
member who has it | yes | yes | no  | no  | yes | import, Open house
approver          | no  | yes | no  | yes | no  |
auditor           | yes | yes | yes | no  | no  |
owner             | yes | yes | yes | no  | no  |
administrator     | yes | yes | yes | no  | no  |
");
        world.import("[guests]\nvisibility = \"restricted\"\n").await;
        let guest = world.caller("guest@fabrikam.example").await;
        let page = world.directory.app_page(&guest, app).await.expect("still theirs");
        assert!(page.owners.is_empty() && page.ways[0].granted_by.is_none(), "restricted guests see only themselves");
    }

    /// Once it can be asked for, members find it, and guests if it takes guests.
    async fn who_finds_an_app_that_can_be_asked_for(world) {
        callers(world).await;
        let app = world.app("sketches").await;
        let (lena, stranger) = (world.caller("lena.lee").await, world.caller("stranger@fabrikam.example").await);
        let ada = world.caller("ada.admin").await;
        let sees = async |caller: &Caller| world.directory.app_page(caller, app).await.ok();
        let mut wanted = form(world, app).await;
        wanted.requestable = true;
        world.directory.edit_app(&ada, app, &wanted).await.expect("edited");
        let page = sees(&lena).await.expect("members find it");
        assert!(page.can_ask && page.url.is_none() && page.used.is_none(), "{page:?}");
        assert_eq!(said(&world.directory.app_people(&lena, app, "", None, None).await), "forbidden");
        let page = sees(&stranger).await.expect("guests find what takes guests");
        assert!(page.can_ask && page.owners.is_empty(), "a guest does not learn who owns what they do not have: {page:?}");
        wanted.accepts_guests = false;
        world.directory.edit_app(&ada, app, &wanted).await.expect("edited");
        assert!(sees(&stranger).await.is_none());
        world.directory.switch_app(&ada, app, false).await.expect("off");
        assert!(sees(&lena).await.is_none(), "what is switched off is not offered");
        assert!(!sees(&world.caller("ana.ruiz").await).await.expect("who has it sees it").head.enabled);
    }

    async fn given_until_a_day_and_taken_away(world) {
        callers(world).await;
        let d = &world.directory;
        let app = world.app("sketches").await;
        let (omar, lena) = (world.caller("omar.owner").await, world.caller("lena.lee").await);
        let soon = d.now() + Duration::days(2);
        let past = d.give_app(&omar, app, lena.user_id, Some(d.now())).await;
        assert_eq!(Refusal::from(past.expect_err("past")).field.as_deref(), Some("until"));
        d.give_app(&omar, app, lena.user_id, Some(soon)).await.expect("given");
        assert!(world.opens(&lena, "sketches").await);
        let again = Refusal::from(d.give_app(&omar, app, lena.user_id, None).await.expect_err("she has it"));
        assert_eq!((again.code.as_str(), again.field.as_deref()), ("alreadyHas", Some("person")));
        let row = d.app_person(&omar, app, lena.user_id).await.expect("a row").person;
        assert_eq!((row.reason, row.until), (GrantReason::Owner, Some(soon)));
        assert_eq!(row.granted_by.map(|by| by.name).as_deref(), Some("Omar Owner"));
        world.advance(Duration::seconds(1));
        d.set_app_until(&omar, app, lena.user_id, Some(soon + Duration::days(1))).await.expect("extended");
        world.advance(Duration::days(2));
        assert!(world.opens(&lena, "sketches").await, "a day longer");
        world.advance(Duration::days(1));
        assert!(!world.opens(&lena, "sketches").await, "over");
        assert_eq!(said(&d.set_app_until(&omar, app, lena.user_id, None).await), "notFound", "what is over is not prolonged");
        assert_eq!(said(&d.app_person(&omar, app, lena.user_id).await), "notFound");
        d.give_app(&omar, app, lena.user_id, None).await.expect("given anew");
        world.advance(Duration::seconds(1));
        d.take_app(&omar, app, lena.user_id).await.expect("taken");
        assert_eq!(said(&d.take_app(&omar, app, lena.user_id).await), "notFound", "once is enough");
        assert!(!world.opens(&lena, "sketches").await);
        assert_eq!(notices(world, lena.user_id).await, ["app.given", "member.until", "app.given", "app.taken"]);
        let told = history(world, app).await;
        let told: Vec<_> = told.iter().filter(|(_, to)| to.as_deref() == Some("Lena Lee")).map(|(what, _)| what.as_str()).collect();
        assert_eq!(told, ["assignment.remove", "assignment.grant", "assignment.until", "assignment.grant"]);
    }

    /// Whoever has it by another way, too, is not told that they lost it.
    async fn nobody_is_told_of_what_changes_nothing(world) {
        callers(world).await;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let ana = world.caller("ana.ruiz").await;
        world.directory.take_app(&omar, app, ana.user_id).await.expect("taken");
        assert!(world.opens(&ana, "sketches").await, "through Open house");
        world.directory.give_app(&omar, app, ana.user_id, None).await.expect("given");
        assert_eq!(notices(world, ana.user_id).await, Vec::<String>::new());
        // Nor of what they did themselves.
        world.directory.give_app(&omar, app, omar.user_id, None).await.expect("given");
        assert_eq!(notices(world, omar.user_id).await, Vec::<String>::new());
    }

    async fn guests_only_where_the_app_takes_them(world) {
        callers(world).await;
        let d = &world.directory;
        let app = world.app("sketches").await;
        let (omar, ada) = (world.caller("omar.owner").await, world.caller("ada.admin").await);
        let stranger = world.user("stranger@fabrikam.example").await.id;
        world.narrow_app("sketches", serde_json::json!({ "allow": ["contoso.example"], "deny": [] })).await;
        for caller in [&omar, &ada] {
            assert_eq!(said(&d.give_app(caller, app, stranger, None).await), "domainNotAllowed", "domain rules bind everyone");
        }
        world.narrow_app("sketches", serde_json::json!({ "allow": [], "deny": [] })).await;
        let mut closed = form(world, app).await;
        closed.accepts_guests = false;
        d.edit_app(&ada, app, &closed).await.expect("edited");
        assert_eq!(said(&d.give_app(&omar, app, stranger, None).await), "guestsNotAccepted");
        d.give_app(&ada, app, stranger, None).await.expect("an administrator may");
        for role in [AppRole::Owner, AppRole::Approver] {
            let added = d.add_app_role(&ada, app, role, stranger).await;
            assert_eq!(said(&added), "guestsNotAccepted", "guests run no apps, and decide nothing");
        }
        world.disable(world.user("lena.lee").await.id).await;
        assert_eq!(said(&d.give_app(&omar, app, world.user("lena.lee").await.id, None).await), "accountBlocked");
        assert_eq!(said(&d.give_app(&omar, app, d.new_id(), None).await), "unknownPerson");
    }

    /// A guest with an open invitation to the app alone: the invitation ends with it, and the guest is gone.
    async fn taking_it_from_somebody_invited(world) {
        callers(world).await;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let ask = world.ask_to(&[], &["sketches"], "kim@fabrikam.example").await;
        let kim = world.invited("omar.owner", &ask).await;
        let row = world.directory.app_person(&omar, app, kim.user_id).await.expect("kim is on it").person;
        assert!(row.pending && row.invitation.is_some(), "{row:?}");
        world.directory.take_app(&omar, app, kim.user_id).await.expect("taken");
        assert_eq!(world.invitation_states(kim.user_id).await, ["revoked"]);
        assert!(world.find_user("kim@fabrikam.example").await.is_none());
        assert_eq!(notices(world, kim.user_id).await, Vec::<String>::new(), "they never had it");
    }

    async fn groups_give_it_and_no_longer(world) {
        callers(world).await;
        let d = &world.directory;
        let app = world.app("sketches").await;
        let (omar, ada, lena) = (world.caller("omar.owner").await, world.caller("ada.admin").await, world.caller("lena.lee").await);
        let (omars, aurora, board) = (world.group("omars").await, world.group("aurora").await, world.group("board").await);
        assert_eq!(said(&d.give_to_group(&omar, app, aurora).await), "notFound", "a group that he does not see");
        assert_eq!(d.groups_to_give(&omar, app, "").await.expect("groups").iter().map(|g| g.name.as_str()).collect::<Vec<_>>(),
            ["Omar's own", "Timber suppliers"], "his own that do not have it");
        d.give_to_group(&omar, app, omars).await.expect("his own");
        assert!(world.opens(&lena, "sketches").await);
        assert_eq!(said(&d.give_to_group(&omar, app, omars).await), "alreadyHas");
        d.give_to_group(&ada, app, board).await.expect("any, for an administrator");
        assert_eq!(notices(world, world.user("john.doe").await.id).await, ["app.given"], "the group's owner is told");
        let people = d.app_people(&omar, app, "", None, None).await.expect("a page");
        let groups: Vec<_> = people.groups.iter().map(|group| (group.name.as_str(), group.people, group.seen)).collect();
        assert_eq!(groups, [("Board", 0, false), ("Omar's own", 1, true), ("Open house", 1, true)]);
        world.advance(Duration::seconds(1));
        d.remove_group(&omar, app, omars).await.expect("taken");
        assert!(!world.opens(&lena, "sketches").await);
        assert_eq!(said(&d.remove_group(&omar, app, omars).await), "notFound");
        assert_eq!(history(world, app).await[0], ("assignment.remove".to_owned(), Some("Omar's own".to_owned())));
    }

    async fn the_group_that_people_join(world) {
        callers(world).await;
        let d = &world.directory;
        let app = world.app("sketches").await;
        let (omar, ada) = (world.caller("omar.owner").await, world.caller("ada.admin").await);
        let (omars, aurora, board) = (world.group("omars").await, world.group("aurora").await, world.group("board").await);
        let mut wanted = form(world, app).await;
        for (group, code) in [(aurora, "notFound"), (d.new_id(), "notFound")] {
            wanted.join_group = Some(group);
            let refused = Refusal::from(d.edit_app(&omar, app, &wanted).await.expect_err("not his"));
            assert_eq!((refused.code.as_str(), refused.field.as_deref()), (code, Some("join_group")));
        }
        wanted.join_group = Some(omars);
        d.edit_app(&omar, app, &wanted).await.expect("his own");
        let people = d.app_people(&omar, app, "", None, None).await.expect("a page");
        assert!(people.groups.iter().any(|group| group.id == omars && group.joined), "given the app at once: {people:?}");
        // What is as it was needs no leave, though it is not his any more.
        d.edit_app(&ada, app, &AppForm { join_group: Some(board), ..wanted.clone() }).await.expect("any group");
        let unchanged = AppForm { join_group: Some(board), name: "Drafts".to_owned(), ..wanted.clone() };
        d.edit_app(&omar, app, &unchanged).await.expect("the name alone");
        assert!(d.app_settings(&omar, app).await.expect("settings").groups.iter().any(|group| group.id == board));
        assert_eq!(world.change("UPDATE groups SET kind = 'dynamic' WHERE id = $1", [omars.into()]).await, 1);
        assert_eq!(said(&d.edit_app(&omar, app, &wanted).await), "dynamicGroup");
        d.remove_group(&omar, app, board).await.expect("taken");
        assert_eq!(form(world, app).await.join_group, None, "who is approved is given it directly from now on");
    }

    async fn settings_are_changed_and_told(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let before = form(world, app).await;
        d.edit_app(&omar, app, &before).await.expect("nothing to do");
        assert_eq!(world.events("app.change", Outcome::Success).await, 0, "nothing was changed");
        let wanted = AppForm { name: "Zeichnungen Ä".to_owned(), url: "https://other.example/x".to_owned(), hidden: true, ..before };
        world.advance(Duration::seconds(1));
        d.edit_app(&omar, app, &wanted).await.expect("edited");
        assert_eq!(form(world, app).await, wanted);
        assert_eq!(world.texts("SELECT name_folded FROM apps WHERE id = $1", [app.into()]).await, ["zeichnungen a"]);
        let event = d.app_history(&omar, app, None).await.expect("a history").rows.remove(0);
        assert_eq!((event.action.as_str(), event.fields), ("app.change", vec!["hidden".to_owned(), "name".to_owned(), "url".to_owned()]));
        let ana = world.caller("ana.ruiz").await;
        d.switch_app(&omar, app, false).await.expect("off");
        assert_eq!(said(&d.may_open(&ana, app).await), "appOff");
        d.switch_app(&omar, app, false).await.expect("off already");
        d.switch_app(&omar, app, true).await.expect("on");
        assert!(world.opens(&ana, "sketches").await);
        assert_eq!((world.events("app.disable", Outcome::Success).await, world.events("app.enable", Outcome::Success).await), (1, 1));
    }

    /// Ten approvers and no more; owners may all go, and administrators go on.
    async fn owners_and_approvers(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let mut text = String::new();
        for number in 0..11 {
            text += &format!("[[people]]\naddress = \"p{number}@woodgrove.example\"\nname = \"Person {number}\"\n");
        }
        world.import(&text).await;
        for number in 0..9 {
            let user = world.user(&format!("p{number}")).await.id;
            d.add_app_role(&omar, app, AppRole::Approver, user).await.expect("up to ten, with Emma");
            assert_eq!(notices(world, user).await, ["approver.added"]);
        }
        let one_more = world.user("p9").await.id;
        let refused = Refusal::from(d.add_app_role(&omar, app, AppRole::Approver, one_more).await.expect_err("ten"));
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("tooManyApprovers", Some("person")));
        assert_eq!(notices(world, one_more).await, Vec::<String>::new());
        let emma = world.user("emma.inviter").await.id;
        assert_eq!(said(&d.add_app_role(&omar, app, AppRole::Approver, emma).await), "alreadyHas");
        d.remove_app_role(&omar, app, AppRole::Approver, emma).await.expect("removed");
        d.add_app_role(&omar, app, AppRole::Approver, one_more).await.expect("there is room again");

        d.add_app_role(&omar, app, AppRole::Owner, one_more).await.expect("another owner");
        let other = world.caller("p9").await;
        d.remove_app_role(&other, app, AppRole::Owner, omar.user_id).await.expect("removed");
        assert_eq!(notices(world, omar.user_id).await, ["owner.removed"]);
        assert_eq!(said(&d.app_people(&omar, app, "", None, None).await), "notFound", "with the very next request");
        d.remove_app_role(&other, app, AppRole::Owner, other.user_id).await.expect("the last one may go");
        assert_eq!(said(&d.remove_app_role(&other, app, AppRole::Owner, other.user_id).await), "forbidden", "an approver still");
        let ada = world.caller("ada.admin").await;
        assert!(d.app_page(&ada, app).await.expect("a page").owners.is_empty());
        let listed = d.managed_apps(&ada, "sket", None).await.expect("a list");
        assert!(listed.everyone && listed.rows.len() == 1 && listed.rows[0].ownerless, "{listed:?}");
        d.add_app_role(&ada, app, AppRole::Owner, omar.user_id).await.expect("administrators go on");
    }

    async fn everyone_sees_the_apps_they_run(world) {
        let mut rows = Vec::new();
        for (who, caller) in callers(world).await {
            let list = world.directory.managed_apps(&caller, "", None).await.expect("a list");
            let names: Vec<_> = list.rows.into_iter().map(|app| app.name).collect();
            rows.push((who.to_owned(), vec![names.join(", ")]));
        }
        let all = "Budget, Design review, Drawings, Old wiki, Sketches, Timber library";
        same_table(&rows, &format!("
stranger guest    |
guest who has it  |
plain member      |
member who has it |
owner of others   |
approver          |
auditor           | {all}
owner             | Budget, Sketches
administrator     | {all}
"));
        let omar = world.caller("omar.owner").await;
        for (search, expected) in [("SKET", 1), ("ketches", 0), ("%", 0), ("\u{0}", 2), ("'; --", 0)] {
            let list = world.directory.managed_apps(&omar, search, None).await.expect("a list");
            assert_eq!(list.rows.len(), expected, "{search:?}");
        }
        for after in ["", "x", "x.y", "\u{0}.a"] {
            assert_eq!(world.directory.managed_apps(&omar, "", Some(after)).await.expect("a list").rows.len(), 2, "{after:?}");
        }
    }

    /// A guest who owns an app gives it only to people whom they may see.
    async fn a_guest_who_owns_an_app_finds_nobody_they_may_not_see(world) {
        callers(world).await;
        world.import(r#"
            [[apps]]
            key = "guests-own"
            name = "Guests own"
            url = "https://apps.example/guests-own"
            accepts_guests = true
            owners = ["guest@fabrikam.example"]
        "#).await;
        let (guest, app) = (world.caller("guest@fabrikam.example").await, world.app("guests-own").await);
        for user in [world.user("lena.lee").await.id, world.user("stranger@fabrikam.example").await.id, world.directory.new_id()] {
            assert_eq!(said(&world.directory.give_app(&guest, app, user, None).await), "unknownPerson");
            assert_eq!(said(&world.directory.add_app_role(&guest, app, AppRole::Owner, user).await), "unknownPerson");
        }
        world.directory.give_app(&guest, app, guest.user_id, None).await.expect("themselves");
    }

    /// More people than are looked at one by one: pages in order, everybody once, and a search by the index of words.
    async fn an_app_that_thousands_have(world) {
        callers(world).await;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2100)";
        let (id, now) = match world.engine() {
            Engine::Sqlite => ("randomblob(16)", "'2026-11-21T10:00:00+00:00'"),
            Engine::Postgres => ("gen_random_uuid()", "TIMESTAMPTZ '2026-11-21T10:00:00+00:00'"),
        };
        for sql in [
            format!("INSERT INTO users (id, user_type, display_name, name_folded, address, address_norm, enabled, creation_type, bind_once, created_at)
                     {numbers} SELECT {id}, 'member', 'Crowd Person ' || (n % 700), 'crowd person ' || (n % 700),
                        'c' || n || '@woodgrove.example', 'c' || n || '@woodgrove.example', (1 = 1), 'Import', (1 = 0), {now} FROM numbers"),
            "INSERT INTO people_words (word, user_id) SELECT 'crowd', id FROM users WHERE name_folded LIKE 'crowd%'".to_owned(),
            "INSERT INTO people_words (word, user_id) SELECT address_norm, id FROM users WHERE name_folded LIKE 'crowd%'".to_owned(),
            "INSERT INTO people_words (word, user_id) SELECT substr(name_folded, 14), id FROM users WHERE name_folded LIKE 'crowd%'".to_owned(),
            format!("INSERT INTO assignments (id, app_id, user_id, reason, granted_at, sort_name)
                     SELECT {id}, a.id, u.id, 'import', {now}, u.name_folded FROM users u JOIN apps a ON a.key = 'sketches'
                     WHERE u.name_folded LIKE 'crowd%'"),
        ] {
            world.db.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let d = &world.directory;
        let (mut met, mut names, mut after) = (std::collections::BTreeSet::new(), Vec::new(), None::<String>);
        loop {
            let page = d.app_people(&omar, app, "", after.as_deref(), None).await.expect("a page");
            assert_eq!(page.total, 2102);
            for row in page.rows {
                assert!(met.insert(row.user_id), "{} is met twice", row.address);
                names.push(access_panel::model::names::fold(&row.name));
            }
            after = page.next;
            if after.is_none() { break }
        }
        assert_eq!(met.len(), 2102);
        assert!(names.is_sorted(), "in order of names");
        for (search, expected, cut) in [("ana", 1, false), ("crowd 699", 3, false), ("699 cro", 3, false),
            ("c77@wood", 1, false), ("crowd nobody", 0, false), ("crowd", 50, true)]
        {
            let page = d.app_people(&omar, app, search, None, None).await.expect("a page");
            assert_eq!((page.rows.len(), page.cut, page.next), (expected, cut, None), "{search}");
        }
    }

    /// What is no id, no place in a list, or hostile, does no harm.
    async fn hostile_questions(world) {
        callers(world).await;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let d = &world.directory;
        for search in ["%", "_", "\\", "\u{0}", "'; DROP TABLE apps; --", "  ", "ana nobody", "🦀"] {
            let page = d.app_people(&omar, app, search, None, None).await.expect("a page");
            assert!(page.rows.len() <= 2, "{search:?}");
            d.groups_to_give(&omar, app, search).await.expect("groups");
        }
        for after in ["", ".", "x.y", "00000000-0000-0000-0000-000000000000.\u{0}", "00000000-0000-0000-0000-000000000000.99999999999999999999"] {
            assert_eq!(d.app_people(&omar, app, "", Some(after), None).await.expect("a page").rows.len(), 2, "{after:?}");
            d.app_history(&omar, app, Some(after)).await.expect("a history");
        }
        for id in [Uuid::nil(), d.new_id(), world.group("omars").await] {
            assert_eq!(said(&d.app_page(&omar, id).await), "notFound");
            assert_eq!(said(&d.launch(&omar, id).await), "notFound");
            assert_eq!(d.app_closed(&omar, id).await.expect("nothing to say"), Default::default());
        }
    }
}
