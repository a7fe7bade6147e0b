//! Who is calling: found once per request, before anything else looks at it.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use ipnet::IpNet;
use tower_http::request_id::RequestId;

use super::{cookies, network, session_store};
use crate::{
    directory::{Directory, vault::hash},
    model::Caller,
};

/// The visitor of this request; `None` for somebody who is not signed in.
#[derive(Clone, Debug, Default)]
pub struct Visitor(pub Option<Caller>);

/// The browser's own id, from its cookie, while it signs in.
#[derive(Clone, Default)]
pub struct Browser(pub Option<String>);

/// The hash of the session's id, to tell the caller's sessions apart.
#[derive(Clone, Debug, Default)]
pub struct SessionHash(pub Vec<u8>);

/// Looks at the cookies and puts [`Visitor`], [`Browser`], [`SessionHash`] and [`network::Network`] with the request. Asks
/// the directory only if there is a session cookie.
pub async fn identify(
    State((directory, trusted)): State<(Directory, std::sync::Arc<[IpNet]>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id =
        request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).map(str::to_owned);
    let mut visitor = Visitor(None);
    let mut session = SessionHash::default();
    if let Some(id) = cookies::read(request.headers(), session_store::COOKIE) {
        session.0 = hash(&id);
        match directory.caller_of_session(&session.0, request_id).await {
            Ok(caller) => visitor.0 = caller,
            Err(error) => {
                tracing::error!(%error, "looking up the session");
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        }
    }
    let peer = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0);
    let network = network::of(network::client(peer, request.headers(), &trusted));
    let browser = Browser(cookies::read(request.headers(), cookies::BROWSER));
    let extensions = request.extensions_mut();
    extensions.insert(directory);
    extensions.insert(visitor);
    extensions.insert(browser);
    extensions.insert(session);
    extensions.insert(network);
    next.run(request).await
}

/// Sends anonymous visitors of a page to the sign-in, with the way back.
pub async fn guard(request: Request, next: Next) -> Response {
    let signed_in = request.extensions().get::<Visitor>().is_some_and(|visitor| visitor.0.is_some());
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD) && !is_open(request.uri().path());
    if signed_in || !is_page {
        let mut response = next.run(request).await;
        // What someone sees is theirs alone, and gone when their access is.
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
        return response;
    }
    let back = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let back = if back.len() > 2000 { "/" } else { back };
    let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    Redirect::to(&format!("/sign-in?return_to={back}")).into_response()
}

/// Pages that need nobody signed in.
fn is_open(path: &str) -> bool {
    path == "/redeem"
        || path.starts_with("/redeem/")
        || path.starts_with("/unsubscribe/")
        || path == "/sign-in"
        || path.starts_with("/sign-in/")
        || path.starts_with("/api/")
        || path.starts_with("/oauth2/")
        || path.starts_with("/demo/")
}
