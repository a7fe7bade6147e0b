//! Groups: their pages, and running them.
#![expect(clippy::too_many_arguments, reason = "a form has as many fields as it needs")]

use leptos::prelude::*;

use super::error::ApiError;
#[cfg(feature = "ssr")]
pub use super::group_pages::*;

/// `POST /api/groups/create`: creates a group, whose first owner the caller is.
#[server(prefix = "/api", endpoint = "groups/create")]
pub async fn create_group(
    #[server(default)] name: String,
    #[server(default)] purpose: String,
    #[server(default)] join_policy: String,
    #[server(default)] listed: String,
    #[server(default)] accepts_guests: String,
    #[server(default)] members_may_invite: String,
    #[server(default)] guests_see_members: String,
    #[server(default)] other_address: String,
    #[server(default)] allow: String,
    #[server(default)] deny: String,
    #[server(default)] days: String,
) -> Result<(), ApiError> {
    use super::{forms, group_form::Typed, here::Here};

    let typed = Typed {
        name,
        purpose,
        join_policy,
        listed,
        accepts_guests,
        members_may_invite,
        guests_see_members,
        other_address,
        allow,
        deny,
        days,
    };
    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let form = typed.read()?;
        let id = here.directory.create_group(caller, &form).await?;
        Ok(format!("/groups/{id}?done=created"))
    }
    .await;
    let form = forms::Form { name: "group", back: "/groups/new".to_owned(), fields: typed.into_fields() };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/groups/edit`: changes what a group is like.
#[server(prefix = "/api", endpoint = "groups/edit")]
pub async fn edit_group(
    #[server(default)] group: String,
    #[server(default)] name: String,
    #[server(default)] purpose: String,
    #[server(default)] join_policy: String,
    #[server(default)] listed: String,
    #[server(default)] accepts_guests: String,
    #[server(default)] members_may_invite: String,
    #[server(default)] guests_see_members: String,
    #[server(default)] other_address: String,
    #[server(default)] allow: String,
    #[server(default)] deny: String,
    #[server(default)] days: String,
) -> Result<(), ApiError> {
    use super::{forms, group_form::Typed, here::Here};

    let typed = Typed {
        name,
        purpose,
        join_policy,
        listed,
        accepts_guests,
        members_may_invite,
        guests_see_members,
        other_address,
        allow,
        deny,
        days,
    };
    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        let form = typed.read()?;
        here.directory.edit_group(caller, id, &form).await?;
        Ok(format!("/groups/{id}/settings?done=saved"))
    }
    .await;
    let form = forms::Form { name: "group", back: settings_of(&group), fields: typed.into_fields() };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/groups/delete`: deletes a group; it can be restored for 30 days.
#[server(prefix = "/api", endpoint = "groups/delete")]
pub async fn delete_group(#[server(default)] group: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        here.directory.delete_group(caller, id).await?;
        Ok("/groups/deleted?done=deleted".to_owned())
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("settings", settings_of(&group)), result).await
}

/// `POST /api/groups/restore`: restores a deleted group.
#[server(prefix = "/api", endpoint = "groups/restore")]
pub async fn restore_group(#[server(default)] group: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        here.directory.restore_group(caller, id).await?;
        Ok(format!("/groups/{id}?done=restored"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("restore", "/groups/deleted"), result).await
}

/// `POST /api/owners/add`: makes somebody an owner of a group.
#[server(prefix = "/api", endpoint = "owners/add")]
pub async fn add_owner(
    #[server(default)] group: String,
    #[server(default)] person: String,
    #[server(default)] person_chosen: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here, people};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        let person = people::chosen(&here, "person", &person, &person_chosen).await?;
        here.directory.add_owner(caller, id, person).await?;
        Ok(format!("/groups/{id}/settings?done=owner-added#owners"))
    }
    .await;
    let form = forms::Form { name: "owner", back: settings_of(&group), fields: vec![("person", person)] };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/owners/remove`: takes an owner of a group away, or lets an owner step down.
#[server(prefix = "/api", endpoint = "owners/remove")]
pub async fn remove_owner(#[server(default)] group: String, #[server(default)] user: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        let (group, user) = (forms::id(&group)?, forms::id(&user)?);
        here.directory.remove_owner(caller, group, user).await?;
        // Whoever steps down may not see the group any more.
        Ok(if user == caller.user_id && !caller.is_administrator() {
            "/groups?done=stepped-down".to_owned()
        } else {
            format!("/groups/{group}/settings?done=owner-removed#owners")
        })
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("settings", settings_of(&group)), result).await
}

/// The settings of a group that a form names.
#[cfg(feature = "ssr")]
fn settings_of(group: &str) -> String {
    super::forms::id(group).map_or_else(|_| "/groups".to_owned(), |id| format!("/groups/{id}/settings"))
}
