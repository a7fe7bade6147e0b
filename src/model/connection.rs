//! How an app signs people in through the panel, and what it is told of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::state::{AppKind, ClientAuth, GroupsAs, GroupsSent, PersonField, SigningAlg};

/// A token or a header names at most so many groups (Entra's limit). Past it groups are left out, and `groups_overage`
/// says so.
pub const MOST_GROUPS: usize = 200;
/// Userinfo names at most so many.
pub const MOST_GROUPS_AT_USERINFO: usize = 2000;
/// Most addresses of each kind, hosts, and claims of an app's own.
pub const MOST: usize = 50;
/// Secrets that an app can have at a time.
pub const MOST_SECRETS: usize = 2;
/// Longest client id.
pub const LONGEST_CLIENT_ID: usize = 200;
/// Longest value of a claim that is the same for everybody.
pub const LONGEST_VALUE: usize = 1000;

/// Claims that an app's own cannot replace: those of OpenID Connect and OAuth, and ours.
pub const RESERVED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "azp",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "scope",
    "client_id",
    "cnf",
    "act",
    "may_act",
    "events",
    "typ",
    "active",
    "token_type",
    "name",
    "given_name",
    "family_name",
    "email",
    "email_verified",
    "preferred_username",
    "acct",
    "idp",
    "groups",
    "groups_overage",
    "fam",
];

/// What a claim of an app's own holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum ExtraClaim {
    /// Something of the person; left out where it is empty.
    From(PersonField),
    /// The same text for everybody.
    Value(String),
}

/// What an app is told of people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which groups.
    pub groups_sent: GroupsSent,
    /// By id or by name.
    pub groups_as: GroupsAs,
    /// Whether the subject is another one than at other apps.
    pub pairwise: bool,
    /// Claims of its own, by name.
    pub claims: BTreeMap<String, ExtraClaim>,
}

/// What an app that speaks OpenID Connect has registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// What it calls itself; the app's id unless chosen.
    pub client_id: String,
    /// How it proves to be itself.
    pub auth: ClientAuth,
    /// Where people come back to after signing in.
    pub redirect_uris: Vec<String>,
    /// Where people may go after signing out.
    pub post_logout_uris: Vec<String>,
    /// Where a sign-in that begins here is begun there (third-party initiated login).
    pub initiate_login_uri: Option<String>,
    /// Where it is told that somebody is signed out.
    pub backchannel_logout_uri: Option<String>,
    /// Its public keys, a JSON Web Key Set as text; with [`ClientAuth::PrivateKey`].
    pub keys: Option<String>,
    /// How its tokens are signed.
    pub signing: SigningAlg,
    /// Whether it must push what it asks for (RFC 9126).
    pub require_par: bool,
}

/// How an app signs people in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Which way.
    pub kind: AppKind,
    /// For [`AppKind::Oidc`].
    pub registration: Option<Registration>,
    /// For [`AppKind::ForwardAuth`]: origins such as `https://wiki.example.com`.
    pub hosts: Vec<String>,
    /// What it is told.
    pub told: Told,
}
