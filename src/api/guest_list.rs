//! The list of guests: what of it an address asks for, and what several of its rows are asked to become.

use url::form_urlencoded;

use super::{forms, here::Here, told::Told};
use crate::{
    directory::guests::GuestQuery,
    model::{
        Code, Refusal,
        state::{GuestAction, GuestFilter, GuestSort},
        view::GuestList,
    },
};

/// Where the list is.
const PATH: &str = "/guests";

/// Reads the query of an address. What makes no sense counts as absent.
pub fn read(query: &str) -> GuestQuery {
    let mut read = GuestQuery::default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*key {
            "filter" => read.filter = value.parse().unwrap_or(GuestFilter::Current),
            "sort" => read.sort = value.parse().unwrap_or(GuestSort::Newest),
            "q" => read.search = value.chars().take(200).collect(),
            "within" => read.within = value.parse().ok(),
            "everyone" => read.everyone = !value.is_empty(),
            "after" => read.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
            _ => {}
        }
    }
    read
}

/// The query of an address; empty for the list as it is without one.
pub fn write(query: &GuestQuery) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    if query.filter != GuestFilter::Current {
        text.append_pair("filter", query.filter.as_str());
    }
    if query.sort != GuestSort::Newest {
        text.append_pair("sort", query.sort.as_str());
    }
    if !query.search.is_empty() {
        text.append_pair("q", &query.search);
    }
    if let Some(within) = query.within {
        text.append_pair("within", &within.to_string());
    }
    if query.everyone {
        text.append_pair("everyone", "1");
    }
    if let Some(after) = &query.after {
        text.append_pair("after", after);
    }
    text.finish()
}

/// The address of a list.
pub fn path(query: &GuestQuery) -> String {
    match write(query).as_str() {
        "" => PATH.to_owned(),
        query => format!("{PATH}?{query}"),
    }
}

/// A page of guests.
///
/// # Errors
/// Those of [`crate::directory::Directory::guests`].
pub async fn page(query: &GuestQuery) -> Result<GuestList, Refusal> {
    let here = Here::get()?;
    here.directory.guests(here.caller()?, query).await.map_err(Into::into)
}

/// Does one thing with several guests, and says where to go: back to the list, which tells what was done.
pub(super) async fn steer(here: &Here, action: &str, users: &[String], query: &GuestQuery) -> Result<String, Refusal> {
    let caller = here.caller()?;
    let action: GuestAction = action.parse().map_err(|_| Code::BadRequest)?;
    let users = users.iter().map(|user| forms::id(user)).collect::<Result<Vec<_>, _>>()?;
    let steered = here.directory.steer_guests(caller, action, &users).await?;
    let key = here.keep(&Told::Steered { action, steered }).await?;
    let path = path(query);
    let separator = if path.contains('?') { '&' } else { '?' };
    Ok(format!("{path}{separator}told={key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_address() {
        let id = "0198c8f4-0000-7000-8000-000000000001";
        for text in ["", "filter=waiting", "sort=name&q=a%26b", &format!("filter=ended&within={id}&everyone=1&after=x")]
        {
            assert_eq!(write(&read(text)), text);
        }
        for (text, same) in [
            ("filter=nonsense&sort=&within=x&everyone=&after=&more=1", ""),
            ("filter=current&q=%2F%2Fevil.example", "q=%2F%2Fevil.example"),
            ("q=%0d%0aSet-Cookie", "q=%0D%0ASet-Cookie"),
        ] {
            assert_eq!(write(&read(text)), same);
        }
        assert_eq!(path(&GuestQuery::default()), "/guests");
    }
}
