//! Who decides about requests. The one place that says so.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::{Directory, Result, grants::Target};
use super::Row;
use crate::model::{Caller, Code, state::Role, view::PersonName};

/// How many are told of a request, and named as those who decide.
const MOST: i64 = 100;

/// A request that the caller may see, and what they are to it. Only [`Directory::see_request`] makes one.
pub(super) struct SeenRequest {
    pub row: Row,
    pub target: Target,
    pub approvers: Vec<PersonName>,
    owns: bool,
}

impl SeenRequest {
    /// Whether the caller decides about this.
    ///
    /// # Errors
    /// [`Code::OwnRequest`] for one's own, unless one could give it to oneself anyway: owners and administrators.
    /// [`Code::Forbidden`] for those who only see it.
    pub fn may_decide(&self, caller: &Caller) -> Result<(), Code> {
        let decides = caller.is_administrator() || self.approvers.iter().any(|one| one.id == caller.user_id);
        if self.row.user_id == caller.user_id && !self.owns && !caller.is_administrator() {
            return Err(Code::OwnRequest);
        }
        if decides { Ok(()) } else { Err(Code::Forbidden) }
    }
}

impl Directory {
    /// Who decides about requests for a group or an app, by name, at most 100. For a group its owners; for an app its
    /// approvers, or else its owners; and administrators where there is nobody of these. Only people who are in the
    /// directory and not blocked count.
    ///
    /// Administrators may decide about every request, but are told only of those.
    pub(in crate::directory) async fn approvers_of(
        &self,
        on: &impl ConnectionTrait,
        target: Target,
    ) -> Result<Vec<PersonName>> {
        #[derive(FromQueryResult)]
        struct Person {
            id: Uuid,
            name: String,
        }
        let people = match target {
            Target::Group(_) => &["group_owners p ON p.group_id = $1 AND p.user_id = u.id"][..],
            Target::App(_) => &[
                "app_approvers p ON p.app_id = $1 AND p.user_id = u.id",
                "app_owners p ON p.app_id = $1 AND p.user_id = u.id",
            ],
        };
        for from in people.iter().chain(&["roles p ON $1 = $1 AND p.role = 'administrator' AND p.user_id = u.id"]) {
            let sql = format!(
                "SELECT u.id, u.display_name AS name FROM users u JOIN {from}
                 WHERE u.deleted_at IS NULL AND u.enabled ORDER BY u.name_folded, u.id LIMIT $2"
            );
            let rows = Person::find_by_statement(self.sql(&sql, [target.id().into(), MOST.into()])).all(on).await?;
            if !rows.is_empty() {
                return Ok(rows.into_iter().map(|row| PersonName { id: row.id, name: row.name }).collect());
            }
        }
        Ok(Vec::new())
    }

    /// A request, if the caller may see it: who made it, who decides about it, who owns what it is for, administrators and
    /// auditors.
    pub(super) async fn see_request(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        id: Uuid,
    ) -> Result<SeenRequest> {
        let row = self.request_row(on, id).await?;
        let target = row.target()?;
        let approvers = self.approvers_of(on, target).await?;
        let owns = self.ties(on, caller.user_id, target).await?.owns;
        let visible = owns
            || row.user_id == caller.user_id
            || approvers.iter().any(|one| one.id == caller.user_id)
            || caller.is_administrator()
            || caller.has(Role::Auditor);
        if visible { Ok(SeenRequest { row, target, approvers, owns }) } else { Err(Code::NotFound.into()) }
    }
}
