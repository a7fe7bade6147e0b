//! What goes in and out of bulk jobs besides pages: the file, the template, the result file, and progress as it happens.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    extract::{
        Multipart, Path, State,
        multipart::{Field, MultipartError, MultipartRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Redirect, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

use super::state::AppState;
use crate::{
    directory::{Directory, Error, bulk::UploadError, saved_forms::SavedForm},
    model::{
        Caller, Code, Refusal,
        ask::{self, TypedTerms},
        bulk::{self, BulkOptions, BulkProgress, LARGEST_FILE, TEMPLATE_NAME},
    },
    sign_in::caller::{SessionHash, Visitor},
};

/// Where files are posted to.
pub const UPLOAD: &str = "/api/bulk/create";
/// Where the template is.
pub const TEMPLATE: &str = "/guests/bulk/template.csv";
/// Largest body that is read: of a file that is too large we read on for a while, so that the browser gets to see our
/// answer instead of a broken connection.
pub const LARGEST_BODY: usize = 3 * LARGEST_FILE;
/// How long a file may take to arrive.
pub const LONGEST_UPLOAD: Duration = Duration::from_secs(15 * 60);
/// The form's name among saved forms.
pub const FORM: &str = "bulk";
/// Longest text of one field of the form, in bytes.
const LONGEST_FIELD: usize = 16 * 1024;
/// Most groups and apps together.
const MOST_FIELDS: usize = 400;
/// How many rows of a result file are read at once.
const RESULTS_AT_ONCE: u64 = 500;
/// How often progress is looked up.
const TICK: Duration = Duration::from_millis(700);
/// How long one stream of progress lasts; browsers come back by themselves.
const LONGEST_STREAM: u32 = 600;

/// A form as it was posted, but for its file.
#[derive(Default)]
struct Typed {
    fields: Vec<(String, String)>,
}

impl Typed {
    fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    fn ids(&self, name: &str) -> Result<Vec<Uuid>, Refusal> {
        let mut ids = Vec::new();
        for (_, value) in self.fields.iter().filter(|(known, value)| known == name && !value.trim().is_empty()) {
            ids.push(value.trim().parse().map_err(|_| Refusal::at(Code::NotFound, name))?);
        }
        Ok(ids)
    }

    fn options(&self, directory: &Directory) -> Result<BulkOptions, Refusal> {
        let typed = TypedTerms {
            message: self.value("message"),
            language: self.value("language"),
            access_until: self.value("until"),
            valid_days: self.value("days"),
            without_mail: !self.value("without_mail").is_empty(),
            ..Default::default()
        };
        let terms: ask::Terms = typed.read(directory.now())?;
        Ok(BulkOptions {
            groups: self.ids("group")?,
            apps: self.ids("app")?,
            message: terms.message,
            language: terms.language,
            access_until: terms.access_until,
            valid_days: terms.valid_days,
            without_mail: terms.without_mail,
        })
    }
}

/// Why an upload was refused, and what helps to find the place.
struct Refused {
    refusal: Refusal,
    detail: Option<String>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, detail: None }
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Refusal::from(code).into()
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refusal::from(error).into()
    }
}

impl From<UploadError> for Refused {
    fn from(error: UploadError) -> Self {
        let detail = match &error {
            UploadError::File(error) => error.detail(),
            UploadError::Directory(_) => None,
        };
        Self { refusal: Refusal::from(error), detail }
    }
}

impl From<MultipartError> for Refused {
    fn from(error: MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::at(Code::FileTooLarge, "file").into(),
            _ => Code::BadRequest.into(),
        }
    }
}

/// `POST /api/bulk/create`: a file of people to invite, and what rows get that do not say otherwise. The file is read as it
/// arrives.
pub async fn upload(
    State(state): State<AppState>,
    visitor: axum::Extension<Visitor>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let directory = &state.directory;
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_page = accepts.contains("text/html");
    let Some(caller) = &visitor.0.0 else {
        return if wants_page {
            Redirect::to("/sign-in?return_to=%2Fguests%2Fbulk").into_response()
        } else {
            refuse(Code::Unauthenticated.into())
        };
    };
    let mut typed = Typed::default();
    let taken = match form {
        Ok(form) => take(directory, caller, form, &mut typed).await,
        Err(_) => Err(Code::BadRequest.into()),
    };
    match taken {
        Ok(job) if wants_page => Redirect::to(&format!("/guests/bulk/{job}")).into_response(),
        Ok(job) => {
            let location = HeaderValue::from_str(&format!("/guests/bulk/{job}"));
            let location = location.unwrap_or(HeaderValue::from_static("/guests/bulk"));
            let body = Json(serde_json::json!({ "id": job }));
            (StatusCode::CREATED, [(header::LOCATION, location)], body).into_response()
        }
        Err(refused) if wants_page => {
            let mut fields = typed.fields;
            fields.extend(refused.detail.map(|detail| ("detail".to_owned(), detail)));
            let saved = SavedForm { fields, refusal: refused.refusal };
            let owner = format!("user {}", caller.user_id);
            match directory.save_form(&owner, FORM, &saved).await {
                Ok(key) => Redirect::to(&format!("/guests/bulk?again={key}")).into_response(),
                Err(error) => refuse(Refusal::from(error)),
            }
        }
        Err(refused) => refuse(refused.refusal),
    }
}

/// A refusal for a program.
fn refuse(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or_default();
    (status, Json(refusal)).into_response()
}

/// Reads the form. The file may come before or after the other fields.
async fn take(directory: &Directory, caller: &Caller, mut form: Multipart, typed: &mut Typed) -> Result<Uuid, Refused> {
    let mut upload = None;
    let mut refused: Option<Refused> = None;
    while let Some(mut field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let value = text_of(&mut field).await?;
            if typed.fields.len() >= MOST_FIELDS {
                return Err(Code::BadRequest.into());
            }
            typed.fields.push((name, value));
            continue;
        }
        let file_name = field.file_name().unwrap_or_default().to_owned();
        // A browser sends an empty part where no file was chosen.
        let first = loop {
            match field.chunk().await? {
                Some(piece) if piece.is_empty() => {}
                other => break other,
            }
        };
        let Some(first) = first else {
            refused.get_or_insert(Refused::from(Refusal::at(
                if file_name.is_empty() { Code::FileMissing } else { Code::FileEmpty },
                "file",
            )));
            continue;
        };
        if upload.is_some() || refused.is_some() {
            return Err(Code::BadRequest.into());
        }
        let mut arriving = match directory.begin_upload(caller, &file_name).await {
            Ok(upload) => Some(upload),
            Err(error) => {
                refused = Some(error.into());
                None
            }
        };
        let mut piece = Some(first);
        while let Some(bytes) = piece {
            // After a refusal the rest is read and dropped.
            if let Some(mut taking) = arriving.take() {
                match taking.push(&bytes).await {
                    Ok(()) => arriving = Some(taking),
                    Err(error) => {
                        refused = Some(error.into());
                        taking.abandon().await?;
                    }
                }
            }
            piece = match field.chunk().await {
                Ok(piece) => piece,
                Err(error) => {
                    if let Some(taking) = arriving.take() {
                        taking.abandon().await?;
                    }
                    return Err(refused.unwrap_or_else(|| error.into()));
                }
            };
        }
        upload = arriving;
    }
    let options = typed.options(directory);
    match (upload, refused, options) {
        (None, Some(refused), _) => Err(refused),
        (None, None, _) => Err(Refusal::at(Code::FileMissing, "file").into()),
        (Some(mut upload), None, Ok(options)) => match upload.finish(&options).await {
            Ok(job) => Ok(job),
            Err(error) => {
                upload.abandon().await?;
                Err(error.into())
            }
        },
        (Some(upload), refused, options) => {
            upload.abandon().await?;
            Err(refused.or_else(|| options.err().map(Refused::from)).unwrap_or_else(|| Code::BadRequest.into()))
        }
    }
}

async fn text_of(field: &mut Field<'_>) -> Result<String, Refused> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await? {
        if bytes.len() + piece.len() > LONGEST_FIELD {
            return Err(Code::TooLong.into());
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Code::BadRequest.into())
}

/// What makes a browser save a file under a name. The name is made of letters, digits and hyphens.
fn attachment(name: &str) -> [(header::HeaderName, HeaderValue); 2] {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
    ]
}

/// `GET /guests/bulk/template.csv`: a file to fill in.
pub async fn template() -> Response {
    (attachment(TEMPLATE_NAME), bulk::template()).into_response()
}

/// `GET /guests/bulk/{id}/result.csv`: the file as it came, and what became of each row.
pub async fn results(
    State(state): State<AppState>,
    visitor: axum::Extension<Visitor>,
    Path(job): Path<String>,
) -> Response {
    let read = async {
        let caller = visitor.0.0.clone().ok_or(Code::Unauthenticated)?;
        let job: Uuid = job.parse().map_err(|_| Code::NotFound)?;
        let first = state.directory.bulk_results(&caller, job, None, RESULTS_AT_ONCE).await;
        first.map(|first| (caller, job, first)).map_err(Into::into)
    };
    let (caller, job, first) = match read.await {
        Ok(read) => read,
        Err(refusal) => return refuse(refusal),
    };
    let headers = attachment(&bulk::result_name(&first.file_name));
    let directory = state.directory;
    let begun = (Some(first.text), first.next);
    // Read on as the browser takes it, a few hundred rows at a time, each time as the same caller.
    let pieces = stream::unfold(begun, move |(ready, next)| {
        let (directory, caller) = (directory.clone(), caller.clone());
        async move {
            if let Some(text) = ready {
                return Some((Ok(text), (None, next)));
            }
            match directory.bulk_results(&caller, job, Some(next?), RESULTS_AT_ONCE).await {
                Ok(piece) => Some((Ok(piece.text), (None, piece.next))),
                // The file breaks off, so that nobody takes a part of it for the whole.
                Err(error) => Some((Err(std::io::Error::other(error.to_string())), (None, None))),
            }
        }
    });
    // Fused, because the layer that compresses asks once more after the end.
    (headers, axum::body::Body::from_stream(pieces.fuse())).into_response()
}

/// `GET /guests/bulk/{id}/events`: progress as it happens (server-sent events): `progress` with the numbers, and `end`
/// when nothing moves any more.
pub async fn events(
    State(state): State<AppState>,
    visitor: axum::Extension<Visitor>,
    session: axum::Extension<SessionHash>,
    Path(job): Path<String>,
) -> Response {
    let begin = async {
        let caller = visitor.0.0.as_ref().ok_or(Code::Unauthenticated)?;
        let job: Uuid = job.parse().map_err(|_| Code::NotFound)?;
        let progress = state.directory.bulk_progress(caller, job).await?;
        Ok::<_, Refusal>((job, progress))
    };
    let (job, progress) = match begin.await {
        Ok(begun) => begun,
        Err(refusal) => return refuse(refusal),
    };
    let watch = Watch { state, session: session.0.0, job, shown: None, ready: Some(progress), ticks: 0 };
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    let events = stream::unfold(Some(watch), |watch| async { watch?.next().await });
    // For proxies that would gather the answer first.
    let headers = [(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))];
    (headers, Sse::new(events.fuse()).keep_alive(keep_alive)).into_response()
}

/// Somebody who follows a job.
struct Watch {
    state: AppState,
    session: Vec<u8>,
    job: Uuid,
    shown: Option<BulkProgress>,
    ready: Option<BulkProgress>,
    ticks: u32,
}

impl Watch {
    /// The next event, and what comes after it.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Option<Self>)> {
        loop {
            let progress = match self.ready.take() {
                Some(progress) => progress,
                None => {
                    tokio::select! {
                        () = self.state.stop.cancelled() => return None,
                        () = tokio::time::sleep(TICK) => {}
                    }
                    self.ticks += 1;
                    if self.ticks > LONGEST_STREAM {
                        return None;
                    }
                    match self.look().await {
                        Some(progress) => progress,
                        None => return None,
                    }
                }
            };
            if !progress.state.is_moving() {
                let event = Event::default().event("end").json_data(&progress).ok()?;
                return Some((Ok(event), None));
            }
            if self.shown.as_ref() != Some(&progress) {
                let event = Event::default().event("progress").json_data(&progress).ok()?;
                self.shown = Some(progress);
                return Some((Ok(event), Some(self)));
            }
        }
    }

    /// How far it has come, as long as they may see it: the session may have ended, roles may have changed.
    async fn look(&self) -> Option<BulkProgress> {
        let directory = &self.state.directory;
        let caller = directory.caller_of_session(&self.session, None).await.ok()??;
        directory.bulk_progress(&caller, self.job).await.ok()
    }
}
