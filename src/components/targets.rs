//! What somebody is invited to: boxes to tick.

use leptos::prelude::*;
use uuid::Uuid;

use super::{faces::logo, field, icon::icon, pick_search::PickSearch};
use crate::model::{Refusal, names, view::InviteTargets};

/// More than this many, and the list can be searched.
const MANY: usize = 8;

/// The boxes, with those ticked that were chosen.
pub fn boxes(targets: &InviteTargets, chosen: &[Uuid], directory: bool, refusal: Option<&Refusal>) -> AnyView {
    let refused = field::is_refused(refusal, "groups");
    let error = field::error(refusal, "groups", "groups-error");
    let count = targets.groups.len() + targets.apps.len();
    let search = (count > MANY).then(|| view! { <PickSearch label="Search groups and apps".to_owned()/> });
    let more = targets.more.then(|| {
        view! { <p class="hint">"These are the first of many. To invite to another group, open its page."</p> }
    });
    let groups = part("Groups", "groups[]", targets.groups.iter().map(|g| (g.id, g.name.as_str())), chosen);
    let apps = part("Apps", "apps[]", targets.apps.iter().map(|a| (a.id, a.name.as_str())), chosen);
    let alone = targets.directory.then(|| {
        view! {
            <label class="pick alone">
                <input type="checkbox" name="directory" value="1" checked=directory/>
                <span class="sign small">{icon("person", 16)}</span>
                <span><b>"The directory alone"</b><small>"A guest without access to anything yet"</small></span>
            </label>
        }
    });
    view! {
        <fieldset
            id="groups"
            class="field picks-list"
            tabindex=refused.then_some("-1")
            aria-describedby=refused.then_some("groups-error")
        >
            <legend>"Invite to"</legend>
            {search}
            <div class="scroll" tabindex=(count > MANY).then_some("0") role=(count > MANY).then_some("group") aria-label=(count > MANY).then_some("Groups and apps")>{groups}{apps}{alone}</div>
            {error}
            {more}
        </fieldset>
    }
    .into_any()
}

fn part<'a>(
    title: &'static str,
    name: &'static str,
    things: impl Iterator<Item = (Uuid, &'a str)>,
    chosen: &[Uuid],
) -> Option<AnyView> {
    let mut things: Vec<_> = things.collect();
    if things.is_empty() {
        return None;
    }
    // What is chosen stands first: nobody has to look for it.
    things.sort_by_key(|(id, _)| !chosen.contains(id));
    let items: Vec<_> = things
        .into_iter()
        .map(|(id, called)| {
            view! {
                <li data-words=names::fold(called)>
                    <label class="pick">
                        <input type="checkbox" name=name value=id.to_string() checked=chosen.contains(&id)/>
                        {logo(id, called, "tiny")}
                        <span>{called.to_owned()}</span>
                    </label>
                </li>
            }
        })
        .collect();
    Some(view! { <p class="kind">{title}</p><ul aria-label=title>{items}</ul> }.into_any())
}
