//! What a rule says, apart from how it was written.

use std::fmt;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All of them; two or more.
    All(Vec<Rule>),
    /// At least one of them; two or more.
    Any(Vec<Rule>),
    /// Not this.
    Not(Box<Rule>),
    /// One comparison.
    Test(Test),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// What is looked at.
    pub property: Property,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: Value,
}

/// What something is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(Text),
    /// One of these texts; at least one.
    List(Vec<Text>),
    /// A regular expression.
    Pattern(Pattern),
}

/// A text that is compared without regard to case.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    lower: String,
}

impl Text {
    /// As it was written.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { lower: text.to_lowercase(), text }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it is compared.
    pub(super) fn lower(&self) -> &str {
        &self.lower
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

/// A regular expression that can be matched: in linear time, in bounded memory, without regard to case.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: regex::Regex,
}

impl Pattern {
    /// How much memory a pattern may take, in bytes.
    const SIZE: usize = 256 * 1024;
    /// How deep a pattern may be nested.
    const NEST: u32 = 20;

    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn new(text: &str) -> Result<Self, String> {
        let regex = regex::RegexBuilder::new(text)
            .case_insensitive(true)
            .size_limit(Self::SIZE)
            .dfa_size_limit(Self::SIZE)
            .nest_limit(Self::NEST)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                // The last line says what is wrong; those before it draw where.
                error => {
                    let told = error.to_string();
                    let last = told.lines().last().unwrap_or_default().trim();
                    last.strip_prefix("error: ").unwrap_or(last).to_owned()
                }
            })?;
        Ok(Self { text: text.to_owned(), regex })
    }

    /// Whether some part of the text is like this.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

macro_rules! named {
    ($(#[$meta:meta])* $name:ident, $prefix:literal { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// All of them, in the order in which help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name as rules write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => concat!($prefix, $text)),+ }
            }

            /// The one of that name, which comes without the prefix and in any case.
            pub(super) fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str()[$prefix.len()..].eq_ignore_ascii_case(name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// What rules can ask of a person.
    Property, "user." {
        ObjectId = "objectId",
        UserType = "userType",
        DisplayName = "displayName",
        GivenName = "givenName",
        Surname = "surname",
        Mail = "mail",
        UserPrincipalName = "userPrincipalName",
        AccountEnabled = "accountEnabled",
        CreationType = "creationType",
        ExternalUserState = "externalUserState",
        PreferredLanguage = "preferredLanguage",
        Department = "department",
        JobTitle = "jobTitle",
        CompanyName = "companyName",
    }
}

named! {
    /// How a property is compared.
    Operator, "-" {
        Eq = "eq",
        Ne = "ne",
        StartsWith = "startsWith",
        NotStartsWith = "notStartsWith",
        Contains = "contains",
        NotContains = "notContains",
        EndsWith = "endsWith",
        NotEndsWith = "notEndsWith",
        Match = "match",
        NotMatch = "notMatch",
        In = "in",
        NotIn = "notIn",
    }
}

impl Rule {
    /// Whether it asks for that property anywhere.
    pub fn asks_for(&self, property: Property) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.asks_for(property)),
            Self::Not(part) => part.asks_for(property),
            Self::Test(test) => test.property == property,
        }
    }

    /// How many comparisons it has.
    pub fn tests(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::tests).sum(),
            Self::Not(part) => part.tests(),
            Self::Test(_) => 1,
        }
    }

    /// How deep `and`, `or` and `not` are nested.
    pub fn depth(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or_default(),
            Self::Not(part) => 1 + part.depth(),
            Self::Test(_) => 0,
        }
    }

    fn joined(f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str) -> fmt::Result {
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                write!(f, " {word} ")?;
            }
            write!(f, "({part})")?;
        }
        Ok(())
    }
}

/// The canonical text: every part in parentheses, so that nobody has to know what binds closer.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => Self::joined(f, parts, "and"),
            Self::Any(parts) => Self::joined(f, parts, "or"),
            Self::Not(part) => write!(f, "not ({part})"),
            Self::Test(test) => write!(f, "{test}"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.property, self.operator, self.value)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Text(text) => f.write_str(&quoted(&text.text)),
            Self::Pattern(pattern) => f.write_str(&quoted(&pattern.text)),
            Self::List(texts) => {
                let texts: Vec<_> = texts.iter().map(|text| quoted(&text.text)).collect();
                write!(f, "[{}]", texts.join(", "))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('`', "``").replace('"', "`\""))
}
