//! Tokens to a rule. `not` binds closer than `and`, `and` closer than `or`.

use super::{
    DEEPEST, LONGEST, MOST_TESTS, Operator, Pattern, Property, Rule, Test, Text, Value,
    error::{Expected, Mistake, RuleError, Wanted},
    lexer::{Kind, Token, is_hyphen, tokens},
};

/// How deep the parser itself goes, so that no text exhausts the stack. A rule of [`DEEPEST`] levels needs two of them for
/// each, `not` and its parenthesis; more parentheses than that say nothing.
const DEEPEST_TEXT: usize = 3 * DEEPEST + 4;

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let letters = text.chars().count();
        if letters > LONGEST {
            let at = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
            return Err(RuleError::new(text, Mistake::TooLong, at, text.len()));
        }
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Err(RuleError::new(text, Mistake::Empty, 0, 0));
        }
        let mut parser = Parser { text, tokens, next: 0, depth: 0, tests: 0 };
        let rule = parser.any()?;
        match parser.peek() {
            None => {}
            Some(token) => return Err(parser.expected(Expected::Joint, Some(&token.clone()))),
        }
        if rule.depth() > DEEPEST {
            return Err(RuleError::new(text, Mistake::TooDeep, 0, text.len()));
        }
        Ok(rule)
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    tests: usize,
}

type Read<T> = Result<T, RuleError>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn source(&self, token: &Token) -> &str {
        &self.text[token.at..token.end]
    }

    fn wrong(&self, mistake: Mistake, token: &Token) -> RuleError {
        RuleError::new(self.text, mistake, token.at, token.end)
    }

    fn expected(&self, expected: Expected, found: Option<&Token>) -> RuleError {
        match found {
            Some(token) => {
                let shown: String = self.source(token).chars().take(40).collect();
                self.wrong(Mistake::Expected(expected, Some(shown)), token)
            }
            None => {
                let end = self.text.trim_end().len();
                RuleError::new(self.text, Mistake::Expected(expected, None), end, end)
            }
        }
    }

    /// The word that comes next, in lower case and without its hyphen.
    fn word(&self) -> Option<String> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        Some(self.source(token).trim_start_matches(is_hyphen).to_lowercase())
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = self.word().is_some_and(|found| found == word);
        self.next += usize::from(found);
        found
    }

    fn any(&mut self) -> Read<Rule> {
        let mut parts = vec![self.all()?];
        while self.skip_word("or") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Rule::Any))
    }

    fn all(&mut self) -> Read<Rule> {
        let mut parts = vec![self.part()?];
        while self.skip_word("and") {
            parts.push(self.part()?);
        }
        Ok(one_or(parts, Rule::All))
    }

    fn part(&mut self) -> Read<Rule> {
        let first = self.peek().cloned();
        if self.skip_word("not") {
            let part = self.deeper(first.as_ref(), Self::part)?;
            return Ok(Rule::Not(Box::new(part)));
        }
        match first {
            Some(open) if open.kind == Kind::Open => {
                self.next += 1;
                let inside = self.deeper(Some(&open), Self::any)?;
                match self.take() {
                    Some(token) if token.kind == Kind::Close => Ok(inside),
                    Some(token) => Err(self.expected(Expected::Joint, Some(&token))),
                    None => Err(self.wrong(Mistake::OpenParenthesis, &open)),
                }
            }
            _ => self.test(),
        }
    }

    fn deeper(&mut self, at: Option<&Token>, read: impl FnOnce(&mut Self) -> Read<Rule>) -> Read<Rule> {
        self.depth += 1;
        if self.depth > DEEPEST_TEXT {
            let (at, end) = at.map_or((0, 0), |token| (token.at, token.end));
            return Err(RuleError::new(self.text, Mistake::TooDeep, at, end));
        }
        let rule = read(self)?;
        self.depth -= 1;
        Ok(rule)
    }

    fn test(&mut self) -> Read<Rule> {
        let token = self.take();
        let Some(token) = token.filter(|token| token.kind == Kind::Word) else {
            let token = self.tokens.get(self.next - 1).cloned();
            return Err(self.expected(Expected::Test, token.as_ref()));
        };
        let word = self.source(&token).to_owned();
        let property = match word.split_once('.') {
            Some((user, name)) if user.eq_ignore_ascii_case("user") => Property::named(name),
            _ => None,
        };
        let Some(property) = property else {
            let operator = Operator::named(word.trim_start_matches(is_hyphen)).is_some() || word.starts_with(is_hyphen);
            let joint = ["and", "or"].contains(&&*word.to_lowercase());
            if operator || joint {
                return Err(self.expected(Expected::Test, Some(&token)));
            }
            return Err(self.wrong(Mistake::Property(word), &token));
        };
        self.tests += 1;
        if self.tests > MOST_TESTS {
            return Err(self.wrong(Mistake::TooMany, &token));
        }
        let operator = self.operator()?;
        let value = self.value(property, operator)?;
        Ok(Rule::Test(Test { property, operator, value }))
    }

    fn operator(&mut self) -> Read<Operator> {
        let token = self.take();
        let Some(token) = token.filter(|token| token.kind == Kind::Word) else {
            let token = self.tokens.get(self.next - 1).cloned();
            return Err(self.expected(Expected::Operator, token.as_ref()));
        };
        let word = self.source(&token);
        Operator::named(word.trim_start_matches(is_hyphen))
            .ok_or_else(|| self.wrong(Mistake::Operator(word.to_owned()), &token))
    }

    fn value(&mut self, property: Property, operator: Operator) -> Read<Value> {
        let Some(token) = self.take() else { return Err(self.expected(Expected::Value, None)) };
        let is_list = matches!(operator, Operator::In | Operator::NotIn);
        let is_equal = matches!(operator, Operator::Eq | Operator::Ne);
        let is_pattern = matches!(operator, Operator::Match | Operator::NotMatch);
        let is_flag = property == Property::AccountEnabled;
        let wanted = if is_flag {
            Wanted::Flag
        } else if is_list {
            Wanted::List
        } else if is_equal {
            Wanted::TextOrNull
        } else {
            Wanted::Text
        };
        let refused = |parser: &Self| Err(parser.wrong(Mistake::Value(property, operator, wanted), &token));
        match &token.kind {
            Kind::OpenList if is_list && !is_flag => self.list(),
            Kind::Text(_) if is_list || is_flag => refused(self),
            Kind::Text(text) if is_pattern => match Pattern::new(text) {
                Ok(pattern) => Ok(Value::Pattern(pattern)),
                Err(why) => Err(self.wrong(Mistake::Pattern(why), &token)),
            },
            Kind::Text(text) => Ok(Value::Text(Text::new(text.as_str()))),
            Kind::Word => match (&*self.source(&token).to_lowercase(), is_flag, is_equal) {
                ("true", true, true) => Ok(Value::Flag(true)),
                ("false", true, true) => Ok(Value::Flag(false)),
                ("null", false, true) => Ok(Value::Null),
                ("true" | "false" | "null", ..) => refused(self),
                _ if is_flag || is_list => refused(self),
                _ => Err(self.wrong(Mistake::Bare(self.source(&token).to_owned()), &token)),
            },
            Kind::OpenList => refused(self),
            _ => Err(self.expected(Expected::Value, Some(&token))),
        }
    }

    /// The rest of a list, after its bracket.
    fn list(&mut self) -> Read<Value> {
        let mut texts = Vec::new();
        loop {
            match self.take() {
                Some(Token { kind: Kind::Text(text), .. }) => texts.push(Text::new(text)),
                other => return Err(self.expected(Expected::Text, other.as_ref())),
            }
            match self.take() {
                Some(Token { kind: Kind::Comma, .. }) => {}
                Some(Token { kind: Kind::CloseList, .. }) => return Ok(Value::List(texts)),
                other => return Err(self.expected(Expected::CommaOrBracket, other.as_ref())),
            }
        }
    }
}

fn one_or(mut parts: Vec<Rule>, many: fn(Vec<Rule>) -> Rule) -> Rule {
    if parts.len() > 1 { many(parts) } else { parts.swap_remove(0) }
}
