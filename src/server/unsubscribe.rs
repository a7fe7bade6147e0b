//! `POST /unsubscribe/{token}`: what the reader of a mail says about such mails. The token is its own protection, so
//! this stands outside of sessions and of the defence against other sites, and reads no cookie.
//!
//! It comes from two sides: as *one click* from the machine of a mail provider (RFC 8058), which wants an answer and no
//! redirect, and from the buttons of the page at the same address.

use axum::{
    Form,
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use url::form_urlencoded::Serializer;

use crate::{
    directory::{Directory, Error},
    model::{
        Code, Language, Refusal,
        text::{mail_blocks, words_at_door},
    },
};

/// Longest body, in bytes: a few short fields.
pub const LONGEST: usize = 4 * 1024;

/// What was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// `List-Unsubscribe=One-Click`.
    OneClick,
    Block,
    Unblock,
    NotForMe,
}

/// Does what was asked for.
pub async fn act(State(directory): State<Directory>, Path(token): Path<String>, request: Request) -> Response {
    let (page, accepted) = (request.uri().path().to_owned(), accepted(request.headers()));
    let fields = fields(request).await;
    let posted = value(&fields, "lang").and_then(Language::of_tag);
    let done = match wish(&fields) {
        Some(Wish::OneClick) => one_click(&directory, &token).await,
        Some(wish) => by_button(&directory, &token, wish, &page, posted).await,
        None => Err(Code::BadRequest.into()),
    };
    let response = done.unwrap_or_else(|error| {
        let code = Refusal::from(error).code;
        let status = StatusCode::from_u16(code.status()).unwrap_or_default();
        (status, words_at_door(code, posted.or(accepted).unwrap_or_default()).title).into_response()
    });
    ([(header::CACHE_CONTROL, "no-store")], response).into_response()
}

/// A machine wants to know that it is done, in the language of the mail.
async fn one_click(directory: &Directory, token: &str) -> Result<Response, Error> {
    directory.block_mail(token).await?;
    let language = directory.unsubscribe_page(token).await?.language;
    let organization = directory.settings().await?.organization.name;
    Ok(mail_blocks::one_click(language, &organization).to_string().into_response())
}

/// A person goes back to the page, which shows how things are now.
async fn by_button(
    directory: &Directory,
    token: &str,
    wish: Wish,
    page: &str,
    language: Option<Language>,
) -> Result<Response, Error> {
    let (result, done) = match wish {
        Wish::OneClick | Wish::Block => (directory.block_mail(token).await, "blocked"),
        Wish::Unblock => (directory.unblock_mail(token).await, "unblocked"),
        Wish::NotForMe => (directory.decline_by_mail(token).await, "declined"),
    };
    let mut query = Serializer::new(String::new());
    match result {
        Ok(()) => query.append_pair("done", done),
        Err(error) if error.code() == Code::Internal => return Err(error),
        // The page says why not.
        Err(_) => &mut query,
    };
    if let Some(language) = language {
        query.append_pair("lang", language.as_str());
    }
    Ok(Redirect::to(&format!("{page}?{}", query.finish())).into_response())
}

fn wish(fields: &[(String, String)]) -> Option<Wish> {
    if value(fields, "List-Unsubscribe") == Some("One-Click") {
        return Some(Wish::OneClick);
    }
    Some(match value(fields, "action")? {
        "block" => Wish::Block,
        "unblock" => Wish::Unblock,
        "not-for-me" => Wish::NotForMe,
        _ => return None,
    })
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Language::accepted)
}

/// The fields of a form in either of the two encodings that RFC 8058 allows. What cannot be read has none.
async fn fields(request: Request) -> Vec<(String, String)> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return Form::from_request(request, &()).await.map(|Form(fields)| fields).unwrap_or_default();
    }
    let Ok(mut parts) = Multipart::from_request(request, &()).await else { return Vec::new() };
    let mut fields = Vec::new();
    while let Ok(Some(part)) = parts.next_field().await {
        let name = part.name().unwrap_or_default().to_owned();
        match part.text().await {
            Ok(value) => fields.push((name, value)),
            Err(_) => break,
        }
    }
    fields
}
