//! Finding people.

use uuid::Uuid;

use super::here::Here;
use crate::model::{Refusal, view::PersonFound};

/// People by what was typed.
///
/// # Errors
/// When nobody is signed in.
pub async fn find(typed: &str) -> Result<Vec<PersonFound>, Refusal> {
    let here = Here::get()?;
    here.directory.find_people(here.caller()?, typed).await.map_err(Into::into)
}

/// Who was chosen with a [`crate::components::people_picker::Picker`]: the one picked from the list, if that list was for
/// what the field says now, or whoever has the address that was typed.
///
/// # Errors
/// [`crate::model::Code::PersonUnknown`] at the field `field`.
pub async fn chosen(here: &Here, field: &str, typed: &str, picked: &str) -> Result<Uuid, Refusal> {
    let picked = picked.split_once(':').filter(|(_, of)| of.trim() == typed.trim()).map(|(id, _)| id);
    let result = here.directory.person_chosen(here.caller()?, picked.unwrap_or(typed)).await;
    result.map_err(|error| {
        let refusal = Refusal::from(error);
        Refusal { field: refusal.field.map(|_| field.to_owned()), ..refusal }
    })
}
