//! The domain rules of groups and apps, as their rows keep them.

use serde_json::Value as Json;

use super::Result;
use crate::model::domains::DomainRules;

/// The rules of a group or app from its column `domains`. Null, which is usual, lets every domain pass.
///
/// # Errors
/// When the column holds what we did not write.
pub(super) fn stored(column: Option<&Json>) -> Result<DomainRules> {
    Ok(column.map(|rules| serde_json::from_value(rules.clone())).transpose()?.unwrap_or_default())
}

/// The column for such rules.
///
/// # Errors
/// None in practice: lists of texts have a JSON form.
pub(super) fn to_store(rules: &DomainRules) -> Result<Option<Json>> {
    Ok(if rules.is_open() { None } else { Some(serde_json::to_value(rules)?) })
}
