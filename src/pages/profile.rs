//! `/profile`: who I am here, and where I am signed in.

use leptos::prelude::*;

use super::{page, query};
use crate::{
    api,
    components::{
        faces::face,
        frame::{Place, Site, inside},
        moment::{day, moment},
        notice,
    },
    model::{
        Code,
        state::SignInMethod,
        view::{SessionRow, WaitingInvitation},
    },
};

/// The caller's own page.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let (done, again) = (query("done"), query("again"));
    page(async move |site| {
        let me = site.visitor.clone().ok_or(Code::Unauthenticated)?;
        let sessions = api::sessions::mine().await?;
        let mut refused = api::forms::again("session", again.as_deref()).await;
        if refused.is_none() {
            refused = api::forms::again("leave", again.as_deref()).await;
        }
        if refused.is_none() {
            refused = api::forms::again("answer", again.as_deref()).await;
        }
        let waiting = waiting(&site, &api::invitations::waiting().await?);
        let name = site.name();
        let kind = if me.is_guest() { format!("Guest of {name}") } else { format!("Member of {name}") };
        let roles: Vec<_> =
            me.roles.iter().map(|role| view! { <li class="chip plain">{capital(role.as_str())}</li> }).collect();
        let method = sessions.iter().find(|session| session.current).map(|session| method(session.method));
        let rows: Vec<_> = sessions.iter().map(|session| row(&site, session)).collect();
        let leave = me.is_guest().then(|| {
            view! {
                <section class="panel danger" aria-labelledby="leave">
                    <header><h2 id="leave">{format!("Leave {name}")}</h2></header>
                    <div class="body">
                        <p class="lead">"Your access ends at once everywhere. Someone has to invite you again if you want to come back."</p>
                        <form class="actions" method="get" action="/profile/leave"><button class="danger">"Leave organization"</button></form>
                    </div>
                </section>
            }
        });
        let content = view! {
            {refused.map(|saved| notice::refused(&saved.refusal, None))}
            {done.as_deref().and_then(flash)}
            <div class="headline">
                <div class="who">
                    {face(me.user_id, &me.name, me.is_guest(), "large")}
                    <div><h1>{me.name.clone()}</h1><p class="lead">{me.address.clone()}</p></div>
                </div>
            </div>
            <ul class="chips" aria-label="About you"><li class="chip plain">{kind}</li>{roles}</ul>
            <div class="sides">
                <div class="stack">
                    {waiting}
                    <section class="panel" aria-labelledby="sessions">
                        <header>
                            <h2 id="sessions">"Where you are signed in"</h2>
                            <div class="actions">
                                <a class="button quiet" href="/profile/sign-ins">"Your sign-ins"</a>
                                <form method="post" action="/api/sessions/end">
                                    <button name="all" value="1">"End all sessions"</button>
                                </form>
                            </div>
                        </header>
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">"Browser"</th>
                                    <th scope="col">"Network"</th>
                                    <th scope="col">"Last seen"</th>
                                    <th scope="col"><span class="spoken">"Actions"</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </section>
                    {leave}
                </div>
                <aside aria-label="About you">
                    <section class="panel" aria-labelledby="how">
                        <header><h2 id="how">"How you are known"</h2></header>
                        <dl class="facts">
                            <div><dt>"Name"</dt><dd>{me.name.clone()}</dd></div>
                            <div><dt>"Email address"</dt><dd>{me.address.clone()}</dd></div>
                            <div><dt>"You proved it with"</dt><dd>{method}</dd></div>
                        </dl>
                    </section>
                </aside>
            </div>
        };
        Ok(inside(&site, "Profile", Place::Elsewhere, false, content.into_any()))
    })
}

/// What has just been done.
fn flash(done: &str) -> Option<AnyView> {
    let text = match done {
        "session-ended" => "That session has ended.",
        "accepted" => "Accepted. What it gives is on your panel now.",
        "declined" => "Declined. Whoever invited you will be told.",
        _ => return None,
    };
    Some(notice::done(text))
}

/// Invitations that wait for an answer of the person who looks at the page.
fn waiting(site: &Site, waiting: &[WaitingInvitation]) -> Option<AnyView> {
    if waiting.is_empty() {
        return None;
    }
    let items: Vec<_> = waiting
        .iter()
        .map(|one| {
            let to = if one.grants.is_empty() { site.name() } else { one.grants.join(", ") };
            let words = (!one.message.is_empty()).then(|| view! { <blockquote>{one.message.clone()}</blockquote> });
            let until = one.access_until.map(|until| view! { <div><dt>"Access until"</dt><dd>{day(until)}</dd></div> });
            view! {
                <li>
                    <div class="top">
                        <div class="who">
                            {face(one.inviter.id, &one.inviter.name, false, "")}
                            <div><h3>{to.clone()}</h3><small>{format!("{} invites you", one.inviter.name)}</small></div>
                        </div>
                    </div>
                    {words}
                    <dl class="small">
                        <div><dt>"Open until"</dt><dd>{day(one.expires_at)}</dd></div>
                        {until}
                    </dl>
                    <form class="actions" method="post" action="/api/invitations/answer">
                        <input type="hidden" name="invitation" value=one.id.to_string()/>
                        <button class="primary" name="answer" value="accept" aria-label=format!("Accept {to}")>"Accept"</button>
                        <button name="answer" value="decline" aria-label=format!("Decline {to}")>"Decline"</button>
                    </form>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section class="panel" aria-labelledby="waiting">
                <header><h2 id="waiting">"Invitations waiting for you"</h2></header>
                <ul class="history">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(site: &Site, session: &SessionRow) -> AnyView {
    let browser = browser_name(&session.browser);
    let (seen, end) = if session.current {
        (view! { <span class="chip good">"This one"</span> }.into_any(), None)
    } else {
        let end = view! {
            <form method="post" action="/api/sessions/end">
                <input type="hidden" name="session" value=session.id.to_string()/>
                <button class="quiet danger" aria-label=format!("End {browser}")>"End"</button>
            </form>
        };
        (moment(session.last_seen, site.now).into_any(), Some(end))
    };
    view! {
        <tr>
            <td><b>{browser}</b></td>
            <td data-label="Network">{session.network.clone()}</td>
            <td data-label="Last seen">{seen}</td>
            <td class="acts">{end}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn method(method: SignInMethod) -> &'static str {
    match method {
        SignInMethod::Provider => "An account at a sign-in service",
        SignInMethod::Passcode => "A code by e-mail",
    }
}

/// A browser's name as people call it, from what it calls itself.
pub(super) fn browser_name(agent: &str) -> String {
    let browser = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
        .into_iter()
        .find(|(mark, _)| agent.contains(mark))
        .map(|(_, name)| name);
    let system = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find(|(mark, _)| agent.contains(mark))
    .map(|(_, name)| name);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => "Another browser".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
