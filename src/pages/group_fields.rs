//! The fields that say what a group is like, for a new one and for one that is there.

use leptos::prelude::*;

use crate::{
    components::{field, text_area::TextArea},
    directory::saved_forms::SavedForm,
    model::{
        Refusal,
        groups::GroupForm,
        names,
        settings::{LONGEST_MEMBERSHIP, LONGEST_TEXT},
        state::JoinPolicy,
    },
};

/// The names of the fields that can be refused, which are their ids, too.
const NAMES: [&str; 6] = ["name", "purpose", "join_policy", "days", "allow", "deny"];

/// The field that a refusal is about, by its id.
pub(super) fn refused_field(refusal: &Refusal) -> Option<&'static str> {
    let field = refusal.field.as_deref()?;
    NAMES.into_iter().find(|known| *known == field)
}

/// The fields, with what was typed before, or what the group is like. Of a dynamic group, nobody says how people get in.
pub(super) fn fields(form: &GroupForm, saved: Option<&SavedForm>, dynamic: bool) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let text = |name: &str, own: String| saved.and_then(|saved| saved.value(name)).map_or(own, str::to_owned);
    let flag =
        |name: &str, own: bool| saved.map_or(own, |saved| saved.value(name).is_some_and(|value| !value.is_empty()));
    let list = |entries: &[crate::model::domains::DomainEntry]| {
        entries.iter().cloned().map(String::from).collect::<Vec<_>>().join("\n")
    };
    let policy = text("join_policy", form.join_policy.as_str().to_owned());
    let (bad_name, bad_purpose) = (field::is_refused(refusal, "name"), field::is_refused(refusal, "purpose"));
    let narrowed = !form.domains.is_open() || ["allow", "deny"].iter().any(|name| field::is_refused(refusal, name));
    let joining = (!dynamic).then(|| {
        let choices = [
            (JoinPolicy::Closed, "Owners add people", "Nobody joins by themselves."),
            (JoinPolicy::OnRequest, "On request", "People ask, and an owner decides."),
            (JoinPolicy::Open, "Open", "Everybody who finds it can join at once."),
        ];
        let choices: Vec<_> = choices
            .into_iter()
            .map(|(choice, name, says)| {
                view! {
                    <label class="pick">
                        <input type="radio" name="join_policy" value=choice.as_str() checked=policy == choice.as_str()/>
                        <span><b>{name}</b><small>{says}</small></span>
                    </label>
                }
            })
            .collect();
        view! {
            <fieldset class="field decisions" id="join_policy"><legend>"How people join"</legend>{choices}</fieldset>
        }
    });
    let invites = (!dynamic).then(|| {
        check(
            "members_may_invite",
            flag("members_may_invite", form.members_may_invite),
            "Everybody in it may invite guests",
            "Otherwise only its owners.",
        )
    });
    view! {
        <div class="field">
            <label for="name">"Name"</label>
            <input
                id="name"
                name="name"
                required
                autocomplete="off"
                maxlength=names::LONGEST.to_string()
                value=text("name", form.name.clone())
                aria-invalid=bad_name.then_some("true")
                aria-describedby=bad_name.then_some("name-error")
            />
            {field::error(refusal, "name", "name-error")}
        </div>
        <div class="field">
            <label for="purpose">"Purpose"</label>
            <TextArea
                name="purpose"
                value=text("purpose", form.purpose.clone())
                rows=2
                max=LONGEST_TEXT
                described_by=field::described_by(bad_purpose, "purpose")
                invalid=bad_purpose
            />
            {field::error(refusal, "purpose", "purpose-error")}
            <p class="hint" id="purpose-hint">"What it is for, so that others know whether it is for them."</p>
        </div>
        {joining}
        <fieldset class="field decisions">
            <legend>"Who finds it"</legend>
            {check("listed", flag("listed", form.listed), "Show it in the catalogue", "Everybody in the organization finds it by name, but not who is in it.")}
        </fieldset>
        {(!dynamic).then(|| days(refusal, text("days", form.member_days.map(|days| days.to_string()).unwrap_or_default())))}
        <fieldset class="field decisions">
            <legend>"Guests"</legend>
            {check("accepts_guests", flag("accepts_guests", form.accepts_guests), "It takes guests", "Those who are in it stay when this is switched off.")}
            {invites}
            {check("guests_see_members", flag("guests_see_members", form.guests_see_members), "Guests see who else is in it", "By name, never by address, and only where the organization allows it.")}
            {check("other_address", flag("other_address", form.other_address), "Guests may accept with another address", "For partners who have several. Otherwise it has to be the invited one.")}
        </fieldset>
        <details class="options" open=narrowed>
            <summary>"Domains that guests may come from"</summary>
            <div class="fields">
                {domains(refusal, "allow", "Only these", text("allow", list(&form.domains.allow)))}
                {domains(refusal, "deny", "Never these", text("deny", list(&form.domains.deny)))}
            </div>
        </details>
    }
    .into_any()
}

fn check(name: &'static str, checked: bool, label: &'static str, says: &'static str) -> AnyView {
    view! {
        <label class="pick">
            <input type="checkbox" name=name value="1" checked=checked/>
            <span><b>{label}</b><small>{says}</small></span>
        </label>
    }
    .into_any()
}

fn days(refusal: Option<&Refusal>, value: String) -> AnyView {
    let refused = field::is_refused(refusal, "days");
    view! {
        <div class="field short">
            <label for="days">"A membership lasts (days)"</label>
            <input
                id="days"
                name="days"
                type="number"
                inputmode="numeric"
                min="1"
                max=LONGEST_MEMBERSHIP.to_string()
                autocomplete="off"
                value=value
                aria-invalid=refused.then_some("true")
                aria-describedby=field::described_by(refused, "days")
            />
            {field::error(refusal, "days", "days-error")}
            <p class="hint" id="days-hint">"Empty: for good. Counts for whoever comes in from now on, unless another end is set."</p>
        </div>
    }
    .into_any()
}

fn domains(refusal: Option<&Refusal>, name: &'static str, label: &'static str, value: String) -> AnyView {
    let refused = field::is_refused(refusal, name);
    let (error, hint) = if name == "allow" {
        ("allow-error", "Empty: every domain.")
    } else {
        ("deny-error", "Refused even if it stands on the left.")
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <TextArea name=name value=value rows=3 max=20_000 described_by=field::described_by(refused, name) invalid=refused/>
            {field::error(refusal, name, error)}
            <p class="hint" id=format!("{name}-hint")>{format!("{hint} One a line: example.com, or .example.com with its subdomains.")}</p>
        </div>
    }
    .into_any()
}
