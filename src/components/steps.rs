//! Buttons that move a row of a list: they work without JavaScript, and keep the focus either way.

use leptos::prelude::*;
use uuid::Uuid;

use super::icon::icon;
use crate::model::order::Step;

/// The row that was moved when the page was asked for, and by which button.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moved {
    /// The row.
    pub item: Option<Uuid>,
    /// The button, if it was one.
    pub by: Option<Step>,
}

impl Moved {
    /// Reads it from the query of a page: `moved` and `to`.
    pub fn read(item: Option<String>, by: Option<String>) -> Self {
        Self { item: item.and_then(|item| item.parse().ok()), by: by.and_then(|by| by.parse().ok()) }
    }
}

/// The id of the element that says where a row went.
const STATUS: &str = "moved";

/// Says where the row went; empty while none was moved. The island writes into the same element.
pub fn status(moved: Moved, rows: &[(Uuid, &str)], before: usize, of: usize) -> AnyView {
    let place = moved.item.and_then(|item| rows.iter().position(|(id, _)| *id == item));
    let text = place.and_then(|place| Some((place + 1 + before, rows.get(place)?.1)));
    let text = text.map(|(place, name)| format!("{name}: now {place} of {of}."));
    view! { <p class="spoken" id=STATUS role="status">{text}</p> }.into_any()
}

/// The four buttons of a row. They stand in a form that says what is moved; `name` is what the row is called.
pub fn steps(id: Uuid, name: &str, moved: Moved) -> AnyView {
    let button = |step: Step, drawn: &'static str, label: String| {
        let pressed = moved.item == Some(id) && moved.by == Some(step);
        view! {
            <button
                class="quiet icon"
                name="to"
                value=step.as_str()
                title=title(step)
                aria-label=label
                autofocus=pressed
                aria-describedby=pressed.then_some(STATUS)
            >
                {icon(drawn, 16)}
            </button>
        }
    };
    view! {
        {button(Step::First, "first", format!("Move {name} to the front"))}
        {button(Step::Up, "up", format!("Move {name} up"))}
        {button(Step::Down, "down", format!("Move {name} down"))}
        {button(Step::Last, "last", format!("Move {name} to the end"))}
    }
    .into_any()
}

const fn title(step: Step) -> &'static str {
    match step {
        Step::First => "To the front",
        Step::Up => "Up",
        Step::Down => "Down",
        Step::Last => "To the end",
    }
}

/// What a row is dragged by; there once the island works. The buttons do the same for everybody else.
pub fn handle() -> AnyView {
    view! { <span class="handle awake" aria-hidden="true">{icon("drag", 18)}</span> }.into_any()
}
