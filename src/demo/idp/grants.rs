//! Codes and access tokens that the stand-in has given out. They live in memory: a restart ends open sign-ins only.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{super::organization::DemoPerson, Issuer};

/// How long a code waits to be exchanged.
const CODE_LIFE: TimeDelta = TimeDelta::seconds(60);
/// How long an access token opens userinfo.
pub(super) const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How many of each are kept; anyone can press the buttons.
const MOST: usize = 10_000;

/// What a person granted.
#[derive(Clone)]
pub(super) struct Grant {
    /// Where they signed in.
    pub(super) issuer: Issuer,
    /// Who they are.
    pub(super) person: DemoPerson,
    /// The PKCE challenge.
    pub(super) challenge: String,
    /// The panel's nonce.
    pub(super) nonce: Option<String>,
    /// How strong the panel wants it: the stand-in claims the first of these, with a wave of the hand.
    pub(super) acr: Option<String>,
    /// When it was given out.
    pub(super) at: DateTime<Utc>,
}

type Kept = HashMap<String, Grant>;

/// Everything given out and still good.
#[derive(Default)]
pub(super) struct Grants {
    codes: Mutex<Kept>,
    tokens: Mutex<Kept>,
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(kept: &Mutex<Kept>, name: String, grant: Grant, life: TimeDelta) {
    let mut kept = lock(kept);
    let now = grant.at;
    kept.retain(|_, old| now - old.at < life);
    if kept.len() < MOST {
        kept.insert(name, grant);
    }
}

impl Grants {
    pub(super) fn keep_code(&self, code: String, grant: Grant) {
        keep(&self.codes, code, grant, CODE_LIFE);
    }

    /// Takes a code: it works once.
    pub(super) fn take_code(&self, code: &str, now: DateTime<Utc>) -> Option<Grant> {
        lock(&self.codes).remove(code).filter(|grant| now - grant.at < CODE_LIFE)
    }

    pub(super) fn keep_token(&self, token: String, grant: Grant) {
        keep(&self.tokens, token, grant, TOKEN_LIFE);
    }

    pub(super) fn token(&self, token: &str, now: DateTime<Utc>) -> Option<Grant> {
        lock(&self.tokens).get(token).filter(|grant| now - grant.at < TOKEN_LIFE).cloned()
    }
}
