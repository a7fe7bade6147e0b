//! Reads a template's source far enough to know what stands where.

/// A piece of a template's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// What is written as it stands.
    Text(String),
    /// `{{ … }}`, without its braces.
    Expression(String),
    /// `{% … %}`, without its signs.
    Statement(String),
    /// `{# … #}`.
    Comment(String),
}

/// The pieces of a template, each with the line on which it begins.
pub(super) fn pieces(source: &str) -> Vec<(usize, Piece)> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    let mut raw = false;
    while !rest.is_empty() {
        let opening = ["{{", "{%", "{#"].iter().filter_map(|sign| rest.find(sign)).min();
        let at = opening.unwrap_or(rest.len());
        if at > 0 {
            found.push((line, Piece::Text(rest[..at].to_owned())));
            line += rest[..at].matches('\n').count();
        }
        let Some((sign, after)) = rest.get(at..).and_then(|rest| rest.split_at_checked(2)) else { break };
        let (length, closing) = inside(after, sign);
        let inner = after[..length].trim_start_matches(['-', '+']).trim_end_matches(['-', '+']).trim().to_owned();
        let begins = line;
        line += after[..length + closing].matches('\n').count();
        let whole = format!("{sign}{}", &after[..length + closing]);
        rest = &after[length + closing..];
        let ends_raw = raw && sign == "{%" && inner == "endraw";
        let piece = match sign {
            _ if raw && !ends_raw => Piece::Text(whole),
            "{{" => Piece::Expression(inner),
            "{#" => Piece::Comment(inner),
            _ => {
                raw = inner == "raw";
                Piece::Statement(inner)
            }
        };
        found.push((begins, piece));
    }
    found
}

/// How long a piece is that was opened by `sign`, and how long its closing sign. Signs in texts do not count.
fn inside(after: &str, sign: &str) -> (usize, usize) {
    let closing = match sign {
        "{{" => "}}",
        "{%" => "%}",
        _ => "#}",
    };
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in after.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if after[at..].starts_with(closing) => return (at, closing.len()),
            None if sign != "{#" && matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
    }
    (after.len(), 0)
}

/// The names in an expression or statement that are not attributes, filters, tests, arguments' names or texts.
pub(super) fn roots(inner: &str) -> Vec<String> {
    names(inner).into_iter().filter(|(before, _)| !matches!(before, '.' | '|' | 'i')).map(|(_, name)| name).collect()
}

/// The filters in an expression or statement.
pub(super) fn filters(inner: &str) -> Vec<String> {
    names(inner).into_iter().filter(|(before, _)| *before == '|').map(|(_, name)| name).collect()
}

/// Every name, and what stands before it: `.` an attribute's, `|` a filter's, `i` a test's (after `is`).
fn names(inner: &str) -> Vec<(char, String)> {
    let mut found: Vec<(char, String)> = Vec::new();
    let mut before = ' ';
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        if matches!(c, '"' | '\'') {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, other)| {
                let closes = *other == c && !escaped;
                escaped = *other == '\\' && !escaped;
                closes
            });
            rest = end.map_or("", |(at, _)| &rest[at + c.len_utf8()..]);
            before = ' ';
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let name = &rest[..end];
            rest = &rest[end..];
            match name {
                "is" => before = 'i',
                // `is not defined`
                "not" if before == 'i' => {}
                "if" | "else" | "and" | "or" | "not" | "in" | "true" | "false" | "none" | "True" | "False" | "None" => {
                    before = ' ';
                }
                _ if name.starts_with(|c: char| c.is_ascii_digit()) => before = ' ',
                _ => {
                    found.push((before, name.to_owned()));
                    before = ' ';
                }
            }
        } else {
            rest = &rest[c.len_utf8()..];
            if !c.is_whitespace() {
                before = c;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart() {
        let source = "a {{ b }}\n{%- if c == '%}' -%}\n{# {{ d }} #}{% raw %}{{ e }}{% endraw %}{% endif %}{{ f";
        assert_eq!(
            pieces(source),
            [
                (1, Piece::Text("a ".to_owned())),
                (1, Piece::Expression("b".to_owned())),
                (1, Piece::Text("\n".to_owned())),
                (2, Piece::Statement("if c == '%}'".to_owned())),
                (2, Piece::Text("\n".to_owned())),
                (3, Piece::Comment("{{ d }}".to_owned())),
                (3, Piece::Statement("raw".to_owned())),
                (3, Piece::Text("{{ e }}".to_owned())),
                (3, Piece::Statement("endraw".to_owned())),
                (3, Piece::Statement("endif".to_owned())),
                (3, Piece::Expression("f".to_owned())),
            ]
        );
    }

    #[test]
    fn names_are_told_apart() {
        assert_eq!(
            roots("inviter.name | upper ~ 'message' if groups is not defined else link"),
            ["inviter", "groups", "link"]
        );
        assert_eq!(filters("message | join(', ')|safe"), ["join", "safe"]);
        assert_eq!(roots(r#"a["b"].c[d] + 12 and not "e\"f" "#), ["a", "d"]);
    }

    /// Whatever is in a file, reading it ends, and loses nothing.
    #[test]
    fn anything_can_be_read() {
        for source in
            ["{", "{{", "{%", "{#", "{{'", "{{ '}}", "é{{é}}", "{% raw %}{{", "}}%}#}", "{{-", "{%--%}", "{{\\"]
        {
            let text: usize = pieces(source).len();
            assert!(text > 0, "{source}");
        }
    }
}
