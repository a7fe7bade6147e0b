//! The very mail that would leave, for the frame beside the form.

use std::sync::Arc;

use axum::{
    Extension,
    extract::RawForm,
    http::{Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    api::compose,
    directory::Directory,
    mail::Writer,
    model::{
        Code, Refusal,
        ask::{Ask, TypedTerms},
        text,
    },
    sign_in::caller::Visitor,
};

/// Nothing in it runs or loads, and it can be framed by us only.
const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/// `GET /invitations/preview?group=…`: the mail before anything is typed; `POST /invitations/preview`: the mail as typed so
/// far. Changes nothing. A link says for which groups and apps it is, and nothing that would be read as our words.
pub async fn preview(
    method: Method,
    directory: Extension<Directory>,
    writer: Extension<Arc<Writer>>,
    visitor: Extension<Visitor>,
    RawForm(form): RawForm,
) -> Response {
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
    match written(&directory, &writer, &visitor, &form, method == Method::POST).await {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(code) => {
            let status = StatusCode::from_u16(code.status()).unwrap_or_default();
            (status, headers, text::words(code).title).into_response()
        }
    }
}

async fn written(
    directory: &Directory,
    writer: &Writer,
    visitor: &Visitor,
    form: &[u8],
    typed: bool,
) -> Result<String, Code> {
    let caller = visitor.0.as_ref().ok_or(Code::Unauthenticated)?;
    let targets = |name: &str| matches!(name, "group" | "groups[]" | "apps[]" | "directory" | "language");
    let fields = url::form_urlencoded::parse(form).into_owned().filter(|(name, _)| typed || targets(name));
    let fields: Vec<(String, String)> = fields.collect();
    let one = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let all = |name: &str| -> Vec<String> {
        fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    let (groups, apps) =
        compose::targets(one("group"), &all("groups[]"), &all("apps[]")).map_err(|refusal| refusal.code)?;
    // Nothing is chosen yet: nothing to show, and nothing wrong.
    if groups.is_empty() && apps.is_empty() && one("directory").is_empty() {
        return Ok(NOTHING_YET.to_owned());
    }
    let typed = TypedTerms {
        message: one("message"),
        language: one("language"),
        access_until: one("until"),
        valid_days: one("days"),
        sponsor: one("sponsor"),
        cc: one("cc"),
        landing: one("landing"),
        without_mail: !one("without_mail").is_empty(),
    };
    let terms = compose::lenient_terms(typed, directory.now());
    let ask = Ask { groups, apps, address: compose::first_address(one("address")), name: None, terms };
    let (post, settings) =
        directory.preview_invitation(caller, &ask).await.map_err(|error| Refusal::from(error).code)?;
    let mail = writer.write(&post, &settings, directory.public_url()).map_err(|error| {
        tracing::error!(%error, "writing a preview");
        Code::Internal
    })?;
    Ok(mail.html)
}

/// Before anything is chosen to invite to.
const NOTHING_YET: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Preview</title>\
    <style>body{margin:0;padding:48px 24px;font:15px/1.5 system-ui,sans-serif;color:#5b625e;text-align:center}</style>\
    </head><body><p>Choose a group or an app, and the mail appears here.</p></body></html>";
