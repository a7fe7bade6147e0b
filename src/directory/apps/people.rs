//! Who has an app: people directly, and groups.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    groups::word_patterns,
    people::{end_of, typed_words},
    places,
};
use crate::model::{
    Caller, Code,
    managed::{AppPeople, AppPerson, AppPersonPage, COUNTED},
    state::{Delivery, ExternalState, GrantReason, InvitationState, UserType},
    view::{OpenInvitation, PersonName},
};

/// How many people a page shows.
const PAGE: usize = 50;
/// Of an app that fewer people have, all are looked at in a search; of others, those of the directory who match.
const FEW: i64 = 2000;

/// What a row shows, of an assignment `s` to a user `u`.
const COLUMNS: &str = "u.id AS user_id, u.display_name, s.sort_name, u.address, u.user_type, u.external_state,
    s.reason, s.granted_at, s.until, b.id AS by_id, b.display_name AS by_name,
    i.id AS invitation_id, i.state AS invitation_state, i.created_at AS invited_at, i.expires_at,
    i.delivery, i.delivery_error";
/// Where that comes from. `$1` is the app, `$2` now.
const FROM: &str = "assignments s JOIN users u ON u.id = s.user_id AND u.deleted_at IS NULL
    LEFT JOIN users b ON b.id = s.granted_by LEFT JOIN invitations i ON i.id = s.invitation_id
    WHERE s.app_id = $1 AND s.user_id IS NOT NULL AND (s.until IS NULL OR s.until > $2)";

impl Directory {
    /// Who has an app: a page of people who have it directly, by name, and a page of the groups that give it. `search` is
    /// prefixes of words of a name or of an address, `after` the [`AppPeople::next`] of the page before, `after_group` its
    /// [`AppPeople::next_groups`].
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`] for those who see the app and do not run it.
    pub async fn app_people(
        &self,
        caller: &Caller,
        id: Uuid,
        search: &str,
        after: Option<&str>,
        after_group: Option<Uuid>,
    ) -> Result<AppPeople> {
        let (app, head) = self.look_at_app(caller, id).await?;
        let total = self.count_direct(id).await?;
        let typed = typed_words(search);
        let driven = !typed.is_empty() && total > FEW;
        let mut found = if driven {
            self.found_among_many(id, typed).await?
        } else {
            self.page_of_people(id, search, after).await?
        };
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let next = found.last().filter(|_| more && !driven).map(|row| format!("{}.{}", row.user_id, row.sort_name));
        let (groups, next_groups) = self.groups_giving(caller, &app.row, after_group).await?;
        let rows = found.into_iter().map(PersonOnApp::into_view).collect();
        Ok(AppPeople { head, rows, next, cut: more && driven, total, groups, next_groups })
    }

    /// How many have an app directly, counted only as far as it is shown.
    async fn count_direct(&self, id: Uuid) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Counted {
            people: i64,
        }
        let sql = format!(
            "SELECT COUNT(*) AS people FROM (SELECT 1 FROM assignments s WHERE s.app_id = $1 AND s.user_id IS NOT NULL
               AND (s.until IS NULL OR s.until > $2) LIMIT {}) c",
            COUNTED + 1
        );
        let row = Counted::find_by_statement(self.sql(&sql, [id.into(), self.now().into()])).one(self.db()).await?;
        Ok(row.map_or(0, |row| row.people))
    }

    /// One more than a page, in order of names. A search looks at everybody who has it, for they are few.
    async fn page_of_people(&self, id: Uuid, search: &str, after: Option<&str>) -> Result<Vec<PersonOnApp>> {
        let (after_id, after_name) = places::named(after);
        let mut values: Vec<Value> = vec![id.into(), self.now().into(), after_name.into(), after_id.into()];
        let mut words = String::new();
        for [starts, inside, joined] in word_patterns(search) {
            let n = values.len();
            words.push_str(&format!(
                " AND (u.name_folded LIKE ${a} ESCAPE '\\' OR u.name_folded LIKE ${b} ESCAPE '\\'
                   OR u.name_folded LIKE ${c} ESCAPE '\\' OR u.address_norm LIKE ${a} ESCAPE '\\')",
                a = n + 1,
                b = n + 2,
                c = n + 3,
            ));
            values.extend([starts.into(), inside.into(), joined.into()]);
        }
        let text = format!(
            "SELECT {COLUMNS} FROM {FROM} AND (s.sort_name, s.user_id) > ($3, $4){words}
             ORDER BY s.sort_name, s.user_id LIMIT {}",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(PersonOnApp::find_by_statement(statement).all(self.db()).await?)
    }

    /// One more than a page of those who match, of an app that very many have: by the index of people's words.
    async fn found_among_many(&self, id: Uuid, mut typed: Vec<String>) -> Result<Vec<PersonOnApp>> {
        // The longest word drives, for fewest people have one like it.
        typed.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut values: Vec<Value> = vec![id.into(), self.now().into()];
        let mut joins = String::new();
        for (number, word) in typed.iter().enumerate() {
            let n = values.len();
            let range = format!("w.word >= ${} AND w.word < ${}", n + 1, n + 2);
            joins.push_str(&if number == 0 {
                format!("SELECT DISTINCT w.user_id FROM people_words w JOIN assignments t ON t.user_id = w.user_id AND t.app_id = $1 WHERE {range}")
            } else {
                format!(" AND w.user_id IN (SELECT w.user_id FROM people_words w WHERE {range})")
            });
            values.extend([word.as_str().into(), end_of(word).into()]);
        }
        let text = format!(
            "SELECT {COLUMNS} FROM {FROM} AND s.user_id IN (SELECT f.user_id FROM ({joins} LIMIT {}) f)
             ORDER BY s.sort_name, s.user_id",
            PAGE + 1
        );
        let statement = Statement::from_sql_and_values(self.backend(), text, values);
        Ok(PersonOnApp::find_by_statement(statement).all(self.db()).await?)
    }

    /// One person who has an app directly, for the pages that change or end that.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an app the caller may not see, and for somebody who does not have it;
    /// [`Code::Forbidden`].
    pub async fn app_person(&self, caller: &Caller, id: Uuid, user: Uuid) -> Result<AppPersonPage> {
        let (_, head) = self.look_at_app(caller, id).await?;
        let person = PersonOnApp::find_by_statement(self.sql(
            &format!("SELECT {COLUMNS} FROM {FROM} AND s.user_id = $3"),
            [id.into(), self.now().into(), user.into()],
        ))
        .one(self.db())
        .await?
        .ok_or(Code::NotFound)?
        .into_view();
        // Who is in a group is known to those who see it.
        let mut through = Vec::new();
        for group in self.ways_to(user, id).await?.into_iter().filter_map(|way| way.group).take(20) {
            if self.see_group(self.db(), caller, group.id, false).await.is_ok() {
                through.push(group);
            }
        }
        Ok(AppPersonPage { head, person, through })
    }
}

#[derive(FromQueryResult)]
struct PersonOnApp {
    user_id: Uuid,
    display_name: String,
    sort_name: String,
    address: String,
    user_type: UserType,
    external_state: Option<ExternalState>,
    reason: GrantReason,
    granted_at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    by_id: Option<Uuid>,
    by_name: Option<String>,
    invitation_id: Option<Uuid>,
    invitation_state: Option<InvitationState>,
    invited_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    delivery: Option<Delivery>,
    delivery_error: Option<String>,
}

impl PersonOnApp {
    fn into_view(self) -> AppPerson {
        let open = self.invitation_state == Some(InvitationState::Pending);
        let invitation = match (self.invitation_id, self.invited_at, self.expires_at, self.delivery) {
            (Some(id), Some(invited_at), Some(expires_at), Some(delivery)) if open => {
                Some(OpenInvitation { id, invited_at, expires_at, delivery, delivery_error: self.delivery_error })
            }
            _ => None,
        };
        AppPerson {
            user_id: self.user_id,
            name: self.display_name,
            address: self.address,
            user_type: self.user_type,
            invitation,
            pending: self.external_state == Some(ExternalState::Pending) || open,
            reason: self.reason,
            granted_by: self.by_id.zip(self.by_name).map(|(id, name)| PersonName { id, name }),
            since: self.granted_at,
            until: self.until,
        }
    }
}
