//! The error under a field.

use leptos::prelude::*;

use super::icon::icon;
use crate::model::{Refusal, text};

/// What is wrong with a field, if the refusal is about it.
pub fn error(refusal: Option<&Refusal>, field: &str, id: &'static str) -> Option<AnyView> {
    let refusal = refusal.filter(|refusal| refusal.field.as_deref() == Some(field))?;
    let words = text::words(refusal.code);
    Some(
        view! { <p class="error" id=id>{icon("bad", 15)}{format!("{}. {}", words.title.trim_end_matches('?'), words.remedy)}</p> }
            .into_any(),
    )
}

/// The texts that describe a field: its error only while there is one, then its hint.
pub fn described_by(refused: bool, field: &str) -> String {
    if refused { format!("{field}-error {field}-hint") } else { format!("{field}-hint") }
}

/// Whether the refusal is about this field.
pub fn is_refused(refusal: Option<&Refusal>, field: &str) -> bool {
    refusal.is_some_and(|refusal| refusal.field.as_deref() == Some(field))
}
