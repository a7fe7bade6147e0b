//! The only place with a `<textarea>`: Leptos 0.8 does not escape its child on the server.

use leptos::prelude::*;

/// A field of several lines. Its text is escaped here.
#[component]
pub fn TextArea(
    /// The field's id and name.
    name: &'static str,
    /// What is in it.
    value: String,
    /// How many lines show.
    #[prop(default = 5)]
    rows: u32,
    /// How many characters fit.
    max: usize,
    /// Ids of the texts that describe it.
    described_by: String,
    /// Whether it was refused.
    #[prop(default = false)]
    invalid: bool,
    /// Whether it holds a list of addresses, and must not be empty.
    #[prop(default = false)]
    list: bool,
    /// Whether it holds something that is no language of people: nothing corrects its spelling.
    #[prop(default = false)]
    code: bool,
) -> impl IntoView {
    // HTML drops one line break right after the tag, so one is put there to lose.
    let text = format!("\n{}", escape(&value));
    view! {
        <textarea
            id=name
            name=name
            rows=rows
            maxlength=max
            aria-describedby=described_by
            aria-invalid=invalid.then_some("true")
            required=list
            autofocus=list
            autocomplete=(list || code).then_some("off")
            autocapitalize=(list || code).then_some("none")
            spellcheck=(list || code).then_some("false")
            inputmode=list.then_some("email")
            inner_html=text
        ></textarea>
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let html = view! {
            <TextArea name="message" value="</textarea><script>alert(1)</script>&amp;".to_owned() max=10 described_by="x".to_owned()/>
        }
        .to_html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"), "{html}");
    }
}
