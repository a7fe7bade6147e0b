//! The outbox: mails that were decided and have not left yet (design 5.9).

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::outbox,
};
use crate::model::{Address, letter::Post, state::OutboxState};

/// How long a mail is in one worker's hands before another may take it.
pub const LEASE: Duration = Duration::minutes(2);
/// The first wait after a failure; it doubles with each try.
const FIRST_WAIT: Duration = Duration::seconds(30);
const LONGEST_WAIT: Duration = Duration::hours(1);

const PURPOSE: &str = "outbox";
/// Kinds of mail that their readers did not ask for, and can block.
const UNASKED: [&str; 5] = ["invitation", "reminder", "added", "copy", "notice"];

/// A mail in a worker's hands.
#[derive(Clone, Debug)]
pub struct Leased {
    /// The row.
    pub id: Uuid,
    /// The bare address.
    pub to: String,
    /// What to write, in which language.
    pub post: Post,
    /// The fixed Message-ID, without angle brackets.
    pub message_id: String,
    /// Not to be sent after this.
    pub not_after: DateTime<Utc>,
    /// How often it was tried, this time included.
    pub tries: i32,
}

/// What still has to leave. Written out: the index of queued ones alone is not used for a bound value.
fn is_queued() -> Expr {
    Expr::cust("outbox.state = 'queued'")
}

impl Directory {
    /// Puts a mail into the outbox, within the transaction that causes it.
    pub(super) async fn enqueue(
        &self,
        on: &impl ConnectionTrait,
        post: &Post,
        to: &Address,
        invitation: Option<Uuid>,
        not_after: DateTime<Utc>,
    ) -> Result<()> {
        let id = self.new_id();
        let now = self.now();
        let host = url::Url::parse(self.public_url()).ok().and_then(|url| url.host_str().map(str::to_owned));
        outbox::Entity::insert(outbox::ActiveModel {
            id: Set(id),
            kind: Set(post.letter.kind().to_owned()),
            recipient: Set(to.typed().to_owned()),
            payload: Set(Some(self.vault().seal(PURPOSE, &serde_json::to_vec(post)?, self.random()))),
            message_id: Set(format!("{id}@{}", host.as_deref().unwrap_or("localhost"))),
            invitation_id: Set(invitation),
            state: Set(OutboxState::Queued),
            tries: Set(0),
            due_at: Set(now),
            leased_until: Set(None),
            not_after: Set(not_after),
            last_error: Set(None),
            created_at: Set(now),
            ended_at: Set(None),
        })
        .exec_without_returning(on)
        .await?;
        Ok(())
    }

    /// Takes up to `limit` mails that are due, each by one conditional update. What must not leave any more dies here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_outbox(&self, limit: u64) -> Result<Vec<Leased>> {
        let now = self.now();
        let due = outbox::Entity::find()
            .filter(is_queued())
            .filter(outbox::Column::DueAt.lte(now))
            .filter(outbox::Column::LeasedUntil.is_null().or(outbox::Column::LeasedUntil.lte(now)))
            .order_by_asc(outbox::Column::DueAt)
            .limit(limit)
            .all(self.db())
            .await?;
        let mut leased = Vec::new();
        for row in due {
            match self.take(row.id).await {
                Ok(true) => {}
                Ok(false) => continue,
                // What was taken so far is in our hands and has to leave; the rest stays for the next round.
                Err(error) if !leased.is_empty() => {
                    tracing::error!(%error, "taking mail from the outbox");
                    break;
                }
                Err(error) => return Err(error),
            }
            let opened = row.payload.as_deref().map(|sealed| self.vault().open(PURPOSE, sealed));
            let post = match opened {
                Some(Ok(plain)) => serde_json::from_slice(&plain).map_err(|error| error.to_string()),
                Some(Err(error)) => Err(error.to_string()),
                None => Err("the mail is empty".to_owned()),
            };
            match post {
                Ok(post) => leased.push(Leased {
                    id: row.id,
                    to: row.recipient,
                    post,
                    message_id: row.message_id,
                    not_after: row.not_after,
                    tries: row.tries + 1,
                }),
                Err(reason) => self.outbox_failed(row.id, row.tries + 1, &reason, true).await?,
            }
        }
        Ok(leased)
    }

    /// Takes one mail for the time of a lease. `false` if another worker has it, or it must not leave any more.
    async fn take(&self, id: Uuid) -> Result<bool> {
        let now = self.now();
        let taken = self
            .change(
                self.db(),
                "UPDATE outbox SET leased_until = $2, tries = tries + 1
                 WHERE id = $1 AND state = 'queued' AND (leased_until IS NULL OR leased_until <= $3)",
                [id.into(), (now + LEASE).into(), now.into()],
            )
            .await?;
        Ok(taken == 1 && self.outbox_still_wanted(id).await?)
    }

    /// Whether a mail may still leave: its time is not over, its invitation is still open, and a request that it
    /// asks to decide still waits. If not, it ends here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_still_wanted(&self, id: Uuid) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            kind: String,
            recipient: String,
            invitation_id: Option<Uuid>,
            payload: Option<Vec<u8>>,
            not_after: DateTime<Utc>,
            open: bool,
        }
        let now = self.now();
        let row = Row::find_by_statement(self.sql(
            "SELECT o.kind, o.recipient, o.invitation_id, o.not_after,
                    CASE WHEN o.kind = 'notice' THEN o.payload END AS payload,
                    (o.invitation_id IS NULL OR i.state = 'pending' AND i.expires_at > $2) AS open
             FROM outbox o LEFT JOIN invitations i ON i.id = o.invitation_id WHERE o.id = $1 AND o.state = 'queued'",
            [id.into(), now.into()],
        ))
        .one(self.db())
        .await?;
        match row {
            None => Ok(false),
            Some(row) if row.open && row.not_after > now && !self.asks_in_vain(row.payload.as_deref()).await? => {
                // The reader may have blocked it after it was written.
                let unasked = UNASKED.contains(&row.kind.as_str());
                if !unasked || !self.blocks_mail(self.db(), &Address::parse(&row.recipient)?).await? {
                    return Ok(true);
                }
                match row.invitation_id.filter(|_| row.kind != "copy") {
                    Some(invitation) => {
                        let tx = self.begin().await?;
                        self.recall_mail_of(&tx, invitation, "blocked").await?;
                        tx.commit().await?;
                    }
                    None => self.end_mail(id, OutboxState::Dead, Some("blocked")).await?,
                }
                Ok(false)
            }
            Some(_) => {
                self.end_mail(id, OutboxState::Dead, Some("no longer wanted")).await?;
                Ok(false)
            }
        }
    }

    /// Whether a notice asks for a decision that nobody has to make any more. What cannot be opened dies elsewhere.
    async fn asks_in_vain(&self, notice: Option<&[u8]>) -> Result<bool> {
        let opened = notice.and_then(|sealed| self.vault().open(PURPOSE, sealed).ok());
        match opened.and_then(|plain| serde_json::from_slice::<Post>(&plain).ok()) {
            Some(post) => self.is_settled(&post).await,
            None => Ok(false),
        }
    }

    /// The mail server has it. The payload is erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_sent(&self, id: Uuid) -> Result<()> {
        self.end_mail(id, OutboxState::Sent, None).await
    }

    /// It did not leave, for this reason; unless that is final it is tried again later, each time after a longer wait.
    /// `tries` is that of the [`Leased`]: if another worker has taken the mail since, its lease stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_failed(&self, id: Uuid, tries: i32, reason: &str, permanent: bool) -> Result<()> {
        let Some(row) = outbox::Entity::find_by_id(id).one(self.db()).await? else { return Ok(()) };
        if row.tries != tries {
            return Ok(());
        }
        let doublings = u32::try_from(tries.clamp(1, 10) - 1).unwrap_or_default();
        let due_at = self.now() + (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
        if permanent || due_at > row.not_after {
            return self.end_mail(id, OutboxState::Dead, Some(reason)).await;
        }
        let tx = self.begin().await?;
        let changed = self
            .change(
                &tx,
                "UPDATE outbox SET due_at = $2, leased_until = NULL, last_error = $3
                 WHERE id = $1 AND state = 'queued' AND tries = $4",
                [id.into(), due_at.into(), reason.into(), tries.into()],
            )
            .await?;
        if changed == 1 {
            self.note_delivery(&tx, id, "queued", Some(reason)).await?;
        }
        self.commit(tx).await
    }

    async fn end_mail(&self, id: Uuid, state: OutboxState, reason: Option<&str>) -> Result<()> {
        let tx = self.begin().await?;
        let ended = self
            .change(
                &tx,
                "UPDATE outbox SET state = $2, payload = NULL, leased_until = NULL, last_error = $3, ended_at = $4
             WHERE id = $1 AND state = 'queued'",
                [id.into(), state.into(), reason.into(), self.now().into()],
            )
            .await?;
        if ended == 1 {
            let delivery = if state == OutboxState::Sent { "sent" } else { "failed" };
            self.note_delivery(&tx, id, delivery, reason).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Shows with an open invitation what became of its mail. Copies to others do not count.
    async fn note_delivery(
        &self,
        on: &impl ConnectionTrait,
        mail: Uuid,
        delivery: &str,
        reason: Option<&str>,
    ) -> Result<()> {
        self.change(
            on,
            "UPDATE invitations SET delivery = $2, delivery_error = $3,
                    sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END
             WHERE state = 'pending'
               AND id = (SELECT invitation_id FROM outbox WHERE id = $1 AND kind IN ('invitation', 'reminder'))",
            [mail.into(), delivery.into(), reason.into(), self.now().into()],
        )
        .await?;
        Ok(())
    }

    /// The mail with this Message-ID (without angle brackets) came back, for this reason: the address does not take it.
    /// Whether that changed anything. It does not for mails that are not ours or are no invitations, for invitations
    /// that have ended, for those that were sent once more since, and when it is told twice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_bounced(&self, message_id: &str, reason: &str) -> Result<bool> {
        let Some(id) = message_id.split_once('@').and_then(|(id, _)| Uuid::parse_str(id).ok()) else {
            return Ok(false);
        };
        let mail =
            outbox::Entity::find_by_id(id).filter(outbox::Column::MessageId.eq(message_id)).one(self.db()).await?;
        let Some(invitation) = mail.and_then(|mail| mail.invitation_id) else { return Ok(false) };
        let tx = self.begin().await?;
        // A server may be quicker with its bounce than we are with noting that it took the mail.
        self.change(
            &tx,
            "UPDATE outbox SET state = 'dead', payload = NULL, leased_until = NULL, last_error = $2, ended_at = $3
             WHERE id = $1 AND state = 'queued' AND tries > 0",
            [id.into(), reason.into(), self.now().into()],
        )
        .await?;
        let failed = self
            .change(
                &tx,
                "UPDATE invitations SET delivery = 'failed', delivery_error = $3
                 WHERE id = $1 AND state = 'pending' AND delivery <> 'failed' AND EXISTS
                     (SELECT 1 FROM outbox WHERE id = $2 AND kind IN ('invitation', 'reminder'))
                 AND NOT EXISTS
                     (SELECT 1 FROM outbox WHERE invitation_id = $1 AND id > $2 AND kind IN ('invitation', 'reminder'))",
                [invitation.into(), id.into(), reason.into()],
            )
            .await?;
        if failed == 1 {
            // The reason often repeats the address.
            let event = Event::new("mail.bounce", "invitation", invitation).by_invitation(Some(invitation));
            self.record(&tx, &Actor::default(), event.details(serde_json::json!({ "reason": reason }))).await?;
        }
        self.commit(tx).await?;
        Ok(failed == 1)
    }

    /// Mail of an invitation that has ended never leaves.
    pub(super) async fn drop_mail_of(&self, on: &impl ConnectionTrait, invitation: Uuid) -> Result<()> {
        self.change(
            on,
            "UPDATE outbox SET state = 'dead', payload = NULL, leased_until = NULL, last_error = 'no longer wanted', ended_at = $2
             WHERE invitation_id = $1 AND state = 'queued'",
            [invitation.into(), self.now().into()],
        )
        .await?;
        Ok(())
    }

    /// Mail to the guest of an open invitation that must not leave any more, while the invitation stays as it is: it shows
    /// what became of the mails before. Copies to others still leave.
    pub(super) async fn recall_mail_of(&self, on: &impl ConnectionTrait, invitation: Uuid, reason: &str) -> Result<()> {
        self.change(
            on,
            "UPDATE outbox SET state = 'dead', payload = NULL, leased_until = NULL, last_error = $3, ended_at = $2
             WHERE invitation_id = $1 AND state = 'queued' AND kind IN ('invitation', 'reminder')",
            [invitation.into(), self.now().into(), reason.into()],
        )
        .await?;
        self.change(
            on,
            "UPDATE invitations SET delivery = CASE WHEN sent_at IS NULL THEN 'none' ELSE 'sent' END, delivery_error = NULL
             WHERE id = $1 AND delivery = 'queued'",
            [invitation.into()],
        )
        .await?;
        Ok(())
    }

    /// When the next mail is due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_next_due(&self) -> Result<Option<DateTime<Utc>>> {
        #[derive(FromQueryResult)]
        struct Row {
            next: Option<DateTime<Utc>>,
        }
        let row = Row::find_by_statement(self.sql(
            "SELECT MIN(CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END) AS next
             FROM outbox WHERE state = 'queued'",
            [],
        ))
        .one(self.db())
        .await?;
        Ok(row.and_then(|row| row.next))
    }

    /// How many mails wait, for metrics and `doctor`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_waiting(&self) -> Result<u64> {
        use sea_orm::PaginatorTrait;
        Ok(outbox::Entity::find().filter(is_queued()).count(self.db()).await?)
    }

    /// Rings whenever something was committed that may have caused mail.
    pub fn outbox_wakeup(&self) -> &tokio::sync::Notify {
        &self.0.outbox_wakeup
    }

    pub(super) async fn release_outbox_leases(&self) -> Result<()> {
        self.change(self.db(), "UPDATE outbox SET leased_until = NULL WHERE state = 'queued'", []).await?;
        Ok(())
    }
}
