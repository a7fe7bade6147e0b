//! The few icons, drawn in lines. They repeat what a word says, so they are hidden from screen readers.

use leptos::prelude::*;

/// One icon, `size` pixels wide and high.
pub fn icon(name: &str, size: u32) -> impl IntoView + use<> {
    let paths = match name {
        "leaf" => {
            r#"<path d="M12 21V9"/><path d="M12 13c-4 0-7-2.5-7-8 5 0 7 2.5 7 8Z"/><path d="M12 10c0-4 2.5-6 7-6 0 5-3 7.5-7 7.5"/>"#
        }
        "search" => r#"<circle cx="11" cy="11" r="7"/><path d="m20 20-3.5-3.5"/>"#,
        "plus" => r#"<path d="M12 5v14M5 12h14"/>"#,
        "back" => r#"<path d="M19 12H5m6-6-6 6 6 6"/>"#,
        "go" => r#"<path d="m9 6 6 6-6 6"/>"#,
        "people" => {
            r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6"/><path d="M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2.2.8 3.5 2.8 3.5 5.5"/>"#
        }
        "person" => r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c0-4 3.3-6.5 7.5-6.5s7.5 2.5 7.5 6.5"/>"#,
        "apps" => {
            r#"<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.5"/>"#
        }
        "good" => r#"<circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.7 2.7L16 9.5"/>"#,
        "check" => r#"<path d="m5 12.5 4.5 4.5L19 7.5"/>"#,
        "cross" => r#"<path d="M6 6l12 12M18 6 6 18"/>"#,
        "bad" => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.3v.2"/>"#,
        "mail" => r#"<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m4 7.5 8 6 8-6"/>"#,
        "clock" => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>"#,
        "lock" => r#"<rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>"#,
        "out" => r#"<path d="M14 4h3.5A2.5 2.5 0 0 1 20 6.5v11a2.5 2.5 0 0 1-2.5 2.5H14M10 16l-4-4 4-4M6 12h10"/>"#,
        "swap" => r#"<path d="M4 8h14m-3.5-4L18 8l-3.5 4M20 16H6m3.5-4L6 16l3.5 4"/>"#,
        "plug" => r#"<path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0V8ZM12 17v4"/>"#,
        "more" => r#"<path d="M5 12h.01M12 12h.01M19 12h.01"/>"#,
        "file" => {
            r#"<path d="M14 3.5H7.5A2 2 0 0 0 5.5 5.5v13a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2V8L14 3.5Z"/><path d="M14 3.5V8h4.5M12 17v-5.5M9.5 13.5 12 11l2.5 2.5"/>"#
        }
        "link" => {
            r#"<path d="M10 14a4 4 0 0 0 6 .4l2.6-2.6a4 4 0 0 0-5.7-5.7L11.6 7.4"/><path d="M14 10a4 4 0 0 0-6-.4l-2.6 2.6a4 4 0 0 0 5.7 5.7l1.3-1.3"/>"#
        }
        "bell" => r#"<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5Z"/><path d="M10 21h4"/>"#,
        "ask" => {
            r#"<path d="M20 11.5a7.5 7.5 0 0 1-11 6.6L4.5 19.5l1.4-4.5A7.5 7.5 0 1 1 20 11.5Z"/><path d="M9.5 11.5h6M12.5 8.5v6"/>"#
        }
        "star" => r#"<path d="m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8L12 3.5Z"/>"#,
        "list" => r#"<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>"#,
        "drag" => r#"<path d="M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01"/>"#,
        "up" => r#"<path d="m6 14.5 6-6 6 6"/>"#,
        "down" => r#"<path d="m6 9.5 6 6 6-6"/>"#,
        "first" => r#"<path d="M6 5h12M6 17l6-6 6 6"/>"#,
        "last" => r#"<path d="M6 19h12M6 7l6 6 6-6"/>"#,
        "sort" => r#"<path d="M8 5v14m-3.5-3.5L8 19l3.5-3.5M16 19V5m-3.5 3.5L16 5l3.5 3.5"/>"#,
        "map" => r#"<circle cx="12" cy="12" r="9"/><path d="m15.5 8.5-2 5-5 2 2-5 5-2Z"/>"#,
        _ => "",
    };
    view! {
        <svg width=size height=size viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" inner_html=paths></svg>
    }
}
