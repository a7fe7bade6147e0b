//! Places in lists that are read page by page, as they stand in the address of the next page. What cannot be read is the
//! beginning.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// After the row with this id and folded name; for lists in order of names.
pub(super) fn named(after: Option<&str>) -> (Uuid, String) {
    after
        .filter(|after| !after.chars().any(char::is_control))
        .and_then(|after| after.split_once('.'))
        .and_then(|(id, name)| Some((id.parse::<Uuid>().ok()?, name.to_owned())))
        .unwrap_or((Uuid::nil(), String::new()))
}

/// After the row with this moment and id; for lists in order of time.
pub(super) fn dated(after: Option<&str>) -> Option<(DateTime<Utc>, Uuid)> {
    let (micros, id) = after?.split_once('.')?;
    Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
}

/// What [`dated`] reads.
pub(super) fn write_dated(at: DateTime<Utc>, id: Uuid) -> String {
    format!("{}.{id}", at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nonsense_is_the_beginning() {
        let (id, at) = (Uuid::from_u128(7), DateTime::from_timestamp_micros(1_795_000_000_123_456).unwrap());
        assert_eq!(dated(Some(&write_dated(at, id))), Some((at, id)));
        assert_eq!(named(Some(&format!("{id}.a. name"))), (id, "a. name".to_owned()));
        for text in ["", ".", "x.y", "9223372036854775807.x", "\u{0}.\u{0}", &format!("{id}.a\u{0}")] {
            assert_eq!((dated(Some(text)), named(Some(text))), (None, (Uuid::nil(), String::new())), "{text:?}");
        }
    }
}
