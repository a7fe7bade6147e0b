//! Texts of the catalogue with something put into them.

use leptos::prelude::*;

use crate::model::text::{Piece, Sentence};

/// A text in which what was put in as `name` stands out.
pub fn strong(sentence: Sentence, name: &'static str) -> AnyView {
    sentence
        .pieces()
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.into_any(),
            Piece::Given { name: given, value } if given == name => view! { <b>{value}</b> }.into_any(),
            Piece::Given { value, .. } => value.into_any(),
        })
        .collect_view()
        .into_any()
}
