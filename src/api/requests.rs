//! Finding groups and apps, asking for them, and deciding.

use leptos::prelude::*;

use super::error::ApiError;

/// `POST /api/requests/ask`: asks for a `group` or an `app`, with a `reason`.
#[server(prefix = "/api", endpoint = "requests/ask")]
pub async fn ask(
    #[server(default)] group: String,
    #[server(default)] app: String,
    #[server(default)] reason: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::{directory::grants::Target, model::requests::Asked};

    let mut here = Here::get()?;
    let of_app = group.trim().is_empty();
    let target = if of_app { forms::id(&app).map(Target::App) } else { forms::id(&group).map(Target::Group) };
    let back = match target {
        Ok(Target::App(id)) => format!("/apps/{id}/request"),
        Ok(Target::Group(id)) => format!("/groups/{id}/join"),
        Err(_) => "/catalogue".to_owned(),
    };
    let result = async {
        let (caller, target) = (here.caller()?, target?);
        Ok(match here.directory.ask(caller, target, &reason).await? {
            Asked::Waits(id) => format!("/requests/{id}?done=asked"),
            Asked::Given => format!("{back}?done=joined"),
        })
    }
    .await;
    forms::answer(&mut here, forms::Form { name: "ask", back: back.clone(), fields: vec![("reason", reason)] }, result)
        .await
}

/// `POST /api/groups/join`: joins an open group.
#[server(prefix = "/api", endpoint = "groups/join")]
pub async fn join_group(#[server(default)] group: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let back = forms::id(&group).map_or_else(|_| "/catalogue".to_owned(), |id| format!("/groups/{id}/join"));
    let result = async {
        here.directory.join_group(here.caller()?, forms::id(&group)?).await?;
        Ok(format!("{back}?done=joined"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("ask", back.clone()), result).await
}

/// `POST /api/requests/decide`: `action` is `approve`, perhaps with a date in `until`, or `deny`, with a `reason`.
#[server(prefix = "/api", endpoint = "requests/decide")]
pub async fn decide(
    #[server(default)] request: String,
    #[server(default)] action: String,
    #[server(default)] until: String,
    #[server(default)] reason: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::{Code, Refusal, ask::last_day, requests::Decision};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&request)?);
        let (decision, done) = match action.as_str() {
            "approve" => {
                let until = Some(until.trim()).filter(|until| !until.is_empty());
                let until = until.map(|until| last_day(until, here.directory.now())).transpose()?;
                (Decision::Approve { until }, "approved")
            }
            "deny" => (Decision::Deny { reason: reason.clone() }, "denied"),
            _ => return Err(Refusal::from(Code::BadRequest)),
        };
        here.directory.decide(caller, id, &decision).await?;
        Ok(format!("/requests?done={done}"))
    }
    .await;
    let form = forms::Form {
        name: "decide",
        back: page_of(&request),
        fields: vec![("action", action), ("until", until), ("reason", reason)],
    };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/requests/withdraw`: takes back a request of one's own.
#[server(prefix = "/api", endpoint = "requests/withdraw")]
pub async fn withdraw(#[server(default)] request: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&request)?);
        here.directory.withdraw_request(caller, id).await?;
        Ok("/requests?tab=mine&done=withdrawn".to_owned())
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("decide", page_of(&request)), result).await
}

/// `POST /api/requests/remind`: reminds those who decide about a request of one's own.
#[server(prefix = "/api", endpoint = "requests/remind")]
pub async fn remind(#[server(default)] request: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&request)?);
        here.directory.remind_approvers(caller, id).await?;
        Ok(format!("/requests/{id}?done=reminded"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("decide", page_of(&request)), result).await
}

/// The page of the request that a form is about.
#[cfg(feature = "ssr")]
fn page_of(request: &str) -> String {
    super::forms::id(request).map_or_else(|_| "/requests".to_owned(), |id| format!("/requests/{id}"))
}

#[cfg(feature = "ssr")]
pub use reading::{asking, catalogue, inbox, mine, request};

#[cfg(feature = "ssr")]
mod reading {
    use uuid::Uuid;

    use super::super::here::Here;
    use crate::{
        directory::{catalogue::CatalogueQuery, grants::Target, requests::InboxQuery},
        model::{
            Refusal,
            requests::{AskPage, Catalogue, RequestList, RequestPage},
        },
    };

    /// A page of the catalogue.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn catalogue(query: &CatalogueQuery) -> Result<Catalogue, Refusal> {
        let here = Here::get()?;
        here.directory.catalogue(here.caller()?, query).await.map_err(Into::into)
    }

    /// The page on which one joins or asks.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::ask_page`].
    pub async fn asking(target: Target) -> Result<AskPage, Refusal> {
        let here = Here::get()?;
        here.directory.ask_page(here.caller()?, target).await.map_err(Into::into)
    }

    /// What waits for the caller's decision, or was decided lately.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::inbox`].
    pub async fn inbox(query: &InboxQuery) -> Result<RequestList, Refusal> {
        let here = Here::get()?;
        here.directory.inbox(here.caller()?, query).await.map_err(Into::into)
    }

    /// What the caller asked for.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn mine(after: Option<&str>) -> Result<RequestList, Refusal> {
        let here = Here::get()?;
        here.directory.my_requests(here.caller()?, after).await.map_err(Into::into)
    }

    /// A request's page.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::request_page`].
    pub async fn request(id: Uuid) -> Result<RequestPage, Refusal> {
        let here = Here::get()?;
        here.directory.request_page(here.caller()?, id).await.map_err(Into::into)
    }
}
