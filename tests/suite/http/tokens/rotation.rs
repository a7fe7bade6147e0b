//! Keys change while apps come for tokens.

use access_panel::directory::signing_keys::Rotation;
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value as Json;

use super::{
    super::{
        browser::encode,
        panel::{Panel, Setup},
    },
    KEYS, Scene, TOKEN, for_code, json as read, text,
};
use crate::support::{
    clients::{REDIRECT, challenge},
    engine::Engine,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_rotate_while_people_sign_in_and_none_fails() {
    rotate_under(Scene::start().await).await;
}

/// A file of SQLite is one process's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn so_they_do_with_two_processes_behind_one_address() {
    let Some(panel) = Panel::on(Engine::Postgres, Setup { twice: true, ..Setup::default() }).await else { return };
    rotate_under(Scene::of(panel).await).await;
}

/// The way of a code through the browser of somebody who is signed in.
async fn code_by_browser(scene: &Scene) -> String {
    let query = encode(&[
        ("client_id", "review"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid profile email offline_access"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ]);
    let answer = scene.john.clone().get(&format!("/oauth2/v2.0/authorize?{query}")).await.expect(303);
    let location = url::Url::parse(answer.location()).unwrap();
    location.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned()
}

async fn rotate_under(scene: Scene) {
    let scene = std::sync::Arc::new(scene);
    let mut kids = std::collections::HashSet::new();
    for round in 0..4 {
        // The process has read them, and an app as well.
        scene.panel.browser().get(KEYS).await.expect(200);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let scene = scene.clone();
            tasks.spawn(async move {
                let code = code_by_browser(&scene).await;
                let tokens = read(&scene.post(TOKEN, &for_code(&code)).await.expect(200));
                scene.userinfo(text(&tokens, "access_token")).await.expect(200);
                let next = scene.renew(text(&tokens, "refresh_token")).await.expect(200);
                text(&read(&next), "id_token").to_owned()
            });
        }
        let at_once = round % 2 == 0;
        scene.panel.directory.replace_signing_keys(Rotation { at_once, revoke: false }).await.unwrap();
        let issued = tasks.join_all().await;
        // An app that reads the keys after it met the token knows them all.
        let keys = scene.panel.browser().get(KEYS).await.expect(200);
        let keys: JwkSet = serde_json::from_str(&keys.body).unwrap();
        for token in issued {
            let header = jsonwebtoken::decode_header(&token).unwrap();
            let key = keys.find(header.kid.as_deref().unwrap()).expect("a published key");
            let mut validation = Validation::new(Algorithm::RS256);
            validation.set_audience(&["review"]);
            // The test's clock runs ahead.
            validation.validate_exp = false;
            jsonwebtoken::decode::<Json>(&token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap();
            kids.insert(header.kid.unwrap());
        }
        scene.panel.clock.advance(Duration::minutes(20));
    }
    assert_eq!(kids.len(), 4, "each round had another: {kids:?}");
    std::sync::Arc::into_inner(scene).expect("the last one").finish().await;
}
