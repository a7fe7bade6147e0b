//! How an app signs people in, from texts to what they mean: what is typed into the form and what an import file says
//! are judged by the same rules.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json};
use url::Url;
use uuid::Uuid;

use super::{
    Code, Refusal,
    connection::{Connection, ExtraClaim, LONGEST_CLIENT_ID, LONGEST_VALUE, MOST, RESERVED, Registration, Told},
    hosts::{AppHost, name_of},
    lists, redirects,
    state::{AppKind, ClientAuth, GroupsAs, GroupsSent, PersonField, SigningAlg},
};

/// Longest JSON Web Key Set, in characters.
pub const LONGEST_KEYS: usize = 20_000;
/// Longest list of addresses, hosts or claims as it is typed, in characters.
pub const LONGEST_LIST: usize = 20_000;
/// Longest name of a claim, in characters.
pub const LONGEST_CLAIM: usize = 120;
/// Shortest secret that an import file may bring, in characters.
pub const SHORTEST_SECRET: usize = 32;
/// Longest secret, in characters.
pub const LONGEST_SECRET: usize = 200;
/// Most keys in a set.
const MOST_KEYS: usize = 20;

/// The fields as they are typed.
#[derive(Clone, Debug, Default)]
pub struct TypedConnection<'a> {
    /// Which way; [`AppKind`].
    pub kind: &'a str,
    /// The client id; the app's id if empty.
    pub client_id: &'a str,
    /// How the app proves to be itself; [`ClientAuth`].
    pub auth: &'a str,
    /// Where people come back to, one a line.
    pub redirect_uris: &'a str,
    /// Where they may go after signing out, one a line.
    pub post_logout_uris: &'a str,
    /// Where a sign-in that begins here is begun there, or nothing.
    pub initiate_login_uri: &'a str,
    /// Where the app is told that somebody is signed out, or nothing.
    pub backchannel_logout_uri: &'a str,
    /// Public keys as a JSON Web Key Set, or nothing.
    pub keys: &'a str,
    /// How its tokens are signed; [`SigningAlg`].
    pub signing: &'a str,
    /// Whether it must push what it asks for.
    pub require_par: bool,
    /// Origins, one a line.
    pub hosts: &'a str,
    /// Which groups it is told; [`GroupsSent`].
    pub groups_sent: &'a str,
    /// How; [`GroupsAs`].
    pub groups_as: &'a str,
    /// Whether its subjects are its own.
    pub pairwise: bool,
    /// Claims of its own, one a line: `name = {field}` or `name = text`.
    pub claims: &'a str,
}

impl TypedConnection<'_> {
    /// Reads all that the chosen kind needs. `public_url` is the panel's own.
    ///
    /// # Errors
    /// Names the field: [`Code::BadRequest`] for what no form of ours sends, [`Code::ClientIdInvalid`],
    /// [`Code::RedirectInvalid`], [`Code::KeysInvalid`], [`Code::HostInvalid`], [`Code::ClaimInvalid`],
    /// [`Code::TooLong`].
    pub fn read(&self, app: Uuid, public_url: &str) -> Result<Connection, Refusal> {
        let kind = chosen::<AppKind>(self.kind, "kind")?;
        let mut connection = Connection { kind, ..Connection::default() };
        match kind {
            // It is told nothing. What was said before stays, for whoever comes back to it.
            AppKind::Link => return Ok(connection),
            AppKind::Oidc => connection.registration = Some(self.registration(app)?),
            AppKind::ForwardAuth => connection.hosts = read_hosts(&lines(self.hosts, "hosts")?, public_url)?,
        }
        connection.told = Told {
            groups_sent: chosen::<GroupsSent>(self.groups_sent, "groups_sent")?,
            groups_as: chosen::<GroupsAs>(self.groups_as, "groups_as")?,
            pairwise: self.pairwise,
            claims: read_claims(self.claims)?,
        };
        Ok(connection)
    }

    fn registration(&self, app: Uuid) -> Result<Registration, Refusal> {
        let auth = chosen::<ClientAuth>(self.auth, "auth")?;
        let keys = read_keys(self.keys)?;
        if auth == ClientAuth::PrivateKey && keys.is_none() {
            return Err(Refusal::at(Code::KeysInvalid, "keys"));
        }
        let redirect_uris = read_redirects(&lines(self.redirect_uris, "redirect_uris")?, "redirect_uris")?;
        if redirect_uris.is_empty() {
            return Err(Refusal::at(Code::RedirectInvalid, "redirect_uris"));
        }
        Ok(Registration {
            client_id: read_client_id(self.client_id, app)?,
            auth,
            redirect_uris,
            post_logout_uris: read_redirects(&lines(self.post_logout_uris, "post_logout_uris")?, "post_logout_uris")?,
            initiate_login_uri: read_address(self.initiate_login_uri, "initiate_login_uri")?,
            backchannel_logout_uri: read_address(self.backchannel_logout_uri, "backchannel_logout_uri")?,
            keys,
            signing: chosen::<SigningAlg>(self.signing, "signing")?,
            require_par: self.require_par,
        })
    }
}

fn chosen<T: std::str::FromStr>(text: &str, field: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::at(Code::BadRequest, field))
}

/// What stands on each line, each once, without empty ones.
///
/// # Errors
/// [`Code::TooLong`] at the field.
pub fn lines(text: &str, field: &str) -> Result<Vec<String>, Refusal> {
    let read = |line: &str| Ok::<_, std::convert::Infallible>(line.to_owned());
    lists::distinct(text.lines().map(str::trim), MOST, read, Clone::clone)
        .map_err(|_| Refusal::at(Code::TooLong, field))
}

/// A client id as it is typed; the app's own id if nothing is.
///
/// # Errors
/// [`Code::ClientIdInvalid`] at `client_id`.
pub fn read_client_id(typed: &str, app: Uuid) -> Result<String, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(app.to_string());
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':');
    if typed.len() <= LONGEST_CLIENT_ID && typed.bytes().all(plain) {
        Ok(typed.to_owned())
    } else {
        Err(Refusal::at(Code::ClientIdInvalid, "client_id"))
    }
}

/// Addresses that people are sent to.
///
/// # Errors
/// [`Code::RedirectInvalid`] and [`Code::TooLong`] at the field.
pub fn read_redirects(all: &[String], field: &str) -> Result<Vec<String>, Refusal> {
    if all.len() > MOST {
        return Err(Refusal::at(Code::TooLong, field));
    }
    if all.iter().all(|uri| redirects::is_allowed(uri)) {
        Ok(all.to_vec())
    } else {
        Err(Refusal::at(Code::RedirectInvalid, field))
    }
}

/// Whether an address is on the web: what a browser or the panel itself calls. `https`, or `http` on this machine.
pub fn is_web(uri: &str) -> bool {
    redirects::is_allowed(uri) && Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

fn read_address(typed: &str, field: &str) -> Result<Option<String>, Refusal> {
    let typed = typed.trim();
    match typed {
        "" => Ok(None),
        uri if is_web(uri) => Ok(Some(uri.to_owned())),
        _ => Err(Refusal::at(Code::RedirectInvalid, field)),
    }
}

/// The hosts of an app behind a proxy, as origins, in order. None of them is the panel's own host, on whatever port:
/// browsers send the panel's cookies to every port of its host.
///
/// # Errors
/// [`Code::HostInvalid`] and [`Code::TooLong`] at `hosts`.
pub fn read_hosts(all: &[String], public_url: &str) -> Result<Vec<String>, Refusal> {
    let at = |code| Refusal::at(code, "hosts");
    if all.is_empty() {
        return Err(at(Code::HostInvalid));
    }
    if all.len() > MOST {
        return Err(at(Code::TooLong));
    }
    let mut hosts: Vec<AppHost> = all.iter().map(|text| AppHost::parse(text)).collect::<Result<_, _>>().map_err(at)?;
    hosts.sort();
    hosts.dedup();
    // One host answers under one scheme; the same twice stands side by side.
    let twice = hosts.windows(2).any(|pair| pair[0].authority == pair[1].authority);
    if twice || hosts.iter().any(|host| host.name() == name_of(public_url)) {
        return Err(at(Code::HostInvalid));
    }
    Ok(hosts.iter().map(AppHost::origin).collect())
}

/// Public keys: a JSON Web Key Set with RSA keys of 2048 bits or more, or P-256 keys, cut to what is public. `None` for
/// nothing typed.
///
/// # Errors
/// [`Code::KeysInvalid`] at `keys`: also for a set that holds anything private.
pub fn read_keys(typed: &str) -> Result<Option<String>, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let set = (typed.len() <= LONGEST_KEYS).then(|| serde_json::from_str::<Json>(typed).ok()).flatten();
    let keys = set.as_ref().and_then(|set| set["keys"].as_array());
    let keys = keys.filter(|keys| !keys.is_empty() && keys.len() <= MOST_KEYS);
    let read: Option<Vec<Json>> = keys.and_then(|keys| keys.iter().map(public_key).collect());
    let read = read.ok_or_else(|| Refusal::at(Code::KeysInvalid, "keys"))?;
    Ok(Some(serde_json::json!({ "keys": read }).to_string()))
}

fn public_key(key: &Json) -> Option<Json> {
    let key = key.as_object()?;
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|private| key.contains_key(*private)) {
        return None;
    }
    let text = |name: &str| key.get(name).and_then(Json::as_str);
    let bytes = |name: &str| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    if text("use").is_some_and(|used| used != "sig") {
        return None;
    }
    let kept: &[&str] = match text("kty")? {
        "RSA" => {
            let modulus = bytes("n")?;
            let whole = (256..=1024).contains(&modulus.len()) && modulus[0] != 0;
            let exponent = bytes("e")?;
            let odd = exponent.len() <= 8 && exponent.last().is_some_and(|last| last % 2 == 1) && exponent != [1];
            (whole && odd).then_some(&["kty", "n", "e"])?
        }
        "EC" => {
            let whole = text("crv")? == "P-256" && bytes("x")?.len() == 32 && bytes("y")?.len() == 32;
            whole.then_some(&["kty", "crv", "x", "y"])?
        }
        _ => return None,
    };
    let mut public = Map::new();
    for name in kept.iter().chain(&["kid", "alg", "use"]) {
        if let Some(value) = text(name).filter(|value| !value.chars().any(char::is_control)) {
            public.insert((*name).to_owned(), value.into());
        }
    }
    Some(Json::Object(public))
}

/// Whether an app may have a claim of its own: a name that is nobody's, and a value that can be written on one line.
pub fn is_claim(name: &str, claim: &ExtraClaim) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'/' | b'#');
    let named = !name.is_empty()
        && name.len() <= LONGEST_CLAIM
        && name.bytes().all(plain)
        && !RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name));
    let holds = match claim {
        ExtraClaim::From(_) => true,
        ExtraClaim::Value(text) => {
            !text.is_empty()
                && text.trim() == text
                && text.chars().count() <= LONGEST_VALUE
                && !text.chars().any(|c| c.is_control() || matches!(c, '{' | '}'))
        }
    };
    named && holds
}

/// What stands on the right side of a claim: `{field}`, or a text that is the same for everybody. `None` if there is no
/// such field.
pub fn claim_of(text: &str) -> Option<ExtraClaim> {
    let text = text.trim();
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(field) => field.trim().parse::<PersonField>().ok().map(ExtraClaim::From),
        None => Some(ExtraClaim::Value(text.to_owned())),
    }
}

fn read_claims(typed: &str) -> Result<BTreeMap<String, ExtraClaim>, Refusal> {
    let at = |code| Refusal::at(code, "claims");
    let mut claims = BTreeMap::new();
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=').ok_or_else(|| at(Code::ClaimInvalid))?;
        let (name, claim) = (name.trim(), claim_of(value).ok_or_else(|| at(Code::ClaimInvalid))?);
        if !is_claim(name, &claim) || claims.insert(name.to_owned(), claim).is_some() {
            return Err(at(Code::ClaimInvalid));
        }
    }
    if claims.len() > MOST { Err(at(Code::TooLong)) } else { Ok(claims) }
}

/// Claims as they are typed, one a line.
pub fn claims_as_text(claims: &BTreeMap<String, ExtraClaim>) -> String {
    let lines: Vec<String> = claims
        .iter()
        .map(|(name, claim)| match claim {
            ExtraClaim::From(field) => format!("{name} = {{{field}}}"),
            ExtraClaim::Value(text) => format!("{name} = {text}"),
        })
        .collect();
    lines.join("\n")
}

/// Whether an import file may bring this secret: letters and digits, which every way of sending them leaves alone.
pub fn is_secret(text: &str) -> bool {
    (SHORTEST_SECRET..=LONGEST_SECRET).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The hash of a secret as an import file may bring it instead: SHA-256 in 64 hexadecimal digits.
pub fn secret_hash(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// Where a sign-in is begun at an app: its own address for that, told who asks and where people want to go (third-party
/// initiated login). `None` if the address cannot be read.
pub fn initiated(initiate_login_uri: &str, issuer: &str, target: &str) -> Option<String> {
    let mut url = Url::parse(initiate_login_uri).ok()?;
    url.query_pairs_mut().append_pair("iss", issuer).append_pair("target_link_uri", target);
    Some(url.into())
}

#[cfg(test)]
#[path = "connection_form/tests.rs"]
mod tests;
