//! `/apps/{id}/people/add`: giving an app to a person, or to a group.

use leptos::prelude::*;

use super::{
    super::{id_in_path, page, query},
    back,
};
use crate::{
    api,
    components::{
        faces::logo,
        field,
        frame::{Place, inside},
        icon::icon,
        notice,
        people_picker::Picker,
    },
    directory::saved_forms::SavedForm,
    model::{Code, managed::AppHead, view::GroupName},
};

/// The two forms.
#[component]
pub fn AppAddPage() -> impl IntoView {
    let id = id_in_path("id");
    let (again, search) = (query("again"), query("q").unwrap_or_default());
    page(async move |site| {
        let id = id?;
        let app = api::apps::page(id).await?;
        if !app.head.can_manage {
            return Err(Code::Forbidden.into());
        }
        let person = api::forms::again("app-assign", again.as_deref()).await;
        let group = api::forms::again("app-group", again.as_deref()).await;
        let typed = person.as_ref().and_then(|saved| saved.value("person")).unwrap_or_default().to_owned();
        let found = if typed.trim().is_empty() { Vec::new() } else { api::people::find(&typed).await? };
        let groups = api::apps::groups_to_give(id, &search).await?;
        let refusal = person.as_ref().or(group.as_ref()).map(|saved| &saved.refusal);
        // Several people may fit, which is no mistake.
        let refusal = refusal.filter(|refusal| refusal.code != Code::PersonUnknown || found.is_empty());
        let picker = Picker {
            name: "person",
            label: "Person",
            hint: "By name or address, of the directory",
            typed: &typed,
            found: &found,
            refusal: person.as_ref().map(|saved| &saved.refusal),
        };
        let title = format!("Give {} to somebody", app.head.name);
        let content = view! {
            {refusal.map(|refusal| notice::refused(refusal, None))}
            {back(&app.head, "/people")}
            <div class="headline"><h1>{title.clone()}</h1></div>
            {to_person(&app.head, person.as_ref(), picker.view())}
            {to_group(&app.head, &groups, &search, group.as_ref())}
            {guests(&app.head)}
        };
        Ok(inside(&site, &title, Place::Apps, true, content.into_any()))
    })
}

fn to_person(head: &AppHead, saved: Option<&SavedForm>, picker: AnyView) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let until = saved.and_then(|saved| saved.value("until")).unwrap_or_default().to_owned();
    let bad = field::is_refused(refusal, "until");
    view! {
        <section class="panel" aria-labelledby="to-person">
            <header><h2 id="to-person">"To a person"</h2></header>
            <form class="body" method="post" action="/api/apps/assign">
                <input type="hidden" name="app" value=head.id.to_string()/>
                {picker}
                <div class="field">
                    <label for="until">"Until"</label>
                    <input
                        id="until"
                        name="until"
                        type="date"
                        value=until
                        aria-invalid=bad.then_some("true")
                        aria-describedby=field::described_by(bad, "until")
                    />
                    {field::error(refusal, "until", "until-error")}
                    <p class="hint" id="until-hint">"The last day. Empty: no end."</p>
                </div>
                <div class="actions"><button class="primary">"Give it to them"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn to_group(head: &AppHead, groups: &[GroupName], search: &str, saved: Option<&SavedForm>) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let none = groups.is_empty();
    let rows: Vec<_> = groups
        .iter()
        .map(|group| {
            view! {
                <li>
                    <label class="pick">
                        <input type="radio" name="group" value=group.id.to_string()/>
                        {logo(group.id, &group.name, "tiny")}
                        <span>{group.name.clone()}</span>
                    </label>
                </li>
            }
        })
        .collect();
    let body = if none {
        let words = if search.is_empty() {
            "You own no group that does not have it yet. Whoever owns both an app and a group can bring them together; an administrator always can."
        } else {
            "No group of yours without this app has a word that begins like this."
        };
        view! { <p class="lead">{words}</p> }.into_any()
    } else {
        view! {
            <form method="post" action="/api/apps/group">
                <input type="hidden" name="app" value=head.id.to_string()/>
                <fieldset class="picks-list" aria-describedby=refusal.is_some().then_some("group-error")>
                    <legend>"Group"</legend>
                    <div class="scroll" tabindex="0" role="group" aria-label="Groups"><ul>{rows}</ul></div>
                    {field::error(refusal, "group", "group-error")}
                </fieldset>
                <p class="lead">"Everybody in the group has the app from then on, its guests too, and whoever joins it later."</p>
                <div class="actions"><button class="primary">"Give it to the group"</button></div>
            </form>
        }
        .into_any()
    };
    let searching = (groups.len() > 8 || !search.is_empty()).then(|| {
        view! {
            <form class="search" role="search" method="get">
                {icon("search", 16)}
                <input type="search" name="q" value=search.to_owned() aria-label="Search groups" placeholder="Search groups"/>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="to-group">
            <header><h2 id="to-group">"To a group"</h2>{searching}</header>
            <div class="body">{body}</div>
        </section>
    }
    .into_any()
}

/// For those who look for a way to bring somebody from outside.
fn guests(head: &AppHead) -> Option<AnyView> {
    head.can_invite.is_ok().then(|| {
        view! {
            <p class="lead">
                "Not in the directory yet? "<a href=format!("/guests/invite?app={}", head.id)>"Invite a guest to this app"</a>"."
            </p>
        }
        .into_any()
    })
}
