//! What an inviter asks for, as it comes from a form, a file or a program: texts that become an [`Ask`], or say which
//! field is wrong.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

use super::{Address, Code, Language, Refusal, names};

/// Longest message of an inviter, in characters.
pub const LONGEST_MESSAGE: usize = 2000;
/// Most people who get a copy of one invitation.
pub const MOST_COPIES: usize = 5;
/// Longest address to land on, in characters.
const LONGEST_LANDING: usize = 500;

/// One person asked in: to groups, to apps, or to the directory alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// The groups to invite to.
    pub groups: Vec<Uuid>,
    /// The apps to invite to, directly.
    pub apps: Vec<Uuid>,
    /// The address as typed, perhaps with a name: `Sam Oogle <sam@example.com>`.
    pub address: String,
    /// The guest's name, if the address does not bring one.
    pub name: Option<String>,
    /// What the mail and all of its copies have in common.
    pub terms: Terms,
}

/// What an invitation says and allows, whoever it goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The inviter's own words.
    pub message: String,
    /// The language of the mail; the guest's or the organization's if not given.
    pub language: Option<Language>,
    /// When the access that it gives ends by itself.
    pub access_until: Option<DateTime<Utc>>,
    /// How long the invitation is open, in days; the organization's setting if not given.
    pub valid_days: Option<u16>,
    /// The address of the colleague who answers for the guest; the inviter if not given.
    pub sponsor: Option<Address>,
    /// Who is told, by a mail without a link.
    pub cc: Vec<Address>,
    /// Where the guest lands after redemption; the panel if not given.
    pub landing: Option<url::Url>,
    /// No mail is sent: the link is handed over another way.
    pub without_mail: bool,
}

/// The same as it is typed. Empty means not given.
#[derive(Clone, Debug, Default)]
pub struct TypedTerms<'a> {
    /// The inviter's own words.
    pub message: &'a str,
    /// A language tag.
    pub language: &'a str,
    /// The last day of access, `2027-03-31`.
    pub access_until: &'a str,
    /// How many days the invitation is open.
    pub valid_days: &'a str,
    /// An address.
    pub sponsor: &'a str,
    /// Addresses.
    pub cc: &'a str,
    /// A URL.
    pub landing: &'a str,
    /// Whether no mail is sent.
    pub without_mail: bool,
}

impl TypedTerms<'_> {
    /// Reads all of it. What depends on the organization is checked by the directory.
    ///
    /// # Errors
    /// Names the field: `message`, `language`, `until`, `days`, `sponsor`, `cc`, `landing`.
    pub fn read(&self, now: DateTime<Utc>) -> Result<Terms, Refusal> {
        Ok(Terms {
            message: message(self.message)?,
            language: given(self.language)
                .map(|tag| Language::of_tag(tag).ok_or_else(|| Refusal::at(Code::LanguageUnknown, "language")))
                .transpose()?,
            access_until: given(self.access_until).map(|day| last_day(day, now)).transpose()?,
            valid_days: given(self.valid_days).map(valid_days).transpose()?,
            sponsor: given(self.sponsor)
                .map(|address| Address::parse(address).map_err(|_| Refusal::at(Code::SponsorUnknown, "sponsor")))
                .transpose()?,
            cc: copies(self.cc)?,
            landing: given(self.landing).map(landing).transpose()?,
            without_mail: self.without_mail,
        })
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// An inviter's words as plain text: lines end in `\n`, and there are no other control characters, nor any that turn the
/// direction of what follows.
///
/// # Errors
/// [`Code::MessageTooLong`] at `message`.
pub fn message(typed: &str) -> Result<String, Refusal> {
    let plain = plain_message(typed);
    if plain.chars().count() > LONGEST_MESSAGE { Err(Refusal::at(Code::MessageTooLong, "message")) } else { Ok(plain) }
}

/// The same, cut to what fits.
pub fn plain_message(typed: &str) -> String {
    let lines = typed.replace("\r\n", "\n").replace('\r', "\n");
    let plain =
        |c: &char| (!c.is_control() || *c == '\n') && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    lines.chars().filter(plain).collect::<String>().trim().to_owned()
}

/// The last second of a day that is not over, in UTC.
///
/// # Errors
/// [`Code::DateInvalid`] and [`Code::DatePast`] at `until`.
pub fn last_day(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    // Years of our time only: further ones do not fit what is kept.
    let day = day.filter(|day| *day < now.date_naive() + Days::new(365 * 200));
    let day = day.ok_or_else(|| Refusal::at(Code::DateInvalid, "until"))?;
    if day < now.date_naive() {
        return Err(Refusal::at(Code::DatePast, "until"));
    }
    let end = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    Ok(day.and_time(end).and_utc())
}

/// How many days an invitation is open.
///
/// # Errors
/// [`Code::ValidityInvalid`] at `days`.
pub fn valid_days(text: &str) -> Result<u16, Refusal> {
    let days = text.trim().parse::<u16>().ok().filter(|days| (1..=365).contains(days));
    days.ok_or_else(|| Refusal::at(Code::ValidityInvalid, "days"))
}

fn copies(text: &str) -> Result<Vec<Address>, Refusal> {
    let entries = super::addresses::parse(text, MOST_COPIES).map_err(|_| Refusal::at(Code::TooManyCc, "cc"))?;
    entries.into_iter().map(|entry| entry.address.map_err(|_| Refusal::at(Code::CcInvalid, "cc"))).collect()
}

/// A page to land on: `https`, or `http` on this machine. Which origins are allowed is for the directory to say.
fn landing(text: &str) -> Result<url::Url, Refusal> {
    let refused = || Refusal::at(Code::RedirectNotAllowed, "landing");
    let url = url::Url::parse(text).map_err(|_| refused())?;
    let plain = url.username().is_empty() && url.password().is_none();
    let short = url.as_str().chars().count() <= LONGEST_LANDING;
    if plain && short && matches!(url.scheme(), "https" | "http") && url.host().is_some() {
        Ok(url)
    } else {
        Err(refused())
    }
}

/// The name that stands beside an address.
pub fn name_beside(typed: &str) -> Option<String> {
    let name = typed.rsplit_once('<').map(|(name, _)| name.trim().trim_matches('"'))?;
    names::one_line(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn nothing_given_is_nothing() {
        assert_eq!(TypedTerms::default().read(now()), Ok(Terms::default()));
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let none = TypedTerms::default;
        for (typed, code, field) in [
            (TypedTerms { language: "tlh", ..none() }, Code::LanguageUnknown, "language"),
            (TypedTerms { access_until: "soon", ..none() }, Code::DateInvalid, "until"),
            (TypedTerms { access_until: "2026-11-20", ..none() }, Code::DatePast, "until"),
            (TypedTerms { access_until: "99999-01-01", ..none() }, Code::DateInvalid, "until"),
            (TypedTerms { valid_days: "0", ..none() }, Code::ValidityInvalid, "days"),
            (TypedTerms { valid_days: "366", ..none() }, Code::ValidityInvalid, "days"),
            (TypedTerms { sponsor: "boss", ..none() }, Code::SponsorUnknown, "sponsor"),
            (TypedTerms { cc: "a@x.com, b", ..none() }, Code::CcInvalid, "cc"),
            (TypedTerms { cc: "a@x.co b@x.co c@x.co d@x.co e@x.co f@x.co", ..none() }, Code::TooManyCc, "cc"),
            (TypedTerms { landing: "javascript:alert(1)", ..none() }, Code::RedirectNotAllowed, "landing"),
            (TypedTerms { landing: "https://u:p@x.com/", ..none() }, Code::RedirectNotAllowed, "landing"),
            (TypedTerms { landing: "//x.com", ..none() }, Code::RedirectNotAllowed, "landing"),
        ] {
            assert_eq!(typed.read(now()), Err(Refusal::at(code, field)), "{typed:?}");
        }
        let long = "x".repeat(LONGEST_MESSAGE + 1);
        let typed = TypedTerms { message: &long, ..none() };
        assert_eq!(typed.read(now()), Err(Refusal::at(Code::MessageTooLong, "message")));
    }

    #[test]
    fn days_end_when_they_end() {
        assert_eq!(last_day("2026-11-21", now()).unwrap().to_rfc3339(), "2026-11-21T23:59:59+00:00");
        assert_eq!(valid_days(" 14 "), Ok(14));
    }

    #[test]
    fn messages_are_plain() {
        assert_eq!(plain_message(" a\r\nb\rc\u{7}\u{202e} "), "a\nb\nc");
    }
}
