//! `/apps/{id}/settings`: what an app says, whom it takes, how it can be asked for, and who runs it.

use leptos::prelude::*;

use super::{
    super::{id_in_path, page, query},
    Tab, top,
};
use crate::{
    api,
    components::{
        faces::{face, picture},
        field,
        frame::{Place, inside},
        notice,
        people_picker::Picker,
        text_area::TextArea,
    },
    directory::saved_forms::SavedForm,
    model::{
        Code, Refusal,
        app_form::{LONGEST_URL, lines},
        managed::{AppHead, AppSettings},
        names,
        settings::{LONGEST_TEXT, MOST_APPROVERS},
        view::{PersonFound, PersonName},
    },
};

/// Longest list of domains that can be typed, in characters.
const LONGEST_DOMAINS: usize = 10_000;

/// All settings of an app.
#[component]
pub fn AppSettingsPage() -> impl IntoView {
    let id = id_in_path("id");
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let app = api::apps::settings(id?).await?;
        let key = again.as_deref();
        let edited = api::forms::again("app-edit", key).await;
        let other = api::forms::again("app", key).await;
        let approver = Adding::read("approver", "app-approver", key).await?;
        let owner = Adding::read("owner", "app-owner", key).await?;
        let pictured = api::forms::again("picture", key).await;
        let refusal = [&edited, &other, &pictured].into_iter().flatten().map(|saved| &saved.refusal).next();
        let refusal = refusal.or_else(|| approver.wrong()).or_else(|| owner.wrong());
        let title = format!("Settings: {}", app.head.name);
        let title = if refusal.is_some() { format!("Error: {title}") } else { title };
        let flash = done.as_deref().and_then(flash).map(notice::done);
        let content = view! {
            {flash}
            {refusal.map(|refusal| notice::refused(refusal, refused_field(refusal)))}
            {top(&app.head, Tab::Settings, ().into_any())}
            <div class="sides">
                <div class="stack">{form(&app, edited.as_ref())}</div>
                <aside aria-label="Who runs it, and how it looks">
                    {people(&app.head, &PeopleOf::owners(&app), owner)}
                    {people(&app.head, &PeopleOf::approvers(&app), approver)}
                    {logo(&app.head, pictured.as_ref())}
                    {switch(&app.head)}
                </aside>
            </div>
        };
        Ok(inside(&site, &title, Place::Apps, false, content.into_any()))
    })
}

fn flash(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => "Saved.",
        "created" => {
            "Made. Nobody has it yet: say what is missing here, then how it signs people in, and give it to somebody."
        }
        "on" => "Switched on. It opens again for everybody who has it.",
        "off" => "Switched off. It opens for nobody until it is switched on again.",
        "owner-added" => "They own this app from now on, and have been told.",
        "owner-removed" => "They no longer own this app.",
        "approver-added" => "They decide about requests from now on, and have been told.",
        "approver-removed" => "They no longer decide about requests.",
        "picture" => "Saved. The new picture is in use everywhere.",
        _ => return None,
    })
}

/// The field that a refusal is about, by its id.
fn refused_field(refusal: &Refusal) -> Option<&'static str> {
    let field = refusal.field.as_deref()?;
    ["name", "description", "url", "allow", "deny", "join_group", "owner", "approver", "picture"]
        .into_iter()
        .find(|known| *known == field)
}

/// What is in the form: as it was typed, or as it is.
pub(super) struct Filled<'a> {
    pub saved: Option<&'a SavedForm>,
}

impl Filled<'_> {
    pub fn text(&self, name: &str, stored: &str) -> String {
        self.saved.map_or(stored, |saved| saved.value(name).unwrap_or_default()).to_owned()
    }

    pub fn flag(&self, name: &str, stored: bool) -> bool {
        self.saved.map_or(stored, |saved| saved.value(name).is_some_and(|text| !text.is_empty()))
    }
}

fn form(app: &AppSettings, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let filled = Filled { saved };
    let stored = &app.form;
    let bad = |name: &str| field::is_refused(refusal, name);
    let (bad_name, bad_url) = (bad("name"), bad("url"));
    let check = |name: &'static str, stored: bool, label: &'static str| {
        let on = filled.flag(name, stored);
        view! {
            <label class="check"><input type="checkbox" name=name value="1" checked=on/><span>{label}</span></label>
        }
    };
    let lines_of =
        |name: &'static str, label: &'static str, stored: String, hint: &'static str, error: &'static str| {
            let wrong = bad(name);
            view! {
                <div class="field">
                    <label for=name>{label}</label>
                    <TextArea
                        name=name
                        value=filled.text(name, &stored)
                        rows=2
                        max=LONGEST_DOMAINS
                        described_by=field::described_by(wrong, name)
                        invalid=wrong
                    />
                    {field::error(refusal, name, error)}
                    <p class="hint" id=format!("{name}-hint")>{hint}</p>
                </div>
            }
            .into_any()
        };
    view! {
        <form class="panel settings" method="post" action="/api/apps/edit" aria-label="Settings">
            <input type="hidden" name="app" value=app.head.id.to_string()/>
            <fieldset>
                <legend>"What it is"</legend>
                <div class="field">
                    <label for="name">"Name"</label>
                    <input
                        id="name"
                        name="name"
                        value=filled.text("name", &stored.name)
                        required
                        maxlength=names::LONGEST.to_string()
                        autocomplete="off"
                        aria-invalid=bad_name.then_some("true")
                        aria-describedby=bad_name.then_some("name-error")
                    />
                    {field::error(refusal, "name", "name-error")}
                </div>
                <div class="field">
                    <label for="description">"Description"</label>
                    <TextArea
                        name="description"
                        value=filled.text("description", &stored.description)
                        rows=2
                        max=LONGEST_TEXT
                        described_by=field::described_by(bad("description"), "description")
                        invalid=bad("description")
                    />
                    {field::error(refusal, "description", "description-error")}
                    <p class="hint" id="description-hint">"One line is best: it stands on the tile."</p>
                </div>
                <div class="field">
                    <label for="url">"Address"</label>
                    <input
                        id="url"
                        name="url"
                        type="url"
                        value=filled.text("url", &stored.url)
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
                {check("hidden", stored.hidden, "Leave it off everybody's panel (it still opens by its address here)")}
            </fieldset>
            <fieldset>
                <legend>"Guests"</legend>
                {check("accepts_guests", stored.accepts_guests, "Guests can be invited to it")}
                {lines_of("allow", "Only from these domains", lines(&stored.domains.allow), "One a line. Empty: any that the organization allows. .example.com also means its subdomains.", "allow-error")}
                {lines_of("deny", "Never from these domains", lines(&stored.domains.deny), "One a line. These rules are beside those of the organization, never instead of them.", "deny-error")}
            </fieldset>
            <fieldset>
                <legend>"Asking for it"</legend>
                {check("requestable", stored.requestable, "People can find it and ask for it")}
                {check("needs_approval", stored.needs_approval, "Somebody has to approve")}
                {join_group(app, &filled, refusal)}
            </fieldset>
            <div class="actions"><button class="primary">"Save"</button></div>
        </form>
    }
    .into_any()
}

fn join_group(app: &AppSettings, filled: &Filled<'_>, refusal: Option<&Refusal>) -> AnyView {
    let stored = app.form.join_group.map(|id| id.to_string()).unwrap_or_default();
    let chosen = filled.text("join_group", &stored);
    let wrong = field::is_refused(refusal, "join_group");
    let options: Vec<_> = app
        .groups
        .iter()
        .map(|group| {
            let id = group.id.to_string();
            view! { <option value=id.clone() selected=id == chosen>{group.name.clone()}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for="join_group">"Whoever is approved"</label>
            <select
                id="join_group"
                name="join_group"
                aria-invalid=wrong.then_some("true")
                aria-describedby=field::described_by(wrong, "join_group")
            >
                <option value="" selected=chosen.is_empty()>"Is given the app directly"</option>
                <optgroup label="Joins a group of yours">{options}</optgroup>
            </select>
            {field::error(refusal, "join_group", "join_group-error")}
            <p class="hint" id="join_group-hint">"A group that does not give this app yet is given it when you save."</p>
        </div>
    }
    .into_any()
}

/// A form that adds somebody, as it came back.
struct Adding {
    saved: Option<SavedForm>,
    typed: String,
    found: Vec<PersonFound>,
}

impl Adding {
    async fn read(field: &str, form: &str, key: Option<&str>) -> Result<Self, Refusal> {
        let saved = api::forms::again(form, key).await;
        let typed = saved.as_ref().and_then(|saved| saved.value(field)).unwrap_or_default().to_owned();
        let found = if typed.trim().is_empty() { Vec::new() } else { api::people::find(&typed).await? };
        Ok(Self { saved, typed, found })
    }

    /// Why it was refused, unless several people fit, which is no mistake.
    fn wrong(&self) -> Option<&Refusal> {
        let refusal = self.saved.as_ref().map(|saved| &saved.refusal)?;
        (refusal.code != Code::PersonUnknown || self.found.is_empty()).then_some(refusal)
    }
}

/// One of the short lists of people.
struct PeopleOf<'a> {
    id: &'static str,
    title: &'static str,
    path: &'static str,
    action: &'static str,
    field: &'static str,
    label: &'static str,
    none: &'static str,
    button: &'static str,
    full: bool,
    people: &'a [PersonName],
}

impl<'a> PeopleOf<'a> {
    fn owners(app: &'a AppSettings) -> Self {
        Self {
            id: "owners",
            title: "Owners",
            path: "owners",
            action: "/api/apps/owner",
            field: "owner",
            label: "Another owner",
            none: "Nobody owns this app. Administrators run it.",
            button: "Add owner",
            full: false,
            people: &app.owners,
        }
    }

    fn approvers(app: &'a AppSettings) -> Self {
        Self {
            id: "approvers",
            title: "Approvers",
            path: "approvers",
            action: "/api/apps/approver",
            field: "approver",
            label: "Another approver",
            none: "Nobody in particular: the owners decide about requests.",
            button: "Add approver",
            full: app.approvers.len() >= MOST_APPROVERS,
            people: &app.approvers,
        }
    }
}

fn people(head: &AppHead, of: &PeopleOf<'_>, adding: Adding) -> AnyView {
    let rows: Vec<_> = of
        .people
        .iter()
        .map(|person| {
            let remove = format!("/apps/{}/{}/{}/remove", head.id, of.path, person.id);
            let label = format!("Remove {} from the {}", person.name, of.path);
            view! {
                <li>
                    <div class="who">{face(person.id, &person.name, false, "")}<div><b>{person.name.clone()}</b></div></div>
                    <form class="acts" method="get" action=remove><button class="quiet danger" aria-label=label>"Remove"</button></form>
                </li>
            }
        })
        .collect();
    let none = rows.is_empty().then(|| view! { <div class="body"><p class="lead">{of.none}</p></div> });
    let list = (!rows.is_empty()).then(|| view! { <ul class="rows tight">{rows}</ul> });
    let refusal = adding.saved.as_ref().map(|saved| &saved.refusal);
    let add = if of.full {
        view! { <div class="body"><p class="lead">"There are ten, which is as many as there can be."</p></div> }
            .into_any()
    } else {
        let picker = Picker {
            name: of.field,
            label: of.label,
            hint: "By name or address",
            typed: &adding.typed,
            found: &adding.found,
            refusal,
        };
        view! {
            <form class="body adding" method="post" action=of.action>
                <input type="hidden" name="app" value=head.id.to_string()/>
                {picker.view()}
                <div class="actions"><button>{of.button}</button></div>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby=of.id>
            <header><h2 id=of.id>{of.title}</h2></header>
            {none}{list}{add}
        </section>
    }
    .into_any()
}

fn logo(head: &AppHead, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let bad = field::is_refused(refusal, "picture");
    let remove = head.picture_id.is_some().then(|| {
        view! { <button class="quiet" name="remove" value="1">"Remove the picture"</button> }
    });
    view! {
        <section class="panel" aria-labelledby="logo">
            <header><h2 id="logo">"Logo"</h2></header>
            <form class="body" method="post" action=format!("/apps/{}/picture", head.id) enctype="multipart/form-data">
                <div class="who">
                    {picture(head.id, &head.name, head.picture_id, "")}
                    <div class="field">
                        <label for="picture">"Picture"</label>
                        <input id="picture" name="picture" type="file" accept="image/png,image/jpeg,image/webp" aria-invalid=bad.then_some("true") aria-describedby=field::described_by(bad, "picture")/>
                        {field::error(refusal, "picture", "picture-error")}
                    </div>
                </div>
                <p class="hint" id="picture-hint"><small>"PNG, JPEG or WebP, up to 2 MB. Square is best."</small></p>
                <div class="actions"><button>"Use this picture"</button>{remove}</div>
            </form>
        </section>
    }
    .into_any()
}

fn switch(head: &AppHead) -> AnyView {
    let (words, act) = if head.enabled {
        let act = view! {
            <form method="get" action=format!("/apps/{}/off", head.id)><button class="danger">"Switch off"</button></form>
        };
        ("Nobody opens an app that is off. Everybody keeps it.", act.into_any())
    } else {
        let act = view! {
            <form method="post" action="/api/apps/switch">
                <input type="hidden" name="app" value=head.id.to_string()/>
                <input type="hidden" name="on" value="1"/>
                <button class="primary">"Switch on"</button>
            </form>
        };
        ("This app is switched off. It opens for nobody.", act.into_any())
    };
    view! {
        <section class="panel" aria-labelledby="switch">
            <header><h2 id="switch">{if head.enabled { "Switch off" } else { "Switched off" }}</h2></header>
            <div class="body"><p class="lead">{words}</p><div class="actions">{act}</div></div>
        </section>
    }
    .into_any()
}
