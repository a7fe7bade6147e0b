//! The browser's half: moves rows at once, tells the server, and goes back to what the server knows if that fails.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget, HtmlElement, PointerEvent};

/// How near to the edge of the window, in pixels, dragging scrolls.
const EDGE: i32 = 72;

/// A row in somebody's hand.
struct Drag {
    row: Element,
    /// The row that it stood before, to put it back.
    before: Option<Element>,
}

type Held = Rc<RefCell<Option<Drag>>>;

pub(super) fn wake() {
    let Ok(Some(root)) = document().query_selector(".arranged") else { return };
    let held: Held = Rc::default();
    let on = |target: &EventTarget, name: &str, act: fn(&Held, &Event)| {
        let held = held.clone();
        let listener = Closure::<dyn Fn(Event)>::new(move |event| act(&held, &event));
        // Lives as long as the page.
        let _ = target.add_event_listener_with_callback(name, listener.into_js_value().unchecked_ref());
    };
    on(&root, "submit", |_, event| submitted(event));
    on(&root, "pointerdown", taken);
    on(&root, "pointermove", carried);
    on(&root, "pointerup", dropped);
    on(&root, "pointercancel", |held, _| put_back(held));
    on(&document(), "keydown", |held, event| {
        if js_sys::Reflect::get(event, &"key".into()).is_ok_and(|key| key == "Escape") {
            put_back(held);
        }
    });
}

fn row_of(event: &Event, part: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(part).ok()??.closest("li[data-id]").ok()?
}

/// A button was pressed: the row moves now, and the focus stays.
fn submitted(event: &Event) {
    let Some(row) = row_of(event, "form") else { return };
    let Ok(Some(button)) =
        js_sys::Reflect::get(event, &"submitter".into()).map(|found| found.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let (Some(list), Some(to)) = (row.parent_element(), button.get_attribute("value")) else { return };
    let beside = match to.as_str() {
        "up" => row.previous_element_sibling(),
        "down" => row.next_element_sibling(),
        "first" => list.first_element_child(),
        "last" => list.last_element_child(),
        // Another button of that form, such as one that removes the row.
        _ => return,
    };
    if button.get_attribute("name").as_deref() != Some("to") {
        return;
    }
    let leads_out = match to.as_str() {
        "up" | "down" => beside.is_none(),
        _ => true,
    };
    if list.has_attribute("data-part") && leads_out {
        return;
    }
    event.prevent_default();
    if let Some(beside) = beside.filter(|beside| *beside != row) {
        let _ = match to.as_str() {
            "up" | "first" => beside.before_with_node_1(&row),
            _ => beside.after_with_node_1(&row),
        };
        let _ = button.focus();
        send(&row, &to, "");
    }
    say(&row, &list);
}

fn taken(held: &Held, event: &Event) {
    let Some(row) = row_of(event, ".handle") else { return };
    let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
    event.prevent_default();
    if let Some(handle) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
        let _ = handle.set_pointer_capture(pointer.pointer_id());
    }
    let _ = row.set_attribute("data-held", "");
    let before = row.next_element_sibling();
    *held.borrow_mut() = Some(Drag { row, before });
}

fn carried(held: &Held, event: &Event) {
    let held = held.borrow();
    let (Some(drag), Some(pointer)) = (&*held, event.dyn_ref::<PointerEvent>()) else { return };
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    let y = pointer.client_y();
    if y < EDGE {
        window().scroll_by_with_x_and_y(0.0, f64::from(y - EDGE) / 4.0);
    } else if f64::from(y + EDGE) > height {
        window().scroll_by_with_x_and_y(0.0, (f64::from(y + EDGE) - height) / 4.0);
    }
    let Some(list) = drag.row.parent_element() else { return };
    let rows = list.children();
    for index in 0..rows.length() {
        let Some(other) = rows.item(index).filter(|other| *other != drag.row) else { continue };
        let area = other.get_bounding_client_rect();
        let y = f64::from(y);
        if y < area.top() || y > area.bottom() {
            continue;
        }
        // Past its middle, so that rows of different heights do not flicker.
        let above = y < area.top() + area.height() / 2.0;
        let _ = if above { other.before_with_node_1(&drag.row) } else { other.after_with_node_1(&drag.row) };
        return;
    }
}

fn dropped(held: &Held, _: &Event) {
    let Some(Drag { row, before }) = held.borrow_mut().take() else { return };
    let _ = row.remove_attribute("data-held");
    let Some(list) = row.parent_element() else { return };
    if row.next_element_sibling() == before {
        return;
    }
    let (to, beside) = match (row.previous_element_sibling(), row.next_element_sibling()) {
        (Some(beside), _) => ("after", beside),
        (None, Some(beside)) => ("before", beside),
        (None, None) => return,
    };
    send(&row, to, &beside.get_attribute("data-id").unwrap_or_default());
    say(&row, &list);
}

fn put_back(held: &Held) {
    let Some(Drag { row, before }) = held.borrow_mut().take() else { return };
    let _ = row.remove_attribute("data-held");
    if let Some(list) = row.parent_element() {
        let _ = list.insert_before(&row, before.as_deref());
    }
}

/// Says to those who hear the page where the row is now.
fn say(row: &Element, list: &Element) {
    let rows = list.children();
    let place = (0..rows.length()).find(|index| rows.item(*index).is_some_and(|one| one == *row));
    let count = |name: &str| list.get_attribute(name).and_then(|text| text.parse::<u32>().ok());
    let (before, of) = (count("data-before").unwrap_or_default(), count("data-of").unwrap_or(rows.length()));
    if let (Some(place), Some(status)) = (place, document().get_element_by_id("moved")) {
        let name = row.get_attribute("data-name").unwrap_or_default();
        status.set_text_content(Some(&format!("{name}: now {} of {of}.", before + place + 1)));
    }
}

/// Posts what the row's form would have posted. If that fails, the page is loaded anew, with what the server knows.
fn send(row: &Element, to: &str, other: &str) {
    let (row, to, other) = (row.clone(), to.to_owned(), other.to_owned());
    leptos::task::spawn_local(async move {
        if !post(&row, &to, &other).await.unwrap_or(false) {
            let _ = window().location().reload();
        }
    });
}

async fn post(row: &Element, to: &str, other: &str) -> Result<bool, JsValue> {
    let Some(form) = row.query_selector("form")? else { return Ok(false) };
    let body = web_sys::UrlSearchParams::new()?;
    let fields = form.query_selector_all("input[type=hidden]")?;
    for index in 0..fields.length() {
        if let Some(field) = fields.get(index).and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            body.append(&field.name(), &field.value());
        }
    }
    body.append("to", to);
    body.append("other", other);
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&body);
    let path = form.get_attribute("action").unwrap_or_default();
    let answer = JsFuture::from(window().fetch_with_str_and_init(&path, &init)).await?;
    Ok(answer.dyn_into::<web_sys::Response>()?.ok())
}
