//! Rules of dynamic groups.

use leptos::prelude::*;

use super::error::ApiError;
use crate::model::rules::RuleChecked;

/// `POST /api/rules/check`: whether a rule can be read, and if not, what is wrong where. Changes nothing.
#[server(prefix = "/api", endpoint = "rules/check")]
pub async fn check_rule(#[server(default)] rule: String) -> Result<RuleChecked, ApiError> {
    use super::{forms, here::Here};

    let here = Here::get()?;
    let caller = here.caller().map_err(forms::told)?;
    here.directory.check_rule(caller, &rule).map_err(|error| forms::told(error.into()))
}

/// `POST /api/rules/look`: keeps what was typed and leads back to the form, which shows what such a rule would do.
/// `look` is one of `check`, `preview`, `person`; without `group` it is about a new one. Changes nothing.
#[server(prefix = "/api", endpoint = "rules/look")]
pub async fn look_at_rule(
    #[server(default)] group: String,
    #[server(default)] name: String,
    #[server(default)] purpose: String,
    #[server(default)] rule: String,
    #[server(default)] person: String,
    #[server(default)] person_chosen: String,
    #[server(default)] look: String,
) -> Result<(), ApiError> {
    use super::{
        forms,
        here::Here,
        told::{RuleTyped, Told},
    };
    use crate::model::Code;

    let mut here = Here::get()?;
    let back = ssr::path_of(&group);
    let typed = RuleTyped { name, purpose, rule, person, person_chosen }.kept();
    let result = async {
        let look = ["check", "preview", "person"].into_iter().find(|known| *known == look).ok_or(Code::BadRequest)?;
        let checked = here.directory.check_rule(here.caller()?, &typed.rule)?;
        let key = here.keep(&Told::Rule(typed.clone())).await?;
        // What is wrong is said at the rule; what it would do, further down.
        let place = if look == "check" || checked.mistake.is_some() { "rule" } else { "looked" };
        Ok(format!("{back}?look={look}&typed={key}#{place}"))
    }
    .await;
    let form = forms::Form { name: "rule", back: back.clone(), fields: typed.into_fields() };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/rules/create`: a new dynamic group.
#[server(prefix = "/api", endpoint = "rules/create")]
pub async fn create_dynamic_group(
    #[server(default)] name: String,
    #[server(default)] purpose: String,
    #[server(default)] rule: String,
    #[server(default)] person: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here, told::RuleTyped};
    use crate::directory::rules::NewDynamicGroup;

    let mut here = Here::get()?;
    let typed = RuleTyped { name, purpose, rule, person, ..Default::default() };
    let result = async {
        let RuleTyped { name, purpose, rule, .. } = typed.clone();
        let new = NewDynamicGroup { name, purpose, rule };
        let id = here.directory.create_dynamic_group(here.caller()?, &new).await?;
        Ok(format!("/groups/{id}/rule?done=created"))
    }
    .await;
    let form = forms::Form { name: "rule", back: ssr::path_of(""), fields: typed.into_fields() };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/rules/save`: gives a group a rule, or another one. What has to be confirmed leads to the page that asks.
#[server(prefix = "/api", endpoint = "rules/save")]
pub async fn save_rule(
    #[server(default)] group: String,
    #[server(default)] rule: String,
    #[server(default)] person: String,
    #[server(default)] confirmed: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here, told::RuleTyped};
    use crate::model::Code;

    let mut here = Here::get()?;
    let result: Result<String, crate::model::Refusal> = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        let saved = here.directory.set_rule(caller, id, &rule, !confirmed.is_empty()).await;
        saved?;
        Ok(format!("/groups/{id}/rule?done=saved"))
    }
    .await;
    let path = ssr::path_of(&group);
    let asks = result.as_ref().is_err_and(|refusal| refusal.code == Code::WrongState);
    let back = if asks { format!("{path}/confirm") } else { path };
    let typed = RuleTyped { rule, person, ..Default::default() };
    forms::answer(&mut here, forms::Form { name: "rule", back, fields: typed.into_fields() }, result).await
}

/// `POST /api/rules/end`: makes a dynamic group an assigned one.
#[server(prefix = "/api", endpoint = "rules/end")]
pub async fn end_rule(#[server(default)] group: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&group)?);
        here.directory.end_rule(caller, id).await?;
        Ok(format!("/groups/{id}?done=assigned"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("rule", ssr::path_of(&group)), result).await
}

#[cfg(feature = "ssr")]
pub use ssr::{checked, explained, page, preview, status};

#[cfg(feature = "ssr")]
mod ssr {
    use chrono::Duration;
    use uuid::Uuid;

    use super::super::{forms, here::Here, told::RuleTyped};
    use crate::model::{
        Refusal,
        rules::{RuleChecked, RuleExplained, RulePage, RulePreview, RuleStatus},
    };

    /// How long somebody waits for a preview.
    const PATIENCE: Duration = Duration::seconds(2);
    /// How much of a field is kept, in characters: more than a rule may have, so that it is still seen to be too long.
    const KEPT: usize = 8000;

    impl RuleTyped {
        /// What of it is kept.
        pub fn kept(self) -> Self {
            let cut = |text: String| text.chars().take(KEPT).collect();
            Self {
                name: cut(self.name),
                purpose: cut(self.purpose),
                rule: cut(self.rule),
                person: cut(self.person),
                person_chosen: cut(self.person_chosen),
            }
        }

        /// The same as fields of a form.
        pub fn into_fields(self) -> Vec<(&'static str, String)> {
            vec![("name", self.name), ("purpose", self.purpose), ("rule", self.rule), ("person", self.person)]
        }
    }

    /// The page of a group's rule; that of a new one without a group.
    pub fn path_of(group: &str) -> String {
        match forms::id(group) {
            Ok(id) => format!("/groups/{id}/rule"),
            Err(_) if group.is_empty() => "/groups/new/dynamic".to_owned(),
            Err(_) => "/groups".to_owned(),
        }
    }

    /// A group for the page of its rule.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::rule_page`].
    pub async fn page(group: Uuid) -> Result<RulePage, Refusal> {
        let here = Here::get()?;
        here.directory.rule_page(here.caller()?, group).await.map_err(Into::into)
    }

    /// The rule of a group, if it has one, and whether everybody has been looked at.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::rule_status`].
    pub async fn status(group: Uuid) -> Result<Option<RuleStatus>, Refusal> {
        let here = Here::get()?;
        here.directory.rule_status(here.caller()?, group).await.map_err(Into::into)
    }

    /// What is wrong with a rule, if anything is.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::check_rule`].
    pub fn checked(rule: &str) -> Result<RuleChecked, Refusal> {
        let here = Here::get()?;
        here.directory.check_rule(here.caller()?, rule).map_err(Into::into)
    }

    /// What a rule would do.
    ///
    /// # Errors
    /// Those of [`crate::directory::Directory::preview_rule`].
    pub async fn preview(rule: &str, group: Option<Uuid>) -> Result<RulePreview, Refusal> {
        let here = Here::get()?;
        here.directory.preview_rule(here.caller()?, rule, group, PATIENCE).await.map_err(Into::into)
    }

    /// Whether a rule means the person that was chosen.
    ///
    /// # Errors
    /// Those of [`super::super::people::chosen`] and [`crate::directory::Directory::explain_rule`].
    pub async fn explained(rule: &str, person: &str, chosen: &str) -> Result<RuleExplained, Refusal> {
        let here = Here::get()?;
        let person = super::super::people::chosen(&here, "person", person, chosen).await?;
        here.directory.explain_rule(here.caller()?, rule, person).await.map_err(Into::into)
    }
}
