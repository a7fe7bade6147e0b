//! What becomes of a deleted group when nobody can restore it any more.

use sea_orm::{EntityTrait, FromQueryResult, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use super::super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::groups,
    grants::Target,
};

impl Directory {
    /// Erases groups that were deleted longer ago than they can be restored, with everything that hangs on them: up to
    /// `limit` people in one go, each in a transaction of their own, then the group itself. Says how many people and groups
    /// it was. The audit log keeps what happened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge_groups(&self, limit: u64) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
        }
        let due = Row::find_by_statement(self.sql(
            "SELECT id FROM groups WHERE deleted_at IS NOT NULL AND deleted_at <= $1 ORDER BY deleted_at LIMIT 20",
            [self.restorable_since().into()],
        ))
        .all(self.db())
        .await?;
        let mut done = 0;
        for Row { id } in due {
            let left = limit.saturating_sub(done);
            done += self.purge_people(id, left).await?;
            if done >= limit {
                break;
            }
            self.purge_group(id).await?;
            done += 1;
        }
        Ok(done)
    }

    /// Takes people out of a group, and the group out of invitations that are still open.
    async fn purge_people(&self, group: Uuid, limit: u64) -> Result<u64> {
        #[derive(FromQueryResult)]
        struct Row {
            user_id: Uuid,
        }
        let people = Row::find_by_statement(self.sql(
            "SELECT m.user_id FROM memberships m WHERE m.group_id = $1
             UNION
             SELECT i.user_id FROM invitation_grants n JOIN invitations i ON i.id = n.invitation_id AND i.state = 'pending'
             WHERE n.group_id = $1
             LIMIT $2",
            [group.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
        ))
        .all(self.db())
        .await?;
        let (actor, target, mut done) = (Actor::default(), Target::Group(group), 0);
        for Row { user_id } in people {
            let tx = self.begin().await?;
            self.lock_user(&tx, user_id).await?;
            let sql = "DELETE FROM memberships WHERE group_id = $1 AND user_id = $2";
            self.change(&tx, sql, [group.into(), user_id.into()]).await?;
            self.withdraw_from_invitations(&tx, &actor, user_id, target).await?;
            self.delete_if_nothing_left(&tx, &actor, user_id).await?;
            self.commit(tx).await?;
            done += 1;
        }
        Ok(done)
    }

    /// Erases a group that nobody is in any more.
    async fn purge_group(&self, group: Uuid) -> Result<()> {
        let tx = self.begin().await?;
        // It may have gone, or come back, a moment ago.
        let row = groups::Entity::find_by_id(group).lock(LockType::NoKeyUpdate).one(&tx).await?;
        let Some(row) = row.filter(|row| row.deleted_at.is_some_and(|at| at <= self.restorable_since())) else {
            return Ok(());
        };
        let owners = self.owner_ids(&tx, group, None).await?;
        for sql in [
            "DELETE FROM memberships WHERE group_id = $1",
            "DELETE FROM assignments WHERE group_id = $1",
            "DELETE FROM group_owners WHERE group_id = $1",
            "DELETE FROM invitation_grants WHERE group_id = $1",
            "DELETE FROM requests WHERE group_id = $1",
            "DELETE FROM collection_groups WHERE group_id = $1",
            "UPDATE apps SET join_group_id = NULL WHERE join_group_id = $1",
            "DELETE FROM groups WHERE id = $1",
        ] {
            self.change(&tx, sql, [group.into()]).await?;
        }
        self.drop_picture(&tx, row.picture_id).await?;
        let actor = Actor::default();
        let event = Event::new("group.purge", "group", group).in_group(group);
        self.record(&tx, &actor, event.details(serde_json::json!({ "name": row.name }))).await?;
        for owner in owners {
            self.lock_user(&tx, owner).await?;
            self.delete_if_nothing_left(&tx, &actor, owner).await?;
        }
        self.commit(tx).await
    }
}
