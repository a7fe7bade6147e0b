//! The choice of a language, and what carries it through forms.

use leptos::prelude::*;
use url::form_urlencoded::{Serializer, parse};

use crate::model::{Language, text::doors};

/// This page in each of the languages. Following a link changes nothing but the page.
pub fn switcher(current: Language) -> AnyView {
    let query = use_context::<http::request::Parts>()
        .and_then(|parts| parts.uri.query().map(str::to_owned))
        .unwrap_or_default();
    let links: Vec<_> = Language::ALL
        .iter()
        .map(|language| {
            let code = language.as_str();
            view! {
                <li>
                    <a
                        href=in_language(&query, *language)
                        lang=code
                        hreflang=code
                        aria-current=(*language == current).then_some("true")
                    >
                        {language.endonym()}
                    </a>
                </li>
            }
        })
        .collect();
    view! { <nav class="languages" aria-label=doors::languages(current)><ul>{links}</ul></nav> }.into_any()
}

/// The field of a form that lets the pages after it speak the same language.
pub fn field(language: Language) -> impl IntoView + use<> {
    view! { <input type="hidden" name="lang" value=language.as_str()/> }
}

/// The same page with the same parameters, a ticket among them, in a language. Relative, so that whatever stands in the
/// path leads nowhere else.
fn in_language(query: &str, language: Language) -> String {
    let others = parse(query.as_bytes()).filter(|(key, _)| key != "lang");
    let query = Serializer::new(String::new()).extend_pairs(others).append_pair("lang", language.as_str()).finish();
    format!("?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_stays() {
        for (query, link) in [
            ("", "?lang=ja"),
            ("ticket=a-_b&again=x", "?ticket=a-_b&again=x&lang=ja"),
            ("lang=de&ticket=a&lang=fr", "?ticket=a&lang=ja"),
            ("return_to=%2Fgroups%3Fa%3Db%26c", "?return_to=%2Fgroups%3Fa%3Db%26c&lang=ja"),
            ("ticket=%22%3E%3Cscript%3E", "?ticket=%22%3E%3Cscript%3E&lang=ja"),
        ] {
            assert_eq!(in_language(query, Language::Japanese), link);
        }
    }
}
