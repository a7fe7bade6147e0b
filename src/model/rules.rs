//! What pages show of dynamic groups.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::view::PersonName;

/// What is wrong with a rule, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleMistake {
    /// Its line, from 1.
    pub line: usize,
    /// Its first character in that line, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right, where that can be guessed.
    pub hint: Option<String>,
    /// The line, and a line of carets under the place.
    pub marked: String,
}

/// What a look at a rule came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChecked {
    /// What is wrong; `None` if it can be read.
    pub mistake: Option<RuleMistake>,
    /// The same in one sentence: what is wrong, or that nothing is.
    pub told: String,
    /// How many comparisons it has, if it can be read.
    pub tests: usize,
    /// The rule with every part in parentheses, if it can be read.
    pub canonical: String,
}

/// How a dynamic group is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleStatus {
    /// Its rule.
    pub rule: String,
    /// Since when its members are being looked at anew; `None` if all of them are up to date.
    pub recalculating_since: Option<DateTime<Utc>>,
}

/// A group on the page of its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePage {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its rule; `None` for an assigned group.
    pub rule: Option<String>,
    /// Since when its members are being looked at anew.
    pub recalculating_since: Option<DateTime<Utc>>,
    /// How many people are in it by rule.
    pub by_rule: i64,
    /// How many people were put into it, or have joined.
    pub by_hand: i64,
}

/// Who would be in a group by a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePreview {
    /// How many people were looked at.
    pub looked_at: i64,
    /// Whether that was all of them. If not, every number here is of the first ones only.
    pub complete: bool,
    /// How many would be in it.
    pub members: i64,
    /// How many of them are not in it now.
    pub coming: i64,
    /// How many are in it now and would not be.
    pub going: i64,
    /// The first of those who would come.
    pub first_coming: Vec<PersonName>,
    /// The first of those who would go.
    pub first_going: Vec<PersonName>,
}

/// Why somebody is meant by a rule, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleExplained {
    /// Who.
    pub person: PersonName,
    /// Whether they are meant.
    pub matches: bool,
    /// Each comparison in order.
    pub tests: Vec<TestExplained>,
}

/// What became of one comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestExplained {
    /// The comparison.
    pub test: String,
    /// What was found in the property.
    pub found: Option<String>,
    /// Whether it holds.
    pub holds: bool,
    /// Whether the answer rests on it.
    pub decides: bool,
}
