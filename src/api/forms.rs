//! How forms are answered, with and without JavaScript: done leads on, refused leads back with everything typed.

use leptos::prelude::use_context;
use leptos_axum::{ResponseOptions, redirect};

use super::{error::ApiError, here::Here};
use crate::{
    directory::saved_forms::SavedForm,
    model::{Code, Refusal, paths},
};

/// A form that was posted.
pub struct Form {
    /// Its name, so that its fields are not poured into another one.
    pub name: &'static str,
    /// The page it is on: a path written in code.
    pub back: String,
    /// What was typed, but never secrets.
    pub fields: Vec<(&'static str, String)>,
}

impl Form {
    /// A form with nothing to keep.
    pub fn bare(name: &'static str, back: impl Into<String>) -> Self {
        Self { name, back: back.into(), fields: Vec::new() }
    }
}

/// Answers a posted form. A person is led on, or back to the form with what they typed and why it was refused. A program
/// gets the status and the refusal.
///
/// # Errors
/// The refusal, for programs.
pub async fn answer(here: &mut Here, form: Form, result: Result<String, Refusal>) -> Result<(), ApiError> {
    let refusal = match result {
        Ok(path) => {
            redirect(&path);
            return Ok(());
        }
        Err(refusal) => refusal,
    };
    if here.wants_page {
        if refusal.code == Code::Unauthenticated {
            let back: String = url::form_urlencoded::byte_serialize(form.back.as_bytes()).collect();
            redirect(&format!("/sign-in?return_to={back}"));
            return Ok(());
        }
        let fields = form.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let saved = SavedForm { fields, refusal: refusal.clone() };
        let owner = here.form_owner();
        // What strangers typed is kept, too, but not without end.
        let kept = here.visitor.is_some() || here.limit("refused forms", 1000).await.is_ok();
        if kept && let Ok(key) = here.directory.save_form(&owner, form.name, &saved).await {
            let separator = if form.back.contains('?') { '&' } else { '?' };
            redirect(&format!("{}{separator}again={key}", form.back));
            return Ok(());
        }
    }
    Err(told(refusal))
}

/// A refusal for a program: with its status, and when to try again.
pub fn told(refusal: Refusal) -> ApiError {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(http::StatusCode::from_u16(refusal.code.status()).unwrap_or_default());
        if let Some(seconds) = refusal.retry_after {
            options.insert_header(http::header::RETRY_AFTER, seconds.into());
        }
    }
    ApiError(refusal)
}

/// A form that cannot even be read: a status for programs, a page that says so for people.
pub fn unreadable() {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(http::StatusCode::BAD_REQUEST);
    }
    if Here::get().is_ok_and(|here| here.wants_page) {
        redirect(&crate::sign_in::callback::problem_path(Code::BadRequest, None));
    }
}

/// The form that was refused a moment ago, if this page was reached by `?again=KEY`.
pub async fn again(name: &str, key: Option<&str>) -> Option<SavedForm> {
    let key = key?;
    let mut here = Here::get().ok()?;
    // Only somebody who typed something has an owner's mark; looking at a page gives none.
    if here.visitor.is_none() && here.browser.is_none() {
        return None;
    }
    let owner = here.form_owner();
    here.directory.saved_form(&owner, name, key).await.ok().flatten()
}

/// Reads an id from a form.
///
/// # Errors
/// [`Code::NotFound`]: no such thing.
pub fn id(text: &str) -> Result<uuid::Uuid, Refusal> {
    text.trim().parse().map_err(|_| Code::NotFound.into())
}

/// Where a form wants to lead to afterwards, if that is a path of ours.
pub fn return_to(text: &str) -> String {
    paths::own_or_start(text).to_owned()
}
