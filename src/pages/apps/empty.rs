//! Where there is no app to show: why, and what to do.

use leptos::prelude::*;
use url::form_urlencoded;

use crate::{
    components::icon::icon,
    directory::panel::PanelQuery,
    model::panel::{Panel, Tab},
};

/// Nobody has given them anything yet.
pub fn nothing_yet() -> AnyView {
    view! {
        <section class="empty">
            <span class="sign">{icon("apps", 22)}</span>
            <h2>"No apps yet"</h2>
            <p>
                "Apps appear here as soon as someone gives you one, or adds you to a group that has some. \
                If you expected one today, ask the person who invited you."
            </p>
            <div class="actions">
                <a class="button primary" href="/catalogue?kind=apps">"Find apps to ask for"</a>
                <a class="button" href="/groups">"See your groups"</a>
            </div>
        </section>
    }
    .into_any()
}

/// A search found nothing. With `waiting` it is there for the moment when typing leaves nothing.
pub fn nothing_found(panel: &Panel, asked: &PanelQuery, waiting: bool) -> AnyView {
    let there = |path: &str, key: &str| {
        let query: String = form_urlencoded::byte_serialize(asked.search.as_bytes()).collect();
        format!("{path}{key}={query}")
    };
    let hidden = panel.elsewhere.hidden.then(|| {
        view! {
            <p>"One of the apps that you have hidden fits. " <a href=there("/?show=hidden&", "q")>"Show hidden apps"</a></p>
        }
    });
    let catalogue = panel.elsewhere.catalogue.then(|| {
        view! {
            <p>"There is one like that in the catalogue, and you may ask for it."</p>
            <div class="actions">
                <a class="button primary" href=there("/catalogue?kind=apps&", "q")>"See it in the catalogue"</a>
            </div>
        }
    });
    let elsewhere = hidden.is_some() || catalogue.is_some();
    let advice = (!elsewhere).then(|| {
        view! {
            <p>
                "None of your apps is called anything like this. There may be one that you can ask for: "
                <a href="/catalogue?kind=apps">"look into the catalogue"</a>"."
            </p>
        }
    });
    view! {
        <section id="nothing" class="empty" role="status" hidden=waiting>
            <span class="sign">{icon("search", 22)}</span>
            <h2>"Nothing matches"</h2>
            {hidden} {catalogue} {advice}
            <p><a href="/">"Show all apps"</a></p>
        </section>
    }
    .into_any()
}

/// A collection without an app that one has.
pub fn nothing_in(chosen: &Tab) -> AnyView {
    view! {
        <section class="empty">
            <span class="sign">{icon("apps", 22)}</span>
            <h2>"Nothing in this collection yet"</h2>
            <p>"Choose which of your apps stand here."</p>
            <div class="actions">
                <a class="button primary" href=format!("/collections/{}", chosen.id)>"Add apps"</a>
            </div>
        </section>
    }
    .into_any()
}

/// All of them are hidden.
pub fn all_hidden() -> AnyView {
    view! {
        <section class="empty">
            <span class="sign">{icon("apps", 22)}</span>
            <h2>"All of your apps are hidden"</h2>
            <p>"You have them all the same."</p>
            <div class="actions"><a class="button primary" href="/?show=hidden">"Show hidden apps"</a></div>
        </section>
    }
    .into_any()
}
