//! A code becomes tokens, once.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        clients::Client,
        sign_ins::Origin,
        vault::hash,
    },
    Answer, Denied, Family, Granted, belongs, refusal,
};
use crate::model::{
    Code,
    state::{ClientAuth, FamilyEnd, SignInKind},
};

/// What an app sends for tokens.
#[derive(Clone, Copy, Debug)]
pub struct CodeAsked<'a> {
    /// The code.
    pub code: &'a str,
    /// The address that it was sent to.
    pub redirect_uri: &'a str,
    /// Shows that whoever asked for the sign-in is who sends this (PKCE).
    pub verifier: Option<&'a str>,
}

impl Directory {
    /// What a client gets for a code, if the person may use the app at this moment. It works once: a second time ends
    /// all that came of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn exchange_code(
        &self,
        client: &Client,
        asked: CodeAsked<'_>,
        origin: &Origin,
    ) -> Result<Answer<Granted>> {
        let tx = self.begin().await?;
        let family = self.family_by_code(&tx, asked.code).await?;
        let Some(family) = family else { return Ok(Err(Denied::Unknown)) };
        // Whoever sends it must be the one it was made for; then even a wrong proof makes a used code a stolen one.
        let fits = if !belongs(&family, client) {
            Err(Denied::Unknown)
        } else if family.redeemed_at.is_some() {
            self.end_reused(&tx, &family, FamilyEnd::CodeReused).await?;
            self.commit(tx).await?;
            return Ok(Err(Denied::Reused));
        } else if !same(&family.redirect_uri, asked.redirect_uri) {
            Err(Denied::Redirect)
        } else if !is_proven(family.challenge.as_deref(), asked.verifier, client.registration.auth) {
            Err(Denied::Verifier)
        } else {
            Ok(())
        };
        if let Err(denied) = fits {
            // Somebody holds a code that is not theirs.
            let event = Event { code: Some(Code::Forbidden), ..Event::new("token.exchange", "app", family.app_id) };
            let details = json!({ "sent_by": client.app_id, "why": format!("{denied:?}") });
            self.record_refused(&tx, &Actor::default(), event.details(details)).await?;
            self.commit(tx).await?;
            return Ok(Err(denied));
        }
        let now = self.now();
        let used = self
            .change(
                &tx,
                "UPDATE token_families SET redeemed_at = $2
                 WHERE id = $1 AND redeemed_at IS NULL AND ended_at IS NULL AND code_expires_at > $2",
                [family.id.into(), now.into()],
            )
            .await?;
        if used == 0 {
            return self.why_not(tx, asked.code).await.map(Err);
        }
        let admitted = match self.admit_family(&tx, &family, false).await {
            Ok(admitted) => admitted,
            Err(error) => {
                let code = refusal(error)?;
                tx.rollback().await?;
                self.log_no_access(&family, SignInKind::App, code, origin).await?;
                return Ok(Err(Denied::NoAccess));
            }
        };
        let refresh = if family.is_offline() { Some(self.next_refresh(&tx, family.id).await?) } else { None };
        self.commit(tx).await?;
        Ok(Ok(Granted {
            family: family.id,
            admitted,
            scope: family.scope,
            nonce: family.nonce,
            refresh,
            proven_anew: false,
        }))
    }

    /// Why nothing could be had for a code that fits: somebody was quicker with it, or it is too late.
    async fn why_not(&self, tx: DatabaseTransaction, code: &str) -> Result<Denied> {
        let family = self.family_by_code(&tx, code).await?;
        let Some(family) = family.filter(|family| family.redeemed_at.is_some()) else { return Ok(Denied::Unknown) };
        self.end_reused(&tx, &family, FamilyEnd::CodeReused).await?;
        self.commit(tx).await?;
        Ok(Denied::Reused)
    }

    async fn family_by_code(&self, on: &impl ConnectionTrait, code: &str) -> Result<Option<Family>> {
        let columns = Family::COLUMNS;
        let text = format!(
            "SELECT {columns} FROM token_families f JOIN app_sessions s ON s.id = f.app_session_id WHERE f.code_hash = $1"
        );
        Ok(Family::find_by_statement(self.sql(&text, [hash(code).into()])).one(on).await?)
    }
}

/// Whether the proof goes with the challenge. A proof without a challenge means that somebody took the challenge out of
/// what the app asked for, and apps without a secret always need both.
fn is_proven(challenge: Option<&str>, verifier: Option<&str>, auth: ClientAuth) -> bool {
    match (challenge, verifier) {
        (Some(challenge), Some(verifier)) => {
            is_verifier(verifier) && same(challenge, &BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)))
        }
        (None, None) => auth != ClientAuth::None,
        _ => false,
    }
}

/// RFC 7636, 4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_proof_goes_with_its_challenge_and_never_alone() {
        let long = "a".repeat(129);
        for (challenge, verifier, secret, public) in [
            (Some(CHALLENGE), Some(VERIFIER), true, true),
            (Some(CHALLENGE), Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"), false, false),
            // A challenge by `plain`.
            (Some(VERIFIER), Some(VERIFIER), false, false),
            (Some(CHALLENGE), None, false, false),
            (None, Some(VERIFIER), false, false),
            (None, None, true, false),
            (Some(CHALLENGE), Some("too short"), false, false),
            (Some(CHALLENGE), Some(&*long), false, false),
        ] {
            assert_eq!(is_proven(challenge, verifier, ClientAuth::Secret), secret, "{challenge:?} {verifier:?}");
            assert_eq!(is_proven(challenge, verifier, ClientAuth::None), public, "{challenge:?} {verifier:?}");
        }
    }
}
