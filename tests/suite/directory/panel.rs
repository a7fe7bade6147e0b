//! My Apps: what is on somebody's panel, in which order, and what they make of it.

use access_panel::{
    directory::panel::PanelQuery,
    model::{
        Caller,
        order::{Move, Step},
        panel::{Elsewhere, PAGE, Panel, PanelView},
        state::{AppsView, GrantReason},
    },
};
use chrono::Duration;
use uuid::Uuid;

use super::permissions::same_table;
use crate::support::{World, on_both_engines, said};

async fn panel(world: &World, caller: &Caller, query: &PanelQuery) -> Panel {
    world.directory.panel(caller, query).await.expect("a panel")
}

fn search(words: &str) -> PanelQuery {
    PanelQuery { search: words.to_owned(), ..PanelQuery::default() }
}

fn arranged() -> PanelQuery {
    PanelQuery { view: PanelView::Arrange, ..PanelQuery::default() }
}

fn hidden() -> PanelQuery {
    PanelQuery { view: PanelView::Hidden, ..PanelQuery::default() }
}

/// Favourites, a bar, and the others.
fn names(panel: &Panel) -> String {
    let list = |tiles: &[access_panel::model::panel::Tile]| {
        tiles.iter().map(|tile| tile.name.clone()).collect::<Vec<_>>().join(", ")
    };
    match panel.favourites.as_slice() {
        [] => list(&panel.apps),
        favourites => format!("{} | {}", list(favourites), list(&panel.apps)),
    }
}

async fn shown(world: &World, caller: &Caller) -> String {
    names(&panel(world, caller, &PanelQuery::default()).await)
}

/// Lena with so many apps of her own, called `App 000` and so on.
async fn give(world: &World, count: usize) -> Caller {
    let mut text = String::new();
    for number in 0..count {
        text += &format!(
            "[[apps]]\nkey = \"n{number}\"\nname = \"App {number:03}\"\nurl = \"https://n{number}.example\"\npeople = [\"lena.lee@woodgrove.example\"]\n"
        );
    }
    world.import(&text).await;
    world.caller("lena.lee").await
}

on_both_engines! {
    /// In two groups and given by hand: one tile, every reason.
    async fn an_app_is_there_once_with_every_reason(world) {
        world.import("[[groups]]\nkey = \"extra\"\nname = \"Extra\"\nowners = [\"omar.owner@woodgrove.example\"]\nmembers = [\"ana.ruiz@woodgrove.example\"]\n[[apps]]\nkey = \"drawings\"\nname = \"Drawings\"\nurl = \"https://apps.example/drawings\"\ngroups = [\"aurora\", \"open-house\", \"extra\"]\npeople = [\"ana.ruiz@woodgrove.example\"]\n").await;
        let ana = world.caller("ana.ruiz").await;
        let john = world.user("john.doe").await;
        let soon = world.directory.now() + Duration::days(3);
        world.change(
            "UPDATE memberships SET reason = 'owner', granted_by = $1, until = $2 WHERE user_id = $3 AND group_id = $4",
            [john.id.into(), soon.into(), ana.user_id.into(), world.group("aurora").await.into()],
        ).await;
        let page = panel(world, &ana, &PanelQuery::default()).await;
        assert_eq!(names(&page), "Design review, Drawings");
        let ways: Vec<_> = page.apps[1].reasons.iter()
            .map(|way| (way.group.as_ref().map(|group| &*group.name), way.reason, way.by.as_ref().map(|by| &*by.name), way.until))
            .collect();
        assert_eq!(ways, [
            (None, GrantReason::Import, None, None),
            (Some("Aurora partners"), GrantReason::Owner, Some("John Doe"), Some(soon)),
            (Some("Extra"), GrantReason::Import, None, None),
            (Some("Open house"), GrantReason::Import, None, None),
        ]);
        assert_eq!((page.total, page.of, page.hidden, page.next), (2, 2, 0, None));
        // Whoever has it only for a while has it until the earlier of both ends.
        let sooner = world.directory.now() + Duration::days(1);
        world.change("UPDATE assignments SET until = $1 WHERE group_id = $2", [sooner.into(), world.group("aurora").await.into()]).await;
        assert_eq!(panel(world, &ana, &PanelQuery::default()).await.apps[1].reasons[1].until, Some(sooner));
        world.advance(Duration::days(2));
        assert_eq!(shown(world, &ana).await, "Drawings");
        assert_eq!(panel(world, &ana, &PanelQuery::default()).await.apps[0].reasons.len(), 3);
    }

    async fn what_cannot_be_opened_has_no_tile(world) {
        let john = world.caller("john.doe").await;
        assert_eq!(shown(world, &john).await, "Budget, Design review, Drawings", "and not the old wiki, which is switched off");
        for (what, sql) in [
            ("hidden by an administrator", "UPDATE apps SET hidden = TRUE WHERE name = 'Budget'"),
            ("deleted", "UPDATE apps SET hidden = FALSE, deleted_at = created_at WHERE name = 'Budget'"),
            ("without an address", "UPDATE apps SET deleted_at = NULL, url = '' WHERE name = 'Budget'"),
            ("with no address for a browser", "UPDATE apps SET url = 'javascript:alert(1)' WHERE name = 'Budget'"),
        ] {
            world.change(sql, []).await;
            assert_eq!(shown(world, &john).await, "Design review, Drawings", "{what}");
            assert_eq!(names(&panel(world, &john, &search("budget")).await), "", "{what}");
        }
    }

    /// A guest learns who invited them, and nothing of who else sees to a group.
    async fn guests_are_told_who_invited_them_only(world) {
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        let page = panel(world, &guest, &PanelQuery::default()).await;
        let way = &page.apps[0].reasons[0];
        assert_eq!((way.reason, way.by.is_some()), (GrantReason::Invitation, true));
        world.change("UPDATE memberships SET reason = 'owner' WHERE user_id = $1", [guest.user_id.into()]).await;
        assert_eq!(panel(world, &guest, &PanelQuery::default()).await.apps[0].reasons[0].by, None);
    }

    /// Whoever does not have an app cannot make anything of it, and leaves no row behind.
    async fn only_what_one_has_can_be_chosen(world) {
        world.guest_in("timber", "stranger@fabrikam.example").await;
        world.guest_in("aurora", "partner@fabrikam.example").await;
        let (d, app) = (&world.directory, world.app("design-review").await);
        let mut rows = vec![("caller".to_owned(), ["favourite", "hide", "order", "rows"].map(str::to_owned).to_vec())];
        for (who, address) in [
            ("stranger guest", "stranger@fabrikam.example"), ("guest of the group", "partner@fabrikam.example"),
            ("stranger", "lena.lee"), ("member", "ana.ruiz"), ("owner of another", "omar.owner"),
            ("owner", "john.doe"), ("auditor", "henrik.auditor"), ("administrator", "ada.admin"),
        ] {
            let caller = world.caller(address).await;
            let said = [
                said(&d.favour_app(&caller, app, true).await),
                said(&d.arrange_app(&caller, app, Move::Step(Step::Last)).await),
                said(&d.hide_app(&caller, app, true).await),
            ];
            let left = world.number("SELECT COUNT(*) FROM app_choices WHERE user_id = $1", [caller.user_id.into()]).await;
            rows.push((who.to_owned(), vec![said[0].to_owned(), said[2].to_owned(), said[1].to_owned(), left.to_string()]));
            if said[0] != "ok" {
                for action in ["panel.favourite", "panel.hide", "panel.order"] {
                    assert!(world.refusal_is_logged(action, Some(caller.user_id), "notFound").await, "{action} of {who}");
                }
            }
        }
        same_table(&rows, "
caller             | favourite | hide     | order    | rows
stranger guest     | notFound  | notFound | notFound | 0
guest of the group | ok        | ok       | ok       | 1
stranger           | notFound  | notFound | notFound | 0
member             | ok        | ok       | ok       | 1
owner of another   | notFound  | notFound | notFound | 0
owner              | ok        | ok       | ok       | 1
auditor            | notFound  | notFound | notFound | 0
administrator      | notFound  | notFound | notFound | 0
");
        let john = world.caller("john.doe").await;
        assert_eq!(said(&d.favour_app(&john, Uuid::from_u128(7), true).await), "notFound");
        // What is switched off is theirs all the same, but is in no order.
        let off = world.app("old-wiki").await;
        assert_eq!(said(&d.favour_app(&john, off, true).await), "ok");
        assert_eq!(said(&d.arrange_app(&john, off, Move::Step(Step::Up)).await), "notFound");
    }

    async fn favourites_come_first_and_hidden_ones_not_at_all(world) {
        let (d, john) = (&world.directory, world.caller("john.doe").await);
        let (drawings, budget) = (world.app("drawings").await, world.app("budget").await);
        for _ in 0..2 {
            d.favour_app(&john, drawings, true).await.expect("done, and done again");
            d.hide_app(&john, budget, true).await.expect("done, and done again");
        }
        assert_eq!(shown(world, &john).await, "Drawings | Design review");
        let page = panel(world, &john, &hidden()).await;
        assert_eq!((names(&page), page.total, page.hidden), ("Budget".to_owned(), 2, 1));
        // Others see nothing of it.
        assert_eq!(shown(world, &world.caller("ana.ruiz").await).await, "Design review, Drawings");
        // A hidden favourite is hidden.
        d.hide_app(&john, drawings, true).await.expect("hidden");
        assert_eq!(shown(world, &john).await, "Design review");
        assert_eq!(names(&panel(world, &john, &hidden()).await), "Budget, Drawings");
        d.hide_app(&john, drawings, false).await.expect("shown");
        d.hide_app(&john, budget, false).await.expect("shown");
        d.favour_app(&john, drawings, false).await.expect("like the others");
        assert_eq!(shown(world, &john).await, "Budget, Design review, Drawings");
        // And nothing of it opens or closes anything.
        assert!(d.may_open(&john, budget).await.is_ok());
        for view in [AppsView::List, AppsView::List, AppsView::Grid] {
            d.view_apps_as(&john, view).await.expect("kept");
            assert_eq!(panel(world, &john, &PanelQuery::default()).await.view, view);
        }
    }

    async fn an_order_of_ones_own(world) {
        let d = &world.directory;
        let lena = give(world, 5).await;
        let app = async |number: usize| world.app(&format!("n{number}")).await;
        let order = async || names(&panel(world, &lena, &arranged()).await).replace("App 00", "").replace(", ", "");
        assert_eq!(order().await, "01234");
        assert_eq!(d.arrange_app(&lena, app(3).await, Move::Step(Step::First)).await.expect("moved"), (1, 5));
        assert_eq!(order().await, "30124");
        assert_eq!(d.arrange_app(&lena, app(3).await, Move::Step(Step::Up)).await.expect("stays"), (1, 5));
        d.arrange_app(&lena, app(0).await, Move::After(app(2).await)).await.expect("moved");
        assert_eq!(order().await, "31204");
        d.arrange_app(&lena, app(4).await, Move::Before(app(1).await)).await.expect("moved");
        assert_eq!(order().await, "34120");
        assert_eq!(said(&d.arrange_app(&lena, app(4).await, Move::Before(world.app("budget").await)).await), "notFound");
        // A favourite is moved among favourites.
        d.favour_app(&lena, app(2).await, true).await.expect("favourite");
        d.favour_app(&lena, app(0).await, true).await.expect("favourite");
        assert_eq!(order().await, "20 | 341");
        assert_eq!(d.arrange_app(&lena, app(0).await, Move::Step(Step::Up)).await.expect("moved"), (1, 2));
        assert_eq!(order().await, "02 | 341");
        assert_eq!(said(&d.arrange_app(&lena, app(0).await, Move::After(app(3).await)).await), "notFound");
        // What comes anew comes last, by name; what is hidden is not in the way.
        world.import("[[apps]]\nkey = \"n9\"\nname = \"App 000\"\nurl = \"https://n9.example\"\npeople = [\"lena.lee@woodgrove.example\"]\n").await;
        assert_eq!(order().await, "02 | 3410");
        d.hide_app(&lena, app(4).await, true).await.expect("hidden");
        assert_eq!(d.arrange_app(&lena, app(1).await, Move::Step(Step::Up)).await.expect("moved"), (1, 3));
        assert_eq!(order().await, "02 | 130");
        assert!(panel(world, &lena, &arranged()).await.ordered);
        d.reset_app_order(&lena).await.expect("reset");
        let page = panel(world, &lena, &arranged()).await;
        assert_eq!((names(&page), page.ordered), ("App 000, App 002 | App 000, App 001, App 003".to_owned(), false));
    }

    async fn two_tabs_make_one_order(world) {
        let lena = give(world, 12).await;
        let other = world.once_more().await;
        let mut ids = Vec::new();
        for number in 0..12 {
            ids.push(world.app(&format!("n{number}")).await);
        }
        let here = async {
            for (round, id) in ids.iter().enumerate() {
                let to = if round % 2 == 0 { Move::Step(Step::First) } else { Move::Step(Step::Last) };
                world.directory.arrange_app(&lena, *id, to).await.expect("moved");
            }
        };
        let there = async {
            for id in ids.iter().rev() {
                other.arrange_app(&lena, *id, Move::Step(Step::Up)).await.expect("moved");
            }
        };
        let flags = async {
            for id in &ids {
                other.favour_app(&lena, *id, true).await.expect("favourite");
                other.favour_app(&lena, *id, false).await.expect("not any more");
            }
        };
        tokio::join!(here, there, flags);
        other.close().await;
        let page = panel(world, &lena, &arranged()).await;
        let mut seen: Vec<Uuid> = page.apps.iter().map(|tile| tile.id).collect();
        seen.sort();
        ids.sort();
        assert_eq!(seen, ids, "every app once");
        let rows = world.number("SELECT COUNT(*) FROM app_choices WHERE user_id = $1", [lena.user_id.into()]).await;
        assert_eq!(rows, 12);
        // The next move writes an order without ties.
        world.directory.arrange_app(&lena, ids[3], Move::Step(Step::Down)).await.expect("moved");
        let sql = "SELECT COUNT(*) - COUNT(DISTINCT position) FROM app_choices WHERE user_id = $1 AND position IS NOT NULL";
        assert_eq!(world.number(sql, [lena.user_id.into()]).await, 0);
    }

    async fn a_search_that_forgives(world) {
        let john = world.caller("john.doe").await;
        world.change("UPDATE apps SET description = 'Who spends what on travel' WHERE name = 'Budget'", []).await;
        for (typed, expected) in [
            ("", "Budget, Design review, Drawings"),
            ("d", "Design review, Drawings"),
            ("REVIEW dés", "Design review"),
            ("view", "Design review"),
            ("desing", "Design review"),
            ("drawigns", "Drawings, Design review"),
            ("bugdet", "Budget"),
            ("travel", "Budget"),
            ("trvael", "Budget"),
            ("nothing like it", ""),
            ("%", ""),
            ("_", ""),
            ("' OR 1=1 --", ""),
            ("\u{0}", ""),
        ] {
            assert_eq!(names(&panel(world, &john, &search(typed)).await), expected, "{typed:?}");
        }
        // Names before what is said about them, and a slip only where nothing fits.
        world.change("UPDATE apps SET description = 'Desing of drawings' WHERE name = 'Budget'", []).await;
        assert_eq!(names(&panel(world, &john, &search("draw")).await), "Drawings, Budget, Design review");
        assert_eq!(names(&panel(world, &john, &search("desing")).await), "Budget");
        // Also in what is hidden; and a search is over everything, favourites not apart.
        world.directory.hide_app(&john, world.app("budget").await, true).await.expect("hidden");
        world.directory.favour_app(&john, world.app("drawings").await, true).await.expect("favourite");
        assert_eq!(names(&panel(world, &john, &search("d")).await), "Design review, Drawings");
        let page = panel(world, &john, &search("budget")).await;
        assert_eq!(page.elsewhere, Elsewhere { hidden: true, catalogue: false });
        assert_eq!(names(&panel(world, &john, &PanelQuery { search: "bugdet".to_owned(), ..hidden() }).await), "Budget");
    }

    async fn what_can_be_asked_for_is_pointed_to(world) {
        let (lena, omar) = (world.caller("lena.lee").await, world.caller("omar.owner").await);
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        let catalogue = async |caller: &Caller, words: &str| panel(world, caller, &search(words)).await.elsewhere.catalogue;
        assert!(!catalogue(&lena, "timber").await, "not to be asked for");
        world.change("UPDATE apps SET requestable = TRUE, accepts_guests = FALSE WHERE name = 'Timber library'", []).await;
        assert!(catalogue(&lena, "timber").await);
        assert!(catalogue(&lena, "lib tim").await);
        assert!(!catalogue(&lena, "100%").await);
        assert!(!catalogue(&omar, "timber").await, "has it, so it is shown");
        assert!(!catalogue(&guest, "timber").await, "takes no guests");
        world.change("UPDATE apps SET accepts_guests = TRUE WHERE name = 'Timber library'", []).await;
        assert!(catalogue(&guest, "timber").await);
        world.change("UPDATE apps SET enabled = FALSE WHERE name = 'Timber library'", []).await;
        assert!(!catalogue(&lena, "timber").await, "switched off");
    }

    async fn what_was_opened_last_is_named_where_there_is_much(world) {
        let lena = give(world, 9).await;
        let open = async |number: usize, minutes: i64| {
            let at = world.directory.now() + Duration::minutes(minutes);
            world.directory.favour_app(&lena, world.app(&format!("n{number}")).await, false).await.expect("a row");
            let sql = "UPDATE app_choices SET opened_at = $1 WHERE app_id = $2";
            world.change(sql, [at.into(), world.app(&format!("n{number}")).await.into()]).await;
        };
        for (number, minutes) in [(8, 1), (2, 5), (4, 3), (1, 2), (0, 7), (5, 6), (6, 4)] {
            open(number, minutes).await;
        }
        let recent = async |query: &PanelQuery| {
            panel(world, &lena, query).await.recent.iter().map(|app| app.name[6..].to_owned()).collect::<String>()
        };
        assert_eq!(recent(&PanelQuery::default()).await, "052641", "six, the latest first");
        assert_eq!(recent(&search("app")).await + &recent(&arranged()).await, "");
        world.directory.hide_app(&lena, world.app("n0").await, true).await.expect("hidden");
        assert_eq!(recent(&PanelQuery::default()).await, "526418");
        // Whoever has no more than fits under their eyes is spared it.
        for number in [7, 3] {
            world.directory.hide_app(&lena, world.app(&format!("n{number}")).await, true).await.expect("hidden");
        }
        assert_eq!(recent(&PanelQuery::default()).await, "");
    }

    /// Pages of a bounded size, nothing twice, nothing left out, and as many statements with 1,000 apps as with 3.
    async fn a_thousand_apps(world) {
        let d = &world.directory;
        let cost = async |caller: &Caller, query: &PanelQuery| {
            let before = d.statements();
            panel(world, caller, query).await;
            d.statements() - before
        };
        let lena = give(world, 3).await;
        let mine = d.create_collection(&lena, false, "Mine", "").await.expect("a collection");
        d.fill_collection(&lena, mine, &[world.app("n0").await]).await.expect("filled");
        let queries = [
            PanelQuery::default(), search("app"), search("nobody"), arranged(), hidden(),
            PanelQuery { collection: Some(mine), ..PanelQuery::default() },
        ];
        let mut few = Vec::new();
        for query in &queries {
            few.push(cost(&lena, query).await);
        }
        give(world, 1000).await;
        d.favour_app(&lena, world.app("n500").await, true).await.expect("favourite");
        let mut many = Vec::new();
        for query in &queries {
            many.push(cost(&lena, query).await);
        }
        // Nothing hidden, nothing asked why: an empty list asks for no reasons.
        assert!(few.iter().zip(&many).all(|(few, many)| many <= few), "{few:?} {many:?}");
        assert!(many.iter().all(|count| (3..=6).contains(count)), "{many:?}");

        let mut query = PanelQuery::default();
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = panel(world, &lena, &query).await;
            assert!(page.apps.len() <= PAGE);
            assert_eq!(page.favourites.len(), usize::from(query.after.is_none()));
            assert_eq!(page.before, seen.len());
            assert_eq!((page.of, page.total), (999, 1000));
            seen.extend(page.apps.into_iter().map(|tile| tile.name));
            query.after = page.next;
            if query.after.is_none() { break }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted), (999, seen));
        // A page is found by what is on it, and a moved app is in sight.
        let app = world.app("n999").await;
        assert_eq!(d.arrange_app(&lena, app, Move::Step(Step::Up)).await.expect("moved"), (998, 999));
        let page = panel(world, &lena, &PanelQuery { around: Some(app), ..arranged() }).await;
        assert!(page.before > 0 && page.apps.iter().any(|tile| tile.id == app));
        assert_eq!(d.arrange_app(&lena, app, Move::Step(Step::First)).await.expect("moved"), (1, 999));
        assert_eq!(panel(world, &lena, &PanelQuery::default()).await.apps[0].id, app);
        // Places that make no sense are the beginning.
        for after in ["", "nonsense", "1.2.3", "\u{0}", "9999999999999999999999.x.y"] {
            let page = panel(world, &lena, &PanelQuery { after: Some(after.to_owned()), ..PanelQuery::default() }).await;
            assert_eq!(page.before, 0, "{after:?}");
        }
        assert_eq!(panel(world, &lena, &search("app 04")).await.of, 10);
    }
}
