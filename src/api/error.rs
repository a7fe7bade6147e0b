//! The one error of server functions: a refusal, and never a text that a link could put into our mouth.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

use crate::model::{Code, Refusal};

/// What a server function answers when it did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error(transparent)]
pub struct ApiError(#[from] pub Refusal);

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// Whatever the transport has to complain about, its words stay in the log.
    fn from_server_fn_error(_error: ServerFnErrorErr) -> Self {
        #[cfg(feature = "ssr")]
        super::forms::unreadable();
        Self(Code::BadRequest.into())
    }
}
