//! Collections: whose they are, who may change them, and that they give nothing.

use access_panel::{
    directory::{Directory, panel::PanelQuery},
    model::{
        Caller,
        order::{Move, Step},
        panel::{MOST_COLLECTIONS, Panel},
        state::Outcome,
    },
};
use uuid::Uuid;

use super::permissions::same_table;
use crate::support::{World, on_both_engines, said};

async fn panel(world: &World, caller: &Caller) -> Panel {
    world.directory.panel(caller, &PanelQuery::default()).await.expect("a panel")
}

async fn tabs(world: &World, caller: &Caller) -> String {
    panel(world, caller).await.tabs.into_iter().map(|tab| tab.name).collect::<Vec<_>>().join(", ")
}

async fn inside(world: &World, caller: &Caller, id: Uuid) -> String {
    let query = PanelQuery { collection: Some(id), ..PanelQuery::default() };
    let page = world.directory.panel(caller, &query).await.expect("a panel");
    page.apps.into_iter().map(|tile| tile.name).collect::<Vec<_>>().join(", ")
}

/// One of the organization's with some apps of the import file.
async fn shared(world: &World, name: &str, apps: &[&str]) -> Uuid {
    let ada = world.caller("ada.admin").await;
    let id = world.directory.create_collection(&ada, true, name, "").await.expect("a collection");
    let mut ids = Vec::new();
    for app in apps {
        ids.push(world.app(app).await);
    }
    world.directory.fill_collection(&ada, id, &ids).await.expect("filled");
    id
}

/// What everything that changes a collection says to a caller; deleting comes last.
async fn every_change(world: &World, d: &Directory, caller: &Caller, id: Uuid) -> Vec<String> {
    let (drawings, group) = (world.app("drawings").await, world.group("board").await);
    [
        said(&d.collection_page(caller, id, "", "").await),
        said(&d.change_collection(caller, id, "Another name", "").await),
        said(&d.fill_collection(caller, id, &[drawings]).await),
        said(&d.arrange_collection(caller, id, drawings, Move::Step(Step::First)).await),
        said(&d.take_from_collection(caller, id, drawings).await),
        said(&d.move_collection(caller, id, Move::Step(Step::Up)).await),
        said(&d.hide_collection(caller, id, true).await),
        said(&d.move_shared_collection(caller, id, Move::Step(Step::Up)).await),
        said(&d.show_collection_to(caller, id, group, true).await),
        said(&d.delete_collection(caller, id).await),
    ]
    .map(str::to_owned)
    .to_vec()
}

const COLUMNS: [&str; 10] =
    ["page", "change", "fill", "order", "take", "move", "hide", "move all", "audience", "delete"];

on_both_engines! {
    async fn own_ones_are_nobody_elses(world) {
        let d = &world.directory;
        world.guest_in("aurora", "partner@fabrikam.example").await;
        let mut rows = vec![("caller".to_owned(), COLUMNS.map(str::to_owned).to_vec())];
        for (who, address) in [
            ("guest of an app", "partner@fabrikam.example"), ("stranger", "lena.lee"), ("member", "ana.ruiz"),
            ("owner of another", "omar.owner"), ("auditor", "henrik.auditor"), ("administrator", "ada.admin"),
            ("whose it is", "john.doe"),
        ] {
            let john = world.caller("john.doe").await;
            let id = d.create_collection(&john, false, "Monday", "For every Monday").await.expect("a collection");
            d.fill_collection(&john, id, &[world.app("design-review").await]).await.expect("filled");
            rows.push((who.to_owned(), every_change(world, d, &world.caller(address).await, id).await));
        }
        same_table(&rows, "
caller           | page     | change   | fill     | order    | take     | move     | hide     | move all | audience | delete
guest of an app  | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound
stranger         | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound
member           | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound
owner of another | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound
auditor          | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound
administrator    | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound | notFound
whose it is      | ok       | ok       | ok       | ok       | ok       | ok       | notFound | notFound | notFound | ok
");
        assert!(world.refusal_is_logged("collection.delete", Some(world.user("lena.lee").await.id), "notFound").await);
        assert_eq!(world.events("collection.create", Outcome::Success).await, 0, "own ones are nobody's business");
    }

    async fn the_organizations_are_changed_by_administrators(world) {
        let d = &world.directory;
        world.guest_in("aurora", "partner@fabrikam.example").await;
        world.guest_in("timber", "stranger@fabrikam.example").await;
        let mut rows = vec![("caller".to_owned(), COLUMNS.map(str::to_owned).to_vec())];
        for (who, address) in [
            ("guest of an app", "partner@fabrikam.example"), ("stranger guest", "stranger@fabrikam.example"),
            ("stranger", "lena.lee"), ("member", "ana.ruiz"), ("auditor", "henrik.auditor"), ("administrator", "ada.admin"),
        ] {
            // To the people of one group, which the second one is not in.
            let id = shared(world, "Aurora", &["design-review"]).await;
            let ada = world.caller("ada.admin").await;
            d.show_collection_to(&ada, id, world.group("aurora").await, true).await.expect("narrowed");
            rows.push((who.to_owned(), every_change(world, d, &world.caller(address).await, id).await));
        }
        same_table(&rows, "
caller          | page      | change    | fill      | order     | take      | move     | hide     | move all  | audience  | delete
guest of an app | forbidden | forbidden | forbidden | forbidden | forbidden | ok       | ok       | forbidden | forbidden | forbidden
stranger guest  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound | notFound  | notFound  | notFound
stranger        | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound | notFound  | notFound  | notFound
member          | forbidden | forbidden | forbidden | forbidden | forbidden | ok       | ok       | forbidden | forbidden | forbidden
auditor         | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound | notFound  | notFound  | notFound
administrator   | ok        | ok        | ok        | ok        | ok        | notFound | notFound | ok        | ok        | ok
");
        for (address, expected) in [
            ("partner@fabrikam.example", "forbidden"), ("lena.lee", "forbidden"), ("john.doe", "forbidden"),
            ("henrik.auditor", "forbidden"), ("ada.admin", "ok"),
        ] {
            let caller = world.caller(address).await;
            assert_eq!(said(&d.create_collection(&caller, true, "Mine", "").await), expected, "{address}");
            assert_eq!(said(&d.shared_collections(&caller).await), expected, "{address}");
        }
        let ada = world.user("ada.admin").await.id;
        let log = world.audit().await;
        for action in ["create", "change", "fill", "take", "show", "delete"] {
            let action = format!("collection.{action}");
            let row = log.iter().find(|row| row.action == action && row.outcome == Outcome::Success);
            let row = row.unwrap_or_else(|| panic!("{action} is in the audit log"));
            assert_eq!((row.actor_id, row.details.is_some()), (Some(ada), true), "{action}");
        }
    }

    async fn a_collection_gives_nobody_an_app(world) {
        let d = &world.directory;
        let (ana, omar, lena) = (world.caller("ana.ruiz").await, world.caller("omar.owner").await, world.caller("lena.lee").await);
        let id = shared(world, "Building", &["timber-library", "drawings", "design-review"]).await;
        assert_eq!(inside(world, &ana, id).await, "Drawings, Design review");
        assert_eq!(inside(world, &omar, id).await, "Timber library");
        assert_eq!(tabs(world, &ana).await, "Building");
        assert_eq!(tabs(world, &lena).await, "", "who has none of its apps does not see it");
        assert_eq!(said(&d.may_open(&lena, world.app("drawings").await).await), "notFound");
        let query = PanelQuery { collection: Some(id), ..PanelQuery::default() };
        assert_eq!(said(&d.panel(&lena, &query).await), "notFound");
        assert_eq!(world.apps_of(&lena).await, Vec::<String>::new());
        // Into an own one goes only what one has.
        let own = d.create_collection(&ana, false, "Mine", "").await.expect("a collection");
        let (drawings, timber) = (world.app("drawings").await, world.app("timber-library").await);
        assert_eq!(said(&d.fill_collection(&ana, own, &[drawings, timber]).await), "notFound");
        assert_eq!(said(&d.fill_collection(&ana, own, &[]).await), "nothingChosen");
        assert_eq!(said(&d.fill_collection(&ana, own, &[drawings; 51]).await), "badRequest");
        assert_eq!(inside(world, &ana, own).await, "", "all or nothing");
        assert_eq!(d.fill_collection(&ana, own, &[drawings]).await.expect("added"), 1);
        assert_eq!(d.fill_collection(&ana, own, &[drawings]).await.expect("was there"), 0);
        // What one has no more is gone from it, and is there again when it comes back.
        world.change("UPDATE memberships SET until = $2 WHERE user_id = $1", [ana.user_id.into(), world.directory.now().into()]).await;
        assert_eq!(inside(world, &ana, own).await, "");
        assert_eq!(tabs(world, &ana).await, "Mine", "an own one stays, to be filled");
        let page = d.collection_page(&ana, own, "", "").await.expect("a page");
        assert_eq!((page.apps.len(), page.found.len()), (0, 0), "nothing about it is told");
        world.change("UPDATE memberships SET until = NULL WHERE user_id = $1", [ana.user_id.into()]).await;
        assert_eq!(inside(world, &ana, own).await, "Drawings");
    }

    async fn a_collection_for_the_people_of_some_groups(world) {
        let (d, ada) = (&world.directory, world.caller("ada.admin").await);
        let (ana, john, omar) = (world.caller("ana.ruiz").await, world.caller("john.doe").await, world.caller("omar.owner").await);
        let id = shared(world, "Drawing", &["drawings", "timber-library"]).await;
        let seen = async || {
            let mut who = Vec::new();
            for (name, caller) in [("ana", &ana), ("john", &john), ("omar", &omar)] {
                if tabs(world, caller).await == "Drawing" { who.push(name) }
            }
            who.join(" ")
        };
        assert_eq!(seen().await, "ana john omar");
        let (house, timber) = (world.group("open-house").await, world.group("timber").await);
        d.show_collection_to(&ada, id, house, true).await.expect("narrowed");
        d.show_collection_to(&ada, id, house, true).await.expect("and again");
        assert_eq!(seen().await, "ana");
        d.show_collection_to(&ada, id, timber, true).await.expect("widened");
        assert_eq!(seen().await, "ana omar");
        // A membership counts while it counts.
        world.change("UPDATE memberships SET until = $2 WHERE group_id = $1", [timber.into(), world.directory.now().into()]).await;
        assert_eq!(seen().await, "ana");
        // A group that is deleted leaves nobody in, rather than everybody.
        d.show_collection_to(&ada, id, house, false).await.expect("narrowed");
        world.change("UPDATE groups SET deleted_at = $2 WHERE id = $1", [timber.into(), world.directory.now().into()]).await;
        assert_eq!(seen().await, "");
        assert_eq!(said(&d.show_collection_to(&ada, id, timber, true).await), "notFound");
        assert_eq!(said(&d.show_collection_to(&ada, id, Uuid::from_u128(3), true).await), "notFound");
        d.show_collection_to(&ada, id, timber, false).await.expect("to everybody again");
        assert_eq!(seen().await, "ana john", "omar has no app of it any more");
        let page = d.collection_page(&ada, id, "dés", "open").await.expect("a page");
        assert_eq!(page.found.iter().map(|app| &*app.name).collect::<Vec<_>>(), ["Design review"]);
        assert_eq!(page.groups_found.iter().map(|group| &*group.name).collect::<Vec<_>>(), ["Open house"]);
        for nothing in ["", "%", "zzz", "\u{0}"] {
            assert!(d.collection_page(&ada, id, "", nothing).await.expect("a page").groups_found.is_empty());
        }
    }

    async fn each_in_an_order_of_ones_own(world) {
        let (d, ana) = (&world.directory, world.caller("ana.ruiz").await);
        let mut all = Vec::new();
        for name in ["One", "Two", "Three"] {
            all.push(shared(world, name, &["drawings"]).await);
        }
        let nothing = shared(world, "Nothing for Ana", &["budget"]).await;
        let mut own = Vec::new();
        for name in ["Red", "Blue"] {
            own.push(d.create_collection(&ana, false, name, "").await.expect("a collection"));
        }
        assert_eq!(tabs(world, &ana).await, "One, Two, Three, Red, Blue");
        assert_eq!(d.move_collection(&ana, all[2], Move::Step(Step::First)).await.expect("moved"), (1, 3));
        assert_eq!(d.move_collection(&ana, own[1], Move::Before(own[0])).await.expect("moved"), (1, 2));
        assert_eq!(tabs(world, &ana).await, "Three, One, Two, Blue, Red");
        assert_eq!(said(&d.move_collection(&ana, own[1], Move::Before(all[0])).await), "notFound", "the kinds do not mix");
        assert_eq!(said(&d.move_collection(&ana, nothing, Move::Step(Step::Up)).await), "notFound");
        assert_eq!(tabs(world, &world.caller("john.doe").await).await, "One, Two, Three, Nothing for Ana", "only for her");
        // The administrator's order is everybody's who has none.
        let ada = world.caller("ada.admin").await;
        assert_eq!(d.move_shared_collection(&ada, all[0], Move::Step(Step::Last)).await.expect("moved"), (4, 4));
        assert_eq!(tabs(world, &world.caller("john.doe").await).await, "Two, Three, Nothing for Ana, One");
        assert_eq!(tabs(world, &ana).await, "Three, One, Two, Blue, Red");
        assert_eq!(world.events("collection.move", Outcome::Success).await, 1);
        // Hidden and shown again.
        for _ in 0..2 { d.hide_collection(&ana, all[1], true).await.expect("hidden") }
        assert_eq!(tabs(world, &ana).await, "Three, One, Blue, Red");
        let mine = d.my_collections(&ana).await.expect("read");
        let listed: Vec<_> = mine.shared.iter().map(|row| (&*row.name, row.hidden)).collect();
        assert_eq!(listed, [("Three", false), ("One", false), ("Two", true)]);
        d.hide_collection(&ana, all[1], false).await.expect("shown");
        assert_eq!(tabs(world, &ana).await, "Three, One, Two, Blue, Red");
        // And the apps in one.
        let (drawings, design) = (world.app("drawings").await, world.app("design-review").await);
        d.fill_collection(&ana, own[0], &[drawings, design]).await.expect("filled");
        assert_eq!(inside(world, &ana, own[0]).await, "Drawings, Design review");
        assert_eq!(d.arrange_collection(&ana, own[0], design, Move::Step(Step::Up)).await.expect("moved"), (1, 2));
        assert_eq!(inside(world, &ana, own[0]).await, "Design review, Drawings");
        d.take_from_collection(&ana, own[0], design).await.expect("taken");
        assert_eq!(said(&d.take_from_collection(&ana, own[0], design).await), "notFound");
        assert_eq!(inside(world, &ana, own[0]).await, "Drawings");
        assert!(!d.delete_collection(&ana, own[0]).await.expect("deleted"));
        assert_eq!(world.number("SELECT COUNT(*) FROM collection_apps WHERE collection_id = $1", [own[0].into()]).await, 0);
        assert!(d.may_open(&ana, drawings).await.is_ok());
        // What the organization deletes leaves nothing with those who had put it in order.
        assert!(d.delete_collection(&ada, all[2]).await.expect("deleted"));
        assert_eq!(tabs(world, &ana).await, "One, Two, Blue");
    }

    async fn names_of_collections(world) {
        let (d, ana) = (&world.directory, world.caller("ana.ruiz").await);
        for (name, description, expected) in [
            ("", "", "nameEmpty"),
            (" \t\u{0}\n ", "", "nameEmpty"),
            (&*"x".repeat(121), "", "tooLong"),
            ("Fine", &*"x".repeat(1001), "tooLong"),
            (&*"ü".repeat(120), &*"ü".repeat(1000), "ok"),
            ("<b>Bold</b> & 'quoted'", "line\nline\u{0}", "ok"),
            ("\u{202e}מעקב עיצוב", "", "ok"),
        ] {
            assert_eq!(said(&d.create_collection(&ana, false, name, description).await), expected, "{name:?}");
        }
        let mine = d.my_collections(&ana).await.expect("read").own;
        let kept: Vec<_> = mine.iter().skip(1).map(|row| (&*row.name, &*row.description)).collect();
        assert_eq!(kept, [("<b>Bold</b> & 'quoted'", "line line"), ("מעקב עיצוב", "")]);
        let id = mine[1].id;
        assert_eq!(said(&d.change_collection(&ana, id, "", "").await), "nameEmpty");
        d.change_collection(&ana, id, " Other ", "Words").await.expect("changed");
        let row = &d.my_collections(&ana).await.expect("read").own[1];
        assert_eq!((&*row.name, &*row.description), ("Other", "Words"));
    }

    /// The limit holds when two processes add at once.
    async fn as_many_as_one_may_have(world) {
        let ana = world.caller("ana.ruiz").await;
        let other = world.once_more().await;
        let add = async |d: &Directory| {
            let mut added = 0;
            for number in 0..30 {
                match said(&d.create_collection(&ana, false, &format!("Number {number}"), "").await) {
                    "ok" => added += 1,
                    code => assert_eq!(code, "tooManyCollections"),
                }
            }
            added
        };
        let (here, there) = tokio::join!(add(&world.directory), add(&other));
        other.close().await;
        assert_eq!(here + there, MOST_COLLECTIONS);
        assert_eq!(world.count("collections").await, MOST_COLLECTIONS);
        let places = world.number("SELECT COUNT(DISTINCT position) FROM collections", []).await;
        assert_eq!(places, MOST_COLLECTIONS, "each has a place of its own");
        // Another person has a limit of their own, and deleting makes room.
        let john = world.caller("john.doe").await;
        assert_eq!(said(&world.directory.create_collection(&john, false, "Mine", "").await), "ok");
        let first = world.directory.my_collections(&ana).await.expect("read").own[0].id;
        world.directory.delete_collection(&ana, first).await.expect("deleted");
        assert_eq!(said(&world.directory.create_collection(&ana, false, "Room", "").await), "ok");
    }
}
