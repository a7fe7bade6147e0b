//! One-time codes sent by e-mail (design 5.5).

use chrono::Duration;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    Directory, Result,
    arrivals::Arrival,
    audit::{Actor, Event},
    entities::passcodes,
};
use crate::model::{
    Address, Code, Language, Refusal,
    how::How,
    letter::{Letter, Post},
    provider::{MAIL_ISSUER, Proof},
    state::{ExternalState, SignInMethod, UserType},
};

/// How long a code is valid.
pub const VALID: Duration = Duration::minutes(15);
/// How many tries a code has.
pub const TRIES: i32 = 5;
/// The least time between two codes of one attempt, in seconds.
pub const BETWEEN_SENDS: i64 = 60;
/// The window of the send limits.
const WINDOW: Duration = Duration::hours(1);
/// Sends per window to one address by strangers, by one browser that is trusted with it, and from one network.
const PER_ADDRESS: i64 = 5;
const PER_TRUSTED_ADDRESS: i64 = 10;
const PER_NETWORK: i64 = 30;

const PURPOSE: &str = "passcode";

impl Directory {
    /// Sends a code to the attempt's address, unless a limit says no. Whether the address is known shows in nothing:
    /// for an unknown one the same is written down and no mail leaves.
    ///
    /// `network` is the IPv4 address or IPv6 /64 of the browser. `trusted` says that this browser holds a ticket for the
    /// address or has proven it before: its limits are its own, so that strangers cannot use them up. `language` is that
    /// of the page on which the code was asked for.
    ///
    /// # Errors
    /// [`Code::AttemptForeign`], [`Code::AttemptExpired`], [`Code::PasscodesOff`], [`Code::CodeTooSoon`] and
    /// [`Code::RateLimited`] with the seconds to wait.
    pub async fn send_passcode(
        &self,
        browser: Option<&str>,
        attempt_id: Uuid,
        network: &str,
        trusted: bool,
        language: Language,
    ) -> Result<()> {
        let attempt = self.attempt(browser, attempt_id).await?;
        let address = attempt.address.ok_or(Code::AttemptExpired)?;
        if !self.settings().await?.passcodes.enabled {
            return Err(Code::PasscodesOff.into());
        }
        // A ticket was presented for a guest, or an identity is waiting for this proof: the browser is known to be theirs.
        let trusted = trusted || attempt.guest_id.is_some();
        let now = self.now();
        let tx = self.begin().await?;
        self.lock_attempt(&tx, attempt_id).await?;

        let newest = passcodes::Entity::find()
            .filter(passcodes::Column::AttemptId.eq(attempt_id))
            .order_by_desc(passcodes::Column::CreatedAt)
            .one(&tx)
            .await?;
        if let Some(newest) = newest {
            let wait = BETWEEN_SENDS - (now - newest.created_at).num_seconds();
            if wait > 0 {
                return Err(Refusal::after(Code::CodeTooSoon, u32::try_from(wait).unwrap_or(60)).into());
            }
        }
        // Counting and sending are one: whoever counts the same bucket waits here.
        self.lock_name(&tx, &format!("codes to {} {trusted}", address.normalized())).await?;
        self.lock_name(&tx, &format!("codes from {network} {trusted}")).await?;
        self.check_send_limits(&tx, &address, network, trusted).await?;

        // A newer code replaces an older one, within this attempt only.
        self.change(
            &tx,
            "UPDATE passcodes SET used_at = $2 WHERE attempt_id = $1 AND used_at IS NULL",
            [attempt_id.into(), now.into()],
        )
        .await?;
        // The attempt lives at least as long as the code that belongs to it.
        self.change(
            &tx,
            "UPDATE attempts SET expires_at = $2 WHERE id = $1 AND expires_at < $2",
            [attempt_id.into(), (now + VALID).into()],
        )
        .await?;
        let code = self.new_code();
        let id = self.new_id();
        passcodes::Entity::insert(passcodes::ActiveModel {
            id: Set(id),
            attempt_id: Set(attempt_id),
            address_norm: Set(address.normalized().to_owned()),
            network: Set(network.to_owned()),
            trusted: Set(trusted),
            code_hmac: Set(self.vault().mac(PURPOSE, &code_text(id, &code)).to_vec()),
            tries: Set(0),
            created_at: Set(now),
            expires_at: Set(now + VALID),
            used_at: Set(None),
        })
        .exec_without_returning(&tx)
        .await?;
        let known = self.user_by_address(&tx, &address).await?;
        if let Some(guest) = known.filter(|user| user.enabled && user.user_type == UserType::Guest) {
            // To the mailbox that was invited, not to what somebody typed.
            let mailbox = Address::parse(&guest.address)?;
            let minutes = u32::try_from(VALID.num_minutes()).unwrap_or(15);
            let post = Post { letter: Letter::Passcode { code, minutes }, language, unsubscribe: None };
            self.enqueue(&tx, &post, &mailbox, None, now + VALID).await?;
        }
        self.commit(tx).await
    }

    async fn lock_attempt(&self, on: &impl sea_orm::ConnectionTrait, id: Uuid) -> Result<()> {
        use super::entities::attempts;
        use sea_orm::QuerySelect;
        attempts::Entity::find_by_id(id).lock_exclusive().one(on).await?.ok_or(Code::AttemptForeign)?;
        Ok(())
    }

    async fn check_send_limits(
        &self,
        on: &impl sea_orm::ConnectionTrait,
        address: &Address,
        network: &str,
        trusted: bool,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Counted {
            sent: i64,
        }
        let since = self.now() - WINDOW;
        let to_address = Counted::find_by_statement(self.sql(
            "SELECT COUNT(*) AS sent FROM passcodes WHERE address_norm = $1 AND created_at > $2 AND trusted = $3",
            [address.normalized().into(), since.into(), trusted.into()],
        ))
        .one(on)
        .await?
        .map_or(0, |row| row.sent);
        let from_network = Counted::find_by_statement(self.sql(
            "SELECT COUNT(*) AS sent FROM passcodes WHERE network = $1 AND created_at > $2 AND trusted = $3",
            [network.into(), since.into(), false.into()],
        ))
        .one(on)
        .await?
        .map_or(0, |row| row.sent);
        let limit = if trusted { PER_TRUSTED_ADDRESS } else { PER_ADDRESS };
        if to_address >= limit || !trusted && from_network >= PER_NETWORK {
            return Err(Refusal::after(Code::RateLimited, u32::try_from(WINDOW.num_seconds()).unwrap_or(3600)).into());
        }
        Ok(())
    }

    /// Checks a code and goes on with the sign-in or redemption it belongs to.
    ///
    /// # Errors
    /// [`Code::CodeWrong`], [`Code::CodeExpired`], [`Code::CodeTries`], and those of the step that follows.
    pub async fn enter_passcode(&self, browser: Option<&str>, attempt_id: Uuid, typed: &str) -> Result<Arrival> {
        let event = Event::new("passcode.enter", "attempt", attempt_id);
        // However far the first of two clicks has come when the second looks: used, counted, or ended.
        let result = match self.enter_and_commit(browser, attempt_id, typed).await {
            Err(error) if matches!(error.code(), Code::CodeExpired | Code::CodeTries | Code::AttemptExpired) => {
                match self.entered_before(browser, attempt_id, typed).await? {
                    Some(arrival) => Ok(arrival),
                    None => Err(error),
                }
            }
            result => result,
        };
        self.record_refusal(&Actor::default(), event, result).await
    }

    async fn enter_and_commit(&self, browser: Option<&str>, attempt_id: Uuid, typed: &str) -> Result<Arrival> {
        let attempt = self.attempt(browser, attempt_id).await?;
        let address = attempt.address.clone().ok_or(Code::AttemptExpired)?;
        let typed = digits(typed);
        let now = self.now();

        // The try is counted before the code is looked at, in a transaction of its own: it counts however this ends.
        let tx = self.begin().await?;
        let code = passcodes::Entity::find()
            .filter(passcodes::Column::AttemptId.eq(attempt_id))
            .filter(passcodes::Column::UsedAt.is_null())
            .order_by_desc(passcodes::Column::CreatedAt)
            .one(&tx)
            .await?
            .ok_or_else(|| Refusal::at(Code::CodeExpired, "code"))?;
        if code.expires_at <= now {
            return Err(Refusal::at(Code::CodeExpired, "code").into());
        }
        let counted = self
            .change(
                &tx,
                "UPDATE passcodes SET tries = tries + 1 WHERE id = $1 AND used_at IS NULL AND tries < $2",
                [code.id.into(), TRIES.into()],
            )
            .await?;
        if counted == 0 {
            return Err(Refusal::at(Code::CodeTries, "code").into());
        }
        tx.commit().await?;
        if !self.vault().mac_fits(PURPOSE, &code_text(code.id, &typed), &code.code_hmac) {
            return Err(Refusal::at(Code::CodeWrong, "code").into());
        }

        let tx = self.begin().await?;
        let used = self
            .change(
                &tx,
                "UPDATE passcodes SET used_at = $2 WHERE id = $1 AND used_at IS NULL",
                [code.id.into(), now.into()],
            )
            .await?;
        if used == 0 {
            return Err(Refusal::at(Code::CodeExpired, "code").into());
        }
        // Both proofs together: the account from the provider, and the mailbox from the code.
        let proof = match attempt.proof.clone() {
            Some(account) => account.with_mailbox(address),
            None => Proof::by_mail(address, self.now()),
        };
        let arrival = self.arrive(&tx, &attempt, &proof).await?;
        self.commit(tx).await?;
        Ok(arrival)
    }

    /// The second of two clicks: the same browser sends the same right code again within a minute, and arrives again.
    async fn entered_before(&self, browser: Option<&str>, attempt_id: Uuid, typed: &str) -> Result<Option<Arrival>> {
        let tx = self.begin().await?;
        let Some(attempt) = self.attempt_of_browser(&tx, browser, attempt_id).await? else { return Ok(None) };
        let code = passcodes::Entity::find()
            .filter(passcodes::Column::AttemptId.eq(attempt_id))
            .filter(passcodes::Column::UsedAt.gt(self.now() - Duration::minutes(1)))
            .order_by_desc(passcodes::Column::CreatedAt)
            .one(&tx)
            .await?;
        let typed = digits(typed);
        let Some(_) = code.filter(|code| {
            code.tries <= TRIES && self.vault().mac_fits(PURPOSE, &code_text(code.id, &typed), &code.code_hmac)
        }) else {
            return Ok(None);
        };
        let user = match (attempt.guest_id, &attempt.address) {
            (Some(guest), _) => self.lock_user(&tx, guest).await?,
            (None, Some(address)) => self.user_by_identity(&tx, &Proof::by_mail(address.clone(), self.now())).await?,
            _ => None,
        };
        let user = user.filter(|user| user.enabled && user.external_state == Some(ExternalState::Accepted));
        tx.commit().await?;
        Ok(user.map(|user| Arrival::SignedIn {
            user_id: user.id,
            method: SignInMethod::Passcode,
            idp: MAIL_ISSUER.to_owned(),
            how: How::by_code(self.now()),
            return_to: attempt.return_to,
        }))
    }

    /// Eight digits, every one of the hundred million equally likely.
    fn new_code(&self) -> String {
        // 2^64 is not a multiple of 10^8, by less than one part in 10^11: nobody can use that.
        let bytes = self.random().bytes();
        let number = u64::from_be_bytes(std::array::from_fn(|i| bytes[i]));
        format!("{:08}", number % 100_000_000)
    }
}

/// What was typed, without the spaces and hyphens that people put in.
fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// What the MAC is made of: a code is worth nothing for another row.
fn code_text(id: Uuid, code: &str) -> Vec<u8> {
    [id.as_bytes().as_slice(), code.as_bytes()].concat()
}
