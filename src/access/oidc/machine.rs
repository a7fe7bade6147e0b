//! End points that programs call.

use axum::Router;

use crate::server::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
}
