//! What a rule would do, before it is anybody's.

use chrono::Duration;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    super::{Directory, Result},
    apply::{PERSON, PersonRow},
    typed_rule,
};
use crate::model::{
    Caller, Code,
    rule::Rule,
    rules::{RuleChecked, RuleExplained, RulePreview, TestExplained},
    view::PersonName,
};

/// How many people are read at once.
const STEP: i64 = 4000;
/// How many names of each kind a preview has.
const SHOWN: usize = 20;

impl Directory {
    /// Reads a rule without anybody in mind. A mistake in it is an answer.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for all but administrators.
    pub fn check_rule(&self, caller: &Caller, text: &str) -> Result<RuleChecked> {
        self.may_rule(caller)?;
        Ok(match Rule::parse(text) {
            Ok(rule) => {
                let told = "This rule can be read.".to_owned();
                RuleChecked { mistake: None, told, tests: rule.tests(), canonical: rule.to_string() }
            }
            Err(error) => {
                let mistake = error.view(text);
                let told = format!("Line {}, column {}: {}", mistake.line, mistake.column, mistake.message);
                RuleChecked { mistake: Some(mistake), told, tests: 0, canonical: String::new() }
            }
        })
    }

    /// Who would be in a group by a rule, and who of those in it now would go. Looks at people in the order in which they
    /// came, for as long as `patience` lasts; what it has found by then is the answer.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group that does not exist, [`Code::Forbidden`] for all but administrators,
    /// [`Code::RuleInvalid`].
    pub async fn preview_rule(
        &self,
        caller: &Caller,
        rule: &str,
        group: Option<Uuid>,
        patience: Duration,
    ) -> Result<RulePreview> {
        #[derive(FromQueryResult)]
        struct Row {
            #[sea_orm(nested)]
            person: PersonRow,
            is_in: bool,
        }
        if let Some(group) = group {
            self.see_group(self.db(), caller, group, false).await?;
        }
        self.may_rule(caller)?;
        let rule = typed_rule(rule)?;
        let organization = self.own_domain(self.db()).await?;
        let (begun, mut after) = (self.now(), Uuid::nil());
        let mut preview = RulePreview::default();
        loop {
            let rows = Row::find_by_statement(self.sql(
                &format!(
                    "SELECT {PERSON}, m.id IS NOT NULL AS is_in FROM users u
                     LEFT JOIN memberships m ON m.group_id = $1 AND m.user_id = u.id
                     WHERE u.id > $2 AND u.deleted_at IS NULL ORDER BY u.id LIMIT $3"
                ),
                [group.unwrap_or(Uuid::nil()).into(), after.into(), STEP.into()],
            ))
            .all(self.db())
            .await?;
            preview.complete = rows.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
            preview.looked_at += i64::try_from(rows.len()).unwrap_or_default();
            for Row { person, is_in } in rows {
                after = person.id;
                let name = PersonName { id: person.id, name: person.display_name.clone() };
                let matches = rule.matches(&person.person(&organization));
                preview.members += i64::from(matches);
                let (count, first) = match (matches, is_in) {
                    (true, false) => (&mut preview.coming, &mut preview.first_coming),
                    (false, true) => (&mut preview.going, &mut preview.first_going),
                    _ => continue,
                };
                *count += 1;
                if first.len() < SHOWN {
                    first.push(name);
                }
            }
            if preview.complete || self.now() - begun >= patience {
                return Ok(preview);
            }
        }
    }

    /// Whether a rule means somebody, and which of its comparisons decide that.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for all but administrators, [`Code::RuleInvalid`], [`Code::PersonUnknown`].
    pub async fn explain_rule(&self, caller: &Caller, rule: &str, person: Uuid) -> Result<RuleExplained> {
        self.may_rule(caller)?;
        let rule = typed_rule(rule)?;
        let sql = format!("SELECT {PERSON} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL");
        let row = PersonRow::find_by_statement(self.sql(&sql, [person.into()])).one(self.db()).await?;
        let row = row.ok_or_else(|| crate::model::Refusal::at(Code::PersonUnknown, "person"))?;
        let who = PersonName { id: row.id, name: row.display_name.clone() };
        let person = row.person(&self.own_domain(self.db()).await?);
        let tests = rule.explain(&person).into_iter().map(|told| TestExplained {
            test: told.test.to_string(),
            found: told.found,
            holds: told.holds,
            decides: told.decides,
        });
        Ok(RuleExplained { person: who, matches: rule.matches(&person), tests: tests.collect() })
    }
}
