//! The demo's apps: believable pages, each of which asks the panel on every request whether this person may still in.

mod content;

use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use minijinja::{Value, context};

use super::{
    organization::app_name,
    page::{hue, page},
};
use crate::{
    directory::Directory,
    model::{Caller, Code, names, state::UserType, text::words, view::AppName},
    sign_in::caller::Visitor,
};

/// The apps' pages, under `/demo/apps/{name}`. The request must carry the [`Directory`] and the [`Visitor`] as
/// extensions.
pub fn router(style_href: String) -> Router {
    Router::new()
        .route("/demo/apps/{name}", get(open))
        // Also on answers that are not ours, such as a wrong method's: a kept page would outlive the access to it.
        .layer(map_response(|mut answer: Response| async {
            answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            answer
        }))
        .with_state(style_href)
}

async fn open(
    State(style_href): State<String>,
    Path(key): Path<String>,
    Extension(directory): Extension<Directory>,
    Extension(Visitor(visitor)): Extension<Visitor>,
) -> Response {
    let Some(caller) = visitor else { return to_sign_in(&key) };
    match crate::access::by_key(&directory, Some(&caller), &key).await {
        Ok(app) => opened(&style_href, &key, &app, &caller),
        Err(Code::Unauthenticated) => to_sign_in(&key),
        Err(code) => closed(&style_href, &key, code, &caller),
    }
}

fn to_sign_in(key: &str) -> Response {
    // Once for the path inside, once for the parameter around it.
    let path = format!("/demo/apps/{}", url::form_urlencoded::byte_serialize(key.as_bytes()).collect::<String>());
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", &path).finish();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

fn opened(style_href: &str, key: &str, app: &AppName, caller: &Caller) -> Response {
    let guest = caller.user_type == UserType::Guest;
    let values = values(key, app, &caller.name, guest);
    page(StatusCode::OK, "app.html", style_href, values)
}

/// What an app's page shows to somebody.
pub(super) fn values(key: &str, app: &AppName, person: &str, guest: bool) -> Value {
    let content = content::of(key);
    let drawings: Vec<_> = content
        .drawings
        .iter()
        .map(|d| context! { name => d.name, revision => d.revision, path => d.path, mood => d.state.0, state => d.state.1 })
        .collect();
    let rows: Vec<_> = content.rows.iter().map(|(cells, (mood, state))| context! { cells, mood, state }).collect();
    context! {
        key,
        app => app.name,
        // The same hue as on the panel's tile.
        hue => names::hue(app.id),
        letter => letter(&app.name),
        tab => content.tab,
        heading => content.heading,
        lead => content.lead,
        columns => content.columns,
        drawings,
        rows,
        person,
        kind => if guest { "guest" } else { "member" },
        by => "",
        told => Vec::<Value>::new(),
    }
}

fn closed(style_href: &str, key: &str, code: Code, caller: &Caller) -> Response {
    let name = app_name(key).unwrap_or_else(|| "This app".to_owned());
    let no_access = matches!(code, Code::NotFound | Code::Forbidden);
    let (heading, happened, remedy) = if no_access {
        (
            format!("You have no access to {name}"),
            "Your access has ended, or was never given; this app asks on every request.",
            "If you need it, ask the person who invited you, or your administrator.",
        )
    } else {
        let words = words(code);
        (words.title.to_owned(), words.happened, words.remedy)
    };
    let status = if no_access { StatusCode::FORBIDDEN } else { status(code) };
    let values = context! {
        app => name,
        hue => hue(key),
        letter => letter(&name),
        address => caller.address,
        heading,
        happened,
        remedy,
    };
    page(status, "app-closed.html", style_href, values)
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn letter(name: &str) -> String {
    name.chars().next().map_or_else(String::new, |first| first.to_uppercase().collect())
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use uuid::Uuid;

    use super::*;

    fn caller(user_type: UserType) -> Caller {
        Caller {
            user_id: Uuid::nil(),
            user_type,
            name: "Sam <b>Oogle".into(),
            address: "gsamoogle@gmail.com".into(),
            roles: vec![],
            request_id: None,
        }
    }

    async fn read(answer: Response) -> String {
        String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn every_app_of_the_file_has_content() {
        let file: toml::Value = toml::from_str(&super::super::organization::import_file("http://x")).unwrap();
        let mut headings = std::collections::HashSet::new();
        for app in file["apps"].as_array().unwrap() {
            let key = app["key"].as_str().unwrap();
            let name = app["name"].as_str().unwrap().to_owned();
            let content = content::of(key);
            assert!(headings.insert(content.heading), "{key}");
            for (cells, _) in content.rows {
                assert_eq!(cells.len(), content.columns.len(), "{key}");
            }
            let answer = opened("/x.css", key, &AppName { id: Uuid::nil(), name }, &caller(UserType::Guest));
            assert_eq!(answer.status(), 200);
            let body = read(answer).await;
            assert!(body.contains("guest of WoodGrove") && body.contains("Sam &lt;b&gt;Oogle"), "{body}");
            assert!(body.contains("class=\"chip"), "{key}");
        }
    }

    #[tokio::test]
    async fn an_app_nobody_wrote_still_opens() {
        let app = AppName { id: Uuid::nil(), name: "New".into() };
        assert_eq!(opened("/x.css", "new", &app, &caller(UserType::Member)).status(), 200);
    }

    #[tokio::test]
    async fn closed_doors_say_so() {
        for (code, status, text) in [
            (Code::NotFound, 403, "You have no access to Design review"),
            (Code::Forbidden, 403, "You have no access to Design review"),
            (Code::AppOff, 403, "This app is switched off"),
            (Code::Internal, 500, "Something broke on our side"),
        ] {
            let answer = closed("/x.css", "design-review", code, &caller(UserType::Guest));
            assert_eq!(answer.status(), status);
            let body = read(answer).await;
            assert!(body.contains(text) && body.contains("gsamoogle@gmail.com"), "{code}: {body}");
        }
    }

    #[test]
    fn strangers_are_sent_to_sign_in_and_back() {
        let answer = to_sign_in("a&b/c");
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "/sign-in?return_to=%2Fdemo%2Fapps%2Fa%2526b%252Fc");
    }
}
