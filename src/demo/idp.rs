//! The demo's stand-in OpenID provider: two issuers, no passwords, no cookies, but the whole protocol (authorization
//! code flow with PKCE). It proves the demo's story, and nothing about the real world.

mod grants;
mod key;
mod request;

use std::sync::Arc;

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use ed25519_dalek::SigningKey;
use minijinja::context;
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::key::load_or_create_key;
use self::{
    grants::{Grant, Grants},
    request::{Asked, Unsound},
};
use super::{
    organization::DemoPerson,
    page::{hue, page},
};
use crate::{
    directory::{chance::Random, clock::Clock},
    model::{address::Address, names, provider::Provider, state::ProviderKind},
};

/// The panel's client id at the stand-in.
pub const CLIENT_ID: &str = "panel";
/// The panel's secret at the stand-in. Everybody may know it: codes go nowhere but to the panel's own callback.
pub const CLIENT_SECRET: &str = "demoSecretThatEverybodyMayKnow";

/// The members' provider of the demo; elsewhere it comes from the configuration.
pub fn members_provider(public_url: &str) -> Provider {
    Provider {
        key: "members".to_owned(),
        name: "WoodGrove".to_owned(),
        kind: ProviderKind::Members,
        issuer: format!("{}/demo/idp/{}", public_url.trim_end_matches('/'), Issuer::Woodgrove.key()),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(CLIENT_SECRET.to_owned()),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
        domains: Vec::new(),
        assume_verified: false,
        trust_acr: true,
    }
}

/// How long an ID token holds, in seconds.
const TOKEN_SECONDS: i64 = 300;

/// One of the two issuers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Issuer {
    /// The organization's people.
    Woodgrove,
    /// Stands in for Gmail, and takes any address.
    Gmail,
}

impl Issuer {
    const fn key(self) -> &'static str {
        match self {
            Self::Woodgrove => "woodgrove",
            Self::Gmail => "gmail",
        }
    }
}

/// The stand-in provider.
pub struct Idp {
    public_url: String,
    people: Vec<DemoPerson>,
    sam: DemoPerson,
    key: SigningKey,
    style_href: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    grants: Grants,
}

impl Idp {
    /// Makes the provider. `people` are the organization's (see [`super::organization::people`]), the key comes from
    /// [`load_or_create_key`].
    pub fn new(
        public_url: String,
        people: Vec<DemoPerson>,
        signing_key: SigningKey,
        style_href: String,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            people,
            sam: gmail_person("gsamoogle@gmail.com", "Sam Oogle"),
            key: signing_key,
            style_href,
            clock,
            random,
            grants: Grants::default(),
        }
    }

    fn issuer(&self, issuer: Issuer) -> String {
        format!("{}/demo/idp/{}", self.public_url, issuer.key())
    }

    /// The panel's callback for this issuer: by the key that the panel knows it by.
    fn callback(&self, issuer: Issuer) -> String {
        let key = match issuer {
            Issuer::Woodgrove => "members",
            Issuer::Gmail => "gmail",
        };
        format!("{}/sign-in/callback/{key}", self.public_url)
    }

    /// The people with a button.
    fn people(&self, issuer: Issuer) -> &[DemoPerson] {
        match issuer {
            Issuer::Woodgrove => &self.people,
            Issuer::Gmail => std::slice::from_ref(&self.sam),
        }
    }
}

/// Someone at the stand-in's Gmail.
fn gmail_person(email: &str, name: &str) -> DemoPerson {
    let (given_name, family_name) = name.rsplit_once(' ').unwrap_or((name, ""));
    DemoPerson::new("gmail", email, name, given_name, family_name)
}

/// The provider's pages and end points, under `/demo/idp/{issuer}`.
pub fn router(idp: Arc<Idp>) -> Router {
    Router::new()
        .route("/demo/idp/{issuer}/.well-known/openid-configuration", get(describe))
        .route("/demo/idp/{issuer}/jwks", get(keys))
        .route("/demo/idp/{issuer}/authorize", get(ask).post(choose))
        .route("/demo/idp/{issuer}/token", post(token))
        .route("/demo/idp/{issuer}/userinfo", get(userinfo).post(userinfo))
        .with_state(idp)
}

async fn describe(State(idp): State<Arc<Idp>>, Path(issuer): Path<Issuer>) -> Json<Value> {
    let issuer = idp.issuer(issuer);
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["login", "select_account"],
        "scopes_supported": ["openid", "profile", "email"],
        "claims_supported": ["sub", "email", "email_verified", "name", "given_name", "family_name"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(idp): State<Arc<Idp>>, Path(_): Path<Issuer>) -> Json<Value> {
    Json(json!({ "keys": [key::public(&idp.key)] }))
}

/// The page that asks who you are.
async fn ask(State(idp): State<Arc<Idp>>, Path(issuer): Path<Issuer>, Query(asked): Query<Asked>) -> Response {
    match idp.check(issuer, &asked) {
        Ok(()) => idp.choice(issuer, &asked, asked.login_hint.as_deref().unwrap_or_default(), None),
        Err(refusal) => refusal,
    }
}

/// What the page posts: the request's own parameters again, and who it is.
#[derive(Deserialize)]
struct Choice {
    person: Option<String>,
    email: Option<String>,
    #[serde(flatten)]
    asked: Asked,
}

async fn choose(State(idp): State<Arc<Idp>>, Path(issuer): Path<Issuer>, Form(choice): Form<Choice>) -> Response {
    let Choice { person, email, asked } = choice;
    if let Err(refusal) = idp.check(issuer, &asked) {
        return refusal;
    }
    let person = match (person, email, issuer) {
        (Some(subject), None, _) => {
            let known = idp.people(issuer).iter().find(|person| person.subject == subject);
            let Some(person) = known else { return idp.refused("it names a person that does not exist") };
            person.clone()
        }
        (None, Some(typed), Issuer::Gmail) => match Address::parse(&typed) {
            Ok(address) if address.normalized() == idp.sam.email => idp.sam.clone(),
            Ok(address) => gmail_person(address.normalized(), &names::from_address(address.normalized())),
            Err(_) => {
                let error = "This is not an e-mail address. Write it like name@gmail.com.";
                return idp.choice(issuer, &asked, &typed, Some(error));
            }
        },
        _ => return idp.refused("it does not say who you are"),
    };
    let code = key::text(&idp.random.bytes());
    let grant = Grant {
        issuer,
        person,
        challenge: asked.code_challenge.clone().unwrap_or_default(),
        nonce: asked.nonce.clone(),
        acr: asked.acr_values.as_deref().and_then(|values| values.split(' ').next()).map(str::to_owned),
        at: idp.clock.now(),
    };
    idp.grants.keep_code(code.clone(), grant);
    idp.back(issuer, &asked, &[("code", &code)])
}

impl Idp {
    /// Checks a request, whether it came in the URL or was posted back.
    #[expect(clippy::result_large_err, reason = "the answer is what the handler returns")]
    fn check(&self, issuer: Issuer, asked: &Asked) -> Result<(), Response> {
        asked.check(CLIENT_ID, &self.callback(issuer)).map_err(|unsound| match unsound {
            Unsound::Page(why) => self.refused(why),
            Unsound::Callback(error) => self.back(issuer, asked, &[("error", error)]),
        })
    }

    /// A page instead of a redirect: what does not come from the panel must not be sent to it.
    fn refused(&self, why: &str) -> Response {
        page(StatusCode::BAD_REQUEST, "idp-refused.html", &self.style_href, context! { why })
    }

    /// The panel's callback with an answer.
    fn callback_with(&self, issuer: Issuer, asked: &Asked, answer: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(answer);
        if let Some(state) = &asked.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer(issuer));
        format!("{}?{}", self.callback(issuer), query.finish())
    }

    fn back(&self, issuer: Issuer, asked: &Asked, answer: &[(&str, &str)]) -> Response {
        let to = self.callback_with(issuer, asked, answer);
        ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&to)).into_response()
    }

    fn choice(&self, issuer: Issuer, asked: &Asked, typed: &str, error: Option<&str>) -> Response {
        let hint = asked.login_hint.as_deref().unwrap_or_default();
        let mut people: Vec<_> = self.people(issuer).iter().collect();
        // A stable sort: whoever was hinted at comes first, the others keep their order.
        people.sort_by_key(|person| !person.email.eq_ignore_ascii_case(hint));
        let people: Vec<_> = people
            .into_iter()
            .map(|person| {
                context! {
                    subject => person.subject,
                    name => person.name,
                    initials => names::initials(&person.name),
                    hue => hue(&person.email),
                }
            })
            .collect();
        let lead = match issuer {
            Issuer::Woodgrove => "Stands in for WoodGrove’s identity provider. No passwords here: choose who you are.",
            Issuer::Gmail => "Stands in for Google’s sign-in. Choose an account, or be anyone at all.",
        };
        let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let values = context! {
            lead,
            people,
            error,
            typed,
            anyone => issuer == Issuer::Gmail,
            // The bare path: a form without one would post to the URL with its query, and say everything twice.
            action => format!("/demo/idp/{}/authorize", issuer.key()),
            fields => asked.fields(),
            cancel => self.callback_with(issuer, asked, &[("error", "access_denied")]),
        };
        page(status, "idp.html", &self.style_href, values)
    }

    fn profile(&self, person: &DemoPerson) -> Value {
        json!({
            "sub": person.subject,
            "email": person.email,
            // Always, whatever was typed: it is the panel that must not believe it of foreign domains.
            "email_verified": true,
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
        })
    }
}

/// What the panel posts for a code.
#[derive(Deserialize)]
struct Exchange {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

fn token_error(status: StatusCode, error: &str) -> Response {
    let mut answer = (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response();
    if status == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Basic"));
    }
    answer
}

async fn token(
    State(idp): State<Arc<Idp>>,
    Path(issuer): Path<Issuer>,
    headers: HeaderMap,
    Form(exchange): Form<Exchange>,
) -> Response {
    let posted = exchange.client_id.as_deref().zip(exchange.client_secret.as_deref());
    if !request::is_client(&headers, posted, CLIENT_ID, CLIENT_SECRET) {
        return token_error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if exchange.grant_type.as_deref() != Some("authorization_code") {
        return token_error(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let now = idp.clock.now();
    // Taking the code is what makes it single use: whatever happens next, it is gone.
    let grant = exchange.code.as_deref().and_then(|code| idp.grants.take_code(code, now));
    let sound = |grant: &Grant| {
        grant.issuer == issuer
            && exchange.redirect_uri.as_deref() == Some(&*idp.callback(issuer))
            && exchange.code_verifier.as_deref().is_some_and(|verifier| request::fits(&grant.challenge, verifier))
    };
    let Some(grant) = grant.filter(sound) else {
        return token_error(StatusCode::BAD_REQUEST, "invalid_grant");
    };

    let mut claims = idp.profile(&grant.person);
    claims["iss"] = json!(idp.issuer(issuer));
    claims["aud"] = json!(CLIENT_ID);
    claims["iat"] = json!(now.timestamp());
    claims["exp"] = json!(now.timestamp() + TOKEN_SECONDS);
    claims["auth_time"] = json!(grant.at.timestamp());
    if let Some(acr) = &grant.acr {
        claims["acr"] = json!(acr);
    }
    if let Some(nonce) = &grant.nonce {
        claims["nonce"] = json!(nonce);
    }
    let access_token = key::text(&idp.random.bytes());
    idp.grants.keep_token(access_token.clone(), Grant { at: now, ..grant });
    let answer = Json(json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": grants::TOKEN_LIFE.num_seconds(),
        "id_token": key::sign(&idp.key, &claims),
    }));
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

async fn userinfo(State(idp): State<Arc<Idp>>, Path(issuer): Path<Issuer>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let grant = token.and_then(|token| idp.grants.token(token, idp.clock.now())).filter(|grant| grant.issuer == issuer);
    match grant {
        Some(grant) => ([(header::CACHE_CONTROL, "no-store")], Json(idp.profile(&grant.person))).into_response(),
        None => {
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response()
        }
    }
}

#[cfg(test)]
mod tests;
