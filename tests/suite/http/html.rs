//! Just enough HTML to press buttons, and to tell text from markup as a browser would.

/// A tag, with the text that follows it.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub closing: bool,
    pub attributes: Vec<(String, String)>,
    pub text: String,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The tags of a document, in order. What is inside `script`, `style`, `textarea` and `title` is text.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push_text(&mut tags, &rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
            continue;
        }
        let closing = rest.starts_with("</");
        let after = &rest[if closing { 2 } else { 1 }..];
        if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            push_text(&mut tags, "<");
            rest = &rest[1..];
            continue;
        }
        let (name, attributes, after) = inside(after);
        rest = after;
        let raw = !closing && matches!(name.as_str(), "script" | "style" | "textarea" | "title");
        tags.push(Tag { closing, attributes, text: String::new(), name: name.clone() });
        if raw {
            let end = rest.to_ascii_lowercase().find(&format!("</{name}")).unwrap_or(rest.len());
            push_text(&mut tags, &rest[..end]);
            rest = &rest[end..];
        }
    }
    push_text(&mut tags, rest);
    tags
}

fn push_text(tags: &mut [Tag], text: &str) {
    if let Some(last) = tags.last_mut() {
        last.text.push_str(&unescape(text));
    }
}

/// Name and attributes of a tag, and what comes after it.
fn inside(text: &str) -> (String, Vec<(String, String)>, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
    let name = text[..end].to_ascii_lowercase();
    let mut attributes = Vec::new();
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (name, attributes, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (name, attributes, after);
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c)).unwrap_or(rest.len()).max(1);
        let key = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => {
                    let end = after[1..].find(quote).map_or(after.len(), |end| end + 1);
                    (unescape(&after[1..end]), after.get(end + 1..).unwrap_or_default())
                }
                None => {
                    let end = after.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(after.len());
                    (unescape(&after[..end]), &after[end..])
                }
            };
        }
        attributes.push((key, value));
    }
}

/// Text with its character references resolved.
pub fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';').filter(|end| *end < 12);
        let resolved = end.and_then(|end| match &rest[1..end] {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            number => {
                let number = number.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (resolved, end) {
            (Some(c), Some(end)) => {
                plain.push(c);
                rest = &rest[end + 1..];
            }
            _ => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain + rest
}

/// What a person reads, and what stands in fields.
pub fn text(html: &str) -> String {
    let mut text = String::new();
    for tag in tags(html) {
        if tag.name == "input" {
            text.push_str(tag.get("value").unwrap_or_default());
            text.push(' ');
        }
        if !matches!(tag.name.as_str(), "script" | "style") || tag.closing {
            text.push_str(&tag.text);
        }
    }
    text
}

/// A form, with the fields that a browser would send.
#[derive(Debug, Default)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub fields: Vec<(String, String)>,
    pub buttons: Vec<Button>,
}

#[derive(Debug, Default)]
pub struct Button {
    /// What a screen reader says.
    pub name: String,
    pub field: Option<(String, String)>,
    /// Where it sends the form instead, and how.
    pub action: Option<String>,
    pub method: Option<String>,
    pub disabled: bool,
}

impl Form {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let (mut open, mut pressing, mut named) = (false, false, false);
    for tag in tags(html) {
        match (tag.name.as_str(), tag.closing) {
            ("form", false) => {
                open = true;
                forms.push(Form {
                    action: tag.get("action").unwrap_or_default().to_owned(),
                    method: tag.get("method").unwrap_or("get").to_ascii_lowercase(),
                    ..Form::default()
                });
            }
            ("form", true) => open = false,
            ("button", true) => pressing = false,
            _ => {}
        }
        let Some(form) = forms.last_mut().filter(|_| open) else { continue };
        let field = |value: &str| tag.get("name").map(|name| (name.to_owned(), value.to_owned()));
        let unticked = matches!(tag.get("type"), Some("checkbox" | "radio")) && tag.get("checked").is_none();
        match (tag.name.as_str(), tag.closing) {
            ("input", _) if unticked || tag.get("form").is_some() => {}
            // A browser sends the first choice where none is made.
            ("select", false) => form.fields.extend(field("")),
            ("option", false) if tag.get("selected").is_some() => {
                if let Some(select) = form.fields.last_mut() {
                    tag.get("value").unwrap_or_default().clone_into(&mut select.1);
                }
            }
            ("input", _) => form.fields.extend(field(tag.get("value").unwrap_or_default())),
            // A browser drops one line break right after the tag.
            ("textarea", false) => form.fields.extend(field(tag.text.strip_prefix('\n').unwrap_or(&tag.text))),
            ("button", false) => {
                pressing = true;
                named = tag.get("aria-label").is_some();
                form.buttons.push(Button {
                    name: tag.get("aria-label").unwrap_or_default().to_owned(),
                    field: field(tag.get("value").unwrap_or_default()),
                    action: tag.get("formaction").map(str::to_owned),
                    method: tag.get("formmethod").map(str::to_ascii_lowercase),
                    disabled: tag.get("disabled").is_some(),
                });
            }
            _ => {}
        }
        if pressing
            && !named
            && let Some(button) = form.buttons.last_mut()
            // Decoration is hidden from screen readers.
            && tag.get("aria-hidden").is_none()
        {
            button.name.push_str(&tag.text);
        }
    }
    forms
}

/// The addresses that a document's links lead to.
pub fn links(html: &str) -> Vec<String> {
    tags(html).iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href")).map(str::to_owned).collect()
}

/// Whether a script is what Leptos puts at the end of a page: empty lists, because nothing of ours waits.
fn is_of_leptos(script: &str) -> bool {
    let lists: Vec<&str> = script.split_terminator(';').collect();
    let own = |list: &&str| {
        list.strip_prefix("__")
            .and_then(|list| list.strip_suffix("=[]"))
            .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
    };
    !lists.is_empty() && lists.iter().all(own)
}

/// Asserts that nothing in a document of ours runs, loads or leads anywhere but what we put there.
pub fn assert_harmless(html: &str, what: &str) {
    for tag in tags(html).iter().filter(|tag| !tag.closing) {
        match tag.name.as_str() {
            "script" => {
                let own = match tag.get("src") {
                    Some(src) => src.starts_with('/') && !src.starts_with("//") && tag.text.trim().is_empty(),
                    // It counts only with the nonce, which is looked at elsewhere.
                    None => tag.get("nonce").is_some() && is_of_leptos(&tag.text),
                };
                assert!(own, "a script in {what}: {tag:?}");
            }
            "img" | "object" | "embed" | "base" => panic!("{what} has {tag:?}"),
            "iframe" => {
                let own = tag
                    .get("src")
                    .is_some_and(|src| src.starts_with("/invitations/preview?") || src.starts_with("/demo/mailbox/"));
                assert!(own, "a frame in {what}: {tag:?}");
            }
            _ => {}
        }
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on"), "a handler in {what}: {tag:?}");
            let leads = matches!(name.as_str(), "href" | "src" | "action" | "formaction");
            let scheme = value.trim().to_ascii_lowercase();
            assert!(!leads || !scheme.starts_with("javascript:") && !scheme.starts_with("data:"), "{what}: {tag:?}");
        }
    }
}

#[test]
fn the_reader_reads_as_browsers_do() {
    let html = r#"<!DOCTYPE html><p class="a&quot;b" hidden>x &lt;b&gt;<!--<i>-->y</p><textarea name="m">
a<b></textarea><script src="/x.js">if (a<b) {}</script>"#;
    let names: Vec<_> = tags(html).into_iter().filter(|tag| !tag.closing).map(|tag| tag.name).collect();
    assert_eq!(names, ["p", "textarea", "script"]);
    assert_eq!(tags(html)[0].get("class"), Some("a\"b"));
    assert!(text(html).contains("x <b>y"));
    let form = &forms(
        "<form action='/a' method=post><input name=x value='1&amp;2'><textarea name=m>\n\nhi</textarea><button name=w value=v><i aria-hidden=true>J</i>Go</button></form>",
    )[0];
    assert_eq!((form.field("x"), form.field("m")), (Some("1&2"), Some("\nhi")));
    assert_eq!(form.buttons[0].name, "Go");
    assert!(std::panic::catch_unwind(|| assert_harmless("</textarea><script>alert(1)</script>", "x")).is_err());
    assert!(std::panic::catch_unwind(|| assert_harmless("<p><a href=' JavaScript:x'>", "x")).is_err());
}
