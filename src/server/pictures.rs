//! Pictures of groups and apps: `POST /groups/{id}/picture`, `POST /apps/{id}/picture`, `GET /pictures/{id}`.

use axum::{
    Extension, Json,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use tokio::sync::Semaphore;

use crate::{
    directory::{Directory, grants::Target, saved_forms::SavedForm},
    model::{
        Caller, Code, Refusal,
        picture::{LARGEST_FILE, Picture},
    },
    sign_in::caller::Visitor,
};

/// Largest body, in bytes: a file that is a little too large is still read, so that its sender is told why.
pub const LARGEST_BODY: usize = LARGEST_FILE + 64 * 1024;
/// The form's name, for what is kept of a refused one.
pub const FORM: &str = "picture";
/// How many pictures are decoded at a time: each takes memory.
static DECODING: Semaphore = Semaphore::const_new(2);

/// A group's.
pub async fn of_group(
    state: State<Directory>,
    visitor: Extension<Visitor>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    post(&state, &visitor, id.parse().map(Target::Group).ok(), &headers, form).await
}

/// An app's.
pub async fn of_app(
    state: State<Directory>,
    visitor: Extension<Visitor>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    post(&state, &visitor, id.parse().map(Target::App).ok(), &headers, form).await
}

async fn post(
    directory: &Directory,
    Visitor(visitor): &Visitor,
    target: Option<Target>,
    headers: &HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_page = accepts.contains("text/html");
    let back = match target {
        Some(Target::Group(id)) => format!("/groups/{id}/settings"),
        Some(Target::App(id)) => format!("/apps/{id}/settings"),
        None => return refuse(Code::NotFound.into()),
    };
    let Some(caller) = visitor else {
        if !wants_page {
            return refuse(Code::Unauthenticated.into());
        }
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        return Redirect::to(&format!("/sign-in?return_to={back}")).into_response();
    };
    let done = match target {
        Some(target) => take(directory, caller, target, form).await,
        None => Err(Code::NotFound.into()),
    };
    match done {
        Ok(()) if wants_page => Redirect::to(&format!("{back}?done=picture")).into_response(),
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) if wants_page => {
            let saved = SavedForm { fields: Vec::new(), refusal };
            match directory.save_form(&format!("user {}", caller.user_id), FORM, &saved).await {
                Ok(key) => Redirect::to(&format!("{back}?again={key}")).into_response(),
                Err(error) => refuse(Refusal::from(error)),
            }
        }
        Err(refusal) => refuse(refusal),
    }
}

/// Reads the form: a file named `picture`, or `remove` with any value.
async fn take(
    directory: &Directory,
    caller: &Caller,
    target: Target,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(), Refusal> {
    // Before anything is read or decoded for somebody who may not.
    directory.may_set_picture(caller, target).await?;
    let mut form = form.map_err(|_| Code::BadRequest)?;
    let (mut file, mut remove) = (None, false);
    while let Some(field) = form.next_field().await.map_err(|error| read_error(error.status()))? {
        match field.name() {
            Some("picture") => file = Some(field.bytes().await.map_err(|error| read_error(error.status()))?),
            Some("remove") => remove = true,
            _ => {}
        }
    }
    let picture = match file.filter(|file| !file.is_empty()) {
        Some(file) => {
            let _turn = DECODING.acquire().await.map_err(|_| Code::Internal)?;
            let read = tokio::task::spawn_blocking(move || Picture::from_file(&file)).await;
            let read = read.map_err(|error| {
                tracing::error!(%error, "decoding a picture");
                Refusal::at(Code::PictureInvalid, "picture")
            })?;
            Some(read.map_err(|code| Refusal::at(code, "picture"))?)
        }
        None if remove => None,
        None => return Err(Refusal::at(Code::FileMissing, "picture")),
    };
    directory.set_picture(caller, target, picture.as_ref()).await.map_err(Into::into)
}

fn read_error(status: StatusCode) -> Refusal {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::at(Code::PictureTooLarge, "picture"),
        _ => Code::BadRequest.into(),
    }
}

/// A refusal for a program.
fn refuse(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or_default();
    (status, Json(refusal)).into_response()
}

/// A picture. It never changes under its id, so browsers may keep it; it is nobody else's business, so proxies may not.
pub async fn show(
    State(directory): State<Directory>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    Path(id): Path<String>,
) -> Response {
    let Some(caller) = visitor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(id) = id.parse() else { return StatusCode::NOT_FOUND.into_response() };
    match directory.picture(&caller, id).await {
        Ok(picture) => {
            let media_type = HeaderValue::from_str(&picture.media_type);
            let headers = [
                (header::CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
                (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            (headers, picture.bytes).into_response()
        }
        Err(error) => {
            let code = Refusal::from(error).code;
            StatusCode::from_u16(code.status()).unwrap_or_default().into_response()
        }
    }
}
