//! Someone has proven who they are: what happens now (design 5.4 and 5.8).

use sea_orm::{DatabaseTransaction, FromQueryResult};
use uuid::Uuid;

use super::{
    Directory, Result,
    attempts::Attempt,
    audit::{Actor, Event},
    sign_ins::{Origin, SignIn},
};
use crate::model::{
    Code,
    how::How,
    names,
    provider::{Claims, MAIL_ISSUER, Proof, Provider},
    state::{CreationType, ExternalState, ProviderKind, SignInKind, SignInMethod, UserType},
};

/// How a sign-in ends, if nothing refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// They are in: open a session for this user.
    SignedIn {
        /// Whose session.
        user_id: Uuid,
        /// How long it may last depends on this.
        method: SignInMethod,
        /// The issuer of the identity that signed in.
        idp: String,
        /// How and when they proved it.
        how: How,
        /// Where to go: a path of ours.
        return_to: String,
    },
    /// A pending guest came without the link: show them the redemption page.
    Review,
    /// The account alone is not enough: the invited address has to be proven by a code.
    ProveAddress {
        /// The attempt that waits.
        attempt: Uuid,
        /// Whether the account named another address, rather than none that counts.
        mismatch: bool,
    },
}

impl Directory {
    /// Weighs a provider's answer to an attempt, and acts on it.
    ///
    /// # Errors
    /// [`Code::NotAMember`], [`Code::NotInvited`], [`Code::IdentityOfMember`], [`Code::AccountBlocked`], and those of
    /// redemption.
    pub async fn arrive_from(&self, attempt: &Attempt, provider: &Provider, claims: &Claims) -> Result<Arrival> {
        if [&claims.issuer, &claims.subject].iter().any(|text| text.is_empty() || text.chars().any(char::is_control)) {
            return Err(Code::ProviderAnswer.into());
        }
        let settings = self.settings().await?;
        let mut proof = Proof::of(provider, claims, &settings.organization.domains);
        // Now, not when an attempt that has to wait goes on.
        proof.how = proof.how.told(self.now());
        let actor = Actor::default();
        let event = Event { action: "sign_in", ..Default::default() }.details(serde_json::json!({
            "provider": provider.key, "issuer": proof.issuer, "subject": proof.subject,
            "address": proof.address.as_ref().map(|address| address.typed().to_owned()),
        }));
        let result = self.arrive_and_commit(attempt, provider, claims, &proof).await;
        self.record_refusal(&actor, event, result).await
    }

    async fn arrive_and_commit(
        &self,
        attempt: &Attempt,
        provider: &Provider,
        claims: &Claims,
        proof: &Proof,
    ) -> Result<Arrival> {
        let tx = self.begin().await?;
        let arrival = if provider.kind == ProviderKind::Members && attempt.guest_id.is_none() {
            self.arrive_as_member(&tx, attempt, proof, claims).await?
        } else {
            self.arrive(&tx, attempt, proof).await?
        };
        self.commit(tx).await?;
        Ok(arrival)
    }

    /// Someone from the members' provider: known, prepared, or admitted by the rule; otherwise perhaps a guest.
    async fn arrive_as_member(
        &self,
        tx: &DatabaseTransaction,
        attempt: &Attempt,
        proof: &Proof,
        claims: &Claims,
    ) -> Result<Arrival> {
        if let Some(user) = self.user_by_identity(tx, proof).await? {
            if !user.enabled {
                return Err(Code::AccountBlocked.into());
            }
            // Whoever was prepared by name needs the address that was prepared, everybody else what the rule asks for.
            let prepared = user.creation_type != CreationType::SignIn && proof.proven;
            if user.user_type == UserType::Member && !prepared && !self.members_rule().admits(proof, claims) {
                return Err(Code::NotAMember.into());
            }
            return self.sign_in(tx, attempt, user.id, proof).await;
        }
        let prepared = match &proof.address {
            Some(address) if proof.proven => self.user_by_address(tx, address).await?,
            _ => None,
        };
        let user_id = match prepared {
            // Prepared by import or `admin grant`: bound once, by this first proven sign-in.
            Some(user) if user.bind_once && user.user_type == UserType::Member => {
                if !user.enabled {
                    return Err(Code::AccountBlocked.into());
                }
                let bound = self
                    .change(
                        tx,
                        "UPDATE users SET bind_once = $2 WHERE id = $1 AND bind_once",
                        [user.id.into(), false.into()],
                    )
                    .await?;
                if bound == 0 {
                    return self.arrived_meanwhile(tx, attempt, proof).await;
                }
                self.fill_profile(tx, &Actor::user(user.id), &user, proof).await?;
                user.id
            }
            // The address belongs to somebody who signs in by another identity: an address alone proves nothing here.
            Some(_) => return Err(Code::NotAMember.into()),
            None if self.members_rule().admits(proof, claims) => {
                let Some(address) = &proof.address else { return Err(Code::NotAMember.into()) };
                let name = proof.name.clone().unwrap_or_else(|| names::from_address(address.typed()));
                let (given, family) = (proof.given_name.clone(), proof.family_name.clone());
                let actor = Actor::default();
                // A rule by claim may admit an address that somebody holds already.
                if self.user_by_address(tx, address).await?.is_some() {
                    return Err(Code::NotAMember.into());
                }
                match self.add_member(tx, &actor, address, &name, given, family, CreationType::SignIn, false).await? {
                    Some(user) => user,
                    None => return self.arrived_meanwhile(tx, attempt, proof).await,
                }
            }
            None => return Err(Code::NotAMember.into()),
        };
        if !self.bind(tx, &Actor::user(user_id), user_id, proof).await? {
            return Err(Code::NotAMember.into());
        }
        self.sign_in(tx, attempt, user_id, proof).await
    }

    /// The same person's first sign-in in another tab was quicker: what it made is there now.
    async fn arrived_meanwhile(&self, tx: &DatabaseTransaction, attempt: &Attempt, proof: &Proof) -> Result<Arrival> {
        match self.user_by_identity(tx, proof).await? {
            Some(user) if user.enabled => self.sign_in(tx, attempt, user.id, proof).await,
            _ => Err(Code::NotAMember.into()),
        }
    }

    /// Everybody else: someone redeeming, a known identity, or a pending guest without the link.
    pub(super) async fn arrive(&self, tx: &DatabaseTransaction, attempt: &Attempt, proof: &Proof) -> Result<Arrival> {
        if let Some(guest) = attempt.guest_id {
            return self.redeem(tx, attempt, guest, proof).await;
        }
        if let Some(user) = self.user_by_identity(tx, proof).await? {
            if !user.enabled {
                return Err(Code::AccountBlocked.into());
            }
            return self.sign_in(tx, attempt, user.id, proof).await;
        }
        let Some(address) = proof.address.as_ref().filter(|_| proof.proven) else {
            return Err(Code::NotInvited.into());
        };
        match self.user_by_address(tx, address).await? {
            Some(user) if user.user_type == UserType::Guest && !user.enabled => Err(Code::AccountBlocked.into()),
            Some(user) if user.external_state == Some(ExternalState::Pending) => {
                self.keep_proof(tx, attempt.id, user.id, address.typed(), proof).await?;
                Ok(Arrival::Review)
            }
            Some(user) if user.user_type == UserType::Guest => Err(Code::OtherWay.into()),
            _ => Err(Code::NotInvited.into()),
        }
    }

    /// Writes down that a sign-in to the panel was refused: of the user with that identity (issuer and subject), or of
    /// the guest whose invitation it is about, where either is known. What broke on our side is no refusal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_refused_arrival(
        &self,
        attempt: &Attempt,
        identity: Option<(&str, &str)>,
        origin: &Origin,
        code: Code,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Row {
            user_id: Uuid,
        }
        if code == Code::Internal {
            return Ok(());
        }
        // PostgreSQL refuses to look for control characters, and no identity has any.
        let sound = |text: &str| !text.chars().any(char::is_control);
        let identity = identity.filter(|(issuer, subject)| sound(issuer) && sound(subject));
        let user = match identity {
            Some((issuer, subject)) => {
                Row::find_by_statement(self.sql(
                    "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2 AND deleted_at IS NULL",
                    [issuer.into(), subject.into()],
                ))
                .one(self.db())
                .await?
            }
            None => None,
        };
        let idp = identity.map(|(issuer, _)| issuer.to_owned());
        let method = match idp.as_deref() {
            Some(MAIL_ISSUER) => SignInMethod::Passcode,
            _ => SignInMethod::Provider,
        };
        let sign_in = SignIn {
            kind: SignInKind::Panel,
            user_id: user.map(|row| row.user_id).or(attempt.guest_id),
            app_id: None,
            method: Some(method),
            idp,
            refused: Some(code),
        };
        self.log_refused_sign_in(origin, sign_in).await
    }

    pub(super) async fn sign_in(
        &self,
        tx: &DatabaseTransaction,
        attempt: &Attempt,
        user_id: Uuid,
        proof: &Proof,
    ) -> Result<Arrival> {
        self.end_attempt(tx, attempt.id).await?;
        let method = if proof.issuer == MAIL_ISSUER { SignInMethod::Passcode } else { SignInMethod::Provider };
        let (idp, how) = (proof.issuer.clone(), proof.how.clone().told(self.now()));
        Ok(Arrival::SignedIn { user_id, method, idp, how, return_to: attempt.return_to.clone() })
    }
}
