//! The error under a field.

use leptos::prelude::*;

use super::icon::icon;
use crate::model::{Code, Language, Refusal, text};

/// What is wrong with a field, if the refusal is about it.
pub fn error(refusal: Option<&Refusal>, field: &str, id: &'static str) -> Option<AnyView> {
    let code = refused(refusal, field)?;
    Some(line(id, text::words(code).at_field(Language::English)))
}

/// The same at the door, in its language.
pub fn error_at_door(refusal: Option<&Refusal>, field: &str, id: &'static str, language: Language) -> Option<AnyView> {
    let code = refused(refusal, field)?;
    Some(line(id, text::words_at_door(code, language).at_field(language)))
}

fn refused(refusal: Option<&Refusal>, field: &str) -> Option<Code> {
    refusal.filter(|refusal| refusal.field.as_deref() == Some(field)).map(|refusal| refusal.code)
}

fn line(id: &'static str, text: String) -> AnyView {
    view! { <p class="error" id=id>{icon("bad", 15)}{text}</p> }.into_any()
}

/// The texts that describe a field: its error only while there is one, then its hint.
pub fn described_by(refused: bool, field: &str) -> String {
    if refused { format!("{field}-error {field}-hint") } else { format!("{field}-hint") }
}

/// Whether the refusal is about this field.
pub fn is_refused(refusal: Option<&Refusal>, field: &str) -> bool {
    refused(refusal, field).is_some()
}
