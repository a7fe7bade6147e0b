//! Puts letters into words.

use chrono::{DateTime, Utc};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde::Serialize;
use url::Url;

use super::{colour::Palette, tidy};
use crate::model::{
    letter::{Letter, Mail, Post, Sender},
    names,
    settings::{Organization, Settings},
};

/// Longest text of one line that is not a name: an address, a URL.
const LONGEST_LINE: usize = 500;

/// Every template: its name, which decides about escaping, and its text.
const TEMPLATES: &[(&str, &str)] = &[
    ("shared/layout.html", include_str!("templates/shared/layout.html")),
    ("shared/parts.html", include_str!("templates/shared/parts.html")),
    ("shared/parts.txt", include_str!("templates/shared/parts.txt")),
    ("invitation/subject.txt", include_str!("templates/invitation/subject.txt")),
    ("invitation/body.txt", include_str!("templates/invitation/body.txt")),
    ("invitation/body.html", include_str!("templates/invitation/body.html")),
    ("added/subject.txt", include_str!("templates/added/subject.txt")),
    ("added/body.txt", include_str!("templates/added/body.txt")),
    ("added/body.html", include_str!("templates/added/body.html")),
    ("passcode/subject.txt", include_str!("templates/passcode/subject.txt")),
    ("passcode/body.txt", include_str!("templates/passcode/body.txt")),
    ("passcode/body.html", include_str!("templates/passcode/body.html")),
];

/// Writes mails from the templates in this program.
#[derive(Debug)]
pub struct Writer {
    templates: Environment<'static>,
}

impl Writer {
    /// Compiles the templates.
    ///
    /// # Errors
    /// A template does not compile, which a test rules out.
    pub fn new() -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_trim_blocks(true);
        templates.set_lstrip_blocks(true);
        templates.set_auto_escape_callback(
            |name| {
                if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
            },
        );
        for (name, text) in TEMPLATES {
            templates.add_template(name, text)?;
        }
        Ok(Self { templates })
    }

    /// Puts a letter into words, in the organization's colours. `public_url` has no slash at its end.
    ///
    /// # Errors
    /// `public_url` is not a URL, or a template asks for what the letter does not have (which tests rule out).
    pub fn write(&self, post: &Post, settings: &Settings, public_url: &str) -> Result<Mail, Error> {
        let letter = &post.letter;
        let organization = OrganizationWords::new(&settings.organization);
        let colour = Palette::new(settings.organization.hue, settings.organization.chroma);
        let (words, reply_to) = match letter {
            Letter::Invitation { ticket, inviter, message, groups, apps, address, expires_at, .. }
            | Letter::Reminder { ticket, inviter, message, groups, apps, address, expires_at } => (
                context! {
                    inviter => InviterWords::new(inviter),
                    message => tidy::lines(message),
                    groups => things(groups),
                    apps => things(apps),
                    address => tidy::line(address, LONGEST_LINE),
                    until => moment(*expires_at),
                    link => Link::to_redeem(public_url, ticket.as_deref())?,
                },
                Some(reply_to(inviter)),
            ),
            Letter::Added { inviter, message, groups, apps, address, .. } => (
                context! {
                    inviter => InviterWords::new(inviter),
                    message => tidy::lines(message),
                    groups => things(groups),
                    apps => things(apps),
                    address => tidy::line(address, LONGEST_LINE),
                    link => Link::to_apps(public_url)?,
                },
                Some(reply_to(inviter)),
            ),
            Letter::Copy { .. } | Letter::Digest { .. } | Letter::Asked { .. } => (context! {}, None),
            Letter::Passcode { code, minutes } => {
                (context! { code => tidy::line(code, LONGEST_LINE), minutes => minutes }, None)
            }
        };
        let words = context! { organization, colour, ..words };
        let part = |name: &str| self.templates.get_template(&format!("{}/{name}", letter.kind()))?.render(&words);
        Ok(Mail {
            subject: names::one_line(&part("subject.txt")?).unwrap_or_default(),
            text: part("body.txt")?.trim().to_owned() + "\n",
            html: part("body.html")?,
            reply_to,
            unsubscribe: None,
        })
    }
}

/// What templates say of the organization.
#[derive(Serialize)]
struct OrganizationWords {
    name: String,
    initial: String,
    domain: Option<String>,
    privacy: Option<Link>,
    contact: Option<String>,
}

impl OrganizationWords {
    fn new(organization: &Organization) -> Self {
        let domain = organization.first_domain();
        let name = names::one_line(&organization.name)
            .or_else(|| domain.clone())
            .unwrap_or_else(|| Organization::default().name);
        Self {
            initial: names::initials(&name).chars().take(1).collect(),
            name,
            domain,
            // Settings hold it as text; a mail links to nothing but a real page.
            privacy: organization
                .privacy_url
                .as_deref()
                .and_then(|text| Url::parse(text).ok())
                .filter(|url| matches!(url.scheme(), "https" | "http"))
                .map(|url| Link::to(&url)),
            contact: organization
                .contact
                .as_deref()
                .map(|contact| tidy::line(contact, LONGEST_LINE))
                .filter(|contact| !contact.is_empty()),
        }
    }
}

/// What templates say of who stands behind a mail.
#[derive(Serialize)]
struct InviterWords {
    name: String,
    initials: String,
    address: String,
}

impl InviterWords {
    fn new(inviter: &Sender) -> Self {
        let Sender { name, address } = reply_to(inviter);
        Self { initials: names::initials(&name), name, address }
    }
}

/// A link, once for HTML and once for text.
#[derive(Serialize)]
struct Link {
    /// Whether it leads anywhere. A preview's does not.
    live: bool,
    /// Escaped, for attributes and to be read.
    html: Value,
    /// To be read and copied.
    plain: String,
}

impl Link {
    /// The link by which an invitation is redeemed; without a ticket only what it looks like.
    fn to_redeem(public_url: &str, ticket: Option<&str>) -> Result<Self, Error> {
        let mut url = below(public_url, "/redeem")?;
        if let Some(ticket) = ticket {
            url.query_pairs_mut().append_pair("ticket", ticket);
            return Ok(Self::to(&url));
        }
        let plain = format!("{url}?ticket=…");
        Ok(Self { live: false, html: escaped(&plain), plain })
    }

    /// The link to the apps.
    fn to_apps(public_url: &str) -> Result<Self, Error> {
        Ok(Self::to(&below(public_url, "/")?))
    }

    fn to(url: &Url) -> Self {
        Self { live: true, html: escaped(url.as_str()), plain: url.to_string() }
    }
}

fn below(public_url: &str, path: &str) -> Result<Url, Error> {
    Url::parse(&format!("{public_url}{path}"))
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, "the public URL is not a URL").with_source(error))
}

/// A serialized [`Url`] as HTML. The templates' own escaping would write slashes as entities too: right, but whoever
/// looks for the link in a mail's source would not find it.
fn escaped(url: &str) -> Value {
    let html = url.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
    Value::from_safe_string(html.replace('<', "&lt;").replace('>', "&gt;"))
}

/// Who stands behind a mail, fit for a header.
fn reply_to(inviter: &Sender) -> Sender {
    let address = tidy::line(&inviter.address, LONGEST_LINE);
    Sender { name: names::one_line(&inviter.name).unwrap_or_else(|| address.clone()), address }
}

/// The names of apps or groups.
fn things(names: &[String]) -> Vec<String> {
    names.iter().filter_map(|name| names::one_line(name)).collect()
}

/// A moment that reads the same everywhere.
fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests;
