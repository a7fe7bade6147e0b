//! How an app is answered: by sending the browser back to it.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::bare;
use crate::{
    model::{
        Language,
        authorization::Wrong,
        text::{doors, signing_in},
    },
    server::state::AppState,
};

/// An app that waits for an answer, at an address that it registered.
pub(super) struct Waiting<'a> {
    /// The address.
    pub(super) redirect_uri: &'a str,
    /// Comes back as it was.
    pub(super) state: Option<&'a str>,
    /// The app's name.
    pub(super) app: &'a str,
    /// Whether the browser may come from a form of ours, by redirects alone.
    pub(super) from_form: bool,
    /// In which language the person is spoken to.
    pub(super) language: Language,
}

impl Waiting<'_> {
    /// Somebody has signed in.
    pub(super) fn code(&self, state: &AppState, code: &str) -> Response {
        self.answer(state, &[("code", code)])
    }

    /// It could not be done.
    pub(super) fn refuse(&self, state: &AppState, wrong: Wrong) -> Response {
        self.answer(state, &[("error", wrong.code), ("error_description", wrong.description)])
    }

    fn answer(&self, state: &AppState, says: &[(&str, &str)]) -> Response {
        let mut parameters = says.to_vec();
        parameters.extend(self.state.map(|state| ("state", state)));
        // Tells apart who answers (RFC 9207).
        parameters.push(("iss", state.directory.public_url()));
        let target = with_query(self.redirect_uri, &parameters);
        lead(state, &target, self.app, self.from_form, self.language)
    }
}

/// An address with parameters added: letter by letter as it was registered, but for them.
pub(super) fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return uri.to_owned();
    }
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{uri}{separator}{query}")
}

/// Sends the browser to an app. Browsers hold a form's policy (`form-action`) against every redirect that follows it, and
/// ours names nothing but `https:`; so a program on the person's own machine is reached by a page, which begins anew.
pub(super) fn lead(state: &AppState, target: &str, app: &str, from_form: bool, language: Language) -> Response {
    let own = format!("{}/", state.directory.public_url());
    if !from_form || target.starts_with("https:") || target.starts_with(&own) {
        return bare(Redirect::to(target).into_response());
    }
    let title = escaped(&signing_in::going_on_to(language, app).to_string());
    let (href, go_on) = (escaped(target), doors::go_on(language));
    let (style, brand) = (escaped(&state.facts.style_href), escaped(&state.facts.brand_href));
    let mut page = Html(format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta http-equiv=\"refresh\" content=\"0;url={href}\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"{style}\"><link rel=\"stylesheet\" href=\"{brand}\"></head>\
         <body class=\"doorway\"><main id=\"main\" class=\"door\"><div class=\"intro\"><h1>{title}</h1></div>\
         <div class=\"actions stack\"><a class=\"button primary wide\" href=\"{href}\">{go_on}</a></div></main></body></html>\n"
    ))
    .into_response();
    page.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        ),
    );
    bare(page)
}

/// Text for between tags and within quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_and_nothing_else_is_touched() {
        let add = |uri: &str| with_query(uri, &[("code", "a b"), ("state", "<\r\n&>")]);
        for (uri, target) in [
            ("https://app.example/cb", "https://app.example/cb?"),
            ("https://app.example/cb?x=%7e", "https://app.example/cb?x=%7e&"),
            ("https://app.example/cb?", "https://app.example/cb?"),
            ("https://app.example/cb?x&", "https://app.example/cb?x&"),
            ("https://app.example", "https://app.example?"),
            ("com.example.app:/cb", "com.example.app:/cb?"),
        ] {
            assert_eq!(add(uri), format!("{target}code=a+b&state=%3C%0D%0A%26%3E"));
        }
        assert_eq!(with_query("https://app.example/", &[]), "https://app.example/");
    }

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(escaped("<b a='1' c=\"2\">&amp;"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
    }
}
