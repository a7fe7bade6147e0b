//! Sign-ins that have begun in one browser and are not finished yet.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Directory, Result, entities::attempts, vault::hash};
use crate::model::{Address, Code, provider::Proof};

/// A sign-in has to be finished within this time.
pub const LIFE: Duration = Duration::minutes(15);

const VERIFIER: &str = "pkce verifier";
const PROOF: &str = "attempt proof";

/// A sign-in under way. Belongs to the browser whose cookie began it.
#[derive(Clone)]
pub struct Attempt {
    /// Names it in addresses; worth nothing without the browser's cookie.
    pub id: Uuid,
    /// The provider it went to.
    pub provider: Option<String>,
    /// The nonce it sent.
    pub nonce: Option<String>,
    /// The PKCE verifier it kept.
    pub pkce_verifier: Option<String>,
    /// The pending guest whose invitation is being redeemed.
    pub guest_id: Option<Uuid>,
    /// The address to prove, or that was typed.
    pub address: Option<Address>,
    /// Who signed in at a provider, if that alone was not enough.
    pub proof: Option<Proof>,
    /// Where to go afterwards: a path of ours.
    pub return_to: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Shows no secret.
impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").field("id", &self.id).field("guest_id", &self.guest_id).finish_non_exhaustive()
    }
}

/// How a new attempt starts.
#[derive(Clone, Debug, Default)]
pub struct NewAttempt {
    /// The pending guest whose invitation is being redeemed.
    pub guest_id: Option<Uuid>,
    /// The address to prove, or that was typed.
    pub address: Option<Address>,
    /// Where to go afterwards: a path of ours.
    pub return_to: String,
}

impl Directory {
    /// Begins an attempt in a browser.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_attempt(&self, browser: &str, new: NewAttempt) -> Result<Uuid> {
        self.begin_attempt_on(self.db(), browser, new).await
    }

    pub(super) async fn begin_attempt_on(
        &self,
        on: &impl ConnectionTrait,
        browser: &str,
        new: NewAttempt,
    ) -> Result<Uuid> {
        let id = self.new_id();
        let now = self.now();
        attempts::Entity::insert(attempts::ActiveModel {
            id: Set(id),
            browser_hash: Set(hash(browser)),
            guest_id: Set(new.guest_id),
            address: Set(new.address.map(|address| address.typed().to_owned())),
            return_to: Set(new.return_to),
            created_at: Set(now),
            expires_at: Set(now + LIFE),
            ..Default::default()
        })
        .exec_without_returning(on)
        .await?;
        Ok(id)
    }

    /// Notes that the browser was sent to a provider, with which state, nonce and PKCE verifier.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempt_sent(&self, id: Uuid, provider: &str, state: &str, nonce: &str, verifier: &str) -> Result<()> {
        self.change(
            self.db(),
            "UPDATE attempts SET provider = $2, state_hash = $3, nonce = $4, pkce_verifier = $5 WHERE id = $1",
            [
                id.into(),
                provider.into(),
                hash(state).into(),
                nonce.into(),
                self.vault().seal(VERIFIER, verifier.as_bytes(), self.random()).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Takes the attempt that a provider's answer belongs to. It can be taken once, by the browser that began it.
    ///
    /// # Errors
    /// [`Code::AttemptForeign`] for an unknown state, another browser or a second time; [`Code::AttemptExpired`].
    pub async fn take_attempt(&self, browser: Option<&str>, state: &str) -> Result<Attempt> {
        let tx = self.begin().await?;
        let row = attempts::Entity::find()
            .filter(attempts::Column::StateHash.eq(hash(state)))
            .one(&tx)
            .await?
            .filter(|row| browser.is_some_and(|browser| row.browser_hash == hash(browser)))
            .ok_or(Code::AttemptForeign)?;
        let taken = self
            .change(
                &tx,
                "UPDATE attempts SET state_hash = NULL WHERE id = $1 AND state_hash = $2",
                [row.id.into(), hash(state).into()],
            )
            .await?;
        tx.commit().await?;
        if taken == 0 {
            return Err(Code::AttemptForeign.into());
        }
        if row.expires_at <= self.now() {
            return Err(Code::AttemptExpired.into());
        }
        self.read_attempt(row)
    }

    /// An attempt of this browser by its id.
    ///
    /// # Errors
    /// [`Code::AttemptForeign`] for an unknown id or another browser; [`Code::AttemptExpired`].
    pub async fn attempt(&self, browser: Option<&str>, id: Uuid) -> Result<Attempt> {
        let attempt = self.attempt_of_browser(self.db(), browser, id).await?.ok_or(Code::AttemptForeign)?;
        if attempt.expires_at <= self.now() {
            return Err(Code::AttemptExpired.into());
        }
        Ok(attempt)
    }

    /// An attempt of this browser, even one that has ended.
    pub(super) async fn attempt_of_browser(
        &self,
        on: &impl ConnectionTrait,
        browser: Option<&str>,
        id: Uuid,
    ) -> Result<Option<Attempt>> {
        let row = attempts::Entity::find_by_id(id).one(on).await?;
        let row = row.filter(|row| browser.is_some_and(|browser| row.browser_hash == hash(browser)));
        row.map(|row| self.read_attempt(row)).transpose()
    }

    /// The newest attempt of this browser to redeem an invitation, if it is still open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_redemption(&self, browser: &str) -> Result<Option<Attempt>> {
        let row = attempts::Entity::find()
            .filter(attempts::Column::BrowserHash.eq(hash(browser)))
            .filter(attempts::Column::GuestId.is_not_null())
            .filter(attempts::Column::ExpiresAt.gt(self.now()))
            .order_by_desc(attempts::Column::CreatedAt)
            .order_by_desc(attempts::Column::Id)
            .one(self.db())
            .await?;
        row.map(|row| self.read_attempt(row)).transpose()
    }

    /// Keeps with the attempt who signed in, and whose invitation it is about, until the person goes on.
    pub(super) async fn keep_proof(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
        guest: Uuid,
        address: &str,
        proof: &Proof,
    ) -> Result<()> {
        let sealed = self.vault().seal(PROOF, &serde_json::to_vec(proof)?, self.random());
        self.change(
            on,
            "UPDATE attempts SET guest_id = $2, address = $3, proof = $4, expires_at = $5 WHERE id = $1",
            [id.into(), guest.into(), address.into(), sealed.into(), (self.now() + LIFE).into()],
        )
        .await?;
        Ok(())
    }

    /// Ends an attempt: it did its work.
    pub(super) async fn end_attempt(&self, on: &impl ConnectionTrait, id: Uuid) -> Result<()> {
        self.change(
            on,
            "UPDATE attempts SET expires_at = created_at, proof = NULL, pkce_verifier = NULL WHERE id = $1",
            [id.into()],
        )
        .await?;
        Ok(())
    }

    fn read_attempt(&self, row: attempts::Model) -> Result<Attempt> {
        let open = |purpose: &str, sealed: Option<Vec<u8>>| {
            sealed.map(|sealed| self.vault().open(purpose, &sealed)).transpose()
        };
        let proof = open(PROOF, row.proof)?.map(|plain| serde_json::from_slice(&plain)).transpose()?;
        let verifier = open(VERIFIER, row.pkce_verifier)?.map(|plain| String::from_utf8_lossy(&plain).into_owned());
        Ok(Attempt {
            id: row.id,
            provider: row.provider,
            nonce: row.nonce,
            pkce_verifier: verifier,
            guest_id: row.guest_id,
            address: row.address.as_deref().and_then(|address| Address::parse(address).ok()),
            proof,
            return_to: row.return_to,
            expires_at: row.expires_at,
        })
    }
}
