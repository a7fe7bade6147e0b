//! The keys that tokens are signed with: made once, published before they sign, served until they are needed no more.

use access_panel::{
    access::keys::{KEPT, Keys},
    directory::{
        Directory,
        signing_keys::{LIFE, PUBLISHED_BEFORE, Rotation, SERVED_AFTER, SigningKey, listed},
        vault::Vault,
    },
    model::state::{Outcome, SigningAlg},
};
use chrono::Duration;
use serde_json::{Map, json};
use tokio::task::JoinSet;

use crate::support::{clients::payload, on_both_engines, world::deployment};

async fn sign(keys: &Keys, alg: SigningAlg) -> String {
    let claims = Map::from_iter([("sub".to_owned(), json!("somebody"))]);
    keys.sign(alg, "at+jwt", &claims).await.expect("signed")
}

async fn holds(keys: &Keys, token: &str) -> bool {
    keys.verify(token, "at+jwt").await.expect("an answer").is_some()
}

/// The key that a token names.
fn kid(token: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<serde_json::Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn published(keys: &Keys) -> Vec<String> {
    let set = keys.public().await.expect("a set");
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn all(directory: &Directory) -> Vec<SigningKey> {
    directory.present_signing_keys().await.expect("read")
}

on_both_engines! {
    async fn the_first_use_makes_one_of_each_whoever_else_does(world) {
        assert!(all(&world.directory).await.is_empty());
        let there = world.once_more().await;
        let mut tasks = JoinSet::new();
        for number in 0..6 {
            let directory = if number % 2 == 0 { world.directory.clone() } else { there.clone() };
            tasks.spawn(async move { directory.signing_keys().await.expect("keys").len() });
        }
        assert_eq!(tasks.join_all().await, [2; 6]);
        there.close().await;
        assert_eq!(world.events("signing_key.make", Outcome::Success).await, 2);
        // Only sealed.
        let sealed = world.blobs("SELECT private_sealed FROM signing_keys").await;
        for key in all(&world.directory).await {
            let private = key.private.expect("ours");
            assert!(sealed.iter().all(|row| row.windows(32).all(|part| part != &private[..32])));
        }
    }

    /// As after the loss of a deployment key, or when it was changed and the old one taken away.
    async fn keys_that_cannot_be_opened_still_verify(world) {
        let old = Keys::new(world.directory.clone());
        let token = sign(&old, SigningAlg::Rs256).await;
        let mut other = deployment(world.clock.clone());
        other.vault = Vault::new([8; 32]);
        let other = world.opened_with(other).await;
        let keys = Keys::new(other.clone());
        assert!(holds(&keys, &token).await);
        let young = sign(&keys, SigningAlg::Rs256).await;
        assert_ne!(kid(&young), kid(&token), "a new one signs");
        assert!(holds(&keys, &young).await && holds(&old, &young).await);
        assert!(listed(&all(&other).await, other.now()).contains("another deployment key"));
        // Both go on, whoever's keys are the newest.
        world.advance(KEPT);
        assert!(holds(&keys, &sign(&old, SigningAlg::Rs256).await).await);
        other.close().await;
    }

    async fn what_one_process_signs_another_believes(world) {
        let here = Keys::new(world.directory.clone());
        let there = world.once_more().await;
        let elsewhere = Keys::new(there.clone());
        for alg in SigningAlg::ALL {
            let token = sign(&here, *alg).await;
            let claims = elsewhere.verify(&token, "at+jwt").await.expect("an answer").expect("believed");
            assert_eq!(serde_json::Value::Object(claims), payload(&token));
            assert_eq!(elsewhere.verify(&token, "JWT").await.expect("an answer"), None, "the kind is part of it");
            let changed = token.replacen('.', ".A", 1);
            assert!(!holds(&elsewhere, &changed).await);
        }
        // A new key that signs at once is found, though what was read is young.
        world.directory.replace_signing_keys(Rotation { at_once: true, revoke: false }).await.expect("new keys");
        world.advance(KEPT);
        let token = sign(&here, SigningAlg::Es256).await;
        assert!(holds(&elsewhere, &token).await);
        there.close().await;
    }

    async fn a_new_key_is_published_before_it_signs(world) {
        let d = &world.directory;
        let keys = Keys::new(d.clone());
        let old = sign(&keys, SigningAlg::Rs256).await;
        assert_eq!(d.rotate_keys().await.expect("nothing is due"), 0);
        world.advance(LIFE);
        assert_eq!(d.rotate_keys().await.expect("rotates"), 2);
        assert_eq!(d.rotate_keys().await.expect("once"), 0);
        assert_eq!(published(&keys).await.len(), 4, "apps can read it");
        let new = d.present_signing_keys().await.expect("read")[0].signs_from;
        assert_eq!(new, d.now() + PUBLISHED_BEFORE);
        assert_eq!(kid(&sign(&keys, SigningAlg::Rs256).await), kid(&old), "and it does not sign yet");
        world.advance(PUBLISHED_BEFORE);
        let young = sign(&keys, SigningAlg::Rs256).await;
        assert_ne!(kid(&young), kid(&old));
        assert!(holds(&keys, &old).await && holds(&keys, &young).await);
        // The old one is served until nothing of it can come back.
        world.advance(SERVED_AFTER - Duration::seconds(1));
        assert!(holds(&keys, &old).await && published(&keys).await.contains(&kid(&old)));
        world.advance(Duration::seconds(1));
        assert!(!holds(&keys, &old).await && !published(&keys).await.contains(&kid(&old)));
        assert_eq!(world.count("signing_keys").await, 4);
        d.rotate_keys().await.expect("tidies");
        assert_eq!(world.count("signing_keys").await, 2, "what is gone is forgotten, private part and all");
        assert!(holds(&keys, &sign(&keys, SigningAlg::Es256).await).await);
    }

    async fn two_processes_rotate_once(world) {
        world.directory.signing_keys().await.expect("keys");
        world.advance(LIFE);
        let there = world.once_more().await;
        let (one, two) = tokio::join!(world.directory.rotate_keys(), there.rotate_keys());
        assert_eq!(one.expect("rotates") + two.expect("rotates"), 2);
        assert_eq!(all(&world.directory).await.len(), 4);
        there.close().await;
    }

    async fn a_leaked_key_is_gone_within_a_minute(world) {
        let keys = Keys::new(world.directory.clone());
        let there = world.once_more().await;
        let elsewhere = Keys::new(there.clone());
        let stolen = sign(&keys, SigningAlg::Rs256).await;
        assert!(holds(&elsewhere, &stolen).await);
        // One that had a successor before is still served; it goes as well.
        world.directory.replace_signing_keys(Rotation::default()).await.expect("new keys");
        let left = there.replace_signing_keys(Rotation { at_once: false, revoke: true }).await.expect("new keys");
        assert_eq!(left.len(), 2);
        assert_eq!(world.events("signing_key.revoke", Outcome::Success).await, 1);
        world.advance(KEPT);
        assert!(!holds(&keys, &stolen).await && !holds(&elsewhere, &stolen).await);
        let fresh = sign(&keys, SigningAlg::Rs256).await;
        assert!(holds(&elsewhere, &fresh).await && left.iter().any(|key| key.id == kid(&fresh)));
        assert_eq!(published(&keys).await.len(), 2);
        there.close().await;
    }

    async fn what_the_command_line_shows(world) {
        let d = &world.directory;
        d.signing_keys().await.expect("keys");
        let states = async || {
            let text = listed(&all(d).await, d.now());
            let mut states: Vec<String> =
                text.lines().map(|line| line.rsplit("  ").next().unwrap().split(" 20").next().unwrap().to_owned()).collect();
            states.sort();
            states
        };
        assert_eq!(states().await, ["signs", "signs"]);
        d.replace_signing_keys(Rotation::default()).await.expect("new keys");
        assert_eq!(states().await, ["signs", "signs", "signs from", "signs from"]);
        world.advance(PUBLISHED_BEFORE);
        assert_eq!(states().await, ["is served until", "is served until", "signs", "signs"]);
    }
}
