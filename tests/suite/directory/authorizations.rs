//! What apps ask for: kept, opened, answered once, refused; and the sessions that answer it.

use access_panel::{
    directory::{
        Directory, Result,
        authorizations::{Kept, OPENED, PUSHED, REPEATED},
        sessions::NewSession,
        sign_ins::Origin,
        vault::hash,
    },
    model::{
        Code,
        authorization::{Asked, Signed},
        how::How,
        state::{Outcome, SignInMethod},
    },
};
use chrono::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::sessions::open;
use crate::support::{Engine, World, on_both_engines, said};

/// Makes an app of the organization a client.
pub async fn register(world: &World, app: &str) -> Uuid {
    let id = world.app(app).await;
    world.change("UPDATE apps SET kind = 'oidc' WHERE id = $1", [id.into()]).await;
    let uris = serde_json::json!(["https://app.example/cb"]);
    world
        .change(
            "INSERT INTO oidc_clients (app_id, client_id, auth, redirect_uris, post_logout_uris, signing, require_par)
             VALUES ($1, $2, 'none', $3, $4, 'RS256', $5)",
            [id.into(), app.into(), uris.into(), serde_json::json!([]).into(), false.into()],
        )
        .await;
    id
}

fn asked() -> Asked {
    let query = "response_type=code&scope=openid&state=s&code_challenge_method=S256\
                 &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let form: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Asked::read(&form, "https://app.example/cb", true).expect("sound")
}

fn origin() -> Origin {
    Origin { network: "198.51.100.7".to_owned(), browser: "A browser".to_owned() }
}

/// Somebody who has just signed in.
async fn signed(world: &World, person: &str) -> Signed {
    let hash = open(world, world.user(person).await.id, Duration::days(7)).await;
    world.directory.signed(&hash).await.expect("read").expect("signed in")
}

async fn kept(directory: &Directory, secret: &str) -> Kept {
    directory.authorization(secret).await.expect("read").expect("kept")
}

async fn answer(directory: &Directory, kept: &Kept, signed: &Signed) -> Result<String> {
    directory.answer_authorization(kept.app_id, &kept.asked, Some(kept), signed, &origin()).await
}

/// The sign-ins of a kind that were written down, in order: outcome and code.
async fn written(world: &World, kind: &str) -> Vec<String> {
    let sql = "SELECT TRIM(outcome || ' ' || COALESCE(code, '')) FROM sign_ins WHERE kind = $1 ORDER BY outcome, code";
    world.texts(sql, [kind.into()]).await
}

on_both_engines! {
    async fn a_request_is_answered_once(world) {
        let d = &world.directory;
        let app = register(world, "design-review").await;
        let (john, other) = (signed(world, "john.doe").await, signed(world, "john.doe").await);
        for pushed in [false, true] {
            let secret = d.keep_authorization(app, &asked(), pushed).await.expect("kept");
            assert!(world.blobs("SELECT hash FROM authorizations").await.iter().all(|kept| *kept != secret.as_bytes()));
            let request = kept(d, &secret).await;
            assert_eq!((request.app.as_str(), request.client_id.as_str(), &request.asked), ("Design review", "design-review", &asked()));
            let first = answer(d, &request, &john).await.expect("a code");
            assert!(written(world, "app").await.iter().all(|outcome| outcome == "success"));

            // The same browser reloads: another code. Another session gets none, however early it has looked.
            let second = answer(d, &kept(d, &secret).await, &john).await.expect("another code");
            assert_ne!(first, second);
            assert!(answer(d, &request, &john).await.is_ok());
            for stale in [&request, &kept(d, &secret).await] {
                assert_eq!(said(&answer(d, stale, &other).await), "authorizationEnded");
            }
            let codes = world.count("token_families").await;
            world.advance(REPEATED);
            assert_eq!(d.authorization(&secret).await.expect("read"), None);
            assert_eq!(said(&answer(d, &request, &john).await), "authorizationEnded");
            assert_eq!(world.count("token_families").await, codes, "a refusal makes no code");
        }
        assert_eq!(world.count("app_sessions").await, 1, "one session of the app for one of the panel");
    }

    async fn how_long_a_request_is_kept(world) {
        let d = &world.directory;
        let app = register(world, "design-review").await;
        let second = Duration::seconds(1);
        let pushed = d.keep_authorization(app, &asked(), true).await.expect("kept");
        let opened = d.keep_authorization(app, &asked(), true).await.expect("kept");
        let own = d.keep_authorization(app, &asked(), false).await.expect("kept");
        world.advance(PUSHED - second);
        d.open_authorization(&kept(d, &opened).await).await.expect("opened");
        assert!(d.authorization(&pushed).await.expect("read").is_some());
        world.advance(second);
        assert_eq!(d.authorization(&pushed).await.expect("read"), None, "nobody opened it");
        world.advance(OPENED - PUSHED - second);
        assert!(d.authorization(&own).await.expect("read").is_some());
        // Opening it again does not make it last longer.
        d.open_authorization(&kept(d, &opened).await).await.expect("opened");
        world.advance(second);
        assert_eq!(d.authorization(&own).await.expect("read"), None);
        world.advance(PUSHED - second);
        assert_eq!(d.authorization(&opened).await.expect("read"), None);
        d.clear_expired().await.expect("cleared");
        assert_eq!(world.count("authorizations").await, 0);
        for nonsense in ["", "x", "urn:ietf:params:oauth:request_uri:x", "\0"] {
            assert_eq!(d.authorization(nonsense).await.expect("read"), None);
        }
    }

    /// A kept request opens nothing for an app that is no client any more.
    async fn what_is_no_client_any_more(world) {
        let d = &world.directory;
        let app = register(world, "design-review").await;
        let secret = d.keep_authorization(app, &asked(), false).await.expect("kept");
        world.change("UPDATE apps SET kind = 'link' WHERE id = $1", [app.into()]).await;
        assert_eq!(d.authorization(&secret).await.expect("read"), None);
    }

    async fn who_may_not_is_written_down_and_uses_nothing_up(world) {
        let d = &world.directory;
        let app = register(world, "design-review").await;
        let (lena, ada) = (signed(world, "lena.lee").await, world.caller("ada.admin").await);
        let secret = d.keep_authorization(app, &asked(), false).await.expect("kept");
        let request = kept(d, &secret).await;
        assert_eq!(said(&answer(d, &request, &lena).await), "notFound");
        assert_eq!(written(world, "app").await, ["refused notFound"]);
        assert!(world.refusal_is_logged("app.sign_in", Some(lena.user_id), "notFound").await);
        assert_eq!((world.count("token_families").await, world.count("app_sessions").await), (0, 0));
        assert_eq!(said(&d.may_sign_in_to(app, &lena).await), "notFound");

        // The name is told to whoever comes from the app, and members learn whom to ask.
        let caller = world.caller("lena.lee").await;
        assert_eq!(d.app_closed(&caller, app).await.expect("told").name, None);
        let told = d.app_closed_to(&caller, &request).await.expect("told");
        assert_eq!((told.name.as_deref(), told.off, told.seen), (Some("Design review"), false, false));
        let john = world.user("john.doe").await.id;
        d.add_app_role(&ada, app, access_panel::directory::apps::AppRole::Owner, john).await.expect("an owner");
        assert_eq!(d.app_closed_to(&caller, &request).await.expect("told").owners.len(), 1);
        let guest = world.guest_in("timber", "kim@fabrikam.example").await;
        assert!(d.app_closed_to(&guest, &request).await.expect("told").owners.is_empty(), "guests learn no names");

        // Given meanwhile: the same request goes on.
        d.give_app(&ada, app, lena.user_id, None).await.expect("given");
        assert!(answer(d, &request, &lena).await.is_ok());
        d.switch_app(&ada, app, false).await.expect("off");
        let secret = d.keep_authorization(app, &asked(), false).await.expect("kept");
        let request = kept(d, &secret).await;
        assert_eq!(said(&answer(d, &request, &lena).await), "appOff");
        assert_eq!(written(world, "app").await, ["refused appOff", "refused notFound", "success"]);
        assert!(d.app_closed_to(&caller, &request).await.expect("told").off);
    }

    /// Signing in again in the same browser: the session goes on under a new secret, and what hangs on it with it.
    async fn the_same_person_again(world) {
        let d = &world.directory;
        let app = register(world, "design-review").await;
        let john = world.user("john.doe").await.id;
        let first = open(world, john, Duration::days(7)).await;
        let before = d.signed(&first).await.expect("read").expect("signed in");
        d.answer_authorization(app, &asked(), None, &before, &origin()).await.expect("a code");
        world.advance(Duration::days(3));
        let at = d.now() - Duration::seconds(5);
        let again = |secret: &str, user_id, replaces: &[u8]| NewSession {
            id_hash: hash(secret),
            user_id,
            data: serde_json::json!({}),
            method: SignInMethod::Provider,
            browser: "Another version".to_owned(),
            network: "198.51.100.8".to_owned(),
            expires_at: d.now() + Duration::days(7),
            idp: Some("https://id.example".to_owned()),
            how: How { acr: Some("high".to_owned()), amr: vec!["hwk".to_owned()], at: Some(at) },
            replaces: Some(replaces.to_vec()),
        };
        // Unused for longer than a session idles: apps do not mind that, so neither does this.
        assert!(d.open_session(again("second", john, &first)).await.expect("asked"));
        assert_eq!(d.signed(&first).await.expect("read"), None, "the old secret is worth nothing");
        let after = d.signed(&hash("second")).await.expect("read").expect("signed in");
        assert_eq!((after.session, after.acr.as_deref(), after.auth_time), (before.session, Some("high"), Some(at)));
        assert_eq!((after.idp.as_deref(), after.opened_at), (Some("https://id.example"), d.now()));
        assert_eq!(world.number("SELECT COUNT(*) FROM access_changes WHERE session_id IS NOT NULL", []).await, 0, "nothing has ended");
        let admitted = d.admit_by_session(after.session, app).await.expect("admitted");
        assert_ne!(admitted.app_session, Uuid::nil());
        assert_eq!((admitted.session.amr, admitted.session.acr), (vec!["hwk".to_owned()], Some("high".to_owned())));
        let same = "SELECT COUNT(*) FROM app_sessions a JOIN sessions s ON s.public_id = a.session_id WHERE a.expires_at = s.expires_at";
        assert_eq!(world.number(same, []).await, 1, "it lasts as long as what it hangs on");
        assert_eq!(written(world, "panel").await, ["success", "success"]);

        // Somebody else in the same browser: a session of their own, and the old one has ended.
        let lena = world.user("lena.lee").await.id;
        assert!(d.open_session(again("third", lena, &hash("second"))).await.expect("asked"));
        assert_eq!(d.signed(&hash("second")).await.expect("read"), None);
        let other = d.signed(&hash("third")).await.expect("read").expect("signed in");
        assert_ne!(other.session, before.session);
        assert_eq!(said(&d.admit_by_session(before.session, app).await), "unauthenticated");
        assert_eq!(world.number("SELECT COUNT(*) FROM access_changes WHERE session_id IS NOT NULL", []).await, 1);

        // Who is blocked opens nothing, and ends nothing.
        world.disable(john).await;
        assert!(!d.open_session(again("fourth", john, &hash("third"))).await.expect("asked"));
        assert!(d.signed(&hash("third")).await.expect("read").is_some());
        // One that has run out is not taken up again.
        world.change("UPDATE sessions SET expires_at = $1", [d.now().into()]).await;
        assert!(d.open_session(again("fifth", lena, &hash("third"))).await.expect("asked"));
        assert_ne!(d.signed(&hash("fifth")).await.expect("read").expect("signed in").session, other.session);
        assert_eq!(world.count("sessions").await, 1);
    }

    /// What a provider says of the sign-in ends up in the session's columns, and a code says `otp`.
    async fn how_somebody_signed_in(world) {
        let d = &world.directory;
        let mut claims = world.claims("members", "john.doe@woodgrove.example").await;
        claims.how = How { acr: Some("loa-2".to_owned()), amr: vec!["pwd".to_owned()], at: Some(d.now() - Duration::minutes(9)) };
        let arrival = world.sign_in_by("b", "members", &claims).await.expect("signed in");
        let access_panel::directory::arrivals::Arrival::SignedIn { idp, how, .. } = arrival else { panic!("{arrival:?}") };
        assert_eq!((idp.as_str(), &how), ("https://id.woodgrove.example", &claims.how));
        claims.how = How { at: Some(d.now() + Duration::days(1)), ..How::default() };
        let arrival = world.sign_in_by("b", "members", &claims).await.expect("signed in");
        let access_panel::directory::arrivals::Arrival::SignedIn { how, .. } = arrival else { panic!("{arrival:?}") };
        assert_eq!(how.at, Some(d.now()), "nobody proves anything in the future");
        world.guest_in("aurora", "sam@fabrikam.example").await;
        world.advance(Duration::minutes(2));
        let arrival = world.sign_in_by_code("b2", "sam@fabrikam.example").await.expect("signed in");
        let access_panel::directory::arrivals::Arrival::SignedIn { idp, how, .. } = arrival else { panic!("{arrival:?}") };
        assert_eq!((idp.as_str(), how.amr, how.at), ("mail", vec!["otp".to_owned()], Some(d.now())));
    }

    async fn refused_at_the_door(world) {
        let d = &world.directory;
        let john = world.user("john.doe").await.id;
        let claims = world.claims("members", "john.doe@woodgrove.example").await;
        world.sign_in_by("b", "members", &claims).await.expect("signed in");
        let new = access_panel::directory::attempts::NewAttempt { return_to: "/".to_owned(), ..Default::default() };
        let id = d.begin_attempt("b", new).await.expect("begun");
        let attempt = d.attempt(Some("b"), id).await.expect("an attempt");
        let known = Some((claims.issuer.as_str(), claims.subject.as_str()));
        d.log_refused_arrival(&attempt, known, &origin(), Code::AccountBlocked).await.expect("written");
        d.log_refused_arrival(&attempt, Some(("https://x.example", "a\0b")), &origin(), Code::NotInvited).await.expect("written");
        d.log_refused_arrival(&attempt, None, &origin(), Code::ProviderRefused).await.expect("written");
        d.log_refused_arrival(&attempt, None, &origin(), Code::Internal).await.expect("no refusal");
        let of = "SELECT COUNT(*) FROM sign_ins WHERE kind = 'panel' AND outcome = 'refused' AND network = '198.51.100.7'";
        assert_eq!(world.number(of, []).await, 3);
        assert_eq!(world.number(&format!("{of} AND user_id = $1"), [john.into()]).await, 1);
    }

    async fn an_app_signs_somebody_out(world) {
        let d = &world.directory;
        let (app, other) = (register(world, "design-review").await, register(world, "drawings").await);
        let john = signed(world, "john.doe").await;
        for app in [app, other] {
            d.answer_authorization(app, &asked(), None, &john, &origin()).await.expect("a code");
        }
        let sid = d.admit_by_session(john.session, app).await.expect("admitted").app_session;
        assert_eq!(d.session_of_app(app, sid).await.expect("read"), Some(john.session));
        assert_eq!(d.session_of_app(other, sid).await.expect("read"), None, "another app's session");
        assert!(!d.sign_out_by_app(other, sid).await.expect("asked"));
        assert!(!d.sign_out_by_app(app, Uuid::nil()).await.expect("asked"));
        assert!(d.admit_by_session(john.session, other).await.is_ok());
        assert!(d.sign_out_by_app(app, sid).await.expect("asked"));
        assert_eq!(said(&d.admit_by_session(john.session, other).await), "unauthenticated");
        assert!(!d.sign_out_by_app(app, sid).await.expect("asked"), "once");
        assert_eq!(world.texts("SELECT ended_by FROM app_sessions WHERE ended_at IS NOT NULL", []).await, ["app"]);
        assert_eq!(world.number("SELECT COUNT(*) FROM access_changes WHERE session_id IS NOT NULL", []).await, 1);
        assert_eq!(world.events("session.end", Outcome::Success).await, 1);
    }
}

/// One request in many sessions at once, in two processes: one of them gets a code.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_request_in_many_sessions_at_once() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let app = register(&world, "design-review").await;
    let other = world.once_more().await;
    let secret = world.directory.keep_authorization(app, &asked(), true).await.expect("kept");
    let request = kept(&world.directory, &secret).await;
    let mut works = JoinSet::new();
    for number in 0..10 {
        let (directory, request) =
            (if number % 2 == 0 { world.directory.clone() } else { other.clone() }, request.clone());
        let who = signed(&world, if number % 3 == 0 { "ana.ruiz" } else { "john.doe" }).await;
        works.spawn(async move { said(&answer(&directory, &request, &who).await) });
    }
    let mut answers = works.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers.iter().filter(|said| **said == "ok").count(), 1, "{answers:?}");
    assert!(answers.iter().all(|said| ["ok", "authorizationEnded"].contains(said)), "{answers:?}");
    assert_eq!(world.count("token_families").await, 1);
    other.close().await;
    world.finish().await;
}

/// Two tabs of one browser at once: no error in either.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tabs_at_once() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let app = register(&world, "design-review").await;
    let other = world.once_more().await;
    let john = signed(&world, "john.doe").await;
    let secret = world.directory.keep_authorization(app, &asked(), false).await.expect("kept");
    let request = kept(&world.directory, &secret).await;
    let mut works = JoinSet::new();
    for number in 0..8 {
        let directory = if number % 2 == 0 { world.directory.clone() } else { other.clone() };
        let (request, john) = (request.clone(), john.clone());
        works.spawn(async move { said(&answer(&directory, &request, &john).await) });
    }
    assert_eq!(works.join_all().await, vec!["ok"; 8]);
    assert_eq!(world.count("app_sessions").await, 1);
    other.close().await;
    world.finish().await;
}

/// The same person signs in again in two tabs at once, while being blocked: whoever comes through, nothing stays open.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_in_again_at_once() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let other = world.once_more().await;
    let john = world.user("john.doe").await.id;
    let old = open(&world, john, Duration::days(7)).await;
    let mut works = JoinSet::new();
    for number in 0..6 {
        let directory = if number % 2 == 0 { world.directory.clone() } else { other.clone() };
        let new = NewSession {
            id_hash: hash(&format!("tab {number}")),
            user_id: john,
            data: serde_json::json!({}),
            method: SignInMethod::Provider,
            browser: String::new(),
            network: String::new(),
            expires_at: directory.now() + Duration::days(7),
            idp: None,
            how: How::default(),
            replaces: Some(old.clone()),
        };
        works.spawn(async move { directory.open_session(new).await.expect("no deadlock") });
    }
    assert_eq!(works.join_all().await, vec![true; 6]);
    assert_eq!(world.directory.signed(&old).await.expect("read"), None);
    assert_eq!(world.count("sessions").await, 6);
    other.close().await;
    world.finish().await;
}
