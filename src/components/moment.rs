//! Moments, relative in words and exact on hover. Made in UTC on the server; no guess about the reader's clock.

use chrono::{DateTime, Duration, Utc};
use leptos::prelude::*;

use crate::model::{
    Language,
    text::{Piece, Sentence, dates},
};

/// `2 minutes ago`, with the exact time.
pub fn moment(then: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView + use<> {
    view! { <time datetime=then.to_rfc3339() title=exact(then)>{relative(then, now)}</time> }
}

/// `21 December 2026, 14:00 UTC`.
pub fn exact(then: DateTime<Utc>) -> String {
    dates::exact(Language::English, then)
}

/// `21 December 2026`.
pub fn day(then: DateTime<Utc>) -> impl IntoView + use<> {
    day_in(then, Language::English)
}

/// A day in words of a language.
pub fn day_in(then: DateTime<Utc>, language: Language) -> impl IntoView + use<> {
    view! { <time datetime=then.to_rfc3339() title=dates::exact(language, then)>{dates::day(language, then)}</time> }
}

/// A sentence about a day: `sentence` puts the day's words into it.
pub fn about_day(
    then: DateTime<Utc>,
    language: Language,
    sentence: impl FnOnce(Language, &str) -> Sentence,
) -> AnyView {
    let pieces = sentence(language, &dates::day(language, then)).pieces();
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.into_any(),
            Piece::Given { .. } => day_in(then, language).into_any(),
        })
        .collect_view()
        .into_any()
}

/// The distance between two moments, in words.
fn relative(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let ahead = then > now + Duration::seconds(30);
    let distance = (now - then).abs();
    let (count, unit) = match distance {
        d if d < Duration::seconds(60) => return if ahead { "in a moment" } else { "just now" }.to_owned(),
        d if d < Duration::minutes(60) => (d.num_minutes(), "minute"),
        d if d < Duration::hours(24) => (d.num_hours(), "hour"),
        d if d < Duration::days(31) => (d.num_days(), "day"),
        d if d < Duration::days(365) => (d.num_days() / 30, "month"),
        d => (d.num_days() / 365, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if ahead { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_in_words() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for (seconds, words) in [
            (0, "just now"),
            (-59, "just now"),
            (-60, "1 minute ago"),
            (-7200, "2 hours ago"),
            (-86400, "1 day ago"),
            (-40 * 86400, "1 month ago"),
            (-800 * 86400, "2 years ago"),
            (3 * 86400, "in 3 days"),
        ] {
            assert_eq!(relative(now + Duration::seconds(seconds), now), words);
        }
    }
}
