//! `/groups/{id}/settings`: what a group is like, its picture, its owners, and its end.

use leptos::prelude::*;
use uuid::Uuid;

use super::{
    group_fields::{fields, refused_field},
    group_parts::{Tab, top},
    id_in_path, page, query,
    rule::BUSY,
};
use crate::{
    api,
    components::{
        faces::{face, picture},
        field,
        frame::{Place, inside},
        moment::day,
        notice,
        people_picker::Picker,
    },
    directory::saved_forms::SavedForm,
    model::{
        Caller, Code,
        groups::{GroupHead, GroupSettings},
        rules::RuleStatus,
        settings::RESTORE_DAYS,
        view::PersonFound,
    },
};

/// The settings of a group.
#[component]
pub fn GroupSettingsPage() -> impl IntoView {
    let id = id_in_path("id");
    let (again, done) = (query("again"), query("done"));
    page(async move |site| {
        let settings = api::groups::settings(id?).await?;
        let me = site.visitor.as_ref().map_or(Uuid::nil(), |me| me.user_id);
        let again = again.as_deref();
        let form = api::forms::again("group", again).await;
        let owner = api::forms::again("owner", again).await;
        let shot = api::forms::again("picture", again).await;
        let other = api::forms::again("settings", again).await;
        let refused = [&form, &owner, &shot, &other].into_iter().flatten().next().map(|saved| {
            let field = match saved.refusal.field.as_deref() {
                Some("person") => Some("person"),
                Some("picture") => Some("picture"),
                _ => refused_field(&saved.refusal),
            };
            // Several people may fit what was typed, which is no mistake.
            let asks = saved.refusal.code == Code::PersonUnknown;
            (!asks).then(|| notice::refused(&saved.refusal, field))
        });
        let typed = owner.as_ref().and_then(|saved| saved.value("person")).unwrap_or_default().to_owned();
        let found = if typed.is_empty() { Vec::new() } else { api::people::find(&typed).await? };
        let done = match done.as_deref() {
            Some("saved") => Some("Saved."),
            Some("picture") => Some("The picture has been changed."),
            Some("owner-added") => Some("They own the group now, too."),
            Some("owner-removed") => Some("They no longer own the group."),
            _ => None,
        };
        let title = format!("Settings of {}", settings.head.name);
        let head = &settings.head;
        let status = if head.dynamic { api::rules::status(head.id).await? } else { None };
        let rules = site.visitor.as_ref().is_some_and(Caller::is_administrator);
        let content = view! {
            {refused}
            {done.map(notice::done)}
            {top(head, Tab::Settings, ().into_any())}
            <div class="sides">
                <div class="stack">{rule(head, status, rules)}{what(&settings, form.as_ref())}</div>
                <aside aria-label="Picture, owners and deletion">
                    {pictures(head, shot.as_ref())}
                    {owners(&settings, me, &typed, &found, owner.as_ref())}
                    {deletion(head)}
                </aside>
            </div>
            <p class="lead">"Created "{day(settings.created_at)}"."</p>
        };
        Ok(inside(&site, &title, Place::Groups, false, content.into_any()))
    })
}

/// Who says who is in it: the rule, for those who may know it; administrators change that.
fn rule(head: &GroupHead, status: Option<RuleStatus>, rules: bool) -> Option<AnyView> {
    let path = format!("/groups/{}/rule", head.id);
    let Some(status) = status else {
        return rules.then(|| {
            view! {
                <section class="panel" aria-labelledby="by-hand">
                    <header>
                        <h2 id="by-hand">"Members by hand"</h2>
                        <a class="button" href=path>"Let a rule decide"</a>
                    </header>
                    <div class="body"><p class="lead">"People are added, invited or join. A rule could say who is in this group instead."</p></div>
                </section>
            }
            .into_any()
        });
    };
    let change = rules.then(|| view! { <a class="button" href=path>"Change the rule"</a> });
    let busy = status.recalculating_since.map(|_| view! { <p class="lead">{BUSY}"."</p> });
    Some(
        view! {
            <section class="panel" aria-labelledby="by-rule">
                <header><h2 id="by-rule">"Members by rule"</h2>{change}</header>
                <div class="body">
                    <p class="lead">"Who is in this group follows from its rule. Nobody is added or removed by hand."</p>
                    <pre class="rule-text" tabindex="0" aria-label="The rule">{status.rule}</pre>
                    {busy}
                </div>
            </section>
        }
        .into_any(),
    )
}

fn what(settings: &GroupSettings, saved: Option<&SavedForm>) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="what">
            <header><h2 id="what">"What it is like"</h2></header>
            <form class="body" method="post" action="/api/groups/edit">
                <input type="hidden" name="group" value=settings.head.id.to_string()/>
                {fields(&settings.form, saved, settings.head.dynamic)}
                <div class="actions"><button class="primary">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn pictures(head: &GroupHead, saved: Option<&SavedForm>) -> AnyView {
    let action = format!("/groups/{}/picture", head.id);
    let refusal = saved.map(|saved| &saved.refusal);
    let refused = field::is_refused(refusal, "picture");
    let remove = head.picture.is_some().then(|| {
        view! {
            <form method="post" enctype="multipart/form-data" action=action.clone()>
                <button class="quiet" name="remove" value="1">"Remove the picture"</button>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="pictures">
            <header><h2 id="pictures">"Picture"</h2>{picture(head.id, &head.name, head.picture, "small")}</header>
            <div class="body">
                <form method="post" enctype="multipart/form-data" action=action>
                    <div class="field">
                        <label for="picture">"File"</label>
                        <input
                            id="picture"
                            name="picture"
                            type="file"
                            required
                            accept="image/png,image/jpeg,image/webp"
                            aria-invalid=refused.then_some("true")
                            aria-describedby=field::described_by(refused, "picture")
                        />
                        {field::error(refusal, "picture", "picture-error")}
                        <p class="hint" id="picture-hint">"PNG, JPEG or WebP, up to 2 MB. Its middle is shown."</p>
                    </div>
                    <div class="actions"><button>"Use this picture"</button></div>
                </form>
                {remove}
            </div>
        </section>
    }
    .into_any()
}

fn owners(
    settings: &GroupSettings,
    me: Uuid,
    typed: &str,
    found: &[PersonFound],
    saved: Option<&SavedForm>,
) -> AnyView {
    let id = settings.head.id;
    let alone = settings.owners.len() < 2;
    let rows: Vec<_> = settings
        .owners
        .iter()
        .map(|owner| {
            let (word, label) = if owner.id == me {
                ("Step down", "Step down as an owner".to_owned())
            } else {
                ("Remove", format!("Remove {} as an owner", owner.name))
            };
            let remove = (!alone).then(|| {
                view! {
                    <a class="button quiet danger" aria-label=label href=format!("/groups/{id}/owners/{}/remove", owner.id)>{word}</a>
                }
            });
            view! { <li class="owner"><span class="who">{face(owner.id, &owner.name, false, "")}<b>{owner.name.clone()}</b></span>{remove}</li> }
        })
        .collect();
    let note = alone
        .then(|| view! { <p class="lead">"Every group needs an owner. Add another one before this one goes."</p> });
    let picker = Picker {
        name: "person",
        label: "Another owner",
        hint: "By name or address.",
        typed,
        found,
        refusal: saved.map(|saved| &saved.refusal),
    };
    view! {
        <section class="panel" id="owners" aria-labelledby="owners-title">
            <header><h2 id="owners-title">"Owners"</h2></header>
            <ul class="rows tight">{rows}</ul>
            <div class="body">
                {note}
                <form method="post" action="/api/owners/add">
                    <input type="hidden" name="group" value=id.to_string()/>
                    <div class="field">{picker.view()}</div>
                    <div class="actions"><button>"Add owner"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

fn deletion(head: &GroupHead) -> AnyView {
    view! {
        <section class="panel danger" aria-labelledby="deletion">
            <header><h2 id="deletion">"Delete this group"</h2></header>
            <div class="body">
                <p class="lead">{format!("What it gives ends at once. It can be restored for {RESTORE_DAYS} days.")}</p>
                <div class="actions"><a class="button danger" href=format!("/groups/{}/delete", head.id)>"Delete group"</a></div>
            </div>
        </section>
    }
    .into_any()
}
