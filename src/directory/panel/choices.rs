//! What somebody makes of the apps they have: favourites, what is hidden, and an order of their own.
//!
//! Nobody else sees any of it, so that only refusals are in the audit log.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use super::Mine;
use crate::{
    directory::{Directory, Result, audit::Event},
    model::{
        Caller, Code,
        order::{self, Move},
        state::AppsView,
    },
};

/// How many rows one statement writes.
const BATCH: usize = 500;

impl Directory {
    /// Makes an app of the caller's a favourite, or one like the others.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an app that they do not have.
    pub async fn favour_app(&self, caller: &Caller, app: Uuid, favourite: bool) -> Result<()> {
        let result = self.choose(caller, app, "favourite", favourite).await;
        self.record_refusal(&caller.into(), Event::new("panel.favourite", "app", app), result).await
    }

    /// Hides an app of the caller's from their panel, or shows it again. They have it all the same.
    ///
    /// # Errors
    /// As [`Self::favour_app`].
    pub async fn hide_app(&self, caller: &Caller, app: Uuid, hidden: bool) -> Result<()> {
        let result = self.choose(caller, app, "hidden", hidden).await;
        self.record_refusal(&caller.into(), Event::new("panel.hide", "app", app), result).await
    }

    async fn choose(&self, caller: &Caller, app: Uuid, column: &'static str, value: bool) -> Result<()> {
        let tx = self.begin().await?;
        self.must_have_app(&tx, caller, app).await?;
        let sql = "INSERT INTO app_choices (user_id, app_id, favourite, hidden, opened)
                   VALUES ($1, $2, FALSE, FALSE, 0) ON CONFLICT DO NOTHING";
        self.change(&tx, sql, [caller.user_id.into(), app.into()]).await?;
        let sql = format!("UPDATE app_choices SET {column} = $3 WHERE user_id = $1 AND app_id = $2");
        self.change(&tx, &sql, [caller.user_id.into(), app.into(), value.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// Moves an app to another place among the caller's favourites, or among the others, whichever it is in. Says the
    /// place it has now, and of how many.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an app, or a neighbour of it, that is not among those.
    pub async fn arrange_app(&self, caller: &Caller, app: Uuid, to: Move) -> Result<(usize, usize)> {
        let result = self.arrange(caller, app, to).await;
        self.record_refusal(&caller.into(), Event::new("panel.order", "app", app), result).await
    }

    async fn arrange(&self, caller: &Caller, app: Uuid, to: Move) -> Result<(usize, usize)> {
        let tx = self.begin().await?;
        // Two tabs take turns, so that what is written is one order.
        self.lock_user(&tx, caller.user_id).await?.ok_or(Code::NotFound)?;
        let mut apps = self.my_panel_apps(&tx, caller).await?;
        apps.retain(|one| !one.hidden);
        let favourite = apps.iter().find(|one| one.id == app).ok_or(Code::NotFound)?.favourite;
        apps.retain(|one| one.favourite == favourite);
        let before: Vec<Uuid> = apps.iter().map(|one| one.id).collect();
        let after = order::moved(&before, app, to).ok_or(Code::NotFound)?;
        let place = after.iter().position(|id| *id == app).unwrap_or_default() + 1;
        self.write_places(&tx, caller, &places(&apps, &after)).await?;
        self.commit(tx).await?;
        Ok((place, after.len()))
    }

    /// Gives up the caller's own order: apps stand by name again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_app_order(&self, caller: &Caller) -> Result<()> {
        let tx = self.begin().await?;
        self.lock_user(&tx, caller.user_id).await?;
        let sql = "UPDATE app_choices SET position = NULL WHERE user_id = $1 AND position IS NOT NULL";
        self.change(&tx, sql, [caller.user_id.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// How the caller looks at their apps from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn view_apps_as(&self, caller: &Caller, view: AppsView) -> Result<()> {
        let tx = self.begin().await?;
        let sql = "UPDATE users SET apps_view = $2 WHERE id = $1 AND apps_view <> $2";
        self.change(&tx, sql, [caller.user_id.into(), view.into()]).await?;
        Ok(tx.commit().await?)
    }

    async fn write_places(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        places: &[(Uuid, Option<i32>)],
    ) -> Result<()> {
        for batch in places.chunks(BATCH) {
            let mut values: Vec<Value> = vec![caller.user_id.into()];
            let mut rows = Vec::with_capacity(batch.len());
            for (app, place) in batch {
                rows.push(format!("($1, ${}, FALSE, FALSE, ${}, 0)", values.len() + 1, values.len() + 2));
                values.extend([Value::from(*app), Value::from(*place)]);
            }
            let text = format!(
                "INSERT INTO app_choices (user_id, app_id, favourite, hidden, position, opened) VALUES {}
                 ON CONFLICT (user_id, app_id) DO UPDATE SET position = excluded.position",
                rows.join(", ")
            );
            on.execute_raw(Statement::from_sql_and_values(self.backend(), text, values)).await?;
        }
        Ok(())
    }
}

/// The places that have to be written for `wanted` to be the order of `apps`, which are given in the order they have. Those
/// at the end that stand by name anyway get none, so that an order is as small as it can be, and is none when it is gone.
fn places(apps: &[Mine], wanted: &[Uuid]) -> Vec<(Uuid, Option<i32>)> {
    let by_id: HashMap<Uuid, &Mine> = apps.iter().map(|app| (app.id, app)).collect();
    let ordered: Vec<&Mine> = wanted.iter().filter_map(|id| by_id.get(id).copied()).collect();
    let by_name = ordered.windows(2).rev().take_while(|pair| pair[0].by_name(pair[1]).is_lt()).count() + 1;
    let placed = ordered.len().saturating_sub(by_name);
    ordered
        .iter()
        .enumerate()
        .map(|(index, app)| (app.id, (index < placed).then(|| i32::try_from(index).unwrap_or(i32::MAX)), app.position))
        .filter(|(_, place, had)| place != had)
        .map(|(id, place, _)| (id, place))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apps(places: &[Option<i32>]) -> Vec<Mine> {
        let mut apps: Vec<Mine> = places
            .iter()
            .enumerate()
            .map(|(index, position)| Mine {
                id: Uuid::from_u128(index as u128),
                name: format!("App {index}"),
                name_folded: format!("app {index}"),
                description: String::new(),
                picture_id: None,
                favourite: false,
                hidden: false,
                position: *position,
                opened_at: None,
            })
            .collect();
        apps.sort_by(Mine::order);
        apps
    }

    /// Writes the places for an order, and reads them back as the panel would.
    fn put(before: &[Mine], wanted: &[u128]) -> (usize, Vec<u128>) {
        let wanted: Vec<Uuid> = wanted.iter().map(|id| Uuid::from_u128(*id)).collect();
        let written = places(before, &wanted);
        let mut after = before.to_vec();
        for (id, place) in &written {
            after.iter_mut().filter(|app| app.id == *id).for_each(|app| app.position = *place);
        }
        after.sort_by(Mine::order);
        (written.len(), after.iter().map(|app| app.id.as_u128()).collect())
    }

    #[test]
    fn every_order_of_four_is_kept_and_takes_few_rows() {
        let numbers = [0_u128, 1, 2, 3];
        for code in 0..24_usize {
            let (mut left, mut wanted, mut rest) = (numbers.to_vec(), Vec::new(), code);
            for size in (1..=4).rev() {
                wanted.push(left.remove(rest % size));
                rest /= size;
            }
            for before in [apps(&[None; 4]), apps(&[Some(3), None, Some(0), Some(0)])] {
                let (_, after) = put(&before, &wanted);
                assert_eq!(after, wanted);
            }
        }
        assert_eq!(put(&apps(&[None; 4]), &[0, 1, 2, 3]), (0, vec![0, 1, 2, 3]), "by name takes nothing");
        assert_eq!(put(&apps(&[None; 4]), &[3, 0, 1, 2]).0, 1, "one to the front takes one");
        assert_eq!(put(&apps(&[None, None, None, Some(0)]), &[0, 1, 2, 3]).0, 1, "and is given up again");
    }
}
