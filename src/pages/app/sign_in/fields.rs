//! The form of each way of signing in.

use leptos::prelude::*;

use super::super::settings::Filled;
use crate::{
    components::{field, text_area::TextArea},
    model::{
        Refusal,
        connecting::AppConnection,
        connection::{LONGEST_CLIENT_ID, Registration},
        connection_form::{LONGEST_KEYS, LONGEST_LIST, claims_as_text},
        redirects,
        state::{AppKind, ClientAuth, GroupsAs, GroupsSent, PersonField, SigningAlg},
    },
};

/// Every field, by its id.
pub(super) const NAMES: &[&str] = &[
    "client_id",
    "redirect_uris",
    "post_logout_uris",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "keys",
    "signing",
    "hosts",
    "groups_sent",
    "groups_as",
    "claims",
];
/// Those that few apps need, and that stand behind a fold.
const FOLDED: &[&str] = &["post_logout_uris", "initiate_login_uri", "backchannel_logout_uri", "keys", "signing"];

/// What the parts of the form need.
struct Form<'a> {
    filled: &'a Filled<'a>,
    refusal: Option<&'a Refusal>,
}

impl Form<'_> {
    /// Several lines, one thing each.
    fn lines(&self, name: &'static str, label: &'static str, stored: &str, hint: AnyView, rows: u32) -> AnyView {
        let wrong = field::is_refused(self.refusal, name);
        let max = if name == "keys" { LONGEST_KEYS } else { LONGEST_LIST };
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <TextArea
                    name=name
                    value=self.filled.text(name, stored)
                    rows=rows
                    max=max
                    described_by=field::described_by(wrong, name)
                    invalid=wrong
                    code=true
                />
                {field::error(self.refusal, name, error_id(name))}
                <p class="hint" id=format!("{name}-hint")><span>{hint}</span></p>
            </div>
        }
        .into_any()
    }

    /// One line.
    fn line(&self, name: &'static str, label: &'static str, stored: &str, hint: &'static str, max: usize) -> AnyView {
        let wrong = field::is_refused(self.refusal, name);
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    value=self.filled.text(name, stored)
                    maxlength=max.to_string()
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=field::described_by(wrong, name)
                />
                {field::error(self.refusal, name, error_id(name))}
                <p class="hint" id=format!("{name}-hint")><span>{hint}</span></p>
            </div>
        }
        .into_any()
    }

    /// One of a few.
    fn choice(
        &self,
        name: &'static str,
        label: &'static str,
        stored: &str,
        of: &[(&'static str, &'static str)],
        hint: &'static str,
    ) -> AnyView {
        let wrong = field::is_refused(self.refusal, name);
        let chosen = self.filled.text(name, stored);
        let options: Vec<_> = of
            .iter()
            .map(|(value, words)| view! { <option value=*value selected=*value == chosen>{*words}</option> })
            .collect();
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <select id=name name=name aria-invalid=wrong.then_some("true") aria-describedby=field::described_by(wrong, name)>
                    {options}
                </select>
                {field::error(self.refusal, name, error_id(name))}
                <p class="hint" id=format!("{name}-hint")><span>{hint}</span></p>
            </div>
        }
        .into_any()
    }

    fn check(&self, name: &'static str, stored: bool, label: &'static str) -> AnyView {
        let on = self.filled.flag(name, stored);
        view! {
            <label class="check"><input type="checkbox" name=name value="1" checked=on/><span>{label}</span></label>
        }
        .into_any()
    }
}

const fn error_id(name: &'static str) -> &'static str {
    match name.as_bytes() {
        b"client_id" => "client_id-error",
        b"redirect_uris" => "redirect_uris-error",
        b"post_logout_uris" => "post_logout_uris-error",
        b"initiate_login_uri" => "initiate_login_uri-error",
        b"backchannel_logout_uri" => "backchannel_logout_uri-error",
        b"keys" => "keys-error",
        b"signing" => "signing-error",
        b"hosts" => "hosts-error",
        b"groups_sent" => "groups_sent-error",
        b"groups_as" => "groups_as-error",
        _ => "claims-error",
    }
}

/// The form of a kind. `change` says what saving it ends.
pub(super) fn form(
    app: &AppConnection,
    kind: AppKind,
    filled: &Filled<'_>,
    refusal: Option<&Refusal>,
    change: Option<AnyView>,
) -> AnyView {
    let form = Form { filled, refusal };
    let (body, button) = match kind {
        AppKind::Link => {
            let words = view! {
                <fieldset>
                    <legend>"Only a link"</legend>
                    <p class="lead">"The panel leads there, and tells the app nothing. Whether the app lets people in is up to the app."</p>
                </fieldset>
            };
            (words.into_any(), "Make it a link")
        }
        AppKind::Oidc => (view! { {oidc(app, &form)}{told(app, &form, kind)} }.into_any(), "Save"),
        AppKind::ForwardAuth => (view! { {hosts(app, &form)}{told(app, &form, kind)} }.into_any(), "Save"),
    };
    let class = if kind == AppKind::Link { "primary danger" } else { "primary" };
    let change = change.map(|change| view! { <div class="change">{change}</div> });
    view! {
        <form class="panel settings" method="post" action="/api/connections/save" aria-label="How it signs people in">
            <input type="hidden" name="app" value=app.head.id.to_string()/>
            <input type="hidden" name="kind" value=kind.as_str()/>
            {change}
            {body}
            <div class="actions"><button class=class>{button}</button></div>
        </form>
    }
    .into_any()
}

fn oidc(app: &AppConnection, form: &Form<'_>) -> AnyView {
    let stored = app.connection.registration.as_ref();
    let list = |of: fn(&Registration) -> &Vec<String>| stored.map(|it| of(it).join("\n")).unwrap_or_default();
    let text = |of: fn(&Registration) -> &Option<String>| stored.and_then(|it| of(it).clone()).unwrap_or_default();
    let own_id = app.head.id.to_string();
    let client_id = stored.map(|it| it.client_id.clone()).filter(|it| *it != own_id).unwrap_or_default();
    let auth = stored.map_or(ClientAuth::Secret, |it| it.auth);
    let signing = stored.map_or(SigningAlg::Rs256, |it| it.signing);
    let folded = |saved: &Option<&Refusal>| {
        saved.and_then(|refusal| refusal.field.as_deref()).is_some_and(|field| FOLDED.contains(&field))
    };
    let used = stored.is_some_and(|it| {
        !it.post_logout_uris.is_empty()
            || it.initiate_login_uri.is_some()
            || it.backchannel_logout_uri.is_some()
            || it.keys.is_some()
            || it.require_par
    });
    let open =
        used || folded(&form.refusal) || form.filled.text("auth", auth.as_str()) == ClientAuth::PrivateKey.as_str();
    let origin = url::Url::parse(&app.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let example = if origin.starts_with("https://") { origin } else { "https://app.example.com".to_owned() };
    view! {
        <fieldset>
            <legend>"Where people come back to"</legend>
            {form.lines("redirect_uris", "Redirect URIs", &list(|it| &it.redirect_uris), view! { "One a line, letter by letter as the app sends them, for example "<code>{format!("{example}/oauth2/callback")}</code>"." }.into_any(), 3)}
        </fieldset>
        <fieldset>
            <legend>"How the app proves to be itself"</legend>
            {form.choice(
                "auth",
                "Proof",
                auth.as_str(),
                &[
                    (ClientAuth::Secret.as_str(), "By a secret: an app on a server"),
                    (ClientAuth::None.as_str(), "Not at all: an app in the browser or on a device (PKCE is required)"),
                    (ClientAuth::PrivateKey.as_str(), "By a key of its own (private_key_jwt)"),
                ],
                "Most apps on a server use a secret. You make one here after saving.",
            )}
            {form.line("client_id", "Client id", &client_id, "Empty: the app's id here. Another one only if the app insists on it.", LONGEST_CLIENT_ID)}
        </fieldset>
        <fieldset>
            <details open=open>
                <summary>"Signing out, signing in from here, and the rest"</summary>
                <div class="stack">
                    {form.line("initiate_login_uri", "Sign-in begins at", &text(|it| &it.initiate_login_uri), "Where the app begins a sign-in by itself (initiate login URI). With it, a click on the tile signs in without another button.", redirects::LONGEST)}
                    {form.line("backchannel_logout_uri", "Told of signing out at", &text(|it| &it.backchannel_logout_uri), "Where the panel tells the app that somebody was signed out or removed (back-channel logout URI).", redirects::LONGEST)}
                    {form.lines("post_logout_uris", "After signing out", &list(|it| &it.post_logout_uris), view! { "Where people may go then, one a line (post-logout redirect URIs)." }.into_any(), 2)}
                    {form.lines("keys", "Public keys", &text(|it| &it.keys), view! { "A JSON Web Key Set, for an app that proves itself by a key." }.into_any(), 3)}
                    {form.choice(
                        "signing",
                        "Tokens are signed by",
                        signing.as_str(),
                        &[(SigningAlg::Rs256.as_str(), "RS256: every app knows it"), (SigningAlg::Es256.as_str(), "ES256: smaller")],
                        "Change it only if the app asks for it.",
                    )}
                    {form.check("require_par", stored.is_some_and(|it| it.require_par), "Only pushed requests (PAR)")}
                </div>
            </details>
        </fieldset>
    }
    .into_any()
}

fn hosts(app: &AppConnection, form: &Form<'_>) -> AnyView {
    view! {
        <fieldset>
            <legend>"Where it is"</legend>
            {form.lines("hosts", "Hosts", &app.connection.hosts.join("\n"), view! { "One a line, as "<code>"https://wiki.example.com"</code>", without a path. The proxy of each asks the panel." }.into_any(), 3)}
        </fieldset>
    }
    .into_any()
}

fn told(app: &AppConnection, form: &Form<'_>, kind: AppKind) -> AnyView {
    let stored = &app.connection.told;
    let mut sent =
        vec![(GroupsSent::None.as_str(), "None"), (GroupsSent::Assigned.as_str(), "Those that give this app")];
    let all = stored.groups_sent == GroupsSent::All;
    if app.may_send_all_groups || all {
        sent.push((GroupsSent::All.as_str(), "All groups of the person"));
    }
    let hint = if app.may_send_all_groups {
        "All of them only for apps that you trust with them. More than 200 are left out, and the app is told so."
    } else {
        "Only an administrator can have an app told of all groups."
    };
    let known: Vec<_> =
        PersonField::ALL.iter().map(|one| view! { <li><code>{format!("{{{one}}}")}</code></li> }).collect();
    let about = if kind == AppKind::Oidc {
        "Name, address, and whether somebody is a guest are always told, as far as the app asks for them."
    } else {
        "Name, address, and whether somebody is a guest are always told."
    };
    view! {
        <fieldset>
            <legend>"What it is told of people"</legend>
            <p class="lead">{about}</p>
            {form.choice("groups_sent", "Groups", stored.groups_sent.as_str(), &sent, hint)}
            {form.choice(
                "groups_as",
                "Groups are told by",
                stored.groups_as.as_str(),
                &[(GroupsAs::Id.as_str(), "Id: it never changes"), (GroupsAs::Name.as_str(), "Name")],
                "Owners can rename their groups. Let an app decide by names only if you watch them.",
            )}
            <div class="field">
                {form.check("pairwise", stored.pairwise, "Call people by another id than other apps do (pairwise subjects)")}
                <p class="hint">"Decide before the first sign-in: whoever was there before is a stranger to the app afterwards."</p>
            </div>
            {form.lines("claims", "Claims of its own", &claims_as_text(&stored.claims), view! { "One a line: "<code>"department = {department}"</code>" or "<code>"tenant = woodgrove"</code>"." }.into_any(), 3)}
            <details>
                <summary>"What can stand in braces"</summary>
                <ul class="known">{known}</ul>
            </details>
        </fieldset>
    }
    .into_any()
}
