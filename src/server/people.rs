//! `GET /people/found`: the list under a field for a person, as one types.

use axum::{
    Extension,
    extract::RawQuery,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::{Owner, RenderHtml as _};

use crate::{components::people_picker::picks, directory::Directory, sign_in::caller::Visitor};

/// The list for `q`, of a field named `field`; empty for an empty `q`. Shows whom the visitor may see.
pub async fn found(
    Extension(directory): Extension<Directory>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(caller) = visitor else { return StatusCode::UNAUTHORIZED.into_response() };
    let query = query.unwrap_or_default();
    let one = |name: &str| {
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (typed, field) = (one("q"), one("field"));
    let named = field.len() <= 40 && field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if typed.trim().is_empty() || typed.len() > 1000 || !named || field.is_empty() {
        return Html(String::new()).into_response();
    }
    match directory.find_people(&caller, &typed).await {
        Ok(people) => Html(Owner::new().with(|| picks(&field, &typed, &people).to_html())).into_response(),
        Err(error) => {
            tracing::error!(%error, "finding people");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
