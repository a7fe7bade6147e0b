//! The field, the list, and what they send: `NAME` as typed, and `NAME_chosen` for the one that was picked from the list.

use leptos::prelude::*;

use super::PeoplePicker;
use crate::{
    components::{faces::face, field, icon::icon},
    directory::people::MOST_FOUND,
    model::{Refusal, state::UserType, view::PersonFound},
};

/// A field for one person.
pub struct Picker<'a> {
    /// Its name in the form; the choice is `{name}_chosen`.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it says under the field.
    pub hint: &'static str,
    /// What was typed before the form came back.
    pub typed: &'a str,
    /// Who is found by that.
    pub found: &'a [PersonFound],
    /// Why the form came back.
    pub refusal: Option<&'a Refusal>,
}

impl Picker<'_> {
    /// The field with its list.
    pub fn view(self) -> AnyView {
        let Self { name, label, hint, typed, found, refusal } = self;
        // Several people may fit, which is no mistake: the list under the field asks which one.
        let wrong = field::is_refused(refusal, name) && found.is_empty();
        let error = wrong.then(|| field::error(refusal, name, "person-error"));
        let typed = typed.to_owned();
        let described = if wrong { format!("person-error {name}-hint") } else { format!("{name}-hint") };
        let list = (!typed.trim().is_empty()).then(|| picks(name, &typed, found));
        view! {
            <PeoplePicker>
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    type="text"
                    value=typed.clone()
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="200"
                    data-people=""
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=described
                />
                <small id=format!("{name}-hint")>{hint}</small>
                {error}
                <div class="found" aria-live="polite">{list}</div>
            </PeoplePicker>
        }
        .into_any()
    }
}

/// The people to choose from, for what was typed.
pub fn picks(name: &str, typed: &str, found: &[PersonFound]) -> AnyView {
    if found.is_empty() {
        return view! { <p class="lead">"Nobody has a name or an address that begins like this."</p> }.into_any();
    }
    let only = found.len() == 1;
    let rows: Vec<_> = found
        .iter()
        .map(|person| {
            let guest = person.user_type == UserType::Guest;
            let note = guest.then(|| view! { <span class="chip plain">"Guest"</span> });
            view! {
                <li>
                    <label class="pick">
                        // With what was typed, so that a choice does not outlive a change of the field.
                        <input type="radio" name=format!("{name}_chosen") value=format!("{}:{typed}", person.id) checked=only/>
                        {face(person.id, &person.name, guest, "")}
                        <span><b>{person.name.clone()}</b><small>{person.address.clone()}</small></span>
                        {note}
                    </label>
                </li>
            }
        })
        .collect();
    let more = (found.len() >= MOST_FOUND)
        .then(|| view! { <p class="lead">{icon("search", 15)}"There may be more: type more of the name."</p> });
    view! {
        <fieldset class="picks-list">
            <legend>"Choose one"</legend>
            <div class="scroll"><ul>{rows}</ul></div>
            {more}
        </fieldset>
    }
    .into_any()
}
