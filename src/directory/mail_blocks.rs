//! Addresses that want no mail from this organization, and what their owners can say by the link in a mail.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Directory, Result,
    audit::{Actor, Event},
    entities::{invitations, users},
    invitations::invite::state_at,
};
use crate::model::{
    Address, Code,
    state::InvitationState,
    view::{PersonName, UnsubscribePage},
};

const PURPOSE: &str = "unsubscribe";
/// Longer than any token of ours: a longer text is not even decoded.
const LONGEST_TOKEN: usize = 1000;

/// What the token in a mail's footer stands for. Sealed: it is good for this alone, and names nobody to others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Unsubscribe {
    /// The address that the mail went to.
    #[serde(rename = "a")]
    address: String,
    /// The invitation that it was about.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    invitation: Option<Uuid>,
}

impl Unsubscribe {
    pub fn new(address: &Address, invitation: Option<Uuid>) -> Self {
        Self { address: address.typed().to_owned(), invitation }
    }
}

impl Directory {
    pub(super) fn unsubscribe_token(&self, of: &Unsubscribe) -> Result<String> {
        let sealed = self.vault().seal(PURPOSE, &serde_json::to_vec(of)?, self.random());
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    fn read_token(&self, token: &str) -> Result<(Address, Option<Uuid>)> {
        let sealed = Some(token).filter(|token| token.len() <= LONGEST_TOKEN);
        let sealed = sealed.and_then(|token| URL_SAFE_NO_PAD.decode(token).ok()).ok_or(Code::TicketUnknown)?;
        let plain = self.vault().open(PURPOSE, &sealed).map_err(|_| Code::TicketUnknown)?;
        let of: Unsubscribe = serde_json::from_slice(&plain).map_err(|_| Code::TicketUnknown)?;
        Ok((Address::parse(&of.address)?, of.invitation))
    }

    /// Whether the owner of an address wants no invitations, reminders and notices of ours.
    pub(super) async fn blocks_mail(&self, on: &impl ConnectionTrait, address: &Address) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            blocks: i64,
        }
        let sql = "SELECT COUNT(*) AS blocks FROM mail_blocks WHERE address_norm = $1";
        let row = Row::find_by_statement(self.sql(sql, [address.normalized().into()])).one(on).await?;
        Ok(row.is_some_and(|row| row.blocks > 0))
    }

    /// What the link in a mail's footer shows. Changes nothing.
    ///
    /// # Errors
    /// [`Code::TicketUnknown`] for a token that is not ours.
    pub async fn unsubscribe_page(&self, token: &str) -> Result<UnsubscribePage> {
        let (address, invitation) = self.read_token(token)?;
        let invitation = match invitation {
            Some(id) => invitations::Entity::find_by_id(id).one(self.db()).await?,
            None => None,
        };
        let language = match &invitation {
            Some(invitation) => invitation.language,
            None => self.settings().await?.organization.language,
        };
        let open =
            |row: &invitations::Model| state_at(row.state, row.expires_at, self.now()) == InvitationState::Pending;
        let mut inviter = None;
        if let Some(open) = invitation.filter(open) {
            let row = users::Entity::find_by_id(open.inviter_id).one(self.db()).await?;
            inviter = row.map(|row| PersonName { id: row.id, name: row.display_name });
        }
        let blocked = self.blocks_mail(self.db(), &address).await?;
        Ok(UnsubscribePage { address: address.typed().to_owned(), blocked, inviter, language })
    }

    /// Blocks further mails of ours, but for codes, to the address that the token stands for. Twice is once.
    ///
    /// # Errors
    /// As [`Self::unsubscribe_page`].
    pub async fn block_mail(&self, token: &str) -> Result<()> {
        let (address, _) = self.read_token(token)?;
        let tx = self.begin().await?;
        let blocked = self
            .change(
                &tx,
                "INSERT INTO mail_blocks (address_norm, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [address.normalized().into(), self.now().into()],
            )
            .await?;
        if blocked == 1 {
            self.drop_mail_to(&tx, &address).await?;
            self.record(&tx, &Actor::default(), about("mail.block", &address)).await?;
        }
        self.commit(tx).await
    }

    /// Takes that back.
    ///
    /// # Errors
    /// As [`Self::unsubscribe_page`].
    pub async fn unblock_mail(&self, token: &str) -> Result<()> {
        let (address, _) = self.read_token(token)?;
        let tx = self.begin().await?;
        let sql = "DELETE FROM mail_blocks WHERE address_norm = $1";
        if self.change(&tx, sql, [address.normalized().into()]).await? == 1 {
            self.record(&tx, &Actor::default(), about("mail.unblock", &address)).await?;
        }
        self.commit(tx).await
    }

    /// *This was not for me*: declines the invitation that the mail was about, if it is still open.
    ///
    /// # Errors
    /// As [`Self::unsubscribe_page`].
    pub async fn decline_by_mail(&self, token: &str) -> Result<()> {
        let (_, invitation) = self.read_token(token)?;
        let Some(id) = invitation else { return Ok(()) };
        let tx = self.begin().await?;
        let open =
            |row: &invitations::Model| state_at(row.state, row.expires_at, self.now()) == InvitationState::Pending;
        if let Some(invitation) = invitations::Entity::find_by_id(id).one(&tx).await?.filter(open) {
            self.end_invitation(&tx, &Actor::default(), &invitation, InvitationState::Declined).await?;
        }
        self.commit(tx).await
    }

    /// What waits for this address never leaves; its invitations show that no mail went out. Notices and copies to it are
    /// stopped when they are about to leave: they belong to no invitation of this address.
    async fn drop_mail_to(&self, tx: &DatabaseTransaction, address: &Address) -> Result<()> {
        let open = invitations::Entity::find()
            .filter(invitations::Column::AddressNorm.eq(address.normalized()))
            .filter(invitations::Column::State.eq(InvitationState::Pending))
            .all(tx)
            .await?;
        for invitation in open {
            self.recall_mail_of(tx, invitation.id, "blocked").await?;
        }
        Ok(())
    }
}

fn about(action: &'static str, address: &Address) -> Event {
    Event { action, ..Default::default() }.details(serde_json::json!({ "address": address.typed() }))
}
