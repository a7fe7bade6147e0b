//! Whether somebody is meant by a rule, and why.

use uuid::Uuid;

use super::{Operator, Property, Rule, Test, Value};
use crate::model::{
    Language,
    state::{CreationType, ExternalState, UserType},
};

/// What rules can ask of a person. What is empty counts as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `objectId`.
    pub id: Uuid,
    /// `userType`.
    pub user_type: UserType,
    /// `displayName`.
    pub name: String,
    /// `givenName`.
    pub given_name: Option<String>,
    /// `surname`.
    pub family_name: Option<String>,
    /// `mail`.
    pub address: String,
    /// `userPrincipalName`: [`guest_name`] for guests, the address for members.
    pub principal_name: String,
    /// `accountEnabled`.
    pub enabled: bool,
    /// `creationType`.
    pub creation_type: CreationType,
    /// `externalUserState`.
    pub external_state: Option<ExternalState>,
    /// `preferredLanguage`.
    pub language: Option<Language>,
    /// `department`.
    pub department: Option<String>,
    /// `jobTitle`.
    pub job_title: Option<String>,
    /// `companyName`.
    pub company: Option<String>,
}

/// The user name of a guest: `alice_contoso.com#EXT#@organization-domain`.
pub fn guest_name(address: &str, organization: &str) -> String {
    format!("{}#EXT#@{organization}", address.replace('@', "_"))
}

impl Person {
    /// What stands in a property; `None` if nothing does.
    pub fn value(&self, property: Property) -> Option<String> {
        let text = match property {
            Property::ObjectId => Some(self.id.to_string()),
            Property::UserType => Some(match self.user_type {
                UserType::Member => "Member".to_owned(),
                UserType::Guest => "Guest".to_owned(),
            }),
            Property::DisplayName => Some(self.name.clone()),
            Property::GivenName => self.given_name.clone(),
            Property::Surname => self.family_name.clone(),
            Property::Mail => Some(self.address.clone()),
            Property::UserPrincipalName => Some(self.principal_name.clone()),
            Property::AccountEnabled => Some(self.enabled.to_string()),
            Property::CreationType => Some(self.creation_type.to_string()),
            Property::ExternalUserState => self.external_state.map(|state| state.to_string()),
            Property::PreferredLanguage => self.language.map(|language| language.as_str().to_owned()),
            Property::Department => self.department.clone(),
            Property::JobTitle => self.job_title.clone(),
            Property::CompanyName => self.company.clone(),
        };
        text.filter(|text| !text.is_empty())
    }
}

/// What became of one comparison of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The comparison.
    pub test: Test,
    /// What was found in the property.
    pub found: Option<String>,
    /// Whether it holds.
    pub holds: bool,
    /// Whether the answer of the whole rule rests on it.
    pub decides: bool,
}

impl Rule {
    /// Whether it means this person.
    pub fn matches(&self, person: &Person) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(person)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(person)),
            Self::Not(part) => !part.matches(person),
            Self::Test(test) => test.holds(person),
        }
    }

    /// Every comparison in order, with what became of it.
    pub fn explain(&self, person: &Person) -> Vec<Explained> {
        let mut told = Vec::new();
        self.tell(person, true, &mut told);
        told
    }

    fn tell(&self, person: &Person, decides: bool, told: &mut Vec<Explained>) {
        let (parts, decisive) = match self {
            // One that does not hold decides against all of them, and one that does decides for any of them.
            Self::All(parts) => (parts, parts.iter().position(|part| !part.matches(person))),
            Self::Any(parts) => (parts, parts.iter().position(|part| part.matches(person))),
            Self::Not(part) => return part.tell(person, decides, told),
            Self::Test(test) => {
                let (found, holds) = (person.value(test.property), test.holds(person));
                return told.push(Explained { test: test.clone(), found, holds, decides });
            }
        };
        for (number, part) in parts.iter().enumerate() {
            part.tell(person, decides && decisive.is_none_or(|decisive| decisive == number), told);
        }
    }
}

impl Test {
    /// Whether it holds. What is missing equals `null`, and differs from everything else; no other comparison with it
    /// holds.
    pub fn holds(&self, person: &Person) -> bool {
        let found = person.value(self.property);
        match (self.operator, &self.value, found) {
            (Operator::Eq, Value::Null, found) => found.is_none(),
            (Operator::Ne, Value::Null, found) => found.is_some(),
            (operator, _, None) => operator == Operator::Ne,
            (operator, value, Some(found)) => compare(operator, value, &found),
        }
    }
}

fn compare(operator: Operator, value: &Value, found: &str) -> bool {
    let lower = || found.to_lowercase();
    match (operator, value) {
        (Operator::Eq, Value::Flag(flag)) => found == flag.to_string(),
        (Operator::Ne, Value::Flag(flag)) => found != flag.to_string(),
        (Operator::Eq, Value::Text(text)) => lower() == text.lower(),
        (Operator::Ne, Value::Text(text)) => lower() != text.lower(),
        (Operator::StartsWith, Value::Text(text)) => lower().starts_with(text.lower()),
        (Operator::NotStartsWith, Value::Text(text)) => !lower().starts_with(text.lower()),
        (Operator::Contains, Value::Text(text)) => lower().contains(text.lower()),
        (Operator::NotContains, Value::Text(text)) => !lower().contains(text.lower()),
        (Operator::EndsWith, Value::Text(text)) => lower().ends_with(text.lower()),
        (Operator::NotEndsWith, Value::Text(text)) => !lower().ends_with(text.lower()),
        (Operator::Match, Value::Pattern(pattern)) => pattern.is_in(found),
        (Operator::NotMatch, Value::Pattern(pattern)) => !pattern.is_in(found),
        (Operator::In, Value::List(texts)) => {
            let lower = lower();
            texts.iter().any(|text| text.lower() == lower)
        }
        (Operator::NotIn, Value::List(texts)) => {
            let lower = lower();
            texts.iter().all(|text| text.lower() != lower)
        }
        // The parser makes no other pairs.
        _ => false,
    }
}
