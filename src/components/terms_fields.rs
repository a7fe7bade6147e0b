//! The options of an invitation, folded away until somebody wants them or one of them is wrong.

use leptos::prelude::*;

use super::field;
use crate::{
    directory::saved_forms::SavedForm,
    model::{Language, Refusal, settings::Settings},
};

/// The names of the fields, which are their ids, too.
pub const NAMES: [&str; 6] = ["until", "days", "language", "sponsor", "cc", "landing"];

/// The options, with what was typed before.
pub fn fields(saved: Option<&SavedForm>, settings: &Settings) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let value = |name: &str| saved.and_then(|saved| saved.value(name)).unwrap_or_default().to_owned();
    let without_mail = !value("without_mail").is_empty();
    let open = without_mail || NAMES.iter().any(|name| !value(name).is_empty() || field::is_refused(refusal, name));
    let chosen = value("language");
    let languages: Vec<_> = Language::ALL
        .iter()
        .map(|language| {
            let tag = language.as_str();
            view! { <option value=tag lang=tag selected=chosen == tag>{language.endonym()}</option> }
        })
        .collect();
    let days = settings.invitations.valid_days;
    view! {
        <details class="options" open=open>
            <summary>"Options"</summary>
            <div class="fields">
                {text(refusal, Field {
                    name: "until",
                    label: "Access until",
                    hint: "The last day. Empty: no end.".to_owned(),
                    kind: "date",
                    placeholder: String::new(),
                    value: value("until"),
                })}
                {text(refusal, Field {
                    name: "days",
                    label: "Invitation valid for (days)",
                    hint: "Then it can no longer be accepted.".to_owned(),
                    kind: "number",
                    placeholder: days.to_string(),
                    value: value("days"),
                })}
                <div class="field">
                    <label for="language">"Language of the mail"</label>
                    <select
                        id="language"
                        name="language"
                        aria-invalid=field::is_refused(refusal, "language").then_some("true")
                        aria-describedby=field::described_by(field::is_refused(refusal, "language"), "language")
                    >
                        <option value="">"Theirs, if we know it"</option>
                        {languages}
                    </select>
                    {field::error(refusal, "language", "language-error")}
                    <p class="hint" id="language-hint">{format!("Otherwise {}.", settings.organization.language.endonym())}</p>
                </div>
                {text(refusal, Field {
                    name: "sponsor",
                    label: "Sponsor",
                    hint: "The colleague who answers for them. Empty: you.".to_owned(),
                    kind: "text",
                    placeholder: settings
                        .organization
                        .first_domain()
                        .map_or_else(String::new, |domain| format!("name@{domain}")),
                    value: value("sponsor"),
                })}
                {text(refusal, Field {
                    name: "cc",
                    label: "Copy to",
                    hint: "Up to five addresses. They get no link.".to_owned(),
                    kind: "text",
                    placeholder: String::new(),
                    value: value("cc"),
                })}
                {text(refusal, Field {
                    name: "landing",
                    label: "Where they land afterwards",
                    hint: "The address of an app. Empty: their apps.".to_owned(),
                    kind: "url",
                    placeholder: "https://".to_owned(),
                    value: value("landing"),
                })}
                <label class="check whole">
                    <input type="checkbox" name="without_mail" value="1" checked=without_mail/>
                    <span>"Do not send a mail; I hand the link over myself"</span>
                </label>
            </div>
        </details>
    }
    .into_any()
}

struct Field {
    name: &'static str,
    label: &'static str,
    hint: String,
    kind: &'static str,
    placeholder: String,
    value: String,
}

fn text(refusal: Option<&Refusal>, of: Field) -> AnyView {
    let Field { name, label, hint, kind, placeholder, value } = of;
    let refused = field::is_refused(refusal, name);
    let number = kind == "number";
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                autocomplete="off"
                spellcheck="false"
                maxlength=(kind != "date" && !number).then_some("500")
                min=number.then_some("1")
                max=number.then_some("365")
                inputmode=number.then_some("numeric")
                placeholder=placeholder
                value=value
                aria-invalid=refused.then_some("true")
                aria-describedby=field::described_by(refused, name)
            />
            {field::error(refusal, name, error_id(name))}
            <p class="hint" id=format!("{name}-hint")>{hint}</p>
        </div>
    }
    .into_any()
}

/// The id of a field's error.
fn error_id(name: &str) -> &'static str {
    match name {
        "until" => "until-error",
        "days" => "days-error",
        "sponsor" => "sponsor-error",
        "cc" => "cc-error",
        _ => "landing-error",
    }
}
