//! `/groups/new/dynamic` and `/groups/{id}/rule`: who is in a group, said by a rule.

use leptos::prelude::*;
use uuid::Uuid;

use super::{id_in_path, page, query};
use crate::{
    api::{
        self,
        told::{RuleTyped, Told},
    },
    components::{
        copy_button::CopyButton,
        faces::face,
        field,
        frame::{Place, Site, inside},
        icon::icon,
        moment::moment,
        notice,
        people_picker::Picker,
        rule_live::RuleLive,
        text_area::TextArea,
    },
    directory::saved_forms::SavedForm,
    model::{
        Code, Refusal, names,
        rule::{self, Operator, Property},
        rules::{RuleChecked, RuleExplained, RulePage, RulePreview},
        settings::LONGEST_TEXT,
        view::{PersonFound, PersonName},
    },
};

/// While a changed rule has not gone round to everybody.
pub(super) const BUSY: &str = "Members are being brought up to date";

/// The form for a new dynamic group.
#[component]
pub fn NewDynamicGroupPage() -> impl IntoView {
    let asked = Asked::read();
    page(async move |site| {
        if !site.visitor.as_ref().is_some_and(crate::model::Caller::is_administrator) {
            return Err(Code::Forbidden.into());
        }
        let seen = Seen::of(asked, None, "").await?;
        let (name, purpose) = (seen.refused("name"), seen.refused("purpose"));
        let refusal = seen.refusal.as_ref();
        let about = view! {
            <div class="field">
                <label for="name">"Name"</label>
                <input
                    id="name"
                    name="name"
                    value=seen.typed.name.clone()
                    required
                    maxlength=names::LONGEST
                    autocomplete="off"
                    aria-describedby=name.then_some("name-error")
                    aria-invalid=name.then_some("true")
                />
                {field::error(refusal, "name", "name-error")}
            </div>
            <div class="field">
                <label for="purpose">"Purpose"</label>
                <TextArea
                    name="purpose"
                    value=seen.typed.purpose.clone()
                    rows=2
                    max=LONGEST_TEXT
                    described_by=field::described_by(purpose, "purpose")
                    invalid=purpose
                />
                {field::error(refusal, "purpose", "purpose-error")}
                <p class="hint" id="purpose-hint">"Optional: what the group is for."</p>
            </div>
        };
        let top = view! {
            <a class="back" href="/groups">{icon("back", 16)}"Groups"</a>
            <div class="headline">
                <div class="text">
                    <h1>"New dynamic group"</h1>
                    <p class="lead">"A rule says who is in it. Everybody whom it means is in at once; whoever changes so that it no longer means them is out at once."</p>
                </div>
            </div>
        };
        let form = Form {
            title: "New dynamic group".to_owned(),
            top: top.into_any(),
            about: about.into_any(),
            action: "/api/rules/create",
            save: "Create group",
            cancel: "/groups".to_owned(),
        };
        Ok(show(&site, form, seen))
    })
}

/// The form for the rule of a group that exists.
#[component]
pub fn RulePageView() -> impl IntoView {
    let (id, asked, done) = (id_in_path("id"), Asked::read(), query("done"));
    page(async move |site| {
        let group = api::rules::page(id?).await?;
        let seen = Seen::of(asked, Some(group.id), group.rule.as_deref().unwrap_or_default()).await?;
        let path = format!("/groups/{}", group.id);
        let end = group.rule.is_some().then(|| {
            view! { <a class="button quiet" href=format!("{path}/rule/end")>"Make it an assigned group"</a> }
        });
        let lead = match group.rule {
            Some(_) => "This rule says who is in the group. Nobody is added or removed by hand.",
            None => "People are put into this group by hand. With a rule, the rule alone says who is in it.",
        };
        let flash = match done.as_deref() {
            Some("created") => Some("The group is there. People are being put into it."),
            Some("saved") => Some("The rule is saved. Everybody is being looked at."),
            _ => None,
        };
        let top = view! {
            {flash.map(notice::done)}
            <a class="back" href=path.clone()>{icon("back", 16)}{group.name.clone()}</a>
            <div class="headline">
                <div class="text"><h1>{format!("Rule of {}", group.name)}</h1><p class="lead">{lead}</p></div>
                {end}
            </div>
            {state(&site, &group)}
        };
        let about = view! { <input type="hidden" name="group" value=group.id.to_string()/> };
        let form = Form {
            title: format!("Rule of {}", group.name),
            top: top.into_any(),
            about: about.into_any(),
            action: "/api/rules/save",
            save: "Save rule",
            cancel: path,
        };
        Ok(show(&site, form, seen))
    })
}

/// How many people are in it, and whether that is still about to change.
fn state(site: &Site, group: &RulePage) -> AnyView {
    let people = match (group.by_rule, group.by_hand) {
        (0, 0) => "Nobody is in it".to_owned(),
        (1, 0) => "1 person by rule".to_owned(),
        (by_rule, 0) => format!("{by_rule} people by rule"),
        (0, 1) => "1 person, put there by hand".to_owned(),
        (0, by_hand) => format!("{by_hand} people, put there by hand"),
        (by_rule, by_hand) => format!("{by_rule} people by rule, {by_hand} by hand"),
    };
    let busy = group.recalculating_since.map(|since| {
        view! { <li class="chip wait">{icon("clock", 14)}{BUSY}", since "{moment(since, site.now)}</li> }
    });
    view! { <ul class="chips" aria-label="About this group"><li class="chip plain">{people}</li>{busy}</ul> }.into_any()
}

/// What the address asks for.
struct Asked {
    again: Option<String>,
    typed: Option<String>,
    look: Option<String>,
}

impl Asked {
    fn read() -> Self {
        Self { again: query("again"), typed: query("typed"), look: query("look") }
    }
}

/// What was typed, and what a look at it came to.
struct Seen {
    typed: RuleTyped,
    refusal: Option<Refusal>,
    checked: Option<RuleChecked>,
    preview: Option<RulePreview>,
    explained: Option<Result<RuleExplained, Refusal>>,
    found: Vec<PersonFound>,
}

impl Seen {
    async fn of(asked: Asked, group: Option<Uuid>, rule: &str) -> Result<Self, Refusal> {
        let saved = api::forms::again("rule", asked.again.as_deref()).await;
        let kept = match api::told::told(asked.typed.as_deref()).await {
            Some(Told::Rule(typed)) => Some(typed),
            _ => None,
        };
        let text = |saved: &SavedForm, name: &str| saved.value(name).unwrap_or_default().to_owned();
        let typed = match (&saved, kept) {
            (Some(saved), _) => RuleTyped {
                name: text(saved, "name"),
                purpose: text(saved, "purpose"),
                rule: text(saved, "rule"),
                person: text(saved, "person"),
                ..Default::default()
            },
            (None, Some(kept)) => kept,
            (None, None) => RuleTyped { rule: rule.to_owned(), ..Default::default() },
        };
        // A look at nothing typed is a look at what is there.
        let look = asked.look.as_deref().filter(|_| saved.is_none()).unwrap_or_default();
        let refusal = saved.map(|saved| saved.refusal);
        let wrong = refusal.as_ref().is_some_and(|refusal| refusal.code == Code::RuleInvalid);
        let checked = (wrong || !look.is_empty()).then(|| api::rules::checked(&typed.rule)).transpose()?;
        let readable = checked.as_ref().is_some_and(|checked| checked.mistake.is_none());
        let preview = match look {
            "preview" if readable => Some(api::rules::preview(&typed.rule, group).await?),
            _ => None,
        };
        let explained = match look {
            "person" if readable => Some(api::rules::explained(&typed.rule, &typed.person, &typed.person_chosen).await),
            _ => None,
        };
        // Several people may fit a name, or nobody.
        let found = match &explained {
            Some(Err(_)) => api::people::find(&typed.person).await?,
            _ => Vec::new(),
        };
        Ok(Self { typed, refusal, checked, preview, explained, found })
    }

    fn refused(&self, name: &str) -> bool {
        field::is_refused(self.refusal.as_ref(), name)
    }
}

/// What differs between the two pages.
struct Form {
    title: String,
    top: AnyView,
    about: AnyView,
    action: &'static str,
    save: &'static str,
    cancel: String,
}

fn show(site: &Site, form: Form, seen: Seen) -> AnyView {
    let refusal = seen.refusal.as_ref();
    let mistake = seen.checked.as_ref().is_some_and(|checked| checked.mistake.is_some());
    let field_id = ["name", "purpose", "rule"]
        .into_iter()
        .find(|name| refusal.and_then(|refusal| refusal.field.as_deref()) == Some(name));
    let title = if refusal.is_some() || mistake { format!("Error: {}", form.title) } else { form.title };
    let person = seen.explained.as_ref().and_then(|explained| explained.as_ref().err());
    let area = view! {
        <TextArea
            name="rule"
            value=seen.typed.rule.clone()
            rows=6
            max=rule::LONGEST
            described_by="rule-told rule-limits".to_owned()
            invalid=mistake
            code=true
        />
    }
    .into_any();
    let fields = view! {
        {form.about}
        <div class="field">
            <label for="rule">"Rule"</label>
            <RuleLive>{area} {told(seen.checked.as_ref())}</RuleLive>
            <p class="hint" id="rule-limits">
                <span>"For example: user.department -eq \"Sales\""</span><span>"Up to 3,072 characters"</span>
            </p>
        </div>
    };
    let picker = Picker {
        name: "person",
        label: "Try it on a person",
        hint: "A name or an address.",
        typed: if person.is_some() { &seen.typed.person } else { "" },
        found: &seen.found,
        refusal: person,
    };
    let trying = view! {
        <div class="trying">
            {picker.view()}
            <button formaction="/api/rules/look" formnovalidate name="look" value="person">"Try"</button>
        </div>
    };
    let results = view! {
        {seen.preview.as_ref().map(preview)} {seen.explained.as_ref().and_then(|told| told.as_ref().ok()).map(explained)}
    };
    let content = view! {
        {refusal.map(|refusal| notice::refused(refusal, field_id))}
        {form.top}
        <div class="sides rules">
            <div class="stack">
                <form class="panel" method="post" action=form.action>
                    <div class="body">
                        {fields}
                        <div class="actions">
                            <button formaction="/api/rules/look" formnovalidate name="look" value="check">"Check"</button>
                            <button formaction="/api/rules/look" formnovalidate name="look" value="preview">"Preview"</button>
                            <a class="button quiet far" href=form.cancel>"Cancel"</a>
                            <button class="primary">{form.save}</button>
                        </div>
                        <hr/>
                        {trying}
                    </div>
                </form>
                <div id="looked" class="stack">{results}</div>
            </div>
            <aside aria-label="How to write a rule">{help()}</aside>
        </div>
    };
    inside(site, &title, Place::Groups, false, content.into_any())
}

/// What a check came to. The island writes into the same place.
fn told(checked: Option<&RuleChecked>) -> AnyView {
    let mistake = checked.and_then(|checked| checked.mistake.as_ref());
    let is = checked.map(|_| if mistake.is_some() { "wrong" } else { "right" });
    let message = checked.map(|checked| checked.told.clone()).unwrap_or_default();
    let hint = mistake.and_then(|mistake| mistake.hint.clone()).unwrap_or_default();
    let marked = mistake.map(|mistake| mistake.marked.clone()).unwrap_or_default();
    view! {
        <div class="told" id="rule-told" role="status" data-is=is>
            <p id="rule-message" hidden=message.is_empty()>{message.clone()}</p>
            <p id="rule-hint" hidden=hint.is_empty()>{hint.clone()}</p>
            <pre id="rule-marked" tabindex="0" hidden=marked.is_empty()>{marked.clone()}</pre>
        </div>
    }
    .into_any()
}

fn preview(preview: &RulePreview) -> AnyView {
    let RulePreview { looked_at, complete, members, coming, going, .. } = *preview;
    let summary = match (members, complete) {
        (0, true) => format!("Of {looked_at} people, nobody would be in the group."),
        (1, true) => format!("Of {looked_at} people, 1 would be in the group."),
        (members, true) => format!("Of {looked_at} people, {members} would be in the group."),
        (members, false) => {
            format!(
                "Of the first {looked_at} people, {members} would be in the group. The others were not looked at: there are too many for a preview."
            )
        }
    };
    let list = |id: &'static str, title: &'static str, none: &'static str, count: i64, people: &[PersonName]| {
        let more = count - i64::try_from(people.len()).unwrap_or_default();
        let more = (more > 0).then(|| view! { <li><small>"and "{more}" more"</small></li> });
        let rows: Vec<_> = people
            .iter()
            .map(|person| {
                view! { <li><div class="who">{face(person.id, &person.name, false, "small")}<div><b>{person.name.clone()}</b></div></div></li> }
            })
            .collect();
        let body = if rows.is_empty() {
            view! { <div class="body"><p class="lead">{none}</p></div> }.into_any()
        } else {
            view! { <ul class="rows tight">{rows}{more}</ul> }.into_any()
        };
        view! {
            <section class="panel" aria-labelledby=id>
                <header><h2 id=id>{title}" "<small>{count}</small></h2></header>
                {body}
            </section>
        }
    };
    view! {
        <p class="lead" role="status">{summary}</p>
        <div class="inout">
            {list("coming", "Would come in", "Nobody would come in.", coming, &preview.first_coming)}
            {list("going", "Would go out", "Nobody would go out.", going, &preview.first_going)}
        </div>
    }
    .into_any()
}

fn explained(told: &RuleExplained) -> AnyView {
    let verdict = match told.matches {
        true => format!("{} would be in the group", told.person.name),
        false => format!("{} would not be in the group", told.person.name),
    };
    let rows: Vec<_> = told
        .tests
        .iter()
        .map(|test| {
            let (tone, sign, said) =
                if test.holds { ("good", "check", "Holds: ") } else { ("bad", "cross", "Does not hold: ") };
            let found = match &test.found {
                Some(found) => view! { <small>"Found: "<code>{found.clone()}</code></small> }.into_any(),
                None => view! { <small>"Nothing was found"</small> }.into_any(),
            };
            let decides = test.decides.then(|| view! { <span class="chip plain">"Decides"</span> });
            view! {
                <li class=tone>
                    {icon(sign, 16)}
                    <div><span><span class="spoken">{said}</span><code>{test.test.clone()}</code></span>{found}</div>
                    {decides}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="verdict">
            <header>
                <h2 id="verdict">{verdict}</h2>
            </header>
            <ul class="rows tight tests">{rows}</ul>
        </section>
    }
    .into_any()
}

/// What help shows to begin with: what it is for, and the rule.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("example-all", "Everybody", "user.objectId -ne null"),
    ("example-guests", "Guests", "(user.userType -eq \"Guest\") and (user.externalUserState -eq \"Accepted\")"),
    (
        "example-company",
        "One company's guests",
        "(user.userType -eq \"Guest\") and (user.mail -endsWith \"@contoso.com\")",
    ),
    ("example-departments", "Some departments", "user.department -in [\"Sales\", \"Marketing\"]"),
];

fn help() -> AnyView {
    let examples: Vec<_> = EXAMPLES
        .iter()
        .map(|(id, title, rule)| {
            view! {
                <li>
                    <label for=*id>{*title}</label>
                    <div class="beside">
                        <input id=*id value=*rule readonly/>
                        <CopyButton label=format!("Copy: {title}") done="Copied".to_owned() field=(*id).to_owned()/>
                    </div>
                </li>
            }
        })
        .collect();
    let names = |names: Vec<&'static str>| {
        let names: Vec<_> = names.into_iter().map(|name| view! { <li><code>{name}</code></li> }).collect();
        view! { <ul class="words">{names}</ul> }
    };
    view! {
        <section class="panel" aria-labelledby="examples">
            <header><h2 id="examples">"Examples"</h2></header>
            <ul class="body examples">{examples}</ul>
        </section>
        <section class="panel" aria-labelledby="words">
            <header><h2 id="words">"Words of rules"</h2></header>
            <div class="body">
                <h3>"Properties"</h3>
                {names(Property::ALL.iter().map(|one| one.as_str()).collect())}
                <h3>"Operators"</h3>
                {names(Operator::ALL.iter().map(|one| one.as_str()).collect())}
                <h3>"Together"</h3>
                {names(vec!["and", "or", "not", "( )"])}
                <ul class="notes">
                    <li>"Texts stand in quotation marks. Upper and lower case are the same."</li>
                    <li><code>"null"</code>" is what is missing: nothing holds for it but "<code>"-eq null"</code>", and "<code>"-ne"</code>" any text."</li>
                    <li><code>"user.accountEnabled"</code>" is "<code>"true"</code>" or "<code>"false"</code>", without quotation marks."</li>
                    <li><code>"-in"</code>" takes a list: "<code>"[\"a\", \"b\"]"</code></li>
                    <li><code>"-match"</code>" takes a regular expression, found anywhere unless it begins with "<code>"^"</code>"."</li>
                </ul>
            </div>
        </section>
    }
    .into_any()
}
