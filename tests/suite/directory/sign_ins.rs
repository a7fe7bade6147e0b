//! The log of sign-ins, read.

use access_panel::{
    directory::sign_ins::{Origin, SignIn},
    model::{
        Code,
        sign_ins::SignInFilter,
        state::{Outcome, SignInKind, SignInMethod},
    },
};
use chrono::Duration;
use sea_orm::Value;
use uuid::Uuid;

use crate::support::{World, on_both_engines};

fn origin() -> Origin {
    Origin { network: "198.51.100.7".to_owned(), browser: "Firefox/140.0 on Linux".to_owned() }
}

async fn refused(world: &World, user: Option<Uuid>, app: Option<Uuid>, code: Code) {
    let kind = if app.is_some() { SignInKind::App } else { SignInKind::Panel };
    let sign_in = SignIn {
        kind,
        user_id: user,
        app_id: app,
        method: Some(SignInMethod::Provider),
        idp: None,
        refused: Some(code),
    };
    world.directory.log_refused_sign_in(&origin(), sign_in).await.expect("written");
}

/// So many of one person, a second apart.
async fn many(world: &World, user: Uuid, app: Option<Uuid>, outcome: &str, count: usize) {
    for _ in 0..count {
        world.advance(Duration::seconds(1));
        let values: [Value; 5] =
            [world.directory.new_id().into(), world.directory.now().into(), user.into(), app.into(), outcome.into()];
        let sql = "INSERT INTO sign_ins (id, at, user_id, app_id, kind, network, browser, outcome)
                   VALUES ($1, $2, $3, $4, 'app', '198.51.100.7', 'x', $5)";
        assert_eq!(world.change(sql, values).await, 1);
    }
}

on_both_engines! {
    /// Who, where to, how, from where, and why not; to each what is theirs.
    async fn each_reads_what_is_theirs(world) {
        let d = &world.directory;
        let (john, lena, ada) = (world.caller("john.doe").await, world.caller("lena.lee").await, world.caller("ada.admin").await);
        let (budget, review) = (world.app("budget").await, world.app("design-review").await);
        refused(world, Some(lena.user_id), Some(budget), Code::NotFound).await;
        world.advance(Duration::seconds(1));
        refused(world, Some(john.user_id), Some(review), Code::AppOff).await;
        world.advance(Duration::seconds(1));
        refused(world, None, None, Code::AccountBlocked).await;

        let mine = d.my_sign_ins(&lena, None).await.expect("mine").rows;
        assert_eq!(mine.len(), 1);
        assert_eq!((mine[0].app.as_ref().map(|app| app.name.as_str()), mine[0].outcome, mine[0].code.as_deref()), (Some("Budget"), Outcome::Refused, Some("notFound")));
        assert_eq!((mine[0].network.as_str(), mine[0].browser.as_str()), ("198.51.100.7", "Firefox/140.0 on Linux"));

        let omar = world.caller("omar.owner").await;
        let of_app = d.app_sign_ins(&omar, budget, None).await.expect("the owner reads").log.rows;
        assert_eq!(of_app.iter().map(|row| row.person.as_ref().map(|person| person.address.as_str())).collect::<Vec<_>>(), [Some("lena.lee@woodgrove.example")]);

        let all = async |filter| d.all_sign_ins(&ada, filter, None).await.expect("all");
        let everybody = all(SignInFilter::default()).await;
        assert_eq!(everybody.log.rows.len(), 3);
        assert!(everybody.log.rows[0].person.is_none(), "the newest first");
        let of_john = all(SignInFilter { person: Some(john.user_id), ..Default::default() }).await;
        assert_eq!((of_john.log.rows.len(), of_john.person.map(|person| person.name).as_deref()), (1, Some("John Doe")));
        let of_budget = all(SignInFilter { app: Some(budget), ..Default::default() }).await;
        assert_eq!((of_budget.log.rows.len(), of_budget.app.map(|app| app.name).as_deref()), (1, Some("Budget")));
        assert!(all(SignInFilter { person: Some(john.user_id), app: Some(budget), refused: true }).await.log.rows.is_empty());
        assert!(all(SignInFilter { person: Some(Uuid::nil()), ..Default::default() }).await.person.is_none());
        assert_eq!(crate::support::said(&d.all_sign_ins(&omar, SignInFilter::default(), None).await), "forbidden");
        assert!(world.refusal_is_logged("sign_ins.read", Some(omar.user_id), "forbidden").await);
    }

    /// Pages of 50, nobody twice and nobody left out, whatever comes meanwhile; nonsense is the beginning.
    async fn page_by_page(world) {
        let d = &world.directory;
        let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
        let app = world.app("budget").await;
        many(world, john.user_id, Some(app), "success", 120).await;
        let (mut moments, mut after, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let page = d.my_sign_ins(&john, after.as_deref()).await.expect("a page");
            moments.extend(page.rows.iter().map(|row| row.at));
            pages += 1;
            after = page.next;
            many(world, john.user_id, Some(app), "success", 1).await;
            if after.is_none() { break }
        }
        assert_eq!((pages, moments.len()), (3, 120));
        assert!(moments.windows(2).all(|pair| pair[0] > pair[1]), "the newest first, each once");
        for nonsense in ["", "x", "1.x", "9223372036854775807.00000000-0000-0000-0000-000000000000"] {
            assert_eq!(d.app_sign_ins(&ada, app, Some(nonsense)).await.expect("a page").log.rows.len(), 50, "{nonsense}");
        }
    }

    /// Of very many, refused ones are looked for a stretch at a time: each page says where to go on.
    async fn few_refused_among_many(world) {
        let d = &world.directory;
        let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
        many(world, john.user_id, None, "refused", 1).await;
        let text = if world.engine() == crate::support::Engine::Postgres {
            "INSERT INTO sign_ins (id, at, kind, network, browser, outcome)
             SELECT gen_random_uuid(), $1, 'panel', '', '', 'success' FROM generate_series(1, 5200)"
        } else {
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5200)
             INSERT INTO sign_ins (id, at, kind, network, browser, outcome)
             SELECT randomblob(16), $1, 'panel', '', '', 'success' FROM n"
        };
        world.advance(Duration::seconds(1));
        world.change(text, [world.directory.now().into()]).await;
        let filter = SignInFilter { refused: true, ..Default::default() };
        let first = d.all_sign_ins(&ada, filter, None).await.expect("a page").log;
        assert!(first.rows.is_empty());
        let next = first.next.expect("it did not come to the end");
        let second = d.all_sign_ins(&ada, filter, Some(&next)).await.expect("a page").log;
        assert_eq!((second.rows.len(), second.next), (1, None));
    }

    async fn after_90_days_they_are_gone(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        many(world, john.user_id, None, "success", 3).await;
        world.advance(Duration::days(89));
        many(world, john.user_id, None, "success", 1).await;
        assert_eq!(d.delete_old_sign_ins(10).await.expect("job"), 0);
        world.advance(Duration::days(1));
        assert_eq!(d.my_sign_ins(&john, None).await.expect("mine").rows.len(), 1, "no page waits for the job");
        assert_eq!(d.delete_old_sign_ins(2).await.expect("job"), 2, "a few at a time");
        assert_eq!(d.delete_old_sign_ins(10).await.expect("job"), 1);
        assert_eq!(world.count("sign_ins").await, 1);
    }
}
