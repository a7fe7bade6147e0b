//! Reads HTML as far as it takes to find what has no place in a mail.

/// Marks where an expression stood; followed by its number and by [`END`].
pub(super) const EXPRESSION: char = '\u{e000}';
/// Ends the number of an expression.
pub(super) const END: char = '\u{e001}';

/// Anything in HTML that is not text to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup {
    /// Where it begins.
    pub line: usize,
    /// The element's name, in lower case; empty for comments and declarations.
    pub element: String,
    /// Names, in lower case, and values.
    pub attributes: Vec<(String, String)>,
    /// All of it, and for `style`, `script` and the like what is in them.
    pub whole: String,
}

/// The elements whose content is not read as HTML.
const RAW: [&str; 7] = ["script", "style", "textarea", "xmp", "iframe", "noembed", "noframes"];

/// Finds everything that is not text.
pub(super) fn markup(html: &str) -> Vec<Markup> {
    let mut found = Vec::new();
    let mut rest = html;
    let mut line = 1;
    while let Some(at) = rest.find('<') {
        line += newlines(&rest[..at]);
        rest = &rest[at..];
        let (length, element) = if rest.starts_with("<!--") {
            (rest.find("-->").map_or(rest.len(), |end| end + 3), None)
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == EXPRESSION) {
            let (length, element) = tag(rest);
            (length, Some(element))
        } else if rest[1..].starts_with(['/', '!', '?']) {
            (rest.find('>').map_or(rest.len(), |end| end + 1), None)
        } else {
            rest = &rest[1..];
            continue;
        };
        let (name, attributes) = element.unwrap_or_default();
        let length = if RAW.contains(&name.as_str()) {
            let closing = format!("</{name}");
            let inner = rest[length..].to_ascii_lowercase().find(&closing);
            inner.map_or(rest.len(), |end| length + end)
        } else {
            length
        };
        found.push(Markup { line, element: name, attributes, whole: rest[..length].to_owned() });
        line += newlines(&rest[..length]);
        rest = &rest[length..];
    }
    found
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

type Element = (String, Vec<(String, String)>);

/// Reads a tag: how long it is, its name, its attributes.
fn tag(html: &str) -> (usize, Element) {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '/' | '>');
    let mut at = 1;
    let name_ends = html[at..].find(is_end).map_or(html.len(), |end| at + end);
    let name = html[at..name_ends].to_ascii_lowercase();
    at = name_ends;
    let mut attributes = Vec::new();
    loop {
        at += html[at..].find(|c: char| !c.is_whitespace() && c != '/').unwrap_or(html.len() - at);
        if html[at..].starts_with('>') {
            return (at + 1, (name, attributes));
        }
        if at >= html.len() {
            return (html.len(), (name, attributes));
        }
        // An equals sign at the very beginning belongs to the name.
        let first = html[at..].chars().next().map_or(0, char::len_utf8);
        let ends = html[at + first..].find(|c: char| is_end(c) || c == '=').map_or(html.len(), |end| at + first + end);
        let key = html[at..ends].to_ascii_lowercase();
        at = ends;
        let value_at = at + html[at..].find(|c: char| !c.is_whitespace()).unwrap_or(html.len() - at);
        let mut value = String::new();
        if html[value_at..].starts_with('=') {
            at = value_at + 1;
            at += html[at..].find(|c: char| !c.is_whitespace()).unwrap_or(html.len() - at);
            let quote = html[at..].chars().next().filter(|c| matches!(c, '"' | '\''));
            let (begins, ends, after) = match quote {
                Some(quote) => {
                    let ends = html[at + 1..].find(quote).map_or(html.len(), |end| at + 1 + end);
                    (at + 1, ends, (ends + 1).min(html.len()))
                }
                None => {
                    let ends =
                        html[at..].find(|c: char| c.is_whitespace() || c == '>').map_or(html.len(), |end| at + end);
                    (at, ends, ends)
                }
            };
            html[begins..ends].clone_into(&mut value);
            at = after;
        }
        attributes.push((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Vec<(usize, Element)> {
        markup(html).into_iter().map(|found| (found.line, (found.element, found.attributes))).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn tags_are_read_as_browsers_do() {
        assert_eq!(
            read("a < b <A HREF = 'x>y' checked/x=1 title=\"a\nb\">z</a>\n<br/>"),
            [
                (1, ("a".to_owned(), pairs(&[("href", "x>y"), ("checked", ""), ("x", "1"), ("title", "a\nb")]))),
                (2, Element::default()),
                (3, ("br".to_owned(), Vec::new())),
            ]
        );
        assert_eq!(read("<img/onerror=x src>"), [(1, ("img".to_owned(), pairs(&[("onerror", "x"), ("src", "")])))]);
    }

    #[test]
    fn what_is_not_html_stays_together() {
        let found = markup("<style>a<b>c</style><!-- <p> --><script>x</SCRIPT>");
        let wholes: Vec<_> = found.iter().map(|found| &*found.whole).collect();
        assert_eq!(wholes, ["<style>a<b>c", "</style>", "<!-- <p> -->", "<script>x", "</SCRIPT>"]);
    }

    #[test]
    fn anything_can_be_read() {
        for html in [
            "<",
            "<a",
            "<a ",
            "<a =",
            "<a b=",
            "<a b='",
            "<a b=\"é",
            "<!--",
            "<!-",
            "</",
            "<é",
            "<a\u{e000}",
            "<a é=é>",
            "<?",
        ] {
            markup(html);
            markup(&html.repeat(3));
        }
    }
}
