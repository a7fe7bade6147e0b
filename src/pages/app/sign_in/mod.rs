//! `/apps/{id}/sign-in`: how an app signs people in, and what it is told of them.

mod fields;
mod secrets;

use leptos::prelude::*;

use super::{
    super::{id_in_path, page, query},
    Tab,
    settings::Filled,
    top,
};
use crate::{
    api::{self, connections::AppSide},
    components::{
        copy_button::CopyButton,
        frame::{Place, inside},
        icon::icon,
        notice,
    },
    directory::saved_forms::SavedForm,
    model::{Refusal, connecting::AppConnection, state::AppKind},
};

pub use secrets::{DeleteSecretPage, NewSecretPage};

/// The page. `?kind=` chooses which form it shows.
#[component]
pub fn AppSignInPage() -> impl IntoView {
    let id = id_in_path("id");
    let (again, done, kind) = (query("again"), query("done"), query("kind"));
    page(async move |site| {
        let app = api::connections::connection(id?).await?;
        let saved = api::forms::again("connection", again.as_deref()).await;
        let other = api::forms::again("secret", again.as_deref()).await;
        let refusal = saved.as_ref().or(other.as_ref()).map(|saved| &saved.refusal);
        let current = app.connection.kind;
        let chosen = kind.and_then(|kind| kind.parse().ok()).unwrap_or(current);
        let title = format!("Sign-in: {}", app.head.name);
        let title = if refusal.is_some() { format!("Error: {title}") } else { title };
        let flash = match done.as_deref() {
            Some("saved") => Some(notice::done("Saved. It counts from the next sign-in on.")),
            Some("secret-deleted") => Some(notice::done("Deleted. Nothing is proven by it any more.")),
            _ => None,
        };
        let side = api::connections::app_side(chosen)?;
        let test = view! {
            <div class="actions"><a class="button" href=format!("/apps/{}/test", app.head.id)>"Test sign-in"</a></div>
        };
        let content = view! {
            {flash}
            {refusal.map(|refusal| notice::refused(refusal, refused_field(refusal)))}
            {top(&app.head, Tab::SignIn, test.into_any())}
            {kinds(&app, chosen)}
            {if app.may_connect { editing(&app, chosen, saved.as_ref(), &side) } else { looking(&app, &side) }}
        };
        Ok(inside(&site, &title, Place::Apps, false, content.into_any()))
    })
}

/// The field that a refusal is about, by its id.
fn refused_field(refusal: &Refusal) -> Option<&'static str> {
    let field = refusal.field.as_deref()?;
    fields::NAMES.iter().copied().find(|known| *known == field)
}

/// A way of signing in, in a word and a line.
fn words(kind: AppKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        AppKind::Link => {
            ("A link", "link", "The panel only leads there. The app signs people in by itself, or not at all.")
        }
        AppKind::Oidc => (
            "OpenID Connect",
            "plug",
            "The app sends people here to sign in. For everything that knows single sign-on.",
        ),
        AppKind::ForwardAuth => (
            "Behind a proxy",
            "lock",
            "A proxy before the app asks the panel on every request. For apps that know nothing.",
        ),
    }
}

fn kinds(app: &AppConnection, chosen: AppKind) -> AnyView {
    let current = app.connection.kind;
    let choices: Vec<_> = AppKind::ALL
        .iter()
        .copied()
        .filter(|kind| app.may_connect || *kind == current)
        .map(|kind| {
            let (name, sign, about) = words(kind);
            let used = (kind == current).then(|| view! { <span class="chip good">"In use"</span> });
            let body = view! {
                <span class="sign small">{icon(sign, 18)}</span>
                <span class="text"><b>{name}</b><small>{about}</small></span>
                {used}
            };
            let current = (kind == chosen).then_some("true");
            view! { <li><a href=format!("?kind={kind}") aria-current=current>{body}</a></li> }
        })
        .collect();
    view! { <nav aria-label="How it signs people in"><ul class="kinds">{choices}</ul></nav> }.into_any()
}

fn editing(app: &AppConnection, chosen: AppKind, saved: Option<&SavedForm>, side: &[AppSide]) -> AnyView {
    let filled = Filled { saved };
    let refusal = saved.map(|saved| &saved.refusal);
    let current = app.connection.kind;
    let secrets = (chosen == AppKind::Oidc).then(|| secrets::panel(app));
    if chosen == AppKind::Link && current == AppKind::Link {
        return view! {
            <section class="panel" aria-labelledby="plain">
                <header><h2 id="plain">"It is a link"</h2></header>
                <div class="body">
                    <p class="lead">
                        "People open it from their panel, and the panel says who has it. Whether the app lets them in is up to the app: somebody who is removed here keeps whatever account they have there."
                    </p>
                    <p class="lead">"Choose another way above, and removing somebody here ends their access there as well."</p>
                </div>
            </section>
        }
        .into_any();
    }
    let change = (chosen != current).then(|| leaving(current));
    let form = fields::form(app, chosen, &filled, refusal, change);
    let aside = secrets.map(|secrets| view! { <aside aria-label="Secrets">{secrets}</aside> });
    let with_aside = aside.is_some();
    view! {
        <div class=with_aside.then_some("sides")>
            <div class="stack connecting">{at_the_app(app, chosen, side)}{form}</div>
            {aside}
        </div>
    }
    .into_any()
}

/// What saving another kind ends.
fn leaving(current: AppKind) -> AnyView {
    let words = match current {
        AppKind::Link => return ().into_any(),
        AppKind::Oidc => {
            "It signs people in by OpenID Connect now. When you save this, that ends at once, for everybody who is signed in to it. What you registered is kept, in case you come back to it."
        }
        AppKind::ForwardAuth => {
            "A proxy asks the panel for it now. When you save this, that ends at once, for everybody, and its hosts are free for other apps."
        }
    };
    view! { <div class="notice wait">{icon("bad", 18)}<div><p>{words}</p></div></div> }.into_any()
}

/// For those who run the app and may not change this.
fn looking(app: &AppConnection, side: &[AppSide]) -> AnyView {
    view! {
        <div class="connecting">
            <div class="notice">{icon("lock", 18)}<div><p>"In this organization administrators say how apps sign people in. Ask one of them if something has to change."</p></div></div>
            {at_the_app(app, app.connection.kind, side)}
        </div>
    }
    .into_any()
}

/// What to write down at the app's side, ready to copy.
fn at_the_app(app: &AppConnection, kind: AppKind, side: &[AppSide]) -> Option<AnyView> {
    if side.is_empty() {
        return None;
    }
    let client_id = app.connection.registration.as_ref().filter(|_| kind == AppKind::Oidc);
    let client_id = client_id.map(|registration| copied("client", "Client id", &registration.client_id));
    let row = |(n, one): (usize, &AppSide)| copied(&format!("side-{n}"), one.label, &one.value);
    let first: Vec<_> = side.iter().enumerate().filter(|(_, one)| !one.found).map(row).collect();
    let rest: Vec<_> = side.iter().enumerate().filter(|(_, one)| one.found).map(row).collect();
    let rest = (!rest.is_empty()).then(|| {
        view! { <details><summary>"If the app asks for each address"</summary><div class="copies">{rest}</div></details> }
    });
    let none = (kind == AppKind::Oidc && client_id.is_none()).then(|| {
        view! { <p class="lead">"Its client id stands here once you have saved what is below."</p> }
    });
    Some(
        view! {
            <section class="panel" aria-labelledby="there">
                <header><h2 id="there">{if kind == AppKind::Oidc { "To write down in the app" } else { "To write down at the proxy" }}</h2></header>
                <div class="body"><div class="copies">{first}{client_id}</div>{none}{rest}</div>
            </section>
        }
        .into_any(),
    )
}

/// A value in a field to select, with a button that copies it.
fn copied(id: &str, label: &'static str, value: &str) -> AnyView {
    let id = format!("copy-{id}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="handover">
                <input id=id.clone() readonly autocomplete="off" spellcheck="false" value=value.to_owned()/>
                <CopyButton label="Copy".to_owned() done="Copied".to_owned() field=id/>
            </div>
        </div>
    }
    .into_any()
}
