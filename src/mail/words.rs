//! What templates are given: the letter, the organization and its colours, tidied and, for HTML, escaped.

use minijinja::{Error, ErrorKind, Value, context};
use serde::Serialize;
use url::Url;

use super::{
    colour::Palette,
    moments::{moment, number},
    phrases::{Shared, Twin},
    tidy,
};
use crate::model::{
    letter::{Letter, Post, Sender},
    names,
    settings::{Organization, Settings},
};

/// Longest text of one line that is not a name: an address, a URL.
const LONGEST_LINE: usize = 500;

/// The words of one twin of a mail.
pub(super) struct Words {
    /// The variables of its templates, but for those that are phrases.
    pub(super) context: Value,
    /// Which phrases make sense besides its own.
    pub(super) shared: Shared,
    /// What it is worth nothing without: the name of the variable, and how it reads.
    pub(super) needs: Vec<(&'static str, Value)>,
}

/// Puts a letter into the variables of its templates.
pub(super) fn words(post: &Post, settings: &Settings, public_url: &str, twin: Twin) -> Result<Words, Error> {
    let language = post.language;
    let colour = Palette::new(settings.organization.hue, settings.organization.chroma);
    let ink = colour.light.text;
    let line = |text: &str| tidy::line(text, LONGEST_LINE);
    let strong = |text: &str| match twin {
        Twin::Text => Value::from(text),
        Twin::Html => Value::from_safe_string(format!(
            r#"<b class="text" style="color:{ink};font-weight:600;">{}</b>"#,
            escaped(text)
        )),
    };
    let url = |url: &Url| address_of(url.as_str(), twin);
    let mut needs = Vec::new();
    let mut shared = Shared::Organization;
    let mut by = |inviter: &Sender| {
        shared = Shared::Inviter;
        InviterWords::new(inviter)
    };
    let own = match &post.letter {
        Letter::Invitation { ticket, inviter, message, groups, apps, address, expires_at, access_until } => {
            let link = redeem(public_url, ticket.as_deref(), twin)?;
            needs.push(("link", link.clone()));
            let (address, until) = (line(address), moment(*expires_at, language));
            let access_until = access_until.map(|at| moment(at, language));
            context! {
                inviter => by(inviter),
                message => tidy::lines(message),
                groups => things(groups),
                apps => things(apps),
                strong => context! {
                    address => strong(&address),
                    until => strong(&until),
                    access_until => access_until.as_deref().map(strong),
                },
                address, until, access_until, link,
            }
        }
        Letter::Reminder { ticket, inviter, message, groups, apps, address, expires_at } => {
            let link = redeem(public_url, ticket.as_deref(), twin)?;
            needs.push(("link", link.clone()));
            let (address, until) = (line(address), moment(*expires_at, language));
            context! {
                inviter => by(inviter),
                message => tidy::lines(message),
                groups => things(groups),
                apps => things(apps),
                strong => context! { address => strong(&address), until => strong(&until) },
                address, until, link,
            }
        }
        Letter::Copy { inviter, message, groups, apps, address } => {
            let address = line(address);
            context! {
                inviter => by(inviter),
                message => tidy::lines(message),
                groups => things(groups),
                apps => things(apps),
                strong => context! { address => strong(&address) },
                address,
            }
        }
        Letter::Digest { news, more } => {
            let link = url(&below(public_url, "/guests")?);
            needs.push(("link", link.clone()));
            let news: Vec<_> = news
                .iter()
                .map(|item| {
                    let address = line(&item.address);
                    context! {
                        guest => names::one_line(&item.guest).unwrap_or_else(|| address.clone()),
                        state => item.state,
                        at => moment(item.at, language),
                        address,
                    }
                })
                .collect();
            // The subject may speak of one; without any, of nobody.
            let first =
                |name: &str| news.first().map_or_else(|| Ok(Value::from("")), |item: &Value| item.get_attr(name));
            let total = news.len() as u64 + u64::from(*more);
            context! {
                total => number(total, language),
                more,
                more_number => number(u64::from(*more), language),
                guest => first("guest")?,
                at => first("at")?,
                news, link,
            }
        }
        Letter::Asked { guest, address, path } => {
            let link = url(&below(public_url, path)?);
            needs.push(("link", link.clone()));
            let address = line(address);
            context! {
                guest => names::one_line(guest).unwrap_or_else(|| address.clone()),
                strong => context! { address => strong(&address) },
                address, link,
            }
        }
        Letter::Added { inviter, message, groups, apps, address, access_until } => {
            let link = url(&below(public_url, "/")?);
            needs.push(("link", link.clone()));
            let address = line(address);
            let access_until = access_until.map(|at| moment(at, language));
            context! {
                inviter => by(inviter),
                message => tidy::lines(message),
                groups => things(groups),
                apps => things(apps),
                strong => context! {
                    address => strong(&address),
                    access_until => access_until.as_deref().map(strong),
                },
                address, access_until, link,
            }
        }
        Letter::Passcode { code, minutes } => {
            let code = line(code);
            needs.push(("code", Value::from(code.clone())));
            context! { code, minutes }
        }
        Letter::Notice { kind, person, target, actor, words, until, path, request: _ } => {
            let link = url(&below(public_url, path)?);
            needs.push(("link", link.clone()));
            let until = until.map(|at| moment(at, language));
            context! {
                kind,
                waits => kind.waits(),
                person => person.as_deref().and_then(names::one_line).unwrap_or_default(),
                target => names::one_line(target).unwrap_or_default(),
                actor => actor.as_deref().and_then(names::one_line),
                message => tidy::lines(words),
                strong => context! { until => until.as_deref().map(strong) },
                until, link,
            }
        }
    };
    let unsubscribe = unsubscribe(post, public_url)?.map(|to| url(&to));
    needs.extend(unsubscribe.clone().map(|link| ("unsubscribe", link)));
    let organization = OrganizationWords::new(&settings.organization, twin);
    let context = context! { language, organization, colour, unsubscribe, ..own };
    Ok(Words { context, shared, needs })
}

/// Where the reader can block such mails, if they can.
pub(super) fn unsubscribe(post: &Post, public_url: &str) -> Result<Option<Url>, Error> {
    let Some(token) = &post.unsubscribe else { return Ok(None) };
    let mut url = below(public_url, "/unsubscribe")?;
    url.path_segments_mut().map_err(|()| no_url())?.push(token);
    Ok(Some(url))
}

/// Who stands behind a letter.
pub(super) const fn inviter(letter: &Letter) -> Option<&Sender> {
    match letter {
        Letter::Invitation { inviter, .. }
        | Letter::Reminder { inviter, .. }
        | Letter::Copy { inviter, .. }
        | Letter::Added { inviter, .. } => Some(inviter),
        Letter::Digest { .. } | Letter::Asked { .. } | Letter::Passcode { .. } | Letter::Notice { .. } => None,
    }
}

/// Who stands behind a mail, fit for a header.
pub(super) fn reply_to(inviter: &Sender) -> Sender {
    let address = tidy::line(&inviter.address, LONGEST_LINE);
    Sender { name: names::one_line(&inviter.name).unwrap_or_else(|| address.clone()), address }
}

/// What templates say of the organization.
#[derive(Serialize)]
struct OrganizationWords {
    name: String,
    initial: String,
    domain: Option<String>,
    privacy: Option<Value>,
    contact: Option<String>,
}

impl OrganizationWords {
    fn new(organization: &Organization, twin: Twin) -> Self {
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
                .map(|url| address_of(url.as_str(), twin)),
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

/// The link by which an invitation is redeemed; without a ticket only what it looks like, with a sign in it that no URL
/// has.
fn redeem(public_url: &str, ticket: Option<&str>, twin: Twin) -> Result<Value, Error> {
    let mut url = below(public_url, "/redeem")?;
    if let Some(ticket) = ticket {
        url.query_pairs_mut().append_pair("ticket", ticket);
        return Ok(address_of(url.as_str(), twin));
    }
    Ok(address_of(&format!("{url}?ticket=…"), twin))
}

/// A page of ours.
fn below(public_url: &str, path: &str) -> Result<Url, Error> {
    let url = Url::parse(&format!("{public_url}{path}")).map_err(|error| no_url().with_source(error))?;
    // A path that begins otherwise would be the rest of a host's name.
    if path.starts_with('/') { Ok(url) } else { Err(no_url()) }
}

fn no_url() -> Error {
    Error::new(ErrorKind::InvalidOperation, "the public URL is not a URL")
}

/// A serialized [`Url`]. The templates' own escaping would write slashes as entities too: right, but whoever looks for
/// the link in a mail's source would not find it.
fn address_of(url: &str, twin: Twin) -> Value {
    match twin {
        Twin::Text => Value::from(url),
        Twin::Html => Value::from_safe_string(escaped(url)),
    }
}

fn escaped(text: &str) -> String {
    let html = text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
    html.replace('<', "&lt;").replace('>', "&gt;")
}

/// The names of apps or groups.
fn things(names: &[String]) -> Vec<String> {
    names.iter().filter_map(|name| names::one_line(name)).collect()
}
