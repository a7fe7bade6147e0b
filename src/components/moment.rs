//! Moments, relative in words and exact on hover. Made in UTC on the server; no guess about the reader's clock.

use chrono::{DateTime, Duration, Utc};
use leptos::prelude::*;

/// `2 minutes ago`, with the exact time.
pub fn moment(then: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView + use<> {
    view! { <time datetime=then.to_rfc3339() title=exact(then)>{relative(then, now)}</time> }
}

/// `21 December 2026, 14:00 UTC`.
pub fn exact(then: DateTime<Utc>) -> String {
    then.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// `21 December 2026`.
pub fn day(then: DateTime<Utc>) -> impl IntoView + use<> {
    view! { <time datetime=then.to_rfc3339() title=exact(then)>{then.format("%-d %B %Y").to_string()}</time> }
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
