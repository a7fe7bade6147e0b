//! `/profile/sign-ins` and `/admin/sign-ins`: the log of sign-ins, and the list that an app's page shows as well.

use leptos::prelude::*;

use super::{page, profile, query};
use crate::{
    api::{self, sign_ins::Typed},
    components::{
        faces::face,
        frame::{Place, Site, inside},
        icon::icon,
        moment::moment,
        notice,
        people_picker::Picker,
    },
    model::{
        Code,
        sign_ins::{SignInRow, SignIns},
        state::{Outcome, SignInKind},
        text,
    },
};

/// What a list shows of each.
pub(super) struct Shown<'a> {
    /// What it is called.
    pub label: &'static str,
    /// What it says when there is nothing.
    pub empty: &'static str,
    /// Whether it names who.
    pub person: bool,
    /// Whether it names which app.
    pub app: bool,
    /// What of the address the next page keeps.
    pub filters: &'a [(&'static str, String)],
    /// Whether people and apps lead to what is theirs only.
    pub lead_on: bool,
}

/// A page of the log.
pub(super) fn list(site: &Site, log: &SignIns, after: Option<&str>, shown: &Shown<'_>) -> AnyView {
    let to = |next: Option<&str>| {
        let pairs = shown.filters.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs = pairs.chain(next.map(|next| ("after", next))).filter(|(_, value)| !value.is_empty());
        format!("?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    };
    let body = if log.rows.is_empty() {
        let (title, words) = match (after.is_some() || log.next.is_some(), shown.empty) {
            (true, _) => ("Nothing on this page", "There may be some earlier, or later."),
            (false, empty) => ("No sign-ins", empty),
        };
        view! {
            <div class="empty slim"><span class="sign">{icon("clock", 22)}</span><h2>{title}</h2><p>{words}</p></div>
        }
        .into_any()
    } else {
        let rows: Vec<_> = log.rows.iter().map(|one| row(site, one, shown)).collect();
        let person = shown.person.then(|| view! { <th scope="col">"Who"</th> });
        let app = shown.app.then(|| view! { <th scope="col">"Where to"</th> });
        view! {
            <table class="log">
                <thead>
                    <tr>
                        {person}{app}
                        <th scope="col">"Result"</th>
                        <th scope="col">"Proven by"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let next = log.next.as_deref().map(|next| view! { <a class="button" href=to(Some(next))>"Earlier"</a> });
    let first = after.is_some().then(|| view! { <a class="button quiet" href=to(None)>"The newest"</a> });
    let pager = (next.is_some() || first.is_some())
        .then(|| view! { <div class="body"><div class="actions">{first}{next}</div></div> });
    view! { <section class="panel" aria-label=shown.label>{body}{pager}</section> }.into_any()
}

fn row(site: &Site, one: &SignInRow, shown: &Shown<'_>) -> AnyView {
    let person = shown.person.then(|| match &one.person {
        Some(person) => {
            let name = if shown.lead_on {
                view! { <a href=format!("?person={}", person.id)>{person.name.clone()}</a> }.into_any()
            } else {
                view! { <b>{person.name.clone()}</b> }.into_any()
            };
            view! {
                <td>
                    <div class="who">
                        {face(person.id, &person.name, person.guest, "")}
                        <div>{name}<small>{person.address.clone()}</small></div>
                    </div>
                </td>
            }
            .into_any()
        }
        None => view! { <td><small>"Somebody unknown, or gone"</small></td> }.into_any(),
    });
    let app = shown.app.then(|| {
        let name = match (&one.app, one.kind) {
            (Some(app), _) if shown.lead_on => {
                view! { <a href=format!("?app={}", app.id)>{app.name.clone()}</a> }.into_any()
            }
            (Some(app), _) => view! { <b>{app.name.clone()}</b> }.into_any(),
            (None, SignInKind::Panel) => view! { <b>"This panel"</b> }.into_any(),
            (None, _) => view! { <small>"An app that is gone"</small> }.into_any(),
        };
        view! { <td data-label="Where to">{name}</td> }
    });
    let result = match one.outcome {
        Outcome::Success => view! { <span class="chip good">{done(one.kind)}</span> }.into_any(),
        Outcome::Refused => {
            view! { <span class="chip bad">"Refused"</span><small>{reason(one.code.as_deref())}</small> }.into_any()
        }
    };
    let method = one.method.map_or("Nothing yet", profile::method);
    let at = one.idp.as_deref().and_then(provider).map(|host| view! { <small>{host}</small> });
    view! {
        <tr>
            {person}{app}
            <td data-label="Result"><div>{result}</div></td>
            <td data-label="Proven by"><div>{method}{at}</div></td>
            <td data-label="From"><div>{profile::browser_name(&one.browser)}<small>{one.network.clone()}</small></div></td>
            <td data-label="When">{moment(one.at, site.now)}</td>
        </tr>
    }
    .into_any()
}

const fn done(kind: SignInKind) -> &'static str {
    match kind {
        SignInKind::Renewal => "Renewed",
        SignInKind::Panel | SignInKind::App | SignInKind::Gate => "Signed in",
    }
}

/// Why it was refused, in words.
fn reason(code: Option<&str>) -> String {
    match code.map(str::parse::<Code>) {
        Some(Ok(Code::NotFound)) => "They do not have this app".to_owned(),
        Some(Ok(Code::AppOff)) => "The app is switched off".to_owned(),
        Some(Ok(Code::Unauthenticated)) => "Not signed in any more".to_owned(),
        Some(Ok(code)) => text::words(code).title.to_owned(),
        Some(Err(_)) => code.unwrap_or_default().to_owned(),
        None => String::new(),
    }
}

/// The host of a provider; nothing for codes by e-mail, whose method says it all.
fn provider(issuer: &str) -> Option<String> {
    url::Url::parse(issuer).ok()?.host_str().map(str::to_owned)
}

/// `/profile/sign-ins`.
#[component]
pub fn MySignInsPage() -> impl IntoView {
    let after = query("after");
    page(async move |site| {
        let log = api::sign_ins::mine(after.as_deref()).await?;
        let shown = Shown {
            label: "Your sign-ins",
            empty: "Nothing in the last 90 days.",
            person: false,
            app: true,
            filters: &[],
            lead_on: false,
        };
        let content = view! {
            <a class="back" href="/profile">{icon("back", 16)}"Profile"</a>
            <div class="headline">
                <div class="text">
                    <h1>"Your sign-ins"</h1>
                    <p class="lead">"Where you signed in through this panel in the last 90 days, and what was refused. If one was not you, end your sessions on your profile and tell an administrator."</p>
                </div>
            </div>
            {list(&site, &log, after.as_deref(), &shown)}
        };
        Ok(inside(&site, "Your sign-ins", Place::Elsewhere, false, content.into_any()))
    })
}

/// `/admin/sign-ins`.
#[component]
pub fn AllSignInsPage() -> impl IntoView {
    let id = |name| query(name).and_then(|text| text.parse().ok());
    let typed = Typed {
        who: query("who").unwrap_or_default(),
        picked: query("who_chosen").unwrap_or_default(),
        person: id("person"),
        app: id("app"),
        refused: query("refused").is_some(),
    };
    let after = query("after");
    page(async move |site| {
        let (all, filter, found, refusal) = api::sign_ins::all(&typed, after.as_deref()).await?;
        let mut filters: Vec<(&'static str, String)> = Vec::new();
        filters.extend(filter.person.map(|person| ("person", person.to_string())));
        filters.extend(filter.app.map(|app| ("app", app.to_string())));
        filters.extend(filter.refused.then(|| ("refused", "1".to_owned())));
        let shown = Shown {
            label: "Everybody's sign-ins",
            empty: "None like that in the last 90 days.",
            person: true,
            app: true,
            filters: &filters,
            lead_on: true,
        };
        let of_person = all.person.as_ref().map(|person| view! { <li class="chip plain">{person.name.clone()}</li> });
        let of_app = all.app.as_ref().map(|app| view! { <li class="chip plain">{app.name.clone()}</li> });
        let only_refused = filter.refused.then(|| view! { <li class="chip plain">"Refused ones"</li> });
        let narrowed = (!filters.is_empty()).then(|| {
            view! {
                <div class="actions">
                    <ul class="chips" aria-label="Only these">{of_person}{of_app}{only_refused}</ul>
                    <a class="button quiet" href="/admin/sign-ins">"Show all"</a>
                </div>
            }
        });
        let picker = Picker {
            name: "who",
            label: "Person",
            hint: "By name or address; empty for everybody",
            typed: if refusal.is_some() { &typed.who } else { "" },
            found: &found,
            refusal: refusal.as_ref(),
        };
        let app = filter.app.map(|app| view! { <input type="hidden" name="app" value=app.to_string()/> });
        let refused = refusal.as_ref().filter(|_| found.is_empty());
        let content = view! {
            {refused.map(|refusal| notice::refused(refusal, Some("who")))}
            <a class="back" href="/apps/managed">{icon("back", 16)}"Apps you run"</a>
            <div class="headline">
                <div class="text">
                    <h1>"Sign-in log"</h1>
                    <p class="lead">"Who signed in to the panel and to apps, how they proved who they are, and from where. Kept for 90 days."</p>
                </div>
            </div>
            <section class="panel" aria-label="What to show">
                <form class="body" method="get" action="/admin/sign-ins">
                    {picker.view()}
                    {app}
                    <label class="check"><input type="checkbox" name="refused" value="1" checked=filter.refused/><span>"Only refused ones"</span></label>
                    <div class="actions"><button>"Show"</button></div>
                </form>
            </section>
            {narrowed}
            {list(&site, &all.log, after.as_deref(), &shown)}
        };
        Ok(inside(&site, "Sign-in log", Place::Apps, false, content.into_any()))
    })
}
