//! Who is in a group.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/memberships/add`: puts somebody of the directory into a group.
#[server(prefix = "/api", endpoint = "memberships/add")]
pub async fn add_member(
    #[server(default)] group: String,
    #[server(default)] person: String,
    #[server(default)] person_chosen: String,
    #[server(default)] until: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here, people};
    use crate::model::ask::last_day;

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        let chosen = people::chosen(&here, "person", &person, &person_chosen).await?;
        let end = match until.trim() {
            "" => None,
            day => Some(last_day(day, here.directory.now())?),
        };
        here.directory.add_to_group(caller, id, chosen, end).await?;
        Ok(format!("/groups/{id}?done=member-added&who={chosen}"))
    }
    .await;
    let back = forms::id(&group).map_or_else(|_| "/groups".to_owned(), |id| format!("/groups/{id}/add"));
    let form = forms::Form { name: "member", back, fields: vec![("person", person), ("until", until)] };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/memberships/remove`: takes someone out of a group.
#[server(prefix = "/api", endpoint = "memberships/remove")]
pub async fn remove_member(#[server(default)] group: String, #[server(default)] user: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let (group, user) = (forms::id(&group)?, forms::id(&user)?);
        here.directory.remove_member(caller, group, user).await?;
        Ok(format!("/groups/{group}?done=removed"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("remove", page_of(&group)), result).await
}

/// `POST /api/memberships/remove-several`: takes several people out of a group.
#[server(prefix = "/api", endpoint = "memberships/remove-several")]
pub async fn remove_members(
    #[server(default)] group: String,
    #[server(default)] users: Vec<String>,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, group) = (here.caller()?, forms::id(&group)?);
        let users = users.iter().map(|user| forms::id(user)).collect::<Result<Vec<_>, _>>()?;
        let removed = here.directory.remove_members(caller, group, &users).await?;
        Ok(format!("/groups/{group}?done=removed-several&count={removed}"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("remove", page_of(&group)), result).await
}

/// `POST /api/memberships/until`: gives a membership another end. `change` is `set` (to `until`), `extend` (by `days`) or
/// `never`.
#[server(prefix = "/api", endpoint = "memberships/until")]
pub async fn set_until(
    #[server(default)] group: String,
    #[server(default)] user: String,
    #[server(default)] change: String,
    #[server(default)] until: String,
    #[server(default)] days: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::{Code, Refusal, ask::last_day, groups::NewEnd};

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let (group, user) = (forms::id(&group)?, forms::id(&user)?);
        let end = match change.as_str() {
            "set" => NewEnd::At(last_day(&until, here.directory.now())?),
            "extend" => NewEnd::Later(days.trim().parse().map_err(|_| Refusal::at(Code::DaysInvalid, "days"))?),
            "never" => NewEnd::Never,
            _ => return Err(Code::BadRequest.into()),
        };
        here.directory.set_until(caller, group, user, end).await?;
        Ok(format!("/groups/{group}/members/{user}?done=until"))
    }
    .await;
    let back = match (forms::id(&group), forms::id(&user)) {
        (Ok(group), Ok(user)) => format!("/groups/{group}/members/{user}"),
        _ => "/groups".to_owned(),
    };
    let form = forms::Form { name: "until", back, fields: vec![("until", until), ("days", days)] };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/memberships/leave`: takes the caller out of a group.
#[server(prefix = "/api", endpoint = "memberships/leave")]
pub async fn leave_group(#[server(default)] group: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        here.directory.leave_group(caller, id).await?;
        Ok("/groups?done=left".to_owned())
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("remove", page_of(&group)), result).await
}

/// The page of a group that a form names.
#[cfg(feature = "ssr")]
fn page_of(group: &str) -> String {
    super::forms::id(group).map_or_else(|_| "/groups".to_owned(), |id| format!("/groups/{id}"))
}
