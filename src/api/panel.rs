//! What somebody makes of their panel.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/panel/favourite`: `add` or `remove` names an app; `list` is the query of the page that it was pressed on.
#[server(prefix = "/api", endpoint = "panel/favourite")]
pub async fn favour_app(
    #[server(default)] add: String,
    #[server(default)] remove: String,
    #[server(default)] list: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here, my_apps};

    let mut here = Here::get()?;
    let query = my_apps::read(&list);
    let result = async {
        let favourite = remove.is_empty();
        let app = forms::id(if favourite { &add } else { &remove })?;
        here.directory.favour_app(here.caller()?, app, favourite).await?;
        Ok(my_apps::at_app(&query, app))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("panel", my_apps::path(&query)), result).await
}

/// `POST /api/panel/hide`: `hide` or `show` names an app.
#[server(prefix = "/api", endpoint = "panel/hide")]
pub async fn hide_app(
    #[server(default)] hide: String,
    #[server(default)] show: String,
    #[server(default)] list: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here, my_apps};

    let mut here = Here::get()?;
    let query = my_apps::read(&list);
    let result = async {
        let hidden = show.is_empty();
        let app = forms::id(if hidden { &hide } else { &show })?;
        here.directory.hide_app(here.caller()?, app, hidden).await?;
        let done = if hidden { "hidden" } else { "shown" };
        Ok(my_apps::telling(&query, &[("done", done), ("app", &app.to_string())]))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("panel", my_apps::path(&query)), result).await
}

/// `POST /api/panel/order`: moves an app. `to` is `first`, `up`, `down`, `last`, or `before` or `after` an `other`; `reset`
/// with any value gives the own order up.
#[server(prefix = "/api", endpoint = "panel/order")]
pub async fn arrange_app(
    #[server(default)] app: String,
    #[server(default)] to: String,
    #[server(default)] other: String,
    #[server(default)] reset: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::{Code, order::Move};

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        if !reset.is_empty() {
            here.directory.reset_app_order(caller).await?;
            return Ok("/?arrange=1&done=reset".to_owned());
        }
        let app = forms::id(&app)?;
        let step = Move::read(&to, &other).ok_or(Code::BadRequest)?;
        here.directory.arrange_app(caller, app, step).await?;
        // No fragment: with one, browsers would not give the focus back to the button.
        Ok(match step {
            Move::Step(step) => format!("/?arrange=1&moved={app}&to={step}"),
            _ => format!("/?arrange=1&moved={app}"),
        })
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("panel", "/?arrange=1"), result).await
}

/// `POST /api/panel/view`: how apps are shown from now on, `grid` or `list`.
#[server(prefix = "/api", endpoint = "panel/view")]
pub async fn view_apps_as(#[server(default)] view: String, #[server(default)] list: String) -> Result<(), ApiError> {
    use super::{forms, here::Here, my_apps};
    use crate::model::Code;

    let mut here = Here::get()?;
    let query = my_apps::read(&list);
    let result = async {
        let view = view.parse().map_err(|_| Code::BadRequest)?;
        here.directory.view_apps_as(here.caller()?, view).await?;
        Ok(my_apps::path(&query))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("panel", my_apps::path(&query)), result).await
}
