//! The language of rules: who is in a dynamic group. The syntax is that of Microsoft's dynamic membership rules; what is
//! different is told in `docs/dynamic-groups.md`.
//!
//! [`Rule::parse`] reads a text and finds what is wrong with it, [`Rule::matches`] asks whether somebody is meant, and
//! [`Rule::explain`] why. Whatever it is given, reading ends: lengths, numbers and nesting have limits, and patterns are
//! matched in linear time.

mod ast;
mod error;
mod eval;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

pub use ast::{Operator, Pattern, Property, Rule, Test, Text, Value};
pub use error::{Mistake, RuleError};
pub use eval::{Explained, Person, guest_name};

/// Longest rule, in characters.
pub const LONGEST: usize = 3072;
/// Most comparisons of one rule.
pub const MOST_TESTS: usize = 100;
/// Deepest nesting of `and`, `or` and `not`.
pub const DEEPEST: usize = 20;
