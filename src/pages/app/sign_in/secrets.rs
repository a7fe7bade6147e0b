//! Secrets of an app: listed, made, shown once, and deleted.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    super::{
        super::{id_in_path, page, query},
        back,
        confirm::{Question, ask},
    },
    copied,
};
use crate::{
    api,
    components::{
        faces::picture,
        frame::{Place, inside},
        icon::icon,
        moment::{day, exact},
    },
    model::{
        Code,
        connecting::{AppConnection, SecretRow},
        connection::MOST_SECRETS,
        state::{AppKind, ClientAuth},
    },
};

/// The list, and the button for another one.
pub(super) fn panel(app: &AppConnection) -> AnyView {
    let id = app.head.id;
    let uses = app.connection.registration.as_ref().map(|it| it.auth == ClientAuth::Secret);
    let rows: Vec<_> = app.secrets.iter().map(|secret| row(id, secret)).collect();
    let none = rows.is_empty();
    let list = (!none).then(|| view! { <ul class="rows tight secrets">{rows}</ul> });
    let ready = app.connection.kind == AppKind::Oidc && uses == Some(true);
    let words = match (ready, uses, none) {
        (false, Some(false), true) => "An app that proves itself otherwise needs no secret.",
        (false, Some(false), false) => "The app proves itself otherwise now. These are not used.",
        (false, ..) => "Save first. Then you make a secret here.",
        (true, _, true) => "There is none yet. Without one the app cannot sign anybody in.",
        (true, ..) if app.secrets.len() >= MOST_SECRETS => {
            "Two at a time are enough to change from one to the other. Delete the one that is no longer used."
        }
        (true, ..) => "To change it, make a second one, write it down in the app, and delete the first.",
    };
    let make = (ready && app.secrets.len() < MOST_SECRETS).then(|| {
        let class = if none { "primary" } else { "" };
        view! {
            <form method="post" action="/api/secrets/create">
                <input type="hidden" name="app" value=id.to_string()/>
                <div class="actions"><button class=class>"New secret"</button></div>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="secrets">
            <header><h2 id="secrets">"Secrets"</h2></header>
            {list}
            <div class="body"><p class="lead">{words}</p>{make}</div>
        </section>
    }
    .into_any()
}

/// A secret by what is still known of it.
fn name(secret: &SecretRow) -> String {
    if secret.hint.is_empty() { "Brought as a hash".to_owned() } else { format!("…{}", secret.hint) }
}

fn by(secret: &SecretRow) -> String {
    match &secret.created_by {
        Some(by) => format!("By {}", by.name),
        None => "By the import".to_owned(),
    }
}

fn row(app: Uuid, secret: &SecretRow) -> AnyView {
    let name = name(secret);
    view! {
        <li>
            <div class="who">
                <div><code title=exact(secret.created_at)>{name.clone()}</code><small>{by(secret)}", "{day(secret.created_at)}</small></div>
            </div>
            <form class="acts" method="get" action=format!("/apps/{app}/secrets/{}/delete", secret.id)>
                <button class="quiet danger" aria-label=format!("Delete the secret {name}")>"Delete"</button>
            </form>
        </li>
    }
    .into_any()
}

/// `/apps/{id}/secret?told=`: the one time that a secret is shown.
#[component]
pub fn NewSecretPage() -> impl IntoView {
    let (id, key) = (id_in_path("id"), query("told"));
    page(async move |site| {
        let (app, secret) = api::connections::new_secret(id?, key.as_deref()).await?;
        let client_id = app.connection.registration.as_ref().map(|it| it.client_id.clone()).unwrap_or_default();
        let others = app.secrets.len() > 1;
        let then = others.then(|| {
            view! { <p class="lead">"Once the app uses it, delete the secret that was there before."</p> }
        });
        let title = format!("The new secret of {}", app.head.name);
        let content = view! {
            {back(&app.head, "/sign-in")}
            <h1>{title.clone()}</h1>
            <div class="notice wait">{icon("bad", 18)}<div><p>"Copy it now: it is shown this once. Nobody can look it up afterwards, not even an administrator; another one can be made at any time."</p></div></div>
            <section class="panel" aria-label="What the app needs">
                <div class="body">
                    <div class="copies">{copied("secret", "Client secret", &secret)}{copied("client", "Client id", &client_id)}</div>
                    {then}
                </div>
            </section>
            <div class="actions"><a class="button primary" href=format!("/apps/{}/sign-in", app.head.id)>"Done"</a></div>
        };
        Ok(inside(&site, &title, Place::Apps, true, content.into_any()))
    })
}

/// `/apps/{id}/secrets/{secret}/delete`.
#[component]
pub fn DeleteSecretPage() -> impl IntoView {
    let (id, secret) = (id_in_path("id"), id_in_path("secret"));
    page(async move |site| {
        let (app, secret) = (api::connections::connection(id?).await?, secret?);
        let wanted = app.secrets.iter().find(|row| row.id == secret).ok_or(Code::NotFound)?;
        if !app.may_connect {
            return Err(Code::Forbidden.into());
        }
        let head = &app.head;
        let mut effects = vec![(false, "The app proves nothing by it any more, from its next request on.".to_owned())];
        let last = app.secrets.len() == 1;
        if last && app.connection.kind == AppKind::Oidc {
            effects
                .push((false, "It is the only one: until you make another, nobody can sign in to the app.".to_owned()));
        } else if !last {
            effects.push((true, "The other secret goes on working.".to_owned()));
        }
        effects.push((true, "Whoever is signed in there stays so until the app has to ask again.".to_owned()));
        if wanted.created_by.is_none() {
            effects.push((
                false,
                "The import made it. The next import makes it again, if its file still has it.".to_owned(),
            ));
        }
        let question = Question {
            title: format!("Delete the secret {} of {}?", name(wanted), head.name),
            who: view! { {picture(head.id, &head.name, head.picture_id, "small")}<div><b>{head.name.clone()}</b><small>{by(wanted)}", "{day(wanted.created_at)}</small></div> }.into_any(),
            effects,
            action: "/api/secrets/delete",
            fields: vec![("secret", secret.to_string())],
            button: "Delete",
            path: "/sign-in",
        };
        Ok(ask(&site, head, question))
    })
}
