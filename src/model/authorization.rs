//! What an app asks for when it wants somebody signed in (OpenID Connect Core 1.0, 3.1.2), and what has to be done first.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Language, state::SignInMethod};

/// Longest `state`, in bytes: it comes back as it was.
const LONGEST_STATE: usize = 4096;
/// Longest `nonce`, in bytes: every ID token holds it.
const LONGEST_NONCE: usize = 512;
/// Longest of the others, in bytes.
const LONGEST: usize = 1000;
/// How far the clock of an identity provider may be behind ours.
pub const LEEWAY: Duration = Duration::seconds(60);
/// Where a sign-in to an app begins.
pub const PATH: &str = "/oauth2/v2.0/authorize";
/// What the name of a request that is kept here begins with (RFC 9126); the rest is its secret.
pub const URN: &str = "urn:ietf:params:oauth:request_uri:";
/// Scopes that mean something here; others are passed over.
pub const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Why a request is not done: a code of the protocol, and a sentence for the app's developers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// For example `invalid_request`.
    pub code: &'static str,
    /// What is wrong, in English.
    pub description: &'static str,
}

const fn wrong(code: &'static str, description: &'static str) -> Wrong {
    Wrong { code, description }
}

/// Nobody is signed in, or not as the app wants it, and it asked for no page to be shown.
pub const LOGIN_REQUIRED: Wrong = wrong("login_required", "nobody is signed in, or too long ago, or somebody else");
/// The person may not use the app.
pub const ACCESS_DENIED: Wrong = wrong("access_denied", "this person may not use this app");

/// A request that can be done. It is kept while somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Where to send the person back to: registered, or the same but for the port of a loopback address.
    pub redirect_uri: String,
    /// Comes back with the answer.
    pub state: Option<String>,
    /// Those of [`SCOPES`] that were asked for, apart by spaces.
    pub scope: String,
    /// Comes back in the ID token.
    pub nonce: Option<String>,
    /// The PKCE challenge, by S256.
    pub challenge: Option<String>,
    /// What may or must be shown.
    pub prompt: Prompt,
    /// How long ago the person may have proven who they are, in seconds.
    pub max_age: Option<u32>,
    /// Who it may be.
    pub login_hint: Option<String>,
    /// How strong the sign-in should be, apart by spaces; best first.
    pub acr_values: Option<String>,
    /// In which language to speak.
    pub language: Option<Language>,
    /// Whom the app means, by an ID token of theirs (`id_token_hint`): nobody else will do.
    #[serde(default)]
    pub meant: Option<Uuid>,
}

/// What may or must be shown to the person. There is nothing to consent to here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Nothing at all.
    pub none: bool,
    /// They have to prove who they are again.
    pub login: bool,
    /// They can choose another account.
    pub select_account: bool,
}

/// The one value of a parameter. What is empty counts as left out (RFC 6749, 3.1 and 3.2).
///
/// # Errors
/// When it is there more than once, be it empty.
pub fn one<'a>(form: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, Wrong> {
    let mut values = form.iter().filter(|(key, _)| key == name).map(|(_, value)| &**value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(wrong("invalid_request", "a parameter is there more than once")),
        (value, None) => Ok(value.filter(|value| !value.is_empty())),
    }
}

/// The `state` of a request that is refused, if it can be sent back.
pub fn state_of(form: &[(String, String)]) -> Option<&str> {
    one(form, "state").ok().flatten().filter(|state| is_plain(state, LONGEST_STATE))
}

fn is_plain(text: &str, longest: usize) -> bool {
    text.len() <= longest && !text.chars().any(char::is_control)
}

impl Asked {
    /// Reads the parameters of a request. `redirect_uri` was compared with the registered ones before. A `public` client
    /// has no secret, so it must bind the code to itself by PKCE.
    ///
    /// # Errors
    /// [`Wrong`], for the app.
    pub fn read(form: &[(String, String)], redirect_uri: &str, public: bool) -> Result<Self, Wrong> {
        let mut names: Vec<&str> = form.iter().filter(|(_, v)| !v.is_empty()).map(|(name, _)| &**name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(wrong("invalid_request", "a parameter is there more than once"));
        }
        for (name, code, description) in [
            ("request", "request_not_supported", "request objects are not supported"),
            ("request_uri", "request_uri_not_supported", "only request URIs that were given out here are supported"),
            ("registration", "registration_not_supported", "apps register beforehand"),
        ] {
            if one(form, name)?.is_some() {
                return Err(wrong(code, description));
            }
        }
        let text = |name: &str, longest: usize| -> Result<Option<String>, Wrong> {
            match one(form, name)? {
                Some(value) if !is_plain(value, longest) => {
                    Err(wrong("invalid_request", "a parameter is too long, or holds control characters"))
                }
                value => Ok(value.map(str::to_owned)),
            }
        };
        match one(form, "response_type")? {
            Some("code") => {}
            None => return Err(wrong("invalid_request", "response_type is missing")),
            Some(_) => return Err(wrong("unsupported_response_type", "response_type must be code")),
        }
        if one(form, "response_mode")?.is_some_and(|mode| mode != "query") {
            return Err(wrong("invalid_request", "response_mode must be query"));
        }
        let scope = text("scope", LONGEST)?.unwrap_or_default();
        let scopes: Vec<&str> =
            SCOPES.into_iter().filter(|known| scope.split(' ').any(|word| word == *known)).collect();
        if !scopes.contains(&"openid") {
            return Err(wrong("invalid_scope", "scope must hold openid"));
        }
        let max_age = match one(form, "max_age")? {
            // More seconds than can be told apart are as good as no limit.
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().unwrap_or(u32::MAX))
            }
            None => None,
            Some(_) => return Err(wrong("invalid_request", "max_age must be a number of seconds")),
        };
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            state: text("state", LONGEST_STATE)?,
            scope: scopes.join(" "),
            nonce: text("nonce", LONGEST_NONCE)?,
            challenge: challenge(form, public)?,
            prompt: prompt(one(form, "prompt")?)?,
            max_age,
            // Only a hint: one that nobody could have typed is passed over.
            login_hint: one(form, "login_hint")?.filter(|hint| is_plain(hint, 320)).map(str::to_owned),
            acr_values: text("acr_values", LONGEST)?,
            language: one(form, "ui_locales")?.and_then(|tags| tags.split(' ').take(20).find_map(Language::of_tag)),
            // Only the directory can tell.
            meant: None,
        })
    }
}

/// The PKCE challenge. `plain` hides nothing from whoever reads the request, so it is refused.
fn challenge(form: &[(String, String)], public: bool) -> Result<Option<String>, Wrong> {
    match (one(form, "code_challenge")?, one(form, "code_challenge_method")?) {
        (Some(challenge), Some("S256")) => {
            let sound = BASE64_URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|hash| hash.len() == 32);
            if sound {
                Ok(Some(challenge.to_owned()))
            } else {
                Err(wrong("invalid_request", "code_challenge is no SHA-256 in base64url"))
            }
        }
        (Some(_), _) => Err(wrong("invalid_request", "code_challenge_method must be S256")),
        (None, Some(_)) => Err(wrong("invalid_request", "code_challenge is missing")),
        (None, None) if public => Err(wrong("invalid_request", "this app has to use PKCE")),
        (None, None) => Ok(None),
    }
}

fn prompt(value: Option<&str>) -> Result<Prompt, Wrong> {
    let mut prompt = Prompt::default();
    let mut words = 0;
    for word in value.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        words += 1;
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "select_account" => prompt.select_account = true,
            // The organization has consented for its people.
            "consent" => {}
            _ => return Err(wrong("invalid_request", "prompt holds a word that is not supported")),
        }
    }
    if prompt.none && words > 1 {
        return Err(wrong("invalid_request", "prompt=none goes with no other"));
    }
    Ok(prompt)
}

/// The path at which a kept request goes on.
pub fn path_of(client_id: &str, secret: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client_id).append_pair("request_uri", &format!("{URN}{secret}"));
    format!("{PATH}?{}", query.finish())
}

/// The path at which the app hears that the person does not go on with a kept request.
pub fn back_of(secret: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("request_uri", &format!("{URN}{secret}"));
    format!("{PATH}/back?{}", query.finish())
}

/// The secret of the kept request that a path goes on with, if it is such a path.
pub fn secret_of(path: &str) -> Option<String> {
    let query = path.strip_prefix(PATH)?.strip_prefix('?')?;
    let (_, urn) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "request_uri")?;
    urn.strip_prefix(URN).map(str::to_owned)
}

/// Somebody who is signed in, in the browser that the request came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Their session; not its secret.
    pub session: Uuid,
    /// Who.
    pub user_id: Uuid,
    /// How they signed in.
    pub method: SignInMethod,
    /// The issuer of the identity.
    pub idp: Option<String>,
    /// How strong that was.
    pub acr: Option<String>,
    /// When they proved it, by the clock of their provider.
    pub auth_time: Option<DateTime<Utc>>,
    /// When they signed in here last, by ours.
    pub opened_at: DateTime<Utc>,
}

/// What comes next with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It can be answered: whether they may use the app is asked then.
    Answer,
    /// They have to sign in, for the first time or again.
    SignIn,
    /// The app has to hear that it cannot be done.
    Refuse(Wrong),
}

impl Asked {
    /// What has to be done first. `since` is when the request was kept; `None` for one that has just come.
    /// `stronger` says whether the way in which they signed in can be asked for more (`acr_values`).
    pub fn step(
        &self,
        since: Option<DateTime<Utc>>,
        signed: Option<&Signed>,
        stronger: bool,
        now: DateTime<Utc>,
    ) -> Step {
        let Some(signed) = signed else {
            return if self.prompt.none { Step::Refuse(LOGIN_REQUIRED) } else { Step::SignIn };
        };
        // Signed in for this very request, by our clock; and so they have proven who they are, by their provider's.
        let came_back = since.is_some_and(|since| signed.opened_at >= since);
        if self.meant.is_some_and(|user| user != signed.user_id) {
            return if came_back || self.prompt.none { Step::Refuse(LOGIN_REQUIRED) } else { Step::SignIn };
        }
        // A provider that does not say when is not believed to have asked.
        let since_then = |at: DateTime<Utc>| signed.auth_time.is_some_and(|proven| proven >= at);
        let proven = came_back && since.is_some_and(|since| since_then(since - LEEWAY));
        let young = self.max_age.is_none_or(|age| since_then(now - Duration::seconds(i64::from(age))));
        if !proven && (self.prompt.login || !young) {
            // One try: a provider that lets them through unasked would do so again.
            return if came_back || self.prompt.none { Step::Refuse(LOGIN_REQUIRED) } else { Step::SignIn };
        }
        if self.prompt.none || came_back {
            return Step::Answer;
        }
        let weak = stronger
            && self.acr_values.as_deref().is_some_and(|wanted| {
                !wanted.split(' ').any(|word| !word.is_empty() && Some(word) == signed.acr.as_deref())
            });
        if self.prompt.select_account || weak { Step::SignIn } else { Step::Answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(query: &str, public: bool) -> Result<Asked, Wrong> {
        let form: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Asked::read(&form, "https://app.example/cb", public)
    }

    fn sound(more: &str) -> Result<Asked, Wrong> {
        let query = "response_type=code&scope=openid+email+wine&code_challenge_method=S256&code_challenge=";
        read(&format!("{query}{CHALLENGE}{more}"), true)
    }

    #[test]
    fn what_can_be_asked() {
        let asked = sound(
            "&state=a%26b&nonce=n&prompt=login+consent&max_age=30&login_hint=sam@x.example&acr_values=a+b\
             &ui_locales=tlh+de-AT&display=page&response_mode=query&unknown=1",
        );
        let asked = asked.unwrap();
        assert_eq!(asked.scope, "openid email");
        assert_eq!((asked.state.as_deref(), asked.nonce.as_deref()), (Some("a&b"), Some("n")));
        assert_eq!(asked.prompt, Prompt { login: true, ..Prompt::default() });
        assert_eq!((asked.max_age, asked.language), (Some(30), Some(Language::German)));
        assert_eq!(asked.challenge.as_deref(), Some(CHALLENGE));
        assert_eq!(sound("&state=&max_age=99999999999999").unwrap().max_age, Some(u32::MAX));
        assert_eq!(sound("&state=").unwrap().state, None);
        assert!(sound(&format!("&state={}", "x".repeat(4096))).is_ok());
        assert!(read("response_type=code&scope=openid", false).unwrap().challenge.is_none());
        assert_eq!(sound(&format!("&login_hint={}", "x".repeat(400))).unwrap().login_hint, None);
    }

    #[test]
    fn what_is_refused() {
        for (more, code) in [
            ("&state=1&state=2", "invalid_request"),
            ("&unknown=1&unknown=2", "invalid_request"),
            ("&request=x.y.z", "request_not_supported"),
            ("&request_uri=https://evil.example/r", "request_uri_not_supported"),
            ("&registration=%7B%7D", "registration_not_supported"),
            ("&response_mode=fragment", "invalid_request"),
            ("&response_mode=form_post", "invalid_request"),
            ("&prompt=none+login", "invalid_request"),
            ("&prompt=none+consent", "invalid_request"),
            ("&prompt=create", "invalid_request"),
            ("&max_age=-1", "invalid_request"),
            ("&max_age=1.5", "invalid_request"),
            ("&state=a%0d%0aSet-Cookie:x", "invalid_request"),
            ("&nonce=%00", "invalid_request"),
            ("&acr_values=%01", "invalid_request"),
        ] {
            assert_eq!(sound(more).unwrap_err().code, code, "{more}");
        }
        assert_eq!(sound(&format!("&state={}", "x".repeat(4097))).unwrap_err().code, "invalid_request");
        for (query, code) in [
            ("scope=openid", "invalid_request"),
            ("response_type=token&scope=openid", "unsupported_response_type"),
            ("response_type=code+id_token&scope=openid", "unsupported_response_type"),
            ("response_type=code", "invalid_scope"),
            ("response_type=code&scope=email", "invalid_scope"),
            ("response_type=code&scope=openid", "invalid_request"),
            ("response_type=code&scope=openid&code_challenge=x&code_challenge_method=plain", "invalid_request"),
            (
                "response_type=code&scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "invalid_request",
            ),
            ("response_type=code&scope=openid&code_challenge=short&code_challenge_method=S256", "invalid_request"),
            ("response_type=code&scope=openid&code_challenge_method=S256", "invalid_request"),
        ] {
            assert_eq!(read(query, true).unwrap_err().code, code, "{query}");
        }
    }

    #[test]
    fn a_state_that_cannot_be_read_is_not_sent_back() {
        let state = |query: &str| {
            let form: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            state_of(&form).map(str::to_owned)
        };
        assert_eq!(state("state=%3Cb%3E").as_deref(), Some("<b>"));
        for query in ["", "state=", "state=1&state=2", "state=%0d%0ax"] {
            assert_eq!(state(query), None, "{query}");
        }
    }

    #[test]
    fn the_way_back_names_the_request() {
        let path = path_of("a&b", "s3cret_-");
        assert!(super::super::paths::own(&path).is_some(), "{path}");
        assert_eq!(secret_of(&path).as_deref(), Some("s3cret_-"));
        for other in [
            "/",
            "/groups?request_uri=urn:ietf:params:oauth:request_uri:x",
            "/oauth2/v2.0/authorize",
            "/oauth2/v2.0/authorizer?request_uri=urn:ietf:params:oauth:request_uri:x",
            "/oauth2/v2.0/authorize?request_uri=https://evil.example",
        ] {
            assert_eq!(secret_of(other), None, "{other}");
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(100_000 + second, 0).unwrap()
    }

    /// Somebody who signed in `opened` and has proven who they are `proven`, in seconds from the request.
    fn signed(opened: i64, proven: i64, acr: Option<&str>) -> Option<Signed> {
        Some(Signed {
            session: Uuid::nil(),
            user_id: Uuid::nil(),
            method: SignInMethod::Provider,
            idp: None,
            acr: acr.map(str::to_owned),
            auth_time: Some(at(proven)),
            opened_at: at(opened),
        })
    }

    #[test]
    fn what_has_to_be_done_first() {
        const REFUSE: Step = Step::Refuse(LOGIN_REQUIRED);
        let (kept, new) = (Some(at(0)), None);
        for (more, since, who, step) in [
            ("", new, None, Step::SignIn),
            ("&prompt=none", new, None, REFUSE),
            ("", new, signed(-9000, -9000, None), Step::Answer),
            ("&prompt=none", new, signed(-9000, -9000, None), Step::Answer),
            ("&prompt=consent", new, signed(-9000, -9000, None), Step::Answer),
            // Again, once.
            ("&prompt=login", new, signed(-1, -1, None), Step::SignIn),
            ("&prompt=login", kept, signed(-1, -1, None), Step::SignIn),
            ("&prompt=login", kept, signed(5, 5, None), Step::Answer),
            ("&prompt=login", kept, signed(5, -50, None), Step::Answer),
            ("&prompt=login", kept, signed(5, -100, None), REFUSE),
            ("&prompt=login", kept, signed(-5, 5, None), Step::SignIn),
            // Not longer ago than so.
            ("&max_age=100", new, signed(-500, -90, None), Step::Answer),
            ("&max_age=100", new, signed(-500, -101, None), Step::SignIn),
            ("&max_age=100&prompt=none", new, signed(-500, -101, None), REFUSE),
            ("&max_age=100", kept, signed(5, -500, None), REFUSE),
            ("&max_age=100", kept, signed(5, 5, None), Step::Answer),
            ("&max_age=0", new, signed(-1, -1, None), Step::SignIn),
            ("&max_age=0", kept, signed(5, 4, None), Step::Answer),
            // Another account, once.
            ("&prompt=select_account", new, signed(-1, -1, None), Step::SignIn),
            ("&prompt=select_account", kept, signed(5, -9000, None), Step::Answer),
            // Stronger, if that can be had: once, and never in the way.
            ("&acr_values=high", new, signed(-1, -1, Some("low")), Step::SignIn),
            ("&acr_values=high+low", new, signed(-1, -1, Some("low")), Step::Answer),
            ("&acr_values=high", kept, signed(5, 5, Some("low")), Step::Answer),
            ("&acr_values=high&prompt=none", new, signed(-1, -1, None), Step::Answer),
        ] {
            let asked = sound(more).unwrap();
            assert_eq!(asked.step(since, who.as_ref(), true, at(0)), step, "{more} {since:?} {who:?}");
        }
        // A provider that does not say when it was is not believed to have asked.
        let silent = |opened| Signed { auth_time: None, ..signed(opened, opened, None).unwrap() };
        for (more, since, who, step) in [
            ("", new, silent(-9000), Step::Answer),
            ("&prompt=login", new, silent(-1), Step::SignIn),
            ("&prompt=login", kept, silent(5), REFUSE),
            ("&max_age=100", new, silent(-1), Step::SignIn),
            ("&max_age=100", kept, silent(5), REFUSE),
            ("&max_age=100&prompt=none", new, silent(-1), REFUSE),
        ] {
            assert_eq!(sound(more).unwrap().step(since, Some(&who), true, at(0)), step, "{more} {since:?}");
        }
        let asked = sound("&acr_values=high").unwrap();
        assert_eq!(
            asked.step(None, signed(-1, -1, None).as_ref(), false, at(0)),
            Step::Answer,
            "guests have no other way"
        );
        // Somebody else, once.
        for (more, since, who, step) in [
            ("", new, signed(-1, -1, None), Step::SignIn),
            ("&prompt=none", new, signed(-1, -1, None), REFUSE),
            ("", kept, signed(5, 5, None), REFUSE),
        ] {
            let asked = Asked { meant: Some(Uuid::max()), ..sound(more).unwrap() };
            assert_eq!(asked.step(since, who.as_ref(), true, at(0)), step, "{more} {since:?}");
            let asked = Asked { meant: Some(Uuid::nil()), ..asked };
            assert_eq!(asked.step(since, who.as_ref(), true, at(0)), Step::Answer, "{more} {since:?}");
        }
    }
}
