//! My Apps: what of it an address asks for.

use url::form_urlencoded;
use uuid::Uuid;

use super::here::Here;
use crate::{
    directory::panel::PanelQuery,
    model::{
        Refusal,
        panel::{Panel, PanelView},
    },
};

/// Reads the query of an address. What makes no sense counts as absent.
pub fn read(query: &str) -> PanelQuery {
    let mut read = PanelQuery::default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*key {
            "q" => read.search = value.chars().take(200).collect(),
            "collection" => read.collection = value.parse().ok(),
            "arrange" if !value.is_empty() => read.view = PanelView::Arrange,
            "show" if value == "hidden" => read.view = PanelView::Hidden,
            "after" => read.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
            "moved" => read.around = value.parse().ok(),
            _ => {}
        }
    }
    // An order is that of everything, and so is what is hidden.
    if read.view != PanelView::Shown {
        read.collection = None;
    }
    if read.view == PanelView::Arrange {
        read.search.clear();
    }
    read
}

/// The address of a page of the panel; `/` for the panel as it is without a query.
pub fn path(query: &PanelQuery) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    match query.view {
        PanelView::Shown => {}
        PanelView::Arrange => _ = text.append_pair("arrange", "1"),
        PanelView::Hidden => _ = text.append_pair("show", "hidden"),
    }
    if let Some(id) = query.collection {
        text.append_pair("collection", &id.to_string());
    }
    if !query.search.is_empty() {
        text.append_pair("q", &query.search);
    }
    if let Some(after) = &query.after {
        text.append_pair("after", after);
    }
    match text.finish().as_str() {
        "" => "/".to_owned(),
        query => format!("/?{query}"),
    }
}

/// The query of that address, as a form carries it along.
pub fn write(query: &PanelQuery) -> String {
    path(query).trim_start_matches('/').trim_start_matches('?').to_owned()
}

/// An address of the panel with one thing more that it tells.
pub(super) fn telling(query: &PanelQuery, told: &[(&str, &str)]) -> String {
    let mut text = form_urlencoded::Serializer::new(write(query));
    for (key, value) in told {
        text.append_pair(key, value);
    }
    format!("/?{}", text.finish())
}

/// The panel with one app in view.
pub(super) fn at_app(query: &PanelQuery, app: Uuid) -> String {
    format!("{}#app-{app}", path(query))
}

/// A page of the caller's apps.
///
/// # Errors
/// Those of [`crate::directory::Directory::panel`].
pub async fn panel(query: &PanelQuery) -> Result<Panel, Refusal> {
    let here = Here::get()?;
    here.directory.panel(here.caller()?, query).await.map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_panel_has_one_address() {
        let id = "0198c8f4-0000-7000-8000-000000000001";
        for text in ["", "arrange=1", "show=hidden&q=a", &format!("collection={id}&q=a%26b&after=1.x")] {
            assert_eq!(write(&read(text)), text);
        }
        for (text, same) in [
            ("show=all&arrange=&collection=x&after=&q=", ""),
            (&*format!("arrange=1&collection={id}&q=x&moved={id}"), "arrange=1"),
            ("q=%0d%0aSet-Cookie", "q=%0D%0ASet-Cookie"),
        ] {
            assert_eq!(write(&read(text)), same);
        }
        assert_eq!(path(&PanelQuery::default()), "/");
        assert_eq!(telling(&PanelQuery::default(), &[("done", "hidden")]), "/?done=hidden");
    }
}
