//! `/groups/{id}/add`: putting somebody of the directory into a group.

use leptos::prelude::*;

use super::{group_parts::back, id_in_path, page, query};
use crate::{
    api,
    components::{
        field,
        frame::{Place, inside},
        notice,
        people_picker::Picker,
    },
    model::{Code, Language, text::dates},
};

/// The form to add somebody.
#[component]
pub fn AddMemberPage() -> impl IntoView {
    let id = id_in_path("id");
    let again = query("again");
    page(async move |site| {
        let head = api::groups::head(id?).await?;
        if !head.can_manage {
            return Err(Code::Forbidden.into());
        }
        if head.dynamic {
            return Err(Code::DynamicGroup.into());
        }
        let saved = api::forms::again("member", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let typed = |name: &str| saved.as_ref().and_then(|saved| saved.value(name)).unwrap_or_default().to_owned();
        let person = typed("person");
        let found = if person.is_empty() { Vec::new() } else { api::people::find(&person).await? };
        // Somebody may look for a group where only people are found.
        let groups = if found.is_empty() { api::groups::groups_named(&person).await? } else { Vec::new() };
        let nested = groups.first().map(|name| {
            view! { <div class="notice wait" role="status"><div><p><b>{name.clone()}</b>" is a group. Groups cannot contain groups: add its people one by one, or invite to both."</p></div></div> }
        });
        // Several people may fit what was typed, which is no mistake.
        let asks = refusal.is_some_and(|refusal| refusal.code == Code::PersonUnknown) && !found.is_empty();
        let refused = refusal.filter(|_| !asks && nested.is_none()).map(|refusal| {
            let field = match refusal.field.as_deref() {
                Some("person") => Some("person"),
                Some("until") => Some("until"),
                _ => None,
            };
            notice::refused(refusal, field)
        });
        let bad_until = field::is_refused(refusal, "until");
        let usual = match head.member_days {
            Some(days) => {
                let end = dates::day(Language::English, site.now + chrono::Duration::days(days.into()));
                format!("The last day. Empty: as usual here, {end}.")
            }
            None => "The last day. Empty: no end.".to_owned(),
        };
        let title = if refusal.is_some() && !asks { "Error: Add people" } else { "Add people" };
        let path = format!("/groups/{}", head.id);
        let picker = Picker {
            name: "person",
            label: "Who",
            hint: "By name or address. Whoever is not in the directory yet is invited instead.",
            typed: &person,
            found: &found,
            refusal: refusal.filter(|_| nested.is_none()),
        };
        let picker = picker.view();
        let content = view! {
            {refused}
            {nested}
            {back(&head)}
            <div class="headline">
                <div class="text">
                    <h1>"Add people"</h1>
                    <p class="lead">"To "<b>{head.name.clone()}</b>". They have what it gives at once. Groups cannot contain groups."</p>
                </div>
            </div>
            <form class="panel" method="post" action="/api/memberships/add">
                <input type="hidden" name="group" value=head.id.to_string()/>
                <div class="body">
                    <div class="field">{picker}</div>
                    <div class="field short">
                        <label for="until">"Until"</label>
                        <input
                            id="until"
                            name="until"
                            type="date"
                            value=typed("until")
                            aria-invalid=bad_until.then_some("true")
                            aria-describedby=field::described_by(bad_until, "until")
                        />
                        {field::error(refusal, "until", "until-error")}
                        <p class="hint" id="until-hint">{usual}</p>
                    </div>
                    <div class="actions">
                        <button class="primary">"Add"</button>
                        <a class="button quiet" href=path>"Cancel"</a>
                    </div>
                </div>
            </form>
        };
        Ok(inside(&site, title, Place::Groups, true, content.into_any()))
    })
}
