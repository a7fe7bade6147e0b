//! Coming in as guests do.

use access_panel::{
    directory::{Result, arrivals::Arrival, attempts::NewAttempt, redemption::Next},
    model::{
        Address, Caller, Language,
        provider::{Claims, Provider},
        view::PASSCODE_WAY,
    },
};
use uuid::Uuid;

use super::World;

/// What a provider says of someone whose address it has verified.
pub fn claims(provider: &Provider, subject: &str, email: &str) -> Claims {
    Claims {
        issuer: provider.issuer.clone(),
        subject: subject.to_owned(),
        email: Some(email.to_owned()),
        email_verified: Some(true),
        name: None,
        given_name: None,
        family_name: None,
        hosted_domain: None,
        other: Vec::new(),
        how: Default::default(),
    }
}

/// Whom an arrival signed in.
pub fn of(arrival: &Arrival) -> Uuid {
    match arrival {
        Arrival::SignedIn { user_id, .. } => *user_id,
        other => panic!("expected to be signed in, got {other:?}"),
    }
}

impl World {
    /// A provider by its key.
    pub async fn provider(&self, key: &str) -> Provider {
        self.directory
            .provider(key)
            .await
            .expect("providers are read")
            .unwrap_or_else(|| panic!("no identity provider {key}"))
    }

    /// What that provider says of someone whose address it has verified; the subject is made of the address.
    pub async fn claims(&self, provider: &str, email: &str) -> Claims {
        claims(&self.provider(provider).await, &format!("subject-of-{email}"), email)
    }

    /// The provider's answer to an attempt, on the way that the callback takes.
    pub async fn answer(&self, browser: &str, attempt: Uuid, provider: &str, claims: &Claims) -> Result<Arrival> {
        let state = self.directory.new_secret();
        self.directory.attempt_sent(attempt, provider, &state, "nonce", "verifier").await?;
        let attempt = self.directory.take_attempt(Some(browser), &state).await?;
        let provider = self.provider(provider).await;
        self.directory.arrive_from(&attempt, &provider, claims).await
    }

    /// *Get started* with a link, by a provider.
    pub async fn redeem_by(&self, browser: &str, ticket: &str, provider: &str, claims: &Claims) -> Result<Arrival> {
        match self.directory.start_redemption(browser, Some(ticket), Some(provider)).await? {
            Next::Provider { attempt, .. } => self.answer(browser, attempt, provider, claims).await,
            other => panic!("{provider} was asked for, got {other:?}"),
        }
    }

    /// *Get started* with a link, by a code: the attempt that waits for it.
    pub async fn start_by_code(&self, browser: &str, ticket: &str) -> Result<Uuid> {
        match self.directory.start_redemption(browser, Some(ticket), Some(PASSCODE_WAY)).await? {
            Next::Passcode { attempt } => Ok(attempt),
            other => panic!("a code was asked for, got {other:?}"),
        }
    }

    /// *Get started* with a link, by a code that is read from the mail.
    pub async fn redeem_by_code(&self, browser: &str, ticket: &str, address: &str) -> Result<Arrival> {
        let attempt = self.start_by_code(browser, ticket).await?;
        self.prove(browser, attempt, address).await
    }

    /// Asks for a code, reads it, and enters it.
    pub async fn prove(&self, browser: &str, attempt: Uuid, address: &str) -> Result<Arrival> {
        self.directory.send_passcode(Some(browser), attempt, "198.51.100.7", false, Language::English).await?;
        let code = self.code_to(address).await;
        self.directory.enter_passcode(Some(browser), attempt, &code).await
    }

    /// An attempt to sign in without a link, for an address that was typed.
    pub async fn attempt_for(&self, browser: &str, address: &str) -> Uuid {
        let address = Address::parse(address).unwrap_or_else(|code| panic!("{address}: {code}"));
        let new = NewAttempt { address: Some(address), return_to: "/".to_owned(), ..Default::default() };
        self.directory.begin_attempt(browser, new).await.expect("an attempt begins")
    }

    /// Signs in at a provider without a link.
    pub async fn sign_in_by(&self, browser: &str, provider: &str, claims: &Claims) -> Result<Arrival> {
        let new = NewAttempt { return_to: "/".to_owned(), ..Default::default() };
        let attempt = self.directory.begin_attempt(browser, new).await?;
        self.answer(browser, attempt, provider, claims).await
    }

    /// Signs in by a code without a link.
    pub async fn sign_in_by_code(&self, browser: &str, address: &str) -> Result<Arrival> {
        let attempt = self.attempt_for(browser, address).await;
        self.prove(browser, attempt, address).await
    }

    /// A guest who was invited to a group and has accepted by a code.
    pub async fn guest_in(&self, group: &str, address: &str) -> Caller {
        self.invite("ada.admin", group, address).await;
        let ticket = self.ticket_to(address).await;
        let arrival = self.redeem_by_code(&format!("browser of {address}"), &ticket, address).await;
        of(&arrival.unwrap_or_else(|error| panic!("{address} redeems: {error}")));
        self.caller(address).await
    }
}
