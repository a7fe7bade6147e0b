//! The two frames of a page: inside (with navigation) and door (one thing to do).

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::{Body, Html, Title};

use super::{faces::face, icon::icon, languages};
use crate::{
    api::{self, here::Here},
    model::{
        Caller, Language, Refusal, address, notices::Badges, policy::InvitePolicy, settings::Settings, text::doors,
    },
    server::state::Facts,
    sign_in::language::Wanted,
};

/// What every page knows.
#[derive(Clone)]
pub struct Site {
    /// The organization's settings.
    pub settings: Settings,
    /// Who looks at it.
    pub visitor: Option<Caller>,
    /// Whether this is the demo.
    pub demo: bool,
    /// What waits for them.
    pub badges: Badges,
    /// When the page was made.
    pub now: DateTime<Utc>,
    /// In which language doors speak. Pages inside are in English.
    pub language: Language,
    /// What the request says about that.
    wanted: Wanted,
}

impl Site {
    /// Loads it: one query, and one more for what waits for whoever is signed in.
    ///
    /// # Errors
    /// When the directory fails.
    pub async fn load() -> Result<Self, Refusal> {
        let here = Here::get()?;
        let demo = use_context::<Facts>().is_some_and(|facts| facts.demo);
        let settings = api::settings::current().await?;
        let badges = api::notices::badges().await?;
        let (now, wanted) = (here.directory.now(), here.wanted);
        let mut site =
            Self { settings, visitor: here.visitor, demo, badges, now, language: Language::default(), wanted };
        site.language = site.choose(wanted, None);
        Ok(site)
    }

    /// The same site, in the language of what the page shows, unless somebody chose another one in this browser.
    #[must_use]
    pub fn showing(self, shown: Language) -> Self {
        Self { language: self.choose(self.wanted, Some(shown)), ..self }
    }

    /// A path of ours that goes on in this page's language: it names the language unless the next page finds it by
    /// itself.
    pub fn path(&self, path: &str) -> String {
        if self.choose(self.wanted.next(), None) == self.language {
            return path.to_owned();
        }
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{path}{separator}lang={}", self.language)
    }

    fn choose(&self, wanted: Wanted, shown: Option<Language>) -> Language {
        // People do not have a language of their own yet; theirs would be the second argument.
        wanted.choose(shown, None, self.settings.organization.language)
    }

    /// The organization's name.
    pub fn name(&self) -> String {
        self.settings.organization.name.clone()
    }
}

/// Which part of the navigation a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// My Apps.
    Apps,
    /// My Groups.
    Groups,
    /// My guests.
    Guests,
    /// Requests, and what can be asked for.
    Requests,
    /// None of them.
    Elsewhere,
}

/// Whether the visitor can have guests: members, and guests where everyone may invite.
fn sees_guests(site: &Site) -> bool {
    let everyone = site.settings.invitations.policy == InvitePolicy::Everyone;
    site.visitor.as_ref().is_some_and(|me| everyone || !me.is_guest())
}

fn demo_note(site: &Site, language: Language) -> Option<AnyView> {
    site.demo.then(|| {
        view! {
            <aside class="demo-note" aria-label=doors::demo(language)>
                {doors::demo_note(language)} " " <a href="/demo/mailbox">{doors::demo_mailbox(language)}</a>
            </aside>
        }
        .into_any()
    })
}

/// The text of a page's `<title>`: leptos_meta writes it into the head as it is, so it is escaped here.
fn document_title(title: &str, site: &Site) -> String {
    format!("{title} - {}", site.name()).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The mark and name of the organization.
pub fn mark() -> impl IntoView {
    view! { <span class="mark">{icon("leaf", 18)}</span> }
}

/// The way to the notices, with how many are unread.
fn bell(unread: i64) -> impl IntoView {
    let count = Badges::shown(unread);
    let label = if unread > 0 { format!("Notices, {count} unread") } else { "Notices".to_owned() };
    view! {
        <a class="bell" href="/notices" aria-label=label>
            {icon("bell", 20)}
            {(unread > 0).then(|| view! { <span class="count">{count}</span> })}
        </a>
    }
}

/// A page inside: navigation above, one heading, content.
pub fn inside(site: &Site, title: &str, place: Place, slim: bool, content: AnyView) -> AnyView {
    let tab = |path: &'static str, name: &'static str, own: Place| {
        view! { <a href=path aria-current=(place == own).then_some("page")>{name}</a> }
    };
    let waiting = site.badges.requests;
    let requests = view! {
        <a
            href="/requests"
            aria-current=(place == Place::Requests).then_some("page")
            aria-label=(waiting > 0).then(|| format!("Requests, {} waiting for you", Badges::shown(waiting)))
        >
            "Requests"{(waiting > 0).then(|| view! { <span class="count">{Badges::shown(waiting)}</span> })}
        </a>
    };
    let mailbox = site.demo.then(|| view! { <a href="/demo/mailbox">"Mailbox"</a> });
    let account = site.visitor.as_ref().map(|me| {
        view! {
            {bell(site.badges.notices)}
            <a class="avatar" href="/profile" aria-label=format!("Your account: {}", me.name)>
                {face(me.user_id, &me.name, me.is_guest(), "")}
            </a>
            <form class="out" method="post" action="/sign-out">
                <button class="quiet">{icon("out", 18)}<span class="label">"Sign out"</span></button>
            </form>
        }
    });
    view! {
        <Html attr:lang="en"/>
        <Title text=document_title(title, site)/>
        <a class="skip" href="#main">"Skip to content"</a>
        {demo_note(site, Language::English)}
        <header class="topbar">
            <a class="brand" href="/">{mark()}{site.name()}</a>
            <nav aria-label="Main">{tab("/", "Apps", Place::Apps)}{tab("/groups", "Groups", Place::Groups)}{sees_guests(site).then(|| tab("/guests", "Guests", Place::Guests))}{requests}{mailbox}</nav>
            {account}
        </header>
        <main id="main" class=slim.then_some("slim") tabindex="-1">{content}</main>
    }
    .into_any()
}

/// A door: a card with one thing to do, in the language of the site.
pub fn door(site: &Site, title: &str, content: AnyView) -> AnyView {
    let (organization, language) = (&site.settings.organization, site.language);
    let privacy =
        organization.privacy_url.clone().map(|url| view! { <a href=url>{doors::privacy_statement(language)}</a> });
    let help = organization
        .contact
        .clone()
        .map(|address| view! { <a href=address::mailto(&address)>{doors::help(language)}</a> });
    view! {
        <Html attr:lang=language.as_str()/>
        <Title text=document_title(title, site)/>
        <Body attr:class="doorway"/>
        <a class="skip" href="#main">{doors::skip(language)}</a>
        {demo_note(site, language)}
        <main id="main" class="door" tabindex="-1">
            <span class="brand">{mark()}{site.name()}</span>
            {content}
        </main>
        <footer class="doorfoot">{privacy}{help}{languages::switcher(language)}</footer>
    }
    .into_any()
}
