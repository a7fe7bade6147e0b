//! Collections of apps: own ones, and the organization's.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/collections/create`: adds one of the caller's own, or with `shared` one of the organization's.
#[server(prefix = "/api", endpoint = "collections/create")]
pub async fn create_collection(
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] shared: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let shared = !shared.is_empty();
    let result = async {
        let created = here.directory.create_collection(here.caller()?, shared, &name, &description).await;
        Ok(format!("{}?done=created", one(shared, &created?.to_string())))
    }
    .await;
    let fields = vec![("name", name), ("description", description)];
    forms::answer(&mut here, forms::Form { name: "collection", back: list(shared).to_owned(), fields }, result).await
}

/// `POST /api/collections/change`: another name and description.
#[server(prefix = "/api", endpoint = "collections/change")]
pub async fn change_collection(
    #[server(default)] collection: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] shared: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let back = page(&shared, &collection);
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&collection)?);
        here.directory.change_collection(caller, id, &name, &description).await?;
        Ok(format!("{back}?done=changed"))
    }
    .await;
    let fields = vec![("name", name), ("description", description)];
    forms::answer(&mut here, forms::Form { name: "collection", back, fields }, result).await
}

/// `POST /api/collections/delete`: the apps in it stay with everybody who has them.
#[server(prefix = "/api", endpoint = "collections/delete")]
pub async fn delete_collection(#[server(default)] collection: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&collection)?);
        let shared = here.directory.delete_collection(caller, id).await?;
        Ok(format!("{}?done=deleted", list(shared)))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("collections", list(false)), result).await
}

/// `POST /api/collections/fill`: puts `apps[]` at the end. `find` is what was searched for.
#[server(prefix = "/api", endpoint = "collections/fill")]
pub async fn fill_collection(
    #[server(default)] collection: String,
    #[server(default)] apps: Vec<String>,
    #[server(default)] shared: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let back = page(&shared, &collection);
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&collection)?);
        let apps = apps.iter().map(|app| forms::id(app)).collect::<Result<Vec<_>, _>>()?;
        here.directory.fill_collection(caller, id, &apps).await?;
        Ok(format!("{back}?done=filled"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("fill", back), result).await
}

/// `POST /api/collections/take`: takes an app out.
#[server(prefix = "/api", endpoint = "collections/take")]
pub async fn take_from_collection(
    #[server(default)] collection: String,
    #[server(default)] app: String,
    #[server(default)] shared: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let back = page(&shared, &collection);
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&collection)?);
        here.directory.take_from_collection(caller, id, forms::id(&app)?).await?;
        Ok(format!("{back}?done=taken"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("fill", back), result).await
}

/// `POST /api/collections/order`: moves an `app` within a collection, or without one the collection itself: for the caller,
/// or with `shared` for everybody. `to` and `other` are as for apps on the panel.
#[server(prefix = "/api", endpoint = "collections/order")]
pub async fn order_collection(
    #[server(default)] collection: String,
    #[server(default)] app: String,
    #[server(default)] to: String,
    #[server(default)] other: String,
    #[server(default)] shared: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::{Code, order::Move};

    let mut here = Here::get()?;
    let all = !shared.is_empty();
    let back = if app.is_empty() { list(all).to_owned() } else { page(&shared, &collection) };
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&collection)?);
        let step = Move::read(&to, &other).ok_or(Code::BadRequest)?;
        let moved = match (app.is_empty(), all) {
            (false, _) => here.directory.arrange_collection(caller, id, forms::id(&app)?, step).await,
            (true, true) => here.directory.move_shared_collection(caller, id, step).await,
            (true, false) => here.directory.move_collection(caller, id, step).await,
        };
        moved?;
        let item = if app.is_empty() { id } else { forms::id(&app)? };
        Ok(match step {
            Move::Step(step) => format!("{back}?moved={item}&to={step}"),
            _ => format!("{back}?moved={item}"),
        })
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("collections", back.clone()), result).await
}

/// `POST /api/collections/hide`: `hide` or `show` names one of the organization's.
#[server(prefix = "/api", endpoint = "collections/hide")]
pub async fn hide_collection(#[server(default)] hide: String, #[server(default)] show: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let hidden = show.is_empty();
        let id = forms::id(if hidden { &hide } else { &show })?;
        here.directory.hide_collection(here.caller()?, id, hidden).await?;
        Ok(format!("{}?done={}", list(false), if hidden { "hidden" } else { "shown" }))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("collections", list(false)), result).await
}

/// `POST /api/collections/audience`: shows one of the organization's to the people of a group; `add` or `remove` names it.
#[server(prefix = "/api", endpoint = "collections/audience")]
pub async fn show_collection_to(
    #[server(default)] collection: String,
    #[server(default)] add: String,
    #[server(default)] remove: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let back = page("1", &collection);
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&collection)?);
        let shown = remove.is_empty();
        let group = forms::id(if shown { &add } else { &remove })?;
        here.directory.show_collection_to(caller, id, group, shown).await?;
        Ok(format!("{back}?done=audience"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("audience", back.clone()), result).await
}

/// Where a list of collections is.
#[cfg(feature = "ssr")]
const fn list(shared: bool) -> &'static str {
    if shared { "/admin/collections" } else { "/collections" }
}

#[cfg(feature = "ssr")]
fn one(shared: bool, id: &str) -> String {
    format!("{}/{id}", list(shared))
}

/// The page of the collection that a form names; the list, if it names none.
#[cfg(feature = "ssr")]
fn page(shared: &str, collection: &str) -> String {
    let shared = !shared.is_empty();
    super::forms::id(collection).map_or_else(|_| list(shared).to_owned(), |id| one(shared, &id.to_string()))
}

/// The caller's collections.
///
/// # Errors
/// Those of [`crate::directory::Directory::my_collections`].
#[cfg(feature = "ssr")]
pub async fn mine() -> Result<crate::model::panel::Collections, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.my_collections(here.caller()?).await.map_err(Into::into)
}

/// The organization's collections.
///
/// # Errors
/// Those of [`crate::directory::Directory::shared_collections`].
#[cfg(feature = "ssr")]
pub async fn shared() -> Result<Vec<crate::model::panel::CollectionRow>, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    here.directory.shared_collections(here.caller()?).await.map_err(Into::into)
}

/// A collection to be changed.
///
/// # Errors
/// Those of [`crate::directory::Directory::collection_page`].
#[cfg(feature = "ssr")]
pub async fn kept(
    id: uuid::Uuid,
    find: &str,
    find_group: &str,
) -> Result<crate::model::panel::CollectionPage, crate::model::Refusal> {
    let here = super::here::Here::get()?;
    let page = here.directory.collection_page(here.caller()?, id, find, find_group).await;
    page.map_err(Into::into)
}
