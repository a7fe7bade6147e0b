//! Pages of the demo: plain HTML from templates, without script, each with a content security policy of its own.

use std::sync::LazyLock;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// What the demo's pages may load: the panel's own style sheets, faces and pictures. Nothing runs.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                                 frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // The names end in `.html`: that is what switches escaping on.
    for (name, source) in [
        ("base.html", include_str!("templates/base.html")),
        ("idp.html", include_str!("templates/idp.html")),
        ("idp-refused.html", include_str!("templates/idp-refused.html")),
        ("mailbox.html", include_str!("templates/mailbox.html")),
        ("app.html", include_str!("templates/app.html")),
        ("app-closed.html", include_str!("templates/app-closed.html")),
    ] {
        templates.add_template(name, source)?;
    }
    Ok(templates)
});

/// Answers with a page. `style_href` is the main style sheet's URL.
pub(super) fn page(status: StatusCode, template: &str, style_href: &str, values: Value) -> Response {
    let rendered = match &*TEMPLATES {
        Ok(templates) => templates
            .get_template(template)
            .and_then(|template| template.render(context! { style_href, ..values }))
            .map_err(|error| format!("{error:#}")),
        Err(error) => Err(format!("{error:#}")),
    };
    match rendered {
        Ok(html) => (status, headers(POLICY), Html(html)).into_response(),
        Err(error) => {
            tracing::error!(template, error, "a page of the demo could not be made");
            (StatusCode::INTERNAL_SERVER_ERROR, headers(POLICY), "This page of the demo is broken.").into_response()
        }
    }
}

/// The headers of every page: its policy, and that it is for this moment and this reader only.
pub(super) const fn headers(policy: &'static str) -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}

/// One of the 24 hues of the style sheet, always the same for the same text.
pub(super) fn hue(text: &str) -> u32 {
    text.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) % 24
}

/// How long ago something was, in words.
pub(super) fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - then).num_minutes();
    match (minutes, minutes / 60, minutes / 1440) {
        (..1, _, _) => "just now".to_owned(),
        (1, _, _) => "1 minute ago".to_owned(),
        (_, 0, _) => format!("{minutes} minutes ago"),
        (_, 1, _) => "1 hour ago".to_owned(),
        (_, hours, 0) => format!("{hours} hours ago"),
        (_, _, 1) => "yesterday".to_owned(),
        (_, _, days) => format!("{days} days ago"),
    }
}

/// A moment for a `title`: the exact time, in UTC.
pub(super) fn exactly(moment: DateTime<Utc>) -> String {
    moment.format("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn every_template_is_sound() {
        assert!(TEMPLATES.as_ref().is_ok());
    }

    #[test]
    fn time_passes_in_words() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        for (minutes, words) in [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 minute ago"),
            (59, "59 minutes ago"),
            (60, "1 hour ago"),
            (600, "10 hours ago"),
            (1500, "yesterday"),
            (3000, "2 days ago"),
        ] {
            assert_eq!(ago(now - TimeDelta::minutes(minutes), now), words);
        }
        assert_eq!(exactly(now), "4 October 2024, 00:00 UTC");
    }
}
