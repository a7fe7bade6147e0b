//! `/?arrange=1`: apps in an order of one's own.

use leptos::prelude::*;
use uuid::Uuid;

use super::pager;
use crate::{
    components::{
        arrange::ArrangeApps,
        faces::picture,
        icon::icon,
        steps::{Moved, handle, status, steps},
    },
    directory::panel::PanelQuery,
    model::panel::{Panel, Tile},
};

pub fn page(panel: &Panel, asked: &PanelQuery, moved: Moved) -> AnyView {
    let reset = panel.ordered.then(|| {
        view! {
            <form method="post" action="/api/panel/order">
                <button name="reset" value="1">"Reset order"</button>
            </form>
        }
    });
    let body = if panel.total == 0 {
        view! {
            <section class="empty">
                <span class="sign">{icon("apps", 22)}</span>
                <h2>"There is nothing to arrange"</h2>
                <p>"As soon as you have apps, you can put them into an order of your own."</p>
                <div class="actions"><a class="button" href="/">"Go to your apps"</a></div>
            </section>
        }
        .into_any()
    } else {
        let names = |tiles: &[Tile]| tiles.iter().map(|tile| (tile.id, tile.name.clone())).collect::<Vec<_>>();
        let (favourites, apps) = (names(&panel.favourites), names(&panel.apps));
        let in_favourites = favourites.iter().any(|(id, _)| Some(*id) == moved.item);
        let (rows, before, of) =
            if in_favourites { (favourites, 0, panel.favourites.len()) } else { (apps, panel.before, panel.of) };
        let rows: Vec<(Uuid, &str)> = rows.iter().map(|(id, name)| (*id, &**name)).collect();
        let told = status(moved, &rows, before, of);
        let first = (!panel.favourites.is_empty()).then(|| {
            view! { <section class="part"><h2>"Favourites"</h2>{list(&panel.favourites, moved, 0, None)}</section> }
        });
        let heading = if first.is_some() { "All other apps" } else { "All apps" };
        // Of an order on several pages this is a part.
        let whole = (panel.before > 0 || panel.next.is_some()).then_some(panel.of);
        let rest = (!panel.apps.is_empty()).then(|| {
            view! { <section class="part"><h2>{heading}</h2>{list(&panel.apps, moved, panel.before, whole)}</section> }
        });
        view! { {told} <ArrangeApps>{first} {rest}</ArrangeApps> {pager(panel, asked)} }.into_any()
    };
    view! {
        <a class="back" href="/">{icon("back", 16)}"Apps"</a>
        <div class="headline">
            <div class="text">
                <h1>"Arrange apps"</h1>
                <p class="lead">"Every move is kept at once, for you alone. Favourites come first; new apps come last, by name."</p>
            </div>
            <div class="actions">{reset}<a class="button primary" href="/">"Done"</a></div>
        </div>
        {body}
    }
    .into_any()
}

fn list(tiles: &[Tile], moved: Moved, before: usize, whole: Option<usize>) -> AnyView {
    let rows: Vec<_> = tiles
        .iter()
        .map(|app| {
            let here = moved.item == Some(app.id);
            view! {
                <li data-id=app.id.to_string() data-name=app.name.clone() data-moved=here.then_some("")>
                    {handle()}
                    <div class="who">{picture(app.id, &app.name, app.picture_id, "small")}<b dir="auto">{app.name.clone()}</b></div>
                    <form class="steps" method="post" action="/api/panel/order">
                        <input type="hidden" name="app" value=app.id.to_string()/>
                        {steps(app.id, &app.name, moved)}
                    </form>
                </li>
            }
        })
        .collect();
    view! {
        <ol class="rows sorted panel" data-before=before data-of=whole data-part=whole.map(|_| "")>{rows}</ol>
    }
    .into_any()
}
