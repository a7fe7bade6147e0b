//! Apps: what those who run one change, and what pages read.
#![expect(clippy::too_many_arguments, reason = "the fields of one form")]

use leptos::prelude::*;

use super::error::ApiError;

#[cfg(feature = "ssr")]
mod read;
#[cfg(feature = "ssr")]
mod steps;

#[cfg(feature = "ssr")]
pub use read::*;

/// `POST /api/apps/edit`: changes what an app says, whom it takes, and how it can be asked for. `allow` and `deny` are
/// domains, one a line; `join_group` is the id of a group or empty; the flags count with any value.
#[server(prefix = "/api", endpoint = "apps/edit")]
pub async fn edit_app(
    #[server(default)] app: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] url: String,
    #[server(default)] accepts_guests: String,
    #[server(default)] allow: String,
    #[server(default)] deny: String,
    #[server(default)] requestable: String,
    #[server(default)] needs_approval: String,
    #[server(default)] join_group: String,
    #[server(default)] hidden: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::app_form::TypedApp;

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&app)?);
        let typed = TypedApp {
            name: &name,
            description: &description,
            url: &url,
            accepts_guests: !accepts_guests.is_empty(),
            allow: &allow,
            deny: &deny,
            requestable: !requestable.is_empty(),
            needs_approval: !needs_approval.is_empty(),
            join_group: &join_group,
            hidden: !hidden.is_empty(),
        };
        here.directory.edit_app(caller, id, &typed.read()?).await?;
        Ok(format!("/apps/{id}/settings?done=saved"))
    }
    .await;
    let form = forms::Form {
        name: "app-edit",
        back: steps::path(&app, "/settings"),
        fields: vec![
            ("name", name),
            ("description", description),
            ("url", url),
            ("accepts_guests", accepts_guests),
            ("allow", allow),
            ("deny", deny),
            ("requestable", requestable),
            ("needs_approval", needs_approval),
            ("join_group", join_group),
            ("hidden", hidden),
        ],
    };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/apps/switch`: switches an app off, or on if `on` has any value.
#[server(prefix = "/api", endpoint = "apps/switch")]
pub async fn switch_app(#[server(default)] app: String, #[server(default)] on: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id, on) = (here.caller()?, forms::id(&app)?, !on.is_empty());
        here.directory.switch_app(caller, id, on).await?;
        Ok(format!("/apps/{id}/settings?done={}", if on { "on" } else { "off" }))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("app", steps::path(&app, "/settings")), result).await
}

/// `POST /api/apps/assign`: gives an app to a person: `person` as typed, `person_chosen` as picked from the list; `until`
/// is the last day, or empty.
#[server(prefix = "/api", endpoint = "apps/assign")]
pub async fn assign_app(
    #[server(default)] app: String,
    #[server(default)] person: String,
    #[server(default)] person_chosen: String,
    #[server(default)] until: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = steps::assign(&here, &app, &person, &person_chosen, &until).await;
    let form = forms::Form {
        name: "app-assign",
        back: steps::path(&app, "/people/add"),
        fields: vec![("person", person), ("until", until)],
    };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/apps/until`: gives what somebody has of an app another last day, or none if `until` is empty.
#[server(prefix = "/api", endpoint = "apps/until")]
pub async fn set_app_until(
    #[server(default)] app: String,
    #[server(default)] user: String,
    #[server(default)] until: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = steps::until(&here, &app, &user, &until).await;
    let back = match forms::id(&user) {
        Ok(user) => steps::path(&app, &format!("/people/{user}")),
        Err(_) => steps::path(&app, "/people"),
    };
    let form = forms::Form { name: "app-until", back, fields: vec![("until", until)] };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/apps/remove`: takes an app away from somebody who has it directly.
#[server(prefix = "/api", endpoint = "apps/remove")]
pub async fn take_app(#[server(default)] app: String, #[server(default)] user: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id, user) = (here.caller()?, forms::id(&app)?, forms::id(&user)?);
        here.directory.take_app(caller, id, user).await?;
        Ok(format!("/apps/{id}/people?done=removed"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("app", steps::path(&app, "/people")), result).await
}

/// `POST /api/apps/group`: gives an app to a group, or takes it away if `action` is `remove`.
#[server(prefix = "/api", endpoint = "apps/group")]
pub async fn assign_group(
    #[server(default)] app: String,
    #[server(default)] group: String,
    #[server(default)] action: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = steps::group(&here, &app, &group, &action).await;
    let (name, back) = if action == "remove" { ("app", "/people") } else { ("app-group", "/people/add") };
    forms::answer(&mut here, forms::Form::bare(name, steps::path(&app, back)), result).await
}

/// `POST /api/apps/owner`: makes somebody an owner (`owner` as typed, `owner_chosen` as picked), or ends that if `action`
/// is `remove` (`user`).
#[server(prefix = "/api", endpoint = "apps/owner")]
pub async fn app_owner(
    #[server(default)] app: String,
    #[server(default)] action: String,
    #[server(default)] owner: String,
    #[server(default)] owner_chosen: String,
    #[server(default)] user: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::directory::apps::AppRole;

    let mut here = Here::get()?;
    let result = if action == "remove" {
        steps::remove_role(&here, &app, AppRole::Owner, &user).await
    } else {
        steps::add_role(&here, &app, AppRole::Owner, &owner, &owner_chosen).await
    };
    let fields = vec![("owner", owner)];
    let form = forms::Form { name: "app-owner", back: steps::path(&app, "/settings"), fields };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/apps/approver`: the same for those who decide about requests, with `approver` and `approver_chosen`.
#[server(prefix = "/api", endpoint = "apps/approver")]
pub async fn app_approver(
    #[server(default)] app: String,
    #[server(default)] action: String,
    #[server(default)] approver: String,
    #[server(default)] approver_chosen: String,
    #[server(default)] user: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::directory::apps::AppRole;

    let mut here = Here::get()?;
    let result = if action == "remove" {
        steps::remove_role(&here, &app, AppRole::Approver, &user).await
    } else {
        steps::add_role(&here, &app, AppRole::Approver, &approver, &approver_chosen).await
    };
    let fields = vec![("approver", approver)];
    let form = forms::Form { name: "app-approver", back: steps::path(&app, "/settings"), fields };
    forms::answer(&mut here, form, result).await
}
