//! What monitoring asks.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusHandle;
use subtle::ConstantTimeEq;

use crate::directory::Directory;

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and its tables are up to date.
pub async fn readyz(State(directory): State<Directory>) -> Response {
    let ready = async {
        directory.ping().await?;
        directory.pending_migrations().await
    };
    match ready.await {
        Ok(0) => "ready\n".into_response(),
        Ok(steps) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{steps} migration steps are still to be run\n")).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// What `/metrics` needs.
#[derive(Clone)]
pub struct Metrics {
    /// Renders them.
    pub handle: PrometheusHandle,
    /// Who asks must know this, if set.
    pub token: Option<Arc<str>>,
    /// Whether anybody may ask (demo, or a listener of its own).
    pub open: bool,
    /// Counts statements, and mails and sign-outs that wait.
    pub directory: Directory,
}

/// `GET /metrics`, in Prometheus's text format.
pub async fn metrics(State(metrics): State<Metrics>, headers: HeaderMap) -> Response {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "));
    let known = match (&metrics.token, given) {
        (Some(token), Some(given)) => bool::from(token.as_bytes().ct_eq(given.as_bytes())),
        _ => false,
    };
    if !metrics.open && !known {
        return StatusCode::NOT_FOUND.into_response();
    }
    metrics::counter!("access_panel_database_statements_total").absolute(metrics.directory.statements());
    if let Ok(waiting) = metrics.directory.outbox_waiting().await {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("access_panel_outbox_waiting").set(waiting as f64);
    }
    if let Ok(waiting) = metrics.directory.logouts_waiting().await {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("access_panel_logouts_waiting").set(waiting as f64);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.handle.render()).into_response()
}

/// Counts and times every request by its route, never by its path: paths hold ids.
pub async fn measure(request: Request, next: Next) -> Response {
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    // Anybody can make up methods; each label would stay in memory for good.
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    let began = Instant::now();
    let response = next.run(request).await;
    let labels = [("method", method.to_owned()), ("route", route), ("status", response.status().as_u16().to_string())];
    metrics::counter!("access_panel_http_requests_total", &labels).increment(1);
    metrics::histogram!("access_panel_http_request_seconds", &labels[..2]).record(began.elapsed());
    response
}
