//! `/groups/{id}/history`: what happened in a group.

use leptos::prelude::*;

use super::{
    group_parts::{Tab, top},
    id_in_path, page, query,
};
use crate::{
    api,
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
        moment::moment,
    },
    model::{
        groups::HistoryRow,
        text::{Piece, Sentence, history},
    },
};

/// The history of a group.
#[component]
pub fn GroupHistoryPage() -> impl IntoView {
    let id = id_in_path("id");
    let after = query("after");
    page(async move |site| {
        let told = api::groups::history(id?, after.as_deref()).await?;
        let title = format!("History of {}", told.head.name);
        let rows: Vec<_> = told.rows.iter().map(|row| event(&site, row)).collect();
        let body = if rows.is_empty() {
            view! {
                <div class="empty slim">
                    <span class="sign">{icon("clock", 22)}</span>
                    <h2>"Nothing more is written down"</h2>
                    <p>"Whatever changes in this group from now on appears here, with who did it and when."</p>
                </div>
            }
            .into_any()
        } else {
            view! { <ol class="events">{rows}</ol> }.into_any()
        };
        let older = told.next.as_ref().map(|next| {
            view! { <div class="body"><a class="button" href=format!("?after={next}")>"Older"</a></div> }
        });
        let newest = after.is_some().then(|| {
            view! { <a class="button quiet" href=format!("/groups/{}/history", told.head.id)>"Newest"</a> }
        });
        let content = view! {
            {top(&told.head, Tab::History, ().into_any())}
            <section class="panel" aria-labelledby="history">
                <header><h2 id="history">"What happened"</h2>{newest}</header>
                {body} {older}
            </section>
        };
        Ok(inside(&site, &title, Place::Groups, false, content.into_any()))
    })
}

fn event(site: &Site, row: &HistoryRow) -> AnyView {
    let sign = match &row.actor {
        Some(actor) => face(actor.id, &actor.name, false, "").into_any(),
        None => view! { <span class="face">{icon("clock", 16)}</span> }.into_any(),
    };
    let changes: Vec<_> = history::changes(row).into_iter().map(|change| view! { <li>{shown(change)}</li> }).collect();
    let changes = (!changes.is_empty()).then(|| view! { <ul>{changes}</ul> });
    view! {
        <li>
            {sign}
            <div><p>{shown(history::sentence(row))}</p>{changes}<small>{moment(row.at, site.now)}</small></div>
        </li>
    }
    .into_any()
}

/// A sentence in which everything stands out that was put in.
fn shown(sentence: Sentence) -> AnyView {
    sentence
        .pieces()
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.into_any(),
            Piece::Given { value, .. } => view! { <b>{value}</b> }.into_any(),
        })
        .collect_view()
        .into_any()
}
