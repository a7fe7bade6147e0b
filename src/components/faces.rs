//! People have faces and things have logos: initials on one of 24 hues, always the same for the same object.

use leptos::prelude::*;
use uuid::Uuid;

use crate::model::names;

/// A person's face. A guest's has a ring.
pub fn face(id: Uuid, name: &str, guest: bool, size: &str) -> impl IntoView + use<> {
    let guest = if guest { "guest " } else { "" };
    let class = format!("face {guest}{size} hue-{}", names::hue(id));
    view! { <span class=class aria-hidden="true">{names::initials(name)}</span> }
}

/// The picture of a group or app if it has one, its logo otherwise.
pub fn picture(id: Uuid, name: &str, picture: Option<Uuid>, size: &str) -> AnyView {
    match picture {
        Some(picture) => {
            let class = format!("logo picture {size}");
            let source = format!("/pictures/{picture}");
            view! { <img class=class src=source alt="" width="40" height="40" loading="lazy"/> }.into_any()
        }
        None => logo(id, name, size).into_any(),
    }
}

/// The logo of a group or app.
pub fn logo(id: Uuid, name: &str, size: &str) -> impl IntoView + use<> {
    let class = format!("logo {size} hue-{}", names::hue(id));
    let initial = names::initials(name).chars().next().map(String::from);
    view! { <span class=class aria-hidden="true">{initial}</span> }
}
