//! `/groups/{id}/invite`: inviting a guest, with the very mail that will leave beside it.

use leptos::prelude::*;

use super::{id_in_path, page, query};
use crate::{
    api,
    components::{
        field,
        frame::{Place, inside},
        icon::icon,
        live_preview::LivePreview,
        notice,
        text_area::TextArea,
    },
    directory::invitations::LONGEST_MESSAGE,
};

/// The form to invite.
#[component]
pub fn InvitePage() -> impl IntoView {
    let id = id_in_path("id");
    let again = query("again");
    page(async move |site| {
        let id = id?;
        let group = api::groups::page(id, "", None).await?;
        group.can_invite?;
        let saved = api::forms::again("invite", again.as_deref()).await;
        let refusal = saved.as_ref().map(|saved| &saved.refusal);
        let typed = |name: &str| saved.as_ref().and_then(|saved| saved.value(name)).unwrap_or_default().to_owned();
        let (address, message) = (typed("address"), typed("message"));
        let at = |name: &'static str| field::is_refused(refusal, name).then_some(name);
        let notice = refusal.map(|refusal| notice::refused(refusal, at("address").or(at("message"))));
        let (bad_address, bad_message) = (at("address").is_some(), at("message").is_some());
        let address_error = field::error(refusal, "address", "address-error");
        let message_error = field::error(refusal, "message", "message-error");
        let title = if refusal.is_some() { "Error: Invite a guest" } else { "Invite a guest" };
        let apps: Vec<String> = group.apps.iter().map(|app| app.name.clone()).collect();
        let gives = match apps.as_slice() {
            [] => "It gives no apps yet.".to_owned(),
            [one] => format!("It gives {one}."),
            [head @ .., last] => format!("It gives {} and {last}.", head.join(", ")),
        };
        let group_path = format!("/groups/{id}");
        let content = view! {
            {notice}
            <a class="back" href=group_path.clone()>{icon("back", 16)}{group.name.clone()}</a>
            <div class="headline">
                <div class="text">
                    <h1>"Invite a guest"</h1>
                    <p class="lead">"To "<b>{group.name.clone()}</b>". "{gives}</p>
                </div>
            </div>
            <div class="compose">
                <LivePreview>
                    <form method="post" action="/api/invitations/create">
                        <input type="hidden" name="group" value=id.to_string()/>
                        <div class="field">
                            <label for="address">"Email address"</label>
                            <input
                                id="address"
                                name="address"
                                type="text"
                                inputmode="email"
                                autocomplete="off"
                                autocapitalize="none"
                                spellcheck="false"
                                maxlength="320"
                                required
                                autofocus
                                value=address
                                aria-invalid=bad_address.then_some("true")
                                aria-describedby=field::described_by(bad_address, "address")
                            />
                            {address_error}
                            <p class="hint" id="address-hint">"Anyone’s, at any company or mail provider."</p>
                        </div>
                        <div class="field">
                            <label for="message">"Message"</label>
                            <TextArea
                                name="message"
                                value=message
                                rows=6
                                max=LONGEST_MESSAGE
                                described_by=field::described_by(bad_message, "message")
                                invalid=bad_message
                            />
                            {message_error}
                            <p class="hint" id="message-hint">
                                <span>"Optional, in your own words."</span><span>"Up to 2,000 characters"</span>
                            </p>
                        </div>
                        <div class="actions">
                            <button formaction="/invitations/preview" formtarget="preview" formnovalidate>"Preview"</button>
                            <a class="button quiet far" href=group_path>"Cancel"</a>
                            <button class="primary">"Send invitation"</button>
                        </div>
                    </form>
                </LivePreview>
                <section class="preview" aria-labelledby="preview-title">
                    <h2 id="preview-title">"What they will receive"</h2>
                    <iframe
                        name="preview"
                        title="What they will receive"
                        src=format!("/invitations/preview?group={id}")
                    ></iframe>
                </section>
            </div>
        };
        Ok(inside(&site, title, Place::Groups, false, content.into_any()))
    })
}
