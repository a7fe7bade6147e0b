//! How apps of the file sign people in. What the file does not name stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use serde::Deserialize;
use toml::Spanned;
use uuid::Uuid;

use super::{
    super::{Error, apps::hint_of, audit::Event, vault::hash},
    Result, Run,
    file::{AppEntry, File, Mistake},
};
use crate::model::{
    Code, Refusal,
    connection::{Connection, MOST, MOST_SECRETS, Registration, Told},
    connection_form::{
        self, claim_of, is_claim, is_secret, is_web, read_client_id, read_hosts, read_keys, read_redirects, secret_hash,
    },
    state::{AppKind, ClientAuth, GroupsAs, GroupsSent, SigningAlg},
    text,
};

/// What an app registered for OpenID Connect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcEntry {
    /// What it calls itself; empty for its id here.
    pub client_id: Option<Spanned<String>>,
    /// How it proves to be itself.
    pub auth: Option<ClientAuth>,
    /// Where people come back to.
    pub redirect_uris: Option<Spanned<Vec<String>>>,
    /// Where they may go after signing out.
    pub post_logout_uris: Option<Spanned<Vec<String>>>,
    /// Where a sign-in that begins here is begun there; empty for none.
    pub initiate_login_uri: Option<Spanned<String>>,
    /// Where it is told that somebody is signed out; empty for none.
    pub backchannel_logout_uri: Option<Spanned<String>>,
    /// Its public keys, a JSON Web Key Set as text; empty for none.
    pub jwks: Option<Spanned<String>>,
    /// How its tokens are signed.
    pub signing: Option<SigningAlg>,
    /// Whether it must push what it asks for.
    pub require_par: Option<bool>,
    /// Its secrets in plain.
    pub secrets: Option<Spanned<Vec<String>>>,
    /// Its secrets as SHA-256 hashes in hexadecimal digits.
    pub secret_hashes: Option<Spanned<Vec<String>>>,
}

/// What an app is told of people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldEntry {
    /// Which groups.
    pub groups: Option<GroupsSent>,
    /// By id or by name.
    pub groups_as: Option<GroupsAs>,
    /// Whether its subjects are its own.
    pub pairwise: Option<bool>,
    /// Claims of its own: `{field}`, or a text.
    pub claims: Option<BTreeMap<String, Spanned<String>>>,
}

fn said(code: Code) -> String {
    let words = text::words(code);
    format!("{}. {} {}", words.title, words.happened, words.remedy)
}

impl File {
    /// What can be checked without the directory.
    pub(super) fn check_connection(&self, app: &AppEntry) -> std::result::Result<(), Mistake> {
        if let Some(oidc) = &app.oidc {
            self.check_oidc(oidc.as_ref())?;
        }
        let Some(claims) = app.told.as_ref().and_then(|told| told.claims.as_ref()) else { return Ok(()) };
        if claims.len() > MOST {
            return Err(self.mistake(&app.key, "claims", &format!("an app has at most {MOST} claims of its own")));
        }
        for (name, value) in claims {
            if !claim_of(value.as_ref()).is_some_and(|claim| is_claim(name, &claim)) {
                return Err(self.mistake(value, name, &said(Code::ClaimInvalid)));
            }
        }
        Ok(())
    }

    fn check_oidc(&self, oidc: &OidcEntry) -> std::result::Result<(), Mistake> {
        if let Some(client_id) = &oidc.client_id {
            read_client_id(client_id.as_ref(), Uuid::nil())
                .map_err(|refusal| self.mistake(client_id, "client_id", &said(refusal.code)))?;
        }
        for (name, uris) in [("redirect_uris", &oidc.redirect_uris), ("post_logout_uris", &oidc.post_logout_uris)] {
            if let Some(uris) = uris {
                read_redirects(uris.as_ref(), name).map_err(|refusal| self.mistake(uris, name, &said(refusal.code)))?;
            }
        }
        for (name, uri) in
            [("initiate_login_uri", &oidc.initiate_login_uri), ("backchannel_logout_uri", &oidc.backchannel_logout_uri)]
        {
            if let Some(uri) = uri.as_ref().filter(|uri| !uri.as_ref().is_empty() && !is_web(uri.as_ref())) {
                return Err(self.mistake(
                    uri,
                    name,
                    "must be https://, or http:// on this machine, without a fragment",
                ));
            }
        }
        if let Some(keys) = &oidc.jwks {
            read_keys(keys.as_ref()).map_err(|refusal| self.mistake(keys, "jwks", &said(refusal.code)))?;
        }
        if let Some(secrets) = &oidc.secrets
            && !secrets.as_ref().iter().all(|secret| is_secret(secret))
        {
            let why = "a secret is 32 to 200 letters and digits, and nothing else";
            return Err(self.mistake(secrets, "secrets", why));
        }
        if let Some(hashes) = &oidc.secret_hashes
            && !hashes.as_ref().iter().all(|text| secret_hash(text).is_some())
        {
            let why = "a hash is the SHA-256 of a secret in 64 hexadecimal digits";
            return Err(self.mistake(hashes, "secret_hashes", why));
        }
        Ok(())
    }
}

impl Run<'_> {
    /// Makes how an app signs people in what the file says of it.
    pub(super) async fn connection(&mut self, id: Uuid, wanted: &AppEntry) -> Result<()> {
        let directory = self.directory;
        if wanted.kind.is_none() && wanted.oidc.is_none() && wanted.hosts.is_none() && wanted.told.is_none() {
            return Ok(());
        }
        let old = directory.connection_of(&self.tx, id).await?;
        let new = self.wanted_connection(id, wanted, &old)?;
        let written = directory.write_connection(&self.tx, &self.actor, id, &old, &new).await;
        let changed = written.map_err(|error| match error {
            Error::Refused(refusal) => self.refused(wanted, &refusal),
            broken => broken.into(),
        })?;
        let key = wanted.key.as_ref();
        if changed {
            self.note("change", "connection", format!("of {key}"));
        }
        match &wanted.oidc {
            Some(oidc) => self.secrets(id, key, oidc.as_ref()).await,
            None => Ok(()),
        }
    }

    /// The mistake that a refusal of the directory is, at the place that it is about.
    fn refused(&self, wanted: &AppEntry, refusal: &Refusal) -> super::ImportError {
        let field = refusal.field.clone().unwrap_or_else(|| "kind".to_owned());
        let why = said(refusal.code);
        let client_id = wanted.oidc.as_ref().and_then(|oidc| oidc.as_ref().client_id.as_ref());
        let mistake = match (field.as_str(), client_id, &wanted.hosts) {
            ("client_id", Some(at), _) => self.file.mistake(at, &field, &why),
            ("hosts", _, Some(at)) => self.file.mistake(at, &field, &why),
            _ => self.file.mistake(&wanted.key, &field, &why),
        };
        mistake.into()
    }

    fn wanted_connection(&self, id: Uuid, wanted: &AppEntry, old: &Connection) -> Result<Connection> {
        let mut new = old.clone();
        new.kind = wanted.kind.unwrap_or(old.kind);
        if let Some(told) = &wanted.told {
            new.told = told.over(&old.told);
        }
        if let Some(oidc) = &wanted.oidc {
            if new.kind != AppKind::Oidc {
                return Err(self.file.mistake(oidc, "oidc", "write kind = \"oidc\" above it").into());
            }
            new.registration = Some(self.registration(id, wanted, oidc.as_ref(), old.registration.as_ref())?);
        }
        match (&wanted.hosts, new.kind) {
            (Some(hosts), AppKind::ForwardAuth) => {
                new.hosts = read_hosts(hosts.as_ref(), self.directory.public_url())
                    .map_err(|refusal| self.file.mistake(hosts, "hosts", &said(refusal.code)))?;
            }
            (Some(hosts), _) => {
                return Err(self.file.mistake(hosts, "hosts", "write kind = \"forward-auth\" beside them").into());
            }
            // They are free for others at once.
            (None, AppKind::Link | AppKind::Oidc) => new.hosts.clear(),
            (None, AppKind::ForwardAuth) => {}
        }
        if new.kind == AppKind::Oidc && new.registration.is_none() {
            let why = "an app that speaks OpenID Connect needs [apps.oidc] with its redirect_uris";
            return Err(self.file.mistake(&wanted.key, "oidc", why).into());
        }
        if new.kind == AppKind::ForwardAuth && new.hosts.is_empty() {
            return Err(self.file.mistake(&wanted.key, "hosts", "an app behind a proxy needs its hosts").into());
        }
        Ok(new)
    }

    fn registration(
        &self,
        id: Uuid,
        wanted: &AppEntry,
        named: &OidcEntry,
        old: Option<&Registration>,
    ) -> Result<Registration> {
        let file = self.file;
        let text = |named: &Option<Spanned<String>>, old: Option<String>| match named {
            Some(text) => Some(text.as_ref().clone()).filter(|text| !text.is_empty()),
            None => old,
        };
        let list = |named: &Option<Spanned<Vec<String>>>, old: Option<&Vec<String>>, field: &str| match named {
            // As they would be typed: each once.
            Some(named) => connection_form::lines(&named.as_ref().join("\n"), field)
                .map_err(|refusal| file.mistake(named, field, &said(refusal.code))),
            None => Ok(old.cloned().unwrap_or_default()),
        };
        let client_id = match &named.client_id {
            Some(typed) => read_client_id(typed.as_ref(), id)
                .map_err(|refusal| file.mistake(typed, "client_id", &said(refusal.code)))?,
            None => old.map_or_else(|| id.to_string(), |old| old.client_id.clone()),
        };
        let keys = match &named.jwks {
            Some(keys) => {
                read_keys(keys.as_ref()).map_err(|refusal| file.mistake(keys, "jwks", &said(refusal.code)))?
            }
            None => old.and_then(|old| old.keys.clone()),
        };
        let registration = Registration {
            client_id,
            auth: named.auth.or(old.map(|old| old.auth)).unwrap_or(ClientAuth::Secret),
            redirect_uris: list(&named.redirect_uris, old.map(|old| &old.redirect_uris), "redirect_uris")?,
            post_logout_uris: list(&named.post_logout_uris, old.map(|old| &old.post_logout_uris), "post_logout_uris")?,
            initiate_login_uri: text(&named.initiate_login_uri, old.and_then(|old| old.initiate_login_uri.clone())),
            backchannel_logout_uri: text(
                &named.backchannel_logout_uri,
                old.and_then(|old| old.backchannel_logout_uri.clone()),
            ),
            keys,
            signing: named.signing.or(old.map(|old| old.signing)).unwrap_or(SigningAlg::Rs256),
            require_par: named.require_par.or(old.map(|old| old.require_par)).unwrap_or(false),
        };
        let at = |field: &str, why: &str| Err(file.mistake(&wanted.key, field, why).into());
        if registration.redirect_uris.is_empty() {
            return at("redirect_uris", "name at least one address that people come back to");
        }
        if registration.auth == ClientAuth::PrivateKey && registration.keys.is_none() {
            return at("jwks", "with auth = \"private_key_jwt\" the app's public keys are needed");
        }
        Ok(registration)
    }

    /// Makes the secrets that an import brought those of the file. What was made in the panel stays.
    async fn secrets(&mut self, id: Uuid, key: &str, named: &OidcEntry) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            hash: Vec<u8>,
            imported: bool,
        }
        if named.secrets.is_none() && named.secret_hashes.is_none() {
            return Ok(());
        }
        let mut wanted: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for text in named.secret_hashes.iter().flat_map(|hashes| hashes.as_ref()) {
            wanted.extend(secret_hash(text).map(|hash| (hash, String::new())));
        }
        for secret in named.secrets.iter().flat_map(|secrets| secrets.as_ref()) {
            wanted.insert(hash(secret), hint_of(secret).to_owned());
        }
        let directory = self.directory;
        let sql = "SELECT id, hash, created_by IS NULL AS imported FROM app_secrets WHERE app_id = $1";
        let rows = Row::find_by_statement(directory.sql(sql, [id.into()])).all(&self.tx).await?;
        let known: BTreeSet<Vec<u8>> = rows.iter().map(|row| row.hash.clone()).collect();
        for row in rows.iter().filter(|row| row.imported && !wanted.contains_key(&row.hash)) {
            directory.change(&self.tx, "DELETE FROM app_secrets WHERE id = $1", [row.id.into()]).await?;
            self.secret_event("app.secret.delete", id, row.id).await?;
            self.note("remove", "secret", format!("of {key}"));
        }
        let left = rows.iter().filter(|row| !row.imported || wanted.contains_key(&row.hash)).count();
        let new: Vec<_> = wanted.into_iter().filter(|(hash, _)| !known.contains(hash)).collect();
        if left + new.len() > MOST_SECRETS {
            let why = format!("an app has at most {MOST_SECRETS} secrets; those made in the panel count");
            let at = named.secrets.as_ref().or(named.secret_hashes.as_ref());
            let at = at.map(|at| self.file.mistake(at, "secrets", &why));
            return Err(at.ok_or(Error::from(Code::TooManySecrets))?.into());
        }
        for (hash, hint) in new {
            let row = directory.put_secret(&self.tx, id, &hash, &hint, None).await?;
            self.secret_event("app.secret.create", id, row).await?;
            self.note("add", "secret", format!("of {key}"));
        }
        Ok(())
    }

    async fn secret_event(&self, action: &'static str, app: Uuid, secret: Uuid) -> Result<()> {
        let event = Event::new(action, "app", app).in_app(app).details(serde_json::json!({ "secret": secret }));
        Ok(self.directory.record(&self.tx, &self.actor, event).await?)
    }
}

impl ToldEntry {
    /// What is told, changed by what the file names. Its claims were checked.
    fn over(&self, old: &Told) -> Told {
        let claims = self.claims.as_ref().map(|claims| {
            let read = claims.iter().filter_map(|(name, value)| Some((name.clone(), claim_of(value.as_ref())?)));
            read.collect()
        });
        Told {
            groups_sent: self.groups.unwrap_or(old.groups_sent),
            groups_as: self.groups_as.unwrap_or(old.groups_as),
            pairwise: self.pairwise.unwrap_or(old.pairwise),
            claims: claims.unwrap_or_else(|| old.claims.clone()),
        }
    }
}
