//! `/groups/{id}/invite` and `/guests/invite`: inviting people, with the very mail that will leave beside the form.

use leptos::prelude::*;
use uuid::Uuid;

use super::{id_in_path, page, queries, query};
use crate::{
    api,
    components::{
        address_chips::AddressChips,
        field,
        frame::{Place, Site, inside},
        icon::icon,
        live_preview::LivePreview,
        notice, standings, targets, terms_fields,
        text_area::TextArea,
    },
    directory::saved_forms::SavedForm,
    model::{Code, Refusal, ask::LONGEST_MESSAGE, view::AddressStanding},
};

/// How many characters a list of addresses can have.
const LONGEST_LIST: usize = 20_000;

/// The form to invite to one group.
#[component]
pub fn InvitePage() -> impl IntoView {
    let id = id_in_path("id");
    let again = query("again");
    page(async move |site| {
        let id = id?;
        let group = api::groups::page(id, "", None).await?;
        group.can_invite?;
        let saved = api::forms::again("invite", again.as_deref()).await;
        let apps: Vec<String> = group.apps.iter().map(|app| app.name.clone()).collect();
        let gives = match apps.as_slice() {
            [] => "It gives no apps yet.".to_owned(),
            [one] => format!("It gives {one}."),
            [head @ .., last] => format!("It gives {} and {last}.", head.join(", ")),
        };
        let listed = listed(saved.as_ref(), &[id], &[]).await;
        let path = format!("/groups/{id}");
        let top = view! {
            <a class="back" href=path.clone()>{icon("back", 16)}{group.name.clone()}</a>
            <div class="headline">
                <div class="text">
                    <h1>"Invite a guest"</h1>
                    <p class="lead">"To "<b>{group.name.clone()}</b>". "{gives}</p>
                </div>
                <a class="button quiet" href=format!("/guests/invite?group={id}")>"Invite to more than this"</a>
            </div>
        };
        let form = Compose {
            top: top.into_any(),
            targets: view! { <input type="hidden" name="group" value=id.to_string()/> }.into_any(),
            preview: format!("/invitations/preview?group={id}"),
            cancel: path,
            address: String::new(),
            listed,
            place: Place::Groups,
        };
        Ok(compose(&site, saved.as_ref(), form))
    })
}

/// The form to invite to whatever the caller may invite to.
#[component]
pub fn InviteAnywherePage() -> impl IntoView {
    let again = query("again");
    let asked = (queries("group"), queries("app"), query("guest"));
    page(async move |site| {
        let targets = api::invitations::targets().await?;
        if let Some(code) = targets.refused {
            return Err(code.into());
        }
        if targets.is_empty() {
            return Ok(nothing_to_invite_to(&site));
        }
        let saved = api::forms::again("invite", again.as_deref()).await;
        let (groups, apps, guest) = asked;
        let ids = |name: &str, texts: Vec<String>| -> Vec<Uuid> {
            let texts = saved.as_ref().map_or(texts, |saved| saved.values(name).map(str::to_owned).collect());
            texts.iter().filter_map(|text| text.parse().ok()).collect()
        };
        // Somebody with one thing to invite to need not choose.
        let (mut groups, mut apps) = (ids("groups", groups), ids("apps", apps));
        if saved.is_none() && groups.is_empty() && apps.is_empty() && !targets.directory && !targets.more {
            match (&*targets.groups, &*targets.apps) {
                ([one], []) => groups.push(one.id),
                ([], [one]) => apps.push(one.id),
                _ => {}
            }
        }
        let directory = saved.as_ref().and_then(|saved| saved.value("directory")).is_some_and(|text| !text.is_empty());
        // Inviting a guest to more: their address is looked up, so that it travels in no address of ours.
        let address = match guest.and_then(|id| id.parse().ok()) {
            Some(id) => api::guests::page(id).await.map(|guest| guest.address).unwrap_or_default(),
            None => String::new(),
        };
        let listed = listed(saved.as_ref(), &groups, &apps).await;
        let chosen: Vec<Uuid> = groups.iter().chain(&apps).copied().collect();
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(groups.iter().map(|id| ("groups[]", id.to_string())))
            .extend_pairs(apps.iter().map(|id| ("apps[]", id.to_string())))
            .finish();
        let top = view! {
            <a class="back" href="/guests">{icon("back", 16)}"Guests"</a>
            <div class="headline"><h1>"Invite guests"</h1></div>
        };
        let form = Compose {
            top: top.into_any(),
            targets: targets::boxes(&targets, &chosen, directory, refusal),
            preview: format!("/invitations/preview?{query}"),
            cancel: "/guests".to_owned(),
            address,
            listed,
            place: Place::Guests,
        };
        Ok(compose(&site, saved.as_ref(), form))
    })
}

/// For somebody who may invite, but owns nothing that takes guests.
fn nothing_to_invite_to(site: &Site) -> AnyView {
    let content = view! {
        <a class="back" href="/guests">{icon("back", 16)}"Guests"</a>
        <section class="empty">
            <span class="sign">{icon("people", 22)}</span>
            <h1>"There is nothing to invite to yet"</h1>
            <p>"You can invite to groups and apps that you own and that take guests. Ask an administrator to make you the owner of one."</p>
            <div class="actions"><a class="button" href="/groups">"See your groups"</a></div>
        </section>
    };
    inside(site, "Invite guests", Place::Guests, true, content.into_any())
}

/// What a refused list of several addresses says of each of them.
async fn listed(saved: Option<&SavedForm>, groups: &[Uuid], apps: &[Uuid]) -> Vec<AddressStanding> {
    match saved.filter(|saved| saved.refusal.code == Code::SomeRefused) {
        Some(saved) => {
            let list = saved.value("address").unwrap_or_default();
            api::compose::standings_of(groups, apps, list).await.unwrap_or_default()
        }
        None => Vec::new(),
    }
}

/// What differs between the two pages.
struct Compose {
    top: AnyView,
    targets: AnyView,
    preview: String,
    cancel: String,
    address: String,
    listed: Vec<AddressStanding>,
    place: Place,
}

/// The field that a refusal is about, by its id.
fn refused_field(refusal: &Refusal) -> Option<&'static str> {
    let field = refusal.field.as_deref()?;
    ["groups", "address", "message"].into_iter().chain(terms_fields::NAMES).find(|known| *known == field)
}

fn compose(site: &Site, saved: Option<&SavedForm>, form: Compose) -> AnyView {
    let refusal = saved.map(|saved| &saved.refusal);
    let typed = |name: &str| saved.and_then(|saved| saved.value(name)).map(str::to_owned);
    let refused = |name: &str| field::is_refused(refusal, name);
    let title = if refusal.is_some() { "Error: Invite a guest" } else { "Invite a guest" };
    let (bad_address, bad_message) = (refused("address"), refused("message"));
    let addresses = view! {
        <TextArea
            name="address"
            value=typed("address").unwrap_or_else(|| form.address.clone())
            rows=1
            max=LONGEST_LIST
            described_by=field::described_by(bad_address, "address")
            invalid=bad_address
            list=true
        />
    }
    .into_any();
    let list = (!form.listed.is_empty()).then(|| standings::list(&form.listed));
    let address = view! {
        <div class="field">
            <label for="address">"Email address"</label>
            <AddressChips>
                <ul id="chips" aria-label="Whom you invite" hidden></ul>
                {addresses}
            </AddressChips>
            <p class="hint" id="address-status" role="status" data-spoken></p>
            {field::error(refusal, "address", "address-error")}
            {list}
            <p class="hint" id="address-hint">"One or several, at any company or mail provider. Paste a list as it is."</p>
            {standings::chip_words()}
        </div>
    };
    let message = view! {
        <div class="field">
            <label for="message">"Message"</label>
            <TextArea
                name="message"
                value=typed("message").unwrap_or_default()
                rows=5
                max=LONGEST_MESSAGE
                described_by=field::described_by(bad_message, "message")
                invalid=bad_message
            />
            {field::error(refusal, "message", "message-error")}
            <p class="hint" id="message-hint">
                <span>"Optional, in your own words."</span><span>"Up to 2,000 characters"</span>
            </p>
        </div>
    };
    let Compose { top, targets, cancel, preview, place, .. } = form;
    let fields = view! { {targets} {address} {message} {terms_fields::fields(saved, &site.settings)} }.into_any();
    let content = view! {
        {refusal.map(|refusal| notice::refused(refusal, refused_field(refusal)))}
        {top}
        <div class="compose">
            <LivePreview>
                <form method="post" action="/api/invitations/create">
                    {fields}
                    <div class="actions">
                        <button formaction="/invitations/preview" formtarget="preview" formnovalidate>"Preview"</button>
                        <a class="button quiet far" href=cancel>"Cancel"</a>
                        <button class="primary">"Send invitation"</button>
                    </div>
                </form>
            </LivePreview>
            <section class="preview" aria-labelledby="preview-title">
                <h2 id="preview-title">"What they will receive"</h2>
                <iframe name="preview" title="What they will receive" src=preview></iframe>
            </section>
        </div>
    };
    inside(site, title, place, false, content.into_any())
}
