//! The browser's half: the chips are the state, and what is sent with the form is read from them.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::prelude::{TimeoutHandle, document, set_timeout, set_timeout_with_handle};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlFormElement, HtmlTextAreaElement, KeyboardEvent};

/// Where addresses are checked.
const CHECK: &str = "/api/invitations/check";
/// How long after the last key what is typed is checked.
const PAUSE: Duration = Duration::from_millis(500);

/// The parts of the field.
struct Chips {
    field: HtmlTextAreaElement,
    list: Element,
    status: Element,
    form: HtmlFormElement,
    pause: RefCell<Option<TimeoutHandle>>,
}

/// Finds the field and brings it to life. A page without one stays as it is.
pub(super) fn wake() {
    let Some(chips) = Chips::find() else { return };
    let chips = Rc::new(chips);
    let on = |target: &EventTarget, name: &str, act: fn(&Rc<Chips>, Event)| {
        let chips = chips.clone();
        let listener = Closure::<dyn Fn(Event)>::new(move |event| act(&chips, event));
        // Lives as long as the page.
        let _ = target.add_event_listener_with_callback(name, listener.into_js_value().unchecked_ref());
    };
    on(&chips.field, "input", |chips, _| chips.typed());
    on(&chips.field, "keydown", |chips, event| chips.pressed(&event));
    on(&chips.field, "paste", |chips, _| {
        let chips = chips.clone();
        set_timeout(move || chips.take(), Duration::ZERO);
    });
    on(&chips.field, "blur", |chips, _| {
        // A chip must not move the button that is being pressed.
        if !chips.form.has_attribute("data-pressing") {
            chips.take();
        }
    });
    on(&chips.form, "pointerdown", |chips, event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.is_some_and(|target| target.closest("button, a").is_ok_and(|found| found.is_some()));
        let _ = chips.form.toggle_attribute_with_force("data-pressing", button);
    });
    on(&chips.list, "click", |chips, event| chips.clicked(&event));
    on(&chips.form, "formdata", |chips, event| {
        let data = js_sys::Reflect::get(&event, &"formData".into()).ok();
        if let Some(data) = data.and_then(|data| data.dyn_into::<web_sys::FormData>().ok()) {
            let _ = data.set_with_str(&chips.field.name(), &chips.all());
        }
    });
    on(&chips.form, "change", |chips, event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if target.is_some_and(|target| target.name().ends_with("[]")) {
            chips.again();
        }
    });
    let _ = chips.list.remove_attribute("hidden");
    // A list that came back with its errors; a single address stays in the field, where its error is.
    if chips.field.value().trim().contains(['\n', ',', ';']) {
        if let Some(told) = document().get_element_by_id("address-list") {
            told.remove();
        }
        chips.take();
    }
}

impl Chips {
    fn find() -> Option<Self> {
        let field: HtmlTextAreaElement = document().get_element_by_id("address")?.dyn_into().ok()?;
        Some(Self {
            form: field.form()?,
            field,
            list: document().get_element_by_id("chips")?,
            status: document().get_element_by_id("address-status")?,
            pause: RefCell::new(None),
        })
    }

    /// Every chip's text and what is still in the field: what the form sends.
    fn all(&self) -> String {
        let mut texts = self.texts();
        texts.push(self.field.value());
        texts.join("\n").trim().to_owned()
    }

    fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(|item| item.get_attribute("data-text")).collect()
    }

    fn items(&self) -> Vec<Element> {
        let children = self.list.children();
        (0..children.length()).filter_map(|index| children.item(index)).collect()
    }

    fn typed(self: &Rc<Self>) {
        let text = self.field.value();
        // A list goes on after a separator; a comma within a name has no address before it.
        if text.contains('@') && text.trim_end_matches(' ').ends_with([',', ';', '\n']) {
            self.take();
            return;
        }
        self.say("");
        let chips = self.clone();
        let handle = set_timeout_with_handle(move || chips.look(), PAUSE).ok();
        if let Some(Some(old)) =
            self.pause.try_borrow_mut().ok().map(|mut pause| std::mem::replace(&mut *pause, handle))
        {
            old.clear();
        }
    }

    /// A moment after the last key: says what would become of what is typed, without touching it.
    fn look(self: &Rc<Self>) {
        let text = self.field.value();
        if !text.contains('@') {
            return;
        }
        let chips = self.clone();
        leptos::task::spawn_local(async move {
            let answer = chips.check(&text).await;
            if let (Ok(found), true) = (answer, chips.field.value() == text) {
                let said: Vec<_> = found.iter().map(|one| word(&one.standing)).collect();
                chips.show(&said.join(" "));
            }
        });
    }

    fn pressed(self: &Rc<Self>, event: &Event) {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        match key.key().as_str() {
            "Enter" if !key.is_composing() => {
                event.prevent_default();
                self.take();
            }
            "Backspace" if self.field.value().is_empty() => {
                if let Some(last) = self.items().pop() {
                    event.prevent_default();
                    self.back(&last);
                }
            }
            _ => {}
        }
    }

    /// Takes a chip back into the field, selected: another key replaces it.
    fn back(self: &Rc<Self>, item: &Element) {
        self.field.set_value(&item.get_attribute("data-text").unwrap_or_default());
        self.remove(item);
        let _ = self.field.focus();
        self.field.select();
    }

    fn clicked(self: &Rc<Self>, event: &Event) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let Ok(Some(item)) = target.closest("li") else { return };
        if target.closest("button").is_ok_and(|found| found.is_some()) {
            // The next button gets the focus, or the field after the last one.
            let next = item.next_element_sibling().and_then(|next| next.query_selector("button").ok().flatten());
            self.remove(&item);
            match next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
                Some(next) => drop(next.focus()),
                None => drop(self.field.focus()),
            }
        } else if self.field.value().is_empty() {
            self.back(&item);
        }
    }

    fn remove(self: &Rc<Self>, item: &Element) {
        let text = item.get_attribute("data-text").unwrap_or_default();
        item.remove();
        self.say(&word("removed").replace("{}", &text));
        self.changed();
    }

    /// Makes chips of what is in the field.
    fn take(self: &Rc<Self>) {
        let text = self.field.value().trim().trim_matches([',', ';']).trim().to_owned();
        if text.is_empty() {
            return;
        }
        self.field.set_value("");
        // There at once, so that nothing is lost if the form leaves before the answer is here.
        let waiting = self.chip(&text, "", "checking");
        let _ = self.list.append_child(&waiting);
        self.changed();
        let chips = self.clone();
        leptos::task::spawn_local(async move {
            let answer = chips.check(&text).await;
            if waiting.parent_node().is_none() {
                return;
            }
            match answer {
                Ok(found) => chips.replace(&waiting, &found),
                // It goes back where it can be put right; the server has the last word.
                Err(code) if !code.is_empty() && chips.field.value().is_empty() => {
                    chips.back(&waiting);
                    chips.show(&word(&code));
                }
                Err(_) => chips.mark(&waiting, ""),
            }
        });
    }

    /// Puts the entries that were found in the place of what was typed.
    fn replace(self: &Rc<Self>, waiting: &Element, found: &[Found]) {
        for one in found {
            let twice = self.items().iter().any(|item| {
                *item != *waiting
                    && one.address.is_some()
                    && item.get_attribute("data-address").map(|known| known.to_lowercase())
                        == one.address.as_ref().map(|new| new.to_lowercase())
            });
            if !twice {
                let chip = self.chip(&one.text, one.address.as_deref().unwrap_or_default(), &one.standing);
                let _ = self.list.insert_before(&chip, Some(waiting));
            }
        }
        waiting.remove();
        let said: Vec<_> = found.iter().map(|one| format!("{}: {}", one.text, word(&one.standing))).collect();
        self.say(&said.join(" "));
        self.changed();
    }

    /// Looks at every chip again, because what they are invited to has changed.
    fn again(self: &Rc<Self>) {
        let text = self.texts().join("\n");
        if text.is_empty() {
            return;
        }
        let chips = self.clone();
        leptos::task::spawn_local(async move {
            let Ok(found) = chips.check(&text).await else { return };
            for item in chips.items() {
                let text = item.get_attribute("data-text").unwrap_or_default();
                if let Some(one) = found.iter().find(|one| one.text == text) {
                    chips.mark(&item, &one.standing);
                }
            }
        });
    }

    fn chip(&self, text: &str, address: &str, standing: &str) -> Element {
        let make = |name: &str| document().create_element(name).unwrap_or_else(|_| self.list.clone());
        let (item, label, note, button) = (make("li"), make("b"), make("small"), make("button"));
        let _ = item.set_attribute("data-text", text);
        let _ = item.set_attribute("data-address", address);
        label.set_text_content(Some(if address.is_empty() { text } else { address }));
        let _ = button.set_attribute("type", "button");
        let _ = button.set_attribute("aria-label", &word("remove").replace("{}", text));
        let _ = item.append_with_node_3(&label, &note, &button);
        self.mark(&item, standing);
        item
    }

    fn mark(&self, item: &Element, standing: &str) {
        let _ = item.set_attribute("data-standing", if TONES.contains(&standing) { standing } else { "refused" });
        if standing.is_empty() {
            let _ = item.remove_attribute("data-standing");
        }
        if let Ok(Some(note)) = item.query_selector("small") {
            note.set_text_content(Some(&word(standing)));
        }
    }

    /// Asks the server, which alone reads addresses. Where it refuses as a whole, its code; empty without an answer.
    async fn check(&self, text: &str) -> Result<Vec<Found>, String> {
        self.ask(text).await.unwrap_or_else(|_| Err(String::new()))
    }

    async fn ask(&self, text: &str) -> Result<Result<Vec<Found>, String>, JsValue> {
        let body = web_sys::UrlSearchParams::new()?;
        let data = web_sys::FormData::new_with_form(&self.form)?;
        for name in ["group", "groups[]", "apps[]"] {
            for value in data.get_all(name).iter().filter_map(|value| value.as_string()) {
                body.append(name, &value);
            }
        }
        body.append("address", text);
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_body(&body);
        let answer = JsFuture::from(leptos::prelude::window().fetch_with_str_and_init(CHECK, &init)).await?;
        let answer: web_sys::Response = answer.dyn_into()?;
        let json = JsFuture::from(answer.json()?).await?;
        if !answer.ok() {
            return Ok(Err(text_of(&json, "code")));
        }
        let found = js_sys::Array::from(&json).iter().map(|one| Found::read(&one)).collect();
        Ok(Ok(found))
    }

    /// Says what chips show already, to those who hear the page.
    fn say(&self, text: &str) {
        let _ = self.status.toggle_attribute_with_force("data-spoken", true);
        self.status.set_text_content(Some(text));
    }

    /// Says what stands nowhere else.
    fn show(&self, text: &str) {
        let _ = self.status.toggle_attribute_with_force("data-spoken", false);
        self.status.set_text_content(Some(text));
    }

    /// Tells the page that the list has changed: an empty field is fine while there are chips, and the preview follows.
    fn changed(&self) {
        self.field.set_required(self.list.child_element_count() == 0);
        if let Some(live) = self.form.parent_element() {
            let init = web_sys::EventInit::new();
            init.set_bubbles(true);
            if let Ok(event) = Event::new_with_event_init_dict("input", &init) {
                let _ = live.dispatch_event(&event);
            }
        }
    }
}

/// What is known of one entry.
struct Found {
    text: String,
    address: Option<String>,
    /// The standing, or the code of its refusal.
    standing: String,
}

impl Found {
    fn read(json: &JsValue) -> Self {
        let standing = js_sys::Reflect::get(json, &"standing".into()).unwrap_or_default();
        let code = text_of(&standing, "code");
        Self {
            text: text_of(json, "text"),
            address: Some(text_of(json, "address")).filter(|address| !address.is_empty()),
            standing: if code.is_empty() { text_of(&standing, "is") } else { code },
        }
    }
}

/// Standings that are no refusals.
const TONES: &[&str] = &["checking", "new", "known", "invited", "hasAll", "noMail"];

fn text_of(json: &JsValue, key: &str) -> String {
    js_sys::Reflect::get(json, &key.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// What the page says for a standing, a code, or something done.
fn word(name: &str) -> String {
    let words = document().query_selector_all("#chip-words > li").ok();
    let find = |wanted: &str| {
        let words = words.as_ref()?;
        (0..words.length())
            .filter_map(|index| words.get(index).and_then(|node| node.dyn_into::<Element>().ok()))
            .find(|item| item.get_attribute("data-is").as_deref() == Some(wanted))
            .and_then(|item| item.text_content())
    };
    if name.is_empty() {
        return String::new();
    }
    find(name).or_else(|| find("refused")).unwrap_or_default()
}
