//! `/apps/new`: an app that an administrator makes.

use leptos::prelude::*;

use super::{
    super::{page, query},
    settings::Filled,
};
use crate::{
    api,
    components::{
        field,
        frame::{Place, inside},
        icon::icon,
        notice,
        text_area::TextArea,
    },
    model::{Code, app_form::LONGEST_URL, names, settings::LONGEST_TEXT},
};

/// The form.
#[component]
pub fn NewAppPage() -> impl IntoView {
    let again = query("again");
    page(async move |site| {
        if !site.visitor.as_ref().ok_or(Code::Unauthenticated)?.is_administrator() {
            return Err(Code::Forbidden.into());
        }
        let saved = api::forms::again("app-new", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let filled = Filled { saved: saved.as_ref() };
        let refused = refusal.map(|refusal| {
            let fields = ["name", "description", "url"];
            let field = fields.into_iter().find(|known| Some(*known) == refusal.field.as_deref());
            notice::refused(refusal, field)
        });
        let bad = |name: &str| field::is_refused(refusal, name);
        let (bad_name, bad_url) = (bad("name"), bad("url"));
        let title = if saved.is_some() { "Error: New app" } else { "New app" };
        let content = view! {
            {refused}
            <a class="back" href="/apps/managed">{icon("back", 16)}"Apps you run"</a>
            <div class="headline">
                <div class="text">
                    <h1>"New app"</h1>
                    <p class="lead">"Anything that people open in a browser. Who has it, who runs it and how it signs people in comes next."</p>
                </div>
            </div>
            <form class="panel" method="post" action="/api/apps/create">
                <div class="body">
                    <div class="field">
                        <label for="name">"Name"</label>
                        <input
                            id="name"
                            name="name"
                            value=filled.text("name", "")
                            required
                            maxlength=names::LONGEST.to_string()
                            autocomplete="off"
                            aria-invalid=bad_name.then_some("true")
                            aria-describedby=bad_name.then_some("name-error")
                        />
                        {field::error(refusal, "name", "name-error")}
                    </div>
                    <div class="field">
                        <label for="url">"Address"</label>
                        <input
                            id="url"
                            name="url"
                            type="url"
                            value=filled.text("url", "")
                            required
                            maxlength=LONGEST_URL.to_string()
                            autocomplete="off"
                            spellcheck="false"
                            aria-invalid=bad_url.then_some("true")
                            aria-describedby=field::described_by(bad_url, "url")
                        />
                        {field::error(refusal, "url", "url-error")}
                        <p class="hint" id="url-hint">"Where it opens: the whole web address, beginning with https://."</p>
                    </div>
                    <div class="field">
                        <label for="description">"Description"</label>
                        <TextArea
                            name="description"
                            value=filled.text("description", "")
                            rows=2
                            max=LONGEST_TEXT
                            described_by=field::described_by(bad("description"), "description")
                            invalid=bad("description")
                        />
                        {field::error(refusal, "description", "description-error")}
                        <p class="hint" id="description-hint">"One line is best: it stands on the tile."</p>
                    </div>
                    <div class="actions">
                        <button class="primary">"Create app"</button>
                        <a class="button quiet" href="/apps/managed">"Cancel"</a>
                    </div>
                </div>
            </form>
        };
        Ok(inside(&site, title, Place::Apps, true, content.into_any()))
    })
}
