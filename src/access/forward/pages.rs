//! Pages on an app's host. They stand alone: nothing is loaded from anywhere, and nothing runs.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use minijinja::HtmlEscape;

use super::{ask::status, asked::Asked};
use crate::{
    directory::{Directory, hosts::HostedApp},
    model::{Code, Language, address, settings::Organization, text::words_at_door},
    server::state::Facts,
    sign_in::language::Wanted,
};

/// The look of the panel's doors, in short.
const STYLE: &str = include_str!("page.css");
const LOCK: &str = r#"<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/></svg>"#;
const SWAP: &str = r#"<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M7 4 3 8l4 4M3 8h13a5 5 0 0 1 0 10h-3"/></svg>"#;

/// No app has this host. Only whoever sets up a proxy ever sees it.
pub(super) fn unknown(host: &str) -> Response {
    let told = format!(
        "access panel: no app has the host {host}.\n\
         Connect the app in the panel, as one behind a proxy, with this very host;\n\
         and see that the proxy sends the browser's own host in X-Forwarded-Host.\n"
    );
    (StatusCode::NOT_FOUND, [NOSNIFF], told).into_response()
}

/// 403: the person has no access, or nobody has. The panel's own page says why, and where to ask.
pub(super) async fn closed(directory: &Directory, app: &HostedApp, code: Code, asked: &Asked<'_>) -> Response {
    if !asked.wants_page() {
        return (StatusCode::FORBIDDEN, [NOSNIFF], "You have no access to this app.\n").into_response();
    }
    let organization = organization(directory).await;
    let name = HtmlEscape(&app.name);
    let (title, happened) = if code == Code::AppOff {
        (format!("{name} is switched off"), "It opens for nobody at the moment.")
    } else {
        (format!("You have no access to {name}"), "Your access has ended, or was never given.")
    };
    let panel = directory.public_url();
    let help = organization.contact.as_deref().map(address::mailto);
    let help = help.map(|link| format!("<a href=\"{}\">Ask for help</a>", HtmlEscape(&link))).unwrap_or_default();
    let content = format!(
        "<span class=\"sign\">{LOCK}</span><h1>{title}</h1><p>{happened} The panel says why, and how to get it.</p>\
         <nav><a class=\"primary\" href=\"{panel}/apps/{id}/launch\">See why</a><a href=\"{panel}/\">Go to your apps</a>{help}</nav>",
        id = app.app_id,
    );
    page(directory, StatusCode::FORBIDDEN, Language::English, &organization, &title, &content)
}

/// A sign-in that belongs to another browser, or is too long ago.
pub(super) async fn foreign(directory: &Directory, app: &HostedApp, asked: &Asked<'_>) -> Response {
    let organization = organization(directory).await;
    let wanted = Wanted::of(&http::Uri::default(), asked.headers);
    let language = wanted.choose(None, None, organization.language);
    let words = words_at_door(Code::HandshakeForeign, language);
    let again = words.remedy.trim_end_matches(['.', '。']);
    let content = format!(
        "<span class=\"sign\">{SWAP}</span><h1>{}</h1><p>{}</p><nav><a class=\"primary\" href=\"{}/\">{again}</a></nav>",
        words.title,
        words.happened,
        app.host.origin(),
    );
    page(directory, status(Code::HandshakeForeign), language, &organization, words.title, &content)
}

/// The panel's own page on the way to a host that a redirect would not lead to.
pub(super) fn opening(facts: &Facts, app: &str, place: &str) -> Response {
    let (app, place, style, brand) =
        (HtmlEscape(app), HtmlEscape(place), HtmlEscape(&facts.style_href), HtmlEscape(&facts.brand_href));
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"0; url={place}\"><title>Opening {app}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"{style}\"><link rel=\"stylesheet\" href=\"{brand}\"></head>\
         <body class=\"doorway\"><main id=\"main\" class=\"door\" tabindex=\"-1\"><div class=\"intro\">\
         <h1>Opening {app}</h1><p>You are signed in. If nothing happens, go on by yourself.</p></div>\
         <div class=\"actions stack\"><a class=\"button primary wide\" href=\"{place}\">Continue</a></div></main></body></html>"
    ))
    .into_response()
}

const NOSNIFF: (HeaderName, HeaderValue) = (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

async fn organization(directory: &Directory) -> Organization {
    match directory.settings().await {
        Ok(settings) => settings.organization,
        Err(error) => {
            tracing::error!(%error, "reading the organization's name");
            Organization::default()
        }
    }
}

/// A page that stands alone. `title` and `content` are HTML.
fn page(
    directory: &Directory,
    status: StatusCode,
    language: Language,
    organization: &Organization,
    title: &str,
    content: &str,
) -> Response {
    let nonce = directory.new_secret();
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    let html = format!(
        "<!DOCTYPE html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title} - {name}</title><style nonce=\"{nonce}\">:root{{--h:{hue};--c:{chroma:.3}}}{STYLE}</style></head>\
         <body><main><b>{name}</b>{content}</main></body></html>",
        name = HtmlEscape(&organization.name),
        hue = organization.hue,
        chroma = f64::from(organization.chroma) / 1000.0,
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        NOSNIFF,
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, Html(html)).into_response()
}
