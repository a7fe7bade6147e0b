//! Sessions (design 5.7).

use access_panel::{
    directory::{sessions::NewSession, vault::hash},
    model::{Language, how::How, state::SignInMethod},
    sign_in::session_store::{DirectorySessions, OPENED, Opened, id_hash},
};
use chrono::Duration;
use tower_sessions::{
    SessionStore as _,
    session::{Id, Record},
};
use uuid::Uuid;

use crate::support::{World, on_both_engines, said};

/// Opens a session that ends after so long; the hash of its id.
pub async fn open(world: &World, user_id: Uuid, life: Duration) -> Vec<u8> {
    let id_hash = hash(&world.directory.new_secret());
    let new = NewSession {
        id_hash: id_hash.clone(),
        user_id,
        data: serde_json::json!({ "some": "thing" }),
        method: SignInMethod::Provider,
        browser: "A browser".to_owned(),
        network: "198.51.100.7".to_owned(),
        expires_at: world.directory.now() + life,
        idp: None,
        how: How::default(),
        replaces: None,
    };
    assert!(world.directory.open_session(new).await.expect("opens"), "a session opens");
    id_hash
}

async fn is_open(world: &World, id_hash: &[u8]) -> bool {
    let caller = world.directory.caller_of_session(id_hash, None).await.expect("read").is_some();
    let data = world.directory.session_data(id_hash).await.expect("read").is_some();
    if !caller {
        assert!(!data, "a session without a caller gives no data either");
    }
    caller
}

on_both_engines! {
    async fn who_holds_a_session(world) {
        let ada = world.user("ada.admin").await;
        let session = open(world, ada.id, Duration::days(7)).await;
        let caller = world.directory.caller_of_session(&session, Some("request 1".to_owned())).await.expect("read").expect("ada");
        assert_eq!((caller.user_id, caller.is_administrator(), caller.request_id.as_deref()), (ada.id, true, Some("request 1")));
        assert_eq!(world.directory.caller_of_session(&hash("another"), None).await.expect("read"), None);
        assert_eq!(world.user("ada.admin").await.last_sign_in_at, Some(world.directory.now()));
        // A role that is taken away is gone with the next request.
        world.import("[[people]]\naddress = \"ada.admin@woodgrove.example\"\nname = \"Ada Admin\"\nroles = []\n").await;
        let caller = world.directory.caller_of_session(&session, None).await.expect("read").expect("ada");
        assert!(!caller.is_administrator());
    }

    async fn unused_for_twelve_hours(world) {
        let session = open(world, world.user("lena.lee").await.id, Duration::days(7)).await;
        for _ in 0..3 {
            world.advance(Duration::hours(11) + Duration::minutes(59));
            assert!(is_open(world, &session).await, "each use keeps it for 12 hours more");
        }
        world.advance(Duration::hours(12));
        assert!(!is_open(world, &session).await);
        // A use that was too short after the last one to be written down costs five minutes at most.
        let session = open(world, world.user("lena.lee").await.id, Duration::days(7)).await;
        world.advance(Duration::minutes(4));
        assert!(is_open(world, &session).await);
        world.advance(Duration::hours(11) + Duration::minutes(55));
        assert!(is_open(world, &session).await);
    }

    async fn seven_days_and_twenty_four_hours_at_most(world) {
        for life in [Duration::days(7), Duration::hours(24)] {
            let session = open(world, world.user("lena.lee").await.id, life).await;
            let mut used = Duration::zero();
            while used + Duration::hours(6) < life {
                world.advance(Duration::hours(6));
                used += Duration::hours(6);
                assert!(is_open(world, &session).await, "{used} of {life}");
            }
            world.advance(life - used - Duration::seconds(1));
            assert!(is_open(world, &session).await);
            world.advance(Duration::seconds(1));
            assert!(!is_open(world, &session).await, "over after {life}");
        }
    }

    /// What the session layer does with it: create, load, save, delete, and never bring back what was ended.
    async fn the_store(world) {
        let store = DirectorySessions(world.directory.clone());
        let lena = world.user("lena.lee").await;
        let opened = Opened {
            idp: None,
            how: How::default(),
            user_id: lena.id, method: SignInMethod::Passcode, browser: "B".to_owned(), network: "N".to_owned(),
        };
        let ends = world.directory.now() + Duration::hours(24);
        let mut record = Record {
            id: Id::default(),
            data: [(OPENED.to_owned(), serde_json::to_value(&opened).expect("json"))].into(),
            expiry_date: time::OffsetDateTime::from_unix_timestamp(ends.timestamp()).expect("a time"),
        };
        store.create(&mut record).await.expect("created");
        let loaded = store.load(&record.id).await.expect("loads").expect("is there");
        assert_eq!((loaded.id, &loaded.data, loaded.expiry_date), (record.id, &record.data, record.expiry_date));
        record.data.insert("more".to_owned(), serde_json::json!("text"));
        store.save(&record).await.expect("saved");
        assert_eq!(store.load(&record.id).await.expect("loads").expect("is there").data, record.data);
        // An id that is taken is not taken over.
        let first = record.id;
        let mut same = record.clone();
        store.create(&mut same).await.expect("created under another id");
        assert_ne!(same.id, first);
        world.advance(Duration::hours(11));
        assert!(is_open(world, &id_hash(&first)).await);
        world.advance(Duration::hours(11));
        assert!(is_open(world, &id_hash(&first)).await);
        // Ended by somebody else while this request ran.
        let caller = world.caller("lena.lee").await;
        world.directory.end_my_sessions(&caller).await.expect("ended");
        assert!(store.save(&record).await.is_err(), "saving says that it is gone");
        assert!(store.load(&first).await.expect("loads").is_none());
        assert_eq!(world.count("sessions").await, 0, "and brings nothing back");
        // Nobody: no row.
        let mut anonymous = Record { id: Id::default(), data: [].into(), expiry_date: record.expiry_date };
        assert!(store.create(&mut anonymous).await.is_err());
        assert_eq!(world.count("sessions").await, 0);
        store.create(&mut record).await.expect("created");
        store.delete(&record.id).await.expect("deleted");
        assert!(store.load(&record.id).await.expect("loads").is_none());
    }

    /// A passcode's session ends after 24 hours however it is used; its ending does not depend on the cookie.
    async fn a_session_by_code_lasts_a_day(world) {
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        let new = NewSession {
            id_hash: hash("by code"), user_id: guest.user_id, data: serde_json::json!({}), method: SignInMethod::Passcode,
            browser: String::new(), network: String::new(), expires_at: world.directory.now() + access_panel::directory::sessions::PASSCODE, idp: None, how: How::default(), replaces: None,
        };
        assert!(world.directory.open_session(new).await.expect("opens"));
        for _ in 0..3 {
            world.advance(Duration::hours(7));
            assert!(is_open(world, &hash("by code")).await);
        }
        world.advance(Duration::hours(3));
        assert!(!is_open(world, &hash("by code")).await);
    }

    async fn a_disabled_or_deleted_user_has_no_session(world) {
        let guest = world.guest_in("aurora", "sam@fabrikam.example").await;
        let session = open(world, guest.user_id, Duration::days(7)).await;
        world.change("UPDATE users SET enabled = $1 WHERE id = $2", [false.into(), guest.user_id.into()]).await;
        assert_eq!(world.directory.caller_of_session(&session, None).await.expect("read"), None);
        let new = NewSession {
            id_hash: hash("blocked"), user_id: guest.user_id, data: serde_json::json!({}), method: SignInMethod::Passcode,
            browser: String::new(), network: String::new(), expires_at: world.directory.now() + Duration::days(1), idp: None, how: How::default(), replaces: None,
        };
        assert!(!world.directory.open_session(new).await.expect("asked"), "a blocked user opens none");
        world.change("UPDATE users SET enabled = $1 WHERE id = $2", [true.into(), guest.user_id.into()]).await;
        let other = open(world, guest.user_id, Duration::days(7)).await;
        world.directory.leave(&guest).await.expect("leaves");
        for session in [session, other] {
            assert_eq!(world.directory.caller_of_session(&session, None).await.expect("read"), None);
            assert!(!world.directory.save_session(&session, serde_json::json!({})).await.expect("asked"));
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions WHERE user_id = $1", [guest.user_id.into()]).await, 0);
    }

    /// The owner of a session sees it and ends it; nobody else does.
    async fn my_sessions(world) {
        let lena = world.caller("lena.lee").await;
        let ana = world.caller("ana.ruiz").await;
        let here = open(world, lena.user_id, Duration::days(7)).await;
        world.advance(Duration::minutes(10));
        let there = open(world, lena.user_id, Duration::days(7)).await;
        open(world, ana.user_id, Duration::days(7)).await;
        let rows = world.directory.my_sessions(&lena, &here).await.expect("read");
        assert_eq!(rows.iter().map(|row| row.current).collect::<Vec<_>>(), [false, true], "the newest use first");
        assert_eq!(said(&world.directory.end_my_session(&ana, rows[0].id).await), "notFound");
        assert!(is_open(world, &there).await);
        world.directory.end_my_session(&lena, rows[0].id).await.expect("ended");
        assert!(!is_open(world, &there).await && is_open(world, &here).await);
        assert_eq!(said(&world.directory.end_my_session(&lena, rows[0].id).await), "notFound");
        world.directory.end_my_sessions(&lena).await.expect("everywhere");
        assert!(!is_open(world, &here).await);
        assert_eq!(world.directory.my_sessions(&ana, &[]).await.expect("read").len(), 1);
    }

    async fn what_ran_out_is_cleared_away(world) {
        let lena = world.user("lena.lee").await;
        open(world, lena.id, Duration::hours(1)).await;
        let session = open(world, lena.id, Duration::days(7)).await;
        let attempt = world.attempt_for("browser", "sam@fabrikam.example").await;
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        world.advance(Duration::hours(2));
        world.directory.clear_expired().await.expect("cleared");
        assert_eq!(world.count("sessions").await, 1);
        assert_eq!((world.count("attempts").await, world.count("passcodes").await), (1, 1), "limits still count it");
        assert!(is_open(world, &session).await);
        world.advance(Duration::hours(26));
        world.directory.clear_expired().await.expect("cleared");
        assert_eq!((world.count("attempts").await, world.count("passcodes").await), (0, 0));
    }
}
