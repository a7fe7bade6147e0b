//! What an app is told of somebody: one place for ID tokens, userinfo, headers and the test sign-in.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::admission::{Admitted, AdmittedApp, AdmittedPerson};
use crate::model::{
    connection::{ExtraClaim, MOST_GROUPS},
    state::{GroupsAs, GroupsSent, PersonField, UserType},
};

/// Which parts a token of OpenID Connect holds, by its scopes. Everything that is no standard scope's comes always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes {
    /// `name`, `given_name`, `family_name`, `preferred_username`.
    pub profile: bool,
    /// `email`, `email_verified`.
    pub email: bool,
}

impl Scopes {
    /// All of it: for headers and the test sign-in.
    pub const ALL: Self = Self { profile: true, email: true };

    /// Of a list of scopes, apart by spaces.
    pub fn of(scope: &str) -> Self {
        let has = |wanted| scope.split(' ').any(|word| word == wanted);
        Self { profile: has("profile"), email: has("email") }
    }
}

/// The subject of a user at an app: the user's id, or one that only this app knows.
pub fn subject(app: &AdmittedApp, user: Uuid) -> String {
    subject_of(app.pairwise_salt.as_deref().filter(|_| app.told.pairwise), user)
}

/// The subject of a user: the user's id, or one made with the salt of an app.
pub fn subject_of(salt: Option<&[u8]>, user: Uuid) -> String {
    let Some(salt) = salt else { return user.to_string() };
    let digest = Sha256::new().chain_update(salt).chain_update(user.as_bytes()).finalize();
    let bytes: [u8; 16] = std::array::from_fn(|i| digest[i]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// The claims about the person: `sub` and what the app is configured to be told. `most_groups` is the limit past which
/// groups are left out and `groups_overage` is said instead. Without those of the protocol.
pub fn about(admitted: &Admitted, scopes: Scopes, most_groups: usize) -> Map<String, Json> {
    let Admitted { app, person, session, groups, .. } = admitted;
    let mut claims = Map::new();
    // The app's own come first, so that none of them replaces one of ours.
    for (name, claim) in &app.told.claims {
        let value = match claim {
            ExtraClaim::Value(text) => Some(text.clone()),
            ExtraClaim::From(field) => field_of(person, *field).filter(|text| !text.is_empty()),
        };
        if let Some(value) = value {
            claims.insert(name.clone(), value.into());
        }
    }
    claims.insert("sub".into(), subject(app, person.id).into());
    if scopes.profile {
        claims.insert("name".into(), person.name.clone().into());
        for (name, value) in [("given_name", &person.given_name), ("family_name", &person.family_name)] {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                claims.insert(name.into(), value.clone().into());
            }
        }
        claims.insert("preferred_username".into(), person.address.clone().into());
    }
    if scopes.email {
        claims.insert("email".into(), person.address.clone().into());
        // Whoever is in the directory was admitted by this address, and proved it (design 5.4 and 5.8).
        claims.insert("email_verified".into(), true.into());
    }
    let guest = person.user_type == UserType::Guest;
    claims.insert("acct".into(), i32::from(guest).into());
    if let Some(idp) = session.idp.as_ref().filter(|_| guest) {
        claims.insert("idp".into(), idp.clone().into());
    }
    if app.told.groups_sent != GroupsSent::None {
        if groups.len() > most_groups {
            claims.insert("groups_overage".into(), true.into());
        } else {
            let names = groups.iter().map(|group| match app.told.groups_as {
                GroupsAs::Id => group.id.to_string(),
                GroupsAs::Name => group.name.clone(),
            });
            claims.insert("groups".into(), names.collect());
        }
    }
    claims
}

/// As [`about`] for an ID token, with how and when the person has proven who they are.
pub fn of_id_token(admitted: &Admitted, scopes: Scopes) -> Map<String, Json> {
    let mut claims = about(admitted, scopes, MOST_GROUPS);
    let session = &admitted.session;
    if let Some(at) = session.auth_time {
        claims.insert("auth_time".into(), at.timestamp().into());
    }
    claims.insert("sid".into(), admitted.app_session.to_string().into());
    if !session.amr.is_empty() {
        claims.insert("amr".into(), json!(session.amr));
    }
    if let Some(acr) = &session.acr {
        claims.insert("acr".into(), acr.clone().into());
    }
    claims
}

fn field_of(person: &AdmittedPerson, field: PersonField) -> Option<String> {
    match field {
        PersonField::Id => Some(person.id.to_string()),
        PersonField::Address => Some(person.address.clone()),
        PersonField::Name => Some(person.name.clone()),
        PersonField::GivenName => person.given_name.clone(),
        PersonField::FamilyName => person.family_name.clone(),
        PersonField::UserType => Some(person.user_type.as_str().to_owned()),
        PersonField::Language => person.language.map(|language| language.as_str().to_owned()),
        PersonField::Department => person.department.clone(),
        PersonField::JobTitle => person.job_title.clone(),
        PersonField::Company => person.company.clone(),
    }
}
