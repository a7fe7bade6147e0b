//! In which language a page speaks to a browser.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

use super::cookies;
use crate::model::Language;

/// What a request says about the language it wants. None of it is believed to be one of ours before it was read as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In the address, `?lang=de`: what a link of the switcher says.
    pub asked: Option<Language>,
    /// What this browser chose before.
    pub cookie: Option<Language>,
    /// What the browser was set up for.
    pub accepted: Option<Language>,
}

impl Wanted {
    /// Reads it.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let asked = uri.query().and_then(|query| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == "lang")
                .and_then(|(_, tag)| Language::of_tag(&tag))
        });
        let cookie = cookies::read(headers, cookies::LANGUAGE).and_then(|tag| Language::of_tag(&tag));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self { asked, cookie, accepted: accepted.and_then(Language::accepted) }
    }

    /// The language of a page. `shown` is that of the invitation that it shows, `preferred` that of the person who is
    /// signed in: what somebody chose here and now goes before both, and what a browser was set up for after them.
    pub fn choose(self, shown: Option<Language>, preferred: Option<Language>, organization: Language) -> Language {
        self.asked.or(self.cookie).or(shown).or(preferred).or(self.accepted).unwrap_or(organization)
    }

    /// The same request without a language in its address: as the next page will see it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { asked: None, ..self }
    }
}

/// The cookie that keeps the language of a form that was sent. It goes with the browser's session, and holds one of our
/// five codes, nothing that was sent.
pub fn cookie(language: Language) -> Option<HeaderValue> {
    cookies::set_for_session(cookies::LANGUAGE, language.as_str())
}

#[cfg(test)]
mod tests {
    use Language::{English, French, German, Japanese, Spanish};

    use super::*;

    #[test]
    fn the_order() {
        let wanted = |asked, cookie, accepted| Wanted { asked, cookie, accepted };
        for (wanted, shown, preferred, language) in [
            (wanted(Some(German), Some(French), Some(Spanish)), Some(Japanese), Some(English), German),
            (wanted(None, Some(French), Some(Spanish)), Some(Japanese), Some(English), French),
            (wanted(None, None, Some(Spanish)), Some(Japanese), Some(German), Japanese),
            (wanted(None, None, Some(Spanish)), None, Some(German), German),
            (wanted(None, None, Some(Spanish)), None, None, Spanish),
            (wanted(None, None, None), None, None, English),
        ] {
            assert_eq!(wanted.choose(shown, preferred, English), language);
        }
        assert_eq!(Wanted::default().choose(None, None, Japanese), Japanese);
    }

    #[test]
    fn what_is_not_ours_is_not_heard() {
        let read = |uri: &str, cookie: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accept).unwrap());
            Wanted::of(&uri.parse().unwrap(), &headers)
        };
        let cookie = "__Host-language=fr; a=b";
        assert_eq!(
            read("/x?a=b&lang=de-AT&lang=ja", cookie, "es;q=0.5, tlh"),
            Wanted { asked: Some(German), cookie: Some(French), accepted: Some(Spanish) }
        );
        for tag in ["", "tlh", "%3Cscript%3E", "de%0d%0aSet-Cookie:x", "%00", "..%2f", "d", "deutsch"] {
            assert_eq!(read(&format!("/x?lang={tag}"), "__Host-language=xx", "*").asked, None, "{tag}");
        }
        assert_eq!(read("/x", "__Host-language=<script>", ""), Wanted::default());
    }
}
