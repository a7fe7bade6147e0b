//! Notices at the top of a page: what was done, or what was refused.

use leptos::prelude::*;

use super::icon::icon;
use crate::model::{
    Language, Refusal,
    text::{self, Words},
};

/// Something was done.
pub fn done(text: impl IntoView + 'static) -> AnyView {
    view! { <div class="notice good" role="status">{icon("good", 18)}<div><p>{text}</p></div></div> }.into_any()
}

/// Something was refused: what happened, and what to do, with a link to the field if there is one.
pub fn refused(refusal: &Refusal, field_id: Option<&'static str>) -> AnyView {
    bad(text::words(refusal.code), Language::English, field_id)
}

/// The same at the door, in its language.
pub fn refused_at_door(refusal: &Refusal, language: Language) -> AnyView {
    bad(text::words_at_door(refusal.code, language), language, None)
}

fn bad(words: Words, language: Language, field_id: Option<&'static str>) -> AnyView {
    let advice = words.advice(language);
    let advice = match field_id {
        Some(id) => view! { <a href=format!("#{id}")>{advice}</a> }.into_any(),
        None => advice.into_any(),
    };
    view! {
        <div class="notice bad" role="alert" tabindex="-1">
            {icon("bad", 18)} <div><h2>{words.title}</h2><p>{advice}</p></div>
        </div>
    }
    .into_any()
}
