//! What apps get for codes, for as long as the sign-in behind it lasts. All that comes of one code is a family: it ends as
//! a whole. What a family still gives is asked anew every time, from [`Directory::admit_by_app_session`].

mod exchange;
mod renew;
mod standing;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::{
    Directory, Error, Result,
    admission::Admitted,
    audit::{Actor, Event},
    clients::Client,
    sign_ins::{Origin, SignIn},
    vault::hash,
};
use crate::model::{
    Code,
    state::{AppKind, FamilyEnd, SignInKind},
};

pub use exchange::CodeAsked;
pub use standing::Token;

/// The scope with which an app gets refresh tokens.
pub const OFFLINE: &str = "offline_access";

/// What an app is granted: tokens are made of it.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The family: `fam` in access tokens.
    pub family: Uuid,
    /// Who, and what the app is told of them.
    pub admitted: Admitted,
    /// Scopes, apart by spaces.
    pub scope: String,
    /// What the app sent along when it asked for the sign-in. Only the first ID token repeats it.
    pub nonce: Option<String>,
    /// The next refresh token, with [`OFFLINE`].
    pub refresh: Option<String>,
    /// Whether the person has proven who they are once more since the family began: how they did it then is not known any
    /// more, and a renewed token says nothing of another sign-in (OpenID Connect Core 1.0, 12.2).
    pub proven_anew: bool,
}

/// Why an app is granted nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No such code or token, or another app's, or its time is over.
    Unknown,
    /// It was used before. All that came of it has ended.
    Reused,
    /// All that came of the sign-in has ended.
    Ended,
    /// The address is not the one that the code was sent to.
    Redirect,
    /// The proof that goes with the code (PKCE) is missing, wrong, or goes with none.
    Verifier,
    /// More scopes than were granted.
    Scope,
    /// The person may not use the app any more, or their session has ended.
    NoAccess,
}

/// Granted or denied; anything else that can happen is an error of ours.
pub type Answer<T> = Result<T, Denied>;

/// A family, as operations find it.
#[derive(FromQueryResult)]
struct Family {
    id: Uuid,
    app_session_id: Uuid,
    app_id: Uuid,
    user_id: Uuid,
    redirect_uri: String,
    scope: String,
    nonce: Option<String>,
    challenge: Option<String>,
    created_at: chrono::DateTime<chrono::Utc>,
    redeemed_at: Option<chrono::DateTime<chrono::Utc>>,
    ended_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Family {
    const COLUMNS: &str = "f.id, f.app_session_id, s.app_id, s.user_id, f.redirect_uri, f.scope, f.nonce, f.challenge, \
                           f.created_at, f.redeemed_at, f.ended_at";

    fn is_offline(&self) -> bool {
        self.scope.split(' ').any(|scope| scope == OFFLINE)
    }
}

impl Directory {
    /// Whether the family's person may use the app now.
    async fn admit_family(&self, on: &impl ConnectionTrait, family: &Family, all_groups: bool) -> Result<Admitted> {
        let admitted = self.admit_by_app_session(on, family.app_session_id, all_groups).await?;
        // It may sign people in another way by now.
        if admitted.app.kind == AppKind::Oidc { Ok(admitted) } else { Err(Code::NotFound.into()) }
    }

    /// A further refresh token.
    async fn next_refresh(&self, on: &impl ConnectionTrait, family: Uuid) -> Result<String> {
        let token = self.new_secret();
        self.change(
            on,
            "INSERT INTO refresh_tokens (hash, family_id, created_at) VALUES ($1, $2, $3)",
            [hash(&token).into(), family.into(), self.now().into()],
        )
        .await?;
        Ok(token)
    }

    /// Ends a family. `false` if it had ended before.
    async fn end_family(&self, on: &impl ConnectionTrait, family: &Family, why: FamilyEnd) -> Result<bool> {
        let ended = self
            .change(
                on,
                "UPDATE token_families SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
                [family.id.into(), self.now().into(), why.into()],
            )
            .await?;
        Ok(ended == 1)
    }

    /// Something good once was used again: somebody else has it, too. Ends all that came of the sign-in.
    async fn end_reused(&self, on: &impl ConnectionTrait, family: &Family, why: FamilyEnd) -> Result<()> {
        if self.end_family(on, family, why).await? {
            tracing::warn!(app = %family.app_id, family = %family.id, why = why.as_str(), "tokens of a sign-in have ended");
            let details = json!({ "why": why, "user": family.user_id, "family": family.id });
            let event = Event::new("token.reuse", "app", family.app_id).details(details);
            self.record(on, &Actor::default(), event).await?;
        }
        Ok(())
    }

    /// Writes down that an app got nothing because the person may not use it, in a transaction of its own.
    async fn log_no_access(&self, family: &Family, kind: SignInKind, code: Code, origin: &Origin) -> Result<()> {
        let sign_in = SignIn {
            kind,
            user_id: Some(family.user_id),
            app_id: Some(family.app_id),
            method: None,
            idp: None,
            refused: Some(code),
        };
        self.log_refused_sign_in(origin, sign_in).await
    }
}

/// Whether a family is that client's.
fn belongs(family: &Family, client: &Client) -> bool {
    family.app_id == client.app_id
}

/// The code of a refusal; what broke goes on.
fn refusal(error: Error) -> Result<Code> {
    match error {
        Error::Refused(refusal) => Ok(refusal.code),
        broken => Err(broken),
    }
}
