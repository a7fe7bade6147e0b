//! What one row asks for.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    MOST_TARGETS,
    header::{Column, Format, Header},
};
use crate::model::{
    Address, Code, Language, Refusal,
    ask::{self, Terms, TypedTerms},
    names,
};

/// What rows get that do not say otherwise. Groups hold for rows that name no group, apps for rows that name no app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkOptions {
    /// Groups to invite to.
    pub groups: Vec<Uuid>,
    /// Apps to invite to.
    pub apps: Vec<Uuid>,
    /// The inviter's own words.
    pub message: String,
    /// The language of the mails.
    pub language: Option<Language>,
    /// When the access ends by itself.
    pub access_until: Option<DateTime<Utc>>,
    /// How long invitations are open, in days.
    pub valid_days: Option<u16>,
    /// No mail is sent.
    pub without_mail: bool,
}

/// A row by its columns, as it was typed. Empty means not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedRow {
    /// The address, perhaps with a name.
    pub address: String,
    /// The guest's name.
    pub name: String,
    /// Groups, by key, name or id.
    pub groups: Vec<String>,
    /// Apps, by key, name or id.
    pub apps: Vec<String>,
    /// The inviter's own words.
    pub message: String,
    /// A language tag.
    pub language: String,
    /// The last day of access, as `2027-03-31` if it is a date that we know.
    pub access_until: String,
    /// How many days the invitation is open.
    pub valid_days: String,
    /// Addresses of those who get a copy.
    pub cc: String,
    /// The sponsor's address.
    pub sponsor: String,
    /// Where to land.
    pub landing: String,
    /// Whether a mail is sent, if the row says so.
    pub send_mail: Option<bool>,
}

/// What a row asks for, with the options that hold for it. Groups and apps still have the names that the row gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The address.
    pub address: Address,
    /// The guest's name.
    pub name: Option<String>,
    /// Groups that the row names; if there are none, those of the options hold.
    pub groups: Vec<String>,
    /// Apps that the row names; if there are none, those of the options hold.
    pub apps: Vec<String>,
    /// Everything else.
    pub terms: Terms,
}

impl Header {
    /// Reads a row by its columns.
    ///
    /// # Errors
    /// [`Code::RowTooWide`], [`Code::SampleRow`] and those of the address at `address`, [`Code::NotYesOrNo`] at
    /// `sendMail`, [`Code::TooManyTargets`] at `groups` and `apps`.
    pub fn read_row(&self, fields: &[String]) -> Result<TypedRow, Refusal> {
        // A comma in a message that is not in quotes would cut the message: better to say so.
        if fields.iter().skip(self.headings.len()).any(|field| !field.trim().is_empty()) {
            return Err(Code::RowTooWide.into());
        }
        let text = |column| self.field(fields, column).to_owned();
        let address = text(Column::Address);
        if is_sample(&address) {
            return Err(Refusal::at(Code::SampleRow, "address"));
        }
        Address::parse(&address).map_err(|code| Refusal::at(code, "address"))?;
        let send_mail = self.field(fields, Column::SendMail);
        Ok(TypedRow {
            address,
            name: text(Column::Name),
            groups: list(self.field(fields, Column::Groups), "groups")?,
            apps: list(self.field(fields, Column::Apps), "apps")?,
            message: text(Column::Message),
            language: text(Column::Language),
            access_until: plain_date(self.field(fields, Column::AccessUntil)),
            valid_days: text(Column::ValidDays),
            cc: text(Column::Cc),
            sponsor: text(Column::Sponsor),
            landing: if self.format == Format::Plain {
                text(Column::Landing)
            } else {
                own_landing(self.field(fields, Column::Landing))
            },
            send_mail: match send_mail {
                "" => None,
                typed => Some(yes_or_no(typed).ok_or_else(|| Refusal::at(Code::NotYesOrNo, "sendMail"))?),
            },
        })
    }
}

impl TypedRow {
    /// What the row asks for, at this moment and with these options.
    ///
    /// # Errors
    /// Those of [`TypedTerms::read`], and of the address.
    pub fn wish(&self, options: &BulkOptions, now: DateTime<Utc>) -> Result<Wish, Refusal> {
        let address = Address::parse(&self.address).map_err(|code| Refusal::at(code, "address"))?;
        let typed = TypedTerms {
            message: &self.message,
            language: &self.language,
            access_until: &self.access_until,
            valid_days: &self.valid_days,
            sponsor: &self.sponsor,
            cc: &self.cc,
            landing: &self.landing,
            without_mail: !self.send_mail.unwrap_or(!options.without_mail),
        };
        let mut terms = typed.read(now)?;
        if terms.message.is_empty() {
            terms.message.clone_from(&options.message);
        }
        terms.language = terms.language.or(options.language);
        terms.access_until = terms.access_until.or(options.access_until);
        terms.valid_days = terms.valid_days.or(options.valid_days);
        let name = names::one_line(&self.name).or_else(|| ask::name_beside(&self.address));
        Ok(Wish { address, name, groups: self.groups.clone(), apps: self.apps.clone(), terms })
    }
}

/// Whether it is the example row that a template has.
fn is_sample(address: &str) -> bool {
    address.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case("example"))
        && address[7..].trim_start().starts_with(':')
}

/// Several names, apart by `;`, `|` or lines. Ids may stand apart by commas or spaces, too.
fn list(text: &str, field: &str) -> Result<Vec<String>, Refusal> {
    let mut names: Vec<String> = Vec::new();
    for piece in text.split([';', '|', '\n', '\r']).map(str::trim).filter(|piece| !piece.is_empty()) {
        let parts: Vec<&str> = piece.split([',', ' ']).filter(|part| !part.is_empty()).collect();
        let ids = parts.iter().all(|part| part.parse::<Uuid>().is_ok());
        for name in if ids { parts } else { vec![piece] } {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            if names.len() > MOST_TARGETS {
                return Err(Refusal::at(Code::TooManyTargets, field));
            }
        }
    }
    Ok(names)
}

/// `31.3.2027` and `2027/3/31` as `2027-03-31`. Others stay as they are: `3/4/2027` means two different days.
fn plain_date(text: &str) -> String {
    let day = ["%d.%m.%Y", "%Y/%m/%d"].iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    // Four digits: of `31.3.27` nobody knows the century.
    let day = day.filter(|day| day.signed_duration_since(NaiveDate::default()).num_days() > 0);
    day.map_or_else(|| text.to_owned(), |day| day.format("%Y-%m-%d").to_string())
}

/// How spreadsheets and people write yes and no, in the languages that we speak.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "x" | "wahr" | "ja" | "vrai" | "oui" | "verdadero" | "sí" | "si" | "はい" => {
            Some(true)
        }
        "false" | "no" | "n" | "0" | "-" | "falsch" | "nein" | "faux" | "non" | "falso" | "いいえ" => Some(false),
        _ => None,
    }
}

/// Files made for Microsoft's panel lead to Microsoft's panel. Here that means ours, which is where guests land anyway.
fn own_landing(text: &str) -> String {
    const PANELS: &[&str] = &[
        "myapps.microsoft.com",
        "myapplications.microsoft.com",
        "myapps.azure.com",
        "account.activedirectory.windowsazure.com",
    ];
    let host = url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    if PANELS.iter().any(|panel| host == *panel) { String::new() } else { text.to_owned() }
}
