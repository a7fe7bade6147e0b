//! `/apps/{id}` and the pages below it: what an app is, why I have it, and running it.

pub mod about;
pub mod add;
pub mod confirm;
pub mod history;
pub mod managed;
pub mod new;
pub mod people;
pub mod person;
pub mod settings;
pub mod sign_in;
pub mod sign_ins;
pub mod test;

use leptos::prelude::*;

use crate::{
    components::{faces::picture, icon::icon},
    model::managed::AppHead,
};

/// One of the pages of an app.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    About,
    People,
    Settings,
    SignIn,
    Log,
    History,
}

/// What every page of an app begins with: where to go back to, its name, and the other pages.
fn top(head: &AppHead, tab: Tab, actions: AnyView) -> AnyView {
    let (back, name) = if head.can_look { ("/apps/managed", "Apps you run") } else { ("/", "Apps") };
    let off = (!head.enabled).then(|| {
        view! { <ul class="chips" aria-label="State"><li class="chip bad">"Switched off"</li></ul> }
    });
    view! {
        <a class="back" href=back>{icon("back", 16)}{name}</a>
        <div class="headline">
            <div class="who">
                {picture(head.id, &head.name, head.picture_id, "large")}
                <div><h1>{head.name.clone()}</h1><p class="lead">{head.description.clone()}</p>{off}</div>
            </div>
            {actions}
        </div>
        {head.can_look.then(|| tabs(head, tab))}
    }
    .into_any()
}

fn tabs(head: &AppHead, tab: Tab) -> AnyView {
    let link = |own: Tab, path: &str, name: &'static str| {
        let href = format!("/apps/{}{path}", head.id);
        view! { <a href=href aria-current=(tab == own).then_some("page")>{name}</a> }
    };
    view! {
        <nav class="tabs" aria-label=format!("Pages of {}", head.name)>
            {link(Tab::About, "", "About")}
            {link(Tab::People, "/people", "People")}
            {head.can_manage.then(|| link(Tab::Settings, "/settings", "Settings"))}
            {head.can_manage.then(|| link(Tab::SignIn, "/sign-in", "Sign-in"))}
            {link(Tab::Log, "/sign-ins", "Sign-in log")}
            {link(Tab::History, "/history", "History")}
        </nav>
    }
    .into_any()
}

/// Where a page below an app leads back to.
fn back(head: &AppHead, path: &str) -> AnyView {
    view! { <a class="back" href=format!("/apps/{}{path}", head.id)>{icon("back", 16)}{head.name.clone()}</a> }
        .into_any()
}

/// A number that was counted up to a most: one more stands for more than that.
fn counted(number: i64, most: i64) -> String {
    if number > most { format!("more than {}", thousands(most)) } else { thousands(number) }
}

/// A number with commas.
fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The query of a page of a list.
fn with_query(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    format!("?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_ease() {
        assert_eq!(
            ["0", "999", "1,000", "12,345,678"],
            [0, 999, 1000, 12_345_678].map(thousands).each_ref().map(String::as_str)
        );
        assert_eq!(counted(10_000, 10_000), "10,000");
        assert_eq!(counted(10_001, 10_000), "more than 10,000");
    }
}
