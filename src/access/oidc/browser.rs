//! End points that browsers open.

use axum::Router;

use crate::server::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
}
