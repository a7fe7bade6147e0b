//! All routes and the layers around them. The order of the layers matters: it is explained where they are put on.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use ipnet::IpNet;
use leptos::{nonce::Nonce, prelude::provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list, handle_server_fns_with_context, render_app_async_with_context};
use tower_http::{
    compression::CompressionLayer,
    csrf::CsrfLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};
use tower_sessions::{SessionManagerLayer, cookie::SameSite};

use super::{
    assets, bulk, headers,
    health::{self, Metrics},
    host::{self, PublicUrl},
    people, pictures, preview,
    state::{AppState, Facts},
    unsubscribe,
};
use crate::{
    access,
    app::{App, shell},
    directory::{Directory, callbacks::CALLBACK},
    sign_in::{
        callback, caller, network,
        session_store::{COOKIE, DirectorySessions},
    },
};

/// What the router needs besides the state.
pub struct Parts {
    /// The public URL.
    pub public_url: PublicUrl,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Issuers on this machine without TLS, which forms may lead to.
    pub loopback_issuers: Vec<String>,
    /// `/metrics`.
    pub metrics: Metrics,
    /// Further routes, of the demo.
    pub more: Router,
}

/// Builds the whole server.
///
/// # Errors
/// When the public URL is no origin.
pub fn build(state: AppState, parts: Parts) -> anyhow::Result<Router> {
    let context = {
        let facts = state.facts.clone();
        move || provide_context(facts.clone())
    };
    let pages = Router::new()
        .leptos_routes_with_context(&state, generate_route_list(App), page_context(context.clone()), shell)
        .route(
            "/api/{*function}",
            post(move |mut request: Request| {
                // What cannot be read would be sent back to wherever this says.
                request.headers_mut().remove(header::REFERER);
                handle_server_fns_with_context(context.clone(), request)
            }),
        )
        .route(CALLBACK, get(callback::by_query).post(callback::by_form))
        .route(&format!("{CALLBACK}/{{key}}"), get(callback::by_query).post(callback::by_form))
        .route("/sign-out", post(callback::sign_out))
        .route(bulk::UPLOAD, post(bulk::upload).layer(DefaultBodyLimit::max(bulk::LARGEST_BODY)))
        .route(bulk::TEMPLATE, get(bulk::template))
        .route("/guests/bulk/{id}/result.csv", get(bulk::results))
        .route("/guests/bulk/{id}/events", get(bulk::events))
        .route("/people/found", get(people::found))
        .route("/groups/{id}/picture", post(pictures::of_group).layer(DefaultBodyLimit::max(pictures::LARGEST_BODY)))
        .route("/apps/{id}/picture", post(pictures::of_app).layer(DefaultBodyLimit::max(pictures::LARGEST_BODY)))
        .route("/pictures/{id}", get(pictures::show))
        .route("/invitations/preview", get(preview::preview).post(preview::preview))
        .merge(access::oidc::browser_routes())
        .merge(access::forward::panel_routes())
        .fallback(not_found)
        .with_state(state.clone())
        .merge(parts.more);

    let trusted: Arc<[IpNet]> = parts.trusted_proxies.into();
    let sessions = SessionManagerLayer::new(DirectorySessions(state.directory.clone()))
        .with_name(COOKIE)
        .with_secure(true)
        .with_http_only(true)
        // Lax, or the session would be missing after the way back from a provider and from links in mails.
        .with_same_site(SameSite::Lax);
    let csrf = CsrfLayer::new()
        .add_trusted_origin(parts.public_url.as_str())
        .map_err(|error| anyhow::anyhow!("the public URL: {error:?}"))?
        // A provider answers by a cross-site form, and apps may ask by one; these handlers read no cookie, and lead to
        // themselves by GET.
        .with_insecure_bypass(|_, uri| {
            let path = uri.path();
            let callback = path.strip_prefix(CALLBACK).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            callback || matches!(path, access::oidc::AUTHORIZE | access::oidc::LOGOUT)
        });

    // From the inside out: who calls, may they see a page, the session's cookie, cross-site posts.
    let pages = pages
        .layer(middleware::from_fn(caller::guard))
        .layer(middleware::from_fn_with_state((state.directory.clone(), trusted.clone()), caller::identify))
        .layer(sessions)
        .layer(csrf)
        .layer(Extension(state.oidc.clone()))
        .layer(Extension(state.writer.clone()))
        .layer(Extension(state.facts.clone()))
        .layer(DefaultBodyLimit::max(256 * 1024));

    let files = Router::new()
        .route("/pkg/{*file}", get(assets::serve))
        .route("/fonts/{*file}", get(assets::serve))
        .route("/favicon.svg", get(assets::serve))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/mark.svg", get(assets::serve))
        .route("/brand.css", get(brand))
        .with_state(state.directory.clone());

    // Outside of sessions and of the defence against other sites: a mail provider's machine posts here, and no cookie
    // is read. Whoever has the token may say what the reader of that mail may say.
    let unsubscribe = Router::new()
        .route("/unsubscribe/{token}", post(unsubscribe::act))
        .layer(DefaultBodyLimit::max(unsubscribe::LONGEST))
        .with_state(state.directory.clone());

    // Programs call these: no cookie is read, and other sites may call them, too.
    let machines = access::oidc::machine_routes()
        .with_state(state.clone())
        .layer(middleware::from_fn_with_state(trusted, network::know))
        .layer(DefaultBodyLimit::max(64 * 1024));

    let policy = headers::Policy {
        directory: state.directory.clone(),
        form_targets: parts.loopback_issuers.iter().map(|origin| format!(" {origin}")).collect::<String>().into(),
        https: parts.public_url.is_https(),
    };
    let site = pages
        .merge(files)
        .merge(unsubscribe)
        .merge(machines)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(policy, headers::secure))
        .layer(middleware::from_fn_with_state(parts.public_url, host::only_ours))
        .layer(middleware::from_fn(health::measure))
        .layer(middleware::from_fn(patience));

    // Health answers on any host, so that probes need no name.
    let health = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(state.directory.clone())
        .merge(Router::new().route("/metrics", get(health::metrics)).with_state(parts.metrics));

    let site = site
        .merge(health)
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::x_request_id(RequestIds(state.directory.clone())))
        // Ids in our logs are ours: one that a client sends would let it write there.
        .layer(middleware::from_fn(async |mut request: Request, next: middleware::Next| {
            request.headers_mut().remove("x-request-id");
            next.run(request).await
        }));

    // A proxy asks before each request to an app, in the name of that app's host: no layer, it counts by itself.
    Ok(site.merge(access::forward::gate_routes(state.directory, state.access.keys)))
}

/// No answer may take longer to begin; a file may take its time to arrive.
async fn patience(request: Request, next: middleware::Next) -> Response {
    let uploads = request.uri().path() == bulk::UPLOAD;
    let longest = if uploads { bulk::LONGEST_UPLOAD } else { Duration::from_secs(30) };
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// What pages find in their context: the facts, and the nonce of this answer.
fn page_context(facts: impl Fn() + Clone + Send + Sync + 'static) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        facts();
        let parts = leptos::prelude::use_context::<http::request::Parts>();
        if let Some(nonce) = parts.and_then(|parts| parts.extensions.get::<headers::PageNonce>().cloned()) {
            provide_context(Nonce::from_value(nonce.0));
        }
    }
}

/// Every other address: the page that says so.
async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let facts: Facts = state.facts;
    let context = page_context(move || provide_context(facts.clone()));
    render_app_async_with_context(context, shell)(request).await.into_response()
}

/// `GET /brand.css`: the organization's colours, as two numbers that the stylesheet derives everything from.
async fn brand(State(directory): State<Directory>) -> Response {
    match directory.settings().await {
        Ok(settings) => {
            let organization = settings.organization;
            let css = format!(
                ":root{{--brand-h:{};--brand-c:{:.3}}}\n",
                organization.hue,
                f64::from(organization.chroma) / 1000.0
            );
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
            ];
            (headers, css).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "reading the brand");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Names requests, for logs and the audit log.
#[derive(Clone)]
struct RequestIds(Directory);

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.new_id().to_string()).ok().map(RequestId::new)
    }
}

/// The span of a request: its route and id. Never its address, which may hold a ticket or a code.
fn span<B>(request: &http::Request<B>) -> tracing::Span {
    let route = request.extensions().get::<axum::extract::MatchedPath>().map_or("", |path| path.as_str());
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), route, id)
}
