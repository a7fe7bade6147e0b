//! The form of an app's settings, from texts to what they mean.

use super::{
    Code, Refusal, ask,
    domains::{DomainEntry, DomainRules},
    groups::MOST_DOMAINS,
    lists,
    managed::AppForm,
    names, origin,
    settings::LONGEST_TEXT,
};

/// Longest address of an app, in characters.
pub const LONGEST_URL: usize = 2000;

/// The fields as they are typed.
#[derive(Clone, Debug, Default)]
pub struct TypedApp<'a> {
    /// The name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Where it is.
    pub url: &'a str,
    /// Whether guests can be invited.
    pub accepts_guests: bool,
    /// Domains that alone may, one a line.
    pub allow: &'a str,
    /// Domains that may not, one a line.
    pub deny: &'a str,
    /// Whether people can ask for it.
    pub requestable: bool,
    /// Whether somebody has to approve that.
    pub needs_approval: bool,
    /// The id of the group that people join, or nothing.
    pub join_group: &'a str,
    /// Whether it is left off the panels.
    pub hidden: bool,
}

impl TypedApp<'_> {
    /// Reads all of it. What depends on who asks is checked by the directory.
    ///
    /// # Errors
    /// Names the field: `name`, `description`, `url`, `allow`, `deny`, `join_group`.
    pub fn read(&self) -> Result<AppForm, Refusal> {
        let join_group = Some(self.join_group.trim()).filter(|text| !text.is_empty()).map(str::parse).transpose();
        Ok(AppForm {
            name: name(self.name)?,
            description: description(self.description)?,
            url: url(self.url)?,
            accepts_guests: self.accepts_guests,
            domains: DomainRules { allow: domains(self.allow, "allow")?, deny: domains(self.deny, "deny")? },
            requestable: self.requestable,
            needs_approval: self.needs_approval,
            join_group: join_group.map_err(|_| Refusal::at(Code::NotFound, "join_group"))?,
            hidden: self.hidden,
        })
    }
}

fn name(typed: &str) -> Result<String, Refusal> {
    if typed.trim().chars().count() > names::LONGEST {
        return Err(Refusal::at(Code::TooLong, "name"));
    }
    names::one_line(typed).ok_or_else(|| Refusal::at(Code::NameEmpty, "name"))
}

fn description(typed: &str) -> Result<String, Refusal> {
    let plain = ask::plain_message(typed);
    if plain.chars().count() > LONGEST_TEXT { Err(Refusal::at(Code::TooLong, "description")) } else { Ok(plain) }
}

fn url(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    if typed.chars().count() > LONGEST_URL {
        return Err(Refusal::at(Code::TooLong, "url"));
    }
    if origin::is_web_address(typed) { Ok(typed.to_owned()) } else { Err(Refusal::at(Code::UrlInvalid, "url")) }
}

/// Domains apart by lines, commas or spaces; each once, in the order in which they were typed.
///
/// # Errors
/// [`Code::DomainInvalid`] and [`Code::TooLong`] at the field.
pub(super) fn domains(typed: &str, field: &str) -> Result<Vec<DomainEntry>, Refusal> {
    let words = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    let read = |word: &str| DomainEntry::try_from(word.to_owned());
    lists::distinct(words, MOST_DOMAINS, read, |entry| entry.clone().into()).map_err(|refused| {
        let code = if refused == lists::Refused::TooMany { Code::TooLong } else { Code::DomainInvalid };
        Refusal::at(code, field)
    })
}

/// A list of domains as it is typed: one a line.
pub fn lines(entries: &[DomainEntry]) -> String {
    entries.iter().cloned().map(String::from).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> TypedApp<'static> {
        TypedApp { name: "Wiki", url: "https://wiki.example/", ..TypedApp::default() }
    }

    #[test]
    fn what_is_typed_is_what_is_meant() {
        let typed = TypedApp {
            name: "  Design \t review ",
            description: "Comment on drawings\r\nwith partners ",
            allow: ".Fabrikam.example, contoso.example\n\nfabrikam.example contoso.example",
            deny: "preset:public-mail",
            ..whole()
        };
        let form = typed.read().unwrap();
        assert_eq!(form.name, "Design review");
        assert_eq!(form.description, "Comment on drawings\nwith partners");
        assert_eq!(lines(&form.domains.allow), ".fabrikam.example\ncontoso.example\nfabrikam.example");
        assert_eq!(lines(&form.domains.deny), "preset:public-mail");
        assert_eq!(form.join_group, None);
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let long = "x".repeat(LONGEST_TEXT + 1);
        let far = format!("https://x.example/{long}{long}");
        for (typed, code, field) in [
            (TypedApp { name: " \u{202e}\n", ..whole() }, Code::NameEmpty, "name"),
            (TypedApp { name: &long, ..whole() }, Code::TooLong, "name"),
            (TypedApp { description: &long, ..whole() }, Code::TooLong, "description"),
            (TypedApp { url: "", ..whole() }, Code::UrlInvalid, "url"),
            (TypedApp { url: "wiki.example", ..whole() }, Code::UrlInvalid, "url"),
            (TypedApp { url: "javascript:alert(1)", ..whole() }, Code::UrlInvalid, "url"),
            (TypedApp { url: "data:text/html,x", ..whole() }, Code::UrlInvalid, "url"),
            (TypedApp { url: "https://wiki.example/\r\nX: y", ..whole() }, Code::UrlInvalid, "url"),
            (TypedApp { url: "/wiki", ..whole() }, Code::UrlInvalid, "url"),
            (TypedApp { url: &far, ..whole() }, Code::TooLong, "url"),
            (TypedApp { allow: "fabrikam", deny: "x y z!", ..whole() }, Code::DomainInvalid, "allow"),
            (TypedApp { deny: "ok.example, @bad", ..whole() }, Code::DomainInvalid, "deny"),
            (TypedApp { deny: "preset:nonsense", ..whole() }, Code::DomainInvalid, "deny"),
            (TypedApp { join_group: "aurora", ..whole() }, Code::NotFound, "join_group"),
        ] {
            assert_eq!(typed.read(), Err(Refusal::at(code, field)), "{typed:?}");
        }
    }
}
