//! Codes and sessions of apps' hosts, when two come at once, and the apps that hosts lead to.

use access_panel::{
    directory::{
        Directory,
        apps::AppRole,
        entities::sessions,
        host_sessions::{CODE_LIFE, NewHostCode},
        sign_ins::Origin,
        vault::hash,
    },
    model::{
        managed::AppClosed,
        state::{SignInMethod, UserType},
    },
};
use chrono::Duration;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};
use uuid::Uuid;

use crate::support::{World, on_both_engines, said};

pub const HOST: &str = "review.example";

/// *Design review* stands behind a proxy.
pub async fn behind_gate(world: &World) {
    let origin = format!("https://{HOST}");
    world
        .import(&format!(
            "[[apps]]\nkey = \"design-review\"\nname = \"Design review\"\nurl = \"{origin}/\"\ngroups = [\"aurora\"]\n\
             kind = \"forward-auth\"\nhosts = [\"{origin}\"]\n"
        ))
        .await;
}

pub async fn session(world: &World, address: &str) -> Uuid {
    let (id, now) = (world.directory.new_id(), world.directory.now());
    let row = sessions::ActiveModel {
        id_hash: Set(hash(&id.to_string())),
        public_id: Set(id),
        user_id: Set(world.user(address).await.id),
        data: Set(serde_json::json!({})),
        method: Set(SignInMethod::Provider),
        browser: Set("test".to_owned()),
        network: Set("test".to_owned()),
        created_at: Set(now),
        last_seen_at: Set(now),
        expires_at: Set(now + Duration::days(7)),
        ..Default::default()
    };
    sessions::Entity::insert(row).exec_without_returning(&world.db).await.unwrap();
    id
}

async fn code(
    world: &World,
    on: &Directory,
    address: &str,
    session: Uuid,
    mark: &str,
) -> access_panel::directory::Result<String> {
    let app = on.app_of_host(HOST).await.unwrap().unwrap();
    let bound = hash(mark);
    let new = NewHostCode { session, app: &app, bound_to: &bound, return_to: "/page" };
    on.issue_host_code(&world.caller(address).await, &new, &Origin::default()).await
}

async fn count(world: &World, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    let statement = Statement::from_string(world.db.get_database_backend(), sql);
    world.db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

on_both_engines! {
    async fn a_code_that_comes_back_many_times_at_once_opens_one_session(world) {
        behind_gate(world).await;
        let id = session(world, "john.doe").await;
        let code = code(world, &world.directory, "john.doe", id, "mark").await.unwrap();
        let others = [world.once_more().await, world.once_more().await, world.once_more().await];
        let all: Vec<_> = others
            .iter()
            .flat_map(|other| [other, other])
            .map(|other| {
                let (other, code) = (other.clone(), code.clone());
                tokio::spawn(async move { other.redeem_host_code(&code, HOST, Some("mark"), None).await })
            })
            .collect();
        let mut opened = Vec::new();
        for one in all {
            let result = one.await.unwrap();
            match said(&result) {
                "ok" => opened.push(result.unwrap()),
                said => assert_eq!(said, "handshakeForeign"),
            }
        }
        assert_eq!(opened.len(), 1);
        assert_eq!((count(world, "host_codes").await, count(world, "host_sessions").await), (0, 1));
        let secret = opened[0].secret.clone().unwrap();
        let admitted = world.directory.admit_by_host(&hash(&secret), HOST).await.unwrap();
        assert_eq!((admitted.person.user_type, admitted.session.id), (UserType::Member, id));
        for other in others {
            other.close().await;
        }
    }

    async fn codes_that_are_asked_for_at_once_share_the_session_of_the_app(world) {
        behind_gate(world).await;
        let id = session(world, "john.doe").await;
        let others = [world.once_more().await, world.once_more().await];
        let (one, two) = tokio::join!(
            code(world, &others[0], "john.doe", id, "mark"),
            code(world, &others[1], "john.doe", id, "mark")
        );
        assert_eq!(count(world, "app_sessions").await, 1);
        let one = world.directory.redeem_host_code(&one.unwrap(), HOST, Some("mark"), None).await.unwrap();
        // The other tab's code is as good for who is in already, and gives nothing new.
        let current = one.secret.unwrap();
        let two = two.unwrap();
        assert_eq!(said(&world.directory.redeem_host_code(&two, HOST, None, Some("other")).await), "handshakeForeign");
        let two = world.directory.redeem_host_code(&two, HOST, None, Some(&current)).await.unwrap();
        assert_eq!((two.secret, two.return_to.as_str()), (None, "/page"));
        for other in others {
            other.close().await;
        }
    }

    async fn only_who_holds_the_session_and_has_the_app_gets_a_code(world) {
        behind_gate(world).await;
        let john = session(world, "john.doe").await;
        let omar = session(world, "omar.owner").await;
        let directory = &world.directory;
        assert_eq!(said(&code(world, directory, "omar.owner", omar, "mark").await), "notFound");
        assert_eq!(said(&code(world, directory, "omar.owner", john, "mark").await), "unauthenticated");
        assert_eq!(said(&code(world, directory, "john.doe", Uuid::nil(), "mark").await), "unauthenticated");
        assert_eq!(count(world, "host_codes").await, 0);
        assert_eq!(count(world, "app_sessions").await, 0);
        assert_eq!(count(world, "sign_ins WHERE outcome = 'refused' AND kind = 'gate'").await, 3);
    }

    async fn a_browser_that_signs_in_again_leaves_nothing_behind(world) {
        behind_gate(world).await;
        let id = session(world, "john.doe").await;
        let mut first = None;
        for _ in 0..5 {
            let code = code(world, &world.directory, "john.doe", id, "mark").await.unwrap();
            let entered = world.directory.redeem_host_code(&code, HOST, Some("mark"), None).await.unwrap();
            first = first.or(entered.secret);
            world.advance(Duration::minutes(10));
        }
        assert_eq!(count(world, "host_sessions").await, 1);
        let first = hash(&first.unwrap());
        assert_eq!(said(&world.directory.admit_by_host(&first, HOST).await), "unauthenticated");
        code(world, &world.directory, "john.doe", id, "mark").await.unwrap();
        world.advance(CODE_LIFE);
        world.directory.clear_host_codes().await.unwrap();
        assert_eq!(count(world, "host_codes").await, 0);
    }

    /// Its name is no secret to whoever comes from it; members learn whom to ask. An id alone tells nothing.
    async fn whoever_comes_from_a_host_learns_whose_it_is(world) {
        behind_gate(world).await;
        let d = &world.directory;
        let app = d.app_of_host(HOST).await.unwrap().unwrap();
        let (lena, ada) = (world.caller("lena.lee").await, world.caller("ada.admin").await);
        let guest = world.guest_in("timber", "kim@fabrikam.example").await;
        d.add_app_role(&ada, app.app_id, AppRole::Owner, world.user("john.doe").await.id).await.unwrap();
        for (caller, owners) in [(&lena, 1), (&guest, 0)] {
            assert_eq!(d.app_closed(caller, app.app_id).await.unwrap(), AppClosed::default());
            let told = d.app_closed_at(caller, &app).await.unwrap();
            assert_eq!((told.name.as_deref(), told.off, told.seen), (Some("Design review"), false, false));
            assert_eq!(told.owners.len(), owners);
        }
        d.switch_app(&ada, app.app_id, false).await.unwrap();
        let app = d.app_of_host(HOST).await.unwrap().unwrap();
        assert!(!app.enabled && d.app_closed_at(&lena, &app).await.unwrap().off);
    }

    async fn an_app_is_found_by_its_host_and_no_other_name(world) {
        behind_gate(world).await;
        let app = world.directory.app_of_host(HOST).await.unwrap().unwrap();
        assert_eq!((app.app_id, app.host.origin().as_str()), (world.app("design-review").await, "https://review.example"));
        for other in ["REVIEW.example", "review.example:443", "review.example.", "%", "a\0", ""] {
            assert_eq!(world.directory.app_of_host(other).await.unwrap(), None, "{other:?}");
        }
    }
}
