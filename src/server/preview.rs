//! The very mail that would leave, for the frame beside the form.

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::Query,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    directory::{
        Directory,
        invitations::{Ask, Terms},
    },
    mail::Writer,
    model::{Code, text},
    sign_in::caller::Visitor,
};

/// What is in the form at this moment.
#[derive(Deserialize)]
pub struct Draft {
    #[serde(default)]
    group: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    message: String,
}

/// Nothing in it runs or loads, and it can be framed by us only.
const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/// `GET /invitations/preview?group=…`: the mail before anything is typed.
pub async fn empty(
    directory: Extension<Directory>,
    writer: Extension<Arc<Writer>>,
    visitor: Extension<Visitor>,
    Query(draft): Query<Draft>,
) -> Response {
    preview(&directory, &writer, &visitor, draft).await
}

/// `POST /invitations/preview`: the mail as typed so far. Changes nothing.
pub async fn typed(
    directory: Extension<Directory>,
    writer: Extension<Arc<Writer>>,
    visitor: Extension<Visitor>,
    Form(draft): Form<Draft>,
) -> Response {
    preview(&directory, &writer, &visitor, draft).await
}

async fn preview(directory: &Directory, writer: &Writer, visitor: &Visitor, draft: Draft) -> Response {
    let html = async {
        let caller = visitor.0.as_ref().ok_or(Code::Unauthenticated)?;
        let group_id = draft.group.parse().map_err(|_| Code::NotFound)?;
        let terms = Terms { message: draft.message, ..Default::default() };
        let ask = Ask { groups: vec![group_id], address: draft.address, terms, ..Default::default() };
        let (post, settings) =
            directory.preview_invitation(caller, &ask).await.map_err(|error| error.into_refusal().code)?;
        writer.write(&post, &settings, directory.public_url()).map_err(|error| {
            tracing::error!(%error, "writing a preview");
            Code::Internal
        })
    };
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
    match html.await {
        Ok(mail) => (headers, Html(mail.html)).into_response(),
        Err(code) => {
            let status = StatusCode::from_u16(code.status()).unwrap_or_default();
            (status, headers, text::words(code).title).into_response()
        }
    }
}
