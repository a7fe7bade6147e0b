//! What a rule will do to a group that had none, and what its end will do, before it is done.

use leptos::prelude::*;

use super::{id_in_path, page, query};
use crate::{
    api,
    components::{
        faces::logo,
        frame::{Place, Site, inside},
        icon::icon,
    },
    model::{Code, rules::RulePage},
};

/// `/groups/{id}/rule/confirm?again=…`: an assigned group with people in it is to follow a rule.
#[component]
pub fn ConfirmRulePage() -> impl IntoView {
    let (id, again) = (id_in_path("id"), query("again"));
    page(async move |site| {
        let group = api::rules::page(id?).await?;
        let saved = api::forms::again("rule", again.as_deref()).await;
        let rule = saved.as_ref().and_then(|saved| saved.value("rule")).ok_or(Code::BadRequest)?.to_owned();
        let preview = api::rules::preview(&rule, Some(group.id)).await?;
        let going = match (preview.going, preview.complete) {
            (0, true) => "Nobody has to leave: the rule means all of them.".to_owned(),
            (1, true) => "1 person has to leave, because the rule does not mean them.".to_owned(),
            (going, true) => format!("{going} people have to leave, because the rule does not mean them."),
            (going, false) => format!("{going} people or more have to leave, because the rule does not mean them."),
        };
        let people = match group.by_hand {
            1 => "1 person is in this group now. They stay only if the rule means them.".to_owned(),
            people => format!("{people} people are in this group now. They stay only if the rule means them."),
        };
        let question = Question {
            title: format!("Let a rule decide who is in {}?", group.name),
            effects: vec![
                ("bad", people),
                ("bad", going),
                ("bad", "From then on nobody can be added, invited, or join by themselves.".to_owned()),
                ("good", "You can make it an assigned group again at any time.".to_owned()),
            ],
            rule: Some(rule),
            action: "/api/rules/save",
            button: "Let the rule decide",
        };
        Ok(ask(&site, &group, question))
    })
}

/// `/groups/{id}/rule/end`: a dynamic group is to be an assigned one.
#[component]
pub fn EndRulePage() -> impl IntoView {
    let id = id_in_path("id");
    page(async move |site| {
        let group = api::rules::page(id?).await?;
        if group.rule.is_none() {
            return Err(Code::WrongState.into());
        }
        let people = match group.by_rule {
            0 => "Nobody is in this group now.".to_owned(),
            1 => "1 person is in this group now, and stays until an owner removes them.".to_owned(),
            people => format!("{people} people are in this group now, and stay until an owner removes them."),
        };
        let question = Question {
            title: format!("Make {} an assigned group?", group.name),
            effects: vec![
                ("bad", "Its rule is forgotten. Nobody comes or goes by it any more.".to_owned()),
                ("good", people),
                ("good", "Its owners can add, invite and remove people.".to_owned()),
            ],
            rule: None,
            action: "/api/rules/end",
            button: "Make it an assigned group",
        };
        Ok(ask(&site, &group, question))
    })
}

struct Question {
    title: String,
    effects: Vec<(&'static str, String)>,
    /// The rule that is to be saved.
    rule: Option<String>,
    action: &'static str,
    button: &'static str,
}

fn ask(site: &Site, group: &RulePage, question: Question) -> AnyView {
    let Question { title, effects, rule, action, button } = question;
    let back = format!("/groups/{}/rule", group.id);
    let effects: Vec<_> = effects
        .into_iter()
        .map(|(tone, text)| {
            let sign = if tone == "good" { "check" } else { "cross" };
            view! { <li class=tone>{icon(sign, 16)}<span>{text}</span></li> }
        })
        .collect();
    let rule = rule.map(|rule| {
        view! {
            <pre class="rule-text" tabindex="0" aria-label="The rule">{rule.clone()}</pre>
            <input type="hidden" name="rule" value=rule/>
            <input type="hidden" name="confirmed" value="1"/>
        }
    });
    let content = view! {
        <a class="back" href=back.clone()>{icon("back", 16)}"Rule"</a>
        <form class="panel" method="post" action=action>
            <input type="hidden" name="group" value=group.id.to_string()/>
            <div class="body">
                <div class="who">{logo(group.id, &group.name, "")}<div><b>{group.name.clone()}</b></div></div>
                <h1>{title.clone()}</h1>
                {rule}
                <ul class="effects">{effects}</ul>
                <div class="actions">
                    <button class="primary danger">{button}</button>
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </div>
        </form>
    };
    inside(site, &title, Place::Groups, true, content.into_any())
}
