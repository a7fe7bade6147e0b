//! Codes and refresh tokens: good once, for one client, and only as long as the person may use the app.

use std::sync::Arc;

use access_panel::{
    directory::{
        Directory,
        clients::Client,
        sign_ins::Origin,
        tokens::{Answer, CodeAsked, Denied, Granted, Token},
    },
    model::state::{ClientAuth, Outcome},
};
use chrono::Duration;
use sea_orm::ConnectionTrait as _;
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use super::sessions::open;
use crate::support::{
    World,
    clients::{REDIRECT, VERIFIER, add_secret, asked, code, register},
    on_both_engines, said,
};

/// John, signed in, and an app of his that is a client; a second client beside it.
struct Scene {
    session: Uuid,
    session_hash: Vec<u8>,
    app: Uuid,
    client: Client,
    other: Client,
}

impl Scene {
    async fn of(world: &World) -> Self {
        let (app, other) = (world.app("design-review").await, world.app("drawings").await);
        register(&world.db, app, "review", ClientAuth::Secret, None).await;
        register(&world.db, other, "drawings", ClientAuth::None, None).await;
        let session_hash = open(world, world.user("john.doe").await.id, Duration::days(7)).await;
        let session = world.directory.session_id(&session_hash).await.expect("an id");
        let client = async |id| world.directory.client(id).await.expect("read").expect("a client");
        let (client, other) = (client("review").await, client("drawings").await);
        Self { session, session_hash, app, client, other }
    }

    async fn code(&self, world: &World) -> String {
        code(&world.directory, &asked(self.session, self.app)).await
    }

    async fn granted(&self, world: &World) -> Granted {
        let code = self.code(world).await;
        exchange(&world.directory, &self.client, &code).await.expect("granted")
    }
}

fn sent(code: &str) -> CodeAsked<'_> {
    CodeAsked { code, redirect_uri: REDIRECT, verifier: Some(VERIFIER) }
}

async fn exchange(directory: &Directory, client: &Client, code: &str) -> Answer<Granted> {
    directory.exchange_code(client, sent(code), &Origin::default()).await.expect("an answer")
}

async fn renew(directory: &Directory, client: &Client, token: &str) -> Answer<Granted> {
    directory.renew_tokens(client, token, None, &Origin::default()).await.expect("an answer")
}

fn why(answer: Answer<Granted>) -> Option<Denied> {
    answer.err()
}

/// All from one start, in two processes by turns.
async fn race<F>(world: &World, work: impl Fn(Directory) -> F) -> Vec<Answer<Granted>>
where
    F: Future<Output = Answer<Granted>> + Send + 'static,
{
    let there = world.once_more().await;
    let start = Arc::new(Barrier::new(8));
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let directory = if number % 2 == 0 { world.directory.clone() } else { there.clone() };
        let (work, start) = (work(directory), start.clone());
        tasks.spawn(async move {
            start.wait().await;
            work.await
        });
    }
    let answers = tasks.join_all().await;
    there.close().await;
    answers
}

on_both_engines! {
    async fn a_code_is_good_once_and_a_second_time_ends_all(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let code = scene.code(world).await;
        let granted = exchange(d, &scene.client, &code).await.expect("granted");
        assert_eq!(granted.admitted.person.name, "John Doe");
        assert_eq!(granted.nonce.as_deref(), Some("n-0S6_WzA2Mj"));
        let refresh = granted.refresh.expect("a refresh token");
        let stands = async |token| d.token_standing(token, Some(&scene.client), false).await.expect("an answer");
        assert!(stands(Token::Access(granted.family)).await.is_ok() && stands(Token::Refresh(&refresh)).await.is_ok());

        // Even with another proof: whoever has the code and is the client is enough.
        let wrong = CodeAsked { verifier: None, ..sent(&code) };
        let twice = d.exchange_code(&scene.client, wrong, &Origin::default()).await.expect("an answer");
        assert_eq!(why(twice), Some(Denied::Reused));
        assert_eq!(stands(Token::Access(granted.family)).await.err(), Some(Denied::Ended));
        assert_eq!(stands(Token::Refresh(&refresh)).await.err(), Some(Denied::Ended));
        assert_eq!(why(renew(d, &scene.client, &refresh).await), Some(Denied::Ended));
        assert_eq!(why(exchange(d, &scene.client, &code).await), Some(Denied::Reused));
        assert_eq!(world.events("token.reuse", Outcome::Success).await, 1, "told once");
        assert_eq!(world.texts("SELECT ended_by FROM token_families", []).await, ["codeReused"]);
        // A further sign-in is another family.
        scene.granted(world).await;
    }

    async fn a_code_belongs_to_one_client_address_and_proof(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let code = scene.code(world).await;
        assert_eq!(why(exchange(d, &scene.other, &code).await), Some(Denied::Unknown), "another client");
        let denied = async |asked| why(d.exchange_code(&scene.client, asked, &Origin::default()).await.expect("an answer"));
        for address in ["https://app.example/callback/", "https://APP.example/callback", "https://app.example/callback?a=1", ""] {
            assert_eq!(denied(CodeAsked { redirect_uri: address, ..sent(&code) }).await, Some(Denied::Redirect), "{address}");
        }
        for verifier in [None, Some("another-verifier-that-is-long-enough-to-be-one"), Some("")] {
            assert_eq!(denied(CodeAsked { verifier, ..sent(&code) }).await, Some(Denied::Verifier), "{verifier:?}");
        }
        assert_eq!(denied(sent("no such code")).await, Some(Denied::Unknown));
        assert_eq!(denied(sent("")).await, Some(Denied::Unknown));
        assert_eq!(world.events("token.exchange", Outcome::Refused).await, 8, "each but those without a code of ours");
        // None of them used it up, for the right client comes with the right things.
        exchange(d, &scene.client, &code).await.expect("granted");

        // A proof for a code that was asked for without one: somebody took the challenge out.
        let mut new = asked(scene.session, scene.app);
        new.challenge = None;
        let bare = crate::support::clients::code(d, &new).await;
        assert_eq!(denied(sent(&bare)).await, Some(Denied::Verifier));
        assert_eq!(denied(CodeAsked { verifier: None, ..sent(&bare) }).await, None, "a client with a secret may do without");
        new.app = world.app("drawings").await;
        let bare = crate::support::clients::code(d, &new).await;
        let asked = CodeAsked { verifier: None, ..sent(&bare) };
        let public = d.exchange_code(&scene.other, asked, &Origin::default()).await.expect("an answer");
        assert_eq!(why(public), Some(Denied::Verifier), "one without may not");
    }

    async fn a_code_lives_for_a_minute(world) {
        let scene = Scene::of(world).await;
        let (early, late) = (scene.code(world).await, scene.code(world).await);
        world.advance(Duration::seconds(59));
        exchange(&world.directory, &scene.client, &early).await.expect("granted");
        world.advance(Duration::seconds(1));
        assert_eq!(why(exchange(&world.directory, &scene.client, &late).await), Some(Denied::Unknown));
        assert_eq!(world.count("refresh_tokens").await, 1);
    }

    async fn only_one_of_many_gets_something_for_a_code(world) {
        let scene = Scene::of(world).await;
        let code = scene.code(world).await;
        let answers = race(world, |directory| {
            let (client, code) = (scene.client.clone(), code.clone());
            async move { exchange(&directory, &client, &code).await }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(answers.iter().all(|answer| !matches!(answer, Err(denied) if *denied != Denied::Reused)));
        assert_eq!(world.texts("SELECT ended_by FROM token_families", []).await, ["codeReused"], "and that one ended at once");
    }

    async fn a_refresh_token_becomes_the_next_and_a_second_time_ends_all(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let first = scene.granted(world).await.refresh.expect("a refresh token");
        assert_eq!(why(renew(d, &scene.other, &first).await), Some(Denied::Unknown), "another client's");
        let second = renew(d, &scene.client, &first).await.expect("granted");
        assert_eq!(second.nonce, None, "only the first ID token repeats it");
        let second = second.refresh.expect("the next");
        assert_ne!(first, second);
        let third = renew(d, &scene.client, &second).await.expect("granted").refresh.expect("the next");
        assert_eq!(why(renew(d, &scene.client, &first).await), Some(Denied::Reused));
        assert_eq!(why(renew(d, &scene.client, &third).await), Some(Denied::Ended));
        assert_eq!(world.events("token.reuse", Outcome::Success).await, 1);
        assert_eq!(world.texts("SELECT ended_by FROM token_families", []).await, ["refreshReused"]);
        // Tokens are kept as hashes only.
        let rows = world.blobs("SELECT hash FROM refresh_tokens").await;
        assert!(rows.len() == 3 && rows.iter().all(|row| row.len() == 32));
    }

    async fn only_one_of_many_renews(world) {
        let scene = Scene::of(world).await;
        let token = scene.granted(world).await.refresh.expect("a refresh token");
        let answers = race(world, |directory| {
            let (client, token) = (scene.client.clone(), token.clone());
            async move { renew(&directory, &client, &token).await }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let fine = |answer: &Answer<Granted>| matches!(answer, Ok(_) | Err(Denied::Reused | Denied::Ended));
        assert!(answers.iter().all(fine));
        assert_eq!(world.texts("SELECT ended_by FROM token_families", []).await, ["refreshReused"]);
    }

    async fn scopes_only_shrink(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let token = scene.granted(world).await.refresh.expect("a refresh token");
        let ask = async |token: &str, scope| {
            d.renew_tokens(&scene.client, token, Some(scope), &Origin::default()).await.expect("an answer")
        };
        let less = ask(&token, "openid groups").await.expect("granted: what means nothing is passed over");
        assert_eq!(less.scope, "openid");
        let next = less.refresh.expect("the next");
        assert_eq!(ask(&next, "openid email").await.expect("granted").scope, "openid email", "of all that was granted");
        let mut new = asked(scene.session, scene.app);
        new.scope = "openid offline_access".to_owned();
        let granted = exchange(d, &scene.client, &code(d, &new).await).await.expect("granted");
        let token = granted.refresh.expect("a refresh token");
        assert_eq!(why(ask(&token, "openid email").await), Some(Denied::Scope), "more than was granted");
        assert_eq!(ask(&token, "openid").await.expect("granted, for the refusal used nothing up").scope, "openid");
        // Without offline access there is nothing to renew by.
        new.scope = "openid".to_owned();
        assert_eq!(exchange(d, &scene.client, &code(d, &new).await).await.expect("granted").refresh, None);
    }

    /// Each way of losing access: nothing new, from the next request on.
    async fn whoever_may_not_use_the_app_gets_nothing_new(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let john = world.user("john.doe").await.id;
        let aurora = world.group("aurora").await;
        let granted = scene.granted(world).await;
        let token = granted.refresh.expect("a refresh token");
        let ways: [(&str, &str, &str); 5] = [
            ("blocked", "UPDATE users SET enabled = $2 WHERE id = $1", "enabled"),
            ("app switched off", "UPDATE apps SET enabled = $2 WHERE id = $1", "enabled"),
            ("of another kind", "UPDATE apps SET kind = $2 WHERE id = $1", "kind"),
            ("membership over", "UPDATE memberships SET until = $2 WHERE user_id = $1", "until"),
            ("group deleted", "UPDATE groups SET deleted_at = $2 WHERE id = $1", "deleted_at"),
        ];
        for (number, (way, sql, column)) in ways.into_iter().enumerate() {
            let code = scene.code(world).await;
            let of = match number {
                0 | 3 => john,
                4 => aurora,
                _ => scene.app,
            };
            let (lost, back): (sea_orm::Value, sea_orm::Value) = match column {
                "enabled" => (false.into(), true.into()),
                "kind" => ("link".into(), "oidc".into()),
                _ => (d.now().into(), None::<chrono::DateTime<chrono::Utc>>.into()),
            };
            assert!(world.change(sql, [of.into(), lost]).await > 0, "{way}");
            // Whatever else ends them, the answer does not wait for it.
            assert_eq!(why(exchange(d, &scene.client, &code).await), Some(Denied::NoAccess), "{way}");
            assert_eq!(why(renew(d, &scene.client, &token).await), Some(Denied::NoAccess), "{way}");
            let access = d.token_standing(Token::Access(granted.family), None, true).await.expect("an answer");
            assert_eq!(access.err(), Some(Denied::NoAccess), "{way}");
            let refresh = d.token_standing(Token::Refresh(&token), Some(&scene.client), false).await.expect("an answer");
            assert_eq!(refresh.err(), Some(Denied::NoAccess), "{way}");
            world.change(sql, [of.into(), back]).await;
            exchange(d, &scene.client, &code).await.expect("a refusal uses nothing up");
        }
        let refused = "SELECT COUNT(*) FROM sign_ins WHERE outcome = 'refused' AND user_id = $1 AND app_id = $2 AND kind = $3";
        for kind in ["app", "renewal"] {
            assert_eq!(world.number(refused, [john.into(), scene.app.into(), kind.into()]).await, 5, "{kind}");
        }
        // The refresh token was not used up either; it ends with the session.
        let token = renew(d, &scene.client, &token).await.expect("granted").refresh.expect("the next");
        d.end_session(&scene.session_hash).await.expect("ends");
        assert_eq!(why(renew(d, &scene.client, &token).await), Some(Denied::NoAccess));
    }

    async fn nothing_outlives_the_session(world) {
        let scene = Scene::of(world).await;
        let mut token = scene.granted(world).await.refresh.expect("a refresh token");
        // Tokens do not idle: the app may ask at night, too.
        for _ in 0..6 {
            world.advance(Duration::days(1));
            token = renew(&world.directory, &scene.client, &token).await.expect("granted").refresh.expect("the next");
        }
        world.advance(Duration::days(1));
        assert_eq!(why(renew(&world.directory, &scene.client, &token).await), Some(Denied::NoAccess));
    }

    async fn an_app_gives_its_tokens_back_and_no_others(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let one = scene.granted(world).await;
        let token = one.refresh.expect("a refresh token");
        let back = async |client, token| d.give_back(client, token).await.expect("an answer");
        assert!(!back(&scene.other, Token::Refresh(&token)).await && !back(&scene.other, Token::Access(one.family)).await);
        assert!(!back(&scene.client, Token::Refresh("no such token")).await && !back(&scene.client, Token::Access(Uuid::nil())).await);
        assert!(back(&scene.client, Token::Refresh(&token)).await);
        assert!(!back(&scene.client, Token::Refresh(&token)).await, "a second time there is nothing to end");
        assert_eq!(why(renew(d, &scene.client, &token).await), Some(Denied::Ended));
        let two = scene.granted(world).await;
        assert!(back(&scene.client, Token::Access(two.family)).await);
        assert_eq!(world.events("token.revoke", Outcome::Success).await, 2);
        assert_eq!(world.texts("SELECT ended_by FROM token_families", []).await, ["revoked", "revoked"]);
    }

    async fn both_secrets_count_and_no_others(world) {
        let d = &world.directory;
        let (app, other) = (world.app("design-review").await, world.app("drawings").await);
        for secret in ["firstSecret", "secondSecret"] {
            add_secret(d, &world.db, app, secret).await;
        }
        add_secret(d, &world.db, other, "othersSecret").await;
        for (secret, of, fits) in [
            ("firstSecret", Some(app), true),
            ("secondSecret", Some(app), true),
            ("othersSecret", Some(app), false),
            ("firstsecret", Some(app), false),
            ("", Some(app), false),
            ("firstSecret", None, false),
        ] {
            assert_eq!(d.app_secret_fits(of, secret).await.expect("an answer"), fits, "{secret}");
        }
    }

    async fn an_assertion_is_used_once(world) {
        let d = &world.directory;
        let (app, other) = (world.app("design-review").await, world.app("drawings").await);
        let until = d.now() + Duration::hours(1);
        let used = async |app, id| d.use_assertion(app, id, until).await.expect("an answer");
        assert!(used(app, "1").await && used(app, "2").await && used(other, "1").await);
        assert!(!used(app, "1").await);
        assert_eq!(d.forget_assertions().await.expect("forgets"), 0);
        world.advance(Duration::hours(1));
        assert_eq!(d.forget_assertions().await.expect("forgets"), 3);
    }

    async fn what_an_exchange_costs(world) {
        let d = &world.directory;
        let scene = Scene::of(world).await;
        let code = scene.code(world).await;
        let before = d.statements();
        let token = exchange(d, &scene.client, &code).await.expect("granted").refresh.expect("a refresh token");
        let exchanged = d.statements();
        let granted = renew(d, &scene.client, &token).await.expect("granted");
        let renewed = d.statements();
        d.token_standing(Token::Access(granted.family), None, true).await.expect("an answer").expect("stands");
        let costs = (exchanged - before, renewed - exchanged, d.statements() - renewed);
        assert_eq!(costs, (4, 4, 2), "a code, a renewal, a look");
    }

    async fn strangers_find_no_client(world) {
        let d = &world.directory;
        Scene::of(world).await;
        for id in ["", "REVIEW", "review ", "review\0", "%", "nobody"] {
            assert_eq!(said(&d.client(id).await), "ok");
            assert_eq!(d.client(id).await.expect("an answer"), None, "{id:?}");
        }
        // Every look-up has its index.
        if world.db.get_database_backend() == sea_orm::DbBackend::Sqlite {
            for question in [
                "SELECT 1 FROM token_families f JOIN app_sessions s ON s.id = f.app_session_id WHERE f.code_hash = x'00'",
                "SELECT 1 FROM refresh_tokens r JOIN token_families f ON f.id = r.family_id JOIN app_sessions s ON s.id = f.app_session_id WHERE r.hash = x'00'",
                "SELECT 1 FROM app_secrets WHERE app_id = x'00'",
                "DELETE FROM client_assertions WHERE expires_at <= ''",
            ] {
                let plan = world.plan(question).await;
                assert!(!plan.contains("SCAN"), "{question}: {plan}");
            }
        }
    }
}

impl World {
    /// How SQLite would run a statement.
    async fn plan(&self, sql: &str) -> String {
        let rows = self
            .db
            .query_all_raw(sea_orm::Statement::from_string(
                sea_orm::DbBackend::Sqlite,
                format!("EXPLAIN QUERY PLAN {sql}"),
            ))
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>().join("; ")
    }
}
