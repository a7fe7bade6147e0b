//! `/notices`: what concerns me, and which of it also comes by mail.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        faces::{face, picture},
        frame::{Place, Site, inside},
        icon::icon,
        moment::{day, moment},
        notice,
    },
    model::{
        notices::{NoticeList, NoticeRow},
        state::{NoticeKind, NoticeMail},
    },
};

/// The list of notices.
#[component]
pub fn NoticesPage() -> impl IntoView {
    let (after, done, again) = (query("after"), query("done"), query("again"));
    page(async move |site| {
        let list = api::notices::mine(after.as_deref()).await?;
        let refused = api::forms::again("notices", again.as_deref()).await;
        let kept = (done.as_deref() == Some("preference")).then(|| notice::done("Your choice is kept."));
        let all = (site.badges.notices > 0).then(|| {
            view! {
                <form method="post" action="/api/notices/read"><button>{icon("check", 16)}"Mark all as read"</button></form>
            }
        });
        let body = if list.rows.is_empty() {
            empty()
        } else {
            let rows: Vec<_> = list.rows.iter().map(|row| line(&site, row)).collect();
            view! { <ul class="panel rows told" aria-label="Notices">{rows}</ul> }.into_any()
        };
        let next = list.next.as_ref().map(|next| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("after", next).finish();
            view! { <div class="actions"><a class="button" href=format!("/notices?{query}")>"Next page"</a></div> }
        });
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {kept}
            <div class="headline">
                <div class="text"><h1>"Notices"</h1><p class="lead">"What concerns you, kept for 90 days."</p></div>
                {all}
            </div>
            <div class="sides">
                <div class="stack">{body}{next}</div>
                <aside aria-label="Notices by mail">{preference(&list)}</aside>
            </div>
        };
        Ok(inside(&site, "Notices", Place::Elsewhere, false, content.into_any()))
    })
}

fn line(site: &Site, row: &NoticeRow) -> AnyView {
    let text = sentence(row);
    let sign = match (&row.subject, &row.actor, &row.thing) {
        (Some(who), _, _) | (None, Some(who), None) => face(who.id, &who.name, false, "").into_any(),
        (_, _, Some(thing)) => picture(thing.id, &thing.name, thing.picture_id, "small"),
        _ => view! { <span class="sign small">{icon("bell", 16)}</span> }.into_any(),
    };
    let until = row.until.map(|until| view! { " · until "{day(until)} });
    let unread = row.unread.then(|| view! { <span class="spoken">"Unread: "</span> });
    let words = match row.link.clone() {
        Some(link) => view! { <a href=link>{unread}{text.clone()}</a> }.into_any(),
        None => view! { <span>{unread}{text.clone()}</span> }.into_any(),
    };
    let read = row.unread.then(|| {
        view! {
            <form method="post" action="/api/notices/read">
                <input type="hidden" name="notice" value=row.id.to_string()/>
                <button class="quiet" aria-label=format!("Mark as read: {text}") title="Mark as read">{icon("check", 16)}</button>
            </form>
        }
    });
    view! {
        <li class=row.unread.then_some("unread")>
            <div class="who">{sign}<div>{words}<small>{moment(row.at, site.now)}{until}</small></div></div>
            {read}
        </li>
    }
    .into_any()
}

/// What a notice tells, as one sentence.
fn sentence(row: &NoticeRow) -> String {
    use NoticeKind as Kind;
    let thing = row.thing.as_ref().map_or("something that is gone", |thing| thing.name.as_str());
    let person = row.subject.as_ref().map_or("Somebody", |who| who.name.as_str());
    let by = row.actor.as_ref().map(|who| who.name.as_str());
    match (row.kind, by) {
        (Kind::RequestMade, _) => format!("{person} asks for {thing}"),
        (Kind::RequestReminded, _) => format!("{person} still waits for your decision about {thing}"),
        (Kind::RequestApproved, Some(by)) => format!("{by} approved your request for {thing}"),
        (Kind::RequestApproved, None) => format!("Your request for {thing} was approved"),
        (Kind::RequestDenied, Some(by)) => format!("{by} denied your request for {thing}"),
        (Kind::RequestDenied, None) => format!("Your request for {thing} was denied"),
        (Kind::RequestExpired, _) => format!("Your request for {thing} ended without a decision"),
        (Kind::MemberAdded, Some(by)) => format!("{by} added you to {thing}"),
        (Kind::MemberAdded, None) => format!("You were added to {thing}"),
        (Kind::MemberRemoved, Some(by)) => format!("{by} removed you from {thing}"),
        (Kind::MemberRemoved, None) => format!("You were removed from {thing}"),
        (Kind::MemberUntil, Some(by)) => format!("{by} changed the end of your access to {thing}"),
        (Kind::MemberUntil, None) => format!("The end of your access to {thing} has changed"),
        (Kind::MemberEnding, _) => format!("Your access to {thing} ends soon"),
        (Kind::MemberJoined, _) => format!("{person} has joined {thing}"),
        (Kind::OwnerAdded, Some(by)) => format!("{by} made you an owner of {thing}"),
        (Kind::OwnerAdded, None) => format!("You are now an owner of {thing}"),
        (Kind::OwnerRemoved, _) => format!("You are no longer an owner of {thing}"),
        (Kind::ApproverAdded, _) => format!("You now decide about requests for {thing}"),
        // The subject is a group of the reader's.
        (Kind::AppGiven, Some(by)) if row.subject.is_some() => format!("{by} gave {thing} to everybody in {person}"),
        (Kind::AppTaken, Some(by)) if row.subject.is_some() => format!("{by} took {thing} away from {person}"),
        (Kind::AppGiven, Some(by)) => format!("{by} gave you {thing}"),
        (Kind::AppGiven, None) => format!("You were given {thing}"),
        (Kind::AppTaken, _) => format!("You no longer have {thing}"),
        (Kind::GroupDeleted, Some(by)) => format!("{by} deleted {thing}; it can be restored for 30 days"),
        (Kind::GroupDeleted, None) => format!("{thing} was deleted; it can be restored for 30 days"),
        (Kind::GroupRestored, Some(by)) => format!("{by} restored {thing}"),
        (Kind::GroupRestored, None) => format!("{thing} was restored"),
    }
}

fn preference(list: &NoticeList) -> AnyView {
    let choices: Vec<_> =
        [(NoticeMail::All, "All of them"), (NoticeMail::Requests, "Only about requests"), (NoticeMail::None, "None")]
            .into_iter()
            .map(|(value, name)| {
                view! {
                    <label class="check">
                        <input type="radio" name="mail" value=value.as_str() checked=list.by_mail == value/>
                        {name}
                    </label>
                }
            })
            .collect();
    view! {
        <section class="panel" aria-labelledby="by-mail">
            <header><h2 id="by-mail">"Also by mail"</h2></header>
            <form class="body" method="post" action="/api/notices/preference">
                <div role="radiogroup" aria-labelledby="by-mail">{choices}</div>
                <div class="actions"><button>"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <section class="empty">
            <span class="sign">{icon("bell", 22)}</span>
            <h2>"No notices"</h2>
            <p>"When somebody adds you to a group, asks you for something, or answers a request of yours, you read it here."</p>
        </section>
    }
    .into_any()
}
