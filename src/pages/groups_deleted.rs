//! `/groups/deleted`: groups that I can restore.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        faces::picture,
        frame::{Place, Site, inside},
        icon::icon,
        moment::moment,
        notice,
    },
    model::{groups::DeletedGroup, settings::RESTORE_DAYS, state::Role},
};

/// Deleted groups.
#[component]
pub fn DeletedGroupsPage() -> impl IntoView {
    let (again, done, after) = (query("again"), query("done"), query("after"));
    page(async move |site| {
        let deleted = api::groups::deleted(after.as_deref()).await?;
        let refused = api::forms::again("restore", again.as_deref()).await;
        let done = (done.as_deref() == Some("deleted"))
            .then(|| notice::done(format!("The group has been deleted. You can restore it for {RESTORE_DAYS} days.")));
        // An auditor sees all of them, and restores none.
        let restores = site.visitor.as_ref().is_some_and(|me| me.is_administrator() || !me.has(Role::Auditor));
        let rows: Vec<_> = deleted.rows.iter().map(|group| row(&site, group, restores)).collect();
        let list = if rows.is_empty() {
            view! {
                <section class="empty">
                    <span class="sign">{icon("people", 22)}</span>
                    <h2>"Nothing to restore"</h2>
                    <p>{format!("A group that you delete waits here for {RESTORE_DAYS} days. Then it is erased.")}</p>
                    <div class="actions"><a class="button" href="/groups">"See your groups"</a></div>
                </section>
            }
            .into_any()
        } else {
            view! { <ul class="panel rows">{rows}</ul> }.into_any()
        };
        let next = deleted.next.as_ref().map(|next| {
            view! { <div class="actions"><a class="button" href=format!("?after={next}")>"Next page"</a></div> }
        });
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {done}
            <a class="back" href="/groups">{icon("back", 16)}"Groups"</a>
            <div class="headline">
                <div class="text">
                    <h1>"Deleted groups"</h1>
                    <p class="lead">{format!("They give nothing any more, and can be restored for {RESTORE_DAYS} days with everybody who was in them.")}</p>
                </div>
            </div>
            {list}
            {next}
        };
        Ok(inside(&site, "Deleted groups", Place::Groups, true, content.into_any()))
    })
}

fn row(site: &Site, group: &DeletedGroup, restores: bool) -> AnyView {
    let by = group.deleted_by.as_ref().map(|by| view! { <small>{format!("By {}", by.name)}</small> });
    let restore = restores.then(|| {
        view! {
            <form method="post" action="/api/groups/restore">
                <input type="hidden" name="group" value=group.id.to_string()/>
                <button aria-label=format!("Restore {}", group.name)>"Restore"</button>
            </form>
        }
    });
    view! {
        <li>
            <div class="who">
                {picture(group.id, &group.name, group.picture, "")}
                <div>
                    <b>{group.name.clone()}</b>
                    <small>"Deleted "{moment(group.deleted_at, site.now)}", erased "{moment(group.until, site.now)}</small>
                    {by}
                </div>
            </div>
            {restore}
        </li>
    }
    .into_any()
}
