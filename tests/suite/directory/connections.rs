//! How apps sign people in: who may say it, what is refused, what is kept, and what an app would be told.

use std::collections::BTreeMap;

use access_panel::{
    directory::apps::AppRole,
    model::{
        Caller, Refusal,
        connection::{Connection, ExtraClaim, Registration, Told},
        managed::AppForm,
        sign_ins::SignInFilter,
        state::{AppKind, ClientAuth, GroupsAs, GroupsSent, Outcome, PersonField, SigningAlg},
    },
};
use chrono::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{permissions::same_table, sessions::open};
use crate::support::{Engine, World, on_both_engines, said};

/// *Sketches*, run by Omar, had by Ana and a guest, and told of its own groups.
const SKETCHES: &str = r#"
    [[apps]]
    key = "sketches"
    name = "Sketches"
    url = "https://apps.example/sketches"
    accepts_guests = true
    owners = ["omar.owner@woodgrove.example"]
    people = ["ana.ruiz@woodgrove.example"]
    groups = ["open-house"]
"#;

fn registration(client_id: &str) -> Registration {
    Registration {
        client_id: client_id.to_owned(),
        auth: ClientAuth::Secret,
        redirect_uris: vec!["https://apps.example/sketches/callback".to_owned()],
        post_logout_uris: Vec::new(),
        initiate_login_uri: None,
        backchannel_logout_uri: Some("https://apps.example/sketches/out".to_owned()),
        keys: None,
        signing: SigningAlg::Rs256,
        require_par: false,
    }
}

fn oidc(client_id: &str) -> Connection {
    Connection { kind: AppKind::Oidc, registration: Some(registration(client_id)), ..Connection::default() }
}

fn gate(hosts: &[&str]) -> Connection {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    Connection { kind: AppKind::ForwardAuth, hosts, ..Connection::default() }
}

fn sending(groups_sent: GroupsSent) -> Connection {
    Connection { told: Told { groups_sent, ..Told::default() }, ..oidc("sketches") }
}

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
        ("auditor", "henrik.auditor"),
        ("owner", "omar.owner"),
        ("administrator", "ada.admin"),
    ] {
        callers.push((who, world.caller(address).await));
    }
    callers
}

/// Everything that is written about secrets where it must not be.
async fn written(world: &World) -> String {
    let mut all = world.texts("SELECT CAST(details AS text) FROM audit_details", []).await;
    all.extend(world.texts("SELECT CAST(fields AS text) FROM saved_forms", []).await);
    all.extend(world.texts("SELECT hint FROM app_secrets", []).await);
    all.join("\n")
}

on_both_engines! {
    /// Every operation on *Sketches*, by everyone.
    async fn the_permission_table(world) {
        let callers = callers(world).await;
        let d = &world.directory;
        let app = world.app("sketches").await;
        let mut rows = Vec::new();
        for (who, caller) in &callers {
            let secret = d.add_secret(caller, app).await;
            let cells = vec![
                said(&d.app_connection(caller, app).await),
                said(&d.connect_app(caller, app, &sending(GroupsSent::Assigned)).await),
                said(&d.connect_app(caller, app, &sending(GroupsSent::All)).await),
                said(&secret),
                said(&d.delete_secret(caller, app, Uuid::nil()).await),
                said(&d.test_sign_in(caller, app, "ana.ruiz@woodgrove.example").await),
                said(&d.app_sign_ins(caller, app, None).await),
                said(&d.my_sign_ins(caller, None).await),
                said(&d.all_sign_ins(caller, SignInFilter::default(), None).await),
                said(&d.create_app(caller, &AppForm { name: "New".to_owned(), url: "https://new.example".to_owned(), ..AppForm::default() }).await),
            ];
            rows.push(((*who).to_owned(), cells.into_iter().map(str::to_owned).collect()));
        }
        // A secret is refused to an app that has not said how it signs people in; deleting none is none.
        same_table(&rows, "
stranger guest    | notFound  | notFound  | notFound  | notFound   | notFound  | notFound  | notFound  | ok | forbidden | forbidden
guest who has it  | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | forbidden | ok | forbidden | forbidden
plain member      | notFound  | notFound  | notFound  | notFound   | notFound  | notFound  | notFound  | ok | forbidden | forbidden
member who has it | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | forbidden | ok | forbidden | forbidden
owner of others   | notFound  | notFound  | notFound  | notFound   | notFound  | notFound  | notFound  | ok | forbidden | forbidden
auditor           | forbidden | forbidden | forbidden | forbidden  | forbidden | forbidden | ok        | ok | ok        | forbidden
owner             | ok        | ok        | forbidden | wrongState | notFound  | ok        | ok        | ok | forbidden | forbidden
administrator     | ok        | ok        | ok        | ok         | notFound  | ok        | ok        | ok | ok        | ok
");
        let omar = &callers[6].1;
        for action in ["app.connect", "app.secret.create", "app.secret.delete", "app.test", "app.create"] {
            assert!(world.refusal_is_logged(action, Some(callers[3].1.user_id), "forbidden").await, "{action}");
        }
        // What an administrator allowed stays when an owner saves something else.
        d.connect_app(omar, app, &Connection { registration: Some(registration("other")), ..sending(GroupsSent::All) })
            .await.expect("the owner changes the rest");

        // Where only administrators connect apps, the owner looks on.
        world.import("[self_service]\nconnect_apps = \"administrators\"\n").await;
        let seen = d.app_connection(omar, app).await.expect("seen");
        assert!(!seen.may_connect && seen.connection.kind == AppKind::Oidc);
        assert_eq!(said(&d.connect_app(omar, app, &oidc("x")).await), "forbidden");
        assert_eq!(said(&d.add_secret(omar, app).await), "forbidden");
        assert_eq!(said(&d.delete_secret(omar, app, seen.secrets[0].id).await), "forbidden");
        assert_eq!(said(&d.test_sign_in(omar, app, "ana.ruiz@woodgrove.example").await), "ok", "a test changes nothing");
        assert_eq!(said(&d.connect_app(&callers[7].1, app, &oidc("x")).await), "ok");
    }

    async fn what_is_saved_is_what_counts(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let keys = r#"{"keys":[{"crv":"P-256","kid":"a","kty":"EC","x":"MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE","y":"MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE"}]}"#;
        let told = Told {
            groups_sent: GroupsSent::Assigned,
            groups_as: GroupsAs::Name,
            pairwise: true,
            claims: BTreeMap::from([
                ("department".to_owned(), ExtraClaim::From(PersonField::Department)),
                ("tenant".to_owned(), ExtraClaim::Value("<b>wood</b>".to_owned())),
            ]),
        };
        let wanted = Connection {
            told: told.clone(),
            registration: Some(Registration { keys: Some(keys.to_owned()), require_par: true, ..registration("sketches") }),
            ..oidc("sketches")
        };
        d.connect_app(&omar, app, &wanted).await.expect("connected");
        assert_eq!(d.app_connection(&omar, app).await.expect("read").connection, wanted);
        let client = d.client("sketches").await.expect("read").expect("a client");
        assert_eq!((client.app_id, client.registration.redirect_uris.len()), (app, 1));
        let salt = world.blobs("SELECT pairwise_salt FROM apps WHERE key = 'sketches'").await;
        assert_eq!(salt[0].len(), 32);
        // The same again is nothing new.
        let events = world.events("app.connect", Outcome::Success).await;
        d.connect_app(&omar, app, &wanted).await.expect("as it is");
        assert_eq!(world.events("app.connect", Outcome::Success).await, events);

        // Another kind: the client is gone at once, and comes back as it was.
        d.add_secret(&omar, app).await.expect("a secret");
        d.connect_app(&omar, app, &gate(&["https://sketches.example", "http://tools.localhost:8080"])).await.expect("behind a proxy");
        assert!(d.client("sketches").await.expect("read").is_none());
        assert_eq!(world.texts("SELECT host FROM app_hosts ORDER BY host", []).await, ["sketches.example", "tools.localhost:8080"]);
        d.connect_app(&omar, app, &Connection::default()).await.expect("a link");
        assert_eq!(world.count("app_hosts").await, 0, "none is kept");
        let kept = d.app_connection(&omar, app).await.expect("read");
        assert_eq!((kept.connection.kind, kept.connection.registration.as_ref()), (AppKind::Link, wanted.registration.as_ref()));
        assert_eq!(kept.secrets.len(), 1, "its secrets wait with it");
        d.connect_app(&omar, app, &wanted).await.expect("back");
        assert!(d.client("sketches").await.expect("read").is_some());
        assert_eq!(world.blobs("SELECT pairwise_salt FROM apps WHERE key = 'sketches'").await, salt, "subjects stay");
        let history = d.app_history(&omar, app, None).await.expect("a history").rows;
        assert_eq!(history.iter().filter(|event| event.action == "app.connect").count(), 4);
        assert!(history.iter().any(|event| event.fields.contains(&"redirect_uris".to_owned())), "{history:?}");
    }

    /// A live session is noted for its end when the kind changes, and not otherwise.
    async fn only_another_kind_is_noted_as_an_end(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, ana) = (world.app("sketches").await, world.caller("ana.ruiz").await);
        let omar = world.caller("omar.owner").await;
        d.connect_app(&omar, app, &oidc("sketches")).await.expect("connected");
        let hash = open(world, ana.user_id, Duration::days(1)).await;
        let session = d.session_id(&hash).await.expect("open");
        let new = access_panel::directory::codes::NewCode {
            session, app, redirect_uri: "https://apps.example/".to_owned(), scope: "openid".to_owned(), nonce: None, challenge: None,
        };
        d.issue_code(&new, &Default::default()).await.expect("a code");
        let before = world.count("access_changes").await;
        d.connect_app(&omar, app, &oidc("renamed")).await.expect("changed");
        assert_eq!(world.count("access_changes").await, before);
        d.connect_app(&omar, app, &gate(&["https://sketches.example"])).await.expect("changed");
        assert_eq!(world.count("access_changes").await, before + 1);
    }

    async fn client_ids_and_hosts_are_one_apps(world) {
        callers(world).await;
        let d = &world.directory;
        let ada = world.caller("ada.admin").await;
        let (sketches, budget) = (world.app("sketches").await, world.app("budget").await);
        let refused = async |connection: &Connection| {
            let error = Refusal::from(d.connect_app(&ada, budget, connection).await.expect_err("refused"));
            (error.code.as_str(), error.field)
        };
        d.connect_app(&ada, sketches, &oidc("sketches")).await.expect("connected");
        let taken = ("clientIdTaken", Some("client_id".to_owned()));
        assert_eq!(refused(&oidc("sketches")).await, taken);
        assert_eq!(refused(&oidc(&sketches.to_string())).await, taken, "its id is its own, used or not");
        d.connect_app(&ada, budget, &oidc(&Uuid::from_u128(9).to_string())).await.expect("an id from elsewhere");
        d.connect_app(&ada, sketches, &gate(&["https://sketches.example"])).await.expect("behind a proxy");
        assert_eq!(refused(&gate(&["https://budget.example", "https://sketches.example"])).await, ("hostTaken", Some("hosts".to_owned())));
        assert_eq!(refused(&gate(&["http://sketches.example"])).await.0, "invalidHost", "no session holds without TLS");
        assert_eq!(world.count("app_hosts").await, 1, "nothing of what was refused is kept");
        assert!(world.refusal_is_logged("app.connect", Some(ada.user_id), "hostTaken").await);
    }

    /// Cookies know no ports: of two apps on one host name, each could plant the other's.
    async fn a_host_name_is_one_apps_on_every_port(world) {
        callers(world).await;
        let d = &world.directory;
        let ada = world.caller("ada.admin").await;
        let (sketches, budget) = (world.app("sketches").await, world.app("budget").await);
        for (theirs, wanted) in [
            ("https://wiki.example", "https://wiki.example:8443"),
            ("https://wiki.example:8443", "https://wiki.example"),
            ("https://wiki.example:1", "https://wiki.example:65535"),
            ("https://wiki.example:99", "https://wiki.example:100"),
            ("http://site-diary.localhost:3000", "http://site-diary.localhost:3001"),
            ("http://site-diary.localhost:3000", "https://site-diary.localhost"),
            ("http://127.0.0.2:1", "http://127.0.0.2:2"),
            ("http://[::1]:81", "http://[::1]"),
        ] {
            d.connect_app(&ada, sketches, &gate(&[theirs])).await.expect("theirs");
            let refused = d.connect_app(&ada, budget, &gate(&["https://budget.example", wanted])).await.expect_err(wanted);
            let refusal = Refusal::from(refused);
            assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("hostTaken", Some("hosts")), "{theirs} {wanted}");
        }
        assert_eq!(world.count("app_hosts").await, 1, "nothing of what was refused is kept");

        // An app may have its own name on several ports, and another port of it.
        for hosts in [&["https://wiki.example", "https://wiki.example:8443"][..], &["https://wiki.example:9443"]] {
            d.connect_app(&ada, sketches, &gate(hosts)).await.expect("its own");
        }
        // What only looks alike is another name.
        let alike = [
            "https://a.wiki.example:9443",
            "https://wiki.exampl",
            "https://wiki.example.org:9443",
            "https://wiki.example0:9443",
            "https://wiki-example:9443",
            "https://wikiexample:9443",
        ];
        d.connect_app(&ada, budget, &gate(&alike)).await.expect("other names");
        assert_eq!(world.count("app_hosts").await, 7);
        // It is free for others once it is given up.
        d.connect_app(&ada, sketches, &Connection::default()).await.expect("a link");
        d.connect_app(&ada, budget, &gate(&["https://wiki.example"])).await.expect("free");
    }

    /// Whoever is first decides who gets through: so owners take only what is listed for them, and nothing that was
    /// another app's until lately.
    async fn owners_take_hosts_that_are_listed_and_rested(world) {
        world.import(SKETCHES).await;
        let sketches = world.app("sketches").await;
        let (omar, ada) = (world.caller("omar.owner").await, world.caller("ada.admin").await);
        let (d, budget) = (&world.directory, world.app("budget").await);
        let try_as = |who: &Caller, app: Uuid, host: &'static str| {
            let who = who.clone();
            async move { said(&d.connect_app(&who, app, &gate(&[host])).await) }
        };
        assert_eq!(try_as(&omar, sketches, "https://intranet.woodgrove.example").await, "hostNotListed");
        assert_eq!(try_as(&omar, sketches, "https://evil-sketches.example").await, "hostNotListed");
        assert_eq!(try_as(&omar, sketches, "https://sketches.example").await, "ok");
        // What an administrator gave stays when an owner saves something else.
        assert_eq!(try_as(&ada, budget, "https://intranet.woodgrove.example").await, "ok");
        assert_eq!(said(&d.connect_app(&omar, budget, &gate(&["https://intranet.woodgrove.example", "https://budget.example"])).await), "ok");
        // Given up: the same app may have it back, another one's owner not yet.
        d.connect_app(&omar, sketches, &Connection::default()).await.expect("a link");
        assert_eq!(try_as(&omar, budget, "https://sketches.example").await, "hostResting");
        assert_eq!(try_as(&omar, sketches, "https://sketches.example").await, "ok");
        d.connect_app(&omar, sketches, &Connection::default()).await.expect("a link");
        world.advance(Duration::days(30));
        d.clear_expired().await.expect("clears");
        assert_eq!(world.count("released_hosts").await, 0);
        assert_eq!(try_as(&omar, budget, "https://sketches.example").await, "ok");
        // An administrator hands over at once.
        assert_eq!(try_as(&ada, budget, "https://budget.example").await, "ok");
        assert_eq!(try_as(&omar, sketches, "https://sketches.example").await, "hostResting");
        assert_eq!(try_as(&ada, sketches, "https://sketches.example").await, "ok");
    }

    async fn of_two_apps_that_want_a_host_name_at_once_one_gets_it(world) {
        let ada = world.caller("ada.admin").await;
        let apps = [world.app("budget").await, world.app("drawings").await];
        let other = world.once_more().await;
        for round in 0..6 {
            let mut works = JoinSet::new();
            for (n, (app, directory)) in apps.into_iter().zip([world.directory.clone(), other.clone()]).enumerate() {
                let (ada, wanted) = (ada.clone(), gate(&[&format!("https://h{round}.example:{}", 8000 + n)]));
                works.spawn(async move { said(&directory.connect_app(&ada, app, &wanted).await) });
            }
            let mut said = works.join_all().await;
            said.sort_unstable();
            assert_eq!(said, ["hostTaken", "ok"], "round {round}");
        }
        other.close().await;
    }

    async fn secrets_are_two_and_known_to_nobody(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        assert_eq!(said(&d.add_secret(&omar, app).await), "wrongState", "a link has none");
        d.connect_app(&omar, app, &oidc("sketches")).await.expect("connected");
        let one = d.add_secret(&omar, app).await.expect("a secret");
        let two = d.add_secret(&omar, app).await.expect("another");
        assert_ne!(one, two);
        for secret in [&one, &two] {
            assert!(secret.len() == 43 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
        }
        assert_eq!(said(&d.add_secret(&omar, app).await), "tooManySecrets");
        let hashes = world.blobs("SELECT hash FROM app_secrets ORDER BY created_at, id").await;
        assert!(hashes.contains(&access_panel::directory::vault::hash(&one)));
        let written = written(world).await;
        assert!(!written.contains(&one) && !written.contains(&two), "{written}");
        let rows = d.app_connection(&omar, app).await.expect("read").secrets;
        assert!(rows.iter().any(|row| row.hint == one[39..]));
        assert_eq!(rows[0].created_by.as_ref().map(|by| by.name.as_str()), Some("Omar Owner"));

        // Of another app it is not there; twice is once.
        let budget = world.app("budget").await;
        assert_eq!(said(&d.delete_secret(&omar, budget, rows[0].id).await), "notFound");
        d.delete_secret(&omar, app, rows[0].id).await.expect("deleted");
        assert_eq!(said(&d.delete_secret(&omar, app, rows[0].id).await), "notFound");
        d.delete_secret(&omar, app, rows[1].id).await.expect("the last one, too");
        let public = Registration { auth: ClientAuth::None, ..registration("sketches") };
        d.connect_app(&omar, app, &Connection { registration: Some(public), ..oidc("sketches") }).await.expect("public");
        assert_eq!(said(&d.add_secret(&omar, app).await), "wrongState", "nobody keeps a secret there");
        assert_eq!(world.events("app.secret.create", Outcome::Success).await, 2);
        assert_eq!(world.events("app.secret.delete", Outcome::Success).await, 2);
    }

    /// What an app would be told, of whom, and why not.
    async fn a_test_sign_in(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, omar) = (world.app("sketches").await, world.caller("omar.owner").await);
        let ana = world.caller("ana.ruiz").await;
        let told = Told {
            groups_sent: GroupsSent::Assigned,
            groups_as: GroupsAs::Name,
            pairwise: true,
            claims: BTreeMap::from([("tenant".to_owned(), ExtraClaim::Value("wood".to_owned()))]),
        };
        let test = async |who: &str| d.test_sign_in(&omar, app, who).await.expect("a test");
        let link = test("ana.ruiz@woodgrove.example").await;
        assert!(link.has() && link.claims.is_none(), "a link is told nothing: {link:?}");
        assert_eq!(link.ways.len(), 2, "directly, and through Open house");
        d.connect_app(&omar, app, &Connection { told, ..oidc("sketches") }).await.expect("connected");
        let before = world.everything().await;
        world.advance(Duration::seconds(1));
        let seen = test(&ana.user_id.to_string()).await;
        let claims: serde_json::Value = serde_json::from_str(&seen.claims.expect("claims")).expect("JSON");
        assert_eq!(claims["groups"], serde_json::json!(["Open house"]), "only groups that give the app: {claims}");
        assert_eq!((&claims["tenant"], &claims["acct"]), (&"wood".into(), &0.into()));
        assert_ne!(claims["sub"], ana.user_id.to_string().as_str());
        assert_eq!((&claims["name"], &claims["email"]), (&"Ana Ruiz".into(), &"ana.ruiz@woodgrove.example".into()));
        // Nothing was opened; the look is in the log, and in the app's history.
        let (mut after, mut expected) = (world.everything().await, before);
        for counts in [&mut after, &mut expected] {
            counts.retain(|(table, _)| !table.starts_with("audit"));
        }
        assert_eq!(after, expected);
        let history = d.app_history(&omar, app, None).await.expect("a history").rows;
        assert_eq!((history[0].action.as_str(), history[0].subject.as_deref()), ("app.test", Some("Ana Ruiz")));

        let guest = test("guest@fabrikam.example").await;
        let claims: serde_json::Value = serde_json::from_str(&guest.claims.expect("claims")).expect("JSON");
        assert_eq!((&claims["acct"], &claims["idp"]), (&1.into(), &"mail".into()));

        // Who does not have it: nothing of them is told to whoever looks, either.
        let lena = test("lena.lee@woodgrove.example").await;
        assert!(!lena.has() && lena.claims.is_none() && lena.ended.is_none());
        assert_eq!(said(&d.test_sign_in(&omar, app, "nobody@woodgrove.example").await), "unknownPerson");
        assert_eq!(said(&d.test_sign_in(&omar, app, "Ana").await), "unknownPerson");
        assert_eq!(said(&d.test_sign_in(&omar, app, "\u{0}").await), "unknownPerson");

        // Switched off: told as it would be. Blocked, ended: not.
        d.switch_app(&omar, app, false).await.expect("off");
        let off = test("ana.ruiz@woodgrove.example").await;
        assert!(off.has() && off.claims.is_some());
        world.disable(ana.user_id).await;
        let blocked = test("ana.ruiz@woodgrove.example").await;
        assert!(blocked.blocked && !blocked.has() && blocked.claims.is_none());
        d.give_app(&omar, app, world.user("lena.lee").await.id, Some(d.now() + Duration::days(1))).await.expect("given");
        world.advance(Duration::days(2));
        let over = test("lena.lee@woodgrove.example").await;
        assert!(!over.has() && over.ended.is_some() && over.claims.is_none());
        // Whoever they may not see is nobody to a guest who owns an app.
        world.import(&SKETCHES.replace("omar.owner@woodgrove.example\"]", "omar.owner@woodgrove.example\", \"guest@fabrikam.example\"]")).await;
        let guest = world.caller("guest@fabrikam.example").await;
        assert_eq!(said(&d.test_sign_in(&guest, app, "lena.lee@woodgrove.example").await), "unknownPerson");
    }

    /// A click on the tile begins the sign-in where the app says so.
    async fn launching(world) {
        callers(world).await;
        let d = &world.directory;
        let (app, ana, omar) = (world.app("sketches").await, world.caller("ana.ruiz").await, world.caller("omar.owner").await);
        let url = async || d.launch(&ana, app).await.expect("opens").url;
        let own = "https://apps.example/sketches";
        assert_eq!(url().await, own);
        d.connect_app(&omar, app, &oidc("sketches")).await.expect("connected");
        assert_eq!(url().await, own, "without an address for it, the app's own");
        let begins = Registration { initiate_login_uri: Some("https://apps.example/login?a=1".to_owned()), ..registration("sketches") };
        d.connect_app(&omar, app, &Connection { registration: Some(begins), ..oidc("sketches") }).await.expect("connected");
        let expected = "https://apps.example/login?a=1&iss=https%3A%2F%2Fpanel.woodgrove.example&target_link_uri=https%3A%2F%2Fapps.example%2Fsketches";
        assert_eq!(url().await, expected);
        d.connect_app(&omar, app, &gate(&["https://sketches.example"])).await.expect("behind a proxy");
        assert_eq!(url().await, own, "what was registered counts for its own kind only");
    }

    async fn an_app_made_in_the_panel(world) {
        let d = &world.directory;
        let ada = world.caller("ada.admin").await;
        let form = AppForm { name: "Łódź".to_owned(), url: "https://lodz.example".to_owned(), needs_approval: true, ..AppForm::default() };
        let id = d.create_app(&ada, &form).await.expect("made");
        assert_eq!(d.app_settings(&ada, id).await.expect("settings").form, form);
        assert!(d.app_people(&ada, id, "", None, None).await.expect("people").rows.is_empty());
        d.add_app_role(&ada, id, AppRole::Owner, world.user("lena.lee").await.id).await.expect("an owner");
        let lena = world.caller("lena.lee").await;
        d.connect_app(&lena, id, &oidc("lodz")).await.expect("its owner connects it");
        let found = d.managed_apps(&lena, "lodz", None).await.expect("a list").rows;
        assert_eq!(found.len(), 1, "found by its folded name");
    }
}

/// Two apps that want the same client id or host, and two that exchange theirs: one wins, and nobody waits for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn races_for_client_ids_and_hosts() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let ada = world.caller("ada.admin").await;
    let apps = [world.app("budget").await, world.app("drawings").await];
    let other = world.once_more().await;
    for round in 0..6 {
        let wanted =
            if round % 2 == 0 { oidc(&format!("id{round}")) } else { gate(&[&format!("https://h{round}.example")]) };
        let mut works = JoinSet::new();
        for (app, directory) in apps.into_iter().zip([world.directory.clone(), other.clone()]) {
            let (ada, wanted) = (ada.clone(), wanted.clone());
            works.spawn(async move { said(&directory.connect_app(&ada, app, &wanted).await) });
        }
        let mut said = works.join_all().await;
        said.sort_unstable();
        let taken = if round % 2 == 0 { "clientIdTaken" } else { "hostTaken" };
        assert_eq!(said, [taken, "ok"], "round {round}");
    }
    for round in 0..6 {
        let mut works = JoinSet::new();
        for (n, (app, directory)) in apps.into_iter().zip([world.directory.clone(), other.clone()]).enumerate() {
            let (ada, wanted) = (ada.clone(), oidc(["x", "y"][(n + round) % 2]));
            works.spawn(async move { said(&directory.connect_app(&ada, app, &wanted).await) });
        }
        let said = works.join_all().await;
        assert!(said.iter().all(|code| ["ok", "clientIdTaken"].contains(code)), "round {round}: {said:?}");
    }
    other.close().await;
    world.finish().await;
}

/// However many are made at once, two are kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn secrets_at_once_are_two() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let (ada, app) = (world.caller("ada.admin").await, world.app("budget").await);
    world.directory.connect_app(&ada, app, &oidc("budget")).await.expect("connected");
    let other = world.once_more().await;
    let mut works = JoinSet::new();
    for n in 0..8 {
        let directory = if n % 2 == 0 { world.directory.clone() } else { other.clone() };
        let ada = ada.clone();
        works.spawn(async move { said(&directory.add_secret(&ada, app).await) });
    }
    let said = works.join_all().await;
    assert_eq!(said.iter().filter(|code| **code == "ok").count(), 2, "{said:?}");
    assert_eq!(said.iter().filter(|code| **code == "tooManySecrets").count(), 6, "{said:?}");
    assert_eq!(world.count("app_secrets").await, 2);
    other.close().await;
    world.finish().await;
}
