//! From texts of forms to one call into the directory, and where to go then.

use chrono::{DateTime, Utc};

use super::super::{forms, here::Here, people};
use crate::{
    directory::apps::AppRole,
    model::{Code, Refusal, ask},
};

/// A page of an app; the list of apps for what is no id.
pub(super) fn path(app: &str, page: &str) -> String {
    forms::id(app).map_or_else(|_| "/apps/managed".to_owned(), |id| format!("/apps/{id}{page}"))
}

/// A last day; none if nothing was typed.
fn last_day(here: &Here, text: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let text = Some(text.trim()).filter(|text| !text.is_empty());
    text.map(|text| ask::last_day(text, here.directory.now())).transpose()
}

/// Gives an app to somebody.
pub(super) async fn assign(here: &Here, app: &str, typed: &str, picked: &str, until: &str) -> Result<String, Refusal> {
    let (caller, id) = (here.caller()?, forms::id(app)?);
    let user = people::chosen(here, "person", typed, picked).await?;
    let until = last_day(here, until)?;
    here.directory.give_app(caller, id, user, until).await?;
    Ok(format!("/apps/{id}/people?done=given&who={user}"))
}

/// Gives what somebody has another end.
pub(super) async fn until(here: &Here, app: &str, user: &str, until: &str) -> Result<String, Refusal> {
    let (caller, id, user) = (here.caller()?, forms::id(app)?, forms::id(user)?);
    let until = last_day(here, until)?;
    here.directory.set_app_until(caller, id, user, until).await?;
    Ok(format!("/apps/{id}/people/{user}?done=until"))
}

/// Gives an app to a group, or takes it away.
pub(super) async fn group(here: &Here, app: &str, group: &str, action: &str) -> Result<String, Refusal> {
    let (caller, id) = (here.caller()?, forms::id(app)?);
    if action == "remove" {
        let group = forms::id(group)?;
        here.directory.remove_group(caller, id, group).await?;
        return Ok(format!("/apps/{id}/people?done=group-removed"));
    }
    if group.is_empty() {
        return Err(Refusal::at(Code::NothingChosen, "group"));
    }
    here.directory.give_to_group(caller, id, forms::id(group)?).await?;
    Ok(format!("/apps/{id}/people?done=group-given"))
}

const fn field(role: AppRole) -> &'static str {
    match role {
        AppRole::Owner => "owner",
        AppRole::Approver => "approver",
    }
}

/// Makes somebody an owner or approver.
pub(super) async fn add_role(
    here: &Here,
    app: &str,
    role: AppRole,
    typed: &str,
    picked: &str,
) -> Result<String, Refusal> {
    let (caller, id, field) = (here.caller()?, forms::id(app)?, field(role));
    let user = people::chosen(here, field, typed, picked).await?;
    here.directory.add_app_role(caller, id, role, user).await.map_err(|error| {
        let refusal = Refusal::from(error);
        // The form has two fields for people.
        Refusal { field: refusal.field.map(|_| field.to_owned()), ..refusal }
    })?;
    Ok(format!("/apps/{id}/settings?done={field}-added"))
}

/// Ends that. Whoever took it from themselves may no longer see the settings.
pub(super) async fn remove_role(here: &Here, app: &str, role: AppRole, user: &str) -> Result<String, Refusal> {
    let (caller, id, user) = (here.caller()?, forms::id(app)?, forms::id(user)?);
    here.directory.remove_app_role(caller, id, role, user).await?;
    if role == AppRole::Owner && user == caller.user_id && !caller.is_administrator() {
        return Ok("/apps/managed?done=left".to_owned());
    }
    Ok(format!("/apps/{id}/settings?done={}-removed", field(role)))
}
