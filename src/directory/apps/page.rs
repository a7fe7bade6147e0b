//! An app's own page.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    super::{Directory, Result},
    launch::day,
    list::DAYS,
};
use crate::model::{
    Caller,
    managed::{AppPage, AppUse, COUNTED},
    state::GuestVisibility,
    view::PersonName,
};

impl Directory {
    /// An app's page, cut to what the caller may see: what it is, and by which ways they have it; how it is used for those
    /// who run it.
    ///
    /// # Errors
    /// [`crate::model::Code::NotFound`].
    pub async fn app_page(&self, caller: &Caller, id: Uuid) -> Result<AppPage> {
        let app = self.see_app(self.db(), caller, id, false).await?;
        let settings = self.settings().await?;
        // A guest knows those who answer for what they have, and whoever gave it, unless they see only themselves.
        let restricted = caller.is_guest() && settings.guests.visibility == GuestVisibility::Restricted;
        let sees_owners = !caller.is_guest() || app.is_owner || app.has && !restricted;
        let mut ways = if app.has { self.ways_to(caller.user_id, id).await? } else { Vec::new() };
        if restricted {
            ways.iter_mut().for_each(|way| way.granted_by = None);
        }
        let used = if app.can_look(caller) { Some(self.app_use(id).await?) } else { None };
        Ok(AppPage {
            head: app.head(caller, &settings),
            url: (app.has && app.row.enabled || app.can_look(caller)).then(|| app.row.url.clone()),
            is_approver: app.is_approver,
            requestable: app.row.requestable,
            needs_approval: app.row.needs_approval,
            has: app.has,
            can_ask: self.can_ask(&app),
            asked: self.asked(caller, id).await?,
            owners: if sees_owners { self.app_owners(id).await? } else { Vec::new() },
            ways,
            used,
        })
    }

    /// Who answers for an app.
    pub(in crate::directory) async fn app_owners(&self, id: Uuid) -> Result<Vec<PersonName>> {
        self.people_of(id, "app_owners").await
    }

    /// Those of an app in one of its short lists of people, by name.
    pub(super) async fn people_of(&self, id: Uuid, table: &'static str) -> Result<Vec<PersonName>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
        }
        let rows = Row::find_by_statement(self.sql(
            &format!(
                "SELECT u.id, u.display_name AS name FROM {table} o
                 JOIN users u ON u.id = o.user_id AND u.deleted_at IS NULL
                 WHERE o.app_id = $1 ORDER BY u.name_folded, u.id LIMIT 100"
            ),
            [id.into()],
        ))
        .all(self.db())
        .await?;
        Ok(rows.into_iter().map(|row| PersonName { id: row.id, name: row.name }).collect())
    }

    /// How an app was used, each number counted only as far as it is shown.
    async fn app_use(&self, id: Uuid) -> Result<AppUse> {
        #[derive(FromQueryResult)]
        struct Row {
            opened: i64,
            people: i64,
            groups: i64,
            direct: i64,
        }
        let since = self.now() - chrono::Duration::days(DAYS - 1);
        let most = COUNTED + 1;
        let row = Row::find_by_statement(self.sql(
            &format!(
                "SELECT CAST(COALESCE((SELECT SUM(opened) FROM app_days WHERE app_id = $1 AND day >= $2), 0) AS bigint) AS opened,
                    (SELECT COUNT(*) FROM (SELECT 1 FROM app_choices
                        WHERE app_id = $1 AND opened_at IS NOT NULL AND opened_at >= $3 LIMIT {most}) c) AS people,
                    (SELECT COUNT(*) FROM (SELECT 1 FROM assignments s JOIN groups g ON g.id = s.group_id AND g.deleted_at IS NULL
                        WHERE s.app_id = $1 AND s.group_id IS NOT NULL AND (s.until IS NULL OR s.until > $4) LIMIT {most}) c) AS groups,
                    (SELECT COUNT(*) FROM (SELECT 1 FROM assignments s
                        WHERE s.app_id = $1 AND s.user_id IS NOT NULL AND (s.until IS NULL OR s.until > $4) LIMIT {most}) c) AS direct"
            ),
            // From the first moment of the first day that is counted.
            [id.into(), day(since).into(), begin_of_day(since).into(), self.now().into()],
        ))
        .one(self.db())
        .await?;
        Ok(row.map_or_else(AppUse::default, |row| AppUse {
            opened: row.opened,
            people: row.people,
            groups: row.groups,
            direct: row.direct,
        }))
    }
}

fn begin_of_day(moment: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc> {
    moment.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
}
