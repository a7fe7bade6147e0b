//! Keys change while apps come for tokens.

use access_panel::directory::signing_keys::Rotation;
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value as Json;

use super::{KEYS, Scene, TOKEN, for_code, json as read, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_rotate_while_apps_come_for_tokens_and_none_fails() {
    let scene = std::sync::Arc::new(Scene::start().await);
    let mut kids = std::collections::HashSet::new();
    for round in 0..4 {
        // The process has read them, and an app as well.
        scene.panel.browser().get(KEYS).await.expect(200);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let scene = scene.clone();
            tasks.spawn(async move {
                let code = scene.code_for(scene.review).await;
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
